//! Rate limits as token buckets whose clock is an argument.
//!
//! A bucket holds at most `capacity` tokens and gains one every `refill_ms`.
//! [`RateLimiter`] keeps a bucket a key (a blind index of an address or of a
//! network), never more than a stated number of them. Nothing here is journalled:
//! after a restart the buckets are full.

use std::collections::{BTreeMap, BTreeSet};

use base::{Digest, Timestamp};

/// Milliseconds of an hour.
const HOUR_MS: u32 = 3_600_000;

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many acts may come at once.
    pub capacity: u32,
    /// Milliseconds after which one more is allowed.
    pub refill_ms: u32,
}

impl RateLimit {
    /// So many acts an hour, a tenth of which may come at once.
    pub fn an_hour(acts: u32) -> Self {
        let refill_ms = HOUR_MS.checked_div(acts).unwrap_or(HOUR_MS).max(1);
        Self { capacity: acts.div_euclid(10).max(1), refill_ms }
    }
}

/// Refused for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many acts: try again in {millis} ms")]
pub struct RetryAfter {
    /// Milliseconds until the next act is allowed.
    pub millis: i64,
}

/// One bucket. It stores when it would be full, which is all that its level depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    full_at: Timestamp,
}

impl TokenBucket {
    /// A full bucket.
    pub const fn full(now: Timestamp) -> Self {
        Self { full_at: now }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// [`RetryAfter`] when there is none; the bucket is left as it was.
    pub fn take(&mut self, limit: RateLimit, now: Timestamp) -> Result<(), RetryAfter> {
        let refill = i64::from(limit.refill_ms);
        let depth = refill.saturating_mul(i64::from(limit.capacity));
        // A clock that was set back must not lock anybody out for longer than an empty bucket.
        let missing = self.full_at.millis_since(now).clamp(0, depth);
        let after = missing.saturating_add(refill);
        if after > depth {
            return Err(RetryAfter { millis: after - depth });
        }
        self.full_at = now.plus_millis(after);
        Ok(())
    }
}

/// A bucket a key, with an upper bound on how many are remembered.
///
/// When the bound is reached the bucket that is nearest to full is forgotten: the limiter then
/// lets that one key begin afresh rather than shut everybody out.
#[derive(Debug, Clone)]
pub struct RateLimiter {
    limit: RateLimit,
    max_keys: usize,
    buckets: BTreeMap<Digest, TokenBucket>,
    by_fullness: BTreeSet<(Timestamp, Digest)>,
}

impl RateLimiter {
    /// An empty limiter that remembers at most `max_keys` keys (one at least).
    pub fn new(limit: RateLimit, max_keys: usize) -> Self {
        let (buckets, by_fullness) = (BTreeMap::new(), BTreeSet::new());
        Self { limit, max_keys: max_keys.max(1), buckets, by_fullness }
    }

    /// Takes one token of this key's bucket.
    ///
    /// # Errors
    /// [`RetryAfter`] when it has none.
    pub fn take(&mut self, key: Digest, now: Timestamp) -> Result<(), RetryAfter> {
        self.forget_full(now);
        let known = self.buckets.get(&key).copied();
        let mut bucket = known.unwrap_or(TokenBucket::full(now));
        bucket.take(self.limit, now)?;
        match known {
            Some(before) => {
                self.by_fullness.remove(&(before.full_at, key));
            }
            None if self.buckets.len() >= self.max_keys => self.forget_fullest(),
            None => {}
        }
        self.by_fullness.insert((bucket.full_at, key));
        self.buckets.insert(key, bucket);
        Ok(())
    }

    /// Whether this key's bucket has a token. It is left as it is.
    ///
    /// # Errors
    /// [`RetryAfter`] when it has none.
    pub fn check(&self, key: Digest, now: Timestamp) -> Result<(), RetryAfter> {
        let mut bucket = self.buckets.get(&key).copied().unwrap_or(TokenBucket::full(now));
        bucket.take(self.limit, now)
    }

    /// How many keys are remembered.
    pub fn keys(&self) -> usize {
        self.buckets.len()
    }

    /// A full bucket equals an unknown one.
    fn forget_full(&mut self, now: Timestamp) {
        while self.by_fullness.first().is_some_and(|(full_at, _)| *full_at <= now) {
            self.forget_fullest();
        }
    }

    fn forget_fullest(&mut self) {
        if let Some((_, key)) = self.by_fullness.pop_first() {
            self.buckets.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: RateLimit = RateLimit { capacity: 3, refill_ms: 100 };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_bucket_empties_and_refills() {
        let mut bucket = TokenBucket::full(at(0));
        for _ in 0..3 {
            assert_eq!(bucket.take(LIMIT, at(0)), Ok(()));
        }
        assert_eq!(bucket.take(LIMIT, at(0)), Err(RetryAfter { millis: 100 }));
        assert_eq!(bucket.take(LIMIT, at(40)), Err(RetryAfter { millis: 60 }));
        assert_eq!(bucket.take(LIMIT, at(100)), Ok(()));
        assert_eq!(bucket.take(LIMIT, at(100)), Err(RetryAfter { millis: 100 }));
        assert_eq!(bucket.take(LIMIT, at(-1_000_000)), Err(RetryAfter { millis: 100 }));
    }

    #[test]
    fn a_limit_of_nothing_lets_nothing_through() {
        let none = RateLimit { capacity: 0, refill_ms: 100 };
        assert!(TokenBucket::full(at(0)).take(none, at(1_000_000)).is_err());
    }

    #[test]
    fn keys_are_bounded_and_forgotten_when_full() {
        let mut limiter = RateLimiter::new(LIMIT, 2);
        let key = |byte| Digest::from_bytes([byte; 32]);
        for byte in 1..=5 {
            assert_eq!(limiter.take(key(byte), at(i64::from(byte))), Ok(()));
            assert!(limiter.keys() <= 2);
        }
        assert_eq!(limiter.take(key(9), at(10_000)), Ok(()));
        assert_eq!(limiter.keys(), 1);
    }

    proptest! {
        #[test]
        fn never_more_than_burst_plus_refill(gaps in prop::collection::vec(0_i64..250, 1..200)) {
            let mut bucket = TokenBucket::full(at(0));
            let (mut now, mut taken) = (0_i64, 0_i64);
            for gap in gaps {
                now += gap;
                taken += i64::from(bucket.take(LIMIT, at(now)).is_ok());
                prop_assert!(taken <= 3 + now / 100);
            }
        }
    }
}
