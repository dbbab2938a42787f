//! Durations summed up.

use serde::{Deserialize, Serialize};

/// How some durations spread.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Spread {
    /// How many there are.
    pub count: u64,
    /// Their sum in milliseconds, held at the end of the range.
    pub total_ms: i64,
    /// The middle one; of an even number, the mean of the two middle ones.
    pub median_ms: Option<f64>,
    /// The longest.
    pub longest_ms: Option<i64>,
}

impl Spread {
    /// Sums durations up; their order is lost.
    pub fn of(durations_ms: &mut [i64]) -> Self {
        Self {
            count: u64::try_from(durations_ms.len()).unwrap_or(u64::MAX),
            total_ms: durations_ms.iter().fold(0_i64, |sum, ms| sum.saturating_add(*ms)),
            longest_ms: durations_ms.iter().max().copied(),
            median_ms: median_ms(durations_ms),
        }
    }
}

/// The median: the middle value, or the mean of the two middle values of an even number.
/// `None` of nothing. The order of the values is lost.
#[expect(clippy::cast_precision_loss, reason = "milliseconds below 2^53 are exact, 285,000 years")]
pub fn median_ms(values: &mut [i64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable(middle);
    let upper = *upper as f64;
    if odd {
        return Some(upper);
    }
    let lower = below.iter().max().map_or(upper, |lower| *lower as f64);
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_two_middles() {
        assert_eq!(median_ms(&mut []), None);
        assert_eq!(median_ms(&mut [7]), Some(7.0));
        assert_eq!(median_ms(&mut [4, 1]), Some(2.5));
        assert_eq!(median_ms(&mut [9, 1, 5]), Some(5.0));
        assert_eq!(median_ms(&mut [9, 1, 5, 6]), Some(5.5));
        let spread = Spread::of(&mut [3, 1, 2]);
        assert_eq!((spread.count, spread.total_ms, spread.longest_ms), (3, 6, Some(3)));
        assert_eq!(Spread::of(&mut []), Spread::default());
    }
}
