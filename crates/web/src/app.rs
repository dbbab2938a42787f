//! The pages as they are served: each handler parses by types, asks `runtime` and renders.
//!
//! `around` runs about every request: it reads language, cookies and form, checks that a form came
//! from our own page, and puts the headers and the problem pages on what comes back. Only `callers`
//! makes an authority. Refuses business rules and SQL: those are below.

mod agreements;
mod all_figures;
mod answer;
mod around;
mod asking;
mod by_hand;
mod caller;
mod callers;
mod contact_form;
mod contacts;
mod cookies;
mod endpoints;
mod everywhere;
mod fields;
mod figures;
mod form;
mod fronts;
mod inquiry;
mod mail;
mod my_data;
mod operator;
mod outbox;
mod processing;
mod reviews;
mod search;
mod seen;
mod sending;
mod sign_in;
mod staff;
mod state;
mod story;
mod task;
mod tasks;
mod tracking;
mod typed;
mod walk;

pub use endpoints::{ENDPOINTS, Endpoint, Who, router};
pub use state::{
    BodyHelp, FORMS_AN_HOUR, Officer, OutboxMessage, OutboxView, RegionInfo, WebBody, WebSetup,
    WebState,
};

#[cfg(test)]
mod tests;
