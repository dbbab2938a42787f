//! Samples of following a request.

use super::{Gallery, REFERENCE, contractor, date, frame, moment, resident};
use crate::views::field::{Control, Field, LineKind, errors_of};
use crate::views::page::Link;
use crate::views::parts::PartLine;
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};
use crate::views::tracking::{
    Decision, Holder, Look, LookAgain, Moment, MyRequests, NotFixed, Pay, Place, Reason,
    RequestLine, Status, StatusLookup, Withdraw,
};
use crate::words::Words;

fn text(words: Words, english: &str, welsh: &str) -> String {
    words.pick(english, welsh).to_owned()
}

impl StatusLookup {
    /// Nothing entered.
    pub fn sample(words: Words) -> Self {
        let field = Field::line(words, "reference", words.reference(), LineKind::Reference, "");
        Self {
            page: frame(words).page(words.track_title()).back_to("/millbrook/"),
            field: field.hinted(words.reference_hint()),
            action: "/millbrook/track".to_owned(),
            mine: "/millbrook/requests".to_owned(),
        }
    }
}

/// What happened to the missed bin, up to where it stands.
pub(super) fn timeline(words: Words, done: bool) -> Vec<Moment> {
    let contractor = contractor(words);
    let moment =
        |place, when: String, what: String, more: Vec<String>| Moment { place, when, what, more };
    let past = |day, hour, minute, what: String| {
        moment(Place::Past, words.moment(super::moment(day, hour, minute)), what, Vec::new())
    };
    let mut moments = vec![
        past(24, 9, 12, words.you_told_us(base::Channel::Web).to_owned()),
        past(
            24,
            9,
            12,
            text(
                words,
                "We checked the collection day of your address",
                "Gwnaethom wirio diwrnod casglu eich cyfeiriad",
            ),
        ),
    ];
    if done {
        moments.push(past(24, 9, 12, words.event_sent_to(contractor)));
        moments.push(Moment {
            place: Place::Now,
            ..past(25, 14, 30, words.event_done_by(contractor))
        });
    } else {
        moments.push(Moment {
            place: Place::Now,
            more: vec![words.not_done_until(contractor)],
            ..past(24, 9, 12, words.event_sent_to(contractor))
        });
        let by = words.by_date(words.date(date(26)).as_str());
        let what =
            text(words, "The crew comes back for your bin", "Bydd y criw yn dod yn ôl at eich bin");
        moments.push(moment(Place::ToCome, by, what, Vec::new()));
    }
    moments
}

/// How the offices stand that were told of a move: one done, one with a person, one left out.
pub(super) fn parts(words: Words) -> Vec<PartLine> {
    let line = |title: (&str, &str), tag, said: (&str, &str), day| PartLine {
        title: text(words, title.0, title.1),
        tag,
        text: text(words, said.0, said.1),
        since: Some(words.moment(moment(day, 9, 12))),
    };
    vec![
        line(
            ("Council tax", "Treth gyngor"),
            Tag::new(Tone::Good, words.state_done()),
            ("Your council tax moves with you.", "Mae eich treth gyngor yn symud gyda chi."),
            24,
        ),
        line(
            ("Library", "Llyfrgell"),
            Tag::new(Tone::Warn, words.part_with_person()),
            (
                "The library could not find you. One of us will ring them and sort it out.",
                "Ni allai'r llyfrgell ddod o hyd i chi. Bydd un ohonom yn eu ffonio ac yn datrys hyn.",
            ),
            25,
        ),
        line(
            ("Benefits agency", "Asiantaeth budd-daliadau"),
            Tag::new(Tone::Quiet, words.part_left_out()),
            ("You asked us not to tell them.", "Gofynnoch i ni beidio â dweud wrthynt."),
            24,
        ),
    ]
}

/// An answer that a rule gave.
pub(super) fn refusal(words: Words) -> String {
    text(
        words,
        "We cannot give you a permit, because your street has no permit parking.",
        "Ni allwn roi trwydded i chi, oherwydd nid oes parcio â thrwydded yn eich stryd.",
    )
}

/// The rule with its law.
pub(super) fn decision(words: Words) -> Decision {
    Decision {
        what: None,
        reasons: vec![Reason {
            text: text(
                words,
                "12 Orchard Row is not in a permit zone.",
                "Nid yw 12 Heol y Berllan mewn parth trwyddedau.",
            ),
            law: Some(text(
                words,
                "Road Traffic Regulation Act 1984, section 45",
                "Deddf Rheoleiddio Traffig Ffyrdd 1984, adran 45",
            )),
        }],
        who: words.computer_decided(frame(words).band.name.as_str()),
        look_again: None,
    }
}

fn look_again(words: Words) -> LookAgain {
    let area = Control::Area { value: String::new(), most: Some(2_000) };
    let why = Field::new(words, "why", words.ask_a_person_why(), area).optional();
    LookAgain { why, action: "/millbrook/requests/1/review".to_owned() }
}

fn refused_timeline(words: Words) -> Vec<Moment> {
    let answered = Moment {
        place: Place::Now,
        when: words.moment(moment(24, 9, 12)),
        what: words.event_answered().to_owned(),
        more: Vec::new(),
    };
    timeline(words, false).into_iter().take(1).chain([answered]).collect()
}

impl Status {
    /// With the contractor, seen by the person who is signed in.
    pub fn sample(words: Words) -> Self {
        let contractor = contractor(words);
        Self {
            page: resident(words).page(super::service_title(words)).back_to("/millbrook/requests"),
            reference: REFERENCE.to_owned(),
            tag: Tag::new(Tone::Busy, words.state_with_contractor()),
            sentence: words.sent_to(contractor),
            promised: Some(words.promised_by(words.date(date(26)).as_str())),
            pay: None,
            parts: Vec::new(),
            holder: Some(Holder {
                name: contractor.to_owned(),
                text: words.works_for(frame(words).band.name.as_str()),
            }),
            asked: None,
            timeline: timeline(words, false),
            decision: None,
            answers: vec![
                Fact::new(
                    text(words, "Address", "Cyfeiriad"),
                    text(words, "12 Orchard Row, Millbrook", "12 Heol y Berllan, Brynarian"),
                ),
                Fact::new(text(words, "Bin", "Bin"), text(words, "Recycling", "Ailgylchu")),
                Fact::new(text(words, "Due on", "I fod i gael ei wagio"), words.date(date(24))),
            ],
            looks: Some(Vec::new()),
            sign_in: None,
            not_fixed: None,
            withdraw: Some("/millbrook/requests/1/withdraw".to_owned()),
        }
    }

    fn done(words: Words) -> Self {
        Self {
            tag: Tag::new(Tone::Good, words.state_done()),
            sentence: words.done_told_by(contractor(words), words.on_date(date(25)).as_str()),
            promised: Some(words.not_fixed_until(words.date(date(30)).as_str())),
            holder: None,
            timeline: timeline(words, true),
            not_fixed: Some("/millbrook/requests/1/not-fixed".to_owned()),
            withdraw: None,
            looks: Some(vec![Look {
                when: words.moment(moment(25, 10, 0)),
                who: words.role_name(base::Role::Operator).to_owned(),
                why: words.look_because(words.touch_reason(base::TouchReason::UnknownOutcome)),
            }]),
            ..Self::sample(words)
        }
    }

    fn refused(words: Words) -> Self {
        let page = frame(words).page(text(
            words,
            "Resident's parking permit",
            "Trwydded barcio i breswylwyr",
        ));
        Self {
            tag: Tag::new(Tone::Quiet, words.state_refused()),
            sentence: refusal(words),
            promised: None,
            holder: None,
            timeline: refused_timeline(words),
            decision: Some(Decision {
                look_again: Some(Box::new(look_again(words))),
                ..decision(words)
            }),
            page: page.back_to("/millbrook/requests"),
            withdraw: None,
            ..Self::sample(words)
        }
    }
}

impl Status {
    /// A refusal at which a person looks again.
    fn under_review(words: Words) -> Self {
        let refused = Self::refused(words);
        let decision = Decision {
            what: Some(refusal(words)),
            who: words.computer_decided_only(frame(words).band.name.as_str()),
            ..decision(words)
        };
        Self {
            tag: Tag::new(Tone::Busy, words.state_under_review()),
            sentence: words.sentence_under_review().to_owned(),
            decision: Some(decision),
            page: refused.page.clone().saying(words.look_again_noted()),
            ..refused
        }
    }

    /// The same with a reason that is too long.
    fn wrong_reason(self) -> Self {
        let words = self.page.words;
        let mut look_again = look_again(words);
        look_again.why = look_again.why.wrong(words.error_shorten(words.count(2_000).as_str()));
        let page = self.page.with_errors(errors_of(std::slice::from_ref(&look_again.why)));
        let decision = Some(Decision { look_again: Some(Box::new(look_again)), ..decision(words) });
        Self { page, decision, ..self }
    }

    /// A request that waits for an answer of its requester.
    fn asked(words: Words) -> Self {
        let asked = Moment {
            place: Place::Now,
            when: words.moment(moment(25, 10, 0)),
            what: words.event_asked().to_owned(),
            more: Vec::new(),
        };
        Self {
            tag: Tag::new(Tone::Warn, words.state_waits_for_you()),
            sentence: words.sentence_asked().to_owned(),
            promised: Some(words.promise_waits().to_owned()),
            timeline: timeline(words, false).into_iter().take(1).chain([asked]).collect(),
            ..Self::sample(words)
        }
    }

    /// The same, when a person has decided.
    fn reviewed(words: Words, changed: bool) -> Self {
        let refused = Self::refused(words);
        let body = frame(words).band.name;
        let who = if changed {
            words.person_changed(body.as_str())
        } else {
            words.person_upheld(body.as_str())
        };
        let reasons = vec![Reason {
            text: text(
                words,
                "The street was added to the zone last month.",
                "Ychwanegwyd y stryd at y parth fis diwethaf.",
            ),
            law: None,
        }];
        let decision = Decision { what: None, who, reasons, look_again: None };
        Self { decision: Some(decision), ..refused }
    }
}

impl NotFixed {
    /// Nothing entered.
    pub fn sample(words: Words) -> Self {
        let area = Control::Area { value: String::new(), most: Some(1_000) };
        let field = Field::new(words, "wrong", words.not_fixed_what(), area);
        Self {
            page: frame(words).page(words.not_fixed_title()).back_to("/millbrook/track/status"),
            caption: format!("{} {REFERENCE}", super::service_title(words)),
            told: words.done_told_by(contractor(words), words.on_date(date(25)).as_str()),
            next: words.not_fixed_next(contractor(words)),
            fields: vec![field],
            action: "/millbrook/requests/1/not-fixed".to_owned(),
        }
    }
}

impl Withdraw {
    /// A request that is with the contractor.
    pub fn sample(words: Words) -> Self {
        let page = frame(words).page(words.withdraw_title()).back_to("/millbrook/track/status");
        Self {
            caption: format!("{} {REFERENCE}", super::service_title(words)),
            text: words.withdraw_text().to_owned(),
            act: page.grave_act(words.withdraw_button(), "/millbrook/requests/1/withdraw"),
            keep: Link::new(words.withdraw_keep(), "/millbrook/track/status"),
            page,
        }
    }
}

impl MyRequests {
    /// One open, one over.
    pub fn sample(words: Words) -> Self {
        let line = |title: String, tag: Tag, sentence: String, day| RequestLine {
            title,
            reference: REFERENCE.to_owned(),
            body: frame(words).band.name,
            tag,
            sentence,
            sent: words.sent_on(words.on_date(date(day)).as_str()),
            href: "/millbrook/requests/1".to_owned(),
        };
        let contractor = contractor(words);
        Self {
            page: resident(words).page(words.my_requests()),
            open: vec![line(
                super::service_title(words),
                Tag::new(Tone::Warn, words.days_late(words.working_days(2).as_str())),
                words.sent_to(contractor),
                24,
            )],
            closed: vec![line(
                text(words, "Have large things taken away", "Trefnu casglu eitemau mawr"),
                Tag::new(Tone::Good, words.state_done()),
                words.done_told_by(contractor, words.on_date(date(12)).as_str()),
                3,
            )],
            services: Link::new(words.all_services(), "/millbrook/"),
            track: Link::new(words.track_title(), "/millbrook/track"),
            older: Some("?before=1".to_owned()),
        }
    }
}

fn collect_status(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let status = Status::sample(words);
    gallery.add("status", &status)?;
    let home = frame(words).band.home;
    let by_reference = Status {
        page: frame(words).page(super::service_title(words)).back_to(format!("{home}track")),
        answers: Vec::new(),
        looks: None,
        sign_in: Some(Link::new(words.sign_in(), format!("{home}sign-in"))),
        ..status.clone()
    };
    gallery.add_state("status", "by_reference", &by_reference)?;
    let withheld = Status {
        tag: Tag::new(Tone::Good, words.state_done()),
        sentence: words.sentence_decided().to_owned(),
        promised: None,
        holder: None,
        timeline: status.timeline.iter().take(1).cloned().collect(),
        withdraw: None,
        ..by_reference.clone()
    };
    gallery.add_state("status", "withheld", &withheld)?;
    let in_parts =
        Status { sentence: words.parts_done("2", "1"), parts: parts(words), ..status.clone() };
    gallery.add_state("status", "in_parts", &in_parts)?;
    let late = Status {
        tag: Tag::new(Tone::Warn, words.days_late(words.working_days(2).as_str())),
        promised: Some(words.promised_late(words.date(date(20)).as_str())),
        ..status.clone()
    };
    gallery.add_state("status", "late", &late)?;
    gallery.add_state("status", "done", &Status::done(words))?;
    let refused = Status::refused(words);
    gallery.add_state("status", "refused", &refused)?;
    let decision = refused.decision.clone().map(|decision| Decision {
        who: words.computer_decided_claim(frame(words).band.name.as_str()),
        ..decision
    });
    gallery.add_state("status", "refused_claim", &Status { decision, ..refused.clone() })?;
    gallery.add_state("status", "review_wrong", &refused.wrong_reason())?;
    let asked = Status { asked: Some(super::inquiry::asked(words)), ..Status::asked(words) };
    gallery.add_state("status", "asked", &asked)?;
    gallery.add_state("status", "under_review", &Status::under_review(words))?;
    gallery.add_state("status", "upheld", &Status::reviewed(words, false))?;
    gallery.add_state("status", "changed", &Status::reviewed(words, true))?;
    let withdrawn = Status {
        tag: Tag::new(Tone::Quiet, words.state_withdrawn()),
        sentence: words.withdrawn_sentence(words.on_date(date(24)).as_str()),
        promised: None,
        holder: None,
        withdraw: None,
        page: status.page.clone().saying(words.withdrawn_notice()),
        ..status.clone()
    };
    gallery.add_state("status", "withdrawn", &withdrawn)?;
    let again = Status {
        page: status.page.clone().saying(words.not_fixed_sent(contractor(words))),
        tag: Tag::new(Tone::Busy, words.state_reopened()),
        ..status
    };
    gallery.add_state("status", "reopened", &again)
}

impl Status {
    /// Granted, and to be paid for before it is sent.
    fn to_pay(words: Words) -> Self {
        let granted = text(
            words,
            "You can have a parking badge. We order it as soon as the fee is paid.",
            "Gallwch gael bathodyn parcio. Byddwn yn ei archebu cyn gynted ag y bydd y ffi wedi'i thalu.",
        );
        let link = Link::new(words.pay_button("£10"), "https://pay.example/pay/1");
        let provider = words.pick("Counter Pay", "Tâl y Cownter");
        Self {
            sentence: granted,
            pay: Some(Pay { text: words.pay_text(provider), link }),
            ..Self::sample(words)
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    collect_status(gallery)?;
    gallery.add_state("status", "to_pay", &Status::to_pay(gallery.words))?;
    let words = gallery.words;
    let lookup = StatusLookup::sample(words);
    gallery.add("status_lookup", &lookup)?;
    let field = Field::line(words, "reference", words.reference(), LineKind::Reference, "MBC-7K3M")
        .hinted(words.reference_hint())
        .wrong(words.error_reference());
    let page = lookup.page.clone().with_errors(errors_of(std::slice::from_ref(&field)));
    gallery.add_state("status_lookup", "wrong", &StatusLookup { page, field, ..lookup })?;
    let not_fixed = NotFixed::sample(words);
    gallery.add("not_fixed", &not_fixed)?;
    let fields: Vec<Field> =
        not_fixed.fields.iter().map(|field| field.clone().wrong(words.error_not_fixed())).collect();
    let page = not_fixed.page.clone().with_errors(errors_of(&fields));
    gallery.add_state("not_fixed", "wrong", &NotFixed { page, fields, ..not_fixed })?;
    gallery.add("withdraw", &Withdraw::sample(words))?;
    let mine = MyRequests::sample(words);
    gallery.add("my_requests", &mine)?;
    let empty = MyRequests { open: Vec::new(), closed: Vec::new(), older: None, ..mine.clone() };
    gallery.add_state("my_requests", "empty", &empty)?;
    let over = MyRequests { open: Vec::new(), older: None, ..mine };
    gallery.add_state("my_requests", "none_open", &over)
}
