//! The pages of residents and staff: HTML that works without JavaScript, in each language of the
//! body, on one stylesheet of our own.
//!
//! Owns the views, their templates, the wording and the skin, and the [`router`] whose handlers
//! parse by types, ask `runtime` and render. [`ENDPOINTS`] lists all that is served, and to whom. A
//! page is one view struct of text that is ready to be shown; `samples` makes every state of every
//! view, and the list of them is committed as `page-states.txt`. Promises that a sentence missing in
//! a language does not compile, that what people wrote is escaped, that no page carries a script or
//! an inline style, and that no form is taken that another site sent. Refuses business rules: those
//! are the domains'.
//!
//! `cargo run -p web --example gallery -- DIR` writes every page state to a folder.

mod app;
mod brand;
pub mod paths;
pub mod samples;
mod views;
mod words;

pub use app::{
    BodyHelp, ENDPOINTS, Endpoint, FORMS_AN_HOUR, Officer, OutboxMessage, OutboxView, RegionInfo,
    WebBody, WebSetup, WebState, Who, router,
};
pub use brand::{Brand, BrandError};
pub use words::Words;
