//! The calendar against itself, and dates at the ends of their range.

use proptest::prelude::*;

use super::calendar::{date_of, days_from};
use super::{Date, DateTime, DaysTime, Time, YearsMonths, Zone};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn days_and_dates_agree(days in -365_242_498_000i64..365_241_779_000) {
        let (year, month, day) = date_of(days);
        prop_assert_eq!(days_from(year, month, day), days);
        let (next_year, next_month, next_day) = date_of(days + 1);
        prop_assert!((next_year, next_month, next_day) > (year, month, day));
    }

    #[test]
    fn texts_come_back(
        days in -365_242_498_000i64..365_241_779_000,
        nanos in 0i64..86_400_000_000_000,
        offset in -64_800i32..64_800,
        months in any::<i32>(),
        length in any::<i64>(),
    ) {
        let date = Date::from_days_since_epoch(days).unwrap();
        prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
        let zone = Zone::offset(offset).unwrap();
        let value = DateTime::new(date, Time::from_nanos(nanos, zone));
        prop_assert_eq!(DateTime::parse(&value.to_string()), Some(value));
        let duration = YearsMonths::from_months(months.into());
        prop_assert_eq!(YearsMonths::parse(&duration.to_string()), Some(duration));
        let duration = DaysTime::from_nanos(length.into()).unwrap();
        prop_assert_eq!(DaysTime::parse(&duration.to_string()), Some(duration));
    }

    #[test]
    fn instants_come_back(seconds in -60_000_000_000i64..200_000_000_000) {
        let zone = Zone::named("Europe/London").unwrap();
        let instant = i128::from(seconds) * 1_000_000_000;
        let value = DateTime::from_instant(instant, zone).unwrap();
        let back = value.instant(None).unwrap();
        prop_assert_eq!(back, instant);
    }

    #[test]
    fn any_text_is_read_without_harm(text in "-?[PTYMDHSZ0-9:.@+-]{0,40}") {
        let _ = (Date::parse(&text), Time::parse(&text), DateTime::parse(&text));
        let _ = (DaysTime::parse(&text), YearsMonths::parse(&text));
    }
}

#[test]
fn weeks_of_the_year() {
    for (text, week) in
        [("2021-01-03", 53), ("2021-01-04", 1), ("2019-12-30", 1), ("2020-12-31", 53)]
    {
        assert_eq!(Date::parse(text).unwrap().week_of_year(), week, "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "2026-13-01",
        "2026-02-29",
        "26-01-01",
        "02026-01-01",
        "1000000000-01-01",
        "2026-1-1",
        "+2026-01-01",
        "2026-01-01Z",
        "2026-01-01T00:00:00",
        "",
    ] {
        assert_eq!(Date::parse(text), None, "{text}");
    }
    for text in
        ["24:00:00", "10:00", "10:60:00", "10:00:00+19:00", "10:00:00.", "10:00:00@X", "1:00:00"]
    {
        assert_eq!(Time::parse(text), None, "{text}");
    }
    for text in ["P", "PT", "P1", "P1DT", "PT1", "1D", "P1H", "P1D1D", "PT1.S"] {
        assert_eq!(DaysTime::parse(text), None, "{text}");
    }
}
