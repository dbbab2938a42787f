//! By what staff find somebody exactly: a telephone number, or a surname with a day of birth.
//!
//! Owns the one spelling of each, of which a keyed blind index is made. The rules:
//! - A number becomes E.164. Spaces, brackets, dots, hyphens and the `(0)` after a country code go;
//!   `00` and `+` begin a country code, any other leading `0` is the United Kingdom's.
//! - A surname is taken apart by NFKD, so that marks above and below letters go (`Siôn`, `Llŷr` and
//!   `Müller` are found without them), becomes lower case, and keeps letters alone: spaces, hyphens,
//!   apostrophes and full stops go (`O'Neill`, `O’Neill` and `ONEILL` are one, and so are
//!   `Lloyd-George` and `Lloyd George`). The few letters that are no other letter with a mark are
//!   written out (`ß` is `ss`, `ø` is `o`, `æ` is `ae`).
//!
//! Equality is all that an index tells: whoever holds a store sees which entries have the same
//! surname and day of birth, and how many, and no more without the body's key. Refuses to guess:
//! sounds, nicknames and slips of the pen are for fuzzy search.

use std::fmt;

use base::{BlindKey, Date, Digest};
use icu_normalizer::DecomposingNormalizerBorrowed;
use zeroize::ZeroizeOnDrop;

/// The longest text that is looked at, in bytes.
const INPUT_BYTES: usize = 400;
/// The country code of the United Kingdom.
const UK: &str = "44";
/// Digits of a number of the United Kingdom without its leading nought.
const UK_DIGITS: std::ops::RangeInclusive<usize> = 9..=10;
/// Digits of any number with its country code (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// A text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a telephone number such as 01632 960 123")]
pub struct PhoneError;

/// A telephone number in its one spelling (E.164). It never prints, and leaves memory when dropped.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// [`PhoneError`] when nobody could be rung there.
    pub fn parse(typed: &str) -> Result<Self, PhoneError> {
        let typed = typed.trim();
        if typed.len() > INPUT_BYTES {
            return Err(PhoneError);
        }
        let (abroad, rest) = match typed.strip_prefix('+').or_else(|| typed.strip_prefix("00")) {
            Some(rest) => (true, rest.replace("(0)", "")),
            None => (false, typed.to_owned()),
        };
        let mut digits = String::new();
        for letter in rest.chars() {
            match letter {
                '0'..='9' => digits.push(letter),
                ' ' | '\u{a0}' | '(' | ')' | '.' | '-' | '\u{2010}'..='\u{2013}' => {}
                _ => return Err(PhoneError),
            }
        }
        let number = if abroad {
            digits
        } else {
            format!("{UK}{}", digits.strip_prefix('0').ok_or(PhoneError)?)
        };
        let good = match number.strip_prefix(UK) {
            Some(national) => UK_DIGITS.contains(&national.len()) && !national.starts_with('0'),
            None => DIGITS.contains(&number.len()) && !number.starts_with('0'),
        };
        if good { Ok(Self(format!("+{number}"))) } else { Err(PhoneError) }
    }

    /// The keyed index under which the number is found again.
    pub fn index(&self, key: &BlindKey) -> Digest {
        key.index("phone", self.0.as_bytes())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PhoneNumber(..)")
    }
}

/// A text holds no letter of a surname, or is longer than any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a surname")]
pub struct SurnameError;

/// A surname in its one spelling. It never prints, and leaves memory when dropped.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Surname(String);

impl Surname {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// [`SurnameError`] when there is no letter in it.
    pub fn parse(typed: &str) -> Result<Self, SurnameError> {
        if typed.len() > INPUT_BYTES {
            return Err(SurnameError);
        }
        let apart = DecomposingNormalizerBorrowed::new_nfkd();
        let lower = apart.normalize(typed).to_lowercase();
        // Some capitals come apart only once they are small.
        let mut plain = String::new();
        for letter in apart.normalize(&lower).chars() {
            match written_out(letter) {
                Some(letters) => plain.push_str(letters),
                None if letter.is_alphabetic() => plain.push(letter),
                None => {}
            }
        }
        // Marks that come to stand together once what was between them has gone have an order too.
        let plain = apart.normalize(&plain).into_owned();
        if plain.is_empty() { Err(SurnameError) } else { Ok(Self(plain)) }
    }

    /// The keyed index of a surname with a day of birth.
    pub fn index(&self, born: Date, key: &BlindKey) -> Digest {
        key.index("surname_and_birth", format!("{}\u{1f}{born}", self.0).as_bytes())
    }
}

impl fmt::Debug for Surname {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Surname(..)")
    }
}

/// Letters that are none other with a mark, as people write them who lack them.
const fn written_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_number_has_one_spelling() {
        for (typed, spelling) in [
            ("01632 960123", "+441632960123"),
            ("(01632) 960-123", "+441632960123"),
            ("+44 (0)1632 960 123", "+441632960123"),
            ("0044 1632 960123", "+441632960123"),
            ("+441632960123", "+441632960123"),
            ("07700\u{a0}900 123", "+447700900123"),
            ("016977 2345", "+44169772345"),
            ("+353 20 910 1234", "+353209101234"),
        ] {
            let number = PhoneNumber::parse(typed).unwrap();
            assert_eq!(number.0, spelling, "{typed:?}");
            assert_eq!(PhoneNumber::parse(&number.0).unwrap(), number);
            assert_eq!(format!("{number:?}"), "PhoneNumber(..)");
        }
        for typed in ["", "960123", "01632 960123 ext 4", "0", "+", "+0163", "+44 0632", "0۱632"] {
            assert_eq!(PhoneNumber::parse(typed), Err(PhoneError), "{typed:?}");
        }
        assert_eq!(PhoneNumber::parse(&"0".repeat(500)), Err(PhoneError));
    }

    #[test]
    fn one_surname_has_one_spelling() {
        for (typed, spelling) in [
            ("Siôn", "sion"),
            ("SIO\u{302}N", "sion"),
            ("Llŷr", "llyr"),
            ("ŵyn", "wyn"),
            ("O'Neill", "oneill"),
            ("O\u{2019}NEILL", "oneill"),
            (" Lloyd-George ", "lloydgeorge"),
            ("Lloyd  George", "lloydgeorge"),
            ("Müller", "muller"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("Øster", "oster"),
            ("Łukasz", "lukasz"),
            ("İnce", "ince"),
            ("Ng", "ng"),
            ("Ⅷa", "viiia"),
            ("王", "王"),
        ] {
            let surname = Surname::parse(typed).unwrap();
            assert_eq!(surname.0, spelling, "{typed:?}");
            assert_eq!(Surname::parse(&surname.0).unwrap(), surname);
        }
        // Two marks with a figure between them: without it the second comes first.
        let marks = Surname::parse("\u{c55}0\u{16ff0}").unwrap();
        assert_eq!(marks.0, "\u{16ff0}\u{c55}");
        for typed in ["", "  ", "-", "1234", "'"] {
            assert_eq!(Surname::parse(typed), Err(SurnameError), "{typed:?}");
        }
    }

    #[test]
    fn an_index_is_of_one_body_one_field_and_one_day() {
        let (here, there) = (BlindKey::from_bytes([1; 32]), BlindKey::from_bytes([2; 32]));
        let number = PhoneNumber::parse("01632 960123").unwrap();
        assert_ne!(number.index(&here), number.index(&there));
        let surname = Surname::parse("Rhys").unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let index = surname.index(day("1980-02-29"), &here);
        assert_eq!(index, Surname::parse("RHŶS").unwrap().index(day("1980-02-29"), &here));
        assert_ne!(index, surname.index(day("1980-03-01"), &here));
        assert_ne!(index, surname.index(day("1980-02-29"), &there));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_readers_and_each_spelling_is_its_own(text in "\\PC{0,40}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(&number.0), Ok(number.clone()));
            }
            if let Ok(surname) = Surname::parse(&text) {
                prop_assert_eq!(Surname::parse(&surname.0), Ok(surname.clone()));
            }
        }
    }
}
