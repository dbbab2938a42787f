//! The long form of the blue badge, sent twice, gone back in and left while a session ends: nothing
//! that was typed is lost.

use super::paying::{ASSESSOR, assessor_of};
use super::region::{files, home};
use super::{Browser, Read, World};

pub(super) const BADGE: &str = "/aldershire/services/blue-badge";
pub(super) const MAIR: &str = "mair@example.org";
const CONDITION: &str = "My hips give way <after> a few steps";
/// Longer than any session rests, in seconds.
pub(super) const TOO_LONG: i64 = 61 * 60;

pub(super) fn world() -> World {
    World::also(&[files("services/blue-badge")])
}

/// A resident who has signed in on the way into the form, at its first page.
async fn begun(world: &World) -> (Browser, Read) {
    let mut browser = Browser::new();
    browser.sign_in(world, &format!("/aldershire/sign-in?onward={BADGE}"), MAIR).await;
    let start = browser.get(world, BADGE).await;
    let first = browser.send(world, &start, &[]).await;
    (browser, first)
}

/// From the first page to the one that asks what the condition is.
async fn to_condition(world: &World, browser: &mut Browser, first: &Read) -> Read {
    let home = home("wealdmere", 0);
    let born = [("birth_date-day", "2"), ("birth_date-month", "3"), ("birth_date-year", "1951")];
    let who = [[("full_name", "Mair Puw")].as_slice(), &born].concat();
    let page = browser.send(world, first, &who).await;
    let page = browser.send(world, &page, &[("address-postcode", &home.postcode)]).await;
    let page = browser.send(world, &page, &[("address", &home.uprn)]).await;
    let page = browser.send(world, &page, &[("qualifies_by", "none")]).await;
    let page = browser.send(world, &page, &[("effects", "walking")]).await;
    browser.send(world, &page, &[("distance", "under_30")]).await
}

async fn from_condition(world: &World, browser: &mut Browser, page: &Read) -> Read {
    let page = browser.send(world, page, &[("condition", CONDITION)]).await;
    let page = browser.send(world, &page, &[("help", "A stick")]).await;
    let page = browser.send(world, &page, &[("treatment", "")]).await;
    browser.send(world, &page, &[("email", MAIR), ("phone", "")]).await
}

/// A form that is filled in, on the page of answers to check.
pub(super) async fn filled(world: &World) -> (Browser, Read) {
    let (mut browser, first) = begun(world).await;
    let page = to_condition(world, &mut browser, &first).await;
    let check = from_condition(world, &mut browser, &page).await;
    assert_eq!(check.path, format!("{BADGE}/check"), "{}", check.errors());
    (browser, check)
}

/// From the page that asks to sign in back to where one was.
pub(super) async fn signs_in(
    world: &World,
    browser: &mut Browser,
    page: &Read,
    email: &str,
) -> Read {
    assert!(page.path.contains("/sign-in?onward="), "{}", page.line());
    let sent = browser.send(world, page, &[("email", email)]).await;
    let code = world.code(email);
    browser.send(world, &sent, &[("code", &code)]).await
}

#[tokio::test]
async fn a_double_submit_of_any_page_makes_one_request() {
    let world = world();
    let (browser, check) = filled(&world).await;
    let (mut one, mut two) = (browser.clone(), browser);
    let (first, second) =
        tokio::join!(one.send(&world, &check, &[]), two.send(&world, &check, &[]));
    assert!(!first.reference().is_empty());
    assert_eq!(first.reference(), second.reference());
    for page in ["/start", "/pages/condition"] {
        let again = one.get(&world, &format!("{BADGE}{page}")).await;
        assert_ne!(again.status, 500, "{}", again.line());
    }
    let back = one.send(&world, &check, &[]).await;
    assert_eq!(back.reference(), first.reference(), "after the back button too");
    assert_eq!(world.requests("aldershire"), 1);
}

#[tokio::test]
async fn an_earlier_page_sent_again_keeps_what_was_answered_later() {
    let world = world();
    let (mut browser, first_check) = filled(&world).await;
    let qualifies = browser.get(&world, &format!("{BADGE}/pages/qualifies")).await;
    assert!(qualifies.html.contains("value=\"none\" checked"), "{}", qualifies.html);
    let next = browser.send(&world, &qualifies, &[("qualifies_by", "none")]).await;
    assert_eq!(next.path, format!("{BADGE}/pages/effects"));
    let check = browser.get(&world, &format!("{BADGE}/check")).await;
    assert_eq!(
        super::browser::plain(&check.html).len(),
        super::browser::plain(&first_check.html).len()
    );

    let other = browser.send(&world, &qualifies, &[("qualifies_by", "award")]).await;
    assert_eq!(other.path, format!("{BADGE}/pages/contact"), "the rest is needless now");
    let check = browser.get(&world, &format!("{BADGE}/check")).await;
    assert!(!check.says(CONDITION), "and is not sent");
    browser.send(&world, &qualifies, &[("qualifies_by", "none")]).await;
    let check = browser.get(&world, &format!("{BADGE}/check")).await;
    assert!(check.says(CONDITION), "whoever changes it back finds it: {}", check.line());

    let postcode = browser.get(&world, &format!("{BADGE}/pages/address?postcode")).await;
    let home = home("wealdmere", 0);
    let address = browser.send(&world, &postcode, &[("address-postcode", &home.postcode)]).await;
    let chosen = format!("value=\"{}\" checked", home.uprn);
    assert!(address.html.contains(&chosen), "the same postcode keeps the address");
}

#[tokio::test]
async fn what_is_posted_after_the_session_ended_is_on_the_page_after_signing_in() {
    let world = world();
    let (mut browser, first) = begun(&world).await;
    let page = to_condition(&world, &mut browser, &first).await;
    let here = format!("{BADGE}/pages/condition");
    assert_eq!(page.path, here);

    world.wait(TOO_LONG).await;
    let ended = browser.send(&world, &page, &[("condition", CONDITION)]).await;
    assert!(ended.says("You were signed out because nothing was done here for a while"));
    let back = signs_in(&world, &mut browser, &ended, MAIR).await;
    assert!(back.path.starts_with(&here), "{}", back.path);
    assert!(super::browser::plain(&back.html).contains(CONDITION), "{}", back.html);
    let check = from_condition(&world, &mut browser, &back).await;
    for kept in ["Mair Puw", CONDITION, "A stick"] {
        assert!(check.says(kept), "{kept}");
    }

    world.wait(TOO_LONG).await;
    let ended = browser.get(&world, &format!("{BADGE}/pages/help")).await;
    assert!(!ended.says("A stick"), "nothing is shown to whoever sits there now");
    let back = signs_in(&world, &mut browser, &ended, MAIR).await;
    assert_eq!(back.path, format!("{BADGE}/pages/help"));
    assert!(back.says("A stick"));

    world.wait(TOO_LONG).await;
    let ended = browser.get(&world, &format!("{BADGE}/check")).await;
    assert!(!ended.says(CONDITION));
    let ended = browser.send(&world, &check, &[]).await;
    let back = signs_in(&world, &mut browser, &ended, MAIR).await;
    assert_eq!(back.path, format!("{BADGE}/check"));
    assert!(!browser.send(&world, &back, &[]).await.reference().is_empty());
}

#[tokio::test]
async fn who_comes_back_to_the_start_goes_on_where_they_were() {
    let world = world();
    let (mut browser, first) = begun(&world).await;
    to_condition(&world, &mut browser, &first).await;
    let start = browser.get(&world, BADGE).await;
    assert!(start.says("Go on where you were") && start.says("Start again"));
    assert!(start.html.contains(&format!("href=\"{BADGE}/pages/condition\"")), "{}", start.html);
    let call = Browser::new().get(&world, BADGE).await;
    assert!(!call.says("Go on where you were"), "of another browser's form nothing is said");
    let fresh = browser.send(&world, &start, &[]).await;
    assert!(!fresh.html.contains("Mair Puw"), "who starts again starts empty");
}

#[tokio::test]
async fn a_form_goes_on_only_for_the_person_who_signed_in_for_it() {
    let world = world();
    let (mut browser, check) = filled(&world).await;
    world.wait(TOO_LONG).await;
    let ended = browser.get(&world, &check.path).await;
    let other = signs_in(&world, &mut browser, &ended, "ifan@example.org").await;
    for page in ["/check", "/pages/condition", ""] {
        let page = browser.get(&world, &format!("{BADGE}{page}")).await;
        assert_eq!(page.path, BADGE, "{}", other.path);
        assert!(!page.says(CONDITION) && !page.says("Go on where you were"));
    }
    let sent = browser.send(&world, &check, &[]).await;
    assert!(sent.reference().is_empty() && world.requests("aldershire") == 0, "{}", sent.line());
}

#[tokio::test]
async fn what_is_asked_and_answered_outlives_the_sessions_too() {
    const QUESTION: &str = "Did a clinic write about your hips?";
    const ANSWER: &str = "Yes, in March";
    let world = world();
    let (mut mair, check) = filled(&world).await;
    let reference = mair.send(&world, &check, &[]).await.reference();
    let (mut assessor, task) = assessor_of(&world, &reference).await;
    let shown = assessor.get(&world, &task).await;
    world.wait(TOO_LONG).await;
    let ended = assessor.send_form(&world, shown.form_to("/ask"), &[("question", QUESTION)]).await;
    let back = signs_in(&world, &mut assessor, &ended, ASSESSOR).await;
    assert!(back.path.starts_with(&task), "{}", back.path);
    assert!(back.says(QUESTION) && back.html.contains("<details open>"), "{}", back.html);
    let out = assessor.send_form(&world, back.form_to("/ask"), &[("question", QUESTION)]).await;
    assert_eq!(out.path, task, "{}", out.errors());

    let page = format!("/aldershire/requests/{reference}/question");
    let asked = mair.get(&world, &page).await;
    let asked = signs_in(&world, &mut mair, &asked, MAIR).await;
    assert!(asked.says(QUESTION), "{}", asked.line());
    world.wait(TOO_LONG).await;
    let ended = mair.send(&world, &asked, &[("answer", ANSWER)]).await;
    assert!(!ended.says(QUESTION));
    let back = signs_in(&world, &mut mair, &ended, MAIR).await;
    assert!(back.path.starts_with(&page) && back.says(ANSWER), "{}", back.html);
    let told = mair.send(&world, &back, &[("answer", ANSWER)]).await;
    assert_eq!(told.path, format!("/aldershire/requests/{reference}"));
    assert!(assessor_of(&world, &reference).await.0.get(&world, &task).await.says(ANSWER));
}
