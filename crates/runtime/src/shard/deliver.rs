//! What comes to a case from outside or from time: back offices' messages, timers, left-over steps.

use std::collections::BTreeMap;

use base::{Actor, CaseId, Digest, Measure, MessageId, Personal, Reference, SystemId};
use engine::{ElementKey, Variable};
use store::{InboxMark, Reader};

use super::edit::correlation;
use super::{Refused, Shard, Turn, rows};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{Rejection, Reply};

/// A back office's message.
pub(super) struct Delivered {
    pub(super) system: SystemId,
    pub(super) versions: Vec<Digest>,
    pub(super) message: MessageId,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) variables: BTreeMap<String, feel::Value>,
}

impl Shard {
    /// Takes a message in once. One that nothing waits for yet is not taken: its sender comes again.
    pub(super) fn deliver(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        delivered: Delivered,
    ) -> Result<Reply, Refused> {
        match authority {
            Authority::BackOffice { system } if *system == delivered.system => {}
            _ => return Err(Rejection::Forbidden.into()),
        }
        let sender = format!("system/{}", delivered.system);
        let message = delivered.message;
        let marks = &turn.step.batch.inbox;
        let in_batch = marks.iter().any(|mark| mark.sender == sender && mark.message == message);
        if in_batch || store::journal::received(turn.reader, &sender, delivered.message)?.is_some()
        {
            return Ok(Reply::AlreadyTaken);
        }
        let index = correlation(&self.settings, &delivered.name, &delivered.key);
        let waiting = rows::subscribers(&turn.step.batch, turn.reader, &delivered.name, index)?;
        let waiting = self.first_reading(waiting, &delivered.versions, turn.reader)?;
        let Some((case, element)) = waiting else {
            return Err(self.not_waiting(turn, &delivered.key)?.into());
        };
        let mut edit = self.edit(case, Measure::by(Actor::BackOffice), turn.now, turn.step)?;
        let variables = delivered
            .variables
            .into_iter()
            .map(|(name, value)| (name, Personal::new(Variable::new(value))))
            .collect();
        let message = delivered.message;
        edit.process(engine::Command::CorrelateMessage { element, message, variables })?;
        turn.step.batch.inbox.push(InboxMark { sender, message, received_at: turn.now });
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// Whether a message that nothing waits for is early, or too late for good: its key is the
    /// reference of a request that has ended, with its process.
    fn not_waiting(&mut self, turn: &Turn<'_>, key: &str) -> Result<Rejection, Refused> {
        let Ok(reference) = key.parse::<Reference>() else { return Ok(Rejection::NotYet) };
        let place = self.references.place(&reference);
        let stored = store::requests::request_by_reference(turn.reader, &reference, place)?;
        let Some(stored) = stored else { return Ok(Rejection::NotYet) };
        let Some(case) = self.case(stored.case_id, turn.reader)? else {
            return Ok(Rejection::NotYet);
        };
        let over = case.request.status != requests::Status::Open && case.process.is_empty();
        Ok(if over { Rejection::Over } else { Rejection::NotYet })
    }

    /// The first that waits whose own version reads the message so.
    fn first_reading(
        &mut self,
        waiting: Vec<(CaseId, ElementKey)>,
        versions: &[Digest],
        reader: &Reader,
    ) -> Result<Option<(Case, ElementKey)>, Refused> {
        for (case, element) in waiting {
            let Some(case) = self.case(case, reader)? else { continue };
            if versions.is_empty() || versions.contains(&case.request.version) {
                return Ok(Some((case, element)));
            }
        }
        Ok(None)
    }

    pub(super) fn fire_timer(
        &mut self,
        turn: &mut Turn<'_>,
        case: CaseId,
        element: ElementKey,
    ) -> Result<(), Refused> {
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let Some(case) = self.unless_asking(turn, case, element)? else { return Ok(()) };
        let mut edit = self.edit(case, Measure::by(Actor::System), turn.now, turn.step)?;
        edit.process(engine::Command::TriggerTimer { element })?;
        self.finish(turn, edit)
    }

    pub(super) fn go_on(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
    ) -> Result<Reply, Refused> {
        if *authority != Authority::System {
            return Err(Rejection::Forbidden.into());
        }
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let mut edit = self.edit(case, Measure::by(Actor::System), turn.now, turn.step)?;
        edit.go_on()?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }
}
