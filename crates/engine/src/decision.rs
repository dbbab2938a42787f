//! Decision: where a business rule task meets the decision models.
//!
//! A decision is given the variables that the task sees. Its result becomes a variable; the rules that
//! counted and the inputs go into the journal, so that the trace can be made again from the log alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Digest;
use dmn::{Fault, ReasonCode};
use feel::{Budget, Context, Environment, Value};

use crate::DecisionId;

/// The decisions of a deployment; the last one given under an id is the newest.
pub(crate) type Decisions = BTreeMap<DecisionId, Arc<dmn::Model>>;

/// What a decision gave.
pub(crate) struct Outcome {
    /// The digest of the model.
    pub(crate) version: Digest,
    /// The result.
    pub(crate) result: Value,
    /// The inputs as the model took them.
    pub(crate) inputs: Value,
    /// The rules that counted.
    pub(crate) rules: Vec<ReasonCode>,
}

/// Evaluates a decision. As in Camunda 8 a table without a matching rule gives null; every other fault
/// is no answer. The error says what is wrong without any value.
pub(crate) fn evaluate(
    model: &dmn::Model,
    decision: &DecisionId,
    variables: &Context,
    environment: &Arc<Environment>,
    budget: &mut Budget,
) -> Result<Outcome, String> {
    let inputs = model.read_texts(variables).map_err(|error| error.to_string())?;
    let evaluation = model
        .evaluate(decision.as_str(), &inputs, environment, budget)
        .map_err(|error| error.to_string())?;
    let fault = evaluation.trace.all_faults().find(|fault| match fault {
        Fault::NoRuleMatched { .. } => false,
        Fault::SeveralRulesMatched { .. }
        | Fault::OutputsDiffer { .. }
        | Fault::InputNotAllowed { .. }
        | Fault::OutputNotAllowed { .. }
        | Fault::NotAggregable { .. }
        | Fault::NotOfType { .. }
        | Fault::Unread { .. } => true,
    });
    if let Some(fault) = fault {
        return Err(fault.to_string());
    }
    let inputs = Value::context(evaluation.trace.inputs.iter().cloned()).unwrap_or_default();
    Ok(Outcome {
        version: model.stamp().digest,
        rules: evaluation.trace.codes(),
        result: evaluation.value,
        inputs,
    })
}
