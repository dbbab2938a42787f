//! What does not come from our own pages, or not as they send it.

use axum::body::Body;
use axum::http::Request;

use super::browser::{encoded, get, post};
use super::region::home;
use super::{Browser, Read, SERVICE, World};

fn start(body: &str) -> String {
    format!("/{body}/services/{SERVICE}")
}

fn shown(read: &Read) -> (u16, String) {
    (read.status.as_u16(), read.heading())
}

#[tokio::test]
async fn a_form_counts_only_with_this_browsers_own_token() {
    let world = World::new();
    let (mut own, mut foreign) = (Browser::new(), Browser::new());
    let page = own.get(&world, &start("wealdmere")).await;
    let (action, pairs) = page.form();
    foreign.get(&world, "/wealdmere/").await;
    let expired = (403, "This page was open too long".to_owned());
    assert_eq!(shown(&foreign.post(&world, &action, &pairs).await), expired, "another browser's");
    assert_eq!(shown(&own.post(&world, &action, &[]).await), expired, "none");
    let broken = [("csrf".to_owned(), pairs[0].1.replace('.', ".0"))];
    assert_eq!(shown(&own.post(&world, &action, &broken).await), expired, "a broken one");
    let bare = Browser::new().post(&world, &action, &pairs).await;
    assert_eq!(shown(&bare), expired, "without the browser's cookie");
    world.wait(25 * 3_600).await;
    assert_eq!(shown(&own.post(&world, &action, &pairs).await), expired, "after a day");
    let page = own.get(&world, &start("wealdmere")).await;
    assert_eq!(own.send(&world, &page, &[]).await.status, 200, "and loaded again it is good");
}

#[tokio::test]
async fn a_form_of_another_origin_is_refused() {
    let world = World::new();
    let mut browser = Browser::new();
    let (action, pairs) = browser.get(&world, &start("wealdmere")).await.form();
    for origin in ["http://evil.example", "null", "http://localhost:8401", "ftp://localhost:8400"] {
        let mut request = post(&action, encoded(&pairs));
        request.headers_mut().insert("origin", origin.parse().unwrap());
        assert_eq!(browser.once(&world, request).await.status, 403, "{origin}");
    }
    let mut request = post(&action, encoded(&pairs));
    request.headers_mut().remove("origin");
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(browser.once(&world, request).await.status, 403, "cross-site");
    let mut request = post(&action, encoded(&pairs));
    request.headers_mut().remove("origin");
    assert_eq!(browser.once(&world, request).await.status, 303, "an old browser says nothing");
}

#[tokio::test]
async fn a_token_of_one_body_is_worth_nothing_in_another() {
    let world = World::new();
    let mut browser = Browser::new();
    let (_, pairs) = browser.get(&world, &start("wealdmere")).await.form();
    browser.get(&world, "/bro-eirlys/").await;
    let own = browser.cookies.iter().find(|(_, name, _)| name == "wealdmere.visitor").unwrap();
    let value = own.2.clone();
    for (_, name, held) in &mut browser.cookies {
        if name == "bro-eirlys.visitor" {
            held.clone_from(&value);
        }
    }
    let read = browser.post(&world, &format!("{}/start", start("bro-eirlys")), &pairs).await;
    assert_eq!(read.status, 403);
}

#[tokio::test]
async fn another_bodys_cookies_open_nothing() {
    let world = World::new();
    let mut browser = Browser::new();
    let signed_in = browser.sign_in(&world, "/wealdmere/sign-in", "mair@example.org").await;
    assert_eq!(signed_in.path, "/wealdmere/my-requests");
    browser.walk_to_check(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    let moved = browser.cookies.iter().map(|(path, name, value)| {
        let path = path.replace("wealdmere", "bro-eirlys");
        (path, name.replace("wealdmere", "bro-eirlys"), value.clone())
    });
    let mut thief = Browser { cookies: moved.collect(), ..Browser::new() };
    let mine = thief.get(&world, "/bro-eirlys/my-requests").await;
    assert_eq!(mine.path, "/bro-eirlys/sign-in?onward=%2Fbro-eirlys%2Fmy-requests");
    let check = thief.get(&world, &format!("{}/check", start("bro-eirlys"))).await;
    assert_eq!(check.path, start("bro-eirlys"), "no draft of another body");
    assert!(!check.says("mair@example.org"));
}

#[tokio::test]
async fn bodies_that_no_page_sends_are_refused_and_nothing_is_stored() {
    let world = World::new();
    let mut browser = Browser::new();
    let (action, pairs) = browser.get(&world, &start("wealdmere")).await.form();
    let token = encoded(&pairs);
    let large = format!("{token}&x={}", "a".repeat(65 * 1024));
    assert_eq!(browser.once(&world, post(&action, large)).await.status, 413);
    let many = format!("{token}{}", "&a=1".repeat(201));
    let cases = [many, format!("{token}&x=%FF"), format!("{token}&{}=1", "n".repeat(200))];
    for body in cases {
        let read = browser.once(&world, post(&action, body)).await;
        assert_eq!(shown(&read), (400, "We did not understand that".to_owned()));
    }
    let mut request = post(&action, "{}");
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    assert_eq!(browser.once(&world, request).await.status, 400);
    assert_eq!(world.requests("wealdmere"), 0);
}

#[tokio::test]
async fn hostile_answers_are_pointed_out_and_never_printed_as_they_are() {
    let world = World::new();
    let mut browser = Browser::new();
    let page = browser.get(&world, &start("wealdmere")).await;
    let page = browser.send(&world, &page, &[]).await;
    let hostile = "\"><script>alert(1)</script>";
    let read = browser.send(&world, &page, &[("address-postcode", hostile)]).await;
    assert_eq!(read.status, 422);
    assert!(!read.html.contains("<script>"));
    let read = browser.send(&world, &page, &[("address-postcode", "a\u{0}b")]).await;
    assert_eq!(read.status, 422);
    let search = browser.get(&world, "/wealdmere/?q=%3Cscript%3E").await;
    assert!(!search.html.contains("<script>"));
}

#[tokio::test]
async fn addresses_that_are_not_there_have_a_page_that_says_so() {
    let world = World::new();
    let mut browser = Browser::new();
    let missing = [
        "/nobody/",
        "/identity-office/",
        "/wealdmere/services/parking",
        "/wealdmere/services/missed-bin-collection/pages/nothing/more",
        "/wealdmere/requests/MBC-0000-0000-0",
        "/wealdmere/requests/%3Cscript%3E",
        "/wealdmere/outbox/1",
        "/WEALDMERE/",
        "/../etc/passwd",
        "/assets/other.css",
    ];
    for path in missing {
        let read = browser.get(&world, path).await;
        assert_eq!(shown(&read), (404, "We cannot find this page".to_owned()), "{path}");
    }
    let unreadable = browser.once(&world, get("/wealdmere/?q=%FF")).await;
    assert_eq!(unreadable.status, 400);
    assert_eq!(browser.once(&world, get("/wealdmere/services/%FF")).await.status, 400);
    let put = Request::builder().method("PUT").uri("/wealdmere/").body(Body::empty()).unwrap();
    let wrong = browser.once(&world, put).await;
    assert_eq!(shown(&wrong), (405, "This page does not work like that".to_owned()));
    let head = Request::builder().method("HEAD").uri("/wealdmere/").body(Body::empty()).unwrap();
    assert_eq!(browser.once(&world, head).await.status, 200);
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    let world = World::new();
    for onward in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/bro-eirlys/",
        "/wealdmere/..//x",
        "javascript:alert(1)",
    ] {
        let mut browser = Browser::new();
        let page = format!("/wealdmere/sign-in?onward={}", crate::app::form::encoded(onward));
        let asked = browser.get(&world, &page).await;
        assert!(asked.html.contains("name=\"onward\" value=\"\""), "{onward}");
    }
    let mut browser = Browser::new();
    let asked = browser.get(&world, "/wealdmere/sign-in").await;
    let (action, mut pairs) = asked.form();
    pairs.retain(|(name, _)| name != "onward");
    let values = [("email", "mair@example.org"), ("onward", "//evil.example/")];
    let sent = browser.send_form(&world, (action, pairs), &values).await;
    let code = world.code("mair@example.org");
    let done = browser.send(&world, &sent, &[("code", &code)]).await;
    assert_eq!(done.path, "/wealdmere/my-requests");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let world = World::secure();
    let mut browser = Browser::new();
    let paths = ["/", "/wealdmere/", "/assets/stylesheet.css", "/nobody/", "/wealdmere/staff"];
    for path in paths {
        let read = browser.once(&world, get(path)).await;
        let policy = read.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{path}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{path}");
        assert_eq!(read.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(read.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(read.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
    let front = browser.once(&world, get("/wealdmere/")).await;
    assert_eq!(front.header("cache-control"), "no-store");
    let mut fresh = Browser::new();
    let read = fresh.once(&world, get("/wealdmere/")).await;
    assert!(read.header("set-cookie").ends_with("; HttpOnly; SameSite=Lax; Secure"));
    let sheet = browser.once(&world, get(crate::paths::stylesheet())).await;
    assert_eq!(sheet.header("cache-control"), "public, max-age=31536000, immutable");
    let plain = Browser::new().once(&World::new(), get("/wealdmere/")).await;
    assert_eq!(plain.header("strict-transport-security"), "");
}

#[tokio::test]
async fn no_address_leads_to_another_host() {
    let world = World::new();
    for path in ["//evil.example/", "///evil.example/a", "/\\evil.example", "//evil.example/a//b"] {
        let mut browser = Browser::new();
        let read = browser.once(&world, get(&format!("{path}?lang=cy&q=%2F%2Fevil"))).await;
        assert_eq!(read.status, 303, "{path}");
        let to = read.header("location");
        assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'), "{to}");
        let read = browser.once(&world, get(path)).await;
        assert_eq!(read.status, 404, "{path}");
        assert!(!read.html.contains("href=\"//"), "{path}: {}", read.html);
    }
}
