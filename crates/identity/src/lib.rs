//! Who a person is: root handles, sector pseudonyms, aliases, accounts and sessions.
//!
//! Owns the arithmetic by which a body knows a person only by its own pseudonym
//! ([`BodySecret`]), the table that merges and unmerges pseudonyms exactly
//! ([`AliasTable`]), and the identity office's accounts, one-time codes and
//! sessions ([`Accounts`]). Promises that no secret is printed, that every secret
//! leaves memory when dropped, and that the answer to an address never tells
//! whether it has an account. Refuses to translate a pseudonym between bodies
//! without a [`Permit`], and refuses points that are not canonical.
//!
//! ```
//! use identity::{BodySecret, KeyEpoch, MasterKey, handle_from_random};
//! let office = MasterKey::from_bytes([7; 32]);
//! let person = handle_from_random(&[3; 64])?;
//! let secret_of = |body: &str| {
//!     let share = office.share(&body.parse().unwrap(), KeyEpoch(1))?;
//!     BodySecret::from_shares(&[share])
//! };
//! let in_district = secret_of("millbrook")?.pseudonym(person)?;
//! let in_county = secret_of("eastshire")?.pseudonym(person)?;
//! assert_ne!(in_district, in_county);
//! assert_eq!(in_district, secret_of("millbrook")?.pseudonym(person)?);
//! # Ok::<(), identity::KeyError>(())
//! ```
#![deny(clippy::wildcard_enum_match_arm)]

mod account;
mod alias;
mod assurance;
mod code;
mod email;
mod found_by;
mod pseudonym;
mod rate_limit;
mod session;

pub use account::{
    Account, Accounts, CODE_LIFE_MS, Checked, Command, Door, Event, MAX_CODES_PER_DAY,
    MAX_CODES_PER_HOUR, MAX_OPEN_SIGN_INS, MAX_TRIES, NewSession, Rejection, SignInId,
    StaffAccount, checked, decide,
};
pub use alias::{
    AliasCommand, AliasEvent, AliasRejection, AliasTable, LinkId, MAX_ALIASES, decide_alias,
};
pub use assurance::{Assurance, AuthenticationLevel, IdentityLevel};
pub use code::{CodeError, OneTimeCode};
pub use email::{EmailAddress, EmailError};
pub use found_by::{PhoneError, PhoneNumber, Surname, SurnameError};
pub use pseudonym::{
    BodySecret, KeyEpoch, KeyError, MAX_TRANSCRYPTORS, MasterKey, Permit, PointError, Share,
    handle_from_random, handle_from_slice, sector_id_from_slice, translate,
};
pub use rate_limit::{RateLimit, RateLimiter, RetryAfter, TokenBucket};
pub use session::{Holder, Session, SessionTerms, SessionToken, TokenError, session_terms};
pub use session::{RESIDENT_IDLE_MS, RESIDENT_LIFE_MS, STAFF_IDLE_MS, STAFF_LIFE_MS};
