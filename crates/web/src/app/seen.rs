//! What is known of a request before its handler: where it goes, in which language, from which
//! browser and with which sessions; and the frame of the page that answers it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use base::{BodyId, Digest, Language, Role, Timestamp};
use runtime::{Authority, Session};
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use super::answer::Fault;
use super::cookies::{Cookies, Kind, REGION_LANGUAGE, REGION_SESSIONS, opened, sealed};
use super::form::{Fields, encoded};
use super::state::{App, WebBody};
use crate::paths;
use crate::views::page::{Account, Band, Frame, Help, LanguageSwitch, Link, Place};
use crate::views::problem::ProblemKind;
use crate::words::Words;

/// How long a form is good for, in seconds: as long as a draft is kept.
const FORM_SECONDS: i64 = runtime::DRAFT_SECONDS;

/// A session with the address under which its holder signed in.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    /// The session.
    pub(crate) session: Session,
    /// The address.
    pub(crate) name: Option<String>,
}

/// A request as it was seen.
pub(crate) struct Seen {
    pub(crate) app: App,
    pub(crate) now: Timestamp,
    pub(crate) words: Words,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Fields,
    pub(crate) resident: Option<Holder>,
    pub(crate) staff: Option<Holder>,
    /// The browser's own random number.
    pub(crate) visitor: String,
    /// Whether the browser has to be given its number.
    pub(crate) is_new: bool,
    body: Option<BodyId>,
    cookies: Cookies,
    peer: Option<IpAddr>,
}

impl Seen {
    /// Reads a request's head.
    pub(crate) fn of<B>(app: &App, request: &Request<B>) -> Result<Self, ProblemKind> {
        let path = request.uri().path().to_owned();
        let query = request.uri().query().unwrap_or_default();
        let body = path.split('/').nth(1).and_then(|name| name.parse::<BodyId>().ok());
        let body = body.filter(|body| app.body(body).is_some());
        let cookies = Cookies::of(request.headers());
        let peer = request.extensions().get::<ConnectInfo<std::net::SocketAddr>>();
        let mut seen = Self {
            now: app.now(),
            words: Words::default(),
            method: request.method().clone(),
            query: Fields::default(),
            resident: None,
            staff: None,
            visitor: String::new(),
            is_new: false,
            peer: peer.map(|peer| peer.0.ip()),
            app: Arc::clone(app),
            path,
            body,
            cookies,
        };
        seen.words = Words::of(seen.language(request.headers()));
        seen.recognise();
        seen.query = Fields::parse(query.as_bytes()).map_err(|_| ProblemKind::NotUnderstood)?;
        Ok(seen)
    }

    /// A request whose query is not readable: only for the page that says so.
    pub(crate) fn unreadable<B>(app: &App, request: &Request<B>) -> Self {
        let mut bare = Request::new(());
        *bare.method_mut() = request.method().clone();
        if let Ok(uri) = request.uri().path().parse() {
            *bare.uri_mut() = uri;
        }
        *bare.headers_mut() = request.headers().clone();
        Self::of(app, &bare).unwrap_or_else(|_| Self::of_nobody(app))
    }

    fn of_nobody(app: &App) -> Self {
        Self {
            app: Arc::clone(app),
            now: app.now(),
            words: Words::default(),
            method: Method::GET,
            path: "/".to_owned(),
            query: Fields::default(),
            resident: None,
            staff: None,
            visitor: String::new(),
            is_new: false,
            body: None,
            cookies: Cookies::default(),
            peer: None,
        }
    }

    /// Sessions of this body, and the browser's number in it.
    fn recognise(&mut self) {
        let Some(body) = self.body.clone() else { return };
        let resident = self.holder(&body, &Kind::Resident, &Kind::ResidentName);
        self.resident = resident.filter(|holder| holder.session.person.is_some());
        let staff = self.holder(&body, &Kind::Staff, &Kind::StaffName);
        self.staff = staff.filter(|holder| !holder.session.roles.is_empty());
        let known = self
            .cookies
            .get(&Kind::Visitor.name(&body))
            .filter(|text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        self.is_new = known.is_none();
        self.visitor = known.map_or_else(|| self.random(&body), str::to_owned);
    }

    fn random(&self, body: &BodyId) -> String {
        let drawn = Digest::from_slice(self.app.draw(body).get(..32).unwrap_or_default());
        drawn.unwrap_or(Digest::ZERO).to_string().chars().take(32).collect()
    }

    fn holder(&self, body: &BodyId, kind: &Kind, name: &Kind) -> Option<Holder> {
        let token = self.cookies.get(&kind.name(body))?;
        let session = self.app.setup.host.session(body, token)?;
        let named: Option<(Digest, String)> = self.open(name);
        let name = named.filter(|(of, _)| *of == session.token).map(|(_, name)| name);
        Some(Holder { session, name })
    }

    /// The language: chosen, else the browser's wish among the body's, else the body's own.
    fn language(&self, headers: &HeaderMap) -> Language {
        let served = self.languages();
        let name = self.body.as_ref().map(|body| Kind::Language.name(body));
        let chosen = self.cookies.get(name.as_deref().unwrap_or(REGION_LANGUAGE));
        let chosen = chosen.and_then(Language::from_tag).filter(|chosen| served.contains(chosen));
        let wish = || wished(headers, &served);
        chosen.or_else(wish).or_else(|| served.first().copied()).unwrap_or_default()
    }

    /// The languages of these pages, the body's own first.
    pub(crate) fn languages(&self) -> Vec<Language> {
        match self.body.as_ref().and_then(|body| self.app.body(body)) {
            Some(body) => body.languages.clone(),
            None => Language::ALL
                .into_iter()
                .filter(|language| {
                    let mut bodies = self.app.setup.bodies.values();
                    bodies.any(|body| body.languages.contains(language))
                })
                .collect(),
        }
    }

    /// The body's id.
    pub(crate) fn id(&self) -> Result<&BodyId, Fault> {
        self.body.as_ref().ok_or(Fault::NOT_FOUND)
    }

    /// The body as pages show it.
    pub(crate) fn web(&self) -> Result<&WebBody, Fault> {
        self.app.body(self.id()?).ok_or(Fault::NOT_FOUND)
    }

    /// The body as it runs.
    pub(crate) fn run(&self) -> Result<&runtime::Body, Fault> {
        self.app.setup.host.body(self.id()?).ok_or(Fault::NOT_FOUND)
    }

    /// A body's name in the page's language.
    pub(crate) fn name_of(&self, body: &BodyId) -> String {
        let named = self.app.body(body).map(|web| web.name.in_language(self.language_shown()));
        named.map_or_else(|| body.to_string(), str::to_owned)
    }

    /// The page's language.
    pub(crate) const fn language_shown(&self) -> Language {
        self.words.language()
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, kind: &Kind) -> Option<&str> {
        self.cookies.get(&kind.name(self.body.as_ref()?))
    }

    /// A sealed cookie's value.
    pub(crate) fn open<T: DeserializeOwned>(&self, kind: &Kind) -> Option<T> {
        let body = self.body.as_ref()?;
        let name = kind.name(body);
        opened(&self.app.keys(body)?.cookie, &name, self.cookies.get(&name)?)
    }

    /// The sessions that this browser's resident has, one a body, each with that body's own name of
    /// them. Nothing but this browser holds them together.
    pub(crate) fn everywhere(&self) -> Vec<(BodyId, Session)> {
        let setup = &self.app.setup;
        let tokens = self.app.keys(&setup.hosting).zip(self.cookies.get(REGION_SESSIONS));
        let tokens: Option<Vec<(BodyId, String)>> =
            tokens.and_then(|(keys, text)| opened(&keys.cookie, REGION_SESSIONS, text));
        let tokens = tokens.into_iter().flatten();
        let known = tokens.filter_map(|(body, token)| {
            let session = setup.host.session(&body, &token)?;
            session.person.map(|_| (body, session))
        });
        known.collect()
    }

    /// The text of the cookie that holds a resident's sessions.
    pub(crate) fn seal_everywhere(&self, tokens: &[(BodyId, String)]) -> Option<String> {
        let hosting = &self.app.setup.hosting;
        let nonce = *self.app.draw(hosting).first_chunk::<24>().unwrap_or(&[0; 24]);
        sealed(&self.app.keys(hosting)?.cookie, nonce, REGION_SESSIONS, &tokens)
    }

    /// The header that sets a plain cookie.
    pub(crate) fn set(&self, kind: &Kind, value: &str) -> Result<String, Fault> {
        Ok(kind.set(self.id()?, value, self.app.setup.secure_cookies))
    }

    /// The header that sets a sealed cookie.
    pub(crate) fn seal(&self, kind: &Kind, value: &impl Serialize) -> Result<String, Fault> {
        self.seal_in(self.id()?, kind, value)
    }

    /// The header that sets a sealed cookie of a body.
    pub(crate) fn seal_in(
        &self,
        body: &BodyId,
        kind: &Kind,
        value: &impl Serialize,
    ) -> Result<String, Fault> {
        let drawn = self.app.draw(body);
        let nonce = *drawn.first_chunk::<24>().unwrap_or(&[0; 24]);
        let keys = self.app.keys(body).ok_or(Fault::NOT_FOUND)?;
        let text = sealed(&keys.cookie, nonce, &kind.name(body), value);
        let text = text.ok_or(Fault::Problem(ProblemKind::OurFault))?;
        Ok(kind.set(body, &text, self.app.setup.secure_cookies))
    }

    /// The header that takes a cookie back.
    pub(crate) fn clear(&self, kind: &Kind) -> Result<String, Fault> {
        Ok(kind.clear(self.id()?, self.app.setup.secure_cookies))
    }

    /// The network that the request came from: an IPv4 address, or the first half of an IPv6 one.
    pub(crate) fn network(&self) -> Digest {
        runtime::network_of(self.peer)
    }

    /// Counts a new form, unless whoever begins it is known.
    pub(crate) fn admit_form(&self, authority: &Authority) -> Result<(), Fault> {
        if *authority != Authority::Visitor {
            return Ok(());
        }
        Ok(self.app.admit_form(self.network())?)
    }

    /// Counts a search for a caller by whoever of the body's staff is signed in.
    pub(crate) fn admit_search(&self) -> Result<(), Fault> {
        let staff = self.staff.as_ref().and_then(|holder| holder.session.staff);
        let staff = staff.ok_or(Fault::Problem(ProblemKind::NotAllowed))?;
        Ok(self.app.admit_search(self.id()?, &staff)?)
    }

    /// What a reference finds; a network that tries too many which find nothing is sent away.
    pub(crate) fn look_up<T>(
        &self,
        find: impl FnOnce(&runtime::Body) -> Result<Option<T>, runtime::ShardError>,
    ) -> Result<Option<T>, Fault> {
        let (host, network) = (&self.app.setup.host, self.network());
        host.may_look_up(network)?;
        let found = find(self.run()?)?;
        if found.is_none() {
            host.found_nothing(network);
        }
        Ok(found)
    }

    /// The token of this browser's forms.
    pub(crate) fn form_token(&self) -> String {
        let issued = self.now.as_millis().div_euclid(1_000);
        self.form_proof(issued).map_or_else(String::new, |proof| format!("{issued:x}.{proof}"))
    }

    fn form_proof(&self, issued: i64) -> Option<Digest> {
        let keys = self.app.keys(self.body.as_ref()?)?;
        let bound = format!("{}\n{issued:x}", self.visitor);
        Some(keys.form.index("form", bound.as_bytes()))
    }

    /// Whether a form's token is this browser's, and still good.
    pub(crate) fn is_own_form(&self, token: &str) -> bool {
        let Some((issued, proof)) = token.split_once('.') else { return false };
        let issued = i64::from_str_radix(issued, 16).ok();
        let given = proof.parse::<Digest>().ok();
        let Some((issued, given)) = issued.zip(given) else { return false };
        let age = self.now.as_millis().div_euclid(1_000).saturating_sub(issued);
        let Some(wanted) = self.form_proof(issued) else { return false };
        let same = bool::from(wanted.as_bytes().ct_eq(given.as_bytes()));
        same && !self.is_new && (0..=FORM_SECONDS).contains(&age)
    }

    /// Whether these are pages of staff.
    pub(crate) fn is_staff_page(&self) -> bool {
        self.path.split('/').nth(2) == Some("staff")
    }

    /// The address of this page, with its query but for the language. It is always one of this
    /// origin: a path that begins with two slashes, which a browser reads as the name of another
    /// host (a backslash is a slash to it), keeps one.
    pub(crate) fn address(&self) -> String {
        let path = self.path.trim_start_matches(['/', '\\']);
        match self.query.query_without("lang") {
            query if query.is_empty() => format!("/{path}"),
            query => format!("/{path}?{query}"),
        }
    }

    /// An address of this body to which a person may be sent after signing in.
    pub(crate) fn onward(&self, address: &str) -> Option<String> {
        let body = self.body.as_ref()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_?=&.%".contains(&byte);
        let ours = address.starts_with(&paths::front(body))
            && !address.contains("//")
            && !address.contains("..")
            && address.len() <= 300
            && address.bytes().all(plain);
        ours.then(|| address.to_owned())
    }

    /// Where a person signs in and then comes back to this page.
    pub(crate) fn sign_in(&self) -> Result<String, Fault> {
        let body = self.id()?;
        let page =
            if self.is_staff_page() { paths::staff_sign_in(body) } else { paths::sign_in(body) };
        Ok(match (&self.method, self.onward(&self.address())) {
            (&Method::GET, Some(back)) => format!("{page}?onward={}", encoded(&back)),
            // A service's pages are read where they are sent, and keep what was typed before.
            (&Method::POST, Some(back)) if self.path.contains("/services/") => {
                format!("{page}?onward={}", encoded(&back))
            }
            _ => page,
        })
    }

    /// The frame of the page that answers this request.
    pub(crate) fn frame(&self) -> Frame {
        let words = self.words;
        let mut fakes: Vec<String> = Vec::new();
        if self.app.setup.outbox.is_some() {
            fakes.push(words.fake_mail().to_owned());
        }
        let others = self.app.setup.fakes.iter();
        fakes.extend(others.map(|fake| fake.in_language(words.language()).to_owned()));
        Frame {
            words,
            band: self.band(),
            switch: self.switch(),
            outbox: self
                .body
                .as_ref()
                .filter(|_| self.app.setup.outbox.is_some())
                .map(paths::outbox),
            fakes,
            account: self.account(),
            find: self.find(),
            rail: self.rail(),
            csrf: self.form_token(),
        }
    }

    fn band(&self) -> Band {
        let words = self.words;
        let Some(body) = self.body.as_ref().and_then(|body| self.app.body(body)) else {
            let name = self.app.setup.region.name.in_language(words.language()).to_owned();
            let other = Some(words.help_in_region().to_owned());
            let help = Help { phone: None, hours: String::new(), other };
            return Band { name, home: "/".to_owned(), stylesheet: None, help, foot: Vec::new() };
        };
        let home = paths::front(&body.id);
        let foot = [
            (words.foot_help(), "help"),
            (words.foot_accessibility(), "accessibility"),
            (words.foot_privacy(), "privacy"),
            (words.agreements(), "agreements"),
        ];
        let link = |(text, page): (&str, &str)| Link::new(text, format!("{home}{page}"));
        let email = body.help.email.as_deref().map(|email| words.help_email(email));
        let mut hours = body.help.hours.in_language(words.language()).to_owned();
        if !hours.is_empty() && !hours.ends_with('.') {
            hours.push('.');
        }
        Band {
            name: body.name.in_language(words.language()).to_owned(),
            stylesheet: Some(paths::brand(&body.id)),
            help: Help { phone: body.help.phone.clone(), hours, other: email },
            foot: foot.into_iter().map(link).collect(),
            home,
        }
    }

    fn switch(&self) -> Option<LanguageSwitch> {
        let served = self.languages();
        let other = served.into_iter().find(|language| *language != self.words.language())?;
        let address = self.address();
        let join = if address.contains('?') { "&" } else { "?" };
        let href = format!("{address}{join}lang={}", other.tag());
        Some(LanguageSwitch { words: Words::of(other), href })
    }

    fn account(&self) -> Account {
        let (words, Some(body)) = (self.words, self.body.as_ref()) else { return Account::None };
        let holder = if self.is_staff_page() { &self.staff } else { &self.resident };
        let signing_in = self.path.contains("/sign-in");
        match holder {
            Some(holder) => {
                let mine = Link::new(words.my_requests(), paths::my_requests(body));
                let data = Link::new(words.my_data(), paths::my_data(body));
                let staff = self.is_staff_page();
                let own = if staff { paths::staff(body) } else { format!("/{body}") };
                Account::In {
                    name: holder.name.clone().unwrap_or_default(),
                    links: if staff { Vec::new() } else { vec![mine, data] },
                    sign_out: format!("{own}/sign-out"),
                }
            }
            None if self.is_staff_page() || signing_in => Account::None,
            None => self
                .sign_in()
                .map_or(Account::None, |to| Account::Out(Link::new(words.sign_in(), to))),
        }
    }

    /// The search for a caller, for agents on pages of staff.
    fn find(&self) -> Option<Link> {
        let (body, staff) = self.body.as_ref().zip(self.staff.as_ref())?;
        let agent = self.is_staff_page() && staff.session.roles.contains(&Role::Agent);
        agent.then(|| Link::new(self.words.find_caller(), paths::callers(body)))
    }

    /// The staff's places, by role.
    fn rail(&self) -> Vec<Place> {
        let (Some(body), Some(staff)) = (self.body.as_ref(), self.staff.as_ref()) else {
            return Vec::new();
        };
        if !self.is_staff_page() {
            return Vec::new();
        }
        let words = self.words;
        let places = [
            (words.staff_home(), paths::staff(body), [].as_slice()),
            (words.find_caller(), paths::callers(body), [Role::Agent].as_slice()),
            (words.operator_title(), paths::operator(body), [Role::Operator].as_slice()),
            (
                words.tasks_title(),
                paths::tasks(body),
                [Role::Caseworker, Role::Assessor].as_slice(),
            ),
            (words.contacts_title(), paths::contacts(body), runtime::contact::TEAMS.as_slice()),
            (words.reviews_title(), paths::reviews(body), [Role::Caseworker].as_slice()),
            (words.figures(), paths::all_figures(body), [Role::Head, Role::Finance].as_slice()),
            (
                words.data_protection(),
                paths::data_protection(body),
                [Role::DataProtection].as_slice(),
            ),
        ];
        let may = |roles: &[Role]| {
            roles.is_empty() || roles.iter().any(|role| staff.session.roles.contains(role))
        };
        // A page below a place is that place's: one figure, one review, one incident, one call.
        let parts = self.path.split('/').nth(3);
        let part = match parts {
            Some("figures" | "services-figures") => paths::all_figures(body),
            Some("operator" | "incidents") => paths::operator(body),
            Some("callers") => paths::callers(body),
            Some("contacts") if self.path.ends_with("/new") => paths::callers(body),
            Some("contacts") => paths::contacts(body),
            Some("reviews") => paths::reviews(body),
            Some("tasks") => paths::tasks(body),
            Some("data-protection") => paths::data_protection(body),
            _ => paths::staff(body),
        };
        let place = |(text, href, _): (&str, String, _)| Place {
            here: part == href,
            link: Link::new(text, href),
        };
        places.into_iter().filter(|(_, _, roles)| may(roles)).map(place).collect()
    }
}

/// The language that the browser's `Accept-Language` puts first among those served.
fn wished(headers: &HeaderMap, served: &[Language]) -> Option<Language> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Language, f32)> = None;
    for part in text.split(',').take(20) {
        let mut parts = part.trim().split(';');
        let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let primary = tag.split('-').next().unwrap_or_default().to_owned();
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok());
        let weight: f32 = weight.unwrap_or(1.0);
        let language = Language::from_tag(&primary).filter(|language| served.contains(language));
        if let Some(language) = language
            && weight > 0.0
            && best.is_none_or(|(_, best)| weight > best)
        {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}
