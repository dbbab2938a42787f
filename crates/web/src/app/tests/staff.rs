//! Agents, and heads of service.

use runtime::access::{ViewReason, Viewed};

use super::region::home;
use super::{Browser, SERVICE, World};

async fn staff(world: &World, email: &str) -> Browser {
    let mut browser = Browser::new();
    let home = browser.sign_in(world, "/wealdmere/staff/sign-in", email).await;
    assert_eq!(home.path, "/wealdmere/staff");
    browser
}

#[tokio::test]
async fn an_agent_enters_a_call_as_a_script() {
    let world = World::new();
    let home = home("wealdmere", 0);
    let mut agent = staff(&world, "rosalind.hartwood@example.org").await;
    let base = format!("/wealdmere/staff/services/{SERVICE}");
    let page = agent.get(&world, &base).await;
    let page = agent.send(&world, &page, &[]).await;
    assert!(page.says("Say to the caller What is the postcode, and which address is it?"));
    let check = agent.walk_to_check(&world, &base, &home).await;
    assert!(check.says("I will read your answers back to you."));
    let done = agent.send(&world, &check, &[]).await;
    assert_eq!(done.path, format!("{base}/done"));
    assert!(done.says("I will give you your reference, letter by letter."));
    let reference = done.reference();
    let work = agent.get(&world, "/wealdmere/staff").await;
    let found = agent.send(&world, &work, &[("q", &reference)]).await;
    assert!(found.says(&reference));
    let case = agent.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    assert!(case.says("They told us by phone"), "{}", case.html);
    assert!(case.says("Wait until the bin is emptied") && case.says("Due"), "{}", case.html);
    assert!(case.says("They open once you have checked who is calling."));
    world.emptied("wealdmere").await;
    let mut agent = staff(&world, "rosalind.hartwood@example.org").await; // hours have passed
    let case = agent.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    assert!(case.says("Closed") && case.says("Promised by") && case.says("The process is over."));
    assert!(case.says("Your bin has been emptied.") && !case.html.contains("<table"));
    assert!(!case.says(&home.line), "no answers without a record of the look");
    let work = agent.get(&world, "/wealdmere/staff").await;
    let nothing = agent.send(&world, &work, &[("q", "MBC-1")]).await;
    assert_eq!(nothing.errors(), "Enter a whole reference, phone number or e-mail address");
}

#[tokio::test]
async fn every_look_at_answers_is_written_down_before_they_are_shown() {
    let world = World::new();
    let home = home("wealdmere", 0);
    let mut resident = Browser::new();
    let done = resident.report(&world, &format!("/wealdmere/services/{SERVICE}"), &home).await;
    world.wait(1).await;
    world.emptied("wealdmere").await;
    let reference: base::Reference = done.reference().parse().unwrap();
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let before = body.summary_of(&reference).unwrap().unwrap();
    assert_eq!(before.straight_through, Some(true));
    let looks = || body.looks(before.case_id).unwrap();
    world.wait(60).await;
    let mut worker = staff(&world, "tomasz.brightwell@example.org").await;
    let page = worker.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    assert!(page.says("If you open them, that is recorded") && !page.says(&home.line));
    assert!(looks().is_empty(), "the folded page shows no answers");
    let open = worker.send_form(&world, page.form_to("/answers"), &[]).await;
    assert!(open.says(&home.line) && open.says("This look is recorded"), "{}", open.html);
    let seen: Vec<_> = looks().iter().map(|look| (look.what, look.role, look.reason)).collect();
    assert_eq!(seen, [(Viewed::Answers, base::Role::Caseworker, ViewReason::CaseWork)]);
    let mut head = staff(&world, "grace.pellington@example.org").await;
    let page = head.get(&world, &format!("/wealdmere/staff/cases/{reference}")).await;
    assert!(page.says("The person did not sign in, so they see them on no page either."));
    let operator = runtime::Authority::Staff {
        body: "wealdmere".parse().unwrap(),
        roles: vec![base::Role::Operator],
    };
    let (case, what) = (before.case_id, Viewed::Answers);
    let view = runtime::Command::View { case, what, reason: ViewReason::CaseWork };
    let refused = world.host.submit(&"wealdmere".parse().unwrap(), operator, view).await;
    assert_eq!(refused, Err(runtime::Rejection::Forbidden));
    assert_eq!(looks().len(), 1);
    let after = body.summary_of(&reference).unwrap().unwrap();
    assert_eq!(after, before, "a look is no touch and changes nothing");
}

/// A finance officer of the body that hosts the others.
const HOSTS_FINANCE: &str = "desmond.achebe-lyle@example.org";

/// Opens every list of cases that a page leads to.
async fn opens(world: &World, head: &mut Browser, html: &str, least: usize) {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let links: Vec<String> =
        links.filter(|link| link.contains("/cases?behind=")).map(str::to_owned).collect();
    assert!(links.len() >= least, "{links:?}");
    for link in links {
        assert_eq!(head.get(world, &link).await.status, 200, "{link}");
    }
}

#[tokio::test]
async fn every_figure_opens_to_its_cases() {
    let world = World::new();
    let mut references = Vec::new();
    for number in 0..2 {
        let start = format!("/wealdmere/services/{SERVICE}");
        let done = Browser::new().report(&world, &start, &home("wealdmere", number)).await;
        references.push(done.reference());
    }
    world.wait(1).await;
    world.emptied("wealdmere").await;
    let mut head = staff(&world, "grace.pellington@example.org").await;
    let all = head.get(&world, "/wealdmere/staff/services-figures/").await;
    assert!(all.says("Sample rates, not evidence.") && all.says("50%"), "{}", all.html);
    assert!(all.says("Wealdmere District Council owes Aldershire County Council"));
    opens(&world, &mut head, &all.html, 5).await;
    let mut host = Browser::new();
    host.sign_in(&world, "/aldershire/staff/sign-in", HOSTS_FINANCE).await;
    let owed = host.get(&world, "/aldershire/staff/services-figures/").await;
    assert!(
        owed.says("Wealdmere District Council owes Aldershire County Council"),
        "{}",
        owed.html
    );
    assert!(!owed.html.contains("/cases?"), "another body's cases do not open");
    let page = head.get(&world, &format!("/wealdmere/staff/figures/{SERVICE}")).await;
    assert!(page.says("Sample rates, not evidence."));
    assert!(page.says("Straight through 50%"), "{}", page.html);
    assert!(
        page.says("Wealdmere District Council owes Aldershire County Council"),
        "{}",
        page.html
    );
    assert!(page.html.contains("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bpmn\""));
    assert!(page.says("Wait until the bin is emptied"));
    opens(&world, &mut head, &page.html, 5).await;
    let through = format!("/wealdmere/staff/figures/{SERVICE}/cases?behind=straight_through");
    let cases = head.get(&world, &through).await;
    assert!(cases.says(&references[0]) && !cases.says(&references[1]));
    let nothing = format!("/wealdmere/staff/figures/{SERVICE}/cases?behind=nonsense");
    assert_eq!(head.get(&world, &nothing).await.status, 404);
}

#[tokio::test]
async fn figures_are_compared_with_the_week_before_when_there_is_one() {
    let world = World::new();
    let start = format!("/wealdmere/services/{SERVICE}");
    let figures = format!("/wealdmere/staff/figures/{SERVICE}");
    Browser::new().report(&world, &start, &home("wealdmere", 0)).await;
    world.emptied("wealdmere").await;
    let mut head = staff(&world, "grace.pellington@example.org").await;
    let page = head.get(&world, &figures).await;
    let plain = super::browser::plain(&page.html);
    assert_eq!(plain.matches("There is no earlier week to compare with yet.").count(), 1);
    assert!(!page.html.contains("class=\"spark\""));
    world.wait(8 * 86_400).await;
    for number in 1..3 {
        Browser::new().report(&world, &start, &home("wealdmere", number)).await;
    }
    let mut head = staff(&world, "grace.pellington@example.org").await;
    let page = head.get(&world, &figures).await;
    assert!(page.says("Requests 3 see the cases: Requests Week of 23 November 2026: 1"));
    assert!(page.says("Requests by week From the oldest week: 1 and 2."), "{}", page.html);
    assert!(page.says("Week of 30 November 2026 2 100%"), "{}", page.html);
    assert!(!page.says("There is no earlier week"));
    assert!(page.html.contains("aria-current=\"page\">Figures"));
}

#[tokio::test]
async fn a_service_that_nobody_used_has_figures_too() {
    let world = World::new();
    let mut head = staff(&world, "grace.pellington@example.org").await;
    let page = head.get(&world, &format!("/wealdmere/staff/figures/{SERVICE}")).await;
    assert_eq!(page.status, 200);
    assert!(page.says("None yet"));
}
