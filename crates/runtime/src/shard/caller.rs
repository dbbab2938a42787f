//! Whoever is on the phone, as a form that an agent begins for them keeps them: who they are, and
//! how sure of it the body can be by what the agent checked.

use base::{CaseId, Channel, SectorPersonId, ServiceId};
use catalogue::{Answers, Given, QuestionSet};
use identity::{Assurance, AuthenticationLevel};

use super::drafts::{Kept, held_name};
use super::{Refused, Shard, ShardError, Turn};
use crate::access::{Checks, ViewReason, Viewed};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{Rejection, Reply};

/// A caller who is known, by the request that an agent found them by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// As the body knows them.
    pub person: SectorPersonId,
    /// How sure the body is of them.
    pub assurance: Assurance,
    /// What the agent checked with them.
    pub checked: Checks,
}

impl Caller {
    /// Whoever made a request, where they were signed in for it.
    fn found_by(case: &Case, checked: Checks) -> Option<Self> {
        let assurance = assurance(case.assurance, checked);
        case.request.person.map(|person| Self { person, assurance, checked })
    }
}

/// How sure a body is of a caller (docs/decisions/0016): of who they are, as it was of whoever made
/// the request that they were found by; of the call, as of one factor. What stands on every envelope
/// assures it of nothing.
fn assurance(found: Assurance, checked: Checks) -> Assurance {
    if checked.are_private() {
        Assurance { identity: found.identity, authentication: AuthenticationLevel::Low }
    } else {
        Assurance::default()
    }
}

impl Shard {
    /// Begins a form for whoever made a request: with what they said of themselves there, and for
    /// the same person. What is carried over is marked, so that it is read back and not asked.
    pub(super) fn begin_for(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (case, service): (CaseId, ServiceId),
        checked: Checks,
    ) -> Result<Reply, Refused> {
        let offered = self.services.present(&service).cloned().ok_or(Rejection::NotFound)?;
        let definition = &offered.package.definition;
        if !definition.offers(Channel::Agent) {
            return Err(Rejection::NotOffered { channel: Channel::Agent }.into());
        }
        let look = (Viewed::Answers, ViewReason::CallerVerified { checked });
        self.view(turn, authority, case, look)?;
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let known = self.services.version(case.request.version).ok_or(Rejection::NotFound)?;
        let keys = self.keyring.of_case(&case.request.keys)?;
        let opened = case.request.open_answers(&keys).map_err(|_| Rejection::Erased)?;
        let answers = opened.opened().and_then(|text| Answers::from_json(text));
        let given = carried(
            (&known.package.questions, &answers.unwrap_or_default()),
            &offered.package.questions,
        );
        let given =
            serde_json::to_string(&given).map_err(|error| ShardError::Write(error.to_string()))?;
        let draft = self.draw_draft(turn);
        let key = self.take_key(turn.step)?;
        let caller = Caller::found_by(&case, checked);
        self.write_draft(turn, (draft, service), Kept { key, caller }, &given)
    }
}

/// What somebody said of themselves in one request, as answers of another service.
fn carried((asked, answers): (&QuestionSet, &Answers), to: &QuestionSet) -> Given {
    let mut given = Given::new();
    for question in to.questions() {
        let same = question.role.and_then(|role| asked.with_role(role));
        let answer = same.and_then(|same| answers.get(same.id.as_str()));
        if let Some(answer) = answer {
            given.insert(question.id.to_string(), answer.clone());
            given.insert(held_name(question), true.into());
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use identity::IdentityLevel;

    use super::*;
    use crate::access::Checked;

    #[test]
    fn a_caller_is_never_more_sure_than_their_request_was_nor_than_one_factor() {
        let checks = |facts: &[Checked]| Checks::of(facts).unwrap();
        let found = |identity, authentication| Assurance { identity, authentication };
        let private = checks(&[Checked::Name, Checked::DateOfBirth]);
        let envelope = checks(&[Checked::Name, Checked::Address]);
        for identity in [IdentityLevel::P0, IdentityLevel::P1, IdentityLevel::P2] {
            for factors in [AuthenticationLevel::Low, AuthenticationLevel::Medium] {
                let caller = assurance(found(identity, factors), private);
                assert_eq!(caller, found(identity, AuthenticationLevel::Low));
                assert_eq!(assurance(found(identity, factors), envelope), Assurance::default());
            }
        }
    }
}
