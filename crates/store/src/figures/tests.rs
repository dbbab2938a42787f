//! The head of service's figures over a small, known morning.

use base::{CaseId, EventSeq, Shard, id_from_parts};
use proptest::prelude::*;

use super::*;
use crate::requests::{ChargeRow, ServiceRequestRow, TouchRow};
use crate::testing::{at, body, case, lease, request};
use crate::{Batch, SimStore, Store};

fn filled(fill: impl FnOnce(&mut Batch)) -> Reader {
    let mut store = SimStore::new(&body()).unwrap();
    let held = lease(&mut store, "one");
    let mut batch = Batch::after(&held);
    fill(&mut batch);
    store.commit(&batch).unwrap();
    store.readers().shard(Shard(0))
}

#[test]
fn figures_count_requests_and_not_duplicates() {
    let straight = |number: u8| ServiceRequestRow {
        closed_at: Some(at(i64::from(number) * 60_000 + 600_000)),
        outcome: Some("done".into()),
        straight_through: Some(true),
        provisional_until: Some(at(i64::from(number) * 1_000_000)),
        ..request(number)
    };
    let reader = filled(|batch| {
        batch.put(straight(1));
        batch.put(straight(2));
        batch.put(request(3));
        batch.put(ServiceRequestRow {
            channel: Channel::Agent,
            straight_through: Some(false),
            touches: 2,
            rekeyed_fields: 3,
            staff_centiminutes: 450,
            ..straight(4)
        });
        batch.put(ServiceRequestRow { duplicate_of: Some(case(1)), ..straight(5) });
        for seq in [8, 9] {
            batch.put(TouchRow {
                case_id: case(4),
                seq: EventSeq(seq),
                reason: TouchReason::BackOfficeFailed,
                role: Role::Operator,
                at: at(1),
                centiminutes: 225,
            });
        }
    });
    let found = by_service(&reader, Span::ever(), at(1_500_000)).unwrap();
    let [agent, web] = found.as_slice() else { panic!("two channels wanted: {found:?}") };
    assert_eq!((agent.channel, agent.requests, agent.straight_through), (Channel::Agent, 1, 0));
    assert_eq!((agent.touches, agent.touched, agent.rekeyed_fields), (2, 1, 3));
    assert_eq!((web.requests, web.open, web.straight_through, web.provisional), (3, 1, 2, 1));
    assert_eq!((web.cost_millipence, web.calls, web.messages), (37_500, 3, 3));
    let why = touches(&reader, Span::ever()).unwrap();
    assert_eq!((why.len(), why[0].touches, why[0].centiminutes), (1, 2, 450));
    let ends = outcomes(&reader, Span::ever()).unwrap();
    let ends: Vec<_> = ends.iter().map(|end| (end.outcome.as_deref(), end.requests)).collect();
    assert_eq!(ends, [(Some("done"), 3), (None, 1)]);
    let first = Span { since: at(0), until: at(120_000) };
    assert_eq!(by_service(&reader, first, at(0)).unwrap()[0].requests, 1);
    assert_eq!(touches(&reader, first).unwrap(), []);
}

#[test]
fn debts_are_summed_by_who_owes_whom() {
    let charge = |number: u8, line, payee: &str, millipence| ChargeRow {
        case_id: case(number),
        line,
        payer: body(),
        payee: payee.parse().unwrap(),
        kind: "case".into(),
        at: at(i64::from(number)),
        millipence,
    };
    let reader = filled(|batch| {
        batch.put(charge(1, 1, "county", 1_000));
        batch.put(charge(1, 2, "host", 70));
        batch.put(charge(2, 1, "county", 500));
    });
    let owed = debts(&reader, Span::ever()).unwrap();
    let owed: Vec<_> =
        owed.iter().map(|debt| (debt.payee.as_str(), debt.charges, debt.millipence)).collect();
    assert_eq!(owed, [("county", 2, 1_500), ("host", 1, 70)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_median_is_the_middle_one(mut elapsed in prop::collection::vec(0_i64..1_000, 0..40)) {
        let reader = filled(|batch| {
            for (number, elapsed) in (1_i64..).zip(&elapsed) {
                let random = u128::from(number.unsigned_abs()).to_be_bytes();
                batch.put(ServiceRequestRow {
                    case_id: CaseId::from_bytes(id_from_parts(at(number), random)),
                    reference: base::Reference::new("R", [0, 0, 0, 0, u8::try_from(number).unwrap()]),
                    received_at: at(number),
                    closed_at: Some(at(number + elapsed)),
                    ..request(1)
                });
            }
        });
        elapsed.sort_unstable();
        let expected = match elapsed.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(elapsed[odd / 2]),
            even => {
                let (low, high) = (elapsed[even / 2 - 1], elapsed[even / 2]);
                Some(low + (high - low) / 2)
            }
        };
        let service = request(1).service;
        prop_assert_eq!(median_elapsed_ms(&reader, &service, Span::ever()).unwrap(), expected);
    }
}
