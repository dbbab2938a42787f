//! Looks of staff at a person's values: each is a fact of the case, written before the values are
//! shown (DESIGN L13).
//!
//! A look changes nothing about the request and is no touch: no measure counts it. A search is a
//! look at each request that it shows; one that finds nobody is written down without its term.

use base::{CaseId, Digest, Role, SectorPersonId, Timestamp};

use crate::asker::FoundBy;

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
    /// What became of it: what was decided and why, and what other bodies answered.
    Course,
    /// That there is such a request, the initials of whoever asked and the first half of their
    /// postcode.
    Summary,
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
    /// Somebody was in touch, and an agent looked for what they have asked for.
    Call,
    /// Somebody was in touch, and an agent checked that it is them.
    CallerVerified {
        /// By what.
        checked: Checks,
    },
}

/// What an agent can check with a caller.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// Their whole name.
    Name,
    /// The day on which they were born.
    DateOfBirth,
    /// Their address.
    Address,
    /// Their telephone number.
    Phone,
    /// Their e-mail address.
    Email,
    /// The reference of what they asked for.
    Reference,
}

impl Checked {
    /// Everything that can be checked, in the order in which it is asked.
    pub const ALL: [Self; 6] =
        [Self::Name, Self::DateOfBirth, Self::Address, Self::Phone, Self::Email, Self::Reference];

    /// Its key in forms.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DateOfBirth => "date_of_birth",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Reference => "reference",
        }
    }
}

/// Facts that a caller gave and that agree with ours: two different ones at least.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "Vec<Checked>", into = "Vec<Checked>")]
pub struct Checks([bool; Checked::ALL.len()]);

/// One fact says too little of who a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("two different facts are needed")]
pub struct TooFew;

impl Checks {
    /// These facts.
    ///
    /// # Errors
    /// [`TooFew`] when they are not two different ones.
    pub fn of(facts: &[Checked]) -> Result<Self, TooFew> {
        let checked = Checked::ALL.map(|fact| facts.contains(&fact));
        let count = checked.iter().filter(|checked| **checked).count();
        if count < 2 { Err(TooFew) } else { Ok(Self(checked)) }
    }

    /// Whether one of them says more than stands on any envelope: a name and an address do not.
    pub fn are_private(self) -> bool {
        self.facts().any(|fact| !matches!(fact, Checked::Name | Checked::Address))
    }

    /// The facts, in the order in which they are asked.
    pub fn facts(self) -> impl Iterator<Item = Checked> {
        Checked::ALL.into_iter().zip(self.0).filter(|(_, checked)| *checked).map(|(fact, _)| fact)
    }
}

impl TryFrom<Vec<Checked>> for Checks {
    type Error = TooFew;

    fn try_from(facts: Vec<Checked>) -> Result<Self, TooFew> {
        Self::of(&facts)
    }
}

impl From<Checks> for Vec<Checked> {
    fn from(checks: Checks) -> Self {
        checks.facts().collect()
    }
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
    /// A member of staff looked for somebody and found nothing. For what is not written down.
    Searched {
        /// By what kind of thing.
        by: FoundBy,
        /// In which role.
        role: Role,
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

/// What a leaf of the access log commits to when staff looked for somebody and found nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct SearchRecord {
    /// What happened: `searched`.
    pub(crate) kind: &'static str,
    /// When.
    pub(crate) at: Timestamp,
    /// By what kind of thing.
    pub(crate) by: FoundBy,
    /// In which role.
    pub(crate) role: Role,
    /// Why.
    pub(crate) reason: ViewReason,
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
/// The name of a search that found nothing in the journal.
pub(crate) const SEARCHED: &str = "access.searched";
/// The name of a leaf in the journal.
pub(crate) const LOGGED: &str = "access.logged";

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Viewed { .. } => VIEWED,
            Self::Searched { .. } => SEARCHED,
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
    fn a_caller_is_known_by_two_different_facts() {
        assert_eq!(Checks::of(&[]), Err(TooFew));
        assert_eq!(Checks::of(&[Checked::Phone, Checked::Phone]), Err(TooFew));
        let checks = Checks::of(&[Checked::Phone, Checked::Name, Checked::Phone]).unwrap();
        assert!(checks.facts().eq([Checked::Name, Checked::Phone]));
        assert!(serde_json::from_str::<Checks>("[\"phone\"]").is_err());
        assert!(checks.are_private());
        assert!(!Checks::of(&[Checked::Name, Checked::Address]).unwrap().are_private());
    }

    #[test]
    fn every_look_has_its_line() {
        let checked = Checks::of(&[Checked::DateOfBirth, Checked::Address]).unwrap();
        let event = |what, role, reason| Event::Viewed { what, role, reason };
        let events = [
            event(Viewed::Answers, Role::Agent, ViewReason::CaseWork),
            event(Viewed::Answers, Role::Caseworker, ViewReason::Review),
            event(Viewed::Exchange, Role::Operator, ViewReason::Incident),
            event(Viewed::Summary, Role::Agent, ViewReason::Call),
            event(Viewed::Answers, Role::Agent, ViewReason::CallerVerified { checked }),
            Event::Searched { by: FoundBy::NameAndBirth, role: Role::Agent },
            Event::Logged { leaf: 3, commitment: Digest::from_bytes([5; 32]) },
        ];
        let lines = events.map(|event| {
            let actor = match &event {
                Event::Viewed { role, .. } | Event::Searched { role, .. } => Actor::Staff(*role),
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
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"agent"}},"fact":{"access":{"viewed":{"what":"summary","role":"agent","reason":"call"}}}}
            case.viewed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"agent"}},"fact":{"access":{"viewed":{"what":"answers","role":"agent","reason":{"caller_verified":{"checked":["date_of_birth","address"]}}}}}}
            access.searched {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"agent"}},"fact":{"access":{"searched":{"by":"name_and_birth","role":"agent"}}}}
            access.logged {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":"system"},"fact":{"access":{"logged":{"leaf":3,"commitment":"0505050505050505050505050505050505050505050505050505050505050505"}}}}"#]].assert_eq(&lines.join("\n"));
    }
}
