//! Problem: why a text is not a model that can run, and where.
//!
//! Reading collects as many problems as it can, so that a designer mends a file in one go.

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// The file is longer than is read.
    #[error("file of {length} bytes is longer than {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("not UTF-8 text")]
    NotUtf8,
    /// Not well-formed XML.
    #[error("not well-formed XML: {message}")]
    Xml {
        /// What the XML reader says.
        message: String,
    },
    /// A document type declaration, which is never read.
    #[error("a document type declaration (DTD) is not allowed")]
    DocumentType,
    /// More of something than is read.
    #[error("more {what} than {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How much is read.
        limit: usize,
    },
    /// The root element is not `definitions` of a DMN version that is read.
    #[error("not a DMN model that is read: root is `{root}` in namespace `{namespace}`")]
    NotDmn {
        /// The root element.
        root: String,
        /// Its namespace.
        namespace: String,
    },
    /// An element that is not supported.
    #[error("`{element}` is not supported")]
    Unsupported {
        /// What stands there.
        element: String,
    },
    /// An element that must be there is not.
    #[error("`{element}` is missing in `{within}`")]
    MissingElement {
        /// The element wanted.
        element: &'static str,
        /// Its parent.
        within: String,
    },
    /// An attribute that must be there is not, or is empty.
    #[error("attribute `{attribute}` is missing in `{element}`")]
    MissingAttribute {
        /// The attribute.
        attribute: &'static str,
        /// The element.
        element: String,
    },
    /// An attribute or word with a value that means nothing here.
    #[error("`{value}` is not a {what}")]
    NotA {
        /// What was wanted.
        what: &'static str,
        /// What stands there.
        value: String,
    },
    /// An id given to two elements.
    #[error("id `{id}` is given twice")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A name given to two elements that are referred to by name.
    #[error("name `{name}` is given twice")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A reference to an element that is not there.
    #[error("`{href}` refers to no {what} of this model")]
    Unresolved {
        /// The reference.
        href: String,
        /// What was wanted.
        what: &'static str,
    },
    /// Elements that require each other; the path begins and ends with the same name.
    #[error("requirements go round in a circle: {}", path.join(" -> "))]
    RequirementCycle {
        /// The names along the circle.
        path: Vec<String>,
    },
    /// Item definitions made of each other; the path begins and ends with the same name.
    #[error("item definitions go round in a circle: {}", path.join(" -> "))]
    RecursiveType {
        /// The names along the circle.
        path: Vec<String>,
    },
    /// A type that nobody defined.
    #[error("unknown type `{name}`")]
    UnknownType {
        /// The type.
        name: String,
    },
    /// A rule with another number of entries than the table has columns.
    #[error("rule {rule} has {found} {what} but the table has {wanted}")]
    Arity {
        /// The rule, from 1.
        rule: usize,
        /// Which entries.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many columns there are.
        wanted: usize,
    },
    /// A decision table that its hit policy does not allow.
    #[error("hit policy {policy}: {why}")]
    HitPolicy {
        /// The hit policy.
        policy: &'static str,
        /// What it would need.
        why: &'static str,
    },
    /// An expression that does not compile; its position is that in the file.
    #[error("{0}")]
    Expression(#[from] feel::CompileError),
    /// An output entry that is a constant outside the column's allowed values.
    #[error("output `{value}` is not among the allowed values")]
    OutputNotAllowed {
        /// The entry as written.
        value: String,
    },
}

impl ProblemKind {
    /// Whether it leaves no part of the file that could be used, whatever stands elsewhere.
    pub(crate) const fn is_of_the_file(&self) -> bool {
        match self {
            Self::TooLong { .. }
            | Self::NotUtf8
            | Self::Xml { .. }
            | Self::DocumentType
            | Self::TooMany { .. }
            | Self::NotDmn { .. }
            | Self::RequirementCycle { .. }
            | Self::RecursiveType { .. } => true,
            Self::Unsupported { .. }
            | Self::MissingElement { .. }
            | Self::MissingAttribute { .. }
            | Self::NotA { .. }
            | Self::DuplicateId { .. }
            | Self::DuplicateName { .. }
            | Self::Unresolved { .. }
            | Self::UnknownType { .. }
            | Self::Arity { .. }
            | Self::HitPolicy { .. }
            | Self::Expression(_)
            | Self::OutputNotAllowed { .. } => false,
        }
    }

    /// What to do about it, in a sentence.
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::TooLong { .. } | Self::TooMany { .. } => {
                "Make the model smaller: move a part of it into a file of its own."
            }
            Self::NotUtf8 => "Save the file as UTF-8.",
            Self::Xml { .. } => "Save the model again from the modelling tool.",
            Self::DocumentType => "Take the <!DOCTYPE ..> out.",
            Self::NotDmn { .. } => "Save the model as DMN 1.2 to 1.6 from the modelling tool.",
            Self::Unsupported { .. } => "Say the same with a decision table or a FEEL expression.",
            Self::MissingElement { .. } | Self::MissingAttribute { .. } => "Fill it in.",
            Self::NotA { .. } => "Write one that is.",
            Self::DuplicateId { .. } => "Give one of the two another id.",
            Self::DuplicateName { .. } => "Give one of the two another name.",
            Self::Unresolved { .. } => {
                "Refer to something that is there, or take the reference out."
            }
            Self::RequirementCycle { .. } | Self::RecursiveType { .. } => {
                "Take one step of the circle out."
            }
            Self::UnknownType { .. } => "Name a type of FEEL, or define it as an item definition.",
            Self::Arity { .. } => "Give each rule an entry for every column.",
            Self::HitPolicy { .. } => "Change the table, or choose another hit policy.",
            Self::Expression(feel::CompileError::UnknownName { .. }) => {
                "Write a name that the decision knows: an input data or another decision that it \
                 requires, spelt as there."
            }
            Self::Expression(_) => "Mend the expression.",
            Self::OutputNotAllowed { .. } => "Write one that is, or add it to the allowed values.",
        }
    }
}

/// One reason why a text is not a model, with its place. Lines and columns count from 1, columns in
/// characters; both are 0 where the file as a whole is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Why.
    pub kind: ProblemKind,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The elements from the root, such as `decision "Eligible"/decisionTable/rule 3`.
    pub path: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(formatter, "line {}, column {}: ", self.line, self.column)?;
        }
        // What FEEL says ends with the position that stands before it here.
        let told = self.kind.to_string();
        let position = format!(" at line {}, column {}", self.line, self.column);
        formatter.write_str(told.strip_suffix(&position).unwrap_or(&told))?;
        if !self.path.is_empty() {
            write!(formatter, " (in {})", self.path)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
