//! Sharing an amount by weights, to the penny.
//!
//! Largest remainder: each gets its exact share rounded down, and the pennies
//! left over go one each to the largest fractions; among equals the smaller key
//! comes first. So the shares add up to the amount, each is within a penny of its
//! exact share, and the order of the weights does not matter.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use base::Money;

/// An amount shared out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apportioned<K> {
    /// Each key's share; a key of weight zero gets nothing.
    pub shares: BTreeMap<K, Money>,
    /// What nobody's weight explains: the whole amount when every weight is zero.
    pub unallocated: Money,
}

/// Shares an amount, which may be negative (a correction), by weights.
///
/// Weights that together exceed the range of 64 bits are no counts of anything real; they are
/// summed in 128 bits and shared all the same.
pub fn apportion<K: Ord + Clone>(
    amount: Money,
    weights: impl IntoIterator<Item = (K, u64)>,
) -> Apportioned<K> {
    let mut by_key: BTreeMap<K, u128> = BTreeMap::new();
    for (key, weight) in weights {
        *by_key.entry(key).or_default() += u128::from(weight);
    }
    let total: u128 = by_key.values().sum();
    if total == 0 {
        let shares = by_key.into_keys().map(|key| (key, Money::ZERO)).collect();
        return Apportioned { shares, unallocated: amount };
    }
    // A weight above 64 bits would overflow the product below: halve them all alike until none is.
    let shift = (128 - total.leading_zeros()).saturating_sub(64);
    let shifted: u128 = by_key.values().map(|weight| weight >> shift).sum();
    let pence = u128::from(amount.pence().unsigned_abs());
    let exact: Vec<(K, u128)> =
        by_key.into_iter().map(|(key, weight)| (key, pence * (weight >> shift))).collect();
    let shares = round_to_sum(exact, shifted, pence);
    let negative = amount.pence() < 0;
    let signed = |pence: u128| {
        let pence = i64::try_from(pence).unwrap_or(i64::MAX);
        Money::from_pence(if negative { -pence } else { pence })
    };
    let shares = shares.into_iter().map(|(key, pence)| (key, signed(pence))).collect();
    Apportioned { shares, unallocated: Money::ZERO }
}

/// Rounds `numerator / denominator` of each key to whole units that add up to `sum`, which is
/// the exact sum rounded up or down. The keys come in order.
pub(crate) fn round_to_sum<K: Ord>(
    exact: Vec<(K, u128)>,
    denominator: u128,
    sum: u128,
) -> Vec<(K, u128)> {
    let floors: u128 = exact.iter().map(|(_, numerator)| numerator / denominator).sum();
    let mut left = sum.saturating_sub(floors);
    let mut by_fraction: Vec<usize> = (0..exact.len()).collect();
    let fraction = |place: &usize| exact.get(*place).map_or(0, |(_, value)| value % denominator);
    by_fraction.sort_by_key(|place| (Reverse(fraction(place)), *place));
    let mut gets_one = vec![false; exact.len()];
    for place in by_fraction {
        if left == 0 {
            break;
        }
        if let Some(gets) = gets_one.get_mut(place) {
            *gets = true;
            left -= 1;
        }
    }
    exact
        .into_iter()
        .zip(gets_one)
        .map(|((key, numerator), one)| (key, numerator / denominator + u128::from(one)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(pence: i64, weights: &[(&'static str, u64)]) -> Vec<(&'static str, i64)> {
        let shared = apportion(Money::from_pence(pence), weights.iter().copied());
        assert_eq!(shared.unallocated, Money::ZERO);
        shared.shares.into_iter().map(|(key, money)| (key, money.pence())).collect()
    }

    #[test]
    fn pennies_left_over_go_to_the_largest_fractions() {
        assert_eq!(shares(100, &[("a", 1), ("b", 1), ("c", 1)]), [("a", 34), ("b", 33), ("c", 33)]);
        assert_eq!(shares(100, &[("a", 1), ("b", 2), ("c", 4)]), [("a", 14), ("b", 29), ("c", 57)]);
        assert_eq!(shares(-100, &[("a", 1), ("b", 2)]), [("a", -33), ("b", -67)]);
        assert_eq!(shares(1, &[("a", 0), ("b", 1)]), [("a", 0), ("b", 1)]);
    }

    /// Calls, planning applications, council tax and housing-benefit caseloads that two English
    /// districts with one workforce published, and the percentages that they give.
    #[test]
    fn published_caseloads_give_their_published_shares() {
        for (south_hams, west_devon, tenths) in [
            (53_418, 23_154, 698),
            (60_924, 27_820, 687),
            (2_286, 807, 739),
            (382, 118, 764),
            (46_949, 27_112, 634),
            (495, 104, 826),
            (182, 133, 578),
        ] {
            let weights = [("south-hams", south_hams), ("west-devon", west_devon)];
            assert_eq!(shares(1_000, &weights)[0].1, tenths);
        }
    }

    #[test]
    fn a_cost_without_a_driver_is_not_lost() {
        let shared = apportion(Money::from_pence(500), [("a", 0), ("b", 0)]);
        assert_eq!(shared.unallocated, Money::from_pence(500));
        assert!(shared.shares.values().all(|share| *share == Money::ZERO));
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_within_a_penny(
            pence in any::<i64>(),
            weights in prop::collection::vec((0_u8..12, prop_oneof![0_u64..1_000, any::<u64>()]), 0..20),
        ) {
            let shared = apportion(Money::from_pence(pence), weights.clone());
            let sum: i128 = shared.shares.values().map(|share| i128::from(share.pence())).sum();
            // One penny less than i64::MIN is held at the end of the range.
            let clipped = i128::from(pence.max(-i64::MAX));
            let held = if shared.unallocated == Money::ZERO { clipped } else { i128::from(pence) };
            prop_assert_eq!(sum + i128::from(shared.unallocated.pence()), held);
            let backwards = apportion(Money::from_pence(pence), weights.clone().into_iter().rev());
            prop_assert_eq!(&shared, &backwards);
            let total: u128 = weights.iter().map(|(_, weight)| u128::from(*weight)).sum();
            if total > 0 && total <= u128::from(u64::MAX) {
                for (key, share) in &shared.shares {
                    let of = |k: &u8| -> i128 {
                        weights.iter().filter(|(key, _)| key == k).map(|(_, w)| i128::from(*w)).sum()
                    };
                    let off = i128::from(share.pence()) * i128::try_from(total).unwrap()
                        - i128::from(pence) * of(key);
                    prop_assert!(off.unsigned_abs() < total + u128::from(pence == i64::MIN) * total);
                }
            }
        }
    }
}
