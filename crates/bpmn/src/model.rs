//! A whole file: its executable processes, what is only drawn, and its diagrams.

use crate::{Diagram, Error, Message, Position, Problem, Process};

/// A BPMN file.
///
/// Two models are equal when they say the same, wherever it stands: neither positions nor warnings count.
#[derive(Debug, Clone, Eq, Default)]
pub struct Model {
    /// Id of the file (`definitions`).
    pub id: Option<String>,
    /// Name of the file.
    pub name: Option<String>,
    /// Target namespace of the file.
    pub target_namespace: Option<String>,
    /// Processes that are executable, in the order of the file.
    pub processes: Vec<Process>,
    /// Messages, in the order of the file, used or not.
    pub messages: Vec<Message>,
    /// Errors, in the order of the file, used or not.
    pub errors: Vec<Error>,
    /// What is only drawn, in the order of the file.
    pub drawn: Vec<Drawn>,
    /// Diagrams; the first is the one to show.
    pub diagrams: Vec<Diagram>,
    pub(crate) warnings: Vec<Problem>,
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            id,
            name,
            target_namespace,
            processes,
            messages,
            errors,
            drawn,
            diagrams,
            warnings: _,
        } = self;
        (id, name, target_namespace) == (&other.id, &other.name, &other.target_namespace)
            && (processes, messages, errors) == (&other.processes, &other.messages, &other.errors)
            && (drawn, diagrams) == (&other.drawn, &other.diagrams)
    }
}

impl Model {
    /// Reads a model that is to be executed. Any problem but a warning refuses it, and all are listed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let (model, problems) = crate::read::read(bytes)?;
        if problems.is_empty() { Ok(model) } else { Err(problems) }
    }

    /// Reads a model that is to be looked at: whatever is sound is kept, with the problems of the rest.
    ///
    /// Elements that cannot be executed become [`Drawn`]. Fails only when nothing can be read at all.
    pub fn read(bytes: &[u8]) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        crate::read::read(bytes)
    }

    /// A file with one process, its messages, its errors and a laid-out diagram.
    pub fn of(process: Process) -> Self {
        let mut model = Self {
            id: Some(format!("{}_definitions", process.id)),
            target_namespace: Some("http://bpmn.io/schema/bpmn".to_owned()),
            diagrams: vec![crate::layout(&process)],
            ..Self::default()
        };
        for element in process.elements() {
            let message = element.kind.caught_message();
            if let Some(message) = message.filter(|m| model.messages.iter().all(|k| k.id != m.id)) {
                model.messages.push(message.clone());
            }
            let error = element.kind.error();
            if let Some(error) = error.filter(|e| model.errors.iter().all(|k| k.id != e.id)) {
                model.errors.push(error.clone());
            }
        }
        model.processes.push(process);
        model
    }

    /// Faults that do not keep the model from being used.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The executable process with this id.
    pub fn process(&self, id: &str) -> Option<&Process> {
        self.processes.iter().find(|process| process.id == id)
    }

    /// The diagram to show.
    pub fn diagram(&self) -> Option<&Diagram> {
        self.diagrams.first()
    }

    /// What is drawn under this id.
    pub fn drawn(&self, id: &str) -> Option<&Drawn> {
        self.drawn.iter().find(|drawn| drawn.id == id)
    }
}

/// Something that is kept for drawing and ignored by execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Id, unique in the file.
    pub id: String,
    /// Name of the XML element: `lane`, `dataObjectReference`, `complexGateway`.
    pub tag: String,
    /// How to draw it.
    pub kind: DrawnKind,
    /// Name, for people.
    pub name: Option<String>,
    /// Text of an annotation.
    pub text: Option<String>,
    /// Id of what it stands in; `None` directly in the file.
    pub parent: Option<String>,
    /// Where it comes from, or what it is attached to.
    pub source: Option<String>,
    /// Where it goes, or what it stands for.
    pub target: Option<String>,
    /// The elements in a lane.
    pub members: Vec<String>,
    /// Name of the event definition of an event: `timerEventDefinition`.
    pub event_definition: Option<String>,
    /// Where it stands in the file.
    pub position: Position,
}

/// How something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrawnKind {
    /// A process that is not executable, a collaboration, a lane set: holds others, has no shape.
    Container,
    /// A pool.
    Pool,
    /// A lane.
    Lane,
    /// A data object, data input or data output.
    DataObject,
    /// A data store.
    DataStore,
    /// A text annotation.
    Annotation,
    /// A group.
    Group,
    /// An association or data association.
    Association,
    /// A message flow.
    MessageFlow,
    /// A sequence flow of a process that is not executable.
    SequenceFlow,
    /// A start event of such a process, or of a kind that is not executable.
    StartEvent,
    /// An end event of the same.
    EndEvent,
    /// An intermediate or boundary event of the same.
    IntermediateEvent,
    /// A task, subprocess or call of the same.
    Activity,
    /// A gateway of the same.
    Gateway,
    /// Anything else that has an id and may have a shape.
    Other,
}
