//! What is on the wire between the program and the back offices, and what happens to it there.

use std::collections::{BTreeMap, BTreeSet};

use base::{EffectId, SystemId, Timestamp};
use connectors::{Exchange, HttpRequest, HttpResponse, Phase, TransportFault};
use emulators::BackOffice as _;
use runtime::{Call, CallResult, CallWork, Exchanged, Input};

use super::{Happening, World};

/// A request on its way.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    life: u64,
    effect: EffectId,
    attempt: u32,
    phase: Phase,
    request: HttpRequest,
    copies: u8,
    fault: Trouble,
    deadline: Timestamp,
    answer_takes_ms: i64,
}

/// An answer, or the end of waiting for one.
#[derive(Debug, Clone)]
pub(super) struct Homecoming {
    life: u64,
    exchanged: Exchanged,
}

/// All that is under way.
#[derive(Debug, Default)]
pub(super) struct Wire {
    count: u64,
    flights: BTreeMap<u64, Flight>,
    homecomings: BTreeMap<u64, Homecoming>,
    /// Calls of this life whose end the shard has not been told.
    pub(super) out: BTreeSet<(EffectId, u32)>,
    /// Messages that people got, by effect.
    pub(super) mails: BTreeSet<EffectId>,
    /// Effects whose work was sent and of which nobody has found out what became of it.
    pub(super) doubts: BTreeSet<EffectId>,
    outages: BTreeMap<SystemId, Timestamp>,
}

/// What the network and the office make of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    NotReached,
    RequestLost,
    Slow(i64),
    Fail500,
    Fail500AfterWork,
    ReplyLost,
    Doubled,
}

impl Trouble {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::NotReached => "back office not reached",
            Self::RequestLost => "request lost",
            Self::Slow(_) => "slow beyond the deadline",
            Self::Fail500 => "500",
            Self::Fail500AfterWork => "500 after the work",
            Self::ReplyLost => "reply lost",
            Self::Doubled => "request doubled",
        }
    }
}

/// Longer than any mapping waits, and shorter than any settling time.
const SLOWEST_MS: i64 = 100_000;

impl World {
    /// Carries out what a commit let out.
    pub(super) fn send(&mut self, calls: Vec<Call>) -> Result<(), String> {
        for call in calls {
            self.wire.out.insert((call.effect, call.attempt));
            let (effect, phase, attempt) = (call.effect, call.phase, call.attempt);
            let result = match call.work {
                CallWork::Exchange { request, timeout_ms } => {
                    self.may_be_sent(effect, phase, attempt)?;
                    self.depart(effect, attempt, (phase, timeout_ms), request);
                    continue;
                }
                CallWork::Mail(_) if self.faulty() && self.chance.one_in(10) => {
                    self.fault("mail refused");
                    CallResult::Failed("the post does not take it".to_owned())
                }
                CallWork::Mail(_) => {
                    self.wire.mails.insert(effect);
                    CallResult::Done
                }
                CallWork::Forget(key) => match self.keyring.forget(key) {
                    Ok(()) => CallResult::Done,
                    Err(error) => CallResult::Failed(error.to_string()),
                },
                // No service of this world asks another body: `crate::bodies` has those that do.
                CallWork::Cross { .. } => CallResult::Delayed(runtime::Delay::Body),
                CallWork::NotMade(why) => CallResult::NotMade(why),
            };
            self.come_home(effect, phase, attempt, result, 5);
        }
        Ok(())
    }

    fn come_home(
        &mut self,
        effect: EffectId,
        phase: Phase,
        attempt: u32,
        result: CallResult,
        after_ms: i64,
    ) {
        self.wire.count += 1;
        let exchanged = Exchanged { effect, phase, attempt, result };
        let homecoming = Homecoming { life: self.life, exchanged };
        self.wire.homecomings.insert(self.wire.count, homecoming);
        self.later(self.now.plus_millis(after_ms), Happening::Return(self.wire.count));
    }

    fn depart(
        &mut self,
        effect: EffectId,
        attempt: u32,
        (phase, timeout_ms): (Phase, i64),
        request: HttpRequest,
    ) {
        if phase == Phase::Send {
            self.wire.doubts.insert(effect);
        }
        let fault = self.trouble(&request.system);
        if fault != Trouble::None {
            self.fault(fault.name());
        }
        self.tell(format!("call {effect} {phase:?} #{attempt} to {}: {fault:?}", request.system));
        let travel_ms = self.chance.between(5, 400);
        let delay_ms = if let Trouble::Slow(delay_ms) = fault { delay_ms } else { 0 };
        let copies = match fault {
            Trouble::NotReached | Trouble::RequestLost | Trouble::Fail500 => 0,
            Trouble::Doubled => 2,
            Trouble::None | Trouble::Slow(_) | Trouble::Fail500AfterWork | Trouble::ReplyLost => 1,
        };
        let flight = Flight {
            life: self.life,
            effect,
            attempt,
            phase,
            request,
            copies,
            fault,
            deadline: self.now.plus_millis(timeout_ms),
            answer_takes_ms: self.chance.between(5, 400),
        };
        self.wire.count += 1;
        self.wire.flights.insert(self.wire.count, flight);
        let at = self.now.plus_millis(travel_ms + delay_ms);
        self.later(at, Happening::Arrive(self.wire.count));
    }

    fn trouble(&mut self, system: &SystemId) -> Trouble {
        if !self.faulty() {
            return Trouble::None;
        }
        if self.wire.outages.get(system).is_some_and(|until| self.now < *until) {
            return if self.chance.one_in(3) { Trouble::RequestLost } else { Trouble::NotReached };
        }
        if self.chance.one_in(150) {
            // Now and then for longer than anybody goes on trying.
            let longest = if self.chance.one_in(12) { 150 } else { 8 };
            let hours = self.chance.between(1, longest);
            self.wire.outages.insert(system.clone(), self.now.plus_seconds(hours * 3_600));
            self.fault("back office down");
        }
        match self.chance.below(20) {
            0 => Trouble::NotReached,
            1 => Trouble::RequestLost,
            2 => Trouble::Slow(self.chance.between(1_000, SLOWEST_MS)),
            3 => Trouble::Fail500,
            4 => Trouble::Fail500AfterWork,
            5 => Trouble::ReplyLost,
            6 => Trouble::Doubled,
            _ => Trouble::None,
        }
    }

    /// A request arrives at its office, whether or not somebody still waits for the answer.
    pub(super) fn arrive(&mut self, flight: u64) -> Result<(), String> {
        let Some(flight) = self.wire.flights.remove(&flight) else { return Ok(()) };
        let mut first = None;
        for _ in 0..flight.copies {
            let answer = self.handle(&flight.request)?;
            first.get_or_insert(answer);
        }
        let answer = match (flight.fault, first) {
            (Trouble::NotReached, _) => Err(TransportFault::NotReached),
            (Trouble::RequestLost | Trouble::ReplyLost, _) => Err(TransportFault::Broken),
            (Trouble::Fail500 | Trouble::Fail500AfterWork, _) => Ok(failing()),
            (Trouble::None | Trouble::Slow(_) | Trouble::Doubled, Some(answer)) => Ok(answer),
            (Trouble::None | Trouble::Slow(_) | Trouble::Doubled, None) => {
                Err(TransportFault::Broken)
            }
        };
        let back = self.now.plus_millis(flight.answer_takes_ms);
        let (answer, at) = if back > flight.deadline {
            (Err(TransportFault::TimedOut), flight.deadline.max(self.now))
        } else {
            (answer, back)
        };
        self.tell(match &answer {
            Ok(answer) => format!("answer to {}: {}", flight.effect, answer.status),
            Err(fault) => format!("no answer to {}: {fault}", flight.effect),
        });
        if flight.life != self.life {
            return Ok(()); // nobody is there to hear it
        }
        let result = CallResult::Exchange(Box::new(Exchange { request: flight.request, answer }));
        let after_ms = at.millis_since(self.now);
        let (effect, phase, attempt) = (flight.effect, flight.phase, flight.attempt);
        if self.faulty() && self.chance.one_in(20) {
            self.fault("reply doubled");
            let again = self.chance.between(after_ms, after_ms + 60_000);
            self.come_home(effect, phase, attempt, result.clone(), again);
        }
        self.come_home(effect, phase, attempt, result, after_ms);
        Ok(())
    }

    fn handle(&mut self, request: &HttpRequest) -> Result<HttpResponse, String> {
        if let Some(model) = self.models.get_mut(&request.system) {
            return Ok(model.handle(request, &self.errors));
        }
        match request.system.as_str() {
            "collections" => Ok(self.calendar.handle(request, self.now)),
            "waste-contractor" => {
                let answer = self.waste.handle(request, self.now);
                if let Some(due) = self.waste.next_due() {
                    self.office_at(due);
                }
                Ok(answer)
            }
            other => Err(format!("a request went to {other}, which is not there")),
        }
    }

    /// What the shard is told of a call; nothing when its life is over.
    pub(super) fn returned(&mut self, homecoming: u64) -> Option<Input> {
        let Homecoming { life, exchanged } = self.wire.homecomings.remove(&homecoming)?;
        if life != self.life {
            return None;
        }
        self.wire.out.remove(&(exchanged.effect, exchanged.attempt));
        if exchanged.phase == Phase::Send && is_clear(&exchanged.result) {
            self.wire.doubts.remove(&exchanged.effect);
        }
        Some(Input::Exchanged(exchanged))
    }

    /// Whether work of this effect may still reach its office.
    pub(super) fn is_on_its_way(&self, effect: EffectId) -> bool {
        self.wire.flights.values().any(|flight| {
            flight.effect == effect && flight.phase == Phase::Send && flight.copies > 0
        })
    }
}

/// Whether an answer says plainly that the work was done or was not.
fn is_clear(result: &CallResult) -> bool {
    match result {
        CallResult::Exchange(exchange) => match &exchange.answer {
            Ok(answer) => answer.status < 500,
            Err(fault) => *fault == TransportFault::NotReached,
        },
        CallResult::NotMade(_) | CallResult::Done | CallResult::Crossed(_) => true,
        CallResult::Failed(_) | CallResult::Delayed(_) => false,
    }
}

fn failing() -> HttpResponse {
    let body = b"<html><body><h1>500 Internal Server Error</h1></body></html>".to_vec();
    HttpResponse {
        status: 500,
        headers: [("content-type", "text/html")].into_iter().collect(),
        body,
    }
}
