//! The rows of a case: what changed between two of its states, written with the events.

use std::borrow::Cow;

use base::{CaseId, Digest, Language};
use catalogue::{ASK_JOB, NOTIFY_JOB};
use engine::{ElementInstance, ElementKey};
use store::effects::{EffectKey, EffectRow, EffectState};
use store::process::{
    IncidentKey, IncidentRow, IncidentState, ProcessElementKey, ProcessElementRow, SubscriptionKey,
    SubscriptionRow, TimerKey, TimerRow,
};
use store::requests::{ServiceRequestRow, TouchRow};
use store::{Batch, Reader};

use super::edit::Edit;
use super::{Refused, Shard, ShardError, Turn};
use crate::case::Case;
use crate::effect::{Effect, Standing, Work};

impl Shard {
    /// Puts a followed input into the step: events, rows, indexes, calls.
    pub(super) fn finish(&mut self, turn: &mut Turn<'_>, mut edit: Edit) -> Result<(), Refused> {
        self.open_crossings(turn, &mut edit)?;
        let id = edit.case.request.case;
        write_touches(&edit, &mut turn.step.batch);
        write_request(&edit, &mut turn.step.batch)?;
        self.write_elements(&edit, &mut turn.step.batch)?;
        self.index_asking(&edit, &mut turn.step.batch);
        self.write_effects(turn, &edit)?;
        edit.append_to(&mut turn.step.batch);
        self.write_leaves(std::mem::take(&mut edit.leaves), &mut turn.step.batch);
        self.mark_left_over(&edit, &mut turn.step.batch);
        self.cases.insert(id, edit.case);
        Ok(())
    }

    /// What is left over is taken up by the next step; its row stands among the timers, under the
    /// case's process, so that a restart finds it.
    fn mark_left_over(&mut self, edit: &Edit, batch: &mut Batch) {
        let id = edit.case.request.case;
        let element_key = ElementKey::ROOT.0;
        let was = edit.before.as_ref().is_some_and(Case::has_left_over);
        if edit.case.has_left_over() {
            self.left_over.push_back(id);
            batch.put(TimerRow { case_id: id, element_key, due_at: edit.now() });
        } else if was {
            batch.delete::<TimerRow>(TimerKey { case_id: id, element_key });
        }
    }

    fn write_elements(&mut self, edit: &Edit, batch: &mut Batch) -> Result<(), ShardError> {
        let case = edit.case.request.case;
        for key in &edit.dirty {
            let before = edit.before.as_ref().and_then(|before| before.process.get(*key));
            let after = edit.case.process.get(*key);
            write_element(edit, case, *key, (before, after), batch)?;
            self.index_timer(case, *key, before, after, batch);
            write_subscription(edit, case, *key, (before, after), batch);
            write_incident(edit, case, *key, (before, after), batch)?;
            super::tasks::write_task(edit, *key, (before, after), batch)?;
        }
        Ok(())
    }

    fn index_timer(
        &mut self,
        case: CaseId,
        key: ElementKey,
        before: Option<&ElementInstance>,
        after: Option<&ElementInstance>,
        batch: &mut Batch,
    ) {
        let (before, after) =
            (before.and_then(ElementInstance::due), after.and_then(ElementInstance::due));
        if before == after {
            return;
        }
        if let Some(at) = before {
            self.timers.remove(&(at, case, key));
            batch.delete::<TimerRow>(TimerKey { case_id: case, element_key: key.0 });
        }
        if let Some(at) = after {
            self.timers.insert((at, case, key));
            batch.put(TimerRow { case_id: case, element_key: key.0, due_at: at });
        }
    }

    fn write_effects(&mut self, turn: &mut Turn<'_>, edit: &Edit) -> Result<(), ShardError> {
        let case = edit.case.request.case;
        for id in &edit.changed_effects {
            let before = edit.before.as_ref().and_then(|before| before.effects.get(id));
            if let Some((at, line)) = before.and_then(|was| Some((was.due()?, was.place_in_line))) {
                self.due.remove(&(at, line, *id));
            }
            if let Some(effect) = edit.case.effects.get(id) {
                self.effects.insert(*id, case);
                if let Some(at) = effect.due() {
                    self.due.insert((at, effect.place_in_line, *id));
                }
                if edit.outs.contains(id) {
                    turn.step.outs.push(*id);
                }
                turn.step.batch.put(effect_row(case, effect)?);
            } else {
                self.effects.remove(id);
                turn.step.batch.delete::<EffectRow>(EffectKey { effect_id: *id });
            }
        }
        Ok(())
    }
}

/// Room for the JSON of most rows.
const USUAL_BYTES: usize = 1_024;

fn to_json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, ShardError> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut bytes, value)
        .map_err(|error| ShardError::Write(error.to_string()))?;
    Ok(bytes)
}

fn write_touches(edit: &Edit, batch: &mut Batch) {
    for (seq, record) in edit.touches() {
        let measure = &record.measure;
        let (Some(reason), base::Actor::Staff(role)) = (measure.touch, measure.actor) else {
            continue;
        };
        batch.put(TouchRow {
            case_id: record.case,
            seq,
            reason,
            role,
            at: record.at,
            centiminutes: measure.staff_centiminutes,
        });
    }
}

fn write_request(edit: &Edit, batch: &mut Batch) -> Result<(), ShardError> {
    let (case, now) = (&edit.case, edit.now());
    let request = &case.request;
    let straight_through = case.straight_through(now);
    let closed = request.closed_at.filter(|_| straight_through == Some(true));
    batch.put(ServiceRequestRow {
        case_id: request.case,
        reference: request.reference.clone(),
        service: request.service.clone(),
        service_version: request.version,
        status: Cow::Borrowed(request.status.key()),
        held_by: held_by(case).map(Cow::Owned),
        channel: request.channel,
        language: request.language.unwrap_or(Language::En),
        received_at: request.received_at,
        updated_at: case.updated_at,
        promised_on: Some(request.promised),
        closed_at: request.closed_at,
        outcome: request.outcome.clone().map(Cow::Owned),
        sector_person_id: request.person,
        duplicate_key: request.duplicate_key,
        duplicate_of: None,
        straight_through,
        provisional_until: closed.map(|at| at.plus_millis(mining::PROVISIONAL_MS)),
        touches: request.touches,
        reopenings: request.reopened.saturating_add(request.chased),
        rekeyed_fields: request.rekeyed_fields,
        staff_centiminutes: case.counts.staff_centiminutes.values().sum(),
        calls: case.counts.calls,
        messages: case.counts.messages,
        questions_asked: case.counts.questions_asked,
        questions_answered: case.counts.questions_answered(),
        cost_millipence: 0,
        bytes: to_json(&case.stored())?,
    });
    Ok(())
}

/// The name under which a request's row says that its requester's answer is awaited.
pub const HELD_BY_REQUESTER: &str = "the requester";

/// Who has the case now: the requester whose answer or the back office whose work is awaited, else
/// nobody but the program.
fn held_by(case: &Case) -> Option<String> {
    if case.request.status != requests::Status::Open {
        return None;
    }
    if case.request.inquiry().is_some() {
        return Some(HELD_BY_REQUESTER.to_owned());
    }
    let system = case.effects.values().find_map(|effect| effect.work.system());
    system.map(ToString::to_string)
}

fn write_element(
    edit: &Edit,
    case: CaseId,
    key: ElementKey,
    (before, after): (Option<&ElementInstance>, Option<&ElementInstance>),
    batch: &mut Batch,
) -> Result<(), ShardError> {
    let Some(row) = after else {
        // What began and ended within one input was never written, and is not deleted.
        if before.is_some() {
            let key = ProcessElementKey { case_id: case, element_key: key.0 };
            batch.delete::<ProcessElementRow>(key);
        }
        return Ok(());
    };
    let process = edit.case.process.process_of(key);
    batch.put(ProcessElementRow {
        case_id: case,
        element_key: key.0,
        process: Cow::Owned(process.map(|version| version.process.to_string()).unwrap_or_default()),
        element_id: Cow::Owned(row.element.to_string()),
        bytes: to_json(row)?,
    });
    Ok(())
}

fn write_subscription(
    edit: &Edit,
    case: CaseId,
    key: ElementKey,
    (before, after): (Option<&ElementInstance>, Option<&ElementInstance>),
    batch: &mut Batch,
) {
    let (before, after) = (
        before.and_then(ElementInstance::subscription),
        after.and_then(ElementInstance::subscription),
    );
    if before == after {
        return;
    }
    if let Some((message, correlation)) = before {
        let message = Cow::Owned(message.to_owned());
        let key = SubscriptionKey { message, correlation, case_id: case, element_key: key.0 };
        batch.delete::<SubscriptionRow>(key);
    }
    if let Some((message, correlation)) = after {
        batch.put(SubscriptionRow {
            message: Cow::Owned(message.to_owned()),
            correlation,
            case_id: case,
            element_key: key.0,
            opened_at: edit.now(),
        });
    }
}

/// What an incident's row tells staff; the exchange itself stays with the effect.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentNote {
    /// The element of the process.
    pub element: String,
    /// Where and how, without any value.
    pub detail: String,
    /// Why the last attempt of its work did not settle it.
    pub why: Option<String>,
    /// Whether it is unknown if the work was done.
    pub unclear: bool,
}

fn write_incident(
    edit: &Edit,
    case: CaseId,
    key: ElementKey,
    (before, after): (Option<&ElementInstance>, Option<&ElementInstance>),
    batch: &mut Batch,
) -> Result<(), ShardError> {
    let was = before.and_then(|row| row.incident.as_ref());
    let is = after.and_then(|row| row.incident.as_ref().map(|incident| (row, incident)));
    match (was, is) {
        (Some(_), None) => {
            batch.delete::<IncidentRow>(IncidentKey { case_id: case, element_key: key.0 });
        }
        (None, Some((row, incident))) => {
            let effect = edit.case.effect_of(key);
            let note = IncidentNote {
                element: row.element.to_string(),
                detail: incident.detail.clone(),
                why: effect.and_then(|effect| effect.why.clone()),
                unclear: effect.is_some_and(|effect| effect.standing == Standing::Unclear),
            };
            batch.put(IncidentRow {
                case_id: case,
                element_key: key.0,
                kind: Cow::Borrowed(incident.kind.key()),
                system: effect.and_then(|effect| effect.work.system()).cloned(),
                raised_at: edit.now(),
                state: IncidentState::Open,
                bytes: to_json(&note)?,
            });
        }
        (None, None) | (Some(_), Some(_)) => {}
    }
    Ok(())
}

/// The name under which the installation's own work stands in place of a system.
const OWN_WORK: &str = "throughline";

fn effect_row(case: CaseId, effect: &Effect) -> Result<EffectRow, ShardError> {
    let own =
        || OWN_WORK.parse().map_err(|error: base::NameError| ShardError::Write(error.to_string()));
    let job = |text: &str| {
        text.parse().map_err(|error: base::NameError| ShardError::Write(error.to_string()))
    };
    let (system, job_type) = match &effect.work {
        Work::Job { system, job_type, .. } => (system.clone(), job_type.clone()),
        Work::Message { .. } => (own()?, job("message")?),
        Work::Forget { .. } => (own()?, job("forget-key")?),
        Work::Cross { system, sent, .. } => {
            let job_type = match sent.form {
                sharing::Form::Question(_) => ASK_JOB,
                sharing::Form::Notice(_) => NOTIFY_JOB,
            };
            (system.clone(), job(job_type)?)
        }
    };
    Ok(EffectRow {
        effect_id: effect.id,
        case_id: Some(case),
        element_key: effect.element().map(|element| element.0),
        system,
        job_type,
        state: match effect.standing {
            Standing::Out | Standing::Waiting { .. } => EffectState::Waiting,
            Standing::Unclear => EffectState::Unclear,
            Standing::Held => EffectState::Held,
        },
        attempt: effect.attempts.sends.saturating_add(effect.attempts.lookups),
        due_at: effect.due().unwrap_or(effect.opened_at),
        opened_at: effect.opened_at,
        closed_at: None,
        bytes: to_json(effect)?,
    })
}

/// An open request with this duplicate key among the rows that this step writes.
pub(super) fn written_duplicate(batch: &Batch, key: Digest) -> Option<CaseId> {
    let mut written = batch.rows.written::<ServiceRequestRow>();
    written
        .find(|row| row.duplicate_key == Some(key) && row.closed_at.is_none())
        .map(|row| row.case_id)
}

/// Whether this step has not closed a case that was open before.
pub(super) fn still_open(batch: &Batch, case: CaseId) -> bool {
    let mut written = batch.rows.written::<ServiceRequestRow>();
    written.find(|row| row.case_id == case).is_none_or(|row| row.closed_at.is_none())
}

/// The element instances that wait for a message: stored ones that this step has not ended, and
/// those that it began.
pub(super) fn subscribers(
    batch: &Batch,
    reader: &Reader,
    message: &str,
    correlation: Digest,
) -> Result<Vec<(CaseId, ElementKey)>, Refused> {
    let mut waiting = Vec::new();
    for row in store::process::subscribers(reader, message, correlation)? {
        let key = SubscriptionKey {
            message: row.message.clone(),
            correlation,
            case_id: row.case_id,
            element_key: row.element_key,
        };
        if !matches!(batch.rows.get::<SubscriptionRow>(&key), Some(None)) {
            waiting.push((row.case_id, ElementKey(row.element_key)));
        }
    }
    for row in batch.rows.written::<SubscriptionRow>() {
        let found = (row.case_id, ElementKey(row.element_key));
        if row.message == message && row.correlation == correlation && !waiting.contains(&found) {
            waiting.push(found);
        }
    }
    Ok(waiting)
}
