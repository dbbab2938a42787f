//! Back offices as real servers, with switchable faults: for the demonstration and for tests.
//!
//! Each office is a value without a network ([`BackOffice`]): requests and a clock in, answers and
//! messages out. [`serve`] puts offices on loopback ports; a simulator calls the same values and
//! carries out the same [`Fault`] plans with [`deliver`]. What an office really took on is in its
//! [`Ledger`], which is what "nothing lost, nothing doubled" is measured against.
//!
//! | office | speaks | work that comes twice |
//! |---|---|---|
//! | [`WasteSoap`] | SOAP 1.1, WSDL at `?wsdl` | a second attempt is a second job; it can be asked |
//! | [`WasteRest`] | REST and JSON | dropped by its `Idempotency-Key` |
//! | [`Collections`] | REST and JSON, read-only | changes nothing |
//! | [`Schools`] | REST and JSON | dropped by its `Idempotency-Key` |
//! | [`Benefits`] | REST and JSON, read-only | changes nothing |
//! | [`Payments`] | REST and JSON, and pages for people | dropped by its `Idempotency-Key` |
//! | [`Badges`] | REST and JSON | dropped by its `Idempotency-Key` |
//! | [`SightRegister`] | REST and JSON, read-only | changes nothing |
//! | [`CouncilTax`] | REST and JSON | dropped by its `Idempotency-Key` |
//! | [`AddressIntake`] | REST and JSON | dropped by its `Idempotency-Key` |
//! | [`FileOffice`] | files in a folder, through a [`Share`] | dropped by the file's name |
//!
//! Contractors finish jobs in their crews' hours and tell their customer so, signed as
//! [`connectors::callback`] has it, until it is acknowledged. Nothing here names a real company.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod address_intake;
mod badges;
mod benefits;
mod books;
mod collections;
mod contractor;
mod council_tax;
mod fault;
mod file_office;
mod ledger;
mod office;
mod payments;
mod schools;
mod server;
mod sight_register;
mod time;
mod waste_rest;
mod waste_soap;

pub use address_intake::AddressIntake;
pub use badges::Badges;
pub use benefits::Benefits;
pub use collections::{Address, Collections, District, MAX_PROPERTIES};
pub use contractor::{Callback, CallbackTarget};
pub use council_tax::CouncilTax;
pub use fault::{Fault, Faults, MAX_DELAY_MS, Plan, Reply, Window};
pub use file_office::FileOffice;
pub use ledger::{Charge, Entry, Ledger, LedgerError, Order, PaymentEnd};
pub use office::{BackOffice, Login, Seen, deliver};
pub use payments::Payments;
pub use schools::{Pupil, SCHOOLS, Schools};
pub use server::{Config, EmulatorError, Office, OfficeConfig, OfficeKind, Running, Share, serve};
pub use sight_register::SightRegister;
pub use time::{AtWork, Time, WallTime};
pub use waste_rest::WasteRest;
pub use waste_soap::{NAMESPACE, WSDL, WasteSoap};
