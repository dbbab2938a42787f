//! The one literal of a decision, found and replaced in the text of its file.

use std::ops::Range;
use std::sync::Arc;

use feel::{Budget, Dialect, Environment, Expression, Names, Scope, Value};

/// The literal of a decision whose logic is one literal expression without names.
pub(crate) fn literal_of(text: &str, decision: &str) -> Option<String> {
    let literal = unescaped(text.get(place(text, decision)?)?);
    value_of(&literal).map(|_| literal)
}

/// The file with another literal of the same type in its place.
pub(super) fn replaced(text: &str, decision: &str, literal: &str) -> Option<String> {
    let place = place(text, decision)?;
    let before = value_of(&unescaped(text.get(place.clone())?))?;
    let now = value_of(literal)?;
    if std::mem::discriminant(&before) != std::mem::discriminant(&now) {
        return None;
    }
    let mut changed = text.to_owned();
    changed.replace_range(place, &escaped(literal));
    Some(changed)
}

/// The value of a text of FEEL that uses no name.
fn value_of(literal: &str) -> Option<Value> {
    let names = Names::new();
    let expression = Expression::compile(literal.trim(), &names, Dialect::STANDARD).ok()?;
    let scope = Scope::new(&names, Arc::new(Environment::default()));
    let value = expression.evaluate(&scope, &mut Budget::default()).ok()?;
    (value != Value::Null).then_some(value)
}

/// Where the text of a decision's literal expression stands.
fn place(text: &str, decision: &str) -> Option<Range<usize>> {
    let start = text.find(&format!("id=\"{decision}\""))?;
    let own = text.get(start..)?;
    let own = own.get(..own.find("decision>")?)?;
    let expression = own.find("literalExpression")?;
    let open = expression + own.get(expression..)?.find("text>")? + "text>".len();
    let length = own.get(open..)?.find("</")?;
    Some(start + open..start + open + length)
}

/// As it stands in XML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&apos;", "'").replace("&amp;", "&")
}
