//! Reading `[job.send.soap]`: the operation and its fields, in the schema's order.

use super::{MAX_BODY_DEPTH, SoapContent, SoapField, SoapRequest};
use crate::toml_reader::{Reader, Table};

/// The envelope's operation with its header and body.
pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<SoapRequest> {
    let operation = table.required_text(reader, "operation");
    let namespace = table.required_text(reader, "namespace");
    let action = table.required_text(reader, "action");
    let qualified = !table.flag(reader, "unqualified");
    let header = read_fields(reader, table, "header", 0);
    let body = read_fields(reader, table, "body", 0);
    let response = table.text(reader, "response");
    table.finish(reader);
    let (operation, namespace, action) = (operation?, namespace?, action?);
    if !is_xml_name(&operation.value) {
        reader.error(&operation.span, "`operation` is not an XML name".to_owned());
    }
    let visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    for uri in [&namespace, &action] {
        if !visible(&uri.value) {
            reader.error(&uri.span, "an address of XML may hold no space or quote".to_owned());
        }
    }
    let response =
        response.map_or_else(|| format!("{}Response", operation.value), |name| name.value);
    Some(SoapRequest {
        operation: operation.value,
        namespace: namespace.value,
        action: action.value,
        qualified,
        header,
        body,
        response,
    })
}

fn read_fields(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    key: &str,
    depth: u32,
) -> Vec<SoapField> {
    if depth > MAX_BODY_DEPTH {
        reader.error(&table.span, format!("`{key}` nests deeper than {MAX_BODY_DEPTH} levels"));
        return Vec::new();
    }
    let tables = table.tables(reader, key);
    tables.iter().filter_map(|field| read_field(reader, field, depth)).collect()
}

fn read_field(reader: &mut Reader<'_>, table: &Table<'_>, depth: u32) -> Option<SoapField> {
    let name = table.required_text(reader, "name");
    if let Some(name) = name.as_ref().filter(|name| !is_xml_name(&name.value)) {
        reader.error(&name.span, format!("`{}` is not an XML name", name.value));
    }
    let namespace = table.text(reader, "namespace").map(|namespace| namespace.value);
    let optional = table.flag(reader, "optional");
    let value = table.text(reader, "value");
    let content = match (value, table.has("fields")) {
        (Some(at), false) => reader.expression(&at.value, &at.span).map(SoapContent::Value),
        (None, true) => Some(SoapContent::Fields(read_fields(reader, table, "fields", depth + 1))),
        _ => {
            reader.error(&table.span, "a field has either `value` or `fields`".to_owned());
            None
        }
    };
    table.finish(reader);
    Some(SoapField { name: name?.value, namespace, content: content?, optional })
}

fn is_xml_name(name: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let later = |byte: u8| first(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    name.bytes().next().is_some_and(first) && name.bytes().all(later)
}
