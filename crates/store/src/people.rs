//! Accounts, sessions, sign-in codes and the alias table of sector identifiers.
//!
//! Nothing here names a person: e-mail addresses stand as keyed blind indexes,
//! tokens and codes as digests, the rest is sealed.

use base::{AccountId, Digest, SectorPersonId, Timestamp};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::{Reader, StoreError};

table! {
    /// A sector identifier that was merged or keyed anew (DESIGN L11).
    AliasRow by AliasKey in alias
    (
        /// The identifier as once recorded.
        sector_person_id: SectorPersonId,
    )
    {
        /// The one that stands for it now.
        canonical: SectorPersonId,
    }
}

table! {
    /// An account.
    AccountRow by AccountKey in account
    (
        /// The account.
        account_id: AccountId,
    )
    {
        /// The e-mail address, as a blind index; unique.
        email_index: Digest,
        /// The account's state, sealed.
        bytes: Vec<u8>,
    }
}

table! {
    /// A one-time code that was sent.
    SignInCodeRow by SignInCodeKey in sign_in_code
    (
        /// Which request for a code, as a digest.
        code_id: Digest,
    )
    {
        /// The address it was sent to, as a blind index.
        email_index: Digest,
        /// The code's digest.
        code: Digest,
        /// When it is void.
        expires_at: Timestamp,
        /// Wrong tries so far.
        attempts: u32,
        /// Where the person was and who they are, sealed.
        bytes: Vec<u8>,
    }
}

table! {
    /// A signed-in session.
    SessionRow by SessionKey in session
    (
        /// The token's digest.
        token: Digest,
    )
    {
        /// The account, to end all of its sessions.
        account_id: Option<AccountId>,
        /// When it ends.
        expires_at: Timestamp,
        /// The session's state, sealed.
        bytes: Vec<u8>,
    }
}

statements! {
    ALIASES_OF = "SELECT sector_person_id, canonical
  FROM alias
 WHERE body = :body AND shard = :shard AND canonical = :canonical
 ORDER BY sector_person_id
 LIMIT 1000";
    ACCOUNT_BY_EMAIL = "SELECT account_id, email_index, bytes
  FROM account
 WHERE body = :body AND shard = :shard AND email_index = :email
 LIMIT 1";
    SESSIONS_OF = "SELECT token, account_id, expires_at, bytes
  FROM session
 WHERE body = :body AND shard = :shard AND account_id = :account
 ORDER BY token
 LIMIT 1000";
    EXPIRED_SESSIONS = "SELECT token, account_id, expires_at, bytes
  FROM session
 WHERE body = :body AND shard = :shard AND expires_at <= :now
 ORDER BY expires_at, token
 LIMIT 500";
    FIRST_SESSION_EXPIRY = "SELECT expires_at
  FROM session
 WHERE body = :body AND shard = :shard
 ORDER BY expires_at
 LIMIT 1";
    EXPIRED_CODES = "SELECT code_id, email_index, code, expires_at, attempts, bytes
  FROM sign_in_code
 WHERE body = :body AND shard = :shard AND expires_at <= :now
 ORDER BY expires_at, code_id
 LIMIT 500";
}

/// The identifier that stands for a person now.
pub fn canonical(reader: &Reader, person: SectorPersonId) -> Result<SectorPersonId, StoreError> {
    let alias = crate::row::<AliasRow>(reader, &AliasKey { sector_person_id: person })?;
    Ok(alias.map_or(person, |alias| alias.canonical))
}

/// The identifiers that were merged into one.
pub fn aliases_of(reader: &Reader, canonical: SectorPersonId) -> Result<Vec<AliasRow>, StoreError> {
    reader.rows(ALIASES_OF, &[("canonical", &canonical)], AliasRow::read)
}

/// The account of an e-mail address.
pub fn account_by_email(
    reader: &Reader,
    email_index: Digest,
) -> Result<Option<AccountRow>, StoreError> {
    reader.one(ACCOUNT_BY_EMAIL, &[("email", &email_index)], AccountRow::read)
}

/// The sessions of an account.
pub fn sessions_of(reader: &Reader, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
    reader.rows(SESSIONS_OF, &[("account", &account)], SessionRow::read)
}

/// Sessions that have ended, the longest ended first.
pub fn expired_sessions(reader: &Reader, now: Timestamp) -> Result<Vec<SessionRow>, StoreError> {
    reader.rows(EXPIRED_SESSIONS, &[("now", &now)], SessionRow::read)
}

/// When the first of the sessions that are kept ends.
pub fn first_session_expiry(reader: &Reader) -> Result<Option<Timestamp>, StoreError> {
    reader.one(FIRST_SESSION_EXPIRY, &[], |record| record.take("expires_at"))
}

/// Codes that are void, the longest void first.
pub fn expired_codes(reader: &Reader, now: Timestamp) -> Result<Vec<SignInCodeRow>, StoreError> {
    reader.rows(EXPIRED_CODES, &[("now", &now)], SignInCodeRow::read)
}
