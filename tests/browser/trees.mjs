// The accessibility tree of every page state, as a reader of the page is told it, held against the
// committed ones: a file a view, a part a state and language. The gallery does so; this alone takes a
// minute. UPDATE_EXPECT=1 writes them anew.
//   node trees.mjs DIR     DIR as the gallery example of the web crate writes it
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, serveFolder } from "./harness.mjs";

const committed = join(dirname(fileURLToPath(import.meta.url)), "trees");

export function trees() {
  const seen = new Map();
  return {
    // Notes the tree of a page that is open.
    async note(page, file) {
      const tree = await page.locator("body").ariaSnapshot();
      seen.set(file.replace(/\.html$/, ""), tree.trim());
    },
    // What differs from the committed trees; with `whole` also those of pages that are gone, which
    // else stay as they are.
    async faults(whole) {
      const views = new Map();
      for (const [name, tree] of seen) {
        const view = name.split(".")[0];
        if (!views.has(view)) views.set(view, { was: await kept(view), parts: new Map() });
        views.get(view).parts.set(name, tree);
      }
      if (!whole) for (const { was, parts } of views.values()) {
        for (const [name, tree] of partsOf(was)) if (!parts.has(name)) parts.set(name, tree);
      }
      const texts = [...views].map(([view, { was, parts }]) => [view, was, textOf(parts)]);
      if (process.env.UPDATE_EXPECT === "1") {
        if (whole) await rm(committed, { recursive: true, force: true });
        await mkdir(committed, { recursive: true });
        for (const [view, , text] of texts) await writeFile(join(committed, `${view}.txt`), text);
        return [];
      }
      const faults = texts.flatMap(([view, was, text]) => differing(view, was, text));
      if (whole) {
        for (const file of await readdir(committed).catch(() => [])) {
          if (!views.has(file.replace(/\.txt$/, ""))) faults.push(`trees/${file}: no page state has this view`);
        }
      }
      return faults;
    },
  };
}

const kept = (view) => readFile(join(committed, `${view}.txt`), "utf8").catch(() => "");

// A file of trees: a heading a page state, in the order of their names.
const textOf = (parts) => [...parts.keys()].sort().map((name) => `== ${name}\n${parts.get(name)}\n`).join("");

function partsOf(text) {
  const parts = text.split(/^== /m).slice(1).map((part) => part.split(/\n([^]*)/, 2));
  return parts.map(([name, tree]) => [name, tree.trim()]);
}

// The first line that differs, in words that lead to it.
function differing(view, was, is) {
  if (was === is) return [];
  const [before, after] = [was.split("\n"), is.split("\n")];
  const line = after.findIndex((text, index) => text !== before[index]);
  const at = line < 0 ? after.length : line;
  const state = after.slice(0, at + 1).findLast((text) => text.startsWith("== ")) ?? "";
  return [`trees/${view}.txt:${at + 1} (${state.slice(3)}): is "${after[at] ?? ""}", was "${before[at] ?? ""}" (UPDATE_EXPECT=1 writes it anew)`];
}

// Every page state of a folder, and nothing but its tree.
async function alone(folder) {
  const site = await serveFolder(folder);
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
  const page = await context.newPage();
  const told = trees();
  const pages = (await readFile(join(folder, "pages.txt"), "utf8")).trim().split("\n");
  for (const file of pages) {
    await page.goto(`${site.origin}/${file}`);
    await told.note(page, file);
  }
  const faults = await told.faults(true);
  for (const fault of faults) console.log(fault);
  console.log(`${pages.length} trees: ${faults.length} differ`);
  await browser.close();
  site.close();
  process.exitCode = faults.length === 0 && pages.length > 0 ? 0 : 1;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await alone(resolve(process.argv[2] ?? "out/pages"));
