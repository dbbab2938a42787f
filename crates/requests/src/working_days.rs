//! Working days, by which a body promises: not weekends, not the nation's bank holidays, not the
//! days on which its offices are closed.
//!
//! Bank holidays follow the Banking and Financial Dealings Act 1971 and the proclamations since:
//! rules for the yearly ones with their substitute days, and a short table for the rest.

use std::collections::BTreeSet;

use base::{Date, Weekday};

/// Working days that a promise may count.
const LONGEST_PROMISE: u16 = 1_000;

/// Whether offices work on this day in this nation (`england`, `wales`, `scotland`,
/// `northern-ireland`; another name has England's holidays).
pub fn is_working_day(date: Date, nation: &str, closures: &BTreeSet<Date>) -> bool {
    Calendar::new(nation, closures).has_offices_open(date)
}

/// The calendar of a nation and a body, whose holidays are reckoned once a year.
struct Calendar<'a> {
    nation: &'a str,
    closures: &'a BTreeSet<Date>,
    holidays: Option<(i16, BTreeSet<Date>)>,
}

impl<'a> Calendar<'a> {
    const fn new(nation: &'a str, closures: &'a BTreeSet<Date>) -> Self {
        Self { nation, closures, holidays: None }
    }

    fn has_offices_open(&mut self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.closures.contains(&date) && !self.is_bank_holiday(date)
    }

    fn is_bank_holiday(&mut self, date: Date) -> bool {
        let year = date.to_jiff().year();
        if self.holidays.as_ref().is_none_or(|(reckoned, _)| *reckoned != year) {
            self.holidays = Some((year, holidays(year, self.nation)));
        }
        self.holidays.as_ref().is_some_and(|(_, days)| days.contains(&date))
    }
}

/// The working day so many working days after this date; the day itself does not count.
pub fn after(date: Date, working_days: u16, nation: &str, closures: &BTreeSet<Date>) -> Date {
    let mut calendar = Calendar::new(nation, closures);
    let mut day = date;
    let mut left = working_days.min(LONGEST_PROMISE);
    // A calendar without a working day in ten years is a mistake; the promise then stands there.
    for _ in 0..u32::from(working_days) + 3_650 {
        if left == 0 {
            break;
        }
        day = day.plus_days(1);
        if calendar.has_offices_open(day) {
            left -= 1;
        }
    }
    day
}

/// Working days on which a promise stood still: from the day on which something was asked up to
/// the day on which the work went on, that day not counted. Asked and answered on one day is none.
pub fn paused((asked, on_again): (Date, Date), nation: &str, closures: &BTreeSet<Date>) -> u16 {
    let mut calendar = Calendar::new(nation, closures);
    let (mut day, mut days) = (asked, 0);
    while day < on_again && days < LONGEST_PROMISE {
        days += u16::from(calendar.has_offices_open(day));
        day = day.plus_days(1);
    }
    days
}

/// The promised day after a pause: as many working days later as the promise stood still. One that
/// was missed before the pause began stays missed.
pub fn resumed(
    promised: Date,
    (asked, on_again): (Date, Date),
    nation: &str,
    closures: &BTreeSet<Date>,
) -> Date {
    if promised < asked {
        return promised;
    }
    after(promised, paused((asked, on_again), nation, closures), nation, closures)
}

/// Whether it is a bank holiday of the nation.
pub fn is_bank_holiday(date: Date, nation: &str) -> bool {
    holidays(date.to_jiff().year(), nation).contains(&date)
}

fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

/// Bank holidays of a year, substitutes included.
fn holidays(year: i16, nation: &str) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    let easter = easter_sunday(year);
    days.extend(easter.map(|sunday| sunday.plus_days(-2)));
    match nation {
        "scotland" => {
            days.extend(with_substitutes(&[day(year, 1, 1), day(year, 1, 2)]));
            days.extend(monday_from(year, 8, 1));
            days.extend(with_substitutes(&[day(year, 11, 30)]));
        }
        "northern-ireland" => {
            days.extend(easter.map(|sunday| sunday.plus_days(1)));
            days.extend(with_substitutes(&[day(year, 1, 1)]));
            days.extend(with_substitutes(&[day(year, 3, 17)]));
            days.extend(with_substitutes(&[day(year, 7, 12)]));
            days.extend(monday_from(year, 8, 25));
        }
        _ => {
            days.extend(easter.map(|sunday| sunday.plus_days(1)));
            days.extend(with_substitutes(&[day(year, 1, 1)]));
            days.extend(monday_from(year, 8, 25));
        }
    }
    days.extend(early_may(year));
    days.extend(spring(year));
    days.extend(with_substitutes(&[day(year, 12, 25), day(year, 12, 26)]));
    days.extend(once(year, nation));
    days
}

/// The days, and for each on a weekend or on another's substitute the next free weekday.
fn with_substitutes(days: &[Option<Date>]) -> BTreeSet<Date> {
    let mut free: BTreeSet<Date> = days.iter().flatten().copied().collect();
    let on_weekends: Vec<Date> = free
        .iter()
        .copied()
        .filter(|date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
        .collect();
    for date in on_weekends {
        let mut next = date.plus_days(1);
        while matches!(next.weekday(), Weekday::Saturday | Weekday::Sunday) || free.contains(&next)
        {
            next = next.plus_days(1);
        }
        free.insert(next);
    }
    free
}

/// The first Monday on or after a day of a month.
fn monday_from(year: i16, month: i8, from: i8) -> Option<Date> {
    let first = day(year, month, from)?;
    (0..7).map(|days| first.plus_days(days)).find(|date| date.weekday() == Weekday::Monday)
}

/// The first Monday in May; on 8 May in the years that kept the end of the war in Europe.
fn early_may(year: i16) -> Option<Date> {
    match year {
        1995 | 2020 => day(year, 5, 8),
        _ => monday_from(year, 5, 1),
    }
}

/// The last Monday in May; moved to June in the jubilee years.
fn spring(year: i16) -> Option<Date> {
    match year {
        2002 | 2012 => day(year, 6, 4),
        2022 => day(year, 6, 2),
        _ => monday_from(year, 5, 25),
    }
}

/// Days that were proclaimed once.
fn once(year: i16, nation: &str) -> Vec<Date> {
    let everywhere: &[(i8, i8)] = match year {
        1999 => &[(12, 31)],
        2002 => &[(6, 3)],
        2011 => &[(4, 29)],
        2012 => &[(6, 5)],
        2022 => &[(6, 3), (9, 19)],
        2023 => &[(5, 8)],
        _ => &[],
    };
    let scotland: &[(i8, i8)] = match (year, nation) {
        (2026, "scotland") => &[(6, 15)],
        _ => &[],
    };
    everywhere.iter().chain(scotland).filter_map(|(month, of)| day(year, *month, *of)).collect()
}

/// Easter Sunday of the Gregorian calendar, by the anonymous computus (Nature, 1876).
fn easter_sunday(year: i16) -> Option<Date> {
    let golden = i32::from(year) % 19;
    let (century, of_century) = (i32::from(year) / 100, i32::from(year) % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * late + 114;
    day(year, i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn holidays_are_those_of_the_gazette() {
        let listed = |year, nation: &str| -> Vec<String> {
            let weekday =
                |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            holidays(year, nation).into_iter().filter(weekday).map(|day| day.to_string()).collect()
        };
        assert_eq!(
            listed(2022, "england"),
            [
                "2022-01-03",
                "2022-04-15",
                "2022-04-18",
                "2022-05-02",
                "2022-06-02",
                "2022-06-03",
                "2022-08-29",
                "2022-09-19",
                "2022-12-26",
                "2022-12-27"
            ]
        );
        assert_eq!(
            listed(2026, "wales"),
            [
                "2026-01-01",
                "2026-04-03",
                "2026-04-06",
                "2026-05-04",
                "2026-05-25",
                "2026-08-31",
                "2026-12-25",
                "2026-12-28"
            ]
        );
        assert_eq!(
            listed(2027, "scotland"),
            [
                "2027-01-01",
                "2027-01-04",
                "2027-03-26",
                "2027-05-03",
                "2027-05-31",
                "2027-08-02",
                "2027-11-30",
                "2027-12-27",
                "2027-12-28"
            ]
        );
    }

    #[test]
    fn a_promise_skips_what_is_no_working_day() {
        let none = BTreeSet::new();
        assert_eq!(after(date("2026-12-23"), 2, "wales", &none), date("2026-12-29"));
        assert_eq!(after(date("2026-11-20"), 0, "england", &none), date("2026-11-20"));
        let closed = BTreeSet::from([date("2026-12-29"), date("2026-12-30")]);
        assert_eq!(after(date("2026-12-23"), 2, "wales", &closed), date("2026-12-31"));
        assert!(!is_working_day(date("2026-11-22"), "england", &none), "a Sunday");
    }

    /// The promise after a pause, in England.
    fn after_pause(promised: &str, asked: &str, on_again: &str) -> String {
        let days = (date(asked), date(on_again));
        resumed(date(promised), days, "england", &BTreeSet::new()).to_string()
    }

    #[test]
    fn a_promise_waits_for_an_answer() {
        // Asked and answered within a day.
        assert_eq!(after_pause("2026-11-26", "2026-11-24", "2026-11-24"), "2026-11-26");
        // Tuesday to Thursday: two working days.
        assert_eq!(after_pause("2026-11-26", "2026-11-24", "2026-11-26"), "2026-11-30");
        // Over a weekend, answered on Sunday or on Monday: only the Friday counts.
        assert_eq!(after_pause("2026-11-27", "2026-11-27", "2026-11-29"), "2026-11-30");
        assert_eq!(after_pause("2026-11-27", "2026-11-27", "2026-11-30"), "2026-11-30");
        // Over Christmas, with the substitute day of Boxing Day.
        assert_eq!(after_pause("2026-12-29", "2026-12-24", "2026-12-30"), "2026-12-31");
        // Missed before it was asked: no pause mends that.
        assert_eq!(after_pause("2026-11-20", "2026-11-24", "2026-12-24"), "2026-11-20");
        let closed = BTreeSet::from([date("2026-11-25")]);
        let days = (date("2026-11-24"), date("2026-11-26"));
        assert_eq!(resumed(date("2026-11-26"), days, "wales", &closed), date("2026-11-27"));
        assert_eq!(paused(days, "wales", &closed), 1);
    }

    #[test]
    fn two_pauses_are_as_long_as_one() {
        let none = BTreeSet::new();
        let start = date("2026-12-14");
        for first in 0..20 {
            for second in first..30 {
                let (middle, end) = (start.plus_days(first), start.plus_days(second));
                let promised = after(start, 5, "wales", &none);
                let once = resumed(promised, (start, end), "wales", &none);
                let half = resumed(promised, (start, middle), "wales", &none);
                let twice = resumed(half, (middle, end), "wales", &none);
                assert_eq!(once, twice, "{middle} {end}");
                assert!(once >= promised && is_working_day(once, "wales", &none));
            }
        }
    }
}
