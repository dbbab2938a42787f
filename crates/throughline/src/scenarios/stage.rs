//! The stage of one scenario: a body with its shard, an empty store and a clock that only `wait`
//! moves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{BlindKey, BodyId, CaseId, Channel, DataKey, Digest, Language, MessageId, Role};
use base::{SectorPersonId, Shard as Number, SystemId, Timestamp};
use catalogue::region::{Body, Region};
use catalogue::scenario::{Scenario, StaffAct, Step};
use catalogue::{AnswerError, Given, SignIn, TaskForm, Way};
use connectors::{Exchange, System, callback};
use runtime::effect::Work;
use runtime::entropy::SeededEntropy;
use runtime::task::{Decision, Holder};
use runtime::{
    Assurance, Authority, BodySettings, Call, CallResult, CallWork, Case, Command, Exchanged,
    Heard, IdentityLevel, Input, Keyring, Place, Places, Rejection, Reply, ReplyTo, Service,
    Services, Settle, Shard, Submit,
};
use store::{Reader, SimKeyStore, SimStore, Store as _, WrapEpoch};

use super::bodies::Others;
use super::offices::{Met, Office, message};

/// Steps of the shard within one moment, after which something goes round in circles.
const RESTLESS: u32 = 10_000;
/// A lease that outlives every wait of a scenario.
const LEASE_MS: i64 = 100 * 366 * 86_400_000;
/// When a scenario begins that names no time.
const BEGIN: &str = "2026-01-05T09:00:00Z";

/// What the scenarios of one package of one body share.
pub(super) struct Set<'a> {
    pub(super) service: Arc<Service>,
    pub(super) systems: BTreeMap<SystemId, System>,
    pub(super) known: Option<Body>,
    pub(super) region: &'a Region,
}

/// Why a scenario does not go on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stop {
    /// Something else is so than was expected.
    #[error("expected {expected}; seen: {seen}")]
    Otherwise { expected: String, seen: String },
    /// A step could not be taken.
    #[error("{0}")]
    Cannot(String),
}

/// What became of the last request.
#[derive(Debug)]
pub(super) enum Asked {
    /// Nobody asked yet.
    Nothing,
    /// It was received.
    Received(CaseId),
    /// It joined an open one.
    Joined(CaseId),
    /// It was refused; whether something was stored all the same.
    Refused(Vec<AnswerError>, bool),
}

/// A message that a requester got.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) case: CaseId,
    pub(super) template: String,
    pub(super) languages: Vec<Language>,
    pub(super) way: Way,
}

/// The stage.
pub(super) struct Stage {
    pub(super) now: Timestamp,
    pub(super) service: Arc<Service>,
    pub(super) offices: BTreeMap<SystemId, Office>,
    pub(super) sent: Vec<Sent>,
    /// What other bodies say when they are asked or told.
    pub(super) others: Others,
    /// How sure the body is of a requester who signed in.
    pub(super) assurance: Assurance,
    pub(super) asked: Asked,
    pub(super) reader: Reader,
    languages: Vec<Language>,
    store: SimStore,
    shard: Shard,
    keyring: Keyring,
    returns: BTreeMap<(Timestamp, u64), Exchanged>,
    count: u64,
    body: BodyId,
}

impl Stage {
    /// Sets the stage for a scenario: its places and its first instant.
    pub(super) fn open(set: &Set<'_>, scenario: &Scenario) -> Result<Self, String> {
        let steps = || scenario.steps.iter().map(|line| &line.step);
        let places = steps().filter_map(|step| match step {
            Step::Place { uprn, line, postcode } => {
                let (uprn, line, postcode) = (uprn.clone(), line.clone(), postcode.clone());
                Some(Place { uprn, line, postcode })
            }
            _ => None,
        });
        let now = steps().find_map(|step| match step {
            Step::Clock(at) => Some(*at),
            _ => None,
        });
        let now = match now {
            Some(now) => now,
            None => Timestamp::parse(BEGIN).map_err(|error| error.to_string())?,
        };
        let body = set.service.body.clone();
        let languages = set
            .known
            .as_ref()
            .map_or_else(|| set.service.package.languages(), |body| body.languages.clone());
        let closures = set.known.as_ref().map(|body| body.closures.clone()).unwrap_or_default();
        let settings = Arc::new(BodySettings {
            body: body.clone(),
            languages: languages.clone(),
            systems: set.systems.clone(),
            places: Arc::new(Places::new(places)),
            identity_office: set.region.identity_office.clone(),
            blind: BlindKey::from_bytes([1; 32]),
            log_key: runtime::log_key(&body, &[3; 32]).ok_or("no key")?,
            closures,
            origin: "http://localhost".to_owned(),
            sharing: Arc::new(crate::sharing::of_region(set.region)),
        });
        let mut store = SimStore::new(&body).map_err(|error| error.to_string())?;
        let reader = store.readers().shard(Number(0));
        let keys = SimKeyStore::new(&body).map_err(|error| error.to_string())?;
        let wrap = DataKey::from_bytes([2; 32]);
        let keyring = Keyring::new(body.clone(), wrap, WrapEpoch(1), Box::new(keys));
        let mut services = Services::new();
        services.publish(Arc::clone(&set.service));
        let lease = store.lease(&body, Number(0), "scenario", now, LEASE_MS);
        let lease = lease.map_err(|error| error.to_string())?;
        let entropy = Arc::new(SeededEntropy(1));
        let shard = Shard::open(lease, settings, services, keyring.clone(), entropy, &reader);
        let offices = set.systems.values().map(|at| (at.id.clone(), Office::new(at.kind)));
        Ok(Self {
            now,
            service: Arc::clone(&set.service),
            offices: offices.collect(),
            sent: Vec::new(),
            asked: Asked::Nothing,
            reader,
            languages,
            store,
            shard: shard.map_err(|error| error.to_string())?,
            keyring,
            others: Others::default(),
            assurance: Assurance { identity: IdentityLevel::P2, ..Assurance::default() },
            returns: BTreeMap::new(),
            count: 0,
            body,
        })
    }

    /// Takes a step that is not an expectation.
    pub(super) fn act(&mut self, step: &Step) -> Result<(), Stop> {
        let done = match step {
            Step::Place { .. } | Step::Expect(_) => Ok(()),
            Step::Clock(at) if *at < self.now => Err("the clock cannot go back".to_owned()),
            Step::Clock(at) => self.wait_until(*at),
            Step::Wait { for_ms } => self.wait_until(self.now.plus_millis(*for_ms)),
            Step::Request { channel, language, answers } => {
                self.request(*channel, *language, answers)
            }
            Step::NotFixed { channel, note } => {
                let (channel, note) = (*channel, note.clone());
                let authority = self.authority(channel);
                self.on_case(authority, |case| Command::NotFixed { case, channel, note })
            }
            Step::Withdraw => {
                let authority = self.authority(Channel::Web);
                self.on_case(authority, |case| Command::Withdraw { case })
            }
            Step::Returns => {
                let authority = self.authority(Channel::Web);
                self.on_case(authority, |case| Command::PaymentReturned { case })
            }
            Step::Answer { system, answer } => {
                self.office(system).map(|office| office.will_answer(answer.clone()))
            }
            Step::Office { system, state } => self.office(system).map(|office| office.set(*state)),
            Step::Tell { system, message: said } => {
                let bytes = message(said, &self.filler());
                self.count += 1;
                let count = self.count;
                let told = self.office(system).map(|office| office.told = Some((count, bytes)));
                told.and_then(|()| self.deliver(system))
            }
            Step::Again { system } => self.deliver(system),
            Step::Staff { act, element } => self.settle(*act, element),
            Step::Complete { element, given, reason } => {
                self.complete(element, given, reason.as_deref())
            }
            Step::Asked { body, question, answer } => {
                self.others.will_answer(body, question, answer.clone());
                Ok(())
            }
            Step::Told { body, notice, outcome } => {
                self.others.will_take(body, notice, *outcome);
                Ok(())
            }
        };
        done.map_err(Stop::Cannot)
    }

    fn office(&mut self, system: &SystemId) -> Result<&mut Office, String> {
        let missing = || format!("the body has no system {system}");
        self.offices.get_mut(system).ok_or_else(missing)
    }

    /// The last request's case.
    pub(super) fn case_id(&self) -> Result<CaseId, String> {
        match &self.asked {
            Asked::Received(case) | Asked::Joined(case) => Ok(*case),
            Asked::Nothing => Err("nobody has asked for anything yet".to_owned()),
            Asked::Refused(errors, _) => {
                Err(format!("the last request was refused: {}", named(errors)))
            }
        }
    }

    /// The last request's case as the store has it.
    pub(super) fn case(&self) -> Result<Case, String> {
        let id = self.case_id()?;
        let case = runtime::load_case(&self.reader, id).map_err(|error| error.to_string())?;
        case.ok_or_else(|| "the case is not in the store".to_owned())
    }

    /// Puts the last request's reference and the instant into texts.
    fn filler(&self) -> impl Fn(&str) -> String + use<> {
        let reference = self.case().map(|case| case.request.reference.as_str().to_owned());
        let (reference, now) = (reference.unwrap_or_default(), self.now.to_string());
        move |text: &str| text.replace("{reference}", &reference).replace("{now}", &now)
    }

    fn authority(&self, channel: Channel) -> Authority {
        let signed_in = self.service.package.definition.sign_in == SignIn::Required;
        match channel {
            Channel::Web if signed_in => {
                let person = SectorPersonId::from_bytes([3; 32]);
                Authority::Citizen { person, assurance: self.assurance }
            }
            Channel::Web => Authority::Visitor,
            Channel::Agent => self.staff(vec![Role::Agent]),
            Channel::Api | Channel::Open311 => {
                Authority::ApiClient { client: "scenario".to_owned() }
            }
        }
    }

    fn staff(&self, roles: Vec<Role>) -> Authority {
        Authority::Staff { body: self.body.clone(), roles }
    }

    fn request(
        &mut self,
        channel: Channel,
        language: Option<Language>,
        answers: &[(String, String)],
    ) -> Result<(), String> {
        let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (question, text) in answers {
            texts.entry(question).or_default().push(text.clone());
        }
        let questions = &self.service.package.questions;
        let given = texts.into_iter().map(|(name, texts)| {
            let value = match questions.question(name) {
                Some(question) => catalogue::QuestionSet::read_text(question, &texts),
                None => texts.into_iter().map(serde_json::Value::String).collect(),
            };
            (name.to_owned(), value)
        });
        let given: Given = given.collect();
        let service = self.service.id().clone();
        let submit = Submit { service, channel, language, given, draft: None, earlier: Vec::new() };
        let command = Command::Submit(Box::new(submit));
        let before = self.shard.lease().next_seq;
        let answer = self.command(self.authority(channel), command)?;
        let stored = self.shard.lease().next_seq != before;
        self.asked = match answer {
            Ok(Reply::Received { case, .. }) => Asked::Received(case),
            Ok(Reply::Joined { case, .. }) => Asked::Joined(case),
            Err(Rejection::Invalid(errors)) => Asked::Refused(errors, stored),
            other => return Err(format!("the request was answered {other:?}")),
        };
        self.rest()
    }

    fn on_case(
        &mut self,
        authority: Authority,
        command: impl FnOnce(CaseId) -> Command,
    ) -> Result<(), String> {
        let case = self.case_id()?;
        match self.command(authority, command(case))? {
            Ok(_) => self.rest(),
            Err(rejection) => Err(format!("that is refused: {rejection}")),
        }
    }

    /// Delivers the last message of a system.
    fn deliver(&mut self, system: &SystemId) -> Result<(), String> {
        let told = self.office(system)?.told.clone();
        let (number, bytes) = told.ok_or_else(|| format!("{system} has told us nothing yet"))?;
        let received = callback::receive(&self.service.callbacks, system, &bytes)
            .map_err(|error| error.to_string())?;
        let id = Digest::of(format!("{system}/{number}").as_bytes());
        let id = id.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
        let command = Command::Deliver {
            system: system.clone(),
            versions: Vec::new(),
            message: MessageId::from_bytes(id),
            name: received.message,
            key: received.key,
            variables: received.variables,
        };
        match self.command(Authority::BackOffice { system: system.clone() }, command)? {
            Ok(_) => self.rest(),
            Err(rejection) => Err(format!("the message is not taken: {rejection}")),
        }
    }

    fn settle(&mut self, act: StaffAct, element: &str) -> Result<(), String> {
        let case = self.case()?;
        let stuck = case.process.incidents().map(|(key, _)| key).find(|key| {
            case.process.get(*key).is_some_and(|instance| instance.element.as_str() == element)
        });
        let element = stuck.ok_or_else(|| format!("{element} waits for no person"))?;
        let how = match act {
            StaffAct::Replay => Settle::Replay,
            StaffAct::Done => Settle::Done,
            StaffAct::NotDone => Settle::NotDone,
        };
        let authority = self.staff(vec![Role::Operator]);
        self.on_case(authority, |case| Command::Settle { case, element, how })
    }

    /// A member of staff whose queue it is takes a user task and decides it.
    fn complete(
        &mut self,
        element: &str,
        given: &[(String, String)],
        reason: Option<&str>,
    ) -> Result<(), String> {
        let case = self.case()?;
        let open = case.process.rows().find_map(|row| {
            let task = row.user_task().filter(|_| row.element.as_str() == element)?;
            Some((row.key, runtime::task::roles_of(task)))
        });
        let (key, roles) = open.ok_or_else(|| format!("{element} is no task that waits now"))?;
        let process = self.service.deployment.process(&self.service.process);
        let found = process.and_then(|process| process.element(process.find(element)?));
        let form = found.map(TaskForm::of).ok_or_else(|| format!("there is no {element}"))?;
        let (mut variables, mut chosen) = (BTreeMap::new(), BTreeMap::new());
        for field in &form.fields {
            let typed = given.iter().find(|(name, _)| *name == field.name);
            let typed = typed.map(|(_, text)| text.as_str()).unwrap_or_default();
            let value = field
                .read(typed)
                .map_err(|fault| format!("`{}` cannot be `{typed}` ({fault:?})", field.name))?;
            variables.insert(field.name.clone(), value);
            if field.option(typed).is_some() {
                chosen.insert(field.name.clone(), typed.to_owned());
            }
        }
        let by = Holder { key: Digest::of(b"scenario"), initials: "SC".to_owned() };
        let reason = reason.unwrap_or("As the scenario says.").to_owned();
        let decision = Box::new(Decision { by: by.clone(), variables, chosen, reason });
        let authority = self.staff(roles);
        let taken = authority.clone();
        self.on_case(taken, |case| Command::ClaimTask { case, element: key, by })?;
        self.on_case(authority, |case| Command::DecideTask { case, element: key, decision })
    }

    fn command(
        &mut self,
        authority: Authority,
        command: Command,
    ) -> Result<Result<Reply, Rejection>, String> {
        let reply = ReplyTo(0);
        let answers = self.follow(Input::Command { authority, command, reply })?;
        answers.into_iter().next().ok_or_else(|| "there was no answer".to_owned())
    }

    /// One step of the shard with its commit and what it lets out.
    fn follow(&mut self, input: Input) -> Result<Vec<Result<Reply, Rejection>>, String> {
        let step = self.shard.step(self.now, vec![input], &self.reader);
        let step = step.map_err(|error| error.to_string())?;
        let calls = if step.batch.is_empty() {
            Vec::new()
        } else {
            let committed = self.store.commit(&step.batch).map_err(|error| error.to_string())?;
            self.shard.committed(&step, committed)
        };
        let answers = step.replies.into_iter().map(|(_, answer)| answer).collect();
        for call in calls {
            self.perform(call)?;
        }
        Ok(answers)
    }

    fn perform(&mut self, call: Call) -> Result<(), String> {
        let Call { effect, case, phase, attempt, work } = call;
        let mut at = self.now;
        let result = match work {
            CallWork::Exchange { request, timeout_ms } => {
                let fill = self.filler();
                let system = request.system.clone();
                let answer = match self.office(&system)?.meet(&request, &fill) {
                    Met::Answered(answer) => answer,
                    Met::Silence => {
                        at = at.plus_millis(timeout_ms);
                        Err(connectors::TransportFault::TimedOut)
                    }
                    Met::NoAnswerLeft(operation) => {
                        let said = "and the scenario has no answer left for it";
                        return Err(format!("{system} was asked {operation} {said}"));
                    }
                };
                CallResult::Exchange(Box::new(Exchange { request, answer }))
            }
            CallWork::Cross { letter, not_before } => {
                at = at.max(not_before);
                match letter {
                    Some(letter) => self.others.meet(&letter)?,
                    None => CallResult::Crossed(Box::new(Heard::NotShared { leaf: None })),
                }
            }
            CallWork::Mail(mail) => {
                self.note_mail(case, effect, mail.way)?;
                CallResult::Done
            }
            CallWork::Forget(key) => match self.keyring.forget(key) {
                Ok(()) => CallResult::Done,
                Err(error) => CallResult::Failed(error.to_string()),
            },
            CallWork::NotMade(why) => CallResult::NotMade(why),
        };
        self.count += 1;
        self.returns.insert((at, self.count), Exchanged { effect, phase, attempt, result });
        Ok(())
    }

    /// Which template went out, and in which languages it has words.
    fn note_mail(&mut self, id: CaseId, effect: base::EffectId, way: Way) -> Result<(), String> {
        let case = runtime::load_case(&self.reader, id).map_err(|error| error.to_string())?;
        let case = case.ok_or_else(|| "a message of no case".to_owned())?;
        let Some(Work::Message { template, .. }) =
            case.effects.get(&effect).map(|found| &found.work)
        else {
            return Err("a message of no template".to_owned());
        };
        let wished = match case.request.language {
            Some(language) => vec![language],
            None => self.languages.clone(),
        };
        let words = self.service.package.messages.get(template);
        let has =
            |language: &Language| words.is_some_and(|words| words.body.get(*language).is_some());
        let languages = wished.into_iter().filter(has).collect();
        self.sent.push(Sent { case: id, template: template.clone(), languages, way });
        Ok(())
    }

    /// Does everything that is due at this moment.
    fn rest(&mut self) -> Result<(), String> {
        self.wait_until(self.now)
    }

    /// Lets time pass, doing on the way whatever falls due.
    fn wait_until(&mut self, until: Timestamp) -> Result<(), String> {
        let mut restless = 0;
        loop {
            let back = self.returns.keys().next().map(|(at, _)| *at);
            let due = self.shard.next_due();
            let next = [back, due].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= until) else { break };
            restless = if next > self.now { 0 } else { restless + 1 };
            if restless > RESTLESS {
                return Err("the process goes round and never waits".to_owned());
            }
            self.now = self.now.max(next);
            let input = match self.returns.first_entry().filter(|first| first.key().0 <= self.now) {
                Some(first) => Input::Exchanged(first.remove()),
                None => Input::Tick,
            };
            self.follow(input)?;
        }
        self.now = self.now.max(until);
        Ok(())
    }
}

/// Faults as `expect refused` names them.
pub(super) fn named(errors: &[AnswerError]) -> String {
    let named: BTreeSet<String> =
        errors.iter().map(|error| format!("{}:{}", error.question, error.kind.key())).collect();
    named.into_iter().collect::<Vec<_>>().join(" ")
}
