//! The statement: every line's cost, and its sums.
//!
//! A line is the use of one kind by one case, done by one body for one body. The
//! exact cost between two bodies is rounded once to a penny, half up, and its
//! lines are rounded so that they add up to it ([`crate::apportion`]'s rule). A
//! [`Pool`] is a shared cost with no case of its own: it is shared among the
//! bodies by a driver, and each body's share among its cases by the same driver,
//! so that every penny but the unallocated stands at a case. All other figures
//! are sums of lines; none is rounded again.

use std::collections::{BTreeMap, BTreeSet};

use base::{BodyId, CaseId, Channel, Money, ServiceId};
use serde::{Deserialize, Serialize};

use crate::apportion::{apportion, round_to_sum};
use crate::rate::MICROPENCE;
use crate::{MAX_QUANTITY, RateCard, SAMPLE_NOTE, Usage, UsageKind};

/// Staff time is counted in hundredths of a minute, so exact costs are counted in hundredths of
/// a millionth of a penny.
const PARTS: u128 = 100;
/// Those parts in a penny.
const PARTS_A_PENNY: u128 = 100 * MICROPENCE.unsigned_abs() as u128;

/// Why no statement can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeteringError {
    /// A body did work and has no rate card.
    #[error("{body} has no rate card")]
    NoCard {
        /// The body.
        body: BodyId,
    },
    /// Its card does not state this rate.
    #[error("the rate card of {body} states no rate for {kind:?}")]
    NoRate {
        /// The body.
        body: BodyId,
        /// The kind of use.
        kind: UsageKind,
    },
    /// A quantity or a sum that nothing real reaches.
    #[error("use of {kind:?} by {body} is too large to be real")]
    TooMuch {
        /// The body that did the work.
        body: BodyId,
        /// The kind of use.
        kind: UsageKind,
    },
    /// Two pools have one name.
    #[error("two shared costs are called {name}")]
    PoolTwice {
        /// The name.
        name: String,
    },
}

/// A shared cost that is not caused case by case, such as a month's hosting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Its name in the statement.
    pub name: String,
    /// The body that bears it first.
    pub provider: BodyId,
    /// How much it is.
    pub amount: Money,
    /// The use by which it is shared among those whom the provider worked for.
    pub driver: UsageKind,
}

/// What a line's cost is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cost {
    /// Use at a rate.
    Use(UsageKind),
    /// A share of a pool.
    Pool {
        /// The pool's name.
        name: String,
    },
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Who did the work.
    pub provider: BodyId,
    /// Who bears the cost.
    pub owner: BodyId,
    /// The service.
    pub service: ServiceId,
    /// The channel of receipt.
    pub channel: Channel,
    /// The case.
    pub case: CaseId,
    /// What for.
    pub cost: Cost,
    /// How much was used; of the driver, where it is a share of a pool.
    pub quantity: u64,
    /// What it costs.
    pub amount: Money,
}

/// A shared cost that nobody's use explains; it stays with its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unallocated {
    /// The pool.
    pub name: String,
    /// Who bears it.
    pub provider: BodyId,
    /// How much.
    pub amount: Money,
}

/// What one body owes another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debt {
    /// Who owes.
    pub from: BodyId,
    /// To whom.
    pub to: BodyId,
    /// How much.
    pub amount: Money,
}

/// What a service's transactions cost in one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelCost {
    /// The body that owns the cases.
    pub owner: BodyId,
    /// The service.
    pub service: ServiceId,
    /// The channel of receipt.
    pub channel: Channel,
    /// How many cases.
    pub cases: u64,
    /// What they cost together.
    pub amount: Money,
}

impl ChannelCost {
    /// The mean cost of a transaction, in whole pence, half up; for showing, never for summing.
    pub fn per_transaction(&self) -> Option<Money> {
        let cases = i64::try_from(self.cases).ok().filter(|cases| *cases > 0)?;
        let twice = i128::from(self.amount.pence()) * 2 + i128::from(cases);
        let mean = twice.div_euclid(i128::from(cases) * 2);
        i64::try_from(mean).ok().map(Money::from_pence)
    }
}

/// A statement of costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Every line, in the order of provider, owner, service, channel, case and cost.
    pub lines: Vec<Line>,
    /// Shared costs that nobody's use explains.
    pub unallocated: Vec<Unallocated>,
    /// The version of each provider's card.
    pub cards: BTreeMap<BodyId, String>,
    /// Whether any of those cards is a sample.
    pub sample: bool,
}

/// Makes the statement of some usage, at the providers' rates.
///
/// # Errors
/// [`MeteringError`] when a rate is missing or a figure is beyond what is real.
pub fn state_costs(
    usage: impl IntoIterator<Item = Usage>,
    cards: &BTreeMap<BodyId, RateCard>,
    pools: &[Pool],
) -> Result<Statement, MeteringError> {
    let quantities = gather(usage)?;
    let mut lines = lines_of_use(&quantities, cards)?;
    let mut unallocated = Vec::new();
    let mut names = BTreeSet::new();
    for pool in pools {
        if !names.insert(&pool.name) {
            return Err(MeteringError::PoolTwice { name: pool.name.clone() });
        }
        let (shares, rest) = lines_of_pool(pool, &quantities);
        lines.extend(shares);
        unallocated.extend(rest);
    }
    lines.sort_by(|one, other| place(one).cmp(&place(other)));
    let used: BTreeSet<&BodyId> = lines.iter().map(|line| &line.provider).collect();
    let used = || cards.iter().filter(|(body, _)| used.contains(body));
    let sample = used().any(|(_, card)| card.sample);
    let cards = used().map(|(body, card)| (body.clone(), card.version.clone())).collect();
    Ok(Statement { lines, unallocated, cards, sample })
}

impl Statement {
    /// The words that stand beside every figure of this statement, if any must.
    pub const fn note(&self) -> Option<&'static str> {
        if self.sample { Some(SAMPLE_NOTE) } else { None }
    }

    /// Everything, the unallocated included.
    pub fn total(&self) -> Money {
        let unallocated: Money = self.unallocated.iter().map(|rest| rest.amount).sum();
        self.lines.iter().map(|line| line.amount).sum::<Money>().plus(unallocated)
    }

    /// Cost by owner, service and channel, with the number of cases behind it.
    pub fn by_channel(&self) -> Vec<ChannelCost> {
        let mut sums: BTreeMap<_, (BTreeSet<CaseId>, Money)> = BTreeMap::new();
        for line in &self.lines {
            let sum = sums.entry((&line.owner, &line.service, line.channel)).or_default();
            sum.0.insert(line.case);
            sum.1 = sum.1.plus(line.amount);
        }
        let row = |((owner, service, channel), (cases, amount)): (_, (BTreeSet<CaseId>, Money))| {
            let (owner, service): (&BodyId, &ServiceId) = (owner, service);
            let cases = u64::try_from(cases.len()).unwrap_or(u64::MAX);
            ChannelCost { owner: owner.clone(), service: service.clone(), channel, cases, amount }
        };
        sums.into_iter().map(row).collect()
    }

    /// What each body bears: its own work for itself, and others' work for it. The unallocated
    /// is not in it.
    pub fn by_owner(&self) -> BTreeMap<BodyId, Money> {
        self.sums(|line| Some(line.owner.clone()))
    }

    /// What each body's work costs, whomever it was for. The unallocated is not in it.
    pub fn by_provider(&self) -> BTreeMap<BodyId, Money> {
        self.sums(|line| Some(line.provider.clone()))
    }

    /// What each case costs.
    pub fn by_case(&self) -> BTreeMap<CaseId, Money> {
        self.sums(|line| Some(line.case))
    }

    /// Who owes whom, before any setting off.
    pub fn owes(&self) -> Vec<Debt> {
        let between = |line: &Line| (line.owner.clone(), line.provider.clone());
        let sums = self.sums(|line| (line.owner != line.provider).then(|| between(line)));
        let debts = sums.into_iter().filter(|(_, amount)| *amount != Money::ZERO);
        debts.map(|((from, to), amount)| Debt { from, to, amount }).collect()
    }

    /// Who owes whom when each pair of bodies sets one debt off against the other.
    pub fn owes_net(&self) -> Vec<Debt> {
        let mut net: BTreeMap<(BodyId, BodyId), Money> = BTreeMap::new();
        for Debt { from, to, amount } in self.owes() {
            let (pair, amount) = if from < to {
                ((from, to), amount)
            } else {
                ((to, from), Money::ZERO.minus(amount))
            };
            let sum = net.entry(pair).or_default();
            *sum = sum.plus(amount);
        }
        let debt = |((from, to), amount): ((BodyId, BodyId), Money)| {
            if amount < Money::ZERO {
                Debt { from: to, to: from, amount: Money::ZERO.minus(amount) }
            } else {
                Debt { from, to, amount }
            }
        };
        net.into_iter().filter(|(_, amount)| *amount != Money::ZERO).map(debt).collect()
    }

    fn sums<K: Ord>(&self, key: impl Fn(&Line) -> Option<K>) -> BTreeMap<K, Money> {
        let mut sums: BTreeMap<K, Money> = BTreeMap::new();
        for line in &self.lines {
            if let Some(key) = key(line) {
                let sum = sums.entry(key).or_default();
                *sum = sum.plus(line.amount);
            }
        }
        sums
    }
}

/// A line before rounding, with its exact cost in parts of a penny.
type Exact<'a> = ((&'a Place, UsageKind, u64), u128);

type Place = (BodyId, BodyId, ServiceId, Channel, CaseId);

fn place(line: &Line) -> (&BodyId, &BodyId, &ServiceId, Channel, CaseId, &Cost) {
    (&line.provider, &line.owner, &line.service, line.channel, line.case, &line.cost)
}

fn gather(
    usage: impl IntoIterator<Item = Usage>,
) -> Result<BTreeMap<(Place, UsageKind), u64>, MeteringError> {
    let mut quantities: BTreeMap<(Place, UsageKind), u64> = BTreeMap::new();
    for used in usage {
        let too_much = MeteringError::TooMuch { body: used.provider.clone(), kind: used.kind };
        let place = (used.provider, used.owner, used.service, used.channel, used.case);
        let sum = quantities.entry((place, used.kind)).or_default();
        *sum = sum.saturating_add(used.quantity);
        if *sum > MAX_QUANTITY {
            return Err(too_much);
        }
    }
    Ok(quantities)
}

/// The exact cost, in parts of a penny.
fn exact_cost(
    provider: &BodyId,
    kind: UsageKind,
    quantity: u64,
    cards: &BTreeMap<BodyId, RateCard>,
) -> Result<u128, MeteringError> {
    let card =
        cards.get(provider).ok_or_else(|| MeteringError::NoCard { body: provider.clone() })?;
    let rate =
        card.rate(kind).ok_or_else(|| MeteringError::NoRate { body: provider.clone(), kind })?;
    let scale = match kind {
        UsageKind::StaffTime { .. } => 1,
        UsageKind::Contact { .. }
        | UsageKind::Command
        | UsageKind::ConnectorCall
        | UsageKind::Message
        | UsageKind::Question
        | UsageKind::HostedCase => PARTS,
    };
    Ok(u128::from(quantity) * u128::from(rate.micropence().unsigned_abs()) * scale)
}

fn lines_of_use(
    quantities: &BTreeMap<(Place, UsageKind), u64>,
    cards: &BTreeMap<BodyId, RateCard>,
) -> Result<Vec<Line>, MeteringError> {
    let mut between: BTreeMap<(&BodyId, &BodyId), Vec<Exact<'_>>> = BTreeMap::new();
    for ((place, kind), quantity) in quantities {
        let exact = exact_cost(&place.0, *kind, *quantity, cards)?;
        let lines = between.entry((&place.0, &place.1)).or_default();
        lines.push(((place, *kind, *quantity), exact));
    }
    let mut lines = Vec::with_capacity(quantities.len());
    for ((provider, _), exact) in between {
        let sum: u128 = exact.iter().map(|(_, exact)| exact).sum();
        let pence = (sum + PARTS_A_PENNY / 2) / PARTS_A_PENNY;
        for ((place, kind, quantity), pence) in round_to_sum(exact, PARTS_A_PENNY, pence) {
            let pence = i64::try_from(pence)
                .map_err(|_| MeteringError::TooMuch { body: provider.clone(), kind })?;
            lines.push(line(place, Cost::Use(kind), quantity, Money::from_pence(pence)));
        }
    }
    Ok(lines)
}

fn lines_of_pool(
    pool: &Pool,
    quantities: &BTreeMap<(Place, UsageKind), u64>,
) -> (Vec<Line>, Option<Unallocated>) {
    let drivers = || {
        let of_pool = quantities.iter().filter(|((place, kind), quantity)| {
            *kind == pool.driver && place.0 == pool.provider && **quantity > 0
        });
        of_pool.map(|((place, _), quantity)| (place, *quantity))
    };
    let owners = drivers().map(|(place, quantity)| (&place.1, quantity));
    let among_owners = apportion(pool.amount, owners);
    let cost = Cost::Pool { name: pool.name.clone() };
    let mut lines = Vec::new();
    for (owner, share) in among_owners.shares {
        let cases: BTreeMap<&Place, u64> =
            drivers().filter(|(place, _)| place.1 == *owner).collect();
        for (place, amount) in apportion(share, cases.clone()).shares {
            let quantity = cases.get(place).copied().unwrap_or_default();
            lines.push(line(place, cost.clone(), quantity, amount));
        }
    }
    let rest = among_owners.unallocated;
    let (name, provider) = (pool.name.clone(), pool.provider.clone());
    let unallocated = Unallocated { name, provider, amount: rest };
    (lines, (rest != Money::ZERO).then_some(unallocated))
}

fn line(place: &Place, cost: Cost, quantity: u64, amount: Money) -> Line {
    let (provider, owner, service, channel, case) = place.clone();
    Line { provider, owner, service, channel, case, cost, quantity, amount }
}

#[cfg(test)]
mod tests;
