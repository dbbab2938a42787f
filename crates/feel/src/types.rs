//! Types as FEEL writes them: `number`, `list<string>`, `context<name: string>`, `range<date>`.

use std::sync::Arc;

use crate::dialect::Dialect;
use crate::names::Names;
use crate::parse::Parser;
use crate::temporal::{DateTime, Zone};
use crate::value::{List, Value};

/// A FEEL type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Every value.
    Any,
    /// Only null.
    Null,
    /// `boolean`.
    Boolean,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `date`.
    Date,
    /// `time`.
    Time,
    /// `date and time`.
    DateTime,
    /// `days and time duration`.
    DaysTime,
    /// `years and months duration`.
    YearsMonths,
    /// `list<..>`; `list` alone is of any items.
    List(Box<Type>),
    /// `context<name: type, ..>`; `context` alone asks for no entries.
    Context(Vec<(Arc<str>, Type)>),
    /// `range<..>`; `range` alone is of any ends.
    Range(Box<Type>),
    /// `function<..> -> ..`, parameters and result; `function` alone is every function.
    Function(Option<(Vec<Type>, Box<Type>)>),
}

impl Type {
    /// Reads a type; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser::new(text, &Names::new(), Dialect::STANDARD).ok()?;
        let named = parser.type_name().ok()?;
        parser.at_end().then_some(named)
    }

    /// Whether a value conforms to the type. Null conforms to every type, as in DMN's type checks.
    pub fn accepts(&self, value: &Value) -> bool {
        value.is_null() || self.holds(value)
    }

    /// Whether a value is an instance of the type, as FEEL's `instance of`: null is one of `Null`
    /// and `Any` alone.
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Null => value.is_null(),
            Self::Boolean => matches!(value, Value::Boolean(_)),
            Self::Number => matches!(value, Value::Number(_)),
            Self::String => matches!(value, Value::String(_)),
            Self::Date => matches!(value, Value::Date(_)),
            Self::Time => matches!(value, Value::Time(_)),
            Self::DateTime => matches!(value, Value::DateTime(_)),
            Self::DaysTime => matches!(value, Value::DaysTime(_)),
            Self::YearsMonths => matches!(value, Value::YearsMonths(_)),
            Self::List(item) => {
                value.as_list().is_some_and(|items| items.iter().all(|value| item.accepts(value)))
            }
            Self::Context(entries) => value.as_context().is_some_and(|context| {
                entries.iter().all(|(name, named)| {
                    context.get(name).is_some_and(|value| named.accepts(value))
                })
            }),
            Self::Range(end) => {
                let Value::Range(range) = value else { return false };
                let ends = [range.low().value(), range.high().value()];
                ends.into_iter().flatten().all(|value| end.accepts(value))
            }
            Self::Function(signature) => {
                let Value::Function(function) = value else { return false };
                signature.as_ref().is_none_or(|(parameters, _)| function.takes(parameters.len()))
            }
        }
    }

    /// The value as one of this type, by DMN's implicit conversions: a list of one value becomes
    /// the value, a value a list of it, a date the date and time of its midnight UTC. Where none
    /// helps the result is null.
    pub fn coerce(&self, value: Value) -> Value {
        if self.accepts(&value) {
            return value;
        }
        if let (Self::DateTime, Value::Date(date)) = (self, &value) {
            return Value::DateTime(DateTime::midnight(*date, Zone::UTC));
        }
        if let Some([single]) = value.as_list()
            && self.accepts(single)
        {
            return single.clone();
        }
        if let Self::List(item) = self
            && item.accepts(&value)
        {
            return List::new(vec![value]).map_or(Value::Null, Value::List);
        }
        Value::Null
    }
}
