//! A question that staff put to the requester from a task, and its answer.
//!
//! The promise stands still meanwhile, on the page and in the queue; a reminder goes out, and after
//! the last day the task is the caseworker's again. Timers of the process itself run on.

use std::collections::BTreeSet;

use base::{Actor, CaseId, Channel, Date, Language, Measure, Personal, TouchReason};
use engine::ElementKey;
use requests::{ANSWER_WORKING_DAYS, Asked, Inquiry, REMINDER_WORKING_DAYS, working_days};
use store::Batch;
use store::process::{TimerKey, TimerRow};

use super::edit::Edit;
use super::submit::measure;
use super::tasks::element_id;
use super::{Refused, Shard, Turn};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{Rejection, Reply};
use crate::messages::{REQUESTER_ASKED, REQUESTER_REMINDED};
use crate::record::Fact;
use crate::services::Service;
use crate::task::{Event, Holder};

/// Stated staff time of writing a question, in hundredths of a minute.
const ASK_CENTIMINUTES: u32 = 500;
/// The most characters of a question.
pub const QUESTION_CHARACTERS: usize = 1_000;
/// The most characters of an answer.
pub const ANSWER_CHARACTERS: usize = 2_000;
/// The number under which the timer of a question stands among those of the case's elements, which
/// never count so far.
const QUESTION_TIMER: ElementKey = ElementKey(u32::MAX);

impl Shard {
    /// Staff put a question to the requester from a task that is theirs, or nobody's: it is theirs
    /// from then on, so that the answer comes back to whoever asked.
    pub(super) fn ask_requester(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (case, key): (CaseId, ElementKey),
        (by, question): (Holder, String),
    ) -> Result<Reply, Refused> {
        let (case, role) = self.task(turn, authority, (case, key))?;
        case.tasks.free_for(key, Some(&by))?;
        let question = worded(question, QUESTION_CHARACTERS)?;
        let measure = Measure::by(Actor::Staff(role));
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        if edit.case.tasks.claim(key).is_none() {
            let element = element_id(&edit.case, key);
            edit.record(Fact::Task(Event::Claimed { key, element, role, by }))?;
        }
        let later = |days| {
            let nation = &edit.service.package.definition.nation;
            working_days::after(turn.now.uk_date(), days, nation, &self.settings.closures)
        };
        let own = self.settings.languages.first().copied().unwrap_or(Language::En);
        let asked = Asked {
            task: key.0,
            role,
            language: edit.case.request.language.unwrap_or(own),
            question,
            remind_on: later(REMINDER_WORKING_DAYS),
            until: later(ANSWER_WORKING_DAYS),
        };
        let command = requests::Command::Ask(Box::new(asked));
        edit.touch(command, (TouchReason::AnswerMissing, ASK_CENTIMINUTES))?;
        edit.write_to_requester(REQUESTER_ASKED)?;
        edit.dirty.insert(key);
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// The requester answers, or staff enter what they say.
    pub(super) fn answer_question(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (channel, answer): (Channel, String),
    ) -> Result<Reply, Refused> {
        let case = self.touchable(turn, authority, case)?;
        let answer = worded(answer, ANSWER_CHARACTERS)?;
        let mut edit = self.edit(case, measure(authority, channel), turn.now, turn.step)?;
        let promised = edit.promised_now();
        edit.request(requests::Command::Answer { channel, answer, promised })?;
        edit.renew_tasks();
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// The day of the reminder, or the one after the last, has come.
    fn asking_due(&mut self, turn: &mut Turn<'_>, case: Case) -> Result<(), Refused> {
        let mut edit = self.edit(case, Measure::by(Actor::System), turn.now, turn.step)?;
        let promised = edit.promised_now();
        edit.request(requests::Command::AskingDue { promised })?;
        if edit.case.request.inquiry().is_some() {
            edit.write_to_requester(REQUESTER_REMINDED)?;
        }
        edit.renew_tasks();
        self.finish(turn, edit)
    }

    /// Follows the timer of a question; another is given back with its case.
    pub(super) fn unless_asking(
        &mut self,
        turn: &mut Turn<'_>,
        case: Case,
        element: ElementKey,
    ) -> Result<Option<Case>, Refused> {
        if element == QUESTION_TIMER {
            self.asking_due(turn, case).map(|()| None)
        } else {
            Ok(Some(case))
        }
    }

    /// Keeps the timer of the question that is out.
    pub(super) fn index_asking(&mut self, edit: &Edit, batch: &mut Batch) {
        let due = |case: &Case| case.request.inquiry().and_then(Inquiry::due);
        let (before, after) = (edit.before.as_ref().and_then(due), due(&edit.case));
        if before == after {
            return;
        }
        let (case_id, element_key) = (edit.case.request.case, QUESTION_TIMER.0);
        if let Some(at) = before {
            self.timers.remove(&(at, case_id, QUESTION_TIMER));
            batch.delete::<TimerRow>(TimerKey { case_id, element_key });
        }
        if let Some(due_at) = after {
            self.timers.insert((due_at, case_id, QUESTION_TIMER));
            batch.put(TimerRow { case_id, element_key, due_at });
        }
    }
}

impl Edit {
    /// The promised day when the work goes on now.
    fn promised_now(&self) -> Date {
        let (request, today) = (&self.case.request, self.now().uk_date());
        let Some(inquiry) = request.inquiry() else { return request.promised };
        let pause = (inquiry.asked_at.uk_date(), today);
        let nation = &self.service.package.definition.nation;
        working_days::resumed(request.promised, pause, nation, self.closures())
    }

    /// The work goes on without an answer that is out.
    pub(super) fn stop_asking(&mut self) -> Result<(), Refused> {
        if self.case.request.inquiry().is_some() {
            let promised = self.promised_now();
            self.request(requests::Command::StopAsking { promised })?;
        }
        Ok(())
    }

    /// Has the rows of the open tasks written anew: their day has moved.
    fn renew_tasks(&mut self) {
        let tasks = self.case.process.rows().filter(|row| row.user_task().is_some());
        let keys: Vec<ElementKey> = tasks.map(|row| row.key).collect();
        self.dirty.extend(keys);
    }
}

/// The day on which a task is due: its own, later by what was asked from it, or the promised one.
/// While a question is out it is the day when the answer comes on the last day.
pub(crate) fn due_on(
    case: &Case,
    key: ElementKey,
    service: &Service,
    closures: &BTreeSet<Date>,
) -> Option<Date> {
    let task = case.process.get(key)?.user_task()?;
    let nation = &service.package.definition.nation;
    let later = |day, pause| working_days::resumed(day, pause, nation, closures);
    let request = &case.request;
    let waits = |inquiry: &Inquiry| (inquiry.asked_at.uk_date(), inquiry.asked.until);
    let Some(own) = task.due else {
        let out = request.inquiry().map(waits);
        return Some(out.map_or(request.promised, |pause| later(request.promised, pause)));
    };
    let asked = request.inquiries.iter().filter(|inquiry| inquiry.asked.task == key.0);
    let pauses = asked.map(|inquiry| inquiry.pause().unwrap_or_else(|| waits(inquiry)));
    Some(pauses.fold(own.uk_date(), later))
}

/// Words that say something, and not too much.
fn worded(text: String, most: usize) -> Result<Personal<String>, Rejection> {
    let fits = !text.trim().is_empty() && text.chars().count() <= most;
    if fits { Ok(Personal::new(text)) } else { Err(Rejection::NoReason) }
}
