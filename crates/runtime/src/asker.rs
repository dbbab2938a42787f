//! Whoever asks, as the answers of their request say: what staff find them by, and what a line
//! shows before it is known that they are on the phone.
//!
//! Which answers say it is declared by the package, question by question (`role`). What is found
//! is found exactly, by a keyed blind index (DESIGN L10); how each answer is spelt for that stands
//! in `identity`.

use base::{BlindKey, Date, Digest, Reference, ServiceId, Timestamp};
use catalogue::{Answers, QuestionRole, QuestionSet};
use identity::{EmailAddress, PhoneNumber, Surname};

use crate::access::{Checked, Checks};
use crate::places::{Place, Places};

/// By what staff find a person's requests.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// The reference of a request.
    Reference,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A surname and a day of birth.
    NameAndBirth,
}

impl FoundBy {
    /// The key in rows.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::NameAndBirth => "name_and_birth",
        }
    }
}

/// What staff look for, in its one spelling. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub enum Term {
    /// The reference of a request.
    Reference(Reference),
    /// An e-mail address.
    Email(EmailAddress),
    /// A telephone number.
    Phone(PhoneNumber),
    /// A surname and a day of birth.
    NameAndBirth(Surname, Date),
}

impl std::fmt::Debug for Term {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Term({})", self.by().key())
    }
}

impl Term {
    /// Reads what was typed into one box: a reference, an e-mail address or a telephone number.
    pub fn read(typed: &str) -> Option<Self> {
        let reference = typed.parse().ok().map(Self::Reference);
        let email = || EmailAddress::parse(typed).ok().map(Self::Email);
        let phone = || PhoneNumber::parse(typed).ok().map(Self::Phone);
        reference.or_else(email).or_else(phone)
    }

    /// By what it finds.
    pub const fn by(&self) -> FoundBy {
        match self {
            Self::Reference(_) => FoundBy::Reference,
            Self::Email(_) => FoundBy::Email,
            Self::Phone(_) => FoundBy::Phone,
            Self::NameAndBirth(..) => FoundBy::NameAndBirth,
        }
    }

    /// The blind index of a body; a reference needs none.
    pub(crate) fn index(&self, key: &BlindKey) -> Option<Digest> {
        match self {
            Self::Reference(_) => None,
            Self::Email(email) => Some(email.index(key)),
            Self::Phone(phone) => Some(phone.index(key)),
            Self::NameAndBirth(surname, born) => Some(surname.index(*born, key)),
        }
    }
}

/// Whoever asks, opened. It does not print.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asker {
    /// Their given name.
    pub given_name: Option<String>,
    /// Their surname.
    pub surname: Option<String>,
    /// The day on which they were born.
    pub born: Option<Date>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// The address that they gave, when it is one that the body serves.
    pub place: Option<Place>,
}

impl std::fmt::Debug for Asker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Asker(..)")
    }
}

impl Asker {
    /// As these answers say.
    pub fn of(questions: &QuestionSet, answers: &Answers, places: &Places) -> Self {
        let text = |role: QuestionRole| {
            let question = questions.with_role(role)?;
            answers.get(question.id.as_str())?.as_str().map(str::to_owned)
        };
        let address = questions.with_role(QuestionRole::Address);
        let uprn = address.and_then(|question| answers.get(question.id.as_str())?.as_str());
        Self {
            given_name: text(QuestionRole::GivenName),
            surname: text(QuestionRole::Surname),
            born: text(QuestionRole::DateOfBirth).and_then(|born| born.parse().ok()),
            email: text(QuestionRole::Email),
            phone: text(QuestionRole::Phone),
            place: uprn.and_then(|uprn| places.get(uprn)).cloned(),
        }
    }

    /// What they are found by.
    pub(crate) fn terms(&self) -> Vec<Term> {
        let email = self.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
        let phone = self.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
        let surname = self.surname.as_deref().and_then(|surname| Surname::parse(surname).ok());
        let named = surname.zip(self.born).map(|(surname, born)| Term::NameAndBirth(surname, born));
        [email.map(Term::Email), phone.map(Term::Phone), named].into_iter().flatten().collect()
    }

    /// What was checked of one request's asker, as far as it was checked of this one too: each fact
    /// but the reference, which is of the one request alone, stands here alike. Nothing when one
    /// differs, or when too few are left.
    pub(crate) fn agreeing(&self, other: &Self, checked: Checks) -> Option<Checks> {
        let facts: Vec<Checked> =
            checked.facts().filter(|fact| *fact != Checked::Reference).collect();
        let agree = facts.iter().all(|fact| self.agrees(other, *fact));
        Checks::of(&facts).ok().filter(|_| agree)
    }

    fn agrees(&self, other: &Self, fact: Checked) -> bool {
        fn same<T: PartialEq>(of: impl Fn(&Asker) -> Option<T>, two: [&Asker; 2]) -> bool {
            let [one, other] = two.map(of);
            one.is_some() && one == other
        }
        let two = [self, other];
        let given = |it: &Self| it.given_name.as_deref().map(|name| name.trim().to_lowercase());
        match fact {
            Checked::Name => {
                same(|it| Surname::parse(it.surname.as_deref()?).ok(), two) && same(given, two)
            }
            Checked::DateOfBirth => same(|it| it.born, two),
            Checked::Address => same(|it| it.place.as_ref().map(|place| place.uprn.clone()), two),
            Checked::Phone => same(|it| PhoneNumber::parse(it.phone.as_deref()?).ok(), two),
            Checked::Email => same(|it| EmailAddress::parse(it.email.as_deref()?).ok(), two),
            Checked::Reference => false,
        }
    }

    /// The first letters of their names; nothing when they gave none.
    pub fn initials(&self) -> Option<String> {
        let names = [self.given_name.as_deref(), self.surname.as_deref()];
        let first = |name: &str| name.trim().chars().next();
        let letters: String =
            names.into_iter().flatten().filter_map(first).flat_map(char::to_uppercase).collect();
        (!letters.is_empty()).then_some(letters)
    }

    /// The first half of the postcode of their address.
    pub fn outcode(&self) -> Option<&str> {
        self.place.as_ref()?.postcode.split_whitespace().next()
    }

    /// Their whole name, as far as they gave it.
    pub fn name(&self) -> Option<String> {
        let names = [self.given_name.as_deref(), self.surname.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

/// How long a contact makes the next one a repeat, in milliseconds: 28 days, as long as a straight
/// outcome is provisional.
const REPEAT_MS: i64 = mining::PROVISIONAL_MS;

/// Whether somebody's contact is a repeat: within the 28 days before it the same person asked for
/// the same service, or was in touch about anything. The one place that defines it.
pub(crate) fn is_repeat(
    now: Timestamp,
    service: Option<&ServiceId>,
    requests: &[(ServiceId, Timestamp)],
    contacts: &[Timestamp],
) -> bool {
    let recent = |at: &Timestamp| *at >= now.plus_millis(-REPEAT_MS) && *at <= now;
    let mut same = requests.iter().filter(|(asked, _)| Some(asked) == service);
    same.any(|(_, at)| recent(at)) || contacts.iter().any(recent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_box_reads_three_kinds_of_thing() {
        let by = |typed: &str| Term::read(typed).map(|term| term.by());
        let reference = Reference::new("MBC", [1, 2, 3, 4, 5]);
        assert_eq!(by(reference.as_str()), Some(FoundBy::Reference));
        assert_eq!(by(&reference.as_str().to_lowercase()), Some(FoundBy::Reference));
        assert_eq!(by(" Mair@Example.org "), Some(FoundBy::Email));
        assert_eq!(by("(01632) 960 123"), Some(FoundBy::Phone));
        for nothing in ["", "Rhys", "12", "MBC-1", "a@b"] {
            assert_eq!(by(nothing), None, "{nothing}");
        }
        let term = Term::read("mair@example.org").unwrap();
        assert_eq!(format!("{term:?}"), "Term(email)");
    }

    #[test]
    fn a_contact_repeats_one_of_the_same_service_or_any_contact_in_28_days() {
        let bins: ServiceId = "missed-bin-collection".parse().unwrap();
        let badge: ServiceId = "blue-badge".parse().unwrap();
        let day = |day: i64| Timestamp::from_millis(day * 86_400_000);
        let now = day(100);
        let repeat = |service: Option<&ServiceId>, requests: &[_], contacts: &[_]| {
            is_repeat(now, service, requests, contacts)
        };
        let asked = [(bins.clone(), day(72))];
        assert!(repeat(Some(&bins), &asked, &[]), "28 days are within");
        assert!(!repeat(Some(&badge), &asked, &[]), "another service");
        assert!(!repeat(None, &asked, &[]));
        assert!(!repeat(Some(&bins), &[(bins.clone(), day(71))], &[]), "too long ago");
        assert!(repeat(Some(&badge), &[], &[day(72)]), "any contact");
        assert!(!repeat(None, &[], &[day(71), day(101)]), "before it, not after");
    }

    #[test]
    fn a_masked_line_has_letters_and_half_a_postcode() {
        let place = Place {
            uprn: "1".to_owned(),
            line: "1 Mill Lane".to_owned(),
            postcode: "ZZ1 0AA".to_owned(),
        };
        let asker = Asker {
            given_name: Some("siân".to_owned()),
            surname: Some("ŵyn".to_owned()),
            place: Some(place),
            ..Asker::default()
        };
        assert_eq!(asker.initials().as_deref(), Some("SŴ"));
        assert_eq!(asker.outcode(), Some("ZZ1"));
        assert_eq!(asker.terms(), [], "a surname finds nobody without a day of birth");
        assert_eq!(Asker::default().initials(), None);
        assert_eq!(format!("{asker:?}"), "Asker(..)");
    }
}
