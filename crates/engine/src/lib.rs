//! Process instances: what a token does on each BPMN element, as pure decisions and facts.
//!
//! [`decide`] turns a command into events; [`Instance::apply`] alone changes a case's state. Neither
//! reads a clock, draws a random number nor does I/O, so replaying the journal rebuilds the same
//! state. A command runs every token as far as it goes without waiting, within a budget of steps.
//!
//! ```
//! use base::{Digest, Timestamp};
//! use engine::{Command, Deployment, Environment, Instance, decide, open_variables};
//!
//! let xml = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
//!   <process id="report" isExecutable="true">
//!     <startEvent id="received"/><sequenceFlow id="f1" sourceRef="received" targetRef="look"/>
//!     <userTask id="look"/><sequenceFlow id="f2" sourceRef="look" targetRef="done"/>
//!     <endEvent id="done"/>
//!   </process>
//! </definitions>"#;
//! let mut deployment = Deployment::new();
//! let processes = deployment.add_file("report.bpmn", xml.as_bytes()).expect("a sound model");
//!
//! let blind = |message: &str, key: &str| Digest::of_parts(&[message.as_bytes(), key.as_bytes()]);
//! let variables = open_variables([("bins", feel::Value::from(2))]);
//! let command = Command::Start { process: processes[0].clone(), start: None, variables };
//! let mut instance = Instance::new();
//! let now = Timestamp::parse("2026-11-24T12:00:00Z")?;
//! let decided = decide(&deployment, &instance, command, now, &mut Environment::new(&blind))?;
//! for event in &decided.events {
//!     instance.apply(event);
//!     instance.check()?;
//! }
//! let waiting = instance.rows().find(|row| row.user_task().is_some()).expect("someone is asked");
//! assert_eq!(waiting.element.as_str(), "look");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Where things are:
//!
//! - a case is a tree of [`ElementInstance`]s, one row each, numbered by [`ElementKey`]; jobs, timers,
//!   subscriptions and incidents are named by that number, and so are events waiting on a border;
//! - each element kind is one small module in `element`, over the shared behaviours in `behaviour`;
//!   [`is_legal`] is the one table of legal changes of state;
//! - whatever cannot go on gets an [`Incident`], which names places and codes, never values;
//! - late or doubled commands are [`Rejection`]s; they change nothing;
//! - [`limits`] bounds everything; [`random`] makes processes for the simulator.
//!
//! Models follow Camunda 8: input and output mappings, local variables, propagation to the nearest scope
//! that has the name, first-holding flow of an exclusive gateway. Deliberately otherwise: a condition on a
//! flow that leaves an activity is honoured, as BPMN says; a cycle keeps its anchor, and times missed while
//! nobody looked fire once; a date without a zone is read in the zone of the body.
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
pub use event::{Cycle, Event, FormReference, Job, Origin, Settled, TimerSet, Token, UserTask};
pub use ids::{DecisionId, ElementId, ElementKey, FlowId, ProcessId, ProcessVersion};
pub use incident::{Incident, IncidentKind};
pub use instance::{Broken, ElementInstance, Instance, Waits};
pub use lifecycle::{ElementState, is_legal};
pub use start::{message_starts, next_time, timer_starts};
pub use variable::{Variable, Variables, field_of, open_variables};
