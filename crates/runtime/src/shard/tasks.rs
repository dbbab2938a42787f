//! Tasks that a process gave to a person: taken, given back, decided.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base::{Actor, CaseId, Measure, Personal, Role, TouchReason};
use engine::{ElementInstance, ElementKey, Variable};
use store::Batch;
use store::tasks::{ASSESSORS, CASEWORKERS, TaskKey, TaskRow};

use super::asking::due_on;
use super::edit::Edit;
use super::{REASON_CHARACTERS, Refused, Shard, ShardError, Turn};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{Rejection, Reply};
use crate::record::Fact;
use crate::task::{Decision, Event, Holder, roles_of};

/// Stated staff time of deciding a task, in hundredths of a minute.
const DECIDE_CENTIMINUTES: u32 = 1_500;

impl Shard {
    /// A case with an open task, and the role in which somebody may work on it.
    pub(super) fn task(
        &mut self,
        turn: &Turn<'_>,
        authority: &Authority,
        (case, element): (CaseId, ElementKey),
    ) -> Result<(Case, Role), Refused> {
        let wanted = [Role::Caseworker, Role::Assessor];
        let staff = authority.role_among(self.body(), &wanted);
        staff.ok_or(Rejection::Forbidden)?;
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let task = case.process.get(element).and_then(ElementInstance::user_task);
        let Some(task) = task else {
            let expected = engine::Awaited::UserTask;
            let late = engine::Rejection::NotWaiting { element, expected };
            return Err(Rejection::Process(late).into());
        };
        let role = authority.role_among(self.body(), &roles_of(task));
        let role = role.ok_or(Rejection::Forbidden)?;
        Ok((case, role))
    }

    /// Somebody takes a task. Taking what is theirs already changes nothing.
    pub(super) fn claim_task(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (case, key): (CaseId, ElementKey),
        by: Holder,
    ) -> Result<Reply, Refused> {
        let (case, role) = self.task(turn, authority, (case, key))?;
        case.tasks.free_for(key, Some(&by))?;
        if case.tasks.claim(key).is_some() {
            return Ok(Reply::Done);
        }
        let element = element_id(&case, key);
        self.pass_on(turn, (case, key, role), Event::Claimed { key, element, role, by })
    }

    /// A task goes back to those who wait. A colleague may give it back for somebody absent.
    pub(super) fn hand_back_task(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (case, key): (CaseId, ElementKey),
        by: Holder,
    ) -> Result<Reply, Refused> {
        let (case, role) = self.task(turn, authority, (case, key))?;
        if case.tasks.claim(key).is_none() {
            return Ok(Reply::Done);
        }
        let element = element_id(&case, key);
        self.pass_on(turn, (case, key, role), Event::HandedBack { key, element, role, by })
    }

    /// Writes down who has a task from now on, and its row in the queue anew.
    fn pass_on(
        &mut self,
        turn: &mut Turn<'_>,
        (case, key, role): (Case, ElementKey, Role),
        event: Event,
    ) -> Result<Reply, Refused> {
        let measure = Measure::by(Actor::Staff(role));
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        edit.record(Fact::Task(event))?;
        edit.dirty.insert(key);
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// Somebody decides a task that is theirs, or nobody's.
    pub(super) fn decide_task(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (case, key): (CaseId, ElementKey),
        decision: Decision,
    ) -> Result<Reply, Refused> {
        let (case, role) = self.task(turn, authority, (case, key))?;
        let Decision { by, variables, chosen, reason } = decision;
        case.tasks.free_for(key, Some(&by))?;
        if reason.trim().is_empty() || reason.chars().count() > REASON_CHARACTERS {
            return Err(Rejection::NoReason.into());
        }
        let element = element_id(&case, key);
        let measure = Measure::by(Actor::Staff(role));
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        edit.stop_asking()?;
        let reason = Personal::new(reason);
        edit.record(Fact::Task(Event::Decided { key, element, role, by, chosen, reason }))?;
        edit.complete((key, role), variables)?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }
}

impl Edit {
    /// Gives the process what a person decided; it counts as a touch, with its reason.
    pub(super) fn complete(
        &mut self,
        (element, role): (ElementKey, Role),
        variables: BTreeMap<String, feel::Value>,
    ) -> Result<(), Refused> {
        let reason = TouchReason::JudgementNeeded;
        let touch = Measure {
            touch: Some(reason),
            staff_centiminutes: DECIDE_CENTIMINUTES,
            ..Measure::by(Actor::Staff(role))
        };
        let touched = requests::Event::Touched { reason, role, rekeyed_fields: 0 };
        self.record_as(touch, Fact::Request(touched))?;
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name, Personal::new(Variable::new(value))))
            .collect();
        self.process(engine::Command::CompleteUserTask { element, variables })
    }
}

pub(super) fn element_id(case: &Case, key: ElementKey) -> String {
    case.process.get(key).map(|row| row.element.to_string()).unwrap_or_default()
}

/// The row of a task in the queue, while it is open.
pub(super) fn write_task(
    edit: &Edit,
    key: ElementKey,
    (before, after): (Option<&ElementInstance>, Option<&ElementInstance>),
    batch: &mut Batch,
) -> Result<(), ShardError> {
    let case_id = edit.case.request.case;
    let task = after.and_then(|row| Some((row, row.user_task()?)));
    let Some((row, task)) = task else {
        if before.is_some_and(|row| row.user_task().is_some()) {
            batch.delete::<TaskRow>(TaskKey { case_id, element_key: key.0 });
        }
        return Ok(());
    };
    let seen_by = roles_of(task)
        .into_iter()
        .fold(0, |seen, role| seen | if role == Role::Assessor { ASSESSORS } else { CASEWORKERS });
    let claim = edit.case.tasks.claim(key);
    let bytes = serde_json::to_vec(&claim).map_err(|error| ShardError::Write(error.to_string()))?;
    batch.put(TaskRow {
        case_id,
        element_key: key.0,
        element_id: Cow::Owned(row.element.to_string()),
        service: edit.case.request.service.clone(),
        seen_by,
        due_on: due_on(&edit.case, key, &edit.service, edit.closures())
            .unwrap_or(edit.case.request.promised),
        holder: claim.map(|claim| claim.by.key),
        bytes,
    });
    Ok(())
}
