//! The form of a user task, as its model describes it: what a person gives, and between what they
//! choose.
//!
//! The property `gives` names the variables. A variable `NAME` has a label (`ask:NAME:en`) and
//! options (`option:NAME:KEY:en`), or none and is then a line of text. What the process is given
//! is the key up to its first `/`, so that one outcome can have several reasons:
//! `refused/no-evidence` and `refused/moved-away` both give `refused`. `why:en` ends the sentence
//! "A person was needed because ...", and `show:NAME:en` names a variable of the process among the
//! evidence. `told:NAME:KEY:en` says the option to the requester, for whom its own words are not meant.

use base::{Language, Text};
use bpmn::Element;

/// The property of a user task that names, with commas, the variables that its form gives.
const GIVES: &str = "gives";
/// The variables that one form may give.
const FIELDS: usize = 20;
/// The options that one variable may have.
const OPTIONS: usize = 50;
/// The most characters of a line of text.
pub const LINE_CHARACTERS: usize = 500;

/// What a person is asked to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskForm {
    /// Why a person was needed, by language; empty when the model does not say.
    pub why: Text,
    /// One field for each variable.
    pub fields: Vec<TaskField>,
    /// The names by which staff know variables of the process, by language.
    pub shown: Vec<(String, Text)>,
}

/// One variable that a person gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskField {
    /// The variable.
    pub name: String,
    /// What is asked, by language.
    pub label: Text,
    /// The options; a line of text when there is none.
    pub options: Vec<TaskOption>,
}

/// One thing that can be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskOption {
    /// Its key in the model.
    pub key: String,
    /// What it says, by language: the decision with its reason.
    pub text: Text,
    /// What the requester reads of it, by language; empty when that is its own text.
    pub told: Text,
    /// The law that it follows, by language; empty when the model names none.
    pub law: Text,
}

/// What is wrong with a field as it was filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskFault {
    /// Nothing was given.
    Missing,
    /// It is none of the options.
    Unknown,
    /// It is too long, or holds what no keyboard writes.
    Unfit,
}

impl TaskOption {
    /// What the requester reads.
    pub fn to_requester(&self) -> &Text {
        if self.told.languages().next().is_some() { &self.told } else { &self.text }
    }

    /// What the process is given: the key up to its first `/`.
    pub fn value(&self) -> feel::Value {
        match self.key.split('/').next().unwrap_or_default() {
            "true" => feel::Value::from(true),
            "false" => feel::Value::from(false),
            text => feel::Value::string(text),
        }
    }
}

impl TaskField {
    /// The option of a key.
    pub fn option(&self, key: &str) -> Option<&TaskOption> {
        self.options.iter().find(|option| option.key == key)
    }

    /// The value of what was filled in.
    ///
    /// # Errors
    /// [`TaskFault`] when it cannot be taken.
    pub fn read(&self, text: &str) -> Result<feel::Value, TaskFault> {
        if text.trim().is_empty() {
            return Err(TaskFault::Missing);
        }
        if !self.options.is_empty() {
            return self.option(text).map(TaskOption::value).ok_or(TaskFault::Unknown);
        }
        let fits = text.chars().count() <= LINE_CHARACTERS && !text.chars().any(char::is_control);
        if fits { Ok(feel::Value::string(text.trim())) } else { Err(TaskFault::Unfit) }
    }
}

impl TaskForm {
    /// The form of a user task.
    pub fn of(element: &Element) -> Self {
        let given = element.property(GIVES).unwrap_or_default().split(',');
        let names = given.map(str::trim).filter(|name| !name.is_empty()).take(FIELDS);
        let field = |name: &str| TaskField {
            name: name.to_owned(),
            label: text(element, &format!("ask:{name}")),
            options: options(element, name),
        };
        let fields = names.map(field).collect();
        Self { why: text(element, "why"), fields, shown: shown(element) }
    }
}

/// The variables that the model names for staff, in its order.
fn shown(element: &Element) -> Vec<(String, Text)> {
    let mut shown: Vec<(String, Text)> = Vec::new();
    for property in &element.properties {
        let rest = property.name.strip_prefix("show:");
        let Some((name, _)) = rest.and_then(|rest| rest.rsplit_once(':')) else { continue };
        if !shown.iter().any(|(known, _)| known == name) {
            shown.push((name.to_owned(), text(element, &format!("show:{name}"))));
        }
    }
    shown
}

/// The options of a variable, in the order of the model.
fn options(element: &Element, name: &str) -> Vec<TaskOption> {
    let mut options: Vec<TaskOption> = Vec::new();
    let prefix = format!("option:{name}:");
    for property in &element.properties {
        let rest = property.name.strip_prefix(&prefix);
        let Some((key, _)) = rest.and_then(|rest| rest.rsplit_once(':')) else { continue };
        let known = options.iter().any(|option| option.key == key);
        if !known && options.len() < OPTIONS {
            let law = text(element, &format!("law:{name}:{key}"));
            let said = text(element, &format!("{prefix}{key}"));
            let told = text(element, &format!("told:{name}:{key}"));
            options.push(TaskOption { key: key.to_owned(), text: said, told, law });
        }
    }
    options
}

fn text(element: &Element, property: &str) -> Text {
    let said = |language: Language| {
        let found = element.property(&format!("{property}:{}", language.tag()));
        found.map(|text| (language, text))
    };
    Language::ALL
        .into_iter()
        .filter_map(said)
        .fold(Text::default(), |all, (language, text)| all.with(language, text))
}
