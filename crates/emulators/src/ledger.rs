//! Ledger: a back office's own record of the work that it really took on.
//!
//! Append-only; it is what tests and the demonstration compare with our side: a request that was
//! acknowledged has its job, and no reference has two. On disk it is JSON lines, synced before the
//! answer leaves, from which an office is restored.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use base::Timestamp;

/// One thing that a back office did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// Took on a job.
    JobCreated {
        /// When.
        at: Timestamp,
        /// Its number.
        job: String,
        /// The customer's reference.
        reference: String,
        /// What was asked.
        order: Order,
        /// The idempotency key or message id that it came under.
        key: Option<String>,
    },
    /// Took a job back as not done right.
    JobReturned {
        /// When.
        at: Timestamp,
        /// The job's number.
        job: String,
        /// The return's number.
        number: String,
        /// The customer's reference of the return.
        reference: String,
        /// Why.
        reason: String,
        /// The idempotency key or message id that it came under.
        key: Option<String>,
    },
    /// Finished a job.
    JobFinished {
        /// When.
        at: Timestamp,
        /// Its number.
        job: String,
    },
    /// Wrote something into its books.
    Recorded {
        /// When.
        at: Timestamp,
        /// What kind of entry of its books it is: `entitlement`, `move`.
        what: String,
        /// The entry's number.
        number: String,
        /// The customer's reference.
        reference: String,
        /// What stands there.
        fields: BTreeMap<String, String>,
        /// The idempotency key or file name that it came under.
        key: Option<String>,
    },
    /// Made a payment for somebody to pay.
    PaymentCreated {
        /// When.
        at: Timestamp,
        /// Its id.
        payment: String,
        /// The customer's reference.
        reference: String,
        /// What is to be paid.
        charge: Charge,
        /// The idempotency key that it came under.
        key: String,
    },
    /// A payment came to its end.
    PaymentEnded {
        /// When.
        at: Timestamp,
        /// Its id.
        payment: String,
        /// The customer's reference.
        reference: String,
        /// How.
        end: PaymentEnd,
        /// What was taken, in pence.
        taken_pence: u64,
    },
    /// The customer acknowledged a message.
    MessageAcknowledged {
        /// When.
        at: Timestamp,
        /// The message's id.
        message: String,
    },
}

/// What a missed-bin job is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The property.
    pub uprn: String,
    /// Which bin.
    pub bin: String,
    /// The day on which it was missed.
    pub missed_on: String,
    /// The address in words.
    #[serde(default)]
    pub address: Option<String>,
    /// What the resident added.
    #[serde(default)]
    pub notes: Option<String>,
}

/// What somebody is to pay.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// How much.
    pub amount_pence: u64,
    /// What for, in words.
    pub description: String,
    /// Where the person who pays is led back to.
    pub return_url: String,
    /// The language of the provider's pages: `en` or `cy`.
    pub language: String,
}

/// How a payment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentEnd {
    /// It was paid.
    Paid,
    /// The bank refused the card.
    Declined,
    /// The person gave it up.
    GivenUp,
    /// The customer took it back.
    CancelledByCustomer,
}

/// The entries in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// Every entry.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// How many jobs each of the customer's references has.
    pub fn jobs_by_reference(&self) -> BTreeMap<&str, u32> {
        let mut jobs = BTreeMap::new();
        for entry in &self.entries {
            if let Entry::JobCreated { reference, .. } = entry {
                *jobs.entry(reference.as_str()).or_default() += 1;
            }
        }
        jobs
    }

    /// How many returns each of the customer's references has.
    pub fn returns_by_reference(&self) -> BTreeMap<&str, u32> {
        let mut returns = BTreeMap::new();
        for entry in &self.entries {
            if let Entry::JobReturned { reference, .. } = entry {
                *returns.entry(reference.as_str()).or_default() += 1;
            }
        }
        returns
    }

    /// How often each kind of entry stands in the books for each of the customer's references.
    pub fn records(&self) -> BTreeMap<(&str, &str), u32> {
        let mut records = BTreeMap::new();
        for entry in &self.entries {
            if let Entry::Recorded { what, reference, .. } = entry {
                *records.entry((what.as_str(), reference.as_str())).or_default() += 1;
            }
        }
        records
    }

    /// How many payments were taken for each of the customer's references.
    pub fn paid_by_reference(&self) -> BTreeMap<&str, u32> {
        let mut paid = BTreeMap::new();
        for entry in &self.entries {
            if let Entry::PaymentEnded { reference, end: PaymentEnd::Paid, .. } = entry {
                *paid.entry(reference.as_str()).or_default() += 1;
            }
        }
        paid
    }

    /// Work done more often than it was asked for: jobs, returns, payments taken and records beyond
    /// the first of their reference.
    pub fn doubled(&self) -> u32 {
        let counted =
            [self.jobs_by_reference(), self.returns_by_reference(), self.paid_by_reference()];
        let counted = counted.into_iter().flat_map(BTreeMap::into_values);
        counted.chain(self.records().into_values()).map(|count| count - 1).sum()
    }
}

/// Why a ledger's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be read or written.
    #[error("the ledger's file cannot be read or written")]
    File(#[from] std::io::Error),
    /// A line is not an entry.
    #[error("line {line} of the ledger is not an entry")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
}

/// A ledger's file.
#[derive(Debug)]
pub(crate) struct LedgerFile {
    file: File,
}

impl Ledger {
    /// Reads the file of a ledger, without a last line that is not whole.
    ///
    /// # Errors
    /// When it cannot be read, or a line is not an entry.
    pub fn read(path: &Path) -> Result<Self, LedgerError> {
        let (entries, _) = whole_entries(&File::open(path)?)?;
        Ok(Self { entries })
    }
}

/// The entries of a file and how many bytes they take, up to a last line that is not whole.
fn whole_entries(file: &File) -> Result<(Vec<Entry>, u64), LedgerError> {
    let mut reader = BufReader::new(file);
    let (mut entries, mut whole_bytes, mut text) = (Vec::new(), 0_u64, Vec::new());
    loop {
        text.clear();
        let bytes = reader.read_until(b'\n', &mut text)?;
        if bytes == 0 || text.last() != Some(&b'\n') {
            return Ok((entries, whole_bytes));
        }
        let line = entries.len() + 1;
        let read = serde_json::from_slice(&text);
        entries.push(read.map_err(|source| LedgerError::Line { line, source })?);
        whole_bytes += u64::try_from(bytes).unwrap_or(0);
    }
}

impl LedgerFile {
    /// Opens the file, made when absent, with the entries that it holds. A last line that was cut
    /// short by a crash was never answered for, and is cut off.
    pub fn open(path: &Path) -> Result<(Self, Vec<Entry>), LedgerError> {
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(path)?;
        let (entries, whole_bytes) = whole_entries(&file)?;
        file.set_len(whole_bytes)?;
        Ok((Self { file }, entries))
    }

    /// Appends entries and waits until they are on the disk.
    pub fn append(&mut self, entries: &[Entry]) -> std::io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines)?;
        self.file.sync_data()
    }
}
