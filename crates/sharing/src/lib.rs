//! Data-sharing agreements that a machine enforces: personal data crosses from one public body to
//! another under one, or not at all.
//!
//! An [`Agreement`] is a file that both bodies have signed. It says who may ask whom, for which
//! purpose, which questions, for which services, how often and until when. [`decide`] is the one
//! gate: it answers a [`Crossing`] with a [`Permit`] or a [`Refusal`]. A permit cannot be copied
//! and is spent by the answer that it releases, and what is released is cut down to what the
//! agreement names ([`Permit::answer`], [`Permit::notice`]).
//!
//! Promises: pure; an agreement version never changes (its digest stands in every record); an
//! answer outside the agreed list becomes "cannot tell", a field outside the agreed categories is
//! dropped. Refuses to know keys, pseudonyms or stores: signatures are checked by the function that
//! the caller gives.
//!
//! The terms are those of the W3C Data Privacy Vocabulary and of the Information Commissioner's
//! data sharing code: controller, recipient, purpose, lawful basis, data category.
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod agreement;
mod gate;
mod record;
mod signatures;
mod trust;

pub use agreement::{
    Agreement, AgreementError, AgreementId, AgreementVersion, Category, Initiative, Notice,
    Purpose, Question, Status, Visibility,
};
pub use gate::{Answer, Crossing, Facts, Form, Permit, Refusal, decide};
pub use record::{Record, RecordKind};
pub use signatures::{MAX_SIGNATURES, Signatures, SignedAgreement};
pub use trust::{TrustError, VectorOfTrust};
