//! Instants and civil dates.
//!
//! An instant is a count of milliseconds; civil things (dates, hours, working
//! days) are read from it in a named zone, by `jiff`. Nobody here asks what
//! time it is.

use std::fmt;
use std::str::FromStr;

use crate::Language;

/// Why a text is not an instant or a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time in the range from year 1 to year 9999: {text}")]
pub struct TimeError {
    /// The text, shortened.
    pub text: String,
}

impl TimeError {
    fn of(text: &str) -> Self {
        Self { text: text.chars().take(40).collect() }
    }
}

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// 9999-12-30T22:00:00Z, the last instant that `jiff` can show in every zone.
const LAST_MILLIS: i64 = 253_402_207_200_000;
/// 0001-01-03T00:00:00Z.
const FIRST_MILLIS: i64 = -62_135_424_000_000;

impl Timestamp {
    /// An instant by its milliseconds, held within the years 1 to 9999.
    pub const fn from_millis(millis: i64) -> Self {
        if millis > LAST_MILLIS {
            Self(LAST_MILLIS)
        } else if millis < FIRST_MILLIS {
            Self(FIRST_MILLIS)
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant `millis` later (earlier when negative).
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// The instant `seconds` later (earlier when negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_millis(seconds.saturating_mul(1_000))
    }

    /// Milliseconds from `earlier` to this instant.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads an RFC 3339 instant, its offset required.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let read: jiff::Timestamp = text.parse().map_err(|_| TimeError::of(text))?;
        Ok(Self::from_millis(read.as_millisecond()))
    }

    /// As `jiff` knows it, for civil arithmetic.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(Self::from_millis(self.0).0).unwrap_or_default()
    }

    /// From `jiff`, to the millisecond.
    pub fn from_jiff(instant: jiff::Timestamp) -> Self {
        Self::from_millis(instant.as_millisecond())
    }

    /// In a zone, such as `Europe/London`; UTC when the zone is unknown.
    pub fn in_zone(self, zone: &str) -> jiff::Zoned {
        let utc = || self.to_jiff().to_zoned(jiff::tz::TimeZone::UTC);
        self.to_jiff().in_tz(zone).unwrap_or_else(|_| utc())
    }

    /// The civil date in the United Kingdom.
    pub fn uk_date(self) -> Date {
        Date(self.in_zone("Europe/London").date())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_jiff(), formatter)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text)
    }
}

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the days name themselves")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A civil date, printed as `2026-11-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// A date by its numbers; an error when there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        jiff::civil::Date::new(year, month, day)
            .map(Self)
            .map_err(|_| TimeError::of(&format!("{year}-{month}-{day}")))
    }

    /// As `jiff` knows it.
    pub const fn to_jiff(self) -> jiff::civil::Date {
        self.0
    }

    /// From `jiff`.
    pub const fn from_jiff(date: jiff::civil::Date) -> Self {
        Self(date)
    }

    /// The date `days` later (earlier when negative), held within the calendar.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days.clamp(-3_000_000, 3_000_000))))
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        match self.0.weekday() {
            jiff::civil::Weekday::Monday => Weekday::Monday,
            jiff::civil::Weekday::Tuesday => Weekday::Tuesday,
            jiff::civil::Weekday::Wednesday => Weekday::Wednesday,
            jiff::civil::Weekday::Thursday => Weekday::Thursday,
            jiff::civil::Weekday::Friday => Weekday::Friday,
            jiff::civil::Weekday::Saturday => Weekday::Saturday,
            jiff::civil::Weekday::Sunday => Weekday::Sunday,
        }
    }

    /// The Monday of its week.
    #[must_use]
    pub fn monday(self) -> Self {
        self.plus_days(-i32::from(self.0.weekday().to_monday_zero_offset()))
    }

    /// As people write it: `Tuesday 24 November 2026`, `dydd Mawrth 24 Tachwedd 2026`.
    pub fn in_words(self, language: Language) -> String {
        let weekday = match self.weekday() {
            Weekday::Monday => ["Monday", "dydd Llun"],
            Weekday::Tuesday => ["Tuesday", "dydd Mawrth"],
            Weekday::Wednesday => ["Wednesday", "dydd Mercher"],
            Weekday::Thursday => ["Thursday", "dydd Iau"],
            Weekday::Friday => ["Friday", "dydd Gwener"],
            Weekday::Saturday => ["Saturday", "dydd Sadwrn"],
            Weekday::Sunday => ["Sunday", "dydd Sul"],
        };
        format!("{} {}", pick(language, weekday), self.without_weekday(language))
    }

    /// `24 November 2026`, `24 Tachwedd 2026`.
    pub fn without_weekday(self, language: Language) -> String {
        let month = match self.0.month() {
            1 => ["January", "Ionawr"],
            2 => ["February", "Chwefror"],
            3 => ["March", "Mawrth"],
            4 => ["April", "Ebrill"],
            5 => ["May", "Mai"],
            6 => ["June", "Mehefin"],
            7 => ["July", "Gorffennaf"],
            8 => ["August", "Awst"],
            9 => ["September", "Medi"],
            10 => ["October", "Hydref"],
            11 => ["November", "Tachwedd"],
            _ => ["December", "Rhagfyr"],
        };
        format!("{} {} {}", self.0.day(), pick(language, month), self.0.year())
    }

    /// The instant at which this date's clock shows `hour:minute` in the United Kingdom.
    /// A time that the spring change skips is taken after the gap (as RFC 5545 does).
    pub fn at_uk(self, hour: i8, minute: i8) -> Timestamp {
        let civil = self.0.at(hour.clamp(0, 23), minute.clamp(0, 59), 0, 0);
        civil
            .in_tz("Europe/London")
            .map_or(Timestamp(0), |zoned| Timestamp::from_jiff(zoned.timestamp()))
    }
}

const fn pick(language: Language, [english, welsh]: [&str; 2]) -> &str {
    match language {
        Language::En => english,
        Language::Cy => welsh,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl FromStr for Date {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse().map(Self).map_err(|_| TimeError::of(text))
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_keeps_its_zone_rules() {
        let summer = Timestamp::parse("2026-07-01T23:30:00Z").unwrap();
        assert_eq!(summer.uk_date().to_string(), "2026-07-02");
        assert_eq!(Date::new(2026, 7, 2).unwrap().at_uk(0, 30), summer);
    }

    #[test]
    fn a_date_is_written_as_people_write_it() {
        let date = Date::new(2026, 11, 24).unwrap();
        assert_eq!(date.monday().in_words(Language::En), "Monday 23 November 2026");
        assert_eq!(date.monday().monday(), date.monday());
        assert_eq!(date.in_words(Language::En), "Tuesday 24 November 2026");
        assert_eq!(date.in_words(Language::Cy), "dydd Mawrth 24 Tachwedd 2026");
    }

    #[test]
    fn extremes_are_held() {
        assert_eq!(
            Timestamp::from_millis(i64::MAX).plus_seconds(i64::MAX).as_millis(),
            LAST_MILLIS
        );
        assert_eq!(Timestamp::from_millis(i64::MIN).to_string(), "0001-01-03T00:00:00Z");
        assert!(Timestamp::parse("yesterday").is_err());
        let _ = Timestamp::from_millis(i64::MAX).in_zone("Pacific/Kiritimati");
    }
}
