//! A body's access log: what happened to personal data, so that nobody can change it unseen and
//! everything in it can still be erased.
//!
//! A log is a list of leaves. A leaf is a salted [`Commitment`] to a record and nothing else: no
//! body, person or time stands beside it, so that erasing the record and its salt leaves a leaf
//! that says nothing about anybody, and the tree still verifies. The leaves are hashed into the
//! [`Tree`] of RFC 6962; a body signs its root in a [`Checkpoint`], in the form of C2SP's
//! tlog-checkpoint and signed-note, which verifiers of other makers read.
//!
//! Promises: pure functions of their arguments, salts included; proofs are those of RFC 9162,
//! sections 2.1.3 and 2.1.4. Refuses to say that a log is complete: a log shows that nothing in it
//! was altered, dropped or put elsewhere since a checkpoint, never that everything was put in.
//!
//! ```
//! use audit::{Checkpoint, Commitment, Salt, SigningKey, Tree};
//! let mut tree = Tree::new();
//! let commitment = Commitment::to(&Salt::from_bytes([7; 32]), b"asked one question");
//! let index = tree.push(&commitment);
//! let proof = tree.inclusion(index, tree.len())?;
//! assert!(proof.verify(&commitment, index, tree.len(), &tree.root()));
//! let key = SigningKey::from_seed("wealdmere.example", &[1; 32])?;
//! let note = Checkpoint::of("wealdmere.example/log", &tree)?.sign(&key);
//! assert_eq!(Checkpoint::open(&note, &key.verifying_key())?.size(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod checkpoint;
mod commitment;
mod tree;
mod verification;

pub use checkpoint::{
    Checkpoint, KeyName, MAX_NOTE_BYTES, MAX_SIGNATURES, NoteError, SigningKey, VerifyingKey,
};
pub use commitment::{Commitment, Salt};
pub use tree::{ConsistencyProof, InclusionProof, OutOfRange, Tree};
pub use verification::{Entry, LogFault, Opening, Verified, signed_size, verify};
