//! What a reference, an id or a browser left behind opens to somebody else: nothing.

use base::{BodyId, Channel, DraftId};
use catalogue::{Files, TRANSLATIONS_LOCK, translations_lock};
use runtime::access::{ViewReason, Viewed};
use runtime::{Authority, Command, Rejection, Submit};

use super::callers::{agent, looks};
use super::desk::{CASEWORKER, CITIZEN, package, staff, task_of};
use super::region::home;
use super::{Browser, Read, SERVICE, World};

const CLAIM: &str = "/wealdmere/services/hardship-award";
const DONE: &str = "/wealdmere/services/hardship-award/done";
const OTHER: &str = "ifan@example.org";
const WORDS: &str = "The boiler broke and there is a baby";
const REFUSE: [(&str, &str); 3] =
    [("give-decision", "refused/none"), ("give-note", "x"), ("reason", "No bill came.")];

/// The award as a claim: for people who are known, each once.
fn claim(refused_by_letter: bool) -> Files {
    let mut files = package("caseworker");
    let service = String::from_utf8(files["service.toml"].clone()).unwrap();
    let service = service.replace("prefix =", "sign_in = \"required\"\nprefix =");
    let service =
        service.replace("[promise]", "[duplicate]\nquestions = [\"details\"]\n\n[promise]");
    let by_letter = "end = \"refused\"\nby_letter = true";
    let service =
        if refused_by_letter { service.replace("end = \"refused\"", by_letter) } else { service };
    files.insert("service.toml".to_owned(), service.into_bytes());
    let lock = translations_lock(&files);
    files.insert(TRANSLATIONS_LOCK.to_owned(), lock.into_bytes());
    files
}

async fn signed_in(world: &World, email: &str) -> Browser {
    let mut browser = Browser::new();
    browser.sign_in(world, "/wealdmere/sign-in", email).await;
    browser
}

/// Walks to the page of answers to check.
async fn to_check(world: &World, browser: &mut Browser, start: &str) -> Read {
    let start = browser.get(world, start).await;
    let details = browser.send(world, &start, &[]).await;
    let updates = browser.send(world, &details, &[("details", WORDS)]).await;
    browser.send(world, &updates, &[]).await
}

async fn ask(world: &World, browser: &mut Browser) -> Read {
    let check = to_check(world, browser, CLAIM).await;
    browser.send(world, &check, &[]).await
}

#[tokio::test]
async fn the_public_id_of_a_request_is_no_form_of_anybody_elses() {
    let world = World::new();
    let start = format!("/wealdmere/services/{SERVICE}");
    let done = Browser::new().report(&world, &start, &home("wealdmere", 0)).await;
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let case = body.summary_of(&done.reference().parse().unwrap()).unwrap().unwrap().case_id;
    let mut stranger = Browser::new();
    let page = stranger.get(&world, &start).await;
    let (_, hidden) = page.form();
    let cookie = format!("wealdmere.draft.{SERVICE}");
    stranger.cookies.push(("/wealdmere/".to_owned(), cookie, case.to_string()));
    let sent = stranger.post(&world, &format!("{start}/check"), &hidden).await;
    assert_eq!(sent.path, start, "the beginning: there is no such form");
    let told = stranger.get(&world, &format!("{start}/done")).await;
    for secret in [done.reference().as_str(), "mair@example.org"] {
        assert!(!sent.says(secret) && !told.says(secret), "{}", told.html);
    }
}

#[tokio::test]
async fn a_key_that_named_one_services_request_names_no_other_services() {
    let world = World::also(&[package("caseworker")]);
    let body: BodyId = "wealdmere".parse().unwrap();
    let client = || Authority::ApiClient { client: "a-program".to_owned() };
    let submit = |service: &str| Submit {
        service: service.parse().unwrap(),
        channel: Channel::Api,
        language: None,
        given: [("details".to_owned(), WORDS.into())].into_iter().collect(),
        draft: Some(DraftId::from_bytes([3; 16])),
        earlier: Vec::new(),
    };
    let send = |service| Command::Submit(Box::new(submit(service)));
    let first = world.host.submit(&body, client(), send("hardship-award")).await.unwrap();
    let again = world.host.submit(&body, client(), send("hardship-award")).await.unwrap();
    assert_eq!(first, again);
    let other = world.host.submit(&body, client(), send(SERVICE)).await;
    let used = Rejection::Request(requests::Rejection::AlreadyReceived);
    assert_eq!(other, Err(used), "the key is used, which is no absence of anything");
}

#[tokio::test]
async fn a_claim_is_joined_by_its_own_person_alone() {
    let world = World::also(&[claim(false)]);
    let mut mair = signed_in(&world, CITIZEN).await;
    let first = ask(&world, &mut mair).await;
    let again = ask(&world, &mut mair).await;
    assert!(again.says("Somebody has already told us about this"), "{}", again.html);
    assert_eq!(again.reference(), first.reference());
    let mut ifan = signed_in(&world, OTHER).await;
    let theirs = ask(&world, &mut ifan).await;
    assert!(!theirs.says("Somebody has already told us"), "who knows the answers learns nothing");
    assert_ne!(theirs.reference(), first.reference());
}

#[tokio::test]
async fn a_report_that_joins_another_persons_is_told_nothing_of_theirs() {
    let world = World::new();
    let start = format!("/wealdmere/services/{SERVICE}");
    let mut mair = signed_in(&world, CITIZEN).await;
    let first = mair.report(&world, &start, &home("wealdmere", 0)).await;
    let joined = Browser::new().report(&world, &start, &home("wealdmere", 0)).await;
    assert!(joined.says("only they can follow it"), "{}", joined.html);
    assert!(!joined.says(&first.reference()) && joined.reference().is_empty());
}

#[tokio::test]
async fn the_next_person_at_a_browser_finds_nothing_of_the_last() {
    let world = World::also(&[claim(false)]);
    let mut browser = signed_in(&world, CITIZEN).await;
    let done = ask(&world, &mut browser).await;
    let begun = to_check(&world, &mut browser, CLAIM).await;
    assert!(begun.says(WORDS));
    let mut left = browser.clone();
    let (_, hidden) = begun.form();
    browser.post(&world, "/wealdmere/sign-out", &hidden).await;
    let kept: Vec<&str> = browser.cookies.iter().map(|(_, name, _)| name.as_str()).collect();
    assert!(!kept.iter().any(|name| name.contains("draft") || name.contains("sent")), "{kept:?}");
    assert!(!browser.get(&world, DONE).await.says(&done.reference()));
    // Whoever forgets to sign out is followed by somebody who signs in.
    left.sign_in(&world, "/wealdmere/sign-in", OTHER).await;
    assert!(!left.get(&world, DONE).await.says(&done.reference()));
    let check = left.get(&world, &format!("{CLAIM}/check")).await;
    assert_eq!(check.path, CLAIM);
    assert!(!check.says(WORDS));
}

/// Decides the one task of a request, as a caseworker.
async fn refuse(world: &World, reference: &str) {
    let mut caseworker = staff(world, CASEWORKER).await;
    let address = task_of(world, reference);
    let task = caseworker.get(world, &address).await;
    let decided = caseworker.send_form(world, task.form_to(&address), &REFUSE).await;
    assert!(decided.says("Your decision is recorded"), "{}", decided.html);
}

#[tokio::test]
async fn a_claim_by_phone_is_told_to_nobody_by_its_reference() {
    let world = World::also(&[claim(false)]);
    let mut desk = agent(&world).await;
    let start = "/wealdmere/staff/services/hardship-award";
    let check = to_check(&world, &mut desk, start).await;
    let reference = desk.send(&world, &check, &[]).await.reference();
    refuse(&world, &reference).await;
    let page = format!("/wealdmere/requests/{reference}");
    let told = Browser::new().get(&world, &page).await;
    assert!(told.says("We have decided, and have told whoever asked."), "{}", told.html);
    assert!(!told.says("not granted") && !told.says("no need is shown") && !told.says("Refused"));
    for act in ["withdraw", "not-fixed", "question"] {
        assert_eq!(Browser::new().get(&world, &format!("{page}/{act}")).await.status, 404);
    }
}

#[tokio::test]
async fn what_goes_by_letter_stands_on_no_page() {
    let world = World::also(&[claim(true)]);
    let mut mair = signed_in(&world, CITIZEN).await;
    let reference = ask(&world, &mut mair).await.reference();
    refuse(&world, &reference).await;
    let told = mair.get(&world, &format!("/wealdmere/requests/{reference}")).await;
    assert!(told.says("made this decision."), "{}", told.html);
    assert!(!told.says("no need is shown") && !told.says("No bill came."));
}

#[tokio::test]
async fn staff_in_passing_see_no_decision_and_who_works_on_it_is_written_down() {
    let world = World::also(&[claim(false)]);
    let mut mair = signed_in(&world, CITIZEN).await;
    let reference = ask(&world, &mut mair).await.reference();
    refuse(&world, &reference).await;
    let before = looks(&world, &reference).len();
    let page = format!("/wealdmere/staff/cases/{reference}");
    let mut desk = agent(&world).await;
    let seen = desk.get(&world, &page).await;
    assert!(seen.says("We have decided, and have told whoever asked."), "{}", seen.html);
    assert!(!seen.says("not granted") && !seen.says("no need is shown"));
    assert_eq!(looks(&world, &reference).len(), before, "nothing of theirs was shown");
    let mut caseworker = staff(&world, CASEWORKER).await;
    let seen = caseworker.get(&world, &page).await;
    assert!(seen.says("We have not granted the award."), "{}", seen.html);
    let looks = looks(&world, &reference);
    let last = looks.last().unwrap();
    assert_eq!((last.what, last.reason), (Viewed::Course, ViewReason::CaseWork));
}
