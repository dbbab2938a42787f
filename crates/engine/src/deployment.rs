//! Deployment: the processes and decisions that cases run, every expression compiled once.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Digest;
use bpmn::{Binding, ElementIndex, FlowIndex};

use crate::decision::Decisions;
use crate::expression::{Compiled, Source};
use crate::{DecisionId, ElementId, FlowId, ProcessId, ProcessVersion};

mod compile;

/// Why a model cannot be deployed: a place in its file and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {fault}")]
pub struct DeployError {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1; 0 when the model was not read from a file.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The element or flow it concerns.
    pub element: Option<String>,
    /// What is wrong.
    pub fault: DeployFault,
}

/// What is wrong with a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeployFault {
    /// The model itself is refused.
    #[error(transparent)]
    Model(bpmn::ProblemKind),
    /// An expression does not compile.
    #[error("expression: {0}")]
    Expression(feel::CompileError),
    /// The target of a mapping is no variable name.
    #[error("`{target}` is no variable, nor a path into one")]
    MappingTarget {
        /// The target.
        target: String,
    },
}

/// The processes and decisions that cases may run.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    processes: BTreeMap<ProcessVersion, Arc<CompiledProcess>>,
    latest: BTreeMap<ProcessId, Digest>,
    tagged: BTreeMap<(ProcessId, String), Digest>,
    decisions: Decisions,
}

impl Deployment {
    /// Nothing deployed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads and deploys a BPMN file; its digest is the version of its processes.
    ///
    /// # Errors
    /// Every fault of the file with its place.
    pub fn add_file(
        &mut self,
        file: &str,
        bytes: &[u8],
    ) -> Result<Vec<ProcessVersion>, Vec<DeployError>> {
        let model = bpmn::Model::parse(bytes).map_err(|problems| {
            problems.into_iter().map(|problem| compile::refused(file, problem)).collect::<Vec<_>>()
        })?;
        self.add_model(file, Digest::of(bytes), &model)
    }

    /// Deploys a model that was read before. What is deployed later is newer.
    ///
    /// # Errors
    /// Every expression that does not compile, with its place.
    pub fn add_model(
        &mut self,
        file: &str,
        version: Digest,
        model: &bpmn::Model,
    ) -> Result<Vec<ProcessVersion>, Vec<DeployError>> {
        let mut compiled = Vec::new();
        let mut errors = Vec::new();
        for process in &model.processes {
            match compile::process(file, version, process) {
                Ok(process) => compiled.push(process),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(compiled.into_iter().map(|process| self.add(process)).collect())
    }

    fn add(&mut self, process: CompiledProcess) -> ProcessVersion {
        let id = process.id.clone();
        self.latest.insert(id.process.clone(), id.version);
        if let Some(tag) = &process.process.version_tag {
            self.tagged.insert((id.process.clone(), tag.clone()), id.version);
        }
        self.processes.insert(id.clone(), Arc::new(process));
        id
    }

    /// Deploys the decisions of a model; the last one given under an id is the newest.
    pub fn add_decisions(&mut self, model: &Arc<dmn::Model>) -> Vec<DecisionId> {
        let ids: Vec<DecisionId> =
            model.decisions().map(|decision| DecisionId::from(decision.id)).collect();
        for id in &ids {
            self.decisions.insert(id.clone(), Arc::clone(model));
        }
        ids
    }

    /// The newest version of a process.
    pub fn latest(&self, process: &ProcessId) -> Option<ProcessVersion> {
        let version = *self.latest.get(process)?;
        Some(ProcessVersion { process: process.clone(), version })
    }

    /// The model of a process.
    pub fn process(&self, id: &ProcessVersion) -> Option<&bpmn::Process> {
        self.processes.get(id).map(|compiled| &compiled.process)
    }

    /// Every process, by id and version.
    pub fn processes(&self) -> impl Iterator<Item = &ProcessVersion> {
        self.processes.keys()
    }

    pub(crate) fn compiled(&self, id: &ProcessVersion) -> Option<&Arc<CompiledProcess>> {
        self.processes.get(id)
    }

    pub(crate) fn decision(&self, id: &DecisionId) -> Option<&Arc<dmn::Model>> {
        self.decisions.get(id)
    }

    /// The version that a call means.
    pub(crate) fn bound(
        &self,
        process: &ProcessId,
        binding: &Binding,
        caller: &ProcessVersion,
    ) -> Option<ProcessVersion> {
        let version = match binding {
            Binding::Latest => *self.latest.get(process)?,
            Binding::Deployment => caller.version,
            Binding::VersionTag(tag) => *self.tagged.get(&(process.clone(), tag.clone()))?,
        };
        let found = ProcessVersion { process: process.clone(), version };
        self.processes.contains_key(&found).then_some(found)
    }
}

/// A process with its expressions compiled.
#[derive(Debug)]
pub(crate) struct CompiledProcess {
    pub(crate) id: ProcessVersion,
    pub(crate) process: bpmn::Process,
    /// Beside `process.elements()`, in the same order.
    pub(crate) elements: Vec<CompiledElement>,
    /// Beside `process.flows()`, in the same order.
    pub(crate) flows: Vec<CompiledFlow>,
}

/// The compiled parts of an element.
#[derive(Debug)]
pub(crate) struct CompiledElement {
    pub(crate) id: ElementId,
    pub(crate) inputs: Vec<CompiledMapping>,
    pub(crate) outputs: Vec<CompiledMapping>,
    expressions: Vec<(Slot, Source)>,
}

/// The compiled parts of a flow.
#[derive(Debug)]
pub(crate) struct CompiledFlow {
    pub(crate) id: FlowId,
    pub(crate) condition: Option<Compiled>,
}

/// One line of a mapping.
#[derive(Debug)]
pub(crate) struct CompiledMapping {
    pub(crate) source: Source,
    /// The variable.
    pub(crate) variable: String,
    /// The members to go down by, `customer.name` having one.
    pub(crate) path: Vec<String>,
}

/// Where in an element an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    JobType,
    Retries,
    Script,
    MessageName,
    CorrelationKey,
    Timer,
    ProcessId,
    DecisionId,
    ErrorCode,
    Form,
    Assignee,
    CandidateGroups,
    CandidateUsers,
    DueDate,
    FollowUpDate,
    Priority,
}

impl Slot {
    /// Its name, for the detail of an incident.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::JobType => "job type",
            Self::Retries => "retries",
            Self::Script => "script",
            Self::MessageName => "message name",
            Self::CorrelationKey => "correlation key",
            Self::Timer => "timer",
            Self::ProcessId => "process id",
            Self::DecisionId => "decision id",
            Self::ErrorCode => "error code",
            Self::Form => "form",
            Self::Assignee => "assignee",
            Self::CandidateGroups => "candidate groups",
            Self::CandidateUsers => "candidate users",
            Self::DueDate => "due date",
            Self::FollowUpDate => "follow-up date",
            Self::Priority => "priority",
        }
    }
}

impl CompiledElement {
    pub(crate) fn source(&self, slot: Slot) -> Option<&Source> {
        self.expressions.iter().find(|(at, _)| *at == slot).map(|(_, source)| source)
    }
}

/// An element of a compiled process with its compiled parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'d> {
    pub(crate) process: &'d CompiledProcess,
    pub(crate) index: ElementIndex,
    pub(crate) element: &'d bpmn::Element,
    pub(crate) compiled: &'d CompiledElement,
}

impl<'d> Place<'d> {
    pub(crate) fn id(&self) -> &'d ElementId {
        &self.compiled.id
    }
}

impl CompiledProcess {
    pub(crate) fn place(&self, index: ElementIndex) -> Option<Place<'_>> {
        Some(Place {
            process: self,
            index,
            element: self.process.element(index)?,
            compiled: self.elements.get(index.0 as usize)?,
        })
    }

    pub(crate) fn find(&self, id: &ElementId) -> Option<Place<'_>> {
        self.place(self.process.find(id.as_str())?)
    }

    pub(crate) fn flow(&self, index: FlowIndex) -> Option<(&bpmn::SequenceFlow, &CompiledFlow)> {
        Some((self.process.flow(index)?, self.flows.get(index.0 as usize)?))
    }

    /// The start event of a scope that has no trigger, or the one named.
    pub(crate) fn start(
        &self,
        scope: Option<ElementIndex>,
        named: Option<&ElementId>,
    ) -> Option<Place<'_>> {
        let mut starts = self.process.start_events(scope).filter_map(|index| self.place(index));
        match named {
            Some(named) => starts.find(|place| place.id() == named),
            None => starts.find(|place| {
                place.element.kind == bpmn::ElementKind::StartEvent(bpmn::StartTrigger::None)
            }),
        }
    }
}
