//! Samples of the operator's places.

use super::{Gallery, REFERENCE, contractor, moment, staff};
use crate::views::field::{Choice, Control, Field, errors_of};
use crate::views::operator::{
    ByHand, Exchange, Incident, IncidentLine, Operator, SystemLine, Trouble, Unknown,
};
use crate::views::page::Link;
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};
use crate::views::tracking::{Moment, Place};
use crate::words::Words;

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

fn system(words: Words, name: String, tag: Tag, waiting: u64, note: String) -> SystemLine {
    let repeated = words.count(waiting);
    SystemLine { name, tag, repeated, waiting: words.count(waiting), note }
}

fn healthy(words: Words) -> Vec<SystemLine> {
    vec![
        system(
            words,
            contractor(words).to_owned(),
            Tag::new(Tone::Good, words.system_answers()),
            0,
            String::new(),
        ),
        system(
            words,
            text(words, "E-mail", "E-bost"),
            Tag::new(Tone::Good, words.system_answers()),
            0,
            String::new(),
        ),
    ]
}

impl Operator {
    /// A contractor is down and one outcome is unknown.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 1).page(words.operator_title());
        let contractor = contractor(words);
        let at = words.moment(moment(24, 9, 2));
        let case = Link::new(words.see_case(REFERENCE), "/millbrook/staff/cases/1");
        Self {
            as_of: words.as_of(words.moment(moment(24, 10, 45)).as_str()),
            troubles: vec![Trouble {
                tag: Tag::new(Tone::Bad, words.system_down()),
                what: words.trouble_system_down(contractor),
                since: words.since_moment(at.as_str()),
                holds: words.holds_up_cases(words.count(14).as_str()),
                link: Some(Link::new(words.see_incident(), "/millbrook/staff/incidents/1")),
                mend: Some(page.act(words.try_now(), "/millbrook/staff/systems/waste/try")),
            }],
            unknowns: vec![Unknown {
                id: "unknown-1".to_owned(),
                what: text(
                    words,
                    "Send a crew to 12 Orchard Row",
                    "Anfon criw i 12 Heol y Berllan",
                ),
                ask: words.unknown_ask(contractor),
                look_for: vec![
                    Fact::new(words.our_reference(), REFERENCE),
                    Fact::new(words.sent_to_them(), at.clone()),
                ],
                since: words.since_moment(at.as_str()),
                case: case.clone(),
                done: page.act(words.done_button(), "/millbrook/staff/unknown/1/done"),
                not_done: page
                    .second_act(words.not_done_button(), "/millbrook/staff/unknown/1/not-done"),
            }],
            incidents: vec![IncidentLine {
                what: Link::new(
                    words.incident_no_answer(contractor),
                    "/millbrook/staff/incidents/1",
                ),
                reference: REFERENCE.to_owned(),
                place: text(words, "Send it to the contractor", "Ei anfon at y contractwr"),
                since: words.since_moment(at.as_str()),
            }],
            more_incidents: Some("?before=1".to_owned()),
            systems: vec![
                system(
                    words,
                    contractor.to_owned(),
                    Tag::new(Tone::Bad, words.system_down()),
                    14,
                    words.next_try(words.time(moment(24, 10, 50)).as_str()),
                ),
                system(
                    words,
                    text(words, "E-mail", "E-bost"),
                    Tag::new(Tone::Warn, words.system_slow()),
                    2,
                    String::new(),
                ),
            ],
            effects: vec![
                Fact::new(words.effects_waiting(), words.count(16)),
                Fact::new(words.effects_oldest(), at),
            ],
            page,
        }
    }
}

impl Incident {
    /// No answer from the contractor; the exchange is sealed.
    pub fn sample(words: Words) -> Self {
        let contractor = contractor(words);
        let page = staff(words, 1)
            .page(words.incident_no_answer(contractor))
            .back_to("/millbrook/staff/operator");
        let attempt = |place, hour, minute, what: String| Moment {
            place,
            when: words.moment(moment(24, hour, minute)),
            what,
            more: Vec::new(),
        };
        let area = Control::Area { value: String::new(), most: Some(2_000) };
        let done = text(words, "Your bin has been emptied.", "Mae eich bin wedi'i wagio.");
        let outcomes = Control::Radios(vec![Choice::new("collected", done)]);
        let fields = vec![
            Field::new(words, "outcome", words.by_hand_outcome(), outcomes),
            Field::new(words, "reason", words.by_hand_reason(), area),
        ];
        Self {
            tag: Tag::new(Tone::Bad, words.state_stopped()),
            sentence: words.incident_sentence(contractor),
            facts: vec![
                Fact::new(words.reference(), REFERENCE),
                Fact::new(words.service(), super::service_title(words)),
                Fact::new(
                    words.element(),
                    text(words, "Send it to the contractor", "Ei anfon at y contractwr"),
                ),
                Fact::new(words.since(), words.moment(moment(24, 9, 2))),
            ],
            acts: vec![page.act(words.try_again(), "/millbrook/staff/incidents/1/retry")],
            case: Link::new(words.see_case(REFERENCE), "/millbrook/staff/cases/1"),
            timeline: vec![
                attempt(
                    Place::Past,
                    9,
                    2,
                    text(words, "No answer within 10 seconds", "Dim ateb o fewn 10 eiliad"),
                ),
                attempt(
                    Place::Now,
                    9,
                    4,
                    text(words, "Connection refused", "Gwrthodwyd y cysylltiad"),
                ),
            ],
            exchange: Exchange::Sealed(
                page.second_act(words.show_exchange(), "/millbrook/staff/incidents/1/exchange"),
            ),
            address: "/millbrook/staff/incidents/1".to_owned(),
            by_hand: Some(ByHand {
                fields,
                action: "/millbrook/staff/incidents/1/by-hand".to_owned(),
            }),
            page,
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let operator = Operator::sample(words);
    gallery.add("operator", &operator)?;
    let closed = operator.page.clone().saying(words.by_hand_notice());
    gallery.add_state("operator", "closed", &Operator { page: closed, ..operator.clone() })?;
    let well = Operator {
        troubles: Vec::new(),
        unknowns: Vec::new(),
        incidents: Vec::new(),
        more_incidents: None,
        systems: healthy(words),
        effects: vec![Fact::new(words.effects_waiting(), words.count(0))],
        page: operator.page.clone().saying(words.tried_now(contractor(words))),
        ..operator
    };
    gallery.add_state("operator", "well", &well)?;
    let incident = Incident::sample(words);
    gallery.add("incident", &incident)?;
    let shown = Exchange::Shown {
        when: words.moment(moment(24, 9, 4)),
        sent: "POST /soap HTTP/1.1\nContent-Type: text/xml; charset=utf-8\n\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\n  <soap:Body>\n    <ReportMissedBin><Uprn>100000000012</Uprn><Bin>recycling</Bin></ReportMissedBin>\n  </soap:Body>\n</soap:Envelope>".to_owned(),
        came_back: "HTTP/1.1 500 Internal Server Error\n\n<soap:Fault><faultcode>soap:Server</faultcode></soap:Fault>".to_owned(),
    };
    gallery.add_state("incident", "shown", &Incident { exchange: shown, ..incident.clone() })?;
    let mut wrong = Incident { exchange: Exchange::None, ..incident };
    if let Some(by_hand) = wrong.by_hand.as_mut() {
        let wrongs = [words.error_by_hand_outcome(), words.error_reason()];
        for (field, wrong) in by_hand.fields.iter_mut().zip(wrongs) {
            field.error = Some(wrong.to_owned());
        }
        wrong.page.errors = errors_of(&by_hand.fields);
    }
    gallery.add_state("incident", "wrong", &wrong)
}
