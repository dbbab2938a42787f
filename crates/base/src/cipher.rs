//! The cipher of every sealed value: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha).
//!
//! Keys and nonces are arguments; a nonce of 24 bytes may be drawn at random
//! for the life of a key.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// Twenty-four bytes that are used once with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub [u8; 24]);

/// A key of thirty-two bytes. It leaves memory when dropped and is never printed.
#[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl DataKey {
    /// Takes a secret of thirty-two bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The secret, for wrapping it under another key.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts and authenticates; `associated` is authenticated only. `None` when the
    /// plaintext is longer than the cipher takes (256 GiB).
    pub fn seal(&self, nonce: Nonce, associated: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
        let payload = Payload { msg: plaintext, aad: associated };
        XChaCha20Poly1305::new((&self.0).into()).encrypt(XNonce::from_slice(&nonce.0), payload).ok()
    }

    /// Decrypts; `None` when key, nonce, associated data or bytes are not the sealed ones.
    pub fn open(&self, nonce: Nonce, associated: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        let payload = Payload { msg: ciphertext, aad: associated };
        XChaCha20Poly1305::new((&self.0).into()).decrypt(XNonce::from_slice(&nonce.0), payload).ok()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey(..)")
    }
}
