//! Process instances: what a token does on each BPMN element, as pure decisions and facts.
//!
//! [`decide`] turns a command into events; [`Instance::apply`] alone changes a case's state. Neither
//! reads a clock, draws a random number nor does I/O, so replaying the journal rebuilds the same
//! state. A command runs every token as far as it goes without waiting, within a budget of steps.
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod behaviour;
mod command;
mod decide;
mod decision;
mod deployment;
mod element;
mod environment;
mod event;
mod expression;
mod ids;
mod incident;
mod instance;
mod lifecycle;
pub mod limits;
pub mod random;
mod start;
#[cfg(test)]
mod tests;
mod variable;
mod working;

pub use command::{Awaited, Command, Rejection, Resolution};
pub use decide::{Decided, decide};
pub use deployment::{DeployError, DeployFault, Deployment};
pub use environment::Environment;
pub use event::{Cycle, Event, FormReference, Job, Settled, TimerSet, Token, UserTask};
pub use ids::{DecisionId, ElementId, ElementKey, FlowId, ProcessId, ProcessVersion};
pub use incident::{Incident, IncidentKind};
pub use instance::{Broken, ElementInstance, Instance, Waits};
pub use lifecycle::{ElementState, is_legal};
pub use start::{message_starts, next_time, timer_starts};
pub use variable::{Variable, Variables, field_of, open_variables};
