//! Samples of staff places.

use base::{Channel, Role, TouchReason};

use super::{Gallery, REFERENCE, contractor, date, moment, staff};
use crate::views::front::ServiceLine;
use crate::views::page::Link;
use crate::views::request::Fact;
use crate::views::staff::{
    CaseLine, CaseList, CaseSearch, Duty, ElementLine, ServiceCall, StaffAnswers, StaffCase,
    StaffHome,
};
use crate::views::tag::{Tag, Tone};
use crate::words::Words;

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

fn case(words: Words, reference: &str, tag: Tag, due: i64) -> CaseLine {
    CaseLine {
        reference: reference.to_owned(),
        href: "/millbrook/staff/cases/1".to_owned(),
        service: super::service_title(words),
        tag,
        received: words.received_at(words.moment(moment(24, 9, 12)).as_str()),
        due: words.due_in(due),
        why: words.person_needed(words.touch_reason(TouchReason::UnknownOutcome)),
    }
}

fn cases(words: Words) -> Vec<CaseLine> {
    let busy = Tag::new(Tone::Busy, words.state_with_contractor());
    let late = Tag::new(Tone::Warn, words.state_late());
    vec![
        case(words, REFERENCE, late, -2),
        case(words, "MBC-0V8T-44XA-3", busy.clone(), 0),
        case(words, "MBC-2RJD-Z6P1-K", busy, 3),
    ]
}

impl StaffHome {
    /// Every role at once.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 0).page(words.staff_home());
        let duty = |heading: &str, text: String, tag, link: &str| Duty {
            heading: heading.to_owned(),
            text,
            tag,
            links: vec![Link::new(link, "/millbrook/staff/operator")],
        };
        let roles =
            [Role::Agent, Role::Operator, Role::Head].map(|role| words.role_name(role).to_owned());
        Self {
            roles: words.your_roles(words.list(&roles).as_str()),
            search: Some(CaseSearch {
                action: "/millbrook/staff/find".to_owned(),
                query: String::new(),
                found: None,
            }),
            calls: vec![ServiceCall {
                service: ServiceLine {
                    title: super::service_title(words),
                    summary: text(
                        words,
                        "A bin was not emptied on its day.",
                        "Ni chafodd bin ei wagio ar ei ddiwrnod.",
                    ),
                    href: "/millbrook/services/missed-bin-collection".to_owned(),
                    body: None,
                },
                act: page.act(words.begin_call(), "/millbrook/staff/calls/missed-bin-collection"),
            }],
            duties: vec![
                duty(
                    words.operator_title(),
                    words.troubles_count(2, 1),
                    Some(Tag::new(Tone::Bad, words.state_needs_you())),
                    words.operator_open(),
                ),
                duty(
                    words.figures(),
                    words.figures_card().to_owned(),
                    None,
                    super::service_title(words).as_str(),
                ),
            ],
            page,
        }
    }
}

impl CaseList {
    /// Three cases behind a figure.
    pub fn sample(words: Words) -> Self {
        let title = words.cases_behind(words.figure_straight_through());
        Self {
            page: staff(words, 2).page(title).back_to("/millbrook/staff/figures"),
            caption: super::service_title(words),
            definition: words.figure_straight_through_means().to_owned(),
            count: words.cases_many(words.count(1_204).as_str()),
            cases: cases(words),
            newer: Some("?after=1".to_owned()),
            older: Some("?before=3".to_owned()),
        }
    }
}

impl StaffCase {
    /// With the contractor, answers folded.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 0).page(super::service_title(words)).back_to("/millbrook/staff");
        let element = |name: String, kind: &str, tag: Tag, note: String| ElementLine {
            name,
            kind: kind.to_owned(),
            tag,
            since: words.moment(moment(24, 9, 12)),
            note,
        };
        let done = || Tag::new(Tone::Good, words.state_done());
        Self {
            reference: REFERENCE.to_owned(),
            tag: Tag::new(Tone::Busy, words.state_with_contractor()),
            sentence: words.waits_for(contractor(words)),
            acts: vec![page.second_act(words.note_chase(), "/millbrook/staff/cases/1/chase")],
            trouble: None,
            facts: vec![
                Fact::new(words.received(), words.moment(moment(24, 9, 12))),
                Fact::new(words.channel(), words.channel_name(Channel::Web)),
                Fact::new(words.due(), words.date(date(26))),
                Fact::new(words.language_label(), words.language_name()),
            ],
            answers: StaffAnswers::Folded(
                page.second_act(words.show_answers(), "/millbrook/staff/cases/1/answers"),
            ),
            timeline: super::tracking::timeline(words, false),
            elements: vec![
                element(
                    text(words, "Bin reported", "Bin wedi'i nodi"),
                    words.element_start(),
                    done(),
                    String::new(),
                ),
                element(
                    text(words, "Check the collection day", "Gwirio'r diwrnod casglu"),
                    words.element_rules(),
                    done(),
                    words.rule_that_held("2"),
                ),
                element(
                    text(words, "Send it to the contractor", "Ei anfon at y contractwr"),
                    words.element_service(),
                    Tag::new(Tone::Busy, words.state_waiting()),
                    words.waits_for(contractor(words)),
                ),
            ],
            page,
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let home = StaffHome::sample(words);
    gallery.add("staff_home", &home)?;
    let found = |query: &str, found| CaseSearch {
        action: "/millbrook/staff/find".to_owned(),
        query: query.to_owned(),
        found: Some(found),
    };
    let one = cases(words).into_iter().take(1).collect();
    let search = Some(found(REFERENCE, one));
    gallery.add_state("staff_home", "found", &StaffHome { search, ..home.clone() })?;
    let search = Some(found("MBC-1", Vec::new()));
    gallery.add_state("staff_home", "nothing", &StaffHome { search, ..home })?;
    let list = CaseList::sample(words);
    gallery.add("case_list", &list)?;
    let empty = CaseList { cases: Vec::new(), newer: None, older: None, ..list };
    gallery.add_state("case_list", "empty", &empty)?;
    let case = StaffCase::sample(words);
    gallery.add("staff_case", &case)?;
    let shown = StaffCase {
        answers: StaffAnswers::Shown {
            facts: vec![Fact::new(
                text(words, "Address", "Cyfeiriad"),
                text(words, "12 Orchard Row", "12 Heol y Berllan"),
            )],
            recorded: words.look_recorded().to_owned(),
        },
        trouble: Some(Link::new(words.see_incident(), "/millbrook/staff/incidents/1")),
        tag: Tag::new(Tone::Bad, words.state_stopped()),
        page: case.page.clone().saying(words.answers_opened()),
        ..case.clone()
    };
    gallery.add_state("staff_case", "shown", &shown)?;
    let erased = StaffCase {
        answers: StaffAnswers::Erased(words.answers_erased(words.on_date(date(12)).as_str())),
        tag: Tag::new(Tone::Quiet, words.state_closed()),
        sentence: words.state_closed().to_owned(),
        acts: Vec::new(),
        ..case
    };
    gallery.add_state("staff_case", "erased", &erased)
}
