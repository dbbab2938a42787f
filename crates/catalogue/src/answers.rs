//! Checking answers: the same stored record and the same error set in every channel.
//!
//! A channel turns what it was given into JSON values by question ([`Given`]); a web form and
//! Open311 give texts, which [`QuestionSet::read_text`] turns into the question's type. Then
//! [`QuestionSet::check`] decides alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Date, Language, QuestionId, Text};
use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;

use crate::questions::{Latest, Question, QuestionKind, QuestionSet};

/// The most bytes of a text answer, whatever its schema says.
const TEXT_BYTES: usize = 16_000;
/// The most values of a list answer.
const LIST_VALUES: usize = 200;
/// The most names that are not asked of which one is told.
const UNKNOWN_NAMED: usize = 20;

/// Answers as a channel gives them, by name.
pub type Given = BTreeMap<String, Json>;

/// Answers that are valid for their service, by question in the order of names.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answers(BTreeMap<QuestionId, Json>);

impl std::fmt::Debug for Answers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Answers(..)")
    }
}

impl Answers {
    /// The answer to a question.
    pub fn get(&self, question: &str) -> Option<&Json> {
        self.0.iter().find(|(id, _)| id.as_str() == question).map(|(_, answer)| answer)
    }

    /// Every answer, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&QuestionId, &Json)> {
        self.0.iter()
    }

    /// The stored record: one JSON object, keys in order, no spaces.
    pub fn to_json(&self) -> String {
        let object: serde_json::Map<String, Json> =
            self.0.iter().map(|(id, answer)| (id.as_str().to_owned(), answer.clone())).collect();
        Json::Object(object).to_string()
    }

    /// Reads a stored record back.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str::<BTreeMap<QuestionId, Json>>(text).ok().map(Self)
    }
}

/// What is wrong with an answer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AnswerErrorKind {
    /// It is missing.
    Required,
    /// It is of another type, or not readable as one.
    Type,
    /// It is none of the options.
    Option,
    /// It is too short, or too few.
    TooShort,
    /// It is too long, or too many.
    TooLong,
    /// It is too small.
    TooSmall,
    /// It is too large.
    TooLarge,
    /// It is a day to come where only today and the past may be.
    Future,
    /// It is not in the form asked for.
    Format,
    /// It is not a place that the body serves.
    Place,
    /// It was given twice where that is not allowed.
    Repeated,
    /// The service does not ask this, or not after these answers.
    NotAsked,
    /// It breaks another rule of its schema.
    Invalid,
}

impl AnswerErrorKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Required,
        Self::Type,
        Self::Option,
        Self::TooShort,
        Self::TooLong,
        Self::TooSmall,
        Self::TooLarge,
        Self::Future,
        Self::Format,
        Self::Place,
        Self::Repeated,
        Self::NotAsked,
        Self::Invalid,
    ];

    /// The kind's key in data, wording and the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Type => "type",
            Self::Option => "option",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::TooSmall => "too_small",
            Self::TooLarge => "too_large",
            Self::Future => "future",
            Self::Format => "format",
            Self::Place => "place",
            Self::Repeated => "repeated",
            Self::NotAsked => "not_asked",
            Self::Invalid => "invalid",
        }
    }

    /// Words for it where the question has none of its own.
    pub fn text(self) -> Text {
        let (english, welsh) = match self {
            Self::Required => ("Answer this question", "Atebwch y cwestiwn hwn"),
            Self::Type => (
                "Enter your answer in the form asked for",
                "Rhowch eich ateb yn y ffurf y gofynnir amdani",
            ),
            Self::Option => ("Choose one of the options", "Dewiswch un o'r opsiynau"),
            Self::TooShort => ("Your answer is too short", "Mae eich ateb yn rhy fyr"),
            Self::TooLong => ("Shorten your answer", "Byrhewch eich ateb"),
            Self::TooSmall => ("Enter a larger number", "Rhowch rif mwy"),
            Self::TooLarge => ("Enter a smaller number", "Rhowch rif llai"),
            Self::Future => (
                "The day must be today or in the past",
                "Rhaid i'r diwrnod fod heddiw neu yn y gorffennol",
            ),
            Self::Format => {
                ("Check how your answer is written", "Gwiriwch sut mae eich ateb wedi'i ysgrifennu")
            }
            Self::Place => ("Choose an address in our area", "Dewiswch gyfeiriad yn ein hardal ni"),
            Self::Repeated => ("Choose each option once", "Dewiswch bob opsiwn unwaith yn unig"),
            Self::NotAsked => (
                "Leave this out: we do not ask it here",
                "Gadewch hwn allan: nid ydym yn ei ofyn yma",
            ),
            Self::Invalid => ("Check this answer", "Gwiriwch yr ateb hwn"),
        };
        Text::english(english).with(Language::Cy, welsh)
    }
}

/// One fault of the answers. It names the question and never repeats what was answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnswerError {
    /// The question, or the unknown name, cut to what a name may be.
    pub question: String,
    /// What is wrong.
    pub kind: AnswerErrorKind,
}

impl AnswerError {
    /// What people read: the question's own words, else the kind's.
    pub fn message(&self, questions: &QuestionSet, language: Language) -> String {
        let own = questions
            .question(&self.question)
            .and_then(|question| question.errors.get(&self.kind).cloned())
            .filter(|text| !text.in_language(language).is_empty());
        own.unwrap_or_else(|| self.kind.text()).in_language(language).to_owned()
    }
}

impl QuestionSet {
    /// Turns texts of a form or of Open311 into a question's type. What cannot be turned stays a
    /// text, so that the check names the fault; several texts for one answer stay a list.
    pub fn read_text(question: &Question, texts: &[String]) -> Json {
        let mut texts = texts.iter().map(|text| plain(text).trim().replace("\r\n", "\n"));
        if question.kind == QuestionKind::Choices {
            return texts.filter(|text| !text.is_empty()).map(Json::String).collect();
        }
        let mut said: Vec<String> = texts.by_ref().filter(|text| !text.is_empty()).collect();
        match (said.pop(), said.is_empty()) {
            (None, _) => Json::Null,
            (Some(text), true) => one_text(question.kind, text),
            (Some(text), false) => said.into_iter().chain([text]).map(Json::String).collect(),
        }
    }

    /// An answer as every channel's check takes it: texts are read alike wherever they come from.
    fn settled(question: &Question, answer: &Json) -> Json {
        let texts = match answer {
            Json::String(text) => vec![text.clone()],
            Json::Array(items) if items.len() <= LIST_VALUES => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                match texts.collect::<Option<Vec<String>>>() {
                    Some(texts) => texts,
                    None => return answer.clone(),
                }
            }
            Json::Number(number) if question.kind == QuestionKind::Integer => {
                vec![number.to_string()]
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
                return answer.clone();
            }
        };
        if texts.iter().any(|text| text.len() > TEXT_BYTES) {
            return answer.clone();
        }
        Self::read_text(question, &texts)
    }

    /// Checks what was given: valid answers, or every fault in the order of the questions.
    ///
    /// An empty text, an empty list and null count as not given. `known_place` says whether the
    /// body serves an address; `today` is the day on which they are given.
    ///
    /// # Errors
    /// Each [`AnswerError`], at most one a question, then names that are not asked.
    pub fn check(
        &self,
        given: &Given,
        known_place: &dyn Fn(&str) -> bool,
        today: Date,
    ) -> Result<Answers, Vec<AnswerError>> {
        let mut answers = BTreeMap::new();
        let mut errors = Vec::new();
        let mut scope = feel::Scope::new(&self.names, Arc::new(feel::Environment::default()));
        for (index, question) in self.questions.iter().enumerate() {
            let answer = given_to(question, given);
            let fault = |kind| AnswerError { question: question.id.as_str().to_owned(), kind };
            match (self.is_asked(index, &scope), answer) {
                (true, Some(answer)) => {
                    if let Some(kind) = self.fault_of(index, &answer, known_place, today) {
                        errors.push(fault(kind));
                    } else {
                        self.put(&mut scope, question, &answer);
                        answers.insert(question.id.clone(), answer);
                    }
                }
                (true, None) if !question.optional => errors.push(fault(AnswerErrorKind::Required)),
                (false, Some(_)) => errors.push(fault(AnswerErrorKind::NotAsked)),
                (true | false, None) => {}
            }
        }
        let unknown = given
            .iter()
            .filter(|(name, answer)| self.question(name).is_none() && !is_empty(answer));
        for (name, _) in unknown.take(UNKNOWN_NAMED) {
            let question: String = name.chars().filter(char::is_ascii_graphic).take(64).collect();
            errors.push(AnswerError { question, kind: AnswerErrorKind::NotAsked });
        }
        if errors.is_empty() { Ok(Answers(answers)) } else { Err(errors) }
    }

    /// The questions asked after these answers, which need not be complete or valid.
    pub fn asked(&self, given: &Given) -> Vec<&Question> {
        let mut scope = feel::Scope::new(&self.names, Arc::new(feel::Environment::default()));
        let mut asked = Vec::new();
        for (index, question) in self.questions.iter().enumerate() {
            if self.is_asked(index, &scope) {
                asked.push(question);
                if let Some(answer) = given_to(question, given) {
                    self.put(&mut scope, question, &answer);
                }
            }
        }
        asked
    }

    fn is_asked(&self, index: usize, scope: &feel::Scope) -> bool {
        match self.shown.get(index) {
            Some(Some(condition)) => {
                let shown = condition.evaluate(scope, &mut feel::Budget::default());
                shown.is_ok_and(|shown| shown == feel::Value::from(true))
            }
            Some(None) => true,
            None => false,
        }
    }

    fn put(&self, scope: &mut feel::Scope, question: &Question, answer: &Json) {
        let value = feel::Value::from_json(&answer.to_string(), feel::JsonLimits::STANDARD);
        if let (Some(slot), Ok(value)) = (self.names.slot(question.id.as_str()), value) {
            scope.set(slot, value);
        }
    }

    fn fault_of(
        &self,
        index: usize,
        answer: &Json,
        known_place: &dyn Fn(&str) -> bool,
        today: Date,
    ) -> Option<AnswerErrorKind> {
        let question = self.questions.get(index)?;
        if too_big(answer) {
            return Some(AnswerErrorKind::TooLong);
        }
        let lines = question.kind == QuestionKind::LongText;
        let strange =
            |letter: char| letter.is_control() && !(lines && (letter == '\n' || letter == '\t'));
        if answer.as_str().is_some_and(|text| text.contains(strange)) {
            return Some(AnswerErrorKind::Format);
        }
        let validator = self.validators.get(index)?;
        let mut kinds: Vec<AnswerErrorKind> =
            validator.iter_errors(answer).map(|error| kind_of(error.kind())).collect();
        kinds.sort_unstable();
        if let Some(kind) = kinds.first() {
            return Some(*kind);
        }
        if question.latest == Some(Latest::Today) && is_after(answer, today) {
            return Some(AnswerErrorKind::Future);
        }
        let place_unknown = question.kind == QuestionKind::Address
            && answer.as_str().is_none_or(|uprn| !known_place(uprn));
        place_unknown.then_some(AnswerErrorKind::Place)
    }
}

fn is_after(answer: &Json, day: Date) -> bool {
    let date: Option<Date> = answer.as_str().and_then(|text| text.parse().ok());
    date.is_some_and(|date| date > day)
}

/// What was given to a question, if anything was.
fn given_to(question: &Question, given: &Given) -> Option<Json> {
    let answer = given.get(question.id.as_str())?;
    let settled = QuestionSet::settled(question, answer);
    (!is_empty(&settled)).then_some(settled)
}

/// A text without the marks that turn the direction of what stands behind them: they come along
/// when a name or a number is copied, show nothing, and can make staff read something else.
fn plain(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.replace(turns, "")
}

/// One text in the type of its question.
fn one_text(kind: QuestionKind, text: String) -> Json {
    match kind {
        QuestionKind::Integer => {
            let plain = text.replace([',', ' '], "");
            let whole = plain.strip_suffix(".0").unwrap_or(&plain);
            whole.parse::<i64>().map_or(Json::String(text), Json::from)
        }
        QuestionKind::YesNo => match text.as_str() {
            "true" | "yes" => Json::Bool(true),
            "false" | "no" => Json::Bool(false),
            _ => Json::String(text),
        },
        QuestionKind::Date => Json::String(date_text(&text)),
        QuestionKind::Text
        | QuestionKind::LongText
        | QuestionKind::Choice
        | QuestionKind::Choices
        | QuestionKind::Address
        | QuestionKind::Email
        | QuestionKind::Phone => Json::String(text),
    }
}

/// A date as three numbers with marks between them, day first, or as ISO 8601, a time of day
/// behind it left out.
fn date_text(whole: &str) -> String {
    let of_time = |letter: char| letter.is_ascii_digit() || ":.+-Z".contains(letter);
    let text = match whole.split_once('T') {
        Some((date, time))
            if date.len() == 10 && time.contains(':') && time.chars().all(of_time) =>
        {
            date
        }
        Some(_) | None => whole,
    };
    if text.starts_with('-') || text.contains(char::is_alphabetic) {
        return whole.to_owned();
    }
    let numbers: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let read = match numbers.as_slice() {
        [year, month, day] if year.len() == 4 => (year, month, day),
        [day, month, year] if year.len() == 4 => (year, month, day),
        _ => return whole.to_owned(),
    };
    let date = match (read.0.parse(), read.1.parse(), read.2.parse()) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
        _ => None,
    };
    date.map_or_else(|| whole.to_owned(), |date| date.to_string())
}

fn is_empty(answer: &Json) -> bool {
    match answer {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(values) => values.iter().all(is_empty),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => false,
    }
}

fn too_big(answer: &Json) -> bool {
    match answer {
        Json::String(text) => text.len() > TEXT_BYTES,
        Json::Array(values) => values.len() > LIST_VALUES || values.iter().any(too_big),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => false,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the schema library's enum grows; the rest is Invalid"
)]
const fn kind_of(kind: &ValidationErrorKind) -> AnswerErrorKind {
    match kind {
        ValidationErrorKind::Type { .. } => AnswerErrorKind::Type,
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
            AnswerErrorKind::Option
        }
        ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => {
            AnswerErrorKind::TooShort
        }
        ValidationErrorKind::MaxLength { .. } | ValidationErrorKind::MaxItems { .. } => {
            AnswerErrorKind::TooLong
        }
        ValidationErrorKind::Minimum { .. } | ValidationErrorKind::ExclusiveMinimum { .. } => {
            AnswerErrorKind::TooSmall
        }
        ValidationErrorKind::Maximum { .. } | ValidationErrorKind::ExclusiveMaximum { .. } => {
            AnswerErrorKind::TooLarge
        }
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => {
            AnswerErrorKind::Format
        }
        ValidationErrorKind::UniqueItems => AnswerErrorKind::Repeated,
        _ => AnswerErrorKind::Invalid,
    }
}

#[cfg(test)]
mod tests;
