//! FEEL, the expression language of DMN.
//!
//! A text is compiled once against the [`Names`] in scope, then evaluated as often as wanted
//! against a [`Scope`] that holds their values:
//!
//! ```
//! use feel::{Budget, Dialect, Environment, Expression, Names, Scope, Value};
//!
//! let mut names = Names::new();
//! let income = names.add("monthly income");
//! let expression = Expression::compile("monthly income * 12 < 7400", &names, Dialect::STANDARD)?;
//!
//! let mut scope = Scope::new(&names, Environment::default().into());
//! scope.set(income, Value::from(600));
//! let result = expression.evaluate(&scope, &mut Budget::default())?;
//! assert_eq!(result, Value::from(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it promises:
//!
//! - numbers are decimals of 34 digits ([`Decimal`]), never floats: `0.1 + 0.2 = 0.3`;
//! - a name that nobody declared is a [`CompileError`], so that a typing error does not become
//!   "no rule matched" (a [`Dialect`] may ask for null instead);
//! - no text and no value makes it panic, exhaust the stack or run for ever: nesting is limited
//!   where it is made, and every evaluation has a [`Budget`];
//! - the clock, the zone and random numbers come from the [`Environment`] alone, so a result can be
//!   replayed;
//! - dates and times with zones are ordered by instant;
//! - [unary tests](UnaryTests) can be inspected ([`Shape`]), for whoever looks for gaps and overlaps.
//!
//! FEEL turns most errors into null; [`EvalError`] is kept for what is not an answer at all.

#![deny(clippy::wildcard_enum_match_arm)]
#![deny(clippy::float_arithmetic)]
#![deny(clippy::indexing_slicing)]

mod ast;
mod budget;
mod builtins;
mod cache;
mod context;
mod decimal;
mod dialect;
mod environment;
mod error;
mod evaluate;
mod expression;
mod function;
mod json;
mod names;
mod parse;
mod temporal;
mod types;
mod unary;
mod value;

pub use budget::{Budget, Limits};
pub use cache::Cache;
pub use context::Context;
pub use decimal::{Decimal, DecimalError, Rounding};
pub use dialect::{Dialect, Extensions, NullPolicy, Unknown};
pub use environment::{Entropy, Environment, Scope};
pub use error::{BudgetExceeded, CompileError, EvalError, Position, TooDeep};
pub use expression::Expression;
pub use function::{Function, Native};
pub use json::{JsonError, JsonLimits};
pub use names::{Names, Slot};
pub use parse::{MAX_EXPRESSION_DEPTH, MAX_TEXT_LENGTH};
pub use temporal::{Date, DateTime, DaysTime, Time, YearsMonths, Zone};
pub use types::Type;
pub use unary::{Shape, Test, UnaryTests};
pub use value::{Bound, List, MAX_VALUE_DEPTH, MAX_VALUE_SIZE, Range, Value};
