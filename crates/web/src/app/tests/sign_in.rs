//! Signing in, and what only the signed-in see.

use super::region::home;
use super::{Browser, SERVICE, World};

fn start() -> String {
    format!("/wealdmere/services/{SERVICE}")
}

#[tokio::test]
async fn asking_for_a_code_loses_nothing_typed() {
    let world = World::new();
    let mut browser = Browser::new();
    let check = browser.walk_to_check(&world, &start(), &home("wealdmere", 0)).await;
    let sign_in = format!(
        "/wealdmere/sign-in?onward={}",
        "%2Fwealdmere%2Fservices%2Fmissed-bin-collection%2Fcheck"
    );
    assert!(check.html.contains(&format!("href=\"{sign_in}\"")), "the link comes back here");
    let asked = browser.get(&world, &sign_in).await;
    assert!(asked.says("Your answers to \u{201c}Report a missed bin collection\u{201d} are kept."));
    let sent = browser.send(&world, &asked, &[("email", "mair@example.org")]).await;
    assert!(sent.says(
        "If we know mair@example.org, we have sent a code to it. It is good for 10 minutes."
    ));
    let wrong = browser.send(&world, &sent, &[("code", "000 000")]).await;
    assert_eq!(wrong.status, 422);
    let code = world.code("mair@example.org");
    let back = browser.send(&world, &sent, &[("code", &code)]).await;
    assert_eq!(back.path, format!("{}/check", start()));
    assert!(back.says("By the <gate> & hedge") && back.says("Signed in as mair@example.org"));
    let done = browser.send(&world, &back, &[]).await;
    assert!(!done.reference().is_empty());
}

#[tokio::test]
async fn a_persons_request_is_theirs_alone() {
    let world = World::new();
    let home = home("wealdmere", 0);
    let mut mair = Browser::new();
    let empty = mair.sign_in(&world, "/wealdmere/sign-in", "mair@example.org").await;
    assert!(empty.says("You have not asked for anything yet."));
    let done = mair.report(&world, &start(), &home).await;
    let page = format!("/wealdmere/requests/{}", done.reference());
    let mine = mair.get(&world, "/wealdmere/my-requests").await;
    assert!(mine.says(&done.reference()) && mine.says("Being dealt with"));
    let status = mair.get(&world, &page).await;
    assert!(status.says(&home.line) && status.says("What you told us"));
    let visitor = Browser::new().get(&world, &page).await;
    assert!(visitor.path.starts_with("/wealdmere/sign-in?onward="));
    let mut other = Browser::new();
    other.sign_in(&world, "/wealdmere/sign-in", "ifan@example.org").await;
    for path in [page.clone(), format!("{page}/withdraw"), format!("{page}/not-fixed")] {
        assert_eq!(other.get(&world, &path).await.status, 404, "{path}");
    }
    let theirs = other.get(&world, "/wealdmere/my-requests").await;
    assert!(!theirs.says(&done.reference()));
}

#[tokio::test]
async fn a_code_opens_only_the_browser_that_asked_and_only_once() {
    let world = World::new();
    let (mut asker, mut other) = (Browser::new(), Browser::new());
    let page = asker.get(&world, "/wealdmere/sign-in").await;
    let sent = asker.send(&world, &page, &[("email", "mair@example.org")]).await;
    let code = world.code("mair@example.org");
    let page = other.get(&world, "/wealdmere/sign-in").await;
    let theirs = other.send(&world, &page, &[("email", "ifan@example.org")]).await;
    assert_eq!(other.send(&world, &theirs, &[("code", &code)]).await.status, 422);
    let mut twin = asker.clone();
    assert_eq!(asker.send(&world, &sent, &[("code", &code)]).await.status, 200);
    assert_eq!(twin.send(&world, &sent, &[("code", &code)]).await.status, 422, "used");
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere() {
    let world = World::new();
    let mut browser = Browser::new();
    let mine = browser.sign_in(&world, "/wealdmere/sign-in", "mair@example.org").await;
    let copy = browser.clone();
    let token = mine.html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next();
    let pairs = [("csrf".to_owned(), token.unwrap().to_owned())];
    let out = browser.post(&world, "/wealdmere/sign-out", &pairs).await;
    assert_eq!(out.heading(), "You are signed out");
    for mut held in [browser, copy] {
        let mine = held.get(&world, "/wealdmere/my-requests").await;
        assert!(mine.path.starts_with("/wealdmere/sign-in"), "{}", mine.path);
    }
}

#[tokio::test]
async fn codes_are_asked_for_within_limits() {
    let world = World::new();
    let mut browser = Browser::new();
    let page = browser.get(&world, "/wealdmere/sign-in").await;
    let wrong = browser.send(&world, &page, &[("email", "mair.example")]).await;
    assert_eq!((wrong.status.as_u16(), wrong.html.contains("value=\"mair.example\"")), (422, true));
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let read = browser.send(&world, &page, &[("email", "mair@example.org")]).await;
        statuses.push(read.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
    let refused = browser.send(&world, &page, &[("email", "mair@example.org")]).await;
    assert_eq!(refused.header("retry-after"), "180");
    assert!(refused.says("Wait 3 minutes and try again."), "{}", refused.line());
    let mut last = 0;
    for number in 0..60 {
        let email = format!("resident{number}@example.org");
        last = browser.send(&world, &page, &[("email", &email)]).await.status.as_u16();
    }
    assert_eq!(last, 429, "one network asks for no more than its share");
}

#[tokio::test]
async fn strangers_cannot_lock_out_whoever_signed_in_with_their_browser() {
    let world = World::new();
    let doors = [
        ("/wealdmere/sign-in", "mair@example.org", "wealdmere.known"),
        ("/wealdmere/staff/sign-in", "rosalind.hartwood@example.org", "wealdmere.staff-known"),
    ];
    for (door, email, cookie) in doors {
        let mut own = Browser::new();
        own.sign_in(&world, door, email).await;
        let kept = own.cookie(cookie);
        assert!(!kept.is_empty() && !kept.contains("example"));
        let (mut stranger, mut thief) = (Browser::new(), Browser::new());
        let page = stranger.get(&world, door).await;
        let mut last = 0;
        for _ in 0..5 {
            last = stranger.send(&world, &page, &[("email", email)]).await.status.as_u16();
        }
        assert_eq!(last, 429, "strangers have one allowance together");
        let page = thief.get(&world, door).await;
        assert_eq!(thief.send(&world, &page, &[("email", email)]).await.status, 429);
        // Signed in under another address, a browser is a stranger to this one.
        let mut other = Browser::new();
        other.sign_in(&world, "/wealdmere/sign-in", "ifan@example.org").await;
        let page = other.get(&world, door).await;
        assert_eq!(other.send(&world, &page, &[("email", email)]).await.status, 429);
        let again = own.sign_in(&world, door, email).await;
        assert_eq!(again.status, 200, "{}", again.line());
        // Its own allowance has an end, and so has the time for which it is known.
        let mut statuses = Vec::new();
        let page = own.get(&world, door).await;
        for _ in 0..5 {
            statuses.push(own.send(&world, &page, &[("email", email)]).await.status.as_u16());
        }
        assert_eq!(statuses, [200, 200, 200, 200, 429]);
    }
}

#[tokio::test]
async fn staff_and_residents_enter_by_their_own_doors() {
    let world = World::new();
    let mut agent = Browser::new();
    let email = "rosalind.hartwood@example.org";
    let home = agent.sign_in(&world, "/wealdmere/staff/sign-in", email).await;
    assert_eq!((home.path.as_str(), home.heading().as_str()), ("/wealdmere/staff", "Your work"));
    let mine = agent.get(&world, "/wealdmere/my-requests").await;
    assert!(mine.path.starts_with("/wealdmere/sign-in"), "a session of staff is no resident's");
    let elsewhere = agent.get(&world, "/bro-eirlys/staff").await;
    assert!(elsewhere.path.starts_with("/bro-eirlys/staff/sign-in"));
    let mut stranger = Browser::new();
    let page = stranger.get(&world, "/wealdmere/staff/sign-in").await;
    let sent = stranger.send(&world, &page, &[("email", "mair@example.org")]).await;
    assert_eq!(sent.status, 200, "the answer is the same for an address that we do not know");
    let messages = crate::OutboxView::messages(&*world.outbox);
    assert!(messages.iter().all(|message| message.to != "mair@example.org"));
    let shown = agent.get(&world, "/wealdmere/outbox").await;
    assert!(shown.says(email));
}

#[tokio::test]
async fn who_leaves_the_staff_is_out_at_once_and_other_roles_hold_from_the_next_page() {
    let world = World::new();
    let mut agent = Browser::new();
    let email = "rosalind.hartwood@example.org";
    agent.sign_in(&world, "/wealdmere/staff/sign-in", email).await;
    let callers = "/wealdmere/staff/callers";
    assert_eq!(agent.get(&world, callers).await.status, 200);
    let body = "wealdmere".parse().unwrap();
    let staff = |roles: &[base::Role]| runtime::StaffSeed {
        email: email.to_owned(),
        name: "Rosalind Hartwood".to_owned(),
        roles: roles.iter().copied().collect(),
    };
    let office = world.host.office();
    let now = world.host.clock().now();
    office.set_staff(&body, &[staff(&[base::Role::Operator])], now).unwrap();
    assert_eq!(agent.get(&world, callers).await.status, 403, "an agent no more");
    office.set_staff(&body, &[], now).unwrap();
    let out = agent.get(&world, "/wealdmere/staff").await;
    assert!(out.path.starts_with("/wealdmere/staff/sign-in"), "{}", out.path);
    world.wait(1).await;
    office.set_staff(&body, &[staff(&[base::Role::Agent])], now).unwrap();
    let back = agent.get(&world, "/wealdmere/staff").await;
    assert!(back.path.starts_with("/wealdmere/staff/sign-in"), "the session ended for good");
}

/// A signed-in browser comes back after some minutes, again and again; the last answer's address.
async fn after(world: &World, browser: &mut Browser, page: &str, pauses: &[i64]) -> super::Read {
    let mut read = browser.get(world, page).await;
    for minutes in pauses {
        world.wait(minutes * 60).await;
        read = browser.get(world, page).await;
    }
    read
}

#[tokio::test]
async fn a_session_that_rests_ends_and_says_so() {
    let world = World::new();
    let mut staff = Browser::new();
    let email = "rosalind.hartwood@example.org";
    staff.sign_in(&world, "/wealdmere/staff/sign-in", email).await;
    let home = "/wealdmere/staff";
    assert_eq!(after(&world, &mut staff, home, &[29, 29, 29]).await.path, home);
    let copy = staff.clone();
    let ended = after(&world, &mut staff, home, &[30]).await;
    assert!(ended.path.starts_with("/wealdmere/staff/sign-in?onward="), "{}", ended.path);
    assert!(ended.says("You were signed out because nothing was done here for a while"));
    assert!(!Browser::new().get(&world, &ended.path).await.says("You were signed out"));
    let again = after(&world, &mut copy.clone(), home, &[]).await;
    assert!(again.path.contains("/sign-in"), "it is ended for good");

    let mut mair = Browser::new();
    mair.sign_in(&world, "/wealdmere/sign-in", "mair@example.org").await;
    let mine = "/wealdmere/my-requests";
    assert_eq!(after(&world, &mut mair, mine, &[59, 59]).await.path, mine);
    assert!(after(&world, &mut mair, mine, &[60]).await.says("You were signed out"));
}

#[tokio::test]
async fn a_session_ends_at_its_last_hour_however_busy() {
    let world = World::new();
    let mut staff = Browser::new();
    let email = "rosalind.hartwood@example.org";
    staff.sign_in(&world, "/wealdmere/staff/sign-in", email).await;
    let home = "/wealdmere/staff";
    assert_eq!(after(&world, &mut staff, home, &[25; 23]).await.path, home);
    assert!(after(&world, &mut staff, home, &[25]).await.says("You were signed out"));
}

#[tokio::test]
async fn an_agent_who_was_signed_out_goes_on_with_the_call() {
    let world = World::new();
    let mut agent = Browser::new();
    let email = "rosalind.hartwood@example.org";
    agent.sign_in(&world, "/wealdmere/staff/sign-in", email).await;
    let base = format!("/wealdmere/staff/services/{SERVICE}");
    let check = agent.walk_to_check(&world, &base, &home("wealdmere", 0)).await;
    world.wait(31 * 60).await;
    let ended = agent.send(&world, &check, &[]).await;
    assert!(ended.says("You were signed out"), "{}", ended.html);
    let sent = agent.send(&world, &ended, &[("email", email)]).await;
    let code = world.code(email);
    let back = agent.send(&world, &sent, &[("code", &code)]).await;
    assert_eq!(back.path, format!("{base}/check"));
    assert!(back.says("By the <gate> & hedge"));
    assert!(!agent.send(&world, &back, &[]).await.reference().is_empty());
}

#[tokio::test]
async fn a_browser_is_known_by_a_cookie_that_is_its_own_whole_and_not_too_old() {
    let (door, email) = ("/wealdmere/sign-in", "mair@example.org");
    let world = World::new();
    let mut own = Browser::new();
    own.sign_in(&world, door, email).await;
    let mut stranger = Browser::new();
    let asks = async |browser: &mut Browser| {
        let page = browser.get(&world, door).await;
        browser.send(&world, &page, &[("email", email)]).await.status.as_u16()
    };
    for _ in 0..5 {
        asks(&mut stranger).await;
    }
    let place = own.cookies.iter().position(|(_, name, _)| name == "wealdmere.known").unwrap();
    let mut forged = own.clone();
    let altered = if own.cookies[place].2.ends_with('A') { "B" } else { "A" };
    let end = own.cookies[place].2.len() - 1;
    forged.cookies[place].2.replace_range(end.., altered);
    assert_eq!(asks(&mut forged).await, 429, "one letter was altered");
    // What was sealed for one cookie opens as no other.
    let mut of_staff = Browser::new();
    of_staff.sign_in(&world, "/wealdmere/staff/sign-in", "rosalind.hartwood@example.org").await;
    let staff_known = of_staff.cookie("wealdmere.staff-known").to_owned();
    let mut renamed = own.clone();
    renamed.cookies[place].2 = staff_known;
    assert_eq!(asks(&mut renamed).await, 429, "it is another door's");
    assert_eq!(asks(&mut own).await, 200);
    world.wait(180 * 86_400).await;
    for _ in 0..5 {
        assert_eq!(asks(&mut stranger).await, 200);
    }
    assert_eq!(asks(&mut own).await, 429, "half a year is over");
}
