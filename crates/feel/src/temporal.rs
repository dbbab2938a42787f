//! Dates, times and durations, from year -999,999,999 to 999,999,999.
//!
//! Own types because FEEL's years reach further than any calendar crate's; the rules of zones come
//! from the bundled IANA database alone, never from the machine.

mod calendar;
mod date;
mod date_time;
mod duration;
mod parse;
mod time;
mod zone;

#[cfg(test)]
mod tests;

pub use date::Date;
pub use date_time::DateTime;
pub use duration::{DaysTime, YearsMonths};
pub use time::Time;
pub use zone::Zone;

pub(crate) const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub(crate) const SECONDS_PER_DAY: i64 = 86_400;
pub(crate) const NANOS_PER_DAY: i64 = NANOS_PER_SECOND * SECONDS_PER_DAY;
/// The largest year, on both sides of year 0.
pub(crate) const LARGEST_YEAR: i32 = 999_999_999;
