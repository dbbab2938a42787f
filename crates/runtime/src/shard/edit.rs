//! Editing a case within a step: facts are sealed, applied to a copy and held back until the
//! whole input has been followed. An input that is refused leaves no trace.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use audit::Commitment;
use base::TouchReason;
use base::{Actor, Digest, EffectId, EventSeq, Measure, Party, SealError, SystemId, Timestamp};
use engine::{ElementKey, Environment, Variables};
use store::Batch;
use store::access::AccessRecordRow;

use super::{BodySettings, Refused, Shard, ShardError, Step};
use crate::case::Case;
use crate::command::Rejection;
use crate::effect::{self, Work};
use crate::entropy::Entropy;
use crate::keyring::CaseKeys;
use crate::log::{ACCESS_RECORD, Salted};
use crate::messages;
use crate::record::{Fact, Record};
use crate::services::Service;

/// Jobs that are opened within one input; the others wait for the next step.
const JOBS_PER_INPUT: usize = 64;
/// The job type that sends a message to the requester, by a template of the package.
pub(crate) const MESSAGE_JOB: &str = "message";
/// The header of such a job that names the template.
pub(crate) const TEMPLATE_HEADER: &str = "template";

/// A case being changed.
pub(super) struct Edit {
    pub(super) case: Case,
    pub(super) before: Option<Case>,
    pub(super) service: Arc<Service>,
    pub(super) keys: CaseKeys,
    pub(super) dirty: BTreeSet<ElementKey>,
    pub(super) changed_effects: BTreeSet<EffectId>,
    /// Effects that go out with this input's commit.
    pub(super) outs: BTreeSet<EffectId>,
    /// Jobs that are for the gate, when the input has been followed.
    pub(super) crossings: VecDeque<(ElementKey, engine::Job)>,
    /// Jobs that were answered within this input.
    answered: BTreeSet<ElementKey>,
    /// Systems that are resting, and until when.
    resting: BTreeMap<SystemId, Timestamp>,
    settings: Arc<BodySettings>,
    entropy: Arc<dyn Entropy>,
    shard: base::Shard,
    first_seq: EventSeq,
    records: Vec<(Record, Vec<u8>)>,
    /// Leaves for the access log, each with its record unless its party is erased.
    pub(super) leaves: Vec<(Commitment, Option<AccessRecordRow>)>,
    measure: Measure,
    now: Timestamp,
}

impl Shard {
    /// Begins to change a case that exists.
    pub(super) fn edit(
        &self,
        case: Case,
        measure: Measure,
        now: Timestamp,
        step: &Step,
    ) -> Result<Edit, Refused> {
        let service = self.services.version(case.request.version).cloned();
        let service = service.ok_or(Rejection::NotFound)?;
        let mut keys = self.keyring.of_case(&case.request.keys)?;
        for party in (0..=u8::MAX).map(Party).take(case.request.keys.len()) {
            if case.is_erased(party) {
                keys.forget(party);
            }
        }
        Ok(Edit {
            before: Some(case.clone()),
            case,
            service,
            keys,
            dirty: BTreeSet::new(),
            changed_effects: BTreeSet::new(),
            outs: BTreeSet::new(),
            crossings: VecDeque::new(),
            answered: BTreeSet::new(),
            resting: self.resting(now),
            settings: Arc::clone(&self.settings),
            entropy: Arc::clone(&self.entropy),
            shard: self.number(),
            first_seq: step.batch.next_seq(),
            records: Vec::new(),
            leaves: Vec::new(),
            measure,
            now,
        })
    }

    /// Begins a new case with its receipt.
    pub(super) fn begin(
        &self,
        id: base::CaseId,
        received: requests::Received,
        measure: Measure,
        now: Timestamp,
        step: &Step,
    ) -> Result<Edit, Refused> {
        let keys = self.keyring.of_case(&received.keys)?;
        let service = self.services.version(received.version).cloned();
        let service = service.ok_or(Rejection::NotFound)?;
        let first_seq = step.batch.next_seq();
        let mut sealer = keys.sealer(&*self.entropy, self.number(), first_seq);
        let fact = Fact::Request(requests::Event::Received(Box::new(received)));
        let lifecycle = Some(base::Lifecycle::Started);
        let fact = fact.seal(&mut sealer).map_err(not_sealed)?;
        let record = Record { case: id, at: now, measure: Measure { lifecycle, ..measure }, fact };
        let bytes = record.to_bytes().map_err(not_written)?;
        let case = Case::begun(id, &record).ok_or(Rejection::NotFound)?;
        Ok(Edit {
            before: None,
            case,
            service,
            keys,
            dirty: BTreeSet::new(),
            changed_effects: BTreeSet::new(),
            outs: BTreeSet::new(),
            crossings: VecDeque::new(),
            answered: BTreeSet::new(),
            resting: self.resting(now),
            settings: Arc::clone(&self.settings),
            entropy: Arc::clone(&self.entropy),
            shard: self.number(),
            first_seq,
            records: vec![(record, bytes)],
            leaves: Vec::new(),
            measure: Measure { staff_centiminutes: 0, ..measure },
            now,
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn not_sealed(error: SealError) -> Refused {
    match error {
        SealError::Erased | SealError::NoKey { .. } => Rejection::Erased.into(),
        SealError::DoesNotOpen | SealError::Plaintext(_) => {
            Refused::Error(ShardError::Write(error.to_string()))
        }
    }
}

pub(super) fn not_written(error: impl std::fmt::Display) -> Refused {
    Refused::Error(ShardError::Write(error.to_string()))
}

impl Edit {
    /// The place of the next record.
    pub(super) fn seq(&self) -> EventSeq {
        self.first_seq.plus(u64::try_from(self.records.len()).unwrap_or(u64::MAX))
    }

    /// Records a fact by the input's actor.
    pub(super) fn record(&mut self, fact: Fact) -> Result<(), Refused> {
        let lifecycle = match &fact {
            Fact::Request(event) => event.lifecycle(),
            Fact::Process(event) => event.lifecycle(),
            Fact::Task(event) => event.lifecycle(),
            Fact::Effect(_) | Fact::Access(_) | Fact::Crossing(_) | Fact::Contact(_) => None,
        };
        let measure = Measure { lifecycle, ..self.measure };
        // The act's staff time is stated once, with its first fact.
        self.measure.staff_centiminutes = 0;
        self.record_as(measure, fact)
    }

    /// Records a fact with measures of its own.
    pub(super) fn record_as(&mut self, measure: Measure, fact: Fact) -> Result<(), Refused> {
        let seq = self.seq();
        let mut fact = fact;
        self.keys.missing().for_each(|party| fact.erase(party));
        let mut sealer = self.keys.sealer(&*self.entropy, self.shard, seq);
        let fact = fact.seal(&mut sealer).map_err(not_sealed)?;
        let record = Record { case: self.case.request.case, at: self.now, measure, fact };
        let bytes = record.to_bytes().map_err(not_written)?;
        self.case.apply(&record);
        self.dirty.extend(self.case.process.take_dirty());
        if let Fact::Effect(event) = &record.fact {
            self.changed_effects.insert(event.effect());
            if event.goes_out() {
                self.outs.insert(event.effect());
            }
        }
        self.records.push((record, bytes));
        Ok(())
    }

    /// Asks the request and records what it answers.
    pub(super) fn request(&mut self, command: requests::Command) -> Result<(), Refused> {
        let events = requests::decide(Some(&self.case.request), command, self.now);
        for event in events.map_err(Rejection::from)? {
            self.record(Fact::Request(event))?;
        }
        Ok(())
    }

    /// Asks the request and records what it answers as an act of staff, with its reason and time.
    pub(super) fn touch(
        &mut self,
        command: requests::Command,
        (reason, staff_centiminutes): (TouchReason, u32),
    ) -> Result<(), Refused> {
        let events = requests::decide(Some(&self.case.request), command, self.now);
        for event in events.map_err(Rejection::from)? {
            let lifecycle = event.lifecycle();
            let touch = Some(reason);
            let measure = Measure { touch, staff_centiminutes, lifecycle, ..self.measure };
            self.record_as(measure, Fact::Request(event))?;
        }
        Ok(())
    }

    /// Writes to the requester, where they gave an address.
    pub(super) fn write_to_requester(&mut self, template: &str) -> Result<(), Refused> {
        self.open_message(template, None)
    }

    /// Asks the engine, records what it answers, and follows: jobs become effects, the end of the
    /// process closes the request, elements that the requester is told about reach the timeline.
    pub(super) fn process(&mut self, command: engine::Command) -> Result<(), Refused> {
        // What a process does is its own doing, or the back office's that answered: a resident's
        // or an agent's act is the fact before it.
        if self.measure.actor != Actor::BackOffice {
            self.measure = Measure::by(Actor::System);
        }
        self.follow(VecDeque::from([command]))
    }

    /// Takes up what an earlier input left over.
    pub(super) fn go_on(&mut self) -> Result<(), Refused> {
        self.measure = Measure::by(Actor::System);
        let mut commands = VecDeque::new();
        if self.case.process.has_left_over() {
            commands.push_back(engine::Command::Continue);
        } else {
            let unattended: Vec<ElementKey> = self.case.unattended().collect();
            self.dirty.extend(unattended);
            self.open_jobs(&mut commands)?;
        }
        self.follow(commands)
    }

    fn follow(&mut self, mut commands: VecDeque<engine::Command>) -> Result<(), Refused> {
        while let Some(command) = commands.pop_front() {
            if self.is_late(&command) {
                continue;
            }
            let opened = self.case.process.opened(&self.keys).map_err(not_sealed)?;
            let settings = Arc::clone(&self.settings);
            let blind = move |message: &str, key: &str| correlation(&settings, message, key);
            let mut environment = Environment::new(&blind);
            let decided = engine::decide(
                &self.service.deployment,
                &opened,
                command,
                self.now,
                &mut environment,
            )
            .map_err(Rejection::from)?;
            let kept = self.kept(&opened, &decided.events);
            self.open_passed(&decided.events)?;
            let mut completed = Vec::new();
            for event in decided.events {
                if let engine::Event::ElementCompleted { element, .. } = &event {
                    completed.push(element.clone());
                }
                self.record(Fact::Process(event))?;
            }
            for element in completed {
                self.tell(element.as_str(), kept.as_ref())?;
            }
            self.open_jobs(&mut commands)?;
            self.measure = Measure::by(Actor::System);
        }
        self.drop_unwanted()
    }

    /// Whether the job that a command answers was ended by one before it.
    fn is_late(&self, command: &engine::Command) -> bool {
        let (engine::Command::PassJob { element } | engine::Command::FailJob { element, .. }) =
            command
        else {
            return false;
        };
        self.answered.contains(element)
            && self.case.process.get(*element).is_none_or(|row| row.job().is_none())
    }

    /// Writes to the requester for each message job that the engine has let pass.
    fn open_passed(&mut self, events: &[engine::Event]) -> Result<(), Refused> {
        for event in events {
            let engine::Event::JobCompleted { key, origin: engine::Origin::Inside, .. } = event
            else {
                continue;
            };
            let row = self.case.process.get(*key);
            let job = row.and_then(engine::ElementInstance::job);
            let template = job.and_then(|job| job.headers.get(TEMPLATE_HEADER)).cloned();
            self.open_message(&template.unwrap_or_default(), Some(*key))?;
        }
        Ok(())
    }

    /// Opens an effect for each job that waits and has none: a new one, or one whose incident was
    /// settled by trying again.
    fn open_jobs(&mut self, commands: &mut VecDeque<engine::Command>) -> Result<(), Refused> {
        let waiting: Vec<(ElementKey, engine::Job)> = self
            .dirty
            .iter()
            .filter_map(|key| self.case.process.get(*key))
            .filter_map(|row| row.job().map(|job| (row.key, job.clone())))
            .filter(|(key, _)| !self.answered.contains(key))
            .filter(|(key, _)| self.case.effect_of(*key).is_none())
            .take(JOBS_PER_INPUT.saturating_sub(self.answered.len()))
            .collect();
        for (key, job) in waiting {
            self.open_job(key, &job, commands)?;
        }
        Ok(())
    }

    /// An end event that is an outcome closes the request; an element with words for the
    /// requester joins the timeline.
    fn tell(&mut self, element: &str, kept: Option<&serde_json::Value>) -> Result<(), Refused> {
        let service = Arc::clone(&self.service);
        if self.case.request.status != requests::Status::Open {
            return Ok(());
        }
        if let Some(outcome) = service.package.definition.outcome(element) {
            let kind = match outcome.end {
                catalogue::OutcomeEnd::Done => requests::OutcomeKind::Done,
                catalogue::OutcomeEnd::Refused => requests::OutcomeKind::Refused,
            };
            let kept = kept.map(|kept| base::Personal::new(kept.to_string()));
            return self.request(requests::Command::Close {
                outcome: element.to_owned(),
                kind,
                kept,
            });
        }
        let model = service.deployment.process(&service.process);
        let index = model.and_then(|process| process.find(element));
        let told = model.zip(index).and_then(|(process, index)| process.element(index));
        if told.is_some_and(|element| element.property("tell:en").is_some()) {
            return self.request(requests::Command::Reach { element: element.to_owned() });
        }
        Ok(())
    }

    fn open_job(
        &mut self,
        key: ElementKey,
        job: &engine::Job,
        commands: &mut VecDeque<engine::Command>,
    ) -> Result<(), Refused> {
        self.answered.insert(key);
        if job.job_type == MESSAGE_JOB {
            // The message opens when the engine has let the job pass.
            commands.push_back(engine::Command::PassJob { element: key });
            return Ok(());
        }
        if super::crossing::is_crossing(job) {
            self.crossings.push_back((key, job.clone()));
            return Ok(());
        }
        let mapping = job.job_type.parse().ok().and_then(|job_type: base::JobType| {
            self.service.mappings.get(&job_type).map(|mapping| (job_type, mapping.system().clone()))
        });
        match mapping {
            Some((job_type, system)) => {
                self.open_effect(Work::Job { element: key, job_type, system })?;
            }
            None => commands.push_back(engine::Command::FailJob {
                element: key,
                code: "no_mapping".to_owned(),
                retries: 0,
            }),
        }
        Ok(())
    }

    /// Opens an effect that goes out with this commit. Its id is a function of its place.
    pub(super) fn open_effect(&mut self, work: Work) -> Result<(), Refused> {
        let seq = self.seq();
        let digest = Digest::of_parts(&[
            b"effect",
            self.settings.body.as_str().as_bytes(),
            &self.shard.0.to_be_bytes(),
            &seq.0.to_be_bytes(),
        ]);
        let id = digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
        let effect = EffectId::from_bytes(id);
        let due = work.system().and_then(|system| self.resting.get(system)).copied();
        let place_in_line = self.place_in_line(&work);
        let event = effect::Event::Opened { effect, work, place_in_line, due };
        self.record_as(Measure::by(Actor::System), Fact::Effect(event))
    }

    fn place_in_line(&self, work: &Work) -> u64 {
        let request = &self.case.request;
        let asked = request.duplicate_key.unwrap_or(Digest::ZERO);
        let job = match work {
            Work::Job { job_type, .. } => job_type.as_str(),
            Work::Message { template, .. } => template,
            Work::Forget { .. } => "",
            Work::Cross { sent, .. } => sent.form.name().as_str(),
        };
        let digest = Digest::of_parts(&[asked.as_bytes(), job.as_bytes()]);
        digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }

    /// Cancels effects whose element no longer waits for them. What another body may answer is
    /// heard out, so that its answer is received in the log.
    fn drop_unwanted(&mut self) -> Result<(), Refused> {
        let unwanted: Vec<(EffectId, bool)> = self
            .case
            .effects
            .values()
            .filter(|effect| !effect.unwanted)
            .filter(|effect| {
                effect.element().is_some_and(|element| {
                    let row = self.case.process.get(element);
                    row.is_none_or(|row| !matches!(row.waits, engine::Waits::Job(_)))
                })
            })
            .map(|effect| (effect.id, effect.may_be_answered()))
            .collect();
        for (effect, may_be_answered) in unwanted {
            let event = if may_be_answered {
                effect::Event::Unwanted { effect }
            } else {
                effect::Event::Cancelled { effect }
            };
            self.record_as(Measure::by(Actor::System), Fact::Effect(event))?;
        }
        Ok(())
    }

    /// The variables that the package keeps, when the process has come to its end.
    fn kept(
        &self,
        opened: &engine::Instance,
        events: &[engine::Event],
    ) -> Option<serde_json::Value> {
        let names = &self.service.package.definition.keep;
        let ended = events.iter().any(
            |event| matches!(event, engine::Event::Completed { key } if *key == ElementKey::ROOT),
        );
        if names.is_empty() || !ended {
            return None;
        }
        let mut kept = BTreeMap::new();
        let mut put = |variables: &Variables| {
            for name in names {
                if let Some(value) = variables.get(name).and_then(base::Personal::opened) {
                    kept.insert(name.clone(), value.to_json());
                }
            }
        };
        if let Some(root) = opened.get(ElementKey::ROOT) {
            put(&root.variables);
        }
        for event in events {
            match event {
                engine::Event::Started { key, values, .. } if *key == ElementKey::ROOT => {
                    put(values);
                }
                engine::Event::VariablesSet { scope, values } if *scope == ElementKey::ROOT => {
                    put(values);
                }
                _ => {}
            }
        }
        let object = kept.into_iter().filter_map(|(name, json)| {
            serde_json::from_str::<serde_json::Value>(&json).ok().map(|value| (name, value))
        });
        Some(serde_json::Value::Object(object.collect()))
    }

    /// Opens a message, where there is one and it is known where it goes.
    fn open_message(&mut self, template: &str, by: Option<ElementKey>) -> Result<(), Refused> {
        let Some(message) = messages::template(&self.service, template) else { return Ok(()) };
        let held = message.letter.as_ref().and_then(|letter| letter.to.as_ref());
        let letter_to = match held {
            None => None,
            Some(name) => match by.and_then(|key| self.text_of(key, name)) {
                Some(address) => Some(base::Personal::new(address)),
                None => return Ok(()),
            },
        };
        let request = &self.case.request;
        if letter_to.is_none()
            && messages::addressee(&self.service, &message, request, &self.keys).is_none()
        {
            return Ok(());
        }
        self.open_effect(Work::Message { template: template.to_owned(), letter_to })
    }

    /// A text among the variables that an element sees.
    fn text_of(&self, key: ElementKey, name: &str) -> Option<String> {
        let field = engine::field_of(name);
        let value = self.case.process.visible(key, name)?;
        let opened = value.open(base::Field(&field), &self.keys).ok()?;
        match opened.opened()?.value() {
            feel::Value::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => None,
        }
    }

    /// Puts what was done into the batch.
    pub(super) fn append_to(&mut self, batch: &mut Batch) {
        for (record, bytes) in std::mem::take(&mut self.records) {
            let (name, version) = (record.fact.name(), record.fact.version());
            batch.append(Some(record.case), record.at, name, version, bytes);
        }
    }

    /// Seals a record of the access log under the case's key; nothing when that is forgotten.
    pub(super) fn seal_access(&self, salted: Salted) -> Result<Option<Vec<u8>>, Refused> {
        if self.keys.missing().any(|party| party == Party::REQUESTER) {
            return Ok(None);
        }
        let mut sealer = self.keys.sealer(&*self.entropy, self.shard, self.seq());
        let mut value = base::Personal::new(salted);
        value.seal(ACCESS_RECORD, &mut sealer).map_err(not_sealed)?;
        serde_json::to_vec(&value).map(Some).map_err(not_written)
    }

    /// The records so far, for touches.
    pub(super) fn touches(&self) -> impl Iterator<Item = (EventSeq, &Record)> {
        let seqs = (self.first_seq.0..).map(EventSeq);
        seqs.zip(self.records.iter().map(|(record, _)| record))
            .filter(|(_, record)| record.measure.touch.is_some())
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Days on which the body's offices are closed beside the nation's holidays.
    pub(super) fn closures(&self) -> &BTreeSet<base::Date> {
        &self.settings.closures
    }
}

/// The blind index of a message's correlation key.
pub(crate) fn correlation(settings: &BodySettings, message: &str, key: &str) -> Digest {
    settings.blind.index(&format!("message.{message}"), key.as_bytes())
}
