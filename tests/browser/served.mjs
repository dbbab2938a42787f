// The demonstration that the walks visit: one that runs already, or one that is started here and
// stopped; and what it printed: who the staff are, and where back offices are made to fail.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const LAST_LINE = "Stop with Ctrl-C";

async function start(program, until) {
  const data = await mkdtemp(join(tmpdir(), "throughline-browser-"));
  const child = spawn(resolve(program), ["demo", "--fresh", "--requests", "30", "--seed", "1", "--data", join(data, "data")],
    { cwd: join(here, "../.."), stdio: ["ignore", "pipe", "pipe"] });
  let printed = "", ended = false;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => { printed += bytes; });
  const end = once(child, "exit").then(() => { ended = true; });
  const stop = async () => {
    if (!ended) child.kill("SIGTERM");
    await end;
    await rm(data, { recursive: true, force: true });
  };
  try {
    await until("the demonstration's last line", () => ended || printed.includes(LAST_LINE), 180);
    if (ended) throw new Error(`the program ended:\n${printed}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { printed, stop };
}

// `until` waits for what it is told to look at.
export async function served(until) {
  const given = process.env.THROUGHLINE_SERVED;
  if (given) {
    const text = () => (existsSync(given) ? readFileSync(given, "utf8") : given);
    const printed = await until("the last line that is served", () => (text().includes(LAST_LINE) ? text() : null));
    return { printed, stop: async () => {} };
  }
  if (process.env.THROUGHLINE_URL) throw new Error("THROUGHLINE_SERVED is wanting: it names the staff who sign in");
  const program = process.argv[2] ?? process.env.THROUGHLINE_PROGRAM;
  if (!program) throw new Error("nothing is served: name the program, or set THROUGHLINE_URL and THROUGHLINE_SERVED");
  return start(program, until);
}

// The staff of each body, as the demonstration printed them: body, role, e-mail address.
export function staffOf(printed) {
  const staff = [];
  let body = "";
  for (const line of printed.split("\n")) {
    body = line.match(/\/([a-z-]+)\/staff\/sign-in/)?.[1] ?? body;
    const member = line.match(/^\s+(\S+@\S+)\s+([a-z_, ]+)$/);
    for (const role of member ? member[2].split(",") : []) staff.push({ body, role: role.trim(), email: member[1] });
  }
  return (body, role) => staff.find((one) => one.body === body && one.role === role)?.email;
}

// The switch of a back office's faults, as the demonstration printed it.
export function switchOf(printed) {
  const switches = [];
  let body = "";
  for (const line of printed.split("\n")) {
    body = line.match(/\/([a-z-]+)\/staff\/sign-in/)?.[1] ?? body;
    const found = line.match(/^\s+faults\s+(http\S+) \(PUT\) of (\S+)$/);
    if (found) switches.push({ body, url: found[1], system: found[2] });
  }
  return (body, system) => switches.find((one) => one.body === body && one.system === system)?.url;
}
