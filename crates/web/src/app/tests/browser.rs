//! A browser without JavaScript: cookies by their paths, redirects, forms by their first one.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt as _;

use super::World;
use super::region::Home;

/// The origin of the pages.
const HOST: &str = "localhost:8400";

/// A page as it came.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) status: StatusCode,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) html: String,
}

/// A browser with its cookies: path, name, value.
#[derive(Clone, Default)]
pub(super) struct Browser {
    pub(super) cookies: Vec<(String, String, String)>,
    pub(super) accepts: &'static str,
}

impl Read {
    /// The texts between the first such tag and its end.
    pub(super) fn text_of(&self, open: &str) -> String {
        let Some((_, rest)) = self.html.split_once(open) else { return String::new() };
        let inner = rest.split_once('>').map_or("", |(_, inner)| inner);
        let tag: String =
            open.trim_start_matches('<').chars().take_while(char::is_ascii_alphanumeric).collect();
        plain(inner.split(&format!("</{tag}>")).next().unwrap_or_default())
    }

    pub(super) fn heading(&self) -> String {
        self.text_of("<h1")
    }

    pub(super) fn reference(&self) -> String {
        self.text_of("<p class=\"reference")
    }

    pub(super) fn says(&self, text: &str) -> bool {
        plain(&self.html).contains(text)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The first form of the page's main part: its address and hidden values.
    pub(super) fn form(&self) -> (String, Vec<(String, String)>) {
        self.form_to("")
    }

    /// The first form whose address ends so.
    pub(super) fn form_to(&self, end: &str) -> (String, Vec<(String, String)>) {
        let main = self.html.split_once("<main").map_or("", |(_, main)| main);
        for form in main.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let (tag, _) = form.split_once('>').unwrap();
            let action = attribute(tag, "action").unwrap_or_default();
            if !tag.contains("method=\"post\"") || !action.ends_with(end) {
                continue;
            }
            let hidden = form.split("<input").skip(1).filter(|it| it.contains("type=\"hidden\""));
            let pair = |input: &str| Some((attribute(input, "name")?, attribute(input, "value")?));
            return (action, hidden.filter_map(pair).collect());
        }
        panic!("no form to {end:?} on {} ({})", self.path, self.heading());
    }

    /// Status, address and heading in a line.
    pub(super) fn line(&self) -> String {
        format!("{} {} | {}", self.status.as_u16(), self.path, self.heading())
    }

    /// The errors of the summary.
    pub(super) fn errors(&self) -> String {
        let Some((_, rest)) = self.html.split_once("id=\"error-summary\"") else {
            return String::new();
        };
        plain(rest.split("</ul>").next().unwrap_or_default().split("</h2>").nth(1).unwrap())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#39;", "'").replace("&#34;", "\"").replace("&#60;", "<");
    text.replace("&#62;", ">").replace("&#38;", "&").replace("&#x27;", "'")
}

/// Text without tags, its spaces made one.
pub(super) fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Pairs as a form's body.
pub(super) fn encoded(pairs: &[(String, String)]) -> String {
    let encode = crate::app::form::encoded;
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

impl Browser {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// One request, without following.
    pub(super) async fn once(&mut self, world: &World, request: Request<Body>) -> Read {
        let path = request.uri().to_string();
        let (mut parts, body) = request.into_parts();
        let own = path.split('?').next().unwrap_or_default();
        let fit = |of: &str| {
            own == of
                || own.starts_with(of) && (of.ends_with('/') || own[of.len()..].starts_with('/'))
        };
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|(of, ..)| fit(of))
            .map(|(_, name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            parts.headers.insert("cookie", cookies.join("; ").parse().unwrap());
        }
        if !self.accepts.is_empty() {
            parts.headers.insert("accept-language", self.accepts.parse().unwrap());
        }
        parts.headers.insert("host", HOST.parse().unwrap());
        let response =
            world.router.clone().oneshot(Request::from_parts(parts, body)).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        self.keep(&parts.headers);
        Read { status: parts.status, path, headers: parts.headers, html }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let mut parts = text.split("; ");
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let rest: Vec<&str> = parts.collect();
            let path = rest.iter().find_map(|part| part.strip_prefix("Path=")).unwrap_or("/");
            assert!(rest.contains(&"HttpOnly"), "{text}");
            self.cookies.retain(|(of, own, _)| of != path || own != name);
            if !rest.contains(&"Max-Age=0") {
                self.cookies.push((path.to_owned(), name.to_owned(), value.to_owned()));
            }
        }
    }

    /// The value of a cookie; empty when there is none of that name.
    pub(super) fn cookie(&self, name: &str) -> &str {
        let found = self.cookies.iter().find(|(_, own, _)| own == name);
        found.map_or("", |(_, _, value)| value)
    }

    async fn follow(&mut self, world: &World, first: Read) -> Read {
        let mut read = first;
        for _ in 0..10 {
            if !read.status.is_redirection() {
                return read;
            }
            let to = read.header("location").to_owned();
            read = self.once(world, get(&to)).await;
        }
        panic!("{} redirects without end", read.path);
    }

    /// Fetches a page.
    pub(super) async fn get(&mut self, world: &World, path: &str) -> Read {
        let read = self.once(world, get(path)).await;
        self.follow(world, read).await
    }

    /// Posts pairs as they are.
    pub(super) async fn post(
        &mut self,
        world: &World,
        path: &str,
        pairs: &[(String, String)],
    ) -> Read {
        let read = self.once(world, post(path, encoded(pairs))).await;
        self.follow(world, read).await
    }

    /// Fills in the page's first form, and sends it.
    pub(super) async fn send(
        &mut self,
        world: &World,
        page: &Read,
        values: &[(&str, &str)],
    ) -> Read {
        let form = page.form();
        self.send_form(world, form, values).await
    }

    /// Fills in a form, and sends it.
    pub(super) async fn send_form(
        &mut self,
        world: &World,
        (action, mut pairs): (String, Vec<(String, String)>),
        values: &[(&str, &str)],
    ) -> Read {
        pairs.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(world, &action, &pairs).await
    }

    /// Walks to the page of answers to check.
    pub(super) async fn walk_to_check(&mut self, world: &World, start: &str, home: &Home) -> Read {
        let page = self.get(world, start).await;
        let page = self.send(world, &page, &[]).await;
        let page = self.send(world, &page, &[("address-postcode", &home.postcode)]).await;
        let page = self.send(world, &page, &[("address", &home.uprn)]).await;
        let page = self.send(world, &page, &[("bin", "refuse")]).await;
        let date = home.due.to_jiff();
        let [day, month, year] =
            [date.day().to_string(), date.month().to_string(), date.year().to_string()];
        let parts = [("missed_on-day", day), ("missed_on-month", month), ("missed_on-year", year)];
        let parts: Vec<(&str, &str)> =
            parts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = self.send(world, &page, &parts).await;
        let page = self.send(world, &page, &[("notes", "By the <gate> & hedge")]).await;
        self.send(world, &page, &[("email", "mair@example.org")]).await
    }

    /// Reports a missed bin, and gives the page with the reference.
    pub(super) async fn report(&mut self, world: &World, start: &str, home: &Home) -> Read {
        let check = self.walk_to_check(world, start, home).await;
        self.send(world, &check, &[]).await
    }

    /// Signs in by the code that is sent.
    pub(super) async fn sign_in(&mut self, world: &World, page: &str, email: &str) -> Read {
        let asked = self.get(world, page).await;
        let sent = self.send(world, &asked, &[("email", email)]).await;
        let code = world.code(email);
        self.send(world, &sent, &[("code", &code)]).await
    }
}

/// A page's request.
pub(super) fn get(path: &str) -> Request<Body> {
    Request::builder().uri(path).body(Body::empty()).unwrap()
}

/// A form's request.
pub(super) fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method("POST")
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", format!("http://{HOST}"))
        .body(body.into())
        .unwrap()
}
