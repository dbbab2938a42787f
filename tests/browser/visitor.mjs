// A visitor whose browser runs no script, and what each state of a page is held to: WCAG 2.0 to 2.2
// A and AA, 320 px, its language, and no script or style of its own.
import { join } from "node:path";
import { axe, reflow, targets, watch } from "./harness.mjs";

export const LEAST = { width: 320, height: 640 };
const NARROW = { width: 375, height: 700 }, WIDE = { width: 1280, height: 900 };

// Makes visitors of what `origin` serves, and holds a page to all of that; pictures go to `shots`,
// what is wrong with each state to `count`.
export async function visitorsOf({ browser, origin, shots, count }) {
  // axe waits by timers, which run only where scripts do: it reads a copy of what the visitor sees.
  const readers = await browser.newContext({ viewport: LEAST, reducedMotion: "reduce", bypassCSP: true });
  const idle = [];

  async function axeOn(page) {
    const reading = idle.pop() ?? (await readers.newPage());
    const address = page.url().split("#")[0], body = await page.content();
    await reading.route(address, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
    await reading.goto(address);
    const faults = await axe(reading);
    await reading.unroute(address);
    idle.push(reading);
    return faults;
  }

  async function visitor(language) {
    const context = await browser.newContext({
      viewport: NARROW, javaScriptEnabled: false, reducedMotion: "reduce", locale: language === "cy" ? "cy-GB" : "en-GB" });
    const page = await context.newPage();
    const sink = { faults: [] };
    watch(page, origin, sink);
    let status = 0;
    page.on("response", (answer) => { if (answer.request().resourceType() === "document") status = answer.status(); });
    const seen = new Set();
    const fileOf = (name) => `${name.replace(/\W+/g, "-")}.${language}`;

    // What went wrong since this was last asked; where one was led to, one may go again.
    const others = new Set();
    const taken = () => sink.faults.splice(0).filter((fault) =>
      ![...others].some((other) => fault.startsWith(`asks elsewhere: ${other}/`)));

    // One state of a page. `expected` is the answer's status: 422 where an answer is sent back.
    async function state(name, expected = 200) {
      // Of an answer of 4xx the console speaks too, later; the answers themselves are held below.
      const faults = taken().filter((fault) => !fault.startsWith(`${expected} `) && !/status of 4\d\d/.test(fault));
      if (status !== expected) faults.push(`status ${status}, not ${expected}, at ${page.url()}`);
      faults.push(...(await held(page, language)));
      const file = fileOf(name);
      for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
        await page.setViewportSize(viewport);
        await page.screenshot({ path: join(shots, `${file}.${size}.png`), fullPage: size === "narrow" });
      }
      if (seen.has(name)) faults.push("a name is used twice");
      seen.add(name);
      count(`${name} (${language})`, faults);
    }

    // A page of somebody else's, which one is led to and back from: only what all can be held to.
    async function elsewhere(name) {
      const other = new URL(page.url()).origin;
      if (other === origin) throw new Error(`${page.url()} is nobody else's page`);
      others.add(other);
      const faults = [...taken(), ...(await axeOn(page))];
      await page.screenshot({ path: join(shots, `${fileOf(name)}.narrow.png`), fullPage: true });
      count(`${name} (${language})`, faults);
    }

    const send = () => page.locator("main form:has(button) button").first().click();
    return { page, language, state, elsewhere, send, close: () => context.close() };
  }

  async function held(page, language) {
    const faults = [];
    const lang = await page.getAttribute("html", "lang");
    if (lang !== language) faults.push(`the page says its language is ${lang}`);
    const scripts = await page.locator("script, [onclick], [onload], [onsubmit], [onchange], [style]").count();
    if (scripts > 0) faults.push(`${scripts} elements with a script or a style of their own`);
    if ((await page.locator("h1").count()) !== 1) faults.push("not one h1");
    await page.setViewportSize(LEAST);
    faults.push(...(await reflow(page, "at 320 px")), ...(await targets(page)), ...(await axeOn(page)));
    await page.setViewportSize(NARROW);
    return faults;
  }

  return { visitor, held };
}
