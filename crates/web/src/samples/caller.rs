//! Samples of an agent's pages about whoever is on the phone.

use runtime::access::{Checked, Checks};

use super::staff::{begin, cases};
use super::{Gallery, REFERENCE, moment, staff};
use crate::views::caller::{Caller, CallerLine, CallerSearch, Callers, FoundCallers, Verification};
use crate::views::contact::ContactLine;
use crate::views::field::{Choice, Control, Field, LineKind, errors_of};
use crate::views::page::{Link, PageError};
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};
use crate::words::Words;

const CALLERS: &str = "/millbrook/staff/callers";

impl CallerSearch {
    /// Nothing typed yet.
    pub fn sample(words: Words) -> Self {
        let born = Control::Date {
            day: String::new(),
            month: String::new(),
            year: String::new(),
            birth: false,
        };
        Self {
            action: CALLERS.to_owned(),
            typed: String::new(),
            error: None,
            named: vec![
                Field::line(words, "surname", words.surname(), LineKind::Text, "")
                    .hinted(words.surname_hint()),
                Field::new(words, "born", words.date_of_birth(), born)
                    .hinted(words.date_of_birth_hint()),
            ],
            open: false,
        }
    }
}

impl Callers {
    /// Nothing looked for yet.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 1).page(words.find_caller()).back_to("/millbrook/staff");
        let calls = vec![begin(words, &page)];
        let log = Link::new(words.contact_title(), "/millbrook/staff/contacts/new");
        Self { search: CallerSearch::sample(words), found: None, calls, log, page }
    }

    fn searched(words: Words, count: &str, lines: Vec<CallerLine>) -> Self {
        let search =
            CallerSearch { typed: "01632 960 123".to_owned(), ..CallerSearch::sample(words) };
        let count = words.callers_count(count);
        let found = Some(FoundCallers { count, lines, contacts: Vec::new(), older: Vec::new() });
        Self { search, found, ..Self::sample(words) }
    }

    /// What was typed cannot be looked for.
    fn wrong(words: Words) -> Self {
        let mut sample = Self::sample(words);
        let error = words.error_caller_term().to_owned();
        "Rhys".clone_into(&mut sample.search.typed);
        sample.search.error = Some(error.clone());
        sample.page.errors = vec![PageError { text: error, href: Some("#q".to_owned()) }];
        sample
    }

    /// A surname without a day of birth.
    fn named_wrong(words: Words) -> Self {
        let mut sample = Self::sample(words);
        if let [surname, born] = sample.search.named.as_mut_slice() {
            *surname = Field::line(words, "surname", words.surname(), LineKind::Text, "Rhys")
                .hinted(words.surname_hint());
            *born = born.clone().wrong(words.error_caller_born());
        }
        sample.search.open = true;
        sample.page.errors = errors_of(&sample.search.named);
        sample
    }
}

fn line(words: Words, reference: &str, who: String, tone: Tone, state: &str) -> CallerLine {
    CallerLine {
        reference: reference.to_owned(),
        href: format!("{CALLERS}/{reference}"),
        who,
        service: super::service_title(words),
        tag: Tag::new(tone, state),
        received: words.received_at(words.moment(moment(24, 9, 12)).as_str()),
    }
}

fn contact(words: Words, note: Option<&str>) -> ContactLine {
    ContactLine {
        what: format!("{}: {}", words.contact_complaint(), words.contact_no_service()),
        when: words.moment(moment(20, 11, 5)),
        tag: Tag::new(Tone::Busy, words.due_in(2)),
        note: note.map(str::to_owned),
    }
}

fn lines(words: Words) -> Vec<CallerLine> {
    let busy = words.state_with_contractor();
    vec![
        line(words, REFERENCE, words.masked_caller("SR", "ZZ1"), Tone::Busy, busy),
        line(words, "MBC-0V8T-44XA-3", words.no_name().to_owned(), Tone::Good, words.state_done()),
    ]
}

impl Caller {
    /// Found, and not yet known to be the caller.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 1).page(words.caller_title()).back_to(CALLERS);
        let choice = |fact: Checked| Choice::new(fact.key(), words.checked(fact));
        let options = Control::Checkboxes(Checked::ALL.into_iter().map(choice).collect());
        let field = Field::new(words, "checked", words.caller_checked(), options)
            .hinted(words.caller_checked_hint())
            .spoken(words.caller_say());
        Self {
            reference: REFERENCE.to_owned(),
            known: vec![Fact::new(words.caller_who(), words.masked_caller("SR", "ZZ1"))],
            verification: Verification::Asked {
                field: Box::new(field),
                action: format!("{CALLERS}/1"),
            },
            repeat: None,
            open: cases(words).into_iter().take(1).collect(),
            closed: Vec::new(),
            contacts: Vec::new(),
            log: Link::new(words.contact_title(), "/millbrook/staff/contacts/new?caller=1"),
            calls: vec![begin(words, &page)],
            search: Link::new(words.next_call(), CALLERS),
            page,
        }
    }

    /// Too little was checked.
    fn wrong(words: Words) -> Self {
        let mut sample = Self::sample(words);
        if let Verification::Asked { field, .. } = &mut sample.verification {
            field.error = Some(words.error_caller_checked().to_owned());
            sample.page.errors = errors_of(std::slice::from_ref(&**field));
        }
        sample
    }

    /// Known, and in touch again.
    fn verified(words: Words) -> Self {
        let checks = Checks::of(&[Checked::DateOfBirth, Checked::Address]);
        let checks = checks.map(|checks| words.checks(checks)).unwrap_or_default();
        let address = words.pick("1 Mill Lane, ZZ1 0AA", "1 Lôn y Felin, ZZ1 0AA");
        let born = base::Date::new(1980, 3, 27).map(|born| words.day_and_month(born));
        Self {
            known: vec![
                Fact::new(words.full_name(), "Siân Rhys"),
                Fact::new(words.date_of_birth(), born.unwrap_or_default()),
                Fact::new(words.address(), address),
                Fact::new(words.phone_number(), "01632 960 123"),
                Fact::new(words.email_address(), "sian.example@example.org"),
            ],
            verification: Verification::Done(words.caller_verified(checks.as_str())),
            repeat: Some(words.caller_repeat().to_owned()),
            closed: cases(words).into_iter().skip(1).collect(),
            contacts: vec![contact(words, Some("The library was shut."))],
            ..Self::sample(words)
        }
    }

    /// Known, with nothing open.
    fn nothing_open(words: Words) -> Self {
        Self { open: Vec::new(), repeat: None, ..Self::verified(words) }
    }
}

/// Finding a caller, and whoever was found.
pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    gallery.add("callers", &Callers::sample(words))?;
    gallery.add_state("callers", "none", &Callers::searched(words, "0", Vec::new()))?;
    let one = lines(words).into_iter().take(1).collect();
    gallery.add_state("callers", "one", &Callers::searched(words, "1", one))?;
    let mut many = Callers::searched(words, "2", lines(words));
    if let Some(found) = &mut many.found {
        found.count = words.callers_count_more("20");
        found.contacts = vec![contact(words, None)];
        found.older = vec![("q".to_owned(), "01632 960 123".to_owned())];
    }
    gallery.add_state("callers", "many", &many)?;
    gallery.add_state("callers", "wrong", &Callers::wrong(words))?;
    gallery.add_state("callers", "named_wrong", &Callers::named_wrong(words))?;
    gallery.add("caller", &Caller::sample(words))?;
    gallery.add_state("caller", "wrong", &Caller::wrong(words))?;
    gallery.add_state("caller", "verified", &Caller::verified(words))?;
    gallery.add_state("caller", "nothing_open", &Caller::nothing_open(words))
}
