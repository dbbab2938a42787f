//! A person looks again at what a machine decided, and staff end what cannot go on.

use base::{CaseId, Reference, Role};
use emulators::Fault;
use runtime::{Authority, Command, Rejection};

use super::kept::{MAIR, TOO_LONG, signs_in};
use super::region::home;
use super::{Browser, SERVICE, World};
use crate::OutboxView as _;

const REVIEWS: &str = "/wealdmere/staff/reviews";

async fn staff(world: &World, email: &str) -> Browser {
    let mut browser = Browser::new();
    browser.sign_in(world, "/wealdmere/staff/sign-in", email).await;
    browser
}

/// A report that a rule refuses; its status page's address.
async fn refused(world: &World, browser: &mut Browser) -> String {
    let mut home = home("wealdmere", 0);
    home.due = home.due.plus_days(-1);
    let done = browser.report(world, &format!("/wealdmere/services/{SERVICE}"), &home).await;
    world.wait(1).await;
    done.reference()
}

fn case_of(world: &World, reference: &str) -> CaseId {
    let reference: Reference = reference.parse().unwrap();
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    body.summary_of(&reference).unwrap().unwrap().case_id
}

fn through(world: &World, reference: &str) -> Option<bool> {
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    body.summary(case_of(world, reference)).unwrap().unwrap().straight_through
}

#[tokio::test]
async fn one_button_sends_a_machines_decision_to_a_person() {
    let world = World::new();
    let mut browser = Browser::new();
    browser.sign_in(&world, "/wealdmere/sign-in", "mair@example.org").await;
    let reference = refused(&world, &mut browser).await;
    assert_eq!(through(&world, &reference), Some(true));
    let page = format!("/wealdmere/requests/{reference}");
    let status = browser.get(&world, &page).await;
    assert!(status.says("You can ask a person to look again. It is free."), "{}", status.html);
    assert!(status.says("not due"), "the rule's reason: {}", super::browser::plain(&status.html));
    let asked = browser.send_form(&world, status.form_to("/review"), &[]).await;
    assert_eq!(asked.path, page);
    assert!(
        asked.says("We have asked a person to look again.") && asked.says("A person looks again")
    );
    assert_eq!(through(&world, &reference), Some(false), "before anybody has acted");
    assert_eq!(browser.post(&world, &format!("{page}/review"), &[]).await.status, 403);

    let mut caseworker = staff(&world, "tomasz.brightwell@example.org").await;
    let work = caseworker.get(&world, "/wealdmere/staff").await;
    assert!(work.says("Requests that wait for a person to look again: 1."));
    let list = caseworker.get(&world, REVIEWS).await;
    assert!(list.says(&reference));
    let review = caseworker.get(&world, &format!("{REVIEWS}/{reference}")).await;
    assert!(review.says("That bin was not due at this address on that day."));
    assert!(review.says("mair@example.org") && review.says("This look is recorded"));
    let run = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let looks = run.looks(case_of(&world, &reference)).unwrap();
    assert_eq!(looks[0].reason, runtime::access::ViewReason::Review);
    let empty = caseworker.send(&world, &review, &[("reason", " ")]).await;
    assert_eq!(
        (empty.status.as_u16(), empty.errors().as_str()),
        (422, "Choose what should stand Say why, in a few words")
    );
    let words = [("outcome", "too_late"), ("reason", "The calendar had the wrong day.")];
    let decided = caseworker.send(&world, &review, &words).await;
    assert_eq!(decided.path, REVIEWS);
    assert!(decided.says("Your decision stands") && !decided.says(&reference));
    assert_eq!(caseworker.get(&world, &format!("{REVIEWS}/{reference}")).await.status, 404);

    world.wait(1).await;
    let told = browser.get(&world, &page).await;
    assert!(told.says("looked again and changed the decision."));
    assert!(told.says("The calendar had the wrong day."), "they are signed in");
    assert!(!told.html.contains("/review\""), "a person has decided");
    assert!(told.says("They opened your answers to look again at what was decided."));
    let mails = world.outbox.messages();
    let mail = mails.iter().find(|mail| mail.subject.contains("a person has looked again"));
    let mail = mail.expect("a message on the result");
    assert_eq!(mail.to, "mair@example.org");
    assert!(mail.body.contains("They changed the decision."), "{}", mail.body);
    assert!(mail.body.contains("The calendar had the wrong day."));
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let touches = body.touches(case_of(&world, &reference)).unwrap();
    assert_eq!(touches.len(), 1);
    assert_eq!(touches[0].reason, base::TouchReason::PersonAskedFor);
    let view = body.case(case_of(&world, &reference)).unwrap().unwrap();
    let heading = view.case.measure.heading(world.host.clock().now());
    assert_eq!(heading, mining::Heading::Touched);
}

#[tokio::test]
async fn what_is_typed_about_a_decision_outlives_a_session_that_ended() {
    const WHY: &str = "The bin men come on Mondays now";
    let world = World::new();
    let mut mair = Browser::new();
    mair.sign_in(&world, "/wealdmere/sign-in", MAIR).await;
    let reference = refused(&world, &mut mair).await;
    let page = format!("/wealdmere/requests/{reference}");
    let status = mair.get(&world, &page).await;
    world.wait(TOO_LONG).await;
    let ended = mair.send_form(&world, status.form_to("/review"), &[("why", WHY)]).await;
    let back = signs_in(&world, &mut mair, &ended, MAIR).await;
    assert!(back.path.starts_with(&page) && back.says(WHY), "{}", back.html);
    let asked = mair.send_form(&world, back.form_to("/review"), &[("why", WHY)]).await;
    assert!(asked.says("A person looks again"), "{}", asked.line());

    let email = "tomasz.brightwell@example.org";
    let mut caseworker = staff(&world, email).await;
    let review = caseworker.get(&world, &format!("{REVIEWS}/{reference}")).await;
    world.wait(TOO_LONG).await;
    let words = [("outcome", "too_late"), ("reason", "The calendar had the wrong day.")];
    let ended = caseworker.send(&world, &review, &words).await;
    let back = signs_in(&world, &mut caseworker, &ended, email).await;
    assert!(back.html.contains("value=\"too_late\" checked"), "{}", back.html);
    assert!(back.says("The calendar had the wrong day."));
    assert_eq!(caseworker.send(&world, &back, &words).await.path, REVIEWS);
}

#[tokio::test]
async fn only_a_caseworker_of_the_body_closes_a_review() {
    let world = World::new();
    let mut browser = Browser::new();
    let reference = refused(&world, &mut browser).await;
    let page = format!("/wealdmere/requests/{reference}");
    let status = browser.get(&world, &page).await;
    browser.send_form(&world, status.form_to("/review"), &[]).await;
    let body: base::BodyId = "wealdmere".parse().unwrap();
    let case = case_of(&world, &reference);
    let others = Role::ALL.into_iter().filter(|role| *role != Role::Caseworker).collect();
    let callers = [
        Authority::System,
        Authority::Visitor,
        Authority::ApiClient { client: "partner".to_owned() },
        Authority::BackOffice { system: "waste-contractor".parse().unwrap() },
        Authority::Body { body: "bro-eirlys".parse().unwrap() },
        Authority::Staff { body: body.clone(), roles: others },
        Authority::Staff { body: "bro-eirlys".parse().unwrap(), roles: vec![Role::Caseworker] },
    ];
    let decide = |reason: &str| Command::DecideReview {
        case,
        outcome: "not_due".to_owned(),
        reason: reason.to_owned(),
    };
    for caller in callers {
        let answer = world.host.submit(&body, caller.clone(), decide("because")).await;
        assert_eq!(answer, Err(Rejection::Forbidden), "{caller:?}");
    }
    let caseworker = || Authority::Staff { body: body.clone(), roles: vec![Role::Caseworker] };
    let answer = world.host.submit(&body, caseworker(), decide("  ")).await;
    assert_eq!(answer, Err(Rejection::NoReason));
    world.wait(40 * 86_400).await;
    let waits = browser.get(&world, &page).await;
    assert!(waits.says("A person looks again"), "time does not close it");
    assert!(world.host.submit(&body, caseworker(), decide("the calendar is right")).await.is_ok());
    let upheld = browser.get(&world, &page).await;
    assert!(upheld.says("looked again and agreed with the decision."));
    assert!(!upheld.says("the calendar is right"), "not to whoever has the reference");
}

#[tokio::test]
async fn what_cannot_go_on_is_ended_by_hand_with_a_reason() {
    let world = World::new();
    world.fault(8112, Fault::Down);
    let start = format!("/wealdmere/services/{SERVICE}");
    let mut resident = Browser::new();
    let reference = resident.report(&world, &start, &home("wealdmere", 0)).await.reference();
    let body: base::BodyId = "wealdmere".parse().unwrap();
    let roles = vec![Role::Operator];
    let operator = Authority::Staff { body: body.clone(), roles };
    let close = Command::CloseByHand {
        case: case_of(&world, &reference),
        outcome: "collected".to_owned(),
        reason: "a crew went by".to_owned(),
    };
    let early = world.host.submit(&body, operator, close).await;
    assert_eq!(early, Err(Rejection::NotFound), "nothing holds it up");
    world.wait(8 * 86_400).await;
    let mut browser = staff(&world, "osgood.penhallow@example.org").await;
    let stuck = browser.get(&world, "/wealdmere/staff/operator").await;
    let link =
        stuck.html.split("href=\"").find(|rest| rest.starts_with("/wealdmere/staff/incidents/"));
    let address = link.unwrap().split('"').next().unwrap().to_owned();
    let incident = browser.get(&world, &address).await;
    let wrong = browser.send_form(&world, incident.form_to("/by-hand"), &[("outcome", "?")]).await;
    assert_eq!(wrong.status, 422);
    let values = [("outcome", "collected"), ("reason", "Crew 4 emptied it on their way.")];
    world.wait(13 * 3_600).await;
    let ended = browser.send_form(&world, incident.form_to("/by-hand"), &values).await;
    assert!(ended.path.contains("/staff/sign-in"), "{}", ended.path);
    let email = [("email", "osgood.penhallow@example.org")];
    let sent = browser.send(&world, &ended, &email).await;
    let code = world.code("osgood.penhallow@example.org");
    let incident = browser.send(&world, &sent, &[("code", &code)]).await;
    assert!(incident.path.starts_with(&address), "{}", incident.path);
    assert!(incident.says("Crew 4 emptied it on their way."), "what was typed stands there again");
    let closed = browser.send_form(&world, incident.form_to("/by-hand"), &values).await;
    assert!(closed.says("The request is closed") && !closed.says(&reference), "{}", closed.html);
    world.fault(8112, Fault::None);
    world.wait(86_400).await;
    let run = world.host.body(&body).unwrap();
    let view = run.case(case_of(&world, &reference)).unwrap().unwrap();
    assert!(view.case.effects.is_empty() && view.case.process.is_empty(), "nothing is left over");
    assert_eq!(view.by_hand_reason().as_deref(), Some("Crew 4 emptied it on their way."));
    assert_eq!(view.case.straight_through(world.host.clock().now()), Some(false));
    let touches = run.touches(case_of(&world, &reference)).unwrap();
    assert_eq!(touches[0].reason, base::TouchReason::Corrected);
    let status = resident.get(&world, &format!("/wealdmere/requests/{reference}")).await;
    assert!(status.says("closed this request.") && !status.says("Crew 4"), "{}", status.html);
}
