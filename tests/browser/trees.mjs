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
    // What differs from the committed trees; with `whole` also those of pages that are gone.
    async faults(whole) {
      const views = new Map();
      for (const name of [...seen.keys()].sort()) {
        const view = name.split(".")[0];
        views.set(view, `${views.get(view) ?? ""}== ${name}\n${seen.get(name)}\n`);
      }
      if (process.env.UPDATE_EXPECT === "1") {
        if (whole) await rm(committed, { recursive: true, force: true });
        await mkdir(committed, { recursive: true });
        for (const [view, text] of views) await writeFile(join(committed, `${view}.txt`), text);
        return [];
      }
      const faults = [];
      for (const [view, text] of views) {
        const was = await readFile(join(committed, `${view}.txt`), "utf8").catch(() => "");
        faults.push(...differing(view, was, text));
      }
      if (whole) {
        for (const file of await readdir(committed).catch(() => [])) {
          if (!views.has(file.replace(/\.txt$/, ""))) faults.push(`trees/${file}: no page state has this view`);
        }
      }
      return faults;
    },
  };
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
