//! The machine's clock.

use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use base::Timestamp;

use super::{Alarm, AlarmId, Busy, CallId, Clock, Sleep};

/// The longest wait of the alarm thread before it looks at the clock again, which may be set.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The machine's clock, with one thread for alarms.
#[derive(Debug, Clone)]
pub struct RealClock {
    alarms: Sender<Change>,
}

struct Change {
    id: AlarmId,
    at: Option<Timestamp>,
    alarm: Alarm,
}

impl RealClock {
    /// Starts the alarm thread, which ends with the last clone of the clock.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let (alarms, changes) = channel();
        std::thread::Builder::new().name("alarms".to_owned()).spawn(move || ring(&changes))?;
        Ok(Self { alarms })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    Timestamp::from_millis(millis)
}

fn ring(changes: &std::sync::mpsc::Receiver<Change>) {
    let mut set: BTreeMap<AlarmId, (Timestamp, Alarm)> = BTreeMap::new();
    loop {
        let next = set.values().map(|(at, _)| *at).min();
        let wait = next.map_or(LONGEST_WAIT, |at| {
            Duration::from_millis(u64::try_from(at.millis_since(now())).unwrap_or(0))
                .min(LONGEST_WAIT)
        });
        match changes.recv_timeout(wait) {
            Ok(Change { id, at: Some(at), alarm }) => {
                set.insert(id, (at, alarm));
            }
            Ok(Change { id, at: None, .. }) => {
                set.remove(&id);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = now();
        let due: Vec<AlarmId> =
            set.iter().filter(|(_, (at, _))| *at <= now).map(|(id, _)| *id).collect();
        for id in due {
            if let Some((_, alarm)) = set.remove(&id) {
                alarm(Busy(None));
            }
        }
    }
}

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        now()
    }

    fn busy(&self) -> Busy {
        Busy(None)
    }

    fn set_alarm(&self, id: AlarmId, at: Option<Timestamp>, alarm: Alarm) {
        // The thread lives as long as this sender; a closed channel cannot happen while we hold it.
        let _ = self.alarms.send(Change { id, at, alarm });
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep {
        let wait = Duration::from_millis(u64::try_from(at.millis_since(now())).unwrap_or(0));
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let sleep = tokio::time::sleep(wait);
        Box::pin(async move {
            sleep.await;
            Busy(None)
        })
    }

    fn deadline(&self, _call: CallId, at: Timestamp) -> Sleep {
        self.sleep_until(at)
    }

    fn answer_later(&self, _call: CallId, at: Timestamp) -> Sleep {
        self.sleep_until(at)
    }
}
