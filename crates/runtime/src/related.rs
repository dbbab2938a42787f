//! All that belongs to one person in a body: requests and contacts under the same pseudonym, or
//! under an answer that they gave each time. Opens nothing.

use std::collections::{BTreeMap, BTreeSet};

use base::{CaseId, ContactId, Digest, SectorPersonId, ServiceId, Timestamp};
use store::Reader;
use store::callers::{ContactKey, ContactRow};
use store::requests::{NEWEST, RequestSummary, ServiceRequestKey, ServiceRequestRow};

use crate::asker::is_repeat;
use crate::shard::ShardError;

/// Requests and contacts of one person that are looked at together.
const RELATED: u32 = 50;

/// What belongs to one person, the newest first.
#[derive(Debug, Default)]
pub struct Related {
    /// Their requests, at most fifty.
    pub requests: Vec<RequestSummary>,
    /// Their contacts that were no requests, at most fifty.
    pub contacts: Vec<ContactRow>,
}

/// Where to begin.
pub(crate) struct From<'a> {
    /// A request of theirs.
    pub(crate) case: Option<CaseId>,
    /// Their pseudonym.
    pub(crate) person: Option<SectorPersonId>,
    /// Blind indexes of what they say of themselves.
    pub(crate) keys: &'a [Digest],
}

/// A contact, under the id that it has in the journal.
pub(crate) const fn journal_id(contact: ContactId) -> CaseId {
    CaseId::from_bytes(*contact.as_bytes())
}

/// The contact of a journal's id, if there is one.
pub(crate) fn contact_row(reader: &Reader, id: CaseId) -> Result<Option<ContactRow>, ShardError> {
    let contact_id = ContactId::from_bytes(*id.as_bytes());
    Ok(store::row::<ContactRow>(reader, &ContactKey { contact_id })?)
}

/// A request's line, if there is one.
pub(crate) fn summary(reader: &Reader, id: CaseId) -> Result<Option<RequestSummary>, ShardError> {
    let row = store::row::<ServiceRequestRow>(reader, &ServiceRequestKey { case_id: id })?;
    Ok(row.map(RequestSummary::from))
}

/// What belongs to a person.
pub(crate) fn related(reader: &Reader, from: &From<'_>) -> Result<Related, ShardError> {
    let mut ids: BTreeSet<CaseId> = from.case.into_iter().collect();
    for key in from.keys {
        let found = store::callers::found(reader, *key, NEWEST, RELATED)?;
        ids.extend(found.iter().map(|row| row.case_id));
    }
    if let Some(person) = from.person {
        let theirs = store::requests::requests_of(reader, person, NEWEST)?;
        ids.extend(theirs.iter().map(|row| row.case_id));
    }
    let most = usize::try_from(RELATED).unwrap_or(usize::MAX);
    let mut requests = Vec::new();
    let mut contacts = BTreeMap::new();
    for id in ids.into_iter().rev().take(most) {
        if let Some(contact) = contact_row(reader, id)? {
            contacts.insert(contact.contact_id, contact);
            continue;
        }
        requests.extend(summary(reader, id)?);
        let about = store::callers::contacts_about(reader, id)?;
        contacts.extend(about.into_iter().map(|contact| (contact.contact_id, contact)));
    }
    let contacts = contacts.into_values().rev().take(most).collect();
    Ok(Related { requests, contacts })
}

impl Related {
    /// Whether one of the requests, or a call about it now, is a repeat contact of its person.
    pub fn is_repeat(&self, now: Timestamp, request: &requests::ServiceRequest) -> bool {
        let asked = self.asked(Some(request.case));
        is_repeat(now, Some(&request.service), &asked, &self.in_touch())
    }

    /// The services asked for and when, without one request.
    pub(crate) fn asked(&self, without: Option<CaseId>) -> Vec<(ServiceId, Timestamp)> {
        let others = self.requests.iter().filter(|request| Some(request.case_id) != without);
        others.map(|request| (request.service.clone(), request.received_at)).collect()
    }

    /// When they were in touch otherwise.
    pub(crate) fn in_touch(&self) -> Vec<Timestamp> {
        self.contacts.iter().map(|contact| contact.received_at).collect()
    }
}
