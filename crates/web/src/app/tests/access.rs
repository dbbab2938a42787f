//! Every endpoint by each caller with its answer.

use std::fmt::Write as _;

use base::Role;
use expect_test::expect_file;

use super::browser::{encoded, get, post};
use super::region::home;
use super::{Browser, SERVICE, World};
use crate::{ENDPOINTS, Endpoint};

/// The staff of Wealdmere, one for each role.
const STAFF: [(Role, &str); 8] = [
    (Role::Agent, "rosalind.hartwood@example.org"),
    (Role::Caseworker, "tomasz.brightwell@example.org"),
    (Role::Assessor, "nimmi.oakhanger@example.org"),
    (Role::Designer, "felix.underbarrow@example.org"),
    (Role::Head, "grace.pellington@example.org"),
    (Role::Finance, "leopold.marchbank@example.org"),
    (Role::DataProtection, "yasmin.thorneycroft@example.org"),
    (Role::Operator, "osgood.penhallow@example.org"),
];

fn address(endpoint: &Endpoint, reference: &str) -> String {
    let query = match endpoint.path.rsplit('/').next() {
        Some("cases") => "?behind=requests",
        Some("settle") => "?how=done",
        _ => "",
    };
    let path = format!("{}{query}", endpoint.path);
    path.replace("{body}", "wealdmere")
        .replace("{service}", SERVICE)
        .replace("{page}", "address")
        .replace("{reference}", reference)
        .replace("{message}", "00000000-0000-0000-0000-000000000001")
        .replace("{case}", "00000000-0000-0000-0000-000000000001")
        .replace("{contact}", "00000000-0000-0000-0000-000000000001")
        .replace("{act}", "chase")
        .replace("{element}", "1")
        .replace("{agreement}", "qualifying-benefits")
        .replace("{leaf}", "0")
}

async fn answer(world: &World, browser: &Browser, endpoint: &Endpoint, path: &str) -> String {
    let mut browser = browser.clone();
    let front = browser.get(world, "/wealdmere/requests").await;
    let read = if endpoint.method == "GET" {
        browser.once(world, get(path)).await
    } else {
        let (_, pairs) = front.form();
        browser.once(world, post(path, encoded(&pairs))).await
    };
    match read.header("location").split('?').next() {
        Some(to) if to.contains("/sign-in") => "sign-in".to_owned(),
        _ => read.status.as_u16().to_string(),
    }
}

#[tokio::test]
async fn the_access_table_is_as_committed() {
    let world = World::new();
    let start = format!("/wealdmere/services/{SERVICE}");
    let reference = Browser::new().report(&world, &start, &home("wealdmere", 0)).await.reference();
    let mut callers = vec![("visitor", Browser::new())];
    let mut citizen = Browser::new();
    citizen.sign_in(&world, "/wealdmere/sign-in", "ifan@example.org").await;
    callers.push(("citizen", citizen));
    for (role, email) in STAFF {
        let mut browser = Browser::new();
        browser.sign_in(&world, "/wealdmere/staff/sign-in", email).await;
        callers.push((role.key(), browser));
    }
    let mut elsewhere = Browser::new();
    let email = "caradog.penrhos-wyn@example.net";
    elsewhere.sign_in(&world, "/bro-eirlys/staff/sign-in", email).await;
    callers.push(("operator elsewhere", elsewhere));

    let mut table = String::new();
    let (leave, stay): (Vec<&Endpoint>, Vec<&Endpoint>) = ENDPOINTS.iter().partition(|endpoint| {
        ["/sign-out", "/withdraw"].iter().any(|end| endpoint.path.ends_with(end))
    });
    for endpoint in stay.into_iter().chain(leave) {
        let path = address(endpoint, &reference);
        let _ = writeln!(table, "{} {}", endpoint.method, endpoint.path);
        let mut answers: Vec<(String, Vec<&str>)> = Vec::new();
        for (name, browser) in &callers {
            let told = answer(&world, browser, endpoint, &path).await;
            match answers.iter_mut().find(|(answer, _)| *answer == told) {
                Some((_, names)) => names.push(name),
                None => answers.push((told, vec![name])),
            }
        }
        for (told, names) in answers {
            let who = if names.len() == callers.len() {
                "everybody".to_owned()
            } else {
                names.join(", ")
            };
            let _ = writeln!(table, "    {told:7} {who}");
        }
    }
    expect_file!["../../../access.txt"].assert_eq(&table);
}
