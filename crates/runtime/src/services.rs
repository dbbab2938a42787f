//! The services of a body as they run: package, compiled process, mappings of its jobs.
//!
//! A case keeps the version it began on, so every version that a case still needs stays here.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{BodyId, Digest, JobType, ServiceId, SystemId};
use catalogue::Package;
use connectors::{CallbackMapping, Mapping, System};
use engine::{Deployment, ElementId, ProcessVersion};

/// Why a checked package cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// Its process does not compile.
    #[error("{0}")]
    Process(engine::DeployError),
    /// Its connectors do not read.
    #[error("connectors.toml: {0}")]
    Mapping(connectors::MappingError),
    /// It has no executable process.
    #[error("process.bpmn: there is no executable process")]
    NoProcess,
    /// A mapping speaks to a system that the body does not have.
    #[error("connectors.toml: the body has no system {system}")]
    NoSystem {
        /// The system.
        system: SystemId,
    },
}

/// One version of a service of a body.
#[derive(Debug)]
pub struct Service {
    /// The body that offers it.
    pub body: BodyId,
    /// The package as adopted.
    pub package: Arc<Package>,
    /// Its processes and decisions, compiled.
    pub deployment: Deployment,
    /// The process that a request starts.
    pub process: ProcessVersion,
    /// How its jobs reach back offices.
    pub mappings: BTreeMap<JobType, Mapping>,
    /// What back offices' messages mean.
    pub callbacks: Vec<CallbackMapping>,
}

impl Service {
    /// Compiles a checked package for a body with these systems. `connectors` is the package's
    /// text, or the overlay's on top of it.
    ///
    /// # Errors
    /// Every [`DeployError`].
    pub fn compile(
        body: BodyId,
        package: Arc<Package>,
        overlay: Option<&str>,
        systems: &BTreeMap<SystemId, System>,
    ) -> Result<Self, Vec<DeployError>> {
        let mut deployment = Deployment::new();
        let processes = deployment
            .add_model("process.bpmn", package.version, &package.process)
            .map_err(|errors| errors.into_iter().map(DeployError::Process).collect::<Vec<_>>())?;
        for model in package.decisions.values() {
            deployment.add_decisions(model);
        }
        let process = processes.into_iter().next().ok_or_else(|| vec![DeployError::NoProcess])?;
        let refused = |errors: Vec<connectors::MappingError>| {
            errors.into_iter().map(DeployError::Mapping).collect::<Vec<_>>()
        };
        let mut mappings = connectors::read_mappings(&package.connectors).map_err(refused)?;
        let mut callbacks = connectors::read_callbacks(&package.connectors).map_err(refused)?;
        if let Some(overlay) = overlay {
            let over = connectors::read_mappings(overlay).map_err(refused)?;
            mappings = connectors::overlaid(&mappings, over).map_err(refused)?;
            callbacks = connectors::read_callbacks(overlay).map_err(refused)?;
        }
        let missing: Vec<DeployError> = mappings
            .iter()
            .map(Mapping::system)
            .filter(|system| !systems.contains_key(system))
            .map(|system| DeployError::NoSystem { system: system.clone() })
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let mappings =
            mappings.into_iter().map(|mapping| (mapping.job_type().clone(), mapping)).collect();
        Ok(Self { body, package, deployment, process, mappings, callbacks })
    }

    /// The service's id.
    pub fn id(&self) -> &ServiceId {
        self.package.id()
    }

    /// The start event that a message of this name triggers.
    pub fn message_start(&self, message: &str) -> Option<ElementId> {
        let process = self.deployment.process(&self.process)?;
        let start = process.start_events(None).find_map(|index| {
            let element = process.element(index)?;
            match &element.kind {
                bpmn::ElementKind::StartEvent(bpmn::StartTrigger::Message(started))
                    if started.name == bpmn::Expression::fixed(message) =>
                {
                    Some(element.id.as_str())
                }
                _ => None,
            }
        });
        start.map(ElementId::from)
    }
}

/// Every service of a body, by its present version and by every version that a case may need.
#[derive(Debug, Clone, Default)]
pub struct Services {
    present: BTreeMap<ServiceId, Arc<Service>>,
    versions: BTreeMap<Digest, Arc<Service>>,
}

impl Services {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a version that new requests take.
    pub fn publish(&mut self, service: Arc<Service>) {
        self.present.insert(service.id().clone(), Arc::clone(&service));
        self.versions.insert(service.package.version, service);
    }

    /// Adds a version that only cases begun on it take.
    pub fn keep(&mut self, service: Arc<Service>) {
        self.versions.entry(service.package.version).or_insert(service);
    }

    /// The version that new requests take.
    pub fn present(&self, service: &ServiceId) -> Option<&Arc<Service>> {
        self.present.get(service)
    }

    /// A version by its digest.
    pub fn version(&self, version: Digest) -> Option<&Arc<Service>> {
        self.versions.get(&version)
    }

    /// Every version that a case may be on, the present ones first.
    pub fn every(&self) -> impl Iterator<Item = &Arc<Service>> {
        let is_present = |service: &Service| {
            self.present(service.id())
                .is_some_and(|it| it.package.version == service.package.version)
        };
        let kept = self.versions.values().filter(move |service| !is_present(service));
        self.present.values().chain(kept)
    }

    /// Every service that is offered, by id.
    pub fn offered(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.present.values()
    }
}
