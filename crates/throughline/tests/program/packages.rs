//! The program as service designers use it: `check`, `test`, `new service`, `translations` and
//! `connector try`, run as they run it.

use std::process::{Command, Output};

use emulators::{Config, Login, OfficeConfig, OfficeKind, WallTime};

use crate::town::{Folder, copy, root};

/// Runs the program at the root of the repository.
fn run(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_throughline");
    Command::new(program).args(arguments).current_dir(root()).output().unwrap()
}

fn said(output: &Output) -> (bool, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_scenario_of_the_services_passes() {
    let (well, lines, errors) = said(&run(&["test", "services"]));
    assert!(well, "{lines}{errors}");
    assert!(lines.contains("of wealdmere, straight-through: "), "{lines}");
    assert!(lines.contains("of bro-eirlys, straight-through: "), "{lines}");
    assert!(lines.trim_end().ends_with(" passed, 0 failed"), "{lines}");
}

#[test]
fn a_scenario_that_fails_says_its_line_and_what_was_seen() {
    let folder = Folder::new("fails");
    let package = folder.0.join("missed-bin-collection");
    copy(&root().join("services/missed-bin-collection"), &package);
    let write = |name: &str, text: &str| {
        std::fs::write(package.join("scenarios").join(name), text).unwrap();
    };
    let too_late = std::fs::read_to_string(package.join("scenarios/too-late.txt")).unwrap();
    write("too-late.txt", &too_late.replace("outcome too_late", "outcome collected"));
    write("in-welsh.txt", &too_late.replace("answer ", "# answer "));
    write(
        "straight-through.txt",
        &too_late.replace("request   web en", "withdraw\nrequest   web en"),
    );
    let (well, lines, _) = said(&run(&["test", package.to_str().unwrap()]));
    assert!(!well);
    for line in [
        "too-late, line 13: expected outcome collected; seen: too_late",
        "in-welsh, line 6: collections was asked GET and the scenario has no answer left for it",
        "straight-through, line 6: nobody has asked for anything yet",
    ] {
        assert!(lines.contains(line), "{line} is not in\n{lines}");
    }
    assert!(lines.contains(" passed, 3 failed"), "{lines}");
}

#[test]
fn a_new_service_is_sound_passes_its_scenarios_and_is_never_written_over() {
    let folder = Folder::new("new");
    let dir = folder.0.to_str().unwrap();
    let new = ["new", "service", "report-a-pothole", "--owner", "bro-eirlys", "--dir", dir];
    let (well, lines, errors) = said(&run(&new));
    assert!(well && lines.contains("throughline check "), "{lines}{errors}");
    let package = folder.0.join("report-a-pothole");
    let definition = std::fs::read_to_string(package.join("service.toml")).unwrap();
    assert!(definition.contains("nation = \"wales\""), "{definition}");
    for command in ["check", "test"] {
        let (well, lines, errors) = said(&run(&[command, package.to_str().unwrap()]));
        assert!(well, "{command}: {lines}{errors}");
    }
    std::fs::write(package.join("service.toml"), "mine").unwrap();
    let (well, _, errors) = said(&run(&new));
    assert!(!well && errors.contains("is there already"), "{errors}");
    assert_eq!(std::fs::read_to_string(package.join("service.toml")).unwrap(), "mine");
    let nobody = ["new", "service", "other", "--owner", "nobody", "--dir", dir];
    let (well, _, errors) = said(&run(&nobody));
    assert!(!well && errors.contains("the region has no body nobody"), "{errors}");
}

#[test]
fn a_changed_text_is_stale_until_its_translation_is_confirmed() {
    let folder = Folder::new("translations");
    let dir = folder.0.to_str().unwrap();
    run(&["new", "service", "report-a-pothole", "--owner", "bro-eirlys", "--dir", dir]);
    let package = folder.0.join("report-a-pothole");
    let at = package.to_str().unwrap();
    let file = package.join("service.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("Tell us, and we write it down.", "Tell us.")).unwrap();
    let (well, _, errors) = said(&run(&["check", at]));
    assert!(!well && errors.contains("was made from another English text"), "{errors}");
    let (well, lines, _) = said(&run(&["translations", at]));
    assert!(well && lines.contains("confirmed again: service.toml:summary"), "{lines}");
    assert!(said(&run(&["check", at])).0);
    let (well, _, errors) = said(&run(&["translations", dir]));
    assert!(!well && errors.contains("neither a service.toml nor an overlay.toml"), "{errors}");
}

#[test]
fn one_call_is_made_and_shown_without_its_credential() {
    let folder = Folder::new("try");
    let office = OfficeConfig {
        id: "waste-contractor".parse().unwrap(),
        office: OfficeKind::WasteRest { seed: 1, crew_ms: None },
        port: 0,
        admin_port: 0,
        login: Some(Login {
            header: "authorization".to_owned(),
            value: "Bearer open-sesame".to_owned(),
        }),
        callback: None,
        ledger: None,
        faults: emulators::Faults::default(),
    };
    let event_loop = tokio::runtime::Runtime::new().unwrap();
    let config = Config { offices: vec![office] };
    let served = event_loop.block_on(emulators::serve(config, std::sync::Arc::new(WallTime)));
    let served = served.unwrap();
    let address = served.offices()[0].url();
    let input = folder.0.join("input.json");
    let today = base::Timestamp::from_millis(1_700_000_000_000).uk_date();
    let job = format!(
        r#"{{ "address": "200000000001", "bin": "refuse", "missed_on": "{today}", "notes": "By the gate" }}"#
    );
    std::fs::write(&input, job).unwrap();
    let input = input.to_str().unwrap();
    let call = |more: &[&str]| {
        let first = ["connector", "try", "waste-contractor", "report-missed-bin", "--input", input];
        said(&run(&[&first[..], more].concat()))
    };
    let (well, _, errors) = call(&[]);
    assert!(!well && errors.contains("say which with --service and --body"), "{errors}");
    let (well, _, errors) = call(&["--body", "bro-eirlys", "--address", &address]);
    assert!(!well && errors.contains("needs secret `bro-eirlys-waste-contractor`"), "{errors}");
    let right = ["--body", "bro-eirlys", "--address", &address];
    let secret = ["--secret", "bro-eirlys-waste-contractor=open-sesame"];
    let (_, lines, errors) = call(&[&right[..], &secret].concat());
    assert!(lines.contains(&format!("> POST {address}/jobs")), "{lines}{errors}");
    assert!(lines.contains("\n< 201") && lines.contains("= done"), "{lines}{errors}");
    assert!(!lines.contains("open-sesame") && !errors.contains("open-sesame"));
    assert!(errors.contains("bro-eirlys really calls waste-contractor"), "{errors}");
    assert_eq!(served.offices()[0].entries().len(), 1, "it really called");
    let wrong = ["--secret", "bro-eirlys-waste-contractor=sesame-shut"];
    let (well, lines, _) = call(&[&right[..], &wrong].concat());
    assert!(!well && lines.contains("\n< 401") && lines.contains("= an incident"), "{lines}");
    event_loop.block_on(served.stop());
}

#[test]
fn a_morning_of_few_calls_goes_through_though_agents_are_signed_out_between_them() {
    let folder = Folder::new("few-calls");
    let data = folder.at("data");
    let words = ["demo", "--exit", "--json", "--requests", "12", "--seed", "3", "--data"];
    let words: Vec<&str> = words.into_iter().chain([data.to_str().unwrap()]).collect();
    let (well, summary, errors) = said(&run(&words));
    assert!(well, "{errors}");
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let services = summary["services"].as_array().unwrap();
    let requests: u64 = services.iter().filter_map(|service| service["requests"].as_u64()).sum();
    assert_eq!((&summary["lost"], requests), (&serde_json::json!(0), 12), "{summary}");
}
