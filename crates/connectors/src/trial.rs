//! Showing one exchange to a designer or an operator, as text.

use std::fmt::Write as _;

use crate::http::Exchange;
use crate::{Headers, Outcome};

/// The longest part of a body that is shown, in characters.
const MAX_SHOWN_CHARS: usize = 16_000;

/// One exchange and what it means. It shows what was sent and answered, so it is for people who may
/// see that, and is kept only sealed; credentials are in neither.
pub fn describe(exchange: &Exchange, outcome: &Outcome) -> String {
    let mut text = String::new();
    let request = &exchange.request;
    line(&mut text, &format!("> {} {}", request.method, request.url));
    message(&mut text, '>', &request.headers, &request.body);
    line(&mut text, "");
    match &exchange.answer {
        Ok(response) => {
            line(&mut text, &format!("< {}", response.status));
            message(&mut text, '<', &response.headers, &response.body);
        }
        Err(fault) => line(&mut text, &format!("< {fault}")),
    }
    line(&mut text, "");
    outcome_lines(&mut text, outcome);
    text
}

fn outcome_lines(text: &mut String, outcome: &Outcome) {
    match outcome {
        Outcome::Done { variables } => {
            line(text, "= done");
            for (name, value) in variables {
                line(text, &format!("    {name} = {}", value.to_json()));
            }
        }
        Outcome::Refused { error_code, message } => {
            line(text, &format!("= refused: BPMN error {error_code}"));
            line(text, &format!("    {message}"));
        }
        Outcome::Retry { why, .. } => {
            line(text, &format!("= may safely be sent again: {why}"));
        }
        Outcome::Unclear { why, .. } => {
            line(text, &format!("= not known whether it was done: {why}"));
        }
        Outcome::NotFound => line(text, "= the system knows of no such work"),
        Outcome::Unmapped { why } => {
            line(text, &format!("= an incident, no rule knows this answer: {why}"));
        }
    }
}

fn message(text: &mut String, mark: char, headers: &Headers, body: &[u8]) {
    for (name, value) in headers.iter() {
        line(text, &format!("{mark} {name}: {value}"));
    }
    if body.is_empty() {
        return;
    }
    line(text, &mark.to_string());
    let shown: String = String::from_utf8_lossy(body).chars().take(MAX_SHOWN_CHARS).collect();
    for body_line in shown.lines() {
        line(text, &format!("{mark} {body_line}"));
    }
    let whole = body.len();
    if shown.len() < whole {
        line(text, &format!("{mark} (shown in part, {whole} bytes in all)"));
    }
}

fn line(text: &mut String, content: &str) {
    // Writing to a string cannot fail. Control characters would speak to the reader's terminal.
    let clean: String =
        content.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let _ = writeln!(text, "{}", clean.trim_end());
}
