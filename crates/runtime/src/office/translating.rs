//! The identity office on the road between two bodies: it decides over its own copy of the agreement,
//! writes its own line and translates the person's pseudonym, by a permit that is spent there.
//!
//! The office keeps neither pseudonym: it counts uses of the agreement by all together.

use base::{BodyId, SectorPersonId, Shard, Timestamp};
use identity::{BodySecret, KeyEpoch};
use sharing::{Permit, Record, RecordKind, Refusal, SignedAgreement};
use store::Batch;
use store::access::AccessCheckpointRow;
use store::crossings::CrossingRow;

use super::{Office, State};
use crate::crossing::{CrossingLetter, Delay, Heard, Passage};
use crate::entropy::Entropy;
use crate::gate::{self, About, Ledger};
use crate::host::commit;
use crate::log::AccessLog;
use crate::shard::ShardError;

impl Office {
    /// Lets a letter of `from` pass: the letter as the other body may read it, or what is said to
    /// it here. The same letter may come again, as long as its agreement holds.
    ///
    /// # Errors
    /// [`Delay::Office`] when the office cannot write now.
    pub fn pass(
        &self,
        from: &BodyId,
        letter: &CrossingLetter,
        now: Timestamp,
    ) -> Result<Passage, Delay> {
        let mut state = self.lock();
        state.pass(&*self.entropy, from, letter, now).map_err(|error| {
            tracing::error!(%error, "the identity office could not write");
            Delay::Office
        })
    }
}

impl State {
    fn pass(
        &mut self,
        entropy: &dyn Entropy,
        from: &BodyId,
        letter: &CrossingLetter,
        now: Timestamp,
    ) -> Result<Passage, ShardError> {
        let mut batch = Batch::after(&self.lease);
        let before = gate::seen(&batch, &self.reader, letter.id)?;
        // A question that is withdrawn is the one that was asked, whatever else it says.
        let same = |row: &&CrossingRow| row.letter == letter.digest() || letter.withdrawn;
        let again = before.as_ref().filter(same);
        if let Some(row) = again
            && let Some(said) = gate::said(row, &self.setup.keyring)?
        {
            return Ok(Passage::Said(said));
        }
        let (is_other, is_again) = (before.is_some() && again.is_none(), again.is_some());
        let person = self
            .permit(&batch, from, letter, (now, is_other, is_again))?
            .and_then(|permit| self.translated(permit, letter));
        match person {
            Ok(person) if is_again => Ok(Passage::on(letter, person)),
            Ok(person) => {
                about(letter, now).count(&mut batch, &self.reader)?;
                self.line(&mut batch, entropy, (letter, now), RecordKind::Translated)?;
                self.write(&batch)?;
                Ok(Passage::on(letter, person))
            }
            Err(refusal) => {
                let kind = RecordKind::Refused(refusal);
                let said = self.line(&mut batch, entropy, (letter, now), kind)?;
                self.write(&batch)?;
                Ok(Passage::Said(said))
            }
        }
    }

    fn signed(&self, letter: &CrossingLetter) -> Option<&SignedAgreement> {
        let signed = self.setup.sharing.agreements.get(&letter.agreement.id)?;
        (*signed.agreement().digest() == letter.agreement_digest).then_some(signed)
    }

    fn permit(
        &self,
        batch: &Batch,
        from: &BodyId,
        letter: &CrossingLetter,
        (now, is_other, is_again): (Timestamp, bool, bool),
    ) -> Result<Result<Permit, Refusal>, ShardError> {
        if letter.sender() != from {
            return Ok(Err(Refusal::OtherParties));
        }
        if letter.withdrawn && !is_again {
            return Ok(Err(Refusal::Withdrawn));
        }
        let mut facts = about(letter, now).facts(batch, &self.reader)?;
        facts.seen = is_other;
        if is_again {
            // It is counted already.
            facts.used_today = facts.used_today.saturating_sub(1);
        }
        Ok(sharing::decide(self.signed(letter), letter.crossing(now.uk_date()), facts))
    }

    /// Spends the gate's permit, and identity's, on one translation.
    fn translated(
        &self,
        permit: Permit,
        letter: &CrossingLetter,
    ) -> Result<SectorPersonId, Refusal> {
        permit.let_out();
        let (from, to) = (letter.sender(), letter.receiver());
        let secrets = self.secret(from).zip(self.secret(to));
        let (own, other) = secrets.ok_or(Refusal::OtherParties)?;
        let leave = identity::Permit::granted_by_gate(from.clone(), to.clone());
        identity::translate(leave, &own, &other, letter.person).map_err(|_| Refusal::UnknownPerson)
    }

    /// A body's whole secret, which stands in this memory while there is one transcryptor.
    pub(super) fn secret(&self, body: &BodyId) -> Option<BodySecret> {
        let share = self.setup.master.share(body, KeyEpoch(1)).ok()?;
        BodySecret::from_shares(&[share]).ok()
    }

    fn line(
        &mut self,
        batch: &mut Batch,
        entropy: &dyn Entropy,
        (letter, now): (&CrossingLetter, Timestamp),
        kind: RecordKind,
    ) -> Result<Heard, ShardError> {
        let agreement = self.signed(letter).map(SignedAgreement::agreement);
        let record = Record { person: None, ..gate::line(kind, letter, agreement, now) };
        let refused = matches!(kind, RecordKind::Refused(_));
        let mut ledger = self.ledger(batch, entropy);
        let heard = |leaf| Heard::NotShared { leaf: Some(leaf) };
        let leaf = ledger.write(record, letter.digest(), |leaf| refused.then(|| heard(leaf)))?;
        self.sign_log(batch, entropy, now)?;
        Ok(heard(leaf))
    }

    fn ledger<'a>(&'a mut self, batch: &'a mut Batch, entropy: &'a dyn Entropy) -> Ledger<'a> {
        Ledger {
            body: &self.setup.body,
            shard: Shard(0),
            entropy,
            keyring: &self.setup.keyring,
            log: &mut self.log,
            batch,
            reader: &self.reader,
        }
    }

    /// Puts where the journal stood into the log, once a day, and signs it as the batch leaves it.
    pub(super) fn sign_log(
        &mut self,
        batch: &mut Batch,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<(), ShardError> {
        if let Some(head) = self.log.head_of_day(&self.lease, now) {
            self.ledger(batch, entropy).write_head(&head)?;
        }
        let day = now.uk_date();
        if let Some(note) = self.log.sign(&self.setup.body, &self.setup.log_key, day) {
            batch.put(AccessCheckpointRow { day, note });
        }
        Ok(())
    }

    /// Makes a batch durable; the log at hand is read again when that fails.
    pub(super) fn write(&mut self, batch: &Batch) -> Result<(), ShardError> {
        match commit(self.setup.store.as_mut(), batch) {
            Ok(committed) => {
                self.lease.advance(committed);
                Ok(())
            }
            Err(error) => {
                self.log = AccessLog::open(&self.reader, &self.setup.log_key)?;
                Err(error)
            }
        }
    }
}

/// The office counts by all together, and keeps no pseudonym.
fn about(letter: &CrossingLetter, now: Timestamp) -> About<'_> {
    About { agreement: &letter.agreement.id, person: None, day: now.uk_date() }
}
