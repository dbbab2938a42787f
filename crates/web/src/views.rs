//! What each page shows: one struct a page, of text that is ready to be shown.
//!
//! A view asks nobody anything and decides nothing: handlers fill it, its template prints it, and
//! `samples` makes every state of it for the tests and the gallery. Addresses come from `paths`,
//! sentences from `Words`; what a resident or a package wrote is escaped by the template.

pub(crate) mod account;
pub(crate) mod agreements;
pub(crate) mod caller;
pub(crate) mod contact;
pub(crate) mod everywhere;
pub(crate) mod field;
pub(crate) mod figures;
pub(crate) mod front;
pub(crate) mod information;
pub(crate) mod inquiry;
pub(crate) mod my_data;
pub(crate) mod operator;
pub(crate) mod outbox;
pub(crate) mod page;
pub(crate) mod parts;
pub(crate) mod problem;
pub(crate) mod request;
pub(crate) mod staff;
pub(crate) mod tag;
pub(crate) mod task;
pub(crate) mod tracking;
