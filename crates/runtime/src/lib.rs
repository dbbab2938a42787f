//! The shell around the domains: one step from inputs to a batch, and the driver around it.
//!
//! [`Shard::step`] composes request, process and effects into one commit and reads no clock;
//! [`Host`] drives the shards of every body on threads, performs what goes out after each commit,
//! and is all that pages and interfaces know. Who may do what is decided here, from an
//! [`Authority`] that only their extractors make.

pub mod access;
mod asker;
mod authority;
mod case;
pub mod clock;
mod command;
pub mod contact;
pub mod crossing;
pub mod effect;
pub mod entropy;
pub mod figures;
mod gate;
mod host;
mod keyring;
mod log;
mod messages;
mod observe;
mod office;
mod places;
mod processing;
mod reconcile;
mod record;
mod related;
mod services;
mod shard;
pub mod task;
mod transport;
mod versions;
mod views;

pub use asker::{Asker, FoundBy, Term};
pub use authority::Authority;
pub use case::{Case, Counts, StoredCase};
pub use command::{
    CallResult, CallerCommand, Command, ContactAct, Exchanged, Input, NewContact, Rejection, Reply,
    ReplyTo, Session, Settle, Submit,
};
pub use crossing::{CrossingLetter, Delay, Heard, Sharing, trust};
pub use host::{
    Body, BodySetup, Entrance, Host, Metrics, Post, QUEUE_LIMIT, Seams, SignedIn, network_of,
};
pub use identity::{Assurance, AuthenticationLevel, IdentityLevel};
pub use keyring::{CaseKeys, KeyError, Keyring};
pub use log::head::HEAD_LOGGED;
pub use log::{LogError, log_key, origin as log_origin, verify_kept, verify_log};
pub use messages::{Mail, MessageError};
pub use observe::observation;
pub use office::{
    CodeMail, Office, OfficeRecord, OfficeSetup, SignInAsker, SignInRejection, StaffSeed,
};
pub use places::{ADDRESSES_SHOWN, Place, Places};
pub use processing::{Activity, Recipient, Subjects};
pub use reconcile::{CrossingLine, CrossingLog, Finding, Reconciled, crossing_log, reconcile};
pub use record::{Fact, Record, RecordError};
pub use related::Related;
pub use services::{DeployError, Service, Services};
pub use shard::{
    ANSWER_CHARACTERS, BodySettings, CALLERS_SHOWN, Call, CallWork, Caller, DRAFT, DRAFT_SECONDS,
    HELD_BY_REQUESTER, INPUTS_PER_STEP, IncidentNote, LOOSE_FORM, QUESTION_CHARACTERS,
    REASON_CHARACTERS, Shard, ShardError, Step, StoredDraft, held_name, load_case, replay_case,
};
pub use store::requests::RequestSummary;
pub use transport::{BodyMessage, Delivery, Letter, Transport, TransportError};
pub use versions::keep_packages;
pub use views::{
    AgreementUse, DayOfUse, Happened, LEDGER_ROWS, LedgerEntry, LedgerPage, LedgerProof,
    ProofFault, USE_ROWS,
};
pub use views::{
    CaseView, ContactWords, DecisionReason, FoundRequests, IncidentDetail, IncidentView,
    InquiryView, PaymentDue, TaskView,
};
