//! Forms begun and not yet sent: sealed rows that expire, not yet cases and so not in the journal.

use base::{DraftId, Field, KeyId, Personal, ServiceId};
use catalogue::Question;
use store::requests::{DraftKey, DraftRow};

use super::caller::Caller;
use super::{Refused, Shard, ShardError, Step, Turn};
use crate::command::{Rejection, Reply};
use crate::entropy::Use;

/// How long a form that nobody goes on with is kept, in seconds.
pub const DRAFT_SECONDS: i64 = 24 * 3_600;
/// The longest draft, in bytes.
const DRAFT_BYTES: usize = 256 * 1024;

/// A draft as it rests.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredDraft {
    /// The key that its case will have.
    pub key: KeyId,
    /// Whom an agent began it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// The answers so far, as JSON.
    pub answers: Personal<String>,
}

/// What a draft keeps beside its answers.
pub(super) struct Kept {
    /// The key that its case will have.
    pub(super) key: KeyId,
    /// Whom an agent began it for.
    pub(super) caller: Option<Caller>,
}

/// Under what a form is kept that belongs to no service.
pub const LOOSE_FORM: &str = "loose-form";

/// The name under which a draft's answers are sealed.
pub const DRAFT: Field<'static> = Field("draft.answers");

impl Shard {
    pub(super) fn save_draft(
        &mut self,
        turn: &mut Turn<'_>,
        draft: Option<DraftId>,
        service: ServiceId,
        answers: &str,
    ) -> Result<Reply, Refused> {
        let ours = self.services.present(&service).is_some() || service.as_str() == LOOSE_FORM;
        if answers.len() > DRAFT_BYTES || !ours {
            return Err(Rejection::NotFound.into());
        }
        let known = match draft {
            Some(draft) => Self::kept_draft(draft, turn)?,
            None => None,
        };
        let fresh = |key| Kept { key, caller: None };
        let (draft, kept) = match (draft, known) {
            (Some(draft), Some(kept)) => (draft, kept),
            (Some(draft), None) => (draft, fresh(self.take_key(turn.step)?)),
            (None, _) => (self.draw_draft(turn), fresh(self.take_key(turn.step)?)),
        };
        self.write_draft(turn, (draft, service), kept, answers)
    }

    pub(super) fn write_draft(
        &mut self,
        turn: &mut Turn<'_>,
        (draft, service): (DraftId, ServiceId),
        Kept { key, caller }: Kept,
        answers: &str,
    ) -> Result<Reply, Refused> {
        let keys = self.keyring.of_case(&[key])?;
        // A draft is written over again at one place, so its own digest stands in for the place.
        let digest = base::Digest::of_parts(&[
            draft.as_bytes(),
            &turn.now.as_millis().to_be_bytes(),
            answers.as_bytes(),
        ]);
        let place =
            digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let mut by = keys.sealer(&*self.entropy, self.number(), base::EventSeq(place));
        let mut sealed = Personal::new(answers.to_owned());
        let written = sealed.seal(DRAFT, &mut by).map_err(|error| error.to_string());
        written.map_err(ShardError::Write)?;
        let stored = StoredDraft { key, caller, answers: sealed };
        let bytes =
            serde_json::to_vec(&stored).map_err(|error| ShardError::Write(error.to_string()))?;
        let expires_at = turn.now.plus_seconds(DRAFT_SECONDS);
        turn.step.batch.put(DraftRow { draft_id: draft, service, expires_at, bytes });
        self.sweep_after(expires_at);
        Ok(Reply::Draft { draft })
    }

    pub(super) fn take_key(&self, step: &Step) -> Result<KeyId, ShardError> {
        Ok(self.keyring.take(&*self.entropy, self.number(), step.batch.next_seq())?)
    }

    pub(super) fn draw_draft(&mut self, turn: &Turn<'_>) -> DraftId {
        self.drafts = self.drafts.wrapping_add(1);
        let drawn = self.draw(turn.step, self.drafts, Use::DraftId);
        let random = *drawn.first_chunk::<16>().unwrap_or(&[0; 16]);
        DraftId::from_bytes(base::id_from_parts(turn.now, random))
    }

    /// A draft that is kept. One that has expired is none, and its key goes with this step: whoever
    /// goes on with it writes over its row under a new one.
    pub(super) fn kept_draft(
        draft: DraftId,
        turn: &mut Turn<'_>,
    ) -> Result<Option<Kept>, ShardError> {
        let key = DraftKey { draft_id: draft };
        let row = match turn.step.batch.rows.get::<DraftRow>(&key) {
            Some(written) => written.cloned(),
            None => store::row::<DraftRow>(turn.reader, &key)?,
        };
        let Some(row) = row else { return Ok(None) };
        let stored: StoredDraft = serde_json::from_slice(&row.bytes)
            .map_err(|source| ShardError::Row { what: "draft", source })?;
        if row.expires_at <= turn.now {
            turn.step.forgotten.push(stored.key);
            return Ok(None);
        }
        Ok(Some(Kept { key: stored.key, caller: stored.caller }))
    }
}

/// The name under which a draft keeps that an answer was held before; no question has it, for
/// their names hold no hyphen.
pub fn held_name(question: &Question) -> String {
    format!("{}-held", question.id)
}
