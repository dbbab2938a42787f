// What the walks answer, by service and question; whatever is not named here is answered with the
// first choice, or with something plausible of its kind.
const child = { child_name: "Sam Walker", child_born_on: { day: "4", month: "5", year: "2016" } };
const mover = { given_name: "Rhian", surname: "Walker", date_of_birth: { day: "2", month: "3", year: "1985" } };

// `body` serves in `language`; an agent of it takes the same as a call. `today` is a Date.
export const SERVICES = [
  { id: "free-school-meals", body: "aldershire", languages: ["en"],
    given: () => ({ ...child, child_year: "year_5", contact: "email" }) },
  { id: "change-of-address", body: "wealdmere", languages: ["en"],
    given: (today) => ({ ...mover, moved_on: parts(today), keep_from: "no" }) },
  { id: "blue-badge", body: "aldershire", languages: ["en"], given: () => ({}) },
  // No award qualifies this one: an assessor decides.
  { id: "blue-badge", body: "bro-eirlys", languages: ["cy"], given: () => ({ qualifies_by: "none" }) },
];

function parts(date) {
  return { day: String(date.getUTCDate()), month: String(date.getUTCMonth() + 1), year: String(date.getUTCFullYear()) };
}
