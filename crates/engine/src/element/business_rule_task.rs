//! Business rule tasks: a decision whose result becomes a variable, with the rules that gave it.

use base::Personal;

use crate::behaviour::{decision, mapping, transition};
use crate::deployment::Place;
use crate::working::{Halt, Working};
use crate::{ElementKey, Event, Variable};

pub(super) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    model: &bpmn::Decision,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let (decision, outcome, party) = decision::evaluate(working, key, place)?;
    let values = mapping::one(&model.result_variable, outcome.result.clone(), party);
    mapping::result(working, key, place, values)?;
    let personal = |value| Personal::about(party, Variable::new(value));
    working.emit(Event::DecisionEvaluated {
        key,
        element: place.id().clone(),
        decision,
        version: outcome.version,
        rules: outcome.rules,
        inputs: personal(outcome.inputs),
        result: personal(outcome.result),
    })?;
    transition::complete(working, key, place)
}
