//! Reading `[job.send.file]`: the name and the columns of a file that is left in a folder.

use super::{FileRequest, PathPart, Request, read_named, read_template};
use crate::csv;
use crate::folder::is_file_name;
use crate::toml_reader::{Reader, Table};

/// The most columns of a file.
const MAX_COLUMNS: usize = 200;

/// A file's name and its columns, in the author's order.
pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<FileRequest> {
    let name = table.required_text(reader, "name").and_then(|name| {
        let parts = read_template(reader, &name.value, &name.span)?;
        let ready = parts.iter().map(|part| match part {
            PathPart::Text(text) => text.as_str(),
            PathPart::Value(_) => "0",
        });
        if is_file_name(&ready.collect::<String>()) {
            return Some(parts);
        }
        let sentence = "`name` must begin with a letter or digit and hold only letters, digits, \
                        dots, hyphens and underscores";
        reader.error(&name.span, sentence.to_owned());
        None
    });
    if !table.has("columns") {
        table.missing(reader, "columns");
    }
    let columns = read_named(reader, table, "columns");
    if columns.len() > MAX_COLUMNS {
        reader.error(&table.span, format!("more than {MAX_COLUMNS} columns"));
    }
    for (heading, value) in &columns {
        let cell = feel::Value::string(heading.as_str());
        if csv::cell(&cell).ok().as_deref() != Some(heading) || heading.trim().is_empty() {
            let sentence = format!("`{heading}` cannot be a column's heading");
            reader.error_on_line(value.line(), sentence);
        }
    }
    table.finish(reader);
    Some(FileRequest { name: name?, columns })
}

/// Whether it is a file whose name holds the effect's id.
pub(super) fn names_by_key(request: &Request) -> bool {
    let Request::File(file) = request else { return false };
    file.name.iter().any(|part| matches!(part, PathPart::Value(value) if value.is_effect_id()))
}
