//! Reading dates, times and durations from their ISO 8601 text, as XML Schema restricts it.

use super::date::Date;
use super::date_time::DateTime;
use super::duration::{DaysTime, YearsMonths};
use super::time::Time;
use super::zone::Zone;
use super::{NANOS_PER_SECOND, SECONDS_PER_DAY};

/// Longer texts are none of these; this keeps the numbers within range of the arithmetic below.
const LONGEST: usize = 128;

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Option<Self> {
        (text.len() <= LONGEST).then_some(Self { rest: text })
    }

    fn take(&mut self, prefix: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(prefix) else { return false };
        self.rest = rest;
        true
    }

    fn digits(&mut self) -> &'t str {
        let end = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        digits
    }

    fn two_digits(&mut self) -> Option<u8> {
        let (pair, rest) = self.rest.split_at_checked(2)?;
        self.rest = rest;
        pair.bytes().all(|byte| byte.is_ascii_digit()).then(|| pair.parse().ok())?
    }

    fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

pub(crate) fn date(text: &str) -> Option<Date> {
    let mut reader = Reader::new(text)?;
    let date = read_date(&mut reader)?;
    reader.is_done().then_some(date)
}

fn read_date(reader: &mut Reader<'_>) -> Option<Date> {
    let negative = reader.take('-');
    let digits = reader.digits();
    let wellformed =
        (4..=9).contains(&digits.len()) && (digits.len() == 4 || !digits.starts_with('0'));
    let year: i32 = digits.parse().ok().filter(|_| wellformed)?;
    let month = reader.take('-').then(|| reader.two_digits())??;
    let day = reader.take('-').then(|| reader.two_digits())??;
    Date::new(if negative { -year } else { year }, month, day)
}

pub(crate) fn time(text: &str) -> Option<Time> {
    let mut reader = Reader::new(text)?;
    read_time(&mut reader)
}

fn read_time(reader: &mut Reader<'_>) -> Option<Time> {
    let hour = reader.two_digits()?;
    let minute = reader.take(':').then(|| reader.two_digits())??;
    let second = reader.take(':').then(|| reader.two_digits())??;
    let nanos = if reader.take('.') { fraction(reader.digits())? } else { 0 };
    let zone = zone(reader.rest)?;
    Time::new(hour, minute, second, nanos, zone)
}

/// Nanoseconds of the digits behind the point of a second; further digits are cut off.
fn fraction(digits: &str) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    let mut nanos = 0;
    for place in 0..9 {
        let digit = digits.as_bytes().get(place).map_or(0, |byte| byte.saturating_sub(b'0'));
        nanos = nanos * 10 + u32::from(digit);
    }
    Some(nanos)
}

/// What stands behind a time: nothing, `Z`, an offset, or `@` and an IANA name.
pub(crate) fn zone(text: &str) -> Option<Zone> {
    if text.is_empty() {
        return Some(Zone::Local);
    }
    if text == "Z" || text == "z" {
        return Some(Zone::UTC);
    }
    if let Some(name) = text.strip_prefix('@') {
        return Zone::named(name);
    }
    let mut reader = Reader { rest: text };
    let negative = reader.take('-');
    if !negative && !reader.take('+') {
        return None;
    }
    let hours = reader.two_digits()?;
    let minutes = reader.take(':').then(|| reader.two_digits())??;
    let seconds = if reader.take(':') { reader.two_digits()? } else { 0 };
    if !reader.is_done() || minutes > 59 || seconds > 59 {
        return None;
    }
    let total = i32::from(hours) * 3600 + i32::from(minutes) * 60 + i32::from(seconds);
    Zone::offset(if negative { -total } else { total })
}

pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    let mut reader = Reader::new(text)?;
    let date = read_date(&mut reader)?;
    if !reader.take('T') {
        return None;
    }
    // 24:00:00 is midnight at the end of the day.
    if let Some(rest) = reader.rest.strip_prefix("24:00:00") {
        let next = date.plus_days(1)?;
        return Some(DateTime::midnight(next, zone(rest)?));
    }
    Some(DateTime::new(date, read_time(&mut reader)?))
}

/// The numbers of a duration with their letters, in the order of `letters`, each at most once.
fn parts<const N: usize>(reader: &mut Reader<'_>, letters: [char; N]) -> Option<[Option<i64>; N]> {
    let mut found = [None; N];
    for (place, letter) in found.iter_mut().zip(letters) {
        let mut ahead = Reader { rest: reader.rest };
        let digits = ahead.digits();
        if !digits.is_empty() && ahead.take(letter) {
            *place = Some(digits.parse().ok()?);
            reader.rest = ahead.rest;
        }
    }
    Some(found)
}

pub(crate) fn years_months(text: &str) -> Option<YearsMonths> {
    let mut reader = Reader::new(text)?;
    let negative = reader.take('-');
    if !reader.take('P') {
        return None;
    }
    let [years, months] = parts(&mut reader, ['Y', 'M'])?;
    if !reader.is_done() || (years.is_none() && months.is_none()) {
        return None;
    }
    let total = years.unwrap_or(0).checked_mul(12)?.checked_add(months.unwrap_or(0))?;
    Some(YearsMonths::from_months(if negative { -total } else { total }))
}

pub(crate) fn days_time(text: &str) -> Option<DaysTime> {
    let mut reader = Reader::new(text)?;
    let negative = reader.take('-');
    if !reader.take('P') {
        return None;
    }
    let [days] = parts(&mut reader, ['D'])?;
    let mut total = i128::from(days.unwrap_or(0)) * i128::from(SECONDS_PER_DAY);
    let mut nanos = 0;
    let timed = reader.take('T');
    if timed {
        let [hours, minutes] = parts(&mut reader, ['H', 'M'])?;
        let (seconds, fraction) = read_seconds(&mut reader)?;
        if hours.is_none() && minutes.is_none() && seconds.is_none() {
            return None;
        }
        total += i128::from(hours.unwrap_or(0)) * 3600
            + i128::from(minutes.unwrap_or(0)) * 60
            + i128::from(seconds.unwrap_or(0));
        nanos = fraction;
    }
    if !reader.is_done() || (days.is_none() && !timed) {
        return None;
    }
    let total = total * i128::from(NANOS_PER_SECOND) + i128::from(nanos);
    DaysTime::from_nanos(if negative { -total } else { total })
}

/// Seconds with a fraction, if any stand here; `None` where what stands here is malformed.
fn read_seconds(reader: &mut Reader<'_>) -> Option<(Option<i64>, u32)> {
    let whole = reader.digits();
    if whole.is_empty() {
        return Some((None, 0));
    }
    let nanos = if reader.take('.') { fraction(reader.digits())? } else { 0 };
    reader.take('S').then(|| whole.parse().ok()).flatten().map(|seconds| (Some(seconds), nanos))
}
