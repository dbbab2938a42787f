//! What somebody typed when their session had ended: kept sealed for a day, like any form, and
//! given back on the page that they come back to after signing in.

use std::collections::BTreeMap;

use base::ServiceId;
use runtime::{Command, LOOSE_FORM, Reply};

use super::answer::{Answer, Fault, see_other};
use super::callers::Visitor;
use super::form::{Fields, encoded};
use super::seen::Seen;
use crate::paths;

/// The name of what was kept, in an address.
const TYPED: &str = "typed";
/// What stands in a form beside what was typed.
const TOKEN: &str = "csrf";

/// Under what a form is kept that belongs to no service.
pub(super) fn loose_form() -> Result<ServiceId, Fault> {
    LOOSE_FORM.parse().map_err(|_| Fault::NOT_FOUND)
}

/// Keeps what was typed and sends the person to sign in, and from there back to a page of ours.
pub(super) async fn keep(
    visitor: &Visitor,
    service: ServiceId,
    form: &Fields,
    back: &str,
) -> Answer {
    let mut typed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in form.pairs().filter(|(name, _)| *name != TOKEN) {
        typed.entry(name).or_default().push(value);
    }
    let answers = serde_json::to_string(&typed).unwrap_or_default();
    let command = Command::SaveDraft { draft: None, service, answers };
    let host = &visitor.app.setup.host;
    let kept = host.submit(visitor.id()?, visitor.authority.clone(), command).await?;
    let body = visitor.id()?;
    let page =
        if visitor.is_staff_page() { paths::staff_sign_in(body) } else { paths::sign_in(body) };
    let Reply::Draft { draft } = kept else { return Err(Fault::Elsewhere(page)) };
    let join = if back.contains('?') { '&' } else { '?' };
    let back = format!("{back}{join}{TYPED}={draft}");
    Ok(see_other(&format!("{page}?onward={}", encoded(&back))))
}

/// Why somebody cannot send a form now: whose session has ended signs in, and comes back to a page
/// of ours where they find what they typed.
pub(super) async fn or_sign_in(
    visitor: &Visitor,
    form: &Fields,
    fault: Fault,
    back: &str,
) -> Answer {
    match fault {
        Fault::Elsewhere(_) => keep(visitor, loose_form()?, form, back).await,
        fault @ Fault::Problem(_) => Err(fault),
    }
}

/// What was typed before a session ended into a form that belongs to no service; else nothing.
pub(super) fn kept_loose(seen: &Seen) -> Result<Fields, Fault> {
    Ok(kept(seen, &loose_form()?)?.unwrap_or_default())
}

/// What was typed before a session ended.
pub(super) fn kept(seen: &Seen, service: &ServiceId) -> Result<Option<Fields>, Fault> {
    let draft = seen.query.first(TYPED).and_then(|draft| draft.parse().ok());
    let Some(draft) = draft else { return Ok(None) };
    let Some(given) = seen.run()?.draft(draft, service, seen.now)? else { return Ok(None) };
    let mut fields = Fields::default();
    for (name, values) in given {
        for value in values.as_array().into_iter().flatten() {
            fields.put(name.clone(), value.as_str().unwrap_or_default());
        }
    }
    Ok(Some(fields))
}
