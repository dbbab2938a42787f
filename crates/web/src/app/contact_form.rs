//! Logging a contact that is no request, and handing it over. Sent twice it is one contact, and
//! whose session has ended finds what they typed.

use base::{CaseId, ContactId, Reference, Role};
use runtime::contact::{Kind as ContactKind, MOST_DAYS, NOTE_CHARACTERS, TEAMS};
use runtime::{Asker, CallerCommand, CaseView, NewContact};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{Staff, StaffForm};
use super::cookies::Kind;
use super::form::Fields;
use super::typed;
use crate::paths;
use crate::views::contact::ContactForm;
use crate::views::field::{Choice, Control, Field, LineKind, errors_of};
use crate::views::problem::ProblemKind;

/// What is told once a contact is logged.
pub(super) const TOLD_LOGGED: &str = "contact-logged";
/// Working days within which a contact is dealt with, unless the agent says otherwise.
const USUAL_DAYS: &str = "5";
/// The choice of no service, and of nobody who has to deal with it.
const NONE: &str = "none";
/// The longest line, in characters.
const LINE_CHARACTERS: usize = 200;

/// What was asked of the form: whom it is about.
struct About {
    reference: Option<Reference>,
    case: Option<CaseId>,
}

impl About {
    fn of(staff: &Staff) -> Result<Self, Fault> {
        let Some(text) = staff.query.first("caller") else {
            return Ok(Self { reference: None, case: None });
        };
        let reference: Reference = text.parse().map_err(|_| Fault::NOT_FOUND)?;
        let found = staff.run()?.summary_of(&reference)?.ok_or(Fault::NOT_FOUND)?;
        Ok(Self { reference: Some(reference), case: Some(found.case_id) })
    }

    /// Where the agent goes on.
    fn onward(&self, staff: &Staff) -> Result<String, Fault> {
        let body = staff.id()?;
        Ok(self
            .reference
            .as_ref()
            .map_or_else(|| paths::callers(body), |reference| paths::caller(body, reference)))
    }
}

/// `GET /{body}/staff/contacts/new`
pub(crate) async fn show(staff: Staff) -> Answer {
    let about = About::of(&staff)?;
    let kept = typed::kept(&staff)?;
    let mut fields = kept.unwrap_or_default();
    if fields.first("once").is_none() {
        fields.put("once", new_id(&staff)?.to_string());
    }
    html(&form_view(&staff, &about, &fields, fields_of(&staff, &about, &fields)?)?)
}

/// `POST /{body}/staff/contacts/new`
pub(crate) async fn log(StaffForm { staff, form }: StaffForm) -> Answer {
    let about = About::of(&staff)?;
    let mut fields = fields_of(&staff, &about, &form)?;
    let Some(new) = read(&staff, &about, &form, &mut fields)? else {
        return html_wrong(&form_view(&staff, &about, &form, fields)?);
    };
    let command = CallerCommand::LogContact(Box::new(new));
    staff.app.setup.host.submit(staff.id()?, staff.authority.clone(), command.into()).await?;
    let notice = staff.set(&Kind::Notice, TOLD_LOGGED)?;
    Ok(with_cookies(see_other(&about.onward(&staff)?), [notice]))
}

/// A fresh id of a contact.
fn new_id(staff: &Staff) -> Result<ContactId, Fault> {
    let drawn = staff.app.draw(staff.id()?);
    let random = *drawn.first_chunk::<16>().unwrap_or(&[0; 16]);
    Ok(ContactId::from_bytes(base::id_from_parts(staff.now, random)))
}

/// The contact that a form makes; nothing when a field is wrong, which is put on the field.
fn read(
    staff: &Staff,
    about: &About,
    form: &Fields,
    fields: &mut [Field],
) -> Result<Option<NewContact>, Fault> {
    let words = staff.words;
    let id = form.text("once").parse();
    let id = id.map_err(|_| Fault::Problem(ProblemKind::NotUnderstood))?;
    let kind = ContactKind::ALL.into_iter().find(|kind| kind.key() == form.text("kind"));
    let offered = staff.run()?.services().offered();
    let services: Vec<_> = offered.map(|service| service.id().clone()).collect();
    let service = services.iter().find(|service| service.as_str() == form.text("service"));
    let to = TEAMS.into_iter().find(|team| team.key() == form.text("handed"));
    let days = form.text("days").parse::<u32>().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let note = form.text("note").replace("\r\n", "\n");
    let mut wrong = |name: &str, fault: Option<String>| {
        let field = fields.iter_mut().find(|field| field.name == name);
        if let Some(field) = field {
            field.error = fault;
        }
    };
    wrong("kind", kind.is_none().then(|| words.error_contact_kind().to_owned()));
    let no_service = service.is_none() && form.text("service") != NONE;
    wrong("service", no_service.then(|| words.error_contact_service().to_owned()));
    wrong("note", fault_of_note(staff, &note));
    let nobody = to.is_none() && form.text("handed") != NONE;
    wrong("handed", nobody.then(|| words.error_contact_handed().to_owned()));
    let most = words.count(MOST_DAYS.into());
    let late = to.is_some() && days.is_none();
    wrong("days", late.then(|| words.error_contact_days(most.as_str())));
    for name in ["given_name", "surname", "phone", "email"] {
        let long = form.text(name).chars().count() > LINE_CHARACTERS;
        let most = words.count(u64::try_from(LINE_CHARACTERS).unwrap_or(u64::MAX));
        wrong(name, long.then(|| words.error_shorten(most.as_str())));
    }
    let Some(kind) = kind.filter(|_| fields.iter().all(|field| field.error.is_none())) else {
        return Ok(None);
    };
    let handed = to.zip(days);
    let (service, caller) = (service.cloned(), caller_of(form));
    Ok(Some(NewContact { id, kind, service, about: about.case, caller, note, handed }))
}

fn caller_of(form: &Fields) -> Asker {
    let text = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    Asker {
        given_name: text("given_name"),
        surname: text("surname"),
        phone: text("phone"),
        email: text("email"),
        ..Asker::default()
    }
}

fn fault_of_note(staff: &Staff, note: &str) -> Option<String> {
    let words = staff.words;
    let hostile = note.chars().any(|letter| letter.is_control() && !"\n\t".contains(letter));
    if note.is_empty() || hostile {
        return Some(words.error_contact_note().to_owned());
    }
    let most = u64::try_from(NOTE_CHARACTERS).unwrap_or(u64::MAX);
    let long = note.chars().count() > NOTE_CHARACTERS;
    long.then(|| words.error_shorten(words.count(most).as_str()))
}

/// The fields with what was typed. What the body knows of the caller is not asked again.
fn fields_of(staff: &Staff, about: &About, typed: &Fields) -> Result<Vec<Field>, Fault> {
    let words = staff.words;
    let chosen = |name: &str, choices: Vec<Choice>| -> Vec<Choice> {
        let choose = |choice: Choice| Choice { chosen: choice.value == typed.text(name), ..choice };
        choices.into_iter().map(choose).collect()
    };
    let kinds = ContactKind::ALL.map(|kind| Choice::new(kind.key(), words.contact_kind(kind)));
    let mut services = vec![Choice::new(NONE, words.contact_no_service())];
    for service in staff.run()?.services().offered() {
        let title = service.package.definition.title.in_language(staff.language_shown());
        services.push(Choice::new(service.id().as_str(), title));
    }
    let mut teams = vec![Choice::new(NONE, words.contact_dealt_with())];
    teams.extend(TEAMS.map(|team: Role| Choice::new(team.key(), words.role_name(team))));
    let days = typed.first("days").unwrap_or(USUAL_DAYS);
    let note = typed.text("note").to_owned();
    let area = Control::Area { value: note, most: u32::try_from(NOTE_CHARACTERS).ok() };
    let radios = |name: &str, label: &str, choices: Vec<Choice>| {
        Field::new(words, name, label, Control::one_of(chosen(name, choices)))
    };
    let mut fields = vec![
        radios("kind", words.contact_what(), kinds.to_vec()),
        radios("service", words.contact_service(), services),
        Field::new(words, "note", words.contact_note(), area).hinted(words.contact_note_hint()),
    ];
    if about.case.is_none() {
        let line = |name: &str, label: &str, kind| {
            Field::line(words, name, label, kind, typed.text(name)).optional()
        };
        fields.push(line("given_name", words.given_name(), LineKind::Text));
        fields.push(line("surname", words.surname(), LineKind::Text));
        fields.push(line("phone", words.phone_number(), LineKind::Phone));
        fields.push(line("email", words.email_address(), LineKind::Email));
    }
    fields.push(radios("handed", words.contact_handed(), teams));
    fields.push(
        Field::line(words, "days", words.contact_days(), LineKind::Number, days)
            .hinted(words.contact_days_hint()),
    );
    Ok(fields)
}

fn form_view(
    staff: &Staff,
    about: &About,
    typed: &Fields,
    fields: Vec<Field>,
) -> Result<ContactForm, Fault> {
    let words = staff.words;
    let query = about.reference.as_ref().map(|reference| format!("?caller={reference}"));
    let page = staff.frame().page(words.contact_title()).back_to(about.onward(staff)?);
    let said = |reference: &Reference| words.contact_for(reference.as_str());
    Ok(ContactForm {
        page: page.with_errors(errors_of(&fields)),
        about: about.reference.as_ref().map(said),
        fields,
        action: format!("{}{}", paths::new_contact(staff.id()?), query.unwrap_or_default()),
        once: typed.text("once").to_owned(),
    })
}

/// Where a contact with whoever made a request is logged.
pub(super) fn link(staff: &Staff, view: &CaseView) -> Result<String, Fault> {
    let reference = &view.case.request.reference;
    Ok(format!("{}?caller={reference}", paths::new_contact(staff.id()?)))
}
