use std::fmt::Write as _;

use expect_test::expect;
use proptest::prelude::*;

use base::Role;

use super::*;
use crate::{MachineRates, Rate};

fn body(name: &str) -> BodyId {
    name.parse().unwrap()
}

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

fn card(sample: bool, factor: &str) -> RateCard {
    RateCard {
        version: "2026-27".to_owned(),
        sample,
        staff_minute: BTreeMap::from([(Role::Caseworker, rate("62.5")), (Role::Agent, rate("40"))]),
        contact: Channel::ALL.into_iter().zip(["0.9", "283", "0.1", "0.4"].map(rate)).collect(),
        machine: MachineRates {
            command: rate(factor),
            connector_call: rate("0.05"),
            message: rate("3.5"),
            question: rate("0.02"),
        },
        hosted_case: rate("1.3"),
    }
}

fn cards() -> BTreeMap<BodyId, RateCard> {
    BTreeMap::from([(body("host"), card(false, "0.002")), (body("millbrook"), card(true, "0.01"))])
}

const STAFF: UsageKind = UsageKind::StaffTime { role: Role::Caseworker };
const CALL: UsageKind = UsageKind::Contact { channel: Channel::Agent };

fn usage(case: u8, provider: &str, owner: &str, kind: UsageKind, quantity: u64) -> Usage {
    let channel = Channel::ALL[usize::from(case % 4)];
    Usage {
        case: CaseId::from_bytes([case; 16]),
        service: "missed-bin-collection".parse().unwrap(),
        channel,
        provider: body(provider),
        owner: body(owner),
        kind,
        quantity,
    }
}

fn show(statement: &Statement) -> String {
    let mut shown = String::new();
    for line in &statement.lines {
        writeln!(
            shown,
            "{} for {} {} {:?} x{} {}",
            line.provider,
            line.owner,
            line.channel.key(),
            line.cost,
            line.quantity,
            line.amount
        )
        .unwrap();
    }
    for cost in statement.by_channel() {
        let each = cost.per_transaction().unwrap();
        writeln!(
            shown,
            "{}: {} cases {}, {each} each",
            cost.channel.key(),
            cost.cases,
            cost.amount
        )
        .unwrap();
    }
    for Debt { from, to, amount } in statement.owes() {
        writeln!(shown, "{from} owes {to} {amount}").unwrap();
    }
    for rest in &statement.unallocated {
        writeln!(shown, "unallocated: {} of {} {}", rest.name, rest.provider, rest.amount).unwrap();
    }
    shown + &format!("total {}, {}\n", statement.total(), statement.note().unwrap_or("own rates"))
}

#[test]
fn a_morning_is_costed_to_the_penny() {
    let hosting = Pool {
        name: "hosting".to_owned(),
        provider: body("host"),
        amount: Money::from_pence(1_000),
        driver: UsageKind::Command,
    };
    let storm = Pool { name: "storm".to_owned(), driver: STAFF, ..hosting.clone() };
    let used = [
        usage(0, "host", "millbrook", UsageKind::Command, 1_000),
        usage(0, "millbrook", "millbrook", UsageKind::Message, 1),
        usage(1, "millbrook", "millbrook", CALL, 1),
        usage(1, "millbrook", "millbrook", STAFF, 450),
        usage(1, "host", "millbrook", UsageKind::Command, 500),
        usage(2, "host", "eastshire", UsageKind::HostedCase, 1),
        usage(2, "host", "eastshire", UsageKind::Command, 1_500),
    ];
    let statement = state_costs(used, &cards(), &[hosting, storm]).unwrap();
    expect![[r#"
        host for eastshire api Use(Command) x1500 £0.03
        host for eastshire api Use(HostedCase) x1 £0.01
        host for eastshire api Pool { name: "hosting" } x1500 £5
        host for millbrook web Use(Command) x1000 £0.02
        host for millbrook web Pool { name: "hosting" } x1000 £3.33
        host for millbrook agent Use(Command) x500 £0.01
        host for millbrook agent Pool { name: "hosting" } x500 £1.67
        millbrook for millbrook web Use(Message) x1 £0.04
        millbrook for millbrook agent Use(StaffTime { role: Caseworker }) x450 £2.81
        millbrook for millbrook agent Use(Contact { channel: Agent }) x1 £2.83
        api: 1 cases £5.04, £5.04 each
        web: 1 cases £3.39, £3.39 each
        agent: 1 cases £7.32, £7.32 each
        eastshire owes host £5.04
        millbrook owes host £5.03
        unallocated: storm of host £10
        total £25.75, sample rates, not evidence
    "#]]
    .assert_eq(&show(&statement));
    let json = serde_json::to_string(&statement).unwrap();
    assert_eq!(serde_json::from_str::<Statement>(&json).unwrap(), statement);
}

#[test]
fn only_the_cards_that_were_used_make_a_sample() {
    let own =
        state_costs([usage(0, "host", "host", UsageKind::Command, 1)], &cards(), &[]).unwrap();
    assert_eq!((own.note(), own.cards.len()), (None, 1));
    let none = state_costs([], &cards(), &[]).unwrap();
    assert_eq!((none.total(), none.note()), (Money::ZERO, None));
}

#[test]
fn use_without_a_rate_is_an_error() {
    let cost = |used: Usage| state_costs([used], &cards(), &[]).unwrap_err();
    let stranger = usage(0, "stranger", "host", UsageKind::Command, 1);
    assert_eq!(cost(stranger), MeteringError::NoCard { body: body("stranger") });
    let kind = UsageKind::StaffTime { role: Role::Assessor };
    let unrated = usage(0, "host", "host", kind, 1);
    assert_eq!(cost(unrated), MeteringError::NoRate { body: body("host"), kind });
    let unreal = usage(0, "host", "host", UsageKind::Command, u64::MAX);
    let kind = UsageKind::Command;
    assert_eq!(cost(unreal), MeteringError::TooMuch { body: body("host"), kind });
    let pool = Pool {
        name: "hosting".to_owned(),
        provider: body("host"),
        amount: Money::ZERO,
        driver: UsageKind::Command,
    };
    let twice = state_costs([], &cards(), &[pool.clone(), pool]);
    assert_eq!(twice.unwrap_err(), MeteringError::PoolTwice { name: "hosting".to_owned() });
}

#[test]
fn debts_are_set_off_pair_by_pair() {
    let used = [
        usage(0, "host", "millbrook", CALL, 1),
        usage(1, "millbrook", "host", CALL, 3),
        usage(2, "host", "eastshire", CALL, 1),
    ];
    let statement = state_costs(used, &cards(), &[]).unwrap();
    let shown: Vec<String> = statement
        .owes_net()
        .iter()
        .map(|debt| format!("{} owes {} {}", debt.from, debt.to, debt.amount))
        .collect();
    assert_eq!(shown, ["eastshire owes host £2.83", "host owes millbrook £5.66"]);
}

fn any_usage() -> impl Strategy<Value = Usage> {
    let kinds = prop_oneof![
        Just(STAFF),
        Just(CALL),
        Just(UsageKind::Command),
        Just(UsageKind::ConnectorCall),
        Just(UsageKind::Message),
        Just(UsageKind::HostedCase),
    ];
    let bodies = prop_oneof![Just("host"), Just("millbrook")];
    let owners = prop_oneof![Just("host"), Just("millbrook"), Just("eastshire")];
    (0_u8..20, bodies, owners, kinds, 0_u64..5_000).prop_map(
        |(case, provider, owner, kind, quantity)| usage(case, provider, owner, kind, quantity),
    )
}

/// The exact cost in hundredths of a millionth of a penny, computed record by record.
fn exact(used: &[Usage], of: impl Fn(&Usage) -> bool) -> i128 {
    let cost = |used: &Usage| {
        let rate = i128::from(cards()[&used.provider].rate(used.kind).unwrap().micropence());
        let scale = if used.kind == STAFF { 1 } else { 100 };
        i128::from(used.quantity) * rate * scale
    };
    used.iter().filter(|used| of(used)).map(cost).sum()
}

const PENNY: i128 = 100_000_000;

proptest! {
    /// Every figure is a sum of lines; each line is within a penny of its exact cost, each pair
    /// of bodies within half a penny; order and splitting of records change nothing.
    #[test]
    fn figures_add_up_to_the_penny(
        used in prop::collection::vec(any_usage(), 0..80),
        pool in -1_000_000_i64..1_000_000,
        turn in any::<prop::sample::Index>(),
    ) {
        let pool = Pool {
            name: "hosting".to_owned(),
            provider: body("host"),
            amount: Money::from_pence(pool),
            driver: UsageKind::Command,
        };
        let bare = state_costs(used.clone(), &cards(), &[]).unwrap();
        let statement = state_costs(used.clone(), &cards(), std::slice::from_ref(&pool)).unwrap();
        prop_assert_eq!(statement.total(), bare.total().plus(pool.amount));
        let lines: Money = statement.lines.iter().map(|line| line.amount).sum();
        prop_assert_eq!(statement.by_owner().into_values().sum::<Money>(), lines);
        prop_assert_eq!(statement.by_provider().into_values().sum::<Money>(), lines);
        prop_assert_eq!(statement.by_case().into_values().sum::<Money>(), lines);
        prop_assert_eq!(statement.by_channel().iter().map(|row| row.amount).sum::<Money>(), lines);
        let own = statement.lines.iter().filter(|line| line.owner == line.provider);
        let own: Money = own.map(|line| line.amount).sum();
        let owed: Money = statement.owes().iter().map(|debt| debt.amount).sum();
        prop_assert_eq!(own.plus(owed), lines);

        for line in &bare.lines {
            let Cost::Use(kind) = line.cost else { continue };
            let exact = exact(&used, |used| {
                (&used.provider, &used.owner, used.case, used.kind)
                    == (&line.provider, &line.owner, line.case, kind)
            });
            prop_assert!((i128::from(line.amount.pence()) * PENNY - exact).abs() < PENNY);
        }
        for provider in ["host", "millbrook"].map(body) {
            for owner in ["host", "millbrook", "eastshire"].map(body) {
                let between = |line: &&Line| line.provider == provider && line.owner == owner;
                let sum: Money = bare.lines.iter().filter(between).map(|line| line.amount).sum();
                let exact = exact(&used, |used| used.provider == provider && used.owner == owner);
                prop_assert!((i128::from(sum.pence()) * PENNY - exact).abs() * 2 <= PENNY);
            }
        }

        let mut turned: Vec<Usage> = used
            .iter()
            .flat_map(|used| {
                let (half, rest) = (used.quantity / 2, used.quantity - used.quantity / 2);
                [half, rest].map(|quantity| Usage { quantity, ..used.clone() })
            })
            .rev()
            .collect();
        if !turned.is_empty() {
            let by = turn.index(turned.len());
            turned.rotate_left(by);
        }
        prop_assert_eq!(state_costs(turned, &cards(), &[pool]).unwrap(), statement);
    }
}
