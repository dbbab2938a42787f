//! A case keeps the version of its package through a start of the program with another.

use runtime::clock::{Clock as _, RealClock};
use serde_json::{Value, json};

use crate::serve::Client;
use crate::town::{self, Folder, Process};

/// A home whose bin was due within the last days, and not today.
fn answers(place: &town::Place) -> Value {
    let today = RealClock::start().unwrap().now().uk_date();
    let mut homes = (0..place.district.properties).filter_map(|index| {
        let days = (1..=4).map(|ago| today.plus_days(-ago));
        let due = days.into_iter().find(|day| place.district.collects(index, "refuse", *day))?;
        Some(json!({
            "address": place.district.address(index)?.uprn,
            "bin": "refuse",
            "missed_on": due.to_string(),
        }))
    });
    homes.next().expect("a home whose bin was due")
}

fn status(client: &Client, origin: &str, reference: &str) -> Value {
    let (_, text) = client.get(&format!("{origin}/wealdmere/api/requests/{reference}"));
    serde_json::from_str(&text).unwrap()
}

fn reference_of(answer: &str) -> (String, String) {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("reference"), text("promised_on"))
}

#[test]
fn a_case_ends_on_the_version_that_it_began_on() {
    let folder = Folder::new("versions");
    let places = town::places(200);
    let port = town::free_port();
    let config = town::configure(&folder, &places, port, "");
    let offices: Vec<Process> =
        places.iter().map(|place| town::start_offices(&folder, place, port)).collect();
    let client = Client::new();
    let mut server = town::serve(&config, &[]);
    let origin = server.ready();
    let answers = answers(&places[0]);
    let (code, answer) = client.send(&origin, &town::key("wealdmere", 0), &answers);
    assert_eq!(code, 201, "{answer}");
    let (old, promised) = reference_of(&answer);
    town::until("the job", || !town::json_lines(&town::ledger(&folder, "wealdmere")).is_empty());
    server.end();

    // The next version promises more days, and does not understand what the contractor says.
    let change = |file: &str, from: &str, to: &str| {
        let path = folder.at("services/missed-bin-collection").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
    };
    change("service.toml", "working_days = 2", "working_days = 9");
    change("connectors.toml", "\"JobFinished\"", "\"JobPerfected\"");
    let mut server = town::serve(&config, &[]);
    let origin = server.ready();
    assert_eq!(status(&client, &origin, &old)["promised_on"], promised.as_str());
    town::until("the case on its old version", || {
        status(&client, &origin, &old)["status"] == "completed"
    });
    let (_, answer) = client.send(&origin, &town::key("wealdmere", 1), &answers);
    let (new, later) = reference_of(&answer);
    assert!(new != old && later > promised, "new requests take the new version: {answer}");
    let said = server.end();
    assert!(!said.contains("refused:") && !said.contains("panicked"), "{said}");
    for office in offices {
        office.end();
    }
}
