//! Effects: what is to be done outside, as rows opened and closed by commits (DESIGN L5).

use base::{CaseId, EffectId, JobType, SystemId, Timestamp};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::value::keyed;
use crate::{Bind, PAGE_LIMIT, Reader, StoreError};

/// Where an effect stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EffectState {
    /// To be tried when it is due.
    Waiting,
    /// Nobody knows whether it was done; a person looks (DESIGN L6).
    Unclear,
    /// Attempts are spent; an incident stands for it.
    Held,
    /// Its result is in the journal.
    Done,
    /// No longer wanted.
    Cancelled,
}

impl EffectState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Unclear, Self::Held, Self::Done, Self::Cancelled];

    /// Its key in the table.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Unclear => "unclear",
            Self::Held => "held",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

keyed!(EffectState, EffectState::ALL, key);

table! {
    /// One effect on a system outside.
    EffectRow by EffectKey in effect
    (
        /// The effect; the same in every attempt.
        effect_id: EffectId,
    )
    {
        /// The case, if one waits for it.
        case_id: Option<CaseId>,
        /// The element instance that waits.
        element_key: Option<u32>,
        /// The system.
        system: SystemId,
        /// What it is asked to do.
        job_type: JobType,
        /// Where it stands.
        state: EffectState,
        /// Attempts made so far.
        attempt: u32,
        /// When the next attempt is due.
        due_at: Timestamp,
        /// When it was opened.
        opened_at: Timestamp,
        /// When its result came.
        closed_at: Option<Timestamp>,
        /// What is to be sent and what came back, sealed.
        bytes: Vec<u8>,
    }
}

/// How the effects on a system stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectFigure {
    /// The system.
    pub system: SystemId,
    /// Where they stand.
    pub state: EffectState,
    /// How many.
    pub effects: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// When the first of them was due.
    pub first_due_at: Timestamp,
}

statements! {
    EFFECTS_DUE = "SELECT effect_id, case_id, element_key, system, job_type, state, attempt, due_at,
       opened_at, closed_at, bytes
  FROM effect
 WHERE body = :body AND shard = :shard AND state = 'waiting' AND due_at <= :now
 ORDER BY due_at, effect_id
 LIMIT :limit";
    UNFINISHED_EFFECTS = "SELECT effect_id, case_id, element_key, system, job_type, state, attempt,
       due_at, opened_at, closed_at, bytes
  FROM effect
 WHERE body = :body AND shard = :shard AND closed_at IS NULL AND effect_id > :after
 ORDER BY effect_id
 LIMIT :limit";
    EFFECTS_OF = "SELECT effect_id, case_id, element_key, system, job_type, state, attempt, due_at,
       opened_at, closed_at, bytes
  FROM effect
 WHERE body = :body AND shard = :shard AND case_id = :case AND effect_id > :after
 ORDER BY effect_id
 LIMIT :limit";
    EFFECT_FIGURES = "SELECT system, state, count(*),
       CAST(sum(CASE WHEN attempt > 1 THEN attempt - 1 ELSE 0 END) AS BIGINT), min(due_at)
  FROM effect
 WHERE body = :body AND shard = :shard
 GROUP BY system, state
 ORDER BY system, state
 LIMIT 1000";
}

/// Effects whose next attempt is due, the longest due first, at most [`PAGE_LIMIT`].
pub fn effects_due(
    reader: &Reader,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<EffectRow>, StoreError> {
    let named: [(&str, &dyn Bind); 2] = [("now", &now), ("limit", &limit.min(PAGE_LIMIT))];
    reader.rows(EFFECTS_DUE, &named, EffectRow::read)
}

/// Effects without a result, after an id, at most [`PAGE_LIMIT`]: what start-up indexes.
pub fn unfinished_effects(
    reader: &Reader,
    after: Option<EffectId>,
    limit: u32,
) -> Result<Vec<EffectRow>, StoreError> {
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let named: [(&str, &dyn Bind); 2] = [("after", &after), ("limit", &limit.min(PAGE_LIMIT))];
    reader.rows(UNFINISHED_EFFECTS, &named, EffectRow::read)
}

/// The effects of a case after an id, at most [`PAGE_LIMIT`].
pub fn effects_of(
    reader: &Reader,
    case: CaseId,
    after: Option<EffectId>,
) -> Result<Vec<EffectRow>, StoreError> {
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let named: [(&str, &dyn Bind); 3] =
        [("case", &case), ("after", &after), ("limit", &PAGE_LIMIT)];
    reader.rows(EFFECTS_OF, &named, EffectRow::read)
}

/// How the effects stand, by system.
pub fn effect_figures(reader: &Reader) -> Result<Vec<EffectFigure>, StoreError> {
    reader.rows(EFFECT_FIGURES, &[], |record| {
        Ok(EffectFigure {
            system: record.take("system")?,
            state: record.take("state")?,
            effects: record.take("effects")?,
            retries: record.take("retries")?,
            first_due_at: record.take("first_due_at")?,
        })
    })
}
