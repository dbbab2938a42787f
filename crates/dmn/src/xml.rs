//! XML: bytes in, a bounded tree with places out.
//!
//! Before the tree is built, one pass over the text holds it to the limits below, so that neither
//! nesting, nor attributes, nor namespaces can make reading slow or deep. Document types are refused.

use std::collections::BTreeMap;

use roxmltree::{Document, Node, NodeId, ParsingOptions};

use crate::problem::{Problem, ProblemKind};

mod guard;

/// The longest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
/// How deep elements may nest.
pub const MAX_XML_DEPTH: usize = 128;
/// Elements, attributes and texts in a file.
const MAX_NODES: u32 = 2_000_000;
/// How many problems are listed.
const MAX_PROBLEMS: usize = 200;

/// A file read, with the problems found in it so far.
pub(crate) struct Source<'a> {
    pub(crate) document: Document<'a>,
    text: &'a str,
    line_starts: Vec<usize>,
    problems: Vec<Problem>,
    /// The first problem of each element under the root that has one.
    owners: BTreeMap<usize, Problem>,
    /// Whether a problem is of the file as a whole, so that no part of it may be used.
    fatal: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        if bytes.len() > MAX_FILE_BYTES {
            let kind = ProblemKind::TooLong { length: bytes.len(), limit: MAX_FILE_BYTES };
            return Err(of_file(kind));
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Err(not_utf8(bytes, error.valid_up_to())),
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line_starts = line_starts(text);
        guard::check(text).map_err(|(kind, offset)| {
            let (line, column) = place(text, &line_starts, offset);
            Problem { kind, line, column, path: String::new() }
        })?;
        let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).map_err(|error| {
            let position = error.pos();
            let kind = if matches!(error, roxmltree::Error::DtdDetected) {
                ProblemKind::DocumentType
            } else if matches!(error, roxmltree::Error::NodesLimitReached) {
                ProblemKind::TooMany { what: "nodes", limit: MAX_NODES as usize }
            } else {
                ProblemKind::Xml { message: error.to_string() }
            };
            Problem { kind, line: position.row, column: position.col, path: String::new() }
        })?;
        let (problems, owners) = (Vec::new(), BTreeMap::new());
        Ok(Self { document, text, line_starts, problems, owners, fatal: false })
    }

    /// Notes a problem at an element.
    pub(crate) fn problem(&mut self, at: NodeId, kind: ProblemKind) {
        self.fatal |= kind.is_of_the_file();
        let Some(owner) = self.to_be_told(at) else { return };
        let (offset, path) = match self.document.get_node(at) {
            Some(node) => (node.range().start, path_of(node)),
            None => (0, String::new()),
        };
        let (line, column) = place(self.text, &self.line_starts, offset);
        self.tell(owner, Problem { kind, line, column, path });
    }

    /// The element under the root to which a problem belongs; `None` where enough has been told.
    fn to_be_told(&self, at: NodeId) -> Option<NodeId> {
        let root = self.document.root_element().id();
        let node = self.document.get_node(at);
        let under = |node: &Node<'_, '_>| node.parent_element().is_some_and(|up| up.id() == root);
        let owner = node.and_then(|node| node.ancestors().find(under)).map_or(root, |up| up.id());
        let tell =
            self.problems.len() < MAX_PROBLEMS || !self.owners.contains_key(&owner.get_usize());
        tell.then_some(owner)
    }

    fn tell(&mut self, owner: NodeId, problem: Problem) {
        let parts = ["decision", "businessKnowledgeModel", "decisionService", "import"];
        let tag = self.document.get_node(owner).map(|node| node.tag_name().name());
        self.fatal |= tag.is_none_or(|tag| !parts.contains(&tag));
        self.owners.entry(owner.get_usize()).or_insert_with(|| problem.clone());
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// The first problem found in an element under the root.
    pub(crate) fn problem_of(&self, owner: NodeId) -> Option<&Problem> {
        self.owners.get(&owner.get_usize())
    }

    /// Whether no part of the file may be used.
    pub(crate) fn is_fatal(&self) -> bool {
        self.fatal
    }

    /// Notes that the FEEL text within an element does not compile.
    pub(crate) fn expression_problem(&mut self, at: NodeId, mut error: feel::CompileError) {
        let Some(owner) = self.to_be_told(at) else { return };
        let Some(node) = self.document.get_node(at) else { return };
        let text = node.children().find(Node::is_text);
        let start = text.map_or(node.range(), |text| text.range());
        let raw = self.text.get(start.clone()).unwrap_or("");
        let leading = text.and_then(|text| text.text()).map_or(0, leading_white_space);
        let within = match position_of(&mut error) {
            Some(position) => raw_offset(raw, leading, *position),
            None => 0,
        };
        let offset = start.start.saturating_add(within);
        let (line, column) = place(self.text, &self.line_starts, offset);
        if let Some(position) = position_of(&mut error) {
            // People look for it in the file, not in the text of one element.
            *position = feel::Position { byte: offset, line, column };
        }
        let kind = ProblemKind::Expression(error);
        let path = path_of(node);
        self.tell(owner, Problem { kind, line, column, path });
    }

    pub(crate) fn line(&self, at: NodeId) -> u32 {
        let offset = self.document.get_node(at).map_or(0, |node| node.range().start);
        place(self.text, &self.line_starts, offset).0
    }

    pub(crate) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// The problems in the order of the file.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        self.problems
    }
}

fn of_file(kind: ProblemKind) -> Problem {
    Problem { kind, line: 0, column: 0, path: String::new() }
}

fn not_utf8(bytes: &[u8], valid: usize) -> Problem {
    let head = bytes.get(..valid).and_then(|head| std::str::from_utf8(head).ok()).unwrap_or("");
    let (line, column) = place(head, &line_starts(head), head.len());
    Problem { kind: ProblemKind::NotUtf8, line, column, path: String::new() }
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// Line and column, from 1, of a byte offset.
fn place(text: &str, line_starts: &[usize], offset: usize) -> (u32, u32) {
    let line = line_starts.partition_point(|&start| start <= offset);
    let start = line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
    let column = text.get(start..offset).map_or(0, |before| before.chars().count());
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    (number(line), number(column.saturating_add(1)))
}

/// The elements from the root to a node, named where they have a name.
fn path_of(node: Node<'_, '_>) -> String {
    let mut parts: Vec<String> = node
        .ancestors()
        .filter(|node| node.is_element() && node.parent_element().is_some())
        .map(part_of)
        .collect();
    parts.reverse();
    parts.join("/")
}

fn part_of(node: Node<'_, '_>) -> String {
    let tag = node.tag_name().name();
    if let Some(name) = node.attribute("name").filter(|_| tag != "variable") {
        return format!("{tag} \"{name}\"");
    }
    let counted = ["rule", "input", "output", "inputEntry", "outputEntry", "contextEntry", "row"];
    if counted.contains(&tag) {
        let before = node.prev_siblings().filter(|other| other.has_tag_name(node.tag_name()));
        return format!("{tag} {}", before.count());
    }
    tag.to_owned()
}

fn leading_white_space(text: &str) -> usize {
    text.chars().take_while(|character| character.is_whitespace()).count()
}

/// Where a compile error stands in its text, counted in characters by line and column.
fn position_of(error: &mut feel::CompileError) -> Option<&mut feel::Position> {
    match error {
        feel::CompileError::Syntax { position, .. }
        | feel::CompileError::UnknownName { position, .. }
        | feel::CompileError::Unterminated { position, .. }
        | feel::CompileError::InvalidLiteral { position, .. }
        | feel::CompileError::Duplicate { position, .. }
        | feel::CompileError::TooDeep { position, .. } => Some(position),
        feel::CompileError::TooLong { .. } => None,
    }
}

/// The byte in the file's own text of a position in the text that XML makes of it, after `leading`
/// characters of white space that were trimmed before compiling.
fn raw_offset(raw: &str, leading: usize, position: feel::Position) -> usize {
    let mut rest = raw;
    let mut skip = leading;
    let (mut line, mut column) = (1, 1);
    loop {
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            rest = inner;
            continue;
        }
        if skip == 0 && (line, column) >= (position.line, position.column) {
            break;
        }
        let Some(character) = rest.chars().next() else { break };
        let length = match character {
            '&' => rest.find(';').map_or(1, |end| end + 1),
            other => other.len_utf8(),
        };
        rest = rest.get(length..).unwrap_or("");
        if character == '\r' {
            continue;
        }
        if skip > 0 {
            skip -= 1;
        } else if character == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    raw.len().saturating_sub(rest.len())
}
