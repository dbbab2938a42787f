//! Contacts that are no request: the queue of a role, and one with what was said in it.

use base::{ContactId, Date, EventSeq, Role};
use store::PAGE_LIMIT;

use crate::asker::Asker;
use crate::contact::Contact;
use crate::host::Body;
use crate::record::Record;
use crate::related::{contact_row, journal_id};
use crate::shard::{ShardError, read_contact};

/// What was said in a contact, opened. It does not print.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ContactWords {
    /// Who it was, as far as they said.
    pub caller: Asker,
    /// What was said.
    pub note: Option<String>,
    /// What was done.
    pub reason: Option<String>,
}

impl std::fmt::Debug for ContactWords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ContactWords(..)")
    }
}

impl Body {
    /// A contact.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails or its row is not readable.
    pub fn contact(&self, id: ContactId) -> Result<Option<Contact>, ShardError> {
        let row = contact_row(&self.reader(), journal_id(id))?;
        row.map(|row| read_contact(&row)).transpose()
    }

    /// A contact from the journal alone.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails or the journal holds what is not a record.
    pub fn replay_contact(&self, id: ContactId) -> Result<Option<Contact>, ShardError> {
        let (reader, case) = (self.reader(), journal_id(id));
        let mut records = Vec::new();
        let mut from = EventSeq::START;
        loop {
            let page = store::journal::events_of_case(&reader, case, from, PAGE_LIMIT)?;
            let Some(last) = page.last() else { return Ok(Contact::replay(id, &records)) };
            from = last.seq.plus(1);
            for event in &page {
                records.push(Record::from_bytes(event.seq, &event.bytes)?);
            }
        }
    }

    /// What was said in a contact: for a look that is written down.
    ///
    /// # Errors
    /// [`ShardError`] when the keystore fails.
    pub fn contact_words(&self, contact: &Contact) -> Result<ContactWords, ShardError> {
        let keys = self.keyring().of_case(&[contact.logged.key])?;
        let note = contact.open_note(&keys).ok();
        let caller = contact.open_caller(&keys).ok();
        let caller = caller.as_ref().and_then(|caller| caller.opened());
        let reason = contact.open_reason(&keys).ok().flatten();
        Ok(ContactWords {
            caller: caller.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            note: note.as_ref().and_then(|note| note.opened()).cloned(),
            reason: reason.as_ref().and_then(|reason| reason.opened()).cloned(),
        })
    }

    /// A page of the contacts that wait for a role, the first due first; further pages begin after
    /// a day and a contact.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails or a row is not readable.
    pub fn contacts_waiting(
        &self,
        role: Role,
        after: Option<(Date, ContactId)>,
    ) -> Result<Vec<Contact>, ShardError> {
        let rows = store::callers::contacts_waiting(&self.reader(), role, after)?;
        rows.iter().map(read_contact).collect()
    }

    /// How many contacts wait for a role.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn contacts_waiting_count(&self, role: Role) -> Result<u64, ShardError> {
        Ok(store::callers::waiting_count(&self.reader(), role)?)
    }
}
