//! The pages of residents and staff: HTML that works without JavaScript, in each language of the
//! body, on one stylesheet of our own.
//!
//! Owns the views, their templates, the wording and the skin. A page is one view struct of text
//! that is ready to be shown; `samples` makes every state of every view, and the list of them is
//! committed as `page-states.txt`. Promises that a sentence missing in a language does not
//! compile, that what people wrote is escaped, and that no page carries a script or an inline
//! style. Refuses business rules: those are the domains'.
//!
//! `cargo run -p web --example gallery -- DIR` writes every page state to a folder.

mod brand;
pub mod paths;
pub mod samples;
mod views;
mod words;

pub use brand::{Brand, BrandError};
pub use words::Words;
