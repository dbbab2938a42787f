//! Faults of a back office and of the network before it, switched while it runs.
//!
//! A fault becomes a [`Plan`] for one request: when it reaches the office, how often, and what
//! becomes of the answer. The servers and the simulator carry out the same plans.

use base::Timestamp;

/// The longest delay of a slow office, in milliseconds: a day.
pub const MAX_DELAY_MS: i64 = 24 * 3_600_000;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Every connection is closed at once; nothing reaches the office.
    Down,
    /// Requests reach the office late, and are done and answered then.
    Slow {
        /// How late, in milliseconds.
        delay_ms: i64,
    },
    /// Status 500 with a page in HTML; nothing is done.
    #[serde(rename = "fail500")]
    Fail500,
    /// Status 400: what is sent is refused in a way that nobody foresaw; nothing is done.
    Refuse,
    /// The work is done, and the answer is the page of a failure.
    #[serde(rename = "fail500_after_work")]
    Fail500AfterWork,
    /// The work is done and the connection closed without an answer.
    LoseReply,
    /// The network delivers each request, and each of the office's own messages, twice.
    Double,
}

/// A fault for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// From this instant.
    pub from: Timestamp,
    /// Up to this instant, without it.
    pub to: Timestamp,
    /// What goes wrong meanwhile.
    pub fault: Fault,
}

/// What goes wrong when.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Outside the windows.
    pub fault: Fault,
    /// The first window that holds the instant decides.
    pub windows: Vec<Window>,
}

impl Faults {
    /// One fault at all times.
    pub const fn always(fault: Fault) -> Self {
        Self { fault, windows: Vec::new() }
    }

    /// What goes wrong at an instant.
    pub fn at(&self, now: Timestamp) -> Fault {
        let window = self.windows.iter().find(|window| window.from <= now && now < window.to);
        window.map_or(self.fault, |window| window.fault)
    }
}

/// What becomes of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It is delivered.
    Delivered,
    /// A page in HTML with status 500 comes instead.
    Failure,
    /// A page in HTML with status 400 comes instead.
    Refusal,
    /// The connection is closed without one.
    Lost,
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// When it reaches the office.
    pub arrives_at: Timestamp,
    /// How often it does.
    pub copies: u8,
    /// What becomes of the (first) answer.
    pub reply: Reply,
}

impl Fault {
    /// What happens to a request that is sent now.
    pub fn plan(self, now: Timestamp) -> Plan {
        let plan = |copies, reply| Plan { arrives_at: now, copies, reply };
        match self {
            Self::None => plan(1, Reply::Delivered),
            Self::Down => plan(0, Reply::Lost),
            Self::Slow { delay_ms } => {
                let arrives_at = now.plus_millis(delay_ms.clamp(0, MAX_DELAY_MS));
                Plan { arrives_at, ..plan(1, Reply::Delivered) }
            }
            Self::Fail500 => plan(0, Reply::Failure),
            Self::Refuse => plan(0, Reply::Refusal),
            Self::Fail500AfterWork => plan(1, Reply::Failure),
            Self::LoseReply => plan(1, Reply::Lost),
            Self::Double => plan(2, Reply::Delivered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_window_that_holds_the_instant_decides() {
        let text = r#"{"windows": [
            {"from": 10, "to": 20, "fault": {"kind": "slow", "delay_ms": 5}},
            {"from": 15, "to": 30, "fault": {"kind": "fail500_after_work"}}]}"#;
        let faults: Faults = serde_json::from_str(text).unwrap();
        let at = |millis| faults.at(Timestamp::from_millis(millis));
        assert_eq!(at(9), Fault::None);
        assert_eq!(at(15), Fault::Slow { delay_ms: 5 });
        assert_eq!(at(20), Fault::Fail500AfterWork);
        assert_eq!(at(30), Fault::None);
    }

    #[test]
    fn an_unknown_fault_is_refused() {
        for text in [r#"{"fault": {"kind": "gone"}}"#, r#"{"faults": []}"#] {
            assert!(serde_json::from_str::<Faults>(text).is_err(), "{text}");
        }
    }
}
