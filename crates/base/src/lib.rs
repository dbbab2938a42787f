//! The small vocabulary that every other crate speaks.
//!
//! Owns typed ids and names, instants, money, digests, two-language text, the
//! event record's measures and [`Personal`] values. Promises that nothing here
//! reads a clock, draws a random number or does I/O, and that a personal value
//! is never displayed or serialised in clear. Refuses domain rules: those live
//! with their subjects.
//!
//! ```
//! use base::{Money, Timestamp};
//! let noon = Timestamp::parse("2026-11-24T12:00:00Z")?;
//! assert_eq!(noon.plus_seconds(90).to_string(), "2026-11-24T12:01:30Z");
//! assert_eq!(Money::from_pence(1050).to_string(), "£10.50");
//! # Ok::<(), base::TimeError>(())
//! ```
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod cipher;
mod digest;
mod fixed_map;
mod ids;
mod measure;
mod money;
mod names;
mod personal;
mod reference;
mod text;
mod time;

pub use cipher::{DataKey, Nonce};
pub use digest::{BlindKey, Digest, ParseDigestError};
pub use fixed_map::{FixedMap, FixedSet};
pub use ids::{
    AccountId, CaseId, ContactId, DraftId, EffectId, Epoch, EventSeq, KeyId, MessageId,
    ParseIdError, PersonHandle, Position, SectorPersonId, SessionId, Shard, id_from_parts,
};
pub use measure::{Actor, Channel, Lifecycle, Measure, Role, TouchReason};
pub use money::Money;
pub use names::{BodyId, JobType, NameError, QuestionId, ServiceId, SystemId};
pub use personal::{
    Field, Party, Personal, Plaintext, PlaintextError, SealError, Sealed, Sealer, ValueId,
};
pub use reference::{ParseReferenceError, Reference, ReferenceKey};
pub use text::{Language, Text};
pub use time::{Date, TimeError, Timestamp, Weekday};

#[doc(hidden)]
pub mod macros {
    //! What the `typed_id!` and `typed_name!` macros need from their caller's view.
    pub use serde;
}

#[doc(hidden)]
pub fn bytes_from_hex_text<const N: usize>(text: &str) -> Result<[u8; N], ParseIdError> {
    ids::bytes_from_hex(text)
}

#[doc(hidden)]
pub fn hex_text<'a>(bytes: &[u8], grouped: bool, text: &'a mut [u8]) -> &'a str {
    ids::hex_text(bytes, grouped, text)
}
