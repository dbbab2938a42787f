//! Writing down a look before it happens: whoever is told that it is done may open the values.

use base::{Actor, CaseId, Measure, Role};

use super::{Refused, Shard, Turn};
use crate::access::{Event, ViewReason, Viewed};
use crate::authority::Authority;
use crate::command::{Rejection, Reply};
use crate::record::Fact;

impl Shard {
    pub(super) fn view(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (what, reason): (Viewed, ViewReason),
    ) -> Result<Reply, Refused> {
        let role = authority.role_among(self.body(), roles(what)).ok_or(Rejection::Forbidden)?;
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        let measure = Measure::by(Actor::Staff(role));
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        edit.record(Fact::Access(Event::Viewed { what, role, reason }))?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }
}

/// Who may open what.
const fn roles(what: Viewed) -> &'static [Role] {
    match what {
        Viewed::Answers => &[Role::Caseworker, Role::Agent],
        Viewed::Exchange => &[Role::Operator, Role::Caseworker],
    }
}
