use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

const EXAMPLE: &str = include_str!("../../examples/free-school-meals.toml");

fn check(changes: &[(&str, &str)], expected: &Expect) {
    let mut trace = String::new();
    for (from, to) in changes {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE, "`{from}` stands in the example");
        let outcome = match Agreement::read(&text) {
            Ok(agreement) => format!("reads {}", agreement.version()),
            Err(error) => error.to_string(),
        };
        let _ = writeln!(trace, "{from} -> {to}\n    {}", outcome.replace('\n', " "));
    }
    expected.assert_eq(&trace);
}

#[test]
fn an_agreement_is_read_and_named_by_its_bytes() {
    let agreement = Agreement::read(EXAMPLE).unwrap();
    assert_eq!(agreement.version().to_string(), "free-school-meals@1");
    assert_eq!(*agreement.digest(), Digest::of(EXAMPLE.as_bytes()));
    let parties: Vec<String> = agreement.parties().map(ToString::to_string).collect();
    assert_eq!(parties, ["benefits-agency", "aldershire"]);
    let spaced = EXAMPLE.replacen(" = ", "  =  ", 1);
    assert_ne!(agreement.digest(), Agreement::read(&spaced).unwrap().digest());
}

#[test]
fn it_holds_from_its_first_day_until_its_review_or_its_last() {
    let agreement = Agreement::read(EXAMPLE).unwrap();
    let status = |year, month, day| agreement.status(Date::new(year, month, day).unwrap());
    assert_eq!(status(2026, 3, 31), Status::NotYet);
    assert_eq!(status(2026, 4, 1), Status::InForce);
    assert_eq!(status(2027, 3, 31), Status::InForce);
    assert_eq!(status(2027, 4, 1), Status::ReviewOverdue);
    assert_eq!(status(2028, 4, 1), Status::Ended);
}

#[test]
fn what_cannot_be_enforced_is_refused_with_its_line() {
    check(
        &[
            ("version = 1", "version = 0"),
            ("version = 1", "version = \"one\""),
            ("recipients = [\"aldershire\"]", "recipients = []"),
            ("recipients = [\"aldershire\"]", "recipients = [\"benefits-agency\"]"),
            ("purpose = \"PublicService", "purpose = \"Public Service"),
            ("lawful_basis = \"A6-1-e\"", "lawful_basis = \"public task\""),
            ("initiative = \"subject\"", "initiative = \"nobody\""),
            ("min_assurance = \"P2.Cl\"", "min_assurance = \"high\""),
            ("max_per_day = 2000", "max_per_day = 0"),
            ("max_per_person_per_day = 3", "max_per_person_per_day = 2001"),
            ("valid_until = \"2028-03-31\"", "valid_until = \"2025-03-31\""),
            ("valid_until = \"2028-03-31\"", "valid_until = \"next year\""),
            ("review_by = \"2027-03-31\"", "review_by = \"2033-03-31\""),
            ("review_by = \"2027-03-31\"", "# review_by"),
            ("title.en", "title.fr"),
            ("title.en = \"Free school meals: whether a qualifying benefit is paid\"", ""),
            ("answers = [\"yes\", \"no\"]", "answers = [\"yes\"]"),
            ("services = [\"free-school-meals\"]", "services = []"),
            ("id = \"left_school\"", "id = \"meals_qualifying_benefit\""),
            ("id = \"left_school\"", "id = \"left school\""),
            ("[[question]]", "[[questions]]"),
        ],
        &expect![[r#"
            version = 1 -> version = 0
                line 3: versions count from 1
            version = 1 -> version = "one"
                line 3: invalid type: string "one", expected u32
            recipients = ["aldershire"] -> recipients = []
                line 5: name at least one recipient
            recipients = ["aldershire"] -> recipients = ["benefits-agency"]
                line 5: a body needs no agreement with itself
            purpose = "PublicService -> purpose = "Public Service
                line 6: a name is 1 to 64 letters, digits, - and _, a letter first
            lawful_basis = "A6-1-e" -> lawful_basis = "public task"
                line 7: write it as A6-1-e
            initiative = "subject" -> initiative = "nobody"
                line 8: unknown variant `nobody`, expected `subject` or `body`
            min_assurance = "P2.Cl" -> min_assurance = "high"
                line 9: not a vector of trust: write P0, P1 or P2, then .Cl or .Cl.Cm
            max_per_day = 2000 -> max_per_day = 0
                line 10: say how often it may be used in a day
            max_per_person_per_day = 3 -> max_per_person_per_day = 2001
                line 11: max_per_person_per_day is from 1 to max_per_day
            valid_until = "2028-03-31" -> valid_until = "2025-03-31"
                line 13: valid_until is before valid_from
            valid_until = "2028-03-31" -> valid_until = "next year"
                line 13: valid_until is not a day: write 2026-04-01
            review_by = "2027-03-31" -> review_by = "2033-03-31"
                line 14: an agreement is reviewed within five years
            review_by = "2027-03-31" -> # review_by
                line 1: missing field `review_by`
            title.en -> title.fr
                line 18: unknown variant `fr`, expected `en` or `cy`
            title.en = "Free school meals: whether a qualifying benefit is paid" -> 
                line 19: every text is written in English at least
            answers = ["yes", "no"] -> answers = ["yes"]
                line 26: a question has categories, services and two answers
            services = ["free-school-meals"] -> services = []
                line 26: a question has categories, services and two answers
            id = "left_school" -> id = "meals_qualifying_benefit"
                line 26: a question or notice stands here twice
            id = "left_school" -> id = "left school"
                line 35: a name is 1 to 64 letters, digits, - and _, a letter first
            [[question]] -> [[questions]]
                line 26: unknown field `questions`, expected one of `id`, `version`, `title`, `provider`, `recipients`, `purpose`, `function_served`, `legal_power`, `lawful_basis`, `special_basis`, `initiative`, `min_assurance`, `max_per_day`, `max_per_person_per_day`, `valid_from`, `valid_until`, `review_by`, `retention_days`, `onward`, `destruction`, `security`, `impact_assessment`, `visibility`, `question`, `notice`
        "#]],
    );
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        let _ = Agreement::read(&text);
    }
}
