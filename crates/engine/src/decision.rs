//! Decision: where a business rule task meets the decision tables.
//!
//! A decision is deployed under its id and the digest of its file. It is given the variables that
//! the task sees and answers with a result, the rules that were hit and their reason codes.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Digest;

use crate::{DecisionId, RuleHit};

/// What a decision gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The result.
    pub result: feel::Value,
    /// The rules that were hit, of every decision that took part.
    pub rules: Vec<RuleHit>,
    /// Codes of the reasons that the rules carry.
    pub reasons: Vec<String>,
}

/// Why a decision gave nothing, as a code without values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the decision failed: {code}")]
pub struct DecisionFault {
    /// The code.
    pub code: String,
}

/// Evaluates one decision on the variables in sight.
pub type Evaluate =
    dyn Fn(&feel::Context, &Arc<feel::Environment>) -> Result<Outcome, DecisionFault> + Send + Sync;

/// A deployed decision.
#[derive(Clone)]
pub struct Decision {
    pub(crate) version: Digest,
    pub(crate) evaluate: Arc<Evaluate>,
}

impl std::fmt::Debug for Decision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Decision").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Decision {
    /// A decision of a file with this digest.
    pub fn new(version: Digest, evaluate: Arc<Evaluate>) -> Self {
        Self { version, evaluate }
    }
}

/// The decisions of a deployment; the last one given under an id is the newest.
pub(crate) type Decisions = BTreeMap<DecisionId, Decision>;
