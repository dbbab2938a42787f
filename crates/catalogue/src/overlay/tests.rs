use base::Language;
use expect_test::{Expect, expect};

use super::*;
use crate::testing::{changed, connections, files, shown, text};

const OVERLAY_FOLDER: &str = "region/overlays/bro-eirlys/missed-bin-collection";

fn put_on(overlay: &Files) -> Result<Adopted, Vec<Problem>> {
    let body: BodyId = "bro-eirlys".parse().unwrap();
    let languages = [Language::Cy, Language::En];
    let adopter = Adopter { body: &body, nation: "wales", languages: &languages };
    adopt(&files("services/missed-bin-collection"), overlay, adopter)
}

fn refused(overlay: &Files, expected: &Expect) {
    let problems = put_on(overlay).unwrap_err();
    expected.assert_eq(&shown(&problems));
}

#[test]
fn the_welsh_council_adopts_the_missed_bin_collection() {
    let package = files("services/missed-bin-collection");
    let overlay = files(OVERLAY_FOLDER);
    assert_eq!(text(&overlay, TRANSLATIONS_LOCK), translations_lock(&overlay));
    let adopted = put_on(&overlay).unwrap();
    let (own, _) = Package::read(&package).unwrap();
    assert_ne!(adopted.package.version, own.version);
    let definition = &adopted.package.definition;
    assert_eq!((definition.nation.as_str(), definition.opening_days.len()), ("wales", 6));
    assert_eq!(definition.title.get(Language::Cy), Some("Dweud wrthym am fin a gollwyd"));
    assert!(adopted.package.connectors.contains("idempotency-key"));
    assert!(adopted.package.connectors.contains("look-up-collection"));
    let option = &adopted.package.questions.question("bin").unwrap().options[0];
    assert_eq!(option.text.get(Language::En), Some("Black bags"));
    let process = &adopted.package.process.processes[0];
    let told = process.element(process.find("send_job").unwrap()).unwrap();
    assert!(told.property("tell:cy").unwrap().contains("Gwastraff Eirlys"));
    let rules = text(&adopted.files, "bin-was-due.dmn");
    assert!(rules.contains("<text>5</text>") && rules.contains("\"17:00:00\""));
    let costs: Money = adopted.variations().iter().map(|variation| variation.yearly_cost).sum();
    assert_eq!((adopted.variations().len(), costs), (11, Money::from_pence(2_210_000)));
    let languages = [Language::Cy, Language::En];
    let checked = crate::check(&adopted.files, &languages, &connections(&adopted.files));
    expect![""]
        .assert_eq(&shown(&checked.map_or_else(|problems| problems, |(_, warnings)| warnings)));
}

#[test]
fn what_is_no_named_point_is_refused() {
    let overlay = files(OVERLAY_FOLDER);
    let other = |from: &str, to: &str| changed(&overlay, OVERLAY, from, to);
    refused(
        &other("point = \"opening_days\"", "point = \"promise\""),
        &expect![[r"
        overlay.toml:22:9: `promise` is not a point at which a body may differ. Differ in fee, wording, opening_days, connector or rule, or ask the owner to change the package.
    "]],
    );
    refused(
        &other("package = \"missed-bin-collection\"", "package = \"missed-bins\"\npromise = 5"),
        &expect![[r"
            overlay.toml:5:1: unknown field `promise`, expected one of `package`, `body`, `variation`. A variation has point, of, value or text, reason and yearly_cost_pence; nothing else may differ.
        "]],
    );
    refused(
        &other("of = \"rounds-end\"", "of = \"crew-size\""),
        &expect![[r"
        overlay.toml:16:6: The package marks no value `crew-size` as local. Change only what a [[local]] of its service.toml names.
    "]],
    );
    refused(
        &other("value = \"5\"", "value = '\"five\"'"),
        &expect![[r#"
        overlay.toml:9:6: `"five"` cannot stand in the place of the value `report-within-days`. Write one literal of the same type, such as 5 or "17:00:00" with its own quotes.
    "#]],
    );
    refused(
        &other("value = \"5\"", "value = \"missed_on\""),
        &expect![[r#"
        overlay.toml:9:6: `missed_on` cannot stand in the place of the value `report-within-days`. Write one literal of the same type, such as 5 or "17:00:00" with its own quotes.
    "#]],
    );
    refused(
        &other("of = \"service.toml:title\"", "of = \"service.toml:power\""),
        &expect![[r"
        overlay.toml:47:6: The law on which a service stands is its owner's to word. Take this variation out.
        overlay.toml:48:11: Nobody has confirmed the Welsh text of variation.service.toml:power.text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
    "]],
    );
    refused(
        &other("of = \"service.toml:title\"", "of = \"service.toml:titel\""),
        &expect![[r"
        overlay.toml:47:6: The package has no text `service.toml:titel`. Name a text by its key, as the package's translations.lock spells it.
        overlay.toml:48:11: Nobody has confirmed the Welsh text of variation.service.toml:titel.text. Read the Welsh against the English, mend it, then run `throughline translations DIR`.
    "]],
    );
    refused(
        &other("yearly_cost_pence = 0\n", ""),
        &expect![[r"
        overlay.toml:7:1: missing field `yearly_cost_pence`. A variation has point, of, value or text, reason and yearly_cost_pence; nothing else may differ.
    "]],
    );
    refused(
        &other("text.cy = \"Bagiau du\"\n", ""),
        &expect![[r"
        overlay.toml:72:11: The Welsh text of variation.questions.toml:question.bin.option.refuse.text.text is missing, and the body serves in Welsh. Write it, or have it translated.
    "]],
    );
    let mut files = overlay.clone();
    files.insert("process.bpmn".to_owned(), Vec::new());
    refused(
        &files,
        &expect![[r"
        process.bpmn:1:1: An overlay changes named points only, never a file of the package. Take the file out, and name the difference as a [[variation]] of overlay.toml.
    "]],
    );
}

#[test]
fn a_mapping_is_named_is_there_and_gives_what_the_package_gives() {
    let overlay = files(OVERLAY_FOLDER);
    let mapping = |from: &str, to: &str| changed(&overlay, CONNECTORS, from, to);
    refused(
        &mapping("type = \"return-missed-bin\"", "type = \"return-bin\""),
        &expect![[r#"
        connectors.toml:29:1: No variation of overlay.toml names `return-bin`. Name it with point = "connector", and keep the variables that the package gives.
        overlay.toml:35:6: The overlay has no mapping `return-missed-bin`. Write it in connectors.toml beside overlay.toml.
    "#]],
    );
    refused(
        &mapping("contractor_job = ", "job_number = "),
        &expect![[r#"
        connectors.toml:5:1: `report-missed-bin` must give the variables contractor_job. Name it with point = "connector", and keep the variables that the package gives.
    "#]],
    );
    refused(
        &changed(&overlay, OVERLAY, "of = \"callback:bin-emptied\"", "of = \"look-up-collection\""),
        &expect![[r#"
            connectors.toml:46:1: No variation of overlay.toml names `callback:bin-emptied`. Name it with point = "connector", and keep the variables that the package gives.
            overlay.toml:41:6: The overlay has no mapping `look-up-collection`. Write it in connectors.toml beside overlay.toml.
        "#]],
    );
}

#[test]
fn an_overlay_may_have_scenarios_that_can_be_read() {
    let mut files = files(OVERLAY_FOLDER);
    files.insert("scenarios/odd.txt".to_owned(), b"scenario  Odd\nexpect  wonders\n".to_vec());
    refused(
        &files,
        &expect![[r"
        scenarios/odd.txt:2:1: `wonders` is nothing that can be expected so. Write the step as the guide to services shows it.
    "]],
    );
}
