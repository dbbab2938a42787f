//! What staff ask the requester while they decide: one question at a time, its reminder, its answer.
//!
//! While a question is out the promise stands still (see [`working_days::paused`]). Nobody is kept
//! waiting for good: after [`ANSWER_WORKING_DAYS`] the work goes on without an answer, and one that
//! comes later is still taken while the request is open.
//!
//! [`working_days::paused`]: crate::working_days::paused

use base::{Channel, Date, Field, Language, Party, Personal, Role, SealError, Sealer, Timestamp};

/// Working days within which an answer is waited for.
pub const ANSWER_WORKING_DAYS: u16 = 10;
/// Working days after which the requester is reminded.
pub const REMINDER_WORKING_DAYS: u16 = 5;
/// Questions that staff may put about one request.
pub const INQUIRIES: usize = 10;
/// The hour of a day, in the United Kingdom, at which a reminder goes out.
const OFFICE_HOUR: i8 = 9;

/// The name under which a question is sealed.
pub(crate) const QUESTION: Field<'static> = Field("request.question");
/// The name under which its answer is sealed.
pub(crate) const ANSWER: Field<'static> = Field("request.answer");

/// A question as it is put.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The task from which it is put, by its number in the case.
    pub task: u32,
    /// In which role it is put.
    pub role: Role,
    /// The language that it is written in.
    pub language: Language,
    /// The question, in the words of whoever puts it.
    pub question: Personal<String>,
    /// The day of the reminder.
    pub remind_on: Date,
    /// The last day on which an answer is waited for.
    pub until: Date,
}

/// How a question ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InquiryEnd {
    /// The requester answered.
    Answered {
        /// When.
        at: Timestamp,
        /// By which channel.
        channel: Channel,
        /// The answer, in their words.
        answer: Personal<String>,
    },
    /// The last day went by.
    Silent {
        /// When that was seen.
        at: Timestamp,
    },
    /// It was no longer needed.
    Stopped {
        /// When.
        at: Timestamp,
    },
}

impl InquiryEnd {
    /// When it ended.
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Answered { at, .. } | Self::Silent { at } | Self::Stopped { at } => *at,
        }
    }
}

/// A question that staff put to the requester, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inquiry {
    /// The question.
    pub asked: Asked,
    /// When it was put.
    pub asked_at: Timestamp,
    /// When the requester was reminded.
    pub reminded_at: Option<Timestamp>,
    /// How it ended; `None` while it is out.
    pub end: Option<InquiryEnd>,
}

impl Inquiry {
    /// Whether its answer is still taken: it is out, or nobody answered it in time.
    pub const fn takes_answer(&self) -> bool {
        matches!(&self.end, None | Some(InquiryEnd::Silent { .. }))
    }

    /// When something is to be done about it: the reminder, or going on without an answer.
    pub fn due(&self) -> Option<Timestamp> {
        let day = match (&self.end, self.reminded_at) {
            (Some(_), _) => return None,
            (None, None) => self.asked.remind_on,
            (None, Some(_)) => self.asked.until.plus_days(1),
        };
        Some(day.at_uk(OFFICE_HOUR, 0))
    }

    /// The days between which the promise stood still; `None` while it does.
    pub fn pause(&self) -> Option<(Date, Date)> {
        let end = self.end.as_ref()?;
        Some((self.asked_at.uk_date(), end.at().uk_date()))
    }

    /// The question, opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_question(&self, keys: &dyn Sealer) -> Result<Personal<String>, SealError> {
        self.asked.question.open(QUESTION, keys)
    }

    /// The answer, opened; `None` while there is none.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_answer(&self, keys: &dyn Sealer) -> Result<Option<Personal<String>>, SealError> {
        match &self.end {
            Some(InquiryEnd::Answered { answer, .. }) => answer.open(ANSWER, keys).map(Some),
            Some(InquiryEnd::Silent { .. } | InquiryEnd::Stopped { .. }) | None => Ok(None),
        }
    }

    pub(crate) fn erase(&mut self, party: Party) {
        self.asked.question.erase(party);
        if let Some(InquiryEnd::Answered { answer, .. }) = &mut self.end {
            answer.erase(party);
        }
    }
}
