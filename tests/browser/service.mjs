// Walks the served service as people do whose browsers run no script: residents in English and in
// Welsh, one of them by keyboard alone, an agent, an operator who mends what a back office refused,
// and a head of service. Each state of a page that they reach is held to WCAG 2.0 to 2.2 A and AA,
// to 320 px, and to its language.
//   node service.mjs [PROGRAM]
// THROUGHLINE_URL and THROUGHLINE_SERVED (a file of what the demonstration printed, or that text)
// name one that runs already; else PROGRAM, or THROUGHLINE_PROGRAM, is started and stopped here.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { keyboard, launch, watch } from "./harness.mjs";
import { outboxOf } from "./outbox.mjs";
import { landsOnField, path, peopleOf, says, tells } from "./people.mjs";
import { served, staffOf, switchOf } from "./served.mjs";
import { count, expect, told, until, walk } from "./tally.mjs";
import { LEAST, visitorsOf } from "./visitor.mjs";
import { WORDS } from "./words.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const shots = join(here, "out/service");
const SERVICE = "missed-bin-collection";
// Nobody who has asked for anything: a service that stays up can be walked again.
const RESIDENT = `walker${process.pid}@example.org`;

// --- A visitor --------------------------------------------------------------------------------

const service = await served(until);
const origin = process.env.THROUGHLINE_URL ?? service.printed.match(/http:\/\/(localhost|127\.0\.0\.1):\d+/)[0];
const staff = staffOf(service.printed);
const faults = switchOf(service.printed);
await mkdir(shots, { recursive: true });
const browser = await launch();

async function fault(body, system, kind) {
  const url = faults(body, system);
  if (!url) throw new Error(`no switch of ${system} of ${body} was printed`);
  const answer = await fetch(url, {
    method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ fault: { kind } }) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
}

const { visitor, held } = await visitorsOf({ browser, origin, shots, count });

const { rowsTo, message, today } = outboxOf(browser, origin, until);
const { signInWrongFirst, member } = peopleOf({ origin, staff, visitor, rowsTo, message });
const now = await today();
function daysAgo(days) {
  const date = new Date(now.getTime() - days * 86_400_000);
  return { day: String(date.getUTCDate()), month: String(date.getUTCMonth() + 1), year: String(date.getUTCFullYear()) };
}

async function fillDate(page, date) {
  for (const part of ["day", "month", "year"]) await page.fill(`#q-missed_on-${part}`, date[part]);
}

// --- Residents --------------------------------------------------------------------------------

async function residentAsks(language) {
  const words = WORDS[language];
  const who = await visitor(language);
  const { page, state, send } = who;
  const base = `${origin}/${words.body}`;
  await page.goto(origin + words.front);
  await state("front");
  await page.fill("#q", "zzzz");
  await send();
  await state("front nothing found");
  await page.fill("#q", words.query);
  await send();
  await state("front found");
  await page.locator(`main a[href$="/services/${SERVICE}"]`).first().click();
  await says(page, words.service, `the service's start, by search (${language})`);
  await state("start");
  await send();

  await state("postcode");
  await send();
  await state("postcode wanting", 422);
  await tells(page, words.postcodeLike, `the postcode's error says how to write it (${language})`);
  await page.fill("#q-address-postcode", words.postcode.slice(0, 4) + "9ZZ");
  await send();
  await state("postcode unknown", 422);
  await page.fill("#q-address-postcode", words.postcode);
  await send();
  await state("address");
  await send();
  await state("address wanting", 422);
  await landsOnField(page, `the summary's link lands on the address (${language})`);
  await page.locator("label[for=q-address-2]").click();
  await send();

  await says(page, words.bin, `the bin is asked (${language})`);
  await state("bin");
  await send();
  await state("bin wanting", 422);
  await landsOnField(page, `the summary's link lands on the bin (${language})`);
  await page.locator('input[value=food] + label').click();
  await send();

  await says(page, words.day, `the day is asked (${language})`);
  await state("day");
  await fillDate(page, { ...daysAgo(2), month: "13" });
  await send();
  await state("day wrong", 422);
  expect(`a wrong answer is kept (${language})`, (await page.inputValue("#q-missed_on-month")) === "13");
  await fillDate(page, daysAgo(-30)); // today is read from the last message, and may be later
  await send();
  await state("day to come", 422);
  await tells(page, words.toCome, `a day to come is refused at the question (${language})`);
  await landsOnField(page, `the summary's link lands on the day (${language})`);
  await fillDate(page, daysAgo(2));
  await send();
  await state("notes");
  await page.fill("textarea", "x".repeat(501));
  await send();
  await state("notes too long", 422);
  await page.fill("textarea", words.notes);
  await send();
  await state("e-mail");
  await page.fill("#q-email", "nobody at home");
  await send();
  await state("e-mail wrong", 422);
  await page.fill("#q-email", RESIDENT);
  await send();

  await says(page, words.check, `the answers are checked (${language})`);
  await state("check");
  await page.locator('main a[href*="pages/notes?change"]').click();
  await state("notes changed");
  await page.fill("textarea", `${words.notes} <b>&</b>`);
  await send();
  expect(`a change leads back to the answers (${language})`, path(page).endsWith("/check"), page.url());
  expect(`the changed answer is shown as typed (${language})`, (await page.locator("main").innerText()).includes("<b>&</b>"));
  await send();

  const reference = (await page.locator(".reference").innerText()).trim();
  expect(`a reference is given (${language})`, /^[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]$/.test(reference), reference);
  await state("confirmation");
  await page.reload();
  expect(`reloaded, the confirmation is the same (${language})`, (await page.locator(".reference").innerText()).trim() === reference);
  await page.locator(`main a[href$="/requests/${reference}"]`).click();
  await state("status");

  await page.goto(`${base}/requests`);
  await state("look-up");
  await page.fill("#q-reference", "MBC-0000-0000-0");
  await send();
  await state("look-up wrong", 422);
  await page.goto(`${base}/requests`);
  await page.fill("#q-reference", ` ${reference.toLowerCase().replaceAll("-", " ")} `);
  await send();
  expect(`a reference typed loosely is found (${language})`, path(page).endsWith(`/requests/${reference}`), page.url());

  await page.goto(`${base}/my-requests`);
  await signInWrongFirst(who, words.body, RESIDENT, "a resident");
  expect(`signing in leads on to where one was going (${language})`, path(page) === `/${words.body}/my-requests`, page.url());
  await state("my requests empty");
  const own = await askSignedIn(who);
  await page.goto(`${base}/my-requests`);
  await state("my requests");
  expect(`my requests name what was asked when signed in (${language})`, (await page.locator("main").innerText()).includes(own));
  await page.locator(`main a[href$="/requests/${own}"]`).first().click();
  await state("status signed in");
  for (const place of ["help", "accessibility", "privacy"]) {
    await page.goto(`${base}/${place}`);
    await state(place);
  }
  await page.goto(`${base}/nowhere`);
  await state("not found", 404);
  await who.close();
  return reference;
}

// One report, quickly: the postcode's address and the bin by their places in their lists. On the
// confirmation afterwards; whether it was joined to somebody's.
async function report({ page, language, send }, { postcode, address, bin, days }) {
  const id = (name, at) => `label[for=q-${name}${at === 1 ? "" : `-${at}`}]`;
  await page.goto(`${origin}/${WORDS[language].body}/services/${SERVICE}`);
  await send();
  await page.fill("#q-address-postcode", postcode);
  await send();
  await page.locator(id("address", address)).click();
  await send();
  await page.locator(id("bin", bin)).click();
  await send();
  await fillDate(page, daysAgo(days));
  await send();
  await send();
  await send();
  await send();
  return (await page.locator("main .inset").count()) > 0;
}

// Reports bins until one was due, since only the calendar knows which day that is; a refusal on the
// way. The reference that stays open.
async function reportOneDue(who, address) {
  const { page, language, state } = who;
  let refused = false;
  for (const letter of "ABDEF") { // an inward code has no C
    const postcode = WORDS[language].postcode.slice(0, -1) + letter;
    for (let days = 1; days <= 5; days += 1) {
      const joined = await report(who, { postcode, address, bin: 4, days });
      if (joined) continue;
      const answered = (await page.locator("main ol.timeline").count()) === 0;
      if (answered && !refused) {
        refused = true;
        await state("confirmation refused");
        await tells(page, WORDS[language].law, `a refusal names its law (${language})`);
        await page.locator('main a[href*="/requests/"]').click();
        await state("status refused");
        const said = await page.locator("main").innerText();
        expect(`a refused status says its sentence once (${language})`,
          said.split(await page.locator(".now .sentence").innerText()).length === 2, said);
        expect(`a report is no claim (${language})`, !/claim|hawliad/.test(said));
      }
      if (!answered) return (await page.locator(".reference").innerText()).trim();
    }
  }
  throw new Error("no bin of five postcodes was due within five days");
}

// An open request is seen, and taken back; a done one is said not to be fixed.
async function residentFollows(language, done) {
  const words = WORDS[language];
  const who = await visitor(language);
  const { page, state, send } = who;
  const base = `${origin}/${words.body}`;
  const reference = await reportOneDue(who, 6);
  await page.goto(`${base}/requests/${reference}`);
  await state("status open");
  await says(page, words.service, `the status names the service (${language})`);
  await page.locator(`main a[href$="/${reference}/withdraw"]`).click();
  await state("withdraw");
  await send();
  await state("status withdrawn");
  expect(`a request taken back can be taken back once (${language})`,
    (await page.locator('main a[href$="/withdraw"]').count()) === 0);
  for (const one of done) {
    await page.goto(`${base}/requests/${one}`);
    if (path(page).endsWith(one) && (await page.locator('main a[href$="/not-fixed"]').count()) > 0) break;
  }
  await state("status done");
  await page.locator('main a[href$="/not-fixed"]').click();
  await state("not fixed");
  await send();
  await state("not fixed wanting", 422);
  await landsOnField(page, `the summary's link lands on what is wrong (${language})`);
  await page.fill("textarea", words.notes);
  await send();
  await state("status not fixed");
  await who.close();
}

// The same service once more, by somebody who is signed in; the reference.
async function askSignedIn({ page, language, state, send }) {
  await page.goto(`${origin}/${WORDS[language].body}/services/${SERVICE}`);
  await send();
  await page.fill("#q-address-postcode", WORDS[language].postcode);
  await send();
  await page.locator("label[for=q-address-3]").click();
  await send();
  await page.locator("label[for=q-bin]").click();
  await send();
  await fillDate(page, daysAgo(4));
  await send();
  await send();
  await state("e-mail signed in");
  await send();
  await send();
  return (await page.locator(".reference").innerText()).trim();
}

// From the front to the reference without a pointer: Tab, Space, Enter and what is typed.
async function residentByKeyboard() {
  const who = await visitor("en");
  const { page, state } = who;
  const reach = async (selector) => {
    for (let stop = 0; stop < 60; stop += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
    }
    throw new Error(`Tab does not reach ${selector} at ${page.url()}`);
  };
  const press = async (selector, key = "Enter") => {
    await reach(selector);
    await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
  };
  await page.goto(`${origin}/wealdmere/`);
  await page.keyboard.press("Tab");
  expect("the first stop skips to the content", await page.evaluate(() => document.activeElement.matches(".skip")));
  await page.keyboard.press("Enter");
  await reach("#q");
  await page.keyboard.type("bin");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await press(`main a[href$="/services/${SERVICE}"]`);
  await press("main form button", "Space");
  await reach("#q-address-postcode");
  await page.keyboard.type("ZZ1 0AB");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await reach("[name=address]");
  await page.keyboard.press("Space");
  await press("main form button", "Space");
  await reach("[name=bin]");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await press("main form button");
  for (const part of ["day", "month", "year"]) {
    await reach(`#q-missed_on-${part}`);
    await page.keyboard.type(daysAgo(1)[part]);
  }
  await press("main form button");
  await press("main form button"); // the notes are optional
  await press("main form button"); // and so is the e-mail address
  count("keyboard on the answers (en)", await keyboard(page));
  await page.reload();
  await press("main form button", "Space");
  await state("confirmation by keyboard");
  expect("the service is asked by keyboard alone", (await page.locator(".reference").count()) === 1, page.url());
  await who.close();
}

// --- Staff ------------------------------------------------------------------------------------

async function agent(body, language, reference) {
  const who = await member(body, "agent", language);
  const { page, state, send } = who;
  expect("the agent's search has the focus", await page.locator("#q[autofocus]").count() === 1);
  await page.fill("#q", reference);
  await page.locator("form.search button").click();
  await state("agent found", 200);
  await page.goto(`${origin}/${body}/staff`);
  await page.locator(`main form[action*="${SERVICE}"] button`).first().click();
  if (path(page).endsWith(`/services/${SERVICE}`)) {
    await state("call start");
    await send();
  }
  await state("call postcode");
  expect("what to say to the caller is set apart", (await page.locator(".say").count()) > 0);
  await page.fill("#q-address-postcode", WORDS[language].postcode);
  await send();
  await page.locator("label[for=q-address-5]").click();
  await send();
  await state("call bin");
  await send();
  await state("call bin wanting", 422);
  await page.locator("label[for=q-bin]").click();
  await send();
  await fillDate(page, daysAgo(3));
  await send();
  await send();
  await state("call e-mail");
  await send();
  await state("call check");
  await send();
  await state("call confirmation");
  expect(`an agent's call ends with a reference (${body})`, (await page.locator(".reference").count()) === 1, page.url());
  await who.close();
}

async function operator(body, language, reference) {
  const who = await member(body, "operator", language);
  const { page, state } = who;
  await page.goto(`${origin}/${body}/staff/operator`);
  await state("operator");
  await page.goto(`${origin}/${body}/staff/cases/${reference}`);
  await state("case by operator");
  await page.goto(`${origin}/${body}/staff/figures/${SERVICE}`);
  await state("figures refused to the operator", 403);
  await who.close();
}

// A contractor refuses a job for a reason that nobody foresaw; when that is mended, the operator's
// button sends the request on, and nothing is sent twice.
async function operatorMends(body, language) {
  const resident = await visitor(language);
  await fault(body, "waste-contractor", "refuse");
  let reference;
  try {
    reference = await reportOneDue({ ...resident, state: async () => {} }, 9);
  } catch (error) {
    await fault(body, "waste-contractor", "none");
    throw error;
  }
  await resident.page.goto(`${origin}/${body}/requests/${reference}`);
  await resident.state("status held up");
  const who = await member(body, "operator", language, "operator who mends");
  const { page, state } = who;
  const operatorPage = `${origin}/${body}/staff/operator`;
  await until("an incident", async () => {
    await page.goto(operatorPage);
    return (await page.locator('main a[href*="/staff/incidents/"]').count()) > 0;
  });
  await state("operator with an incident");
  await page.goto(`${origin}/${body}/staff/cases/${reference}`);
  await state("case with an incident");
  await page.locator('main a[href*="/staff/incidents/"]').first().click();
  await state("incident");
  await page.locator('form[action$="/exchange"] button').click();
  await state("incident opened");
  expect(`the last exchange is shown (${body})`, (await page.locator("main pre").count()) === 2);
  await fault(body, "waste-contractor", "none");
  await page.locator('form[action*="how=replay"] button').first().click();
  await state("operator settled");
  await until("the request goes on", async () => {
    await page.goto(`${origin}/${body}/staff/cases/${reference}`);
    return (await page.locator('main a[href*="/staff/incidents/"]').count()) === 0;
  });
  await state("case mended");
  await resident.close();
  await who.close();
}

async function head(body, language) {
  const who = await member(body, "head", language);
  const { page, state } = who;
  await page.goto(`${origin}/${body}/staff/services-figures/`);
  await state("services with figures");
  await page.goto(`${origin}/${body}/staff/figures/${SERVICE}`);
  await state("figures");
  const links = await page.locator("ul.figures a.value").evaluateAll((links) => links.map((link) => link.href));
  expect(`five figures, each a link to its cases (${body})`, links.length === 5, `${links.length} links`);
  expect(`the process is drawn, with its numbers in a table (${body})`,
    (await page.locator(".picture svg").count()) === 1 && (await page.locator("table").count()) >= 3);
  let listed = 0;
  for (const [at, link] of links.entries()) {
    await page.goto(link);
    await state(`figure ${at + 1} cases`);
    listed += await page.locator(`main a[href*="/staff/cases/"]`).count();
  }
  expect(`figures open to cases (${body})`, listed > 0);
  await page.goto(links[0]);
  await page.locator(`main a[href*="/staff/cases/"]`).first().click();
  await state("case by head");
  await page.goto(`${origin}/${body}/staff/figures/${SERVICE}/cases?behind=outcome.collected`);
  const done = await page.locator('main a[href*="/staff/cases/"]').allInnerTexts();
  await page.locator('main a[href*="/staff/cases/"]').first().click();
  await state("case done by head");
  expect(`a finished case has no table of steps (${body})`, (await page.locator("main table").count()) === 0);
  await who.close();
  return done.map((text) => text.trim());
}

// --- A page with faults must be caught --------------------------------------------------------

const FAULTY = `<!DOCTYPE html><html><head><title>Faulty</title><meta name="viewport" content="width=device-width"></head>
<body><h1>Faulty</h1><input id="nameless"><font color="#cccccc">pale</font><a href="#x">x</a><script>1</script>
<p style="width:900px">aaaa</p><img src="http://127.0.0.1:9/pixel.gif"></body></html>`;

async function faultyIsCaught() {
  const context = await browser.newContext({ viewport: LEAST, javaScriptEnabled: false });
  const page = await context.newPage();
  const sink = { faults: [] };
  watch(page, origin, sink);
  await page.route(`${origin}/faulty`, (route) => route.fulfill({ contentType: "text/html", body: FAULTY }));
  await page.goto(`${origin}/faulty`);
  const caught = (await held(page, "en")).concat(sink.faults).join("\n");
  for (const sign of ["says its language is null", "with a script", "html-has-lang", "axe label", "color-contrast",
    "image-alt", "px wide", "target of", "asks elsewhere"]) {
    expect(`the faulty page is caught: ${sign}`, caught.includes(sign), "not caught");
  }
  await context.close();
}

// --- The walks --------------------------------------------------------------------------------

try {
  await walk("a faulty page", faultyIsCaught);
  const region = await visitor("en");
  await walk("the region", async () => {
    await region.page.goto(`${origin}/`);
    await region.state("region");
    await region.page.goto(`${origin}/wealdmere/outbox`);
    await region.state("outbox");
    await region.page.locator("main ul.lines a").first().click();
    await region.state("outbox message");
    await region.close();
  });
  for (const language of ["en", "cy"]) {
    const { body } = WORDS[language];
    const reference = await walk(`a resident in ${language}`, () => residentAsks(language));
    if (!reference) continue;
    await walk(`an agent of ${body}`, () => agent(body, language, reference));
    await walk(`an operator of ${body}`, () => operator(body, language, reference));
    const done = await walk(`a head of ${body}`, () => head(body, language));
    await walk(`a resident who follows in ${language}`, () => residentFollows(language, done ?? []));
    await walk(`an operator of ${body} who mends`, () => operatorMends(body, language));
  }
  await walk("a resident by keyboard", residentByKeyboard);
} finally {
  await browser.close();
  await service.stop();
}
told(shots);
