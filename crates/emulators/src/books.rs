//! Books of a back office: what it wrote down for its customer, once under each key.
//!
//! A key that comes again gets the number of the first time; with other contents it is refused.
//! Everything stands in the ledger, from which the books are restored.

use std::collections::BTreeMap;

use base::Timestamp;

use crate::ledger::{Entry, Ledger};

/// What is to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// What kind of entry it is.
    pub what: &'static str,
    /// The customer's reference.
    pub reference: String,
    /// What stands there.
    pub fields: BTreeMap<String, String>,
}

/// The key was used for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyReused;

/// The books.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    prefix: &'static str,
    by_key: BTreeMap<String, usize>,
    ledger: Ledger,
}

impl Books {
    /// Empty books whose numbers begin with a prefix.
    pub fn new(prefix: &'static str) -> Self {
        Self { prefix, by_key: BTreeMap::new(), ledger: Ledger::default() }
    }

    /// Writes a page under a key and gives its number.
    pub fn write(&mut self, key: String, page: Page, at: Timestamp) -> Result<String, KeyReused> {
        if let Some(place) = self.by_key.get(&key) {
            return match self.ledger.entries().get(*place) {
                Some(Entry::Recorded { what, number, reference, fields, .. })
                    if *what == page.what
                        && *reference == page.reference
                        && *fields == page.fields =>
                {
                    Ok(number.clone())
                }
                _ => Err(KeyReused),
            };
        }
        let number = format!("{}{:08}", self.prefix, self.ledger.entries().len() + 1);
        let Page { what, reference, fields } = page;
        self.push(Entry::Recorded {
            at,
            what: what.to_owned(),
            number: number.clone(),
            reference,
            fields,
            key: Some(key),
        });
        Ok(number)
    }

    fn push(&mut self, entry: Entry) {
        if let Entry::Recorded { key: Some(key), .. } = &entry {
            self.by_key.insert(key.clone(), self.ledger.entries().len());
        }
        self.ledger.push(entry);
    }

    /// Takes up what a ledger holds.
    pub fn restore(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.push(entry);
        }
    }

    /// What was written.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}
