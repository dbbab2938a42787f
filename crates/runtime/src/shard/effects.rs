//! Effects that are due, and what came of their calls.

use base::{Actor, EffectId, Measure, Personal, SystemId, Timestamp};
use connectors::{Admission, Next, delivery};
use engine::{ElementKey, Variable, Variables};
use store::Reader;

use super::edit::Edit;
use super::{Refused, Shard, ShardError, Turn};
use crate::case::Case;
use crate::command::{CallResult, Exchanged, Rejection};
use crate::effect::{self, Effect, Standing, Work};
use crate::record::Fact;

/// The job code of work whose outcome nobody knows.
const UNKNOWN_OUTCOME: &str = "unknown_outcome";
/// The job code of work that the back office did not do.
const NOT_DONE: &str = "back_office_failed";

impl Shard {
    /// Sends an effect whose time has come, unless its system is resting.
    pub(super) fn send_due(&mut self, turn: &mut Turn<'_>, id: EffectId) -> Result<(), ShardError> {
        let Some((case, effect)) = self.live_effect(id, turn.reader)? else { return Ok(()) };
        if effect.due().is_none_or(|due| due > turn.now) {
            return Ok(());
        }
        if let Some(system) = effect.work.system()
            && let Admission::Wait { until } = self.admit(system, turn.now)
        {
            self.due.insert((until, effect.place_in_line, id));
            return Ok(());
        }
        let sent = self.edit(case, Measure::by(Actor::System), turn.now, turn.step).and_then(
            |mut edit| {
                edit.record(Fact::Effect(effect::Event::Out { effect: id }))?;
                self.finish(turn, edit)
            },
        );
        Self::faults_only(sent)
    }

    pub(super) fn admit(&mut self, system: &SystemId, now: Timestamp) -> Admission {
        self.breakers.entry(system.clone()).or_default().admit(now)
    }

    fn live_effect(
        &mut self,
        id: EffectId,
        reader: &Reader,
    ) -> Result<Option<(Case, Effect)>, ShardError> {
        let Some(case) = self.effects.get(&id).copied() else { return Ok(None) };
        let Some(case) = self.case(case, reader)? else { return Ok(None) };
        let effect = case.effects.get(&id).cloned();
        Ok(effect.map(|effect| (case, effect)))
    }

    /// Takes up an effect that may have been out when the program last ended.
    pub(super) fn resume(&mut self, turn: &mut Turn<'_>, id: EffectId) -> Result<(), Refused> {
        let Some((case, effect)) = self.live_effect(id, turn.reader)? else { return Ok(()) };
        if effect.standing != Standing::Out {
            return Ok(());
        }
        let mut edit = self.edit(case, Measure::by(Actor::System), turn.now, turn.step)?;
        match &effect.work {
            Work::Job { element, job_type, .. } => {
                let mapping = edit.service.mappings.get(job_type).ok_or(Rejection::NotFound)?;
                let jitter = jitter(&effect);
                let (attempts, next) = effect.attempts.resume(mapping.delivery(), turn.now, jitter);
                let why = connectors::Why::Restarted.to_string();
                let settled = Settled { effect: &effect, element: *element, attempts, why };
                settled.follow(next, None, &mut edit)?;
            }
            // The other body says again what it said to the same letter; a message carries its
            // effect's id and a forgotten key stays forgotten: each may be done again.
            Work::Cross { .. } => {
                let event = effect::Event::Waited {
                    effect: id,
                    attempts: connectors::Attempts { out: false, ..effect.attempts },
                    due: turn.now,
                    why: connectors::Why::Restarted.to_string(),
                    exchange: None,
                };
                edit.record(Fact::Effect(event))?;
            }
            Work::Message { .. } | Work::Forget { .. } => {
                let why = connectors::Why::Restarted.to_string();
                own_work(&effect, CallResult::Failed(why), turn.now, &mut edit)?;
            }
        }
        self.finish(turn, edit)
    }

    /// Takes in what came of a call. One that is no longer out is late, and dropped.
    pub(super) fn exchanged(
        &mut self,
        turn: &mut Turn<'_>,
        exchanged: Exchanged,
    ) -> Result<(), Refused> {
        let Some((case, effect)) = self.live_effect(exchanged.effect, turn.reader)? else {
            return Ok(());
        };
        let attempt = effect.attempts.sends.saturating_add(effect.attempts.lookups);
        let asked = effect.attempts.phase == exchanged.phase && attempt == exchanged.attempt;
        if effect.standing != Standing::Out || !asked {
            return Ok(());
        }
        let mut edit = self.edit(case, Measure::by(Actor::BackOffice), turn.now, turn.step)?;
        match (&effect.work, exchanged.result) {
            (Work::Job { element, job_type, system }, CallResult::Exchange(exchange)) => {
                self.heard.push((turn.now, system.clone(), connectors::health(&exchange.answer)));
                let mapping = edit.service.mappings.get(job_type).ok_or(Rejection::NotFound)?;
                let outcome = connectors::interpret(mapping, exchanged.phase, &exchange.answer);
                let why = said(&outcome);
                let told = Personal::new(connectors::describe(&exchange, &outcome));
                let jitter = jitter(&effect);
                let (attempts, next) =
                    delivery::next(mapping.delivery(), effect.attempts, outcome, turn.now, jitter);
                Settled { effect: &effect, element: *element, attempts, why }.follow(
                    next,
                    Some(told),
                    &mut edit,
                )?;
            }
            (Work::Job { element, .. }, CallResult::NotMade(why) | CallResult::Failed(why)) => {
                let attempts = effect.attempts;
                let reason = connectors::Why::Mapped;
                // A question that cannot be asked leaves open whether the work was done.
                let next = match exchanged.phase {
                    connectors::Phase::Send => Next::Incident { reason },
                    connectors::Phase::Lookup => Next::AskStaff { reason },
                };
                Settled { effect: &effect, element: *element, attempts, why }
                    .follow(next, None, &mut edit)?;
            }
            (
                Work::Job { .. },
                CallResult::Done | CallResult::Crossed(_) | CallResult::Delayed(_),
            ) => return Ok(()),
            (Work::Cross { .. }, result) => self.crossed(turn, &mut edit, &effect, result)?,
            (Work::Message { .. } | Work::Forget { .. }, result) => {
                own_work(&effect, result, turn.now, &mut edit)?;
            }
        }
        self.finish(turn, edit)?;
        Ok(())
    }
}

/// Work of the installation itself may be repeated: it is tried until it is done.
fn own_work(
    effect: &Effect,
    result: CallResult,
    now: Timestamp,
    edit: &mut Edit,
) -> Result<(), Refused> {
    let id = effect.id;
    let event = match result {
        CallResult::Done
        | CallResult::Exchange(_)
        | CallResult::Crossed(_)
        | CallResult::Delayed(_) => effect::Event::Done { effect: id },
        // Nobody is left to write to.
        CallResult::NotMade(_) if edit.case.is_erased(base::Party::REQUESTER) => {
            effect::Event::Cancelled { effect: id }
        }
        CallResult::NotMade(why) | CallResult::Failed(why) => {
            let mut attempts = effect.attempts;
            attempts.out = false;
            attempts.failures = attempts.failures.saturating_add(1);
            let wait = delivery::backoff_ms(attempts.failures, jitter(effect));
            if now.millis_since(attempts.since) > delivery::GIVE_UP_AFTER_MS {
                effect::Event::Stopped { effect: id, attempts, unclear: false, why, exchange: None }
            } else {
                let due = now.plus_millis(wait);
                effect::Event::Waited { effect: id, attempts, due, why, exchange: None }
            }
        }
    };
    edit.record(Fact::Effect(event))
}

/// What an exchange says about an effect, on its way into the journal.
pub(super) struct Settled<'a> {
    pub(super) effect: &'a Effect,
    pub(super) element: ElementKey,
    pub(super) attempts: connectors::Attempts,
    pub(super) why: String,
}

impl Settled<'_> {
    pub(super) fn follow(
        self,
        next: Next,
        exchange: Option<Personal<String>>,
        edit: &mut Edit,
    ) -> Result<(), Refused> {
        let id = self.effect.id;
        let element = self.element;
        match next {
            Next::Complete { variables } => {
                edit.record(Fact::Effect(effect::Event::Done { effect: id }))?;
                let variables = open(variables);
                edit.process(engine::Command::CompleteJob { element, variables })
            }
            Next::Refuse { error_code, message } => {
                let event = effect::Event::Refused { effect: id, code: error_code.clone() };
                edit.record(Fact::Effect(event))?;
                let message = feel::Value::string(message);
                let variables = open([("error_message".to_owned(), message)]);
                edit.process(engine::Command::ThrowJobError { element, error_code, variables })
            }
            Next::Resend { at } | Next::Lookup { at } => {
                let event = effect::Event::Waited {
                    effect: id,
                    attempts: self.attempts,
                    due: at,
                    why: self.why,
                    exchange,
                };
                edit.record(Fact::Effect(event))
            }
            Next::AskStaff { .. } => self.stop(true, UNKNOWN_OUTCOME, exchange, edit),
            Next::Incident { .. } => self.stop(false, NOT_DONE, exchange, edit),
        }
    }

    fn stop(
        self,
        unclear: bool,
        code: &str,
        exchange: Option<Personal<String>>,
        edit: &mut Edit,
    ) -> Result<(), Refused> {
        let event = effect::Event::Stopped {
            effect: self.effect.id,
            attempts: self.attempts,
            unclear,
            why: self.why,
            exchange,
        };
        edit.record(Fact::Effect(event))?;
        let (element, code) = (self.element, code.to_owned());
        edit.process(engine::Command::FailJob { element, code, retries: 0 })
    }
}

fn open(variables: impl IntoIterator<Item = (String, feel::Value)>) -> Variables {
    variables.into_iter().map(|(name, value)| (name, Personal::new(Variable::new(value)))).collect()
}

fn said(outcome: &connectors::Outcome) -> String {
    use connectors::Outcome;
    match outcome {
        Outcome::Retry { why, .. } | Outcome::Unclear { why, .. } | Outcome::Unmapped { why } => {
            why.to_string()
        }
        Outcome::NotFound => "the system does not know our reference yet".to_owned(),
        Outcome::Done { .. } | Outcome::Refused { .. } => String::new(),
    }
}

/// Jitter that is the same in every replay and spreads cases that failed together.
pub(super) fn jitter(effect: &Effect) -> u64 {
    let tries = effect.attempts.failures.to_be_bytes();
    let digest = base::Digest::of_parts(&[&effect.place_in_line.to_be_bytes(), &tries]);
    digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
