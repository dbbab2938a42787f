use catalogue::Files;
use expect_test::{Expect, expect};

use super::*;

fn region_files() -> Files {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../region");
    crate::files::read_folder(&folder).unwrap()
}

fn check(change: impl FnOnce(&mut Files), expected: &Expect) {
    let mut files = region_files();
    change(&mut files);
    let shared = Shared::read(&Region::read(&files).unwrap());
    let lines: Vec<String> = shared.problems.iter().map(ToString::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
}

fn edit(files: &mut Files, file: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} holds {from}");
    files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
}

const AGENCY: &str = "data-services/benefits-agency.toml";
const AGREEMENT: &str = "agreements/qualifying-benefits.toml";

#[test]
fn the_sample_regions_bodies_answer_what_they_agreed_to() {
    check(|_| {}, &expect![""]);
}

#[test]
fn an_altered_agreement_is_not_signed() {
    check(
        |files| edit(files, AGREEMENT, "max_per_day = 20000", "max_per_day = 20001"),
        &expect![[r"
            agreements/qualifying-benefits.toml:2:1: It is not signed by aldershire, or was altered since. Run throughline agreement sign agreements/qualifying-benefits.toml --body aldershire --key FILE.
            agreements/qualifying-benefits.toml:2:1: It is not signed by benefits-agency, or was altered since. Run throughline agreement sign agreements/qualifying-benefits.toml --body benefits-agency --key FILE."]],
    );
}

#[test]
fn whoever_answers_says_how_and_nobody_else_does() {
    check(
        |files| edit(files, AGENCY, "question = \"qualifying_benefit\"", "question = \"income\""),
        &expect![[r"
            data-services/benefits-agency.toml:1:1: There is no [[answer]] for `qualifying-benefits/qualifying_benefit` of benefits-agency. Say how its back office does it.
            data-services/benefits-agency.toml:8:1: By `qualifying-benefits`, benefits-agency does not answer `income`. Name a question or notice of an agreement of this body."]],
    );
    check(
        |files| edit(files, AGENCY, "on = \"on\"", "on = \"born_on\""),
        &expect![
            "data-services/benefits-agency.toml:17:1: unknown name `born_on` at line 1, column 1 Compare the line with the guide to agreements."
        ],
    );
    check(
        |files| edit(files, AGENCY, "system = \"benefits-register\"", "system = \"ledger\""),
        &expect![
            "data-services/benefits-agency.toml:8:1: benefits-agency has no system `ledger`. Name one of systems/BODY.toml."
        ],
    );
}

mod absence;
mod proof;
