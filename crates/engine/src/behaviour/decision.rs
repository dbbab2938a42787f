//! Decisions: evaluating one on the variables that an element sees.

use base::{Party, Personal};
use feel::{Context, Value};

use super::{evaluate, incident};
use crate::decision::{self, Outcome};
use crate::deployment::{Place, Slot};
use crate::working::{Halt, Working};
use crate::{DecisionId, ElementKey, IncidentKind, Rejection};

/// Evaluates the decision of an element; the party is the one that its result is about.
pub(crate) fn evaluate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(DecisionId, Outcome, Party), Halt> {
    let id = DecisionId::from(evaluate::text(working, key, place, Slot::DecisionId)?.as_str());
    let Some(model) = working.deployment().decision(&id) else {
        let detail = format!("decision {id} is not deployed");
        return Err(Halt::incident(IncidentKind::DecisionFailed, detail));
    };
    let (variables, party) = context(working, key, model, &id)?;
    let environment = working.expression_environment();
    let mut budget = working.budget();
    match decision::evaluate(model, &id, &variables, &environment, &mut budget) {
        Ok(outcome) => Ok((id, outcome, party)),
        Err(fault) => {
            let detail = incident::short(format!("decision {id}: {fault}"));
            Err(Halt::incident(IncidentKind::DecisionFailed, detail))
        }
    }
}

/// The variables that the decision reads, as the element sees them.
fn context(
    working: &Working<'_>,
    key: ElementKey,
    model: &dmn::Model,
    id: &DecisionId,
) -> Result<(Context, Party), Halt> {
    let mut entries: Vec<(&str, Value)> = Vec::new();
    let mut parties = evaluate::Parties::default();
    for input in model.inputs_of(id.as_str()).unwrap_or_default() {
        match working.instance().visible(key, input.name) {
            None => {}
            Some(Personal::Open { value, party, .. }) => {
                parties.add(*party);
                entries.push((input.name, value.value().clone()));
            }
            Some(Personal::Erased) => {
                let detail = format!("decision {id} reads {}", input.name);
                return Err(Halt::incident(IncidentKind::ValueErased, detail));
            }
            Some(Personal::Sealed(_)) => {
                return Err(Rejection::Sealed { variable: input.name.to_owned() }.into());
            }
        }
    }
    let context = Context::from_entries(entries)
        .map_err(|_| Halt::incident(IncidentKind::DecisionFailed, "the variables nest too deep"))?;
    Ok((context, parties.party()))
}
