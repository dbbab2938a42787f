//! Guessing at references: how many that there are not one network may try, by every page and
//! interface together.
//!
//! A reference has forty random bits and opens what is nobody's in particular. What is found counts
//! for nothing; nothing here is kept over a restart.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use base::Digest;
use identity::{RateLimit, RateLimiter, RetryAfter};

/// References that find nothing: thirty, then one a minute.
const MISSES: RateLimit = RateLimit { capacity: 30, refill_ms: 60_000 };
/// Networks that are remembered.
const NETWORKS: usize = 100_000;

/// The network that an address is of, as limits count it: an IPv4 address, or the first half of an
/// IPv6 one, which is what one subscriber is given. One key for all whose address is not known.
pub fn network_of(address: Option<IpAddr>) -> Digest {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => Digest::of_parts(&[b"v4", &address.octets()]),
        Some(IpAddr::V6(address)) => {
            let octets = address.octets();
            Digest::of_parts(&[b"v6", octets.get(..8).unwrap_or_default()])
        }
        None => Digest::of(b"unknown network"),
    }
}

/// What each network has tried in vain.
pub(super) struct Guesses(Mutex<RateLimiter>);

impl Guesses {
    pub(super) fn new() -> Self {
        Self(Mutex::new(RateLimiter::new(MISSES, NETWORKS)))
    }
}

impl super::Host {
    /// Whether a network may look a reference up.
    ///
    /// # Errors
    /// [`RetryAfter`] when it looked up too many that there are not.
    pub fn may_look_up(&self, network: Digest) -> Result<(), RetryAfter> {
        let now = self.clock().now();
        self.guesses.0.lock().unwrap_or_else(PoisonError::into_inner).check(network, now)
    }

    /// A network looked a reference up that there is not.
    pub fn found_nothing(&self, network: Digest) {
        let now = self.clock().now();
        let mut guesses = self.guesses.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Without a token nothing is taken, and the next look is refused all the same.
        let _ = guesses.take(network, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_subscriber_is_one_network() {
        let of = |text: &str| network_of(Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_ne!(of("192.0.2.1"), network_of(None));
    }
}
