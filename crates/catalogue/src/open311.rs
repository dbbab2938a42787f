//! Open311 attributes: the same questions in the six datatypes of GeoReport v2.

use base::{Language, QuestionId, Text};

use crate::definition::Open311;
use crate::questions::{Question, QuestionKind, QuestionSet};

/// A datatype of GeoReport v2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open311Datatype {
    /// One line.
    String,
    /// A number.
    Number,
    /// A date or time.
    Datetime,
    /// Several lines.
    Text,
    /// One of the values.
    SingleValueList,
    /// Any of the values.
    MultiValueList,
}

impl Open311Datatype {
    /// As the standard spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Datetime => "datetime",
            Self::Text => "text",
            Self::SingleValueList => "singlevaluelist",
            Self::MultiValueList => "multivaluelist",
        }
    }
}

/// An attribute of a service definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open311Attribute {
    /// The question.
    pub code: QuestionId,
    /// Its datatype.
    pub datatype: Open311Datatype,
    /// Whether a request must have it. A question that only some are asked never is.
    pub required: bool,
    /// How to write it.
    pub datatype_description: Text,
    /// Its place, from 1.
    pub order: u32,
    /// What it asks.
    pub description: Text,
    /// The values of a list: key and name.
    pub values: Vec<(String, Text)>,
}

impl QuestionSet {
    /// The attributes of the service: every question in order, but those that a standard
    /// parameter of Open311 answers (`address_id`, `description`, `email` and so on).
    pub fn open311_attributes(&self, standard: &Open311) -> Vec<Open311Attribute> {
        let Open311 { group: _, keywords: _, address_id, description, email, phone, name } =
            standard;
        let answered = [address_id, description, email, phone, name];
        let asked = self
            .questions()
            .iter()
            .filter(|question| !answered.iter().any(|id| id.as_ref() == Some(&question.id)));
        (1..).zip(asked).map(|(order, question)| attribute(order, question)).collect()
    }
}

fn attribute(order: u32, question: &Question) -> Open311Attribute {
    let options =
        || question.options.iter().map(|option| (option.value.clone(), option.text.clone()));
    let (datatype, values) = match question.kind {
        QuestionKind::Text | QuestionKind::Address | QuestionKind::Email | QuestionKind::Phone => {
            (Open311Datatype::String, Vec::new())
        }
        QuestionKind::LongText => (Open311Datatype::Text, Vec::new()),
        QuestionKind::Integer => (Open311Datatype::Number, Vec::new()),
        QuestionKind::Date => (Open311Datatype::Datetime, Vec::new()),
        QuestionKind::Choice => (Open311Datatype::SingleValueList, options().collect()),
        QuestionKind::Choices => (Open311Datatype::MultiValueList, options().collect()),
        QuestionKind::YesNo => (Open311Datatype::SingleValueList, yes_and_no()),
    };
    Open311Attribute {
        code: question.id.clone(),
        datatype,
        required: !question.optional && question.show_if.is_none(),
        datatype_description: question.hint.clone(),
        order,
        description: question.text.clone(),
        values,
    }
}

fn yes_and_no() -> Vec<(String, Text)> {
    let text = |english: &str, welsh: &str| Text::english(english).with(Language::Cy, welsh);
    vec![("true".to_owned(), text("Yes", "Ie")), ("false".to_owned(), text("No", "Na"))]
}
