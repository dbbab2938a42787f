//! Who looked at a person's data and what crossed about them, in plain sentences, each with its
//! proof; assembled from the body's log for that person alone.

use axum::http::header;
use axum::response::IntoResponse as _;
use base::BodyId;
use runtime::access::ViewReason;
use runtime::{Happened, LedgerEntry};
use sharing::{Answer as Told, Record, RecordKind};

use super::answer::{Answer, Fault, html};
use super::callers::{At, Citizen};
use super::tracking::why_looked;
use crate::paths;
use crate::views::my_data::{DataEntry, MyData};
use crate::views::page::Link;
use crate::words::Words;

/// `GET /{body}/my-data`
pub(crate) async fn show(citizen: Citizen) -> Answer {
    let (words, body) = (citizen.words, citizen.id()?);
    let before: Option<u64> = citizen.query.first("before").and_then(|leaf| leaf.parse().ok());
    let ledger = citizen.run()?.ledger(citizen.person, before)?;
    let name = citizen.name_of(body);
    let page = citizen.frame().page(words.my_data()).back_to(paths::my_requests(body));
    html(&MyData {
        page,
        lead: words.my_data_lead(name.as_str()),
        entries: ledger
            .entries
            .iter()
            .map(|entry| data_entry(&citizen, entry, &name))
            .collect::<Result<_, _>>()?,
        caption: name,
        hidden: match ledger.hidden {
            0 => None,
            1 => Some(words.my_data_hidden_one().to_owned()),
            many => Some(words.my_data_hidden_many(words.count(many).as_str())),
        },
        older: ledger.older.map(|leaf| format!("?before={leaf}")),
        links: vec![
            Link::new(words.my_data_all(), paths::all_my_requests()),
            Link::new(words.agreements(), paths::agreements(body)),
        ],
    })
}

/// `GET /{body}/my-data/{leaf}/proof`
pub(crate) async fn proof(citizen: Citizen, at: At) -> Answer {
    let leaf: u64 = at.get("leaf")?;
    let proof = citizen.run()?.ledger_proof(citizen.person, leaf)?.ok_or(Fault::NOT_FOUND)?;
    let name = format!("attachment; filename=\"{}-{leaf}.json\"", citizen.id()?);
    let kind = "application/json".to_owned();
    let file = serde_json::to_string_pretty(&proof).unwrap_or_default() + "\n";
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

fn data_entry(citizen: &Citizen, entry: &LedgerEntry, body: &str) -> Result<DataEntry, Fault> {
    let (words, id) = (citizen.words, citizen.id()?);
    let (who, what, allowed) = match &entry.happened {
        Happened::Looked { role, reason, .. } => (
            looked_by(citizen, (*role, *reason), body),
            why_looked(words, *reason),
            words.ledger_looked_rule().to_owned(),
        ),
        Happened::Crossed { line, answer } => {
            (body.to_owned(), crossed(citizen, line, answer.as_ref()), allowed(citizen, line))
        }
        Happened::Unknown => (body.to_owned(), words.ledger_unknown().to_owned(), String::new()),
    };
    let request = entry.case.as_ref().map(|case| {
        let title = super::agreements::service_name(citizen, &case.service);
        let text = format!("{title} {}", case.reference);
        Link::new(text, paths::request(id, &case.reference))
    });
    Ok(DataEntry {
        number: words.my_data_number(words.count(entry.number).as_str()),
        who,
        what,
        allowed,
        when: words.moment(entry.at),
        request,
        leaf: words.my_data_proof_text(words.count(entry.leaf).as_str()),
        proof: Link::new(words.my_data_download(), paths::proof(id, entry.leaf)),
    })
}

fn looked_by(citizen: &Citizen, (role, _): (base::Role, ViewReason), body: &str) -> String {
    citizen.words.ledger_who(body, citizen.words.role_title(role).as_str())
}

/// The other body of a line, by name.
fn other(citizen: &Citizen, line: &Record) -> String {
    let own: Option<&BodyId> = citizen.id().ok();
    let bodies = [line.provider.as_ref(), line.recipient.as_ref()];
    let other = bodies.into_iter().flatten().find(|body| Some(*body) != own);
    other.map_or_else(|| citizen.words.another_body().to_owned(), |body| citizen.name_of(body))
}

/// The question or the notice in words, as the agreement has it; its name where that is gone.
fn worded(citizen: &Citizen, line: &Record) -> String {
    let run = citizen.run().ok();
    let signed = run.and_then(|run| run.settings().sharing.agreements.get(&line.agreement.id));
    let agreement = signed.map(sharing::SignedAgreement::agreement);
    let text = agreement.and_then(|agreement| {
        let asked = agreement.questions().iter().find(|it| it.id == line.name).map(|it| &it.text);
        asked
            .or_else(|| agreement.notices().iter().find(|it| it.id == line.name).map(|it| &it.text))
    });
    let text = text.map(|text| text.in_language(citizen.language_shown()).to_owned());
    text.unwrap_or_else(|| line.name.as_str().replace('_', " "))
}

/// Whether the sign-in is as sure of the person as the agreement wants of whoever asks.
fn is_sure(citizen: &Citizen, line: &Record) -> bool {
    let run = citizen.run().ok();
    let signed = run.and_then(|run| run.settings().sharing.agreements.get(&line.agreement.id));
    signed.is_some_and(|signed| citizen.assurance.reaches(signed.agreement().min_assurance()))
}

fn crossed(citizen: &Citizen, line: &Record, answer: Option<&Told>) -> String {
    let words = citizen.words;
    let (other, what) = (other(citizen, line), worded(citizen, line));
    let (other, what) = (other.as_str(), what.as_str());
    let told = match answer {
        Some(Told::Told(told)) => Some(answer_in_words(citizen.words, told)),
        Some(Told::CannotTell) | None => None,
    };
    match (line.kind, answer) {
        (RecordKind::Receipt, Some(Told::CannotTell)) => words.ledger_not_answered(other, what),
        (RecordKind::Answer, Some(Told::CannotTell)) => words.ledger_we_could_not(other, what),
        (RecordKind::Receipt, _) => match told.filter(|_| is_sure(citizen, line)) {
            Some(told) => words.ledger_answered(told.as_str(), other, what),
            None => words.ledger_answer_kept(other, what),
        },
        (RecordKind::Answer, _) => match told.filter(|_| is_sure(citizen, line)) {
            Some(told) => words.ledger_we_answered(told.as_str(), other, what),
            None => words.ledger_we_answered_kept(other, what),
        },
        (RecordKind::Request, _) => words.ledger_asked(other, what),
        (RecordKind::Notice, _) => words.ledger_told(what, other),
        (RecordKind::NoticeReceipt, _) => words.ledger_heard(what, other),
        (RecordKind::NoticeRefused, _) => words.ledger_not_taken(what, other),
        (RecordKind::Acknowledged, _) => words.ledger_acknowledged(what, other),
        (RecordKind::Translated, _) => words.ledger_translated(other),
        (RecordKind::Refused(_), _) => words.ledger_refused(other),
    }
}

/// An answer of another body as people read it.
pub(super) fn answer_in_words(words: Words, told: &str) -> String {
    match told {
        "yes" => words.answer_yes().to_owned(),
        "no" => words.answer_no().to_owned(),
        runtime::crossing::CANNOT_TELL => words.uses_cannot().to_owned(),
        other => other.replace('_', " "),
    }
}

/// The law and the agreement that allowed it; nothing where nothing was allowed.
fn allowed(citizen: &Citizen, line: &Record) -> String {
    if matches!(line.kind, RecordKind::Refused(_)) {
        return String::new();
    }
    let Ok(run) = citizen.run() else { return String::new() };
    let Some(signed) = run.settings().sharing.agreements.get(&line.agreement.id) else {
        return String::new();
    };
    let (language, agreement) = (citizen.language_shown(), signed.agreement());
    let power = agreement.legal_power().in_language(language);
    citizen.words.ledger_allowed(power, agreement.title().in_language(language))
}
