//! Names: what an expression may refer to, each with the slot that its value will stand in.
//!
//! FEEL names may hold spaces and operators (`monthly income`, `profit-and-loss`), so a text can
//! only be read against the names in scope; the same text with other names is another expression.
//! [`Names`] is therefore part of a cache key: it is ordered, hashable and compares by content.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The place of a variable's value in a [`Scope`](crate::Scope).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub(crate) u32);

impl Slot {
    /// Its index, from 0 in the order of addition.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The names in scope, and the names known to be members of contexts (which helps to read
/// members whose names hold operators, such as `account.profit-and-loss`).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Names {
    slots: BTreeMap<Arc<str>, Slot>,
    members: BTreeSet<Arc<str>>,
}

impl Names {
    /// No names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a variable and gives its slot; a name already there keeps the slot that it has. White
    /// space within the name counts as one space.
    pub fn add(&mut self, name: &str) -> Slot {
        let name = normalised(name);
        let next = Slot(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        *self.slots.entry(name.into()).or_insert(next)
    }

    /// Tells the reader of expressions that contexts may have a member of this name.
    pub fn add_member(&mut self, name: &str) {
        self.members.insert(normalised(name).into());
    }

    /// The slot of a name.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.slots.get(name).copied().or_else(|| self.slots.get(normalised(name).as_str()).copied())
    }

    /// How many variables there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Every variable with its slot, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Slot)> {
        self.slots.iter().map(|(name, slot)| (&**name, *slot))
    }

    /// Every member name that was added.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|name| &**name)
    }
}

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut all = Self::new();
        for name in names {
            all.add(name);
        }
        all
    }
}

/// A name with one space between its words.
pub(crate) fn normalised(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}
