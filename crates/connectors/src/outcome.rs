//! Outcome: what one exchange means for the piece of work, in the five words that delivery knows.

use std::collections::BTreeMap;
use std::fmt;

use feel::Value;

use crate::TransportFault;

/// What one exchange means.
///
/// `Retry` says that sending again cannot do the work twice: it was surely not done by this
/// exchange, or the system drops what comes again under its key. `Unclear` says that nobody knows.
/// The difference is the whole of reliable delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Done; these are the variables that the mapping declares.
    Done {
        /// The variables, all of those declared.
        variables: BTreeMap<String, Value>,
    },
    /// The system refused, in a way that the process knows: a BPMN error.
    Refused {
        /// The BPMN error code.
        error_code: String,
        /// The system's own words, bounded; they may be personal.
        message: String,
    },
    /// Sending again cannot do it twice.
    Retry {
        /// Why.
        why: Why,
        /// How long the system asks us to stay away, in milliseconds.
        retry_after_ms: Option<i64>,
    },
    /// Perhaps done.
    Unclear {
        /// Why.
        why: Why,
        /// How long the system asks us to stay away, in milliseconds.
        retry_after_ms: Option<i64>,
    },
    /// The system knows of no work under our reference.
    NotFound,
    /// The system said plainly that it did not do it, in a way that the mapping does not know;
    /// the same request would be answered the same way.
    Unmapped {
        /// Why.
        why: Why,
    },
}

/// Why an exchange was not simply done or refused. Carries nothing that a person told us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There was no whole answer.
    Transport(TransportFault),
    /// The system answered with this status.
    Status(u16),
    /// The system answered with a SOAP fault of this code, its local part.
    Fault(String),
    /// The answer is not what the mapping can read.
    Unreadable(Unreadable),
    /// The mapping says so of this answer.
    Mapped,
    /// The program ended while the request may have been out.
    Restarted,
}

/// What about an answer could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Not JSON, or nested too deep.
    Json,
    /// Not XML, with a document type, too large or nested too deep.
    Xml,
    /// Not a SOAP 1.1 envelope with one element in its body.
    Envelope,
    /// The body's element is not the one that the mapping names.
    Element,
    /// A FEEL expression of the mapping gave no value that it could use.
    Expression,
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(fault) => fault.fmt(formatter),
            Self::Status(status) => write!(formatter, "the system answered {status}"),
            Self::Fault(code) => write!(formatter, "the system answered with SOAP fault {code}"),
            Self::Unreadable(what) => write!(formatter, "the answer could not be read: {what}"),
            Self::Mapped => formatter.write_str("the mapping says so of this answer"),
            Self::Restarted => {
                formatter.write_str("the program ended while the request may have been out")
            }
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Json => "it is not JSON within our bounds",
            Self::Xml => "it is not XML within our bounds",
            Self::Envelope => "it is not a SOAP 1.1 envelope",
            Self::Element => "it holds another element than the mapping names",
            Self::Expression => "an expression of the mapping found no usable value in it",
        })
    }
}
