//! Residents who ring for another thing: an agent finds them by what they asked for before, checks
//! two facts with them, and begins the form for them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use catalogue::{Given, QuestionRole};
use runtime::access::Checked;

use super::browser::{Browser, Form, PageRead};
use super::plan::Visit;
use super::visits::World;

/// By what an agent finds a caller, and what they check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The e-mail address that they gave before.
    pub email: String,
    /// The facts that they gave before and give again.
    pub facts: Vec<Checked>,
}

/// What a caller can be asked for, and the answers that say it.
const FACTS: [(Checked, &[QuestionRole]); 3] = [
    (Checked::Name, &[QuestionRole::GivenName, QuestionRole::Surname]),
    (Checked::DateOfBirth, &[QuestionRole::DateOfBirth]),
    (Checked::Address, &[QuestionRole::Address]),
];

impl Caller {
    /// Whoever gave these answers to the questions that ask who somebody is; none when an agent
    /// could not find them again.
    pub fn who_said(answers: &Given, asks: &BTreeMap<QuestionRole, String>) -> Option<Self> {
        let said = |role: &QuestionRole| answers.get(asks.get(role)?);
        let email = said(&QuestionRole::Email)?.as_str()?.to_owned();
        let told = |(_, roles): &&(Checked, &[QuestionRole])| {
            roles.iter().all(|role| said(role).is_some())
        };
        let (fact, _) = FACTS.iter().find(told)?;
        Some(Self { email, facts: vec![*fact, Checked::Email] })
    }
}

impl World {
    /// The agent finds the caller, checks that it is them, and begins what they ask for.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub(super) async fn begin_for_caller(
        &self,
        (email, visit): (&str, &Visit),
        caller: &Caller,
    ) -> anyhow::Result<(Browser, PageRead)> {
        let callers = format!("/{}/staff/callers", visit.body);
        let (mut browser, search) = self.staff_page(&visit.body, email, &callers).await?;
        let mut form = form_where(&search, &browser, |form| asks(form, "q"))?;
        form.fill("q", caller.email.clone());
        let found = browser.send(&form).await?;
        let line = found.link("ul.lines a.name")?;
        let line = line.with_context(|| format!("nobody is found: {}", found.describe()))?;
        let masked = browser.get(&line).await?;
        let mut form = form_where(&masked, &browser, |form| asks(form, "checked"))?;
        let facts = caller.facts.iter().map(|fact| fact.key().to_owned());
        form.fill_all("checked", facts.collect());
        let known = browser.send(&form).await?;
        let begins = format!("/services/{}", visit.service);
        let begin = form_where(&known, &browser, |form| form.action.ends_with(&begins))?;
        let start = browser.send(&begin).await?;
        Ok((browser, start))
    }
}

fn asks(form: &Form, field: &str) -> bool {
    form.fields.iter().any(|name| name == field)
}

fn form_where(
    page: &PageRead,
    browser: &Browser,
    wanted: impl Fn(&Form) -> bool,
) -> anyhow::Result<Form> {
    let found = page.forms(browser)?.into_iter().find(wanted);
    found.with_context(|| format!("the form is not there: {}", page.describe()))
}
