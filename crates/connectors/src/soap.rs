//! SOAP 1.1 envelopes, document/literal: written from fields, read within bounds.

use feel::{Context, Value};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::Unreadable;
use crate::expression::{Known, text_of};
use crate::mapping::{SoapContent, SoapField, SoapRequest};
use crate::prepare::PrepareError;

/// The namespace of SOAP 1.1 envelopes.
pub const ENVELOPE_NAMESPACE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

const INSTANCE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The most nodes of an answer.
const MAX_NODES: u32 = 50_000;
/// How deep an answer may nest.
const MAX_DEPTH: u32 = 64;
/// The longest sentence kept of a fault, in characters.
const MAX_FAULT_CHARS: usize = 500;

/// What a SOAP body holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SoapBody {
    Element {
        /// Its local name.
        name: String,
        /// Its children as a context; texts stay texts.
        value: Value,
    },
    Fault(SoapFault),
}

/// A fault, as far as rules look at it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SoapFault {
    /// The local part of the code, before its first dot.
    pub code: String,
    /// The system's sentence.
    pub message: String,
    /// The local name of the first element of the detail.
    pub detail: Option<String>,
    /// The detail's children.
    pub value: Value,
}

/// Writes the envelope of a request.
pub(crate) fn write_envelope(
    request: &SoapRequest,
    known: &Known,
) -> Result<Vec<u8>, PrepareError> {
    let mut writer = Writer::new(Vec::new());
    put(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    let mut envelope = BytesStart::new("soap:Envelope");
    envelope.push_attribute(("xmlns:soap", ENVELOPE_NAMESPACE));
    put(&mut writer, Event::Start(envelope));
    if !request.header.is_empty() {
        put(&mut writer, Event::Start(BytesStart::new("soap:Header")));
        for field in &request.header {
            let namespace = field.namespace.as_deref().unwrap_or(&request.namespace);
            write_field(&mut writer, field, "h:", Some(namespace), known)?;
        }
        put(&mut writer, Event::End(BytesEnd::new("soap:Header")));
    }
    put(&mut writer, Event::Start(BytesStart::new("soap:Body")));
    let root = format!("m:{}", request.operation);
    let mut operation = BytesStart::new(root.as_str());
    operation.push_attribute(("xmlns:m", request.namespace.as_str()));
    put(&mut writer, Event::Start(operation));
    let prefix = if request.qualified { "m:" } else { "" };
    for field in &request.body {
        write_field(&mut writer, field, prefix, None, known)?;
    }
    put(&mut writer, Event::End(BytesEnd::new(root)));
    put(&mut writer, Event::End(BytesEnd::new("soap:Body")));
    put(&mut writer, Event::End(BytesEnd::new("soap:Envelope")));
    Ok(writer.into_inner())
}

fn write_field(
    writer: &mut Writer<Vec<u8>>,
    field: &SoapField,
    prefix: &str,
    namespace: Option<&str>,
    known: &Known,
) -> Result<(), PrepareError> {
    let name = format!("{prefix}{}", field.name);
    let start = || {
        let mut start = BytesStart::new(name.clone());
        if let Some(namespace) = namespace {
            start.push_attribute(("xmlns:h", namespace));
        }
        start
    };
    let expression = match &field.content {
        SoapContent::Fields(fields) => {
            put(writer, Event::Start(start()));
            for inner in fields {
                write_field(writer, inner, prefix, None, known)?;
            }
            put(writer, Event::End(BytesEnd::new(name.clone())));
            return Ok(());
        }
        SoapContent::Value(expression) => expression,
    };
    let line = expression.line();
    let value = expression.evaluate(known).map_err(|_| PrepareError::Expression { line })?;
    let single = std::slice::from_ref(&value);
    let mut written = false;
    for item in value.as_list().unwrap_or(single) {
        let Some(text) = text_of(item).map_err(|_| PrepareError::NotText { line })? else {
            continue;
        };
        written = true;
        put(writer, Event::Start(start()));
        put(writer, Event::Text(BytesText::new(&allowed_in_xml(&text))));
        put(writer, Event::End(BytesEnd::new(name.clone())));
    }
    if written || field.optional || value.as_list().is_some() {
        return Ok(());
    }
    Err(PrepareError::Missing { line, field: field.name.clone() })
}

/// XML 1.0 has no way to write most control characters; each becomes the replacement character,
/// since a stray one in somebody's words is no reason to hold up their request.
fn allowed_in_xml(text: &str) -> String {
    let allowed = |letter: char| {
        matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
            || letter >= '\u{10000}'
    };
    text.chars().map(|letter| if allowed(letter) { letter } else { '\u{fffd}' }).collect()
}

fn put(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    // Writing to a vector cannot fail.
    let _ = writer.write_event(event);
}

/// Whether these bytes are an envelope with a fault: an answer, though it travels as status 500.
pub(crate) fn is_fault(bytes: &[u8]) -> bool {
    matches!(read_envelope(bytes), Ok(SoapBody::Fault(_)))
}

/// Reads an envelope: no document type, bounded nodes and depth.
pub(crate) fn read_envelope(bytes: &[u8]) -> Result<SoapBody, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Xml)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options);
    let document = document.map_err(|_| Unreadable::Xml)?;
    let envelope = document.root_element();
    if !envelope.has_tag_name((ENVELOPE_NAMESPACE, "Envelope")) {
        return Err(Unreadable::Envelope);
    }
    let mut bodies =
        envelope.children().filter(|node| node.has_tag_name((ENVELOPE_NAMESPACE, "Body")));
    let (Some(body), None) = (bodies.next(), bodies.next()) else {
        return Err(Unreadable::Envelope);
    };
    let mut elements = body.children().filter(roxmltree::Node::is_element);
    let (Some(element), None) = (elements.next(), elements.next()) else {
        return Err(Unreadable::Envelope);
    };
    if element.has_tag_name((ENVELOPE_NAMESPACE, "Fault")) {
        return read_fault(element).map(SoapBody::Fault);
    }
    let name = element.tag_name().name().to_owned();
    Ok(SoapBody::Element { name, value: as_context(element, 0)? })
}

fn read_fault(fault: roxmltree::Node<'_, '_>) -> Result<SoapFault, Unreadable> {
    let child = |name: &str| fault.children().find(|node| node.tag_name().name() == name);
    let code = child("faultcode").map(text_within).ok_or(Unreadable::Envelope)?;
    let local = code.trim().rsplit(':').next().unwrap_or("");
    let code = local.split('.').next().unwrap_or(local).chars().take(64).collect();
    let message = child("faultstring").map(text_within).unwrap_or_default();
    let message = message.trim().chars().take(MAX_FAULT_CHARS).collect();
    let detail = child("detail");
    let first = detail.and_then(|detail| detail.children().find(roxmltree::Node::is_element));
    let value = match detail {
        Some(detail) => as_value(detail, 0)?,
        None => Value::Null,
    };
    let detail = first.map(|node| node.tag_name().name().to_owned());
    Ok(SoapFault { code, message, detail, value })
}

fn text_within(node: roxmltree::Node<'_, '_>) -> String {
    node.children().filter_map(|child| child.text()).collect()
}

/// An element as a value: children make a context, no children a text, `xsi:nil` null.
fn as_value(node: roxmltree::Node<'_, '_>, depth: u32) -> Result<Value, Unreadable> {
    let nil = node.attribute((INSTANCE_NAMESPACE, "nil"));
    if matches!(nil, Some("true" | "1")) {
        return Ok(Value::Null);
    }
    if node.children().any(|child| child.is_element()) {
        return as_context(node, depth);
    }
    Ok(Value::string(text_within(node)))
}

/// The children by local name, in order; a name that repeats makes a list.
fn as_context(node: roxmltree::Node<'_, '_>, depth: u32) -> Result<Value, Unreadable> {
    if depth > MAX_DEPTH {
        return Err(Unreadable::Xml);
    }
    let mut grouped: Vec<(String, Vec<Value>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for child in node.children().filter(roxmltree::Node::is_element) {
        let name = child.tag_name().name();
        let value = as_value(child, depth + 1)?;
        let place = *places.entry(name).or_insert_with(|| {
            grouped.push((name.to_owned(), Vec::new()));
            grouped.len() - 1
        });
        if let Some((_, values)) = grouped.get_mut(place) {
            values.push(value);
        }
    }
    let entries = grouped.into_iter().map(|(name, mut values)| {
        let value = if values.len() == 1 { values.pop() } else { None };
        let value = match value {
            Some(single) => single,
            None => Value::list(values).unwrap_or_default(),
        };
        (name, value)
    });
    Context::from_entries(entries).map(Value::Context).map_err(|_| Unreadable::Xml)
}

#[cfg(test)]
mod tests;
