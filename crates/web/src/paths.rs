//! Every address of the pages, in one place: the router and the templates read the same names.
//!
//! `/` is the region's front, `/{body}/...` a body's. No address carries a personal value.

use base::{BodyId, CaseId, ContactId, Digest, Reference, ServiceId};
use sharing::AgreementId;

/// The icon that browsers ask for.
pub const ICON: &str = "/assets/icon.svg";

/// The stylesheet, as it was compiled in.
pub const STYLESHEET_TEXT: &str = include_str!("stylesheet.css");

/// The icon's text.
pub const ICON_TEXT: &str = include_str!("icon.svg");

/// The stylesheet's address, which changes with its text so that browsers may keep it for a year.
pub fn stylesheet() -> &'static str {
    static ADDRESS: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    ADDRESS.get_or_init(|| {
        let digest = Digest::of(STYLESHEET_TEXT.as_bytes()).to_string();
        format!("/assets/stylesheet.css?v={}", digest.get(..12).unwrap_or_default())
    })
}

/// A body's front page.
pub fn front(body: &BodyId) -> String {
    format!("/{body}/")
}

/// A body's own stylesheet.
pub fn brand(body: &BodyId) -> String {
    format!("/{body}/brand.css")
}

/// The page before a service begins.
pub fn service(body: &BodyId, service: &ServiceId) -> String {
    format!("/{body}/services/{service}")
}

/// The page before an agent begins a service for a caller.
pub fn call(body: &BodyId, service: &ServiceId) -> String {
    format!("/{body}/staff/services/{service}")
}

/// Where a reference is looked up.
pub fn lookup(body: &BodyId) -> String {
    format!("/{body}/requests")
}

/// A request's status page.
pub fn request(body: &BodyId, reference: &Reference) -> String {
    format!("/{body}/requests/{reference}")
}

/// What a person asked for.
pub fn my_requests(body: &BodyId) -> String {
    format!("/{body}/my-requests")
}

/// What a person asked for at every body of the host.
pub const fn all_my_requests() -> &'static str {
    "/my-requests"
}

/// Who looked at a person's data.
pub fn my_data(body: &BodyId) -> String {
    format!("/{body}/my-data")
}

/// What proves an entry of it.
pub fn proof(body: &BodyId, leaf: u64) -> String {
    format!("/{body}/my-data/{leaf}/proof")
}

/// A body's agreements with other bodies.
pub fn agreements(body: &BodyId) -> String {
    format!("/{body}/agreements")
}

/// One of them.
pub fn agreement(body: &BodyId, agreement: &AgreementId) -> String {
    format!("/{body}/agreements/{agreement}")
}

/// The data-protection officer's first page.
pub fn data_protection(body: &BodyId) -> String {
    format!("/{body}/staff/data-protection")
}

/// How an agreement was used.
pub fn agreement_use(body: &BodyId, agreement: &AgreementId) -> String {
    format!("/{body}/staff/data-protection/agreements/{agreement}")
}

/// The record of processing activities.
pub fn processing(body: &BodyId) -> String {
    format!("/{body}/staff/data-protection/record")
}

/// The same as a file.
pub fn processing_file(body: &BodyId) -> String {
    format!("/{body}/staff/data-protection/record.csv")
}

/// Where residents sign in.
pub fn sign_in(body: &BodyId) -> String {
    format!("/{body}/sign-in")
}

/// The first page of staff.
pub fn staff(body: &BodyId) -> String {
    format!("/{body}/staff")
}

/// Where staff sign in.
pub fn staff_sign_in(body: &BodyId) -> String {
    format!("/{body}/staff/sign-in")
}

/// Where agents find a caller.
pub fn callers(body: &BodyId) -> String {
    format!("/{body}/staff/callers")
}

/// A caller, by one of their requests.
pub fn caller(body: &BodyId, reference: &Reference) -> String {
    format!("/{body}/staff/callers/{reference}")
}

/// The contacts that were handed over.
pub fn contacts(body: &BodyId) -> String {
    format!("/{body}/staff/contacts")
}

/// Where a contact is logged.
pub fn new_contact(body: &BodyId) -> String {
    format!("/{body}/staff/contacts/new")
}

/// One contact.
pub fn contact(body: &BodyId, contact: ContactId) -> String {
    format!("/{body}/staff/contacts/{contact}")
}

/// The operator's first page.
pub fn operator(body: &BodyId) -> String {
    format!("/{body}/staff/operator")
}

/// One thing that is stuck.
pub fn incident(body: &BodyId, case: CaseId, element: u32) -> String {
    format!("/{body}/staff/incidents/{case}/{element}")
}

/// Requests that wait for a person's second look.
pub fn reviews(body: &BodyId) -> String {
    format!("/{body}/staff/reviews")
}

/// One of them.
pub fn review(body: &BodyId, reference: &Reference) -> String {
    format!("/{body}/staff/reviews/{reference}")
}

/// Tasks that wait for a person.
pub fn tasks(body: &BodyId) -> String {
    format!("/{body}/staff/tasks")
}

/// One of them.
pub fn task(body: &BodyId, case: CaseId, element: u32) -> String {
    format!("/{body}/staff/tasks/{case}/{element}")
}

/// One case as staff see it.
pub fn case(body: &BodyId, reference: &Reference) -> String {
    format!("/{body}/staff/cases/{reference}")
}

/// The services whose figures can be seen.
pub fn all_figures(body: &BodyId) -> String {
    format!("/{body}/staff/services-figures/")
}

/// A service's figures.
pub fn figures(body: &BodyId, service: &ServiceId) -> String {
    format!("/{body}/staff/figures/{service}")
}

/// The messages of the fake post.
pub fn outbox(body: &BodyId) -> String {
    format!("/{body}/outbox")
}
