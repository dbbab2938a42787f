//! Looks of staff at a person's values: each is a fact of the case, written before the values are
//! shown (DESIGN L13).
//!
//! A look changes nothing about the request and is no touch: no measure counts it.

use base::{CaseId, Digest, Role, SectorPersonId, Timestamp};

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
    /// The leaf of the body's access log that holds what was last recorded of the case.
    Logged {
        /// The leaf's place.
        leaf: u64,
        /// The leaf.
        commitment: Digest,
    },
}

/// What a leaf of the access log commits to when staff looked. Its bytes are JSON with its fields
/// in this order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct LookRecord {
    /// What happened: `viewed`.
    pub(crate) kind: &'static str,
    /// When.
    pub(crate) at: Timestamp,
    /// The case.
    pub(crate) case: CaseId,
    /// What was opened.
    pub(crate) what: Viewed,
    /// In which role.
    pub(crate) role: Role,
    /// Why.
    pub(crate) reason: ViewReason,
    /// The person, as this body knows them.
    pub(crate) person: Option<SectorPersonId>,
    /// Which entry about the person it is in this log, from 1; 0 when nobody is known.
    pub(crate) sequence: u64,
    /// The commitment of the entry before it about the same person.
    pub(crate) previous: Option<Digest>,
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
/// The name of a leaf in the journal.
pub(crate) const LOGGED: &str = "access.logged";

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Viewed { .. } => VIEWED,
            Self::Logged { .. } => LOGGED,
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }
}

#[cfg(test)]
mod tests {
    use base::{Actor, Measure};
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
            Event::Logged { leaf: 3, commitment: Digest::from_bytes([5; 32]) },
        ];
        let lines = events.map(|event| {
            let actor = match &event {
                Event::Viewed { role, .. } => Actor::Staff(*role),
                Event::Logged { .. } => Actor::System,
            };
            let fact = Fact::Access(event);
            let (case, at) = (CaseId::from_bytes([7; 16]), Timestamp::from_millis(1_000));
            let record = Record { case, at, measure: Measure::by(actor), fact };
            let bytes = record.to_bytes().unwrap();
            assert_eq!(Record::from_bytes(base::EventSeq(1), &bytes).unwrap(), record);
            assert_eq!(crate::observation(&record), None, "no measure counts it");
            format!("{} {}", record.fact.name(), String::from_utf8(bytes).unwrap())
        });
        expect![[r#"
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"agent"}},"fact":{"access":{"viewed":{"what":"answers","role":"agent","reason":"case_work"}}}}
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"access":{"viewed":{"what":"answers","role":"caseworker","reason":"review"}}}}
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"operator"}},"fact":{"access":{"viewed":{"what":"exchange","role":"operator","reason":"incident"}}}}
            access.logged {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":"system"},"fact":{"access":{"logged":{"leaf":3,"commitment":"0505050505050505050505050505050505050505050505050505050505050505"}}}}"#]].assert_eq(&lines.join("\n"));
    }
}
