//! The queue of tasks that wait for a person, and what a person who decides one may see.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Digest, Reference, Timestamp};
use requests::Inquiry;
use store::requests::{ServiceRequestKey, ServiceRequestRow};
use store::tasks::{Place, TaskRow, Wanted};

use super::CaseView;
use crate::case::StoredCase;
use crate::host::Body;
use crate::services::Service;
use crate::shard::ShardError;
use crate::task::Claim;

/// A task in the queue.
#[derive(Debug)]
pub struct TaskView {
    /// Where it stands, and when it is due.
    pub row: TaskRow,
    /// Who has it.
    pub claim: Option<Claim>,
    /// The case's reference.
    pub reference: Reference,
    /// What was last asked of the requester from it.
    pub inquiry: Option<Inquiry>,
    /// When the request came.
    pub received_at: Timestamp,
    /// The version of the service that the case keeps.
    pub service: Arc<Service>,
}

impl Body {
    /// A page of the queue, the first due first; further pages begin after a place.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails or a row is not readable.
    pub fn tasks(
        &self,
        wanted: &Wanted,
        after: Option<&Place>,
    ) -> Result<Vec<TaskView>, ShardError> {
        let reader = self.reader();
        let rows = store::tasks::tasks(&reader, wanted, after)?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let key = ServiceRequestKey { case_id: row.case_id };
            let request = store::row::<ServiceRequestRow>(&reader, &key)?;
            let Some(request) = request else { continue };
            let Some(service) = self.services().version(request.service_version) else { continue };
            let claim = serde_json::from_slice(&row.bytes)
                .map_err(|source| ShardError::Row { what: "task", source })?;
            let stored: StoredCase = serde_json::from_slice(&request.bytes)
                .map_err(|source| ShardError::Row { what: "service request", source })?;
            let mut asked = stored.request.inquiries.into_iter();
            let inquiry = asked.rfind(|inquiry| inquiry.asked.task == row.element_key);
            let (reference, received_at) = (request.reference, request.received_at);
            let service = Arc::clone(service);
            views.push(TaskView { row, claim, reference, inquiry, received_at, service });
        }
        Ok(views)
    }

    /// How many tasks there are.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn task_count(&self, wanted: &Wanted) -> Result<u64, ShardError> {
        Ok(store::tasks::task_count(&self.reader(), wanted)?)
    }

    /// The body's blind index of a member of staff.
    pub fn staff_key(&self, address: &str) -> Digest {
        self.settings().blind.index("staff", address.to_lowercase().as_bytes())
    }
}

impl CaseView {
    /// What the process knows, opened, as JSON by name; nothing when it was erased.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let Ok(opened) = self.case.process.opened(&self.keys) else { return BTreeMap::new() };
        let root = opened.get(engine::ElementKey::ROOT);
        let variables = root.map(|root| root.variables.iter()).into_iter().flatten();
        variables
            .filter_map(|(name, value)| Some((name.clone(), value.opened()?.to_json())))
            .collect()
    }

    /// Why people decided as they did, opened, in the order of the decisions that the case keeps.
    pub fn task_reasons(&self) -> Vec<String> {
        let reason = |decided: &crate::task::Decided| {
            let opened = decided.open_reason(&self.keys).ok()?;
            opened.opened().cloned()
        };
        self.case
            .tasks
            .decided()
            .iter()
            .map(|decided| reason(decided).unwrap_or_default())
            .collect()
    }
}
