//! Scripted staff of a demonstration: caseworkers and assessors work their queues through the pages.
//!
//! What they decide is drawn by the region's `[[decision]]` rows, by service and by the variable
//! that a task gives. A task without a row is left to whoever looks at the demonstration.

use std::collections::BTreeSet;

use anyhow::Context as _;
use base::Role;
use catalogue::region::{Body, Decision};

use super::browser::{Browser, Form, PageRead};
use super::plan::Chance;
use super::visits::World;

/// Pages of one queue that are looked through in one go.
const PAGES: usize = 200;
/// What stands before the name of a variable in the form of a task.
const GIVE: &str = "give-";
/// The field of the reason.
const REASON: &str = "reason";

impl World {
    /// Lets the staff of a body work the queues of the services that the decisions name, until
    /// nothing is left in them that a decision speaks of. Answers how many tasks they decided.
    ///
    /// # Errors
    /// When a page is not what it should be.
    pub async fn work_queues(
        &self,
        body: &Body,
        decisions: &[Decision],
        chance: Chance,
    ) -> anyhow::Result<u32> {
        let mut decided = 0;
        for role in [Role::Caseworker, Role::Assessor] {
            let worker = body.staff.iter().find(|staff| staff.roles.contains(&role));
            let Some(worker) = worker else { continue };
            let queues = format!("/{}/staff/tasks", body.id);
            let (mut browser, _) = self.staff_page(&body.id, &worker.email, &queues).await?;
            let services: BTreeSet<_> = decisions.iter().map(|it| &it.service).collect();
            for service in services {
                let queue = format!("/{}/staff/tasks?service={service}", body.id);
                let own: Vec<&Decision> =
                    decisions.iter().filter(|it| it.service == *service).collect();
                decided += work(&mut browser, &queue, &own, chance).await?;
            }
        }
        Ok(decided)
    }
}

/// Works one queue from its first page on.
async fn work(
    browser: &mut Browser,
    queue: &str,
    decisions: &[&Decision],
    chance: Chance,
) -> anyhow::Result<u32> {
    let (mut left, mut decided) = (BTreeSet::new(), 0);
    let mut at = queue.to_owned();
    for _ in 0..PAGES {
        let page = browser.get(&at).await?;
        anyhow::ensure!(page.status == 200, "the queue is not shown: {}", page.describe());
        let before = decided;
        for task in page.links("tbody th a")? {
            if left.contains(&task) {
                continue;
            }
            if decide(browser, &task, decisions, chance).await? {
                decided += 1;
            } else {
                left.insert(task);
            }
        }
        at = match page.link("nav.acts a[href*=after]")? {
            // What was decided is gone, so that others have moved up.
            _ if decided > before => queue.to_owned(),
            Some(next) => next,
            None => break,
        };
    }
    Ok(decided)
}

/// Takes a task and decides it; `false` when no decision speaks of it or a colleague has it.
async fn decide(
    browser: &mut Browser,
    task: &str,
    decisions: &[&Decision],
    chance: Chance,
) -> anyhow::Result<bool> {
    let shown = browser.get(task).await?;
    let Some((decision, _)) = form_of(&shown, browser, decisions)? else { return Ok(false) };
    let claim = shown.forms(browser)?.into_iter().find(|form| form.action.contains("/claim"));
    if let Some(claim) = claim {
        browser.send(&claim).await?;
    }
    let taken = browser.get(task).await?;
    let found = form_of(&taken, browser, decisions)?;
    let Some((_, mut form)) = found else { return Ok(false) };
    // By what was told, so that the order in which cases came changes nothing.
    let told = taken.text_of("dl.answers")?.context("a task shows no answers")?;
    let drawn = base::Digest::of(told.as_bytes());
    let number = drawn.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    form.fill(&format!("{GIVE}{}", decision.gives), option_of(decision, chance, number));
    form.fill(REASON, decision.reason.clone());
    let done = browser.send(&form).await?;
    anyhow::ensure!(
        done.status == 200 && !done.says("error-summary"),
        "a task was not decided: {}",
        done.describe()
    );
    Ok(true)
}

/// The form of a task with the decision that speaks of it.
fn form_of<'a>(
    page: &PageRead,
    browser: &Browser,
    decisions: &[&'a Decision],
) -> anyhow::Result<Option<(&'a Decision, Form)>> {
    for form in page.forms(browser)? {
        let gives = |it: &&&Decision| form.choices.contains_key(&format!("{GIVE}{}", it.gives));
        if let Some(decision) = decisions.iter().find(gives) {
            return Ok(Some((decision, form)));
        }
    }
    Ok(None)
}

/// The option that is drawn for a task.
fn option_of(decision: &Decision, chance: Chance, number: u64) -> String {
    let all: u64 = decision.options.values().map(|share| u64::from(*share)).sum();
    let drawn = chance.below(&decision.gives, number, all);
    let mut below = 0;
    let found = decision.options.iter().find(|(_, share)| {
        below += u64::from(**share);
        drawn < below
    });
    found.map(|(option, _)| option.clone()).unwrap_or_default()
}
