//! Agreements made, signed and checked as files.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::*;

const EXAMPLE: &str = include_str!("../../../sharing/examples/free-school-meals.toml");
const FILE: &str = "agreements/free-school-meals.toml";

fn body(id: &str) -> BodyId {
    id.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn key(id: &str) -> SigningKey {
    SigningKey::from_seed(id, &[u8::try_from(id.len()).unwrap(); 32]).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sample region with an agreement and keys of our own.
fn region(agreement: &str, signatures: &str) -> Region {
    let mut files = read_folder(&root().join("region")).unwrap();
    files.retain(|path, _| !path.starts_with("agreements/"));
    for id in ["aldershire", "benefits-agency"] {
        let path = format!("bodies/{id}.toml");
        let text = String::from_utf8(files[&path].clone()).unwrap();
        let kept: Vec<&str> =
            text.lines().filter(|line| !line.starts_with("agreement_key")).collect();
        let own = format!("agreement_key = \"{}\"\n{}", key(id).verifying_key(), kept.join("\n"));
        files.insert(path, own.into_bytes());
    }
    files.insert(FILE.to_owned(), agreement.as_bytes().to_vec());
    let beside = "agreements/free-school-meals.signatures.toml".to_owned();
    files.insert(beside, signatures.as_bytes().to_vec());
    Region::read(&files).unwrap()
}

fn signed(text: &str, by: &[&str]) -> String {
    let mut signatures = Signatures::default();
    for id in by {
        signatures.add(body(id), key(id).sign(text.as_bytes()));
    }
    signatures.write()
}

const BOTH: &[&str] = &["aldershire", "benefits-agency"];

fn check(region: &Region, offered: &[&str], today: &str, expected: &Expect) {
    let offered: Vec<ServiceId> = offered.iter().map(|id| id.parse().unwrap()).collect();
    let (problems, sound) = verdicts(region, &offered, day(today));
    let problems = problems.iter().map(ToString::to_string);
    let lines: Vec<String> = sound.into_iter().chain(problems).collect();
    expected.assert_eq(&lines.join("\n"));
}

const MEALS: &[&str] = &["free-school-meals"];

#[test]
fn a_signed_agreement_is_sound_until_it_is_to_be_reviewed() {
    let region = region(EXAMPLE, &signed(EXAMPLE, BOTH));
    check(
        &region,
        MEALS,
        "2026-11-23",
        &expect![
            "free-school-meals@1: signed by every party, valid until 2028-03-31, to be reviewed by 2027-03-31"
        ],
    );
    check(
        &region,
        MEALS,
        "2026-03-01",
        &expect![[r"
        free-school-meals@1: signed by every party, valid until 2028-03-31, to be reviewed by 2027-03-31
        agreements/free-school-meals.toml:1:1: warning: It holds from 2026-04-01 on. Agree on a new version, and sign it."]],
    );
    check(
        &region,
        MEALS,
        "2027-02-01",
        &expect![[r"
        free-school-meals@1: signed by every party, valid until 2028-03-31, to be reviewed by 2027-03-31
        agreements/free-school-meals.toml:1:1: warning: It ends or is to be reviewed on 2027-03-31. Agree on a new version, and sign it."]],
    );
    check(
        &region,
        MEALS,
        "2027-04-01",
        &expect![[r"
        free-school-meals@1: signed by every party, valid until 2028-03-31, to be reviewed by 2027-03-31
        agreements/free-school-meals.toml:1:1: Its review was due by 2027-03-31. Agree on a new version, and sign it."]],
    );
    check(
        &region,
        MEALS,
        "2028-04-01",
        &expect![[r"
        free-school-meals@1: signed by every party, valid until 2028-03-31, to be reviewed by 2027-03-31
        agreements/free-school-meals.toml:1:1: It ended on 2028-03-31. Agree on a new version, and sign it."]],
    );
    check(
        &region,
        &[],
        "2026-11-23",
        &expect![[r"
        free-school-meals@1: signed by every party, valid until 2028-03-31, to be reviewed by 2027-03-31
        agreements/free-school-meals.toml:1:1: There is no service `free-school-meals`. Name services whose packages are there."]],
    );
}

#[test]
fn an_unsigned_or_altered_agreement_is_refused() {
    check(
        &region(EXAMPLE, ""),
        MEALS,
        "2026-11-23",
        &expect![[r"
        agreements/free-school-meals.toml:2:1: It is not signed by aldershire, or was altered since. Run throughline agreement sign agreements/free-school-meals.toml --body aldershire --key FILE.
        agreements/free-school-meals.toml:2:1: It is not signed by benefits-agency, or was altered since. Run throughline agreement sign agreements/free-school-meals.toml --body benefits-agency --key FILE."]],
    );
    let one = signed(EXAMPLE, &["aldershire"]);
    check(
        &region(EXAMPLE, &one),
        MEALS,
        "2026-11-23",
        &expect![
            "agreements/free-school-meals.toml:2:1: It is not signed by benefits-agency, or was altered since. Run throughline agreement sign agreements/free-school-meals.toml --body benefits-agency --key FILE."
        ],
    );
    let altered = EXAMPLE.replace("max_per_day = 2000", "max_per_day = 9000");
    check(
        &region(&altered, &signed(EXAMPLE, BOTH)),
        MEALS,
        "2026-11-23",
        &expect![[r"
        agreements/free-school-meals.toml:2:1: It is not signed by aldershire, or was altered since. Run throughline agreement sign agreements/free-school-meals.toml --body aldershire --key FILE.
        agreements/free-school-meals.toml:2:1: It is not signed by benefits-agency, or was altered since. Run throughline agreement sign agreements/free-school-meals.toml --body benefits-agency --key FILE."]],
    );
    check(
        &region(EXAMPLE, "[[signature]]"),
        MEALS,
        "2026-11-23",
        &expect![
            "agreements/free-school-meals.signatures.toml:1:1: missing field `body`. Compare the line with the guide to services."
        ],
    );
    // Signed by another body's key.
    let mut signatures = Signatures::default();
    for id in BOTH {
        signatures.add(body(id), key("wealdmere").sign(EXAMPLE.as_bytes()));
    }
    check(
        &region(EXAMPLE, &signatures.write()),
        MEALS,
        "2026-11-23",
        &expect![[r"
        agreements/free-school-meals.toml:2:1: It is not signed by aldershire, or was altered since. Run throughline agreement sign agreements/free-school-meals.toml --body aldershire --key FILE.
        agreements/free-school-meals.toml:2:1: It is not signed by benefits-agency, or was altered since. Run throughline agreement sign agreements/free-school-meals.toml --body benefits-agency --key FILE."]],
    );
}

#[test]
fn an_agreement_between_unknown_bodies_or_under_another_name_is_refused() {
    let unknown = EXAMPLE.replace("\"aldershire\"", "\"nowhere\"");
    let region_of = |text: &str| region(text, &signed(text, BOTH));
    check(
        &region_of(&unknown),
        MEALS,
        "2026-11-23",
        &expect![
            "agreements/free-school-meals.toml:5:15: The region has no body `nowhere`. Name bodies that region.toml lists."
        ],
    );
    let renamed = EXAMPLE.replacen("id = \"free-school-meals\"", "id = \"meals\"", 1);
    check(
        &region_of(&renamed),
        MEALS,
        "2026-11-23",
        &expect![
            "agreements/free-school-meals.toml:2:1: The file describes `meals`. Give the file the agreement's name."
        ],
    );
}

/// A package whose question `bin` is answered by another body.
fn package(source: &str) -> (Package, String) {
    let mut files = read_folder(&root().join("services/missed-bin-collection")).unwrap();
    let text = String::from_utf8(files["questions.toml"].clone()).unwrap();
    let head = "[[question]]\nid = \"notes\"\n";
    let text = text.replacen(head, &format!("{head}source = \"{source}\"\n"), 1);
    files.insert("questions.toml".to_owned(), text.clone().into_bytes());
    (Package::read(&files).unwrap().0, text)
}

#[test]
fn a_question_is_asked_only_where_the_agreement_names_it() {
    let wide = EXAMPLE
        .replace("services = [\"free-school-meals\"]", "services = [\"missed-bin-collection\"]");
    let mut trace = BTreeMap::new();
    let mut try_one = |what: &'static str, text: &str, signers: &[&str], source: &str, by: &str| {
        let agreements = Agreements::read(&region(text, &signed(text, signers)));
        let (package, questions) = package(source);
        let problems = agreements.check_package(&package, &body(by), &questions);
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        trace.insert(what, lines.join("\n"));
    };
    let question = "free-school-meals/meals_qualifying_benefit";
    try_one("agreed", &wide, BOTH, question, "aldershire");
    try_one("another body", &wide, BOTH, question, "wealdmere");
    try_one("another service", EXAMPLE, BOTH, question, "aldershire");
    try_one("another question", &wide, BOTH, "free-school-meals/income", "aldershire");
    try_one("no agreement", &wide, BOTH, "income-2026/income", "aldershire");
    try_one("not signed", &wide, &["aldershire"], question, "aldershire");
    expect![[r#"
        {
            "agreed": "",
            "another body": "questions.toml:106:1: The agreement `free-school-meals` is not for wealdmere. Make it a recipient in a new version, signed by every party.",
            "another question": "questions.toml:106:1: The agreement `free-school-meals` has no question `income`. Name a [[question]] of the agreement.",
            "another service": "questions.toml:106:1: `free-school-meals/meals_qualifying_benefit` may not be asked or told for `missed-bin-collection`. Name the service in a new version, signed by every party.",
            "no agreement": "questions.toml:106:1: The region has no agreement `income-2026`. Write it, and let each party sign it with throughline agreement sign.",
            "not signed": "questions.toml:106:1: benefits-agency has not signed the agreement `free-school-meals`. Let it sign with throughline agreement sign.",
        }
    "#]].assert_debug_eq(&trace);
}

#[test]
fn a_key_is_made_once_and_signs_for_its_body_alone() {
    let folder = std::env::temp_dir().join(format!("throughline-sign-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (file, own) = (folder.join("free-school-meals.toml"), folder.join("aldershire.key"));
    std::fs::write(&file, EXAMPLE).unwrap();
    let line = make_key(&body("aldershire"), &[10; 32], &own).unwrap();
    assert_eq!(line, format!("agreement_key = \"{}\"", key("aldershire").verifying_key()));
    assert!(make_key(&body("aldershire"), &[11; 32], &own).is_err(), "it is never replaced");
    let region = region(EXAMPLE, "");
    let sign = |id: &str| sign(&file, &body(id), &own, &region).map_err(|error| error.to_string());
    assert_eq!(sign("aldershire").unwrap(), "aldershire has signed free-school-meals@1");
    let other = "the key is not the one that bodies/benefits-agency.toml names";
    assert_eq!(sign("benefits-agency").unwrap_err(), other);
    assert_eq!(sign("wealdmere").unwrap_err(), "wealdmere is no party to free-school-meals@1");
    let beside = folder.join("free-school-meals.signatures.toml");
    let beside = std::fs::read_to_string(beside).unwrap();
    assert_eq!(beside, signed(EXAMPLE, &["aldershire"]));
    std::fs::remove_dir_all(&folder).unwrap();
}
