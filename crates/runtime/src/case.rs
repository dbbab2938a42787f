//! A case: one service request with its process instances, its effects and its counts.
//!
//! [`Case::apply`] is the only place that changes one; replaying its records gives the same
//! case. It never opens a value.

use std::collections::BTreeMap;

use base::{Actor, BodyId, CaseId, EffectId, Party, Role, Timestamp};
use identity::Assurance;
use requests::ServiceRequest;

use crate::crossing;
use crate::effect::{self, Effect};
use crate::record::{Fact, Record};
use crate::task::Tasks;

/// What a case has used and cost people, counted from its records.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Calls to back offices, every attempt counted.
    pub calls: u32,
    /// Calls that were repeated.
    pub retries: u32,
    /// Messages sent to people.
    pub messages: u32,
    /// Questions that the gate let out to other bodies.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub questions_asked: u32,
    /// Those of them that were answered, by whom; "cannot tell" is an answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answered_by: BTreeMap<BodyId, u32>,
    /// Staff time by role, in hundredths of a minute.
    pub staff_centiminutes: BTreeMap<Role, u32>,
    /// Records in the journal.
    pub records: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Counts {
    /// How many of the questions were answered.
    pub fn questions_answered(&self) -> u32 {
        self.answered_by.values().sum()
    }
}

/// A case as rebuilt from its records.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The request.
    pub request: ServiceRequest,
    /// The process instances.
    pub process: engine::Instance,
    /// Effects that are not over.
    pub effects: BTreeMap<EffectId, Effect>,
    /// Who works on its tasks, and what they decided.
    pub tasks: Tasks,
    /// How sure the body is of the requester.
    pub assurance: Assurance,
    /// What it used.
    pub counts: Counts,
    /// What is measured of it.
    pub measure: mining::CaseMeasure,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The part of a case that is stored with its request's row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredCase {
    /// The request.
    pub request: ServiceRequest,
    /// Who works on its tasks, and what they decided.
    #[serde(default)]
    pub tasks: Tasks,
    /// How sure the body is of the requester.
    #[serde(default)]
    pub assurance: Assurance,
    /// What it used.
    pub counts: Counts,
    /// What is measured of it.
    pub measure: mining::CaseMeasure,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A [`StoredCase`] as it is written, not copied first.
#[derive(serde::Serialize)]
pub(crate) struct Stored<'a> {
    request: &'a ServiceRequest,
    #[serde(skip_serializing_if = "Tasks::is_empty")]
    tasks: &'a Tasks,
    #[serde(skip_serializing_if = "is_lowest")]
    assurance: Assurance,
    counts: &'a Counts,
    measure: &'a mining::CaseMeasure,
    updated_at: Timestamp,
}

/// Nobody checked who they are.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
pub(crate) fn is_lowest(assurance: &Assurance) -> bool {
    *assurance == Assurance::default()
}

impl Case {
    /// The case that its first record makes; `None` when it is not a receipt.
    pub fn begun(id: CaseId, record: &Record) -> Option<Self> {
        let Fact::Request(requests::Event::Received(received)) = &record.fact else { return None };
        let mut case = Self {
            request: ServiceRequest::received(id, received, record.at),
            process: engine::Instance::new(),
            effects: BTreeMap::new(),
            tasks: Tasks::default(),
            assurance: Assurance::default(),
            counts: Counts::default(),
            measure: mining::CaseMeasure::default(),
            updated_at: record.at,
        };
        case.count(record);
        Some(case)
    }

    /// Rebuilds a case from its records; `None` when they do not begin with a receipt.
    pub fn replay<'a>(id: CaseId, records: impl IntoIterator<Item = &'a Record>) -> Option<Self> {
        let mut records = records.into_iter();
        let mut case = Self::begun(id, records.next()?)?;
        for record in records {
            case.apply(record);
        }
        Some(case)
    }

    /// Changes the case as the record says.
    pub fn apply(&mut self, record: &Record) {
        match &record.fact {
            Fact::Request(event) => {
                self.request.apply(event, record.at);
                if let requests::Event::Erased { party } = event {
                    self.erase(*party);
                }
            }
            Fact::Process(event) => {
                self.process.apply(event);
                let process = &self.process;
                self.tasks
                    .keep(|key| process.get(key).is_some_and(|row| row.user_task().is_some()));
            }
            Fact::Task(event) => self.tasks.apply(event, record.at),
            Fact::Effect(event) => self.apply_effect(event, record.at),
            Fact::Crossing(crossing::Event::Assured { assurance, .. }) => {
                self.assurance = *assurance;
            }
            // A look changes nothing, not even when the case last changed; a contact is no case.
            Fact::Access(_) | Fact::Contact(_) => {
                self.counts.records = self.counts.records.saturating_add(1);
                return;
            }
        }
        self.count(record);
        self.updated_at = record.at;
    }

    fn apply_effect(&mut self, event: &effect::Event, at: Timestamp) {
        let id = event.effect();
        if let effect::Event::Opened { work, place_in_line, due, .. } = event {
            let effect = Effect::opened(id, work, *place_in_line, *due, at);
            self.effects.insert(id, effect);
        } else if let Some(old) = self.effects.remove(&id) {
            if let (effect::Event::Done { .. }, effect::Work::Cross { system, sent, .. }) =
                (event, &old.work)
                && sent.is_question()
                && let Ok(body) = system.as_str().parse()
            {
                let count = self.counts.answered_by.entry(body).or_default();
                *count = count.saturating_add(1);
            }
            self.effects.extend(old.apply(event, at).map(|effect| (id, effect)));
        }
    }

    fn count(&mut self, record: &Record) {
        let counts = &mut self.counts;
        counts.records = counts.records.saturating_add(1);
        if let Some(observation) = crate::observe::observation(record) {
            self.measure.observe(&observation);
        }
        if let Actor::Staff(role) = record.measure.actor {
            let time = counts.staff_centiminutes.entry(role).or_default();
            *time = time.saturating_add(record.measure.staff_centiminutes);
        }
        match &record.fact {
            Fact::Effect(effect::Event::Opened { work: effect::Work::Job { .. }, due, .. }) => {
                counts.calls = counts.calls.saturating_add(u32::from(due.is_none()));
            }
            Fact::Effect(effect::Event::Opened { work: effect::Work::Message { .. }, .. }) => {
                counts.messages = counts.messages.saturating_add(1);
            }
            Fact::Effect(effect::Event::Opened {
                work: effect::Work::Cross { sent, .. }, ..
            }) => {
                let asked = u32::from(sent.is_question());
                counts.questions_asked = counts.questions_asked.saturating_add(asked);
            }
            Fact::Effect(effect::Event::Out { effect }) => {
                counts.calls = counts.calls.saturating_add(1);
                let again = self.effects.get(effect).is_some_and(|effect| {
                    effect.attempts.sends.saturating_add(effect.attempts.lookups) > 1
                });
                counts.retries = counts.retries.saturating_add(u32::from(again));
            }
            Fact::Effect(_)
            | Fact::Request(_)
            | Fact::Process(_)
            | Fact::Task(_)
            | Fact::Crossing(_)
            | Fact::Contact(_)
            | Fact::Access(_) => {}
        }
    }

    fn erase(&mut self, party: Party) {
        self.process.erase(party);
        self.tasks.erase(party);
        for effect in self.effects.values_mut() {
            if let effect::Work::Message { letter_to: Some(to), .. } = &mut effect.work {
                to.erase(party);
            }
            if let Some(exchange) = &mut effect.exchange {
                exchange.erase(party);
            }
        }
    }

    /// The part that is stored with the request's row.
    pub(crate) const fn stored(&self) -> Stored<'_> {
        Stored {
            request: &self.request,
            tasks: &self.tasks,
            assurance: self.assurance,
            counts: &self.counts,
            measure: &self.measure,
            updated_at: self.updated_at,
        }
    }

    /// Whether an input left something over: steps of its process, or a job without its effect.
    pub fn has_left_over(&self) -> bool {
        self.process.has_left_over() || self.unattended().next().is_some()
    }

    /// Element instances whose job waits and has no effect yet.
    pub(crate) fn unattended(&self) -> impl Iterator<Item = engine::ElementKey> {
        let waiting = self.process.rows().filter(|row| row.job().is_some()).map(|row| row.key);
        waiting.filter(|key| self.effect_of(*key).is_none())
    }

    /// Whether a party's values were erased; what is said of them later is erased from the first.
    pub(crate) fn is_erased(&self, party: Party) -> bool {
        party == Party::REQUESTER && self.request.answers == base::Personal::Erased
    }

    /// The effect that an element instance waits for.
    pub fn effect_of(&self, element: engine::ElementKey) -> Option<&Effect> {
        self.effects.values().find(|effect| effect.element() == Some(element))
    }

    /// Whether it went straight through (DESIGN section 7);
    /// `None` while it is open.
    pub fn straight_through(&self, now: Timestamp) -> Option<bool> {
        use mining::Heading;
        match self.measure.heading(now) {
            Heading::NotReceived | Heading::Joined | Heading::Open => None,
            Heading::StraightThrough { .. } => Some(true),
            Heading::Abandoned | Heading::Touched | Heading::Disturbed | Heading::Unconfirmed => {
                Some(false)
            }
        }
    }
}
