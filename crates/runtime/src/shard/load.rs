//! Opening a shard and loading its cases: from rows, or from the journal alone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use base::{CaseId, EventSeq, FixedMap, ReferenceKey};
use engine::{ElementInstance, ElementKey};
use store::effects::EffectRow;
use store::process::{TimerKey, TimerRow};
use store::requests::{ServiceRequestKey, ServiceRequestRow};
use store::{Lease, PAGE_LIMIT, Reader};

use super::{BodySettings, Shard, ShardError};
use crate::case::{Case, StoredCase};
use crate::effect::{Effect, Standing};
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::log::AccessLog;
use crate::record::Record;
use crate::services::Services;

impl Shard {
    /// Takes up a shard where its journal stands. Work that may have been out when the program
    /// last ended is neither lost nor sent again by guess: each such effect is asked about or
    /// shown to staff, as its delivery says (DESIGN L6).
    ///
    /// # Errors
    /// [`ShardError`] when the store fails or a row is not readable.
    pub fn open(
        lease: Lease,
        settings: Arc<BodySettings>,
        services: Services,
        keyring: Keyring,
        entropy: Arc<dyn Entropy>,
        reader: &Reader,
    ) -> Result<Self, ShardError> {
        let log = AccessLog::open(reader, &settings.log_key)?;
        let mut shard = Self {
            references: ReferenceKey::of(&settings.body, &settings.blind),
            lease,
            settings,
            services,
            keyring,
            entropy,
            log,
            cases: FixedMap::default(),
            timers: BTreeSet::new(),
            due: BTreeSet::new(),
            effects: FixedMap::default(),
            breakers: BTreeMap::new(),
            heard: Vec::new(),
            left_over: VecDeque::new(),
            in_doubt: VecDeque::new(),
            drafts: 0,
            tidy_at: super::CASES_BEFORE_TIDYING,
            sweep_at: None,
        };
        shard.load_timers(reader)?;
        shard.load_effects(reader)?;
        shard.load_sweep(reader)?;
        Ok(shard)
    }

    fn load_timers(&mut self, reader: &Reader) -> Result<(), ShardError> {
        let mut after: Option<TimerKey> = None;
        loop {
            let page = store::page::<TimerRow>(reader, after.as_ref(), PAGE_LIMIT)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(TimerKey { case_id: last.case_id, element_key: last.element_key });
            for row in &page {
                match ElementKey(row.element_key) {
                    // No process waits for a timer of its own: this is what was left over.
                    ElementKey::ROOT => self.left_over.push_back(row.case_id),
                    element => {
                        self.timers.insert((row.due_at, row.case_id, element));
                    }
                }
            }
        }
    }

    fn load_effects(&mut self, reader: &Reader) -> Result<(), ShardError> {
        let mut after = None;
        loop {
            let page = store::effects::unfinished_effects(reader, after, PAGE_LIMIT)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.effect_id);
            for row in &page {
                let effect = read_effect(row)?;
                let Some(case) = row.case_id else { continue };
                self.effects.insert(effect.id, case);
                match effect.standing {
                    Standing::Waiting { due } => {
                        self.due.insert((due, effect.place_in_line, effect.id));
                    }
                    Standing::Out => self.in_doubt.push_back(effect.id),
                    Standing::Unclear | Standing::Held => {}
                }
            }
        }
    }
}

fn read_effect(row: &EffectRow) -> Result<Effect, ShardError> {
    serde_json::from_slice(&row.bytes).map_err(|source| ShardError::Row { what: "effect", source })
}

/// A case from its rows; `None` when there is none.
///
/// # Errors
/// [`ShardError`] when the store fails or a row is not readable.
pub fn load_case(reader: &Reader, id: CaseId) -> Result<Option<Case>, ShardError> {
    let Some(row) = store::row::<ServiceRequestRow>(reader, &ServiceRequestKey { case_id: id })?
    else {
        return Ok(None);
    };
    let stored: StoredCase = serde_json::from_slice(&row.bytes)
        .map_err(|source| ShardError::Row { what: "service request", source })?;
    let mut elements: Vec<ElementInstance> = Vec::new();
    loop {
        let from = elements.last().map_or(0, |last| last.key.0.saturating_add(1));
        let page = store::process::elements_of(reader, id, from)?;
        if page.is_empty() {
            break;
        }
        for row in &page {
            let read = serde_json::from_slice(&row.bytes)
                .map_err(|source| ShardError::Row { what: "process element", source })?;
            elements.push(read);
        }
    }
    let mut effects = BTreeMap::new();
    loop {
        let last = effects.last_key_value().map(|(id, _)| *id);
        let page = store::effects::effects_of(reader, id, last)?;
        if page.is_empty() {
            break;
        }
        for row in &page {
            let effect = read_effect(row)?;
            effects.insert(effect.id, effect);
        }
    }
    Ok(Some(Case {
        request: stored.request,
        process: engine::Instance::from_rows(elements),
        effects,
        tasks: stored.tasks,
        assurance: stored.assurance,
        counts: stored.counts,
        measure: stored.measure,
        updated_at: stored.updated_at,
    }))
}

/// A case from the journal alone; `None` when it has no records.
///
/// # Errors
/// [`ShardError`] when the store fails or a record is not readable.
pub fn replay_case(reader: &Reader, id: CaseId) -> Result<Option<Case>, ShardError> {
    let mut from = EventSeq::START;
    let mut case: Option<Case> = None;
    loop {
        let page = store::journal::events_of_case(reader, id, from, PAGE_LIMIT)?;
        let Some(last) = page.last() else { return Ok(case) };
        from = last.seq.plus(1);
        for event in &page {
            let record = Record::from_bytes(event.seq, &event.bytes)?;
            match &mut case {
                Some(case) => case.apply(&record),
                None => case = Case::begun(id, &record),
            }
        }
    }
}
