//! Reading a configuration's TOML so that every mistake is named at once, each with its line.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

use base::{BodyId, SystemId};
use catalogue::{Problem, ProblemKind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::config::Mention;

/// The largest configuration file.
const FILE_BYTES: u64 = 4 * 1024 * 1024;

/// The text of a file that is one, and no longer than `limit` bytes: a device or a pipe may never
/// end.
pub(super) fn text_within(path: &Path, limit: u64) -> Result<String, String> {
    let why = |error: std::io::Error| error.to_string();
    if !std::fs::metadata(path).map_err(why)?.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(why)?;
    file.take(limit + 1).read_to_string(&mut text).map_err(why)?;
    let read = u64::try_from(text.len()).unwrap_or(u64::MAX);
    if read > limit { Err(format!("it is larger than {} MiB", limit >> 20)) } else { Ok(text) }
}

/// A file being read, and what is wrong with it so far.
pub(super) struct Source<'p> {
    name: String,
    text: String,
    problems: &'p mut Vec<Problem>,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) byte: usize,
}

/// A table with where it stands; keys are ticked off as they are read.
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
    span: Range<usize>,
    taken: BTreeSet<&'static str>,
}

impl<'p> Source<'p> {
    /// Reads a file; `None` after noting why it cannot be read.
    pub(super) fn open(path: &Path, problems: &'p mut Vec<Problem>) -> Option<Self> {
        let name = path.display().to_string();
        match text_within(path, FILE_BYTES) {
            Ok(text) => Some(Self { name, text, problems }),
            Err(why) => {
                let sentence = format!("The file cannot be read: {why}.");
                let mend = "Name a file that is there and that this user may read.";
                problems.push(Problem::new(name, (1, 1), ProblemKind::MissingFile, sentence, mend));
                None
            }
        }
    }

    /// The text, to be parsed beside this reader.
    pub(super) fn text(&self) -> String {
        self.text.clone()
    }

    /// Notes a mistake.
    pub(super) fn refuse(&mut self, byte: usize, sentence: impl Into<String>, mend: &str) {
        let position = Problem::position(&self.text, byte);
        let kind = ProblemKind::Value;
        self.problems.push(Problem::new(self.name.clone(), position, kind, sentence, mend));
    }

    /// Where in this file a body, or a system of one, is named.
    pub(super) fn mention(&self, byte: usize, named: (BodyId, Option<SystemId>)) -> Mention {
        let (body, system) = named;
        let position = Problem::position(&self.text, byte);
        Mention { body, system, file: self.name.clone(), position }
    }

    /// Parses a text of this file; `None` after noting where it is no TOML.
    pub(super) fn parse<'t>(&mut self, text: &'t str) -> Option<DeTable<'t>> {
        match DeTable::parse(text) {
            Ok(table) => Some(table.into_inner()),
            Err(error) => {
                let byte = error.span().map_or(0, |span| span.start);
                let sentence = format!("This is not TOML: {}.", error.message());
                self.refuse(byte, sentence, "Compare the line with docs/example-config.toml.");
                None
            }
        }
    }
}

impl<'t> Table<'t> {
    /// The whole file.
    pub(super) fn root(entries: &'t DeTable<'t>) -> Self {
        Self { entries, span: 0..0, taken: BTreeSet::new() }
    }

    /// Where it begins.
    pub(super) const fn byte(&self) -> usize {
        self.span.start
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.taken.insert(key);
        self.entries.get(key)
    }

    /// A text that may be absent.
    pub(super) fn text(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
    ) -> Option<At<String>> {
        let found = self.take(key)?;
        text_of(source, key, found)
    }

    /// A text that must be there.
    pub(super) fn needed(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
    ) -> Option<At<String>> {
        if !self.entries.contains_key(key) {
            self.taken.insert(key);
            let mend = "Add the line; docs/example-config.toml shows it.";
            source.refuse(self.span.start, format!("`{key}` is missing."), mend);
            return None;
        }
        self.text(source, key)
    }

    /// A yes or no that may be absent.
    pub(super) fn flag(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<bool> {
        let found = self.take(key)?;
        if let DeValue::Boolean(flag) = found.get_ref() {
            return Some(*flag);
        }
        let sentence = format!("`{key}` is neither true nor false.");
        source.refuse(found.span().start, sentence, "Write true or false.");
        None
    }

    /// A number from 0 to `most` that may be absent.
    pub(super) fn number(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        most: u64,
    ) -> Option<u64> {
        let found = self.take(key)?;
        let number = match found.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse::<u64>().ok(),
            _ => None,
        };
        let number = number.filter(|number| *number <= most);
        if number.is_none() {
            let sentence = format!("`{key}` is not a whole number from 0 to {most}.");
            source.refuse(found.span().start, sentence, "Write such a number, without quotes.");
        }
        number
    }

    /// A table of texts by names of the reader's own, such as bodies; none when it is absent.
    pub(super) fn texts(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
    ) -> Vec<(At<String>, At<String>)> {
        let Some(found) = self.take(key) else { return Vec::new() };
        let DeValue::Table(table) = found.get_ref() else {
            let sentence = format!("`{key}` is not a table.");
            source.refuse(
                found.span().start,
                sentence,
                "Write it as docs/example-config.toml does.",
            );
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (name, value) in table {
            let named = At { value: name.get_ref().to_string(), byte: name.span().start };
            if let Some(text) = text_of(source, &named.value, value) {
                texts.push((named, text));
            }
        }
        texts
    }

    /// A list of texts; none when it is absent.
    pub(super) fn list(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<At<String>> {
        let Some(found) = self.take(key) else { return Vec::new() };
        let DeValue::Array(items) = found.get_ref() else {
            let sentence = format!("`{key}` is not a list.");
            source.refuse(found.span().start, sentence, "Write texts in quotes between [ and ].");
            return Vec::new();
        };
        items.iter().filter_map(|item| text_of(source, key, item)).collect()
    }

    /// The tables `[[key]]`; none when there are none.
    pub(super) fn tables(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<Self> {
        let Some(found) = self.take(key) else { return Vec::new() };
        let wrong = |source: &mut Source<'_>, byte| {
            let mend = format!("Write each of them as a [[{key}]].");
            source.refuse(byte, format!("`{key}` is not a list of tables."), &mend);
        };
        let DeValue::Array(items) = found.get_ref() else {
            wrong(source, found.span().start);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(entries) => {
                    tables.push(Self { entries, span: item.span(), taken: BTreeSet::new() });
                }
                _ => wrong(source, item.span().start),
            }
        }
        tables
    }

    /// Refuses what was not asked for.
    pub(super) fn finish(self, source: &mut Source<'_>) {
        for (key, _) in self.entries {
            if !self.taken.contains(key.get_ref().as_ref()) {
                let known: Vec<&str> = self.taken.iter().copied().collect();
                let mend = format!("Take it out, or use one of {}.", known.join(", "));
                let sentence = format!("`{}` is no setting here.", key.get_ref());
                source.refuse(key.span().start, sentence, &mend);
            }
        }
    }
}

fn text_of(source: &mut Source<'_>, key: &str, found: &Spanned<DeValue<'_>>) -> Option<At<String>> {
    let byte = found.span().start;
    match found.get_ref() {
        DeValue::String(text) if !text.trim().is_empty() => {
            Some(At { value: text.clone().into_owned(), byte })
        }
        _ => {
            let sentence = format!("`{key}` is not a text in quotes, or an empty one.");
            source.refuse(byte, sentence, "Write the text in quotes.");
            None
        }
    }
}
