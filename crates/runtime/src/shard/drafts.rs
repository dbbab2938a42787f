//! Forms begun and not yet sent: sealed rows that expire, not yet cases and so not in the journal.

use base::{DraftId, Field, KeyId, Personal, ServiceId};
use store::Reader;
use store::requests::{DraftKey, DraftRow};

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
    /// The answers so far, as JSON.
    pub answers: Personal<String>,
}

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
        if answers.len() > DRAFT_BYTES || self.services.present(&service).is_none() {
            return Err(Rejection::NotFound.into());
        }
        let known = match draft {
            Some(draft) => Self::draft_key(draft, turn.step, turn.reader)?,
            None => None,
        };
        let (draft, key) = match (draft, known) {
            (Some(draft), Some(key)) => (draft, key),
            (Some(draft), None) => (draft, self.take_key(turn.step)?),
            (None, _) => (self.draw_draft(turn), self.take_key(turn.step)?),
        };
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
        let stored = StoredDraft { key, answers: sealed };
        let bytes =
            serde_json::to_vec(&stored).map_err(|error| ShardError::Write(error.to_string()))?;
        let expires_at = turn.now.plus_seconds(DRAFT_SECONDS);
        turn.step.batch.put(DraftRow { draft_id: draft, service, expires_at, bytes });
        Ok(Reply::Draft { draft })
    }

    fn take_key(&self, step: &Step) -> Result<KeyId, ShardError> {
        Ok(self.keyring.take(&*self.entropy, self.number(), step.batch.next_seq())?)
    }

    fn draw_draft(&mut self, turn: &Turn<'_>) -> DraftId {
        self.drafts = self.drafts.wrapping_add(1);
        let drawn = self.draw(turn.step, self.drafts, Use::DraftId);
        let random = *drawn.first_chunk::<16>().unwrap_or(&[0; 16]);
        DraftId::from_bytes(base::id_from_parts(turn.now, random))
    }

    /// The key of a draft that is kept.
    pub(super) fn draft_key(
        draft: DraftId,
        step: &Step,
        reader: &Reader,
    ) -> Result<Option<KeyId>, ShardError> {
        let key = DraftKey { draft_id: draft };
        let row = match step.batch.rows.get::<DraftRow>(&key) {
            Some(written) => written.cloned(),
            None => store::row::<DraftRow>(reader, &key)?,
        };
        let Some(row) = row else { return Ok(None) };
        let stored: StoredDraft = serde_json::from_slice(&row.bytes)
            .map_err(|source| ShardError::Row { what: "draft", source })?;
        Ok(Some(stored.key))
    }
}
