//! The gate: whether personal data may cross, and how much of them.
//!
//! Both bodies' gates ask the same function, each with what it knows itself: the asker before it
//! asks, the provider before it answers. A [`Permit`] is made here alone, cannot be copied, and is
//! spent by what it releases.

use std::collections::{BTreeMap, BTreeSet};

use base::{BodyId, Date, Digest, MessageId, ServiceId};

use crate::agreement::{Agreement, AgreementVersion, Category, Purpose, Status};
use crate::{SignedAgreement, VectorOfTrust};

/// What is to cross.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The answer to a question, from the provider to the recipient who asks.
    Question(Category),
    /// A notice, from the provider to the recipient.
    Notice(Category),
}

impl Form {
    /// The name of the question or the notice.
    pub fn name(&self) -> &Category {
        match self {
            Self::Question(name) | Self::Notice(name) => name,
        }
    }
}

/// One crossing that is asked for, about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// Its id, used once.
    pub id: MessageId,
    /// The agreement that is to allow it.
    pub agreement: AgreementVersion,
    /// The body whose data cross.
    pub provider: BodyId,
    /// The body that is to have them.
    pub recipient: BodyId,
    /// What is to cross.
    pub form: Form,
    /// Why.
    pub purpose: Purpose,
    /// The service that needs it.
    pub service: ServiceId,
    /// How sure the body that begins is of the person.
    pub assurance: VectorOfTrust,
    /// The day on which it is decided.
    pub on: Date,
}

/// What only the deciding body's own records tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// How often the agreement was used today.
    pub used_today: u32,
    /// How often for this person.
    pub used_today_for_person: u32,
    /// Whether the person has an upheld objection, or the use is restricted.
    pub restricted: bool,
    /// Whether a crossing of this id was decided before.
    pub seen: bool,
}

/// Why nothing crosses. It is an answer to the body that asked, never to the person: the pages say
/// "We need to check this another way", whichever it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// There is no such agreement, or not in this version.
    #[error("there is no such agreement")]
    NoAgreement,
    /// A party has not signed.
    #[error("the agreement is not signed by every party")]
    NotSigned,
    /// Its first day is to come.
    #[error("the agreement is not yet in force")]
    NotYet,
    /// Its last day is past.
    #[error("the agreement has ended")]
    Ended,
    /// Its review is overdue.
    #[error("the agreement's review is overdue")]
    ReviewOverdue,
    /// It is between other bodies.
    #[error("the agreement is between other bodies")]
    OtherParties,
    /// It is for another purpose.
    #[error("the agreement is for another purpose")]
    OtherPurpose,
    /// It does not name this question or notice.
    #[error("the agreement does not name this question or notice")]
    NotNamed,
    /// It does not name this service.
    #[error("the agreement does not name this service")]
    OtherService,
    /// The body is not sure enough of the person.
    #[error("the person's assurance is below the agreement's")]
    AssuranceTooLow,
    /// The person has objected, or the use is restricted.
    #[error("the use is restricted for this person")]
    Restricted,
    /// It was used as often as it may be.
    #[error("the agreement was used as often as it may be today")]
    TooMany,
    /// This crossing was decided before.
    #[error("a crossing of this id was decided before")]
    Replayed,
    /// The body does not know whom it is about.
    #[error("the person is not known")]
    UnknownPerson,
    /// The body that asked no longer wants an answer, or that gave notice no longer gives it.
    #[error("the crossing was withdrawn")]
    Withdrawn,
}

/// Leave for one crossing. It is neither copied nor stored: it is spent where it was given.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    crossing: Crossing,
    agreement: Digest,
    categories: BTreeSet<Category>,
    answers: BTreeSet<String>,
}

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// One of the answers that the agreement lists.
    Told(String),
    /// The provider cannot tell.
    CannotTell,
}

/// Decides one crossing. `agreement` is the one that it names, when the body knows it.
///
/// # Errors
/// The first reason, in the order of [`Refusal`], why it may not be.
pub fn decide(
    agreement: Option<&SignedAgreement>,
    crossing: Crossing,
    facts: Facts,
) -> Result<Permit, Refusal> {
    let signed = agreement.ok_or(Refusal::NoAgreement)?;
    let agreement = signed.agreement();
    if agreement.version() != crossing.agreement {
        return Err(Refusal::NoAgreement);
    }
    if !signed.missing().is_empty() {
        return Err(Refusal::NotSigned);
    }
    match agreement.status(crossing.on) {
        Status::InForce => {}
        Status::NotYet => return Err(Refusal::NotYet),
        Status::Ended => return Err(Refusal::Ended),
        Status::ReviewOverdue => return Err(Refusal::ReviewOverdue),
    }
    let ours = *agreement.provider() == crossing.provider
        && agreement.recipients().contains(&crossing.recipient);
    if !ours {
        return Err(Refusal::OtherParties);
    }
    if *agreement.purpose() != crossing.purpose {
        return Err(Refusal::OtherPurpose);
    }
    let (services, categories, answers) = named(agreement, &crossing.form)?;
    if !services.contains(&crossing.service) {
        return Err(Refusal::OtherService);
    }
    within(agreement, &crossing, facts)?;
    let (categories, answers) = (categories.clone(), answers.cloned().unwrap_or_default());
    Ok(Permit { agreement: *agreement.digest(), crossing, categories, answers })
}

type Named<'a> = (&'a BTreeSet<ServiceId>, &'a BTreeSet<Category>, Option<&'a BTreeSet<String>>);

/// What the agreement says of this question or notice.
fn named<'a>(agreement: &'a Agreement, form: &Form) -> Result<Named<'a>, Refusal> {
    match form {
        Form::Question(name) => agreement
            .questions()
            .iter()
            .find(|question| question.id == *name)
            .map(|question| (&question.services, &question.categories, Some(&question.answers))),
        Form::Notice(name) => agreement
            .notices()
            .iter()
            .find(|notice| notice.id == *name)
            .map(|notice| (&notice.services, &notice.categories, None)),
    }
    .ok_or(Refusal::NotNamed)
}

/// What depends on the person and on the day.
fn within(agreement: &Agreement, crossing: &Crossing, facts: Facts) -> Result<(), Refusal> {
    if !crossing.assurance.reaches(agreement.min_assurance()) {
        return Err(Refusal::AssuranceTooLow);
    }
    if facts.restricted {
        return Err(Refusal::Restricted);
    }
    let (in_all, for_person) = agreement.quotas();
    if facts.used_today >= in_all || facts.used_today_for_person >= for_person {
        return Err(Refusal::TooMany);
    }
    if facts.seen { Err(Refusal::Replayed) } else { Ok(()) }
}

impl Permit {
    /// The crossing that it is for.
    pub fn crossing(&self) -> &Crossing {
        &self.crossing
    }

    /// The digest of the agreement that allows it.
    pub fn agreement(&self) -> &Digest {
        &self.agreement
    }

    /// The kinds of data that may cross.
    pub fn categories(&self) -> &BTreeSet<Category> {
        &self.categories
    }

    /// Spends the permit on letting a question out, or a pseudonym through: nothing of the
    /// provider's data crosses by that. Gives the kinds of data that may be told.
    pub fn let_out(self) -> BTreeSet<Category> {
        self.categories
    }

    /// Spends the permit on the answer to its question. What the agreement does not list, and any
    /// answer to a notice, becomes "cannot tell".
    pub fn answer(self, given: &str) -> Answer {
        if self.answers.contains(given) {
            Answer::Told(given.to_owned())
        } else {
            Answer::CannotTell
        }
    }

    /// Spends the permit on a notice's fields, named by their categories. What the agreement does
    /// not name, and every field of a question, is dropped.
    pub fn notice<T>(self, fields: BTreeMap<String, T>) -> BTreeMap<String, T> {
        let notice = matches!(self.crossing.form, Form::Notice(_));
        let kept = |name: &str| self.categories.iter().any(|category| category.as_str() == name);
        fields.into_iter().filter(|(name, _)| notice && kept(name)).collect()
    }
}

#[cfg(test)]
mod tests;
