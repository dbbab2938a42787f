//! Every state of every page, with made-up people and places, in each language.
//!
//! The tests render them, the gallery writes them for the browser test, and `page-states.txt`
//! lists them: a view that is not among them fails a test. No rule of a service stands here; the
//! sentences of a package are written out as a package would have them.

mod account;
mod agreements;
mod caller;
mod contact;
mod figures;
mod front;
mod inquiry;
mod operator;
mod problem;
mod request;
mod staff;
mod task;
mod tracking;

use askama::Template;
use base::{Date, Language, Timestamp};

use crate::views::page::{Account, Band, Frame, Help, LanguageSwitch, Link, Place};
use crate::words::Words;

/// The bodies of the samples with their colours.
pub const BRANDS: [(&str, &str); 2] = [("millbrook", "#1f5a45"), ("brynarian", "#7a2339")];

/// The reference that the samples share.
const REFERENCE: &str = "MBC-7K3M-9QXD-V";

/// A rendered page state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The view's template and the state: `status`, `status.late`.
    pub name: String,
    /// The page.
    pub html: String,
}

/// The samples as they are collected.
struct Gallery {
    words: Words,
    samples: Vec<Sample>,
}

impl Gallery {
    /// The plain state of a view.
    fn add(&mut self, view: &str, page: &impl Template) -> askama::Result<()> {
        self.samples.push(Sample { name: view.to_owned(), html: page.render()? });
        Ok(())
    }

    /// A further state of a view.
    fn add_state(&mut self, view: &str, state: &str, page: &impl Template) -> askama::Result<()> {
        self.add(&format!("{view}.{state}"), page)
    }
}

/// Every page state in a language.
pub fn all(language: Language) -> Result<Vec<Sample>, askama::Error> {
    let mut gallery = Gallery { words: Words::of(language), samples: Vec::new() };
    front::collect(&mut gallery)?;
    request::collect(&mut gallery)?;
    tracking::collect(&mut gallery)?;
    inquiry::collect(&mut gallery)?;
    agreements::collect(&mut gallery)?;
    account::collect(&mut gallery)?;
    staff::collect(&mut gallery)?;
    caller::collect(&mut gallery)?;
    contact::collect(&mut gallery)?;
    task::collect(&mut gallery)?;
    operator::collect(&mut gallery)?;
    figures::collect(&mut gallery)?;
    problem::collect(&mut gallery)?;
    Ok(gallery.samples)
}

/// 2:30pm on a November day.
fn moment(day: i8, hour: i8, minute: i8) -> Timestamp {
    date(day).at_uk(hour, minute)
}

fn date(day: i8) -> Date {
    Date::new(2026, 11, day).unwrap_or_else(|_| Timestamp::default().uk_date())
}

fn contractor(words: Words) -> &'static str {
    words.pick("Hollin Waste Services", "Gwastraff Celyn")
}

fn service_title(words: Words) -> String {
    words.pick("Report a missed bin", "Rhoi gwybod am fin heb ei gasglu").to_owned()
}

/// A band: an English district in English, a Welsh council in Welsh.
fn band(words: Words) -> Band {
    let body = words.pick("millbrook", "brynarian");
    let home = format!("/{body}/");
    let foot = [
        (words.foot_help(), "help"),
        (words.foot_accessibility(), "accessibility"),
        (words.foot_privacy(), "privacy"),
    ];
    Band {
        name: words.pick("Millbrook District Council", "Cyngor Brynarian").to_owned(),
        stylesheet: Some(format!("/{body}/brand.css")),
        help: Help {
            phone: Some(words.pick("01632 960 123", "01632 960 456").to_owned()),
            hours: words
                .pick("Monday to Friday, 8am to 6pm.", "Dydd Llun i ddydd Gwener, 8yb i 6yp.")
                .to_owned(),
            other: Some(
                words
                    .pick(
                        "Or come to the town hall, Market Square, Millbrook.",
                        "Neu dewch i'r swyddfeydd, Heol yr Orsaf, Brynarian.",
                    )
                    .to_owned(),
            ),
        },
        foot: foot
            .into_iter()
            .map(|(text, page)| Link::new(text, format!("{home}{page}")))
            .collect(),
        home,
    }
}

/// A visitor's page.
fn frame(words: Words) -> Frame {
    let band = band(words);
    let sign_in = Link::new(words.sign_in(), format!("{}sign-in", band.home));
    let other = match words.language() {
        Language::En => None,
        Language::Cy => Some(Words::of(Language::En)),
    };
    Frame {
        words,
        switch: other.map(|words| LanguageSwitch { words, href: "?lang=en".to_owned() }),
        fakes: Vec::new(),
        outbox: None,
        account: Account::Out(sign_in),
        find: None,
        rail: Vec::new(),
        csrf: "sample-token".to_owned(),
        band,
    }
}

/// The page of a resident who is signed in.
fn resident(words: Words) -> Frame {
    let frame = frame(words);
    let mine = Link::new(words.my_requests(), format!("{}requests", frame.band.home));
    let account = Account::In {
        name: "mair.example@example.org".to_owned(),
        links: vec![mine],
        sign_out: format!("{}sign-out", frame.band.home),
    };
    Frame { account, ..frame }
}

/// A page of staff, with the banner of the fakes and the rail of places.
fn staff(words: Words, here: usize) -> Frame {
    let frame = frame(words);
    let home = frame.band.home.clone();
    let places = [
        (words.staff_home(), "staff"),
        (words.operator_title(), "staff/operator"),
        (words.figures(), "staff/figures"),
    ];
    Frame {
        fakes: vec![
            words.pick("e-mail", "e-bost").to_owned(),
            words.pick("the waste contractor", "y contractwr gwastraff").to_owned(),
        ],
        outbox: Some(format!("{home}outbox")),
        account: Account::In {
            name: "Sam Example".to_owned(),
            links: Vec::new(),
            sign_out: format!("{home}sign-out"),
        },
        find: Some(Link::new(words.find_caller(), format!("{home}staff/callers"))),
        rail: (0..)
            .zip(places)
            .map(|(index, (text, page))| Place {
                link: Link::new(text, format!("{home}{page}")),
                here: index == here,
            })
            .collect(),
        ..frame
    }
}

#[cfg(test)]
mod tests;
