//! A person's second look at what a machine decided (DESIGN L14), and a case that staff end by hand.
//!
//! Whoever may speak for a request asks for the look; only a caseworker of the body closes it. The
//! process, a timer, a back office and this program itself have no command that does.

use base::{CaseId, Channel, Personal, Role, TouchReason};

use super::submit::measure;
use super::{Refused, Shard, Turn};
use crate::authority::Authority;
use crate::command::{Rejection, Reply};
use crate::messages::{CLOSED_BY_HAND, REVIEW_DECIDED};
use crate::services::Service;

/// Stated staff time of looking again, in hundredths of a minute.
const REVIEW_CENTIMINUTES: u32 = 1_500;
/// Stated staff time of ending a case by hand, in hundredths of a minute.
const BY_HAND_CENTIMINUTES: u32 = 1_000;
/// The most characters of a reason.
pub const REASON_CHARACTERS: usize = 2_000;

impl Shard {
    /// The requester wants a person to look again: the outcome stands until one has.
    pub(super) fn ask_for_review(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (channel, reason): (Channel, Option<String>),
    ) -> Result<Reply, Refused> {
        let case = self.touchable(turn, authority, case)?;
        let said = reason.filter(|reason| !reason.trim().is_empty());
        let reason = said.map(worded).transpose()?;
        let mut edit = self.edit(case, measure(authority, channel), turn.now, turn.step)?;
        edit.request(requests::Command::AskForReview { channel, reason })?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// A person has looked again; the requester is told.
    pub(super) fn decide_review(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (outcome, reason): (String, String),
    ) -> Result<Reply, Refused> {
        let (mut edit, role) = self.edit_by_staff(turn, authority, case, &[Role::Caseworker])?;
        let kind = kind(&edit.service, &outcome)?;
        let reason = worded(reason)?;
        let command = requests::Command::DecideReview { outcome, kind, role, reason };
        edit.touch(command, (TouchReason::PersonAskedFor, REVIEW_CENTIMINUTES))?;
        edit.write_to_requester(REVIEW_DECIDED)?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// Ends a case that is stuck. Its process stops where it is: what waits for an attempt is not
    /// sent any more, what is out is not awaited, and what nobody knows is settled by the reason.
    /// Messages to the requester, and keys to forget, still go out.
    pub(super) fn close_by_hand(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (outcome, reason): (String, String),
    ) -> Result<Reply, Refused> {
        let wanted = [Role::Operator, Role::Caseworker];
        let (mut edit, role) = self.edit_by_staff(turn, authority, case, &wanted)?;
        if edit.case.process.incidents().next().is_none() {
            return Err(Rejection::NotFound.into());
        }
        let kind = kind(&edit.service, &outcome)?;
        let reason = worded(reason)?;
        let command = requests::Command::CloseByHand { outcome, kind, role, reason };
        edit.touch(command, (TouchReason::Corrected, BY_HAND_CENTIMINUTES))?;
        edit.process(engine::Command::Cancel)?;
        edit.write_to_requester(CLOSED_BY_HAND)?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }
}

/// How an outcome of the package ends.
fn kind(service: &Service, outcome: &str) -> Result<requests::OutcomeKind, Rejection> {
    let outcome = service.package.definition.outcome(outcome).ok_or(Rejection::NotFound)?;
    Ok(match outcome.end {
        catalogue::OutcomeEnd::Done => requests::OutcomeKind::Done,
        catalogue::OutcomeEnd::Refused => requests::OutcomeKind::Refused,
    })
}

/// A reason that says something, and not too much.
fn worded(reason: String) -> Result<Personal<String>, Rejection> {
    let fits = !reason.trim().is_empty() && reason.chars().count() <= REASON_CHARACTERS;
    if fits { Ok(Personal::new(reason)) } else { Err(Rejection::NoReason) }
}
