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

/// An address line without the postcode at its end, as gazetteers often write it.
fn without_postcode(line: &str, postcode: &str) -> String {
    let line = line.trim();
    let letters = postcode.chars().filter(|letter| !letter.is_whitespace()).count();
    let mut found = 0;
    let written = |(at, letter): (usize, char)| {
        found += usize::from(!letter.is_whitespace());
        (found == letters).then_some(at)
    };
    let cut = line.char_indices().rev().find_map(written);
    let parts = cut.and_then(|at| line.split_at_checked(at));
    match parts {
        Some((street, end)) if letters > 0 && folded(end) == folded(postcode) => {
            let street = street.trim_end_matches([' ', ',']);
            if street.is_empty() { line.to_owned() } else { street.to_owned() }
        }
        Some(_) | None => line.to_owned(),
    }
}

impl Places {
    /// Takes a list of addresses; the last of one UPRN stands.
    pub fn new(places: impl IntoIterator<Item = Place>) -> Self {
        let mut all = Self::default();
        for mut place in places {
            place.line = without_postcode(&place.line, &place.postcode);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_stands_once() {
        let line = |written: &str| without_postcode(written, "ZZ1 0AA");
        assert_eq!(line("1 Mill Lane, Wealdmere, ZZ1 0AA"), "1 Mill Lane, Wealdmere");
        assert_eq!(line("1 Mill Lane, Wealdmere zz10aa "), "1 Mill Lane, Wealdmere");
        assert_eq!(line("1 Mill Lane, Wealdmere"), "1 Mill Lane, Wealdmere");
        assert_eq!(line("ZZ1 0AA"), "ZZ1 0AA", "a line is never empty");
        assert_eq!(without_postcode("1 Heol y T\u{175}r", ""), "1 Heol y T\u{175}r");
    }
}
