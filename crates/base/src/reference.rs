//! The reference of a case: what a resident reads out over the phone.
//!
//! `MBC-7K3M-9QXD-V`: the service's letters, eight letters of Crockford's base 32
//! (no I, L, O, U) and a check letter by Luhn's rule modulo 32 (ISO/IEC 7812-1, Annex B, with 32
//! letters), so that a misheard letter and most swapped ones are noticed.
//! The eight letters are forty bits that identify a case and do not open it: the place of its
//! receipt in the journal, under a cipher. Nobody without the body's key can tell them from random
//! ones, no two cases ever have the same, and the place is found again without an index.

use std::fmt;
use std::str::FromStr;

use aes::Aes256;
use fpe::ff1::{FF1, NumeralString, Operations};

use crate::{BlindKey, BodyId, EventSeq, Shard};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a text is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a reference")]
pub struct ParseReferenceError;

/// A case's reference, upper case with hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(String);

impl Reference {
    /// Makes a reference from a prefix of letters and five bytes that nobody can guess.
    pub fn new(prefix: &str, bytes: [u8; 5]) -> Self {
        let bits = bytes.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
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

    /// The forty bits that its letters write.
    fn bits(&self) -> u64 {
        let letters = self.0.chars().rev().filter(|letter| *letter != '-').skip(1).take(8);
        let places = letters.zip((0..40).step_by(5));
        places.fold(0, |bits, (letter, place)| bits | (digit(letter).unwrap_or(0) << place))
    }
}

/// A body's key for its references: it turns the place of a receipt into forty bits that look
/// drawn at random, and back.
///
/// The cipher is FF1 (NIST SP 800-38G) over AES-256 on strings of forty bits: sixteen shards of
/// 2^36 events.
pub struct ReferenceKey(Option<FF1<Aes256>>);

/// Bits of an event's place within its shard.
const SEQ_BITS: u32 = 36;
/// Shards that a body may have.
const SHARDS: u64 = 1 << (40 - SEQ_BITS);

impl ReferenceKey {
    /// The key of a body, from its key for blind indexes. No two bodies have the same, not even
    /// where they share that one.
    pub fn of(body: &BodyId, key: &BlindKey) -> Self {
        let secret = key.index("reference", body.as_str().as_bytes());
        Self(FF1::new(secret.as_bytes(), 2).ok()) // two is a radix that FF1 takes
    }

    /// The reference of what was received at this place; `None` when the place is beyond forty
    /// bits.
    pub fn reference(&self, prefix: &str, shard: Shard, seq: EventSeq) -> Option<Reference> {
        let shard = u64::from(shard.0);
        if shard >= SHARDS || seq.0 >> SEQ_BITS != 0 {
            return None;
        }
        let sealed = self.0.as_ref()?.encrypt(&[], &Bits((shard << SEQ_BITS) | seq.0)).ok()?;
        let [_, _, _, bytes @ ..] = sealed.0.to_be_bytes();
        Some(Reference::new(prefix, bytes))
    }

    /// The place at which the request with this reference was received. A reference that the body
    /// never gave leads to some place too: whoever asks compares what they find there.
    pub fn place(&self, reference: &Reference) -> Option<(Shard, EventSeq)> {
        let place = self.0.as_ref()?.decrypt(&[], &Bits(reference.bits())).ok()?.0;
        let shard = u16::try_from(place >> SEQ_BITS).ok()?;
        Some((Shard(shard), EventSeq(place & ((1 << SEQ_BITS) - 1))))
    }
}

/// A string of forty numerals of radix 2, as FF1 takes it, the first one in the highest place.
#[derive(Debug, PartialEq, Eq)]
struct Bits(u64);

/// Numerals of a half.
const HALF: usize = 20;
/// The numerals of a half, all set.
const HALF_MASK: u64 = (1 << HALF) - 1;

/// A half of such a string.
struct Half(u64);

impl NumeralString for Bits {
    type Ops = Half;

    fn is_valid(&self, radix: u32) -> bool {
        radix == 2
    }

    fn numeral_count(&self) -> usize {
        2 * HALF
    }

    fn split(&self) -> (Half, Half) {
        (Half(self.0 >> HALF), Half(self.0 & HALF_MASK))
    }

    fn concat(first: Half, second: Half) -> Self {
        Self((first.0 << HALF) | second.0)
    }
}

impl Operations for Half {
    /// As many bytes as twenty numerals of radix 2 need.
    type Bytes = [u8; 3];

    fn numeral_count(&self) -> usize {
        HALF
    }

    fn to_be_bytes(&self, _radix: u32, _bytes: usize) -> [u8; 3] {
        let [_, _, _, _, _, bytes @ ..] = self.0.to_be_bytes();
        bytes
    }

    fn add_mod_exp(self, other: impl Iterator<Item = u8>, _radix: u32, _numerals: usize) -> Self {
        Self(self.0.wrapping_add(number(other)) & HALF_MASK)
    }

    fn sub_mod_exp(self, other: impl Iterator<Item = u8>, _radix: u32, _numerals: usize) -> Self {
        Self(self.0.wrapping_sub(number(other)) & HALF_MASK)
    }
}

/// The number that bytes write, the highest first, modulo 2^64.
fn number(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0, |number, byte| (number << 8) | u64::from(byte))
}

impl fmt::Debug for ReferenceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ReferenceKey(..)")
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

/// The number that a letter stands for, as it is heard.
fn digit(letter: char) -> Option<u64> {
    let place = ALPHABET.iter().position(|byte| char::from(*byte) == heard(letter))?;
    u64::try_from(place).ok()
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
            bits = (bits << 5) | digit(*character).ok_or(ParseReferenceError)?;
        }
        if !prefix.iter().all(char::is_ascii_alphabetic) {
            return Err(ParseReferenceError);
        }
        let [_, _, _, bytes @ ..] = bits.to_be_bytes();
        let read = Self::new(&prefix.iter().collect::<String>(), bytes);
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

    fn key(body: &str) -> ReferenceKey {
        ReferenceKey::of(&body.parse().unwrap(), &BlindKey::from_bytes([1; 32]))
    }

    #[test]
    fn a_reference_leads_back_to_its_place_and_no_two_places_share_one() {
        let key = key("millbrook");
        let mut seen = std::collections::BTreeSet::new();
        for shard in [0, 1, 15] {
            for seq in (1..2_000).chain([1 << 20, (1 << 36) - 1]) {
                let place = (Shard(shard), EventSeq(seq));
                let reference = key.reference("MBC", place.0, place.1).unwrap();
                let typed: Reference = reference.as_str().to_lowercase().parse().unwrap();
                assert_eq!(key.place(&typed), Some(place));
                assert!(seen.insert(reference), "{place:?}");
            }
        }
        assert_eq!(key.reference("MBC", Shard(16), EventSeq(1)), None);
        assert_eq!(key.reference("MBC", Shard(0), EventSeq(1 << 36)), None);
    }

    #[test]
    fn our_strings_of_bits_are_the_standards() {
        use fpe::ff1::FlexibleNumeralString;
        let cipher = FF1::<Aes256>::new(&[5; 32], 2).unwrap();
        let numerals = |bits: u64| {
            (0..40)
                .rev()
                .map(|place| u16::try_from((bits >> place) & 1).unwrap())
                .collect::<Vec<_>>()
        };
        for bits in [0, 1, (1 << 40) - 1, 0x12_3456_789a, 0xfe_dcba_9876] {
            let theirs = cipher.encrypt(&[], &FlexibleNumeralString::from(numerals(bits))).unwrap();
            let ours = cipher.encrypt(&[], &Bits(bits)).unwrap();
            assert_eq!(numerals(ours.0), Vec::<u16>::from(theirs));
            assert_eq!(cipher.decrypt(&[], &ours).unwrap(), Bits(bits));
        }
    }

    #[test]
    fn without_the_key_neighbours_look_drawn_at_random() {
        let key = key("millbrook");
        let of = |seq| key.reference("MBC", Shard(0), EventSeq(seq)).unwrap().bits();
        let set: u32 = (1..=1_000).map(|seq| (of(seq) ^ of(seq + 1)).count_ones()).sum();
        // Of 40,000 bits half change, give or take six standard deviations (of 100).
        assert!((19_400..=20_600).contains(&set), "{set}");
        let other =
            self::key("ashvale").place(&key.reference("MBC", Shard(0), EventSeq(7)).unwrap());
        assert_ne!(other, Some((Shard(0), EventSeq(7))));
    }
}
