//! The promises, checked after every commit and after every start.

use std::collections::{BTreeMap, BTreeSet};

use base::{Actor, CaseId, EffectId, EventSeq, JobType, SystemId};
use connectors::{Delivery, Phase};
use emulators::BackOffice as _;
use engine::Waits;
use runtime::effect::{Event as EffectEvent, Standing, Work};
use runtime::{Case, Fact, Record, load_case, replay_case};
use store::{Batch, PAGE_LIMIT};

use super::{Happening, World};
use crate::MARK;

/// Cases that are also read by their own events at the end, as a case's page reads them.
const WHOLE_REPLAYS: usize = 3;

/// What is known of an effect from its journal.
#[derive(Debug, Clone)]
pub(super) struct Known {
    case: CaseId,
    system: SystemId,
    job: JobType,
}

impl World {
    /// After a commit, whether or not it was answered: what is new in the journal is read back
    /// from the store, and each case that it touches is compared in its three forms.
    pub(super) fn check(&mut self, batch: &Batch) -> Result<(), String> {
        let touched = self.read_journal()?;
        if self.shard.is_some() && self.seen != batch.next_seq() && !touched.is_empty() {
            return Err(format!("the journal stands at {}, not behind the batch", self.seen.0));
        }
        for case in &touched {
            self.compare(*case)?;
        }
        Ok(())
    }

    fn read_journal(&mut self) -> Result<BTreeSet<CaseId>, String> {
        let mut touched = BTreeSet::new();
        loop {
            let from = self.seen.max(EventSeq(1));
            let page = store::journal::events_from(&self.reader, from, PAGE_LIMIT)
                .map_err(|error| error.to_string())?;
            let Some(last) = page.last() else { return Ok(touched) };
            self.seen = last.seq.plus(1);
            for event in &page {
                let text = String::from_utf8_lossy(&event.bytes);
                if text.contains(MARK) {
                    return Err(format!("plaintext in event {}: {text}", event.seq.0));
                }
                if event.name == runtime::HEAD_LOGGED {
                    *self.report.events.entry(event.name.clone()).or_default() += 1;
                    continue;
                }
                let record = Record::from_bytes(event.seq, &event.bytes)
                    .map_err(|error| error.to_string())?;
                if event.case != Some(record.case) || event.name != record.fact.name() {
                    return Err(format!("event {} is labelled wrongly", event.seq.0));
                }
                *self.report.events.entry(event.name.clone()).or_default() += 1;
                touched.insert(record.case);
                self.tell(format!("  {} {} {}", event.seq.0, record.case, shown(&record)));
                self.take_in(&record)?;
            }
        }
    }

    /// Replays one record beside the shard.
    fn take_in(&mut self, record: &Record) -> Result<(), String> {
        self.changed.insert(record.case);
        self.touched.insert(record.case);
        if let Some(case) = self.replay.get_mut(&record.case) {
            case.apply(record);
        } else {
            let case = Case::begun(record.case, record);
            let case = case.ok_or_else(|| format!("{} begins oddly", record.case))?;
            self.replay.insert(record.case, case);
            self.report.cases += 1;
            self.plan_case(record.case);
        }
        match &record.fact {
            Fact::Effect(event) => self.effect_happened(record, event),
            Fact::Process(engine::Event::ElementCompleted { element, .. }) => {
                self.came_through(record.case, element.as_str());
                Ok(())
            }
            Fact::Request(requests::Event::Closed { .. }) => {
                self.case_closed(record.case);
                Ok(())
            }
            Fact::Request(_)
            | Fact::Process(_)
            | Fact::Access(_)
            | Fact::Crossing(_)
            | Fact::Contact(_)
            | Fact::Task(_) => Ok(()),
        }
    }

    /// Who will come to a new case, and when.
    fn plan_case(&mut self, case: CaseId) {
        self.soon(60_000, 7_200_000, Happening::Visit(case));
        if self.chance.one_in(25) {
            self.soon(1_000, 172_800_000, Happening::Withdraw(case));
        }
        if self.chance.one_in(30) {
            self.soon(1_000, 172_800_000, Happening::Erase(case));
        }
        if self.chance.one_in(3) {
            self.write_early(case);
        }
    }

    /// A message that comes before anything waits for it.
    fn write_early(&mut self, id: CaseId) {
        let Some(case) = self.replay.get(&id).cloned() else { return };
        let number = case.request.service.as_str().strip_prefix("random-");
        let number = number.and_then(|number| number.parse::<usize>().ok());
        let messages = number.and_then(|number| self.randoms.get(number));
        let messages = messages.map(|random| random.messages.clone()).unwrap_or_default();
        if let Some(name) = self.chance.pick(&messages).cloned() {
            self.fault("message early");
            self.write_message(&case, name);
        }
    }

    fn case_closed(&mut self, case: CaseId) {
        if self.chance.one_in(4) {
            self.soon(3_600_000, 864_000_000, Happening::NotFixed(case));
        }
        if self.chance.one_in(4) {
            self.soon(3_600_000, 1_728_000_000, Happening::Erase(case));
        }
    }

    fn came_through(&mut self, case: CaseId, element: &str) {
        let word = self.replay.get(&case).and_then(|case| {
            let service = self.services.version(case.request.version)?;
            service.deployment.processes().find_map(|version| {
                let process = service.deployment.process(version)?;
                Some(process.element(process.find(element)?)?.kind.word())
            })
        });
        if let Some(word) = word
            && !self.report.elements.contains(word)
        {
            self.report.elements.insert(word.to_owned());
        }
    }

    /// What the journal says of an effect, held against the ledger of the office.
    fn effect_happened(&mut self, record: &Record, event: &EffectEvent) -> Result<(), String> {
        let id = event.effect();
        if let EffectEvent::Opened { work: Work::Job { job_type, system, .. }, .. } = event {
            let known = Known { case: record.case, system: system.clone(), job: job_type.clone() };
            if self.effects.insert(id, known).is_some() {
                return Err(format!("effect {id} is opened twice"));
            }
        }
        let Some(known) = self.effects.get(&id) else { return Ok(()) };
        let Some(model) = self.models.get(&known.system) else { return Ok(()) };
        let done = model.done(&id.to_string());
        let by_staff = matches!(record.measure.actor, Actor::Staff(_));
        if matches!(event, EffectEvent::NotDone { .. }) && by_staff {
            self.wire.doubts.remove(&id);
        }
        match event {
            EffectEvent::Done { .. } if done == 0 => Err(format!(
                "effect {id} is done (by staff: {by_staff}), and the office knows of nothing"
            )),
            EffectEvent::Refused { .. } if done > 0 => {
                Err(format!("effect {id} is refused, and the office has done it"))
            }
            EffectEvent::Done { .. }
            | EffectEvent::Refused { .. }
            | EffectEvent::Opened { .. }
            | EffectEvent::Out { .. }
            | EffectEvent::Waited { .. }
            | EffectEvent::Stopped { .. }
            | EffectEvent::Cancelled { .. }
            | EffectEvent::Unwanted { .. }
            | EffectEvent::Replayed { .. }
            | EffectEvent::NotDone { .. } => Ok(()),
        }
    }

    /// Before a request leaves: work is sent again only where that cannot do it twice.
    pub(super) fn may_be_sent(
        &mut self,
        effect: EffectId,
        phase: Phase,
        attempt: u32,
    ) -> Result<(), String> {
        self.report.checks += 1;
        let Some(known) = self.effects.get(&effect) else {
            return Err(format!("effect {effect} goes out and is not in the journal"));
        };
        let version = self.replay.get(&known.case).map(|case| case.request.version);
        let delivery = version.and_then(|version| self.delivery_of(version, &known.job));
        let again = phase == Phase::Send && attempt > 1;
        if !again || matches!(delivery, Some(Delivery::Keyed)) {
            return Ok(());
        }
        let done =
            self.models.get(&known.system).is_some_and(|model| model.done(&effect.to_string()) > 0);
        if delivery == Some(Delivery::Manual) && self.wire.doubts.contains(&effect) {
            return Err(format!("effect {effect} is sent again by guess, attempt {attempt}"));
        }
        if done || self.is_on_its_way(effect) {
            return Err(format!(
                "effect {effect} ({delivery:?}) is sent again, attempt {attempt}, though it \
                 {} done",
                if done { "was" } else { "may yet be" }
            ));
        }
        Ok(())
    }

    /// A case live, replayed beside, and loaded from its rows: three forms of one thing.
    fn compare(&mut self, id: CaseId) -> Result<(), String> {
        self.report.checks += 1;
        let Some(replayed) = self.replay.get(&id) else { return Ok(()) };
        replayed.process.check().map_err(|broken| format!("{id}: {broken}"))?;
        let loaded = load_case(&self.reader, id).map_err(|error| format!("{id}: {error}"))?;
        let loaded = loaded.ok_or_else(|| format!("{id} is in the journal and not in the rows"))?;
        same(id, ("replayed", replayed), ("loaded", &loaded))?;
        if let Some(shard) = &self.shard
            && let Some((_, live)) = shard.cases().find(|(case, _)| **case == id)
        {
            same(id, ("replayed", replayed), ("live", live))?;
        }
        self.no_plaintext_at_rest(id)
    }

    fn no_plaintext_at_rest(&self, id: CaseId) -> Result<(), String> {
        let elements = store::process::elements_of(&self.reader, id, 0);
        let effects = store::effects::effects_of(&self.reader, id, None);
        let (Ok(elements), Ok(effects)) = (elements, effects) else {
            return Err(format!("{id}: rows are not read"));
        };
        let rows =
            elements.iter().map(|row| &row.bytes).chain(effects.iter().map(|row| &row.bytes));
        for bytes in rows {
            if String::from_utf8_lossy(bytes).contains(MARK) {
                return Err(format!("{id}: plaintext in a row"));
            }
        }
        Ok(())
    }

    /// What waits is waited for by somebody: no job without its effect, no effect out without its
    /// call, nothing left over that nobody takes up.
    pub(super) fn check_waiting(&mut self) -> Result<(), String> {
        let Some(shard) = &self.shard else { return Ok(()) };
        if shard.next_due().is_some_and(|due| due <= self.now) {
            return Ok(()); // it has not finished taking up what is due
        }
        let all = self.report.steps.is_multiple_of(256);
        let touched = std::mem::take(&mut self.touched);
        for (id, case) in &self.replay {
            if !all && !touched.contains(id) {
                continue;
            }
            for row in case.process.rows() {
                if row.job().is_some() && case.effect_of(row.key).is_none() {
                    return Err(format!("{id}: job of {} {} has no effect", row.element, row.key));
                }
            }
            if case.process.has_left_over() {
                return Err(format!("{id}: steps are left over, and nothing takes them up"));
            }
            for effect in case.effects.values() {
                let out = effect.standing == Standing::Out;
                let of = (effect.id, 0)..=(effect.id, u32::MAX);
                if out && self.wire.out.range(of).next().is_none() {
                    return Err(format!("{id}: effect {} is out, and nobody called", effect.id));
                }
            }
        }
        self.report.checks += 1;
        Ok(())
    }

    /// After a start: every case that changed since the last, from the journal alone; and what was
    /// acknowledged is there.
    pub(super) fn check_everything(&mut self) -> Result<(), String> {
        self.read_journal()?;
        for id in std::mem::take(&mut self.changed) {
            self.compare(id)?;
        }
        for (id, reference) in &self.acknowledged {
            let kept = self.replay.get(id).map(|case| case.request.reference.as_str());
            if kept != Some(reference.as_str()) {
                return Err(format!("{id} was acknowledged as {reference} and is {kept:?}"));
            }
        }
        self.report.checks += 1;
        Ok(())
    }

    fn replay_whole(&self, id: CaseId) -> Result<(), String> {
        let whole = replay_case(&self.reader, id).map_err(|error| format!("{id}: {error}"))?;
        let whole = whole.ok_or_else(|| format!("{id} is not in the journal"))?;
        let Some(replayed) = self.replay.get(&id) else { return Ok(()) };
        same(id, ("replayed whole", &whole), ("replayed", replayed))
    }

    /// Every case again from the first event to the last, in one reading of the journal.
    fn replay_all(&mut self) -> Result<(), String> {
        let mut records: BTreeMap<CaseId, Vec<Record>> = BTreeMap::new();
        let mut from = EventSeq(1);
        loop {
            let page = store::journal::events_from(&self.reader, from, PAGE_LIMIT)
                .map_err(|error| error.to_string())?;
            let Some(last) = page.last() else { break };
            from = last.seq.plus(1);
            for event in page.iter().filter(|event| event.name != runtime::HEAD_LOGGED) {
                let record = Record::from_bytes(event.seq, &event.bytes);
                let record = record.map_err(|error| error.to_string())?;
                records.entry(record.case).or_default().push(record);
            }
        }
        for (id, replayed) in &self.replay {
            let whole = records.get(id).and_then(|records| Case::replay(*id, records));
            let whole = whole.ok_or_else(|| format!("{id} is not in the journal"))?;
            same(*id, ("replayed whole", &whole), ("replayed", replayed))?;
        }
        for id in self.replay.keys().take(WHOLE_REPLAYS) {
            self.replay_whole(*id)?;
        }
        self.report.checks += 1;
        Ok(())
    }

    /// The end: nothing is due, and each case is finished or waits for a reason that has a name.
    pub(super) fn at_rest(&mut self) -> Result<(), String> {
        self.changed = self.replay.keys().copied().collect();
        self.touched.clone_from(&self.changed);
        self.check_everything()?;
        self.replay_all()?;
        self.check_waiting()?;
        for model in self.models.values() {
            if model.doubled() > 0 {
                return Err(format!("{} pieces of work were done twice", model.doubled()));
            }
            self.report.works += u64::try_from(model.works()).unwrap_or(0);
        }
        if self.waste.ledger().doubled() > 0 {
            return Err("the contractor has doubled jobs".to_owned());
        }
        let jobs = self.waste.ledger().jobs_by_reference().len();
        self.report.works += u64::try_from(jobs).unwrap_or(0);
        for (id, case) in &self.replay {
            let reason = rests(case, self.now).map_err(|what| format!("{id}: {what}"))?;
            *self.report.rests.entry(reason).or_default() += 1;
        }
        self.keys_forgotten()?;
        let verified = store::journal::verify_chain(&self.reader);
        let verified = verified.map_err(|error| format!("the chain does not hold: {error}"))?;
        if verified.events != self.report.events() {
            return Err(format!("the chain has {} events", verified.events));
        }
        self.report.head = Some(verified.chain_head);
        Ok(())
    }

    /// The keys of erased parties are gone, and their cases are as before without them.
    fn keys_forgotten(&mut self) -> Result<(), String> {
        self.report.checks += 1;
        for id in &self.erased {
            let Some(case) = self.replay.get(id) else { continue };
            for key in &case.request.keys {
                if !matches!(self.keyring.key(*key), Ok(None)) {
                    return Err(format!("{id} is erased and its key is there"));
                }
            }
            if case.request.answers != base::Personal::Erased {
                return Err(format!("{id} is erased and has answers"));
            }
        }
        Ok(())
    }
}

/// Why a case rests; an error when it should not.
fn rests(case: &Case, now: base::Timestamp) -> Result<String, String> {
    if let Some(effect) = case.effects.values().find(|effect| !effect.is_stopped()) {
        return Err(format!("effect {} is at {:?} at the end", effect.id, effect.standing));
    }
    if case.process.is_empty() {
        return match case.effects.values().next() {
            Some(effect) => Ok(format!("finished, held: {}", effect.why.as_deref().unwrap_or("?"))),
            None => Ok(format!("finished, {}", case.request.status.key())),
        };
    }
    let mut reasons = BTreeSet::new();
    for row in case.process.rows() {
        if let Some(incident) = &row.incident {
            if case.request.answers != base::Personal::Erased {
                return Err(format!("{} rests with {}", row.element, incident.kind.key()));
            }
            reasons.insert(format!("erased, incident {}", incident.kind.key()));
            continue;
        }
        match &row.waits {
            Waits::UserTask(_) => reasons.insert("a person's task".to_owned()),
            Waits::Message { .. } => reasons.insert("a message".to_owned()),
            Waits::Timer(timer) if timer.due > now => reasons.insert("a timer".to_owned()),
            Waits::Job(_) | Waits::Timer(_) | Waits::Nothing => {
                return Err(format!("{} waits for {:?} at the end", row.element, row.waits));
            }
            Waits::Children | Waits::Tokens { .. } => continue,
        };
    }
    if reasons.is_empty() {
        return Err("it waits for nothing at all".to_owned());
    }
    Ok(reasons.into_iter().collect::<Vec<_>>().join(", "))
}

fn same(id: CaseId, one: (&str, &Case), other: (&str, &Case)) -> Result<(), String> {
    let ((one_name, one), (other_name, other)) = (one, other);
    if one == other {
        return Ok(());
    }
    let mut parts = Vec::new();
    if one.request != other.request {
        parts.push("request".to_owned());
    }
    if one.counts != other.counts {
        parts.push(format!("counts {:?} {:?}", one.counts, other.counts));
    }
    if one.updated_at != other.updated_at {
        parts.push("updated_at".to_owned());
    }
    if one.effects != other.effects {
        parts.push(format!("effects {:?} {:?}", one.effects, other.effects));
    }
    for row in one.process.rows() {
        match other.process.get(row.key) {
            None => parts.push(format!("{} {} is only {one_name}", row.element, row.key)),
            Some(same) if same != row => parts.push(format!("{} differs", row.element)),
            Some(_) => {}
        }
    }
    for row in other.process.rows().filter(|row| one.process.get(row.key).is_none()) {
        parts.push(format!("{} {} is only {other_name}", row.element, row.key));
    }
    Err(format!("{id}: {one_name} is not {other_name}: {}", parts.join("; ")))
}

/// A record in one line, without any value.
fn shown(record: &Record) -> String {
    let name = record.fact.name();
    match &record.fact {
        Fact::Process(
            engine::Event::ElementActivated { key, element, .. }
            | engine::Event::ElementCompleted { key, element, .. }
            | engine::Event::JobCreated { key, element, .. }
            | engine::Event::JobCompleted { key, element, .. }
            | engine::Event::IncidentResolved { key, element, .. },
        ) => format!("{name} {element} {key}"),
        Fact::Process(engine::Event::IncidentRaised { key, element, incident, .. }) => {
            format!("{name} {element} {key} {} {}", incident.kind.key(), incident.detail)
        }
        Fact::Effect(EffectEvent::Opened { effect, work, .. }) => {
            format!("{name} {effect} {work:?}")
        }
        Fact::Effect(
            EffectEvent::Waited { effect, why, .. } | EffectEvent::Stopped { effect, why, .. },
        ) => format!("{name} {effect}: {why}"),
        Fact::Effect(event) => format!("{name} {}", event.effect()),
        Fact::Request(_)
        | Fact::Process(_)
        | Fact::Access(_)
        | Fact::Crossing(_)
        | Fact::Contact(_)
        | Fact::Task(_) => name.to_owned(),
    }
}
