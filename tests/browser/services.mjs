// Walks every other service as people do whose browsers run no script: a resident who signs in, an
// agent with a caller, and the caseworkers and assessors who take what the machine could not decide.
//   node services.mjs [PROGRAM]
// What is served, and by which names it is found, is as for service.mjs.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SERVICES } from "./answers.mjs";
import { fill } from "./form.mjs";
import { launch } from "./harness.mjs";
import { outboxOf } from "./outbox.mjs";
import { path, peopleOf } from "./people.mjs";
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
const { rowsTo, message, today } = outboxOf(browser, origin, until);
const { signIn, member } = peopleOf({ origin, staff, visitor, rowsTo, message });
const now = await today();
const people = new Map();

// Each service is asked by somebody of its own, who has asked for nothing before.
const emailOf = (id, body) => `${id}-${body}-${process.pid}@example.org`;

async function resident({ id, body, given }, language) {
  const who = await visitor(language);
  const { page, state, send } = who;
  const email = emailOf(id, body);
  await page.goto(`${origin}/${body}/services/${id}?lang=${language}`);
  await state(`${id} start`);
  if ((await page.locator(`main a.button[href*="sign-in"]`).count()) > 0) {
    await page.locator(`main a.button[href*="sign-in"]`).click();
    await signIn(who, body, email);
    expect(`signing in leads back to ${id} (${language})`, path(page).endsWith(`/services/${id}`), page.url());
  }
  await send();
  await fill(who, given(now), { as: id, email });
  await state(`${id} check`);
  await send();
  const reference = (await page.locator(".reference").innerText()).trim();
  await state(`${id} confirmation`);
  await page.goto(`${origin}/${body}/requests/${reference}`);
  await state(`${id} status`);
  await page.goto(`${origin}/${body}/my-requests`);
  expect(`${id} is among my requests (${language})`, (await page.locator("main").innerText()).includes(reference));
  await state(`${id} my requests`);
  await who.close();
  return reference;
}

// One member of staff for all walks of a body: a code for each would be too many codes.
async function desk(body, role, language) {
  const name = `${role} of ${body}`;
  if (!people.has(name)) people.set(name, await member(body, role, language, name));
  return people.get(name);
}

async function agent({ id, body, given }, language) {
  const who = await desk(body, "agent", language);
  const { page, state } = who;
  await page.goto(`${origin}/${body}/staff`);
  const call = page.locator(`main form[action*="${id}"] button`).first();
  expect(`an agent can take a call about ${id}`, (await call.count()) === 1);
  await call.click();
  if (path(page).endsWith(`/services/${id}`)) {
    await state(`${id} call start`);
    await who.send();
  }
  await fill(who, given(now), { as: `${id} call`, email: emailOf(`${id}-call`, body) });
  await state(`${id} call check`);
  await who.send();
  expect(`an agent's call about ${id} ends with a reference`, (await page.locator(".reference").count()) === 1, page.url());
  await state(`${id} call confirmation`);
}

// Whoever has tasks opens the first, takes it and sends it empty before anything else.
async function works(body, role, language) {
  const who = await desk(body, role, language);
  const { page, state, send } = who;
  await page.goto(`${origin}/${body}/staff/tasks`);
  await state(`${role} queue of ${body}`);
  const first = page.locator('main table a[href*="/staff/tasks/"]').first();
  if ((await first.count()) === 0) return;
  await first.click();
  await state(`${role} task of ${body}`);
  if ((await page.locator('main form[action$="/claim"] button').count()) > 0) {
    await page.locator('main form[action$="/claim"] button').click();
    await state(`${role} task of ${body} taken`);
  }
  const decide = page.locator("main form:has(fieldset) button").last();
  if ((await decide.count()) === 0) return;
  await decide.click();
  await state(`${role} task of ${body} wanting`, 422);
  await send();
}

try {
  for (const asked of SERVICES) {
    for (const language of asked.languages) {
      await walk(`a resident asks for ${asked.id} (${language})`, () => resident(asked, language));
      await walk(`an agent takes a call about ${asked.id} (${language})`, () => agent(asked, language));
    }
  }
  for (const [body, language] of [["aldershire", "en"], ["wealdmere", "en"], ["bro-eirlys", "cy"]]) {
    for (const role of ["caseworker", "assessor"]) {
      if (staff(body, role)) await walk(`a ${role} of ${body}`, () => works(body, role, language));
    }
  }
} finally {
  await browser.close();
  await service.stop();
}
told(shots);
