//! `questions.toml`: the one list of questions behind every channel.

use std::collections::BTreeMap;

use base::{QuestionId, Text};
use serde_json::{Value as Json, json};

use crate::AnswerErrorKind;

/// The most questions of a service.
pub(crate) const QUESTIONS: usize = 200;

/// How a question is asked; its schema says what is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// A whole number.
    Integer,
    /// A date, asked in three fields.
    Date,
    /// One of the options.
    Choice,
    /// Any of the options.
    Choices,
    /// Yes or no.
    YesNo,
    /// An address of the body's area, found by postcode and kept as its UPRN.
    Address,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
}

/// The last day that an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Latest {
    /// The day on which it is answered, in the United Kingdom.
    Today,
}

impl Latest {
    /// The key in packages and in the API's schema.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Today => "today",
        }
    }
}

/// What an answer says of whoever asks, wherever it is asked. Staff find people by such answers,
/// and another service for the same person begins with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionRole {
    /// Their e-mail address.
    Email,
    /// Their telephone number.
    Phone,
    /// Their given name.
    GivenName,
    /// Their surname.
    Surname,
    /// The day on which they were born.
    DateOfBirth,
    /// Where they live.
    Address,
}

impl QuestionRole {
    /// The key in packages.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::GivenName => "given_name",
            Self::Surname => "surname",
            Self::DateOfBirth => "date_of_birth",
            Self::Address => "address",
        }
    }

    /// The kind of question that can have it.
    pub const fn kind(self) -> QuestionKind {
        match self {
            Self::Email => QuestionKind::Email,
            Self::Phone => QuestionKind::Phone,
            Self::GivenName | Self::Surname => QuestionKind::Text,
            Self::DateOfBirth => QuestionKind::Date,
            Self::Address => QuestionKind::Address,
        }
    }
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionOption {
    /// The value that is stored.
    pub value: String,
    /// What people read.
    pub text: Text,
    /// A line under it.
    #[serde(default)]
    pub hint: Text,
}

/// A page: one question, or a small group that belongs together.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its id, part of its address.
    pub id: String,
    /// Its heading; a page of one question has the question's text.
    #[serde(default)]
    pub title: Text,
}

/// One question.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name in forms, JSON, FEEL and Open311.
    pub id: QuestionId,
    /// The page it stands on; none for one that the requester is not asked.
    #[serde(default)]
    pub page: String,
    /// How it is asked.
    pub kind: QuestionKind,
    /// What the answer says of whoever asks.
    pub role: Option<QuestionRole>,
    /// What is valid: a fragment of JSON Schema 2020-12, beside what the kind says.
    #[serde(default)]
    pub schema: serde_json::Map<String, Json>,
    /// For a date: the last day that it may be. JSON Schema has no word for today.
    pub latest: Option<Latest>,
    /// What people read.
    pub text: Text,
    /// A line under it.
    #[serde(default)]
    pub hint: Text,
    /// What an agent says on the phone; the text, where it is missing.
    #[serde(default)]
    pub say: Text,
    /// The short name in a list of answers; the text, where it is missing.
    #[serde(default)]
    pub label: Text,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
    /// FEEL over earlier answers: ask only when true.
    pub show_if: Option<String>,
    /// A data question of an agreement that answers it instead of the requester.
    pub source: Option<String>,
    /// The options of a choice.
    #[serde(default, rename = "option")]
    pub options: Vec<QuestionOption>,
    /// An earlier question whose options these are too, so that they are said once.
    pub options_of: Option<QuestionId>,
    /// Words for an error, by its kind.
    #[serde(default)]
    pub errors: BTreeMap<AnswerErrorKind, Text>,
}

impl Question {
    /// What an agent says.
    pub fn spoken(&self) -> &Text {
        if self.say.languages().next().is_some() { &self.say } else { &self.text }
    }

    /// The name in a list of answers.
    pub fn short(&self) -> &Text {
        if self.label.languages().next().is_some() { &self.label } else { &self.text }
    }

    /// What is valid, as one JSON Schema: the kind's own part with the fragment over it.
    pub fn full_schema(&self) -> Json {
        let values: Vec<&str> = self.options.iter().map(|option| option.value.as_str()).collect();
        let mut schema = match self.kind {
            QuestionKind::Text => json!({"type": "string", "minLength": 1, "maxLength": 200}),
            QuestionKind::LongText => json!({"type": "string", "minLength": 1, "maxLength": 4000}),
            QuestionKind::Integer => json!({"type": "integer"}),
            QuestionKind::Date => json!({"type": "string", "format": "date"}),
            QuestionKind::Choice => json!({"type": "string", "enum": values}),
            QuestionKind::Choices => json!({
                "type": "array", "uniqueItems": true, "minItems": 1,
                "items": {"type": "string", "enum": values}
            }),
            QuestionKind::YesNo => json!({"type": "boolean"}),
            QuestionKind::Address => json!({"type": "string", "pattern": "^[0-9]{1,12}$"}),
            QuestionKind::Email => json!({
                "type": "string", "maxLength": 254, "format": "email",
                "pattern": "^[^@\\s]+@[^@\\s]+\\.[^@\\s.]+$"
            }),
            QuestionKind::Phone => json!({
                "type": "string", "maxLength": 24, "pattern": "^\\+?[0-9 ()-]{9,22}$"
            }),
        };
        if let Some(object) = schema.as_object_mut() {
            object.extend(self.schema.clone());
        }
        schema
    }
}

/// The questions of a service, in the order in which they are asked.
#[derive(Debug)]
pub struct QuestionSet {
    pub(crate) pages: Vec<Page>,
    pub(crate) questions: Vec<Question>,
    pub(crate) sourced: Vec<Question>,
    pub(crate) validators: Vec<jsonschema::Validator>,
    pub(crate) shown: Vec<Option<feel::Expression>>,
    pub(crate) names: feel::Names,
}

impl QuestionSet {
    /// The pages, in order.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// Every question that is put to the requester, in order.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The questions that another body answers in the requester's place.
    pub fn sourced(&self) -> &[Question] {
        &self.sourced
    }

    /// The questions of a page, in order.
    pub fn on_page<'a>(&'a self, page: &'a str) -> impl Iterator<Item = &'a Question> + 'a {
        self.questions.iter().filter(move |question| question.page == page)
    }

    /// A question to the requester by its name.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id.as_str() == id)
    }

    /// The question whose answer says this of whoever asks.
    pub fn with_role(&self, role: QuestionRole) -> Option<&Question> {
        self.questions.iter().find(|question| question.role == Some(role))
    }

    /// The whole JSON Schema 2020-12 of the answers: the contract of the API.
    ///
    /// Whether a question is asked depends on earlier answers, so only questions that are
    /// always asked are `required` here; the rest is checked when answers arrive.
    pub fn schema(&self) -> Json {
        let mut properties = serde_json::Map::new();
        for question in &self.questions {
            let mut schema = question.full_schema();
            if let Some(object) = schema.as_object_mut() {
                object.insert(
                    "title".to_owned(),
                    question.text.in_language(base::Language::En).into(),
                );
                let hint = question.hint.in_language(base::Language::En);
                if !hint.is_empty() {
                    object.insert("description".to_owned(), hint.into());
                }
                if let Some(latest) = question.latest {
                    object.insert("x-latest".to_owned(), latest.key().into());
                }
                if let Some(condition) = &question.show_if {
                    object.insert("x-asked-when".to_owned(), condition.as_str().into());
                }
            }
            properties.insert(question.id.as_str().to_owned(), schema);
        }
        let required: Vec<&str> = self
            .questions
            .iter()
            .filter(|question| !question.optional && question.show_if.is_none())
            .map(|question| question.id.as_str())
            .collect();
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": required,
            "unevaluatedProperties": false
        })
    }
}
