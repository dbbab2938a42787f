//! Functions on contexts.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use std::sync::Arc;

use super::{Builtin, Cost, all, argument, fixed, items, list, new_list, single};
use crate::context::Context;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    fixed(
        "get value",
        &[all(&["m", "key"]), all(&["context", "key"]), all(&["m", "keys"])],
        Cost::Constant,
        |values| {
            let context = single(argument(values, 0)).as_context()?;
            match argument(values, 1) {
                Value::String(key) => context.get(key).cloned(),
                Value::List(keys) => {
                    let (last, path) = keys.items().split_last()?;
                    let mut inner = context;
                    for key in path {
                        inner = inner.get(key.as_str()?)?.as_context()?;
                    }
                    inner.get(last.as_str()?).cloned()
                }
                _ => None,
            }
        },
    ),
    fixed("get entries", &[all(&["m"]), all(&["context"])], Cost::Linear, |values| {
        let context = single(argument(values, 0)).as_context()?;
        let entry = |(name, value): (&str, &Value)| {
            Value::context([("key", Value::from(name)), ("value", value.clone())]).ok()
        };
        new_list(context.iter().map(entry).collect::<Option<_>>()?)
    }),
    fixed("context", &[all(&["entries"])], Cost::Linear, |values| {
        let entries = list(values, 0)?;
        let mut pairs: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len());
        let mut seen = std::collections::BTreeSet::new();
        for entry in entries.items() {
            let entry = entry.as_context()?;
            let key: Arc<str> = entry.get("key")?.as_str()?.into();
            if !seen.insert(Arc::clone(&key)) {
                return None;
            }
            pairs.push((key, entry.get("value")?.clone()));
        }
        Context::from_entries(pairs).ok().map(Value::Context)
    }),
    fixed(
        "context put",
        &[all(&["context", "key", "value"]), all(&["context", "keys", "value"])],
        Cost::Linear,
        |values| {
            let context = single(argument(values, 0)).as_context()?;
            let value = argument(values, 2).clone();
            match argument(values, 1) {
                Value::String(key) => context.with(Arc::clone(key), value).ok().map(Value::Context),
                Value::List(keys) => put(context, keys.items(), value).map(Value::Context),
                _ => None,
            }
        },
    ),
    fixed("context merge", &[all(&["contexts"])], Cost::Deep, |values| {
        let contexts = items(values)?;
        let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
        for context in contexts.items() {
            entries.extend_from_slice(context.as_context()?.entries());
        }
        Context::from_entries(entries).ok().map(Value::Context)
    }),
];

/// Puts a value at a path of keys; contexts on the way are made where there are none. As deep as the
/// result may be, which the depth of values bounds.
fn put(context: &Context, keys: &[Value], value: Value) -> Option<Context> {
    if keys.len() > crate::value::MAX_VALUE_DEPTH as usize {
        return None;
    }
    let (first, rest) = keys.split_first()?;
    let key = first.as_str()?;
    if rest.is_empty() {
        return context.with(key, value).ok();
    }
    let inner = match context.get(key) {
        Some(Value::Context(inner)) => inner.clone(),
        None | Some(Value::Null) => Context::new(),
        Some(_) => return None,
    };
    context.with(key, Value::Context(put(&inner, rest, value)?)).ok()
}
