//! Mapping: how a job becomes a request to a back office, and its answer an outcome, as data.
//!
//! A service's `connectors.toml` holds one `[[job]]` per job type. Values are FEEL over the job's
//! variables and `effect` (`effect.id`, `effect.reference`, `effect.attempt`, `effect.message`,
//! and `effect.page`, the address of the case's own page);
//! answers are read by FEEL over `response` (`response.status`, `response.headers`,
//! `response.body`). A mapping names no credential and no address.

use std::collections::BTreeSet;

use base::{JobType, SystemId};

use crate::expression::Expression;
use crate::toml_reader::MappingError;
use crate::{Delivery, Method, Phase, SystemKind};

mod read;

pub use read::read_mappings;
pub(crate) use read::{read_named, read_question, read_work};

/// The mapping of one job type.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(crate) job_type: JobType,
    pub(crate) system: SystemId,
    pub(crate) delivery: Delivery,
    pub(crate) timeout_ms: i64,
    pub(crate) send: Call,
    pub(crate) lookup: Option<Call>,
    pub(crate) line: u32,
}

/// One kind of call: the request, and how its answer is read.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub request: Request,
    /// The first rule that matches an answer decides.
    pub rules: Vec<Rule>,
    /// What a done answer gives.
    pub variables: Vec<Variable>,
}

/// A variable that a done answer gives.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub name: String,
    pub value: Expression,
    /// Whether it may be null.
    pub optional: bool,
}

/// How a request is written.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    Rest(RestRequest),
    Soap(SoapRequest),
    File(FileRequest),
}

/// A file with one line of headings and one of cells.
#[derive(Debug, Clone)]
pub(crate) struct FileRequest {
    pub name: Vec<PathPart>,
    /// Each heading with its cell; a null is an empty cell.
    pub columns: Vec<(String, Expression)>,
}

/// A request with a JSON body.
#[derive(Debug, Clone)]
pub(crate) struct RestRequest {
    pub method: Method,
    pub path: Vec<PathPart>,
    pub query: Vec<(String, Expression)>,
    pub headers: Vec<(String, Expression)>,
    pub body: Option<JsonNode>,
}

/// A piece of a path's or a file name's template.
#[derive(Debug, Clone)]
pub(crate) enum PathPart {
    /// As it stands.
    Text(String),
    /// One segment's value, percent-encoded.
    Value(Expression),
}

/// A JSON body, its leaves values.
#[derive(Debug, Clone)]
pub(crate) enum JsonNode {
    Value(Expression),
    Literal(feel::Value),
    /// Members whose value is null are left out.
    Object(Vec<(String, JsonNode)>),
    List(Vec<JsonNode>),
}

/// A document/literal SOAP 1.1 request.
#[derive(Debug, Clone)]
pub(crate) struct SoapRequest {
    pub operation: String,
    pub namespace: String,
    pub action: String,
    pub qualified: bool,
    pub header: Vec<SoapField>,
    pub body: Vec<SoapField>,
    /// The element that a good answer holds.
    pub response: String,
}

/// An element of a SOAP request, in the schema's order.
#[derive(Debug, Clone)]
pub(crate) struct SoapField {
    pub name: String,
    /// The namespace of a header block; body fields take the operation's.
    pub namespace: Option<String>,
    pub content: SoapContent,
    /// Whether a null leaves the element out; else it is an error.
    pub optional: bool,
}

/// What an element holds.
#[derive(Debug, Clone)]
pub(crate) enum SoapContent {
    /// A value's text; a list repeats the element.
    Value(Expression),
    Fields(Vec<SoapField>),
}

/// What an answer must be for a rule to speak.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub status: Option<u16>,
    /// The local part of a SOAP fault's code, before its first dot.
    pub fault: Option<String>,
    /// The local name of the first element of a SOAP fault's detail.
    pub detail: Option<String>,
    pub when: Option<Expression>,
    pub verdict: Verdict,
}

/// What a rule says of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Done,
    Refused { error_code: String, message: Option<Expression> },
    Retry,
    Unclear,
    NotFound,
}

impl Mapping {
    /// The job type that it serves.
    pub const fn job_type(&self) -> &JobType {
        &self.job_type
    }

    /// The system that it calls.
    pub const fn system(&self) -> &SystemId {
        &self.system
    }

    /// How the work is delivered.
    pub const fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// How long the caller waits for an answer, in milliseconds.
    pub const fn timeout_ms(&self) -> i64 {
        self.timeout_ms
    }

    /// The line of the mapping in its text.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// What kind of system it speaks to.
    pub const fn kind(&self) -> SystemKind {
        match self.send.request {
            Request::Rest(_) => SystemKind::Rest,
            Request::Soap(_) => SystemKind::Soap,
            Request::File(_) => SystemKind::Files,
        }
    }

    /// The variables that a done job gives, as declared.
    pub fn gives(&self) -> impl Iterator<Item = &str> {
        self.send.variables.iter().map(|variable| variable.name.as_str())
    }

    /// The BPMN error codes that the system's refusals may throw.
    pub fn errors(&self) -> BTreeSet<&str> {
        let rules = self.send.rules.iter().chain(self.lookup.iter().flat_map(|call| &call.rules));
        rules
            .filter_map(|rule| match &rule.verdict {
                Verdict::Refused { error_code, .. } => Some(error_code.as_str()),
                Verdict::Done | Verdict::Retry | Verdict::Unclear | Verdict::NotFound => None,
            })
            .collect()
    }

    /// The names that the requests use, `effect` apart. FEEL names may hold spaces and hyphens, so
    /// a text can be read exactly only against the names in scope: [`Mapping::check_names`] does.
    pub fn uses(&self) -> BTreeSet<&str> {
        self.input_expressions().into_iter().flat_map(Expression::uses).collect()
    }

    /// Every name that the requests use and that is none of these variables, with its line.
    pub fn check_names(&self, known: &[&str]) -> Vec<MappingError> {
        self.input_expressions()
            .into_iter()
            .filter_map(|expression| expression.unknown_name(known))
            .collect()
    }

    /// The call of a phase.
    pub(crate) fn call(&self, phase: Phase) -> Option<&Call> {
        match phase {
            Phase::Send => Some(&self.send),
            Phase::Lookup => self.lookup.as_ref(),
        }
    }

    fn input_expressions(&self) -> Vec<&Expression> {
        let calls = std::iter::once(&self.send).chain(&self.lookup);
        let mut found = Vec::new();
        for call in calls {
            match &call.request {
                Request::Rest(rest) => rest.expressions(&mut found),
                Request::Soap(soap) => {
                    soap.header.iter().chain(&soap.body).for_each(|f| f.expressions(&mut found));
                }
                Request::File(file) => {
                    found.extend(values_of(&file.name));
                    found.extend(file.columns.iter().map(|(_, value)| value));
                }
            }
        }
        found
    }
}

fn values_of(template: &[PathPart]) -> impl Iterator<Item = &Expression> {
    template.iter().filter_map(|part| match part {
        PathPart::Value(expression) => Some(expression),
        PathPart::Text(_) => None,
    })
}

impl RestRequest {
    fn expressions<'m>(&'m self, found: &mut Vec<&'m Expression>) {
        found.extend(values_of(&self.path));
        found.extend(self.query.iter().chain(&self.headers).map(|(_, value)| value));
        if let Some(body) = &self.body {
            body.expressions(found);
        }
    }
}

impl JsonNode {
    fn expressions<'m>(&'m self, found: &mut Vec<&'m Expression>) {
        match self {
            Self::Value(expression) => found.push(expression),
            Self::Literal(_) => {}
            Self::Object(members) => members.iter().for_each(|(_, node)| node.expressions(found)),
            Self::List(items) => items.iter().for_each(|node| node.expressions(found)),
        }
    }
}

impl SoapField {
    fn expressions<'m>(&'m self, found: &mut Vec<&'m Expression>) {
        match &self.content {
            SoapContent::Value(expression) => found.push(expression),
            SoapContent::Fields(fields) => fields.iter().for_each(|f| f.expressions(found)),
        }
    }
}

/// The mappings of a service under an overlay: a job type of the overlay takes the place of the
/// package's. It may speak to another system in another way, but gives the same variables and
/// throws no error that the process does not know.
///
/// # Errors
/// Each job of the overlay that the package does not have, or that differs in what it gives.
pub fn overlaid(
    package: &[Mapping],
    overlay: Vec<Mapping>,
) -> Result<Vec<Mapping>, Vec<MappingError>> {
    let mut merged = package.to_vec();
    let mut errors = Vec::new();
    for mapping in overlay {
        let place = merged.iter_mut().find(|other| other.job_type == mapping.job_type);
        match place.ok_or_else(|| format!("the package has no job `{}`", mapping.job_type)) {
            Ok(other) => match mapping.differs_from(other) {
                None => *other = mapping,
                Some(sentence) => errors.push(error_at(mapping.line, sentence)),
            },
            Err(sentence) => errors.push(error_at(mapping.line, sentence)),
        }
    }
    if errors.is_empty() { Ok(merged) } else { Err(errors) }
}

impl Mapping {
    fn differs_from(&self, package: &Self) -> Option<String> {
        let gives: BTreeSet<&str> = self.gives().collect();
        let wanted: BTreeSet<&str> = package.gives().collect();
        if gives != wanted {
            let list = wanted.into_iter().collect::<Vec<_>>().join(", ");
            return Some(format!("job `{}` must give the variables: {list}", self.job_type));
        }
        let known = package.errors();
        let new = self.errors().into_iter().find(|code| !known.contains(code))?;
        Some(format!("job `{}` throws `{new}`, which the package does not know", self.job_type))
    }
}

fn error_at(line: u32, sentence: String) -> MappingError {
    MappingError { line, column: 1, sentence }
}

#[cfg(test)]
pub(crate) mod tests;
