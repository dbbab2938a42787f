//! Zone: what relates a time of day to UTC.

use std::fmt;
use std::sync::LazyLock;

use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

/// The rules compiled into the program: the machine's own database would make results depend on it.
static RULES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The largest offset from UTC, in seconds, without the limit itself.
const LARGEST_OFFSET: i32 = 18 * 3600;

/// What relates a time of day to UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// Nothing: a local time.
    Local,
    /// A fixed number of seconds ahead of UTC.
    Offset(i32),
    /// An IANA zone such as `Europe/London`.
    Named(TimeZone),
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self::Offset(0);

    /// A zone at a fixed offset below 18 hours.
    pub fn offset(seconds: i32) -> Option<Self> {
        (seconds.unsigned_abs() <= LARGEST_OFFSET.unsigned_abs()).then_some(Self::Offset(seconds))
    }

    /// The zone of an IANA name.
    pub fn named(name: &str) -> Option<Self> {
        RULES.get(name).ok().map(Self::Named)
    }

    /// Whether it is [`Zone::Local`].
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Local)
    }

    /// The IANA name, of a named zone.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(zone) => zone.iana_name(),
            Self::Local | Self::Offset(_) => None,
        }
    }

    /// Seconds ahead of UTC at a local date and time, given as days and nanoseconds. In a gap the
    /// offset before it counts; in a fold the earlier instant, or the later one if the second is meant.
    pub(crate) fn offset_at(&self, days: i64, nanos: i64, second: bool) -> Option<i32> {
        match self {
            Self::Local => None,
            Self::Offset(seconds) => Some(*seconds),
            Self::Named(zone) => {
                let civil = civil_within_rules(days, nanos)?;
                Some(match zone.to_ambiguous_timestamp(civil).offset() {
                    AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
                    AmbiguousOffset::Fold { after, .. } if second => after.seconds(),
                    AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => {
                        before.seconds()
                    }
                })
            }
        }
    }

    /// Seconds ahead of UTC at an instant, in nanoseconds since 1970.
    pub(crate) fn offset_of_instant(&self, nanos: i128) -> Option<i32> {
        match self {
            Self::Local => None,
            Self::Offset(seconds) => Some(*seconds),
            Self::Named(zone) => {
                let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
                let seconds = seconds_within_rules(seconds);
                let instant = jiff::Timestamp::from_second(seconds).ok()?;
                Some(zone.to_offset(instant).seconds())
            }
        }
    }

    /// Seconds ahead of UTC where no date is given: a named zone counts in winter of 2000.
    pub(crate) fn standard_offset(&self) -> Option<i32> {
        self.offset_at(10_957, 0, false)
    }
}

/// Days of 400 years, after which the calendar repeats.
const CYCLE_DAYS: i64 = 146_097;

/// A date outside of what the rules reach is read in the same place of a 400-year cycle within.
fn civil_within_rules(days: i64, nanos: i64) -> Option<jiff::civil::DateTime> {
    let (year, month, day) = super::calendar::date_of(days_within_rules(days));
    let date = jiff::civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    );
    let second = i32::try_from(nanos / 1_000_000_000).ok()?;
    let time = jiff::civil::Time::new(
        i8::try_from(second / 3600).ok()?,
        i8::try_from(second / 60 % 60).ok()?,
        i8::try_from(second % 60).ok()?,
        i32::try_from(nanos % 1_000_000_000).ok()?,
    );
    Some(date.ok()?.to_datetime(time.ok()?))
}

/// Years 1600 to 9000 stand as they are.
fn days_within_rules(days: i64) -> i64 {
    let first = super::calendar::days_from(1600, 1, 1);
    let last = super::calendar::days_from(9000, 1, 1);
    if days < first {
        first + (days - first).rem_euclid(CYCLE_DAYS)
    } else if days >= last {
        last - CYCLE_DAYS + (days - last).rem_euclid(CYCLE_DAYS)
    } else {
        days
    }
}

fn seconds_within_rules(seconds: i64) -> i64 {
    let days = seconds.div_euclid(super::SECONDS_PER_DAY);
    days_within_rules(days) * super::SECONDS_PER_DAY + seconds.rem_euclid(super::SECONDS_PER_DAY)
}

impl fmt::Display for Zone {
    /// As FEEL writes it behind a time: nothing, `Z`, `+01:00` or `@Europe/London`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => Ok(()),
            Self::Offset(0) => formatter.write_str("Z"),
            Self::Offset(seconds) => {
                let sign = if *seconds < 0 { '-' } else { '+' };
                let magnitude = seconds.unsigned_abs();
                write!(formatter, "{sign}{:02}:{:02}", magnitude / 3600, magnitude / 60 % 60)?;
                if magnitude % 60 > 0 {
                    write!(formatter, ":{:02}", magnitude % 60)?;
                }
                Ok(())
            }
            Self::Named(zone) => {
                write!(formatter, "@{}", zone.iana_name().unwrap_or("Etc/Unknown"))
            }
        }
    }
}
