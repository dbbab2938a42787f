//! The real side of the seam to back offices: each system by the wire that its kind asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::SystemId;

use crate::folder::FileDrop;
use crate::http::{Answer, HttpRequest};
use crate::wire::{BoxFuture, Connector, ConnectorError, HttpConnector};
use crate::{Secrets, System, SystemKind};

/// The back offices of a body.
pub struct BackOffices {
    http: HttpConnector,
    files: FileDrop,
    through: BTreeMap<SystemId, Arc<dyn Connector>>,
}

impl std::fmt::Debug for BackOffices {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("BackOffices").finish_non_exhaustive()
    }
}

impl BackOffices {
    /// A connector for these systems.
    ///
    /// # Errors
    /// [`ConnectorError`] when a secret or certificate is missing or unusable.
    pub fn new(systems: &[System], secrets: &Secrets) -> Result<Self, ConnectorError> {
        let spoken = systems.iter().filter(|system| system.kind != SystemKind::Files);
        let spoken: Vec<System> = spoken.cloned().collect();
        let (http, files) = (HttpConnector::new(&spoken, secrets)?, FileDrop::new(systems));
        Ok(Self { http, files, through: BTreeMap::new() })
    }

    /// Reaches a system through something else, such as a share that a demonstration lets fail.
    #[must_use]
    pub fn through(mut self, system: SystemId, connector: Arc<dyn Connector>) -> Self {
        self.through.insert(system, connector);
        self
    }
}

impl Connector for BackOffices {
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer> {
        if let Some(connector) = self.through.get(&request.system) {
            connector.exchange(request)
        } else if self.files.serves(&request.system) {
            self.files.exchange(request)
        } else {
            self.http.exchange(request)
        }
    }
}
