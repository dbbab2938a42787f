//! Tasks that a process gave to a person: the queue of the desk, the first due first.

use std::borrow::Cow;

use base::{CaseId, Date, Digest, ServiceId};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::{Bind, Reader, StoreError};

table! {
    /// An open task.
    TaskRow by TaskKey in task
    (
        /// The case.
        case_id: CaseId,
        /// The element instance.
        element_key: u32,
    )
    {
        /// The element's id in the process.
        element_id: Cow<'static, str>,
        /// The service.
        service: ServiceId,
        /// Whose queue it is in: [`CASEWORKERS`], [`ASSESSORS`] or both.
        seen_by: u32,
        /// The day on which it is due.
        due_on: Date,
        /// Who has taken it, as the body's blind index of them.
        holder: Option<Digest>,
        /// What the queue shows of whoever has it.
        bytes: Vec<u8>,
    }
}

/// The queue of caseworkers, in [`TaskRow::seen_by`].
pub const CASEWORKERS: u32 = 1;
/// The queue of assessors, in [`TaskRow::seen_by`].
pub const ASSESSORS: u32 = 2;
/// Rows of one page of the queue.
pub const QUEUE_ROWS: usize = 50;

/// Which tasks are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Whose queue: [`CASEWORKERS`], [`ASSESSORS`] or both.
    pub seen_by: u32,
    /// Of one service.
    pub service: Option<ServiceId>,
    /// Taken by one person.
    pub holder: Option<Digest>,
}

/// The place of a task in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The day on which it is due.
    pub due_on: Date,
    /// The case.
    pub case_id: CaseId,
    /// The element instance.
    pub element_key: u32,
}

statements! {
    TASKS = "SELECT case_id, element_key, element_id, service, seen_by, due_on, holder, bytes
  FROM task
 WHERE body = :body AND shard = :shard
   AND (due_on, case_id, element_key) > (:due, :case, :element)
   AND seen_by IN (:one, :other, 3)
   AND (:service = '' OR service = :service)
   AND (:anybody = 1 OR holder = :holder)
 ORDER BY due_on, case_id, element_key
 LIMIT 50";
    TASK_COUNT = "SELECT count(*)
  FROM task
 WHERE body = :body AND shard = :shard
   AND seen_by IN (:one, :other, 3)
   AND (:service = '' OR service = :service)
   AND (:anybody = 1 OR holder = :holder)
 LIMIT 1";
}

impl Wanted {
    /// The two values of `seen_by` that count beside both.
    const fn seen(&self) -> (u32, u32) {
        match self.seen_by {
            CASEWORKERS => (CASEWORKERS, CASEWORKERS),
            ASSESSORS => (ASSESSORS, ASSESSORS),
            _ => (CASEWORKERS, ASSESSORS),
        }
    }
}

/// A page of the queue, the first due first; further pages begin after a place.
pub fn tasks(
    reader: &Reader,
    wanted: &Wanted,
    after: Option<&Place>,
) -> Result<Vec<TaskRow>, StoreError> {
    let due = after.map_or_else(String::new, |place| place.due_on.to_string());
    let case = after.map_or(CaseId::from_bytes([0; 16]), |place| place.case_id);
    let element = after.map_or(0, |place| place.element_key);
    let (one, other) = wanted.seen();
    let service = wanted.service.as_ref().map_or("", |service| service.as_str());
    let anybody = wanted.holder.is_none();
    let holder = wanted.holder.unwrap_or(Digest::ZERO);
    let named: [(&str, &dyn Bind); 8] = [
        ("due", &due),
        ("case", &case),
        ("element", &element),
        ("one", &one),
        ("other", &other),
        ("service", &service),
        ("anybody", &anybody),
        ("holder", &holder),
    ];
    reader.rows(TASKS, &named, TaskRow::read)
}

/// How many tasks there are.
pub fn task_count(reader: &Reader, wanted: &Wanted) -> Result<u64, StoreError> {
    let (one, other) = wanted.seen();
    let service = wanted.service.as_ref().map_or("", |service| service.as_str());
    let anybody = wanted.holder.is_none();
    let holder = wanted.holder.unwrap_or(Digest::ZERO);
    let named: [(&str, &dyn Bind); 5] = [
        ("one", &one),
        ("other", &other),
        ("service", &service),
        ("anybody", &anybody),
        ("holder", &holder),
    ];
    let count = reader.one(TASK_COUNT, &named, |record| record.take("count"))?;
    Ok(count.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use base::Shard;

    use super::*;
    use crate::testing::{body, case, lease, request};
    use crate::{Batch, SimStore, Store as _};

    fn task(number: u8, due_on: &str, seen_by: u32) -> TaskRow {
        TaskRow {
            case_id: case(number),
            element_key: 4,
            element_id: Cow::Borrowed("assess"),
            service: request(number).service,
            seen_by,
            due_on: due_on.parse().unwrap(),
            holder: (number == 3).then(|| Digest::of(b"somebody")),
            bytes: b"null".to_vec(),
        }
    }

    #[test]
    fn the_queue_is_by_due_day_and_each_role_sees_its_own() {
        let mut store = SimStore::new(&body()).unwrap();
        let held = lease(&mut store, "one");
        let mut batch = Batch::after(&held);
        batch.put(task(1, "2026-12-01", CASEWORKERS));
        batch.put(task(2, "2026-11-20", ASSESSORS));
        batch.put(task(3, "2026-11-24", CASEWORKERS | ASSESSORS));
        store.commit(&batch).unwrap();
        let reader = store.readers().shard(Shard(0));
        let wanted = |seen_by| Wanted { seen_by, service: None, holder: None };
        let cases = |wanted: &Wanted| {
            let rows = tasks(&reader, wanted, None).unwrap();
            assert_eq!(task_count(&reader, wanted).unwrap(), rows.len() as u64);
            rows.iter().map(|row| row.case_id).collect::<Vec<_>>()
        };
        assert_eq!(cases(&wanted(CASEWORKERS)), [case(3), case(1)]);
        assert_eq!(cases(&wanted(ASSESSORS)), [case(2), case(3)]);
        assert_eq!(cases(&wanted(CASEWORKERS | ASSESSORS)), [case(2), case(3), case(1)]);
        let mine = Wanted { holder: Some(Digest::of(b"somebody")), ..wanted(CASEWORKERS) };
        assert_eq!(cases(&mine), [case(3)]);
        let other = Wanted { service: "other".parse().ok(), ..wanted(CASEWORKERS) };
        assert_eq!(cases(&other), []);
        let due_on = "2026-11-24".parse().unwrap();
        let place = Place { due_on, case_id: case(3), element_key: 4 };
        let rest = tasks(&reader, &wanted(CASEWORKERS), Some(&place)).unwrap();
        assert_eq!(rest.len(), 1);
    }
}
