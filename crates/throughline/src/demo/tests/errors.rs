//! The same faults are the same errors: what is wrong on a page is told in the same words by the
//! pages of residents and of agents, and by the JSON API where the service is offered there.

use std::collections::BTreeSet;

use base::Language;
use catalogue::Given;
use serde_json::{Value, json};

use super::*;
use crate::demo::browser::{Browser, Form, PageRead};
use crate::demo::plan::Chance;
use crate::demo::visits::{World, fill};

/// Answers that are tried on each page of each service.
const TRIES: u64 = 24;
/// Pages that a service has at most.
const PAGES: usize = 40;
/// What is typed: nearly right, of another kind, or hostile.
const TEXTS: [&str; 20] = [
    "",
    " ",
    "0",
    "7",
    "31",
    "2026",
    "-1",
    "1e9",
    "99999999999999999999",
    "200000000000",
    "a@b",
    "a@example.org",
    "07700 900123",
    "ZZ1 1AA",
    "walking",
    "yes",
    "nobody's option",
    "<script>alert(1)</script>",
    "line\u{0}\u{202e}\u{1f5d1}",
    "' OR 1=1 --",
];
/// Letters of a text that is longer than any question takes.
const LONG: usize = 17_000;

/// The two who walk through a service side by side, and the page at which each is.
struct Pair {
    web: (Browser, PageRead),
    agent: (Browser, PageRead),
}

impl Pair {
    /// A resident and an agent begin.
    async fn begin(world: &Arc<World>, visit: &Visit) -> Self {
        let mut web = world.browser();
        world.arrive(&mut web, visit).await.unwrap();
        let start = web.get(&format!("/{}/services/{}", visit.body, visit.service)).await.unwrap();
        let page = format!("/{}/staff/services/{}", visit.body, visit.service);
        let email = &world.agents[&visit.body];
        let (mut agent, _) = world.staff_page(&visit.body, email, &page).await.unwrap();
        let by_phone = Visit { signs_in: false, ..visit.clone() };
        world.arrive(&mut agent, &by_phone).await.unwrap();
        let at = agent.get(&page).await.unwrap();
        Self { web: (web, start), agent: (agent, at) }
    }

    /// The one form of both pages.
    fn forms(&self) -> [Form; 2] {
        [&self.web, &self.agent].map(|(browser, page)| {
            page.forms(browser).unwrap().into_iter().next().unwrap_or_else(|| {
                panic!("no form: {}", page.describe());
            })
        })
    }

    /// Both send their form, filled in alike.
    async fn send(&mut self, forms: &[Form; 2], with: impl Fn(&mut Form)) -> [PageRead; 2] {
        let [mut by_web, mut by_agent] = forms.clone();
        with(&mut by_web);
        with(&mut by_agent);
        let by_web = self.web.0.send(&by_web).await.unwrap();
        [by_web, self.agent.0.send(&by_agent).await.unwrap()]
    }
}

/// Where a page stands within its service.
fn place(page: &PageRead, visit: &Visit) -> String {
    let service = format!("/services/{}", visit.service);
    page.url.split_once(&service).map(|(_, place)| place.to_owned()).unwrap_or_default()
}

fn told(page: &PageRead) -> BTreeSet<String> {
    page.texts_of("#error-summary li").unwrap().into_iter().collect()
}

/// What is typed into a field, by one draw.
fn drawn(chance: Chance, form: &Form, field: &str, of: u64) -> Vec<String> {
    let text = |which: u64| {
        let known = form.choices.get(field).filter(|known| !known.is_empty());
        match known.filter(|_| chance.below("known", which, 3) > 0) {
            Some(known) => {
                let count = u64::try_from(known.len()).unwrap();
                known[usize::try_from(chance.below(field, which, count)).unwrap()].clone()
            }
            None => match chance.below(field, which, 21) {
                20 => "x".repeat(LONG),
                at => TEXTS[usize::try_from(at).unwrap()].to_owned(),
            },
        }
    };
    match chance.below("how many", of, 8) {
        0 => Vec::new(),
        1 => vec![text(of * 2), text(of * 2 + 1)],
        _ => vec![text(of * 2)],
    }
}

/// The question that a field is of, and which of its parts.
fn question_of(field: &str) -> (&str, Option<&str>) {
    field.rsplit_once('-').map_or((field, None), |(question, part)| (question, Some(part)))
}

/// What was typed, as a program sends it.
fn as_json(typed: &[(String, Vec<String>)]) -> Given {
    let mut given = Given::new();
    for (field, texts) in typed {
        match question_of(field) {
            (question, None) => {
                given.insert(question.to_owned(), json!(texts));
            }
            (question, Some(_)) => {
                let part = texts.first().map(|text| text.trim()).unwrap_or_default();
                let before = given.get(question).and_then(Value::as_str);
                let date = before.map_or(part.to_owned(), |before| format!("{before} {part}"));
                given.insert(question.to_owned(), json!(date));
            }
        }
    }
    for answer in given.values_mut().filter(|answer| answer.is_string()) {
        *answer = json!(answer.as_str().unwrap_or_default().trim());
    }
    given
}

/// The errors that a program is told of the questions of a page. What a page does not show it
/// does not send.
async fn by_api(world: &World, visit: &Visit, before: &Given, typed: &Given) -> BTreeSet<String> {
    let mut answers = before.clone();
    answers.extend(typed.clone());
    let (status, told) = world.post_answers(visit, &answers).await.unwrap();
    assert_eq!(status, 422, "{} of {}", visit.service, visit.body);
    let wording = match visit.language {
        Language::En => "message",
        Language::Cy => "message_cy",
    };
    let errors = told["errors"].as_array().unwrap().iter();
    let on_page = errors.filter(|error| {
        let name = error["pointer"].as_str().unwrap().trim_start_matches("/answers/");
        typed.contains_key(name) && error["code"] != "not_asked"
    });
    on_page.map(|error| error[wording].as_str().unwrap().to_owned()).collect()
}

/// Tries that were refused: by the pages, and of these by the API too.
#[derive(Default)]
struct Refused {
    by_pages: u64,
    by_api: u64,
}

/// Tries a page.
async fn try_page(
    (world, pair): (&World, &mut Pair),
    visit: &Visit,
    forms: &[Form; 2],
    (before, in_api): (&Given, bool),
) -> Refused {
    let mut refused = Refused::default();
    for turn in 0..TRIES {
        let draw = |field: &String| (field.clone(), drawn(Chance(7), &forms[0], field, turn));
        let typed: Vec<(String, Vec<String>)> = forms[0].fields.iter().map(draw).collect();
        let put = |form: &mut Form| {
            for (field, texts) in &typed {
                form.fill_all(field, texts.clone());
            }
        };
        let [web, agent] = pair.send(forms, put).await;
        assert_eq!(web.status, agent.status, "{} and {}", web.describe(), agent.describe());
        assert_eq!(place(&web, visit), place(&agent, visit), "{typed:?}");
        assert_eq!(told(&web), told(&agent), "{} {typed:?}", web.describe());
        if web.status != 422 {
            continue;
        }
        refused.by_pages += 1;
        assert!(!told(&web).is_empty(), "{}", web.describe());
        let stages = typed.iter().any(|(field, _)| field.ends_with("-postcode"));
        if in_api && !stages {
            let by_api = by_api(world, visit, before, &as_json(&typed)).await;
            assert_eq!(told(&web), by_api, "{} {typed:?}", web.describe());
            refused.by_api += 1;
        }
    }
    refused
}

/// Walks through a service, and tries every page before it is answered.
async fn try_service(world: &Arc<World>, visit: &Visit, in_api: bool) -> Refused {
    let mut pair = Pair::begin(world, visit).await;
    let (mut before, mut refused) = (Given::new(), Refused::default());
    for _ in 0..PAGES {
        let at = place(&pair.web.1, visit);
        assert_eq!(at, place(&pair.agent.1, visit), "{}", visit.service);
        if at == "/check" {
            return refused;
        }
        let forms = pair.forms();
        assert_eq!(forms[0].fields, forms[1].fields, "{} {at}", visit.service);
        if !forms[0].fields.is_empty() {
            let on_page = try_page((world, &mut pair), visit, &forms, (&before, in_api)).await;
            refused.by_pages += on_page.by_pages;
            refused.by_api += on_page.by_api;
        }
        let [web, agent] = pair.send(&forms, |form| fill(form, visit, None)).await;
        (pair.web.1, pair.agent.1) = (web, agent);
        for field in &forms[0].fields {
            let question = question_of(field).0;
            if let Some(answer) =
                visit.answers.get(question).filter(|_| !field.ends_with("-postcode"))
            {
                before.insert(question.to_owned(), answer.clone());
            }
        }
    }
    panic!("{} does not end", visit.service);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_faults_are_the_same_errors_by_web_agent_and_api_in_every_service() {
    let options = options("errors");
    let (stage, token) = set_up(&options).await.unwrap();
    assert!(stage.installation.problems.is_empty(), "{:?}", stage.installation.problems);
    let world = Arc::new(world(&stage).unwrap());
    let mut tried = BTreeSet::new();
    for visit in visits(&options, &stage, Channel::Web) {
        let body = stage.installation.host.body(&visit.body).unwrap();
        let service = body.services().present(&visit.service).unwrap().clone();
        let offers = |channel| service.package.definition.offers(channel);
        assert!(offers(Channel::Agent), "{}", visit.service);
        let in_api = offers(Channel::Api);
        let refused = try_service(&world, &visit, in_api).await;
        assert!(refused.by_pages >= TRIES, "{}: {} refused", visit.service, refused.by_pages);
        assert_eq!(refused.by_api > 0, in_api, "{}", visit.service);
        tried.insert(visit.service.clone());
    }
    assert_eq!(tried.len(), 4, "{tried:?}");
    drop(token);
    stage.server.stop().await;
    drop((world, stage.installation, stage.offices));
    std::fs::remove_dir_all(&options.data).unwrap();
}
