//! What every page has in common: whose it is, in which language, who is signed in, which fakes
//! are on, what went wrong, and how to get help.

use askama::Template;

use crate::words::Words;

/// A link, or a place in a list of places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its text.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// A link.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}

/// A button that does one thing: a form of its own, with the page's token.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/act.html")]
pub struct Act {
    /// What the button says.
    pub label: String,
    /// Where it posts.
    pub action: String,
    /// The person's own token against forged forms.
    pub csrf: String,
    /// How much it weighs.
    pub weight: Weight,
}

/// How much a button weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The page's main act.
    First,
    /// Any other.
    Second,
    /// One that cannot be taken back.
    Grave,
}

impl Act {
    /// The stylesheet's class of the button.
    pub const fn class(&self) -> &'static str {
        match self.weight {
            Weight::First => "first",
            Weight::Second => "second",
            Weight::Grave => "grave",
        }
    }
}

/// Whose page it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// The body's name in the page's language; the region's on pages of no body.
    pub name: String,
    /// Its front page.
    pub home: String,
    /// Its colours, when it has its own.
    pub stylesheet: Option<String>,
    /// How to reach a person there.
    pub help: Help,
    /// Links of the foot: help, accessibility, privacy.
    pub foot: Vec<Link>,
}

/// How to reach a person, the same on every page (WCAG 3.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// The number as people read it; none at bodies that take no calls.
    pub phone: Option<String>,
    /// When somebody answers.
    pub hours: String,
    /// Another way: an address to write to or to visit.
    pub other: Option<String>,
}

/// The same page in the other language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageSwitch {
    /// The other language.
    pub words: Words,
    /// The address of this page in it.
    pub href: String,
}

/// Who is signed in, at the head of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// Nobody, and nothing to sign in to here.
    None,
    /// Nobody; the link signs in.
    Out(Link),
    /// Somebody.
    In {
        /// Who: an e-mail address or a staff name.
        name: String,
        /// Their own places.
        links: Vec<Link>,
        /// Where signing out posts.
        sign_out: String,
    },
}

/// What the request itself says of the page around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The language.
    pub words: Words,
    /// Whose page.
    pub band: Band,
    /// The other language, where the body has one.
    pub switch: Option<LanguageSwitch>,
    /// What is only pretended here, named: a red banner stands on every page while one is on.
    pub fakes: Vec<String>,
    /// Where the messages of a fake can be read, when there is such a page.
    pub outbox: Option<String>,
    /// Who is signed in.
    pub account: Account,
    /// Where an agent looks for a caller, from every page of staff.
    pub find: Option<Link>,
    /// Staff places, shown under the band on staff pages; the current one is marked.
    pub rail: Vec<Place>,
    /// The visitor's own token against forged forms.
    pub csrf: String,
}

/// A place in the staff's rail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The link.
    pub link: Link,
    /// Whether the page is there.
    pub here: bool,
}

/// One error of a form: its sentence, and the field that mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// How to mend it.
    pub text: String,
    /// The field's address on the page (`#q-...`); none when no field is at fault.
    pub href: Option<String>,
}

/// A page: its frame, and what only this page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The language, at hand for templates.
    pub words: Words,
    /// What is around the page.
    pub frame: Frame,
    /// The page's own title.
    pub title: String,
    /// Where Back leads.
    pub back: Option<String>,
    /// What has just happened, told once after the act.
    pub notice: Option<String>,
    /// What is wrong with the form.
    pub errors: Vec<PageError>,
}

impl Frame {
    /// A page in this frame.
    pub fn page(self, title: impl Into<String>) -> Page {
        Page {
            words: self.words,
            frame: self,
            title: title.into(),
            back: None,
            notice: None,
            errors: Vec::new(),
        }
    }
}

impl Page {
    /// The same page with a Back link.
    #[must_use]
    pub fn back_to(mut self, href: impl Into<String>) -> Self {
        self.back = Some(href.into());
        self
    }

    /// The same page, telling what has just happened.
    #[must_use]
    pub fn saying(mut self, notice: impl Into<String>) -> Self {
        self.notice = Some(notice.into());
        self
    }

    /// The same page with the errors of its fields, and any that belong to no field.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<PageError>) -> Self {
        self.errors = errors;
        self
    }

    /// The page's token against forged forms.
    pub fn csrf(&self) -> &str {
        &self.frame.csrf
    }

    /// A main button with this page's token.
    pub fn act(&self, label: impl Into<String>, action: impl Into<String>) -> Act {
        let csrf = self.frame.csrf.clone();
        Act { label: label.into(), action: action.into(), csrf, weight: Weight::First }
    }

    /// A further button with this page's token.
    pub fn second_act(&self, label: impl Into<String>, action: impl Into<String>) -> Act {
        Act { weight: Weight::Second, ..self.act(label, action) }
    }

    /// A button for what cannot be taken back.
    pub fn grave_act(&self, label: impl Into<String>, action: impl Into<String>) -> Act {
        Act { weight: Weight::Grave, ..self.act(label, action) }
    }

    /// The title of the window.
    pub fn window_title(&self) -> String {
        let title = format!("{} - {}", self.title, self.frame.band.name);
        if self.errors.is_empty() { title } else { self.words.error_title(title.as_str()) }
    }

    /// The names of the fakes as a list in a sentence.
    pub fn fakes_named(&self) -> String {
        self.words.list(&self.frame.fakes)
    }
}
