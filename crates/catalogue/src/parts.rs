//! Parts: what a request comes to, piece by piece, where one request reaches several offices.
//!
//! `service.toml` names the parts; an element of the process says by its property
//! `part` = `PART/STATE` what being done with it means for a part, in the words of its `tell`.
//! A part stands where the last such element of it left it, so that a refusal by one office neither
//! undoes the others nor hides behind one outcome for all. Everything here is read from the
//! package and from what the requester was told; no value of a case is needed.

use base::{Language, Text, Timestamp};
use bpmn::{Element, Process};

use crate::definition::Definition;

/// The property by which an element speaks of a part.
pub const PART_PROPERTY: &str = "part";

/// A part that `service.toml` names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its id, as elements name it.
    pub id: String,
    /// What it is, in a few words: "Council tax".
    pub title: Text,
    /// What is said until an element speaks of it.
    pub waiting: Text,
}

/// How a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartState {
    /// Nothing is known yet.
    Waiting,
    /// Done.
    Done,
    /// A person sees to it.
    WithPerson,
    /// It was not done, and nobody will do it.
    NotDone,
    /// The requester left it out.
    LeftOut,
}

impl PartState {
    /// Every state that an element may bring about.
    pub const SAID: [Self; 4] = [Self::Done, Self::WithPerson, Self::NotDone, Self::LeftOut];

    /// Its name in properties and interfaces.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::WithPerson => "with_person",
            Self::NotDone => "not_done",
            Self::LeftOut => "left_out",
        }
    }
}

/// A part as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The part's id.
    pub id: String,
    /// What it is.
    pub title: Text,
    /// How it stands.
    pub state: PartState,
    /// What is said of it.
    pub text: Text,
    /// Since when, once an element has spoken of it.
    pub since: Option<Timestamp>,
}

/// The part of which an element speaks, with the state that it brings about; `None` for an element
/// that speaks of none, or of one in words that are not known.
pub fn part_of(element: &Element) -> Option<(&str, PartState)> {
    let (part, state) = element.property(PART_PROPERTY)?.split_once('/')?;
    let state = PartState::SAID.into_iter().find(|known| known.key() == state)?;
    Some((part, state))
}

/// What an element tells the requester, by language.
pub fn told(element: &Element) -> Text {
    Language::ALL.into_iter().fold(Text::default(), |text, language| {
        match element.property(&format!("tell:{}", language.tag())) {
            Some(said) => text.with(language, said.to_owned()),
            None => text,
        }
    })
}

/// Every part in the order of `service.toml`, after these elements were reached in this order. Once
/// the request is over, a part of which nothing was said is none of it.
pub fn standings(
    definition: &Definition,
    process: &Process,
    reached: &[(&str, Timestamp)],
    is_open: bool,
) -> Vec<Standing> {
    let said = |part: &Part| {
        reached.iter().rev().find_map(|(id, at)| {
            let element = process.find(id).and_then(|index| process.element(index))?;
            let (name, state) = part_of(element)?;
            (name == part.id).then(|| (state, told(element), *at))
        })
    };
    let standing = |part: &Part| {
        let (state, text, since) = match said(part) {
            Some((state, text, at)) => (state, text, Some(at)),
            None if is_open => (PartState::Waiting, part.waiting.clone(), None),
            None => return None,
        };
        Some(Standing { id: part.id.clone(), title: part.title.clone(), state, text, since })
    };
    definition.parts.iter().filter_map(standing).collect()
}
