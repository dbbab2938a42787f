//! Questions and notices between two bodies, with and without trouble.

use std::sync::Arc;

use super::*;

fn calm(seed: u64, cases: u64) -> CrossingsPlan {
    CrossingsPlan { seed, cases, faults: false }
}

#[test]
fn questions_and_notices_cross_and_every_log_says_so() {
    let report = cross(&calm(1, 40)).unwrap();
    assert_eq!(report.cases, 40);
    assert_eq!((report.crashes, report.mishaps), (0, 0));
    assert!(report.refused > 0, "of some the county is not sure enough");
    assert_eq!(report.agreed + report.refused, 80);
}

#[test]
fn nothing_is_lost_or_doubled_when_bodies_crash_and_the_post_is_bad() {
    let (mut crashes, mut mishaps) = (0, 0);
    for seed in 1..=12 {
        let plan = CrossingsPlan { seed, cases: 12, faults: true };
        let report = cross(&plan).unwrap_or_else(|what| panic!("seed {seed}: {what}"));
        assert_eq!(report.cases, 12);
        crashes += report.crashes;
        mishaps += report.mishaps;
    }
    assert!(crashes > 50 && mishaps > 50, "{crashes} crashes, {mishaps} mishaps");
}

#[test]
fn two_bodies_from_one_seed_are_the_same_each_time() {
    let plan = CrossingsPlan { seed: 5, cases: 10, faults: true };
    assert_eq!(cross(&plan).unwrap(), cross(&plan).unwrap());
}

/// What each resident's case ended with, by outcome.
fn outcomes(bodies: &Bodies) -> BTreeMap<String, u64> {
    let mut outcomes = BTreeMap::new();
    for id in &bodies.cases {
        let case = runtime::load_case(&bodies.county.reader, *id).unwrap().unwrap();
        let outcome = case.request.outcome.unwrap_or_else(|| "none".to_owned());
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

#[test]
fn without_an_agreement_nothing_crosses_and_a_person_takes_over() {
    let mut bodies = Bodies::new(calm(3, 10)).unwrap();
    let now = bodies.now;
    bodies.county.shares(runtime::Sharing::default(), now).unwrap();
    bodies.live().unwrap();
    assert!(bodies.sent.is_empty(), "no letter left the county");
    assert_eq!(outcomes(&bodies), [("by_hand".to_owned(), 10)].into());
    let report = bodies.at_rest().unwrap();
    assert_eq!((report.agreed, report.refused), (0, 20));
}

#[test]
fn each_gate_refuses_by_itself_and_the_asker_sees_no_difference() {
    let with = |change: fn(&mut Bodies, Timestamp)| {
        let mut bodies = Bodies::new(calm(4, 6)).unwrap();
        let now = bodies.now;
        change(&mut bodies, now);
        bodies.live().unwrap();
        let outcomes = outcomes(&bodies);
        assert_eq!(outcomes, [("by_hand".to_owned(), 6)].into());
        let logs = bodies.logs().unwrap();
        let reconciled = runtime::reconcile(&logs);
        assert!(reconciled.findings.is_empty(), "{:?}", reconciled.findings);
    };
    with(|bodies, now| bodies.agency.shares(runtime::Sharing::default(), now).unwrap());
    with(|bodies, now| {
        bodies.office.sharing = Arc::default();
        bodies.office.begin(now).unwrap();
    });
}

#[test]
fn a_restriction_keeps_a_persons_data_where_they_are() {
    let mut bodies = Bodies::new(calm(6, 4)).unwrap();
    let person = region::person_at_agency(6, 1).unwrap();
    let restrict = |restricted| Command::Restrict { person, agreement: None, restricted };
    let done = bodies.ask(Who::Agency, Authority::System, restrict(true)).unwrap();
    assert_eq!(done, Some(Ok(Reply::Done)));
    let refused = bodies.ask(Who::Agency, Authority::Visitor, restrict(false)).unwrap();
    assert_eq!(refused, Some(Err(runtime::Rejection::Forbidden)));
    bodies.live().unwrap();
    let logs = bodies.logs().unwrap();
    let restricted = logs[&region::agency().unwrap()].lines.iter().filter(|line| {
        line.record.kind == sharing::RecordKind::Refused(sharing::Refusal::Restricted)
    });
    assert_eq!(restricted.count(), 2, "the question and the notice");
    bodies.at_rest().unwrap();
}

#[test]
fn a_letter_that_is_not_the_offices_is_not_read() {
    let mut bodies = Bodies::new(calm(7, 1)).unwrap();
    let letter = CrossingLetter {
        id: MessageId::from_bytes([1; 16]),
        agreement: sharing::AgreementVersion { id: "benefits".parse().unwrap(), version: 1 },
        agreement_digest: base::Digest::ZERO,
        form: sharing::Form::Question("benefit".parse().unwrap()),
        provider: region::agency().unwrap(),
        recipient: region::county().unwrap(),
        purpose: "PublicServiceEligibilityAssessment".parse().unwrap(),
        service: "moving".parse().unwrap(),
        assurance: region::assurance(7, 0),
        on: "2026-11-02".parse().unwrap(),
        leaf: base::Digest::ZERO,
        person: region::person_at_agency(7, 0).unwrap(),
        fields: BTreeMap::new(),
        withdrawn: false,
    };
    let consider = || Command::Consider(Box::new(letter.clone()));
    let county = Authority::Body { body: region::county().unwrap() };
    for authority in [Authority::Visitor, Authority::System, county] {
        let answer = bodies.ask(Who::Agency, authority, consider()).unwrap();
        assert_eq!(answer, Some(Err(runtime::Rejection::Forbidden)));
    }
    // Another body's letter, and a replayed one, are refused by the office and logged.
    let now = bodies.now;
    let agency = region::agency().unwrap();
    let other = bodies.office.pass(&agency, &letter, now, None).unwrap().unwrap();
    assert!(matches!(other, Passage::Said(Heard::NotShared { leaf: Some(_) })), "{other:?}");
    let digest = *bodies.office.sharing.agreements[&letter.agreement.id].agreement().digest();
    let mut sound = CrossingLetter { agreement_digest: digest, ..letter.clone() };
    sound.id = MessageId::from_bytes([2; 16]);
    sound.assurance.identity = runtime::IdentityLevel::P2;
    sound.person = region::person(7, 0).unwrap();
    let county = region::county().unwrap();
    let mut pass =
        |letter: &CrossingLetter| bodies.office.pass(&county, letter, now, None).unwrap().unwrap();
    let Passage::On(translated) = pass(&sound) else { panic!("it is sound") };
    assert_eq!(translated.person, letter.person);
    assert_eq!(pass(&sound), Passage::On(translated), "the same letter passes again");
    let replayed = CrossingLetter { person: region::person(7, 9).unwrap(), ..sound.clone() };
    assert!(matches!(pass(&replayed), Passage::Said(_)), "another under its id does not");
    let nobody = CrossingLetter {
        id: MessageId::from_bytes([3; 16]),
        person: SectorPersonId::from_bytes([255; 32]),
        ..sound
    };
    assert!(matches!(pass(&nobody), Passage::Said(_)), "what is no point is nobody");
}

/// How long each effect of the county was under way, by whether its gate had refused it.
fn durations(bodies: &Bodies) -> BTreeMap<bool, Vec<i64>> {
    use runtime::effect::{Event, Work};
    let (mut opened, mut durations) = (BTreeMap::new(), BTreeMap::<bool, Vec<i64>>::new());
    let begin = base::EventSeq::START;
    let limit = store::PAGE_LIMIT;
    let events = store::journal::events_from(&bodies.county.reader, begin, limit).unwrap();
    for event in events.iter().filter(|event| event.name != runtime::HEAD_LOGGED) {
        let record = runtime::Record::from_bytes(event.seq, &event.bytes).unwrap();
        let runtime::Fact::Effect(fact) = record.fact else { continue };
        match fact {
            Event::Opened { effect, work: Work::Cross { sent, .. }, .. } if sent.is_question() => {
                opened.insert(effect, (false, record.at));
            }
            Event::Opened { effect, work: Work::Cross { sent, .. }, .. } if sent.refused => {
                opened.insert(effect, (true, record.at));
            }
            Event::Done { effect } => {
                let Some((refused, at)) = opened.get(&effect) else { continue };
                durations.entry(*refused).or_default().push(record.at.millis_since(*at));
            }
            _ => {}
        }
    }
    durations
}

#[test]
fn neither_words_nor_time_tell_that_a_gate_refused() {
    let mut bodies = Bodies::new(calm(2, 12)).unwrap();
    bodies.live().unwrap();
    let durations = durations(&bodies);
    assert!(!durations[&true].is_empty() && !durations[&false].is_empty(), "{durations:?}");
    let same = |millis: &i64| *millis == runtime::crossing::ROAD_MS;
    assert!(durations.values().flatten().all(same), "{durations:?}");
}

/// Bodies whose county gives a question or a notice to a person after two hours, when `post` says what becomes
/// of each thing on its way before `until`.
fn impatient(seed: u64, post: fn(&Happening) -> bool) -> (Bodies, Timestamp) {
    let mut bodies = Bodies::new(calm(seed, 8)).unwrap();
    let now = bodies.now;
    bodies.county.offers(region::service("PT2H").unwrap(), now).unwrap();
    let until = now.plus_millis(BUSY_MS).plus_seconds(3 * 3_600);
    while let Some(entry) = bodies.agenda.first_entry()
        && entry.key().0 < until
    {
        let ((at, _), happening) = entry.remove_entry();
        bodies.now = bodies.now.max(at);
        if post(&happening) {
            bodies.happen(happening).unwrap();
        } else {
            bodies.later(until, happening);
        }
    }
    (bodies, until)
}

/// How often a kind of line stands in a body's log.
fn lines(bodies: &mut Bodies, of: &base::BodyId, kind: sharing::RecordKind) -> usize {
    let logs = bodies.logs().unwrap();
    logs[of].lines.iter().filter(|line| line.record.kind == kind).count()
}

/// What the logs say at the end, with how many of the county's receipts name what was told.
fn heard_out(mut bodies: Bodies) -> (runtime::Reconciled, usize, usize) {
    bodies.live().unwrap();
    bodies.cases_are_over().unwrap();
    let expected = BTreeMap::from([("by_hand".to_owned(), 8)]);
    assert_eq!(outcomes(&bodies), expected, "what came late was not used");
    let logs = bodies.logs().unwrap();
    let count = |told: bool| {
        let receipts = logs[&region::county().unwrap()].lines.iter().filter(|line| {
            line.record.kind == sharing::RecordKind::Receipt
                && line.record.categories.is_empty() != told
        });
        receipts.count()
    };
    (runtime::reconcile(&logs), count(true), count(false))
}

#[test]
fn an_answer_after_a_person_took_over_is_received_and_not_used() {
    // Nothing comes home in time: neither the answer nor that there is none.
    let (bodies, until) = impatient(8, |happening| !matches!(happening, Happening::Home(..)));
    let waiting = bodies.agenda.values().filter(|it| matches!(it, Happening::Home(..))).count();
    assert!(waiting > 0 && bodies.now < until);
    let (reconciled, told, not_told) = heard_out(bodies);
    assert!(reconciled.findings.is_empty(), "{:?}", reconciled.findings);
    assert!(reconciled.agreed > 0 && told > 0, "{told} told, {not_told} not told");
}

#[test]
fn a_question_that_nobody_waits_for_is_withdrawn_and_its_answer_is_not_told_again() {
    // The agency answers, and its words are lost again and again until a person has taken over.
    let (bodies, _) = impatient(8, |happening| match happening {
        Happening::Home(_, CallResult::Crossed(heard)) => {
            matches!(**heard, Heard::NotShared { leaf: None })
        }
        _ => true,
    });
    let mut bodies = bodies;
    bodies.agenda.retain(|_, it| !matches!(it, Happening::Home(_, CallResult::Crossed(_))));
    let (reconciled, told, not_told) = heard_out(bodies);
    assert!(reconciled.findings.is_empty(), "{:?}", reconciled.findings);
    assert!(told == 0 && not_told > 0, "{told} told, {not_told} not told");

    // The question never arrives: what is withdrawn is not answered, and the office says so.
    let (bodies, _) = impatient(8, |happening| !matches!(happening, Happening::AtOffice(_)));
    let mut bodies = bodies;
    bodies.agenda.retain(|_, it| !matches!(it, Happening::AtOffice(_)));
    let (reconciled, told, _) = heard_out(bodies);
    assert!(reconciled.findings.is_empty(), "{:?}", reconciled.findings);
    assert_eq!(told, 0);
}

fn is_notice(trip: &Trip) -> bool {
    matches!(trip.letter.form, sharing::Form::Notice(_))
}

/// Notices that nobody waits for any more, when `post` carries what is on its way and what it does
/// not carry is lost, or comes after a person has taken over: how many the agency's back office has
/// taken, and how many of them the agency's log tells.
fn withdrawn(post: fn(&Happening) -> bool, late: bool) -> (usize, usize) {
    let (mut bodies, _) = impatient(8, post);
    if !late {
        bodies.agenda.retain(|_, happening| post(happening));
    }
    bodies.live().unwrap();
    bodies.cases_are_over().unwrap();
    assert_eq!(outcomes(&bodies), BTreeMap::from([("by_hand".to_owned(), 8)]));
    let reconciled = runtime::reconcile(&bodies.logs().unwrap());
    assert!(reconciled.findings.is_empty(), "{:?}", reconciled.findings);
    let (county, agency) = (region::county().unwrap(), region::agency().unwrap());
    let given = lines(&mut bodies, &county, sharing::RecordKind::Notice);
    let ended = lines(&mut bodies, &county, sharing::RecordKind::Acknowledged);
    assert!(given > 0 && given == ended, "{given} given, {ended} heard of");
    let told = lines(&mut bodies, &agency, sharing::RecordKind::NoticeReceipt);
    (bodies.intake.done().count(), told)
}

#[test]
fn a_notice_that_nobody_waits_for_is_withdrawn_and_each_log_tells_its_end() {
    // The agency has it, and that it has it never comes home.
    let (taken, told) = withdrawn(
        |happening| match happening {
            Happening::Home(_, CallResult::Crossed(heard)) => {
                !matches!(**heard, Heard::Received { .. })
            }
            _ => true,
        },
        false,
    );
    assert!(taken > 0 && taken == told, "{taken} taken, {told} told");
    // It never arrives: nobody takes it.
    let arrives = |happening: &Happening| match happening {
        Happening::AtGate(trip) => !is_notice(trip) || trip.letter.withdrawn,
        _ => true,
    };
    assert_eq!(withdrawn(arrives, false), (0, 0));
    // The back office takes it and says so when it is withdrawn already.
    let said_late = |happening: &Happening| match happening {
        Happening::Concluded(trip, _) => !is_notice(trip),
        _ => true,
    };
    let (taken, told) = withdrawn(said_late, true);
    assert!(taken > 0 && taken == told, "{taken} taken, {told} told");
}
