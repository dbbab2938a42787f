//! Date and time: a point on the calendar, with or without a zone.

use std::fmt;

use super::date::Date;
use super::duration::{DaysTime, YearsMonths};
use super::time::Time;
use super::zone::Zone;
use super::{NANOS_PER_DAY, NANOS_PER_SECOND, parse};

/// A date with a time of day; the zone is the time's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateTime {
    date: Date,
    time: Time,
    /// Where clocks go back a time comes twice; whether the second is meant. No text says so, only
    /// arithmetic leads there.
    second: bool,
}

impl DateTime {
    /// A date with a time of day.
    pub fn new(date: Date, time: Time) -> Self {
        Self { date, time, second: false }
    }

    /// Midnight of a date.
    pub fn midnight(date: Date, zone: Zone) -> Self {
        Self::new(date, Time::from_nanos(0, zone))
    }

    /// Reads `2026-11-22T10:00:00`, with what [`Time::parse`] allows behind the `T`.
    pub fn parse(text: &str) -> Option<Self> {
        parse::date_time(text)
    }

    /// The date.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The time of day, with the zone.
    pub fn time(&self) -> &Time {
        &self.time
    }

    /// The zone.
    pub fn zone(&self) -> &Zone {
        self.time.zone()
    }

    /// Nanoseconds since 1970 UTC. A local date and time is read in `local`; without it, it has no
    /// instant.
    pub fn instant(&self, local: Option<&Zone>) -> Option<i128> {
        let zone = if self.zone().is_local() { local? } else { self.zone() };
        let days = self.date.days_since_epoch();
        let offset = zone.offset_at(days, self.time.nanos_of_day(), self.second)?;
        Some(self.local_nanos() - i128::from(offset) * i128::from(NANOS_PER_SECOND))
    }

    /// Seconds ahead of UTC at this date and time, if it has a zone.
    pub fn offset(&self) -> Option<i32> {
        let days = self.date.days_since_epoch();
        self.zone().offset_at(days, self.time.nanos_of_day(), self.second)
    }

    /// Milliseconds since 1970 UTC, as [`DateTime::instant`].
    pub fn epoch_milliseconds(&self, local: Option<&Zone>) -> Option<i64> {
        i64::try_from(self.instant(local)?.div_euclid(1_000_000)).ok()
    }

    /// The date and time of an instant in a zone; in [`Zone::Local`] that of UTC, without a zone.
    pub fn from_instant(nanos: i128, zone: Zone) -> Option<Self> {
        let offset = zone.offset_of_instant(nanos).unwrap_or(0);
        let local = nanos.checked_add(i128::from(offset) * i128::from(NANOS_PER_SECOND))?;
        let mut value = Self::from_local_nanos(local, zone)?;
        value.second = value.instant(None).is_some_and(|instant| instant != nanos);
        Some(value)
    }

    /// The date and time of milliseconds since 1970 UTC in a zone.
    pub fn from_epoch_milliseconds(milliseconds: i64, zone: Zone) -> Option<Self> {
        Self::from_instant(i128::from(milliseconds) * 1_000_000, zone)
    }

    /// Nanoseconds since 1970-01-01 of the local calendar.
    pub(crate) fn local_nanos(&self) -> i128 {
        i128::from(self.date.days_since_epoch()) * i128::from(NANOS_PER_DAY)
            + i128::from(self.time.nanos_of_day())
    }

    fn from_local_nanos(nanos: i128, zone: Zone) -> Option<Self> {
        let day = i128::from(NANOS_PER_DAY);
        let days = i64::try_from(nanos.div_euclid(day)).ok()?;
        let rest = i64::try_from(nanos.rem_euclid(day)).ok()?;
        Some(Self::new(Date::from_days_since_epoch(days)?, Time::from_nanos(rest, zone)))
    }

    /// That much later: exact time, so an hour over a change of clocks is an hour.
    pub fn plus(&self, duration: DaysTime) -> Option<Self> {
        let zone = self.zone().clone();
        match self.instant(None) {
            Some(instant) => Self::from_instant(instant.checked_add(duration.total_nanos())?, zone),
            None => Self::from_local_nanos(
                self.local_nanos().checked_add(duration.total_nanos())?,
                zone,
            ),
        }
    }

    /// That much later by the calendar: the time of day stays.
    pub fn plus_months(&self, duration: YearsMonths) -> Option<Self> {
        Some(Self::new(self.date.plus_months(duration)?, self.time.clone()))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}T{}", self.date, self.time)
    }
}
