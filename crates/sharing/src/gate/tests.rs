use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::Signatures;

const EXAMPLE: &str = include_str!("../../examples/free-school-meals.toml");

fn signed(by: &[&str]) -> SignedAgreement {
    let mut signatures = Signatures::default();
    for body in by {
        signatures.add(body.parse().unwrap(), [1; 64]);
    }
    SignedAgreement::check(EXAMPLE, &signatures, |_, _, signature| signature == &[1; 64]).unwrap()
}

fn crossing() -> Crossing {
    Crossing {
        id: MessageId::from_bytes([1; 16]),
        agreement: AgreementVersion { id: "free-school-meals".parse().unwrap(), version: 1 },
        provider: "benefits-agency".parse().unwrap(),
        recipient: "aldershire".parse().unwrap(),
        form: Form::Question("meals_qualifying_benefit".parse().unwrap()),
        purpose: "PublicServiceEligibilityAssessment".parse().unwrap(),
        service: "free-school-meals".parse().unwrap(),
        assurance: "P2.Cl".parse().unwrap(),
        on: Date::new(2026, 11, 24).unwrap(),
    }
}

fn notice() -> Crossing {
    Crossing { form: Form::Notice("left_school".parse().unwrap()), ..crossing() }
}

fn permit(crossing: Crossing) -> Permit {
    let agreement = signed(&["benefits-agency", "aldershire"]);
    decide(Some(&agreement), crossing, Facts::default()).unwrap()
}

type Change = fn(&mut Crossing, &mut Facts);

fn check(changes: &[(&str, Change)], expected: &Expect) {
    let agreement = signed(&["benefits-agency", "aldershire"]);
    let mut trace = String::new();
    for (name, change) in changes {
        let (mut crossing, mut facts) = (crossing(), Facts::default());
        change(&mut crossing, &mut facts);
        let outcome = match decide(Some(&agreement), crossing, facts) {
            Ok(_) => "permitted".to_owned(),
            Err(refusal) => format!("{refusal:?}: {refusal}"),
        };
        let _ = writeln!(trace, "{name} -> {outcome}");
    }
    expected.assert_eq(&trace);
}

#[test]
fn nothing_outside_the_agreement_is_permitted() {
    check(
        &[
            ("as agreed", |_, _| ()),
            ("another version", |crossing, _| crossing.agreement.version = 2),
            ("before its first day", |crossing, _| crossing.on = Date::new(2026, 3, 31).unwrap()),
            ("after its review", |crossing, _| crossing.on = Date::new(2027, 4, 1).unwrap()),
            ("after its end", |crossing, _| crossing.on = Date::new(2028, 4, 1).unwrap()),
            ("another recipient", |crossing, _| crossing.recipient = "wealdmere".parse().unwrap()),
            ("the other way round", |crossing, _| {
                std::mem::swap(&mut crossing.recipient, &mut crossing.provider);
            }),
            ("another purpose", |crossing, _| crossing.purpose = "Marketing".parse().unwrap()),
            ("another question", |crossing, _| {
                crossing.form = Form::Question("income".parse().unwrap());
            }),
            ("a notice's name as a question", |crossing, _| {
                crossing.form = Form::Question("left_school".parse().unwrap());
            }),
            ("another service", |crossing, _| crossing.service = "blue-badge".parse().unwrap()),
            ("somebody not known well enough", |crossing, _| {
                crossing.assurance = "P1.Cl.Cm".parse().unwrap();
            }),
            ("an upheld objection", |_, facts| facts.restricted = true),
            ("the last of the day", |_, facts| facts.used_today = 1_999),
            ("one more in the day", |_, facts| facts.used_today = 2_000),
            ("one more for the person", |_, facts| facts.used_today_for_person = 3),
            ("the same id again", |_, facts| facts.seen = true),
        ],
        &expect![[r"
            as agreed -> permitted
            another version -> NoAgreement: there is no such agreement
            before its first day -> NotYet: the agreement is not yet in force
            after its review -> ReviewOverdue: the agreement's review is overdue
            after its end -> Ended: the agreement has ended
            another recipient -> OtherParties: the agreement is between other bodies
            the other way round -> OtherParties: the agreement is between other bodies
            another purpose -> OtherPurpose: the agreement is for another purpose
            another question -> NotNamed: the agreement does not name this question or notice
            a notice's name as a question -> NotNamed: the agreement does not name this question or notice
            another service -> OtherService: the agreement does not name this service
            somebody not known well enough -> AssuranceTooLow: the person's assurance is below the agreement's
            an upheld objection -> Restricted: the use is restricted for this person
            the last of the day -> permitted
            one more in the day -> TooMany: the agreement was used as often as it may be today
            one more for the person -> TooMany: the agreement was used as often as it may be today
            the same id again -> Replayed: a crossing of this id was decided before
        "]],
    );
}

#[test]
fn without_an_agreement_or_a_signature_nothing_is_permitted() {
    assert_eq!(decide(None, crossing(), Facts::default()), Err(Refusal::NoAgreement));
    for by in [&[][..], &["aldershire"], &["benefits-agency"], &["wealdmere", "aldershire"]] {
        let refused = decide(Some(&signed(by)), crossing(), Facts::default());
        assert_eq!(refused, Err(Refusal::NotSigned), "{by:?}");
    }
    let mut forged = Signatures::default();
    forged.add("benefits-agency".parse().unwrap(), [1; 64]);
    forged.add("aldershire".parse().unwrap(), [2; 64]);
    let agreement =
        SignedAgreement::check(EXAMPLE, &forged, |_, _, signature| signature == &[1; 64]).unwrap();
    assert_eq!(agreement.missing(), &["aldershire".parse().unwrap()]);
    assert_eq!(decide(Some(&agreement), crossing(), Facts::default()), Err(Refusal::NotSigned));
}

#[test]
fn an_answer_that_was_not_agreed_tells_nothing() {
    assert_eq!(permit(crossing()).answer("yes"), Answer::Told("yes".to_owned()));
    for given in ["maybe", "Yes", "yes ", "", "yes, 412.07 a week"] {
        assert_eq!(permit(crossing()).answer(given), Answer::CannotTell, "{given}");
    }
    assert_eq!(permit(notice()).answer("yes"), Answer::CannotTell);
}

#[test]
fn a_field_that_was_not_agreed_is_dropped() {
    let fields = || {
        let names = ["school", "left_on", "reason", "benefit_status", "School"];
        names.into_iter().map(|name| (name.to_owned(), 1)).collect::<BTreeMap<_, _>>()
    };
    let kept: Vec<String> = permit(notice()).notice(fields()).into_keys().collect();
    assert_eq!(kept, ["left_on", "school"]);
    assert!(permit(crossing()).notice(fields()).is_empty());
}

#[test]
fn a_file_of_signatures_is_read_as_it_was_written() {
    let mut signatures = Signatures::default();
    signatures.add("benefits-agency".parse().unwrap(), [3; 64]);
    signatures.add("aldershire".parse().unwrap(), [4; 64]);
    assert_eq!(Signatures::read(&signatures.write()), Ok(signatures.clone()));
    let twice = format!("{0}\n{0}", signatures.write());
    assert!(Signatures::read(&twice).is_err());
    assert!(Signatures::read("[[signature]]\nbody = \"aldershire\"\ned25519 = \"AA\"").is_err());
}

/// One way each in which a crossing is not as agreed.
const FLAWS: [Change; 12] = [
    |crossing, _| crossing.agreement.version = 7,
    |crossing, _| crossing.agreement.id = "another".parse().unwrap(),
    |crossing, _| crossing.on = Date::new(2025, 1, 1).unwrap(),
    |crossing, _| crossing.provider = "identity-office".parse().unwrap(),
    |crossing, _| crossing.recipient = "bro-eirlys".parse().unwrap(),
    |crossing, _| crossing.purpose = "FraudPreventionAndDetection".parse().unwrap(),
    |crossing, _| crossing.form = Form::Notice("meals_qualifying_benefit".parse().unwrap()),
    |crossing, _| crossing.service = "missed-bin-collection".parse().unwrap(),
    |crossing, _| crossing.assurance = "P0.Cl".parse().unwrap(),
    |_, facts| facts.restricted = true,
    |_, facts| facts.used_today_for_person = u32::MAX,
    |_, facts| facts.seen = true,
];

proptest! {
    #[test]
    fn a_crossing_is_permitted_only_when_nothing_is_wrong_with_it(flaws in any::<u16>()) {
        let (mut crossing, mut facts) = (crossing(), Facts::default());
        let chosen = FLAWS.iter().enumerate().filter(|(number, _)| flaws >> number & 1 == 1);
        let flawed = chosen.map(|(_, flaw)| flaw(&mut crossing, &mut facts)).count() > 0;
        let agreement = signed(&["benefits-agency", "aldershire"]);
        prop_assert_eq!(decide(Some(&agreement), crossing, facts).is_ok(), !flawed);
    }
}
