//! What a transaction costs, by channel and by body, and who owes whom.
//!
//! Owns rate cards ([`RateCard`]), usage records ([`Usage`]), apportionment
//! ([`apportion`]) and the [`Statement`]. Promises that costs are exact: rates are
//! counted in millionths of a penny, each sum between two bodies is rounded once,
//! its lines add up to it to the penny, and the order in which usage arrives
//! changes nothing. A statement that rests on a sample card says so. Refuses to
//! guess: use without a rate is an error, and a shared cost that nobody's use
//! explains stands in a line of its own.
//!
//! Nobody types minutes: usage is built from the measures of events.
//!
//! ```
//! use std::collections::BTreeMap;
//! use base::{BodyId, CaseId, Channel, Money};
//! use metering::{RateCard, Usage, UsageKind, state_costs};
//!
//! let card = r#"{"version": "2026-27", "machine": {"message": "3.5"}}"#;
//! let host: BodyId = "host".parse()?;
//! let cards: BTreeMap<BodyId, RateCard> =
//!     BTreeMap::from([(host.clone(), serde_json::from_str(card)?)]);
//! let letters = Usage {
//!     case: CaseId::from_bytes([1; 16]),
//!     service: "missed-bin-collection".parse()?,
//!     channel: Channel::Web,
//!     provider: host,
//!     owner: "millbrook".parse()?,
//!     kind: UsageKind::Message,
//!     quantity: 2,
//! };
//! let statement = state_costs([letters], &cards, &[])?;
//! assert_eq!(statement.owes()[0].amount, Money::from_pence(7));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod apportion;
mod card;
mod rate;
mod statement;
mod usage;

pub use apportion::{Apportioned, apportion};
pub use card::{MachineRates, RateCard, SAMPLE_NOTE};
pub use rate::{ParseRateError, Rate};
pub use statement::{
    ChannelCost, Cost, Debt, Line, MeteringError, Pool, Statement, Unallocated, state_costs,
};
pub use usage::{MAX_QUANTITY, Usage, UsageKind};
