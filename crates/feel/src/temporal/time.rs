//! Time: a time of day, with or without a zone.

use std::fmt;

use super::zone::Zone;
use super::{NANOS_PER_DAY, NANOS_PER_SECOND, parse};

/// A time of day to the nanosecond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    nanos: i64,
    zone: Zone,
}

impl Time {
    /// The time, if there is one.
    pub fn new(hour: u8, minute: u8, second: u8, nanos: u32, zone: Zone) -> Option<Self> {
        let exists = hour < 24 && minute < 60 && second < 60 && i64::from(nanos) < NANOS_PER_SECOND;
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        exists.then(|| Self { nanos: seconds * NANOS_PER_SECOND + i64::from(nanos), zone })
    }

    /// The time this many nanoseconds after midnight; whole days are left out.
    pub fn from_nanos(nanos: i64, zone: Zone) -> Self {
        Self { nanos: nanos.rem_euclid(NANOS_PER_DAY), zone }
    }

    /// Reads `10:00:00`, `10:00:00.5Z`, `10:00:00+01:00`, `10:00:00@Europe/London`.
    pub fn parse(text: &str) -> Option<Self> {
        parse::time(text)
    }

    /// The hour, 0 to 23.
    pub fn hour(&self) -> u8 {
        u8::try_from(self.nanos / NANOS_PER_SECOND / 3600).unwrap_or(0)
    }

    /// The minute, 0 to 59.
    pub fn minute(&self) -> u8 {
        u8::try_from(self.nanos / NANOS_PER_SECOND / 60 % 60).unwrap_or(0)
    }

    /// The second, 0 to 59.
    pub fn second(&self) -> u8 {
        u8::try_from(self.nanos / NANOS_PER_SECOND % 60).unwrap_or(0)
    }

    /// The fraction of the second.
    pub fn nanosecond(&self) -> u32 {
        u32::try_from(self.nanos % NANOS_PER_SECOND).unwrap_or(0)
    }

    /// Nanoseconds since midnight.
    pub fn nanos_of_day(&self) -> i64 {
        self.nanos
    }

    /// The zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Nanoseconds since midnight of UTC, which may be negative or of the next day; `None` where the
    /// zone does not tell. A named zone counts with its standard offset.
    pub(crate) fn utc_nanos(&self) -> Option<i64> {
        Some(self.nanos - i64::from(self.zone.standard_offset()?) * NANOS_PER_SECOND)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}:{:02}", self.hour(), self.minute(), self.second())?;
        if self.nanosecond() > 0 {
            let fraction = format!("{:09}", self.nanosecond());
            write!(formatter, ".{}", fraction.trim_end_matches('0'))?;
        }
        write!(formatter, "{}", self.zone)
    }
}
