//! Calls to back-office systems, with mappings as data.
//!
//! Owns how a job becomes an HTTP request and an answer an [`Outcome`], what to do after each
//! ([`delivery`]), the [`Breaker`] of a system, and the [`Connector`] seam with its real side. All
//! but [`BackOffices`] is pure: a simulator drives the same code with a clock of its own.
//! Refuses to send anything again by guess, and to know what a job means.
//!
//! ```no_run
//! use connectors::{Attempts, Connector, Effect, Next, Phase, delivery, interpret, prepare};
//! # async fn example(
//! #     mapping: connectors::Mapping, system: connectors::System, connector: &dyn Connector,
//! #     input: feel::Value, effect: Effect, now: base::Timestamp,
//! # ) -> Result<(), connectors::PrepareError> {
//! let attempts = Attempts::new(now).begin(now);
//! let request = prepare(&mapping, &system, attempts.phase, &input, &effect)?;
//! let answer = connector.exchange(request).await; // within mapping.timeout_ms(), else TimedOut
//! let outcome = interpret(&mapping, attempts.phase, &answer);
//! match delivery::next(mapping.delivery(), attempts, outcome, now, 0).1 {
//!     Next::Complete { variables } => println!("{} variables", variables.len()),
//!     other => println!("{other:?}"),
//! }
//! # Ok(()) }
//! ```
//!
//! A mapping, `delivery = "lookup"` over SOAP 1.1:
//!
//! ```toml
//! [[job]]
//! type = "report-missed-bin"
//! system = "waste-contractor"
//! delivery = "lookup"
//! timeout_ms = 20_000
//! settle_seconds = 120             # a slow request may land this long after it was sent
//!
//! [job.send.soap]
//! operation = "CreateJob"
//! namespace = "urn:waste:jobs:1"
//! action = "urn:waste:jobs:1/CreateJob"
//! body = [
//!   { name = "ourReference", value = "effect.reference" },
//!   { name = "uprn", value = "address.uprn" },
//!   { name = "notes", value = "notes", optional = true },
//! ]
//! [job.send.variables]
//! jobNumber = "response.body.jobNumber"
//! [[job.send.rule]]
//! fault = "Client"
//! detail = "UnknownProperty"
//! error = "unknown-property"       # a BPMN error code
//!
//! [job.lookup.soap]
//! operation = "GetJobByReference"
//! namespace = "urn:waste:jobs:1"
//! action = "urn:waste:jobs:1/GetJobByReference"
//! body = [{ name = "ourReference", value = "effect.reference" }]
//! [job.lookup.variables]
//! jobNumber = "response.body.jobNumber"
//! [[job.lookup.rule]]
//! when = 'response.body.found = "false"'
//! result = "not_found"
//! [[job.lookup.rule]]
//! when = 'response.body.found = "true"'
//! result = "done"
//! ```
//!
//! Over REST a call is `[job.send.rest]` with `method`, `path` (`/jobs/{jobNumber}/returns`),
//! `query`, `headers` and `body` (a table whose texts are FEEL); `keyed` names `key_header` or
//! `key_field`. A rule has `status`, `fault` and `detail`, or `when` to recognise an answer, and
//! says `error` (with `message`) or `result`: `done`, `retry`, `unclear`, `not_found`.
//!
//! A system of `kind = "files"` is a folder in which a file is left for each piece of work:
//!
//! ```toml
//! [job.send.file]
//! name = "move-{effect.id}.csv"    # holds `effect.id`: the key of the work, always `keyed`
//! columns = { reference = "effect.reference", "new address" = "new_address_line" }
//! ```
//!
//! The file is RFC 4180 in UTF-8 with one line of headings and one of cells; null is an empty cell.
//! A text that a spreadsheet would carry out as a formula (it begins with `=`, `+`, `-`, `@`, a tab
//! or a line break) gets an apostrophe before it. A file that is there already counts as done when
//! it holds the same bytes; with other bytes the answer is 409.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod back_offices;
mod breaker;
pub mod callback;
mod csv;
mod data_service;
pub mod delivery;
mod expression;
mod folder;
mod http;
mod interpret;
mod mapping;
mod outcome;
mod prepare;
mod soap;
mod system;
mod toml_reader;
mod trial;
mod wire;

pub use back_offices::BackOffices;
pub use breaker::{
    Admission, Breaker, BreakerState, FIRST_PAUSE_MS, Health, LONGEST_PAUSE_MS, OPENS_AFTER,
    PROBE_PATIENCE_MS,
};
pub use callback::{CallbackError, CallbackMapping, Received, read_callbacks};
pub use data_service::{DataService, read_data_services};
pub use delivery::{Attempts, Delivery, Next, Phase};
pub use folder::{FileDrop, MAX_FILE_NAME_BYTES};
pub use http::{
    Answer, Exchange, Headers, HttpRequest, HttpResponse, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES,
    Method, TransportFault,
};
pub use interpret::{health, interpret};
pub use mapping::{Mapping, overlaid, read_mappings};
pub use outcome::{Outcome, Unreadable, Why};
pub use prepare::{Effect, PrepareError, prepare};
pub use soap::ENVELOPE_NAMESPACE;
pub use system::{Credential, Scheme, Secret, Secrets, System, SystemKind, read_systems};
pub use toml_reader::MappingError;
pub use trial::describe;
pub use wire::{BoxFuture, Connector, ConnectorError, HttpConnector};
