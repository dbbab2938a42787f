//! Reading a scenario's lines.

use base::{BodyId, Channel, Date, Language, SystemId, Timestamp};

use super::{
    BodyAnswer, Expectation, ExpectedStatus, Line, NoticeOutcome, OfficeAnswer, OfficeMessage,
    OfficeState, STEPS, Scenario, SoapElement, StaffAct, Step,
};
use crate::AnswerErrorKind;
use crate::package::Way;

/// The longest wait, in minutes: ten years.
const LONGEST_WAIT: i64 = 10 * 366 * 24 * 60;

/// The scenario, and each line that cannot be read with the reason.
pub(super) fn parse(text: &str) -> (Scenario, Vec<(u32, String)>) {
    let mut scenario = Scenario { title: String::new(), steps: Vec::new() };
    let mut faults = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        let read = if indented {
            answer_line(&mut scenario, trimmed)
        } else if let Some(title) = after(trimmed, "scenario") {
            title.clone_into(&mut scenario.title);
            Ok(())
        } else if scenario.steps.len() >= STEPS {
            Err(format!("There are more than {STEPS} steps."))
        } else {
            step(trimmed).map(|step| scenario.steps.push(Line { number, step }))
        };
        if let Err(sentence) = read {
            faults.push((number, sentence));
        }
    }
    if scenario.title.is_empty() {
        faults.insert(0, (1, "The first line does not say what the scenario shows.".to_owned()));
    }
    (scenario, faults)
}

/// What stands behind a word and white space.
fn after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(word)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// The first word, and the rest.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once([' ', '\t']).map_or((text, ""), |(first, rest)| (first, rest.trim()))
}

/// An answer of the request above.
fn answer_line(scenario: &mut Scenario, line: &str) -> Result<(), String> {
    let last = scenario.steps.last_mut().map(|line| &mut line.step);
    let Some(Step::Request { answers, .. }) = last else {
        return Err("An indented line answers a question of the request above it.".to_owned());
    };
    let (question, answer) = split(line);
    answers.push((question.to_owned(), answer.to_owned()));
    Ok(())
}

fn step(line: &str) -> Result<Step, String> {
    let (word, rest) = split(line);
    match word {
        "place" => place(rest),
        "clock" => instant(rest).map(Step::Clock),
        "wait" => wait(rest),
        "request" => request(rest),
        "not" => {
            let (fixed, rest) = split(rest);
            let (channel, note) = split(rest);
            let note = (!note.is_empty()).then(|| note.to_owned());
            match fixed {
                "fixed" => Ok(Step::NotFixed { channel: read_channel(channel)?, note }),
                _ => Err("Write `not fixed CHANNEL WORDS`.".to_owned()),
            }
        }
        "withdraw" if rest.is_empty() => Ok(Step::Withdraw),
        "returns" if rest.is_empty() => Ok(Step::Returns),
        "answer" => {
            let (name, rest) = split(rest);
            Ok(Step::Answer { system: system(name)?, answer: office_answer(rest)? })
        }
        "office" => {
            let (name, state) = split(rest);
            let state = match state {
                "up" => OfficeState::Up,
                "down" => OfficeState::Down,
                _ => return Err("An office is `up` or `down`.".to_owned()),
            };
            Ok(Step::Office { system: system(name)?, state })
        }
        "tell" => {
            let (name, said) = split(rest);
            let message = if said.starts_with('{') {
                OfficeMessage::Rest(said.to_owned())
            } else {
                OfficeMessage::Soap(element(said)?)
            };
            Ok(Step::Tell { system: system(name)?, message })
        }
        "again" => Ok(Step::Again { system: system(rest)? }),
        "asked" => asked(rest),
        "told" => told(rest),
        "staff" => staff(rest),
        "expect" => expectation(rest).map(Step::Expect),
        other => Err(format!("`{other}` begins no step.")),
    }
}

fn place(rest: &str) -> Result<Step, String> {
    let wanted = || "Write `place UPRN \"LINE\" \"POSTCODE\"`.".to_owned();
    let (uprn, texts) = split(rest);
    let mut quoted = texts.split('"');
    let mut next = || {
        let _between = quoted.next();
        quoted.next().map(str::to_owned)
    };
    let (line, postcode) = next().zip(next()).ok_or_else(wanted)?;
    let digits = !uprn.is_empty() && uprn.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(Step::Place { uprn: uprn.to_owned(), line, postcode }) } else { Err(wanted()) }
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let read = || {
        let (date, time) = split(text);
        let date: Date = date.parse().ok()?;
        let (hour, minute) = time.split_once(':')?;
        let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
        ((0..24).contains(&hour) && (0..60).contains(&minute)).then(|| date.at_uk(hour, minute))
    };
    read().ok_or_else(|| format!("`{text}` is no time: write 2026-11-19 09:00."))
}

fn wait(text: &str) -> Result<Step, String> {
    let (number, unit) = split(text);
    let minutes = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return Err("Wait for minutes, hours or days: `wait 3 hours`.".to_owned()),
    };
    let total = number.parse::<i64>().ok().and_then(|number| number.checked_mul(minutes));
    let total = total.filter(|total| (1..=LONGEST_WAIT).contains(total));
    let total = total.ok_or_else(|| format!("`{number}` is no time to wait."))?;
    Ok(Step::Wait { for_ms: total * 60_000 })
}

fn read_channel(text: &str) -> Result<Channel, String> {
    let known = Channel::ALL.into_iter().find(|channel| channel.key() == text);
    known.ok_or_else(|| format!("`{text}` is no channel: write web, agent, api or open311."))
}

fn request(rest: &str) -> Result<Step, String> {
    let (channel, language) = split(rest);
    let language = match language {
        "" => None,
        tag => Some(Language::from_tag(tag).ok_or_else(|| format!("`{tag}` is no language."))?),
    };
    Ok(Step::Request { channel: read_channel(channel)?, language, answers: Vec::new() })
}

fn system(name: &str) -> Result<SystemId, String> {
    name.parse().map_err(|_| format!("`{name}` is no name of a system."))
}

fn office_answer(text: &str) -> Result<OfficeAnswer, String> {
    let (first, rest) = split(text);
    if let Ok(status) = first.parse::<u16>() {
        let json = rest.is_empty() || serde_json::from_str::<serde_json::Value>(rest).is_ok();
        return if json && (100..600).contains(&status) {
            Ok(OfficeAnswer::Rest { status, body: rest.to_owned() })
        } else {
            Err("Write a status and JSON: `200 {\"done\": true}`.".to_owned())
        };
    }
    match (first, rest) {
        ("no", "reply") => Ok(OfficeAnswer::NoReply),
        ("fault", rest) if !rest.is_empty() => {
            let (code, detail) = split(rest);
            let detail = (!detail.is_empty()).then(|| detail.to_owned());
            Ok(OfficeAnswer::Fault { code: code.to_owned(), detail })
        }
        _ => element(text).map(OfficeAnswer::Soap),
    }
}

/// `CreateJobResponse jobNumber=WJ1 dueBy=2026-11-20`; a value with spaces stands in quotes.
fn element(text: &str) -> Result<SoapElement, String> {
    let (name, mut rest) = split(text);
    let wanted = || "Write an element and its fields: `JobFinished jobNumber=WJ1`.".to_owned();
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) || name.contains('=') {
        return Err(wanted());
    }
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let (field, behind) = rest.split_once('=').ok_or_else(wanted)?;
        let (value, after) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(wanted)?,
            None => behind.split_once(' ').unwrap_or((behind, "")),
        };
        if field.is_empty() || field.contains(char::is_whitespace) {
            return Err(wanted());
        }
        fields.push((field.to_owned(), value.to_owned()));
        rest = after.trim();
    }
    Ok(SoapElement { name: name.to_owned(), fields })
}

fn staff(rest: &str) -> Result<Step, String> {
    let (act, element) = split(rest);
    if act == "complete" {
        return complete(element);
    }
    let act = match act {
        "replay" => StaffAct::Replay,
        "done" => StaffAct::Done,
        "not-done" => StaffAct::NotDone,
        _ => return Err("Staff `replay`, say `done`, say `not-done` or `complete`.".to_owned()),
    };
    one(element).map(|element| Step::Staff { act, element })
}

/// `decide answer=granted reason="The letter was shown"`.
fn complete(rest: &str) -> Result<Step, String> {
    let SoapElement { name, fields } = element(rest)
        .map_err(|_| "Write a user task and what it gives: `decide answer=yes`.".to_owned())?;
    let (reasons, given): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(field, _)| field == "reason");
    let reason = reasons.into_iter().next().map(|(_, reason)| reason);
    Ok(Step::Complete { element: name, given, reason })
}

/// A body, what it is asked or told, and what it says to that.
fn body_says(rest: &str) -> Result<(BodyId, String, String), String> {
    let wanted = || "Write a body, what it is asked or told, and what it says.".to_owned();
    let (body, rest) = split(rest);
    let (name, said) = split(rest);
    let body = body.parse().map_err(|_| wanted())?;
    Ok((body, one(name).map_err(|_| wanted())?, one(said).map_err(|_| wanted())?))
}

fn asked(rest: &str) -> Result<Step, String> {
    let (body, question, said) = body_says(rest)?;
    let answer = match said.as_str() {
        "cannot_tell" => BodyAnswer::CannotTell,
        "silent" => BodyAnswer::Silent,
        "refused" => BodyAnswer::Refused,
        _ => BodyAnswer::Told(said),
    };
    Ok(Step::Asked { body, question, answer })
}

fn told(rest: &str) -> Result<Step, String> {
    let (body, notice, said) = body_says(rest)?;
    let outcome = match said.as_str() {
        "done" => NoticeOutcome::Done,
        "refused" => NoticeOutcome::Refused,
        "silent" => NoticeOutcome::Silent,
        _ => return Err("A notice is `done`, `refused` or `silent`.".to_owned()),
    };
    Ok(Step::Told { body, notice, outcome })
}

/// Exactly one word.
fn one(text: &str) -> Result<String, String> {
    let single = !text.is_empty() && !text.contains(char::is_whitespace);
    single.then(|| text.to_owned()).ok_or_else(|| format!("`{text}` is not one name."))
}

fn expectation(text: &str) -> Result<Expectation, String> {
    let (word, rest) = split(text);
    let (first, second) = split(rest);
    match word {
        "status" => match rest {
            "open" => Ok(Expectation::Status(ExpectedStatus::Open)),
            "closed" => Ok(Expectation::Status(ExpectedStatus::Closed)),
            "withdrawn" => Ok(Expectation::Status(ExpectedStatus::Withdrawn)),
            _ => Err("A request is open, closed or withdrawn.".to_owned()),
        },
        "outcome" => one(rest).map(Expectation::Outcome),
        "promised" => {
            rest.parse().map(Expectation::Promised).map_err(|_| format!("`{rest}` is no date."))
        }
        "reached" => one(rest).map(Expectation::Reached),
        "trace" if !rest.is_empty() => {
            Ok(Expectation::Trace(rest.split_whitespace().map(str::to_owned).collect()))
        }
        "rule" => Ok(Expectation::Rule { decision: one(first)?, code: one(second)? }),
        "message" => {
            let (language, way) = split(second);
            let language = Language::from_tag(language);
            let language = language.ok_or_else(|| "Name a message and its language.".to_owned())?;
            let known = Way::ALL.into_iter().find(|known| known.key() == way);
            if known.is_none() && !way.is_empty() {
                return Err("A message goes by email, sms or letter.".to_owned());
            }
            Ok(Expectation::Message { template: one(first)?, language, way: known })
        }
        "asked" => {
            let (operation, times) = split(second);
            let times = times.parse().map_err(|_| format!("`{times}` is not how often."))?;
            Ok(Expectation::Asked { system: system(first)?, operation: one(operation)?, times })
        }
        "touches" if rest == "none" => Ok(Expectation::Touches(0)),
        "touches" => rest
            .parse()
            .map(Expectation::Touches)
            .map_err(|_| "Write how many, or none.".to_owned()),
        "incident" if rest == "none" => Ok(Expectation::Incident(None)),
        "incident" => one(rest).map(|element| Expectation::Incident(Some(element))),
        "joined" if rest.is_empty() => Ok(Expectation::Joined),
        "refused" if !rest.is_empty() => {
            rest.split_whitespace().map(fault).collect::<Result<_, _>>().map(Expectation::Refused)
        }
        other => Err(format!("`{other}` is nothing that can be expected so.")),
    }
}

fn fault(text: &str) -> Result<(String, AnswerErrorKind), String> {
    let (question, kind) =
        text.split_once(':').ok_or_else(|| format!("`{text}` is not QUESTION:KIND."))?;
    let kind = AnswerErrorKind::ALL.into_iter().find(|known| known.key() == kind);
    let kind = kind.ok_or_else(|| format!("`{text}` names no kind of fault."))?;
    Ok((question.to_owned(), kind))
}
