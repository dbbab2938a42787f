//! Finding a caller: one box for a reference, a telephone number or an e-mail address, or an exact
//! surname with a day of birth. What is typed goes by POST and into no address, cookie or log; a
//! search is written down before anything of it is shown, and shows masked lines alone.

use base::{CaseId, Date};
use identity::Surname;
use runtime::{CallerCommand, FoundRequests, RequestSummary, Term};

use super::answer::{Answer, Fault, html, html_wrong, with_cookies};
use super::callers::{Form, Staff};
use super::contacts;
use super::cookies::Kind;
use super::form::Fields;
use super::staff::calls;
use super::story::line;
use crate::paths;
use crate::views::caller::{CallerLine, CallerSearch, Callers, FoundCallers};
use crate::views::field::{Control, Field, LineKind, errors_of};
use crate::views::page::{Link, PageError};

/// The longest text that is looked for, in characters.
const TYPED_CHARACTERS: usize = 254;
/// The fields of the two forms.
const BOX: &str = "q";
const SURNAME: &str = "surname";
const BORN: &str = "born";
/// Where the page of older requests begins.
const BEFORE: &str = "before";

/// What was typed.
#[derive(Default)]
struct Typed {
    term: String,
    surname: String,
    day: String,
    month: String,
    year: String,
}

/// What is wrong with what was typed.
#[derive(Default)]
struct Wrong {
    term: Option<String>,
    surname: Option<String>,
    born: Option<String>,
}

impl Typed {
    fn of(form: &Fields) -> Self {
        let text = |name: &str| form.text(name).chars().take(TYPED_CHARACTERS).collect();
        Self {
            term: text(BOX),
            surname: text(SURNAME),
            day: text(&format!("{BORN}-day")),
            month: text(&format!("{BORN}-month")),
            year: text(&format!("{BORN}-year")),
        }
    }

    fn names_somebody(&self) -> bool {
        let parts = [&self.surname, &self.day, &self.month, &self.year];
        parts.iter().any(|part| !part.is_empty())
    }

    fn born(&self) -> Option<Date> {
        Date::new(self.year.parse().ok()?, self.month.parse().ok()?, self.day.parse().ok()?).ok()
    }

    /// What is looked for.
    fn read(&self, staff: &Staff) -> Result<Term, Wrong> {
        let words = staff.words;
        if !self.term.is_empty() || !self.names_somebody() {
            let wrong = || Some(words.error_caller_term().to_owned());
            return Term::read(&self.term)
                .ok_or_else(|| Wrong { term: wrong(), ..Wrong::default() });
        }
        match (Surname::parse(&self.surname), self.born()) {
            (Ok(surname), Some(born)) => Ok(Term::NameAndBirth(surname, born)),
            (surname, born) => Err(Wrong {
                term: None,
                surname: surname.err().map(|_| words.error_caller_surname().to_owned()),
                born: born.is_none().then(|| words.error_caller_born().to_owned()),
            }),
        }
    }

    /// What is sent for the page that begins before a case.
    fn again(self, before: CaseId) -> Vec<(String, String)> {
        let pairs = [
            (BOX.to_owned(), self.term),
            (SURNAME.to_owned(), self.surname),
            (format!("{BORN}-day"), self.day),
            (format!("{BORN}-month"), self.month),
            (format!("{BORN}-year"), self.year),
            (BEFORE.to_owned(), before.to_string()),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// `GET /{body}/staff/callers`
pub(crate) async fn page(staff: Staff) -> Answer {
    let mut page = view(&staff, &Typed::default(), Wrong::default())?;
    page.page.notice = contacts::told(&staff);
    let clear = page.page.notice.as_ref().map(|_| staff.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&page)?, clear))
}

/// `POST /{body}/staff/callers`
pub(crate) async fn find(staff: Staff, Form(form): Form) -> Answer {
    let typed = Typed::of(&form);
    let term = match typed.read(&staff) {
        Ok(term) => term,
        Err(wrong) => return html_wrong(&view(&staff, &typed, wrong)?),
    };
    staff.admit_search()?;
    let found = staff.run()?.find(&term, form.text(BEFORE).parse().ok())?;
    let command = CallerCommand::Search { by: term.by(), found: found.shown() };
    staff.app.setup.host.submit(staff.id()?, staff.authority.clone(), command.into()).await?;
    let mut page = view(&staff, &typed, Wrong::default())?;
    page.found = Some(found_view(&staff, typed, &found)?);
    html(&page)
}

/// The search with nothing typed yet.
pub(super) fn empty(staff: &Staff) -> Result<CallerSearch, Fault> {
    search_view(staff, &Typed::default(), Wrong::default())
}

fn search_view(staff: &Staff, typed: &Typed, wrong: Wrong) -> Result<CallerSearch, Fault> {
    let words = staff.words;
    let born = Control::Date {
        day: typed.day.clone(),
        month: typed.month.clone(),
        year: typed.year.clone(),
        birth: false,
    };
    let mut named = vec![
        Field::line(words, SURNAME, words.surname(), LineKind::Text, &typed.surname)
            .hinted(words.surname_hint()),
        Field::new(words, BORN, words.date_of_birth(), born).hinted(words.date_of_birth_hint()),
    ];
    for (field, error) in named.iter_mut().zip([wrong.surname, wrong.born]) {
        field.error = error;
    }
    Ok(CallerSearch {
        action: paths::callers(staff.id()?),
        typed: typed.term.clone(),
        error: wrong.term,
        named,
        open: typed.names_somebody(),
    })
}

fn view(staff: &Staff, typed: &Typed, wrong: Wrong) -> Result<Callers, Fault> {
    let search = search_view(staff, typed, wrong)?;
    let page = staff.frame().page(staff.words.find_caller()).back_to(paths::staff(staff.id()?));
    let mut errors = errors_of(&search.named);
    let of_box = |text: &String| PageError { text: text.clone(), href: Some(format!("#{BOX}")) };
    errors.extend(search.error.as_ref().map(of_box));
    let calls = calls(staff, &page)?;
    let log = Link::new(staff.words.contact_title(), paths::new_contact(staff.id()?));
    Ok(Callers { page: page.with_errors(errors), search, found: None, calls, log })
}

fn found_view(staff: &Staff, typed: Typed, found: &FoundRequests) -> Result<FoundCallers, Fault> {
    let words = staff.words;
    let count = u64::try_from(found.requests.len()).unwrap_or(u64::MAX);
    let shown = words.count(count);
    let count = match found.older {
        Some(_) => words.callers_count_more(shown.as_str()),
        None => words.callers_count(shown.as_str()),
    };
    let lines = found.requests.iter().map(|request| caller_line(staff, request));
    let lines = lines.collect::<Result<_, _>>()?;
    let older = found.older.map(|before| typed.again(before)).unwrap_or_default();
    let contacts = found.contacts.iter().map(|contact| contacts::line(staff, contact, None));
    let contacts = contacts.collect::<Result<_, _>>()?;
    Ok(FoundCallers { count, lines, contacts, older })
}

/// A masked line: the search that shows it is written down.
fn caller_line(staff: &Staff, request: &RequestSummary) -> Result<CallerLine, Fault> {
    let told = line(staff, request);
    let view = staff.run()?.case(request.case_id)?.ok_or(Fault::NOT_FOUND)?;
    Ok(CallerLine {
        reference: request.reference.to_string(),
        href: paths::caller(staff.id()?, &request.reference),
        who: who(staff, &staff.run()?.asker(&view)),
        service: told.title,
        tag: told.tag,
        received: staff.words.received_at(staff.words.moment(request.received_at).as_str()),
    })
}

/// Initials and half a postcode.
pub(super) fn who(staff: &Staff, asker: &runtime::Asker) -> String {
    let words = staff.words;
    let initials = asker.initials();
    let initials = initials.as_deref().unwrap_or_else(|| words.no_name());
    match asker.outcode() {
        Some(outcode) => words.masked_caller(initials, outcode),
        None => initials.to_owned(),
    }
}
