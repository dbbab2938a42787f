//! Reading a package's TOML with a line for every mistake, all of them in one go.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::expression::Expression;

/// The longest text of mappings or systems that is read, in bytes.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// A mistake in a mapping or a system's definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {sentence}")]
pub struct MappingError {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong and how to mend it.
    pub sentence: String,
}

/// A value with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// The text and the mistakes found in it so far.
pub(crate) struct Reader<'t> {
    text: &'t str,
    errors: Vec<MappingError>,
}

/// A table whose keys are ticked off as they are read, so that [`Table::finish`] can name the rest.
pub(crate) struct Table<'t> {
    entries: DeTable<'t>,
    pub span: Range<usize>,
    taken: RefCell<BTreeSet<String>>,
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, errors: Vec::new() }
    }

    /// The whole text as a table; `None` after noting why not.
    pub fn parse(&mut self) -> Option<Table<'t>> {
        if self.text.len() > MAX_TEXT_BYTES {
            self.error(&(0..0), format!("the text is longer than {MAX_TEXT_BYTES} bytes"));
            return None;
        }
        match DeTable::parse(self.text) {
            Ok(table) => Some(Table::new(table.into_inner(), 0..0)),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                self.error(&span, error.message().to_owned());
                None
            }
        }
    }

    /// Notes a mistake.
    pub fn error(&mut self, span: &Range<usize>, sentence: String) {
        let column = self.before(span).rsplit('\n').next().unwrap_or("").chars().count();
        let (line, column) = (self.line(span), from_one(column));
        self.errors.push(MappingError { line, column, sentence });
    }

    /// Notes a mistake of a line.
    pub fn error_on_line(&mut self, line: u32, sentence: String) {
        self.errors.push(MappingError { line, column: 1, sentence });
    }

    /// The line of a place.
    pub fn line(&self, span: &Range<usize>) -> u32 {
        from_one(self.before(span).bytes().filter(|byte| *byte == b'\n').count())
    }

    fn before(&self, span: &Range<usize>) -> &'t str {
        self.text.get(..span.start).unwrap_or(self.text)
    }

    /// Checks a text of FEEL; `None` after noting why it is none.
    pub fn expression(&mut self, text: &str, span: &Range<usize>) -> Option<Expression> {
        let read = Expression::read(text, self.line(span));
        read.map_err(|sentence| self.error(span, format!("not FEEL: {sentence}"))).ok()
    }

    /// The value when there was no mistake, else the mistakes by their place.
    pub fn outcome<T>(mut self, value: T) -> Result<T, Vec<MappingError>> {
        if self.errors.is_empty() {
            return Ok(value);
        }
        self.errors.sort_by_key(|error| (error.line, error.column));
        Err(self.errors)
    }
}

fn from_one(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}

impl<'t> Table<'t> {
    fn new(entries: DeTable<'t>, span: Range<usize>) -> Self {
        Self { entries, span, taken: RefCell::default() }
    }

    fn take(&self, key: &str) -> Option<&Spanned<DeValue<'t>>> {
        self.taken.borrow_mut().insert(key.to_owned());
        self.entries.get(key)
    }

    /// Leaves a key to another reader.
    pub fn skip(&self, key: &str) {
        let _ = self.take(key);
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// A string that may be absent.
    pub fn text(&self, reader: &mut Reader<'_>, key: &str) -> Option<At<String>> {
        let found = self.take(key)?;
        match found.get_ref() {
            DeValue::String(text) => {
                Some(At { value: text.clone().into_owned(), span: found.span() })
            }
            other => {
                wrong_kind(reader, &found.span(), key, "a text in quotes", other);
                None
            }
        }
    }

    /// A string that must be there.
    pub fn required_text(&self, reader: &mut Reader<'_>, key: &str) -> Option<At<String>> {
        if !self.has(key) {
            self.missing(reader, key);
        }
        self.text(reader, key)
    }

    /// A name (`SystemId`, `JobType`) that must be there.
    pub fn name<N: FromStr<Err = base::NameError>>(
        &self,
        reader: &mut Reader<'_>,
        key: &str,
    ) -> Option<N> {
        let text = self.required_text(reader, key)?;
        match text.value.parse() {
            Ok(name) => Some(name),
            Err(error) => {
                reader.error(&text.span, format!("`{key}` is {error}"));
                None
            }
        }
    }

    /// A whole number within bounds that may be absent.
    pub fn integer(
        &self,
        reader: &mut Reader<'_>,
        key: &str,
        bounds: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let found = self.take(key)?;
        let DeValue::Integer(integer) = found.get_ref() else {
            wrong_kind(reader, &found.span(), key, "a whole number", found.get_ref());
            return None;
        };
        let plain: String = integer.as_str().chars().filter(|digit| *digit != '_').collect();
        let read = i64::from_str_radix(&plain, integer.radix()).ok();
        let fits = read.filter(|number| bounds.contains(number));
        if fits.is_none() {
            let (low, high) = (bounds.start(), bounds.end());
            reader.error(&found.span(), format!("`{key}` must be from {low} to {high}"));
        }
        fits
    }

    /// `true` or `false`, false when absent.
    pub fn flag(&self, reader: &mut Reader<'_>, key: &str) -> bool {
        let Some(found) = self.take(key) else { return false };
        if let DeValue::Boolean(flag) = found.get_ref() {
            *flag
        } else {
            wrong_kind(reader, &found.span(), key, "true or false", found.get_ref());
            false
        }
    }

    /// A table that may be absent.
    pub fn table(&self, reader: &mut Reader<'_>, key: &str) -> Option<Table<'t>> {
        let found = self.take(key)?;
        as_table(reader, key, found)
    }

    /// An array of tables, empty when absent.
    pub fn tables(&self, reader: &mut Reader<'_>, key: &str) -> Vec<Table<'t>> {
        let Some(found) = self.take(key) else { return Vec::new() };
        let DeValue::Array(items) = found.get_ref() else {
            wrong_kind(reader, &found.span(), key, "a list of tables", found.get_ref());
            return Vec::new();
        };
        items.iter().filter_map(|item| as_table(reader, key, item)).collect()
    }

    /// A raw value.
    pub fn value(&self, key: &str) -> Option<&Spanned<DeValue<'t>>> {
        self.take(key)
    }

    /// Every entry, all ticked off: for tables whose keys are the author's own.
    pub fn entries(&self) -> Vec<(At<String>, &Spanned<DeValue<'t>>)> {
        let mut entries: Vec<(At<String>, &Spanned<DeValue<'t>>)> = self
            .entries
            .iter()
            .map(|(key, value)| {
                let name: &Cow<'t, str> = key.get_ref();
                self.taken.borrow_mut().insert(name.clone().into_owned());
                (At { value: name.clone().into_owned(), span: key.span() }, value)
            })
            .collect();
        // As the author wrote them, which is the order that a request keeps.
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    /// Notes a missing key.
    pub fn missing(&self, reader: &mut Reader<'_>, key: &str) {
        reader.error(&self.span, format!("`{key}` is missing"));
    }

    /// Notes every key that nobody asked for.
    pub fn finish(&self, reader: &mut Reader<'_>) {
        for (key, _) in &self.entries {
            let name: &Cow<'t, str> = key.get_ref();
            if !self.taken.borrow().contains(name.as_ref()) {
                reader.error(&key.span(), format!("`{name}` is not known here; is it misspelt?"));
            }
        }
    }
}

/// A table's entries, or a note that it is none.
pub(crate) fn as_table<'t>(
    reader: &mut Reader<'_>,
    key: &str,
    found: &Spanned<DeValue<'t>>,
) -> Option<Table<'t>> {
    if let DeValue::Table(entries) = found.get_ref() {
        return Some(Table::new(entries.clone(), found.span()));
    }
    wrong_kind(reader, &found.span(), key, "a table", found.get_ref());
    None
}

/// Notes that a value is of another kind than is wanted.
pub(crate) fn wrong_kind(
    reader: &mut Reader<'_>,
    span: &Range<usize>,
    key: &str,
    wanted: &str,
    found: &DeValue<'_>,
) {
    reader.error(span, format!("`{key}` must be {wanted}, and is a {}", found.type_str()));
}
