//! A clock that moves only when nothing is in flight.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::Timestamp;
use tokio::sync::oneshot;

use super::{Alarm, AlarmId, Busy, CallId, Clock, Sleep};

/// What is due at an instant, in the order in which it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Timestamp,
    order: u64,
}

enum Waiting {
    Alarm(AlarmId, Alarm),
    Sleeper(oneshot::Sender<Busy>),
    Deadline(CallId, oneshot::Sender<Busy>),
    Answer(CallId, oneshot::Sender<Busy>),
}

#[derive(Default)]
struct State {
    now: Timestamp,
    held: u64,
    order: u64,
    due: BTreeMap<Due, Waiting>,
    alarms: BTreeMap<AlarmId, Due>,
    lent: BTreeSet<CallId>,
    idle: Vec<oneshot::Sender<()>>,
    flowing: bool,
}

/// What a virtual clock and its tokens share.
#[derive(Default)]
pub struct Shared {
    state: Mutex<State>,
}

/// A clock that stands still while a token is held and else moves to the next thing due.
#[derive(Clone)]
pub struct VirtualClock(Arc<Shared>);

impl std::fmt::Debug for VirtualClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "VirtualClock({})", self.now())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self) {
        self.lock().held += 1;
    }
}

/// Gives a token back; whoever gives the last one back moves the clock.
pub(super) fn release(shared: &Arc<Shared>) {
    let fired = {
        let mut state = shared.lock();
        state.held = state.held.saturating_sub(1);
        state.next_due()
    };
    fire(shared, fired);
}

fn fire(shared: &Arc<Shared>, fired: Vec<Waiting>) {
    for waiting in fired {
        let token = Busy(Some(Arc::clone(shared)));
        match waiting {
            Waiting::Alarm(_, alarm) => alarm(token),
            Waiting::Sleeper(end) | Waiting::Answer(_, end) => drop(end.send(token)),
            // The token that the call lent is back with its caller, who has a handle on it already.
            Waiting::Deadline(_, end) => {
                std::mem::forget(token);
                drop(end.send(Busy(None)));
            }
        }
    }
}

impl State {
    fn put(&mut self, at: Timestamp, waiting: Waiting) -> Due {
        self.order += 1;
        let due = Due { at: at.max(self.now), order: self.order };
        self.due.insert(due, waiting);
        due
    }

    /// With no token held: moves to the first instant at which something is due and takes all of
    /// that instant, each with a token counted for it.
    fn next_due(&mut self) -> Vec<Waiting> {
        let mut fired = Vec::new();
        if self.flowing {
            return fired;
        }
        let mut instant = None;
        while self.held == 0 || instant.is_some() {
            let Some(entry) = self.due.first_entry() else { break };
            let at = entry.key().at;
            if instant.is_some_and(|instant| at > instant) {
                break;
            }
            let waiting = entry.remove();
            if let Some(tokens) = self.tokens_for(&waiting) {
                self.now = at;
                self.held += tokens;
                instant = Some(at);
                fired.push(waiting);
            }
        }
        if self.held == 0 {
            for idle in std::mem::take(&mut self.idle) {
                let _ = idle.send(());
            }
        }
        fired
    }

    /// Moves to an instant and takes all that is due until then.
    fn take_until(&mut self, now: Timestamp) -> Vec<Waiting> {
        let mut fired = Vec::new();
        while let Some(entry) = self.due.first_entry() {
            if entry.key().at > now {
                break;
            }
            let waiting = entry.remove();
            if let Some(tokens) = self.tokens_for(&waiting) {
                self.held += tokens;
                fired.push(waiting);
            }
        }
        self.now = now;
        fired
    }

    /// How many tokens something due brings into play; `None` when nobody waits for it any more.
    fn tokens_for(&mut self, waiting: &Waiting) -> Option<u64> {
        match waiting {
            Waiting::Alarm(id, _) => {
                self.alarms.remove(id);
                Some(1)
            }
            Waiting::Sleeper(end) => (!end.is_closed()).then_some(1),
            // The answering end gets a token of its own; its caller's comes back, if it still waits.
            Waiting::Answer(call, _) => Some(1 + u64::from(self.lent.remove(call))),
            Waiting::Deadline(call, end) => {
                (!end.is_closed() && self.lent.remove(call)).then_some(1)
            }
        }
    }
}

impl VirtualClock {
    /// A clock that stands at this instant.
    pub fn new(now: Timestamp) -> Self {
        let shared = Shared::default();
        shared.lock().now = now;
        Self(Arc::new(shared))
    }

    /// Ends when nothing is in flight and nothing is due any more.
    pub fn nothing_due(&self) -> oneshot::Receiver<()> {
        let (idle, done) = oneshot::channel();
        self.0.lock().idle.push(idle);
        drop(self.busy());
        done
    }

    /// From now on time passes as on the wall, whatever is held: for looking around after a replay.
    /// Runs until the clock is dropped everywhere else.
    pub fn flow(&self) {
        const TICK: std::time::Duration = std::time::Duration::from_millis(200);
        self.0.lock().flowing = true;
        let shared = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            let mut ticks = tokio::time::interval(TICK);
            loop {
                ticks.tick().await;
                let Some(shared) = shared.upgrade() else { return };
                let fired = {
                    let mut state = shared.lock();
                    let now = state.now.plus_millis(i64::try_from(TICK.as_millis()).unwrap_or(0));
                    state.take_until(now)
                };
                fire(&shared, fired);
            }
        });
    }

    fn wait(&self, at: Timestamp, waiting: impl FnOnce(oneshot::Sender<Busy>) -> Waiting) -> Sleep {
        let (end, done) = oneshot::channel();
        self.0.lock().put(at, waiting(end));
        Box::pin(async move {
            match done.await {
                Ok(token) => token,
                Err(_) => std::future::pending().await, // its turn never comes
            }
        })
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().now
    }

    fn busy(&self) -> Busy {
        self.0.hold();
        Busy(Some(Arc::clone(&self.0)))
    }

    fn set_alarm(&self, id: AlarmId, at: Option<Timestamp>, alarm: Alarm) {
        let token = self.busy();
        {
            let mut state = self.0.lock();
            if let Some(due) = state.alarms.remove(&id) {
                state.due.remove(&due);
            }
            if let Some(at) = at {
                let due = state.put(at, Waiting::Alarm(id, alarm));
                state.alarms.insert(id, due);
            }
        }
        drop(token);
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep {
        let token = self.busy();
        let sleep = self.wait(at, Waiting::Sleeper);
        drop(token);
        sleep
    }

    fn deadline(&self, call: CallId, at: Timestamp) -> Sleep {
        self.wait(at, |end| Waiting::Deadline(call, end))
    }

    fn answer_later(&self, call: CallId, at: Timestamp) -> Sleep {
        let (end, done) = oneshot::channel();
        let fired = {
            let mut state = self.0.lock();
            state.put(at, Waiting::Answer(call, end));
            if state.lent.insert(call) {
                state.held = state.held.saturating_sub(1);
            }
            state.next_due()
        };
        fire(&self.0, fired);
        Box::pin(async move {
            match done.await {
                Ok(token) => token,
                Err(_) => std::future::pending().await, // not reached: it always gets its turn
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[tokio::test]
    async fn time_moves_only_when_nothing_is_in_flight() {
        let clock = VirtualClock::new(at(0));
        let token = clock.busy();
        let sleep = clock.sleep_until(at(1_000));
        assert_eq!(clock.now(), at(0), "a token is held");
        drop(token);
        let woken = sleep.await;
        assert_eq!(clock.now(), at(1_000));
        let second = clock.sleep_until(at(2_000));
        assert_eq!(clock.now(), at(1_000), "the woken sleeper holds a token");
        drop(woken);
        drop(second.await);
        assert_eq!(clock.now(), at(2_000));
    }

    #[tokio::test]
    async fn an_alarm_is_moved_and_cleared() {
        let clock = VirtualClock::new(at(0));
        let (rung, mut rings) = tokio::sync::mpsc::unbounded_channel();
        let alarm: Alarm = {
            let clock = clock.clone();
            Arc::new(move |token| {
                rung.send(clock.now()).unwrap();
                drop(token);
            })
        };
        let token = clock.busy();
        clock.set_alarm(AlarmId(1), Some(at(500)), Arc::clone(&alarm));
        clock.set_alarm(AlarmId(1), Some(at(300)), Arc::clone(&alarm));
        clock.set_alarm(AlarmId(2), Some(at(400)), Arc::clone(&alarm));
        clock.set_alarm(AlarmId(2), None, alarm);
        drop(token);
        clock.nothing_due().await.unwrap();
        assert_eq!(rings.try_recv(), Ok(at(300)));
        assert!(rings.try_recv().is_err(), "moved and cleared alarms do not ring");
    }

    #[tokio::test]
    async fn a_late_answer_meets_its_deadline() {
        let clock = VirtualClock::new(at(0));
        let caller = clock.busy();
        let deadline = clock.deadline(CallId(1), at(100));
        let answer = clock.answer_later(CallId(1), at(5_000));
        drop(deadline.await);
        assert_eq!(clock.now(), at(100), "the deadline came first");
        let again = clock.answer_later(CallId(2), at(200));
        drop(again.await);
        assert_eq!(clock.now(), at(200), "an answer in time");
        let quiet = clock.nothing_due();
        assert_eq!(clock.now(), at(200), "the caller still holds its token");
        drop(caller);
        drop(answer.await);
        quiet.await.unwrap();
        assert_eq!(clock.now(), at(5_000), "the late work was done all the same");
    }
}
