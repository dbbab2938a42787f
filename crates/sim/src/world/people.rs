//! Residents and the senders of messages: what they ask, and what they do with the answer.

use std::collections::BTreeMap;

use base::SystemId;
use base::{CaseId, Channel, Digest, DraftId, Language, MessageId, Party, Role, ServiceId};
use catalogue::Given;
use connectors::{Secret, callback};
use emulators::{BackOffice as _, Callback, CallbackTarget};
use runtime::{Authority, Command, Rejection, Reply, Submit};
use serde_json::json;

use super::steps::{Answered, Asked};
use super::{BUSY_MS, Happening, World};
use crate::MARK;
use crate::package::random_id;

/// How often a sender tries before it gives a message up.
const DELIVERIES: u32 = 60;
/// The contractor's secret for its messages.
const SECRET: &str = "sim";

/// One resident with one wish.
#[derive(Debug, Clone)]
pub(super) struct Resident {
    service: ServiceId,
    channel: Channel,
    given: Given,
    valid: bool,
    /// Whether the answers are kept as a draft first.
    keeps: bool,
    draft: Option<DraftId>,
    case: Option<CaseId>,
    /// How often the form is sent though it was answered.
    doubles: u32,
}

/// A message on its way to a case.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(super) system: SystemId,
    pub(super) message: MessageId,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) tries: u32,
    /// What the contractor calls it, when it is theirs.
    pub(super) theirs: Option<String>,
    pub(super) variables: BTreeMap<String, feel::Value>,
}

/// Who waits for an answer.
#[derive(Debug, Clone)]
pub(super) enum Asker {
    Resident(usize),
    Post(Box<Post>),
    Staff,
    Withdrawer(CaseId),
    Complainer(CaseId),
    Eraser(CaseId),
}

impl World {
    /// Everybody who will come, with when.
    pub(super) fn invite_residents(&mut self) {
        for number in 0..self.plan.processes {
            let Some(service) = random_id(number) else { continue };
            let again = u64::from(self.chance.one_in(8));
            for _ in 0..=again {
                let given = self.random_answers(number);
                self.invite(service.clone(), given);
            }
        }
        for _ in 0..self.plan.requests {
            let given = self.missed_bin_answers();
            if let Ok(service) = "missed-bin-collection".parse() {
                self.invite(service, given);
            }
        }
    }

    pub(super) fn invite(&mut self, service: ServiceId, (given, valid): (Given, bool)) {
        let number = self.residents.len();
        let channels = [Channel::Web, Channel::Web, Channel::Agent, Channel::Api];
        let channel = *self.chance.pick(&channels).unwrap_or(&Channel::Web);
        let keeps = channel == Channel::Web && !self.chance.one_in(4);
        let doubles = if keeps { self.chance.below(3) } else { 0 };
        self.residents.push(Resident {
            service,
            channel,
            given,
            valid,
            keeps,
            draft: None,
            case: None,
            doubles: u32::try_from(doubles).unwrap_or(0),
        });
        // Some come in the same second, as after a bell.
        let at = self.chance.between(0, BUSY_MS);
        let at = if self.chance.one_in(3) { at - at % 3_600_000 } else { at };
        self.later(self.now.plus_millis(at), Happening::Resident(number));
    }

    fn random_answers(&mut self, number: u64) -> (Given, bool) {
        let place = usize::try_from(number).unwrap_or(0);
        let mut given =
            self.randoms.get(place).map(|random| random.given.clone()).unwrap_or_default();
        let key = format!("{MARK}-{}", self.chance.below(1 << 40));
        given.insert("case_key".to_owned(), json!(key));
        self.personal(&mut given);
        if self.chance.one_in(20) {
            given.insert("case_key".to_owned(), json!(7));
            return (given, false);
        }
        (given, true)
    }

    fn personal(&mut self, given: &mut Given) {
        if self.chance.one_in(2) {
            given.insert("notes".to_owned(), json!(format!("{MARK} behind the gate")));
        }
        if !self.chance.one_in(3) {
            let email = format!("{MARK}{}@example.org", self.chance.below(1_000));
            given.insert("email".to_owned(), json!(email));
        }
    }

    /// Mostly a bin that was due at the address that day or lately; now and then anything.
    fn missed_bin_answers(&mut self) -> (Given, bool) {
        let index =
            u32::try_from(self.chance.below(u64::from(self.district.properties))).unwrap_or(0);
        let bins = ["refuse", "recycling", "garden", "food"];
        let bin = *self.chance.pick(&bins).unwrap_or(&"refuse");
        let on = self.now.uk_date().plus_days(-i32::try_from(self.chance.below(3)).unwrap_or(0));
        let (last, _) = self.district.around(index, bin, on);
        let on = if self.chance.one_in(8) { on.plus_days(-9) } else { last.unwrap_or(on) };
        let uprn = self.district.address(index).map(|address| address.uprn).unwrap_or_default();
        let mut given: Given = BTreeMap::new();
        given.insert("address".to_owned(), json!(uprn));
        given.insert("bin".to_owned(), json!(bin));
        given.insert("missed_on".to_owned(), json!(on.to_string()));
        self.personal(&mut given);
        match self.chance.below(12) {
            0 => given.insert("bin".to_owned(), json!("piano")),
            1 => given.insert("address".to_owned(), json!("999")),
            2 => given.remove("missed_on"),
            _ => return (given, true),
        };
        (given, false)
    }

    pub(super) fn resident_acts(&mut self, number: usize) -> Option<Asked> {
        let resident = self.residents.get(number)?.clone();
        let authority = match resident.channel {
            Channel::Web => Authority::Visitor,
            Channel::Agent => self.staff(Role::Agent),
            Channel::Api | Channel::Open311 => Authority::ApiClient { client: "sim".to_owned() },
        };
        let answers = serde_json::to_string(&resident.given).ok()?;
        let command = if resident.keeps && resident.draft.is_none() {
            Command::SaveDraft { draft: None, service: resident.service, answers }
        } else {
            let language = if self.chance.one_in(3) { None } else { Some(Language::En) };
            Command::Submit(Box::new(Submit {
                service: resident.service,
                channel: resident.channel,
                language,
                given: resident.given,
                draft: resident.draft,
                earlier: Vec::new(),
            }))
        };
        Some((authority, command, Asker::Resident(number)))
    }

    pub(super) fn staff(&self, role: Role) -> Authority {
        Authority::Staff { body: self.settings.body.clone(), roles: vec![role] }
    }

    pub(super) fn withdraws(case: CaseId) -> Asked {
        let command = Command::Withdraw { case };
        (Authority::Visitor, command, Asker::Withdrawer(case))
    }

    pub(super) fn not_fixed(&mut self, case: CaseId) -> Asked {
        let note = self.chance.one_in(2).then(|| format!("{MARK} still full"));
        let command = Command::NotFixed { case, channel: Channel::Web, note };
        (Authority::Visitor, command, Asker::Complainer(case))
    }

    pub(super) fn erases(case: CaseId) -> Asked {
        let command = Command::Erase { case, party: Party::REQUESTER };
        (Authority::System, command, Asker::Eraser(case))
    }

    pub(super) fn delivers(post: Post) -> Asked {
        let authority = Authority::BackOffice { system: post.system.clone() };
        let command = Command::Deliver {
            system: post.system.clone(),
            versions: Vec::new(),
            message: post.message,
            name: post.name.clone(),
            key: post.key.clone(),
            variables: post.variables.clone(),
        };
        (authority, command, Asker::Post(Box::new(post)))
    }

    /// The contractor finishes jobs and tells us so.
    pub(super) fn office_due(&mut self) -> Result<(), String> {
        if self.office_at.is_some_and(|at| at <= self.now) {
            self.office_at = None;
        }
        for due in self.waste.take_due(self.now) {
            self.callback(&due)?;
        }
        if let Some(at) = self.waste.next_due() {
            self.office_at(at.max(self.now.plus_millis(1)));
        }
        Ok(())
    }

    /// A message of the contractor as the API takes it: checked, read by the mapping, delivered.
    fn callback(&mut self, told: &Callback) -> Result<(), String> {
        let system: SystemId = "waste-contractor".parse().map_err(|error| format!("{error}"))?;
        if self.shard.is_none() || (self.faulty() && self.chance.one_in(6)) {
            self.fault("message lost");
            self.waste.note_undelivered(&told.message, self.now);
            return Ok(());
        }
        let target = CallbackTarget {
            url: "http://council.example/callbacks".to_owned(),
            api_key: None,
            secret: SECRET.to_owned(),
        };
        let request = told.request(&system, &target, self.now);
        let secret = Secret::new(SECRET);
        let id = callback::verify(&secret, &request.headers, &request.body, self.now)
            .map_err(|error| format!("a message of the contractor is refused: {error}"))?;
        let callbacks: Vec<_> =
            self.services.offered().flat_map(|service| service.callbacks.iter().cloned()).collect();
        let received = callback::receive(&callbacks, &system, &request.body)
            .map_err(|error| format!("a message of the contractor is not read: {error}"))?;
        let post = Post {
            message: message_id(&id),
            system,
            name: received.message,
            key: received.key,
            tries: DELIVERIES, // the contractor itself comes again
            theirs: Some(told.message.clone()),
            variables: received.variables,
        };
        if self.faulty() && self.chance.one_in(5) {
            self.fault("message doubled");
            self.soon(1, 120_000, Happening::Deliver(Box::new(post.clone())));
        }
        self.later(self.now, Happening::Deliver(Box::new(post)));
        Ok(())
    }

    /// What somebody does with an answer.
    pub(super) fn told(&mut self, asker: Asker, answer: Answered) -> Result<(), String> {
        match (asker, answer) {
            (Asker::Resident(number), answer) => self.resident_told(number, answer),
            (Asker::Post(post), answer) => {
                if matches!(answer, Ok(Reply::Done)) && !self.taken.insert(post.message) {
                    return Err(format!("message {} was taken in twice", post.message));
                }
                self.post_told(*post, &answer);
                Ok(())
            }
            (asker, Err(Rejection::Unavailable)) => {
                self.unanswered(asker);
                Ok(())
            }
            (Asker::Eraser(case), Ok(_)) => {
                self.tell(format!("{case} is erased"));
                self.erased.insert(case);
                self.visits.remove(&case);
                Ok(())
            }
            (asker, answer) => {
                self.tell(format!("{asker:?}: {answer:?}"));
                Ok(())
            }
        }
    }

    fn resident_told(&mut self, number: usize, answer: Answered) -> Result<(), String> {
        let Some(resident) = self.residents.get_mut(number) else { return Ok(()) };
        match answer {
            Ok(Reply::Draft { draft }) => {
                resident.draft = Some(draft);
                self.soon(1_000, 600_000, Happening::Resident(number));
            }
            Ok(Reply::Received { case, reference, .. } | Reply::Joined { case, reference, .. }) => {
                if !resident.valid {
                    return Err(format!("resident {number} was received with invalid answers"));
                }
                let before = resident.case.replace(case);
                if resident.draft.is_some() && before.is_some_and(|before| before != case) {
                    return Err(format!("resident {number} sent one form and has two cases"));
                }
                let again = resident.doubles > 0;
                resident.doubles = resident.doubles.saturating_sub(1);
                self.acknowledged.insert(case, reference.as_str().to_owned());
                self.tell(format!("resident {number} is told of {case}"));
                if again {
                    self.fault("form sent twice");
                    self.soon(1, 5_000, Happening::Resident(number));
                }
            }
            Err(Rejection::Invalid(_)) if !resident.valid => {}
            Err(Rejection::Unavailable) => self.unanswered(Asker::Resident(number)),
            other => return Err(format!("resident {number} was answered {other:?}")),
        }
        Ok(())
    }

    fn post_told(&mut self, mut post: Post, answer: &Answered) {
        let taken = matches!(answer, Ok(Reply::Done | Reply::AlreadyTaken));
        self.tell(format!("message {} for {}: {answer:?}", post.name, post.system));
        if let Some(theirs) = &post.theirs {
            let times = self.turned_away.entry(theirs.clone()).or_default();
            *times += 1;
            if taken || *times > DELIVERIES {
                self.waste.note_acknowledged(theirs, self.now); // or given up
            } else {
                self.waste.note_undelivered(theirs, self.now);
                self.office_at(self.now.plus_millis(30_000));
            }
            return;
        }
        if !taken && post.tries > 1 {
            post.tries -= 1;
            self.soon(60_000, 1_800_000, Happening::Deliver(Box::new(post)));
        }
    }

    /// What somebody does who gets no answer: they try again, but for staff, who come anyway.
    pub(super) fn unanswered(&mut self, asker: Asker) {
        match asker {
            Asker::Resident(number) => self.soon(1_000, 900_000, Happening::Resident(number)),
            Asker::Post(post) if post.theirs.is_some() => {
                let theirs = post.theirs.unwrap_or_default();
                self.waste.note_undelivered(&theirs, self.now);
                self.office_at(self.now.plus_millis(30_000));
            }
            Asker::Post(post) => self.soon(10_000, 600_000, Happening::Deliver(post)),
            Asker::Withdrawer(case) => self.soon(1_000, 900_000, Happening::Withdraw(case)),
            Asker::Complainer(case) => self.soon(1_000, 900_000, Happening::NotFixed(case)),
            Asker::Eraser(case) => self.soon(1_000, 900_000, Happening::Erase(case)),
            Asker::Staff => {}
        }
    }
}

/// A message's id from what its sender calls it.
fn message_id(theirs: &str) -> MessageId {
    let digest = Digest::of(theirs.as_bytes());
    MessageId::from_bytes(digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default())
}
