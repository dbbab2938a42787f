//! Context: an ordered, immutable map from names to values, shared when cloned.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::TooDeep;
use crate::value::{MAX_VALUE_SIZE, Value, extent, text_size};

/// Up to this many entries a lookup walks them; beyond, it uses an index.
const INDEXED_FROM: usize = 9;

/// An ordered map from names to values. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Context(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<(Arc<str>, Value)>,
    /// Places in `entries` ordered by name; empty for small contexts.
    index: Vec<u32>,
    depth: u32,
    size: u64,
}

impl Context {
    /// No entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// A context of these entries in this order. A name that comes twice keeps its first place and
    /// takes its last value.
    pub fn from_entries<N: Into<Arc<str>>>(
        entries: impl IntoIterator<Item = (N, Value)>,
    ) -> Result<Self, TooDeep> {
        let entries = entries.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Self::from_unique(without_duplicates(entries))
    }

    fn from_unique(entries: Vec<(Arc<str>, Value)>) -> Result<Self, TooDeep> {
        let (depth, inner) = extent(entries.iter().map(|(_, value)| value))?;
        let names = entries.iter().map(|(name, _)| text_size(name)).fold(0, u64::saturating_add);
        let size = inner.saturating_add(names);
        if size > MAX_VALUE_SIZE {
            return Err(TooDeep);
        }
        let index = if entries.len() < INDEXED_FROM { Vec::new() } else { sorted(&entries) };
        Ok(Self(Arc::new(Inner { entries, index, depth, size })))
    }

    /// The value of a name.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = self.place(name)?;
        self.0.entries.get(place).map(|(_, value)| value)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let entries = &self.0.entries;
        if self.0.index.is_empty() {
            return entries.iter().position(|(key, _)| &**key == name);
        }
        let found = self.0.index.binary_search_by(|&place| {
            entries.get(place as usize).map_or("", |(key, _)| &**key).cmp(name)
        });
        found.ok().and_then(|at| self.0.index.get(at)).map(|&place| place as usize)
    }

    /// This context with one entry put: in its old place where the name was there, else at the end.
    pub fn with(&self, name: impl Into<Arc<str>>, value: Value) -> Result<Self, TooDeep> {
        let name = name.into();
        let mut entries = self.0.entries.clone();
        match self.place(&name).and_then(|place| entries.get_mut(place)) {
            Some(entry) => entry.1 = value,
            None => entries.push((name, value)),
        }
        Self::from_unique(entries)
    }

    /// This context without one entry.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let kept = self.0.entries.iter().filter(|(key, _)| &**key != name).cloned().collect();
        Self::from_unique(kept).unwrap_or_default()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.entries.iter().map(|(name, value)| (&**name, value))
    }

    pub(crate) fn entries(&self) -> &[(Arc<str>, Value)] {
        &self.0.entries
    }

    pub(crate) fn depth(&self) -> u32 {
        self.0.depth
    }

    pub(crate) fn size(&self) -> u64 {
        self.0.size
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn sorted(entries: &[(Arc<str>, Value)]) -> Vec<u32> {
    let mut places: Vec<(&str, u32)> =
        entries.iter().zip(0u32..).map(|((name, _), place)| (&**name, place)).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

fn without_duplicates(entries: Vec<(Arc<str>, Value)>) -> Vec<(Arc<str>, Value)> {
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut kept: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        if let Some(entry) = places.get(&name).and_then(|&place| kept.get_mut(place)) {
            entry.1 = value;
        } else {
            places.insert(Arc::clone(&name), kept.len());
            kept.push((name, value));
        }
    }
    kept
}

/// Same names with same values, in any order.
impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(name, value)| other.get(name).is_some_and(|found| found == value))
    }
}
