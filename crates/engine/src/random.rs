//! Random processes for the simulator: structured models that cover every element, and a driver that
//! plays the world around them.
//!
//! All chance comes from the caller's stream of numbers, so a seed gives the same process and the same
//! path. Every process reaches its end whatever the driver chooses, for its loops count, its joins get
//! one token on each flow and its faults can be put right.

use std::collections::{BTreeMap, BTreeSet};

use base::{MessageId, Timestamp};
use feel::Value;

use crate::variable::open_variables;
use crate::{
    Command, ElementInstance, IncidentKind, Instance, ProcessId, Resolution, Variables, Waits,
};

mod make;

/// The caller's stream of numbers.
pub type Draw<'a> = &'a mut dyn FnMut() -> u64;

/// A random model with what the world around it has to know.
#[derive(Debug, Clone)]
pub struct RandomProcess {
    /// The model: the process to start and those that it calls.
    pub model: bpmn::Model,
    /// The process to start.
    pub main: ProcessId,
    /// What to start it with.
    pub variables: BTreeMap<String, Value>,
    /// Every message that it may wait for, with its correlation key.
    pub messages: BTreeMap<String, String>,
    /// Every job type, with the error codes that its job may throw and that are caught.
    pub jobs: BTreeMap<String, BTreeSet<String>>,
    /// Variables that put its faults right when they are true.
    pub repairs: BTreeSet<String>,
}

/// What a generator is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// How deep blocks stand in blocks.
    pub depth: u32,
    /// Most blocks in one sequence.
    pub length: u64,
    /// A decision that is deployed and needs no variables, for business rule tasks.
    pub decision: Option<String>,
}

impl Default for Shape {
    fn default() -> Self {
        Self { depth: 3, length: 4, decision: None }
    }
}

impl RandomProcess {
    /// Makes a process.
    pub fn generate(shape: &Shape, draw: Draw<'_>) -> Self {
        make::generate(shape, draw)
    }

    /// The command that starts it.
    pub fn start(&self, process: crate::ProcessVersion) -> Command {
        let variables = open_variables(self.variables.clone());
        Command::Start { process, start: None, variables }
    }

    /// What the world does next, and when: a worker, a person, a clock, a message or a repair.
    /// Nothing when the case waits for nobody.
    pub fn next_command(
        &self,
        instance: &Instance,
        now: Timestamp,
        draw: Draw<'_>,
    ) -> Option<(Timestamp, Command)> {
        if instance.has_left_over() {
            return Some((now, Command::Continue));
        }
        let waiting: Vec<&ElementInstance> =
            instance.rows().filter(|row| row.incident.is_some() || waits_for_world(row)).collect();
        // A second look in most cases, so that a timer without end does not outrun the work beside it.
        let mut row = pick(&waiting, draw)?;
        if row.border && row.due().is_some() && !chance(draw, 4) {
            row = pick(&waiting, draw)?;
        }
        let now = row.due().map_or(now, |due| due.max(now));
        Some((now, self.act(row, draw)?))
    }

    fn act(&self, row: &ElementInstance, draw: Draw<'_>) -> Option<Command> {
        let element = row.key;
        if let Some(incident) = &row.incident {
            return Some(Command::ResolveIncident {
                element,
                how: self.repair(incident.kind, draw),
            });
        }
        match &row.waits {
            Waits::Job(job) => Some(self.work(row, &job.job_type, draw)),
            Waits::UserTask(_) => {
                let variables = open_variables([("decided", Value::from(chance(draw, 2)))]);
                Some(Command::CompleteUserTask { element, variables })
            }
            Waits::Timer(_) => Some(Command::TriggerTimer { element }),
            Waits::Message { .. } => {
                let mut bytes = [0_u8; 16];
                let (low, high) = bytes.split_at_mut(8);
                low.copy_from_slice(&draw().to_be_bytes());
                high.copy_from_slice(&draw().to_be_bytes());
                let message = MessageId::from_bytes(bytes);
                let variables = open_variables([("said", Value::from("yes"))]);
                Some(Command::CorrelateMessage { element, message, variables })
            }
            Waits::Nothing | Waits::Children | Waits::Tokens { .. } => None,
        }
    }

    fn work(&self, row: &ElementInstance, job_type: &str, draw: Draw<'_>) -> Command {
        let element = row.key;
        let errors: Vec<&String> = self.jobs.get(job_type).into_iter().flatten().collect();
        if chance(draw, 4)
            && let Some(code) = pick(&errors, draw)
        {
            let variables = open_variables([("reason", Value::from("thrown"))]);
            return Command::ThrowJobError { element, error_code: code.clone(), variables };
        }
        if chance(draw, 8) {
            let retries = u32::from(chance(draw, 2));
            return Command::FailJob { element, code: "unreachable".to_owned(), retries };
        }
        let result = Value::from(i64::try_from(draw() % 100).unwrap_or(0));
        Command::CompleteJob { element, variables: open_variables([("result", result)]) }
    }

    fn repair(&self, kind: IncidentKind, draw: Draw<'_>) -> Resolution {
        let done = kind == IncidentKind::JobFailed && chance(draw, 3);
        if done {
            return Resolution::Done { variables: Variables::new() };
        }
        let repairs = self.repairs.iter().map(|name| (name.clone(), Value::from(true)));
        Resolution::Retry { retries: 1, variables: open_variables(repairs) }
    }
}

fn waits_for_world(row: &ElementInstance) -> bool {
    match row.waits {
        Waits::Job(_) | Waits::UserTask(_) | Waits::Timer(_) | Waits::Message { .. } => true,
        Waits::Nothing | Waits::Children | Waits::Tokens { .. } => false,
    }
}

/// One of the items; none when there are none.
fn pick<'i, T: ?Sized>(items: &[&'i T], draw: Draw<'_>) -> Option<&'i T> {
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    let index = draw().checked_rem(count)?;
    items.get(usize::try_from(index).ok()?).copied()
}

/// True once in so many times.
fn chance(draw: Draw<'_>, one_in: u64) -> bool {
    draw().is_multiple_of(one_in)
}
