//! Words of the pages: every sentence in each language, and dates, times, money and counts as
//! people write them.
//!
//! The sentences stand in `wording/en` and `wording/cy`, a file a subject; the build makes one method
//! of each key, so a page that names a missing one does not compile. The arguments of a sentence
//! come in the order of the alphabet. Nothing here falls back to English.

mod terms;

use std::fmt::{Display, Write as _};

use base::{Date, Language, Money, Timestamp};

include!(concat!(env!("OUT_DIR"), "/wording.rs"));

/// The wording in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words {
    language: Language,
}

impl Words {
    /// The wording in a language.
    pub const fn of(language: Language) -> Self {
        Self { language }
    }

    /// The language.
    pub const fn language(self) -> Language {
        self.language
    }

    /// The language's tag, for `lang` and `hreflang`.
    pub const fn tag(self) -> &'static str {
        self.language.tag()
    }

    /// The text of this language out of two.
    pub(crate) const fn pick<'a>(self, english: &'a str, welsh: &'a str) -> &'a str {
        match self.language {
            Language::En => english,
            Language::Cy => welsh,
        }
    }

    /// `Tuesday 24 November 2026`, `dydd Mawrth 24 Tachwedd 2026`.
    pub fn date(self, date: Date) -> String {
        date.in_words(self.language)
    }

    /// A date as the time of an act: `on Tuesday 24 November 2026`, and in Welsh with the soft
    /// mutation that stands for the preposition, `ddydd Mawrth 24 Tachwedd 2026`.
    pub fn on_date(self, date: Date) -> String {
        match self.language {
            Language::En => format!("on {}", self.date(date)),
            Language::Cy => format!("d{}", self.date(date)),
        }
    }

    /// `24 November 2026`, for tables.
    pub fn day_and_month(self, date: Date) -> String {
        date.without_weekday(self.language)
    }

    /// `2:30pm`, `2:30yp`; a full hour without its noughts, noon and midnight by name.
    pub fn time(self, instant: Timestamp) -> String {
        let clock = instant.in_zone("Europe/London");
        let (hour, minute) = (clock.hour(), clock.minute());
        match (hour, minute) {
            (0, 0) => return self.pick("midnight", "hanner nos").to_owned(),
            (12, 0) => return self.pick("midday", "hanner dydd").to_owned(),
            _ => {}
        }
        let half = if hour < 12 { self.pick("am", "yb") } else { self.pick("pm", "yp") };
        let on_the_dial = if hour % 12 == 0 { 12 } else { hour % 12 };
        match minute {
            0 => format!("{on_the_dial}{half}"),
            _ => format!("{on_the_dial}:{minute:02}{half}"),
        }
    }

    /// `2:30pm on Tuesday 24 November 2026`, `2:30yp ddydd Mawrth 24 Tachwedd 2026`.
    pub fn moment(self, instant: Timestamp) -> String {
        format!("{} {}", self.time(instant), self.on_date(instant.uk_date()))
    }

    /// `£10`, `£10.50`: the same in both languages.
    pub fn money(self, amount: Money) -> String {
        amount.to_string()
    }

    /// `1,234`.
    pub fn count(self, count: u64) -> String {
        let digits = count.to_string();
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    }

    /// `97.5%`, from tenths of a percent.
    pub fn percent(self, per_mille: u32) -> String {
        match per_mille % 10 {
            0 => format!("{}%", per_mille / 10),
            tenth => format!("{}.{tenth}%", per_mille / 10),
        }
    }

    /// `1 working day`, `5 working days`; `2 ddiwrnod gwaith`.
    pub fn working_days(self, days: u64) -> String {
        match days {
            1 => self.working_days_one().to_owned(),
            2 => self.working_days_two().to_owned(),
            _ => self.working_days_many(self.count(days).as_str()),
        }
    }

    /// `today`, `in 3 working days`, `2 working days late`: due in so many working days.
    pub fn due_in(self, working_days: i64) -> String {
        let days = self.working_days(working_days.unsigned_abs());
        match working_days {
            0 => self.due_today().to_owned(),
            1.. => self.due_in_days(days.as_str()),
            _ => self.days_late(days.as_str()),
        }
    }

    /// `under a minute`, `45 minutes`, `2 hours 5 minutes`, `3 days 4 hours`.
    pub fn duration(self, minutes: u64) -> String {
        let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
        let parts = match (days, hours) {
            (0, 0) if rest == 0 => return self.under_a_minute().to_owned(),
            (0, 0) => [self.minutes(rest), String::new()],
            (0, _) => [self.hours(hours), self.minutes(rest)],
            (_, _) => [self.days(days), self.hours(hours)],
        };
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn minutes(self, count: u64) -> String {
        match (self.language, count) {
            (_, 0) => String::new(),
            (Language::En, 1) => "1 minute".to_owned(),
            (Language::En, _) => format!("{count} minutes"),
            (Language::Cy, 1) => "1 munud".to_owned(),
            (Language::Cy, 2) => "2 funud".to_owned(),
            (Language::Cy, _) => format!("{count} munud"),
        }
    }

    fn hours(self, count: u64) -> String {
        match (self.language, count) {
            (_, 0) => String::new(),
            (Language::En, 1) => "1 hour".to_owned(),
            (Language::En, _) => format!("{count} hours"),
            (Language::Cy, _) => format!("{count} awr"),
        }
    }

    fn days(self, count: u64) -> String {
        match (self.language, count) {
            (_, 0) => String::new(),
            (Language::En, 1) => "1 day".to_owned(),
            (Language::En, _) => format!("{count} days"),
            (Language::Cy, 2) => "2 ddiwrnod".to_owned(),
            (Language::Cy, _) => format!("{count} diwrnod"),
        }
    }

    /// A list in a sentence: `one, two and three`. Welsh has `a`, `ac` before a vowel, and `a'r`
    /// with the article.
    pub fn list(self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [only] => only.clone(),
            [first @ .., last] => format!("{} {}", first.join(", "), self.and(last)),
        }
    }

    fn and(self, last: &str) -> String {
        let article = last.strip_prefix("y ").or_else(|| last.strip_prefix("yr "));
        let vowel = last.to_lowercase().starts_with(|letter| "aeiouwyâêîôûŵŷ".contains(letter));
        match (self.language, article) {
            (Language::En, _) => format!("and {last}"),
            (Language::Cy, Some(noun)) => format!("a'r {noun}"),
            (Language::Cy, None) => format!("{} {last}", if vowel { "ac" } else { "a" }),
        }
    }

    /// Puts the values in their places; a place without a value stays as it is written.
    #[expect(clippy::unused_self, reason = "reads as the other verbs of the generated methods")]
    fn fill(self, sentence: &str, values: &[(&str, &dyn Display)]) -> String {
        let mut filled = String::with_capacity(sentence.len() + 32);
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((place, tail)) = after.split_once('}') else {
                rest = after;
                break;
            };
            if let Some((_, value)) = values.iter().find(|(name, _)| *name == place) {
                let _ = write!(filled, "{value}");
            }
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests;
