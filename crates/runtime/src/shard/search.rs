//! What staff find a person by: written with the request, gone with its values; and searches, each
//! written down before anything of it is shown (DESIGN L10, L13).

use std::borrow::Cow;

use base::{Actor, CaseId, ContactId, Measure, Role};
use catalogue::Answers;
use store::callers::{PersonIndexKey, PersonIndexRow};

use super::access::Logged;
use super::{Refused, Shard, Step, Turn};
use crate::access::{Event, SearchRecord, ViewReason, Viewed};
use crate::asker::{Asker, FoundBy};
use crate::authority::Authority;
use crate::command::{Rejection, Reply};
use crate::record::Fact;
use crate::services::Service;

/// Requests that one page of a search shows.
pub const CALLERS_SHOWN: usize = 20;
/// The kind of a search in the access log.
const SEARCH: &str = "searched";

impl Shard {
    /// Writes what a new request is found by.
    pub(super) fn index_asker(
        &self,
        step: &mut Step,
        case_id: CaseId,
        (service, answers): (&Service, &Answers),
    ) {
        let asker = Asker::of(&service.package.questions, answers, &self.settings.places);
        for term in asker.terms() {
            if let Some(person_key) = term.index(&self.settings.blind) {
                let found_by = Cow::Borrowed(term.by().key());
                step.batch.put(PersonIndexRow { person_key, case_id, found_by });
            }
        }
    }

    /// Nobody finds by what was erased.
    pub(super) fn forget_asker(turn: &mut Turn<'_>, case: CaseId) -> Result<(), Refused> {
        let written = turn.step.batch.rows.written::<PersonIndexRow>();
        let mut rows: Vec<PersonIndexRow> =
            written.filter(|row| row.case_id == case).cloned().collect();
        rows.extend(store::callers::keys_of(turn.reader, case)?);
        for PersonIndexRow { person_key, case_id, .. } in rows {
            turn.step.batch.delete::<PersonIndexRow>(PersonIndexKey { person_key, case_id });
        }
        Ok(())
    }

    /// Writes a search down: as a look at each request that it shows, or as one that found nobody.
    pub(super) fn search(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        (by, found): (FoundBy, Vec<CaseId>),
    ) -> Result<Reply, Refused> {
        let role = authority.role_among(self.body(), &[Role::Agent]).ok_or(Rejection::Forbidden)?;
        if found.len() > CALLERS_SHOWN {
            return Err(Rejection::Forbidden.into());
        }
        if found.is_empty() {
            return self.search_for_nobody(turn, (role, by));
        }
        for id in found {
            let contact = ContactId::from_bytes(*id.as_bytes());
            if Self::contact(turn, contact)?.is_some() {
                let look = (contact, Viewed::Summary, ViewReason::Call);
                self.view_contact(turn, authority, look)?;
            } else {
                self.view(turn, authority, id, (Viewed::Summary, ViewReason::Call))?;
            }
        }
        Ok(Reply::Done)
    }

    fn search_for_nobody(
        &mut self,
        turn: &mut Turn<'_>,
        (role, by): (Role, FoundBy),
    ) -> Result<Reply, Refused> {
        let id = self.draw_case(turn.now, turn.step);
        let mut apart = self.apart(turn, id, None)?;
        let searched = Fact::Access(Event::Searched { by, role });
        self.record_apart(turn, &mut apart, (Measure::by(Actor::Staff(role)), searched))?;
        let (at, reason) = (turn.now, ViewReason::Call);
        let record = SearchRecord { kind: SEARCH, at, by, role, reason };
        let logged = Logged { kind: SEARCH, crossing: None, agreement: None, person: None };
        self.log_apart(turn, &mut apart, logged, |_, _| record)?;
        self.finish_apart(turn, apart);
        Ok(Reply::Done)
    }
}
