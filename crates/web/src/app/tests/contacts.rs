//! Contacts that are no request: logged once, handed over, taken, closed; and a caller's next
//! service, which asks nothing that they have said before.

use base::{CaseId, Role, TouchReason};
use runtime::access::{ViewReason, Viewed};
use runtime::contact::Kind;

use super::callers::{AGENT, SIAN, agent, ask, case_of, events, looks, package};
use super::{Browser, Read, World};

const CALLERS: &str = "/wealdmere/staff/callers";
const CONTACTS: &str = "/wealdmere/staff/contacts";
const CASEWORKER: &str = "tomasz.brightwell@example.org";

async fn caseworker(world: &World) -> Browser {
    let mut browser = Browser::new();
    browser.sign_in(world, "/wealdmere/staff/sign-in", CASEWORKER).await;
    browser
}

/// Checks two facts with whoever made a request.
async fn verify(world: &World, browser: &mut Browser, reference: &str) -> Read {
    let caller = browser.get(world, &format!("{CALLERS}/{reference}")).await;
    let facts = [("checked", "date_of_birth"), ("checked", "phone")];
    browser.send_form(world, caller.form_to(reference), &facts).await
}

const SAID: [(&str, &str); 5] = [
    ("kind", "complaint"),
    ("service", "none"),
    ("note", "The library was shut."),
    ("handed", "caseworker"),
    ("days", "3"),
];

/// The address of the one contact in the queue.
fn in_queue(queue: &Read) -> String {
    let (_, rest) = queue.html.split_once("<th scope=\"row\"><a class=\"tap\" href=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_contact_is_logged_once_handed_over_taken_and_closed() {
    let world = World::also(&[package("warm-home")]);
    let mut agent = agent(&world).await;
    let form = agent.get(&world, &format!("{CONTACTS}/new")).await;
    assert_eq!(form.heading(), "Log a contact");
    let wrong = agent.send(&world, &form, &[("note", "half a thought"), ("days", "0")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.html.contains("half a thought"), "what was typed stays");
    let values = [&SAID[..], &[("surname", "Pugh"), ("phone", "07700 900 456")]].concat();
    for _ in 0..2 {
        let done = agent.send(&world, &form, &values).await;
        assert_eq!(done.path, CALLERS);
        assert!(done.says("The contact is logged."), "{}", done.html);
    }
    let logged = events(&world, "contact.logged");
    assert_eq!(logged.len(), 1, "sent twice it is one contact");
    for clear in ["library", "Pugh", "900", "7700"] {
        assert!(!logged[0].contains(clear), "{clear} stands in the journal");
    }
    assert!(logged[0].contains(r#""measure":{"actor":{"staff":"agent"},"channel":"agent""#));
    let found = agent
        .send_form(&world, agent_form(&world, &mut agent.clone()).await, &[("q", "+447700900456")])
        .await;
    assert!(found.says("Complaint: No service"), "{}", found.html);

    let mut worker = caseworker(&world).await;
    let home = worker.get(&world, "/wealdmere/staff").await;
    assert!(home.says("Contacts that wait for you: 1."), "{}", home.html);
    let queue = worker.get(&world, CONTACTS).await;
    assert!(queue.says("due in 3 working days") && queue.says("Nobody yet"), "{}", queue.html);
    assert!(!queue.says("library"));
    let address = in_queue(&queue);
    let contact = worker.get(&world, &address).await;
    assert!(contact.says("The library was shut.") && contact.says("07700 900 456"));
    let taken = worker.send_form(&world, contact.form_to("/take"), &[]).await;
    assert!(taken.says("You have it"), "{}", taken.html);
    let wrong = worker.send_form(&world, taken.form_to(&address), &[("reason", " ")]).await;
    assert_eq!(wrong.status, 422);
    let reason = [("reason", "Rang them and said when it opens.")];
    let closed = worker.send_form(&world, taken.form_to(&address), &reason).await;
    assert_eq!(closed.path, CONTACTS);
    assert!(closed.says("The contact is closed."), "{}", closed.html);
    let again = worker.send_form(&world, taken.form_to(&address), &reason).await;
    assert!(again.says("is closed already"), "{}", again.html);
    let done = events(&world, "contact.closed");
    assert_eq!(done.len(), 1);
    assert!(done[0].contains("person_asked_for"), "it counts as a touch: {}", done[0]);

    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let id = address.rsplit('/').next().unwrap().parse().unwrap();
    let live = body.contact(id).unwrap().unwrap();
    assert_eq!(body.replay_contact(id).unwrap().unwrap(), live, "the journal alone gives the same");
    assert_eq!(live.logged.kind, Kind::Complaint);
    let looked = body.looks(CaseId::from_bytes(*id.as_bytes())).unwrap();
    assert!(looked.iter().any(|look| {
        (look.what, look.role, look.reason)
            == (Viewed::Answers, Role::Caseworker, ViewReason::CaseWork)
    }));
    let wealdmere = || "wealdmere".parse().unwrap();
    let erase = runtime::CallerCommand::EraseContact { contact: id };
    world.host.submit(&wealdmere(), runtime::Authority::System, erase.into()).await.unwrap();
    let live = body.contact(id).unwrap().unwrap();
    assert!(live.is_erased());
    assert_eq!(body.contact_words(&live).unwrap().note, None);
    assert_eq!(body.replay_contact(id).unwrap().unwrap(), live);
    let found = agent
        .send_form(&world, agent_form(&world, &mut agent.clone()).await, &[("q", "+447700900456")])
        .await;
    assert!(found.says("Nothing was found."), "{}", found.html);
}

/// The form of the search for a caller.
async fn agent_form(world: &World, agent: &mut Browser) -> (String, Vec<(String, String)>) {
    agent.get(world, CALLERS).await.form()
}

#[tokio::test]
async fn a_team_alone_sees_what_was_handed_to_it() {
    let world = World::new();
    let mut agent = agent(&world).await;
    let form = agent.get(&world, &format!("{CONTACTS}/new")).await;
    agent.send(&world, &form, &SAID).await;
    let queue = caseworker(&world).await.get(&world, CONTACTS).await;
    let address = in_queue(&queue);
    let mut assessor = Browser::new();
    let email = "nimmi.oakhanger@example.org";
    assessor.sign_in(&world, "/wealdmere/staff/sign-in", email).await;
    assert!(assessor.get(&world, CONTACTS).await.says("Nothing waits here."));
    assert_eq!(assessor.get(&world, &address).await.status, 403);
    assert_eq!(agent.get(&world, CONTACTS).await.status, 403);
}

#[tokio::test]
async fn the_next_service_asks_nothing_that_the_caller_has_said_before() {
    let world = World::also(&[package("warm-home"), package("dry-home")]);
    let first = ask(&world, "warm-home", &SIAN).await;
    let mut agent = agent(&world).await;
    let begin = format!("{CALLERS}/{first}/services/dry-home");
    let form = agent.get(&world, CALLERS).await.form();
    let early = agent.send_form(&world, (begin.clone(), form.1), &[]).await;
    assert_eq!(early.path, format!("{CALLERS}/{first}"), "not before the caller is known");
    let caller = verify(&world, &mut agent, &first).await;
    let asked = agent.send_form(&world, caller.form_to("/services/dry-home"), &[]).await;
    assert_eq!(asked.heading(), "What do you need?", "who they are is not asked again");
    assert!(asked.says("What can we do for you?") && asked.says("07700 900 123"));
    let check = agent.send(&world, &asked, &[("details", "A dry room")]).await;
    assert!(check.says("O'Rhŷs-Wyn") && check.says("They told us before"), "{}", check.html);
    let second = agent.send(&world, &check, &[]).await.reference();
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let answers = |reference: &str| {
        let view = body.case_of(&reference.parse().unwrap()).unwrap().unwrap();
        (view.answers().unwrap().to_json(), view.case.request.rekeyed_fields)
    };
    let (typed, _) = answers(&first);
    assert_eq!(answers(&second), (typed.replace("A warm room", "A dry room"), 0));
    let caller = agent.get(&world, &format!("{CALLERS}/{second}")).await;
    assert!(caller.says("You checked"), "the same person is still known");
    assert!(caller.says(&first) && caller.says(&second));
}

#[tokio::test]
async fn a_chase_is_the_callers_own_act_and_a_closed_contact_is_a_touch() {
    let world = World::new();
    let home = super::region::home("wealdmere", 0);
    let start = format!("/wealdmere/services/{}", super::SERVICE);
    let reference = Browser::new().report(&world, &start, &home).await.reference();
    let mut agent = agent(&world).await;
    verify(&world, &mut agent, &reference).await;
    let case = agent.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    let told = agent.send_form(&world, case.form_to("/acts/chase"), &[]).await;
    assert!(told.says("They asked what has become of it"), "{}", told.html);
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    assert!(body.touches(case_of(&world, &reference)).unwrap().is_empty(), "no touch");
    let form = agent.get(&world, &format!("{CONTACTS}/new?caller={reference}")).await;
    assert!(!form.html.contains("name=\"phone\""), "what is known is not asked");
    agent.send(&world, &form, &SAID).await;
    let caller = agent.get(&world, &format!("{CALLERS}/{reference}")).await;
    assert!(caller.says("The library was shut.") && caller.says("Repeat contact"));
    let mut worker = caseworker(&world).await;
    let address = in_queue(&worker.get(&world, CONTACTS).await);
    let contact = worker.get(&world, &address).await;
    let reason = [("reason", "Told them the day.")];
    worker.send_form(&world, contact.form_to(&address), &reason).await;
    let touches = body.touches(case_of(&world, &reference)).unwrap();
    assert_eq!(touches.len(), 1);
    assert_eq!(touches[0].reason, TouchReason::PersonAskedFor);
    let case = agent.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    let gone = agent.send_form(&world, case.form_to("/acts/withdraw"), &[]).await;
    assert!(gone.says("They took the request back"), "{}", gone.html);
    assert!(!looks(&world, &reference).is_empty());
}

#[tokio::test]
async fn what_an_agent_typed_outlives_a_session_that_ended() {
    let world = World::also(&[package("warm-home")]);
    let mut agent = agent(&world).await;
    let base = "/wealdmere/staff/services/warm-home";
    let start = agent.get(&world, base).await;
    let you = agent.send(&world, &start, &[]).await;
    world.wait(13 * 3_600).await;
    let sent = agent.send(&world, &you, &[("first_name", "Half"), ("telephone", "1")]).await;
    let back = again(&world, &mut agent, sent).await;
    assert!(back.path.starts_with(&you.path), "{}", back.path);
    assert!(back.html.contains("value=\"Half\"") && back.html.contains("value=\"1\""));
    let contact = agent.get(&world, &format!("{CONTACTS}/new")).await;
    world.wait(13 * 3_600).await;
    let sent = agent.send(&world, &contact, &[("note", "half a thought")]).await;
    let back = again(&world, &mut agent, sent).await;
    assert!(back.path.starts_with(&format!("{CONTACTS}/new")), "{}", back.path);
    assert!(back.html.contains("half a thought"));
}

/// Signs in where an ended session leads.
async fn again(world: &World, agent: &mut Browser, sent: Read) -> Read {
    assert!(sent.path.contains("/staff/sign-in"), "{}", sent.path);
    let sent = agent.send(world, &sent, &[("email", AGENT)]).await;
    let code = world.code(AGENT);
    agent.send(world, &sent, &[("code", &code)]).await
}

#[tokio::test]
async fn no_phone_address_or_surname_stands_in_the_store() {
    let world = World::also(&[package("warm-home")]);
    ask(&world, "warm-home", &SIAN).await;
    let mut agent = agent(&world).await;
    let form = agent.get(&world, &format!("{CONTACTS}/new")).await;
    agent.send(&world, &form, &[&SAID[..], &[("surname", "Prydderch")]].concat()).await;
    let dump = world.dump("wealdmere").to_lowercase();
    assert!(dump.len() > 2_000, "there is something to look at");
    for clear in ["900 123", "900123", "sian@", "rhŷs", "rhys", "orhyswyn", "prydderch", "library"]
    {
        assert!(!dump.contains(clear), "{clear} stands in the store");
    }
}
