//! Looks of staff at a person's values: each is a fact of the case, written before the values are
//! shown (DESIGN L13).
//!
//! A look changes nothing about the request and is no touch: no measure counts it.

use base::{Role, Timestamp};

/// What was opened.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Viewed {
    /// What the requester told us.
    Answers,
    /// What went over the wire to a back office and came back.
    Exchange,
}

/// Why somebody looked, beside the case itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ViewReason {
    /// They work on the case, or its requester asks them about it.
    CaseWork,
    /// They look again at what a machine decided.
    Review,
    /// They mend what holds the case up.
    Incident,
}

/// What happens to a person's values by being looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A member of staff opened values of the case.
    Viewed {
        /// Which.
        what: Viewed,
        /// In which role.
        role: Role,
        /// Why.
        reason: ViewReason,
    },
}

/// A look, as it is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// What was opened.
    pub what: Viewed,
    /// In which role.
    pub role: Role,
    /// Why.
    pub reason: ViewReason,
}

/// The name of a look in the journal.
pub(crate) const VIEWED: &str = "case.viewed";

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Viewed { .. } => VIEWED,
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }
}

#[cfg(test)]
mod tests {
    use base::{Actor, CaseId, Measure};
    use expect_test::expect;

    use super::*;
    use crate::record::{Fact, Record};

    #[test]
    fn every_look_has_its_line() {
        let event = |what, role, reason| Event::Viewed { what, role, reason };
        let events = [
            event(Viewed::Answers, Role::Agent, ViewReason::CaseWork),
            event(Viewed::Answers, Role::Caseworker, ViewReason::Review),
            event(Viewed::Exchange, Role::Operator, ViewReason::Incident),
        ];
        let lines = events.map(|event| {
            let Event::Viewed { role, .. } = event;
            let fact = Fact::Access(event);
            let (case, at) = (CaseId::from_bytes([7; 16]), Timestamp::from_millis(1_000));
            let record = Record { case, at, measure: Measure::by(Actor::Staff(role)), fact };
            let bytes = record.to_bytes().unwrap();
            assert_eq!(Record::from_bytes(base::EventSeq(1), &bytes).unwrap(), record);
            assert_eq!(crate::observation(&record), None, "no measure counts it");
            format!("{} {}", record.fact.name(), String::from_utf8(bytes).unwrap())
        });
        expect![[r#"
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"agent"}},"fact":{"access":{"viewed":{"what":"answers","role":"agent","reason":"case_work"}}}}
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"access":{"viewed":{"what":"answers","role":"caseworker","reason":"review"}}}}
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"operator"}},"fact":{"access":{"viewed":{"what":"exchange","role":"operator","reason":"incident"}}}}"#]].assert_eq(&lines.join("\n"));
    }
}
