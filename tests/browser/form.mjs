// Answers any service's pages from what a person would say, by the name of the question; what is
// not named is answered with the first choice or with something plausible of the field's kind.
import { path } from "./people.mjs";

const MOST_PAGES = 40;

// The questions of the page that is open: name, kind, and the field that is typed into.
function asked(page) {
  return page.evaluate(() => {
    const found = new Map();
    for (const element of document.querySelectorAll("main form [name]")) {
      const kind = element.matches("select, textarea") ? element.tagName.toLowerCase() : element.type;
      if (kind === "hidden" || kind === "submit" || element.closest("form.search")) continue;
      const date = element.name.match(/^(.+)-(day|month|year)$/);
      const name = date ? date[1] : element.name;
      if (!found.has(name)) found.set(name, { name, kind: date ? "date" : kind, mode: element.autocomplete, at: element.id });
    }
    return [...found.values()];
  });
}

function plausible({ kind, mode, name }, { email, postcode }) {
  if (kind === "email" || mode === "email") return email;
  if (kind === "tel" || mode === "tel") return "07700 900123";
  if (name.endsWith("-postcode")) return postcode;
  return "Rhian Walker";
}

async function answer(page, field, given, usual) {
  const value = given[field.name];
  const quoted = JSON.stringify(String(value));
  switch (field.kind) {
    case "radio":
    case "checkbox": {
      const wanted = typeof value === "string" ? `[value=${quoted}]` : "";
      const place = typeof value === "number" ? value - 1 : 0;
      await page.locator(`main [name="${field.name}"]${wanted} + label`).nth(place).click();
      break;
    }
    case "select":
      await page.selectOption(`[name="${field.name}"]`, value === undefined ? { index: 1 } : value);
      break;
    case "date":
      for (const [part, number] of Object.entries(value ?? { day: "2", month: "3", year: "1985" }))
        await page.fill(`[name="${field.name}-${part}"]`, number);
      break;
    default:
      await page.fill(`[name="${field.name}"]`, value ?? plausible(field, usual));
  }
}

// From the first question to the page where the answers are checked; each page is seen, and seen
// again with what it says to whoever leaves it empty. What was left empty first is then answered:
// `usual` has the address of e-mail and the postcode of whoever asks.
export async function fill({ page, state, send }, given, { as, usual }) {
  for (let seen = 0; seen < MOST_PAGES; seen += 1) {
    const here = path(page);
    if (here.endsWith("/check")) return;
    const fields = await asked(page);
    if (fields.length === 0) throw new Error(`nothing is asked at ${here}`);
    const name = `${as} ${fields.map((field) => field.name).join(" ")}`;
    await state(name);
    if (!fields.some((field) => field.name in given)) {
      await send();
      if ((await page.locator("#error-summary").count()) === 0 && path(page) !== here) continue;
      await state(`${name} wanting`, 422);
    }
    for (const field of await asked(page)) await answer(page, field, given, usual);
    await send();
    if ((await page.locator("#error-summary").count()) > 0)
      throw new Error(`${name} is not taken: ${await page.locator("#error-summary").innerText()}`);
  }
  throw new Error(`no end of questions at ${path(page)}`);
}
