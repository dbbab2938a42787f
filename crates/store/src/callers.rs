//! What an agent finds of a caller: blind indexes of answers, and contacts with their queue.
//!
//! Nothing here names a person: an index is keyed, a contact's note is sealed. Who holds the store
//! sees which entries share an answer, and no more (DESIGN L10).

use std::borrow::Cow;

use base::{CaseId, ContactId, Date, Digest, Role, ServiceId, Timestamp};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::{Bind, PAGE_LIMIT, Reader, StoreError};

table! {
    /// A case or a contact under one blind index of what its person said of themselves.
    PersonIndexRow by PersonIndexKey in person_index
    (
        /// The index.
        person_key: Digest,
        /// The case, or the contact by the same bytes.
        case_id: CaseId,
    )
    {
        /// Of what it is the index, as a key.
        found_by: Cow<'static, str>,
    }
}

table! {
    /// A contact that is no request.
    ContactRow by ContactKey in contact
    (
        /// The contact.
        contact_id: ContactId,
    )
    {
        /// What it was, as a key.
        kind: Cow<'static, str>,
        /// The service that it was about.
        service: Option<ServiceId>,
        /// The case that it was about.
        about: Option<CaseId>,
        /// Whose queue it was handed to.
        role: Option<Role>,
        /// The day on which somebody has to have dealt with it.
        due_on: Option<Date>,
        /// Who has taken it, as the body's blind index of them.
        holder: Option<Digest>,
        /// Whether the same person had been in touch shortly before.
        repeated: bool,
        /// When it was.
        received_at: Timestamp,
        /// When it was dealt with.
        closed_at: Option<Timestamp>,
        /// The contact, its values sealed.
        bytes: Vec<u8>,
    }
}

/// Rows of one page of the queue.
pub const QUEUE_ROWS: usize = 50;

statements! {
    FOUND = "SELECT person_key, case_id, found_by
  FROM person_index
 WHERE body = :body AND shard = :shard AND person_key = :key AND case_id < :before
 ORDER BY case_id DESC
 LIMIT :limit";
    KEYS_OF = "SELECT person_key, case_id, found_by
  FROM person_index
 WHERE body = :body AND shard = :shard AND case_id = :case
 ORDER BY person_key
 LIMIT 10";
    CONTACTS_ABOUT = "SELECT contact_id, kind, service, about, role, due_on, holder, repeated,
       received_at, closed_at, bytes
  FROM contact
 WHERE body = :body AND shard = :shard AND about = :case
 ORDER BY contact_id DESC
 LIMIT 20";
    CONTACTS_WAITING = "SELECT contact_id, kind, service, about, role, due_on, holder, repeated,
       received_at, closed_at, bytes
  FROM contact
 WHERE body = :body AND shard = :shard AND role = :role AND closed_at IS NULL
   AND (due_on, contact_id) > (:due, :contact)
 ORDER BY due_on, contact_id
 LIMIT 50";
    WAITING_COUNT = "SELECT count(*)
  FROM contact
 WHERE body = :body AND shard = :shard AND role = :role AND closed_at IS NULL
 LIMIT 1";
}

/// What stands under an index, the newest first; further pages begin before a case.
pub fn found(
    reader: &Reader,
    key: Digest,
    before: CaseId,
    limit: u32,
) -> Result<Vec<PersonIndexRow>, StoreError> {
    let limit = limit.min(PAGE_LIMIT);
    let named: [(&str, &dyn Bind); 3] = [("key", &key), ("before", &before), ("limit", &limit)];
    reader.rows(FOUND, &named, PersonIndexRow::read)
}

/// The indexes under which a case or a contact stands.
pub fn keys_of(reader: &Reader, case: CaseId) -> Result<Vec<PersonIndexRow>, StoreError> {
    reader.rows(KEYS_OF, &[("case", &case)], PersonIndexRow::read)
}

/// The contacts about a case, the newest first, at most twenty.
pub fn contacts_about(reader: &Reader, case: CaseId) -> Result<Vec<ContactRow>, StoreError> {
    reader.rows(CONTACTS_ABOUT, &[("case", &case)], ContactRow::read)
}

/// A page of the contacts that wait for a role, the first due first; further pages begin after a
/// day and a contact.
pub fn contacts_waiting(
    reader: &Reader,
    role: Role,
    after: Option<(Date, ContactId)>,
) -> Result<Vec<ContactRow>, StoreError> {
    let due = after.map_or_else(String::new, |(due, _)| due.to_string());
    let contact = after.map_or(ContactId::from_bytes([0; 16]), |(_, contact)| contact);
    let named: [(&str, &dyn Bind); 3] = [("role", &role), ("due", &due), ("contact", &contact)];
    reader.rows(CONTACTS_WAITING, &named, ContactRow::read)
}

/// How many contacts wait for a role.
pub fn waiting_count(reader: &Reader, role: Role) -> Result<u64, StoreError> {
    let count = reader.one(WAITING_COUNT, &[("role", &role)], |record| record.take("count"))?;
    Ok(count.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use base::Shard;

    use super::*;
    use crate::testing::{at, body, case, lease};
    use crate::{Batch, SimStore, Store as _};

    fn contact(number: u8, role: Option<Role>, due_on: &str) -> ContactRow {
        ContactRow {
            contact_id: ContactId::from_bytes(*case(number).as_bytes()),
            kind: Cow::Borrowed("question"),
            service: None,
            about: (number < 3).then(|| case(9)),
            role,
            due_on: role.and(due_on.parse().ok()),
            holder: None,
            repeated: false,
            received_at: at(5),
            closed_at: role.is_none().then(|| at(5)),
            bytes: b"null".to_vec(),
        }
    }

    fn index(key: &str, number: u8) -> PersonIndexRow {
        let person_key = Digest::of(key.as_bytes());
        PersonIndexRow { person_key, case_id: case(number), found_by: Cow::Borrowed("email") }
    }

    #[test]
    fn entries_are_found_by_an_index_and_an_index_by_its_entry() {
        let mut store = SimStore::new(&body()).unwrap();
        let held = lease(&mut store, "one");
        let mut batch = Batch::after(&held);
        for number in 1..5 {
            batch.put(index("mair", number));
        }
        batch.put(index("number", 2));
        batch.put(index("other", 5));
        store.commit(&batch).unwrap();
        let reader = store.readers().shard(Shard(0));
        let cases = |before, limit| -> Vec<CaseId> {
            let rows = found(&reader, Digest::of(b"mair"), before, limit).unwrap();
            rows.iter().map(|row| row.case_id).collect()
        };
        assert_eq!(cases(crate::requests::NEWEST, 3), [case(4), case(3), case(2)]);
        assert_eq!(cases(case(2), 3), [case(1)]);
        assert_eq!(keys_of(&reader, case(2)).unwrap().len(), 2);
        assert_eq!(keys_of(&reader, case(6)).unwrap(), []);
    }

    #[test]
    fn contacts_wait_by_role_the_first_due_first() {
        let mut store = SimStore::new(&body()).unwrap();
        let held = lease(&mut store, "one");
        let mut batch = Batch::after(&held);
        batch.put(contact(1, Some(Role::Caseworker), "2026-12-01"));
        batch.put(contact(2, Some(Role::Caseworker), "2026-11-25"));
        batch.put(contact(3, Some(Role::Assessor), "2026-11-24"));
        batch.put(contact(4, None, ""));
        store.commit(&batch).unwrap();
        let reader = store.readers().shard(Shard(0));
        let waiting = |role, after| -> Vec<ContactId> {
            let rows = contacts_waiting(&reader, role, after).unwrap();
            rows.iter().map(|row| row.contact_id).collect()
        };
        let id = |number| contact(number, None, "").contact_id;
        assert_eq!(waiting(Role::Caseworker, None), [id(2), id(1)]);
        let place = ("2026-11-25".parse().unwrap(), id(2));
        assert_eq!(waiting(Role::Caseworker, Some(place)), [id(1)]);
        assert_eq!(waiting_count(&reader, Role::Assessor).unwrap(), 1);
        assert_eq!(contacts_about(&reader, case(9)).unwrap().len(), 2);
    }
}
