//! Forgetting what is kept for a while: forms that nobody sent, and sessions that have ended.
//!
//! Promises that a form's key is gone with it, so that no copy of the database opens what was typed
//! (crypto-erasure), and that one tick takes up a bounded number of rows. The key goes before the
//! row, for nothing uses the key of a form that has expired: a crash between the two is mended by
//! the next sweep. What expires within an hour is swept at its end, together.

use base::{KeyId, Timestamp};
use store::Reader;
use store::people::{SessionKey, SessionRow};
use store::requests::{DraftKey, DraftRow};

use super::{Shard, ShardError, StoredDraft, Turn};

/// How far apart sweeps are, in milliseconds: what expires is gone within an hour.
pub(super) const SWEEP_MS: i64 = 3_600_000;

impl Shard {
    /// When the next sweep is due, from what is kept; at the start of a shard.
    pub(super) fn load_sweep(&mut self, reader: &Reader) -> Result<(), ShardError> {
        let first = store::requests::first_draft_expiry(reader)?;
        let session = store::people::first_session_expiry(reader)?;
        self.sweep_at = None;
        [first, session].into_iter().flatten().for_each(|expires_at| self.sweep_after(expires_at));
        Ok(())
    }

    /// Something will expire: it is swept with all that does within the same hour.
    pub(super) fn sweep_after(&mut self, expires_at: Timestamp) {
        let millis = expires_at.as_millis();
        let rest = SWEEP_MS.saturating_sub(millis.rem_euclid(SWEEP_MS));
        let at = Timestamp::from_millis(millis.saturating_add(rest));
        self.sweep_at = Some(self.sweep_at.map_or(at, |known| known.min(at)));
    }

    /// Forgets what has expired, as many rows of each kind as one look at the store finds. What
    /// this step wrote is left alone: somebody is at it.
    pub(super) fn sweep(&mut self, turn: &mut Turn<'_>) -> Result<(), ShardError> {
        if self.sweep_at.is_none_or(|at| at > turn.now) {
            return Ok(());
        }
        let drafts = store::requests::expired_drafts(turn.reader, turn.now)?;
        let sessions = store::people::expired_sessions(turn.reader, turn.now)?;
        let batch = &mut turn.step.batch;
        let mut keys: Vec<KeyId> = Vec::new();
        for row in &drafts {
            let key = DraftKey { draft_id: row.draft_id };
            if batch.rows.get::<DraftRow>(&key).is_none() {
                let stored: StoredDraft = serde_json::from_slice(&row.bytes)
                    .map_err(|source| ShardError::Row { what: "draft", source })?;
                keys.push(stored.key);
                batch.delete::<DraftRow>(key);
            }
        }
        for row in &sessions {
            let key = SessionKey { token: row.token };
            if batch.rows.get::<SessionRow>(&key).is_none() {
                batch.delete::<SessionRow>(key);
            }
        }
        self.keyring.forget_all(&keys)?;
        if drafts.is_empty() && sessions.is_empty() {
            self.load_sweep(turn.reader)?;
            // Nor does the store know what this step keeps.
            let rows = &turn.step.batch.rows;
            let drafts = rows.written::<DraftRow>().map(|row| row.expires_at);
            let sessions = rows.written::<SessionRow>().map(|row| row.expires_at);
            drafts.chain(sessions).for_each(|expires_at| self.sweep_after(expires_at));
            return Ok(());
        }
        // The store does not know yet what this step deletes: the next step looks again.
        self.sweep_at = Some(turn.now);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
