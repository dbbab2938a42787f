//! The loop: take what is next, let the shard follow it, commit under faults, check, release.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use base::Shard as Number;
use runtime::{Authority, Command, Input, Rejection, Reply, ReplyTo, Shard, Step};
use store::{Batch, Committed, Fault, Landed, Store as _, StoreError};

use super::people::Asker;
use super::{Happening, LEASE_MS, World, entropy, new_keyring};

/// Times that one batch is sent again while the database is busy.
const BUSY_TRIES: u32 = 20;
/// Steps in a row without a moment passing, after which something goes round in circles.
const RESTLESS: u32 = 5_000;

/// Who waits for the answers of a step.
type Askers = BTreeMap<ReplyTo, Asker>;

/// What became of a commit.
enum Fate {
    Landed(Committed),
    /// Nothing landed and the program goes on with a shard opened anew.
    GivenUp(String),
    /// The program stopped.
    Stopped,
}

impl World {
    /// Lives until nothing is due any more.
    pub(super) fn live(&mut self) -> Result<(), String> {
        self.restart()?;
        let mut restless = 0;
        loop {
            self.report.steps += 1;
            if self.report.steps > self.plan.steps {
                return Err(format!("after {} steps it is not at rest", self.plan.steps));
            }
            let before = self.now;
            let due = self.shard.as_ref().and_then(Shard::next_due);
            let next = self.agenda.first_key_value().map(|((at, _), _)| *at);
            let (inputs, askers) = match (due, next) {
                (Some(due), next) if due <= self.horizon && next.is_none_or(|next| due <= next) => {
                    self.now = self.now.max(due);
                    (vec![Input::Tick], Askers::new())
                }
                (_, Some(at)) if at <= self.horizon => {
                    self.now = self.now.max(at);
                    self.gather()?
                }
                (_, Some(_) | None) => break,
            };
            restless = if self.now == before { restless + 1 } else { 0 };
            if restless > RESTLESS {
                return Err(format!("{RESTLESS} steps and no moment passed"));
            }
            self.follow(inputs, askers)?;
        }
        self.at_rest()
    }

    /// Takes what is due at this moment, sometimes more of it at once than one thing.
    fn gather(&mut self) -> Result<(Vec<Input>, Askers), String> {
        let (mut inputs, mut askers) = (Vec::new(), Askers::new());
        let until = self.now.plus_millis(if self.chance.one_in(3) { 2_000 } else { 0 });
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > until {
                break;
            }
            let ((at, _), happening) = entry.remove_entry();
            self.now = self.now.max(at);
            self.happen(happening, &mut inputs, &mut askers)?;
            if self.shard.is_none() {
                break;
            }
        }
        Ok((inputs, askers))
    }

    fn happen(
        &mut self,
        happening: Happening,
        inputs: &mut Vec<Input>,
        askers: &mut Askers,
    ) -> Result<(), String> {
        let asked = match happening {
            Happening::Resident(resident) => self.resident_acts(resident),
            Happening::Visit(case) => self.visit(case),
            Happening::Withdraw(case) => Some(Self::withdraws(case)),
            Happening::NotFixed(case) => Some(self.not_fixed(case)),
            Happening::Erase(case) => Some(Self::erases(case)),
            Happening::Deliver(post) => Some(Self::delivers(*post)),
            Happening::Arrive(flight) => {
                self.arrive(flight)?;
                None
            }
            Happening::Return(homecoming) => {
                if self.shard.is_some() {
                    inputs.extend(self.returned(homecoming));
                }
                None
            }
            Happening::OfficeDue => {
                self.office_due()?;
                None
            }
            Happening::Crash => {
                if self.shard.is_some() {
                    self.crash("between commits");
                    self.give_back(std::mem::take(askers));
                    inputs.clear();
                }
                None
            }
            Happening::Restart => {
                self.restart()?;
                None
            }
            Happening::ClockJump => {
                let hours = self.chance.between(1, 40);
                self.now = self.now.plus_seconds(hours * 3_600);
                self.fault("clock jumped");
                self.tell(format!("the clock jumps {hours} hours"));
                None
            }
        };
        let Some((authority, command, who)) = asked else { return Ok(()) };
        if self.shard.is_none() {
            self.unanswered(who);
            return Ok(());
        }
        self.asked += 1;
        let reply = ReplyTo(self.asked);
        askers.insert(reply, who);
        inputs.push(Input::Command { authority, command, reply });
        Ok(())
    }

    /// One step of the shard with its commit, its checks and what it lets out.
    fn follow(&mut self, inputs: Vec<Input>, mut askers: Askers) -> Result<(), String> {
        let Some(mut shard) = self.shard.take() else {
            self.give_back(askers);
            return Ok(());
        };
        if inputs.is_empty() && shard.next_due().is_none_or(|due| due > self.now) {
            self.shard = Some(shard);
            return Ok(());
        }
        self.keys_fault();
        let step = match shard.step(self.now, inputs, &self.reader) {
            Ok(step) => step,
            Err(error) => {
                self.tell(format!("step given up: {error}"));
                self.give_back(askers);
                return self.reopen(&error.to_string());
            }
        };
        if step.batch.is_empty() {
            self.shard = Some(shard);
            return self.answer(step, &mut askers);
        }
        match self.commit(&step.batch)? {
            Fate::Landed(committed) => {
                let calls = shard.committed(&step, committed);
                self.shard = Some(shard);
                self.report.commits += 1;
                if self.faulty() && self.chance.one_in(400) {
                    // Durable, and nobody was told, nor anything let out.
                    self.crash("between commit and effect");
                    self.give_back(askers);
                    return self.check(&step.batch);
                }
                self.check(&step.batch)?;
                self.answer(step, &mut askers)?;
                self.send(calls)?;
                self.check_waiting()
            }
            Fate::GivenUp(why) => {
                self.give_back(askers);
                self.reopen(&why)
            }
            Fate::Stopped => {
                self.crash("at a commit");
                self.give_back(askers);
                self.check(&step.batch)
            }
        }
    }

    fn keys_fault(&mut self) {
        if !self.faulty() || !self.chance.one_in(60) {
            return;
        }
        let faults = [Fault::Busy, Fault::Full, Fault::InDoubtLanded, Fault::InDoubtLost];
        let fault = *self.chance.pick(&faults).unwrap_or(&Fault::Busy);
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).fail_next(fault);
    }

    /// Commits as the program does: the same bytes again while the database is busy; in doubt, it
    /// asks what became of them.
    fn commit(&mut self, batch: &Batch) -> Result<Fate, String> {
        if self.faulty() && self.chance.one_in(40) {
            let fault = *self.chance.pick(&Fault::ALL).unwrap_or(&Fault::Busy);
            self.fault(name_of(fault));
            self.tell(format!("fault at the commit: {fault:?}"));
            self.store.fail_next(fault);
        }
        for _ in 0..BUSY_TRIES {
            match self.store.commit(batch) {
                Ok(committed) => return Ok(Fate::Landed(committed)),
                Err(StoreError::Stopped) => return Ok(Fate::Stopped),
                Err(error) if error.is_in_doubt() => match self.store.landed(batch) {
                    Ok(Landed::Yes(committed)) => return Ok(Fate::Landed(committed)),
                    Ok(Landed::No) => {}
                    Err(error) => return Err(format!("a commit in doubt is not settled: {error}")),
                },
                Err(error) if error.is_retryable() => {}
                Err(StoreError::Full) => return Ok(Fate::GivenUp("no room".to_owned())),
                Err(error) => return Err(format!("a commit failed: {error}")),
            }
        }
        Err("the database stays busy".to_owned())
    }

    fn answer(&mut self, step: Step, askers: &mut Askers) -> Result<(), String> {
        for (to, reply) in step.replies {
            if let Some(asker) = askers.remove(&to) {
                self.told(asker, reply)?;
            }
        }
        self.give_back(std::mem::take(askers));
        Ok(())
    }

    fn give_back(&mut self, askers: Askers) {
        for asker in askers.into_values() {
            self.unanswered(asker);
        }
    }

    /// The program stops dead: callers and answers on their way are gone.
    pub(super) fn crash(&mut self, place: &str) {
        self.tell(format!("crash {place}"));
        self.report.crashes += 1;
        self.shard = None;
        self.life += 1;
        self.wire.out.clear();
        self.store.crash();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).crash();
        let down_ms = if self.chance.one_in(4) { 3 * 3_600_000 } else { 20_000 };
        self.soon(100, down_ms, Happening::Restart);
    }

    /// The program starts: everything it knows comes from the store.
    fn restart(&mut self) -> Result<(), String> {
        self.store.reopen();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).reopen();
        self.keyring = new_keyring(&self.settings.body, &self.keys);
        self.open()?;
        self.check_everything()
    }

    /// The program goes on after a fault, with a shard opened anew; calls that are out stay out.
    fn reopen(&mut self, why: &str) -> Result<(), String> {
        self.tell(format!("shard opened anew: {why}"));
        self.fault("shard opened anew");
        self.open()?;
        self.check_everything()
    }

    fn open(&mut self) -> Result<(), String> {
        let body = self.settings.body.clone();
        let lease = self.store.lease(&body, Number(0), "sim", self.now, LEASE_MS);
        let lease = lease.map_err(|error| format!("no lease: {error}"))?;
        let shard = Shard::open(
            lease,
            Arc::clone(&self.settings),
            self.services.clone(),
            self.keyring.clone(),
            entropy(self.plan.seed),
            &self.reader,
        );
        self.shard = Some(shard.map_err(|error| format!("the shard does not open: {error}"))?);
        Ok(())
    }
}

const fn name_of(fault: Fault) -> &'static str {
    match fault {
        Fault::CrashBefore => "crash before the commit",
        Fault::TornCommit => "torn commit",
        Fault::CrashAfter => "crash after the commit",
        Fault::InDoubtLanded => "in doubt, landed",
        Fault::InDoubtLost => "in doubt, lost",
        Fault::Full => "disk full",
        Fault::Busy => "database busy",
    }
}

/// A command on its way, with who asks.
pub(super) type Asked = (Authority, Command, Asker);
/// What a command was answered with.
pub(super) type Answered = Result<Reply, Rejection>;
