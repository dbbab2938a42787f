//! Two bodies and the identity office between them, on one thread from one seed: a county asks an
//! agency a question and gives it a notice, under crashes of each and a bad post.
//!
//! Owns virtual time, the three stores with their faults, the letters on their way and the agency's
//! back offices. At the end the faults stop and every case must have come to its end, with one line
//! of each crossing in each log that agrees with the others.

use std::collections::BTreeMap;

use base::{CaseId, MessageId, SectorPersonId, Timestamp};
use connectors::HttpRequest;
use emulators::Benefits;
use runtime::crossing::{Considered, Passage};
use runtime::{
    Authority, Call, CallResult, CallWork, Command, CrossingLetter, Delay, Exchanged, Heard, Input,
    Reply,
};

use crate::chance::Chance;

mod check;
mod intake;
mod region;
mod side;

use intake::Intake;
use side::{OfficeSide, Side, Stepped};

/// When every run begins.
const BEGIN: &str = "2026-11-02T08:00:00Z";
/// How long residents come, in milliseconds.
const BUSY_MS: i64 = 6 * 3_600_000;
/// How long faults are injected, in milliseconds.
const FAULTY_MS: i64 = 2 * 86_400_000;
/// How long a run goes on at most, in milliseconds.
const HORIZON_MS: i64 = 30 * 86_400_000;
/// After how long a letter that is not answered is given up, in milliseconds.
const PATIENCE_MS: i64 = 60_000;
/// Steps after which a run is taken to be lost.
const STEPS: u64 = 200_000;

/// What a run is to be.
#[derive(Debug, Clone, Copy)]
pub struct CrossingsPlan {
    /// From which all else follows.
    pub seed: u64,
    /// How many residents ask.
    pub cases: u64,
    /// Whether anything goes wrong.
    pub faults: bool,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Crossings {
    /// Cases that came to their end.
    pub cases: u64,
    /// Crossings whose lines agree in all logs.
    pub agreed: u64,
    /// Crossings that a gate refused.
    pub refused: u64,
    /// Crashes of a body or the office.
    pub crashes: u64,
    /// Letters lost, late or doubled.
    pub mishaps: u64,
    /// The roots of the three logs.
    pub roots: Vec<base::Digest>,
}

impl std::fmt::Display for Crossings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cases, agreed, refused, crashes, mishaps, .. } = self;
        write!(
            formatter,
            "{cases} cases, {agreed} crossings agree in every log, {refused} refused, \
             {crashes} crashes, {mishaps} mishaps of the post"
        )
    }
}

/// Runs a plan to its end.
///
/// # Errors
/// What was promised and not kept.
pub fn cross(plan: &CrossingsPlan) -> Result<Crossings, String> {
    let mut bodies = Bodies::new(*plan)?;
    bodies.live()?;
    bodies.at_rest()
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    County,
    Agency,
    Office,
}

/// A letter on its way, and who waits for what comes of it.
#[derive(Debug, Clone)]
struct Trip {
    call: Waiting,
    letter: CrossingLetter,
}

/// The county's call that waits, in the life of the county that made it.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    life: u64,
    effect: base::EffectId,
    phase: connectors::Phase,
    attempt: u32,
    /// Before which the county is told nothing, so that time tells nothing either.
    not_before: Timestamp,
}

/// What comes next.
#[derive(Debug, Clone)]
enum Happening {
    Resident(u64),
    AtOffice(Box<Trip>),
    AtGate(Box<Trip>),
    AtBackOffice(Box<Trip>, HttpRequest),
    Concluded(Box<Trip>, Option<Box<connectors::Answer>>),
    Home(Waiting, CallResult),
    Tick(Who),
    Crash(Who),
    Restart(Who),
}

struct Bodies {
    plan: CrossingsPlan,
    chance: Chance,
    now: Timestamp,
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    order: u64,
    county: Side,
    agency: Side,
    office: OfficeSide,
    register: Benefits,
    intake: Intake,
    people: Vec<SectorPersonId>,
    cases: Vec<CaseId>,
    sent: BTreeMap<MessageId, u64>,
    report: Crossings,
}

impl Bodies {
    fn new(plan: CrossingsPlan) -> Result<Self, String> {
        let now = Timestamp::parse(BEGIN).map_err(|error| error.to_string())?;
        let people = (0..plan.cases).map(|number| region::person(plan.seed, number));
        let mut bodies = Self {
            plan,
            chance: Chance::new(plan.seed),
            now,
            agenda: BTreeMap::new(),
            order: 0,
            county: Side::county(plan.seed, now)?,
            agency: Side::agency(plan.seed, now)?,
            office: OfficeSide::new(plan.seed, now)?,
            register: Benefits::new(plan.seed, None),
            intake: Intake::default(),
            people: people.collect::<Result<_, String>>()?,
            cases: Vec::new(),
            sent: BTreeMap::new(),
            report: Crossings::default(),
        };
        for number in 0..plan.cases {
            bodies.soon(0, BUSY_MS, Happening::Resident(number));
        }
        if plan.faults {
            for _ in 0..9 {
                let who = *bodies
                    .chance
                    .pick(&[Who::County, Who::Agency, Who::Office])
                    .unwrap_or(&Who::County);
                bodies.soon(0, BUSY_MS, Happening::Crash(who));
            }
        }
        Ok(bodies)
    }

    fn soon(&mut self, low_ms: i64, high_ms: i64, happening: Happening) {
        let at = self.now.plus_millis(self.chance.between(low_ms, high_ms));
        self.later(at, happening);
    }

    fn later(&mut self, at: Timestamp, happening: Happening) {
        self.order += 1;
        self.agenda.insert((at, self.order), happening);
    }

    fn faulty(&self) -> bool {
        let begin = Timestamp::parse(BEGIN).unwrap_or(self.now);
        self.plan.faults && self.now < begin.plus_millis(FAULTY_MS)
    }

    fn live(&mut self) -> Result<(), String> {
        let horizon = self.now.plus_millis(HORIZON_MS);
        for _ in 0..STEPS {
            let Some(entry) = self.agenda.first_entry() else { return Ok(()) };
            let ((at, _), happening) = entry.remove_entry();
            if at > horizon {
                return Ok(());
            }
            self.now = self.now.max(at);
            self.happen(happening)?;
        }
        Err(format!("{STEPS} steps and no end"))
    }

    fn happen(&mut self, happening: Happening) -> Result<(), String> {
        match happening {
            Happening::Resident(number) => self.resident(number),
            Happening::AtOffice(trip) => self.at_office(&trip),
            Happening::AtGate(trip) => self.at_gate(*trip),
            Happening::AtBackOffice(trip, request) => {
                let answer = self.back_office(&request);
                self.go(Happening::Concluded(trip, Some(Box::new(answer))));
                Ok(())
            }
            Happening::Concluded(trip, answer) => self.concluded(*trip, answer),
            Happening::Home(waiting, result) => self.home(waiting, result),
            Happening::Tick(who) => self.follow(who, vec![Input::Tick]).map(|_| ()),
            Happening::Crash(who) => {
                self.crash(who);
                Ok(())
            }
            Happening::Restart(who) => self.restart(who),
        }
    }

    /// Puts something on the post: it may be lost, late or doubled.
    fn go(&mut self, happening: Happening) {
        if !self.faulty() || !self.chance.one_in(6) {
            return self.soon(1, 200, happening);
        }
        self.report.mishaps += 1;
        match self.chance.below(3) {
            0 => {}
            1 => self.soon(PATIENCE_MS, 4 * PATIENCE_MS, happening),
            _ => {
                self.soon(1, 200, happening.clone());
                self.soon(1, 2 * PATIENCE_MS, happening);
            }
        }
    }

    fn resident(&mut self, number: u64) -> Result<(), String> {
        let person = usize::try_from(number).ok().and_then(|number| self.people.get(number));
        let person = *person.ok_or("nobody")?;
        let assurance = region::assurance(self.plan.seed, number);
        let authority = Authority::Citizen { person, assurance };
        let command = Command::Submit(Box::new(region::request(number)?));
        match self.ask(Who::County, authority, command)? {
            Some(Ok(Reply::Received { case, .. })) => {
                self.cases.push(case);
                Ok(())
            }
            Some(other) => Err(format!("a request was answered {other:?}")),
            // Not answered: they send the same form again.
            None => {
                self.soon(1_000, 60_000, Happening::Resident(number));
                Ok(())
            }
        }
    }

    fn ask(
        &mut self,
        who: Who,
        authority: Authority,
        command: Command,
    ) -> Result<Option<Result<Reply, runtime::Rejection>>, String> {
        let reply = runtime::ReplyTo(0);
        let answers = self.follow(who, vec![Input::Command { authority, command, reply }])?;
        Ok(answers.and_then(|answers| answers.into_iter().next()))
    }

    /// One step of a body with its commit and what it lets out; none while it is down.
    fn follow(&mut self, who: Who, inputs: Vec<Input>) -> Result<Option<side::Answers>, String> {
        let (now, faulty) = (self.now, self.faulty());
        let fault = (faulty && self.chance.one_in(12)).then(|| self.chance.next());
        let side = match who {
            Who::County => &mut self.county,
            Who::Agency => &mut self.agency,
            Who::Office => return Ok(None),
        };
        match side.step(now, inputs, fault)? {
            Stepped::Down => Ok(None),
            Stepped::Crashed => {
                self.crash(who);
                Ok(None)
            }
            Stepped::Done { answers, calls, next_due } => {
                if let Some(due) = next_due {
                    self.later(due.max(now), Happening::Tick(who));
                }
                let life = self.county.life;
                for call in calls {
                    self.call(call, life)?;
                }
                Ok(Some(answers))
            }
        }
    }

    fn call(&mut self, call: Call, life: u64) -> Result<(), String> {
        let Call { effect, phase, attempt, work, .. } = call;
        let waiting = |not_before| Waiting { life, effect, phase, attempt, not_before };
        match work {
            CallWork::Cross { letter: Some(letter), not_before } => {
                let waiting = waiting(not_before);
                *self.sent.entry(letter.id).or_default() += 1;
                let given_up = not_before.max(self.now.plus_millis(PATIENCE_MS));
                self.later(given_up, Happening::Home(waiting, CallResult::Delayed(Delay::Body)));
                self.go(Happening::AtOffice(Box::new(Trip { call: waiting, letter: *letter })));
            }
            CallWork::Cross { letter: None, not_before } => {
                let heard = Box::new(Heard::NotShared { leaf: None });
                let waiting = waiting(not_before);
                self.later(not_before, Happening::Home(waiting, CallResult::Crossed(heard)));
            }
            CallWork::Mail(_) | CallWork::Forget(_) => {
                let waiting = waiting(self.now);
                self.soon(1, 5, Happening::Home(waiting, CallResult::Done));
            }
            CallWork::NotMade(why) => return Err(format!("a letter was not written: {why}")),
            CallWork::Exchange { .. } => return Err("the county calls no back office".to_owned()),
        }
        Ok(())
    }

    fn at_office(&mut self, trip: &Trip) -> Result<(), String> {
        let fault = (self.faulty() && self.chance.one_in(12)).then(|| self.chance.next());
        let from = region::county()?;
        match self.office.pass(&from, &trip.letter, self.now, fault) {
            None => Ok(()),
            Some(Ok(Passage::On(letter))) => {
                let trip = Trip { letter: *letter, call: trip.call };
                self.go(Happening::AtGate(Box::new(trip)));
                Ok(())
            }
            Some(Ok(Passage::Said(heard))) => {
                self.answer(trip.call, heard);
                Ok(())
            }
            Some(Err(_)) => {
                self.crash(Who::Office);
                Ok(())
            }
        }
    }

    fn answer(&mut self, waiting: Waiting, heard: Heard) {
        self.go(Happening::Home(waiting, CallResult::Crossed(Box::new(heard))));
    }

    fn at_gate(&mut self, trip: Trip) -> Result<(), String> {
        let command = Command::Consider(Box::new(trip.letter.clone()));
        self.gated(trip, command)
    }

    fn concluded(
        &mut self,
        trip: Trip,
        answer: Option<Box<connectors::Answer>>,
    ) -> Result<(), String> {
        let command = Command::Conclude { letter: Box::new(trip.letter.clone()), answer };
        self.gated(trip, command)
    }

    fn gated(&mut self, trip: Trip, command: Command) -> Result<(), String> {
        let authority = Authority::Body { body: region::identity()? };
        let considered = match self.ask(Who::Agency, authority, command)? {
            Some(Ok(Reply::Considered(considered))) => *considered,
            Some(other) => return Err(format!("the agency's gate answered {other:?}")),
            None => return Ok(()),
        };
        match considered {
            Considered::Call { request, .. } => {
                self.go(Happening::AtBackOffice(Box::new(trip), request));
            }
            Considered::Unasked => self.go(Happening::Concluded(Box::new(trip), None)),
            Considered::Said(heard) => self.answer(trip.call, heard),
            Considered::Later(delay) => {
                self.go(Happening::Home(trip.call, CallResult::Delayed(delay)));
            }
        }
        Ok(())
    }

    fn back_office(&mut self, request: &HttpRequest) -> connectors::Answer {
        use emulators::BackOffice as _;
        if self.faulty() && self.chance.one_in(5) {
            self.report.mishaps += 1;
            return Err(connectors::TransportFault::TimedOut);
        }
        if request.system.as_str() == region::INTAKE {
            return Ok(self.intake.handle(request));
        }
        Ok(self.register.handle(request, self.now))
    }

    fn home(&mut self, waiting: Waiting, result: CallResult) -> Result<(), String> {
        if waiting.life != self.county.life {
            return Ok(());
        }
        if self.now < waiting.not_before {
            self.later(waiting.not_before, Happening::Home(waiting, result));
            return Ok(());
        }
        let Waiting { effect, phase, attempt, .. } = waiting;
        let exchanged = Exchanged { effect, phase, attempt, result };
        self.follow(Who::County, vec![Input::Exchanged(exchanged)]).map(|_| ())
    }

    fn crash(&mut self, who: Who) {
        self.report.crashes += 1;
        match who {
            Who::County => self.county.crash(),
            Who::Agency => self.agency.crash(),
            Who::Office => self.office.crash(),
        }
        self.soon(100, 600_000, Happening::Restart(who));
    }

    fn restart(&mut self, who: Who) -> Result<(), String> {
        let now = self.now;
        match who {
            Who::County => self.county.restart(now)?,
            Who::Agency => self.agency.restart(now)?,
            Who::Office => return self.office.restart(now),
        }
        self.later(now, Happening::Tick(who));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
