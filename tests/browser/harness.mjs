// What every browser walk shares: Chromium without network of its own, a server of files with the
// headers of the real one, and the checks of a page. Nothing here knows a page by name.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The policy that the server sends too: no script, no inline style, nothing from elsewhere.
export const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

// Serves a folder on loopback; `extra` adds pages by path.
export async function serveFolder(folder, extra = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const headers = { "content-type": TYPES[extname(path)] ?? "text/plain" };
    if (!(path in extra)) headers["content-security-policy"] = POLICY;
    try {
      const body = extra[path] ?? (await readFile(join(folder, path)));
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(404, headers).end("not here");
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

// Notes what a page must never do: ask elsewhere, break the policy, load a font, miss a file.
export function watch(page, origin, sink) {
  page.on("console", (message) => message.type() === "error" && sink.faults.push(`console: ${message.text()}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) sink.faults.push(`asks elsewhere: ${request.url()}`);
    if (request.resourceType() === "font") sink.faults.push(`loads a font: ${request.url()}`);
  });
  page.on("response", (answer) => answer.status() >= 400 && sink.faults.push(`${answer.status()} ${answer.url()}`));
}

// axe-core, WCAG 2.0 to 2.2, levels A and AA.
export async function axe(page) {
  await page.evaluate(axeSource);
  const result = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }),
    AXE_TAGS,
  );
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `axe ${violation.id}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim()}`));
}

// The page is no wider than the window (WCAG 1.4.10).
export function reflow(page, what) {
  return page.evaluate((what) => {
    const wide = document.documentElement.scrollWidth, window_ = document.documentElement.clientWidth;
    if (wide <= window_) return [];
    const culprits = [...document.querySelectorAll("body *")]
      .filter((element) => !element.closest(".scroll") && element.getBoundingClientRect().right > window_ + 1)
      .map((element) => element.tagName.toLowerCase() + (element.className ? "." + element.className : ""));
    return [`${what}: ${wide} px wide in a window of ${window_}: ${[...new Set(culprits)].slice(0, 5).join(", ")}`];
  }, what);
}

// Everything that is pressed is at least 44 px high; links within a sentence are exempt.
export function targets(page) {
  return page.evaluate(() => {
    const small = [];
    for (const element of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
      const row = element.matches("[type=radio], [type=checkbox]") ? element.parentElement : element;
      const box = row.getBoundingClientRect();
      if (box.width === 0 || element.matches(".skip")) continue;
      if (box.height < 43.9 || box.width < 43.9)
        small.push(`target of ${Math.round(box.width)} by ${Math.round(box.height)} px: ${element.outerHTML.slice(0, 90)}`);
    }
    return small;
  });
}

// Walks the page by Tab: each stop can be seen whole, and shows that it has the focus (2.4.7, 2.4.11).
export async function keyboard(page, most = 80) {
  const faults = [];
  const seen = new Set();
  for (let stop = 0; stop < most; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const shown = element.matches("[type=radio], [type=checkbox]") ? element.nextElementSibling : element;
      const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
      const top = document.elementFromPoint(
        Math.min(Math.max(box.left + 4, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
      return {
        name: element.outerHTML.slice(0, 90),
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        visible: box.bottom > 0 && box.top < innerHeight,
        covered: Boolean(top) && !shown.contains(top) && !top.contains(shown),
      };
    });
    if (!at || seen.has(at.name)) break;
    seen.add(at.name);
    if (!at.ring) faults.push(`no focus ring: ${at.name}`);
    if (!at.visible || at.covered) faults.push(`focus is out of sight: ${at.name}`);
  }
  return faults;
}
