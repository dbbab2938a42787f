//! Evaluating the expressions of an element in a scope, and reading typed results from them.

use base::{Party, Personal, Timestamp};
use feel::Value;

use crate::deployment::{Place, Slot};
use crate::expression::{Compiled, Source};
use crate::working::{Halt, Working};
use crate::{ElementKey, IncidentKind, Rejection, Variable};

/// A value with whom it is about.
pub(crate) type About = (Value, Party);

/// Values that hide those of the scope: what earlier lines of a mapping gave.
pub(crate) type Overlay = [(String, About)];

/// The value of text or expression in the scope of an element instance.
pub(crate) fn source(
    working: &mut Working<'_>,
    scope: ElementKey,
    source: &Source,
    overlay: &Overlay,
    what: &str,
) -> Result<About, Halt> {
    match source {
        Source::Text(text) => Ok((Value::string(text.as_ref()), Party::REQUESTER)),
        Source::Feel(compiled) => expression(working, scope, compiled, overlay, what),
    }
}

/// The value of an expression in the scope of an element instance.
pub(crate) fn expression(
    working: &mut Working<'_>,
    scope: ElementKey,
    compiled: &Compiled,
    overlay: &Overlay,
    what: &str,
) -> Result<About, Halt> {
    let environment = working.expression_environment();
    let mut values = feel::Scope::new(&compiled.names, environment);
    let mut parties = Parties::default();
    for (name, slot) in &compiled.reads {
        if let Some((_, (value, party))) = overlay.iter().rev().find(|(own, _)| **own == **name) {
            parties.add(*party);
            values.set(*slot, value.clone());
            continue;
        }
        match working.instance().visible(scope, name) {
            None => {}
            Some(Personal::Open { value, party, .. }) => {
                parties.add(*party);
                values.set(*slot, value.value().clone());
            }
            Some(Personal::Erased) => {
                let detail = format!("{what} reads {name}");
                return Err(Halt::incident(IncidentKind::ValueErased, detail));
            }
            Some(Personal::Sealed(_)) => {
                return Err(Rejection::Sealed { variable: name.to_string() }.into());
            }
        }
    }
    match compiled.expression.evaluate(&values, &mut working.budget()) {
        Ok(value) => Ok((value, parties.party())),
        Err(error) => {
            let detail = format!("{what}: {}", code(&error));
            Err(Halt::incident(IncidentKind::ExpressionFailed, detail))
        }
    }
}

/// What a fault of an expression is called; its text may hold values and is left out.
fn code(error: &feel::EvalError) -> &'static str {
    match error {
        feel::EvalError::BudgetExceeded(_) => "it takes too long",
        feel::EvalError::TooDeep(_) => "its value nests too deep",
        feel::EvalError::NoClock => "there is no clock",
        feel::EvalError::NoEntropy => "there are no random numbers",
        feel::EvalError::Assertion { .. } => "an assertion failed",
        feel::EvalError::MissingSlot { .. } => "a name is missing",
        feel::EvalError::Host { .. } => "a function failed",
    }
}

/// Whom a result is about: the one other party whose values it was made of, else the requester.
#[derive(Default)]
pub(crate) struct Parties {
    seen: Option<Party>,
    mixed: bool,
}

impl Parties {
    /// Notes whom a value that was read is about.
    pub(crate) fn add(&mut self, party: Party) {
        self.mixed |= self.seen.is_some_and(|seen| seen != party);
        self.seen = Some(party);
    }

    /// Whom the result is about.
    pub(crate) fn party(&self) -> Party {
        self.seen.filter(|_| !self.mixed).unwrap_or(Party::REQUESTER)
    }
}

/// An optional expression of an element, evaluated in the scope of an instance of it.
pub(crate) fn slot(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    slot: Slot,
) -> Result<Option<About>, Halt> {
    match place.compiled.source(slot) {
        None => Ok(None),
        Some(found) => source(working, scope, found, &[], slot.name()).map(Some),
    }
}

/// A text that must be there: a job type, a message name.
pub(crate) fn text(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    at: Slot,
) -> Result<String, Halt> {
    match slot(working, scope, place, at)? {
        Some((Value::String(text), _)) if !text.is_empty() => Ok(text.to_string()),
        found => Err(wrong_type(at, found.as_ref().map(|(value, _)| value), "a text")),
    }
}

/// A text where the model has one and it is not null.
pub(crate) fn optional_text(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    at: Slot,
) -> Result<Option<String>, Halt> {
    match slot(working, scope, place, at)? {
        None | Some((Value::Null, _)) => Ok(None),
        Some((Value::String(text), _)) => Ok(Some(text.to_string())),
        Some((value, _)) => Err(wrong_type(at, Some(&value), "a text")),
    }
}

/// A whole number, written or computed.
pub(crate) fn number(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    at: Slot,
) -> Result<Option<i64>, Halt> {
    let found = slot(working, scope, place, at)?;
    let number = match &found {
        None => return Ok(None),
        Some((Value::Number(number), _)) => number.to_i64(),
        Some((Value::String(text), _)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(wrong_type(at, found.as_ref().map(|(value, _)| value), "a whole number")),
    }
}

/// A list of texts: a FEEL list, or one text with commas.
pub(crate) fn texts(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    at: Slot,
) -> Result<Vec<String>, Halt> {
    match slot(working, scope, place, at)? {
        None | Some((Value::Null, _)) => Ok(Vec::new()),
        Some((Value::String(text), _)) => Ok(text
            .split(',')
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect()),
        Some((value, _)) => {
            let items = value.as_list().map(|items| {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()
            });
            items.flatten().ok_or_else(|| wrong_type(at, Some(&value), "a list of texts"))
        }
    }
}

/// A point in time where the model has one and it is not null.
pub(crate) fn instant(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    at: Slot,
) -> Result<Option<Timestamp>, Halt> {
    match slot(working, scope, place, at)? {
        None | Some((Value::Null, _)) => Ok(None),
        Some((value, _)) => match super::timer::instant_of(working.zone(), &value) {
            Some(instant) => Ok(Some(instant)),
            None => Err(wrong_type(at, Some(&value), "a date and time")),
        },
    }
}

/// A personal value where the model has one and it is not null.
pub(crate) fn personal(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    at: Slot,
) -> Result<Option<Personal<Variable>>, Halt> {
    Ok(match slot(working, scope, place, at)? {
        None | Some((Value::Null, _)) => None,
        Some((value, party)) => Some(Personal::about(party, Variable::new(value))),
    })
}

/// The incident of a value of the wrong type; it names the types alone.
pub(crate) fn wrong_type(slot: Slot, found: Option<&Value>, wanted: &str) -> Halt {
    let found = found.map_or("nothing", Value::type_name);
    let detail = format!("{} gave {found}, not {wanted}", slot.name());
    Halt::incident(IncidentKind::WrongType, detail)
}
