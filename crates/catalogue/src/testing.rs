//! What tests of this crate share: the packages of the repository, and their mappings as plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::{CallbackConnection, Connections, Files, JobConnection, Problem};

pub(crate) fn repository(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)
}

pub(crate) fn files(folder: &str) -> Files {
    let mut files = Files::new();
    read(&repository(folder), "", &mut files);
    assert!(!files.is_empty(), "{folder}");
    files
}

fn read(folder: &Path, under: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{under}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// Problems as they are printed.
pub(crate) fn shown(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("{problem}\n")).collect();
    lines.concat()
}

/// The text of a file of a package.
pub(crate) fn text<'a>(files: &'a Files, file: &str) -> &'a str {
    std::str::from_utf8(&files[file]).unwrap()
}

/// The files with one text of one file replaced, which must be there.
pub(crate) fn changed(files: &Files, file: &str, from: &str, to: &str) -> Files {
    let text = text(files, file);
    assert!(text.contains(from), "{file} holds {from}");
    let mut changed = files.clone();
    changed.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    changed
}

/// What `connectors` reads from a package, as far as the checks want it.
pub(crate) fn connections(files: &Files) -> Connections {
    let table: Table = files
        .get("connectors.toml")
        .map_or_else(Table::new, |bytes| std::str::from_utf8(bytes).unwrap().parse().unwrap());
    let list = |key: &str| table.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |of: &Value, key: &str| of[key].as_str().unwrap().to_owned();
    let keys = |of: Option<&Value>| -> BTreeSet<String> {
        of.and_then(Value::as_table).into_iter().flat_map(|t| t.keys().cloned()).collect()
    };
    let jobs = list("job").into_iter().map(|job| {
        let send = &job["send"];
        let rules = send.get("rule").and_then(Value::as_array).cloned().unwrap_or_default();
        let errors = rules.iter().filter_map(|rule| Some(rule.get("error")?.as_str()?.to_owned()));
        let connection = JobConnection {
            gives: keys(send.get("variables")),
            uses: uses(send),
            errors: errors.collect(),
        };
        (text(&job, "type"), connection)
    });
    let callbacks = list("callback");
    let callbacks = callbacks.iter().map(|callback| CallbackConnection {
        message: text(callback, "message"),
        gives: keys(callback.get("variables")),
    });
    Connections { jobs: jobs.collect::<BTreeMap<_, _>>(), callbacks: callbacks.collect() }
}

/// The names that stand alone as values of a request.
fn uses(send: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let request = send.get("rest").or_else(|| send.get("soap")).unwrap();
    for part in ["query", "headers", "body"] {
        let values: Vec<&Value> = match request.get(part) {
            Some(Value::Table(table)) => table.values().collect(),
            Some(Value::Array(items)) => {
                items.iter().filter_map(|item| item.get("value")).collect()
            }
            _ => Vec::new(),
        };
        let names = values.into_iter().filter_map(Value::as_str);
        all.extend(names.filter(|name| !name.contains([' ', '.'])).map(str::to_owned));
    }
    all
}
