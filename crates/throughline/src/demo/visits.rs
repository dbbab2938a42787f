//! Carrying out the visits of a demonstration through the real channels.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use base::{BodyId, Channel, Language};
use catalogue::Given;
use tokio::sync::Mutex;

use super::browser::{Browser, Form, Met, PageRead, Patience};
use super::plan::{Manner, Visit};
use crate::post::Outbox;

/// Pages that one visit walks through at most.
const PAGES: usize = 40;
/// How often somebody who has patience signs in: as often as an address is sent a code in an hour.
const SIGN_IN_TRIES: u32 = 5;
/// How often they look for a code.
const LOOKS: u32 = 20;
/// Questions that Open311 has parameters of its own for, as packages commonly map them.
const OPEN311_OWN: [(&str, &str); 2] = [("address", "address_id"), ("email", "email")];

/// What a visit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The reference that the visitor was given; none when another person had asked for the same.
    pub reference: Option<String>,
    /// Wrong answers that were pointed out on the way.
    pub corrected: u32,
}

/// Where people look for the codes that sign them in.
#[derive(Clone)]
pub enum Codes {
    /// In the fake post of this process.
    Outbox(Outbox),
    /// On the page that shows the fake post of another.
    Pages,
}

/// What the visitors know of the region.
pub struct World {
    /// Where it is: `http://localhost:8400`.
    pub origin: String,
    /// The client that all share.
    pub client: reqwest::Client,
    /// Where codes arrive.
    pub codes: Codes,
    /// The API keys of the demonstration's clients, by body.
    pub api_keys: BTreeMap<BodyId, String>,
    /// The e-mail address of an agent, by body.
    pub agents: BTreeMap<BodyId, String>,
    /// Browsers of staff that have signed in, by body and address.
    pub signed_in: Mutex<BTreeMap<(BodyId, String), Browser>>,
    /// What residents do when no answer comes; without it the visit fails.
    pub patience: Option<Patience>,
}

impl World {
    /// Makes a visit.
    ///
    /// # Errors
    /// When the visitor does not get what the demonstration promises.
    pub async fn visit(self: &Arc<Self>, visit: &Visit) -> anyhow::Result<Done> {
        let done = match visit.channel {
            Channel::Web => self.by_web(visit).await,
            Channel::Agent => self.by_agent(visit).await,
            Channel::Api => self.by_api(visit).await,
            Channel::Open311 => self.by_open311(visit).await,
        };
        done.with_context(|| format!("visit {} by {}", visit.number, visit.channel.key()))
    }

    /// A browser of this world.
    pub fn browser(&self) -> Browser {
        let mut browser = Browser::new(self.client.clone(), &self.origin);
        browser.set_patience(self.patience.clone());
        browser
    }

    async fn by_web(&self, visit: &Visit) -> anyhow::Result<Done> {
        let mut browser = self.browser();
        self.arrive(&mut browser, visit).await?;
        self.ask(&mut browser, visit).await
    }

    /// A resident comes with a browser, chooses their language, and signs in where they do.
    ///
    /// # Errors
    /// As [`World::sign_in`].
    pub async fn arrive(&self, browser: &mut Browser, visit: &Visit) -> anyhow::Result<()> {
        self.choose_language(browser, visit).await?;
        if visit.signs_in {
            self.sign_in_resident(browser, visit).await?;
        }
        Ok(())
    }

    /// A resident who has arrived asks for what they came for.
    ///
    /// # Errors
    /// When the visitor does not get what the demonstration promises.
    pub async fn ask(&self, browser: &mut Browser, visit: &Visit) -> anyhow::Result<Done> {
        let start = browser.get(&format!("/{}/services/{}", visit.body, visit.service)).await?;
        walk(browser, start, visit).await
    }

    /// Signs a resident in with the body that they ask.
    ///
    /// # Errors
    /// As [`World::sign_in`].
    pub async fn sign_in_resident(
        &self,
        browser: &mut Browser,
        visit: &Visit,
    ) -> anyhow::Result<()> {
        let sign_in = format!("/{}/sign-in", visit.body);
        self.sign_in(browser, &visit.body, (&sign_in, &visit.account)).await
    }

    async fn choose_language(&self, browser: &mut Browser, visit: &Visit) -> anyhow::Result<()> {
        if visit.language == Language::Cy {
            browser.get(&format!("/{}/?lang=cy", visit.body)).await?;
        }
        Ok(())
    }

    /// Signs somebody in by the code that arrives for them. Who has patience begins anew when the
    /// server took a code with it, or the answer to one.
    ///
    /// # Errors
    /// When no code arrives or it is not taken.
    pub async fn sign_in(
        &self,
        browser: &mut Browser,
        body: &BodyId,
        (page, email): (&str, &str),
    ) -> anyhow::Result<()> {
        let mut tries = 1;
        while let Err(error) = self.sign_in_once(browser, body, (page, email)).await {
            let patience = self.patience.as_ref().filter(|_| tries < SIGN_IN_TRIES);
            let Some(patience) = patience else { return Err(error) };
            patience(Met::NoCode).await;
            tries += 1;
        }
        Ok(())
    }

    async fn sign_in_once(
        &self,
        browser: &mut Browser,
        body: &BodyId,
        (page, email): (&str, &str),
    ) -> anyhow::Result<()> {
        let asked = browser.get(page).await?;
        let mut form = form_with(&asked, browser, "email")?;
        form.fill("email", email);
        let sent = browser.send(&form).await?;
        let mut form = form_with(&sent, browser, "code")?;
        let mut code = self.code(browser, body, email).await?;
        for _ in 0..LOOKS {
            let patience = self.patience.as_ref().filter(|_| code.is_none());
            let Some(patience) = patience else { break };
            patience(Met::NoCode).await;
            code = self.code(browser, body, email).await?;
        }
        form.fill("code", code.context("no code has arrived")?);
        let done = browser.send(&form).await?;
        if done.status != 200 || done.forms(browser)?.iter().any(|form| form.fields == ["code"]) {
            bail!("the code was not taken: {}", done.describe());
        }
        Ok(())
    }

    /// The code in the newest message of a body to an address.
    async fn code(
        &self,
        browser: &mut Browser,
        body: &BodyId,
        email: &str,
    ) -> anyhow::Result<Option<String>> {
        let text = match &self.codes {
            Codes::Outbox(outbox) => outbox.newest_to(email).map(|sent| sent.mail.body),
            Codes::Pages => {
                let list = browser.get(&format!("/{body}/outbox")).await?;
                let to = list.texts_of("ul.lines .meta span:nth-of-type(2)")?;
                let links = list.links("ul.lines a.name")?;
                let newest = to.iter().zip(links).find(|(to, _)| to.eq_ignore_ascii_case(email));
                match newest {
                    Some((_, link)) => browser.get(&link).await?.text_of("pre")?,
                    None => None,
                }
            }
        };
        let runs = text.iter().flat_map(|text| text.split(|letter: char| !letter.is_ascii_digit()));
        Ok(runs.into_iter().find(|run| run.len() == 6).map(str::to_owned))
    }

    /// A page for a member of a body's staff, in the browser that they have signed in with.
    ///
    /// # Errors
    /// When they cannot sign in.
    pub async fn staff_page(
        &self,
        body: &BodyId,
        email: &str,
        page: &str,
    ) -> anyhow::Result<(Browser, PageRead)> {
        let mut signed_in = self.signed_in.lock().await;
        let key = (body.clone(), email.to_owned());
        let mut browser = signed_in.get(&key).cloned().unwrap_or_else(|| self.browser());
        let mut start = browser.get(page).await?;
        // They have not signed in yet, or have rested for too long.
        if start.url.contains("/sign-in") {
            let sign_in = format!("/{body}/staff/sign-in");
            self.sign_in(&mut browser, body, (&sign_in, email)).await?;
            signed_in.insert(key, browser.clone());
            start = browser.get(page).await?;
        }
        Ok((browser, start))
    }

    async fn by_agent(&self, visit: &Visit) -> anyhow::Result<Done> {
        let email = self.agents.get(&visit.body).context("the body has no agent")?;
        let (mut browser, start) = if let Some(caller) = &visit.caller {
            self.begin_for_caller((email, visit), caller).await?
        } else {
            let page = format!("/{}/staff/services/{}", visit.body, visit.service);
            self.staff_page(&visit.body, email, &page).await?
        };
        walk(&mut browser, start, visit).await
    }

    async fn by_api(&self, visit: &Visit) -> anyhow::Result<Done> {
        let mut corrected = 0;
        if let Some(wrong) = wrong_answers(visit) {
            let refused = self.post_answers(visit, &wrong).await?;
            anyhow::ensure!(refused.0 == 422, "wrong answers were answered {}", refused.0);
            corrected = 1;
        }
        let (status, body) = self.post_answers(visit, &visit.answers).await?;
        anyhow::ensure!(status == 200 || status == 201, "answered {status}");
        let reference = body.get("reference").and_then(serde_json::Value::as_str);
        let reference = reference.context("the answer has no reference")?.to_owned();
        Ok(Done { reference: Some(reference), corrected })
    }

    /// Sends answers by the JSON API, and reads its status and what it says.
    pub(super) async fn post_answers(
        &self,
        visit: &Visit,
        answers: &Given,
    ) -> anyhow::Result<(u16, serde_json::Value)> {
        let key = self.api_keys.get(&visit.body).context("the body has no API key")?;
        let url = format!("{}/{}/api/services/{}/requests", self.origin, visit.body, visit.service);
        let body = serde_json::json!({"language": visit.language.tag(), "answers": answers});
        let request = self.client.post(url).header("authorization", format!("Bearer {key}"));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let response = request.send().await.context("the API does not answer")?;
        let status = response.status().as_u16();
        let text = response.text().await.context("the API broke off")?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    async fn by_open311(&self, visit: &Visit) -> anyhow::Result<Done> {
        let key = self.api_keys.get(&visit.body).context("the body has no API key")?;
        let url = format!("{}/{}/open311/v2/requests.json", self.origin, visit.body);
        let mut corrected = 0;
        if let Some(wrong) = wrong_answers(visit) {
            let (status, _) = self.post_open311(&url, key, visit, &wrong).await?;
            anyhow::ensure!(status == 400, "wrong answers were answered {status}");
            corrected = 1;
        }
        let (status, body) = self.post_open311(&url, key, visit, &visit.answers).await?;
        anyhow::ensure!(status == 200 || status == 201, "answered {status}");
        let reference = body.pointer("/0/service_request_id").and_then(serde_json::Value::as_str);
        let reference = reference.context("the answer has no service_request_id")?.to_owned();
        Ok(Done { reference: Some(reference), corrected })
    }

    async fn post_open311(
        &self,
        url: &str,
        key: &str,
        visit: &Visit,
        answers: &Given,
    ) -> anyhow::Result<(u16, serde_json::Value)> {
        let mut form = vec![
            ("api_key".to_owned(), key.to_owned()),
            ("service_code".to_owned(), visit.service.to_string()),
        ];
        for (question, answer) in answers {
            let own = OPEN311_OWN.iter().find(|(name, _)| name == question);
            let named = own
                .map_or_else(|| format!("attribute[{question}]"), |(_, name)| (*name).to_owned());
            form.extend(typed(answer).into_iter().map(|text| (named.clone(), text)));
        }
        let request =
            self.client.post(url).header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(super::browser::form_urlencoded(&form));
        let response = request.send().await.context("Open311 does not answer")?;
        let status = response.status().as_u16();
        let text = response.text().await.context("Open311 broke off")?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// The resident looks at the status page and, when it is done, says that it is not fixed.
    /// Answers whether they said so.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn say_not_fixed(&self, visit: &Visit, reference: &str) -> anyhow::Result<bool> {
        let mut browser = self.browser();
        if visit.signs_in {
            self.sign_in_resident(&mut browser, visit).await?;
        }
        let page = format!("/{}/requests/{reference}/not-fixed", visit.body);
        let asked = browser.get(&page).await?;
        if asked.status != 200 {
            return Ok(false); // it is not closed yet, or a rule refused it
        }
        let forms = asked.forms(&browser)?;
        let Some(mut form) =
            forms.into_iter().find(|form| form.fields.contains(&"note".to_owned()))
        else {
            return Ok(false);
        };
        form.fill("note", visit.not_fixed.unwrap_or_default());
        let said = browser.send(&form).await?;
        anyhow::ensure!(said.status == 200, "saying so failed: {}", said.describe());
        Ok(true)
    }
}

fn form_with(page: &PageRead, browser: &Browser, field: &str) -> anyhow::Result<Form> {
    let forms = page.forms(browser)?;
    let found = forms.into_iter().find(|form| form.fields.iter().any(|name| name == field));
    found.with_context(|| format!("no field {field}: {}", page.describe()))
}

/// Walks from page to page, filling in what is asked, until it is sent.
async fn walk(browser: &mut Browser, start: PageRead, visit: &Visit) -> anyhow::Result<Done> {
    let mut page = start;
    let mut to_correct = visit.manner == Manner::Corrected;
    let mut corrected = 0;
    for _ in 0..PAGES {
        if page.status >= 400 && page.status != 422 {
            bail!("{}", page.describe());
        }
        let reference = page.text_of("p.reference")?;
        // Who told us of what another person had told before reads that, and no reference.
        let joined = page.url.ends_with("/done") && page.says("class=\"inset\"");
        if reference.is_some() || joined {
            return Ok(Done { reference, corrected });
        }
        let forms = page.forms(browser)?;
        let Some(mut form) = forms.into_iter().next() else {
            bail!("no form: {}", page.describe())
        };
        let first = visit.wrong.filter(|(question, _)| to_correct && asks(&form, question));
        let wrong = first.is_some();
        fill(&mut form, visit, first);
        page = browser.send(&form).await?;
        if wrong {
            anyhow::ensure!(
                page.says("error-summary"),
                "a wrong answer passed: {}",
                page.describe()
            );
            to_correct = false;
            corrected += 1;
        }
    }
    bail!("the form does not end: {}", page.describe())
}

/// The answers with the wrong one among them, when the visit gets it wrong first.
fn wrong_answers(visit: &Visit) -> Option<Given> {
    let (question, text) = visit.wrong.filter(|_| visit.manner == Manner::Corrected)?;
    let mut wrong = visit.answers.clone();
    wrong.insert(question.to_owned(), text.into());
    Some(wrong)
}

/// The parts of a date's field, in the order in which they are read.
const DATE_PARTS: [&str; 3] = ["day", "month", "year"];

/// The part of a question's date that a field is.
fn part_of<'a>(field: &'a str, part: &str) -> Option<&'a str> {
    field.strip_suffix(part)?.strip_suffix('-')
}

/// Whether a form asks a question.
fn asks(form: &Form, question: &str) -> bool {
    form.fields.iter().any(|field| {
        field == question || DATE_PARTS.iter().any(|part| part_of(field, part) == Some(question))
    })
}

/// An answer as people type or choose it, a text each.
fn typed(answer: &serde_json::Value) -> Vec<String> {
    match answer {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Bool(yes) => vec![if *yes { "yes" } else { "no" }.to_owned()],
        serde_json::Value::Number(number) => vec![number.to_string()],
        serde_json::Value::Array(values) => values.iter().flat_map(typed).collect(),
        serde_json::Value::Null | serde_json::Value::Object(_) => Vec::new(),
    }
}

/// Fills a form in with what the visit answers, but for one question that it gets wrong.
pub(super) fn fill(form: &mut Form, visit: &Visit, wrong: Option<(&str, &str)>) {
    for field in form.fields.clone() {
        if field == "postcode" || field.ends_with("-postcode") {
            form.fill(&field, visit.postcode.clone());
            continue;
        }
        let part = DATE_PARTS.iter().position(|part| part_of(&field, part).is_some());
        let dated = part.zip(field.rsplit_once('-'));
        let question = dated.map_or(field.as_str(), |(_, (question, _))| question);
        let answer = visit.answers.get(question).map(typed).unwrap_or_default();
        let texts = match (wrong.filter(|(of, _)| *of == question), dated) {
            (Some((_, text)), Some((part, _))) => part_text(text, ' ', part),
            (Some((_, text)), None) => vec![text.to_owned()],
            // An answer's date is written from its year.
            (None, Some((part, _))) => answer
                .first()
                .map(|date| part_text(date, '-', DATE_PARTS.len() - 1 - part))
                .unwrap_or_default(),
            (None, None) => answer,
        };
        form.fill_all(&field, texts);
    }
}

fn part_text(date: &str, between: char, part: usize) -> Vec<String> {
    let part = date.split(between).nth(part).unwrap_or_default();
    vec![part.trim_start_matches('0').to_owned()]
}
