//! Timers: when one fires, by the calendar of the body's zone.
//!
//! A cycle keeps its anchor: its n-th time is the anchor plus n intervals, counted by the calendar, so
//! that a late firing shifts nothing. Times that passed while nobody looked count as one.

use base::Timestamp;
use bpmn::Timer;
use bpmn::timer::{parse_cycle, parse_date, parse_duration};
use feel::Value;
use jiff::{Span, Zoned};

use crate::IncidentKind;
use crate::event::{Cycle, TimerSet};
use crate::working::{Halt, Working};

/// Sets a timer of the model from the value of its expression.
pub(crate) fn set(working: &Working<'_>, timer: &Timer, value: &Value) -> Result<TimerSet, Halt> {
    let (now, zone) = (working.now(), working.zone());
    let set = match timer {
        Timer::Date(_) => instant_of(zone, value).map(|due| TimerSet { due, cycle: None }),
        Timer::Duration(_) => span_of(value)
            .and_then(|span| later(now, span, zone))
            .map(|due| TimerSet { due, cycle: None }),
        Timer::Cycle(_) => value.as_str().and_then(|text| first(now, zone, text)),
    };
    set.ok_or_else(|| {
        let detail = format!("timer gave {} that is no time", value.type_name());
        Halt::incident(IncidentKind::InvalidTimer, detail)
    })
}

/// The point in time that a value names: a date and time, a date at its midnight, or ISO 8601 text.
pub(crate) fn instant_of(zone: &str, value: &Value) -> Option<Timestamp> {
    let zone = feel::Zone::named(zone);
    let at = |moment: &feel::DateTime| {
        moment.epoch_milliseconds(zone.as_ref()).map(Timestamp::from_millis)
    };
    match value {
        Value::DateTime(moment) => at(moment),
        Value::Date(date) => at(&feel::DateTime::midnight(*date, zone.clone()?)),
        Value::String(text) => parse_date(text).map(Timestamp::from_jiff).or_else(|| {
            let date = || feel::Date::parse(text);
            feel::DateTime::parse(text)
                .as_ref()
                .and_then(at)
                .or_else(|| at(&feel::DateTime::midnight(date()?, zone.clone()?)))
        }),
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::Time(_)
        | Value::DaysTime(_)
        | Value::YearsMonths(_)
        | Value::List(_)
        | Value::Context(_)
        | Value::Range(_)
        | Value::Function(_) => None,
    }
}

fn span_of(value: &Value) -> Option<Span> {
    match value {
        Value::DaysTime(length) => parse_duration(&length.to_string()),
        Value::YearsMonths(length) => parse_duration(&length.to_string()),
        Value::String(text) => parse_duration(text),
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::List(_)
        | Value::Context(_)
        | Value::Range(_)
        | Value::Function(_) => None,
    }
}

/// The first time of a cycle: its start when that is still to come, else the next time after now.
fn first(now: Timestamp, zone: &str, text: &str) -> Option<TimerSet> {
    let cycle = parse_cycle(text)?;
    if cycle.repetitions == Some(0) {
        return None;
    }
    let anchor = cycle.start.map_or(now, Timestamp::from_jiff);
    let zoned = anchor.in_zone(zone);
    let begin = u32::from(cycle.start.is_none());
    let count = if anchor > now || cycle.start.is_none() {
        begin
    } else {
        first_after(&zoned, cycle.interval, now, begin)?
    };
    // Times before the timer was set do not count.
    let times = cycle.repetitions.map(|times| times.saturating_add(count));
    let times = times.map(|times| times.saturating_sub(1));
    let interval = cycle.interval.to_string();
    let due = nth(&zoned, cycle.interval, count)?;
    Some(TimerSet { due, cycle: Some(Cycle { anchor, interval, count, times }) })
}

/// When a cycle fires after it fired now; nothing when it is over.
pub(crate) fn next(now: Timestamp, zone: &str, timer: &TimerSet) -> Option<TimerSet> {
    let cycle = timer.cycle.as_ref()?;
    let interval = parse_duration(&cycle.interval)?;
    let zoned = cycle.anchor.in_zone(zone);
    let count = first_after(&zoned, interval, now, cycle.count.checked_add(1)?)?;
    if cycle.times.is_some_and(|last| count > last) {
        return None;
    }
    let due = nth(&zoned, interval, count)?;
    Some(TimerSet { due, cycle: Some(Cycle { count, ..cycle.clone() }) })
}

/// The n-th time of a cycle; nothing beyond the calendar.
fn nth(anchor: &Zoned, interval: Span, count: u32) -> Option<Timestamp> {
    let span = interval.checked_mul(i64::from(count)).ok()?;
    Some(Timestamp::from_jiff(anchor.checked_add(span).ok()?.timestamp()))
}

/// The first time of a cycle after an instant, counted from `from`; found by halving, so that a year of
/// missed seconds costs no more than a missed minute.
fn first_after(anchor: &Zoned, interval: Span, now: Timestamp, from: u32) -> Option<u32> {
    let passed = |count: u32| nth(anchor, interval, count).is_some_and(|time| time <= now);
    if !passed(from) {
        return Some(from);
    }
    let (mut low, mut reach) = (from, 1_u32);
    while passed(low.saturating_add(reach)) {
        low = low.saturating_add(reach);
        reach = reach.checked_mul(2)?;
    }
    let mut high = low.saturating_add(reach);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if passed(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

/// The instant one span later by the calendar of a zone; a negative span is at once.
fn later(now: Timestamp, span: Span, zone: &str) -> Option<Timestamp> {
    let at = now.in_zone(zone).checked_add(span).ok()?;
    Some(Timestamp::from_jiff(at.timestamp()).max(now))
}
