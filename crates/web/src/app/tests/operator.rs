//! The operator: what is stuck, and the buttons that mend it.

use emulators::Fault;

use super::region::home;
use super::{Browser, SERVICE, World};

const OPERATOR: &str = "/wealdmere/staff/operator";

async fn operator(world: &World) -> Browser {
    let mut browser = Browser::new();
    let email = "osgood.penhallow@example.org";
    browser.sign_in(world, "/wealdmere/staff/sign-in", email).await;
    browser
}

async fn report(world: &World, number: usize) -> String {
    let start = format!("/wealdmere/services/{SERVICE}");
    Browser::new().report(world, &start, &home("wealdmere", number)).await.reference()
}

#[tokio::test]
async fn nothing_is_wrong_until_something_is() {
    let world = World::new();
    let mut browser = operator(&world).await;
    let well = browser.get(&world, OPERATOR).await;
    assert!(well.says("Nothing is wrong.") && well.says("Greenway Waste Not called yet"));
    report(&world, 0).await;
    world.wait(1).await;
    report(&world, 1).await; // what was heard counts from the next instant on
    let well = browser.get(&world, OPERATOR).await;
    assert!(well.says("Greenway Waste Answers"), "{}", super::browser::plain(&well.html));
}

#[tokio::test]
async fn a_contractor_that_is_down_for_days_is_settled_by_one_button() {
    let world = World::new();
    world.fault(8112, Fault::Down);
    let reference = report(&world, 0).await;
    world.wait(600).await;
    let mut browser = operator(&world).await;
    let down = browser.get(&world, OPERATOR).await;
    assert!(
        down.says("Greenway Waste does not answer We try again at"),
        "{}",
        super::browser::plain(&down.html)
    );
    assert!(down.says("Requests held up: 1.") && !down.says("Nothing is wrong."));
    world.wait(7 * 86_400).await;
    let mut browser = operator(&world).await;
    let stuck = browser.get(&world, OPERATOR).await;
    assert!(stuck.says("Greenway Waste has not taken this on") && stuck.says(&reference));
    let link =
        stuck.html.split("href=\"").find(|rest| rest.starts_with("/wealdmere/staff/incidents/"));
    let address = link.unwrap().split('"').next().unwrap().to_owned();
    let incident = browser.get(&world, &address).await;
    assert!(incident.says("If you open it, that is recorded."), "sealed at first");
    assert!(!incident.says("CreateJob"));
    let shown = browser.send_form(&world, incident.form_to("/exchange"), &[]).await;
    assert!(
        shown.says("We sent") && shown.says("POST http://127.0.0.1:8112/jobs"),
        "{}",
        shown.html
    );
    let run = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let case = run.summary_of(&reference.parse().unwrap()).unwrap().unwrap().case_id;
    let looks = run.looks(case).unwrap();
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].what, runtime::access::Viewed::Exchange);
    world.fault(8112, Fault::None);
    let settled = browser.send_form(&world, incident.form_to("how=replay"), &[]).await;
    assert_eq!(settled.path, OPERATOR);
    assert!(settled.says("That is settled. The request goes on."));
    world.wait(1).await;
    let status = Browser::new().get(&world, &format!("/wealdmere/requests/{reference}")).await;
    assert!(!status.says("Stopped"));
    assert_eq!(browser.get(&world, &address).await.status, 404, "it is settled");
}
