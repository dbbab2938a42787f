// How people of the walks sign in: by the code that the outbox shows, as residents or as staff.
import { expect } from "./tally.mjs";

export const path = (page) => new URL(page.url()).pathname;
export const heading = async (page) => (await page.locator("h1").innerText()).replace(/\s+/g, " ").trim();

export async function says(page, words, name) {
  const text = await heading(page);
  expect(name, words instanceof RegExp ? words.test(text) : text.includes(words), `the heading is “${text}”`);
}

export const tells = async (page, words, name) =>
  expect(name, (await page.locator("main").innerText()).includes(words), `the page does not say “${words}”`);

// The link of the error summary lands on the field that is wrong.
export async function landsOnField(page, name) {
  const link = page.locator("#error-summary a").first();
  const field = (await link.getAttribute("href")).slice(1);
  await link.focus();
  await page.keyboard.press("Enter");
  const at = await page.evaluate(() => document.activeElement.id);
  const wrong = await page.locator(`[id="${field}"]`).evaluate((element) => Boolean(element.closest(".field-wrong")));
  const inView = await page.locator(`[id="${field}"]`).evaluate((element) => {
    const box = (element.matches("[type=radio], [type=checkbox]") ? element.nextElementSibling : element).getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  });
  expect(name, at === field && wrong && inView, `#${field} has no focus (#${at} has), is not the wrong field, or is out of sight`);
}

// `origin` serves; `staff` names who works there; `rowsTo` and `message` read the outbox.
export function peopleOf({ origin, staff, visitor, rowsTo, message }) {
  const messagesTo = async (page, body, email) => {
    const aside = await page.context().newPage();
    const rows = await rowsTo(aside, body, email);
    await aside.close();
    return rows;
  };

  // From the page that asks for an address to wherever one was going.
  async function signIn({ page, send }, body, email) {
    const before = await messagesTo(page, body, email);
    await page.fill("#q-email", email);
    await send();
    const text = await message(body, email, before);
    await page.fill("#q-code", text.match(/\b\d{6}\b/)?.[0] ?? "");
    await send();
  }

  // The same with a wrong address and a wrong code on the way, each state held.
  async function signInWrongFirst(who, body, email, as) {
    const { page, state, send } = who;
    await state(`sign-in of ${as}`);
    await page.fill("#q-email", "nobody");
    await send();
    await state(`sign-in wrong of ${as}`, 422);
    const before = await messagesTo(page, body, email);
    await page.fill("#q-email", email);
    await send();
    await state(`code of ${as}`);
    const text = await message(body, email, before);
    const code = text.match(/\b\d{6}\b/)?.[0] ?? "";
    await page.fill("#q-code", code === "000000" ? "000001" : "000000");
    await send();
    await state(`code wrong of ${as}`, 422);
    await page.fill("#q-code", code);
    await send();
  }

  // A member of a body's staff who has signed in, on the page that staff begin with.
  async function member(body, role, language, as = role) {
    const email = staff(body, role);
    if (!email) throw new Error(`no ${role} of ${body} was printed`);
    const who = await visitor(language);
    await who.page.goto(`${origin}/${body}/staff`);
    await signInWrongFirst(who, body, email, as);
    expect(`${as} of ${body} is let in`, path(who.page) === `/${body}/staff`, who.page.url());
    await who.state(`${as} home`);
    return who;
  }

  return { signIn, signInWrongFirst, member };
}

