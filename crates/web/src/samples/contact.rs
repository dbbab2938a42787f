//! Samples of contacts that are no request.

use base::Role;
use runtime::contact::{Kind, TEAMS};

use super::{Gallery, REFERENCE, moment, staff};
use crate::views::contact::{ContactForm, ContactList, StaffContact, WaitingContact};
use crate::views::field::{Choice, Control, Field, LineKind, errors_of};
use crate::views::page::{Link, Place};
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};
use crate::words::Words;

const CONTACTS: &str = "/millbrook/staff/contacts";

fn note(words: Words) -> String {
    let note = words.pick(
        "They moved last week and want to know whom to tell.",
        "Symudasant yr wythnos diwethaf ac maent am wybod pwy i'w hysbysu.",
    );
    note.to_owned()
}

fn area(words: Words, name: &str, label: &str, value: &str, most: u32) -> Field {
    Field::new(words, name, label, Control::Area { value: value.to_owned(), most: Some(most) })
}

impl ContactForm {
    /// For somebody of whom nothing is known.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 1).page(words.contact_title()).back_to("/millbrook/staff/callers");
        let kinds = Kind::ALL.map(|kind| Choice::new(kind.key(), words.contact_kind(kind)));
        let services = vec![
            Choice::new("none", words.contact_no_service()),
            Choice::new("missed-bin-collection", super::service_title(words)),
        ];
        let mut teams = vec![Choice::new("none", words.contact_dealt_with())];
        teams.extend(TEAMS.map(|team| Choice::new(team.key(), words.role_name(team))));
        let line =
            |name: &str, label: &str, kind| Field::line(words, name, label, kind, "").optional();
        Self {
            about: None,
            fields: vec![
                Field::new(words, "kind", words.contact_what(), Control::one_of(kinds.to_vec())),
                Field::new(words, "service", words.contact_service(), Control::one_of(services)),
                area(words, "note", words.contact_note(), "", 1_000)
                    .hinted(words.contact_note_hint()),
                line("given_name", words.given_name(), LineKind::Text),
                line("surname", words.surname(), LineKind::Text),
                line("phone", words.phone_number(), LineKind::Phone),
                line("email", words.email_address(), LineKind::Email),
                Field::new(words, "handed", words.contact_handed(), Control::one_of(teams)),
                Field::line(words, "days", words.contact_days(), LineKind::Number, "5")
                    .hinted(words.contact_days_hint()),
            ],
            action: format!("{CONTACTS}/new"),
            once: "sample-once".to_owned(),
            page,
        }
    }

    /// For a caller who was found: what is known of them is not asked.
    fn about(words: Words) -> Self {
        let mut sample = Self::sample(words);
        let asked = ["given_name", "surname", "phone", "email"];
        sample.fields.retain(|field| !asked.contains(&field.name.as_str()));
        sample.about = Some(words.contact_for(REFERENCE));
        sample
    }

    /// With every error that it can have.
    fn wrong(words: Words) -> Self {
        let mut sample = Self::sample(words);
        let days = words.error_contact_days("20");
        let wrongs = [
            ("kind", words.error_contact_kind()),
            ("service", words.error_contact_service()),
            ("note", words.error_contact_note()),
            ("handed", words.error_contact_handed()),
            ("days", days.as_str()),
        ];
        for (name, text) in wrongs {
            let field = sample.fields.iter_mut().find(|field| field.name == name);
            if let Some(field) = field {
                field.error = Some(text.to_owned());
            }
        }
        sample.page.errors = errors_of(&sample.fields);
        sample
    }
}

impl ContactList {
    /// Two contacts: one late and a repeat, one due in a while.
    pub fn sample(words: Words) -> Self {
        let contact = |kind: Kind, days: i64, repeat: bool, who: String| {
            let due = words.due_in(days);
            WaitingContact {
                what: words.contact_kind(kind).to_owned(),
                href: format!("{CONTACTS}/1"),
                service: super::service_title(words),
                repeat: repeat.then(|| Tag::new(Tone::Warn, words.contact_repeat())),
                late: (days < 0).then(|| Tag::new(Tone::Warn, due.as_str())),
                due,
                who,
            }
        };
        let team = |role: Role, here| Place {
            link: Link::new(words.role_name(role), format!("{CONTACTS}?team={}", role.key())),
            here,
        };
        let colleague = words.colleague(Role::Caseworker, "TB");
        let mut elsewhere = contact(Kind::Question, 3, false, words.task_nobody().to_owned());
        words.contact_no_service().clone_into(&mut elsewhere.service);
        Self {
            page: staff(words, 0).page(words.contacts_title()).back_to("/millbrook/staff"),
            caption: words.pick("Millbrook District Council", "Cyngor Brynarian").to_owned(),
            teams: vec![team(Role::Caseworker, true), team(Role::Head, false)],
            count: words.contacts_count(words.count(2).as_str()),
            contacts: vec![contact(Kind::Complaint, -2, true, colleague), elsewhere],
            first: Some(CONTACTS.to_owned()),
            next: Some("?after=1".to_owned()),
        }
    }
}

impl StaffContact {
    /// One that nobody has taken yet.
    pub fn sample(words: Words) -> Self {
        let page = staff(words, 0).page(words.contact_kind(Kind::Change)).back_to(CONTACTS);
        let address = format!("{CONTACTS}/1");
        Self {
            caption: words.contact_no_service().to_owned(),
            due: Tag::new(Tone::Busy, words.due_in(3)),
            who: words.task_nobody().to_owned(),
            repeat: None,
            note: note(words),
            said: vec![
                Fact::new(words.full_name(), "Siân Rhys"),
                Fact::new(words.phone_number(), "01632 960 123"),
            ],
            facts: vec![
                Fact::new(words.received(), words.moment(moment(24, 9, 12))),
                Fact::new(words.contact_logged_by(), words.role_name(Role::Agent)),
            ],
            done: None,
            acts: vec![page.second_act(words.contact_take(), format!("{address}/take"))],
            case: Some(Link::new(words.see_case(REFERENCE), "/millbrook/staff/cases/1")),
            form: Some((vec![area(words, "reason", words.contact_reason(), "", 2_000)], address)),
            page,
        }
    }

    /// Closed without a word of what was done.
    fn wrong(words: Words) -> Self {
        let mut sample = Self::sample(words);
        if let Some((fields, _)) = &mut sample.form {
            for field in fields.iter_mut() {
                field.error = Some(words.error_review_reason().to_owned());
            }
            sample.page.errors = errors_of(fields);
        }
        sample
    }

    /// Over.
    fn over(words: Words) -> Self {
        let done =
            words.pick("Rang them: they told us online.", "Ffonio: rhoddasant wybod ar-lein.");
        Self {
            due: Tag::new(Tone::Quiet, words.contact_over()),
            who: words.colleague(Role::Caseworker, "TB"),
            repeat: Some(words.caller_repeat().to_owned()),
            done: Some(done.to_owned()),
            acts: Vec::new(),
            form: None,
            ..Self::sample(words)
        }
    }
}

/// Logging a contact, the queue and one of it.
pub(super) fn collect(gallery: &mut Gallery) -> askama::Result<()> {
    let words = gallery.words;
    gallery.add("contact_form", &ContactForm::sample(words))?;
    gallery.add_state("contact_form", "about", &ContactForm::about(words))?;
    gallery.add_state("contact_form", "wrong", &ContactForm::wrong(words))?;
    let full = ContactList::sample(words);
    gallery.add("contact_list", &full)?;
    let empty = ContactList {
        teams: Vec::new(),
        contacts: Vec::new(),
        first: None,
        next: None,
        page: full.page.clone().saying(words.contact_closed_notice()),
        ..full
    };
    gallery.add_state("contact_list", "empty", &empty)?;
    gallery.add("staff_contact", &StaffContact::sample(words))?;
    gallery.add_state("staff_contact", "wrong", &StaffContact::wrong(words))?;
    gallery.add_state("staff_contact", "over", &StaffContact::over(words))
}
