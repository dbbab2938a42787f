// What a walk has found: each check by name, and how many passed.

let passed = 0, failed = 0;

export function count(name, faults) {
  if (faults.length === 0) { passed += 1; return; }
  failed += 1;
  for (const fault of new Set(faults)) console.log(`FAILED ${name}: ${fault}`);
}

export const expect = (name, holds, otherwise = "does not hold") => count(name, holds ? [] : [otherwise]);

// Until `look` gives something; what it looks at changes by itself, so nothing sleeps for luck.
export async function until(what, look, seconds = 60) {
  for (const begun = Date.now(); Date.now() - begun < seconds * 1000;) {
    const found = await look();
    if (found) return found;
    await new Promise((soon) => setTimeout(soon, 100));
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

// One walk; one that breaks off is a fault, and the others go on.
export async function walk(name, steps) {
  try {
    return await steps();
  } catch (error) {
    count(name, [error.message.split("\n").slice(0, 4).join(" ")]);
    return null;
  }
}

const begun = Date.now();

// The last line; the process fails unless something passed and nothing failed.
export function told(shots) {
  console.log(`${passed} passed, ${failed} failed in ${Math.round((Date.now() - begun) / 1000)} s; pictures in ${shots}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
