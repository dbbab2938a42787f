//! A scenario's other bodies: what they say when they are asked a question or given a notice.
//!
//! The body's own gate decides for real, over the region's agreements; what lies behind it, the
//! identity office and the other body, is played.

use std::collections::BTreeMap;

use base::{BodyId, Digest};
use catalogue::scenario::{BodyAnswer, NoticeOutcome};
use runtime::{CallResult, CrossingLetter, Delay, Heard};
use sharing::{Answer, Form};

/// The other bodies of a scenario: what each says from its step on.
#[derive(Debug, Default)]
pub(super) struct Others {
    answers: BTreeMap<(BodyId, String), BodyAnswer>,
    notices: BTreeMap<(BodyId, String), NoticeOutcome>,
}

impl Others {
    /// From now on a body answers a question so.
    pub(super) fn will_answer(&mut self, body: &BodyId, question: &str, answer: BodyAnswer) {
        self.answers.insert((body.clone(), question.to_owned()), answer);
    }

    /// From now on a body's back office does this with a notice.
    pub(super) fn will_take(&mut self, body: &BodyId, notice: &str, outcome: NoticeOutcome) {
        self.notices.insert((body.clone(), notice.to_owned()), outcome);
    }

    /// What comes of a letter.
    pub(super) fn meet(&self, letter: &CrossingLetter) -> Result<CallResult, String> {
        let key = (letter.receiver().clone(), letter.form.name().to_string());
        let (body, name) = (&key.0, &key.1);
        let leaf = Digest::of_parts(&[b"scenario", letter.id.as_bytes()]);
        let answered = |answer| Heard::Answered { answer, leaf };
        let heard = match letter.form {
            Form::Question(_) => {
                let said = format!("{body} was asked {name} and the scenario gives no answer");
                match self.answers.get(&key).ok_or(said)? {
                    BodyAnswer::Told(told) => answered(Answer::Told(told.clone())),
                    BodyAnswer::CannotTell => answered(Answer::CannotTell),
                    BodyAnswer::Refused => Heard::NotShared { leaf: Some(leaf) },
                    BodyAnswer::Silent => return Ok(CallResult::Delayed(Delay::Body)),
                }
            }
            Form::Notice(_) => {
                let said = format!("{body} was told {name} and the scenario gives no outcome");
                match self.notices.get(&key).ok_or(said)? {
                    NoticeOutcome::Done => Heard::Received { leaf },
                    NoticeOutcome::Silent => return Ok(CallResult::Delayed(Delay::Body)),
                    NoticeOutcome::Refused => {
                        Heard::Refused { message: format!("{body} refuses it"), leaf }
                    }
                }
            }
        };
        Ok(CallResult::Crossed(Box::new(heard)))
    }
}
