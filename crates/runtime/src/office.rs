//! The identity office: accounts, one-time codes and pseudonyms, in a body with its own store
//! and no case data.
//!
//! Its commands are few, so each is one commit. A body never sees an account or an address: at
//! sign-in the office opens one session in that body, for that body's pseudonym alone (DESIGN L12).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{Actor, BlindKey, BodyId, Digest, EventSeq, KeyId, Language, Measure, Personal};
use base::{Role, SectorPersonId, Shard, Timestamp};
use identity::{Accounts, Assurance, Checked, Command, Door, EmailAddress, Event, Holder};
use identity::{IdentityLevel, MasterKey, NewSession, OneTimeCode, SignInId};
use store::{Batch, Lease, Reader, Store};

use crate::crossing::{CROSSING_LOGGED, Sharing};
use crate::entropy::{Entropy, Place, Use};
use crate::keyring::Keyring;
use crate::log::AccessLog;
use crate::log::head::HEAD_LOGGED;
use crate::shard::ShardError;

mod translating;

/// How long the office's lease runs.
const LEASE_MS: i64 = 10 * 60_000;
/// Records read at a time when the office opens.
const REPLAY_PAGE: u32 = 1_000;

/// One fact of the office, as its journal keeps it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeRecord {
    /// When.
    pub at: Timestamp,
    /// Who acted.
    pub measure: Measure,
    /// The key of the contact that the fact is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// What happened.
    pub event: Event,
}

/// A member of staff as the region's data name them.
#[derive(Debug, Clone)]
pub struct StaffSeed {
    /// Where the code is sent.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they are there to do.
    pub roles: BTreeSet<Role>,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInRejection {
    /// What was typed is not an e-mail address.
    #[error("not an e-mail address")]
    NotAnAddress,
    /// What was typed is not six digits.
    #[error("not a code")]
    NotACode,
    /// The code is not the one that was sent.
    #[error("wrong code, {tries_left} tries left")]
    Wrong {
        /// Tries that are left.
        tries_left: u8,
    },
    /// The code has expired, was used, or was never asked for here.
    #[error("code has expired")]
    Expired,
    /// Too many codes were asked for.
    #[error("too many codes were asked for")]
    TooMany {
        /// How long until one more may be.
        again_ms: i64,
    },
    /// The office cannot write now.
    #[error("not now")]
    Unavailable,
}

/// When to ask again while the office has as many open sign-ins as it may have: one ends soon.
const BUSY_MS: i64 = 60_000;

/// Who asks for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInAsker {
    /// The attempt.
    pub sign_in: SignInId,
    /// The browser, when it proved that it signed in under this very address before: it has an
    /// allowance of its own, of which no stranger takes anything.
    pub browser: Option<Digest>,
}

impl From<SignInId> for SignInAsker {
    /// A stranger.
    fn from(sign_in: SignInId) -> Self {
        Self { sign_in, browser: None }
    }
}

/// A code on its way to an address.
#[derive(Clone)]
pub struct CodeMail {
    /// The address.
    pub to: String,
    /// The six digits.
    pub code: String,
}

impl std::fmt::Debug for CodeMail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CodeMail(..)")
    }
}

/// What the office is set up with.
pub struct OfficeSetup {
    /// The office's own body.
    pub body: BodyId,
    /// The key of its blind indexes.
    pub blind: BlindKey,
    /// The transcryptor's master key, from which each body's secret is derived.
    pub master: MasterKey,
    /// Its data keys.
    pub keyring: Keyring,
    /// The key of its access log's checkpoints.
    pub log_key: audit::SigningKey,
    /// Its own copy of the agreements.
    pub sharing: Arc<Sharing>,
    /// Its database.
    pub store: Box<dyn Store>,
}

struct State {
    setup: OfficeSetup,
    lease: Lease,
    accounts: Accounts,
    contacts: BTreeMap<Digest, KeyId>,
    draws: u32,
    reader: Reader,
    log: AccessLog,
}

/// The identity office.
#[derive(Clone)]
pub struct Office {
    state: Arc<Mutex<State>>,
    entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Office")
    }
}

impl Office {
    /// Opens the office where its journal stands.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails or the journal is not readable.
    pub fn open(
        mut setup: OfficeSetup,
        entropy: Arc<dyn Entropy>,
        now: Timestamp,
    ) -> Result<Self, ShardError> {
        let lease = setup.store.lease(&setup.body, Shard(0), "host", now, LEASE_MS)?;
        let reader = setup.store.readers().shard(Shard(0));
        let mut accounts = Accounts::default();
        let mut contacts = BTreeMap::new();
        let mut from = EventSeq::START;
        loop {
            let page = store::journal::events_from(&reader, from, REPLAY_PAGE)?;
            let Some(last) = page.last() else { break };
            from = last.seq.plus(1);
            let lines = [CROSSING_LOGGED, HEAD_LOGGED];
            for event in page.iter().filter(|event| !lines.contains(&event.name.as_str())) {
                let record: OfficeRecord = serde_json::from_slice(&event.bytes)
                    .map_err(|source| crate::RecordError { seq: event.seq, source })?;
                remember(&mut contacts, &record);
                accounts.apply(&record.event);
            }
        }
        let log = AccessLog::open(&reader, &setup.log_key)?;
        let state = State { setup, lease, accounts, contacts, draws: 0, reader, log };
        Ok(Self { state: Arc::new(Mutex::new(state)), entropy })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a body's staff what the region's data say. Writes only what differs.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn set_staff(
        &self,
        body: &BodyId,
        seeds: &[StaffSeed],
        now: Timestamp,
    ) -> Result<(), ShardError> {
        let mut state = self.lock();
        let mut named = BTreeSet::new();
        for seed in seeds {
            let Ok(address) = EmailAddress::parse(&seed.email) else {
                return Err(ShardError::Write(
                    "a staff address is not an e-mail address".to_owned(),
                ));
            };
            let index = address.index(&state.setup.blind);
            named.insert(index);
            let same = |roles: &BTreeSet<Role>| *roles == seed.roles;
            if state.accounts.staff(body, &index).is_some_and(|staff| same(&staff.roles)) {
                continue;
            }
            let command = Command::SetStaff {
                body: body.clone(),
                index,
                email: Personal::new(address.as_str().to_owned()),
                name: Personal::new(seed.name.clone()),
                roles: seed.roles.clone(),
            };
            state.follow(command, Actor::System, &*self.entropy, now)?;
        }
        let gone: Vec<Digest> = state
            .accounts
            .staff_of(body)
            .map(|(index, _)| index)
            .filter(|index| !named.contains(index))
            .collect();
        for index in gone {
            let command = Command::WithdrawStaff { body: body.clone(), index };
            state.follow(command, Actor::System, &*self.entropy, now)?;
        }
        Ok(())
    }

    /// Somebody asks for a code. The caller sends the mail, if there is one, and says the same to
    /// everybody.
    ///
    /// # Errors
    /// [`SignInRejection`], the same whether or not the address has an account.
    pub fn ask_code(
        &self,
        asker: SignInAsker,
        door: Door,
        email: &str,
        language: Language,
        now: Timestamp,
    ) -> Result<Option<CodeMail>, SignInRejection> {
        let SignInAsker { sign_in, browser } = asker;
        let address = EmailAddress::parse(email).map_err(|_| SignInRejection::NotAnAddress)?;
        let mut state = self.lock();
        let drawn = state.draw(&*self.entropy, Use::Code);
        let code = OneTimeCode::from_random(*drawn.first_chunk::<8>().unwrap_or(&[0; 8]));
        let command = Command::AskCode {
            sign_in,
            browser,
            door,
            index: address.index(&state.setup.blind),
            email: Personal::new(address.as_str().to_owned()),
            language,
            code: code.digest(&state.setup.blind, sign_in),
        };
        let events = state.try_follow(command, Actor::Requester, &*self.entropy, now)?;
        let send = events.iter().any(|event| matches!(event, Event::CodeAsked { send: true, .. }));
        Ok(send
            .then(|| CodeMail { to: address.as_str().to_owned(), code: code.digits().to_owned() }))
    }

    /// Somebody types a code.
    ///
    /// # Errors
    /// [`SignInRejection`] when they are not signed in.
    pub fn check_code(
        &self,
        sign_in: SignInId,
        typed: &str,
        now: Timestamp,
    ) -> Result<Holder, SignInRejection> {
        let code = OneTimeCode::parse(typed).map_err(|_| SignInRejection::NotACode)?;
        let mut state = self.lock();
        let session = state.new_session(&*self.entropy, sign_in)?;
        let digest = code.digest(&state.setup.blind, sign_in);
        let command = Command::CheckCode { sign_in, code: digest, session };
        let events = state.try_follow(command, Actor::Requester, &*self.entropy, now)?;
        match identity::checked(&events) {
            Some(Checked::SignedIn { holder, .. }) => Ok(holder),
            Some(Checked::Wrong { tries_left }) => Err(SignInRejection::Wrong { tries_left }),
            None => Err(SignInRejection::Expired),
        }
    }

    /// The pseudonym of an account's person in one body.
    pub fn pseudonym(&self, account: base::AccountId, body: &BodyId) -> Option<SectorPersonId> {
        let state = self.lock();
        let person = state.accounts.account(account)?.person;
        state.secret(body)?.pseudonym(person).ok()
    }

    /// Staff of a body checked who the holders of addresses are. It may come before their first
    /// sign-in, and counts from the next one on.
    ///
    /// # Errors
    /// [`SignInRejection`] when one is no address, or the office cannot write now.
    pub fn record_assurance(
        &self,
        checked: &[(String, IdentityLevel)],
        by: &BodyId,
        now: Timestamp,
    ) -> Result<(), SignInRejection> {
        let mut state = self.lock();
        let mut events = Vec::new();
        for (email, level) in checked {
            let address = EmailAddress::parse(email).map_err(|_| SignInRejection::NotAnAddress)?;
            let index = address.index(&state.setup.blind);
            let command = Command::RecordAssurance { index, level: *level, by: by.clone() };
            let decided = identity::decide(&state.accounts, command, now);
            events.extend(decided.map_err(|_| SignInRejection::Expired)?);
        }
        state.commit(events, Actor::Body, &*self.entropy, now).map(|_| ()).map_err(|error| {
            tracing::error!(%error, "the identity office could not write");
            SignInRejection::Unavailable
        })
    }

    /// How sure the office is of an account's person.
    pub fn assurance(&self, account: base::AccountId) -> Assurance {
        self.lock().accounts.account(account).map(|account| account.assurance).unwrap_or_default()
    }

    /// The language that an account's person wished.
    pub fn language(&self, account: base::AccountId) -> Option<Language> {
        self.lock().accounts.account(account).map(|account| account.language)
    }

    /// The roles of a member of a body's staff; none when they left.
    pub fn roles(&self, body: &BodyId, index: &Digest) -> BTreeSet<Role> {
        self.lock().accounts.staff(body, index).map(|staff| staff.roles.clone()).unwrap_or_default()
    }
}

fn remember(contacts: &mut BTreeMap<Digest, KeyId>, record: &OfficeRecord) {
    let Some(contact) = record.event.contact() else { return };
    match (&record.event, record.key) {
        (Event::AccountErased { .. }, _) => {
            contacts.remove(&contact);
        }
        (_, Some(key)) => {
            contacts.insert(contact, key);
        }
        (_, None) => {}
    }
}

impl State {
    fn draw(&mut self, entropy: &dyn Entropy, purpose: Use) -> [u8; 64] {
        self.draws = self.draws.wrapping_add(1);
        let (body, seq) = (&self.setup.body, self.lease.next_seq);
        entropy.draw(Place { body, shard: Shard(0), seq, index: self.draws, purpose })
    }

    fn new_session(
        &mut self,
        entropy: &dyn Entropy,
        sign_in: SignInId,
    ) -> Result<NewSession, SignInRejection> {
        let (ids, token) = (self.draw(entropy, Use::AccountId), self.draw(entropy, Use::Token));
        let handle = self.draw_handle(entropy, sign_in);
        let (session, rest) = ids.split_first_chunk::<16>().ok_or(SignInRejection::Unavailable)?;
        let account = rest.first_chunk::<16>().ok_or(SignInRejection::Unavailable)?;
        let person = identity::handle_from_random(&handle);
        Ok(NewSession {
            session: base::SessionId::from_bytes(*session),
            token: Digest::of(&token),
            account: base::AccountId::from_bytes(*account),
            person: person.map_err(|_| SignInRejection::Unavailable)?,
        })
    }

    /// What a new person's handle is made of. Its place is the address's own, so that in a
    /// simulation the same person is the same whoever signs in before them.
    fn draw_handle(&self, entropy: &dyn Entropy, sign_in: SignInId) -> [u8; 64] {
        let index = self.accounts.signing_in(sign_in).map(|index| *index.as_bytes());
        let first = index.as_ref().and_then(|index| index.first_chunk::<8>());
        let seq = EventSeq(first.map_or(0, |bytes| u64::from_be_bytes(*bytes)));
        let body = &self.setup.body;
        entropy.draw(Place { body, shard: Shard(0), seq, index: 0, purpose: Use::Handle })
    }

    fn try_follow(
        &mut self,
        command: Command,
        actor: Actor,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Vec<Event>, SignInRejection> {
        use identity::Rejection;
        let decided =
            identity::decide(&self.accounts, command, now).map_err(
                |rejection| match rejection {
                    Rejection::TooManyCodes { again_at } => {
                        SignInRejection::TooMany { again_ms: again_at.millis_since(now) }
                    }
                    Rejection::Busy => SignInRejection::TooMany { again_ms: BUSY_MS },
                    Rejection::SignInExists
                    | Rejection::CodeExpired
                    | Rejection::NoSession
                    | Rejection::NoAccount
                    | Rejection::NoStaff
                    | Rejection::NoRole
                    | Rejection::IdInUse => SignInRejection::Expired,
                },
            )?;
        self.commit(decided, actor, entropy, now).map_err(|error| {
            tracing::error!(%error, "the identity office could not write");
            SignInRejection::Unavailable
        })
    }

    fn follow(
        &mut self,
        command: Command,
        actor: Actor,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Vec<Event>, ShardError> {
        let decided = identity::decide(&self.accounts, command, now)
            .map_err(|rejection| ShardError::Write(rejection.to_string()))?;
        self.commit(decided, actor, entropy, now)
    }

    /// Seals, commits, then applies: the live state takes what the journal has.
    fn commit(
        &mut self,
        events: Vec<Event>,
        actor: Actor,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Vec<Event>, ShardError> {
        let mut batch = Batch::after(&self.lease);
        let mut records = Vec::new();
        for event in events {
            let seq = batch.next_seq();
            let key = self.contact_key(&event, &records, entropy, seq)?;
            let keys = self.setup.keyring.of_case(key.as_slice())?;
            let mut sealer = keys.sealer(entropy, Shard(0), seq);
            let event =
                event.seal(&mut sealer).map_err(|error| ShardError::Write(error.to_string()))?;
            let record = OfficeRecord { at: now, measure: Measure::by(actor), key, event };
            let bytes = serde_json::to_vec(&record)
                .map_err(|error| ShardError::Write(error.to_string()))?;
            batch.append(None, now, record.event.name(), record.event.version(), bytes);
            records.push(record);
        }
        if !batch.is_empty() {
            self.sign_log(&mut batch, entropy, now)?;
            self.write(&batch)?;
        }
        for record in &records {
            remember(&mut self.contacts, record);
            self.accounts.apply(&record.event);
            if let (Event::AccountErased { .. }, Some(key)) = (&record.event, record.key) {
                self.setup.keyring.forget(key)?;
            }
        }
        Ok(records.into_iter().map(|record| record.event).collect())
    }

    fn contact_key(
        &self,
        event: &Event,
        before: &[OfficeRecord],
        entropy: &dyn Entropy,
        seq: EventSeq,
    ) -> Result<Option<KeyId>, ShardError> {
        let Some(contact) = event.contact() else { return Ok(None) };
        let known = self.contacts.get(&contact).copied();
        let fresh = before.iter().find(|record| record.event.contact() == Some(contact));
        match known.or_else(|| fresh.and_then(|record| record.key)) {
            Some(key) => Ok(Some(key)),
            None => Ok(Some(self.setup.keyring.take(entropy, Shard(0), seq)?)),
        }
    }
}

#[cfg(test)]
mod tests;
