//! The delivery modes against the emulated offices themselves, under faults that change with every
//! exchange: each piece of work is done once, and our side comes to know it.

use std::collections::BTreeMap;

use base::{EffectId, Reference};
use connectors::{
    Answer, Attempts, Effect, Mapping, Next, System, SystemKind, TransportFault, delivery,
    interpret, prepare, read_mappings,
};
use proptest::prelude::*;

use super::*;
use crate::{WasteRest, WasteSoap};

const MAPPINGS: &str = include_str!("../../examples/contractors.toml");

struct Installation {
    mapping: Mapping,
    system: System,
    office: Box<dyn BackOffice>,
    late: Vec<(Timestamp, Fault, HttpRequest)>,
    now: Timestamp,
}

impl Installation {
    fn new(index: usize) -> Self {
        let mapping = read_mappings(MAPPINGS).unwrap().remove(index);
        let kinds = [SystemKind::Soap, SystemKind::Rest];
        let office: Box<dyn BackOffice> = if index == 0 {
            Box::new(WasteSoap::new(7, None))
        } else {
            Box::new(WasteRest::new(7, None))
        };
        let system = System {
            name: base::Text::default(),
            id: mapping.system().clone(),
            kind: kinds[index],
            base_url: "http://127.0.0.1:1".to_owned(),
            credential: None,
            ca_file: None,
            pages: None,
            transfer: None,
        };
        let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        Self { mapping, system, office, late: Vec::new(), now }
    }

    /// Moves the clock; requests that were slow on their way arrive in their order.
    fn move_to(&mut self, now: Timestamp) {
        self.late.sort_by_key(|(at, ..)| *at);
        while self.late.first().is_some_and(|(at, ..)| *at <= now) {
            let (at, fault, request) = self.late.remove(0);
            deliver(self.office.as_mut(), fault, &request, at);
        }
        self.now = now;
    }

    fn exchange(&mut self, request: &HttpRequest, fault: Fault) -> Answer {
        let arrives_at = fault.plan(self.now).arrives_at;
        if arrives_at > self.now {
            self.late.push((arrives_at, fault, request.clone()));
            self.move_to(self.now.plus_millis(self.mapping.timeout_ms()));
            return Err(TransportFault::TimedOut);
        }
        match deliver(self.office.as_mut(), fault, request, self.now) {
            Seen::Answer(answer) => Ok(answer),
            Seen::Cut => Err(TransportFault::Broken),
        }
    }

    fn run(&mut self, faults: &[Fault], jitter: u64) -> Next {
        let json = r#"{"uprn": "100", "bin": "food", "missedOn": "2026-11-19", "notes": "x < y"}"#;
        let input = feel::Value::from_json(json, feel::JsonLimits::STANDARD).unwrap();
        let mut faults = faults.iter().copied().chain(std::iter::repeat(Fault::None));
        let mut attempts = Attempts::new(self.now);
        for _ in 0..1_000 {
            attempts = attempts.begin(self.now);
            let effect = Effect {
                id: EffectId::from_bytes([7; 16]),
                reference: Reference::new("MBC", [1, 2, 3, 4, 5]),
                attempt: attempts.sends,
                page: "http://localhost:8400/wealdmere/requests/MBC".to_owned(),
            };
            let (mapping, phase) = (&self.mapping, attempts.phase);
            let request = prepare(mapping, &self.system, phase, &input, &effect).unwrap();
            let answer = self.exchange(&request, faults.next().unwrap());
            let outcome = interpret(&self.mapping, phase, &answer);
            let delivery = self.mapping.delivery();
            let (kept, then) = delivery::next(delivery, attempts, outcome, self.now, jitter);
            attempts = kept;
            match then {
                Next::Resend { at } | Next::Lookup { at } => self.move_to(at),
                settled => {
                    self.move_to(self.now.plus_seconds(3_600));
                    return settled;
                }
            }
        }
        panic!("did not settle");
    }
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::None),
        Just(Fault::Down),
        (20_000_i64..110_000).prop_map(|delay_ms| Fault::Slow { delay_ms }),
        Just(Fault::Fail500),
        Just(Fault::Fail500AfterWork),
        Just(Fault::LoseReply),
        Just(Fault::Double),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn work_is_done_once_and_known(
        faults in prop::collection::vec(fault(), 0..20),
        jitter: u64,
        index in 0_usize..2,
    ) {
        let mut installation = Installation::new(index);
        let settled = installation.run(&faults, jitter);
        let jobs: BTreeMap<&str, u32> = installation.office.ledger().jobs_by_reference();
        let Next::Complete { variables } = settled else {
            return Err(TestCaseError::fail(format!("{settled:?}")));
        };
        prop_assert_eq!(jobs.into_values().collect::<Vec<_>>(), [1]);
        prop_assert!(variables["jobNumber"].as_str().is_some());
    }
}
