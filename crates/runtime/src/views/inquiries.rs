//! What staff asked the requester about a case, and what they answered.

use base::{Date, Language, Timestamp};
use requests::{Inquiry, InquiryEnd};

use super::CaseView;
use crate::shard::due_on;

/// A question that staff put, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryView {
    /// When it was put.
    pub asked_at: Timestamp,
    /// The question; nothing when it was erased.
    pub question: Option<String>,
    /// The language that it is written in.
    pub language: Language,
    /// The day of the reminder.
    pub remind_on: Date,
    /// The last day on which an answer is waited for.
    pub until: Date,
    /// How it ended, without the answer; `None` while it is out.
    pub end: Option<InquiryEnd>,
    /// The answer, once there is one.
    pub answer: Option<String>,
    /// Whether an answer is still taken.
    pub takes_answer: bool,
}

impl CaseView {
    /// What staff asked, the oldest first.
    pub fn inquiries(&self) -> Vec<InquiryView> {
        self.case.request.inquiries.iter().map(|inquiry| self.inquiry(inquiry)).collect()
    }

    /// The question whose answer is taken now.
    pub fn open_inquiry(&self) -> Option<InquiryView> {
        let open = self.case.request.status == requests::Status::Open;
        let last = self.case.request.inquiries.last();
        let last = last.filter(|inquiry| open && inquiry.takes_answer());
        last.map(|inquiry| self.inquiry(inquiry))
    }

    fn inquiry(&self, inquiry: &Inquiry) -> InquiryView {
        let question = inquiry.open_question(&self.keys).ok();
        let answer = inquiry.open_answer(&self.keys).ok().flatten();
        let opened = |text: &base::Personal<String>| text.opened().cloned();
        InquiryView {
            asked_at: inquiry.asked_at,
            question: question.as_ref().and_then(opened),
            language: inquiry.asked.language,
            remind_on: inquiry.asked.remind_on,
            until: inquiry.asked.until,
            end: inquiry.end.clone(),
            answer: answer.as_ref().and_then(opened),
            takes_answer: inquiry.takes_answer(),
        }
    }

    /// The day on which a task of the case is due; `None` when it is not open.
    pub fn task_due(
        &self,
        key: engine::ElementKey,
        closures: &std::collections::BTreeSet<Date>,
    ) -> Option<Date> {
        due_on(&self.case, key, &self.service, closures)
    }
}
