//! A visitor's browser without JavaScript: cookies, redirects, and forms filled in by their names.
//!
//! The demonstration's residents and agents walk through the real pages with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use connectors::BoxFuture;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};

/// Redirects that are followed for one page.
const REDIRECTS: usize = 10;

/// A page as it came.
pub struct PageRead {
    /// Its address.
    pub url: String,
    /// The status.
    pub status: u16,
    html: String,
}

/// A form of a page, ready to be filled in.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes, absolute.
    pub action: String,
    /// What it holds: hidden values and what stands in it already.
    pub values: Vec<(String, String)>,
    /// The names of the fields that a person fills in, in order.
    pub fields: Vec<String>,
    /// The values of each group of radio buttons, checkboxes or options.
    pub choices: BTreeMap<String, Vec<String>>,
}

/// What somebody met who must wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// The server was not there.
    Nobody,
    /// The server was reached and went away before its answer was whole.
    Cut,
    /// The server said that it cannot now.
    NotNow,
    /// No code arrived, or it was not taken.
    NoCode,
}

/// What somebody does then: waits, then sends the same again.
pub type Patience = Arc<dyn Fn(Met) -> BoxFuture<'static, ()> + Send + Sync>;

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    patience: Option<Patience>,
    /// The network that it calls from, as the proxy before the server tells it.
    network: Option<String>,
    origin: String,
    cookies: BTreeMap<(String, String), String>,
    /// How many requests it has made.
    pub requests: u64,
}

/// An answer that came whole.
struct Whole {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

async fn whole(request: reqwest::RequestBuilder) -> reqwest::Result<Whole> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Whole { status, headers, text: response.text().await? })
}

fn selector(text: &str) -> anyhow::Result<Selector> {
    Selector::parse(text).map_err(|error| anyhow::anyhow!("{text} is not a selector: {error}"))
}

impl Browser {
    /// A browser for one origin, such as `http://localhost:8400`.
    pub fn new(client: reqwest::Client, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        let cookies = BTreeMap::new();
        Self { client, patience: None, network: None, origin, cookies, requests: 0 }
    }

    /// Gives its user patience with a server that goes away.
    pub fn set_patience(&mut self, patience: Option<Patience>) {
        self.patience = patience;
    }

    /// Calls from another network than the computer's own.
    pub fn call_from(&mut self, network: String) {
        self.network = Some(network);
    }

    /// Fetches a page.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn get(&mut self, address: &str) -> anyhow::Result<PageRead> {
        self.fetch(address.to_owned(), None).await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn send(&mut self, form: &Form) -> anyhow::Result<PageRead> {
        let body = form_urlencoded(&form.values);
        self.fetch(form.action.clone(), Some(body)).await
    }

    async fn fetch(&mut self, address: String, form: Option<String>) -> anyhow::Result<PageRead> {
        let mut address = self.absolute(&address);
        let mut form = form;
        for _ in 0..REDIRECTS {
            self.requests += 1;
            let mut request = match form.take() {
                Some(body) => self
                    .client
                    .post(&address)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .header("origin", &self.origin)
                    .body(body),
                None => self.client.get(&address),
            };
            let cookies = self.cookies_for(&address);
            if !cookies.is_empty() {
                request = request.header("cookie", cookies);
            }
            if let Some(network) = &self.network {
                request = request.header("x-forwarded-for", network);
            }
            let answer = self.exchange(request).await?;
            self.keep_cookies(&answer.headers);
            let onward = answer.headers.get("location").and_then(|to| to.to_str().ok());
            match onward {
                Some(to) if answer.status.is_redirection() => address = self.absolute(to),
                _ => {
                    let (status, html) = (answer.status.as_u16(), answer.text);
                    return Ok(PageRead { url: address, status, html });
                }
            }
        }
        bail!("{address} redirects without end")
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Whole> {
        let mut request = request;
        loop {
            let again = request.try_clone();
            let answer = whole(request).await;
            let met = match &answer {
                Ok(answer) if answer.status == StatusCode::SERVICE_UNAVAILABLE => Met::NotNow,
                Ok(_) => return answer.context("the server does not answer"),
                Err(error) if error.is_connect() => Met::Nobody,
                Err(_) => Met::Cut,
            };
            let (Some(patience), Some(again)) = (&self.patience, again) else {
                return answer.context("the server does not answer");
            };
            patience(met).await;
            request = again;
        }
    }

    fn absolute(&self, address: &str) -> String {
        if address.starts_with('/') {
            format!("{}{address}", self.origin)
        } else {
            address.to_owned()
        }
    }

    /// An address as a page of this address has it: one of another server stays there.
    fn absolute_from(&self, page: &str, address: &str) -> String {
        let host = page.find("://").map_or(0, |at| at + 3);
        let end = page.get(host..).and_then(|rest| rest.find('/')).map(|at| host + at);
        match end.and_then(|end| page.get(..end)) {
            Some(server) if address.starts_with('/') => format!("{server}{address}"),
            Some(_) | None => self.absolute(address),
        }
    }

    fn path<'a>(&self, address: &'a str) -> &'a str {
        address.strip_prefix(self.origin.as_str()).unwrap_or(address)
    }

    fn cookies_for(&self, address: &str) -> String {
        let path = self.path(address);
        let fit = self.cookies.iter().filter(|((of, _), _)| path.starts_with(of.as_str()));
        fit.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all("set-cookie") {
            let Ok(text) = cookie.to_str() else { continue };
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let mut path = "/".to_owned();
            let mut gone = false;
            for part in parts {
                match part.split_once('=') {
                    Some((key, of)) if key.eq_ignore_ascii_case("path") => of.clone_into(&mut path),
                    Some((key, age)) if key.eq_ignore_ascii_case("max-age") => gone = age == "0",
                    _ => {}
                }
            }
            let key = (path, name.to_owned());
            if gone {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }
}

/// Pairs as `application/x-www-form-urlencoded`.
pub fn form_urlencoded(values: &[(String, String)]) -> String {
    let encode = |text: &str| {
        let mut encoded = String::new();
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    encoded.push(char::from(byte));
                }
                b' ' => encoded.push('+'),
                _ => {
                    let _ = write!(encoded, "%{byte:02X}");
                }
            }
        }
        encoded
    };
    let pairs = values.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

impl PageRead {
    /// The text of the first element that a selector finds.
    ///
    /// # Errors
    /// When the selector is none.
    pub fn text_of(&self, wanted: &str) -> anyhow::Result<Option<String>> {
        Ok(self.texts_of(wanted)?.into_iter().next())
    }

    /// The text of every element that a selector finds.
    ///
    /// # Errors
    /// When the selector is none.
    pub fn texts_of(&self, wanted: &str) -> anyhow::Result<Vec<String>> {
        let selector = selector(wanted)?;
        let page = Html::parse_document(&self.html);
        let texts = page.select(&selector).map(|found| found.text().collect::<String>());
        Ok(texts.map(|text| text.trim().to_owned()).collect())
    }

    /// Where every link leads that a selector finds.
    ///
    /// # Errors
    /// When the selector is none.
    pub fn links(&self, wanted: &str) -> anyhow::Result<Vec<String>> {
        let selector = selector(wanted)?;
        let page = Html::parse_document(&self.html);
        let links = page.select(&selector).filter_map(|link| link.value().attr("href"));
        Ok(links.map(str::to_owned).collect())
    }

    /// Where the first link leads that a selector finds.
    ///
    /// # Errors
    /// When the selector is none.
    pub fn link(&self, wanted: &str) -> anyhow::Result<Option<String>> {
        Ok(self.links(wanted)?.into_iter().next())
    }

    /// Every form of the page's main part that is posted, in order.
    ///
    /// # Errors
    /// When a selector is none.
    pub fn forms(&self, browser: &Browser) -> anyhow::Result<Vec<Form>> {
        let posted = selector("main form[method=post]")?;
        let page = Html::parse_document(&self.html);
        page.select(&posted).map(|form| read_form(form, browser, &self.url)).collect()
    }

    /// Whether the page has this text anywhere.
    pub fn says(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// A short description for an error message: status and heading, never what was typed.
    pub fn describe(&self) -> String {
        let heading = self.text_of("h1").ok().flatten().unwrap_or_default();
        format!("{} at {} ({heading})", self.status, self.url)
    }
}

fn read_form(form: ElementRef<'_>, browser: &Browser, at: &str) -> anyhow::Result<Form> {
    let action = form.value().attr("action").unwrap_or(at);
    let mut read = Form {
        action: browser.absolute_from(at, action),
        values: Vec::new(),
        fields: Vec::new(),
        choices: BTreeMap::new(),
    };
    for input in form.select(&selector("input, textarea, select")?) {
        let Some(name) = input.value().attr("name") else { continue };
        let value = input.value().attr("value").unwrap_or_default();
        let kind = match input.value().name() {
            "input" => input.value().attr("type").unwrap_or("text"),
            other => other,
        };
        match kind {
            "hidden" => read.values.push((name.to_owned(), value.to_owned())),
            "radio" | "checkbox" => {
                let choices = read.choices.entry(name.to_owned()).or_default();
                choices.push(value.to_owned());
            }
            "select" => {
                let wanted = selector("option")?;
                let values =
                    input.select(&wanted).filter_map(|option| option.value().attr("value"));
                let values = values.filter(|value| !value.is_empty()).map(str::to_owned).collect();
                read.choices.insert(name.to_owned(), values);
            }
            _ => {}
        }
        if kind != "hidden" && !read.fields.iter().any(|field| field == name) {
            read.fields.push(name.to_owned());
        }
    }
    Ok(read)
}

impl Form {
    /// Puts a value in, in place of what stood there.
    pub fn fill(&mut self, name: &str, value: impl Into<String>) {
        self.fill_all(name, vec![value.into()]);
    }

    /// Puts values in, in place of what stood there: each is a choice, or the one text.
    pub fn fill_all(&mut self, name: &str, values: Vec<String>) {
        self.values.retain(|(of, _)| of != name);
        self.values.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }
}
