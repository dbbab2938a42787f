//! What an agent finds: requests by one blind index, and all that belongs to the same person.

use std::collections::BTreeSet;

use base::CaseId;
use store::requests::{NEWEST, RequestSummary};

use super::CaseView;
use crate::asker::{Asker, Term};
use crate::host::Body;
use crate::shard::{CALLERS_SHOWN, ShardError};

/// Requests of one person that are shown together, and that each of their indexes is looked up for.
const RELATED: usize = 50;

/// A page of what a search found.
#[derive(Debug, Default)]
pub struct FoundRequests {
    /// The requests, the newest first.
    pub requests: Vec<RequestSummary>,
    /// Where the next page begins, when there is one.
    pub older: Option<CaseId>,
}

impl Body {
    /// The requests that a term finds, the newest first; further pages begin before a case.
    /// Nothing of it is shown before the search is written down.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn find(&self, term: &Term, before: Option<CaseId>) -> Result<FoundRequests, ShardError> {
        if let Term::Reference(reference) = term {
            let requests = self.summary_of(reference)?.into_iter().collect();
            return Ok(FoundRequests { requests, older: None });
        }
        let Some(key) = term.index(&self.settings().blind) else {
            return Ok(FoundRequests::default());
        };
        let limit = u32::try_from(CALLERS_SHOWN.saturating_add(1)).unwrap_or(u32::MAX);
        let before = before.unwrap_or(NEWEST);
        let rows = store::callers::found(&self.reader(), key, before, limit)?;
        let cases: Vec<CaseId> = rows.iter().map(|row| row.case_id).take(CALLERS_SHOWN).collect();
        let older = cases.last().copied().filter(|_| rows.len() > CALLERS_SHOWN);
        Ok(FoundRequests { requests: self.summaries(cases)?, older })
    }

    /// The requests of whoever made one: under the same pseudonym, or under an answer that they
    /// gave each time. The newest first, at most fifty.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn related(&self, view: &CaseView) -> Result<Vec<RequestSummary>, ShardError> {
        let reader = self.reader();
        let own = view.case.request.case;
        let mut cases = BTreeSet::from([own]);
        let limit = u32::try_from(RELATED).unwrap_or(u32::MAX);
        for row in store::callers::keys_of(&reader, own)? {
            let found = store::callers::found(&reader, row.person_key, NEWEST, limit)?;
            cases.extend(found.iter().map(|row| row.case_id));
        }
        if let Some(person) = view.case.request.person {
            let theirs = store::requests::requests_of(&reader, person, NEWEST)?;
            cases.extend(theirs.iter().map(|row| row.case_id));
        }
        self.summaries(cases.into_iter().rev().take(RELATED))
    }

    fn summaries(
        &self,
        cases: impl IntoIterator<Item = CaseId>,
    ) -> Result<Vec<RequestSummary>, ShardError> {
        let mut requests = Vec::new();
        for case in cases {
            requests.extend(self.summary(case)?);
        }
        Ok(requests)
    }

    /// Whoever made a request, opened: for a look that is written down.
    pub fn asker(&self, view: &CaseView) -> Asker {
        let answers = view.answers().unwrap_or_default();
        Asker::of(&view.service.package.questions, &answers, &self.settings().places)
    }
}
