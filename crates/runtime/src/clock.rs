//! The clock: one seam for "now", for waiting, and for knowing that nothing is in flight.
//!
//! [`RealClock`] is the machine's. [`VirtualClock`] stands still while any [`Busy`] token is
//! held and moves to the next thing due when the last one is dropped, so that a morning of work
//! runs as fast as the machine allows and every time in it is exact.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use base::Timestamp;

mod real;
mod simulated;

pub use real::RealClock;
pub use simulated::VirtualClock;

/// What a clock does when an alarm is due: it hands over a token, so that time waits for the work.
pub type Alarm = Arc<dyn Fn(Busy) + Send + Sync>;

/// Ends at an instant with a token in hand.
pub type Sleep = Pin<Box<dyn Future<Output = Busy> + Send>>;

/// Whose alarm it is; each holder has one alarm at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlarmId(pub u64);

/// A call to another program, known to both of its ends on a virtual clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u128);

/// A sign that something is in flight. On a virtual clock time stands still while one is held.
#[derive(Default)]
pub struct Busy(Option<Arc<simulated::Shared>>);

impl std::fmt::Debug for Busy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Busy")
    }
}

impl Clone for Busy {
    fn clone(&self) -> Self {
        Self(self.0.as_ref().map(|shared| {
            shared.hold();
            Arc::clone(shared)
        }))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            simulated::release(&shared);
        }
    }
}

/// Time, as the shell asks for it.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// A token that says that something is in flight.
    fn busy(&self) -> Busy;

    /// Sets, moves or clears (`None`) the one alarm of a holder.
    fn set_alarm(&self, id: AlarmId, at: Option<Timestamp>, alarm: Alarm);

    /// Ends at the instant. The caller holds no token of its own meanwhile.
    fn sleep_until(&self, at: Timestamp) -> Sleep;

    /// Ends when a call has taken too long. The caller keeps its token, for the clock moves
    /// only when the other end has borrowed it ([`Clock::answer_later`]).
    fn deadline(&self, call: CallId, at: Timestamp) -> Sleep;

    /// The answering end of a call, which holds no token of its own, waits until the instant,
    /// and the caller's token rests until then or until its deadline.
    fn answer_later(&self, call: CallId, at: Timestamp) -> Sleep;
}
