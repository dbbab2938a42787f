//! Pages of plain information that stand at the foot of every page.

use askama::Template;

use super::page::{Account, Frame, Page};

/// A part of such a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}

/// A page of information.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "information.html")]
pub struct Information {
    /// The page.
    pub page: Page,
    /// Its parts.
    pub sections: Vec<Section>,
}

fn section(heading: &str, paragraphs: &[String]) -> Section {
    Section { heading: heading.to_owned(), paragraphs: paragraphs.to_vec() }
}

impl Information {
    /// How to get help, and what a person may ask for.
    pub fn help(frame: Frame) -> Self {
        let words = frame.words;
        let mut reach = Vec::new();
        if let Some(phone) = &frame.band.help.phone {
            reach.push(words.help_phone(frame.band.help.hours.as_str(), phone.as_str()));
        }
        reach.extend(frame.band.help.other.clone());
        let sections = vec![
            section(words.help_reach(), &reach),
            section(words.help_person(), &[words.help_person_text().to_owned()]),
            section(words.help_languages(), &[words.help_languages_text().to_owned()]),
            section(words.help_wrong(), &[words.help_wrong_text().to_owned()]),
        ];
        Self { page: frame.page(words.help_title()), sections }
    }

    /// How accessible the pages are meant to be, and what to do when they are not.
    pub fn accessibility(frame: Frame) -> Self {
        let words = frame.words;
        let body = frame.band.name.clone();
        let sections = vec![
            section(
                words.accessibility_can(),
                &[
                    words.accessibility_can_text().to_owned(),
                    words.accessibility_no_script().to_owned(),
                ],
            ),
            section(
                words.accessibility_standard(),
                &[words.accessibility_standard_text().to_owned()],
            ),
            section(
                words.accessibility_tell(),
                &[
                    words.accessibility_tell_text(body.as_str()),
                    words.accessibility_enforce().to_owned(),
                ],
            ),
        ];
        Self { page: frame.page(words.accessibility_title()), sections }
    }

    /// What is kept about a visitor, and for how long.
    pub fn privacy(frame: Frame) -> Self {
        let words = frame.words;
        let body = frame.band.name.clone();
        let sections = vec![
            section(words.privacy_cookies(), &[words.privacy_cookies_text().to_owned()]),
            section(words.privacy_use(), &[words.how_we_use_text(body.as_str())]),
            section(
                words.privacy_who(),
                &[words.privacy_who_text().to_owned(), words.privacy_looks().to_owned()],
            ),
            section(words.privacy_rights(), &[words.privacy_rights_text(body.as_str())]),
        ];
        Self { page: frame.page(words.privacy_title()), sections }
    }
}
