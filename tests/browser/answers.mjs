// What the walks answer, by service and question; whatever is not named here is answered with the
// first choice, or with something plausible of its kind.
const child = { child_name: "Sam Walker", child_born_on: { day: "4", month: "5", year: "2016" } };
const mover = { given_name: "Rhian", surname: "Walker", date_of_birth: { day: "2", month: "3", year: "1985" } };
const walker = {
  en: { condition: "Arthritis of both hips, since 2019", help: "A stick, and my daughter's arm", treatment: "Waiting for a new hip" },
  cy: { condition: "Gwynegon yn y ddwy glun, ers 2019", help: "Ffon, a braich fy merch", treatment: "Aros am glun newydd" },
};

// `body` serves in `language`; an agent of it takes the same as a call. `today` is a Date. Nobody
// knows who asks, so that a person has to: who decides in `role`, and of the options by variable
// what; `asks` is what they want to know first. `pays` where a fee is due after that. What is said
// otherwise on the phone is in `call`; what was not, `joins` the first. A number is the place of a
// choice.
export const SERVICES = [
  { id: "free-school-meals", body: "aldershire", language: "en", role: "caseworker",
    given: () => ({ ...child, child_year: "year_5", contact: "email",
      parent_given_name: "Rhian", parent_surname: "Walker", parent_born_on: mover.date_of_birth }),
    call: { child_name: "Ifor Walker" },
    decides: { answer: "granted/award-seen" }, reason: "They sent the letter of the award.",
    asks: "Which benefit does the letter name?", answers: "Universal Credit. I earn nothing at the moment." },
  { id: "blue-badge", body: "aldershire", language: "en", role: "assessor", pays: true,
    given: () => ({ qualifies_by: "none", effects: "walking", distance: "under_30", ...walker.en }),
    decides: { assessment: "granted/walking" }, reason: "Seen walking. The letter of the clinic says the same.",
    asks: "Did a clinic write about your hips?", answers: "Yes, in March. I can bring the letter." },
  { id: "change-of-address", body: "wealdmere", language: "en", role: "caseworker", joins: true,
    given: (today) => ({ ...mover, new_address: 2, moved_on: parts(today), keep_from: "yes" }),
    decides: { care: "tell" }, reason: "Spoken to on the number that we hold.",
    asks: "When can we ring you?", answers: "After six in the evening, on the number that you have." },
  { id: "blue-badge", body: "bro-eirlys", language: "cy", role: "assessor",
    given: () => ({ qualifies_by: "none", effects: "walking", distance: "under_30", ...walker.cy }),
    decides: { assessment: "granted/walking" }, reason: "Gwelwyd yn cerdded. Dywed llythyr y clinig yr un peth.",
    asks: "A ysgrifennodd clinig am eich cluniau?", answers: "Do, ym mis Mawrth. Gallaf ddod â'r llythyr." },
];

function parts(date) {
  return { day: String(date.getUTCDate()), month: String(date.getUTCMonth() + 1), year: String(date.getUTCFullYear()) };
}
