//! Places: the addresses that a body serves, by their UPRN and by postcode.

use std::collections::BTreeMap;

/// The most addresses shown for a postcode.
pub const ADDRESSES_SHOWN: usize = 200;

/// One address.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Unique property reference number, digits only.
    pub uprn: String,
    /// The address in one line, postcode left out.
    pub line: String,
    /// The postcode, as written.
    pub postcode: String,
}

/// The addresses of a body's area.
#[derive(Debug, Clone, Default)]
pub struct Places {
    by_uprn: BTreeMap<String, Place>,
    by_postcode: BTreeMap<String, Vec<String>>,
}

/// A postcode without spaces, in capitals.
fn folded(postcode: &str) -> String {
    postcode.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase()
}

impl Places {
    /// Takes a list of addresses; the last of one UPRN stands.
    pub fn new(places: impl IntoIterator<Item = Place>) -> Self {
        let mut all = Self::default();
        for place in places {
            let postcode = all.by_postcode.entry(folded(&place.postcode)).or_default();
            if !postcode.contains(&place.uprn) {
                postcode.push(place.uprn.clone());
            }
            all.by_uprn.insert(place.uprn.clone(), place);
        }
        all
    }

    /// The address of a UPRN.
    pub fn get(&self, uprn: &str) -> Option<&Place> {
        self.by_uprn.get(uprn)
    }

    /// The addresses of a postcode, however it is written.
    pub fn at_postcode(&self, postcode: &str) -> impl Iterator<Item = &Place> {
        let uprns = self.by_postcode.get(&folded(postcode));
        uprns.into_iter().flatten().filter_map(|uprn| self.by_uprn.get(uprn)).take(ADDRESSES_SHOWN)
    }

    /// Every address, by UPRN.
    pub fn all(&self) -> impl Iterator<Item = &Place> {
        self.by_uprn.values()
    }
}
