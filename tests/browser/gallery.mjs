// Opens every committed page state, narrow and wide, in each language, as a visitor whose browser
// runs no script, takes a picture of each, and holds its accessibility tree against the committed
// one (UPDATE_EXPECT=1 writes these anew). A deliberately faulty page must be caught.
//   node gallery.mjs [DIR] [--only PART]     DIR as the gallery example of the web crate writes it
import { execFileSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { axe, keyboard, launch, reflow, serveFolder, targets, watch } from "./harness.mjs";
import { trees } from "./trees.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const arguments_ = process.argv.slice(2);
const only = arguments_.includes("--only") ? arguments_[arguments_.indexOf("--only") + 1] : "";
let folder = arguments_[0] && !arguments_[0].startsWith("--") ? resolve(arguments_[0]) : null;
if (!folder) {
  folder = join(here, "out/pages");
  const built = process.env.THROUGHLINE_EXAMPLES;
  const [program, words] = built ? [join(built, "gallery"), []] : ["cargo", ["run", "-q", "-p", "web", "--example", "gallery", "--"]];
  execFileSync(program, [...words, folder], { cwd: join(here, "../.."), stdio: "inherit" });
}
const shots = join(here, "out/shots");
await mkdir(shots, { recursive: true });

const faulty = `<!DOCTYPE html><html><head><title>Faulty</title><meta name="viewport" content="width=device-width"></head>
<body><h1>Faulty</h1><style>a:focus { outline: none }</style><a href="#y">y</a><input id="nameless"><font color="#cccccc">pale</font><a href="#x">x</a>
<table><tr><td>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</td></tr></table></body></html>`;
const site = await serveFolder(folder, { "/faulty.html": faulty });
const browser = await launch();
const pages = (await readFile(join(folder, "pages.txt"), "utf8")).trim().split("\n").filter((page) => page.includes(only));
const sizes = { narrow: { width: 320, height: 640 }, wide: { width: 1280, height: 900 } };

// One page of the browser for each size, with and without script, kept by each worker.
async function opener() {
  const kept = new Map();
  return async function visit(file, size, script, look) {
    const key = `${size} ${script}`;
    if (!kept.has(key)) {
      const context = await browser.newContext({ viewport: sizes[size], javaScriptEnabled: script, reducedMotion: "reduce" });
      const sink = { faults: [] };
      const page = await context.newPage();
      watch(page, site.origin, sink);
      kept.set(key, { page, sink });
    }
    const { page, sink } = kept.get(key);
    sink.faults = [];
    await page.setViewportSize(sizes[size]);
    await page.goto(`${site.origin}/${file}`);
    await look(page, sink.faults);
    return sink.faults;
  };
}

async function check(visit, file, size) {
  // axe waits by timers, which run only where scripts do; our pages carry none either way.
  const found = await visit(file, size, true, async (page, faults) => faults.push(...(await axe(page))));
  return found.concat(await visit(file, size, false, async (page, faults) => {
    faults.push(...(await reflow(page, size)));
    faults.push(...(await targets(page)));
    await page.screenshot({ path: join(shots, `${file.replace(/\.html$/, "")}.${size}.png`), fullPage: true });
    if (size === "narrow") faults.push(...(await keyboard(page)));
    if (size === "wide") {
      if (file !== "faulty.html") await told.note(page, file);
      await page.setViewportSize({ width: 640, height: 900 });
      await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
      faults.push(...(await reflow(page, "text of 200% ")));
    }
  }));
}

const told = trees();
let bad = 0;
const started = Date.now();
const queue = pages.flatMap((file) => Object.keys(sizes).map((size) => [file, size]));
await Promise.all([0, 1].map(async () => {
  const visit = await opener();
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [file, size] = next;
    const faults = [...new Set(await check(visit, file, size))];
    bad += faults.length;
    for (const fault of faults) console.log(`${file} ${size}: ${fault}`);
  }
}));

for (const fault of await told.faults(only === "")) {
  bad += 1;
  console.log(fault);
}

const visit = await opener();
const caught = (await check(visit, "faulty.html", "narrow")).join("\n");
for (const sign of ["html-has-lang", "axe label", "color-contrast", "target of", "px wide", "no focus ring"]) {
  if (caught.includes(sign)) continue;
  bad += 1;
  console.log(`the faulty page was not caught: ${sign}`);
}

for (const [file, media, name] of [
  ["question.radios_wrong.en.html", { forcedColors: "active" }, "forced-colours"],
  ["status.en.html", { media: "print" }, "print"],
]) {
  if (!pages.includes(file)) continue;
  await visit(file, "wide", false, async (page) => {
    await page.emulateMedia(media);
    await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  });
}

await browser.close();
site.close();
console.log(`${pages.length} page states, narrow and wide: ${bad} faults in ${Math.round((Date.now() - started) / 1000)} s; pictures in ${shots}`);
process.exitCode = bad === 0 && pages.length > 0 ? 0 : 1;
