//! An agreement: which data may cross between which bodies, why, for how long.
//!
//! Read from TOML and checked whole: what a machine enforces must be there and make sense. A
//! version is immutable: its digest, over the very bytes that were signed, names it in every
//! record. A change is a new version.

use std::collections::BTreeSet;
use std::fmt;

use base::{BodyId, Date, Digest, Language, ServiceId, Text};
use serde::Deserialize;

use crate::VectorOfTrust;

/// The longest agreement that is read, in bytes.
pub const MAX_AGREEMENT_BYTES: usize = 256 * 1024;
/// How long an agreement may stand until it is reviewed, in days: five years.
pub const MAX_DAYS_TO_REVIEW: i32 = 5 * 366;
/// The longest name of an agreement, question, category or purpose, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// What is wrong with an agreement's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {sentence}")]
pub struct AgreementError {
    /// The line, from 1; 1 too for what concerns the whole.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub sentence: String,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = base::NameError;
            fn from_str(text: &str) -> Result<Self, base::NameError> {
                let plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_';
                let letter_first = text.starts_with(|sign: char| sign.is_ascii_alphabetic());
                if letter_first && text.len() <= MAX_NAME_BYTES && text.chars().all(plain) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(base::NameError)
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                let wrong = "a name is 1 to 64 letters, digits, - and _, a letter first";
                text.parse().map_err(|_| serde::de::Error::custom(wrong))
            }
        }
    };
}

name! {
    /// An agreement, over all its versions.
    AgreementId
}
name! {
    /// Why data are used: a code of the Data Privacy Vocabulary, such as
    /// `PublicServiceEligibilityAssessment`, or one of a body's own below it.
    Purpose
}
name! {
    /// A kind of personal data, such as `benefit_status`.
    Category
}

/// One version of an agreement.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct AgreementVersion {
    /// Which agreement.
    pub id: AgreementId,
    /// Which version, from 1.
    pub version: u32,
}

impl fmt::Display for AgreementVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.id, self.version)
    }
}

/// Who sets the sharing going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initiative {
    /// The person, by asking for a service.
    Subject,
    /// A body.
    Body,
}

/// When the person sees that it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// At once.
    AtOnce,
    /// When the case is closed.
    AfterCase,
}

/// A typed question that the provider answers about one person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name.
    pub id: Category,
    /// The question in words, as the person reads it.
    pub text: Text,
    /// The kinds of data that its answer tells.
    pub categories: BTreeSet<Category>,
    /// Every answer there may be; "cannot tell" may always be, and is not listed.
    pub answers: BTreeSet<String>,
    /// The services that may ask it.
    pub services: BTreeSet<ServiceId>,
}

/// What the provider of data tells the recipient of its own accord.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Its name.
    pub id: Category,
    /// What is told, in words, as the person reads it.
    pub text: Text,
    /// The kinds of data that it tells: its fields are named by them.
    pub categories: BTreeSet<Category>,
    /// The services that may tell it.
    pub services: BTreeSet<ServiceId>,
}

/// What the bodies agreed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    id: AgreementId,
    version: u32,
    title: Text,
    provider: BodyId,
    recipients: BTreeSet<BodyId>,
    purpose: Purpose,
    function_served: Text,
    legal_power: Text,
    lawful_basis: String,
    special_basis: Option<String>,
    initiative: Initiative,
    min_assurance: VectorOfTrust,
    max_per_day: u32,
    max_per_person_per_day: u32,
    valid_from: String,
    valid_until: String,
    review_by: String,
    retention_days: u32,
    onward: Text,
    destruction: Text,
    security: Text,
    impact_assessment: String,
    visibility: Visibility,
    #[serde(default, rename = "question")]
    questions: Vec<Question>,
    #[serde(default, rename = "notice")]
    notices: Vec<Notice>,
}

/// Whether an agreement holds on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its first day is to come.
    NotYet,
    /// It holds.
    InForce,
    /// Its review is overdue, so it does not hold.
    ReviewOverdue,
    /// Its last day is past.
    Ended,
}

/// A data-sharing agreement, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    terms: Terms,
    digest: Digest,
    valid: (Date, Date),
    review_by: Date,
}

impl Agreement {
    /// Reads and checks an agreement's file.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn read(text: &str) -> Result<Self, AgreementError> {
        if text.len() > MAX_AGREEMENT_BYTES {
            return Err(fault(text, None, format!("longer than {MAX_AGREEMENT_BYTES} bytes")));
        }
        let terms: Terms = toml::from_str(text).map_err(|error| {
            fault(text, error.span().map(|span| span.start), error.message().to_owned())
        })?;
        let day = |name: &'static str, value: &str| {
            value.parse::<Date>().map_err(|_| {
                fault(text, text.find(name), format!("{name} is not a day: write 2026-04-01"))
            })
        };
        let valid =
            (day("valid_from", &terms.valid_from)?, day("valid_until", &terms.valid_until)?);
        let review_by = day("review_by", &terms.review_by)?;
        let agreement = Self { digest: Digest::of(text.as_bytes()), terms, valid, review_by };
        match agreement.faults().into_iter().next() {
            Some((key, sentence)) => Err(fault(text, text.find(key), sentence)),
            None => Ok(agreement),
        }
    }

    /// What does not make sense, each with the key beside which it stands.
    fn faults(&self) -> Vec<(&'static str, String)> {
        let terms = &self.terms;
        let mut faults = Vec::new();
        let mut check = |holds: bool, key: &'static str, sentence: &str| {
            if !holds {
                faults.push((key, sentence.to_owned()));
            }
        };
        check(terms.version > 0, "version", "versions count from 1");
        check(!terms.recipients.is_empty(), "recipients", "name at least one recipient");
        let apart = !terms.recipients.contains(&terms.provider);
        check(apart, "recipients", "a body needs no agreement with itself");
        check(self.valid.0 <= self.valid.1, "valid_until", "valid_until is before valid_from");
        let soon = self.review_by <= self.valid.0.plus_days(MAX_DAYS_TO_REVIEW);
        check(soon, "review_by", "an agreement is reviewed within five years");
        check(terms.max_per_day > 0, "max_per_day", "say how often it may be used in a day");
        let per_person = terms.max_per_person_per_day;
        let sensible = per_person > 0 && per_person <= terms.max_per_day;
        check(
            sensible,
            "max_per_person_per_day",
            "max_per_person_per_day is from 1 to max_per_day",
        );
        let some = !terms.questions.is_empty() || !terms.notices.is_empty();
        check(some, "id", "an agreement without [[question]] or [[notice]] lets nothing cross");
        check(is_basis(&terms.lawful_basis, "A6-"), "lawful_basis", "write it as A6-1-e");
        let special = terms.special_basis.as_deref().is_none_or(|basis| is_basis(basis, "A9-"));
        check(special, "special_basis", "write it as A9-2-g");
        check(self.names_are_used_once(), "[[", "a question or notice stands here twice");
        for question in &terms.questions {
            let whole = !question.categories.is_empty()
                && !question.services.is_empty()
                && question.answers.len() > 1;
            check(whole, "[[question]]", "a question has categories, services and two answers");
        }
        for notice in &terms.notices {
            let whole = !notice.categories.is_empty() && !notice.services.is_empty();
            check(whole, "[[notice]]", "a notice has categories and services");
        }
        for text in self.texts() {
            let written = text.get(Language::En).is_some_and(|words| !words.trim().is_empty());
            check(written, "title", "every text is written in English at least");
        }
        faults
    }

    fn names_are_used_once(&self) -> bool {
        let ids = || {
            let questions = self.terms.questions.iter().map(|question| &question.id);
            questions.chain(self.terms.notices.iter().map(|notice| &notice.id))
        };
        ids().collect::<BTreeSet<_>>().len() == ids().count()
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        let terms = &self.terms;
        let own = [
            &terms.title,
            &terms.function_served,
            &terms.legal_power,
            &terms.onward,
            &terms.destruction,
            &terms.security,
        ];
        let questions = terms.questions.iter().map(|question| &question.text);
        own.into_iter().chain(questions).chain(terms.notices.iter().map(|notice| &notice.text))
    }

    /// Its name and version.
    pub fn version(&self) -> AgreementVersion {
        AgreementVersion { id: self.terms.id.clone(), version: self.terms.version }
    }

    /// The digest of the bytes that were signed.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What it is called.
    pub fn title(&self) -> &Text {
        &self.terms.title
    }

    /// The body whose data are used.
    pub fn provider(&self) -> &BodyId {
        &self.terms.provider
    }

    /// The bodies that may have them.
    pub fn recipients(&self) -> &BTreeSet<BodyId> {
        &self.terms.recipients
    }

    /// Everybody who has to sign it.
    pub fn parties(&self) -> impl Iterator<Item = &BodyId> {
        std::iter::once(&self.terms.provider).chain(&self.terms.recipients)
    }

    /// Why they are used.
    pub fn purpose(&self) -> &Purpose {
        &self.terms.purpose
    }

    /// The public function that it serves, in words.
    pub fn function_served(&self) -> &Text {
        &self.terms.function_served
    }

    /// The law that gives the power to share, in words.
    pub fn legal_power(&self) -> &Text {
        &self.terms.legal_power
    }

    /// The lawful basis, as `A6-1-e` of the Data Privacy Vocabulary.
    pub fn lawful_basis(&self) -> &str {
        &self.terms.lawful_basis
    }

    /// The condition for special categories, as `A9-2-g`.
    pub fn special_basis(&self) -> Option<&str> {
        self.terms.special_basis.as_deref()
    }

    /// Who sets the sharing going.
    pub fn initiative(&self) -> Initiative {
        self.terms.initiative
    }

    /// How sure the recipient has to be of the person.
    pub fn min_assurance(&self) -> VectorOfTrust {
        self.terms.min_assurance
    }

    /// How often it may be used in a day, and in a day for one person.
    pub fn quotas(&self) -> (u32, u32) {
        (self.terms.max_per_day, self.terms.max_per_person_per_day)
    }

    /// Its first and its last day.
    pub fn validity(&self) -> (Date, Date) {
        self.valid
    }

    /// The day by which it has to be reviewed.
    pub fn review_by(&self) -> Date {
        self.review_by
    }

    /// How long what was told is kept, in days.
    pub fn retention_days(&self) -> u32 {
        self.terms.retention_days
    }

    /// What may be passed on, how it is destroyed and how it is kept safe, in words.
    pub fn safeguards(&self) -> [&Text; 3] {
        [&self.terms.onward, &self.terms.destruction, &self.terms.security]
    }

    /// Where the data protection impact assessment is to be found.
    pub fn impact_assessment(&self) -> &str {
        &self.terms.impact_assessment
    }

    /// When the person sees that it was used.
    pub fn visibility(&self) -> Visibility {
        self.terms.visibility
    }

    /// Its questions.
    pub fn questions(&self) -> &[Question] {
        &self.terms.questions
    }

    /// Its notices.
    pub fn notices(&self) -> &[Notice] {
        &self.terms.notices
    }

    /// Whether it holds on a day.
    pub fn status(&self, on: Date) -> Status {
        if on < self.valid.0 {
            Status::NotYet
        } else if on > self.valid.1 {
            Status::Ended
        } else if on > self.review_by {
            Status::ReviewOverdue
        } else {
            Status::InForce
        }
    }
}

/// Whether this is an article of the UK GDPR as the vocabulary writes it.
fn is_basis(text: &str, article: &str) -> bool {
    let rest = text.strip_prefix(article).unwrap_or_default();
    let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
    !rest.is_empty() && rest.len() < MAX_NAME_BYTES && rest.chars().all(plain)
}

fn fault(text: &str, at: Option<usize>, sentence: String) -> AgreementError {
    let before = text.get(..at.unwrap_or(0)).unwrap_or_default();
    AgreementError { line: before.matches('\n').count() + 1, sentence }
}

#[cfg(test)]
mod tests;
