//! Signing in by a code that is sent by e-mail, and out again: residents and staff by the same
//! pages under two addresses.

use base::{BodyId, Digest, Timestamp};
use identity::{EmailAddress, SignInId};
use runtime::{Entrance, SignInAsker, SignInRejection, SignedIn};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{Form, Visitor};
use super::cookies::{KNOWN_SECONDS, Kind, region_sessions};
use super::mail::{code_mail, minutes};
use super::seen::Seen;
use super::walk::Held;
use crate::paths;
use crate::views::account::{SignIn, SignInCode, SignedOut};
use crate::views::field::{Field, LineKind, errors_of};
use crate::views::page::{Account, Link};
use crate::views::problem::ProblemKind;

/// An attempt to sign in, as its browser keeps it, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Attempt {
    id: SignInId,
    email: String,
    onward: Option<String>,
}

/// That somebody signed in with this browser, as the browser keeps it, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    /// The browser: a random number.
    browser: Digest,
    /// The blind index of the address.
    address: Digest,
    /// Until when it counts.
    until: Timestamp,
}

/// The addresses and cookies of one of the two entrances.
struct Way {
    entrance: Entrance,
    page: String,
    attempt: Kind,
    session: Kind,
    name: Kind,
    known: Kind,
    after: String,
}

fn way(seen: &Seen) -> Result<Way, Fault> {
    let body = seen.id()?;
    Ok(if seen.is_staff_page() {
        Way {
            entrance: Entrance::Staff,
            page: paths::staff_sign_in(body),
            attempt: Kind::StaffSignIn,
            session: Kind::Staff,
            name: Kind::StaffName,
            known: Kind::StaffKnown,
            after: paths::staff(body),
        }
    } else {
        Way {
            entrance: Entrance::Resident,
            page: paths::sign_in(body),
            attempt: Kind::SignIn,
            session: Kind::Resident,
            name: Kind::ResidentName,
            known: Kind::Known,
            after: paths::my_requests(body),
        }
    })
}

/// `GET /{body}/sign-in`
pub(crate) async fn ask(visitor: Visitor) -> Answer {
    let onward = visitor.onward(visitor.query.text("onward"));
    html(&ask_view(&visitor, onward.as_deref(), "", None)?)
}

/// `POST /{body}/sign-in`
pub(crate) async fn send_code(visitor: Visitor, Form(form): Form) -> Answer {
    let onward = visitor.onward(form.text("onward"));
    let email = form.text("email");
    match send(&visitor, email, onward.clone()).await {
        Err(SendFault::NotAnAddress) => {
            let error = visitor.words.error_email().to_owned();
            html_wrong(&ask_view(&visitor, onward.as_deref(), email, Some(error))?)
        }
        Err(SendFault::Other(fault)) => Err(fault),
        Ok(answer) => Ok(answer),
    }
}

/// `POST /{body}/sign-in/again`
pub(crate) async fn again(visitor: Visitor) -> Answer {
    let way = way(&visitor)?;
    let attempt: Option<Attempt> = visitor.open(&way.attempt);
    let Some(attempt) = attempt else { return Err(Fault::Elsewhere(way.page)) };
    match send(&visitor, &attempt.email, attempt.onward).await {
        Err(SendFault::NotAnAddress) => Err(Fault::Elsewhere(way.page)),
        Err(SendFault::Other(fault)) => Err(fault),
        Ok(answer) => Ok(answer),
    }
}

/// `GET /{body}/sign-in/code`
pub(crate) async fn code(visitor: Visitor) -> Answer {
    let way = way(&visitor)?;
    let attempt: Option<Attempt> = visitor.open(&way.attempt);
    let Some(attempt) = attempt else { return Err(Fault::Elsewhere(way.page)) };
    html(&code_view(&visitor, &attempt, "", None)?)
}

/// `POST /{body}/sign-in/code`
pub(crate) async fn check_code(visitor: Visitor, Form(form): Form) -> Answer {
    let way = way(&visitor)?;
    let attempt: Option<Attempt> = visitor.open(&way.attempt);
    let Some(attempt) = attempt else { return Err(Fault::Elsewhere(way.page)) };
    let typed = form.text("code");
    let host = &visitor.app.setup.host;
    match host.check_code(visitor.id()?, attempt.id, typed).await {
        Ok(signed_in) => {
            let onward = attempt.onward.as_deref().and_then(|onward| visitor.onward(onward));
            let mut cookies = signed_in_cookies(&visitor, &way, &signed_in.token, &attempt.email)?;
            if way.entrance == Entrance::Resident {
                cookies.extend(cookies_elsewhere(&visitor, &signed_in, &attempt.email)?);
            }
            Ok(with_cookies(see_other(&onward.unwrap_or(way.after)), cookies))
        }
        Err(
            SignInRejection::NotACode
            | SignInRejection::Wrong { .. }
            | SignInRejection::Expired
            | SignInRejection::NotAnAddress,
        ) => {
            let error = visitor.words.error_code().to_owned();
            html_wrong(&code_view(&visitor, &attempt, typed, Some(error))?)
        }
        Err(rejection @ (SignInRejection::TooMany { .. } | SignInRejection::Unavailable)) => {
            Err(rejection.into())
        }
    }
}

/// `POST /{body}/sign-out`
pub(crate) async fn sign_out(visitor: Visitor) -> Answer {
    let way = way(&visitor)?;
    let (words, body) = (visitor.words, visitor.id()?);
    let staff = way.entrance == Entrance::Staff;
    let holder = if staff { &visitor.staff } else { &visitor.resident };
    if let Some(holder) = holder {
        visitor.app.setup.host.sign_out(body, holder.session.token).await?;
    }
    let mut frame = visitor.frame();
    (frame.account, frame.rail) = (Account::None, Vec::new());
    let again = Link::new(words.sign_in_again(), way.page);
    let links = vec![again, Link::new(words.all_services(), paths::front(body))];
    let page = html(&SignedOut { page: frame.page(words.signed_out()), links })?;
    let mut gone = vec![visitor.clear(&way.session)?, visitor.clear(&way.name)?];
    gone.extend(left_behind(&visitor, body, way.entrance));
    if !staff {
        // Signing out is signing out everywhere: the device may be somebody else's next.
        let secure = visitor.app.setup.secure_cookies;
        for (body, session) in visitor.everywhere() {
            visitor.app.setup.host.sign_out(&body, session.token).await?;
            gone.push(Kind::Resident.clear(&body, secure));
            gone.push(Kind::ResidentName.clear(&body, secure));
            gone.extend(left_behind(&visitor, &body, way.entrance));
        }
        gone.push(region_sessions(None, secure));
    }
    Ok(with_cookies(page, gone))
}

/// The headers that take back what a body's pages keep in a browser beside the session: forms
/// begun, what was sent last, whom an agent had on the phone.
fn left_behind(seen: &Seen, body: &BodyId, entrance: Entrance) -> Vec<String> {
    let run = seen.app.setup.host.body(body);
    let services = run.into_iter().flat_map(|run| run.services().offered());
    let services = services.map(|service| service.id().to_string());
    let kinds: Vec<Kind> = match entrance {
        Entrance::Resident => services.map(Kind::Draft).chain([Kind::Sent]).collect(),
        Entrance::Staff => services.map(Kind::Call).chain([Kind::CallSent, Kind::Caller]).collect(),
    };
    let secure = seen.app.setup.secure_cookies;
    kinds.iter().map(|kind| kind.clear(body, secure)).collect()
}

enum SendFault {
    NotAnAddress,
    Other(Fault),
}

impl From<Fault> for SendFault {
    fn from(fault: Fault) -> Self {
        Self::Other(fault)
    }
}

/// Sends a code, within the limits of the network and of the address.
async fn send(
    visitor: &Visitor,
    email: &str,
    onward: Option<String>,
) -> Result<axum::response::Response, SendFault> {
    let way = way(visitor)?;
    let body = visitor.id()?;
    let address = EmailAddress::parse(email).map_err(|_| SendFault::NotAnAddress)?;
    let browser = known_browser(visitor, &way, &address);
    let folded = Digest::of(address.as_str().as_bytes());
    let counted = browser
        .map_or(folded, |browser| Digest::of_parts(&[folded.as_bytes(), browser.as_bytes()]));
    visitor.app.admit(visitor.network(), counted).map_err(Fault::from)?;
    let host = &visitor.app.setup.host;
    let id = host.new_sign_in(body);
    let asker = SignInAsker { sign_in: id, browser };
    let (words, name) = (visitor.words, visitor.name_of(body));
    let write = |mail: &runtime::CodeMail| code_mail(words, body, &name, mail);
    match host.ask_code((body, way.entrance), asker, email, words.language(), write).await {
        Ok(()) => {}
        Err(SignInRejection::NotAnAddress) => return Err(SendFault::NotAnAddress),
        Err(rejection) => return Err(SendFault::Other(rejection.into())),
    }
    let attempt = Attempt { id, email: email.to_owned(), onward };
    let cookie = visitor.seal(&way.attempt, &attempt)?;
    Ok(with_cookies(see_other(&format!("{}/code", way.page)), [cookie]))
}

/// The blind index of an address, by which a browser is bound to it.
fn bound(seen: &Seen, address: &EmailAddress) -> Option<Digest> {
    let keys = seen.app.keys(seen.id().ok()?)?;
    Some(keys.known.index("address", address.as_str().as_bytes()))
}

/// The browser, when somebody signed in with it under this very address, and not too long ago.
fn known_browser(seen: &Seen, way: &Way, address: &EmailAddress) -> Option<Digest> {
    let known: Known = seen.open(&way.known)?;
    let is_theirs = bound(seen, address) == Some(known.address);
    (is_theirs && seen.now < known.until).then_some(known.browser)
}

/// The cookie by which this browser is known from now on under this address.
fn known_cookie(seen: &Seen, way: &Way, email: &str) -> Result<String, Fault> {
    let address = EmailAddress::parse(email).ok();
    let bound = address.as_ref().and_then(|address| bound(seen, address));
    let (address, index) = address.zip(bound).ok_or(Fault::Problem(ProblemKind::OurFault))?;
    let browser = known_browser(seen, way, &address);
    let browser = match browser {
        Some(browser) => browser,
        None => Digest::of(&seen.app.draw(seen.id()?)),
    };
    let until = seen.now.plus_millis(KNOWN_SECONDS * 1_000);
    seen.seal(&way.known, &Known { browser, address: index, until })
}

/// The cookies of a resident's sessions in the other bodies, and the one that joins them.
fn cookies_elsewhere(seen: &Seen, signed_in: &SignedIn, email: &str) -> Result<Vec<String>, Fault> {
    let secure = seen.app.setup.secure_cookies;
    let own = (seen.id()?.clone(), signed_in.token.clone());
    let mut cookies = Vec::new();
    for (body, token) in &signed_in.elsewhere {
        let digest = identity::SessionToken::parse(token).map(|token| token.digest());
        let digest = digest.map_err(|_| Fault::Problem(ProblemKind::OurFault))?;
        cookies.push(Kind::Resident.set(body, token, secure));
        cookies.push(seen.seal_in(body, &Kind::ResidentName, &(digest, email))?);
    }
    let all: Vec<_> = signed_in.elsewhere.iter().cloned().chain([own]).collect();
    cookies.push(region_sessions(seen.seal_everywhere(&all).as_deref(), secure));
    Ok(cookies)
}

fn signed_in_cookies(
    seen: &Seen,
    way: &Way,
    token: &str,
    email: &str,
) -> Result<Vec<String>, Fault> {
    let digest = identity::SessionToken::parse(token).map(|token| token.digest());
    let digest = digest.map_err(|_| Fault::Problem(ProblemKind::OurFault))?;
    Ok(vec![
        seen.set(&way.session, token)?,
        seen.seal(&way.name, &(digest, email))?,
        seen.clear(&way.attempt)?,
        known_cookie(seen, way, email)?,
    ])
}

/// That what was typed is kept, when the person comes from a service's pages.
fn kept(seen: &Seen, onward: Option<&str>) -> Option<String> {
    let body = seen.id().ok()?;
    let rest = onward?.strip_prefix(&format!("{}services/", paths::front(body)))?;
    let service = rest.split(['/', '?']).next()?.parse().ok()?;
    let kind = Kind::Draft(format!("{service}"));
    let held: Held = seen.open(&kind)?;
    let run = seen.run().ok()?;
    run.draft(held.draft, &service, seen.now).ok()??;
    let title = &run.services().present(&service)?.package.definition.title;
    Some(seen.words.answers_kept(title.in_language(seen.language_shown())))
}

fn ask_view(
    seen: &Seen,
    onward: Option<&str>,
    email: &str,
    error: Option<String>,
) -> Result<SignIn, Fault> {
    let way = way(seen)?;
    let words = seen.words;
    let (title, lead) = match way.entrance {
        Entrance::Resident => (words.sign_in(), words.sign_in_lead()),
        Entrance::Staff => (words.staff_sign_in(), words.staff_sign_in_lead()),
    };
    let mut field = Field::line(words, "email", words.email_address(), LineKind::Email, email);
    field.error = error;
    let kept = kept(seen, onward);
    let without = onward.filter(|_| kept.is_some());
    let holder = if way.entrance == Entrance::Staff { &seen.staff } else { &seen.resident };
    let ended = holder.is_none() && seen.cookie(&way.session).is_some();
    Ok(SignIn {
        page: seen.frame().page(title).with_errors(errors_of(std::slice::from_ref(&field))),
        lead: lead.to_owned(),
        without: without.map(|onward| Link::new(words.go_on_without(), onward)),
        ended: ended.then(|| words.session_ended().to_owned()),
        kept,
        field,
        action: way.page,
        onward: onward.unwrap_or_default().to_owned(),
    })
}

fn code_view(
    seen: &Seen,
    attempt: &Attempt,
    typed: &str,
    error: Option<String>,
) -> Result<SignInCode, Fault> {
    let way = way(seen)?;
    let words = seen.words;
    let mut field = Field::line(words, "code", words.code(), LineKind::Code, typed);
    field = field.hinted(words.code_hint());
    field.error = error;
    let frame = seen.frame();
    let outbox = frame.outbox.clone();
    let page = frame.page(words.code_title()).back_to(way.page.clone());
    Ok(SignInCode {
        page: page.with_errors(errors_of(std::slice::from_ref(&field))),
        lead: words.code_lead(attempt.email.as_str(), minutes()),
        kept: kept(seen, attempt.onward.as_deref()),
        field,
        action: format!("{}/code", way.page),
        again: format!("{}/again", way.page),
        other_address: way.page,
        outbox,
    })
}
