//! DMN decisions with reasons.
//!
//! A [`Model`] is read from DMN XML (1.2 to 1.6), checked and compiled once, then asked as often as
//! wanted. Every answer comes with its [`Trace`]: the inputs used, for each rule its first failing
//! cell, the rules hit, and their annotations as reasons in people's languages with the law they
//! follow.
//!
//! ```
//! # use std::sync::Arc;
//! use dmn::{Model, analysis};
//! use feel::{Budget, Context, Environment, Value};
//!
//! let xml = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"
//!     name="fees" namespace="https://example.org/fees">
//!   <inputData id="age" name="age"><variable name="age" typeRef="number"/></inputData>
//!   <decision id="fee" name="fee">
//!     <informationRequirement><requiredInput href="#age"/></informationRequirement>
//!     <decisionTable>
//!       <input><inputExpression><text>age</text></inputExpression></input>
//!       <output/>
//!       <annotation name="reason:en"/>
//!       <rule>
//!         <inputEntry><text>[0..18)</text></inputEntry>
//!         <outputEntry><text>0</text></outputEntry>
//!         <annotationEntry><text>Children pay nothing.</text></annotationEntry>
//!       </rule>
//!       <rule>
//!         <inputEntry><text>&gt; 18</text></inputEntry>
//!         <outputEntry><text>12.50</text></outputEntry>
//!       </rule>
//!     </decisionTable>
//!   </decision>
//! </definitions>"##;
//! let model = Model::parse(xml.as_bytes()).map_err(|problems| problems[0].to_string())?;
//!
//! let inputs = Context::from_entries([("age", Value::from(9))])?;
//! let environment = Arc::new(Environment::default());
//! let evaluation = model.evaluate("fee", &inputs, &environment, &mut Budget::default())?;
//! assert_eq!(evaluation.value, Value::from(0));
//! let reason = evaluation.trace.reasons().next().expect("a rule matched");
//! assert_eq!(reason.texts["en"], "Children pay nothing.");
//!
//! // Nobody thought of those who are eighteen, of the unborn, or of a form without an age.
//! let table = model.tables().next().expect("there is a table");
//! let report = analysis::check(table);
//! let told: Vec<&str> = report.findings.iter().map(|finding| &*finding.message).collect();
//! assert_eq!(told, [
//!     "no rule matches when age is -1 or missing",
//!     "no rule matches when age is 18",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it promises:
//!
//! - a model that is not whole is refused with every [`Problem`] found, each with line, column and
//!   path: circles of requirements with the path shown, references to nothing, duplicate ids, rules
//!   with too few cells, types made of themselves, expressions that do not compile;
//! - a file of another maker may be read leniently ([`Model::parse_lenient`]): a decision with a
//!   problem is null with a [`Fault`] that names it, and the others still decide;
//! - no file and no input makes it panic, exhaust the stack or run for ever: files, nesting, tables
//!   and chains are limited when read, and every evaluation has a [`feel::Budget`];
//! - DMN answers many mistakes with null. The null comes with a [`Fault`], so that "no rule matched"
//!   is never mistaken for a decision;
//! - [`analysis`] is exact: gaps, overlaps, masked rules and conflicts come with inputs that show
//!   them, a missing input included, and cells that it cannot judge are named.
//!
//! Not read yet, and refused by name: imports, decision services as functions, the boxed iterators
//! (`for`, `every`, `some`) and `filter`, external functions, DMN 1.1, 1.2 and 1.6.

#![deny(clippy::wildcard_enum_match_arm)]
#![deny(clippy::float_arithmetic)]
#![deny(clippy::indexing_slicing)]

pub mod analysis;
mod compile;
mod graph;
mod logic;
mod model;
mod problem;
mod read;
mod syntax;
mod table;
#[cfg(test)]
mod tests;
mod trace;
mod types;
mod version;
mod xml;

pub use logic::MAX_TABLE_TRACES;
pub use model::{Alternative, Change, DecisionInfo, Evaluation, EvaluationError, InputInfo, Model};
pub use problem::{Problem, ProblemKind};
pub use table::Table;
pub use table::info::{ColumnInfo, HitPolicy, RuleInfo, TableInfo};
pub use trace::{DecisionTrace, Fault, ModelStamp, Reason, ReasonCode, TableTrace, Trace, Verdict};
pub use version::Version;
pub use xml::{MAX_FILE_BYTES, MAX_XML_DEPTH};
