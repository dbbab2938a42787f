//! Typed ids: sixteen bytes that an application made, one type per kind.
//!
//! Ids are made by the application from the instant and from `Entropy`
//! ([`id_from_parts`], the layout of UUID version 7, RFC 9562), never by a
//! database. They print as lower-case hexadecimal with hyphens.

use std::fmt;
use std::str::FromStr;

use crate::Timestamp;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: {expected} hexadecimal digits wanted")]
pub struct ParseIdError {
    /// How many hexadecimal digits the id has.
    pub expected: usize,
}

/// Reads hexadecimal digits, hyphens ignored, into exactly `N` bytes.
pub(crate) fn bytes_from_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseIdError> {
    let wrong = ParseIdError { expected: N * 2 };
    let mut bytes = [0_u8; N];
    let mut filled = 0_usize;
    for character in text.chars().filter(|character| *character != '-') {
        let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let slot = bytes.get_mut(filled / 2);
        let (Some(digit), Some(slot)) = (digit, slot) else { return Err(wrong) };
        *slot = (*slot << 4) | digit;
        filled += 1;
    }
    if filled == N * 2 { Ok(bytes) } else { Err(wrong) }
}

/// Writes bytes as lower-case hexadecimal digits; in the groups of a UUID, what stands in `text`
/// between them stays. Ids are written some dozens of times for each request.
pub(crate) fn hex_text<'a>(bytes: &[u8], grouped: bool, text: &'a mut [u8]) -> &'a str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut at = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if grouped && matches!(index, 4 | 6 | 8 | 10) {
            at += 1;
        }
        if let Some([high, low]) = text.get_mut(at..at + 2) {
            *high = DIGITS[usize::from(byte >> 4)];
            *low = DIGITS[usize::from(byte & 0x0f)];
        }
        at += 2;
    }
    std::str::from_utf8(text).unwrap_or_default() // digits and hyphens alone
}

/// Lays an instant and sixteen random bytes out as a UUID version 7, so that ids sort by time.
pub fn id_from_parts(at: Timestamp, random: [u8; 16]) -> [u8; 16] {
    let mut bytes = random;
    let millis = u64::try_from(at.as_millis()).unwrap_or(0).to_be_bytes();
    bytes[..6].copy_from_slice(&millis[2..]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    bytes
}

/// Declares an id of `N` bytes that cannot be mistaken for another kind of id.
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Takes the bytes as they are.
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The bytes, for keys and storage.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            /// Reads stored bytes; `None` when the length is not this id's.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                const GROUPED: bool = $length == 16;
                let mut text = [b'-'; 2 * $length + if GROUPED { 4 } else { 0 }];
                formatter.write_str($crate::hex_text(&self.0, GROUPED, &mut text))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(formatter, "{}({self})", stringify!($name))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseIdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::bytes_from_hex_text::<$length>(text).map(Self)
            }
        }

        impl $crate::macros::serde::Serialize for $name {
            fn serialize<S: $crate::macros::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> $crate::macros::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::macros::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as $crate::macros::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err($crate::macros::serde::de::Error::custom)
            }
        }
    };
}

typed_id! {
    /// One service request with all its process instances.
    CaseId, 16
}
typed_id! {
    /// A form that has been begun and not yet sent.
    DraftId, 16
}
typed_id! {
    /// One effect on a system outside; the same in every attempt.
    EffectId, 16
}
typed_id! {
    /// A message from another shard, body or back office; the same in every delivery.
    MessageId, 16
}
typed_id! {
    /// A data key in the keystore.
    KeyId, 16
}
typed_id! {
    /// A contact that is no request: what somebody rang about, and what became of it.
    ContactId, 16
}
typed_id! {
    /// An account at the identity office.
    AccountId, 16
}
typed_id! {
    /// A signed-in session; its secret is elsewhere.
    SessionId, 16
}
typed_id! {
    /// A person's root handle at the identity office: a compressed ristretto255 point.
    PersonHandle, 32
}
typed_id! {
    /// A person as one public body knows them; not comparable across bodies (DESIGN L11).
    SectorPersonId, 32
}

/// One of a body's independent streams of work; a small body has only shard 0.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Shard(pub u16);

/// The place of an event in its shard's journal; the first event has 1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct EventSeq(pub u64);

impl EventSeq {
    /// The position before the first event.
    pub const START: Self = Self(0);

    /// The position `count` places later.
    #[must_use]
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }
}

/// The fence of a shard's owner: it grows with each change of owner.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// A place in the whole installation's journals (DESIGN L2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The body whose journal it is.
    pub body: crate::BodyId,
    /// The shard of that body.
    pub shard: Shard,
    /// The event's place.
    pub seq: EventSeq,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.body, self.shard.0, self.seq.0)
    }
}

impl FromStr for Shard {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_prints_and_reads_back() {
        let id = CaseId::from_bytes(id_from_parts(Timestamp::from_millis(1), [0xab; 16]));
        assert_eq!(id.to_string(), "00000000-0001-7bab-abab-abababababab");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            serde_json::from_str::<CaseId>(&serde_json::to_string(&id).unwrap()).unwrap(),
            id
        );
    }

    #[test]
    fn a_wrong_text_is_refused() {
        for text in ["", "00", "zz", "00000000-0001-7bab-abab-ababababababab", "é"] {
            assert_eq!(text.parse::<CaseId>(), Err(ParseIdError { expected: 32 }), "{text}");
        }
    }
}
