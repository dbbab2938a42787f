// Walks every other service from the first page to the end as people do whose browsers run no
// script: a resident who signs in, an agent who has them on the phone, whoever decides what the
// machine could not, and the resident again, who pays and asks for a person.
//   node services.mjs [PROGRAM]
// What is served, and by which names it is found, is as for service.mjs.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SERVICES } from "./answers.mjs";
import { deskOf } from "./desk.mjs";
import { fill } from "./form.mjs";
import { launch } from "./harness.mjs";
import { outboxOf } from "./outbox.mjs";
import { path, peopleOf, tells } from "./people.mjs";
import { served, staffOf } from "./served.mjs";
import { count, expect, told, until, walk } from "./tally.mjs";
import { visitorsOf } from "./visitor.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const shots = join(here, "out/services");
const service = await served(until);
const origin = process.env.THROUGHLINE_URL ?? service.printed.match(/http:\/\/(localhost|127\.0\.0\.1):\d+/)[0];
const staff = staffOf(service.printed);
await mkdir(shots, { recursive: true });
const browser = await launch();
const { visitor } = await visitorsOf({ browser, origin, shots, count });
const { rowsTo, message, refused, today } = outboxOf(browser, origin, until);
const { signIn } = peopleOf({ origin, staff, visitor, rowsTo, message });
const now = await today();

// Cards that the emulated provider knows.
const REFUSED = "4000 0000 0000 0002", GOOD = "4444 3333 2222 1111";
const postcodeOf = (body) => (body === "bro-eirlys" ? "ZZ7 0AA" : "ZZ1 0AA");

// --- Residents --------------------------------------------------------------------------------

async function asks({ id, body, given, language, usual }) {
  const who = await visitor(language);
  const { page, state, send } = who;
  await page.goto(`${origin}/${body}/services/${id}?lang=${language}`);
  await state(`${id} start`);
  await page.locator(`main a.button[href*="sign-in"]`).click();
  await signIn(who, body, usual.email);
  expect(`signing in leads back to ${id} (${language})`, path(page).endsWith(`/services/${id}`), page.url());
  await send();
  await fill(who, given, { as: id, usual });
  await state(`${id} check`);
  await send();
  const reference = (await page.locator(".reference").innerText()).trim();
  await state(`${id} confirmation`);
  await page.goto(`${origin}/${body}/requests/${reference}`);
  await state(`${id} status`);
  await page.goto(`${origin}/${body}/my-requests`);
  await tells(page, reference, `${id} is among my requests (${language})`);
  await state(`${id} my requests`);
  return { ...who, reference };
}

// What the desk wants to know is answered on the request's page.
async function answers({ id, body, answers, language }, { page, state, send, reference }) {
  await page.goto(`${origin}/${body}/requests/${reference}`);
  await state(`${id} status asked`);
  await page.locator(`main a[href$="/requests/${reference}/question"]`).click();
  await state(`${id} question`);
  await send();
  await state(`${id} question wanting`, 422);
  await page.fill("main textarea", answers);
  await send();
  expect(`an answer leads back to the request (${id} ${language})`, path(page).endsWith(reference), page.url());
  await state(`${id} status answered`);
}

// At the provider's page the bank refuses one card and takes another; coming back twice is no harm.
async function pays({ id, body, language }, { page, state, elsewhere, reference }) {
  const status = `${origin}/${body}/requests/${reference}`;
  const toPay = page.locator("main a.button[rel=noreferrer]");
  const due = (what) => until(what, async () => {
    await page.goto(status);
    return (await toPay.count()) > 0;
  });
  await due("a fee to pay");
  await state(`${id} to pay`);
  for (const card of [REFUSED, GOOD]) {
    await due("the fee to pay");
    const href = await toPay.getAttribute("href");
    await toPay.click();
    await elsewhere(`${id} provider ${card === GOOD ? "again" : ""}`.trim());
    await page.fill("#card", card);
    await page.locator("button[value=pay]").click();
    expect(`paying leads back to the request (${id} ${language})`, page.url() === status, page.url());
    if (card === REFUSED) {
      await due("the fee to pay after a refused card");
      expect("a refused card has a new payment", (await toPay.getAttribute("href")) !== href);
      await state(`${id} card refused`);
    }
  }
  await until("the fee is paid", async () => {
    await page.goto(status);
    return (await toPay.count()) === 0;
  });
  await state(`${id} paid`);
  await page.goto(`${status}/paid`);
  expect(`coming back twice changes nothing (${id})`, page.url() === status && (await toPay.count()) === 0, page.url());
}

// The end as the resident sees it: decided by a person, with the reason, and who looked.
async function follows({ id, body, language }, { page, state, close, reference }) {
  await until(`the end of ${reference}`, async () => {
    await page.goto(`${origin}/${body}/requests/${reference}`);
    return (await page.locator('main a[href$="/withdraw"]').count()) === 0;
  });
  await state(`${id} status ended`);
  await page.goto(`${origin}/${body}/my-data`);
  await state(`${id} my data`);
  await tells(page, reference, `who looked at ${id} is told (${language})`);
  await page.locator("main ol.lines summary").first().click();
  const proof = await page.request.get(await page.locator('main a[href$="/proof"]').first().evaluate((link) => link.href));
  expect(`each look has its proof (${id} ${language})`, proof.ok(), String(proof.status()));
  await close();
}

// Somebody whom a rule refused this morning asks for a person, who decides otherwise.
async function looksAgain(desk) {
  const [email, reference] = await refused("aldershire", "FSM");
  const who = await visitor("en");
  const { page, state, close } = who;
  await page.goto(`${origin}/aldershire/requests/${reference}`);
  await signIn(who, "aldershire", email);
  await state("refused status");
  await page.locator('main form[action$="/review"] button').click();
  await state("refused looked again");
  await desk.review({ id: "refused", reference, outcome: "granted", reason: "The award began last week. They sent the letter." });
  await page.goto(`${origin}/aldershire/requests/${reference}`);
  await state("refused changed");
  await tells(page, "They sent the letter.", "the requester reads why a person changed the decision");
  await close();
}

// --- The walks of a body, one after the other --------------------------------------------------

// A member of staff who has signed in; they stay for all walks of their body.
async function member(body, role, language) {
  const who = await visitor(language);
  await who.page.goto(`${origin}/${body}/staff`);
  await signIn(who, body, staff(body, role));
  expect(`the ${role} of ${body} is let in`, path(who.page) === `/${body}/staff`, who.page.url());
  await who.state(`${role} of ${body} home`);
  return deskOf(origin, body, who);
}

async function everybody(asked, deskFor) {
  const { id, body, role, language } = asked;
  const email = `${id}-${body}-${process.pid}@example.org`;
  const usual = { email, postcode: postcodeOf(body) };
  const given = { ...asked.given(now), email };
  const named = `${id} (${language})`;
  const resident = await walk(`a resident asks for ${named}`, () => asks({ ...asked, given, usual }));
  if (!resident) return;
  const { reference } = resident;
  await walk(`an agent takes a call about ${named}`, async () => {
    const agent = await deskFor(body, "agent", language);
    await agent.findCaller({ id, email, reference });
    const second = await agent.takeCall({ id, given: { ...given, ...asked.call }, usual });
    expect(`a call about the same joins what is open, and no other does (${named})`, (second === reference) === Boolean(asked.joins), second);
  });
  await walk(`the ${role} decides about ${named}`, async () => {
    const desk = await deskFor(body, role, language);
    await desk.ask({ ...asked, reference });
    await answers(asked, resident);
    const decided = await desk.decide({ ...asked, reference });
    expect(`a person decided ${named}`, decided > 0);
  });
  await walk(`a resident follows ${named}`, async () => {
    if (asked.pays) await pays(asked, resident);
    await follows(asked, resident);
  });
}

async function ofBody(body) {
  const here = new Map();
  const deskFor = async (body, role, language) => {
    if (!here.has(role)) here.set(role, await member(body, role, language));
    return here.get(role);
  };
  for (const asked of SERVICES.filter((service) => service.body === body)) await everybody(asked, deskFor);
  if (body === "aldershire") await walk("a refusal is looked at again", async () => looksAgain(await deskFor(body, "caseworker", "en")));
}

try {
  await Promise.all([...new Set(SERVICES.map((service) => service.body))].map(ofBody));
} finally {
  await browser.close();
  await service.stop();
}
told(shots);
