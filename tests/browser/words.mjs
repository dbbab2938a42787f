// What the walks type, and what they look for, in each language.
export const WORDS = {
  en: { body: "wealdmere", front: "/wealdmere/", query: "rubbish not emptied", postcode: "ZZ1 0AA",
    service: "Report a missed bin collection", bin: "Which bin was missed?", day: "When was the bin due?",
    notes: "Behind the blue gate", check: "Check your answers", postcodeLike: "Enter the postcode, like ZZ1 0AA",
    toCome: "The day must be today or in the past", law: "Environmental Protection Act 1990, section 46(1)" },
  cy: { body: "bro-eirlys", front: "/bro-eirlys/?lang=cy", query: "sbwriel", postcode: "ZZ7 0AA",
    service: /gollwyd|fin/, bin: "Pa fin na chafodd ei wagio?", day: "Ar ba ddyddiad y dylai'r bin fod wedi'i wagio?",
    notes: "Y tu ôl i’r giât las", check: /Gwiri/, postcodeLike: "Rhowch y cod post, er enghraifft ZZ1 0AA",
    toCome: "Rhaid i'r diwrnod fod heddiw neu yn y gorffennol", law: "Deddf Diogelu'r Amgylchedd 1990, adran 46(1)" },
};
