//! Durations: days and time, exact; years and months, by the calendar.

use std::fmt;

use super::{NANOS_PER_SECOND, SECONDS_PER_DAY, parse};

/// An exact duration of days, hours, minutes and seconds, to the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DaysTime {
    /// Whole seconds toward the smaller number, so that the derived order is that of time.
    seconds: i64,
    nanos: u32,
}

impl DaysTime {
    /// No time.
    pub const ZERO: Self = Self { seconds: 0, nanos: 0 };

    /// A duration of this many nanoseconds, if it is within range.
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        let second = i128::from(NANOS_PER_SECOND);
        let seconds = i64::try_from(nanos.div_euclid(second)).ok()?;
        Some(Self { seconds, nanos: u32::try_from(nanos.rem_euclid(second)).ok()? })
    }

    /// A duration of this many seconds.
    pub fn from_seconds(seconds: i64) -> Self {
        Self { seconds, nanos: 0 }
    }

    /// Reads `P1DT2H30M4.5S`, with an optional leading `-`.
    pub fn parse(text: &str) -> Option<Self> {
        parse::days_time(text)
    }

    /// Its whole length.
    pub fn total_nanos(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOS_PER_SECOND) + i128::from(self.nanos)
    }

    /// Its whole length in milliseconds, toward the smaller number.
    pub fn total_milliseconds(self) -> i64 {
        i64::try_from(self.total_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.seconds < 0
    }

    /// The other direction.
    pub fn negated(self) -> Option<Self> {
        Self::from_nanos(-self.total_nanos())
    }

    /// Days, hours, minutes, seconds and nanoseconds, all of one sign.
    pub(crate) fn parts(self) -> (bool, [u64; 4], u32) {
        let nanos = self.total_nanos();
        let magnitude = nanos.unsigned_abs();
        let second = u128::from(NANOS_PER_SECOND.unsigned_abs());
        let seconds = u64::try_from(magnitude / second).unwrap_or(u64::MAX);
        let fraction = u32::try_from(magnitude % second).unwrap_or(0);
        let day = SECONDS_PER_DAY.unsigned_abs();
        let parts = [seconds / day, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
        (nanos < 0, parts, fraction)
    }
}

impl fmt::Display for DaysTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (negative, [days, hours, minutes, seconds], fraction) = self.parts();
        formatter.write_str(if negative { "-P" } else { "P" })?;
        if days > 0 {
            write!(formatter, "{days}D")?;
        }
        let has_seconds = seconds > 0 || fraction > 0;
        if hours > 0 || minutes > 0 || has_seconds {
            formatter.write_str("T")?;
        } else if days == 0 {
            return formatter.write_str("T0S");
        }
        if hours > 0 {
            write!(formatter, "{hours}H")?;
        }
        if minutes > 0 {
            write!(formatter, "{minutes}M")?;
        }
        if fraction > 0 {
            let digits = format!("{fraction:09}");
            write!(formatter, "{seconds}.{}S", digits.trim_end_matches('0'))
        } else if has_seconds {
            write!(formatter, "{seconds}S")
        } else {
            Ok(())
        }
    }
}

/// A duration of years and months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearsMonths {
    months: i64,
}

impl YearsMonths {
    /// No time.
    pub const ZERO: Self = Self { months: 0 };

    /// A duration of this many months.
    pub fn from_months(months: i64) -> Self {
        Self { months }
    }

    /// Reads `P1Y6M`, with an optional leading `-`.
    pub fn parse(text: &str) -> Option<Self> {
        parse::years_months(text)
    }

    /// Its whole length.
    pub fn total_months(self) -> i64 {
        self.months
    }

    /// Whole years, toward zero.
    pub fn years(self) -> i64 {
        self.months / 12
    }

    /// The months beyond the whole years, with the sign of the duration.
    pub fn months(self) -> i64 {
        self.months % 12
    }
}

impl fmt::Display for YearsMonths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.months.unsigned_abs();
        let (years, months) = (magnitude / 12, magnitude % 12);
        formatter.write_str(if self.months < 0 { "-P" } else { "P" })?;
        match (years, months) {
            (0, _) => write!(formatter, "{months}M"),
            (_, 0) => write!(formatter, "{years}Y"),
            _ => write!(formatter, "{years}Y{months}M"),
        }
    }
}
