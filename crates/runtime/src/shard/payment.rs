//! A requester comes back from paying: that says nothing, and makes the process look for itself.

use base::{Actor, CaseId, Digest, Measure, MessageId};
use engine::{ElementInstance, ElementKey, Waits};

use super::{Refused, Shard, Turn};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{Rejection, Reply};
use crate::services::Service;

/// The element instance at which a case waits for a payment.
pub(crate) fn waits_for_payment(case: &Case, service: &Service) -> Option<ElementKey> {
    let payment = service.package.definition.payment.as_ref()?;
    let waits = |row: &&ElementInstance| {
        row.element.as_str() == payment.element && matches!(row.waits, Waits::Message { .. })
    };
    case.process.rows().find(waits).map(|row| row.key)
}

impl Shard {
    /// Lets a process that waits for a payment read where the payment stands. Coming back a second
    /// time, or when nothing is to be paid, changes nothing.
    pub(super) fn payment_returned(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
    ) -> Result<Reply, Refused> {
        let case = self.touchable(turn, authority, case)?;
        let service = self.services.version(case.request.version).ok_or(Rejection::NotFound)?;
        let Some(element) = waits_for_payment(&case, service) else { return Ok(Reply::Done) };
        let (id, number) = (case.request.case, element.0.to_be_bytes());
        let named = Digest::of_parts(&[b"payment returned", id.as_bytes(), &number]);
        let named = named.as_bytes().first_chunk().copied().unwrap_or_default();
        let message = MessageId::from_bytes(named);
        let mut edit = self.edit(case, Measure::by(Actor::System), turn.now, turn.step)?;
        let variables = engine::Variables::new();
        edit.process(engine::Command::CorrelateMessage { element, message, variables })?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }
}
