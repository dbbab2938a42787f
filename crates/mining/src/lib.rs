//! Measures read from the journal: straight-through rate, touches, time to outcome, variants.
//!
//! Owns the one definition of every measure (DESIGN section 7): [`CaseMeasure`]
//! folds a case's observations, [`ServiceMeasures`] sums cases, [`EventLog`] keeps
//! observations as columns for [`variants`], [`directly_follows`] and
//! [`element_figures`]. Promises that folding as events come equals computing
//! anew, that no opened personal value is needed, and that every case is counted
//! under exactly one heading. Refuses to rank people: an actor is a kind and a
//! role, never a person.
//!
//! ```
//! use base::{Actor, CaseId, Measure, Timestamp};
//! use mining::{CaseMeasure, Fact, Heading, Observation, ServiceMeasures, ThroughBy};
//!
//! let seen = |minute: i64, actor, fact| Observation {
//!     case: CaseId::from_bytes([1; 16]),
//!     at: Timestamp::from_millis(minute * 60_000),
//!     activity: "request".to_owned(),
//!     instance: None,
//!     measure: Measure::by(actor),
//!     fact: Some(fact),
//! };
//! let mut case = CaseMeasure::default();
//! case.observe(&seen(0, Actor::Requester, Fact::Received));
//! case.observe(&seen(5, Actor::BackOffice, Fact::Confirmed));
//! let now = Timestamp::from_millis(600_000);
//! let by = ThroughBy::Confirmation;
//! assert_eq!(case.heading(now), Heading::StraightThrough { by, provisional: true });
//! let measures = ServiceMeasures::of([&case], now);
//! assert_eq!(measures.straight_through_rate(), Some(1.0));
//! assert_eq!(measures.median_minutes(), Some(5.0));
//! ```
#![deny(clippy::wildcard_enum_match_arm)]

mod case;
mod elements;
mod follows;
mod log;
mod observation;
mod service;
mod spread;

pub use case::{CaseMeasure, Heading, Outcome, PROVISIONAL_MS, ThroughBy};
pub use elements::{ElementFigures, element_figures};
pub use follows::{DirectlyFollows, Edge, Variant, directly_follows, variants};
pub use log::{EventLog, LogError};
pub use observation::{Fact, Observation};
pub use service::ServiceMeasures;
pub use spread::{Spread, median_ms};
