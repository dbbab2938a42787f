//! What strangers may have us keep and try: forms that nobody sends go with their keys, and a
//! network begins only so many.

use store::people::SessionRow;
use store::requests::DraftRow;

use super::browser::plain;
use super::kept::TOO_LONG;
use super::region::home;
use super::{Browser, SERVICE, World};

const DAY: i64 = 24 * 3_600;

fn rows<R: store::Row>(world: &World) -> Vec<R> {
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    store::page::<R>(&body.reader(), None, 1_000).unwrap()
}

fn key_of(draft: &DraftRow) -> base::KeyId {
    let stored: serde_json::Value = serde_json::from_slice(&draft.bytes).unwrap();
    stored["key"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_form_that_nobody_sends_is_gone_with_its_key_after_a_day() {
    let world = World::new();
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let start = format!("/wealdmere/services/{SERVICE}");
    let mut leaves = Browser::new();
    leaves.walk_to_check(&world, &start, &home("wealdmere", 0)).await;
    leaves.sign_in(&world, "/wealdmere/sign-in", "mair@example.org").await;
    let drafts = rows::<DraftRow>(&world);
    assert_eq!((drafts.len(), rows::<SessionRow>(&world).len()), (1, 1));
    let key = key_of(&drafts[0]);
    assert!(body.keyring().key(key).unwrap().is_some());

    world.wait(DAY / 2).await;
    let mut stays = Browser::new();
    stays.walk_to_check(&world, &start, &home("wealdmere", 1)).await;
    world.wait(DAY / 2 + 2 * 3_600).await;
    let left = rows::<DraftRow>(&world);
    assert_eq!(left.len(), 1, "the other form's day is not over");
    assert_ne!(key_of(&left[0]), key);
    assert!(
        body.keyring().key(key).unwrap().is_none(),
        "no copy of the database opens what was typed"
    );
    assert!(body.keyring().key(key_of(&left[0])).unwrap().is_some());
    let check = stays.get(&world, &format!("{start}/check")).await;
    assert!(!stays.send(&world, &check, &[]).await.reference().is_empty());

    world.wait(40 * DAY).await;
    assert_eq!((rows::<DraftRow>(&world).len(), rows::<SessionRow>(&world).len()), (0, 0));
    let gone = leaves.get(&world, &format!("{start}/check")).await;
    assert_eq!(gone.path, start, "whoever comes back begins again");
}

#[tokio::test]
async fn the_key_of_a_form_that_joins_a_request_is_forgotten() {
    let world = World::new();
    let body = world.host.body(&"wealdmere".parse().unwrap()).unwrap();
    let start = format!("/wealdmere/services/{SERVICE}");
    let home = home("wealdmere", 0);
    Browser::new().report(&world, &start, &home).await;
    let mut second = Browser::new();
    let check = second.walk_to_check(&world, &start, &home).await;
    let key = key_of(&rows::<DraftRow>(&world)[0]);
    second.send(&world, &check, &[]).await;
    assert_eq!((world.requests("wealdmere"), rows::<DraftRow>(&world).len()), (1, 0));
    assert!(body.keyring().key(key).unwrap().is_none());
}

#[tokio::test]
async fn a_network_begins_only_so_many_forms() {
    let world = World::with_few_forms(20);
    let mut browser = Browser::new();
    let start = browser.get(&world, &format!("/wealdmere/services/{SERVICE}")).await;
    for _ in 0..2 {
        assert_eq!(browser.send(&world, &start, &[]).await.status, 200);
    }
    let refused = browser.send(&world, &start, &[]).await;
    assert_eq!(refused.status, 429, "{}", plain(&refused.html));
    assert_eq!(refused.header("retry-after"), "180");
    assert!(refused.says("Wait 3 minutes and try again."), "{}", plain(&refused.html));
    // Nor does a form of staff that is sent without a session keep anything more.
    let forged = ("/wealdmere/staff/contacts/new".to_owned(), start.form().1);
    let refused = browser.send_form(&world, forged, &[("note", "x")]).await;
    assert_eq!(refused.status, 429, "{}", refused.line());
    assert_eq!(rows::<DraftRow>(&world).len(), 2);
    world.wait(TOO_LONG).await;
    let start = browser.get(&world, &format!("/wealdmere/services/{SERVICE}")).await;
    assert_eq!(browser.send(&world, &start, &[]).await.status, 200);
}

#[tokio::test]
async fn a_network_guesses_only_so_many_references() {
    let world = World::new();
    let start = format!("/wealdmere/services/{SERVICE}");
    let done = Browser::new().report(&world, &start, &home("wealdmere", 0)).await;
    let own = format!("/wealdmere/requests/{}", done.reference());
    let mut browser = Browser::new();
    for number in 0..30 {
        let found = browser.get(&world, &own).await;
        assert_eq!(found.status, 200, "what is found counts for nothing");
        let guess = base::Reference::new("MBC", [number, 1, 2, 3, 4]);
        let nothing = browser.get(&world, &format!("/wealdmere/requests/{guess}")).await;
        assert_eq!(nothing.status, 404);
    }
    assert_eq!(browser.get(&world, &own).await.status, 429);
    let page = browser.get(&world, "/wealdmere/requests").await;
    let sent = browser.send(&world, &page, &[("reference", &done.reference())]).await;
    assert_eq!(sent.status, 429, "nor by the form");
    world.wait(61).await;
    assert_eq!(browser.get(&world, &own).await.status, 200);
}
