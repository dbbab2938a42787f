//! A shard's writer thread: drain, step, commit, release.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Shard as ShardNumber;
use store::{Batch, Committed, Landed, Lease, Reader, Store, StoreError};
use tokio::sync::{oneshot, watch};

use super::metrics::Meters;
use super::perform::Performer;
use super::queue::{Queue, Tasks};
use super::roads::Roads;
use super::{BodySetup, Seams, Task};
use crate::clock::{Alarm, AlarmId, Busy};
use crate::command::{Input, Rejection, Reply, ReplyTo};
use crate::shard::{INPUTS_PER_STEP, Shard, ShardError, Step};

/// The name under which this process holds its leases.
pub(crate) const OWNER: &str = "host";
/// How long a lease runs; one process serves a SQLite folder, which its lock file holds.
pub(crate) const LEASE_MS: i64 = 10 * 60_000;
/// How often the same batch is sent again while the database is busy.
const BUSY_TRIES: u32 = 1_000;

type Waiting = BTreeMap<ReplyTo, oneshot::Sender<Result<Reply, Rejection>>>;

/// Who hears of each batch that is durable.
pub(super) struct Told {
    pub(super) meters: Meters,
    pub(super) committed: watch::Sender<u64>,
}

struct Writer {
    setup: BodySetup,
    seams: Seams,
    shard: Option<Shard>,
    reader: Reader,
    performer: Performer,
    alarm: (AlarmId, Alarm),
    told: Told,
}

/// Opens the shard and starts its thread.
pub(super) fn start(
    mut setup: BodySetup,
    seams: Seams,
    alarm: AlarmId,
    told: Told,
    (queue, tasks): (Queue, Tasks),
    roads: Arc<Roads>,
) -> Result<(), ShardError> {
    let reader = setup.store.readers().shard(ShardNumber(0));
    let shard = open(&mut setup, &seams, &reader)?;
    let performer = Performer::new(&setup, &seams, queue.clone(), told.meters.clone(), roads);
    let ticks = queue;
    let ring: Alarm = Arc::new(move |busy| {
        // A full queue is being worked on; it looks for what is due in any case.
        let _ = ticks.offer(Task::Tick(busy));
    });
    let mut writer =
        Writer { setup, seams, shard: Some(shard), reader, performer, alarm: (alarm, ring), told };
    let name = format!("writer-{}", writer.setup.settings.body);
    let token = writer.seams.clock.busy();
    let spawned = std::thread::Builder::new().name(name).spawn(move || {
        writer.turn(Vec::new(), Vec::new());
        drop(token);
        writer.run(&tasks);
    });
    spawned.map_err(|error| ShardError::Write(format!("no thread: {error}")))?;
    Ok(())
}

fn open(setup: &mut BodySetup, seams: &Seams, reader: &Reader) -> Result<Shard, ShardError> {
    let body = setup.settings.body.clone();
    let lease: Lease =
        setup.store.lease(&body, ShardNumber(0), OWNER, seams.clock.now(), LEASE_MS)?;
    Shard::open(
        lease,
        Arc::clone(&setup.settings),
        setup.services.clone(),
        setup.keyring.clone(),
        Arc::clone(&seams.entropy),
        reader,
    )
}

impl Writer {
    fn run(&mut self, tasks: &Tasks) {
        while let Some(batch) = tasks.take(INPUTS_PER_STEP) {
            self.take(batch);
        }
    }

    fn take(&mut self, tasks: Vec<Task>) {
        let mut inputs = Vec::new();
        let mut waiting = Vec::new();
        let mut tokens: Vec<Busy> = Vec::new();
        for task in tasks {
            match task {
                Task::Command(authority, command, reply, busy) => {
                    let to = ReplyTo(u64::try_from(waiting.len()).unwrap_or(u64::MAX));
                    waiting.push(reply);
                    tokens.push(busy);
                    inputs.push(Input::Command { authority, command, reply: to });
                }
                Task::Exchanged(exchanged, busy) => {
                    tokens.push(busy);
                    inputs.push(Input::Exchanged(*exchanged));
                }
                Task::Tick(busy) => {
                    tokens.push(busy);
                    inputs.push(Input::Tick);
                }
                Task::Health(reply) => {
                    let now = self.seams.clock.now();
                    let health = self.shard.iter_mut().flat_map(|shard| shard.health(now));
                    let _ =
                        reply.send(health.map(|(system, state)| (system.clone(), state)).collect());
                }
            }
        }
        self.turn(inputs, waiting);
        drop(tokens);
    }

    /// One turn: everything that was taken in is durable at its end, or was answered "not now".
    fn turn(
        &mut self,
        inputs: Vec<Input>,
        waiting: Vec<oneshot::Sender<Result<Reply, Rejection>>>,
    ) {
        let mut waiting: Waiting = (0_u64..).map(ReplyTo).zip(waiting).collect();
        let outcome = self.step_and_commit(inputs, &mut waiting);
        if let Err(error) = outcome {
            tracing::error!(body = %self.setup.settings.body, %error, "a batch was given up");
            for (_, reply) in std::mem::take(&mut waiting) {
                let _ = reply.send(Err(Rejection::Unavailable));
            }
            self.told.meters.gave_up();
            self.shard = None;
        }
        self.set_alarm();
    }

    fn step_and_commit(
        &mut self,
        inputs: Vec<Input>,
        waiting: &mut Waiting,
    ) -> Result<(), ShardError> {
        let mut inputs = inputs;
        loop {
            let now = self.seams.clock.now();
            let mut shard = match self.shard.take() {
                Some(shard) => shard,
                None => open(&mut self.setup, &self.seams, &self.reader)?,
            };
            let taken = inputs.len();
            let step = shard.step(now, std::mem::take(&mut inputs), &self.reader)?;
            let calls = if step.batch.is_empty() {
                Vec::new()
            } else {
                let store = self.setup.store.as_mut();
                let committed = self.told.meters.timed(taken, || commit(store, &step.batch))?;
                let calls = shard.committed(&step, committed);
                self.told.committed.send_modify(|batches| *batches = batches.wrapping_add(1));
                calls
            };
            answer(step, waiting);
            self.performer.perform(calls);
            let due_now = shard.next_due().is_some_and(|due| due <= now);
            self.shard = Some(shard);
            if !due_now {
                return Ok(());
            }
        }
    }

    /// A shard that could not go on is opened again after a moment.
    fn set_alarm(&self) {
        const REOPEN_MS: i64 = 1_000;
        let at = match &self.shard {
            Some(shard) => shard.next_due(),
            None => Some(self.seams.clock.now().plus_millis(REOPEN_MS)),
        };
        self.told.meters.stands(self.shard.is_some(), self.seams.clock.now(), at);
        self.seams.clock.set_alarm(self.alarm.0, at, Arc::clone(&self.alarm.1));
    }
}

fn answer(step: Step, waiting: &mut Waiting) {
    for (to, reply) in step.replies {
        if let Some(waiting) = waiting.remove(&to) {
            let _ = waiting.send(reply);
        }
    }
}

/// Commits; the same bytes again while the database is busy; in doubt, asks what became of them.
pub(crate) fn commit(store: &mut dyn Store, batch: &Batch) -> Result<Committed, ShardError> {
    let mut last = StoreError::Busy;
    for _ in 0..BUSY_TRIES {
        match store.commit(batch) {
            Ok(committed) => return Ok(committed),
            Err(error) if error.is_in_doubt() => match store.landed(batch)? {
                Landed::Yes(committed) => return Ok(committed),
                Landed::No => last = error,
            },
            Err(error) if error.is_retryable() => last = error,
            Err(error) => return Err(error.into()),
        }
    }
    Err(last.into())
}
