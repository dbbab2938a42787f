//! What must be so at the end: every case is over, the three logs hold and tell the same, replay is
//! what is stored, and no log or row holds a value in the clear or another body's pseudonym.

use std::collections::BTreeMap;

use base::BodyId;
use requests::Status;
use runtime::{CrossingLog, Keyring, load_case, replay_case};
use store::{PAGE_LIMIT, Reader};

use super::{Bodies, Crossings, region};
use crate::MARK;

impl Bodies {
    pub(super) fn at_rest(&mut self) -> Result<Crossings, String> {
        self.cases_are_over()?;
        let logs = self.logs()?;
        let reconciled = runtime::reconcile(&logs);
        if let Some(finding) = reconciled.findings.first() {
            let count = reconciled.findings.len();
            return Err(format!("{count} findings: {}: {}", finding.crossing, finding.sentence));
        }
        self.report.agreed = reconciled.agreed;
        self.report.refused = reconciled.refused;
        let crossings = u64::try_from(self.cases.len()).unwrap_or(0) * 2;
        if reconciled.agreed + reconciled.refused != crossings {
            return Err(format!("{reconciled:?} of {crossings} crossings"));
        }
        self.notices_were_taken_once(&logs)?;
        for reader in [&self.county.reader, &self.agency.reader, &self.office.reader] {
            nothing_in_the_clear(reader)?;
        }
        self.county_knows_no_pseudonym_of_the_agency()?;
        Ok(self.report.clone())
    }

    pub(super) fn cases_are_over(&mut self) -> Result<(), String> {
        if self.cases.len() != self.people.len() {
            return Err(format!("{} of {} were received", self.cases.len(), self.people.len()));
        }
        for id in &self.cases {
            let stored = load_case(&self.county.reader, *id).map_err(|error| error.to_string())?;
            let replayed =
                replay_case(&self.county.reader, *id).map_err(|error| error.to_string())?;
            let case = stored.ok_or_else(|| format!("{id} is nowhere"))?;
            if replayed.as_ref() != Some(&case) {
                return Err(format!("{id}: what is replayed is not what is stored"));
            }
            if case.request.status != Status::Completed || !case.effects.is_empty() {
                return Err(format!("{id} rests as {:?}, {:?}", case.request.status, case.effects));
            }
            self.report.cases += 1;
        }
        Ok(())
    }

    /// Each log by itself, and what it tells of crossings.
    pub(super) fn logs(&mut self) -> Result<BTreeMap<BodyId, CrossingLog>, String> {
        let sides: [(BodyId, &Reader, &Keyring); 3] = [
            (region::county()?, &self.county.reader, &self.county.keyring),
            (region::agency()?, &self.agency.reader, &self.agency.keyring),
            (region::identity()?, &self.office.reader, &self.office.keyring),
        ];
        let mut logs = BTreeMap::new();
        for (body, reader, keyring) in sides {
            let key = runtime::log_key(&body, &[3; 32]).ok_or("no key")?.verifying_key();
            let verified = runtime::verify_log(reader, keyring, &key)
                .map_err(|error| format!("the log of {body} does not hold: {error}"))?;
            self.report.roots.push(verified.root);
            let log = runtime::crossing_log(reader, keyring, &verified)
                .map_err(|error| format!("the log of {body} cannot be read: {error}"))?;
            logs.insert(body, log);
        }
        Ok(logs)
    }

    /// The agency's back office did the work of each notice that its gate took in, and no other.
    fn notices_were_taken_once(&self, logs: &BTreeMap<BodyId, CrossingLog>) -> Result<(), String> {
        let agency = logs.get(&region::agency()?).map(|log| log.lines.as_slice());
        let taken = agency
            .unwrap_or_default()
            .iter()
            .filter(|line| line.record.kind == sharing::RecordKind::NoticeReceipt);
        let mut taken: Vec<String> = taken.map(|line| line.record.crossing.to_string()).collect();
        taken.sort();
        let done: Vec<&str> = self.intake.done().collect();
        if done == taken { Ok(()) } else { Err(format!("done {done:?}, taken {taken:?}")) }
    }

    /// L12: nothing of what the asker stores is the provider's pseudonym of anybody.
    fn county_knows_no_pseudonym_of_the_agency(&self) -> Result<(), String> {
        let dump = dump(&self.county.reader)?;
        for number in 0..self.plan.cases {
            let person = region::person_at_agency(self.plan.seed, number)?;
            let (raw, hex) = (person.as_bytes().to_vec(), person.to_string());
            let is_there = |part: &[u8]| dump.windows(part.len()).any(|window| window == part);
            if is_there(&raw) || is_there(hex.as_bytes()) {
                return Err(format!("resident {number} stands there as the agency knows them"));
            }
            let own = region::person(self.plan.seed, number)?;
            if !is_there(own.as_bytes()) && !is_there(own.to_string().as_bytes()) {
                return Err(format!("resident {number} does not stand there at all"));
            }
        }
        Ok(())
    }
}

/// Every event and every record of the access log, one behind the other.
fn dump(reader: &Reader) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut from = base::EventSeq::START;
    loop {
        let page = store::journal::events_from(reader, from, PAGE_LIMIT);
        let page = page.map_err(|error| error.to_string())?;
        let Some(last) = page.last() else { break };
        from = last.seq.plus(1);
        for event in &page {
            bytes.extend_from_slice(&event.bytes);
        }
    }
    let mut after = None;
    loop {
        let page =
            store::page::<store::access::AccessRecordRow>(reader, after.as_ref(), PAGE_LIMIT);
        let page = page.map_err(|error| error.to_string())?;
        let Some(last) = page.last() else { return Ok(bytes) };
        after = Some(store::access::AccessRecordKey { leaf: last.leaf });
        for row in &page {
            bytes.extend_from_slice(&row.bytes);
            bytes.extend(row.sector_person_id.iter().flat_map(|person| *person.as_bytes()));
        }
    }
}

fn nothing_in_the_clear(reader: &Reader) -> Result<(), String> {
    let dump = dump(reader)?;
    let mark = MARK.as_bytes();
    if dump.windows(mark.len()).any(|window| window == mark) {
        return Err("a value stands in the clear".to_owned());
    }
    Ok(())
}
