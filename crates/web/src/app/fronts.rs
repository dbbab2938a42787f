//! Fronts of the region and of a body, pages of information, and files.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::BodyId;
use catalogue::Definition;

use super::answer::{Answer, Fault, html, see_other};
use super::callers::Visitor;
use super::seen::Seen;
use super::state::App;
use crate::paths;
use crate::views::front::{BodyFront, BodyLine, Category, RegionFront, Search, ServiceLine};
use crate::views::information::Information;

/// The longest search, in characters.
const SEARCH_CHARACTERS: usize = 100;
/// A year: the address changes with the text.
const FOR_A_YEAR: &str = "public, max-age=31536000, immutable";
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// `GET /healthz`
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// `GET /readyz`
///
/// Whether every body follows commands now; 503 names those that do not, for whoever sends callers
/// here to send them elsewhere meanwhile.
pub(crate) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    let closed = app.setup.host.bodies().filter(|body| !body.is_open());
    let closed: Vec<String> = closed.map(|body| body.settings().body.to_string()).collect();
    if closed.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", closed.join(", ")))
    }
}

/// `GET /assets/stylesheet.css`
pub(crate) async fn stylesheet() -> Response {
    file("text/css; charset=utf-8", FOR_A_YEAR, paths::STYLESHEET_TEXT.to_owned())
}

/// `GET /assets/icon.svg`
pub(crate) async fn icon() -> Response {
    file("image/svg+xml", FOR_A_YEAR, paths::ICON_TEXT.to_owned())
}

/// `GET /{body}/brand.css`
pub(crate) async fn brand(visitor: Visitor) -> Answer {
    Ok(file("text/css; charset=utf-8", FOR_AN_HOUR, visitor.web()?.brand.stylesheet()))
}

fn file(kind: &'static str, kept: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)], text).into_response()
}

/// `GET /{body}`
pub(crate) async fn to_front(visitor: Visitor) -> Answer {
    Ok(see_other(&paths::front(visitor.id()?)))
}

/// `GET /`
pub(crate) async fn region(visitor: Visitor) -> Answer {
    let words = visitor.words;
    let tagline = visitor.app.setup.region.tagline.in_language(words.language());
    let bodies = visitor.app.setup.bodies.keys();
    html(&RegionFront {
        page: visitor.frame().page(words.region_title()),
        lead: tagline.to_owned(),
        search: search(&visitor, "/".to_owned(), &bodies.clone().collect::<Vec<_>>()),
        bodies: offering_first(&visitor, bodies),
    })
}

/// `GET /{body}/`
pub(crate) async fn front(visitor: Visitor) -> Answer {
    let (words, body) = (visitor.words, visitor.id()?);
    let title = words.front_title(visitor.web()?.name.in_language(words.language()));
    html(&BodyFront {
        page: visitor.frame().page(title),
        lead: words.front_lead().to_owned(),
        search: search(&visitor, paths::front(body), &[body]),
        categories: categories(&visitor, body),
        track: paths::lookup(body),
        mine: paths::my_requests(body),
    })
}

/// `GET /{body}/help`
pub(crate) async fn help(visitor: Visitor) -> Answer {
    html(&Information::help(of_body(&visitor)?.frame()))
}

/// `GET /{body}/accessibility`
pub(crate) async fn accessibility(visitor: Visitor) -> Answer {
    html(&Information::accessibility(of_body(&visitor)?.frame()))
}

/// `GET /{body}/privacy`
pub(crate) async fn privacy(visitor: Visitor) -> Answer {
    html(&Information::privacy(of_body(&visitor)?.frame()))
}

fn of_body(seen: &Seen) -> Result<&Seen, Fault> {
    seen.web().map(|_| seen)
}

fn definitions<'a>(seen: &'a Seen, body: &BodyId) -> impl Iterator<Item = &'a Definition> + 'a {
    let run = seen.app.setup.host.body(body);
    run.into_iter().flat_map(|run| run.services().offered()).map(|it| &it.package.definition)
}

fn service_line(seen: &Seen, body: &BodyId, definition: &Definition) -> ServiceLine {
    let language = seen.language_shown();
    ServiceLine {
        title: definition.title.in_language(language).to_owned(),
        summary: definition.summary.in_language(language).to_owned(),
        href: paths::service(body, &definition.id),
        body: seen.id().is_err().then(|| seen.name_of(body)),
    }
}

fn body_line(seen: &Seen, body: &BodyId) -> BodyLine {
    let language = seen.language_shown();
    let titles: Vec<String> = definitions(seen, body)
        .map(|definition| definition.title.in_language(language).to_owned())
        .collect();
    let about = match titles.as_slice() {
        [] => seen.words.no_services().to_owned(),
        titles => titles.join(" \u{b7} "),
    };
    BodyLine { name: seen.name_of(body), href: paths::front(body), about }
}

/// The bodies that offer a service, then the others, each by name.
fn offering_first<'a>(seen: &Seen, bodies: impl Iterator<Item = &'a BodyId>) -> Vec<BodyLine> {
    let key = |body: &BodyId| (definitions(seen, body).next().is_none(), seen.name_of(body));
    let mut bodies: Vec<&BodyId> = bodies.collect();
    bodies.sort_by_cached_key(|body| key(body));
    bodies.into_iter().map(|body| body_line(seen, body)).collect()
}

fn search(seen: &Seen, action: String, bodies: &[&BodyId]) -> Search {
    let query: String = seen.query.text("q").chars().take(SEARCH_CHARACTERS).collect();
    let found = || {
        let all = bodies.iter().flat_map(|body| {
            definitions(seen, body)
                .filter(|definition| definition.matches(&query))
                .map(|definition| service_line(seen, body, definition))
        });
        all.collect()
    };
    Search { found: (!query.is_empty()).then(found), action, query }
}

fn categories(seen: &Seen, body: &BodyId) -> Vec<Category> {
    let mut categories: Vec<Category> = Vec::new();
    for definition in definitions(seen, body) {
        let name = definition.category.in_language(seen.language_shown());
        let line = service_line(seen, body, definition);
        match categories.iter_mut().find(|category| category.name == name) {
            Some(category) => category.services.push(line),
            None => categories.push(Category { name: name.to_owned(), services: vec![line] }),
        }
    }
    categories.sort_by(|one, other| one.name.cmp(&other.name));
    for category in &mut categories {
        category.services.sort_by(|one, other| one.title.cmp(&other.title));
    }
    categories
}
