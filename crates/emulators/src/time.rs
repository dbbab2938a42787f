//! Time as the emulated back offices know it: handed in, so that a demonstration can run them on a
//! virtual clock.

use base::Timestamp;
use connectors::BoxFuture;

/// A clock that can be waited for.
pub trait Time: Send + Sync {
    /// The instant.
    fn now(&self) -> Timestamp;

    /// Waits until the instant has come.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()>;
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallTime;

impl Time for WallTime {
    #[expect(clippy::disallowed_methods, reason = "the real side of the clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let millis = since.map(|since| since.as_millis()).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "the real side of the clock")]
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let wait = u64::try_from(at.millis_since(self.now())).unwrap_or(0);
        Box::pin(tokio::time::sleep(std::time::Duration::from_millis(wait)))
    }
}
