//! Expression: the FEEL of a mapping, the only place here that compiles or evaluates any.
//!
//! FEEL names may hold spaces and hyphens, so a text is read exactly only against the names in
//! scope. A mapping's text is therefore checked when it is read and compiled again against the
//! names of the job when it is used: some tens of microseconds, next to a call over a network.

use std::collections::BTreeSet;
use std::sync::Arc;

use feel::{Budget, CompileError, Context, Dialect, Environment, Names, Scope, Unknown, Value};

use crate::toml_reader::MappingError;

/// What stands in scope beside a job's variables.
pub(crate) const EFFECT: &str = "effect";
/// What an answer is called in its expressions.
pub(crate) const RESPONSE: &str = "response";

/// The most names that one expression may use.
const MAX_NAMES: usize = 64;
/// The most member names that are told to the reader of expressions.
const MAX_MEMBERS: usize = 1_000;
/// How deep member names are looked for.
const MAX_MEMBER_DEPTH: u32 = 8;

const STRICT: Dialect = Dialect { unknown: Unknown::Refuse, ..Dialect::CAMUNDA };

/// A FEEL text of a mapping with the line that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expression {
    text: String,
    line: u32,
    uses: BTreeSet<String>,
}

/// An expression that gave no value; carries nothing of what it read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed;

impl Expression {
    /// Checks a text; the sentence says what is wrong with it.
    pub fn read(text: &str, line: u32) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("the expression is empty".to_owned());
        }
        let mut names: Names = [EFFECT, RESPONSE].into_iter().collect();
        let mut uses = BTreeSet::new();
        for _ in 0..=MAX_NAMES {
            match feel::Expression::compile(text, &names, STRICT) {
                Ok(_) => return Ok(Self { text: text.to_owned(), line, uses }),
                Err(CompileError::UnknownName { name, .. }) if !uses.contains(&name) => {
                    names.add(&name);
                    uses.insert(name);
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Err(format!("it uses more than {MAX_NAMES} names"))
    }

    /// The effect's own id, the key of `keyed` deliveries.
    pub fn effect_id(line: u32) -> Self {
        Self { text: "effect.id".to_owned(), line, uses: BTreeSet::new() }
    }

    /// Whether it is the effect's own id.
    pub fn is_effect_id(&self) -> bool {
        self.text.trim() == "effect.id"
    }

    /// The line of the mapping.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The names that it uses, as far as they can be read without the names in scope.
    pub fn uses(&self) -> impl Iterator<Item = &str> {
        self.uses.iter().map(String::as_str)
    }

    /// The first name that is none of these.
    pub fn unknown_name(&self, known: &[&str]) -> Option<MappingError> {
        let names: Names = known.iter().copied().chain([EFFECT]).collect();
        let error = feel::Expression::compile(&self.text, &names, STRICT).err()?;
        Some(MappingError { line: self.line, column: 1, sentence: error.to_string() })
    }

    /// Its value over these names; an unknown name is null, as in the process's own expressions.
    pub fn evaluate(&self, known: &Known) -> Result<Value, Failed> {
        let compiled = feel::Expression::compile(&self.text, &known.names, Dialect::CAMUNDA);
        let compiled = compiled.map_err(|_| Failed)?;
        compiled.evaluate(&known.scope, &mut Budget::default()).map_err(|_| Failed)
    }
}

/// The names that a mapping's expressions may use, with their values.
pub(crate) struct Known {
    names: Names,
    scope: Scope,
}

impl Known {
    /// The job's variables and the effect.
    pub fn of_input(input: &Value, effect: Value) -> Result<Self, Failed> {
        let variables = input.as_context().cloned().unwrap_or_default();
        variables.with(EFFECT, effect).map(|context| Self::new(&context)).map_err(|_| Failed)
    }

    /// The answer.
    pub fn of_response(response: Value) -> Result<Self, Failed> {
        let context = Context::from_entries([(RESPONSE, response)]);
        context.map(|context| Self::new(&context)).map_err(|_| Failed)
    }

    fn new(context: &Context) -> Self {
        let mut names: Names = context.iter().map(|(name, _)| name).collect();
        let mut left = MAX_MEMBERS;
        for (_, value) in context.iter() {
            add_members(&mut names, value, &mut left, 0);
        }
        let scope = Scope::from_context(&names, context, Arc::new(Environment::default()));
        Self { names, scope }
    }
}

/// Names of members that hold a hyphen or a space read right only when they are known.
fn add_members(names: &mut Names, value: &Value, left: &mut usize, depth: u32) {
    if depth > MAX_MEMBER_DEPTH {
        return;
    }
    for (name, member) in value.as_context().iter().flat_map(|context| context.iter()) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        if !name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
            names.add_member(name);
        }
        add_members(names, member, left, depth + 1);
    }
    for item in value.as_list().unwrap_or_default().iter().take(*left) {
        add_members(names, item, left, depth + 1);
    }
}

/// The text of a value that can stand in a path, a header or an element; `None` for null.
pub(crate) fn text_of(value: &Value) -> Result<Option<String>, Failed> {
    match value {
        Value::Null => Ok(None),
        Value::List(_) | Value::Context(_) | Value::Range(_) | Value::Function(_) => Err(Failed),
        Value::Boolean(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::DaysTime(_)
        | Value::YearsMonths(_) => Ok(Some(value.to_string())),
    }
}
