//! One field of a form, of every kind that a question can have.

use askama::Template;

use super::page::{Link, PageError};
use crate::words::Words;

/// A field with its label, hint, error and spoken words.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/field.html")]
pub struct Field {
    /// The language.
    pub words: Words,
    /// The name in the form; its id on the page is `q-` and the name.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// A line between the label and the input.
    pub hint: Option<String>,
    /// How to mend what was entered.
    pub error: Option<String>,
    /// What an agent says, apart from what is typed.
    pub say: Option<String>,
    /// Whether it may be left empty.
    pub optional: bool,
    /// Whether the label is the page's heading.
    pub heading: bool,
    /// What was settled before and leads to this field, such as a postcode, with a way to change it.
    pub given: Option<Given>,
    /// The input.
    pub control: Control,
}

/// An earlier answer shown above a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What it is.
    pub name: String,
    /// The answer.
    pub value: String,
    /// How to change it.
    pub change: Link,
    /// What of the link only those hear who cannot see what stands beside it.
    pub hidden: String,
}

/// The input of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// One line.
    Line(Line),
    /// Several lines, with the most characters that may be written.
    Area {
        /// What was entered.
        value: String,
        /// The most characters.
        most: Option<u32>,
    },
    /// A date in three fields.
    Date {
        /// The day as entered.
        day: String,
        /// The month as entered.
        month: String,
        /// The year as entered.
        year: String,
        /// Whether it is the person's date of birth, for the browser's own help.
        birth: bool,
    },
    /// One of the options, each on a row.
    Radios(Vec<Choice>),
    /// Any of the options, each on a row.
    Checkboxes(Vec<Choice>),
    /// One of many options.
    Select(Vec<Choice>),
}

/// The most options that are shown as rows; more become a list that drops down.
pub const MOST_ROWS: usize = 12;

impl Control {
    /// One of the options: rows, or a drop-down list where they are many.
    pub const fn one_of(options: Vec<Choice>) -> Self {
        if options.len() > MOST_ROWS { Self::Select(options) } else { Self::Radios(options) }
    }
}

/// What a line of text is, for the keyboard and the browser's own help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A postcode.
    Postcode,
    /// The reference of a request.
    Reference,
    /// A code that was sent to the person.
    Code,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was entered.
    pub value: String,
    /// What it is.
    pub kind: LineKind,
}

impl Line {
    /// The input's type.
    pub const fn input_type(&self) -> &'static str {
        match self.kind {
            LineKind::Email => "email",
            LineKind::Phone => "tel",
            LineKind::Text
            | LineKind::Number
            | LineKind::Postcode
            | LineKind::Reference
            | LineKind::Code => "text",
        }
    }

    /// The keyboard that a phone should show.
    pub const fn keyboard(&self) -> Option<&'static str> {
        match self.kind {
            LineKind::Number | LineKind::Code => Some("numeric"),
            LineKind::Text
            | LineKind::Email
            | LineKind::Phone
            | LineKind::Postcode
            | LineKind::Reference => None,
        }
    }

    /// What the browser may fill in (WCAG 1.3.5).
    pub const fn autocomplete(&self) -> Option<&'static str> {
        match self.kind {
            LineKind::Email => Some("email"),
            LineKind::Phone => Some("tel"),
            LineKind::Postcode => Some("postal-code"),
            LineKind::Code => Some("one-time-code"),
            LineKind::Text | LineKind::Number | LineKind::Reference => None,
        }
    }

    /// The width that hints at the length of the answer.
    pub const fn width(&self) -> &'static str {
        match self.kind {
            LineKind::Text => "wide",
            LineKind::Number => "w4 digits",
            LineKind::Email => "w20",
            LineKind::Postcode => "w10",
            LineKind::Phone | LineKind::Reference => "w20 digits",
            LineKind::Code => "w10 digits",
        }
    }

    /// Whether a spelling checker would only be in the way.
    pub const fn spelled(&self) -> bool {
        matches!(self.kind, LineKind::Text)
    }
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub text: String,
    /// A line under it.
    pub hint: Option<String>,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// An option that is not chosen.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into(), hint: None, chosen: false }
    }
}

impl Field {
    /// A field of a kind.
    pub fn new(
        words: Words,
        name: impl Into<String>,
        label: impl Into<String>,
        control: Control,
    ) -> Self {
        Self {
            words,
            name: name.into(),
            label: label.into(),
            hint: None,
            error: None,
            say: None,
            optional: false,
            heading: false,
            given: None,
            control,
        }
    }

    /// A field of one line.
    pub fn line(
        words: Words,
        name: impl Into<String>,
        label: impl Into<String>,
        kind: LineKind,
        value: impl Into<String>,
    ) -> Self {
        Self::new(words, name, label, Control::Line(Line { value: value.into(), kind }))
    }

    /// The same field with a hint.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same field with an error.
    #[must_use]
    pub fn wrong(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// The same field with what an agent says.
    #[must_use]
    pub fn spoken(mut self, say: impl Into<String>) -> Self {
        self.say = Some(say.into());
        self
    }

    /// The same field, its label the page's heading.
    #[must_use]
    pub fn headed(mut self) -> Self {
        self.heading = true;
        self
    }

    /// The same field, which may be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Whether it asks for a postcode.
    pub(crate) const fn is_postcode(&self) -> bool {
        matches!(&self.control, Control::Line(Line { kind: LineKind::Postcode, .. }))
    }

    /// The id of the field's first input, on which an error's link lands.
    pub fn first_id(&self) -> String {
        match self.control {
            Control::Date { .. } => format!("q-{}-day", self.name),
            Control::Line(_)
            | Control::Area { .. }
            | Control::Radios(_)
            | Control::Checkboxes(_)
            | Control::Select(_) => format!("q-{}", self.name),
        }
    }

    /// The field's error as the summary shows it.
    pub fn summary_error(&self) -> Option<PageError> {
        let href = Some(format!("#{}", self.first_id()));
        self.error.clone().map(|text| PageError { text, href })
    }

    /// Whether it is several inputs under one legend.
    pub(crate) const fn is_group(&self) -> bool {
        matches!(self.control, Control::Date { .. } | Control::Radios(_) | Control::Checkboxes(_))
    }

    /// The ids that describe the input, as an attribute's value.
    pub(crate) fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("q-{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("q-{}-error", self.name));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// The id of an option's input: the first has the field's own.
    pub(crate) fn option_id(&self, index: usize) -> String {
        match index {
            0 => self.first_id(),
            _ => format!("{}-{}", self.first_id(), index + 1),
        }
    }
}

/// The errors of a form's fields, in their order.
pub fn errors_of(fields: &[Field]) -> Vec<PageError> {
    fields.iter().filter_map(Field::summary_error).collect()
}
