//! What a person asked for at every body of the host. At sign-in the identity office opened one
//! session in each body, for that body's own name of the person; here each body is asked with its
//! own, and the answers stand together in this response and nowhere else (DESIGN L12).

use base::Timestamp;
use store::requests::LIST_ROWS;

use super::answer::{Answer, Fault, html};
use super::callers::Visitor;
use super::seen::Seen;
use super::story::line_in;
use crate::paths;
use crate::views::everywhere::Everywhere;
use crate::views::page::Link;
use crate::views::tracking::RequestLine;

/// A line with what it is sorted by.
struct Dated {
    at: Timestamp,
    is_open: bool,
    line: RequestLine,
}

/// `GET /my-requests`
pub(crate) async fn list(visitor: Visitor) -> Answer {
    let words = visitor.words;
    let mut lines = Vec::new();
    let mut bodies = Vec::new();
    for (body, session) in visitor.everywhere() {
        let Some(person) = session.person else { continue };
        let name = visitor.name_of(&body);
        bodies.push(Link::new(words.everywhere_of_body(name.as_str()), paths::my_data(&body)));
        lines.extend(of_body(&visitor, &body, person)?);
    }
    lines.sort_by_key(|line: &Dated| std::cmp::Reverse(line.at));
    let (open, closed): (Vec<Dated>, Vec<Dated>) = lines.into_iter().partition(|it| it.is_open);
    let shown = |lines: Vec<Dated>| lines.into_iter().map(|it| it.line).take(LIST_ROWS).collect();
    let sign_in = if bodies.is_empty() { doors(&visitor) } else { Vec::new() };
    html(&Everywhere {
        page: visitor.frame().page(words.everywhere()).back_to("/"),
        lead: words.everywhere_lead().to_owned(),
        open: shown(open),
        closed: shown(closed),
        bodies,
        sign_in,
    })
}

/// A person's newest requests at one body.
fn of_body(
    seen: &Seen,
    body: &base::BodyId,
    person: base::SectorPersonId,
) -> Result<Vec<Dated>, Fault> {
    let Some(run) = seen.app.setup.host.body(body) else { return Ok(Vec::new()) };
    let rows = run.requests_of(person, None)?;
    let dated = |row: &runtime::RequestSummary| {
        let told = line_in(seen, run, row);
        let sent = seen.words.on_date(row.received_at.uk_date());
        let line = RequestLine {
            title: told.title,
            reference: row.reference.to_string(),
            body: seen.name_of(body),
            tag: told.tag,
            sentence: told.sentence,
            sent: seen.words.sent_on(sent.as_str()),
            href: paths::request(body, &row.reference),
        };
        Dated { at: row.received_at, is_open: told.is_open, line }
    };
    Ok(rows.iter().map(dated).collect())
}

/// Where one can sign in: the bodies that offer something.
fn doors(seen: &Seen) -> Vec<Link> {
    let host = &seen.app.setup.host;
    let offers = |body: &&base::BodyId| {
        host.body(body).is_some_and(|run| run.services().offered().next().is_some())
    };
    let bodies = seen.app.setup.bodies.keys().filter(offers);
    bodies.map(|body| Link::new(seen.name_of(body), paths::sign_in(body))).collect()
}
