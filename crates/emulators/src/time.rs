//! Time as the emulated back offices know it: handed in, so that a demonstration can run them on a
//! virtual clock.

use base::Timestamp;
use connectors::BoxFuture;

/// A sign that an office is at work. A virtual clock stands still while one is held.
pub type AtWork = Box<dyn Send + Sync>;

/// A clock that can be waited for.
pub trait Time: Send + Sync {
    /// The instant.
    fn now(&self) -> Timestamp;

    /// Begins work.
    fn at_work(&self) -> AtWork;

    /// Waits until the instant has come, and is at work then. The wait begins with the call, not
    /// with its first poll.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, AtWork>;

    /// As [`Time::sleep_until`], for the answer to the request of this id (`x-attempt-id`), whose
    /// customer waits too.
    fn answer_later(&self, request: Option<u128>, at: Timestamp) -> BoxFuture<'static, AtWork>;
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
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, AtWork> {
        let wait = u64::try_from(at.millis_since(self.now())).unwrap_or(0);
        let sleep = tokio::time::sleep(std::time::Duration::from_millis(wait));
        Box::pin(async move {
            sleep.await;
            Box::new(()) as AtWork
        })
    }

    fn at_work(&self) -> AtWork {
        Box::new(())
    }

    fn answer_later(&self, _request: Option<u128>, at: Timestamp) -> BoxFuture<'static, AtWork> {
        self.sleep_until(at)
    }
}
