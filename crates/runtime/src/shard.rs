//! One shard of a body: `step` turns inputs into one batch, and what goes out once it is durable.
//!
//! Owns the cases at hand, and the timers and effects that are due. Promises that nothing leaves
//! before its commit: replies and calls come out of [`Shard::committed`]. Reads no clock, draws
//! from [`Entropy`] by place, waits for nothing and knows no thread, so that a whole installation
//! runs on one thread from one seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use base::{BlindKey, BodyId, CaseId, EffectId, FixedMap, Language, ReferenceKey};
use base::{Shard as ShardNumber, SystemId, Timestamp};
use connectors::{Breaker, BreakerState, Health, System};
use engine::ElementKey;
use store::{Batch, Committed, Lease, Reader, StoreError};

use crate::case::Case;
use crate::command::{Command, Input, Rejection, Reply, ReplyTo};
use crate::crossing::Sharing;
use crate::entropy::Entropy;
use crate::keyring::{KeyError, Keyring};
use crate::log::AccessLog;
use crate::places::Places;
use crate::record::RecordError;
use crate::services::Services;

mod access;
mod answering;
mod apart;
mod asking;
mod caller;
mod calls;
mod contacts;
mod crossing;
mod deliver;
mod drafts;
mod edit;
mod effects;
mod load;
mod payment;
mod review;
mod rows;
mod search;
mod sessions;
mod staff;
mod submit;
mod sweep;
mod tasks;

pub(crate) use asking::due_on;
pub use asking::{ANSWER_CHARACTERS, QUESTION_CHARACTERS};
pub use caller::Caller;
pub use calls::{Call, CallWork};
pub(crate) use contacts::read_contact;
pub use drafts::{DRAFT, DRAFT_SECONDS, LOOSE_FORM, StoredDraft, held_name};
pub use load::{load_case, replay_case};
pub(crate) use payment::waits_for_payment;
pub use review::REASON_CHARACTERS;
pub use rows::{HELD_BY_REQUESTER, IncidentNote};
pub use search::CALLERS_SHOWN;

/// Inputs that one step takes in (anchors of the store: the curve is flat past it).
pub const INPUTS_PER_STEP: usize = 256;
/// Timers and effects that one tick takes up.
const DUE_PER_TICK: usize = 256;
/// Cases kept at hand between steps.
const CASES_AT_HAND: usize = 10_000;
/// Cases at hand before those that are over are let go.
const CASES_BEFORE_TIDYING: usize = 1_000;

/// What a shard needs to know of its body.
#[derive(Debug, Clone)]
pub struct BodySettings {
    /// The body.
    pub body: BodyId,
    /// The languages that it serves, the first being its own.
    pub languages: Vec<Language>,
    /// Its back offices.
    pub systems: BTreeMap<SystemId, System>,
    /// The addresses that it serves.
    pub places: Arc<Places>,
    /// The body that opens its sessions.
    pub identity_office: BodyId,
    /// Its key for blind indexes.
    pub blind: BlindKey,
    /// Days on which its offices are closed beside the nation's holidays.
    pub closures: BTreeSet<base::Date>,
    /// The key of its access log's checkpoints.
    pub log_key: audit::SigningKey,
    /// What it may share with other bodies.
    pub sharing: Arc<Sharing>,
    /// Where people reach the installation, without a slash at the end: `http://localhost:8400`.
    pub origin: String,
}

impl BodySettings {
    /// The address of a request's own page, for messages and for systems that lead people back.
    pub fn page_of(&self, reference: &base::Reference) -> String {
        format!("{}/{}/requests/{reference}", self.origin, self.body)
    }
}

/// A fault that keeps a shard from going on. Nothing of the step was written.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key could not be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The journal holds what is not a record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A row of the database is not readable.
    #[error("stored {what} is not readable")]
    Row {
        /// Which kind of row.
        what: &'static str,
        /// What the codec found.
        source: serde_json::Error,
    },
    /// The access log is not the one that was last signed.
    #[error("the access log does not hold, and nothing is added to it: restore it from a backup")]
    Log(#[from] audit::LogFault),
    /// A value could not be sealed or written.
    #[error("event could not be written: {0}")]
    Write(String),
}

/// Why an input was not followed: for who asked, or for the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// An answer.
    #[error(transparent)]
    Rejection(#[from] Rejection),
    /// A fault.
    #[error(transparent)]
    Error(#[from] ShardError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        Self::Error(error.into())
    }
}

/// What a step leads to. Nothing of it is true before the batch is durable.
#[derive(Debug)]
pub struct Step {
    /// What to commit; nothing when it is empty.
    pub batch: Batch,
    /// The answers, to be given after the commit.
    pub replies: Vec<(ReplyTo, Result<Reply, Rejection>)>,
    outs: Vec<EffectId>,
    /// Keys of what is no case, to be forgotten once the batch is durable.
    forgotten: Vec<base::KeyId>,
}

/// One input's turn within a step: when it is, what has been written so far, and where to read.
struct Turn<'a> {
    now: Timestamp,
    step: &'a mut Step,
    reader: &'a Reader,
}

/// One shard of a body.
pub struct Shard {
    lease: Lease,
    settings: Arc<BodySettings>,
    services: Services,
    keyring: Keyring,
    references: ReferenceKey,
    entropy: Arc<dyn Entropy>,
    log: AccessLog,
    cases: FixedMap<CaseId, Case>,
    timers: BTreeSet<(Timestamp, CaseId, ElementKey)>,
    due: BTreeSet<(Timestamp, u64, EffectId)>,
    effects: FixedMap<EffectId, CaseId>,
    breakers: BTreeMap<SystemId, Breaker>,
    /// What answers of the present instant said of their systems. It counts from the next instant
    /// on, so that the order of answers within one changes nothing.
    heard: Vec<(Timestamp, SystemId, Health)>,
    left_over: VecDeque<CaseId>,
    in_doubt: VecDeque<EffectId>,
    /// Drafts drawn since the shard was opened: they move no position, so they number themselves.
    drafts: u32,
    /// How many cases may be at hand before those that are over are let go.
    tidy_at: usize,
    /// When what has expired is next swept away; nothing is kept that could expire when none.
    sweep_at: Option<Timestamp>,
}

impl std::fmt::Debug for Shard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Shard({}/{} at {})",
            self.lease.body, self.lease.shard.0, self.lease.next_seq.0
        )
    }
}

impl Shard {
    /// Takes a batch of inputs in, each wholly or not at all.
    ///
    /// # Errors
    /// [`ShardError`] when the shard cannot go on: the caller drops it and opens it again.
    pub fn step(
        &mut self,
        now: Timestamp,
        inputs: Vec<Input>,
        reader: &Reader,
    ) -> Result<Step, ShardError> {
        let mut step = Step {
            batch: Batch::after(&self.lease),
            replies: Vec::new(),
            outs: Vec::new(),
            forgotten: Vec::new(),
        };
        let mut turn = Turn { now, step: &mut step, reader };
        self.take_note_of_health(now);
        for _ in 0..INPUTS_PER_STEP {
            let Some(effect) = self.in_doubt.pop_front() else { break };
            let resumed = self.resume(&mut turn, effect);
            Self::faults_only(resumed)?;
        }
        for case in std::mem::take(&mut self.left_over) {
            self.internal(&mut turn, Command::Continue { case })?;
        }
        for input in inputs {
            match input {
                Input::Tick => {}
                Input::Exchanged(exchanged) => {
                    let taken = self.exchanged(&mut turn, exchanged);
                    Self::faults_only(taken)?;
                }
                Input::Command { authority, command, reply } => {
                    let answer = match self.command(&mut turn, &authority, command) {
                        Ok(answer) => Ok(answer),
                        Err(Refused::Rejection(rejection)) => Err(rejection),
                        Err(Refused::Error(error)) => return Err(error),
                    };
                    turn.step.replies.push((reply, answer));
                }
            }
        }
        self.take_due(&mut turn)?;
        self.log_head(&mut turn)?;
        self.sign_log(&mut turn);
        Ok(step)
    }

    /// The batch is durable: gives the calls that may now go out.
    pub fn committed(&mut self, step: &Step, committed: Committed) -> Vec<Call> {
        self.lease.advance(committed);
        if let Err(error) = self.keyring.forget_all(&step.forgotten) {
            tracing::error!(%error, "keys of forms or contacts are still there: erase the contact again");
        }
        let calls = step.outs.iter().filter_map(|effect| self.call(*effect)).collect();
        self.let_cases_go();
        calls
    }

    /// Lets go of cases that are over when there are twice as many at hand as stayed the last time,
    /// and of all when too many go on.
    fn let_cases_go(&mut self) {
        if self.cases.len() <= self.tidy_at {
            return;
        }
        self.cases.retain(|_, case| !case.process.is_empty() || !case.effects.is_empty());
        if self.cases.len() > CASES_AT_HAND {
            self.cases.clear();
        }
        self.tidy_at = (2 * self.cases.len()).clamp(CASES_BEFORE_TIDYING, CASES_AT_HAND);
    }

    /// When something is next due; at once when steps were left over.
    pub fn next_due(&self) -> Option<Timestamp> {
        if !self.left_over.is_empty() || !self.in_doubt.is_empty() {
            return Some(Timestamp::from_millis(i64::MIN));
        }
        let timer = self.timers.first().map(|(at, _, _)| *at);
        let effect = self.due.first().map(|(at, ..)| *at);
        [timer, effect, self.sweep_at].into_iter().flatten().min()
    }

    /// Where the journal stands.
    pub const fn lease(&self) -> &Lease {
        &self.lease
    }

    /// The services as they run here.
    pub const fn services(&self) -> &Services {
        &self.services
    }

    /// How each back office that was called is doing.
    pub fn health(&mut self, now: Timestamp) -> impl Iterator<Item = (&SystemId, BreakerState)> {
        self.take_note_of_health(now);
        self.breakers.iter().map(|(system, breaker)| (system, breaker.state()))
    }

    /// The cases at hand, for a simulator's checks.
    pub fn cases(&self) -> impl Iterator<Item = (&CaseId, &Case)> {
        self.cases.iter()
    }

    fn number(&self) -> ShardNumber {
        self.lease.shard
    }

    fn body(&self) -> &BodyId {
        &self.settings.body
    }

    /// Follows a command of the shard's own; a rejection means that it is no longer wanted.
    fn internal(&mut self, turn: &mut Turn<'_>, command: Command) -> Result<(), ShardError> {
        let authority = crate::Authority::System;
        let done = self.command(turn, &authority, command).map(|_| ());
        Self::faults_only(done)
    }

    fn faults_only(done: Result<(), Refused>) -> Result<(), ShardError> {
        match done {
            Ok(()) | Err(Refused::Rejection(_)) => Ok(()),
            Err(Refused::Error(error)) => Err(error),
        }
    }

    fn command(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &crate::Authority,
        command: Command,
    ) -> Result<Reply, Refused> {
        match command {
            Command::Submit(submit) => self.submit(turn, authority, &submit),
            Command::SaveDraft { draft, service, answers } => {
                self.save_draft(turn, draft, service, &answers)
            }
            Command::NotFixed { case, channel, note } => {
                self.not_fixed(turn, authority, case, (channel, note))
            }
            Command::PaymentReturned { case } => self.payment_returned(turn, authority, case),
            Command::Withdraw { case } => self.withdraw(turn, authority, case),
            Command::Deliver { system, versions, message, name, key, variables } => {
                let delivery =
                    deliver::Delivered { system, versions, message, name, key, variables };
                self.deliver(turn, authority, delivery)
            }
            Command::Settle { case, element, how } => {
                self.settle(turn, authority, (case, element, how))
            }
            Command::CompleteTask { case, element, variables } => {
                self.complete_task(turn, authority, (case, element, variables))
            }
            Command::ClaimTask { case, element, by } => {
                self.claim_task(turn, authority, (case, element), by)
            }
            Command::HandBackTask { case, element, by } => {
                self.hand_back_task(turn, authority, (case, element), by)
            }
            Command::DecideTask { case, element, decision } => {
                self.decide_task(turn, authority, (case, element), *decision)
            }
            Command::AskRequester { case, element, by, question } => {
                self.ask_requester(turn, authority, (case, element), (by, question))
            }
            Command::AnswerQuestion { case, channel, answer } => {
                self.answer_question(turn, authority, case, (channel, answer))
            }
            Command::AskForReview { case, channel, reason } => {
                self.ask_for_review(turn, authority, case, (channel, reason))
            }
            Command::DecideReview { case, outcome, reason } => {
                self.decide_review(turn, authority, case, (outcome, reason))
            }
            Command::CloseByHand { case, outcome, reason } => {
                self.close_by_hand(turn, authority, case, (outcome, reason))
            }
            Command::View { case, what, reason } => {
                self.view(turn, authority, case, (what, reason))
            }
            Command::Chase { case, channel } => self.chase(turn, authority, case, channel),
            Command::Caller(command) => self.for_caller(turn, authority, command),
            Command::Erase { case, party } => self.erase(turn, authority, case, party),
            Command::Continue { case } => self.go_on(turn, authority, case),
            Command::Consider(letter) => self.consider(turn, authority, &letter),
            Command::Conclude { letter, answer } => {
                self.conclude(turn, authority, &letter, answer.as_deref())
            }
            Command::Restrict { person, agreement, restricted } => {
                self.restrict(turn, authority, person, (agreement, restricted))
            }
            Command::TakeLetter(letter) => self.take_letter(turn, authority, *letter),
            Command::CloseSession { token } => Self::close_session(turn, authority, token),
        }
    }

    /// Fires the timers, sends the effects that are due and sweeps away what has expired.
    fn take_due(&mut self, turn: &mut Turn<'_>) -> Result<(), ShardError> {
        for _ in 0..DUE_PER_TICK {
            let Some((at, case, element)) =
                self.timers.first().copied().filter(|(at, ..)| *at <= turn.now)
            else {
                break;
            };
            self.timers.remove(&(at, case, element));
            let fired = self.fire_timer(turn, case, element);
            Self::faults_only(fired)?;
        }
        for _ in 0..DUE_PER_TICK {
            let Some((at, turn_in_line, effect)) =
                self.due.first().copied().filter(|(at, ..)| *at <= turn.now)
            else {
                break;
            };
            self.due.remove(&(at, turn_in_line, effect));
            self.send_due(turn, effect)?;
        }
        self.sweep(turn)
    }

    /// Lets what was heard in earlier instants count.
    fn take_note_of_health(&mut self, now: Timestamp) {
        let (mut heard, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.heard).into_iter().partition(|(at, ..)| *at < now);
        self.heard = later;
        heard.sort_by_key(|(at, system, health)| {
            (*at, system.clone(), *health == Health::Answering)
        });
        for (at, system, health) in heard {
            self.breakers.entry(system).or_default().record(health, at);
        }
    }

    /// The systems that are resting, and until when. One that is being probed is not: whether its
    /// probe left before or after another effect of the same instant must change nothing.
    fn resting(&self, now: Timestamp) -> BTreeMap<SystemId, Timestamp> {
        let until = |breaker: &Breaker| match breaker.state() {
            BreakerState::Open { until, .. } => Some(until),
            BreakerState::HalfOpen { .. } | BreakerState::Unused | BreakerState::Closed { .. } => {
                None
            }
        };
        let resting = self.breakers.iter().filter_map(|(system, breaker)| {
            until(breaker).filter(|until| *until > now).map(|until| (system.clone(), until))
        });
        resting.collect()
    }

    /// A case at hand, or loaded.
    fn case(&mut self, id: CaseId, reader: &Reader) -> Result<Option<Case>, ShardError> {
        if let Some(case) = self.cases.get(&id) {
            return Ok(Some(case.clone()));
        }
        load_case(reader, id)
    }
}
