//! What staff do to a case that is stuck, and erasure.

use std::collections::BTreeMap;

use base::{Actor, CaseId, Measure, Party, Role, TouchReason};
use engine::{ElementKey, IncidentKind, Resolution, Variables};

use super::edit::Edit;
use super::{Refused, Shard, Turn};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{Rejection, Reply, Settle};
use crate::effect::{self, Standing, Work};
use crate::record::Fact;

/// Stated staff time of settling an incident, in hundredths of a minute.
const SETTLE_CENTIMINUTES: u32 = 500;

impl Shard {
    /// An edit of a case by staff, and in which of the wanted roles.
    pub(super) fn edit_by_staff(
        &mut self,
        turn: &Turn<'_>,
        authority: &Authority,
        case: CaseId,
        wanted: &[Role],
    ) -> Result<(Edit, Role), Refused> {
        let role = authority.role_among(self.body(), wanted).ok_or(Rejection::Forbidden)?;
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let measure = Measure::by(Actor::Staff(role));
        Ok((self.edit(case, measure, turn.now, turn.step)?, role))
    }

    /// Settles what an element is stuck on; it counts as a touch, with its reason.
    pub(super) fn settle(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (case, element, how): (CaseId, ElementKey, Settle),
    ) -> Result<Reply, Refused> {
        let wanted = [Role::Operator, Role::Caseworker];
        let role = authority.role_among(self.body(), &wanted).ok_or(Rejection::Forbidden)?;
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let reason = touch_reason(&case, element).ok_or(Rejection::NotFound)?;
        let effect = case.effect_of(element).map(|effect| (effect.id, effect.standing));
        let measure = Measure::by(authority.actor());
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        let event = match (how, effect) {
            (Settle::Replay, Some((_, Standing::Unclear)))
                if reason_is_manual(&edit.service, &edit.case, element) =>
            {
                // Nothing is sent again by guess: a person says which it was (DESIGN L6).
                return Err(Rejection::Forbidden.into());
            }
            (Settle::Replay, Some((effect, _))) => Some(effect::Event::Replayed { effect }),
            (Settle::Replay | Settle::Done, None) => None,
            (Settle::Done, Some((effect, _))) => Some(effect::Event::Done { effect }),
            (Settle::NotDone, Some((effect, Standing::Unclear))) => {
                Some(effect::Event::NotDone { effect })
            }
            (Settle::NotDone, _) => return Err(Rejection::NotFound.into()),
        };
        let touched = requests::Event::Touched { reason, role, rekeyed_fields: 0 };
        let touch =
            Measure { touch: Some(reason), staff_centiminutes: SETTLE_CENTIMINUTES, ..measure };
        edit.record_as(touch, Fact::Request(touched))?;
        if let Some(event) = event {
            edit.record(Fact::Effect(event))?;
        }
        let how = match how {
            Settle::Replay | Settle::NotDone => {
                Resolution::Retry { retries: 1, variables: Variables::new() }
            }
            Settle::Done => Resolution::Done { variables: Variables::new() },
        };
        edit.process(engine::Command::ResolveIncident { element, how })?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// Takes what a person decided where the process gives the decision to one.
    pub(super) fn complete_task(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (case, element, variables): (CaseId, ElementKey, BTreeMap<String, feel::Value>),
    ) -> Result<Reply, Refused> {
        let (case, role) = self.task(turn, authority, (case, element))?;
        case.tasks.free_for(element, None)?;
        let measure = Measure::by(Actor::Staff(role));
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        edit.stop_asking()?;
        edit.complete((element, role), variables)?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// Forgets a party's key: their values turn into `Erased` here, in every backup of the journal
    /// and in every replay (DESIGN L9).
    pub(super) fn erase(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        party: Party,
    ) -> Result<Reply, Refused> {
        let staff = authority.role_among(self.body(), &[Role::DataProtection]).is_some();
        if !staff && *authority != Authority::System {
            return Err(Rejection::Forbidden.into());
        }
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let key = case.request.keys.get(usize::from(party.0)).copied();
        let key = key.ok_or(Rejection::NotFound)?;
        let mut edit = self.edit(case, Measure::by(authority.actor()), turn.now, turn.step)?;
        edit.request(requests::Command::Erase { party })?;
        edit.open_effect(Work::Forget { key })?;
        edit.changed_effects.extend(edit.case.effects.keys().copied());
        edit.dirty.extend(edit.case.process.rows().map(|row| row.key).collect::<Vec<_>>());
        if party == Party::REQUESTER {
            Self::erase_log(turn, edit.case.request.case)?;
            Self::forget_asker(turn, edit.case.request.case)?;
        }
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }
}

/// Why a person is needed at an element; `None` when nobody is.
fn touch_reason(case: &Case, element: ElementKey) -> Option<TouchReason> {
    let incident = case.process.get(element)?.incident.as_ref()?;
    let unclear =
        case.effect_of(element).is_some_and(|effect| effect.standing == Standing::Unclear);
    Some(match incident.kind {
        _ if unclear => TouchReason::UnknownOutcome,
        IncidentKind::JobFailed => TouchReason::BackOfficeFailed,
        IncidentKind::NoFlowTaken
        | IncidentKind::ConditionNotBoolean
        | IncidentKind::ExpressionFailed
        | IncidentKind::WrongType
        | IncidentKind::InvalidTimer
        | IncidentKind::UncaughtError
        | IncidentKind::DecisionFailed
        | IncidentKind::CalledProcessMissing
        | IncidentKind::ValueErased
        | IncidentKind::TooManyElements
        | IncidentKind::VariablesTooLarge
        | IncidentKind::CallsTooDeep
        | IncidentKind::NeverWaits => TouchReason::ModelFailed,
    })
}

fn reason_is_manual(service: &crate::services::Service, case: &Case, element: ElementKey) -> bool {
    let job = case.effect_of(element).and_then(|effect| match &effect.work {
        Work::Job { job_type, .. } => Some(job_type),
        Work::Message { .. } | Work::Forget { .. } | Work::Cross { .. } => None,
    });
    let mapping = job.and_then(|job_type| service.mappings.get(job_type));
    mapping.is_some_and(|mapping| mapping.delivery() == connectors::Delivery::Manual)
}
