//! Holding the logs of bodies against each other: each line of a crossing names the commitment of
//! the other body's line that it answers, so that neither can be changed or hidden alone.
//!
//! A log proves by itself that nothing in it was altered; here it is shown that two logs tell the
//! same story. Promises to name every crossing that stands in one log alone. Refuses to take a line
//! whose record was erased with its case for one that was hidden.

use std::collections::{BTreeMap, BTreeSet};

use base::{BodyId, Digest, MessageId};
use sharing::{Record, RecordKind};
use store::access::{AccessRecordKey, AccessRecordRow};
use store::{PAGE_LIMIT, Reader};

use crate::keyring::Keyring;
use crate::log::{LogError, opened};

/// A line about a crossing, as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossingLine {
    /// The leaf's place.
    pub leaf: u64,
    /// The leaf.
    pub commitment: Digest,
    /// What it says.
    pub record: Record,
}

/// What one body's log tells of crossings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CrossingLog {
    /// Its lines, in their order.
    pub lines: Vec<CrossingLine>,
    /// Whether records of it were erased.
    pub has_erased: bool,
}

/// Reads the lines about crossings of a log that holds, with how many leaves and records it has.
///
/// # Errors
/// [`LogError`] when a record cannot be read.
pub fn crossing_log(
    reader: &Reader,
    keyring: &Keyring,
    verified: &audit::Verified,
) -> Result<CrossingLog, LogError> {
    let has_erased = verified.opened < verified.leaves;
    let mut log = CrossingLog { lines: Vec::new(), has_erased };
    let mut after = None;
    loop {
        let page = store::page::<AccessRecordRow>(reader, after.as_ref(), PAGE_LIMIT)?;
        let Some(last) = page.last() else { return Ok(log) };
        after = Some(AccessRecordKey { leaf: last.leaf });
        for row in page.iter().filter(|row| row.crossing_id.is_some()) {
            let (leaf, commitment) = (row.leaf, row.commitment);
            let opening = opened(reader, keyring, row)?;
            let record = Record::read(&opening.record)
                .map_err(|_| LogError::RecordSealed { leaf: row.leaf })?;
            log.lines.push(CrossingLine { leaf, commitment, record });
        }
    }
}

/// What two logs do not say alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The crossing.
    pub crossing: MessageId,
    /// What is so.
    pub sentence: String,
    /// Whether it cannot be so by itself: a line was altered, hidden or made up.
    pub wrong: bool,
}

/// What comes of holding logs against each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Crossings that were let out and whose lines agree in every log.
    pub agreed: u64,
    /// Those that the body's own gate refused, of which no other log knows.
    pub refused: u64,
    /// The others.
    pub findings: Vec<Finding>,
}

/// The lines of one crossing, by body.
type Lines<'a> = Vec<(&'a BodyId, &'a CrossingLine)>;

/// Holds the logs of bodies against each other. A body whose log is not given is not asked.
pub fn reconcile(logs: &BTreeMap<BodyId, CrossingLog>) -> Reconciled {
    let mut crossings: BTreeMap<MessageId, Lines<'_>> = BTreeMap::new();
    for (body, log) in logs {
        for line in &log.lines {
            crossings.entry(line.record.crossing).or_default().push((body, line));
        }
    }
    let mut reconciled = Reconciled::default();
    for (crossing, lines) in &crossings {
        let findings = Crossing { logs, lines }.findings();
        let own_refusal = |(_, line): &(&BodyId, &CrossingLine)| {
            matches!(line.record.kind, RecordKind::Refused(_)) && line.record.answers.is_none()
        };
        if findings.is_empty() {
            if lines.iter().any(own_refusal) {
                reconciled.refused += 1;
            } else {
                reconciled.agreed += 1;
            }
        }
        reconciled.findings.extend(findings.into_iter().map(|(sentence, wrong)| Finding {
            crossing: *crossing,
            sentence,
            wrong,
        }));
    }
    reconciled.findings.sort();
    reconciled
}

struct Crossing<'a> {
    logs: &'a BTreeMap<BodyId, CrossingLog>,
    lines: &'a Lines<'a>,
}

impl Crossing<'_> {
    fn findings(&self) -> Vec<(String, bool)> {
        let mut findings = Vec::new();
        self.same_story(&mut findings);
        self.told_once(&mut findings);
        self.answers_are_there(&mut findings);
        self.both_sides(&mut findings);
        findings
    }

    /// Every line speaks of the same thing.
    fn same_story(&self, findings: &mut Vec<(String, bool)>) {
        let Some((first_body, first)) = self.lines.first() else { return };
        for (body, line) in self.lines.iter().skip(1) {
            let (one, other) = (&first.record, &line.record);
            let same = one.agreement == other.agreement
                && one.name == other.name
                && one.service == other.service
                && agree(one.agreement_digest.as_ref(), other.agreement_digest.as_ref())
                && agree(one.provider.as_ref(), other.provider.as_ref())
                && agree(one.recipient.as_ref(), other.recipient.as_ref());
            if !same {
                let sentence = format!("{first_body} and {body} tell it differently");
                findings.push((sentence, true));
            }
        }
    }

    /// No log tells the same of it twice, but for what it refused: that is told each time that it
    /// comes.
    fn told_once(&self, findings: &mut Vec<(String, bool)>) {
        let mut told = BTreeSet::new();
        for (body, line) in self.lines {
            let kind = line.record.kind.key();
            let refused = matches!(line.record.kind, RecordKind::Refused(_));
            if !told.insert((body, kind)) && !refused {
                findings.push((format!("leaf {} of {body} tells {kind} again", line.leaf), true));
            }
        }
    }

    /// Whatever a line answers stands in another log.
    fn answers_are_there(&self, findings: &mut Vec<(String, bool)>) {
        let known: BTreeSet<Digest> = self.lines.iter().map(|(_, line)| line.commitment).collect();
        for (body, line) in self.lines {
            let Some(answered) = line.record.answers.filter(|answered| !known.contains(answered))
            else {
                continue;
            };
            let others: Vec<&BodyId> = others_than(body, &line.record).collect();
            let unread = others.iter().any(|other| !self.logs.contains_key(*other));
            let erased =
                others.iter().any(|other| self.logs.get(*other).is_some_and(|log| log.has_erased));
            if unread || erased {
                continue;
            }
            let kind = line.record.kind.key();
            let sentence = format!(
                "leaf {} of {body} ({kind}) answers {answered}, which no other log holds",
                line.leaf
            );
            findings.push((sentence, true));
        }
    }

    /// What was let out was answered, and the answer was received.
    fn both_sides(&self, findings: &mut Vec<(String, bool)>) {
        let find = |wanted: fn(&RecordKind) -> bool| {
            self.lines.iter().find(|(_, line)| wanted(&line.record.kind))
        };
        let begun = find(|kind| matches!(kind, RecordKind::Request | RecordKind::Notice));
        let ended = find(|kind| matches!(kind, RecordKind::Receipt | RecordKind::Acknowledged));
        let said = find(|kind| {
            matches!(
                kind,
                RecordKind::Answer | RecordKind::NoticeReceipt | RecordKind::NoticeRefused
            )
        });
        match (begun, said, ended) {
            (Some((body, _)), None, None) => {
                findings.push((format!("{body} began it, and nobody has answered yet"), false));
            }
            (Some((body, _)), Some((other, _)), None) => {
                findings.push((format!("{other} answered, and {body} has not received it"), false));
            }
            (None, Some((other, line)), _) => {
                let beginner = others_than(other, &line.record).next();
                let log = beginner.and_then(|beginner| self.logs.get(beginner));
                if log.is_some_and(|log| !log.has_erased) {
                    let sentence = format!("{other} answered what nobody began");
                    findings.push((sentence, true));
                }
            }
            (Some(_), _, Some(_)) | (None, None, _) => {}
        }
    }
}

/// The parties of a line but the body itself.
fn others_than<'r>(body: &'r BodyId, record: &'r Record) -> impl Iterator<Item = &'r BodyId> {
    let parties = record.provider.iter().chain(&record.recipient);
    parties.filter(move |party| *party != body)
}

fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

#[cfg(test)]
mod tests;
