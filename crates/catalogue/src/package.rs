//! A package: the folder of one service, read and checked whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Digest, Language, ServiceId};

use crate::definition::Definition;
use crate::problem::{Problem, ProblemKind};
use crate::questions::{Page, QUESTIONS, Question, QuestionKind, QuestionSet};
use crate::translations::TRANSLATIONS_LOCK;

/// The files of a package by their path within it, such as `messages/received.toml`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A message template by language: subject and body as `minijinja` text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The subject line of an e-mail, the heading of a letter.
    pub subject: base::Text,
    /// The body, plain text.
    pub body: base::Text,
    /// The same in a text message; whoever wants one gets none where it is missing.
    #[serde(default)]
    pub sms: base::Text,
    /// Whether it may go as a letter, and where to.
    pub letter: Option<Letter>,
}

/// How a message goes as a letter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// The variable of the process with the address that the body holds. The message then always
    /// goes there, whatever the requester gave: it may tell what only the right person may know.
    /// Without it, it goes to the address that a requester gave who gave neither an e-mail address
    /// nor a number.
    pub to: Option<String>,
}

/// The way by which a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A letter.
    Letter,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Letter];

    /// Its key in scenarios.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Letter => "letter",
        }
    }
}

/// A service as it runs: definition, questions, process, decisions, messages, connectors.
#[derive(Debug)]
pub struct Package {
    /// Digest of every file, which names the version that a case keeps.
    pub version: Digest,
    /// `service.toml`.
    pub definition: Definition,
    /// `questions.toml`.
    pub questions: QuestionSet,
    /// `process.bpmn`.
    pub process: bpmn::Model,
    /// Every `*.dmn`, by file name.
    pub decisions: BTreeMap<String, Arc<dmn::Model>>,
    /// Every `messages/NAME.toml`, by name.
    pub messages: BTreeMap<String, Message>,
    /// `connectors.toml` as text; its mappings are read by `connectors`.
    pub connectors: String,
    /// Every `scenarios/NAME.txt`, by name.
    pub scenarios: BTreeMap<String, String>,
}

impl Package {
    /// Reads a package. Warnings come with it; any other problem refuses it, and all are listed.
    ///
    /// # Errors
    /// Every [`Problem`] with file, line and how to mend it.
    pub fn read(files: &Files) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let mut reading = Reading { files, problems: Vec::new() };
        let definition = reading.toml::<Definition>("service.toml");
        let questions = reading.toml::<QuestionsFile>("questions.toml");
        let questions = questions.and_then(|file| reading.questions(file));
        let process = reading.process();
        let decisions = reading.decisions();
        let messages = reading.messages();
        let connectors = reading.optional_text("connectors.toml");
        let scenarios = reading.scenarios();
        let Reading { mut problems, .. } = reading;
        problems.sort();
        match (definition, questions, process) {
            (Some(definition), Some(questions), Some(process))
                if problems.iter().all(|problem| problem.warning) =>
            {
                let version = version(files);
                let package = Self {
                    version,
                    definition,
                    questions,
                    process,
                    decisions,
                    messages,
                    connectors,
                    scenarios,
                };
                Ok((package, problems))
            }
            _ => Err(problems),
        }
    }

    /// The service's id.
    pub const fn id(&self) -> &ServiceId {
        &self.definition.id
    }

    /// The languages in which the whole package speaks.
    pub fn languages(&self) -> Vec<Language> {
        self.definition.title.languages().collect()
    }
}

fn version(files: &Files) -> Digest {
    let parts: Vec<&[u8]> = files
        .iter()
        .filter(|(path, _)| !path.starts_with("scenarios/") && *path != TRANSLATIONS_LOCK)
        .flat_map(|(path, bytes)| [path.as_bytes(), bytes.as_slice()])
        .collect();
    Digest::of_parts(&parts)
}

/// A `questions.toml`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionsFile {
    #[serde(default, rename = "page")]
    pages: Vec<Page>,
    #[serde(default, rename = "question")]
    questions: Vec<Question>,
}

/// A package being read, with what is wrong so far.
struct Reading<'a> {
    files: &'a Files,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn refuse(
        &mut self,
        file: &str,
        position: (u32, u32),
        kind: ProblemKind,
        sentence: &str,
        mend: &str,
    ) {
        self.problems.push(Problem::new(file, position, kind, sentence, mend));
    }

    fn text(&mut self, file: &str) -> Option<String> {
        match self.files.get(file).map(|bytes| std::str::from_utf8(bytes)) {
            Some(Ok(text)) => Some(text.to_owned()),
            Some(Err(_)) => {
                self.refuse(
                    file,
                    (1, 1),
                    ProblemKind::Syntax,
                    "The file is not UTF-8 text.",
                    "Save it as UTF-8.",
                );
                None
            }
            None => {
                let sentence = "The file is missing.";
                self.refuse(
                    file,
                    (1, 1),
                    ProblemKind::MissingFile,
                    sentence,
                    "Every package has one.",
                );
                None
            }
        }
    }

    fn optional_text(&mut self, file: &str) -> String {
        if self.files.contains_key(file) {
            self.text(file).unwrap_or_default()
        } else {
            String::new()
        }
    }

    fn toml<T: serde::de::DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let text = self.text(file)?;
        match toml::from_str(&text) {
            Ok(read) => Some(read),
            Err(error) => {
                let byte = error.span().map_or(0, |span| span.start);
                let sentence =
                    format!("{}.", error.message().trim_end_matches('.').replace('\n', " "));
                let position = Problem::position(&text, byte);
                let mend = "Compare the line with the guide to packages.";
                self.refuse(file, position, ProblemKind::Syntax, &sentence, mend);
                None
            }
        }
    }

    fn questions(&mut self, file: QuestionsFile) -> Option<QuestionSet> {
        const FILE: &str = "questions.toml";
        let text = self.text(FILE)?;
        let line_of = |what: &str| Problem::position(&text, text.find(what).unwrap_or(0));
        let entry = |id: &str| Problem::entry(&text, "[[question]]", &format!("id = \"{id}\""));
        let before = self.problems.len();
        if file.questions.len() > QUESTIONS {
            let sentence = format!("There are more than {QUESTIONS} questions.");
            self.refuse(FILE, (1, 1), ProblemKind::Value, &sentence, "Split the service.");
        }
        let QuestionsFile { pages, questions } = file;
        let (sourced, mut questions): (Vec<Question>, Vec<Question>) =
            questions.into_iter().partition(|question| question.source.is_some());
        self.share_options(&mut questions, entry);
        let mut names = feel::Names::new();
        let (mut validators, mut shown) = (Vec::new(), Vec::new());
        for question in &questions {
            let id = question.id.as_str();
            let position = entry(id);
            if names.slot(id).is_some() {
                let sentence = format!("The question {id} is asked twice.");
                self.refuse(FILE, position, ProblemKind::Repeated, &sentence, "Ask it once.");
            }
            if !pages.iter().any(|page| page.id == question.page) {
                let page = &question.page;
                let sentence =
                    format!("The question {id} stands on the page {page}, which is not there.");
                let mend = "Add a [[page]] with this id.";
                self.refuse(FILE, position, ProblemKind::Undefined, &sentence, mend);
            }
            self.latest_of_a_date(question, position);
            match &question.show_if {
                None => shown.push(None),
                Some(condition) => {
                    match feel::Expression::compile(condition, &names, feel::Dialect::STANDARD) {
                        Ok(expression) => shown.push(Some(expression)),
                        Err(error) => {
                            let sentence =
                                format!("The condition of {id} cannot be used: {error}.");
                            let mend = "A condition may use the questions before its own.";
                            let (place, kind) = (line_of(condition), ProblemKind::Undefined);
                            self.refuse(FILE, place, kind, &sentence, mend);
                        }
                    }
                }
            }
            match validator(question) {
                Ok(validator) => validators.push(validator),
                Err(error) => {
                    let sentence =
                        format!("The schema of {id} is not JSON Schema 2020-12: {error}.");
                    self.refuse(FILE, position, ProblemKind::Value, &sentence, "Mend the schema.");
                }
            }
            names.add(id);
        }
        self.sourced_once(&sourced, &names, entry);
        (self.problems.len() == before).then_some(QuestionSet {
            pages,
            questions,
            sourced,
            validators,
            shown,
            names,
        })
    }

    /// Gives each question that has an earlier one's options a copy of them.
    fn share_options(&mut self, questions: &mut [Question], entry: impl Fn(&str) -> (u32, u32)) {
        for at in 0..questions.len() {
            let (earlier, rest) = questions.split_at_mut(at);
            let Some(question) = rest.first_mut() else { continue };
            let Some(of) = &question.options_of else { continue };
            let shared = earlier.iter().find(|other| other.id == *of);
            match shared.map(|shared| &shared.options).filter(|shared| !shared.is_empty()) {
                Some(shared) if question.options.is_empty() => question.options.clone_from(shared),
                Some(_) => {
                    let id = &question.id;
                    let sentence = format!("The question {id} has options of its own and of {of}.");
                    let mend = "Keep one of them.";
                    let (file, kind) = ("questions.toml", ProblemKind::Repeated);
                    self.refuse(file, entry(id.as_str()), kind, &sentence, mend);
                }
                None => {
                    let id = &question.id;
                    let sentence =
                        format!("The question {id} has the options of {of}, which has none.");
                    let mend = "Name a choice that stands before it.";
                    let (file, kind) = ("questions.toml", ProblemKind::Undefined);
                    self.refuse(file, entry(id.as_str()), kind, &sentence, mend);
                }
            }
        }
    }

    /// A question that another body answers has a name of its own.
    fn sourced_once(
        &mut self,
        sourced: &[Question],
        names: &feel::Names,
        entry: impl Fn(&str) -> (u32, u32),
    ) {
        for question in sourced {
            let id = question.id.as_str();
            let twice = sourced.iter().filter(|other| other.id == question.id).count() > 1;
            if twice || names.slot(id).is_some() {
                let sentence = format!("The question {id} is asked twice.");
                let (file, kind) = ("questions.toml", ProblemKind::Repeated);
                self.refuse(file, entry(id), kind, &sentence, "Ask it once.");
            }
        }
    }

    fn latest_of_a_date(&mut self, question: &Question, position: (u32, u32)) {
        if question.latest.is_some() && question.kind != QuestionKind::Date {
            let id = &question.id;
            let sentence = format!("The question {id} has a latest day, and asks for no date.");
            let mend = "Leave `latest` out, or ask for a date.";
            self.refuse("questions.toml", position, ProblemKind::Value, &sentence, mend);
        }
    }

    fn process(&mut self) -> Option<bpmn::Model> {
        const FILE: &str = "process.bpmn";
        if !self.files.contains_key(FILE) {
            self.text(FILE);
            return None;
        }
        let bytes = self.files.get(FILE)?;
        let (model, problems) = match bpmn::Model::parse(bytes) {
            Ok(model) => {
                let warnings = model.warnings().to_vec();
                (Some(model), warnings)
            }
            Err(problems) => (None, problems),
        };
        for found in problems {
            let element = found.element.as_ref().map(|element| format!("`{element}`: "));
            let sentence = format!("{}{}.", element.unwrap_or_default(), found.kind);
            let unreachable = matches!(found.kind, bpmn::ProblemKind::Unreachable);
            let mend = found.kind.mend();
            let position = (found.line, found.column);
            let problem = Problem::new(FILE, position, ProblemKind::Process, sentence, mend);
            // An element that never runs is a mistake, though a modelling tool may keep it.
            let only_warned = model.is_some() && !unreachable;
            self.problems.push(if only_warned { problem.as_warning() } else { problem });
        }
        model
    }

    fn decisions(&mut self) -> BTreeMap<String, Arc<dmn::Model>> {
        let mut decisions = BTreeMap::new();
        for (file, bytes) in self.files.iter().filter(|(file, _)| has_extension(file, "dmn")) {
            match dmn::Model::parse(bytes) {
                Ok(model) => {
                    decisions.insert(file.clone(), Arc::new(model));
                }
                Err(problems) => self.problems.extend(problems.into_iter().map(|found| {
                    let position = (found.line, found.column);
                    let said = found.to_string();
                    let place = format!("line {}, column {}: ", found.line, found.column);
                    let sentence = format!("{}.", said.strip_prefix(&place).unwrap_or(&said));
                    let mend = found.kind.mend();
                    Problem::new(file, position, ProblemKind::Decision, sentence, mend)
                })),
            }
        }
        decisions
    }

    fn messages(&mut self) -> BTreeMap<String, Message> {
        let files: Vec<String> =
            self.files.keys().filter(|file| file.starts_with("messages/")).cloned().collect();
        let mut messages = BTreeMap::new();
        for file in files.iter().filter(|file| has_extension(file, "toml")) {
            if let Some(message) = self.toml::<Message>(file) {
                let name = file.trim_start_matches("messages/").trim_end_matches(".toml");
                messages.insert(name.to_owned(), message);
            }
        }
        messages
    }

    fn scenarios(&mut self) -> BTreeMap<String, String> {
        let files: Vec<String> =
            self.files.keys().filter(|file| file.starts_with("scenarios/")).cloned().collect();
        let mut scenarios = BTreeMap::new();
        for file in files.iter().filter(|file| has_extension(file, "txt")) {
            if let Some(text) = self.text(file) {
                let name = file.trim_start_matches("scenarios/").trim_end_matches(".txt");
                scenarios.insert(name.to_owned(), text);
            }
        }
        scenarios
    }
}

pub(crate) fn has_extension(file: &str, extension: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|found| found == extension)
}

fn validator(question: &Question) -> Result<jsonschema::Validator, String> {
    let schema = question.full_schema();
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| error.to_string())
}
