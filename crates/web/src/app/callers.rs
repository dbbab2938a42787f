//! Who asks: the only makers of an authority in these pages (DESIGN L15).
//!
//! Who is let in by an endpoint stands in [`super::ENDPOINTS`] and nowhere else; a handler that
//! takes one of these extractors has that check behind it.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::request::Parts;
use base::{Role, SectorPersonId};
use runtime::access::{ViewReason, Viewed};
use runtime::{Authority, CallerCommand, Command, Session};

use super::answer::Fault;
use super::endpoints::{Endpoint, Who};
use super::form::Fields;
use super::seen::Seen;
use super::state::App;
use super::typed;
use crate::views::problem::ProblemKind;

/// Anybody; a resident who is signed in acts as themselves.
pub(crate) struct Visitor {
    seen: Arc<Seen>,
    /// Their authority.
    pub(crate) authority: Authority,
}

/// A resident who is signed in.
pub(crate) struct Citizen {
    seen: Arc<Seen>,
    /// As the body knows them.
    pub(crate) person: SectorPersonId,
    /// How sure the sign-in is of them, as agreements say it.
    pub(crate) assurance: sharing::VectorOfTrust,
}

/// A member of the body's staff, in a role that the endpoint wants.
pub(crate) struct Staff {
    seen: Arc<Seen>,
    /// Their authority, the wanted role first.
    pub(crate) authority: Authority,
    /// Their roles.
    pub(crate) roles: Vec<Role>,
}

/// What was sent.
pub(crate) struct Form(pub(crate) Arc<Fields>);

/// A form of staff and who sent it. Whose session has ended signs in, comes back to the form's page
/// and finds what they typed.
pub(crate) struct StaffForm {
    /// Who sent it.
    pub(crate) staff: Staff,
    /// What was sent.
    pub(crate) form: Arc<Fields>,
}

fn seen(parts: &Parts) -> Result<Arc<Seen>, Fault> {
    let seen = parts.extensions.get::<Arc<Seen>>().cloned();
    seen.ok_or(Fault::Problem(ProblemKind::OurFault))
}

fn endpoint(parts: &Parts) -> Result<&'static Endpoint, Fault> {
    parts.extensions.get::<&'static Endpoint>().copied().ok_or(Fault::NOT_FOUND)
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        let seen = seen(parts)?;
        if seen.path != "/" && seen.path != crate::paths::all_my_requests() {
            seen.run()?;
        }
        let session = seen.resident.as_ref().map(|holder| &holder.session);
        let authority = session.and_then(authority_of).unwrap_or(Authority::Visitor);
        Ok(Self { seen, authority })
    }
}

/// A resident's authority, as sure as the identity office was at their sign-in.
fn authority_of(session: &Session) -> Option<Authority> {
    let assurance = session.assurance;
    session.person.map(|person| Authority::Citizen { person, assurance })
}

impl FromRequestParts<App> for Citizen {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        let seen = seen(parts)?;
        seen.run()?;
        let session = seen.resident.as_ref().map(|holder| &holder.session);
        let known = session.and_then(|session| Some((session.person?, session.assurance)));
        match known {
            Some((person, assurance)) => {
                Ok(Self { seen, person, assurance: runtime::trust(assurance) })
            }
            None => Err(Fault::Elsewhere(seen.sign_in()?)),
        }
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        let (seen, wanted) = (seen(parts)?, endpoint(parts)?.who);
        let body = seen.id()?.clone();
        seen.run()?;
        let Some(holder) = &seen.staff else { return Err(Fault::Elsewhere(seen.sign_in()?)) };
        let Who::Staff(allowed) = wanted else { return Err(Fault::NOT_FOUND) };
        let mut roles = holder.session.roles.clone();
        if !roles.iter().any(|role| allowed.contains(role)) {
            return Err(Fault::Problem(ProblemKind::NotAllowed));
        }
        // They act in the role that lets them in.
        roles.sort_by_key(|role| allowed.iter().position(|of| of == role).unwrap_or(usize::MAX));
        let authority = Authority::Staff { body, roles: roles.clone() };
        Ok(Self { seen, authority, roles })
    }
}

impl FromRequestParts<App> for Form {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Fault> {
        let form = parts.extensions.get::<Arc<Fields>>().cloned();
        form.map(Self).ok_or(Fault::Problem(ProblemKind::NotUnderstood))
    }
}

impl FromRequestParts<App> for StaffForm {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Form(form) = Form::from_request_parts(parts, app).await?;
        match Staff::from_request_parts(parts, app).await {
            Ok(staff) => Ok(Self { staff, form }),
            Err(Fault::Elsewhere(_)) => {
                let visitor = Visitor::from_request_parts(parts, app).await?;
                let page = page_of_form(endpoint(parts)?, &visitor);
                Err(typed::sign_in_first(&visitor, &form, &page).await)
            }
            Err(fault) => Err(fault),
        }
    }
}

/// The address of the page that a form stands on: its own, or the one above it.
fn page_of_form(endpoint: &Endpoint, seen: &Seen) -> String {
    let address = seen.address();
    if Endpoint::find(&Method::GET, endpoint.path).is_some() {
        return address;
    }
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let above = path.rsplit_once('/').map_or(path, |(above, _)| above);
    if query.is_empty() { above.to_owned() } else { format!("{above}?{query}") }
}

impl Visitor {
    /// What was seen of the request.
    pub(crate) const fn seen(&self) -> &Arc<Seen> {
        &self.seen
    }
}

impl Staff {
    /// What was seen of the request.
    pub(crate) const fn seen(&self) -> &Arc<Seen> {
        &self.seen
    }

    /// Has a look at a case's values written down. Only then may they be opened.
    pub(crate) async fn look(
        &self,
        case: base::CaseId,
        what: Viewed,
        reason: ViewReason,
    ) -> Result<(), Fault> {
        let command = Command::View { case, what, reason };
        let host = &self.app.setup.host;
        host.submit(self.id()?, self.authority.clone(), command).await?;
        Ok(())
    }

    /// Has a look at a contact written down. Only then may it be opened.
    pub(crate) async fn look_at_contact(
        &self,
        contact: base::ContactId,
        what: Viewed,
        reason: ViewReason,
    ) -> Result<(), Fault> {
        let command = CallerCommand::ViewContact { contact, what, reason };
        let host = &self.app.setup.host;
        host.submit(self.id()?, self.authority.clone(), command.into()).await?;
        Ok(())
    }

    /// Their session.
    pub(crate) fn session(&self) -> Result<base::Digest, Fault> {
        let holder = self.seen.staff.as_ref().ok_or(Fault::NOT_FOUND)?;
        Ok(holder.session.token)
    }

    /// Who they are to colleagues: by the body's index of their address, and initials.
    pub(crate) fn holder(&self) -> Result<runtime::task::Holder, Fault> {
        let holder = self.seen.staff.as_ref().ok_or(Fault::NOT_FOUND)?;
        // Who has no address at hand is told apart by their session.
        let session = holder.session.token.to_string();
        let address = holder.name.as_deref().unwrap_or(&session);
        let names = holder.name.as_deref().and_then(|name| name.split('@').next());
        let parts = names.unwrap_or_default().split(|letter: char| !letter.is_alphanumeric());
        let initials: String = parts.filter_map(|part| part.chars().next()).take(3).collect();
        let key = self.seen.run()?.staff_key(address);
        Ok(runtime::task::Holder { key, initials: initials.to_uppercase() })
    }

    /// Whether they have one of these roles.
    pub(crate) fn has(&self, wanted: &[Role]) -> bool {
        self.roles.iter().any(|role| wanted.contains(role))
    }
}

impl Deref for Visitor {
    type Target = Seen;
    fn deref(&self) -> &Seen {
        &self.seen
    }
}

impl Deref for Citizen {
    type Target = Seen;
    fn deref(&self) -> &Seen {
        &self.seen
    }
}

impl Deref for Staff {
    type Target = Seen;
    fn deref(&self) -> &Seen {
        &self.seen
    }
}

/// The values in the address.
pub(crate) struct At(Vec<(String, String)>);

impl At {
    /// A value by its name in the endpoint's path, read as what it is.
    pub(crate) fn get<T: std::str::FromStr>(&self, name: &str) -> Result<T, Fault> {
        let text = self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
        text.and_then(|text| text.parse().ok()).ok_or(Fault::NOT_FOUND)
    }
}

impl FromRequestParts<App> for At {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let read = RawPathParams::from_request_parts(parts, app).await;
        let read = read.map_err(|_| Fault::Problem(ProblemKind::NotUnderstood))?;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Self(read.iter().map(owned).collect()))
    }
}
