//! Visits: who looks at a case does what it waits for, and tells the truth about it.

use std::collections::BTreeMap;

use base::{CaseId, MessageId, Role};
use connectors::Delivery;
use engine::{ElementInstance, Waits};
use runtime::effect::{Effect, Standing, Work};
use runtime::{Case, Command, Settle};

use super::people::{Asker, Post};
use super::steps::Asked;
use super::{Happening, World};
use crate::MARK;
use crate::office::Mode;

/// Visits after which whoever asked gives up a case that does not move.
const PATIENCE: u32 = 150;
/// The same for a case whose values were erased while it ran.
const ERASED_PATIENCE: u32 = 12;
/// Visits after which a person does by hand what a back office keeps refusing.
const BY_HAND: u32 = 6;

impl World {
    /// Looks at a case; one thing is done at a time.
    pub(super) fn visit(&mut self, id: CaseId) -> Option<Asked> {
        let case = self.replay.get(&id).cloned()?;
        let visits = self.visits.entry(id).or_default();
        *visits += 1;
        let visits = *visits;
        if case.process.is_empty() {
            return None;
        }
        let erased = self.erased.contains(&id);
        if visits > PATIENCE + 5 || (erased && visits > ERASED_PATIENCE + 5) {
            return None;
        }
        let (low, high) = if self.faulty() { (600_000, 14_400_000) } else { (600_000, 86_400_000) };
        self.soon(low, high, Happening::Visit(id));
        if visits > PATIENCE || (erased && visits > ERASED_PATIENCE) {
            return Some(Self::withdraws(id));
        }
        let waiting: Vec<&ElementInstance> = case
            .process
            .rows()
            .filter(|row| row.incident.is_some() || waits_for_people(row))
            .collect();
        let row = self.chance.pick(&waiting).copied()?;
        if row.incident.is_some() {
            return self.settle(&case, row, visits);
        }
        match &row.waits {
            Waits::UserTask(_) => Some(self.decide(id, row)),
            Waits::Message { message, .. } => {
                let message = message.clone();
                self.write_message(&case, message);
                None
            }
            Waits::Nothing
            | Waits::Job(_)
            | Waits::Timer(_)
            | Waits::Children
            | Waits::Tokens { .. } => None,
        }
    }

    fn decide(&mut self, case: CaseId, row: &ElementInstance) -> Asked {
        let decided = feel::Value::from(self.chance.one_in(2));
        let command = Command::CompleteTask {
            case,
            element: row.key,
            variables: BTreeMap::from([("decided".to_owned(), decided)]),
        };
        (self.staff(Role::Caseworker), command, Asker::Staff)
    }

    /// Staff look into the back office before they say what is so.
    fn settle(&mut self, case: &Case, row: &ElementInstance, visits: u32) -> Option<Asked> {
        let effect = case.effect_of(row.key).cloned();
        let how = match &effect {
            Some(effect) => self.found_out(effect, visits)?,
            None if row.job().is_none() && visits > BY_HAND && is_job(row) => Settle::Done,
            None => Settle::Replay,
        };
        let id = case.request.case;
        let incident = row.incident.as_ref().map(|incident| incident.kind.key());
        self.tell(format!("staff settle {incident:?} of {id} {}: {how:?}", row.key));
        let command = Command::Settle { case: id, element: row.key, how };
        Some((self.staff(Role::Operator), command, Asker::Staff))
    }

    fn found_out(&mut self, effect: &Effect, visits: u32) -> Option<Settle> {
        if self.is_on_its_way(effect.id) {
            return None;
        }
        let Work::Job { system, .. } = &effect.work else { return Some(Settle::Replay) };
        let Some(model) = self.models.get_mut(system) else { return Some(Settle::Replay) };
        let id = effect.id.to_string();
        let unclear = effect.standing == Standing::Unclear;
        if model.done(&id) > 0 {
            return Some(Settle::Done);
        }
        if visits > BY_HAND && visits.is_multiple_of(2) {
            model.do_by_hand(&id);
            return Some(Settle::Done);
        }
        Some(if unclear { Settle::NotDone } else { Settle::Replay })
    }

    /// Somebody sends what the case waits for, now and then twice.
    pub(super) fn write_message(&mut self, case: &Case, name: String) {
        let Some(key) = self.key_of(case) else { return };
        let Ok(system) = Mode::Keyed.system().parse() else { return };
        let said = feel::Value::from(format!("{MARK} yes"));
        let mut bytes = [0_u8; 16];
        let (low, high) = bytes.split_at_mut(8);
        low.copy_from_slice(&self.chance.next().to_be_bytes());
        high.copy_from_slice(&self.chance.next().to_be_bytes());
        let post = Post {
            system,
            message: MessageId::from_bytes(bytes),
            name,
            key,
            tries: 20,
            theirs: None,
            variables: BTreeMap::from([("said".to_owned(), said)]),
        };
        if self.chance.one_in(4) {
            self.fault("message doubled");
            self.soon(1, 600_000, Happening::Deliver(Box::new(post.clone())));
        }
        self.soon(1, 600_000, Happening::Deliver(Box::new(post)));
    }

    /// The key of a case's messages, as whoever writes them knows it.
    fn key_of(&self, case: &Case) -> Option<String> {
        let keys = self.keyring.of_case(&case.request.keys).ok()?;
        let answers = case.request.open_answers(&keys).ok()?;
        let answers: serde_json::Value = serde_json::from_str(answers.opened()?).ok()?;
        answers.get("case_key")?.as_str().map(str::to_owned)
    }

    /// How a job of a case is delivered.
    pub(super) fn delivery_of(
        &self,
        version: base::Digest,
        job: &base::JobType,
    ) -> Option<Delivery> {
        let service = self.services.version(version)?;
        service.mappings.get(job).map(connectors::Mapping::delivery)
    }
}

fn waits_for_people(row: &ElementInstance) -> bool {
    match row.waits {
        Waits::UserTask(_) | Waits::Message { .. } => true,
        Waits::Nothing
        | Waits::Job(_)
        | Waits::Timer(_)
        | Waits::Children
        | Waits::Tokens { .. } => false,
    }
}

const fn is_job(row: &ElementInstance) -> bool {
    matches!(row.waits, Waits::Job(_))
}
