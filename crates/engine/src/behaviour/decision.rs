//! Decisions: evaluating one on the variables that an element sees.

use std::sync::Arc;

use base::{Party, Personal};
use feel::{Context, Value};

use super::{evaluate, incident};
use crate::decision::Outcome;
use crate::deployment::{Place, Slot};
use crate::working::{Halt, Working};
use crate::{DecisionId, ElementKey, IncidentKind, Rejection};

/// Evaluates the decision of an element.
pub(crate) fn evaluate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(DecisionId, base::Digest, Outcome), Halt> {
    let id = DecisionId::from(evaluate::text(working, key, place, Slot::DecisionId)?.as_str());
    let Some(decision) = working.deployment().decision(&id) else {
        let detail = format!("decision {id} is not deployed");
        return Err(Halt::incident(IncidentKind::DecisionFailed, detail));
    };
    let variables = context(working, key)?;
    let environment = working.expression_environment();
    let evaluate = Arc::clone(&decision.evaluate);
    match evaluate(&variables, &environment) {
        Ok(outcome) => Ok((id, decision.version, outcome)),
        Err(fault) => {
            let detail = incident::short(format!("decision {id}: {}", fault.code));
            Err(Halt::incident(IncidentKind::DecisionFailed, detail))
        }
    }
}

/// Every variable that an element sees; an erased one is null to a decision.
fn context(working: &Working<'_>, key: ElementKey) -> Result<Context, Halt> {
    let mut entries: Vec<(String, Value)> = Vec::new();
    for (name, value) in working.instance().visible_variables(key) {
        match value {
            Personal::Open { value, .. } => entries.push((name.to_owned(), value.value().clone())),
            Personal::Erased => {}
            Personal::Sealed(_) => {
                return Err(Rejection::Sealed { variable: name.to_owned() }.into());
            }
        }
    }
    Context::from_entries(entries)
        .map_err(|_| Halt::incident(IncidentKind::DecisionFailed, "the variables nest too deep"))
}

/// Whom a decision's result is about.
pub(crate) const RESULT_PARTY: Party = Party::REQUESTER;
