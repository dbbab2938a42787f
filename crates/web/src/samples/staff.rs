//! Samples of staff places.

use base::{Channel, Role, TouchReason};

use super::{Gallery, REFERENCE, contractor, date, moment, staff};
use crate::views::caller::CallerSearch;
use crate::views::field::{Choice, Control, Field, errors_of};
use crate::views::front::ServiceLine;
use crate::views::page::{Link, Page};
use crate::views::request::Fact;
use crate::views::staff::{
    CaseLine, CaseList, CaseSearch, Duty, ElementLine, ServiceCall, StaffAnswers, StaffCase,
    StaffHome, StaffReview,
};
use crate::views::tag::{Tag, Tone};
use crate::views::tracking::{Decision, Moment, Place, Reason};
use crate::words::Words;

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

fn case(words: Words, reference: &str, tag: Tag, due: i64) -> CaseLine {
    CaseLine {
        reference: reference.to_owned(),
        href: "/millbrook/staff/cases/1".to_owned(),
        service: Some(super::service_title(words)),
        tag,
        received: words.received_at(words.moment(moment(24, 9, 12)).as_str()),
        due: words.due_in(due),
        why: words.person_needed(words.touch_reason(TouchReason::UnknownOutcome)),
    }
}

pub(super) fn cases(words: Words) -> Vec<CaseLine> {
    let busy = Tag::new(Tone::Busy, words.state_with_contractor());
    let late = Tag::new(Tone::Warn, words.state_late());
    vec![
        case(words, REFERENCE, late, -2),
        case(words, "MBC-0V8T-44XA-3", busy.clone(), 0),
        case(words, "MBC-2RJD-Z6P1-K", busy, 3),
    ]
}

/// A service that can be begun for a caller.
pub(super) fn begin(words: Words, page: &Page) -> ServiceCall {
    ServiceCall {
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
    }
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
            callers: None,
            search: Some(CaseSearch {
                action: "/millbrook/staff/find".to_owned(),
                query: String::new(),
                found: None,
            }),
            calls: vec![begin(words, &page)],
            duties: vec![
                duty(
                    words.reviews_title(),
                    words.reviews_card(words.count(1).as_str()),
                    Some(Tag::new(Tone::Warn, words.state_needs_you())),
                    words.reviews_open(),
                ),
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
            cases: cases(words)
                .into_iter()
                .map(|case| CaseLine { service: None, ..case })
                .collect(),
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
            question: None,
            facts: vec![
                Fact::new(words.received(), words.moment(moment(24, 9, 12))),
                Fact::new(words.channel(), words.channel_name(Channel::Web)),
                Fact::new(words.due(), words.date(date(26))),
                Fact::new(words.language_label(), words.language_name()),
            ],
            answers: StaffAnswers::Folded(
                page.second_act(words.show_answers(), "/millbrook/staff/cases/1/answers"),
            ),
            decision: None,
            parts: Vec::new(),
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

impl StaffReview {
    /// A refusal at which a person looks again.
    pub fn sample(words: Words) -> Self {
        let area = Control::Area { value: String::new(), most: Some(2_000) };
        let stands = text(
            words,
            "We can send the crew back within 7 days of the collection day.",
            "Gallwn anfon y criw yn ôl o fewn 7 diwrnod i'r diwrnod casglu.",
        );
        let other = text(words, "The bin was emptied.", "Cafodd y bin ei wagio.");
        let options = vec![
            Choice {
                hint: Some(words.review_stands().to_owned()),
                ..Choice::new("too_late", stands.clone())
            },
            Choice::new("collected", other),
        ];
        Self {
            page: staff(words, 0).page(words.review_title()).back_to("/millbrook/staff/reviews"),
            caption: format!("{} {REFERENCE}", super::service_title(words)),
            decided: stands,
            reasons: vec![Reason {
                text: text(
                    words,
                    "It was reported 9 days after the collection day.",
                    "Cafodd ei nodi 9 diwrnod ar ôl y diwrnod casglu.",
                ),
                law: Some(text(
                    words,
                    "Environmental Protection Act 1990, section 45",
                    "Deddf Diogelu'r Amgylchedd 1990, adran 45",
                )),
            }],
            answers: StaffAnswers::Shown {
                facts: vec![Fact::new(
                    text(words, "Address", "Cyfeiriad"),
                    text(words, "12 Orchard Row", "12 Heol y Berllan"),
                )],
                recorded: words.look_recorded().to_owned(),
            },
            facts: StaffCase::sample(words).facts,
            timeline: super::tracking::timeline(words, false).into_iter().take(1).collect(),
            case: Link::new(words.see_case(REFERENCE), "/millbrook/staff/cases/1"),
            fields: vec![
                Field::new(words, "outcome", words.review_outcome(), Control::Radios(options)),
                Field::new(words, "reason", words.review_reason(), area),
            ],
            action: "/millbrook/staff/reviews/1".to_owned(),
        }
    }
}

fn collect_reviews(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let list = CaseList {
        page: staff(words, 0).page(words.reviews_title()).saying(words.review_decided_notice()),
        definition: words.reviews_definition().to_owned(),
        count: words.reviews_card(words.count(1).as_str()),
        cases: cases(words).into_iter().take(1).collect(),
        newer: None,
        older: None,
        ..CaseList::sample(words)
    };
    gallery.add_state("case_list", "reviews", &list)?;
    let review = StaffReview::sample(words);
    gallery.add("staff_review", &review)?;
    let wrongs = [words.error_review_outcome(), words.error_review_reason()];
    let fields: Vec<Field> =
        review.fields.iter().zip(wrongs).map(|(field, wrong)| field.clone().wrong(wrong)).collect();
    let page = review.page.clone().with_errors(errors_of(&fields));
    let reasons = Vec::new();
    gallery.add_state("staff_review", "wrong", &StaffReview { page, reasons, fields, ..review })
}

fn collect_home(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let home = StaffHome::sample(words);
    gallery.add("staff_home", &home)?;
    let agent =
        StaffHome { callers: Some(CallerSearch::sample(words)), search: None, ..home.clone() };
    gallery.add_state("staff_home", "agent", &agent)?;
    let found = |query: &str, found| CaseSearch {
        action: "/millbrook/staff/find".to_owned(),
        query: query.to_owned(),
        found: Some(found),
    };
    let one = cases(words).into_iter().take(1).collect();
    let search = Some(found(REFERENCE, one));
    gallery.add_state("staff_home", "found", &StaffHome { search, ..home.clone() })?;
    let search = Some(found("MBC-1", Vec::new()));
    gallery.add_state("staff_home", "nothing", &StaffHome { search, ..home })
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    collect_home(gallery)?;
    let list = CaseList::sample(words);
    gallery.add("case_list", &list)?;
    let empty = CaseList { cases: Vec::new(), newer: None, older: None, ..list };
    gallery.add_state("case_list", "empty", &empty)?;
    collect_reviews(gallery)?;
    collect_cases(gallery)
}

fn collect_cases(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let case = StaffCase::sample(words);
    gallery.add("staff_case", &case)?;
    let check = Link::new(words.caller_check(), "/millbrook/staff/callers/1");
    let closed = StaffCase { answers: StaffAnswers::Closed(check), ..case.clone() };
    gallery.add_state("staff_case", "unverified", &closed)?;
    let in_passing = StaffCase {
        tag: Tag::new(Tone::Good, words.state_done()),
        sentence: words.sentence_decided().to_owned(),
        acts: Vec::new(),
        timeline: case.timeline.iter().take(1).cloned().collect(),
        elements: Vec::new(),
        ..closed
    };
    gallery.add_state("staff_case", "in_passing", &in_passing)?;
    let shown = StaffCase {
        answers: StaffAnswers::Shown {
            facts: vec![Fact::new(
                text(words, "Address", "Cyfeiriad"),
                text(words, "12 Orchard Row", "12 Heol y Berllan"),
            )],
            recorded: words.look_recorded().to_owned(),
        },
        trouble: Some(Link::new(words.see_incident(), "/millbrook/staff/incidents/1")),
        question: Some(Link::new(words.question_enter(), "/millbrook/staff/cases/1/question")),
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
        elements: Vec::new(),
        ..case.clone()
    };
    gallery.add_state("staff_case", "erased", &erased)?;
    let in_parts = StaffCase {
        sentence: words.parts_done("2", "1"),
        parts: super::tracking::parts(words),
        ..case.clone()
    };
    gallery.add_state("staff_case", "in_parts", &in_parts)?;
    let answers = StaffAnswers::Erased(words.answers_gone().to_owned());
    gallery.add_state("staff_case", "gone", &StaffCase { answers, ..erased })?;
    gallery.add_state("staff_case", "refused", &refused_case(words))
}

fn refused_case(words: Words) -> StaffCase {
    StaffCase {
        tag: Tag::new(Tone::Quiet, words.state_refused()),
        sentence: super::tracking::refusal(words),
        acts: Vec::new(),
        facts: vec![
            Fact::new(words.received(), words.moment(moment(24, 9, 12))),
            Fact::new(words.channel(), words.channel_name(Channel::Api)),
            Fact::new(words.closed_on(), words.moment(moment(24, 9, 12))),
            Fact::new(words.was_promised(), words.date(date(26))),
        ],
        answers: StaffAnswers::Erased(words.answers_not_here_nobody().to_owned()),
        decision: Some(Decision {
            who: words.computer_decided_only(staff(words, 0).band.name.as_str()),
            ..super::tracking::decision(words)
        }),
        timeline: vec![Moment {
            place: Place::Now,
            when: words.moment(moment(24, 9, 12)),
            what: words.they_told_us(Channel::Api).to_owned(),
            more: Vec::new(),
        }],
        elements: Vec::new(),
        ..StaffCase::sample(words)
    }
}
