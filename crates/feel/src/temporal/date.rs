//! Date: a day of the calendar.

use std::fmt;

use super::calendar::{date_of, days_from, days_in_month};
use super::duration::YearsMonths;
use super::{LARGEST_YEAR, parse};

/// A day of the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, if there is one.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let exists = year.unsigned_abs() <= LARGEST_YEAR.unsigned_abs()
            && (1..=12).contains(&month)
            && (1..=days_in_month(i64::from(year), month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// Reads `2026-11-22`; years of more than four digits and a leading `-` are allowed.
    pub fn parse(text: &str) -> Option<Self> {
        parse::date(text)
    }

    /// The year; 0 is the year before 1.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01.
    pub fn days_since_epoch(self) -> i64 {
        days_from(i64::from(self.year), self.month, self.day)
    }

    /// The day this many days after 1970-01-01, if it is within range.
    pub fn from_days_since_epoch(days: i64) -> Option<Self> {
        let (year, month, day) = date_of(days);
        Self::new(i32::try_from(year).ok()?, month, day)
    }

    /// The day this many days later.
    pub fn plus_days(self, days: i64) -> Option<Self> {
        Self::from_days_since_epoch(self.days_since_epoch().checked_add(days)?)
    }

    /// The same day of the month that much later; the month's last day where it has no such day.
    pub fn plus_months(self, duration: YearsMonths) -> Option<Self> {
        let months = i64::from(self.year) * 12 + i64::from(self.month) - 1;
        let months = months.checked_add(duration.total_months())?;
        let year = i32::try_from(months.div_euclid(12)).ok()?;
        let month = u8::try_from(months.rem_euclid(12) + 1).ok()?;
        Self::new(year, month, self.day.min(days_in_month(i64::from(year), month)))
    }

    /// The day of the week, Monday 1 to Sunday 7.
    pub fn weekday(self) -> u8 {
        u8::try_from((self.days_since_epoch() + 3).rem_euclid(7) + 1).unwrap_or(1)
    }

    /// The day of the year, 1 to 366.
    pub fn day_of_year(self) -> u16 {
        let first = days_from(i64::from(self.year), 1, 1);
        u16::try_from(self.days_since_epoch() - first + 1).unwrap_or(1)
    }

    /// The ISO 8601 week of the year, 1 to 53.
    pub fn week_of_year(self) -> u8 {
        let thursday = self.days_since_epoch() + 4 - i64::from(self.weekday());
        let (year, _, _) = date_of(thursday);
        u8::try_from((thursday - days_from(year, 1, 1)) / 7 + 1).unwrap_or(1)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.year < 0 { "-" } else { "" };
        write!(formatter, "{sign}{:04}-{:02}-{:02}", self.year.unsigned_abs(), self.month, self.day)
    }
}
