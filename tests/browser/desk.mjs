// The desks: an agent who finds a caller, and whoever decides what the machine could not.
import { fill } from "./form.mjs";
import { path, tells } from "./people.mjs";
import { expect, until } from "./tally.mjs";

const FACTS = 2; // of what a caller is checked by

// `who` has signed in at the desk of a body, and serves it all day.
export function deskOf(origin, body, who) {
  const { page, state, send, language } = who;
  const desk = `${origin}/${body}/staff`;

  // A caller is found by what they say, masked until two facts are checked with them.
  async function findCaller({ id, email, reference }) {
    await page.goto(`${desk}/callers`);
    await state(`${id} callers`);
    await page.fill("#q", "nobody@example.org");
    await send();
    await state(`${id} callers nobody`);
    await page.fill("#q", email);
    await send();
    await state(`${id} callers found`);
    const shown = await page.locator("main").innerText();
    expect(`a caller is found masked (${id} ${language})`, shown.includes(reference) && !shown.includes(email), shown);
    await page.locator(`main a[href$="/callers/${reference}"]`).click();
    await state(`${id} caller`);
    await send();
    await state(`${id} caller not checked`, 422);
    for (let fact = 0; fact < FACTS; fact += 1) await page.locator("main [name=checked] + label").nth(fact).click();
    await send();
    await state(`${id} caller checked`);
    await tells(page, email, `a caller who was checked is shown (${id} ${language})`);
  }

  // The same service for whoever is on the phone, asking nothing that they have said before.
  async function takeCall({ id, given, usual }) {
    await page.locator(`main form[action$="/services/${id}"] button`).click();
    if (path(page).endsWith(`/services/${id}`)) await send();
    expect(`what to say to the caller is set apart (${id} ${language})`, (await page.locator(".say").count()) > 0, page.url());
    await fill(who, given, { as: `${id} call`, usual });
    await state(`${id} call check`);
    await send();
    await state(`${id} call confirmation`);
    return (await page.locator(".reference").innerText()).trim();
  }

  const queue = (id) => `${desk}/tasks?service=${id}`;
  const taskOf = (reference) => page.locator("main tbody tr").filter({ hasText: reference }).locator("th a").first();

  // To the next task of a request, which a machine may still be about to leave to a person.
  async function open(id, reference) {
    await until(`a task of ${reference}`, async () => {
      await page.goto(queue(id));
      return (await taskOf(reference).count()) > 0;
    });
    await taskOf(reference).click();
  }

  // The evidence is seen, the task is taken, and the requester is asked what is not known.
  async function ask({ id, reference, asks }) {
    await page.goto(`${desk}/tasks`);
    await state(`${id} queue`);
    await open(id, reference);
    await state(`${id} task`);
    await page.locator('main form[action$="/claim"] button, main form[action*="/claim?"] button').click();
    await state(`${id} task taken`);
    await page.locator("main form:has([name=reason]) button").click();
    await state(`${id} task wanting`, 422);
    await page.locator('main details:has(form[action*="/ask"]) summary').click();
    await page.locator('main form[action*="/ask"] button').click();
    await state(`${id} question wanting`, 422);
    await page.fill('main form[action*="/ask"] textarea', asks);
    await page.locator('main form[action*="/ask"] button').click();
    await state(`${id} question out`);
  }

  // All tasks of the request are decided, with a reason each; how many.
  async function decide({ id, reference, decides, reason, answers }) {
    let decided = 0;
    for (; decided < 10; decided += 1) {
      await page.goto(queue(id));
      if (decided > 0 && (await taskOf(reference).count()) === 0) break;
      await open(id, reference);
      if (decided === 0) await tells(page, answers, `what the requester answered is on the task (${id} ${language})`);
      await state(`${id} task to decide ${decided + 1}`);
      const claim = page.locator('main form[action$="/claim"] button, main form[action*="/claim?"] button');
      if ((await claim.count()) > 0) await claim.click();
      for (const [name, option] of Object.entries(decides)) {
        const choice = page.locator(`main [name="give-${name}"][value="${option}"] + label`);
        if ((await choice.count()) > 0) await choice.click();
      }
      await page.fill("main form:has([name=reason]) textarea[name=reason]", reason);
      await page.locator("main form:has([name=reason]) button").click();
      await state(`${id} task decided ${decided + 1}`);
    }
    return decided;
  }

  // What a machine refused is looked at again by a person, who changes it.
  async function review({ id, reference, outcome, reason }) {
    await page.goto(`${desk}/reviews`);
    await state(`${id} reviews`);
    await page.locator(`main a[href$="/reviews/${reference}"]`).click();
    await state(`${id} review`);
    await send();
    await state(`${id} review wanting`, 422);
    await page.locator(`main [name=outcome][value="${outcome}"] + label`).click();
    await page.fill("main textarea", reason);
    await send();
    await state(`${id} review decided`);
  }

  return { findCaller, takeCall, ask, decide, review };
}
