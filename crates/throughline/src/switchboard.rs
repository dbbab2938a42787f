//! The connectors of every body behind one seam.
//!
//! Two bodies may call their systems by the same name, so a request is given to the body whose
//! system has the request's address.

use std::collections::BTreeMap;

use base::{BodyId, SystemId};
use connectors::{
    Answer, BoxFuture, Connector, HttpConnector, HttpRequest, System, TransportFault,
};

/// The connectors of every body.
pub struct Switchboard {
    connectors: BTreeMap<BodyId, HttpConnector>,
    addresses: Vec<(String, BodyId)>,
}

impl Switchboard {
    /// Puts the bodies' connectors together.
    pub fn new(
        connectors: BTreeMap<BodyId, HttpConnector>,
        systems: &BTreeMap<BodyId, BTreeMap<SystemId, System>>,
    ) -> Self {
        let addresses = systems.iter().flat_map(|(body, systems)| {
            systems.values().map(|system| (system.base_url.clone(), body.clone()))
        });
        Self { connectors, addresses: addresses.collect() }
    }
}

impl Connector for Switchboard {
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer> {
        let body = self.addresses.iter().find(|(address, _)| request.url.starts_with(address));
        match body.and_then(|(_, body)| self.connectors.get(body)) {
            Some(connector) => connector.exchange(request),
            None => Box::pin(async { Err(TransportFault::Unsendable) }),
        }
    }
}
