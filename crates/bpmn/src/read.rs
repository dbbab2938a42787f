//! Reading a model: bytes to text, text to XML, XML to elements, then the checks.
//!
//! Nothing here stops at the first fault of content: a fault is noted with its place, and reading goes on.
//! Recursion follows the nesting of the XML, which [`crate::limits::MAX_DEPTH`] bounds.

mod diagram;
mod drawn;
mod element;
mod event;
mod extension;
mod lines;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Attribute, Document, Error as Xml, Node, ParsingOptions};

use self::lines::Lines;
use crate::{Error, Expression, Message, Model, Position, Problem, ProblemKind, check, limits};

pub(crate) const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
pub(crate) const BPMNDI: &str = "http://www.omg.org/spec/BPMN/20100524/DI";
pub(crate) const DC: &str = "http://www.omg.org/spec/DD/20100524/DC";
pub(crate) const DI: &str = "http://www.omg.org/spec/DD/20100524/DI";
pub(crate) const ZEEBE: &str = "http://camunda.org/schema/zeebe/1.0";

/// The model, and every problem that refuses it.
pub(crate) type Reading = (Model, Vec<Problem>);

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, Vec<Problem>> {
    if bytes.len() > limits::MAX_BYTES {
        let kind = ProblemKind::TooLarge { bytes: bytes.len() };
        return Err(vec![problem_at(Position { line: 1, column: 1 }, kind)]);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = as_text(bytes).map_err(|problem| vec![problem])?;
    let lines = Lines::new(text);
    limits::scan(text).map_err(|(at, kind)| vec![problem_at(lines.position(at), kind)])?;
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: limits::MAX_NODES, ..Default::default() };
    let document =
        Document::parse_with_options(text, options).map_err(|error| vec![xml_problem(&error)])?;
    Reader::new(&document, lines).read(document.root_element())
}

fn as_text(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let valid = std::str::from_utf8(valid).unwrap_or_default();
        problem_at(Lines::new(valid).position(valid.len()), ProblemKind::NotUtf8)
    })
}

fn problem_at(position: Position, kind: ProblemKind) -> Problem {
    Problem { line: position.line, column: position.column, element: None, kind }
}

fn xml_problem(error: &Xml) -> Problem {
    let at = error.pos();
    let kind = if matches!(error, Xml::NodesLimitReached | Xml::AttributesLimitReached) {
        ProblemKind::TooManyNodes
    } else if matches!(error, Xml::NamespacesLimitReached) {
        ProblemKind::TooManyNamespaces
    } else if matches!(error, Xml::DtdDetected) {
        ProblemKind::DocumentType
    } else {
        ProblemKind::Xml { detail: error.to_string() }
    };
    problem_at(Position { line: at.row, column: at.col }, kind)
}

/// What is carried along while a file is read.
pub(crate) struct Reader<'a> {
    lines: Lines<'a>,
    /// Every id of the file, with what bears it first.
    ids: BTreeMap<&'a str, Node<'a, 'a>>,
    messages: BTreeMap<String, Message>,
    errors: BTreeMap<String, Error>,
    problems: Vec<Problem>,
    model: Model,
    /// Executable elements and flows so far.
    count: usize,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document<'a>, lines: Lines<'a>) -> Self {
        let mut reader = Self {
            lines,
            ids: BTreeMap::new(),
            messages: BTreeMap::new(),
            errors: BTreeMap::new(),
            problems: Vec::new(),
            model: Model::default(),
            count: 0,
        };
        reader.collect_ids(document);
        reader
    }

    fn read(mut self, root: Node<'a, 'a>) -> Result<Reading, Vec<Problem>> {
        if root.tag_name().name() != "definitions" {
            let found = root.tag_name().name().to_owned();
            self.note(root, ProblemKind::WrongRoot { found });
            return Err(self.problems);
        }
        if root.tag_name().namespace() != Some(BPMN) {
            let found = root.tag_name().namespace().unwrap_or_default().to_owned();
            self.note(root, ProblemKind::WrongNamespace { found });
            return Err(self.problems);
        }
        self.model.id = attribute(root, "id");
        self.model.name = attribute(root, "name");
        self.model.target_namespace = attribute(root, "targetNamespace");
        self.definitions(root);
        self.processes(root);
        self.diagrams(root);
        for process in &self.model.processes {
            check::process(process, &mut self.problems);
        }
        Ok(self.finish())
    }

    fn finish(mut self) -> Reading {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        let (warnings, mut errors): (Vec<_>, Vec<_>) = self
            .problems
            .into_iter()
            .partition(|problem| problem.severity() == crate::Severity::Warning);
        if errors.len() > limits::MAX_PROBLEMS {
            errors.truncate(limits::MAX_PROBLEMS);
            let last = errors.last().map_or((1, 1), |problem| (problem.line, problem.column));
            let position = Position { line: last.0, column: last.1 };
            errors.push(problem_at(position, ProblemKind::TooManyProblems));
        }
        self.model.warnings = warnings;
        self.model.warnings.truncate(limits::MAX_PROBLEMS);
        (self.model, errors)
    }

    fn collect_ids(&mut self, document: &'a Document<'a>) {
        let mut twice = Vec::new();
        for node in document.descendants().filter(Node::is_element) {
            let known = matches!(node.tag_name().namespace(), Some(BPMN | BPMNDI));
            if let Some(id) = node.attribute("id").filter(|_| known) {
                if let Some(first) = self.ids.get(id) {
                    twice.push((node, id, *first));
                } else {
                    self.ids.insert(id, node);
                }
            }
        }
        for (node, id, first) in twice {
            let first_line = self.position(first).line;
            self.note(node, ProblemKind::DuplicateId { id: id.to_owned(), first_line });
        }
    }

    /// Messages and errors, before the elements that refer to them.
    fn definitions(&mut self, root: Node<'a, 'a>) {
        for node in bpmn_children(root) {
            let id = node.attribute("id").unwrap_or_default().to_owned();
            match node.tag_name().name() {
                "message" => {
                    let message = self.message(node, id);
                    self.messages.insert(message.id.clone(), message.clone());
                    self.model.messages.push(message);
                }
                "error" => {
                    let code = self.expression(node, "errorCode").unwrap_or(Expression::fixed(""));
                    let error = Error { id, name: attribute(node, "name"), code };
                    self.errors.insert(error.id.clone(), error.clone());
                    self.model.errors.push(error);
                }
                _ => {}
            }
        }
    }

    fn message(&self, node: Node<'a, 'a>, id: String) -> Message {
        let subscription = extension::one(node, "subscription");
        Message {
            id,
            name: self.expression(node, "name").unwrap_or(Expression::fixed("")),
            correlation_key: subscription.and_then(|s| self.expression(s, "correlationKey")),
        }
    }

    fn processes(&mut self, root: Node<'a, 'a>) {
        let executable = |node: &Node<'a, 'a>| {
            node.tag_name().name() == "process" && is_true(*node, "isExecutable")
        };
        for node in bpmn_children(root).filter(|node| !executable(node)) {
            self.draw(node, None);
        }
        let mut seen = BTreeSet::new();
        for node in bpmn_children(root).filter(executable) {
            seen.insert(node.attribute("id"));
            self.process(node);
        }
        if seen.is_empty() {
            self.note(root, ProblemKind::NoExecutableProcess);
        }
    }

    fn position(&self, node: Node<'a, 'a>) -> Position {
        self.lines.position(node.range().start)
    }

    /// Notes a fault of an XML element, under the id of the nearest element that has one.
    fn note(&mut self, node: Node<'a, 'a>, kind: ProblemKind) {
        let at = self.position(node);
        self.note_at(node, at, kind);
    }

    fn note_at(&mut self, node: Node<'a, 'a>, at: Position, kind: ProblemKind) {
        // One more than is listed shows that there are more.
        if self.problems.len() > limits::MAX_PROBLEMS * 2 {
            return;
        }
        let element = node
            .ancestors()
            .filter(|node| node.tag_name().namespace() == Some(BPMN))
            .find_map(|node| attribute(node, "id"));
        self.problems.push(Problem { line: at.line, column: at.column, element, kind });
    }

    /// An attribute that may be FEEL; empty counts as missing.
    fn expression(&self, node: Node<'a, 'a>, name: &str) -> Option<Expression> {
        let attribute = node.attribute_node(name)?;
        let expression = Expression::new(attribute.value(), self.value_position(attribute));
        (!expression.text().trim().is_empty() || expression.is_feel()).then_some(expression)
    }

    fn value_position(&self, attribute: Attribute<'a, 'a>) -> Position {
        self.lines.position(attribute.range_value().start)
    }

    /// The text of an element that may be FEEL; empty counts as missing.
    fn text_expression(&self, node: Node<'a, 'a>) -> Option<Expression> {
        let first = node.children().find(Node::is_text)?;
        let cdata = node.document().input_text().get(first.range().start..);
        let skip = if cdata.is_some_and(|text| text.starts_with("<![CDATA[")) { 9 } else { 0 };
        let position = self.lines.position(first.range().start + skip);
        let expression = Expression::new(&text_of(node), position);
        (!expression.text().trim().is_empty() || expression.is_feel()).then_some(expression)
    }

    /// What a reference names: ids may be written as qualified names.
    fn resolve(&self, reference: &str) -> Option<Node<'a, 'a>> {
        let reference = reference.trim();
        self.ids.get(reference).or_else(|| self.ids.get(reference.split_once(':')?.1)).copied()
    }
}

pub(crate) fn bpmn_children<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(|child| child.is_element() && child.tag_name().namespace() == Some(BPMN))
}

pub(crate) fn bpmn_child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    bpmn_children(node).find(|child| child.tag_name().name() == name)
}

/// An attribute that says something.
pub(crate) fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned)
}

pub(crate) fn is_true(node: Node<'_, '_>, name: &str) -> bool {
    node.attribute(name).and_then(as_bool) == Some(true)
}

pub(crate) fn as_bool(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

pub(crate) fn text_of(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The documentation of an element, several parts joined by lines.
pub(crate) fn documentation(node: Node<'_, '_>) -> Option<String> {
    let parts: Vec<String> = node
        .children()
        .filter(|child| child.has_tag_name((BPMN, "documentation")))
        .map(text_of)
        .filter(|text| !text.trim().is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}
