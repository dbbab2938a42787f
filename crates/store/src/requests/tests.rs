//! Lists: whose, in which order, page by page; and the rows of the subjects beside them.

use base::{AccountId, MessageId, Shard};

use super::*;
use crate::effects::{self, EffectState};
use crate::people::{self, AccountRow, AliasRow, SessionRow, SignInCodeRow};
use crate::process::{
    self, IncidentRow, IncidentState, ProcessElementRow, SubscriptionRow, TimerRow,
};
use crate::settings::{self, DocumentRow, MessageOutRow, SettingRow};
use crate::testing::{at, body, case, effect, lease, request};
use crate::{Batch, SimStore, Store, page};

fn filled(fill: impl FnOnce(&mut Batch)) -> Reader {
    let mut store = SimStore::new(&body()).unwrap();
    let held = lease(&mut store, "one");
    let mut batch = Batch::after(&held);
    fill(&mut batch);
    store.commit(&batch).unwrap();
    store.readers().shard(Shard(0))
}

fn numbers(found: &[RequestSummary]) -> Vec<u8> {
    found.iter().map(|found| *found.case_id.as_bytes().last().unwrap()).collect()
}

#[test]
fn a_person_sees_their_own_requests_and_those_merged_into_theirs() {
    let person = |number: u8| SectorPersonId::from_bytes([number; 32]);
    let reader = filled(|batch| {
        for number in 1..=120 {
            let whose = person(number % 3);
            batch.put(ServiceRequestRow { sector_person_id: Some(whose), ..request(number) });
        }
        batch.put(AliasRow { sector_person_id: person(2), canonical: person(1) });
    });
    let first = requests_of(&reader, person(1), NEWEST).unwrap();
    assert_eq!(numbers(&first)[..4], [119, 118, 116, 115]);
    assert_eq!(first.len(), LIST_ROWS);
    let second = requests_of(&reader, person(1), first.last().unwrap().case_id).unwrap();
    assert_eq!(first.len() + second.len(), 80);
    assert_eq!(requests_of(&reader, person(0), NEWEST).unwrap().len(), 40);
    assert_eq!(requests_of(&reader, person(9), NEWEST).unwrap(), []);
    assert_eq!(people::canonical(&reader, person(2)).unwrap(), person(1));
    assert_eq!(people::canonical(&reader, person(0)).unwrap(), person(0));
    assert_eq!(people::aliases_of(&reader, person(1)).unwrap().len(), 1);
}

#[test]
fn a_request_is_found_by_reference_and_by_what_makes_it_a_duplicate() {
    let key = Digest::of(b"bin at 1 High Street");
    let reader = filled(|batch| {
        let same = |number| ServiceRequestRow { duplicate_key: Some(key), ..request(number) };
        batch.put(same(1));
        batch.put(ServiceRequestRow { closed_at: Some(at(9)), ..same(2) });
        batch.put(same(3));
        for number in [7, 4] {
            batch.append(Some(case(number)), at(4), "request.received", 1, b"{}".to_vec());
            batch.put(request(number));
        }
    });
    assert_eq!(numbers(&open_duplicates(&reader, key).unwrap()), [1, 3]);
    let found = |number: u8, shard, seq| {
        let place = Some((Shard(shard), EventSeq(seq)));
        request_by_reference(&reader, &request(number).reference, place).unwrap()
    };
    assert_eq!(numbers(&[found(4, 0, 2).unwrap()]), [4]);
    assert_eq!(found(7, 0, 2), None, "another case was received there");
    assert_eq!(found(4, 1, 2), None, "the place is another shard's");
    assert_eq!(found(4, 0, 3), None, "nothing stands there");
    let span = received_between(&reader, at(120_000), at(240_000), Some(case(2)), 9).unwrap();
    assert_eq!(numbers(&span), [3]);
    let got: ServiceRequestRow =
        crate::row(&reader, &ServiceRequestKey { case_id: case(2) }).unwrap().unwrap();
    assert_eq!(got.closed_at, Some(at(9)));
}

#[test]
fn every_figure_opens_to_its_requests() {
    let touch = |number| TouchRow {
        case_id: case(number),
        seq: EventSeq(1),
        reason: TouchReason::UnknownOutcome,
        role: Role::Operator,
        at: at(1),
        centiminutes: 150,
    };
    let reader = filled(|batch| {
        let done = |number| ServiceRequestRow {
            closed_at: Some(at(9)),
            outcome: Some("done".into()),
            ..request(number)
        };
        batch.put(request(1));
        batch.put(ServiceRequestRow { straight_through: Some(true), ..done(2) });
        batch.put(ServiceRequestRow { straight_through: Some(false), touches: 1, ..done(3) });
        batch.put(ServiceRequestRow { rekeyed_fields: 2, channel: Channel::Agent, ..done(4) });
        batch.put(ServiceRequestRow { duplicate_of: Some(case(1)), ..done(5) });
        batch.put(touch(3));
    });
    let service = request(1).service;
    let behind =
        |behind: Behind| numbers(&requests_behind(&reader, &service, &behind, NEWEST).unwrap());
    assert_eq!(behind(Behind::Requests), [5, 4, 3, 2, 1]);
    assert_eq!(behind(Behind::Open), [1]);
    assert_eq!(behind(Behind::StraightThrough), [2]);
    assert_eq!(behind(Behind::NotStraightThrough), [4, 3]);
    assert_eq!(behind(Behind::Touched(TouchReason::UnknownOutcome)), [3]);
    assert_eq!(behind(Behind::Touched(TouchReason::Corrected)), [0_u8; 0]);
    assert_eq!(behind(Behind::Rekeyed), [4]);
    assert_eq!(behind(Behind::Outcome("done".to_owned())), [4, 3, 2]);
    assert_eq!(behind(Behind::Channel(Channel::Agent)), [4]);
    assert_eq!(touches_of(&reader, case(3)).unwrap(), [touch(3)]);
    assert_eq!(numbers(&all_requests(&reader, case(3)).unwrap()), [2, 1]);
}

#[test]
fn a_process_is_read_back_by_what_start_up_and_staff_ask() {
    let element = |number, element_key| ProcessElementRow {
        case_id: case(number),
        element_key,
        process: "missed-bin".into(),
        element_id: format!("task-{}", element_key % 2).into(),
        bytes: vec![1],
    };
    let incident = |number, state| IncidentRow {
        case_id: case(number),
        element_key: 4,
        kind: "back_office_failed".into(),
        system: Some("waste-contractor".parse().unwrap()),
        raised_at: at(1),
        state,
        bytes: Vec::new(),
    };
    let waiting = SubscriptionRow {
        message: "job-closed".into(),
        correlation: Digest::of(b"R-1"),
        case_id: case(1),
        element_key: 2,
        opened_at: at(1),
    };
    let timer = |number: u8| TimerRow {
        case_id: case(number),
        element_key: 1,
        due_at: at(i64::from(number)),
    };
    let reader = filled(|batch| {
        (1..=5).for_each(|key| batch.put(element(1, key)));
        batch.put(element(2, 1));
        batch.put(incident(1, IncidentState::Open));
        batch.put(incident(2, IncidentState::Resolved));
        batch.put(incident(3, IncidentState::Open));
        batch.put(waiting.clone());
        (1..=3).for_each(|number| batch.put(timer(number)));
    });
    let keys =
        |found: Vec<ProcessElementRow>| found.iter().map(|row| row.element_key).collect::<Vec<_>>();
    assert_eq!(keys(process::elements_of(&reader, case(1), 3).unwrap()), [3, 4, 5]);
    let counts = process::element_counts(&reader, "missed-bin").unwrap();
    assert_eq!(counts.iter().map(|count| count.instances).collect::<Vec<_>>(), [2, 4]);
    let open = process::open_incidents(&reader, None).unwrap();
    assert_eq!(open, [incident(3, IncidentState::Open), incident(1, IncidentState::Open)]);
    let next = process::open_incidents(&reader, Some(&crate::Row::key(&open[0]))).unwrap();
    assert_eq!(next, [incident(1, IncidentState::Open)]);
    assert_eq!(process::open_incident_count(&reader).unwrap(), 2);
    assert_eq!(process::incidents_of(&reader, case(2)).unwrap().len(), 1);
    let heard = process::subscribers(&reader, "job-closed", Digest::of(b"R-1")).unwrap();
    assert_eq!(heard, [waiting]);
    assert_eq!(process::timers_due(&reader, at(2), 9).unwrap(), [timer(1), timer(2)]);
    assert_eq!(process::timers_of(&reader, case(3)).unwrap(), [timer(3)]);
    let first: Vec<TimerRow> = page(&reader, None, 2).unwrap();
    let rest = page(&reader, Some(&crate::Row::key(&first[1])), 2).unwrap();
    assert_eq!((first, rest), (vec![timer(1), timer(2)], vec![timer(3)]));
}

#[test]
fn effects_are_read_back_by_what_is_due_and_unfinished() {
    let reader = filled(|batch| {
        batch.put(effect(1));
        batch.put(effects::EffectRow { state: EffectState::Unclear, attempt: 3, ..effect(2) });
        let done = EffectState::Done;
        batch.put(effects::EffectRow {
            state: done,
            attempt: 2,
            closed_at: Some(at(9)),
            ..effect(3)
        });
        batch.put(effect(4));
    });
    let ids =
        |found: Vec<effects::EffectRow>| found.iter().map(|row| row.bytes[0]).collect::<Vec<_>>();
    assert_eq!(ids(effects::effects_due(&reader, at(3), 9).unwrap()), [1]);
    assert_eq!(ids(effects::effects_due(&reader, at(9), 9).unwrap()), [1, 4]);
    assert_eq!(ids(effects::unfinished_effects(&reader, None, 9).unwrap()), [1, 2, 4]);
    let after = Some(effect(1).effect_id);
    assert_eq!(ids(effects::unfinished_effects(&reader, after, 1).unwrap()), [2]);
    assert_eq!(ids(effects::effects_of(&reader, case(3), None).unwrap()), [3]);
    let after = Some(effect(3).effect_id);
    assert_eq!(effects::effects_of(&reader, case(3), after).unwrap(), []);
    let figures = effects::effect_figures(&reader).unwrap();
    let retries: Vec<_> = figures.iter().map(|f| (f.state.key(), f.effects, f.retries)).collect();
    assert_eq!(retries, [("done", 1, 1), ("unclear", 1, 2), ("waiting", 2, 0)]);
}

#[test]
fn accounts_sessions_codes_drafts_and_papers_are_read_back() {
    let account_id = AccountId::from_bytes([1; 16]);
    let email_index = Digest::of(b"index of an address");
    let account = AccountRow { account_id, email_index, bytes: vec![1] };
    let session = |number: u8| SessionRow {
        token: Digest::of(&[number]),
        account_id: Some(account_id),
        expires_at: at(i64::from(number)),
        bytes: vec![number],
    };
    let code = SignInCodeRow {
        code_id: Digest::of(b"id"),
        email_index,
        code: Digest::of(b"code"),
        expires_at: at(5),
        attempts: 1,
        bytes: Vec::new(),
    };
    let service: ServiceId = "missed-bin-collection".parse().unwrap();
    let draft = DraftRow {
        draft_id: DraftId::from_bytes([1; 16]),
        service,
        expires_at: at(5),
        bytes: vec![],
    };
    let message = |number: u8| MessageOutRow {
        message_id: MessageId::from_bytes([number; 16]),
        created_at: at(1),
        kind: "email".into(),
        bytes: vec![number],
    };
    let setting = SettingRow { name: "rates".into(), bytes: vec![7] };
    let charge = ChargeRow {
        case_id: case(1),
        line: 1,
        payer: body(),
        payee: "region-host".parse().unwrap(),
        kind: "case".into(),
        at: at(1),
        millipence: 4_200,
    };
    let paper = DocumentRow {
        name: "a.bpmn".to_owned(),
        media_type: "application/xml".into(),
        created_at: at(1),
        bytes: vec![1],
    };
    let reader = filled(|batch| {
        batch.put(account.clone());
        (1..=3).for_each(|number| batch.put(session(number)));
        batch.put(code.clone());
        batch.put(draft.clone());
        (1..=60).for_each(|number| batch.put(message(number)));
        batch.put(message(255));
        batch.put(setting.clone());
        batch.put(paper.clone());
        batch.put(charge.clone());
    });
    assert_eq!(people::account_by_email(&reader, email_index).unwrap(), Some(account));
    assert_eq!(people::sessions_of(&reader, account_id).unwrap().len(), 3);
    assert_eq!(people::expired_sessions(&reader, at(2)).unwrap(), [session(1), session(2)]);
    assert_eq!(people::expired_codes(&reader, at(5)).unwrap(), [code]);
    assert_eq!(expired_drafts(&reader, at(4)).unwrap(), []);
    assert_eq!(expired_drafts(&reader, at(5)).unwrap(), [draft]);
    let sent = settings::messages_out(&reader, None).unwrap();
    assert_eq!((sent.len(), sent[0].bytes[0], sent[1].bytes[0]), (50, 255, 60));
    assert_eq!(settings::messages_out(&reader, Some(sent[49].message_id)).unwrap().len(), 11);
    assert_eq!(crate::row(&reader, &crate::Row::key(&setting)).unwrap(), Some(setting));
    assert_eq!(crate::row(&reader, &crate::Row::key(&paper)).unwrap(), Some(paper));
    assert_eq!(charges_of(&reader, case(1)).unwrap(), [charge]);
}
