//! Samples of the problem pages and the fake outbox.

use super::{Gallery, frame, moment, staff};
use crate::views::outbox::{MessageLine, Outbox, OutboxMessage};
use crate::views::page::{Frame, Page};
use crate::views::problem::{Problem, ProblemKind};
use crate::views::request::Fact;
use crate::words::Words;

impl Problem {
    /// A page that is not there.
    pub fn sample(words: Words) -> Self {
        Self::of(frame(words), ProblemKind::NotFound, None)
    }
}

fn outbox_page(words: Words, title: &str) -> Page {
    Frame { rail: Vec::new(), ..staff(words, 9) }.page(title)
}

impl Outbox {
    /// Two messages.
    pub fn sample(words: Words) -> Self {
        let message = |subject: &str, day, hour| MessageLine {
            subject: subject.to_owned(),
            href: "/outbox/1".to_owned(),
            kind: words.kind_email().to_owned(),
            to: "mair.example@example.org".to_owned(),
            when: words.moment(moment(day, hour, 5)),
        };
        Self {
            page: outbox_page(words, words.outbox_title()),
            messages: vec![
                message(
                    words.pick("Your missed bin: done", "Eich bin heb ei gasglu: wedi'i wneud"),
                    25,
                    14,
                ),
                message(words.pick("Your code is 481 902", "Eich cod yw 481 902"), 24, 9),
            ],
            older: Some("?before=1".to_owned()),
        }
    }
}

impl OutboxMessage {
    /// A code.
    pub fn sample(words: Words) -> Self {
        let subject = words.pick("Your code is 481 902", "Eich cod yw 481 902");
        Self {
            page: outbox_page(words, subject).back_to("/outbox"),
            facts: vec![
                Fact::new(words.message_to(), "mair.example@example.org"),
                Fact::new(words.kind(), words.kind_email()),
                Fact::new(words.message_when(), words.moment(moment(24, 9, 5))),
            ],
            language: words.tag(),
            text: words
                .pick(
                    "Use this code to sign in: 481 902\n\nIt is good for 10 minutes. If you did not ask for it, you need do nothing.\n",
                    "Defnyddiwch y cod hwn i fewngofnodi: 481 902\n\nMae'n ddilys am 10 munud. Os na wnaethoch ofyn amdano, nid oes angen i chi wneud dim.\n",
                )
                .to_owned(),
        }
    }
}

pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    let outbox = Outbox::sample(words);
    gallery.add("outbox", &outbox)?;
    let empty = Outbox { messages: Vec::new(), older: None, ..outbox };
    gallery.add_state("outbox", "empty", &empty)?;
    gallery.add("outbox_message", &OutboxMessage::sample(words))?;
    gallery.add("problem", &Problem::sample(words))?;
    for kind in ProblemKind::ALL.into_iter().filter(|kind| *kind != ProblemKind::NotFound) {
        let trace = matches!(kind, ProblemKind::OurFault).then(|| "01J-7Q2M".to_owned());
        let state = match kind {
            ProblemKind::ExpiredForm => "expired".to_owned(),
            _ => kind.status().to_string(),
        };
        gallery.add_state("problem", &state, &Problem::of(frame(words), kind, trace))?;
    }
    Ok(())
}
