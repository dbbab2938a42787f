//! Value: what a FEEL expression gives. Cloning is cheap: strings, lists and contexts are shared.
//!
//! Nesting is bounded by [`MAX_VALUE_DEPTH`] when a list, context or function is made, so that
//! comparing, printing and dropping a value never exhausts the stack. `PartialEq` is structural
//! equality for hosts and tests; FEEL's own `=`, which may give null, is
//! [`Value::feel_equal`](Value::feel_equal).

use std::sync::Arc;

use crate::context::Context;
use crate::decimal::Decimal;
use crate::error::TooDeep;
use crate::function::Function;
use crate::temporal::{Date, DateTime, DaysTime, Time, YearsMonths};

mod compare;
mod text;

pub(crate) use compare::{Equality, equality, is_ordered, order};

/// How deep lists, contexts, ranges and functions may hold each other.
pub const MAX_VALUE_DEPTH: u32 = 200;
/// How large a value may be: values within it plus 16 bytes of text each count as one, and what is
/// shared counts as often as it appears, as it does when it is printed.
pub const MAX_VALUE_SIZE: u64 = 1 << 22;
/// Bytes of text that count as one part of a value's size.
const BYTES_PER_PART: u64 = 16;

/// A FEEL value.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// Absent, or the result of a FEEL error.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A decimal number.
    Number(Decimal),
    /// Text.
    String(Arc<str>),
    /// A calendar date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A date and time.
    DateTime(DateTime),
    /// A duration of days, hours, minutes and seconds.
    DaysTime(DaysTime),
    /// A duration of years and months.
    YearsMonths(YearsMonths),
    /// A list.
    List(List),
    /// A context.
    Context(Context),
    /// A range.
    Range(Range),
    /// A function.
    Function(Function),
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Result<Self, TooDeep> {
        List::new(items.into_iter().collect()).map(Self::List)
    }

    /// A context of these entries.
    pub fn context<N: Into<Arc<str>>>(
        entries: impl IntoIterator<Item = (N, Value)>,
    ) -> Result<Self, TooDeep> {
        Context::from_entries(entries).map(Self::Context)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<Decimal> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list.items()) } else { None }
    }

    /// The context, if it is one.
    pub fn as_context(&self) -> Option<&Context> {
        if let Self::Context(context) = self { Some(context) } else { None }
    }

    /// The name of its type as FEEL writes it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::Boolean(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Date(_) => "date",
            Self::Time(_) => "time",
            Self::DateTime(_) => "date and time",
            Self::DaysTime(_) => "days and time duration",
            Self::YearsMonths(_) => "years and months duration",
            Self::List(_) => "list",
            Self::Context(_) => "context",
            Self::Range(_) => "range",
            Self::Function(_) => "function",
        }
    }

    /// FEEL's `=` in three-valued logic: `None` where the types cannot be compared.
    pub fn feel_equal(&self, other: &Self) -> Option<bool> {
        match equality(self, other) {
            Equality::Same => Some(true),
            Equality::Different => Some(false),
            Equality::Incomparable => None,
        }
    }

    /// FEEL's order of two values of one ordered type; `None` where there is none, as between a
    /// string and a number, or a local date and time and a zoned one.
    pub fn feel_order(&self, other: &Self) -> Option<std::cmp::Ordering> {
        order(self, other)
    }

    /// How many parts it has, at least 1.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::List(list) => list.0.size,
            Self::Context(context) => context.size(),
            Self::Range(range) => range.size(),
            Self::String(text) => text_size(text),
            // A number is printed with all its zeros.
            Self::Number(number) => {
                1 + u64::from(number.exponent().unsigned_abs()) / BYTES_PER_PART / 2
            }
            Self::Null
            | Self::Boolean(_)
            | Self::Function(_)
            | Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::DaysTime(_)
            | Self::YearsMonths(_) => 1,
        }
    }

    /// How deep it nests: 0 for what holds no other value.
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Self::List(list) => list.0.depth,
            Self::Context(context) => context.depth(),
            Self::Range(range) => range.depth(),
            Self::Function(function) => function.depth(),
            Self::Null
            | Self::Boolean(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::DaysTime(_)
            | Self::YearsMonths(_) => 0,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Self::Number(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Decimal::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<List> for Value {
    fn from(value: List) -> Self {
        Self::List(value)
    }
}

impl From<Context> for Value {
    fn from(value: Context) -> Self {
        Self::Context(value)
    }
}

/// How many parts a text counts as.
pub(crate) fn text_size(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX) / BYTES_PER_PART + 1
}

/// The depth and size of what holds these values.
pub(crate) fn extent<'v>(values: impl Iterator<Item = &'v Value>) -> Result<(u32, u64), TooDeep> {
    let mut deepest = 0;
    let mut size: u64 = 1;
    for value in values {
        deepest = deepest.max(value.depth());
        size = size.saturating_add(value.size());
    }
    if deepest >= MAX_VALUE_DEPTH || size > MAX_VALUE_SIZE {
        return Err(TooDeep);
    }
    Ok((deepest.saturating_add(1), size))
}

/// An immutable list. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct List(Arc<Items>);

#[derive(Debug, Default)]
struct Items {
    all: Vec<Value>,
    depth: u32,
    size: u64,
}

impl List {
    /// A list of these items.
    pub fn new(items: Vec<Value>) -> Result<Self, TooDeep> {
        let (depth, size) = extent(items.iter())?;
        Ok(Self(Arc::new(Items { all: items, depth, size })))
    }

    /// Its items in order.
    #[inline]
    pub fn items(&self) -> &[Value] {
        &self.0.all
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.all.is_empty()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.0.all == other.0.all
    }
}

/// One end of a [`Range`].
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// No bound on this side.
    Unbounded,
    /// Up to this value, without it.
    Open(Value),
    /// Up to this value, with it.
    Closed(Value),
}

impl Bound {
    /// The value of the end, if it has one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Unbounded => None,
            Self::Open(value) | Self::Closed(value) => Some(value),
        }
    }

    /// Whether the value of the end belongs to the range.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

/// A range between two values of one ordered type.
#[derive(Debug, Clone, PartialEq)]
pub struct Range(Arc<(Bound, Bound)>);

impl Range {
    /// A range; at least one end has a value, both values have one ordered type, and the low end is
    /// not above the high end. Otherwise `None`.
    pub fn new(low: Bound, high: Bound) -> Option<Self> {
        let ordered = match (low.value(), high.value()) {
            (None, None) => false,
            (Some(end), None) | (None, Some(end)) => is_ordered(end),
            (Some(from), Some(to)) => order(from, to).is_some_and(std::cmp::Ordering::is_le),
        };
        ordered.then(|| Self(Arc::new((low, high))))
    }

    /// The low end.
    pub fn low(&self) -> &Bound {
        &self.0.0
    }

    /// The high end.
    pub fn high(&self) -> &Bound {
        &self.0.1
    }

    /// Whether it holds a value; `None` where they cannot be compared.
    #[inline]
    pub fn includes(&self, value: &Value) -> Option<bool> {
        compare::includes(self, value)
    }

    fn size(&self) -> u64 {
        let ends = [self.low(), self.high()];
        ends.iter().filter_map(|end| end.value()).map(Value::size).fold(1, u64::saturating_add)
    }

    fn depth(&self) -> u32 {
        let ends = [self.low(), self.high()];
        let deepest = ends.iter().filter_map(|end| end.value()).map(Value::depth).max();
        deepest.unwrap_or(0).saturating_add(1)
    }
}
