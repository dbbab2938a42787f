//! The reference of a case: what a resident reads out over the phone.
//!
//! `MBC-7K3M-9QXD-V`: the service's letters, eight letters of Crockford's base 32
//! (no I, L, O, U) and a check letter by Luhn's rule modulo 32 (ISO/IEC 7812-1, Annex B, with 32
//! letters), so that a misheard letter and most swapped ones are noticed.
//! Forty random bits identify a case; they do not open it.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a text is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a reference")]
pub struct ParseReferenceError;

/// A case's reference, upper case with hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(String);

impl Reference {
    /// Makes a reference from a prefix of letters and random bytes.
    pub fn new(prefix: &str, random: [u8; 5]) -> Self {
        let bits = random.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let letters: String =
            (0..8).rev().map(|place| letter(ALPHABET, (bits >> (place * 5)) & 31)).collect();
        let prefix: String = prefix
            .chars()
            .filter(char::is_ascii_alphabetic)
            .take(4)
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let prefix = if prefix.is_empty() { "R".to_owned() } else { prefix };
        let (first, second) = letters.split_at(4);
        Self(format!("{prefix}-{first}-{second}-{}", letter(ALPHABET, check(bits))))
    }

    /// The text, as printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Luhn's check digit of eight digits of five bits: every second one from the right counts double,
/// its carry added to it.
fn check(bits: u64) -> u64 {
    let sum: u64 = (0..8)
        .map(|place| {
            let digit = (bits >> (place * 5)) & 31;
            let weighted = if place % 2 == 0 { digit * 2 } else { digit };
            weighted / 32 + weighted % 32
        })
        .sum();
    (32 - sum % 32) % 32
}

fn letter<const N: usize>(alphabet: &[u8; N], index: u64) -> char {
    usize::try_from(index)
        .ok()
        .and_then(|index| alphabet.get(index))
        .map_or('0', |byte| char::from(*byte))
}

/// What a listener may have written down: small letters, O for 0, I or L for 1.
fn heard(character: char) -> char {
    match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

impl FromStr for Reference {
    type Err = ParseReferenceError;

    /// Reads a reference as a person types it: spaces, case and missing hyphens do not matter.
    fn from_str(text: &str) -> Result<Self, ParseReferenceError> {
        let typed: Vec<char> =
            text.chars().filter(|character| !matches!(character, ' ' | '-')).take(16).collect();
        let split = typed.len().checked_sub(9).filter(|split| (1..=4).contains(split));
        let (prefix, tail) = typed.split_at(split.ok_or(ParseReferenceError)?);
        let mut bits = 0_u64;
        for character in tail.iter().take(8) {
            let digit = ALPHABET.iter().position(|byte| char::from(*byte) == heard(*character));
            let digit =
                digit.and_then(|digit| u64::try_from(digit).ok()).ok_or(ParseReferenceError)?;
            bits = (bits << 5) | digit;
        }
        if !prefix.iter().all(char::is_ascii_alphabetic) {
            return Err(ParseReferenceError);
        }
        let bytes = bits.to_be_bytes();
        let [_, _, _, random @ ..] = bytes;
        let read = Self::new(&prefix.iter().collect::<String>(), random);
        let same = read.0.chars().last() == tail.last().copied().map(heard);
        if same { Ok(read) } else { Err(ParseReferenceError) }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Reference({})", self.0)
    }
}

impl serde::Serialize for Reference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Reference {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        let reference = Reference::new("mbc", [0x12, 0x34, 0x56, 0x78, 0x9a]);
        let spoken = reference.as_str().to_lowercase().replace('-', " ");
        assert_eq!(spoken.parse(), Ok(reference.clone()));
        assert_eq!(reference.as_str().parse(), Ok(reference));
    }

    #[test]
    fn one_wrong_letter_is_noticed() {
        let reference = Reference::new("MBC", [1, 2, 3, 4, 5]);
        let text = reference.as_str();
        for (index, original) in text.char_indices().skip(4).filter(|(_, letter)| *letter != '-') {
            for wrong in
                ALPHABET.iter().map(|byte| char::from(*byte)).filter(|wrong| *wrong != original)
            {
                let mut changed = text.to_owned();
                changed.replace_range(index..=index, &wrong.to_string());
                assert_eq!(changed.parse::<Reference>(), Err(ParseReferenceError), "{changed}");
            }
        }
    }

    #[test]
    fn every_check_letter_reads_back() {
        for value in 0_u8..=255 {
            let reference = Reference::new("R", [value, 7, value, 1, value]);
            assert_eq!(reference.as_str().parse(), Ok(reference));
        }
    }
}
