//! Contacts that are no request: logging one, the queue of a role, and one of it.

use askama::Template;

use super::field::Field;
use super::page::{Account, Act, Link, Page, Place};
use super::request::Fact;
use super::tag::Tag;

/// The form that logs a contact.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "contact_form.html")]
pub struct ContactForm {
    /// The page; its title is the heading.
    pub page: Page,
    /// The caller that it is about, when one was found.
    pub about: Option<String>,
    /// What is asked.
    pub fields: Vec<Field>,
    /// Where it is sent.
    pub action: String,
    /// A token used once, so that sending twice logs one contact.
    pub once: String,
}

/// A contact on a caller's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactLine {
    /// What it was, and about which service.
    pub what: String,
    /// When it was.
    pub when: String,
    /// Whether somebody still deals with it.
    pub tag: Tag,
    /// What was said, once the caller is known.
    pub note: Option<String>,
}

/// A contact in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingContact {
    /// What it was.
    pub what: String,
    /// The contact.
    pub href: String,
    /// The service, or that there is none.
    pub service: String,
    /// Whether the person had been in touch shortly before.
    pub repeat: Option<Tag>,
    /// Due, in words.
    pub due: String,
    /// The same as a tag, when it is late.
    pub late: Option<Tag>,
    /// Who has it.
    pub who: String,
}

/// The queue of contacts that were handed over.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "contact_list.html")]
pub struct ContactList {
    /// The page; its title is the heading.
    pub page: Page,
    /// The body.
    pub caption: String,
    /// The queues of whoever reads.
    pub teams: Vec<Place>,
    /// How many there are, in words.
    pub count: String,
    /// This page's contacts.
    pub contacts: Vec<WaitingContact>,
    /// The first page, on a later one.
    pub first: Option<String>,
    /// The page of later ones.
    pub next: Option<String>,
}

/// One contact, as those who deal with it see it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "staff_contact.html")]
pub struct StaffContact {
    /// The page; its title is what it was.
    pub page: Page,
    /// The service, or that there is none.
    pub caption: String,
    /// When it is due, or that it is over.
    pub due: Tag,
    /// Who has it.
    pub who: String,
    /// That the person had been in touch shortly before.
    pub repeat: Option<String>,
    /// What was said.
    pub note: String,
    /// Who said it, and how to reach them.
    pub said: Vec<Fact>,
    /// When it came and by whom.
    pub facts: Vec<Fact>,
    /// What was done.
    pub done: Option<String>,
    /// Taking it, or giving it back.
    pub acts: Vec<Act>,
    /// The case that it is about, for those who may see it.
    pub case: Option<Link>,
    /// Closing it, for whoever may: what is asked, and where it is sent.
    pub form: Option<(Vec<Field>, String)>,
}
