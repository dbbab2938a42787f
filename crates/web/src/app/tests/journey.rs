//! A resident's way through the service, in both languages.

use expect_test::expect;

use super::region::home;
use super::{Browser, Read, SERVICE, World};

fn start(body: &str) -> String {
    format!("/{body}/services/{SERVICE}")
}

#[tokio::test]
async fn a_missed_bin_goes_straight_through() {
    let world = World::new();
    let home = home("wealdmere", 0);
    let mut browser = Browser::new();
    let mut trace = Vec::new();
    let front = browser.get(&world, "/wealdmere/?q=wheelie").await;
    trace.push(front.line());
    assert!(front.says("1 service for \u{201c}wheelie\u{201d}"), "{}", front.html);
    let page = browser.get(&world, &start("wealdmere")).await;
    trace.push(page.line());
    let page = browser.send(&world, &page, &[]).await;
    trace.push(page.line());
    let page = browser.send(&world, &page, &[("address-postcode", &home.postcode)]).await;
    trace.push(page.line());
    assert!(page.says(&home.line), "the addresses of the postcode");
    let check =
        Browser::walk_to_check(&mut Browser::new(), &world, &start("wealdmere"), &home).await;
    trace.push(check.line());
    assert!(check.says("By the <gate> & hedge"), "escaped, and as written");
    assert!(check.says(&format!("{} {} Change", home.line, home.postcode)), "{}", check.html);
    assert!(check.says("November 2026"));
    let done = browser.report(&world, &start("wealdmere"), &home).await;
    trace.push(done.line());
    let reference = done.reference();
    world.wait(1).await;
    let status = browser.get(&world, &format!("/wealdmere/requests/{reference}")).await;
    trace.push(status.line().replace(&reference, "REF"));
    assert!(status.says("We have sent this to the waste contractor."));
    assert!(!status.says(&home.line) && !status.says("mair@example.org"), "no personal data");
    world.emptied("wealdmere").await;
    let status = browser.get(&world, &format!("/wealdmere/requests/{reference}")).await;
    assert!(status.says("Your bin has been emptied. The contractor told us so."));
    trace.push(status.text_of("<strong class=\"tag"));
    expect![[r"
        200 /wealdmere/?q=wheelie | What do you need from Wealdmere District Council?
        200 /wealdmere/services/missed-bin-collection | Bins and recycling Report a missed bin collection
        200 /wealdmere/services/missed-bin-collection/pages/address | Where was the bin missed?
        200 /wealdmere/services/missed-bin-collection/pages/address | Where was the bin missed?
        200 /wealdmere/services/missed-bin-collection/check | Report a missed bin collection Check your answers
        200 /wealdmere/services/missed-bin-collection/done | We have your request
        200 /wealdmere/requests/REF | Reference REF Report a missed bin collection
        Done"]]
    .assert_eq(&trace.join("\n"));
}

#[tokio::test]
async fn the_welsh_council_serves_in_both_languages() {
    let world = World::new();
    let home = home("bro-eirlys", 0);
    let mut browser = Browser::new();
    let front = browser.get(&world, "/bro-eirlys/").await;
    assert_eq!(front.header("content-language"), "cy", "its own language first");
    assert!(front.html.contains("<html lang=\"cy\">"));
    let done = browser.report(&world, &start("bro-eirlys"), &home).await;
    let reference = done.reference();
    assert_eq!(done.heading(), "Mae eich cais wedi ein cyrraedd");
    world.wait(1).await;
    let path = format!("/bro-eirlys/requests/{reference}");
    let status = browser.get(&world, &path).await;
    assert!(status.says("Rydym wedi anfon hwn at Gwastraff Eirlys."), "{}", status.html);
    let english = browser.get(&world, &format!("{path}?lang=en")).await;
    assert_eq!(english.path, path, "the choice is kept, and the address is clean");
    assert!(english.says("We have sent this to Gwastraff Eirlys."));
    world.emptied("bro-eirlys").await;
    let mails = crate::OutboxView::messages(&*world.outbox);
    assert!(mails.iter().any(|mail| mail.to == "mair@example.org"));
    let welsh = browser.get(&world, &format!("{path}?lang=cy")).await;
    assert!(welsh.says("Mae eich bin wedi'i wagio."));
}

#[tokio::test]
async fn a_language_is_chosen_or_wished_but_only_one_that_the_body_serves() {
    let world = World::new();
    let mut browser = Browser { accepts: "fr, en-GB;q=0.8, cy;q=0.9", ..Browser::new() };
    assert_eq!(browser.get(&world, "/bro-eirlys/").await.header("content-language"), "cy");
    assert_eq!(browser.get(&world, "/wealdmere/").await.header("content-language"), "en");
    let asked = browser.get(&world, "/wealdmere/?lang=cy&q=bin").await;
    assert_eq!(
        (asked.path.as_str(), asked.header("content-language")),
        ("/wealdmere/?q=bin", "en")
    );
    let mut english = Browser { accepts: "en", ..Browser::new() };
    assert_eq!(english.get(&world, "/bro-eirlys/").await.header("content-language"), "en");
    english.get(&world, "/bro-eirlys/?lang=cy").await;
    assert_eq!(english.get(&world, "/bro-eirlys/help").await.header("content-language"), "cy");
    let region = english.get(&world, "/?lang=cy").await;
    assert_eq!((region.path.as_str(), region.header("content-language")), ("/", "cy"));
}

async fn at_page(world: &World, browser: &mut Browser, home: &super::region::Home) -> Read {
    let page = browser.get(world, &start("wealdmere")).await;
    let page = browser.send(world, &page, &[]).await;
    let page = browser.send(world, &page, &[("address-postcode", &home.postcode)]).await;
    let page = browser.send(world, &page, &[("address", &home.uprn)]).await;
    browser.send(world, &page, &[("bin", "refuse")]).await
}

#[tokio::test]
async fn an_error_stands_in_the_summary_and_keeps_what_was_typed() {
    let world = World::new();
    let home = home("wealdmere", 0);
    let mut browser = Browser::new();
    let page = browser.get(&world, &start("wealdmere")).await;
    let postcode = browser.send(&world, &page, &[]).await;
    let mut trace = Vec::new();
    let mut note = |read: &Read| trace.push(format!("{} | {}", read.line(), read.errors()));
    let read = browser.send(&world, &postcode, &[("address-postcode", " ")]).await;
    note(&read);
    let read = browser.send(&world, &postcode, &[("address-postcode", "SW1A 1AA")]).await;
    note(&read);
    assert!(read.html.contains("value=\"SW1A 1AA\""));
    let chosen = browser.send(&world, &postcode, &[("address-postcode", &home.postcode)]).await;
    let read = browser.send(&world, &chosen, &[]).await;
    note(&read);
    let read = browser.send(&world, &chosen, &[("address", "1")]).await;
    note(&read);
    let bin = browser.send(&world, &chosen, &[("address", &home.uprn)]).await;
    let read = browser.send(&world, &bin, &[]).await;
    note(&read);
    let read = browser.send(&world, &bin, &[("bin", "<script>")]).await;
    note(&read);
    let day = browser.send(&world, &bin, &[("bin", "refuse")]).await;
    let parts = [("missed_on-day", "31"), ("missed_on-month", "2"), ("missed_on-year", "2026")];
    let read = browser.send(&world, &day, &parts).await;
    note(&read);
    assert!(read.html.contains("value=\"31\"") && read.html.contains("<title>Error: "));
    let parts = [("missed_on-day", "25"), ("missed_on-month", "11"), ("missed_on-year", "2026")];
    let read = browser.send(&world, &day, &parts).await;
    note(&read);
    expect![[r"
        422 /wealdmere/services/missed-bin-collection/pages/address | Where was the bin missed? | Enter the postcode, like ZZ1 0AA
        422 /wealdmere/services/missed-bin-collection/pages/address | Where was the bin missed? | We have no address with this postcode. Check it, or call us if it is right.
        422 /wealdmere/services/missed-bin-collection/pages/address | Where was the bin missed? | Choose the address where the bin was missed
        422 /wealdmere/services/missed-bin-collection/pages/address | Where was the bin missed? | Choose an address in our area, or ring us if yours is not listed
        422 /wealdmere/services/missed-bin-collection/pages/bin | Which bin was missed? | Choose which bin was missed
        422 /wealdmere/services/missed-bin-collection/pages/bin | Which bin was missed? | Choose one of the bins listed
        422 /wealdmere/services/missed-bin-collection/pages/day | When was the bin due? | Enter a real date, like 27 3 2026
        422 /wealdmere/services/missed-bin-collection/pages/day | When was the bin due? | The day must be today or in the past"]]
    .assert_eq(&trace.join("\n"));
}

#[tokio::test]
async fn sending_twice_makes_one_request() {
    let world = World::new();
    let mut browser = Browser::new();
    let check = browser.walk_to_check(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    let (mut one, mut two) = (browser.clone(), browser.clone());
    let (first, second) =
        tokio::join!(one.send(&world, &check, &[]), two.send(&world, &check, &[]));
    assert_eq!(first.reference(), second.reference());
    assert!(!first.reference().is_empty());
    let again = one.send(&world, &check, &[]).await;
    assert_eq!(again.reference(), first.reference(), "after the back button too");
    let back = one.get(&world, &format!("{}/check", start("wealdmere"))).await;
    assert_eq!(back.reference(), first.reference(), "what was sent is shown, not asked again");
    assert_eq!(world.requests("wealdmere"), 1);
}

#[tokio::test]
async fn nobody_sends_what_they_did_not_check() {
    let world = World::new();
    let mut browser = Browser::new();
    let check = browser.walk_to_check(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    let change = format!("{}/pages/bin?change=1", start("wealdmere"));
    let bin = browser.get(&world, &change).await;
    let after = browser.send(&world, &bin, &[("bin", "food")]).await;
    assert_eq!(after.path, format!("{}/check", start("wealdmere")), "straight back to check");
    assert!(after.says("Food waste"));
    let stale = browser.send(&world, &check, &[]).await;
    assert_eq!(stale.heading(), after.heading(), "the other tab is shown the answers again");
    assert_eq!(world.requests("wealdmere"), 0);
    assert!(!browser.send(&world, &stale, &[]).await.reference().is_empty());
}

#[tokio::test]
async fn a_second_report_joins_the_open_one() {
    let world = World::new();
    let home = home("wealdmere", 0);
    let first = Browser::new().report(&world, &start("wealdmere"), &home).await;
    let mut other = Browser::new();
    let second = other.report(&world, &start("wealdmere"), &home).await;
    assert_eq!(first.reference(), second.reference());
    assert!(second.says("Somebody has already told us about this"));
    assert!(!first.says("Somebody has already told us about this"));
}

#[tokio::test]
async fn what_is_not_fixed_goes_back_and_only_when_it_is_closed() {
    let world = World::new();
    let mut browser = Browser::new();
    let done = browser.report(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    let page = format!("/wealdmere/requests/{}", done.reference());
    world.wait(1).await;
    let early = browser.get(&world, &format!("{page}/not-fixed")).await;
    assert_eq!(early.status, 409, "it is still open");
    world.emptied("wealdmere").await;
    let ask = browser.get(&world, &format!("{page}/not-fixed")).await;
    assert_eq!(ask.heading().split(' ').next_back(), Some("fixed"));
    let empty = browser.send(&world, &ask, &[("note", "  ")]).await;
    assert_eq!(
        (empty.status.as_u16(), empty.errors().as_str()),
        (422, "Say what is still wrong, in a few words")
    );
    let said = browser.send(&world, &ask, &[("note", "The bin is still full.")]).await;
    assert_eq!(said.path, page);
    assert!(said.says("Your request is open again"));
    let now = said.text_of("<p class=\"sentence");
    assert!(now.starts_with("We have your request") || now.starts_with("You told us"), "{now}");
    assert!(!said.says("still full"), "what was said is not shown to whoever has the reference");
    let again = browser.get(&world, &page).await;
    assert!(!again.says("your words are on their way"), "told once");
    world.wait(1).await;
    let sent = browser.get(&world, &page).await;
    assert!(
        sent.says("You told us that it is not fixed."),
        "{}",
        super::browser::plain(&sent.html)
    );
}

#[tokio::test]
async fn a_request_can_be_taken_back() {
    let world = World::new();
    let mut browser = Browser::new();
    let done = browser.report(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    let page = format!("/wealdmere/requests/{}", done.reference());
    let ask = browser.get(&world, &format!("{page}/withdraw")).await;
    let gone = browser.send(&world, &ask, &[]).await;
    assert!(gone.says("We have taken your request back.") && gone.says("Taken back"));
    assert_eq!(browser.get(&world, &format!("{page}/withdraw")).await.status, 409);
}

#[tokio::test]
async fn a_rule_refuses_with_its_words_its_law_and_no_claim() {
    let world = World::new();
    let mut home = home("bro-eirlys", 0);
    home.due = home.due.plus_days(-1);
    let mut browser = Browser::new();
    let done = browser.report(&world, &start("bro-eirlys"), &home).await;
    assert_eq!(done.heading(), "Mae gennym ateb i chi", "the answer came at once");
    let status = format!("/bro-eirlys/requests/{}", done.reference());
    let status = browser.get(&world, &status).await;
    for page in [&done, &status] {
        let plain = super::browser::plain(&page.html);
        for said in [
            "Nid oedd disgwyl i'r bin hwnnw gael ei wagio yn y cyfeiriad hwn ar y diwrnod hwnnw.",
            "Nid oes casgliad o'r bin hwn yn y cyfeiriad hwn ar y diwrnod hwnnw yn y calendr casglu.",
            "Deddf Diogelu'r Amgylchedd 1990, adran 46(1)",
            "Cyfrifiadur wnaeth y penderfyniad hwn gan ddefnyddio rheolau Cyngor Bro Eirlys.",
        ] {
            assert_eq!(plain.matches(said).count(), 1, "{said}: {plain}");
        }
        assert!(!page.says("hawliad"), "a report is no claim");
        assert!(!page.says("Erbyn"), "nothing is promised any more");
    }
    assert!(done.says("Rydym wedi anfon e-bost gyda'r cyfeirnod hwn i mair@example.org."));
    assert!(!done.says("Ysgrifennwch y cyfeirnod"));
}

#[tokio::test]
async fn a_confirmation_says_where_the_reference_went_and_what_was_done() {
    let world = World::new();
    let mut browser = Browser::new();
    let done = browser.report(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    assert!(done.says("We have sent this to the waste contractor."), "{}", done.html);
    assert!(done.says("We have sent an e-mail with this reference to mair@example.org."));
    let mail = world.mail("mair@example.org");
    assert!(mail.contains("empty the bin by Thursday 26 November 2026."), "{mail}");
    let other = Browser::new().report(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    assert_eq!(other.reference(), done.reference(), "it is joined");
    assert!(!other.says("mair@example.org"), "somebody else's address");
    world.fault(8111, emulators::Fault::Down);
    let waits = Browser::new().report(&world, &start("wealdmere"), &home("wealdmere", 1)).await;
    assert!(waits.says("We have your request and are dealing with it."), "{}", waits.html);
    assert!(waits.says("Write the reference down."));
}

#[tokio::test]
async fn a_reference_is_looked_up_however_it_is_written() {
    let world = World::new();
    let mut browser = Browser::new();
    let done = browser.report(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    let lookup = browser.get(&world, "/wealdmere/requests").await;
    let written = done.reference().to_lowercase().replace('-', " ");
    let found = browser.send(&world, &lookup, &[("reference", &written)]).await;
    assert_eq!(found.path, format!("/wealdmere/requests/{}", done.reference()));
    let wrong = browser.send(&world, &lookup, &[("reference", "MBC-1")]).await;
    assert_eq!((wrong.status.as_u16(), wrong.html.contains("value=\"MBC-1\"")), (422, true));
    let other = browser.get(&world, &format!("/bro-eirlys/requests/{}", done.reference())).await;
    assert_eq!(other.status, 404, "another body does not know it");
}

#[tokio::test]
async fn a_postcode_can_be_changed_and_the_way_back_is_kept() {
    let world = World::new();
    let home = home("wealdmere", 0);
    let mut browser = Browser::new();
    let day = at_page(&world, &mut browser, &home).await;
    assert!(
        day.html.contains(&format!("class=\"back\" href=\"{}/pages/bin\"", start("wealdmere")))
    );
    let address = browser.get(&world, &format!("{}/pages/address", start("wealdmere"))).await;
    assert!(address.html.contains("checked"), "the answer stands in its field");
    let change =
        browser.get(&world, &format!("{}/pages/address?postcode=", start("wealdmere"))).await;
    assert!(change.html.contains("name=\"address-postcode\""));
    let skipped = browser.get(&world, &format!("{}/check", start("wealdmere"))).await;
    assert_eq!(skipped.path, format!("{}/pages/day?change=1", start("wealdmere")));
}
