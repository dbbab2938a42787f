//! Carrying out the visits of a demonstration through the real channels.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use base::{BodyId, Channel, Language};
use tokio::sync::Mutex;

use super::browser::{Browser, Form, PageRead, Patience};
use super::plan::{Manner, Visit};
use crate::post::Outbox;

/// Pages that one visit walks through at most.
const PAGES: usize = 40;
/// A value that no question of the demonstration takes.
const NONSENSE: &str = "31 2 2026";

/// What a visit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The reference that the visitor was given.
    pub reference: String,
    /// Wrong answers that were pointed out on the way.
    pub corrected: u32,
}

/// What the visitors know of the region.
pub struct World {
    /// Where it is: `http://localhost:8400`.
    pub origin: String,
    /// The client that all share.
    pub client: reqwest::Client,
    /// Where codes arrive.
    pub outbox: Outbox,
    /// The API keys of the demonstration's clients, by body.
    pub api_keys: BTreeMap<BodyId, String>,
    /// The e-mail address of an agent, by body.
    pub agents: BTreeMap<BodyId, String>,
    /// Browsers of agents that have signed in.
    pub signed_in: Mutex<BTreeMap<BodyId, Browser>>,
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

    async fn by_web(&self, visit: &Visit) -> anyhow::Result<Done> {
        let mut browser = Browser::new(self.client.clone(), &self.origin);
        browser.set_patience(self.patience.clone());
        self.choose_language(&mut browser, visit).await?;
        if visit.signs_in {
            let sign_in = format!("/{}/sign-in", visit.body);
            self.sign_in(&mut browser, &sign_in, &visit.account).await?;
        }
        let start = browser.get(&format!("/{}/services/{}", visit.body, visit.service)).await?;
        walk(&mut browser, start, visit).await
    }

    async fn choose_language(&self, browser: &mut Browser, visit: &Visit) -> anyhow::Result<()> {
        if visit.language == Language::Cy {
            browser.get(&format!("/{}/?lang=cy", visit.body)).await?;
        }
        Ok(())
    }

    /// Signs somebody in by the code that arrives in the outbox.
    ///
    /// # Errors
    /// When no code arrives or it is not taken.
    pub async fn sign_in(
        &self,
        browser: &mut Browser,
        page: &str,
        email: &str,
    ) -> anyhow::Result<()> {
        let asked = browser.get(page).await?;
        let mut form = form_with(&asked, browser, "email")?;
        form.fill("email", email);
        let sent = browser.send(&form).await?;
        let mut form = form_with(&sent, browser, "code")?;
        let mail = self.outbox.newest_to(email).context("no code has arrived")?;
        let digits: String = mail.mail.body.chars().collect();
        let code = digits
            .split(|letter: char| !letter.is_ascii_digit())
            .find(|run| run.len() == 6)
            .context("the message holds no code")?;
        form.fill("code", code);
        let done = browser.send(&form).await?;
        if done.status != 200 || done.forms(browser)?.iter().any(|form| form.fields == ["code"]) {
            bail!("the code was not taken: {}", done.describe());
        }
        Ok(())
    }

    async fn by_agent(&self, visit: &Visit) -> anyhow::Result<Done> {
        let page = format!("/{}/staff/services/{}", visit.body, visit.service);
        let (mut browser, start) = {
            let mut signed_in = self.signed_in.lock().await;
            let fresh = || Browser::new(self.client.clone(), &self.origin);
            let mut browser = signed_in.get(&visit.body).cloned().unwrap_or_else(fresh);
            let mut start = browser.get(&page).await?;
            // Nobody has signed in yet, or the agent has rested for too long between two calls.
            if start.url.contains("/sign-in") {
                let email = self.agents.get(&visit.body).context("the body has no agent")?;
                let sign_in = format!("/{}/staff/sign-in", visit.body);
                self.sign_in(&mut browser, &sign_in, email).await?;
                signed_in.insert(visit.body.clone(), browser.clone());
                start = browser.get(&page).await?;
            }
            (browser, start)
        };
        walk(&mut browser, start, visit).await
    }

    fn answers(visit: &Visit) -> BTreeMap<&'static str, String> {
        let mut answers = BTreeMap::from([
            ("address", visit.uprn.clone()),
            ("bin", visit.bin.to_owned()),
            ("missed_on", visit.missed_on.to_string()),
        ]);
        if let Some(email) = &visit.email {
            answers.insert("email", email.clone());
        }
        answers
    }

    async fn by_api(&self, visit: &Visit) -> anyhow::Result<Done> {
        let key = self.api_keys.get(&visit.body).context("the body has no API key")?;
        let url = format!("{}/{}/api/services/{}/requests", self.origin, visit.body, visit.service);
        let answers = Self::answers(visit);
        let mut corrected = 0;
        if visit.manner == Manner::Corrected {
            let mut wrong = answers.clone();
            wrong.insert("missed_on", NONSENSE.to_owned());
            let refused = self.post_json(&url, key, visit, &wrong).await?;
            anyhow::ensure!(refused.0 == 422, "wrong answers were answered {}", refused.0);
            corrected = 1;
        }
        let (status, body) = self.post_json(&url, key, visit, &answers).await?;
        anyhow::ensure!(status == 200 || status == 201, "answered {status}");
        let reference = body.get("reference").and_then(serde_json::Value::as_str);
        let reference = reference.context("the answer has no reference")?.to_owned();
        Ok(Done { reference, corrected })
    }

    async fn post_json(
        &self,
        url: &str,
        key: &str,
        visit: &Visit,
        answers: &BTreeMap<&'static str, String>,
    ) -> anyhow::Result<(u16, serde_json::Value)> {
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
        if visit.manner == Manner::Corrected {
            let (status, _) = self.post_open311(&url, key, visit, NONSENSE).await?;
            anyhow::ensure!(status == 400, "wrong answers were answered {status}");
            corrected = 1;
        }
        let missed_on = visit.missed_on.to_string();
        let (status, body) = self.post_open311(&url, key, visit, &missed_on).await?;
        anyhow::ensure!(status == 200 || status == 201, "answered {status}");
        let reference = body.pointer("/0/service_request_id").and_then(serde_json::Value::as_str);
        let reference = reference.context("the answer has no service_request_id")?.to_owned();
        Ok(Done { reference, corrected })
    }

    async fn post_open311(
        &self,
        url: &str,
        key: &str,
        visit: &Visit,
        missed_on: &str,
    ) -> anyhow::Result<(u16, serde_json::Value)> {
        let mut form = vec![
            ("api_key".to_owned(), key.to_owned()),
            ("service_code".to_owned(), visit.service.to_string()),
            ("address_id".to_owned(), visit.uprn.clone()),
            ("attribute[bin]".to_owned(), visit.bin.to_owned()),
            ("attribute[missed_on]".to_owned(), missed_on.to_owned()),
        ];
        form.extend(visit.email.clone().map(|email| ("email".to_owned(), email)));
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
        let mut browser = Browser::new(self.client.clone(), &self.origin);
        if visit.signs_in {
            let sign_in = format!("/{}/sign-in", visit.body);
            self.sign_in(&mut browser, &sign_in, &visit.account).await?;
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
        form.fill("note", "The bin is still full.");
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

/// Walks from page to page, filling in what is asked, until a reference is shown.
async fn walk(browser: &mut Browser, start: PageRead, visit: &Visit) -> anyhow::Result<Done> {
    let mut page = start;
    let mut to_correct = visit.manner == Manner::Corrected;
    let mut corrected = 0;
    for _ in 0..PAGES {
        if page.status >= 400 && page.status != 422 {
            bail!("{}", page.describe());
        }
        if let Some(reference) = page.text_of("p.reference")? {
            return Ok(Done { reference, corrected });
        }
        let forms = page.forms(browser)?;
        let Some(mut form) = forms.into_iter().next() else {
            bail!("no form: {}", page.describe())
        };
        let day_asked = form.fields.iter().any(|field| field == "missed_on-day");
        let wrong = to_correct && day_asked;
        fill(&mut form, visit, wrong);
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

fn fill(form: &mut Form, visit: &Visit, wrong: bool) {
    let on = visit.missed_on.to_jiff();
    for field in form.fields.clone() {
        let value = match field.as_str() {
            "postcode" | "address-postcode" => visit.postcode.clone(),
            "address" => visit.uprn.clone(),
            "bin" => visit.bin.to_owned(),
            "missed_on-day" if wrong => "31".to_owned(),
            "missed_on-month" if wrong => "2".to_owned(),
            "missed_on-day" => on.day().to_string(),
            "missed_on-month" => on.month().to_string(),
            "missed_on-year" => on.year().to_string(),
            "email" => visit.email.clone().unwrap_or_default(),
            _ => String::new(),
        };
        form.fill(&field, value);
    }
}
