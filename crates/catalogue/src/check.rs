//! Checking a package whole: everything that would go wrong when it runs, before it runs.
//!
//! [`check`] takes the files, the languages that the body serves and, as plain data, what its
//! mappings give and use ([`Connections`]), since connectors are read elsewhere. A package that
//! passes has no undefined variable, no gap or overlap in a decision, no outcome without an end
//! event, no Welsh text that is missing or stale.

use std::collections::{BTreeMap, BTreeSet};

use base::Language;

use crate::package::{Files, Package};
use crate::problem::{Problem, ProblemKind};
use crate::scenario::Scenario;
use crate::translations;

mod crossings;
mod decisions;
mod flow;
mod jobs;
mod names;
mod outcomes;
mod parts;
mod payment;
mod service;
mod tasks;

pub use crossings::{notices, questions_asked};
pub use flow::KNOWN;

/// The job type that sends a message to the requester.
pub const MESSAGE_JOB: &str = "message";
/// The header of such a job that names the template.
pub const TEMPLATE_HEADER: &str = "template";
/// The job type that puts a question to another body.
pub const ASK_JOB: &str = "ask";
/// The header of such a job that names an entry of `questions.toml` with a source.
pub const QUESTION_HEADER: &str = "question";
/// The job type that gives another body a notice.
pub const NOTIFY_JOB: &str = "notify";
/// The header of such a job that names `AGREEMENT/NOTICE`.
pub const NOTICE_HEADER: &str = "notice";
/// The BPMN errors of a notice: a gate let nothing cross, and the receiver refused it for good.
pub const NOTICE_ERRORS: [&str; 2] = ["not_shared", "refused"];
/// What a message template may name.
pub const MESSAGE_VARIABLES: [&str; 7] =
    ["reference", "service", "promised", "outcome", "parts", "link", "fee"];

/// What the mappings of a package do, as its `connectors.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connections {
    /// By job type.
    pub jobs: BTreeMap<String, JobConnection>,
    /// The messages of back offices.
    pub callbacks: Vec<CallbackConnection>,
}

/// What the mapping of a job does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobConnection {
    /// The variables that a done job gives.
    pub gives: BTreeSet<String>,
    /// The names that its requests use, `effect` apart.
    pub uses: BTreeSet<String>,
    /// The BPMN error codes that refusals throw.
    pub errors: BTreeSet<String>,
}

/// What a back office's message means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallbackConnection {
    /// The name of the BPMN message.
    pub message: String,
    /// The variables that it gives.
    pub gives: BTreeSet<String>,
}

/// Reads and checks a package for a body that serves these languages. Warnings come with it.
///
/// # Errors
/// Every [`Problem`] with file, line and how to mend it, warnings among them.
pub fn check(
    files: &Files,
    languages: &[Language],
    connections: &Connections,
) -> Result<(Package, Vec<Problem>), Vec<Problem>> {
    let mut problems = Vec::new();
    translations::check(files, languages, &mut problems);
    let package = match Package::read(files) {
        Ok((package, warnings)) => {
            problems.extend(warnings);
            let mut checking = Checking { files, package: &package, connections, problems };
            checking.all();
            problems = checking.problems;
            Some(package)
        }
        Err(found) => {
            problems.extend(found);
            None
        }
    };
    // Texts are read against each other last, when nothing else changes them any more.
    let last = |problem: &Problem| problem.kind == ProblemKind::Translation;
    problems.sort_by(|one, next| (last(one), one).cmp(&(last(next), next)));
    problems.dedup();
    match package {
        Some(package) if problems.iter().all(|problem| problem.warning) => Ok((package, problems)),
        Some(_) | None => Err(problems),
    }
}

/// A package being checked.
struct Checking<'a> {
    files: &'a Files,
    package: &'a Package,
    connections: &'a Connections,
    problems: Vec<Problem>,
}

impl Checking<'_> {
    fn all(&mut self) {
        self.service();
        self.messages();
        self.outcomes();
        self.parts();
        self.decisions();
        self.jobs();
        self.names();
        self.tasks();
        self.payment();
        self.scenarios();
    }

    fn scenarios(&mut self) {
        for (name, text) in &self.package.scenarios {
            let file = format!("scenarios/{name}.txt");
            self.problems.extend(Scenario::parse(&file, text).err().into_iter().flatten());
        }
        if self.package.scenarios.is_empty() {
            let sentence = "The service has no scenario, so nothing shows how it behaves.";
            let mend = "Write one in scenarios/.";
            self.warn((SERVICE, (1, 1)), ProblemKind::Scenario, sentence, mend);
        }
    }

    /// The place of the first of these words that stands in a file.
    fn place(&self, file: &str, words: &[&str]) -> (u32, u32) {
        let bytes = self.files.get(file).map(Vec::as_slice).unwrap_or_default();
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let found = words.iter().find_map(|words| text.find(words));
        found.map_or((1, 1), |byte| Problem::position(text, byte))
    }

    /// The place of the entry with an id in a list of tables.
    fn entry(&self, file: &str, list: &str, id: &str) -> (u32, u32) {
        let bytes = self.files.get(file).map(Vec::as_slice).unwrap_or_default();
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        Problem::entry(text, list, &format!("id = \"{id}\""))
    }

    fn refuse(
        &mut self,
        (file, position): (&str, (u32, u32)),
        kind: ProblemKind,
        sentence: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.problems.push(Problem::new(file, position, kind, sentence, mend));
    }

    fn warn(
        &mut self,
        (file, position): (&str, (u32, u32)),
        kind: ProblemKind,
        sentence: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.problems.push(Problem::new(file, position, kind, sentence, mend).as_warning());
    }
}

const SERVICE: &str = "service.toml";
const QUESTIONS: &str = "questions.toml";
const PROCESS: &str = "process.bpmn";
const CONNECTORS: &str = "connectors.toml";

const fn at(position: bpmn::Position) -> (&'static str, (u32, u32)) {
    let line = if position.line == 0 { 1 } else { position.line };
    let column = if position.column == 0 { 1 } else { position.column };
    (PROCESS, (line, column))
}

/// Of these names the one that is most like another, if any is like it at all.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut scored: Vec<(usize, &str)> = known
        .filter(|known| known.len().abs_diff(name.len()) <= 2)
        .map(|known| (distance(name, known), known))
        .collect();
    scored.sort_unstable();
    scored.first().filter(|(distance, _)| *distance <= 2).map(|(_, known)| *known)
}

/// Letters to change, add or leave out to make one text of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        for (other, cell) in right.iter().zip(row.iter_mut().skip(1)) {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = *cell;
            *cell = changed.min(before + 1).min(*cell + 1);
            before = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
