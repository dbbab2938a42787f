//! Finding a caller, and what an agent sees of them, with a small service that asks who they are.

use base::{CaseId, Role};
use catalogue::{Files, TRANSLATIONS_LOCK, translations_lock};
use runtime::access::{Checked, Checks, Look, ViewReason, Viewed};

use super::region::home;
use super::{Browser, SERVICE, World};

pub(super) const AGENT: &str = "rosalind.hartwood@example.org";
const CALLERS: &str = "/wealdmere/staff/callers";

const QUESTIONS: &str = r#"
[[page]]
id = "you"
title.en = "About you"
title.cy = "Amdanoch chi"

[[page]]
id = "details"

[[question]]
id = "first_name"
page = "you"
kind = "text"
role = "given_name"
text.en = "First name"
text.cy = "Enw cyntaf"

[[question]]
id = "last_name"
page = "you"
kind = "text"
role = "surname"
text.en = "Last name"
text.cy = "Enw olaf"

[[question]]
id = "born_on"
page = "you"
kind = "date"
role = "date_of_birth"
text.en = "Date of birth"
text.cy = "Dyddiad geni"

[[question]]
id = "telephone"
page = "you"
kind = "phone"
role = "phone"
text.en = "Phone number"
text.cy = "Rhif ffôn"

[[question]]
id = "email"
page = "you"
kind = "email"
role = "email"
optional = true
text.en = "E-mail address"
text.cy = "Cyfeiriad e-bost"

[[question]]
id = "details"
page = "details"
kind = "long_text"
text.en = "What do you need?"
text.cy = "Beth sydd ei angen arnoch?"
say.en = "What can we do for you?"
say.cy = "Beth allwn ni ei wneud i chi?"
"#;

/// A service that asks who somebody is.
pub(super) fn package(id: &str) -> Files {
    let id = id.parse().unwrap();
    let mut files = catalogue::scaffold::new_service(&id, &"wealdmere".parse().unwrap(), "england");
    files.insert("questions.toml".to_owned(), QUESTIONS.as_bytes().to_vec());
    files.retain(|name, _| !name.starts_with("scenarios/"));
    let lock = translations_lock(&files);
    files.insert(TRANSLATIONS_LOCK.to_owned(), lock.into_bytes());
    files
}

/// Somebody who is not real.
pub(super) struct Person {
    pub(super) names: [&'static str; 2],
    pub(super) phone: &'static str,
    pub(super) email: &'static str,
}

pub(super) const SIAN: Person =
    Person { names: ["Siân", "O'Rhŷs-Wyn"], phone: "07700 900 123", email: "Sian@Example.org" };
const OTHER: Person =
    Person { names: ["Olwen", "Pugh"], phone: "07700 900 999", email: "olwen@example.org" };

/// Asks for it on the web, and gives the reference.
pub(super) async fn ask(world: &World, service: &str, person: &Person) -> String {
    let mut browser = Browser::new();
    let start = browser.get(world, &format!("/wealdmere/services/{service}")).await;
    let you = browser.send(world, &start, &[]).await;
    let [first, last] = person.names;
    let values = [
        ("first_name", first),
        ("last_name", last),
        ("born_on-day", "27"),
        ("born_on-month", "3"),
        ("born_on-year", "1980"),
        ("telephone", person.phone),
        ("email", person.email),
    ];
    let details = browser.send(world, &you, &values).await;
    assert_eq!(details.heading(), "What do you need?", "{}", details.errors());
    let check = browser.send(world, &details, &[("details", "A warm room")]).await;
    browser.send(world, &check, &[]).await.reference()
}

pub(super) async fn agent(world: &World) -> Browser {
    let mut browser = Browser::new();
    browser.sign_in(world, "/wealdmere/staff/sign-in", AGENT).await;
    browser
}

pub(super) fn case_of(world: &World, reference: &str) -> CaseId {
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    body.summary_of(&reference.parse().unwrap()).unwrap().unwrap().case_id
}

pub(super) fn looks(world: &World, reference: &str) -> Vec<Look> {
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    body.looks(case_of(world, reference)).unwrap()
}

/// Events of the journal with a name.
pub(super) fn events(world: &World, name: &str) -> Vec<String> {
    let reader = world.host.body(&"wealdmere".parse().unwrap()).unwrap().reader();
    let events = store::journal::events_from(&reader, base::EventSeq::START, 1_000).unwrap();
    let named = events.into_iter().filter(|event| event.name == name);
    named.map(|event| String::from_utf8(event.bytes).unwrap()).collect()
}

const BORN: [(&str, &str); 3] = [("born-day", "27"), ("born-month", "3"), ("born-year", "1980")];

#[tokio::test]
async fn nobody_walks_through_all_numbers_at_the_desk() {
    let world = World::also(&[package("warm-home")]);
    let reference = ask(&world, "warm-home", &SIAN).await;
    let mut agent = agent(&world).await;
    let page = agent.get(&world, CALLERS).await;
    let number = |last: u32| format!("07700 9{last:05}");
    for last in 0..30 {
        let found = agent.send(&world, &page, &[("q", &number(last))]).await;
        assert_eq!(found.status, 200, "{last}: {}", found.line());
    }
    let over = agent.send(&world, &page, &[("q", "+44 (0)7700 900123")]).await;
    assert_eq!(over.status, 429);
    assert!(!over.says(&reference) && !over.header("retry-after").is_empty());
    let again = agent.sign_in(&world, "/wealdmere/staff/sign-in", AGENT).await;
    let page = agent.get(&world, CALLERS).await;
    let over = agent.send(&world, &page, &[("q", "+44 (0)7700 900123")]).await;
    assert_eq!((again.status.as_u16(), over.status.as_u16()), (200, 429), "whoever signs in anew");
    world.wait(60).await;
    let found = agent.send(&world, &page, &[("q", "+44 (0)7700 900123")]).await;
    assert!(found.says(&reference), "{}", found.line());
}

#[tokio::test]
async fn a_caller_is_found_by_each_exact_thing_and_opens_masked() {
    let world = World::also(&[package("warm-home")]);
    let reference = ask(&world, "warm-home", &SIAN).await;
    ask(&world, "warm-home", &OTHER).await;
    let mut agent = agent(&world).await;
    let page = agent.get(&world, CALLERS).await;
    assert!(
        page.html.contains("autofocus")
            && page.html.contains("class=\"skip\" href=\"/wealdmere/staff/callers\"")
    );
    for typed in ["+44 (0)7700 900123", "SIAN@example.ORG", &reference, &reference.to_lowercase()] {
        let found = agent.send(&world, &page, &[("q", typed)]).await;
        assert_eq!(found.path, CALLERS, "what was typed stands in no address");
        assert!(found.says(&reference) && found.says("Requests found: 1"), "{typed}");
        assert!(found.says("SO") && !found.says("Rhŷs") && !found.says("900"), "{}", found.html);
    }
    for surname in ["o'rhŷs-wyn", "O\u{2019}RHYS WYN", "orhyswyn"] {
        let values = [&[("surname", surname)][..], &BORN].concat();
        let found = agent.send(&world, &page, &values).await;
        assert!(found.says(&reference), "{surname}: {}", found.errors());
    }
    let values = [&[("surname", "Rhys")][..], &BORN].concat();
    let found = agent.send(&world, &page, &values).await;
    assert!(found.says("Requests found: 0") && found.says("Nothing was found."));
    let summary = |look: &Look| (look.what, look.reason) == (Viewed::Summary, ViewReason::Call);
    let seen = looks(&world, &reference);
    assert_eq!(seen.len(), 7);
    assert!(seen.iter().all(summary) && seen.iter().all(|look| look.role == Role::Agent));
    let searched = events(&world, "access.searched");
    assert_eq!(searched.len(), 1);
    assert!(searched[0].contains(r#"{"searched":{"by":"name_and_birth","role":"agent"}}"#));
    assert!(!searched[0].to_lowercase().contains("rhys"), "without what was typed");
}

#[tokio::test]
async fn what_cannot_be_looked_for_says_how_to_mend_it() {
    let world = World::new();
    let mut agent = agent(&world).await;
    let page = agent.get(&world, CALLERS).await;
    let cases = [
        (vec![], "Enter a whole reference, phone number or e-mail address"),
        (vec![("q", "Rhys")], "Enter a whole reference, phone number or e-mail address"),
        (vec![("surname", "Rhys")], "Enter a date of birth, like 27 3 1980"),
        (BORN.to_vec(), "Enter the whole surname"),
    ];
    for (values, expected) in cases {
        let wrong = agent.send(&world, &page, &values).await;
        assert_eq!((wrong.status.as_u16(), wrong.errors().as_str()), (422, expected));
    }
    assert!(events(&world, "access.searched").is_empty(), "nothing was looked for");
}

#[tokio::test]
async fn details_open_once_two_facts_are_checked_and_no_sooner() {
    let world = World::also(&[package("warm-home")]);
    let reference = ask(&world, "warm-home", &SIAN).await;
    let address = format!("{CALLERS}/{reference}");
    let mut agent = agent(&world).await;
    let case = agent.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    let forged = (format!("{}/answers", case.path), agent.get(&world, CALLERS).await.form().1);
    let sent = agent.send_form(&world, forged.clone(), &[]).await;
    assert_eq!(sent.path, address, "an agent opens nothing before the caller is known");
    let caller = agent.get(&world, &address).await;
    assert!(caller.says("SO") && !caller.says("900 123") && !caller.says("Siân"));
    let wrong = agent.send(&world, &caller, &[("checked", "phone"), ("checked", "phone")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.errors(), "Tick at least two facts that you checked");
    let facts = [("checked", "date_of_birth"), ("checked", "phone")];
    let known = agent.send(&world, &caller, &facts).await;
    assert_eq!(known.path, address);
    assert!(known.says("Siân O'Rhŷs-Wyn") && known.says("07700 900 123"), "{}", known.html);
    assert!(known.says("You checked date of birth and phone number."));
    let checked = Checks::of(&[Checked::DateOfBirth, Checked::Phone]).unwrap();
    let look = *looks(&world, &reference).last().unwrap();
    assert_eq!((look.what, look.reason), (Viewed::Answers, ViewReason::CallerVerified { checked }));
    let open = agent.send_form(&world, forged.clone(), &[]).await;
    assert!(open.says("A warm room") && open.says("This look is recorded"), "{}", open.html);
    let other = ask(&world, "warm-home", &OTHER).await;
    let stranger = agent.get(&world, &format!("{CALLERS}/{other}")).await;
    assert!(!stranger.says("Olwen"), "one caller at a time");
    world.wait(900).await;
    assert!(agent.get(&world, &address).await.says("Siân"));
    world.wait(901).await;
    let late = agent.get(&world, &address).await;
    assert_eq!(late.path, address);
    assert!(!late.says("Siân"), "it counts for half an hour");
}

#[tokio::test]
async fn all_of_a_caller_is_on_one_page_and_a_repeat_is_flagged() {
    let world = World::also(&[package("warm-home"), package("dry-home")]);
    let first = ask(&world, "warm-home", &SIAN).await;
    let by_phone = Person { names: ["S.", "Rhys"], email: "other@example.org", ..SIAN };
    let second = ask(&world, "dry-home", &by_phone).await;
    ask(&world, "warm-home", &OTHER).await;
    let mut agent = agent(&world).await;
    let caller = agent.get(&world, &format!("{CALLERS}/{first}")).await;
    assert!(caller.says(&first) && caller.says(&second), "{}", caller.html);
    assert!(!caller.says("Repeat contact"));
    world.wait(60).await;
    let third = ask(&world, "warm-home", &SIAN).await;
    let caller = agent.get(&world, &format!("{CALLERS}/{third}")).await;
    assert!(caller.says("Repeat contact: in the last 28 days"), "{}", caller.html);
}

#[tokio::test]
async fn who_shares_a_phone_and_an_address_unlocks_nobody_else() {
    let world = World::also(&[package("warm-home"), package("dry-home")]);
    let theirs = ask(&world, "warm-home", &SIAN).await;
    let stranger = Person { names: ["Meic", "Sneyd"], ..SIAN };
    let own = ask(&world, "dry-home", &stranger).await;
    let again = ask(&world, "dry-home", &SIAN).await;
    let mut agent = agent(&world).await;
    let (theirs_page, own_page) = (format!("{CALLERS}/{theirs}"), format!("{CALLERS}/{own}"));
    let caller = agent.get(&world, &own_page).await;
    assert!(caller.says(&theirs), "the line is there, masked");
    for facts in [["name", "phone"], ["name", "reference"], ["phone", "reference"]] {
        let facts = facts.map(|fact| ("checked", fact));
        let known = agent.send_form(&world, caller.form_to(&own), &facts).await;
        assert!(known.says("Meic Sneyd"), "{}", known.line());
        let other = agent.get(&world, &theirs_page).await;
        assert!(!other.says("Siân") && other.says("SO"), "{facts:?}: {}", other.html);
        let case = agent.get(&world, &format!("/wealdmere/staff/cases/{theirs}")).await;
        assert!(!case.says("Withdraw"), "nor is anything done to it: {}", case.line());
    }
    // The same facts hold of another request of the same person.
    let caller = agent.get(&world, &theirs_page).await;
    let facts = [("checked", "name"), ("checked", "phone"), ("checked", "reference")];
    agent.send_form(&world, caller.form_to(&theirs), &facts).await;
    let other = agent.get(&world, &format!("{CALLERS}/{again}")).await;
    assert!(other.says("Siân O'Rhŷs-Wyn"), "{}", other.html);
    assert!(other.says("You checked full name and phone number."), "{}", other.html);
    let stranger = agent.get(&world, &own_page).await;
    assert!(!stranger.says("Meic"), "{}", stranger.html);
}

#[tokio::test]
async fn an_agent_of_another_body_finds_nothing() {
    let world = World::new();
    let start = format!("/wealdmere/services/{SERVICE}");
    let done = Browser::new().report(&world, &start, &home("wealdmere", 0)).await;
    let reference = done.reference();
    let mut here = agent(&world).await;
    let page = here.get(&world, CALLERS).await;
    assert!(here.send(&world, &page, &[("q", "mair@example.org")]).await.says(&reference));
    let mut there = Browser::new();
    let email = "mared.llwynbedw@example.net";
    there.sign_in(&world, "/bro-eirlys/staff/sign-in", email).await;
    let page = there.get(&world, "/bro-eirlys/staff/callers?lang=en").await;
    assert_eq!(page.status, 200);
    for typed in ["mair@example.org", &reference] {
        let found = there.send(&world, &page, &[("q", typed)]).await;
        assert!(found.says("Requests found: 0") && !found.says(&reference), "{typed}");
    }
    let other = there.get(&world, &format!("/bro-eirlys/staff/callers/{reference}")).await;
    assert_eq!(other.status, 404);
    assert!(there.get(&world, CALLERS).await.path.contains("/staff/sign-in"));
}
