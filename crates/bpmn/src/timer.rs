//! Timers: how a model says when, and how such text is read.
//!
//! The model keeps the text; these functions read it, for the checks of this crate and for an engine whose
//! FEEL expression gave such a text.

use jiff::{SignedDuration, Span, Timestamp};

use crate::Expression;

/// When a timer fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// At a point in time.
    Date(Expression),
    /// After a duration.
    Duration(Expression),
    /// Again and again.
    Cycle(Expression),
}

impl Timer {
    /// The text or expression.
    pub fn expression(&self) -> &Expression {
        match self {
            Self::Date(expression) | Self::Duration(expression) | Self::Cycle(expression) => {
                expression
            }
        }
    }
}

/// A cycle: `R3/PT10M`, `R/P1D`, `R/2026-01-01T00:00:00Z/P1D`.
#[derive(Debug, Clone)]
pub struct Cycle {
    /// How often it fires; without end when `None`.
    pub repetitions: Option<u32>,
    /// The first time; one interval from now when `None`.
    pub start: Option<Timestamp>,
    /// From one time to the next, always more than nothing.
    pub interval: Span,
}

/// Longest text of a timer.
const MAX_TIMER_TEXT: usize = 128;

/// Reads an ISO 8601 date and time with an offset or zone: `2026-03-01T09:00:00Z`, `2026-03-01T09:00+00:00[Europe/London]`.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let text = short(text)?;
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<jiff::Zoned>().ok().map(|zoned| zoned.timestamp()))
}

/// Reads an ISO 8601 duration: `PT15M`, `P1DT12H`, `P1M`. A negative one is at once.
pub fn parse_duration(text: &str) -> Option<Span> {
    let text = short(text)?;
    if !text.trim_start_matches(['-', '+']).starts_with(['P', 'p']) {
        return None;
    }
    text.parse::<Span>().ok()
}

/// Reads an ISO 8601 repeating interval: `R/P1D`, `R3/PT1H`, `R3/2026-01-01T00:00:00Z/PT1H`.
pub fn parse_cycle(text: &str) -> Option<Cycle> {
    let text = short(text)?;
    let mut parts = text.split('/');
    let repetitions = match parts.next()?.strip_prefix('R')? {
        "" | "-1" => None,
        count => Some(count.parse::<u32>().ok()?),
    };
    let (second, third) = (parts.next()?, parts.next());
    let (start, interval) = match third {
        Some(interval) if second.is_empty() => (None, interval),
        Some(interval) => (Some(parse_date(second)?), interval),
        None => (None, second),
    };
    let interval = parse_duration(interval)?;
    (parts.next().is_none() && is_positive(interval)).then_some(Cycle {
        repetitions,
        start,
        interval,
    })
}

fn short(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_TIMER_TEXT).then_some(text)
}

/// A cycle that stands still, or is finer than a millisecond, would never let its process rest.
fn is_positive(interval: Span) -> bool {
    let anchor = jiff::civil::date(2000, 1, 1);
    interval.to_duration(anchor).is_ok_and(|length| length >= SignedDuration::from_millis(1))
}
