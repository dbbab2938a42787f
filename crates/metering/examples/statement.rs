//! A morning's use at sample rates: cost by channel, and who owes whom.
//!
//! Run with `cargo run -p metering --example statement`.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;

use base::{BodyId, CaseId, Channel, Money, Role};
use metering::{MachineRates, Pool, Rate, RateCard, Usage, UsageKind, state_costs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (host, district): (BodyId, BodyId) = ("host".parse()?, "millbrook".parse()?);
    let rate = |text: &str| text.parse::<Rate>();
    let card = RateCard {
        version: "demo".to_owned(),
        sample: true,
        staff_minute: BTreeMap::from([(Role::Caseworker, rate("62.5")?)]),
        contact: BTreeMap::from([(Channel::Web, rate("0.9")?), (Channel::Agent, rate("283")?)]),
        machine: MachineRates { command: rate("0.002")?, ..MachineRates::default() },
        hosted_case: rate("1.25")?,
    };
    let cards = BTreeMap::from([(host.clone(), card.clone()), (district.clone(), card)]);
    let record = |case: u8, channel, provider: &BodyId, kind, quantity| {
        let (case, owner) = (CaseId::from_bytes([case; 16]), district.clone());
        let service = "missed-bin-collection".parse()?;
        let provider = provider.clone();
        Ok::<_, base::NameError>(Usage { case, service, channel, provider, owner, kind, quantity })
    };
    let caseworker = UsageKind::StaffTime { role: Role::Caseworker };
    let call = UsageKind::Contact { channel: Channel::Agent };
    let visit = UsageKind::Contact { channel: Channel::Web };
    let used = [
        record(1, Channel::Web, &district, visit, 1)?,
        record(1, Channel::Web, &host, UsageKind::Command, 14)?,
        record(2, Channel::Agent, &district, call, 1)?,
        record(2, Channel::Agent, &host, UsageKind::Command, 9)?,
        record(2, Channel::Agent, &district, caseworker, 450)?,
    ];
    let hosting = Pool {
        name: "hosting".to_owned(),
        provider: host,
        amount: Money::from_pence(700),
        driver: UsageKind::Command,
    };
    let statement = state_costs(used, &cards, &[hosting])?;
    for cost in statement.by_channel() {
        let each = cost.per_transaction().unwrap_or_default();
        println!("{} {}: {} cases, {each} each", cost.service, cost.channel.key(), cost.cases);
    }
    for debt in statement.owes() {
        println!("{} owes {} {}", debt.from, debt.to, debt.amount);
    }
    println!("total {} ({})", statement.total(), statement.note().unwrap_or("own rates"));
    Ok(())
}
