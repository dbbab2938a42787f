//! Who looked at a person's data, with its proof; what they asked for everywhere; agreements, their
//! use, and the record of processing.

use base::Channel;
use runtime::{Authority, Command, LedgerProof, ProofFault, Submit};
use serde_json::json;

use super::desk::{CASEWORKER, CITIZEN, ask_signed_in, package, staff, task_of};
use super::region::{files, home};
use super::{Browser, SERVICE, World};

const DATA: &str = "/wealdmere/my-data";

#[tokio::test]
async fn each_look_is_one_sentence_with_its_proof_for_that_person_alone() {
    let world = World::also(&[package("caseworker")]);
    let (mut resident, reference) = ask_signed_in(&world).await;
    let before = resident.get(&world, DATA).await;
    assert!(before.says("Nobody has opened your data here"), "{}", before.html);
    let mut caseworker = staff(&world, CASEWORKER).await;
    caseworker.get(&world, &task_of(&world, &reference)).await;
    caseworker.get(&world, &task_of(&world, &reference)).await;
    let looked = resident.get(&world, DATA).await;
    assert!(looked.says("Caseworker at Wealdmere District Council"), "{}", looked.html);
    assert!(looked.says("They opened your answers to work on your request."));
    assert!(looked.says(&reference) && looked.says("Entry 1") && looked.says("Entry 2"));

    let file = resident.get(&world, &format!("{DATA}/1/proof")).await;
    assert!(file.header("content-disposition").starts_with("attachment"));
    let proof: LedgerProof = serde_json::from_str(&file.html).unwrap();
    assert_eq!(proof.verify(), Ok(()));
    assert!(proof.record.contains("\"viewed\"") && proof.record.contains("\"caseworker\""));
    let record = proof.record.replace("caseworker", "operator");
    let changed = LedgerProof { record, ..proof.clone() };
    assert_eq!(changed.verify(), Err(ProofFault::Record));
    assert_eq!(LedgerProof { leaf: 2, ..proof.clone() }.verify(), Err(ProofFault::Path));
    let checkpoint = proof.checkpoint.replace("wealdmere", "bro-eirlys");
    assert_eq!(LedgerProof { checkpoint, ..proof }.verify(), Err(ProofFault::Checkpoint));

    let mut other = Browser::new();
    other.sign_in(&world, "/wealdmere/sign-in", "ifan@example.org").await;
    assert_eq!(other.get(&world, &format!("{DATA}/1/proof")).await.status, 404);
    assert!(!other.get(&world, DATA).await.says(&reference));
}

#[tokio::test]
async fn one_sign_in_shows_what_was_asked_everywhere_and_one_sign_out_ends_it() {
    let world = World::new();
    let mut resident = Browser::new();
    let nobody = resident.get(&world, "/my-requests").await;
    assert!(nobody.says("Sign in with one of them"), "{}", nobody.html);
    resident.sign_in(&world, "/wealdmere/sign-in", CITIZEN).await;
    let start = |body: &str| format!("/{body}/services/{SERVICE}");
    let near = resident.report(&world, &start("wealdmere"), &home("wealdmere", 0)).await;
    let far = resident.report(&world, &start("bro-eirlys"), &home("bro-eirlys", 0)).await;
    let (near, far) = (near.reference(), far.reference());
    let body = |id: &str| world.host.body(&id.parse().unwrap()).unwrap();
    let person = |id: &str, reference: &str| {
        let case = body(id).case_of(&reference.parse().unwrap()).unwrap().unwrap();
        case.case.request.person.expect("a person who signed in")
    };
    assert_ne!(person("wealdmere", &near), person("bro-eirlys", &far), "two names for one person");
    let all = resident.get(&world, "/my-requests").await;
    assert!(all.says(&near) && all.says(&far), "{}", all.html);
    assert!(all.says("Wealdmere District Council"));
    let own = resident.get(&world, "/wealdmere/my-requests").await;
    assert!(own.says(&near) && !own.says(&far), "no body has the other's list");

    let (_, pairs) = resident.get(&world, "/wealdmere/requests").await.form();
    resident.send_form(&world, ("/wealdmere/sign-out".to_owned(), pairs), &[]).await;
    assert!(!resident.get(&world, "/my-requests").await.says(&far));
    let elsewhere = resident.get(&world, "/bro-eirlys/my-requests").await;
    assert!(elsewhere.path.contains("/sign-in"), "{}", elsewhere.path);
}

#[tokio::test]
async fn agreements_are_public_and_their_use_is_the_officers() {
    let world = World::new();
    let mut anybody = Browser::new();
    let list = anybody.get(&world, "/aldershire/agreements").await;
    assert!(list.says("Free school meals: whether a qualifying benefit is paid"), "{}", list.html);
    assert!(list.says("In force") && !list.says("Refused:"));
    let page = anybody.get(&world, "/aldershire/agreements/qualifying-benefits").await;
    assert!(page.says("A6-1-e") && page.says("DPIA 2026/14") && !page.says("How it was used"));
    let welsh = anybody.get(&world, "/bro-eirlys/agreements?lang=cy").await;
    assert!(welsh.says("Cytundebau rhannu data"), "{}", welsh.html);
    assert_eq!(anybody.get(&world, "/aldershire/agreements/none").await.status, 404);

    let mut officer = Browser::new();
    officer.sign_in(&world, "/aldershire/staff/sign-in", "petra.wynstanley@example.org").await;
    let home = officer.get(&world, "/aldershire/staff/data-protection").await;
    assert!(home.says("Asked or told: 0. Refused: 0."), "{}", home.html);
    let address = "/aldershire/staff/data-protection/agreements/qualifying-benefits";
    let used = officer.get(&world, address).await;
    assert!(used.says("Nothing has crossed under it yet."), "{}", used.html);
}

#[tokio::test]
async fn the_record_of_processing_is_made_from_what_runs() {
    let world = World::also(&[package("caseworker")]);
    let mut officer = Browser::new();
    officer.sign_in(&world, "/wealdmere/staff/sign-in", "yasmin.thorneycroft@example.org").await;
    let record = officer.get(&world, "/wealdmere/staff/data-protection/record").await;
    assert!(record.says("Hardship award") && record.says("Report a missed bin"));
    assert!(
        record.says("Wealdmere District Council") && record.says("Nothing is erased by itself yet")
    );
    assert!(record.says("Nothing: a person decides"), "{}", record.html);
    // Who is answerable and how they are reached, the officer, and what is kept outside the country.
    assert!(
        record.says("01632 960200") && record.says("Yasmin Thorneycroft, yasmin.thorneycroft@")
    );
    assert!(record.says("Nothing, by what its back offices are entered with"));
    assert!(record.says("By Greenway Waste: Ireland, under"), "{}", record.html);
    let file = officer.get(&world, "/wealdmere/staff/data-protection/record.csv").await;
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.html.matches("\r\n").count(), 3, "a heading and two services: {}", file.html);
    let mut agency = Browser::new();
    let email = "rufus.okonjo-vale@example.com";
    agency.sign_in(&world, "/benefits-agency/staff/sign-in", email).await;
    let answers = agency.get(&world, "/benefits-agency/staff/data-protection/record").await;
    assert!(answers.says("About whom") || answers.says("People about whom another body asks"));
    assert!(answers.says("Aldershire County Council, under qualifying-benefits@1"));
}

#[tokio::test]
async fn what_crosses_is_told_to_the_person_and_counted_for_the_officer() {
    let world = World::also(&[files("services/change-of-address")]);
    let mut resident = Browser::new();
    resident.sign_in(&world, "/wealdmere/sign-in", CITIZEN).await;
    let start = format!("/wealdmere/services/{SERVICE}");
    let bin = resident.report(&world, &start, &home("wealdmere", 0)).await.reference();
    let body: base::BodyId = "wealdmere".parse().unwrap();
    let case = world.host.body(&body).unwrap().case_of(&bin.parse().unwrap()).unwrap().unwrap();
    let person = case.case.request.person.unwrap();
    let given = json!({
        "given_name": "Mair", "surname": "Example", "date_of_birth": "1985-03-27",
        "old_address": home("wealdmere", 0).uprn, "stays_in_area": true,
        "new_address": home("wealdmere", 1).uprn, "moved_on": "2026-12-01", "keep_from": false,
    });
    let submit = Submit {
        service: "change-of-address".parse().unwrap(),
        channel: Channel::Web,
        language: None,
        given: serde_json::from_value(given).unwrap(),
        draft: None,
        earlier: Vec::new(),
    };
    let citizen = Authority::Citizen { person, assurance: runtime::Assurance::default() };
    world.host.submit(&body, citizen, Command::Submit(Box::new(submit))).await.unwrap();
    world.wait(5).await;
    let told = resident.get(&world, DATA).await;
    assert!(told.says("We told Aldershire County Council:"), "{}", told.html);
    assert!(told.says("under the agreement “New addresses for the county library”"));
    let proof = resident.get(&world, &format!("{DATA}/1/proof")).await;
    let proof: LedgerProof = serde_json::from_str(&proof.html).unwrap();
    assert_eq!(proof.verify(), Ok(()));

    let mut officer = Browser::new();
    officer.sign_in(&world, "/wealdmere/staff/sign-in", "yasmin.thorneycroft@example.org").await;
    let home = officer.get(&world, "/wealdmere/staff/data-protection").await;
    assert!(home.says("Asked or told: 1. Refused: 0."), "{}", home.html);
    let address = "/wealdmere/staff/data-protection/agreements/address-library";
    let used = officer.get(&world, address).await;
    assert!(used.says("Of every one the other body has been heard."), "{}", used.html);
}
