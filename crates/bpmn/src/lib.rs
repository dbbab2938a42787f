//! BPMN 2.0 executable process models, read from XML.
//!
//! Bytes go in, a [`Model`] or the full list of [`Problem`]s comes out. The crate owns the reading, checking,
//! laying out, drawing and writing of process models, with their diagram interchange and Camunda 8's `zeebe:`
//! extension elements. It runs nothing, and does no I/O: what a token does on an element is an engine's business.
//!
//! ```
//! let xml = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
//!   <process id="report" isExecutable="true">
//!     <startEvent id="received"/><sequenceFlow id="f1" sourceRef="received" targetRef="look"/>
//!     <manualTask id="look"/><sequenceFlow id="f2" sourceRef="look" targetRef="done"/>
//!     <endEvent id="done"/>
//!   </process>
//! </definitions>"#;
//! let model = bpmn::Model::parse(xml.as_bytes()).expect("a sound model");
//! let process = model.process("report").expect("the one process");
//! assert_eq!(process.elements().len(), 3);
//!
//! let problems = bpmn::Model::parse(xml.replace("targetRef=\"done\"", "targetRef=\"gone\"").as_bytes());
//! assert!(problems.unwrap_err()[0].to_string().starts_with("line 4, column"));
//! ```
//!
//! What is executable is listed by [`ElementKind`]. What is only drawn (lanes, pools, data objects, annotations,
//! groups, associations, message flows and whatever stands in a process that is not executable) is a [`Drawn`].
//! Whatever else stands in an executable process is a [`ProblemKind::Unsupported`] with its line.
//!
//! Hostile input gives a problem in bounded time and memory: see [`limits`].
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic, clippy::indexing_slicing)]

mod check;
pub mod diagram;
pub mod draw;
mod expression;
mod kind;
mod layout;
pub mod limits;
mod model;
mod order;
mod problem;
mod process;
mod read;
mod steps;
pub mod timer;
mod write;

pub use diagram::{Bounds, Diagram, Edge, Length, Point, Shape};
pub use expression::{Expression, Position};
pub use kind::{
    Binding, Boundary, BoundaryTrigger, BusinessRuleTask, CallActivity, CatchTrigger, Decision,
    ElementKind, EndResult, Error, Form, Header, Job, Message, ScriptTask, StartTrigger, Throw,
    UserTask,
};
pub use layout::layout;
pub use model::{Drawn, DrawnKind, Model};
pub use problem::{Problem, ProblemKind, Severity};
pub use process::{Element, ElementIndex, FlowIndex, Mapping, Process, Property, SequenceFlow};
pub use steps::{Next, Step, steps};
pub use timer::Timer;
pub use write::write;
