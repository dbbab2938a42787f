//! An answer as a small tree, written as JSON or as XML.
//!
//! Every id is a text, so that JSON clients never read a number; XML has no characters that XML
//! refuses.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::{Map, Value};

/// A value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A text.
    Text(String),
    /// True or false.
    Truth(bool),
    /// A count.
    Count(u32),
    /// Named values, in order.
    Object(Vec<(&'static str, Node)>),
    /// Values, each an element of this name in XML.
    List(&'static str, Vec<Node>),
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Node {
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Truth(truth) => (*truth).into(),
            Self::Count(count) => (*count).into(),
            Self::Object(members) => {
                let members =
                    members.iter().map(|(name, value)| ((*name).to_owned(), value.to_json()));
                Value::Object(members.collect::<Map<_, _>>())
            }
            Self::List(_, values) => values.iter().map(Self::to_json).collect(),
        }
    }

    pub(super) fn to_xml(&self, root: &str) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        let declaration = BytesDecl::new("1.0", Some("utf-8"), None);
        let written = writer
            .write_event(Event::Decl(declaration))
            .and_then(|()| self.write(root, &mut writer));
        // Writing into memory does not fail.
        written.map_or_else(|_| Vec::new(), |()| writer.into_inner())
    }

    fn write(&self, name: &str, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        writer.write_event(Event::Start(BytesStart::new(name)))?;
        match self {
            Self::Text(text) => {
                let text: String = text.chars().filter(|letter| is_xml(*letter)).collect();
                writer.write_event(Event::Text(BytesText::new(&text)))?;
            }
            Self::Truth(truth) => {
                writer.write_event(Event::Text(BytesText::new(&truth.to_string())))?;
            }
            Self::Count(count) => {
                writer.write_event(Event::Text(BytesText::new(&count.to_string())))?;
            }
            Self::Object(members) => {
                for (name, value) in members {
                    value.write(name, writer)?;
                }
            }
            Self::List(item, values) => {
                for value in values {
                    value.write(item, writer)?;
                }
            }
        }
        writer.write_event(Event::End(BytesEnd::new(name)))
    }
}

/// The characters of XML 1.0.
fn is_xml(letter: char) -> bool {
    matches!(letter,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
