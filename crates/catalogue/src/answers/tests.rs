use expect_test::expect;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{changed, files};
use crate::{Files, Package};

/// A service with a question of every kind.
fn every_kind() -> QuestionSet {
    const MORE: &str = r#"
[[question]]
id = "count"
page = "notes"
kind = "integer"
optional = true
schema = { minimum = 1, maximum = 9 }
text.en = "How many?"

[[question]]
id = "parts"
page = "notes"
kind = "choices"
show_if = "count > 2"
text.en = "Which parts?"
option = [{ value = "lid", text.en = "Lid" }, { value = "wheel", text.en = "Wheel" }]

[[question]]
id = "again"
page = "notes"
kind = "yes_no"
optional = true
text.en = "Has it happened before?"

[[question]]
id = "name"
page = "notes"
kind = "text"
optional = true
text.en = "What is your name?"

[[question]]
id = "phone"
page = "updates"
kind = "phone"
optional = true
text.en = "What is your number?"

[[question]]
id = "email"
"#;
    let package: Files = files("services/missed-bin-collection");
    let with = changed(&package, "questions.toml", "[[question]]\nid = \"email\"\n", MORE);
    Package::read(&with).unwrap().0.questions
}

fn today() -> Date {
    Date::new(2026, 11, 24).unwrap()
}

fn known(uprn: &str) -> bool {
    uprn == "200000000001"
}

fn faults(questions: &QuestionSet, given: &Given) -> String {
    match questions.check(given, &known, today()) {
        Ok(answers) => answers.to_json(),
        Err(errors) => {
            let named =
                errors.iter().map(|error| format!("{}:{} ", error.question, error.kind.key()));
            named.collect::<Vec<_>>().concat()
        }
    }
}

fn given(json: Json) -> Given {
    serde_json::from_value(json).unwrap()
}

#[test]
fn every_fault_is_named_in_the_order_of_the_questions() {
    let questions = every_kind();
    expect!["address:required bin:required missed_on:required "]
        .assert_eq(&faults(&questions, &given(json!({"bin": " ", "missed_on": null}))));
    let wrong = json!({"address": "1", "bin": "glass", "missed_on": "31 2 2026", "notes": "x".repeat(501),
        "count": 10, "parts": ["lid"], "again": "perhaps", "name": "a\u{7}", "email": "x", "phone": "12", "other": 1});
    expect!["address:place bin:option missed_on:format notes:too_long count:too_large parts:not_asked again:type name:format phone:format email:format other:not_asked "].assert_eq(&faults(&questions, &given(wrong)));
    let right = json!({"address": " 200000000001 ", "bin": "food", "missed_on": "7/3/2026", "count": "3",
        "parts": "wheel", "again": "yes", "notes": "a\r\nb", "phone": "01632 960001"});
    expect![[r#"{"address":"200000000001","again":true,"bin":"food","count":3,"missed_on":"2026-03-07","notes":"a\nb","parts":["wheel"],"phone":"01632 960001"}"#]].assert_eq(&faults(&questions, &given(right)));
    let twice = json!({"address": "200000000001", "bin": ["food", "food"], "missed_on": "2026-03-07T00:00:00Z",
        "count": 4, "parts": ["lid", "lid"]});
    expect!["bin:type parts:repeated "].assert_eq(&faults(&questions, &given(twice)));
}

#[test]
fn a_day_to_come_is_a_fault_where_the_package_says_so() {
    let questions = every_kind();
    let on = |day: &str| {
        let json = json!({"address": "200000000001", "bin": "food", "missed_on": day});
        faults(&questions, &given(json))
    };
    assert_eq!(on("25 11 2026"), "missed_on:future ");
    assert_eq!(on("9999-12-31"), "missed_on:future ");
    assert!(on("24 11 2026").starts_with('{') && on("2026-11-23").starts_with('{'));
    let schema = questions.schema();
    assert_eq!(schema["properties"]["missed_on"]["x-latest"], "today");
    let error = AnswerError { question: "missed_on".to_owned(), kind: AnswerErrorKind::Future };
    assert_eq!(error.message(&questions, Language::En), "The day must be today or in the past");
    let package: Files = files("services/missed-bin-collection");
    let with = changed(&package, "questions.toml", "latest = \"today\"", "");
    let with = changed(
        &with,
        "questions.toml",
        "kind = \"long_text\"",
        "kind = \"long_text\"\nlatest = \"today\"",
    );
    let problems = Package::read(&with).unwrap_err();
    assert!(problems.iter().any(|it| it.sentence.contains("has a latest day")), "{problems:?}");
}

#[test]
fn a_later_question_is_asked_after_earlier_answers() {
    let questions = every_kind();
    let asked = |count: &str| {
        questions.asked(&given(json!({ "count": count }))).iter().any(|q| q.id.as_str() == "parts")
    };
    assert!(asked("3") && !asked("2") && !asked(""));
}

#[test]
fn many_unknown_names_give_few_faults() {
    let many: Given = (0..10_000).map(|number| (format!("n{number}"), json!(1))).collect();
    assert_eq!(every_kind().check(&many, &known, today()).unwrap_err().len(), 3 + UNKNOWN_NAMED);
}

#[test]
fn the_words_of_a_fault_are_the_questions_own() {
    let questions = every_kind();
    let error = AnswerError { question: "bin".to_owned(), kind: AnswerErrorKind::Required };
    assert_eq!(error.message(&questions, Language::Cy), "Dewiswch pa fin na chafodd ei wagio");
    let error = AnswerError { question: "count".to_owned(), kind: AnswerErrorKind::TooLarge };
    assert_eq!(error.message(&questions, Language::En), "Enter a smaller number");
}

#[test]
fn open311_has_the_same_questions_in_its_six_datatypes() {
    let questions = every_kind();
    let package = Package::read(&files("services/missed-bin-collection")).unwrap().0;
    let attributes = questions.open311_attributes(&package.definition.open311);
    let lines = attributes.iter().map(|a| {
        format!(
            "{} {} {} {} {}\n",
            a.order,
            a.code,
            a.datatype.as_str(),
            a.required,
            a.values.len()
        )
    });
    expect![[r"
        1 bin singlevaluelist true 4
        2 missed_on datetime true 0
        3 count number false 0
        4 parts multivaluelist false 2
        5 again singlevaluelist false 2
        6 name string false 0
        7 phone string false 0
    "]]
    .assert_eq(&lines.collect::<Vec<_>>().concat());
}

/// Texts as people and programs send them, right and wrong.
fn a_text() -> impl Strategy<Value = String> {
    let likely = [
        "200000000001",
        "1",
        "food",
        "glass",
        "2026-03-07",
        "7 3 2026",
        "31 2 2026",
        "3",
        "3.0",
        "1,000",
        "-4",
        "99999999999999999999",
        "yes",
        "false",
        "lid",
        "wheel",
        "x@example.org",
        "nobody",
        "01632 960001",
        "",
        " ",
        "a\r\nb",
        "tab\there",
        "2026-03-07T10:00:00Z",
        "2026-03-07T",
    ];
    prop_oneof![8 => prop::sample::select(likely.to_vec()).prop_map(str::to_owned), 1 => ".{0,40}", 1 => "[a-z ]{490,510}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_same_input_gives_the_same_faults_as_a_form_and_as_json(
        input in prop::collection::btree_map(
            prop::sample::select(vec!["address", "bin", "missed_on", "notes", "count", "parts", "again", "name", "email", "phone", "other"]),
            prop::collection::vec(a_text(), 1..3),
            0..11,
        ),
    ) {
        let questions = every_kind_once();
        let mut form = Given::new();
        let mut json = Given::new();
        for (name, texts) in &input {
            let read = questions.question(name).map(|question| QuestionSet::read_text(question, texts));
            form.insert((*name).to_owned(), read.unwrap_or_else(|| json!(texts)));
            let value = if let [only] = texts.as_slice() { json!(only) } else { json!(texts) };
            json.insert((*name).to_owned(), value);
        }
        prop_assert_eq!(faults(questions, &form), faults(questions, &json));
        if let Ok(answers) = questions.check(&json, &known, today()) {
            let again = given(serde_json::from_str(&answers.to_json()).unwrap());
            prop_assert_eq!(questions.check(&again, &known, today()).unwrap(), answers);
        }
    }
}

fn every_kind_once() -> &'static QuestionSet {
    static ONCE: std::sync::OnceLock<QuestionSet> = std::sync::OnceLock::new();
    ONCE.get_or_init(every_kind)
}

#[test]
fn marks_that_turn_the_direction_are_not_kept_and_a_date_holds_no_words() {
    let questions = every_kind();
    let settled = |name: &str, text: &str| {
        QuestionSet::read_text(questions.question(name).unwrap(), &[text.to_owned()])
    };
    assert_eq!(settled("name", "\u{feff}Ada \u{202e}eclevoL\u{2069}"), "Ada eclevoL");
    assert_eq!(settled("phone", "\u{202a}01632 960100\u{202c}"), "01632 960100");
    assert_eq!(settled("name", "\u{202e}"), json!(null));
    assert_eq!(settled("missed_on", "23/11/2026"), "2026-11-23");
    assert_eq!(settled("missed_on", "2026-11-23T08:00:00Z"), "2026-11-23");
    for strange in ["2026-11-23Tzz", "2026-11-23T08:zz", "-2026-11-23", "23 of 11 in 2026"] {
        assert_eq!(settled("missed_on", strange), strange);
    }
}
