//! What is wrong with a file, each fault with its place and one sentence.

use std::fmt;

use crate::limits;

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Id of the element it concerns, if it has one.
    pub element: Option<String>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// Whether a fault keeps a model from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The model can be used; see [`crate::Model::warnings`].
    Warning,
    /// The model is refused.
    Error,
}

/// The ways in which a file can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The bytes are not UTF-8.
    #[error("the file is not UTF-8 text")]
    NotUtf8,
    /// More than [`limits::MAX_BYTES`].
    #[error("the file has {bytes} bytes; at most {} are read", limits::MAX_BYTES)]
    TooLarge {
        /// How many there are.
        bytes: usize,
    },
    /// More than [`limits::MAX_DEPTH`].
    #[error("XML elements are nested more than {} deep", limits::MAX_DEPTH)]
    TooDeep,
    /// More than [`limits::MAX_NODES`].
    #[error("the file has more than {} XML nodes", limits::MAX_NODES)]
    TooManyNodes,
    /// More than [`limits::MAX_ATTRIBUTES`].
    #[error("an XML element has more than {} attributes", limits::MAX_ATTRIBUTES)]
    TooManyAttributes,
    /// More than [`limits::MAX_NAMESPACE_WORK`].
    #[error("the file declares too many XML namespaces")]
    TooManyNamespaces,
    /// More than [`limits::MAX_ELEMENTS`].
    #[error("the model has more than {} elements and sequence flows", limits::MAX_ELEMENTS)]
    TooManyElements,
    /// More than [`limits::MAX_PROBLEMS`].
    #[error("there are more than {} problems; the rest are not listed", limits::MAX_PROBLEMS)]
    TooManyProblems,
    /// A `<!DOCTYPE`.
    #[error("the file has a document type, which is refused")]
    DocumentType,
    /// Not well-formed XML.
    #[error("the XML is not well formed: {detail}")]
    Xml {
        /// What the XML reader says.
        detail: String,
    },
    /// The root is not `definitions`.
    #[error("the root element is <{found}>, not <definitions>")]
    WrongRoot {
        /// Its name.
        found: String,
    },
    /// The root is not in the namespace of BPMN 2.0.
    #[error(
        "the namespace is {found:?}, not that of BPMN 2.0 (http://www.omg.org/spec/BPMN/20100524/MODEL)"
    )]
    WrongNamespace {
        /// The namespace.
        found: String,
    },
    /// No process may be executed.
    #[error("no process is marked isExecutable=\"true\"")]
    NoExecutableProcess,
    /// An id stands twice.
    #[error("the id {id:?} is already used on line {first_line}")]
    DuplicateId {
        /// The id.
        id: String,
        /// Where it stands first.
        first_line: u32,
    },
    /// Something that needs it has no id.
    #[error("<{tag}> has no id")]
    MissingId {
        /// Name of the XML element.
        tag: String,
    },
    /// An attribute or child that is needed is missing or empty.
    #[error("<{tag}> has no {what}")]
    Missing {
        /// Name of the XML element.
        tag: String,
        /// What is missing.
        what: &'static str,
    },
    /// A reference to nothing.
    #[error("{attribute} refers to {reference:?}, which is not in this file")]
    DanglingReference {
        /// The attribute that refers.
        attribute: &'static str,
        /// What it says.
        reference: String,
    },
    /// A reference to a thing of the wrong kind, or outside the process.
    #[error("{attribute} refers to {reference:?}, which is not {expected}")]
    WrongReference {
        /// The attribute that refers.
        attribute: &'static str,
        /// What it says.
        reference: String,
        /// What it should refer to.
        expected: &'static str,
    },
    /// A sequence flow joins elements of two scopes.
    #[error(
        "the sequence flow from {source_id:?} to {target_id:?} crosses the border of a subprocess"
    )]
    FlowCrossesScope {
        /// Where it leaves.
        source_id: String,
        /// Where it arrives.
        target_id: String,
    },
    /// A start event has an incoming flow.
    #[error("a start event has an incoming sequence flow")]
    StartWithIncoming,
    /// An end event has an outgoing flow.
    #[error("an end event has an outgoing sequence flow")]
    EndWithOutgoing,
    /// A boundary event has an incoming flow.
    #[error("a boundary event has an incoming sequence flow")]
    BoundaryWithIncoming,
    /// A process or subprocess without a start event.
    #[error("{scope} has no start event")]
    NoStartEvent {
        /// `the process` or `the subprocess`.
        scope: &'static str,
    },
    /// More than one plain start event in one scope.
    #[error("{scope} has more than one start event without a trigger")]
    SeveralStartEvents {
        /// `the process` or `the subprocess`.
        scope: &'static str,
    },
    /// A message or timer start event inside an embedded subprocess.
    #[error("a start event of an embedded subprocess cannot have a trigger")]
    TriggeredStartInSubProcess,
    /// No flow leads to the element: it can never run.
    #[error("no path from a start event leads here")]
    Unreachable,
    /// The default flow does not leave this element, or leaves one that cannot have it.
    #[error("the default flow {flow:?} does not leave this element")]
    DefaultNotOutgoing {
        /// The flow.
        flow: String,
    },
    /// A default flow with a condition.
    #[error("the default flow {flow:?} also has a condition")]
    DefaultWithCondition {
        /// The flow.
        flow: String,
    },
    /// A flow leaving an exclusive gateway beside others has no condition and is not the default.
    #[error(
        "the sequence flow {flow:?} leaves an exclusive gateway without a condition and is not the default"
    )]
    MissingCondition {
        /// The flow.
        flow: String,
    },
    /// A condition on a flow that is always taken.
    #[error("the sequence flow {flow:?} has a condition, but {source_kind} takes every flow")]
    ConditionNotAllowed {
        /// The flow.
        flow: String,
        /// What it leaves.
        source_kind: &'static str,
    },
    /// Plain text where only an expression makes sense.
    #[error("{what} must be a FEEL expression beginning with =, not {found:?}")]
    NotAnExpression {
        /// What must be one.
        what: &'static str,
        /// What stands there.
        found: String,
    },
    /// An expression where only plain text makes sense.
    #[error("{what} must be plain text, not the expression {found:?}")]
    NotStatic {
        /// What must be plain.
        what: &'static str,
        /// What stands there.
        found: String,
    },
    /// A value that is not one of those allowed.
    #[error("{what} is {found:?}; expected {expected}")]
    InvalidValue {
        /// What has the value.
        what: &'static str,
        /// The value.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// An element that cannot be executed, in a process that is to be.
    #[error("{what} cannot be executed")]
    Unsupported {
        /// The element, by its BPMN name.
        what: String,
    },
    /// An extension that would change the execution and is not known.
    #[error("the extension {what} cannot be executed")]
    UnsupportedExtension {
        /// The extension, by its XML name.
        what: String,
    },
}

impl ProblemKind {
    /// What to do about it, in a sentence.
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::NotUtf8 => "Save the file as UTF-8.",
            Self::TooLarge { .. }
            | Self::TooDeep
            | Self::TooManyNodes
            | Self::TooManyAttributes
            | Self::TooManyNamespaces
            | Self::TooManyElements => {
                "Make the model smaller: move a part of it into a process that it calls."
            }
            Self::TooManyProblems => "Mend those that are listed first.",
            Self::DocumentType => "Take the <!DOCTYPE ..> out.",
            Self::Xml { .. } => "Save the model again from the modelling tool.",
            Self::WrongRoot { .. } | Self::WrongNamespace { .. } => {
                "Save the model as BPMN 2.0 from the modelling tool."
            }
            Self::NoExecutableProcess => {
                "Tick \"Executable\" on the process in the modelling tool."
            }
            Self::DuplicateId { .. } => "Give one of the two another id.",
            Self::MissingId { .. } => "Give it an id.",
            Self::Missing { .. } => "Fill it in, for Camunda 8, in the modelling tool.",
            Self::DanglingReference { .. } | Self::WrongReference { .. } => {
                "Refer to something that is there, or take the reference out."
            }
            Self::FlowCrossesScope { .. } => "Let the flow end within the subprocess.",
            Self::StartWithIncoming | Self::BoundaryWithIncoming => {
                "Let the flow lead to the element behind it."
            }
            Self::EndWithOutgoing => "Take the flow out, or make the event an intermediate one.",
            Self::NoStartEvent { .. } => "Draw a start event and a flow from it.",
            Self::SeveralStartEvents { .. } => "Keep one of them, or give the others a message.",
            Self::TriggeredStartInSubProcess => "Make it a plain start event.",
            Self::Unreachable => "Draw a flow to it, or take it out.",
            Self::DefaultNotOutgoing { .. } => "Choose one of the element's own flows.",
            Self::DefaultWithCondition { .. } => "Take the condition out, or choose another flow.",
            Self::MissingCondition { .. } => "Give it a condition, or make it the default flow.",
            Self::ConditionNotAllowed { .. } => {
                "Take the condition out, or draw an exclusive gateway before it."
            }
            Self::NotAnExpression { .. } => "Write = before it, and a text in quotation marks.",
            Self::NotStatic { .. } => "Write the text itself, without =.",
            Self::InvalidValue { .. } => "Write one of those.",
            Self::Unsupported { .. } => {
                "Draw the same with tasks, subprocesses, calls, exclusive and parallel gateways, \
                 and timer, message and error events."
            }
            Self::UnsupportedExtension { .. } => {
                "Take the extension out, or make it a task of its own."
            }
        }
    }
}

impl Problem {
    /// Whether the model is refused for it.
    pub fn severity(&self) -> Severity {
        if matches!(self.kind, ProblemKind::Unreachable) {
            Severity::Warning
        } else {
            Severity::Error
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if let Some(element) = &self.element {
            write!(f, "{element:?}: ")?;
        }
        write!(f, "{}", self.kind)
    }
}

impl std::error::Error for Problem {}
