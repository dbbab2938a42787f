use base::{CaseId, SectorPersonId, Timestamp};
use expect_test::{Expect, expect};
use sharing::{AgreementVersion, Refusal};

use super::*;

fn line(kind: RecordKind, leaf: u64, answers: Option<Digest>) -> CrossingLine {
    let record = Record {
        kind,
        crossing: MessageId::from_bytes([1; 16]),
        at: Timestamp::from_millis(0),
        agreement: AgreementVersion { id: "benefits".parse().unwrap(), version: 1 },
        agreement_digest: Some(Digest::of(b"agreement")),
        provider: Some("agency".parse().unwrap()),
        recipient: Some("county".parse().unwrap()),
        purpose: None,
        lawful_basis: None,
        name: "benefit".parse().unwrap(),
        categories: Vec::new(),
        service: "meals".parse().unwrap(),
        case: Some(CaseId::from_bytes([2; 16])),
        person: Some(SectorPersonId::from_bytes([3; 32])),
        sequence: 1,
        previous: None,
        answers,
    };
    let commitment = Digest::of(format!("{} {leaf}", kind.key()).as_bytes());
    CrossingLine { leaf, commitment, record }
}

fn whole() -> BTreeMap<BodyId, CrossingLog> {
    let request = line(RecordKind::Request, 0, None);
    let answer = line(RecordKind::Answer, 0, Some(request.commitment));
    let receipt = line(RecordKind::Receipt, 1, Some(answer.commitment));
    let translated = line(RecordKind::Translated, 0, Some(request.commitment));
    let log = |lines| CrossingLog { lines, has_erased: false };
    [
        ("county".parse().unwrap(), log(vec![request, receipt])),
        ("agency".parse().unwrap(), log(vec![answer])),
        ("identity".parse().unwrap(), log(vec![translated])),
    ]
    .into()
}

fn check(change: impl FnOnce(&mut BTreeMap<BodyId, CrossingLog>), expected: &Expect) {
    let mut logs = whole();
    change(&mut logs);
    let reconciled = reconcile(&logs);
    let findings = reconciled.findings.iter().map(|finding| {
        format!("{}: {}", if finding.wrong { "wrong" } else { "open" }, finding.sentence)
    });
    let findings: Vec<String> = findings.collect();
    let said = format!("{} agreed, {} refused\n", reconciled.agreed, reconciled.refused);
    expected.assert_eq(&(said + &findings.join("\n")));
}

fn lines<'a>(logs: &'a mut BTreeMap<BodyId, CrossingLog>, body: &str) -> &'a mut Vec<CrossingLine> {
    &mut logs.get_mut(&body.parse().unwrap()).unwrap().lines
}

#[test]
fn logs_that_tell_the_same_agree() {
    check(
        |_| {},
        &expect![[r"
        1 agreed, 0 refused
    "]],
    );
}

#[test]
fn a_line_that_was_hidden_made_up_or_altered_is_named() {
    check(
        |logs| lines(logs, "agency").clear(),
        &expect![[r"
        0 agreed, 0 refused
        wrong: leaf 1 of county (receipt) answers 0a477707a14fa1293f4cf1ea92ce71a57e336d8e693064ec5ae7c30861711cce, which no other log holds"]],
    );
    check(
        |logs| lines(logs, "county").clear(),
        &expect![[r"
        0 agreed, 0 refused
        wrong: agency answered what nobody began
        wrong: leaf 0 of agency (answer) answers e721e9f57f5a4857aa22220e72a820e9d53b7088df251f9117410496ce584e44, which no other log holds
        wrong: leaf 0 of identity (translated) answers e721e9f57f5a4857aa22220e72a820e9d53b7088df251f9117410496ce584e44, which no other log holds"]],
    );
    check(
        |logs| lines(logs, "agency")[0].commitment = Digest::of(b"another"),
        &expect![[r"
        0 agreed, 0 refused
        wrong: leaf 1 of county (receipt) answers 0a477707a14fa1293f4cf1ea92ce71a57e336d8e693064ec5ae7c30861711cce, which no other log holds"]],
    );
    check(
        |logs| lines(logs, "agency")[0].record.service = "other".parse().unwrap(),
        &expect![[r"
        0 agreed, 0 refused
        wrong: agency and county tell it differently
        wrong: agency and county tell it differently
        wrong: agency and identity tell it differently"]],
    );
}

#[test]
fn what_is_told_twice_is_named() {
    check(
        |logs| {
            let again = CrossingLine { leaf: 4, ..lines(logs, "agency")[0].clone() };
            lines(logs, "agency").push(again);
        },
        &expect![[r"
            0 agreed, 0 refused
            wrong: leaf 4 of agency tells answer again"]],
    );
    // What comes again and again is refused each time.
    check(
        |logs| {
            let request = lines(logs, "county")[0].commitment;
            let refused = |leaf| line(RecordKind::Refused(Refusal::Replayed), leaf, Some(request));
            lines(logs, "agency").extend([refused(4), refused(5)]);
        },
        &expect![[r"
            1 agreed, 0 refused
        "]],
    );
}

#[test]
fn what_is_on_its_way_or_was_erased_is_not_wrong() {
    check(
        |logs| {
            lines(logs, "county").pop();
        },
        &expect![[r"
            0 agreed, 0 refused
            open: agency answered, and county has not received it"]],
    );
    check(
        |logs| {
            lines(logs, "county").pop();
            lines(logs, "agency").clear();
        },
        &expect![[r"
            0 agreed, 0 refused
            open: county began it, and nobody has answered yet"]],
    );
    check(
        |logs| {
            lines(logs, "county").clear();
            logs.get_mut(&"county".parse().unwrap()).unwrap().has_erased = true;
        },
        &expect![[r"
            1 agreed, 0 refused
        "]],
    );
    check(
        |logs| {
            logs.remove(&"county".parse().unwrap());
        },
        &expect![[r"
            1 agreed, 0 refused
        "]],
    );
}

#[test]
fn what_the_own_gate_refused_no_other_log_knows() {
    check(
        |logs| {
            lines(logs, "agency").clear();
            lines(logs, "identity").clear();
            let refused = RecordKind::Refused(Refusal::AssuranceTooLow);
            *lines(logs, "county") = vec![line(refused, 0, None)];
        },
        &expect![[r"
            0 agreed, 1 refused
        "]],
    );
}
