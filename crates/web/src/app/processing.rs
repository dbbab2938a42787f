//! The record of processing activities: to be read and printed, and as a file for a spreadsheet.

use std::fmt::Write as _;

use axum::http::header;
use axum::response::IntoResponse as _;
use base::Text;
use catalogue::Automation;
use runtime::{Activity, Recipient, Subjects};

use super::answer::{Answer, Fault, html};
use super::callers::Staff;
use super::seen::Seen;
use super::state::WebBody;
use crate::paths;
use crate::views::agreements::{ActivityLine, Processing};
use crate::views::page::Link;
use crate::views::request::Fact;

/// `GET /{body}/staff/data-protection/record`
pub(crate) async fn show(staff: Staff) -> Answer {
    let (words, body) = (staff.words, staff.id()?);
    let page = staff.frame().page(words.processing()).back_to(paths::data_protection(body));
    let activities = staff.run()?.activities();
    html(&Processing {
        page,
        caption: staff.name_of(body),
        lead: words.processing_lead(words.date(staff.now.uk_date()).as_str()),
        download: Link::new(words.processing_download(), paths::processing_file(body)),
        activities: activities.iter().map(|it| line(&staff, it)).collect::<Result<_, _>>()?,
    })
}

/// `GET /{body}/staff/data-protection/record.csv`
pub(crate) async fn download(staff: Staff) -> Answer {
    let words = staff.words;
    let activities = staff.run()?.activities();
    let lines = activities.iter().map(|it| line(&staff, it)).collect::<Result<Vec<_>, _>>()?;
    let mut file = String::from("\u{feff}");
    let names = lines.first().map(|line| line.facts.iter().map(|fact| fact.name.clone()));
    let heads =
        [words.processing_activity().to_owned()].into_iter().chain(names.into_iter().flatten());
    row(&mut file, heads);
    for line in lines {
        let cells = line.facts.into_iter().map(|fact| fact.lines.join("; "));
        row(&mut file, [line.title].into_iter().chain(cells));
    }
    let name = format!("attachment; filename=\"{}-processing.csv\"", staff.id()?);
    let kind = "text/csv; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

/// A line of a file for a spreadsheet, as RFC 4180 writes it. A cell that a spreadsheet would take
/// for a formula is made text.
fn row(file: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells
        .map(|cell| {
            let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let text = if formula { format!("'{cell}") } else { cell };
            format!("\"{}\"", text.replace('"', "\"\""))
        })
        .collect();
    let _ = write!(file, "{}\r\n", cells.join(","));
}

/// What the article asks for, in the same order for every activity.
fn line(seen: &Seen, activity: &Activity) -> Result<ActivityLine, Fault> {
    let (words, language) = (seen.words, seen.language_shown());
    let text = |text: &Text| text.in_language(language).to_owned();
    let subjects = match activity.subjects {
        Subjects::Requesters => words.processing_requesters(),
        Subjects::AskedAbout => words.processing_asked_about(),
    };
    let basis = [Some(text(&activity.lawful_basis)), activity.special_basis.clone()];
    let mut recipients: Vec<String> =
        activity.recipients.iter().map(|it| recipient(seen, it)).collect();
    if recipients.is_empty() {
        recipients.push(words.processing_nobody().to_owned());
    }
    let mut security = vec![words.processing_security_all().to_owned()];
    security.extend(activity.safeguards.iter().map(text));
    let days = words.count(activity.retention_days.into());
    let machine = match activity.automated {
        Some(Automation::None) => words.processing_machine_none(),
        Some(Automation::Approve) => words.processing_machine_approve(),
        Some(Automation::ApproveAndRefuse) => words.processing_machine_both(),
        None => words.processing_machine_not(),
    };
    let mut transfers: Vec<String> = activity
        .transfers
        .iter()
        .map(|(system, how)| {
            words.processing_transfer(how.in_language(language), system.in_language(language))
        })
        .collect();
    if transfers.is_empty() {
        transfers.push(words.processing_transfers_none().to_owned());
    }
    let one = |name: &str, line: String| Fact::new(name, line);
    let many = |name: &str, lines: Vec<String>| Fact { name: name.to_owned(), lines };
    Ok(ActivityLine {
        title: text(&activity.title),
        facts: vec![
            many(words.processing_controller(), controller(seen)?),
            many(words.processing_officer(), officers(seen)?),
            one(words.processing_purpose(), text(&activity.purpose)),
            one(words.agreement_power(), text(&activity.power)),
            many(words.agreement_basis(), basis.into_iter().flatten().collect()),
            one(words.processing_people(), subjects.to_owned()),
            many(words.processing_data(), activity.data.iter().map(text).collect()),
            many(words.processing_recipients(), recipients),
            many(words.processing_transfers(), transfers),
            one(words.processing_retention(), words.processing_retention_days(days.as_str())),
            many(words.processing_security(), security),
            one(words.processing_machine(), machine.to_owned()),
        ],
    })
}

fn web_body(seen: &Seen) -> Result<&WebBody, Fault> {
    seen.app.body(seen.id()?).ok_or(Fault::NOT_FOUND)
}

/// Who is answerable, and how they are reached.
fn controller(seen: &Seen) -> Result<Vec<String>, Fault> {
    let body = web_body(seen)?;
    let reached = [body.help.email.clone(), body.help.phone.clone()];
    Ok([seen.name_of(&body.id)].into_iter().chain(reached.into_iter().flatten()).collect())
}

/// The data-protection officers; that there is none is told.
fn officers(seen: &Seen) -> Result<Vec<String>, Fault> {
    let officers = &web_body(seen)?.officers;
    if officers.is_empty() {
        return Ok(vec![seen.words.processing_no_officer().to_owned()]);
    }
    Ok(officers.iter().map(|officer| format!("{}, {}", officer.name, officer.email)).collect())
}

fn recipient(seen: &Seen, recipient: &Recipient) -> String {
    let language = seen.language_shown();
    match recipient {
        Recipient::System(name) => name.in_language(language).to_owned(),
        Recipient::Body { body, what, agreement } => seen.words.processing_recipient(
            agreement.as_str(),
            seen.name_of(body).as_str(),
            what.in_language(language),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_keeps_its_quotes() {
        let mut file = String::new();
        let cells = ["plain", "=1+1", "a \"b\", c"].map(str::to_owned);
        row(&mut file, cells.into_iter());
        assert_eq!(file, "\"plain\",\"'=1+1\",\"a \"\"b\"\", c\"\r\n");
    }
}
