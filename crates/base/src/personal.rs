//! Personal values: open while something is decided, sealed wherever they rest.
//!
//! A [`Personal`] never prints or serialises its content. `runtime` seals the
//! values of a batch before the commit and opens them for the readers that
//! DESIGN L10 names; `apply`, timers, rebuild and measures pass them on unread.
//! Erasing forgets the key, and replay turns the value into [`Personal::Erased`].

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Nonce;

/// The number that a personal value is given once, when it is first sealed, and that every
/// copy of it carries: it binds the ciphertext to the value (DESIGN L9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub u64);

/// Whom a value of a case is about; each party of a case has a data key of its own.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Party(pub u8);

impl Party {
    /// Who asks.
    pub const REQUESTER: Self = Self(0);
}

/// The name under which a value stands, authenticated with it: `answer.notes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a>(pub &'a str);

/// A value that can become bytes and come back.
pub trait Plaintext: Sized {
    /// The bytes to seal.
    fn to_plaintext(&self) -> Vec<u8>;

    /// Reads sealed bytes back.
    ///
    /// # Errors
    /// [`PlaintextError`] when the bytes are not of this type.
    fn from_plaintext(bytes: &[u8]) -> Result<Self, PlaintextError>;
}

/// Opened bytes that are not of the type asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("opened value is not of the expected type")]
pub struct PlaintextError;

impl Plaintext for String {
    fn to_plaintext(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn from_plaintext(bytes: &[u8]) -> Result<Self, PlaintextError> {
        Self::from_utf8(bytes.to_vec()).map_err(|_| PlaintextError)
    }
}

impl Plaintext for Vec<u8> {
    fn to_plaintext(&self) -> Vec<u8> {
        self.clone()
    }

    fn from_plaintext(bytes: &[u8]) -> Result<Self, PlaintextError> {
        Ok(bytes.to_vec())
    }
}

/// Why a value could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key of this party is not in the keystore.
    #[error("no data key for party {}", party.0)]
    NoKey {
        /// The party.
        party: Party,
    },
    /// Key, field or bytes are not the ones it was sealed with.
    #[error("sealed value does not open")]
    DoesNotOpen,
    /// The value was erased.
    #[error("value has been erased")]
    Erased,
    /// The opened bytes are of another type.
    #[error(transparent)]
    Plaintext(#[from] PlaintextError),
}

/// What seals and opens: it knows the body, the case's keys and where nonces come from.
pub trait Sealer {
    /// Seals bytes under the party's key, keeping the value's number when it has one.
    ///
    /// # Errors
    /// [`SealError::NoKey`] when the party has none.
    fn seal(
        &mut self,
        party: Party,
        field: Field<'_>,
        value: Option<ValueId>,
        plaintext: &[u8],
    ) -> Result<Sealed, SealError>;

    /// Opens what was sealed under this field.
    ///
    /// # Errors
    /// [`SealError`] when there is no key or the value does not open.
    fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError>;
}

/// A sealed value as it rests in the journal.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The value's number.
    pub value: ValueId,
    /// Whose key seals it.
    pub party: Party,
    /// The nonce.
    pub nonce: Nonce,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

/// What stands before the base64 of a sealed value: form 1.
const FORM: &str = "s1.";
/// Bytes before the ciphertext: value number, party, nonce.
const HEAD_BYTES: usize = 8 + 1 + 24;
/// The word that stands for an erased value.
const ERASED: &str = "erased";

impl Sealed {
    fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.ciphertext.len());
        bytes.extend_from_slice(&self.value.0.to_be_bytes());
        bytes.push(self.party.0);
        bytes.extend_from_slice(&self.nonce.0);
        bytes.extend_from_slice(&self.ciphertext);
        let mut text = FORM.to_owned();
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        text
    }

    fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(FORM)?).ok()?;
        let (value, rest) = bytes.split_first_chunk::<8>()?;
        let (party, rest) = rest.split_first()?;
        let (nonce, ciphertext) = rest.split_first_chunk::<24>()?;
        Some(Self {
            value: ValueId(u64::from_be_bytes(*value)),
            party: Party(*party),
            nonce: Nonce(*nonce),
            ciphertext: ciphertext.to_vec(),
        })
    }
}

/// A value about a person.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal<T> {
    /// Readable, within a decision and nowhere else.
    Open {
        /// Whom it is about.
        party: Party,
        /// Its number, when it was sealed before.
        id: Option<ValueId>,
        /// The value.
        value: T,
    },
    /// At rest.
    Sealed(Sealed),
    /// Its key is forgotten.
    Erased,
}

impl<T> Personal<T> {
    /// A new value about the requester.
    pub const fn new(value: T) -> Self {
        Self::Open { party: Party::REQUESTER, id: None, value }
    }

    /// A new value about a party of the case.
    pub const fn about(party: Party, value: T) -> Self {
        Self::Open { party, id: None, value }
    }

    /// The value, when it is open.
    pub const fn opened(&self) -> Option<&T> {
        match self {
            Self::Open { value, .. } => Some(value),
            Self::Sealed(_) | Self::Erased => None,
        }
    }

    /// Whom it is about; unknown once erased.
    pub const fn party(&self) -> Option<Party> {
        match self {
            Self::Open { party, .. } => Some(*party),
            Self::Sealed(sealed) => Some(sealed.party),
            Self::Erased => None,
        }
    }

    /// Turns it into [`Personal::Erased`] when it is about this party.
    pub fn erase(&mut self, party: Party) {
        if self.party() == Some(party) {
            *self = Self::Erased;
        }
    }
}

impl<T: Plaintext> Personal<T> {
    /// Seals an open value in place; a sealed or erased one stays as it is.
    ///
    /// # Errors
    /// [`SealError`] when the party has no key.
    pub fn seal(&mut self, field: Field<'_>, sealer: &mut dyn Sealer) -> Result<(), SealError> {
        if let Self::Open { party, id, value } = self {
            *self = Self::Sealed(sealer.seal(*party, field, *id, &value.to_plaintext())?);
        }
        Ok(())
    }

    /// An open copy, bound to the same value number.
    ///
    /// # Errors
    /// [`SealError`] when it is erased, has no key or does not open.
    pub fn open(&self, field: Field<'_>, keys: &dyn Sealer) -> Result<Self, SealError>
    where
        T: Clone,
    {
        match self {
            Self::Open { .. } => Ok(self.clone()),
            Self::Sealed(sealed) => Ok(Self::Open {
                party: sealed.party,
                id: Some(sealed.value),
                value: T::from_plaintext(&keys.open(field, sealed)?)?,
            }),
            Self::Erased => Err(SealError::Erased),
        }
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Personal(..)")
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealed(..)")
    }
}

impl<T> serde::Serialize for Personal<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Open { .. } => {
                Err(serde::ser::Error::custom("an open personal value is never written"))
            }
            Self::Sealed(sealed) => serializer.serialize_str(&sealed.to_text()),
            Self::Erased => serializer.serialize_str(ERASED),
        }
    }
}

impl<'de, T> serde::Deserialize<'de> for Personal<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        if text == ERASED {
            return Ok(Self::Erased);
        }
        let sealed = Sealed::from_text(&text);
        sealed.map(Self::Sealed).ok_or_else(|| serde::de::Error::custom("not a sealed value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataKey;

    struct OneKey(DataKey, u64);

    impl OneKey {
        fn associated(field: Field<'_>, value: ValueId) -> Vec<u8> {
            [field.0.as_bytes(), &value.0.to_be_bytes()].concat()
        }
    }

    impl Sealer for OneKey {
        fn seal(
            &mut self,
            party: Party,
            field: Field<'_>,
            value: Option<ValueId>,
            plaintext: &[u8],
        ) -> Result<Sealed, SealError> {
            self.1 += 1;
            let value = value.unwrap_or(ValueId(self.1));
            let nonce = Nonce([9; 24]);
            let associated = Self::associated(field, value);
            let ciphertext =
                self.0.seal(nonce, &associated, plaintext).ok_or(SealError::NoKey { party })?;
            Ok(Sealed { value, party, nonce, ciphertext })
        }

        fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
            let associated = Self::associated(field, sealed.value);
            self.0.open(sealed.nonce, &associated, &sealed.ciphertext).ok_or(SealError::DoesNotOpen)
        }
    }

    #[test]
    fn a_value_is_sealed_written_read_and_opened() {
        let mut sealer = OneKey(DataKey::from_bytes([7; 32]), 0);
        let mut notes = Personal::new("behind the gate".to_owned());
        assert!(serde_json::to_string(&notes).is_err(), "an open value must not be written");
        notes.seal(Field("notes"), &mut sealer).unwrap();
        let written = serde_json::to_string(&notes).unwrap();
        let read: Personal<String> = serde_json::from_str(&written).unwrap();
        assert_eq!(read, notes);
        let opened = read.open(Field("notes"), &sealer).unwrap();
        assert_eq!(opened.opened().map(String::as_str), Some("behind the gate"));
        assert_eq!(format!("{opened:?} {notes:?}"), "Personal(..) Personal(..)");
        let elsewhere = read.open(Field("name"), &sealer);
        assert_eq!(elsewhere, Err(SealError::DoesNotOpen), "bound to its field");
    }

    #[test]
    fn an_erased_value_stays_erased() {
        let mut value: Personal<String> = Personal::about(Party(1), "x".to_owned());
        value.erase(Party(0));
        assert!(value.opened().is_some(), "another party's erasure leaves it alone");
        value.erase(Party(1));
        assert_eq!(serde_json::to_string(&value).unwrap(), "\"erased\"");
        assert_eq!(serde_json::from_str::<Personal<String>>("\"erased\"").unwrap(), value);
        assert!(serde_json::from_str::<Personal<String>>("\"plain\"").is_err());
    }
}
