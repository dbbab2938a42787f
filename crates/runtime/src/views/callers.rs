//! What an agent finds: requests by one blind index, and all that belongs to the same person.

use base::{CaseId, Digest};
use store::requests::{NEWEST, RequestSummary};

use super::CaseView;
use crate::access::Checks;
use crate::asker::{Asker, Term};
use crate::contact::Contact;
use crate::host::Body;
use crate::related::{From, Related, contact_row, journal_id, related, summary};
use crate::shard::{CALLERS_SHOWN, ShardError, read_contact};

/// A page of what a search found.
#[derive(Debug, Default)]
pub struct FoundRequests {
    /// The requests, the newest first.
    pub requests: Vec<RequestSummary>,
    /// The contacts that were no requests, the newest first.
    pub contacts: Vec<Contact>,
    /// Where the next page begins, when there is one.
    pub older: Option<CaseId>,
}

impl FoundRequests {
    /// What is shown of it: requests, and contacts by the ids that they have in the journal.
    pub fn shown(&self) -> Vec<CaseId> {
        let requests = self.requests.iter().map(|request| request.case_id);
        requests.chain(self.contacts.iter().map(|contact| journal_id(contact.id))).collect()
    }
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
            return Ok(FoundRequests { requests, ..FoundRequests::default() });
        }
        let Some(key) = term.index(&self.settings().blind) else {
            return Ok(FoundRequests::default());
        };
        let limit = u32::try_from(CALLERS_SHOWN.saturating_add(1)).unwrap_or(u32::MAX);
        let before = before.unwrap_or(NEWEST);
        let rows = store::callers::found(&self.reader(), key, before, limit)?;
        let cases: Vec<CaseId> = rows.iter().map(|row| row.case_id).take(CALLERS_SHOWN).collect();
        let older = cases.last().copied().filter(|_| rows.len() > CALLERS_SHOWN);
        let reader = self.reader();
        let mut page = FoundRequests { older, ..FoundRequests::default() };
        for case in cases {
            match contact_row(&reader, case)? {
                Some(row) => page.contacts.push(read_contact(&row)?),
                None => page.requests.extend(summary(&reader, case)?),
            }
        }
        Ok(page)
    }

    /// What belongs to whoever made a request.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn related(&self, view: &CaseView) -> Result<Related, ShardError> {
        let (reader, request) = (self.reader(), &view.case.request);
        let keys = store::callers::keys_of(&reader, request.case)?;
        let keys: Vec<Digest> = keys.iter().map(|row| row.person_key).collect();
        let (case, person) = (Some(request.case), request.person);
        related(&reader, &From { case, person, keys: &keys })
    }

    /// What was checked with whoever made one request, as far as it shows that they made another:
    /// all of it under the same pseudonym, else the facts that both requests hold alike, two at
    /// least. Who shares a phone or an e-mail address with somebody is not yet that person. What is
    /// opened for this is compared and shown to nobody.
    pub fn checked_of(
        &self,
        known: &CaseView,
        checked: Checks,
        other: &CaseView,
    ) -> Option<Checks> {
        let (one, two) = (&known.case.request, &other.case.request);
        if one.case == two.case {
            return Some(checked);
        }
        match (one.person, two.person) {
            (Some(one), Some(two)) => (one == two).then_some(checked),
            (None, _) | (_, None) => self.asker(known).agreeing(&self.asker(other), checked),
        }
    }

    /// The same of a contact: by the request that it was about, else by what its caller said.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn checked_of_contact(
        &self,
        known: &CaseView,
        checked: Checks,
        contact: &Contact,
    ) -> Result<Option<Checks>, ShardError> {
        if let Some(about) = contact.logged.about {
            let about = self.case(about)?;
            return Ok(about.and_then(|about| self.checked_of(known, checked, &about)));
        }
        let caller = self.contact_words(contact)?.caller;
        Ok(self.asker(known).agreeing(&caller, checked))
    }

    /// Whoever made a request, opened: for a look that is written down.
    pub fn asker(&self, view: &CaseView) -> Asker {
        let answers = view.answers().unwrap_or_default();
        Asker::of(&view.service.package.questions, &answers, &self.settings().places)
    }
}
