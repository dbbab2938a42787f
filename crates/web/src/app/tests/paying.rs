//! Back from the payment provider: what the address says counts for nothing. Paid twice, never, with
//! another amount, by a stranger, with a made-up token: the provider is asked, and nothing is told.

use super::kept::{MAIR, filled, signs_in, world};
use super::{Browser, Read, World};

pub(super) const ASSESSOR: &str = "desmond.achebe-lyle@example.org";
const GOOD: &str = "4444 3333 2222 1111";
const REFUSED: &str = "4000 0000 0000 0002";
/// A company's: the provider takes more than the fee.
const DEARER: &str = "4000 1800 0000 0002";
const NOT_PAID: &str = "The payment did not go through, and nothing was taken.";
const ORDERED: &str = "We have ordered it, and it comes by post";

/// An assessor with the address of the one task, which is a request's.
pub(super) async fn assessor_of(world: &World, reference: &str) -> (Browser, String) {
    world.wait(5).await;
    let mut assessor = Browser::new();
    assessor.sign_in(world, "/aldershire/staff/sign-in", ASSESSOR).await;
    let queue = assessor.get(world, "/aldershire/staff/tasks").await;
    assert!(queue.says(reference), "{}", queue.html);
    let (_, link) = queue.html.split_once("href=\"/aldershire/staff/tasks/").unwrap();
    (assessor, format!("/aldershire/staff/tasks/{}", link.split('"').next().unwrap()))
}

/// A resident whose badge is granted, with the address of their request.
async fn granted(world: &World) -> (Browser, String) {
    let (mut browser, check) = filled(world).await;
    let reference = browser.send(world, &check, &[]).await.reference();
    let (mut assessor, task) = assessor_of(world, &reference).await;
    let shown = assessor.get(world, &task).await;
    let form = shown.form_to(&task);
    let decision = [("give-assessment", "granted/walking"), ("reason", "Seen walking.")];
    let decided = assessor.send_form(world, form, &decision).await;
    assert_eq!(decided.status, 200, "{}", decided.errors());
    world.wait(5).await;
    (browser, format!("/aldershire/requests/{reference}"))
}

/// The provider's page to which a request's page leads.
fn to_pay(page: &Read) -> Option<String> {
    let (_, rest) = page.html.split_once("href=\"http://127.0.0.1:8141/pay/")?;
    Some(format!("http://127.0.0.1:8141/pay/{}", rest.split('"').next()?))
}

#[tokio::test]
async fn who_comes_back_without_having_paid_is_shown_where_to_pay() {
    let world = world();
    let (mut mair, status) = granted(&world).await;
    let due = to_pay(&mair.get(&world, &status).await).expect("the fee is due");
    for forged in ["/paid", "/paid", "/paid?token=paid&status=success&amount=1000"] {
        let back = mair.get(&world, &format!("{status}{forged}")).await;
        assert_eq!((back.status.as_u16(), back.path.as_str()), (200, status.as_str()), "{forged}");
        world.wait(5).await;
        let shown = mair.get(&world, &status).await;
        assert_eq!(to_pay(&shown), Some(due.clone()), "the same payment waits: {forged}");
        assert!(shown.says("Pay \u{a3}10") && !shown.says(ORDERED));
    }
    assert_eq!(world.badges(), 0);
}

#[tokio::test]
async fn a_refused_card_is_said_and_paying_twice_orders_one_badge() {
    let world = world();
    let (mut mair, status) = granted(&world).await;
    let first = to_pay(&mair.get(&world, &status).await).expect("the fee is due");
    let back = world.at_the_provider(&first, REFUSED).await;
    assert_eq!(back, format!("http://localhost{status}/paid"));
    mair.get(&world, &format!("{status}/paid")).await;
    world.wait(5).await;
    let shown = mair.get(&world, &status).await;
    assert!(shown.says(NOT_PAID), "{}", shown.html);
    let second = to_pay(&shown).expect("it can be tried again");
    assert_ne!(first, second, "with a payment of its own");
    world.at_the_provider(&second, GOOD).await;
    assert_eq!(world.at_the_provider(&second, GOOD).await, "", "a payment is paid once");
    for _ in 0..3 {
        let back = mair.get(&world, &format!("{status}/paid")).await;
        assert_eq!((back.status.as_u16(), back.path.as_str()), (200, status.as_str()));
        world.wait(5).await;
    }
    let shown = mair.get(&world, &status).await;
    assert!(shown.says(ORDERED) && to_pay(&shown).is_none(), "{}", shown.html);
    assert_eq!(world.badges(), 1);
}

#[tokio::test]
async fn another_amount_than_the_fee_goes_to_a_person() {
    let world = world();
    let (mut mair, status) = granted(&world).await;
    let due = to_pay(&mair.get(&world, &status).await).expect("the fee is due");
    world.at_the_provider(&due, DEARER).await;
    mair.get(&world, &format!("{status}/paid")).await;
    world.wait(5).await;
    let shown = mair.get(&world, &format!("{status}/paid")).await;
    assert!(to_pay(&shown).is_none() && !shown.says(ORDERED), "{}", shown.html);
    assert_eq!(world.badges(), 0);
    let mut caseworker = Browser::new();
    let email = "imogen.fairclough@example.org";
    caseworker.sign_in(&world, "/aldershire/staff/sign-in", email).await;
    let queue = caseworker.get(&world, "/aldershire/staff/tasks").await;
    assert!(queue.says("Settle the payment"), "{}", queue.html);
}

#[tokio::test]
async fn a_stranger_learns_nothing_from_where_payers_come_back() {
    let world = world();
    let (mut mair, status) = granted(&world).await;
    let due = to_pay(&mair.get(&world, &status).await).expect("the fee is due");
    world.at_the_provider(&due, GOOD).await;
    let mut ifan = Browser::new();
    ifan.sign_in(&world, "/aldershire/sign-in", "ifan@example.org").await;
    let theirs = ifan.get(&world, &format!("{status}/paid")).await;
    let nobodys = ifan.get(&world, "/aldershire/requests/BLB-0000-0000-0/paid").await;
    let hostile = ifan.get(&world, "/aldershire/requests/%2e%2e/paid").await;
    for page in [&theirs, &nobodys, &hostile] {
        assert_eq!(page.status, 404, "{}", page.line());
        assert!(!page.says("Blue Badge") && !page.says("Mair"), "{}", page.html);
    }
    assert_eq!(theirs.heading(), nobodys.heading(), "theirs is as if it were not there");
    let mut visitor = Browser::new();
    let asked = visitor.get(&world, &format!("{status}/paid")).await;
    assert!(asked.path.starts_with("/aldershire/sign-in"), "{}", asked.path);
    assert!(!asked.says("Blue Badge"));
    assert_eq!(world.badges(), 0, "nobody but the requester makes us look");
    let back = signs_in(&world, &mut visitor, &asked, MAIR).await;
    assert_eq!(back.path, status, "the requester comes back after signing in");
    world.wait(5).await;
    assert_eq!(world.badges(), 1);
}
