//! What somebody typed when their session had ended: kept sealed for a day, like any form, and
//! given back on the page that they come back to after signing in, and on no other. The address that
//! leads back opens it in the browser in which it was typed alone.

use std::collections::BTreeMap;

use base::{Digest, ServiceId};
use runtime::{Command, LOOSE_FORM, Reply};

use super::answer::Fault;
use super::callers::Visitor;
use super::form::{Fields, encoded};
use super::seen::Seen;
use crate::paths;

/// The name of what was kept, in an address.
const TYPED: &str = "typed";
/// What stands in a form beside what was typed.
const TOKEN: &str = "csrf";
/// The name under which the form's page is kept with what was typed.
const PAGE: &str = "/";
/// The name under which stands in which browser it was typed.
const BROWSER: &str = "//";

/// Where whoever sent a form signs in, to come back to the form's page and find what they typed.
/// `page` is that page's address, with its query.
pub(super) async fn sign_in_first(visitor: &Visitor, form: &Fields, page: &str) -> Fault {
    kept_until_sign_in(visitor, form, page).await.map_or_else(|fault| fault, Fault::Elsewhere)
}

async fn kept_until_sign_in(visitor: &Visitor, form: &Fields, page: &str) -> Result<String, Fault> {
    let mut typed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in form.pairs().filter(|(name, _)| ![TOKEN, PAGE, BROWSER].contains(name)) {
        typed.entry(name).or_default().push(value);
    }
    let browser = browser(visitor);
    typed.insert(PAGE, page.split('?').take(1).collect());
    typed.insert(BROWSER, vec![&browser]);
    visitor.admit_form(&visitor.authority)?;
    let answers = serde_json::to_string(&typed).unwrap_or_default();
    let command = Command::SaveDraft { draft: None, service: loose_form()?, answers };
    let (host, body) = (&visitor.app.setup.host, visitor.id()?);
    let kept = host.submit(body, visitor.authority.clone(), command).await?;
    let sign_in =
        if visitor.is_staff_page() { paths::staff_sign_in(body) } else { paths::sign_in(body) };
    let Reply::Draft { draft } = kept else { return Ok(sign_in) };
    let join = if page.contains('?') { '&' } else { '?' };
    let back = format!("{page}{join}{TYPED}={draft}");
    Ok(format!("{sign_in}?onward={}", encoded(&back)))
}

/// What was typed into this page's form before a session ended; `None` when nothing was.
pub(super) fn kept(seen: &Seen) -> Result<Option<Fields>, Fault> {
    let draft = seen.query.first(TYPED).and_then(|draft| draft.parse().ok());
    let Some(draft) = draft else { return Ok(None) };
    let given = seen.run()?.draft(draft, &loose_form()?, seen.now)?;
    let mut fields = Fields::default();
    for (name, values) in given.unwrap_or_default() {
        for value in values.as_array().into_iter().flatten() {
            fields.put(name.clone(), value.as_str().unwrap_or_default());
        }
    }
    let own = fields.text(PAGE) == seen.path && fields.text(BROWSER) == browser(seen);
    Ok(own.then_some(fields))
}

/// Which browser it is, as its number's digest: the number itself proves whose a form is.
fn browser(seen: &Seen) -> String {
    Digest::of(seen.visitor.as_bytes()).to_string()
}

/// Under what a form is kept that belongs to no service.
fn loose_form() -> Result<ServiceId, Fault> {
    LOOSE_FORM.parse().map_err(|_| Fault::NOT_FOUND)
}
