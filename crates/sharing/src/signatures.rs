//! The signatures under an agreement: a file of its own beside it, for what is signed is the
//! agreement's bytes as they stand.

use std::collections::BTreeMap;

use base::BodyId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::{Agreement, AgreementError};

/// The most signatures that are read.
pub const MAX_SIGNATURES: usize = 256;

/// The signatures of one agreement, by body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signatures(BTreeMap<BodyId, [u8; 64]>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    signature: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    body: BodyId,
    ed25519: String,
}

impl Signatures {
    /// Reads a file of `[[signature]]` tables: `body`, and `ed25519` in base64.
    ///
    /// # Errors
    /// What is not of this form, with its line.
    pub fn read(text: &str) -> Result<Self, AgreementError> {
        let wrong =
            |line: usize, sentence: &str| AgreementError { line, sentence: sentence.to_owned() };
        let file: File = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
            wrong(line, error.message())
        })?;
        if file.signature.len() > MAX_SIGNATURES {
            return Err(wrong(1, "too many signatures"));
        }
        let mut signatures = BTreeMap::new();
        for line in file.signature {
            let bytes = STANDARD.decode(&line.ed25519).ok().and_then(|bytes| bytes.try_into().ok());
            let Some(bytes) = bytes else {
                let sentence = format!("the signature of {} is not 64 bytes in base64", line.body);
                return Err(wrong(1, &sentence));
            };
            if signatures.insert(line.body.clone(), bytes).is_some() {
                return Err(wrong(1, &format!("{} has signed twice: keep one", line.body)));
            }
        }
        Ok(Self(signatures))
    }

    /// Adds a body's signature, or puts it in the place of an older one.
    pub fn add(&mut self, body: BodyId, signature: [u8; 64]) {
        self.0.insert(body, signature);
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let tables = self.0.iter().map(|(body, bytes)| {
            format!("[[signature]]\nbody = \"{body}\"\ned25519 = \"{}\"\n", STANDARD.encode(bytes))
        });
        tables.collect::<Vec<_>>().join("\n")
    }
}

/// An agreement with what is known of its signatures. Without all of them it permits nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAgreement {
    agreement: Agreement,
    missing: Vec<BodyId>,
}

impl SignedAgreement {
    /// Checks each party's signature over the agreement's very bytes, by `verifies(body, bytes,
    /// signature)`, which knows the bodies' keys.
    ///
    /// # Errors
    /// What is wrong with the agreement's file.
    pub fn check(
        text: &str,
        signatures: &Signatures,
        verifies: impl Fn(&BodyId, &[u8], &[u8; 64]) -> bool,
    ) -> Result<Self, AgreementError> {
        let agreement = Agreement::read(text)?;
        let signed = |body: &&BodyId| {
            let signature = signatures.0.get(*body);
            !signature.is_some_and(|signature| verifies(body, text.as_bytes(), signature))
        };
        let missing = agreement.parties().filter(signed).cloned().collect();
        Ok(Self { agreement, missing })
    }

    /// The agreement.
    pub fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// The parties whose signature is missing or does not fit.
    pub fn missing(&self) -> &[BodyId] {
        &self.missing
    }
}
