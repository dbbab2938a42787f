//! A new request: checked, joined to an open one that is the same, or received and started.

use std::borrow::Cow;

use base::{
    CaseId, Channel, Digest, DraftId, KeyId, Language, Measure, Personal, Role, SectorPersonId,
    Timestamp,
};
use catalogue::{Answers, SignIn};
use engine::{Variable, Variables};
use identity::Assurance;
use requests::{Received, ServiceRequest};
use store::requests::{DraftKey, DraftRow};
use store::settings::{SettingKey, SettingRow};
use store::{Reader, StoreError};

use super::caller::Caller;
use super::edit::Edit;
use super::{BodySettings, Refused, Shard, Step, Turn, rows};
use crate::authority::Authority;
use crate::case::Case;
use crate::command::{Rejection, Reply, Submit};
use crate::crossing;
use crate::entropy::{Place, Use};
use crate::gate;
use crate::record::Fact;
use crate::services::Service;

/// Stated staff time of entering a request for a caller, in hundredths of a minute.
const AGENT_ENTRY_CENTIMINUTES: u32 = 350;

/// Whose a new request is.
struct Asker {
    /// Who signed in, or whom an agent has on the phone.
    person: Option<SectorPersonId>,
    /// The key of the form that it was begun as.
    key: Option<KeyId>,
    /// What makes another one of theirs the same.
    duplicate_key: Option<Digest>,
}

impl Shard {
    pub(super) fn submit(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        submit: &Submit,
    ) -> Result<Reply, Refused> {
        let service = self.services.present(&submit.service).cloned().ok_or(Rejection::NotFound)?;
        self.may_submit(authority, submit, &service)?;
        if let Some(reply) = self.received_before(authority, submit, turn)? {
            return Ok(reply);
        }
        let places = &self.settings.places;
        let known_place = |uprn: &str| places.get(uprn).is_some();
        let today = turn.now.uk_date();
        let checked = service.package.questions.check(&submit.given, &known_place, today);
        let answers = checked.map_err(Rejection::Invalid)?;
        let kept = match submit.draft {
            Some(draft) => Self::kept_draft(draft, turn)?,
            None => None,
        };
        // Whoever an agent has on the phone is the person whom they began the form for.
        let caller = kept.as_ref().and_then(|kept| kept.caller);
        let caller = caller.filter(|_| submit.channel == Channel::Agent);
        let person = authority.person().or(caller.map(|caller| caller.person));
        let duplicate_key = duplicate_key(&self.settings, &service, person, &answers);
        if let Some(open) = Self::open_duplicate(duplicate_key, turn.step, turn.reader)? {
            let joined = self.join(turn, open, submit)?;
            // No case takes the key of what was typed: it goes with the form.
            turn.step.forgotten.extend(kept.map(|kept| kept.key));
            return Ok(joined);
        }
        let asker = Asker { person, key: kept.map(|kept| kept.key), duplicate_key };
        let received = self.receipt(turn, authority, submit, (&service, &answers, asker))?;
        let id = submit.draft.map_or_else(|| self.draw_case(turn.now, turn.step), made_of);
        let (reference, promised) = (received.reference.clone(), received.promised);
        let mut edit =
            self.begin(id, received, measure(authority, submit.channel), turn.now, turn.step)?;
        if let Some(assured) = assured(authority, caller) {
            edit.record(Fact::Crossing(assured))?;
        }
        let variables = variables((&self.settings, &service), &edit.case.request, &answers);
        let process = service.process.clone();
        edit.process(engine::Command::Start { process, start: None, variables })?;
        forget_draft(turn, submit);
        self.index_asker(turn.step, id, (&service, &answers));
        self.finish(turn, edit)?;
        Ok(Reply::Received { case: id, reference, promised })
    }

    fn may_submit(
        &self,
        authority: &Authority,
        submit: &Submit,
        service: &Service,
    ) -> Result<(), Rejection> {
        let definition = &service.package.definition;
        if !definition.offers(submit.channel) {
            return Err(Rejection::NotOffered { channel: submit.channel });
        }
        let agent = authority.role_among(self.body(), &[Role::Agent]).is_some();
        let by_channel = match submit.channel {
            Channel::Agent => agent,
            Channel::Web => matches!(authority, Authority::Visitor | Authority::Citizen { .. }),
            Channel::Api | Channel::Open311 => matches!(authority, Authority::ApiClient { .. }),
        };
        let by_system = matches!(authority, Authority::System);
        if !by_channel && !by_system {
            return Err(Rejection::Forbidden);
        }
        // Who asks by the pages signs in. An agent, and a program that a body has let in, answer
        // for whom they speak for; of whom nobody is sure of, no other body is asked anything.
        let visits = submit.channel == Channel::Web && authority.person().is_none();
        if definition.sign_in == SignIn::Required && visits && !by_system {
            return Err(Rejection::SignInNeeded);
        }
        Ok(())
    }

    /// A form sent twice is one request: its draft's id became the case's. A program that sends
    /// something else under a key that it has used is told so: it would take the answer for the
    /// receipt of what nobody has read. An id of somebody else's request, or of another service's,
    /// names no form of theirs.
    fn received_before(
        &mut self,
        authority: &Authority,
        submit: &Submit,
        turn: &Turn<'_>,
    ) -> Result<Option<Reply>, Refused> {
        for draft in submit.draft.iter().chain(&submit.earlier) {
            let before = self.received_as(*draft, authority, submit, turn)?;
            if before.is_some() {
                return Ok(before);
            }
        }
        Ok(None)
    }

    fn received_as(
        &mut self,
        draft: DraftId,
        authority: &Authority,
        submit: &Submit,
        turn: &Turn<'_>,
    ) -> Result<Option<Reply>, Refused> {
        let joined = joined_before(draft, turn.step, turn.reader)?;
        let id = joined.unwrap_or_else(|| made_of(draft));
        let Some(found) = self.case(id, turn.reader)? else { return Ok(None) };
        let ServiceRequest { case, reference, promised, .. } = found.request.clone();
        let is_joined = joined.is_some();
        if submit.channel == Channel::Api
            && !self.is_same(submit, (&found.request, is_joined), turn.now)?
        {
            return Err(Rejection::Request(requests::Rejection::AlreadyReceived).into());
        }
        let theirs = is_joined || self.may_touch(authority, &found.request).is_ok();
        if found.request.service != submit.service || !theirs {
            return Err(Rejection::NotFound.into());
        }
        Ok(Some(if is_joined {
            Reply::Joined { case, reference, promised }
        } else {
            Reply::Received { case, reference, promised }
        }))
    }

    /// Whether the same service was given the same answers; of a report that was joined to another,
    /// those that made the two the same. The places that are known may have changed since, so that
    /// only what was written counts.
    fn is_same(
        &self,
        submit: &Submit,
        (request, is_joined): (&ServiceRequest, bool),
        now: Timestamp,
    ) -> Result<bool, Refused> {
        let service = self.services.version(request.version).cloned();
        let Some(service) = service.filter(|_| submit.service == request.service) else {
            return Ok(false);
        };
        let questions = &service.package.questions;
        let Ok(given) = questions.check(&submit.given, &|_: &str| true, now.uk_date()) else {
            return Ok(false);
        };
        if is_joined {
            let key = duplicate_key(&self.settings, &service, request.person, &given);
            return Ok(key == request.duplicate_key);
        }
        let keys = self.keyring.of_case(&request.keys)?;
        let stored = request.open_answers(&keys).map_err(|_| Rejection::Erased)?;
        Ok(stored.opened().and_then(|text| Answers::from_json(text)) == Some(given))
    }

    fn open_duplicate(
        key: Option<Digest>,
        step: &Step,
        reader: &Reader,
    ) -> Result<Option<CaseId>, Refused> {
        let Some(key) = key else { return Ok(None) };
        if let Some(case) = rows::written_duplicate(&step.batch, key) {
            return Ok(Some(case));
        }
        let stored = store::requests::open_duplicates(reader, key)?;
        // One that this step has closed is judged by what the step wrote.
        let mut cases = stored.into_iter().map(|row| row.case_id);
        Ok(cases.find(|case| rows::still_open(&step.batch, *case)))
    }

    fn join(
        &mut self,
        turn: &mut Turn<'_>,
        open: CaseId,
        submit: &Submit,
    ) -> Result<Reply, Refused> {
        let case = self.case(open, turn.reader)?.ok_or(Rejection::NotFound)?;
        let (reference, promised) = (case.request.reference.clone(), case.request.promised);
        // Whoever types it in, a second report is the reporter's act on this case.
        let channel = submit.channel;
        let measure = Measure { channel: Some(channel), ..Measure::by(base::Actor::Requester) };
        let mut edit = self.edit(case, measure, turn.now, turn.step)?;
        edit.request(requests::Command::Join { channel })?;
        if let Some(draft) = submit.draft {
            let bytes = open.as_bytes().to_vec();
            turn.step.batch.put(SettingRow { name: joined_name(draft), bytes });
        }
        forget_draft(turn, submit);
        self.finish(turn, edit)?;
        Ok(Reply::Joined { case: open, reference, promised })
    }

    fn receipt(
        &self,
        turn: &Turn<'_>,
        authority: &Authority,
        submit: &Submit,
        (service, answers, asker): (&Service, &Answers, Asker),
    ) -> Result<Received, Refused> {
        let definition = &service.package.definition;
        let received = turn.step.batch.next_seq();
        let reference = self.references.reference(&definition.prefix, self.number(), received);
        let key = match asker.key {
            Some(key) => key,
            None => self.keyring.take(&*self.entropy, self.number(), received)?,
        };
        let promised = requests::working_days::after(
            turn.now.uk_date(),
            definition.promise.working_days,
            &definition.nation,
            &self.settings.closures,
        );
        let client = match authority {
            Authority::ApiClient { client } => Some(client),
            Authority::Visitor
            | Authority::Citizen { .. }
            | Authority::Staff { .. }
            | Authority::BackOffice { .. }
            | Authority::Body { .. }
            | Authority::System => None,
        };
        Ok(Received {
            reference: reference.ok_or(Rejection::Unavailable)?,
            service: submit.service.clone(),
            version: service.package.version,
            channel: submit.channel,
            language: submit.language,
            person: asker.person,
            client: client.cloned(),
            keys: vec![key],
            answers: Personal::new(answers.to_json()),
            duplicate_key: asker.duplicate_key,
            promised,
        })
    }

    pub(super) fn draw_case(&self, now: Timestamp, step: &Step) -> CaseId {
        let drawn = self.draw(step, 0, Use::CaseId);
        CaseId::from_bytes(base::id_from_parts(now, *drawn.first_chunk::<16>().unwrap_or(&[0; 16])))
    }

    pub(super) fn draw(&self, step: &Step, index: u32, purpose: Use) -> [u8; 64] {
        let seq = step.batch.next_seq();
        self.entropy.draw(Place { body: self.body(), shard: self.number(), seq, index, purpose })
    }

    /// "This is not fixed": the request is open again and the package's message starts its process.
    pub(super) fn not_fixed(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (channel, note): (Channel, Option<String>),
    ) -> Result<Reply, Refused> {
        let case = self.touchable(turn, authority, case)?;
        let mut edit = self.edit(case, measure(authority, channel), turn.now, turn.step)?;
        let service = std::sync::Arc::clone(&edit.service);
        let listens = service.package.definition.not_fixed.as_ref().ok_or(Rejection::NotFound)?;
        let start = service.message_start(&listens.message).ok_or(Rejection::NotFound)?;
        let mut variables = self.returned_variables(&edit)?;
        if let Some(note) = &note {
            let value = feel::Value::string(note.clone());
            variables.insert("not_fixed_note".to_owned(), Personal::new(Variable::new(value)));
        }
        let within_days = Some(listens.within_days);
        let note = note.map(Personal::new);
        edit.request(requests::Command::NotFixed { channel, note, within_days })?;
        let process = service.process.clone();
        edit.process(engine::Command::Start { process, start: Some(start), variables })?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// The variables of a request that came back: its answers and what its process kept.
    fn returned_variables(&self, edit: &Edit) -> Result<Variables, Refused> {
        let request = &edit.case.request;
        let answers = request.open_answers(&edit.keys).map_err(|_| Rejection::Erased)?;
        let answers = answers.opened().and_then(|text| Answers::from_json(text));
        let about = (&*self.settings, &*edit.service);
        let mut variables = variables(about, request, &answers.unwrap_or_default());
        let kept = request.open_kept(&edit.keys).map_err(|_| Rejection::Erased)?;
        let kept = kept.as_ref().and_then(Personal::opened);
        if let Some(kept) = kept.and_then(|text| Variable::from_json(text).ok())
            && let feel::Value::Context(context) = kept.value()
        {
            for (name, value) in context.iter() {
                let value = Personal::new(Variable::new(value.clone()));
                variables.insert(name.to_owned(), value);
            }
        }
        Ok(variables)
    }

    /// "What has become of it?" Its requester asks, whoever types it in.
    pub(super) fn chase(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        channel: Channel,
    ) -> Result<Reply, Refused> {
        let case = self.touchable(turn, authority, case)?;
        let mut edit = self.edit(case, measure(authority, channel), turn.now, turn.step)?;
        edit.request(requests::Command::Chase { channel })?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    pub(super) fn withdraw(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
    ) -> Result<Reply, Refused> {
        let case = self.touchable(turn, authority, case)?;
        let channel = case.request.channel;
        let running = !case.process.is_empty();
        let mut edit = self.edit(case, measure(authority, channel), turn.now, turn.step)?;
        edit.request(requests::Command::Withdraw)?;
        if running {
            edit.process(engine::Command::Cancel)?;
        }
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// A case that whoever asks may touch.
    pub(super) fn touchable(
        &mut self,
        turn: &Turn<'_>,
        authority: &Authority,
        case: CaseId,
    ) -> Result<Case, Refused> {
        let case = self.case(case, turn.reader)?.ok_or(Rejection::NotFound)?;
        self.may_touch(authority, &case.request)?;
        Ok(case)
    }

    /// A request with a known requester is theirs; one without belongs to who holds its reference
    /// on our pages. A program has a hold on what it sent itself and on nothing else.
    fn may_touch(&self, authority: &Authority, request: &ServiceRequest) -> Result<(), Rejection> {
        let staff = authority.role_among(self.body(), &[Role::Agent, Role::Caseworker]).is_some();
        let own = match (authority, request.person) {
            (Authority::ApiClient { client }, _) => request.client.as_ref() == Some(client),
            (_, Some(person)) => authority.person() == Some(person),
            (_, None) => matches!(authority, Authority::Visitor | Authority::Citizen { .. }),
        };
        if own || staff || matches!(authority, Authority::System) {
            Ok(())
        } else {
            Err(Rejection::Forbidden)
        }
    }
}

/// How sure the body is of whoever asks, where that is more than nothing: by their sign-in, or by
/// what an agent checked.
fn assured(authority: &Authority, caller: Option<Caller>) -> Option<crossing::Event> {
    let (assurance, checked) = match (authority, caller) {
        (Authority::Citizen { assurance, .. }, _) => (*assurance, None),
        (_, Some(caller)) => (caller.assurance, Some(caller.checked)),
        (_, None) => return None,
    };
    let is_sure = assurance != Assurance::default();
    is_sure.then_some(crossing::Event::Assured { assurance, checked })
}

/// The name under which the request stands that a form was joined to.
fn joined_name(draft: DraftId) -> Cow<'static, str> {
    Cow::Owned(format!("joined/{draft}"))
}

/// The request that a form was joined to when it came before: it is counted once.
fn joined_before(
    draft: DraftId,
    step: &Step,
    reader: &Reader,
) -> Result<Option<CaseId>, StoreError> {
    let key = SettingKey { name: joined_name(draft) };
    let row = gate::written::<SettingRow>(&step.batch, reader, &key)?;
    Ok(row.and_then(|row| CaseId::from_slice(&row.bytes)))
}

/// The case that a form becomes: it keeps the form's id.
const fn made_of(draft: DraftId) -> CaseId {
    CaseId::from_bytes(*draft.as_bytes())
}

/// A form that was sent is no draft any more.
fn forget_draft(turn: &mut Turn<'_>, submit: &Submit) {
    if let Some(draft_id) = submit.draft {
        turn.step.batch.delete::<DraftRow>(DraftKey { draft_id });
    }
}

/// The measures of what a requester does; an agent's entry for a caller takes stated time and is
/// not a touch (DESIGN section 7).
pub(super) fn measure(authority: &Authority, channel: Channel) -> Measure {
    let staff = match authority {
        Authority::Staff { .. } => AGENT_ENTRY_CENTIMINUTES,
        Authority::Visitor
        | Authority::Citizen { .. }
        | Authority::ApiClient { .. }
        | Authority::BackOffice { .. }
        | Authority::Body { .. }
        | Authority::System => 0,
    };
    Measure { channel: Some(channel), staff_centiminutes: staff, ..Measure::by(authority.actor()) }
}

/// What makes two open requests of a service the same, as a blind index. What is asked by people
/// who are known is the same only from the same person: who knows a family's names joins nothing.
fn duplicate_key(
    settings: &BodySettings,
    service: &Service,
    person: Option<SectorPersonId>,
    answers: &Answers,
) -> Option<Digest> {
    let definition = &service.package.definition;
    let duplicate = definition.duplicate.as_ref()?;
    let person = person.filter(|_| definition.sign_in == SignIn::Required);
    let answered = |question: &base::QuestionId| {
        answers.get(question.as_str()).map(ToString::to_string).unwrap_or_default()
    };
    let same = duplicate.questions.iter().map(answered);
    let same: Vec<String> = same.chain(person.map(|person| person.to_string())).collect();
    let field = format!("duplicate.{}", service.id());
    Some(settings.blind.index(&field, same.join("\u{1f}").as_bytes()))
}

/// The first variables of a process: each answer by its name, an address with its line, and what
/// the program knows of the request.
fn variables(
    (settings, service): (&BodySettings, &Service),
    request: &ServiceRequest,
    answers: &Answers,
) -> Variables {
    let mut variables = Variables::new();
    let mut put = |name: &str, value: Variable| {
        variables.insert(name.to_owned(), Personal::new(value));
    };
    for (question, answer) in answers.iter() {
        if let Ok(value) = Variable::from_json(&answer.to_string()) {
            put(question.as_str(), value);
        }
        let place = answer.as_str().and_then(|uprn| settings.places.get(uprn));
        if let Some(place) = place {
            let line = format!("{}, {}", place.line, place.postcode);
            put(&format!("{question}_line"), Variable::new(feel::Value::string(line)));
        }
    }
    let fee_pence = i64::from(service.package.definition.fee_pence);
    put("fee_pence", Variable::new(feel::Value::from(fee_pence)));
    let language = request.language.map_or("", Language::tag);
    put("reference", Variable::new(feel::Value::string(request.reference.as_str())));
    put("channel", Variable::new(feel::Value::string(request.channel.key())));
    put("language", Variable::new(feel::Value::string(language)));
    put("received_at", Variable::new(feel::Value::string(request.received_at.to_string())));
    put(
        "received_on",
        Variable::new(feel::Value::string(request.received_at.uk_date().to_string())),
    );
    variables
}
