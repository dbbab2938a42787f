//! Checkpoints: a log's size and root, signed by its body.
//!
//! The text is that of C2SP's tlog-checkpoint (origin, size, root; no extension lines), the
//! signature that of C2SP's signed-note with Ed25519 (RFC 8032). Signatures by other keys on the
//! same note, as of witnesses, are passed over.

use std::fmt;

use base::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use sha2::Digest as _;

use crate::Tree;

/// The longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 16 * 1024;
/// The most signatures that are looked at on one note.
pub const MAX_SIGNATURES: usize = 64;
/// What a line of a signature begins with: an em dash and a space.
const SIGNATURE: &str = "\u{2014} ";
/// Ed25519 among the signature types of signed-note.
const ED25519: u8 = 1;

/// Why a note or a key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`], or not of the form.
    #[error("not a signed checkpoint")]
    Form,
    /// An origin or a key's name that is empty or holds a sign that the form needs.
    #[error("a name is empty or holds a space, a plus or a line's end")]
    Name,
    /// No line is signed by the key.
    #[error("not signed by the key of this body")]
    Unsigned,
    /// The body's line does not fit the text.
    #[error("the signature does not fit the text")]
    Signature,
    /// Bytes that are no public key.
    #[error("not a public key")]
    Key,
}

/// The name of a key: by habit the body's host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// Checks a name: not empty, no white space, no `+`.
    pub fn new(name: &str) -> Result<Self, NoteError> {
        let plain = |sign: char| !sign.is_whitespace() && !sign.is_control() && sign != '+';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(NoteError::Name);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A body's key for its checkpoints. It leaves memory when dropped and never prints.
#[derive(Clone)]
pub struct SigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key of this name from a secret seed of 32 bytes.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self { name: KeyName::new(name)?, key })
    }

    /// What others check its signatures with.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// A signature over any bytes.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({}, ..)", self.name.0)
    }
}

/// What a body's signatures are checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: KeyName,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// Its name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Whether the signature is this key's over the bytes; strictly, so that one signature has one
    /// form.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.key.verify_strict(bytes, &signature).is_ok()
    }

    /// The first four bytes of SHA-256(name, LF, type, key), as signed-note says.
    fn id(&self) -> [u8; 4] {
        let mut hasher = sha2::Sha256::new();
        hasher.update(self.name.0.as_bytes());
        hasher.update([b'\n', ED25519]);
        hasher.update(self.key.as_bytes());
        let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
        [a, b, c, d]
    }
}

/// As signed-note writes a key: `NAME+ID+BASE64(type, key)`.
impl fmt::Display for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let mut typed = vec![ED25519];
        typed.extend_from_slice(self.key.as_bytes());
        write!(formatter, "{}+{id:08x}+{}", self.name.0, STANDARD.encode(typed))
    }
}

impl std::str::FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(typed)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let typed = STANDARD.decode(typed).map_err(|_| NoteError::Key)?;
        let Some((&ED25519, key)) = typed.split_first() else { return Err(NoteError::Key) };
        let key: &[u8; 32] = key.try_into().map_err(|_| NoteError::Key)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| NoteError::Key)?;
        let key = Self { name: KeyName::new(name)?, key };
        let own = format!("{:08x}", u32::from_be_bytes(key.id()));
        if id == own { Ok(key) } else { Err(NoteError::Key) }
    }
}

/// The size and the root of a log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Digest,
}

impl Checkpoint {
    /// The checkpoint of a tree as it stands; the origin names the log.
    pub fn of(origin: &str, tree: &Tree) -> Result<Self, NoteError> {
        KeyName::new(origin)?;
        Ok(Self { origin: origin.to_owned(), size: tree.len(), root: tree.root() })
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves there were.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them.
    pub fn root(&self) -> &Digest {
        &self.root
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// The note: the text, an empty line, and the body's signature.
    pub fn sign(&self, key: &SigningKey) -> String {
        let text = self.text();
        let mut signed = key.verifying_key().id().to_vec();
        signed.extend_from_slice(&key.sign(text.as_bytes()));
        format!("{text}\n{SIGNATURE}{} {}\n", key.name.0, STANDARD.encode(signed))
    }

    /// Reads a note that this key has signed.
    pub fn open(note: &str, key: &VerifyingKey) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Form);
        }
        let cut = note.rfind("\n\n").ok_or(NoteError::Form)?;
        let (text, signatures) = (&note[..=cut], &note[cut + 2..]);
        let signatures = signatures.strip_suffix('\n').ok_or(NoteError::Form)?;
        let mut found = Err(NoteError::Unsigned);
        for line in signatures.split('\n').take(MAX_SIGNATURES) {
            let (name, encoded) = line
                .strip_prefix(SIGNATURE)
                .and_then(|line| line.split_once(' '))
                .ok_or(NoteError::Form)?;
            let signed = STANDARD.decode(encoded).map_err(|_| NoteError::Form)?;
            let ours = name == key.name.0 && signed.starts_with(&key.id());
            if !ours {
                continue;
            }
            let signature = signed.get(4..).and_then(|bytes| <&[u8; 64]>::try_from(bytes).ok());
            if !signature.is_some_and(|signature| key.verifies(text.as_bytes(), signature)) {
                return Err(NoteError::Signature);
            }
            found = Self::read(text);
        }
        found
    }

    fn read(text: &str) -> Result<Self, NoteError> {
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        let [origin, size, root] = lines.as_slice() else { return Err(NoteError::Form) };
        let plain = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit());
        if !plain || (size.len() > 1 && size.starts_with('0')) {
            return Err(NoteError::Form);
        }
        let size = size.parse().map_err(|_| NoteError::Form)?;
        let root = STANDARD.decode(root).map_err(|_| NoteError::Form)?;
        let root = Digest::from_slice(&root).ok_or(NoteError::Form)?;
        KeyName::new(origin)?;
        Ok(Self { origin: (*origin).to_owned(), size, root })
    }
}

#[cfg(test)]
mod tests;
