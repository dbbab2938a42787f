//! Reading `connectors.toml`: every mistake with its line, all of them at once.

use std::collections::BTreeSet;
use std::ops::Range;

use base::JobType;
use toml::Spanned;
use toml::de::DeValue;

use super::{
    Call, FileRequest, JsonNode, Mapping, PathPart, Request, RestRequest, Rule, SoapContent,
    SoapField, SoapRequest, Variable, Verdict,
};
use crate::expression::Expression;
use crate::toml_reader::{At, MappingError, Reader, Table, as_table, wrong_kind};
use crate::{Delivery, Method};

mod file;
mod soap;

mod question;

pub(crate) use question::read_question;

/// The most jobs in one text.
const MAX_JOBS: usize = 200;
/// How deep a request's body may nest.
const MAX_BODY_DEPTH: u32 = 16;
/// The longest wait for an answer, in milliseconds.
const MAX_TIMEOUT_MS: i64 = 10 * 60_000;
/// The longest settling time, in seconds: a day.
const MAX_SETTLE_SECONDS: i64 = 24 * 3_600;
/// The wait for an answer where a mapping names none, in milliseconds.
const DEFAULT_TIMEOUT_MS: i64 = 30_000;

/// Headers that belong to the wire or to credentials, never to a mapping.
const RESERVED_HEADERS: [&str; 12] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "content-type",
];

/// Reads the `[[job]]` tables of a service's `connectors.toml`, or of an overlay's.
///
/// # Errors
/// Every mistake with its line and a sentence.
pub fn read_mappings(text: &str) -> Result<Vec<Mapping>, Vec<MappingError>> {
    let mut reader = Reader::new(text);
    let mut mappings: Vec<Mapping> = Vec::new();
    if let Some(root) = reader.parse() {
        let tables = root.tables(&mut reader, "job");
        // Callbacks and systems stand in the same text and have readers of their own.
        root.skip("callback");
        root.skip("system");
        root.finish(&mut reader);
        if tables.len() > MAX_JOBS {
            reader.error(&(0..0), format!("more than {MAX_JOBS} jobs"));
        }
        for table in tables.iter().take(MAX_JOBS) {
            let Some(mapping) = read_job(&mut reader, table) else { continue };
            if mappings.iter().any(|other| other.job_type == mapping.job_type) {
                let sentence = format!("job `{}` is mapped twice", mapping.job_type);
                reader.error(&table.span, sentence);
            }
            mappings.push(mapping);
        }
    }
    reader.outcome(mappings)
}

fn read_job(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Mapping> {
    let job_type = table.name(reader, "type");
    read_work(reader, table, job_type)
}

fn read_timeout(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<i64> {
    if table.has("timeout_ms") {
        table.integer(reader, "timeout_ms", 100..=MAX_TIMEOUT_MS)
    } else {
        Some(DEFAULT_TIMEOUT_MS)
    }
}

/// The mapping of a piece of work, whose name the caller has read.
pub(crate) fn read_work(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    job_type: Option<JobType>,
) -> Option<Mapping> {
    let system = table.name(reader, "system");
    let timeout_ms = read_timeout(reader, table);
    let delivery = read_delivery(reader, table);
    if !table.has("send") {
        table.missing(reader, "send");
    }
    let send = table.table(reader, "send").and_then(|call| read_call(reader, &call));
    let lookup = table.table(reader, "lookup").map(|call| (read_call(reader, &call), call.span));
    let key_header = table.text(reader, "key_header");
    let key_field = table.text(reader, "key_field");
    table.finish(reader);
    let (mut send, delivery) = (send?, delivery?);
    no_not_found(reader, table, &send);
    check_lookup(reader, table, delivery, &send, lookup.as_ref());
    carry_key(reader, table, delivery, &mut send, (key_header, key_field));
    let lookup = match lookup {
        Some((call, _)) => Some(call?),
        None => None,
    };
    let line = reader.line(&table.span);
    Some(Mapping {
        job_type: job_type?,
        system: system?,
        delivery,
        timeout_ms: timeout_ms?,
        send,
        lookup,
        line,
    })
}

fn read_delivery(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Delivery> {
    let mode = table.required_text(reader, "delivery")?;
    let settle = table.integer(reader, "settle_seconds", 1..=MAX_SETTLE_SECONDS);
    if table.has("settle_seconds") && mode.value != "lookup" {
        reader.error(&table.span, "`settle_seconds` belongs to delivery \"lookup\"".to_owned());
    }
    match mode.value.as_str() {
        "keyed" => Some(Delivery::Keyed),
        "manual" => Some(Delivery::Manual),
        "lookup" => {
            if !table.has("settle_seconds") {
                let sentence = "`settle_seconds` is missing: say for how long a slow request may \
                                still land after the system said that it knows of nothing";
                reader.error(&mode.span, sentence.to_owned());
            }
            Some(Delivery::Lookup { settle_ms: settle?.saturating_mul(1_000) })
        }
        other => {
            let sentence =
                format!("`delivery` is \"{other}\"; use \"keyed\", \"lookup\" or \"manual\"");
            reader.error(&mode.span, sentence);
            None
        }
    }
}

/// "Not found" answers a question; work that is sent is not looked for.
fn no_not_found(reader: &mut Reader<'_>, table: &Table<'_>, send: &Call) {
    if send.rules.iter().any(|rule| matches!(rule.verdict, Verdict::NotFound)) {
        let sentence = "result \"not_found\" belongs to the rules of [job.lookup]";
        reader.error(&table.span, sentence.to_owned());
    }
}

/// A lookup must be able to say both answers, and to give what the send would have given.
fn check_lookup(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    delivery: Delivery,
    send: &Call,
    lookup: Option<&(Option<Call>, Range<usize>)>,
) {
    let (call, span) = match (delivery, lookup) {
        (Delivery::Lookup { .. }, Some((Some(call), span))) => (call, span),
        (Delivery::Lookup { .. }, None) => {
            reader.error(&table.span, "delivery \"lookup\" needs a [job.lookup] call".to_owned());
            return;
        }
        (Delivery::Keyed | Delivery::Manual, Some((_, span))) => {
            let sentence = "only delivery \"lookup\" has a [job.lookup] call";
            reader.error(span, sentence.to_owned());
            return;
        }
        (Delivery::Lookup { .. }, Some((None, _))) | (Delivery::Keyed | Delivery::Manual, None) => {
            return;
        }
    };
    let says = |wanted: fn(&Verdict) -> bool| call.rules.iter().any(|rule| wanted(&rule.verdict));
    let done = says(|verdict| matches!(verdict, Verdict::Done));
    let not_found = says(|verdict| matches!(verdict, Verdict::NotFound));
    if !(done && not_found) {
        let sentence = "a lookup needs a rule with result = \"done\" and one with result = \
                        \"not_found\"; an answer that is neither leaves the work unclear";
        reader.error(span, sentence.to_owned());
    }
    let names = |call: &Call| -> BTreeSet<String> {
        call.variables.iter().map(|variable| variable.name.clone()).collect()
    };
    if names(call) != names(send) {
        let sentence = "the lookup must give the same variables as the send";
        reader.error(span, sentence.to_owned());
    }
}

/// For `keyed`, makes sure that the effect's id goes with every send.
fn carry_key(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    delivery: Delivery,
    send: &mut Call,
    (header, field): (Option<At<String>>, Option<At<String>>),
) {
    match (delivery, header, field) {
        (Delivery::Keyed, None, None) if file::names_by_key(&send.request) => {}
        _ if matches!(send.request, Request::File(_)) => {
            let sentence = "a file drop is always delivery \"keyed\" by the file's name: put \
                            {effect.id} into `name`, and leave `key_header` and `key_field` out";
            reader.error(&table.span, sentence.to_owned());
        }
        (Delivery::Keyed, Some(header), None) => match &mut send.request {
            Request::Rest(rest) if is_header_name(&header.value) => {
                let key = Expression::effect_id(reader.line(&header.span));
                rest.headers.push((header.value, key));
            }
            Request::Rest(_) => {
                let sentence = format!("`{}` is not a header that may be set", header.value);
                reader.error(&header.span, sentence);
            }
            Request::Soap(_) | Request::File(_) => {
                let sentence = "a SOAP call carries its key in a field: use `key_field`";
                reader.error(&header.span, sentence.to_owned());
            }
        },
        (Delivery::Keyed, None, Some(field)) => {
            let found = match &send.request {
                Request::Rest(rest) => {
                    rest.body.as_ref().is_some_and(|body| body.has_key(&field.value))
                }
                Request::Soap(soap) => {
                    soap.header.iter().chain(&soap.body).any(|part| part.is_key(&field.value))
                }
                Request::File(_) => false,
            };
            if !found {
                let sentence = format!("no field `{}` carries `effect.id`", field.value);
                reader.error(&field.span, sentence);
            }
        }
        (Delivery::Keyed, _, _) => {
            let sentence = "delivery \"keyed\" needs either `key_header` or `key_field`: where the \
                            system finds the key by which it drops what it has already done";
            reader.error(&table.span, sentence.to_owned());
        }
        (Delivery::Lookup { .. } | Delivery::Manual, None, None) => {}
        (Delivery::Lookup { .. } | Delivery::Manual, _, _) => {
            let sentence = "`key_header` and `key_field` belong to delivery \"keyed\"";
            reader.error(&table.span, sentence.to_owned());
        }
    }
}

impl JsonNode {
    fn has_key(&self, field: &str) -> bool {
        let Self::Object(members) = self else { return false };
        members.iter().any(|(name, node)| {
            name == field && matches!(node, Self::Value(value) if value.is_effect_id())
        })
    }
}

impl SoapField {
    fn is_key(&self, field: &str) -> bool {
        let keyed = matches!(&self.content, SoapContent::Value(value) if value.is_effect_id());
        self.name == field && keyed
    }
}

fn read_call(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Call> {
    let rest = table.table(reader, "rest").map(|rest| read_rest(reader, &rest));
    let soap = table.table(reader, "soap").map(|soap| soap::read(reader, &soap));
    let file = table.table(reader, "file").map(|file| file::read(reader, &file));
    let rules: Vec<Rule> =
        table.tables(reader, "rule").iter().filter_map(|rule| read_rule(reader, rule)).collect();
    let variables = match table.table(reader, "variables") {
        Some(variables) => read_variables(reader, &variables),
        None => Vec::new(),
    };
    table.finish(reader);
    let request = match (rest, soap, file) {
        (Some(rest), None, None) => Request::Rest(rest?),
        (None, Some(soap), None) => Request::Soap(soap?),
        (None, None, Some(file)) => Request::File(file?),
        _ => {
            reader.error(&table.span, "a call is one of `rest`, `soap` and `file`".to_owned());
            return None;
        }
    };
    if !matches!(request, Request::Soap(_)) && rules.iter().any(|rule| rule.fault.is_some()) {
        reader.error(&table.span, "`fault` rules belong to SOAP calls".to_owned());
    }
    Some(Call { request, rules, variables })
}

fn read_variables(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<Variable> {
    let mut variables = Vec::new();
    for (name, found) in table.entries() {
        let (value, optional) = match found.get_ref() {
            DeValue::String(text) => (reader.expression(text, &found.span()), false),
            _ => match as_table(reader, &name.value, found) {
                Some(table) => {
                    let value = table.required_text(reader, "value");
                    let value = value.and_then(|at| reader.expression(&at.value, &at.span));
                    let optional = table.flag(reader, "optional");
                    table.finish(reader);
                    (value, optional)
                }
                None => (None, false),
            },
        };
        if let Some(value) = value {
            variables.push(Variable { name: name.value, value, optional });
        }
    }
    variables
}

fn read_rule(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Rule> {
    let status =
        table.integer(reader, "status", 200..=599).and_then(|status| u16::try_from(status).ok());
    let fault = table.text(reader, "fault").map(|fault| fault.value);
    let detail = table.text(reader, "detail").map(|detail| detail.value);
    let when = table.text(reader, "when");
    let bare = status.is_none() && fault.is_none() && when.is_none();
    if bare || (detail.is_some() && fault.is_none()) {
        let sentence = "a rule needs `status`, `fault` or `when`; `detail` goes with `fault`";
        reader.error(&table.span, sentence.to_owned());
    }
    let when = match when {
        Some(at) => Some(reader.expression(&at.value, &at.span)?),
        None => None,
    };
    let verdict = read_verdict(reader, table);
    table.finish(reader);
    Some(Rule { status, fault, detail, when, verdict: verdict? })
}

fn read_verdict(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Verdict> {
    let error = table.text(reader, "error");
    let result = table.text(reader, "result");
    let message = table.text(reader, "message");
    let message = match message {
        Some(at) => Some(reader.expression(&at.value, &at.span)?),
        None => None,
    };
    match (error, result) {
        (Some(error), None) if !error.value.is_empty() => {
            Some(Verdict::Refused { error_code: error.value, message })
        }
        (None, Some(result)) => match result.value.as_str() {
            "done" => Some(Verdict::Done),
            "retry" => Some(Verdict::Retry),
            "unclear" => Some(Verdict::Unclear),
            "not_found" => Some(Verdict::NotFound),
            other => {
                let sentence = format!(
                    "`result` is \"{other}\"; use \"done\", \"retry\", \"unclear\" or \"not_found\""
                );
                reader.error(&result.span, sentence);
                None
            }
        },
        _ => {
            let sentence = "a rule says either `error`, a BPMN error code, or `result`";
            reader.error(&table.span, sentence.to_owned());
            None
        }
    }
}

fn read_rest(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<RestRequest> {
    let method = table.required_text(reader, "method").and_then(|method| {
        let read = Method::read(&method.value);
        if read.is_none() {
            let sentence = format!("`{}` is not GET, POST, PUT, PATCH or DELETE", method.value);
            reader.error(&method.span, sentence);
        }
        read
    });
    let path = table
        .required_text(reader, "path")
        .and_then(|path| read_path(reader, &path.value, &path.span));
    let query = read_named(reader, table, "query");
    let headers = read_named(reader, table, "headers");
    for (name, value) in &headers {
        if !is_header_name(name) {
            let sentence = format!("`{name}` is not a header that a mapping may set");
            reader.error_on_line(value.line(), sentence);
        }
    }
    let body = match table.value("body") {
        Some(found) => Some(read_json(reader, "body", found, 0)?),
        None => None,
    };
    table.finish(reader);
    Some(RestRequest { method: method?, path: path?, query, headers, body })
}

fn is_header_name(name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !name.is_empty()
        && name.bytes().all(token)
        && !RESERVED_HEADERS.iter().any(|reserved| name.eq_ignore_ascii_case(reserved))
}

/// A table of names with their FEEL.
pub(crate) fn read_named(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    key: &str,
) -> Vec<(String, Expression)> {
    let Some(named) = table.table(reader, key) else { return Vec::new() };
    let mut read = Vec::new();
    for (name, found) in named.entries() {
        let DeValue::String(text) = found.get_ref() else {
            wrong_kind(reader, &found.span(), &name.value, "a text in quotes", found.get_ref());
            continue;
        };
        if let Some(value) = reader.expression(text, &found.span()) {
            read.push((name.value, value));
        }
    }
    read
}

/// Texts in which each pair of braces holds FEEL.
fn read_template(
    reader: &mut Reader<'_>,
    template: &str,
    span: &Range<usize>,
) -> Option<Vec<PathPart>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once('{') {
        let Some((value, after)) = behind.split_once('}') else {
            reader.error(span, "a `{` is never closed".to_owned());
            return None;
        };
        parts.push(PathPart::Text(text.to_owned()));
        parts.push(PathPart::Value(reader.expression(value, span)?));
        rest = after;
    }
    parts.push(PathPart::Text(rest.to_owned()));
    Some(parts)
}

/// `/jobs/{contractorJob}/returns`: each pair of braces holds one segment's FEEL.
fn read_path(
    reader: &mut Reader<'_>,
    template: &str,
    span: &Range<usize>,
) -> Option<Vec<PathPart>> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte);
    let parts = read_template(reader, template, span)?;
    let texts = |part: &PathPart| match part {
        PathPart::Text(text) => text.bytes().all(plain),
        PathPart::Value(_) => true,
    };
    if !template.starts_with('/') || !parts.iter().all(texts) {
        let sentence = "`path` must begin with a slash and hold only what a path may hold; a query \
                        has its own table";
        reader.error(span, sentence.to_owned());
        return None;
    }
    Some(parts)
}

fn read_json(
    reader: &mut Reader<'_>,
    key: &str,
    found: &Spanned<DeValue<'_>>,
    depth: u32,
) -> Option<JsonNode> {
    if depth > MAX_BODY_DEPTH {
        reader.error(&found.span(), format!("`{key}` nests deeper than {MAX_BODY_DEPTH} levels"));
        return None;
    }
    match found.get_ref() {
        DeValue::String(text) => reader.expression(text, &found.span()).map(JsonNode::Value),
        DeValue::Boolean(flag) => Some(JsonNode::Literal(feel::Value::Boolean(*flag))),
        DeValue::Integer(integer) => {
            let number = integer.as_str().parse::<i64>().ok();
            if number.is_none() {
                wrong_kind(reader, &found.span(), key, "a number of 64 bits", found.get_ref());
            }
            number.map(|number| JsonNode::Literal(feel::Value::from(number)))
        }
        DeValue::Array(items) => items
            .iter()
            .map(|item| read_json(reader, key, item, depth + 1))
            .collect::<Option<_>>()
            .map(JsonNode::List),
        DeValue::Table(_) => {
            let members = as_table(reader, key, found)?;
            let read = |(name, value): (At<String>, &Spanned<DeValue<'_>>)| {
                let node = read_json(reader, &name.value, value, depth + 1)?;
                Some((name.value, node))
            };
            members.entries().into_iter().map(read).collect::<Option<_>>().map(JsonNode::Object)
        }
        DeValue::Float(_) | DeValue::Datetime(_) => {
            let wanted = "FEEL in quotes, a whole number, true, false, a list or a table";
            wrong_kind(reader, &found.span(), key, wanted, found.get_ref());
            None
        }
    }
}
