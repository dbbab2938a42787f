//! Asking another body, and telling it: the gate of the body that begins (DESIGN L12).
//!
//! A job of type `ask` or `notify` is decided in the commit that opens its effect: the permit is
//! spent there, and its line lands there. A refusal opens an effect too, which takes the same time
//! and sends nothing. What is heard of it lands with the body's own line of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base::{BodyId, CaseId, Digest, MessageId, Personal, Role, SectorPersonId, SystemId};
use catalogue::{ASK_JOB, NOTICE_HEADER, NOTIFY_JOB, QUESTION_HEADER};
use connectors::{Health, Next, Outcome, TransportFault, Why, delivery};
use engine::{ElementKey, Variable};
use sharing::{AgreementId, AgreementVersion, Answer, Category, Crossing, Form, Permit};
use sharing::{Record, RecordKind, Refusal, SignedAgreement};
use store::crossings::{CrossingRow, RestrictionKey, RestrictionRow};

use super::access::Logged;
use super::edit::Edit;
use super::effects::{Settled, jitter};
use super::{Refused, Shard, Turn};
use crate::authority::Authority;
use crate::command::{CallResult, Rejection, Reply};
use crate::crossing::{self, CANNOT_TELL, Heard, NOT_SHARED, Sent};
use crate::effect::{self, Effect, Work};
use crate::gate::{self, About};
use crate::record::Fact;
use crate::services::Service;

/// The job code of a task that names nothing which may be asked or told.
const NOT_NAMED: &str = "no_mapping";

/// What a job wants to let cross.
struct Wanted {
    agreement: AgreementId,
    form: Form,
}

/// What the gate made of it.
struct Decided {
    kind: RecordKind,
    categories: BTreeSet<Category>,
    fields: Vec<String>,
}

/// Whether a job is one for the gate.
pub(super) fn is_crossing(job: &engine::Job) -> bool {
    job.job_type == ASK_JOB || job.job_type == NOTIFY_JOB
}

/// What a job's headers name; `None` when that is nothing which may cross.
fn wanted(service: &Service, job: &engine::Job) -> Option<Wanted> {
    let asks = job.job_type == ASK_JOB;
    let source = if asks {
        let question = job.headers.get(QUESTION_HEADER)?;
        let sourced = service.package.questions.sourced();
        let asked = sourced.iter().find(|asked| asked.id.as_str() == question)?;
        asked.source.clone()?
    } else {
        job.headers.get(NOTICE_HEADER)?.clone()
    };
    let (agreement, name) = source.split_once('/')?;
    let (agreement, name) = (agreement.parse().ok()?, name.parse().ok()?);
    Some(Wanted { agreement, form: if asks { Form::Question(name) } else { Form::Notice(name) } })
}

/// The id of what an element instance asks or tells, the same in every attempt.
fn crossing_id(body: &BodyId, case: CaseId, element: ElementKey) -> MessageId {
    let parts: [&[u8]; 4] =
        [b"crossing", body.as_str().as_bytes(), case.as_bytes(), &element.0.to_be_bytes()];
    let digest = Digest::of_parts(&parts);
    MessageId::from_bytes(digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default())
}

impl Shard {
    /// Takes the jobs of an edit that are for the gate to it.
    pub(super) fn open_crossings(
        &mut self,
        turn: &mut Turn<'_>,
        edit: &mut Edit,
    ) -> Result<(), Refused> {
        while let Some((element, job)) = edit.crossings.pop_front() {
            match wanted(&edit.service, &job) {
                Some(wanted) => self.open_crossing(turn, edit, element, &wanted)?,
                None => edit.process(engine::Command::FailJob {
                    element,
                    code: NOT_NAMED.to_owned(),
                    retries: 0,
                })?,
            }
        }
        Ok(())
    }

    fn open_crossing(
        &mut self,
        turn: &mut Turn<'_>,
        edit: &mut Edit,
        element: ElementKey,
        wanted: &Wanted,
    ) -> Result<(), Refused> {
        let id = crossing_id(self.body(), edit.case.request.case, element);
        let signed = self.settings.sharing.agreements.get(&wanted.agreement).cloned();
        let parties = signed.as_ref().map(|signed| self.parties(signed, &wanted.form));
        let decided = self.decided(turn, edit, (id, element, wanted), signed.as_ref())?;
        let refused = matches!(decided.kind, RecordKind::Refused(_));
        let record = self.record(edit, (id, wanted), signed.as_ref(), turn.now);
        let record = Record {
            kind: decided.kind,
            categories: decided.categories.into_iter().collect(),
            ..record
        };
        let agreement = record.agreement.clone();
        let leaf = self.log_crossing(turn, edit, record)?;
        turn.step.batch.put(CrossingRow {
            crossing_id: id,
            agreement: Cow::Owned(wanted.agreement.as_str().to_owned()),
            letter: Digest::ZERO,
            key_id: None,
            at: turn.now,
            bytes: Vec::new(),
        });
        let other = parties.and_then(|(provider, recipient)| match &wanted.form {
            Form::Question(_) => Some(provider),
            Form::Notice(_) => recipient,
        });
        let other = other.unwrap_or_else(|| self.body().clone());
        let system: SystemId = other.as_str().parse().map_err(super::edit::not_written)?;
        let (form, fields) = (wanted.form.clone(), decided.fields);
        let sent = Sent { crossing: id, agreement, form, leaf, fields, refused };
        edit.open_effect(Work::Cross { element, system, sent: Box::new(sent) })
    }

    /// The body whose data cross, and the one that is to have them, where it is but one.
    fn parties(&self, signed: &SignedAgreement, form: &Form) -> (BodyId, Option<BodyId>) {
        let agreement = signed.agreement();
        match form {
            Form::Question(_) => (agreement.provider().clone(), Some(self.body().clone())),
            Form::Notice(_) => {
                let mut recipients = agreement.recipients().iter();
                let only = recipients.next().filter(|_| recipients.next().is_none());
                (self.body().clone(), only.cloned())
            }
        }
    }

    /// Asks the gate. Whatever it lets cross is counted and spent here.
    fn decided(
        &self,
        turn: &mut Turn<'_>,
        edit: &Edit,
        (id, element, wanted): (MessageId, ElementKey, &Wanted),
        signed: Option<&SignedAgreement>,
    ) -> Result<Decided, Refused> {
        let request = &edit.case.request;
        let day = turn.now.uk_date();
        let about = About { agreement: &wanted.agreement, person: request.person, day };
        let mut facts = about.facts(&turn.step.batch, turn.reader)?;
        facts.seen = gate::seen(&turn.step.batch, turn.reader, id)?.is_some();
        let crossing = signed.and_then(|signed| {
            let (provider, recipient) = self.parties(signed, &wanted.form);
            Some(Crossing {
                id,
                agreement: signed.agreement().version(),
                provider,
                recipient: recipient?,
                form: wanted.form.clone(),
                purpose: signed.agreement().purpose().clone(),
                service: request.service.clone(),
                assurance: crossing::trust(edit.case.assurance),
                on: day,
            })
        });
        let permit = match crossing {
            None if signed.is_some() => Err(Refusal::OtherParties),
            None => Err(Refusal::NoAgreement),
            Some(crossing) => sharing::decide(signed, crossing, facts),
        };
        let permit = permit.and_then(|permit| match request.person {
            Some(_) => Ok(permit),
            None => Err(Refusal::UnknownPerson),
        });
        match permit {
            Ok(permit) => {
                about.count(&mut turn.step.batch, turn.reader)?;
                Ok(let_out(permit, edit, element))
            }
            Err(refusal) => Ok(Decided {
                kind: RecordKind::Refused(refusal),
                categories: BTreeSet::new(),
                fields: Vec::new(),
            }),
        }
    }

    /// The body's own line, without what the caller knows.
    fn record(
        &self,
        edit: &Edit,
        (id, wanted): (MessageId, &Wanted),
        signed: Option<&SignedAgreement>,
        at: base::Timestamp,
    ) -> Record {
        let request = &edit.case.request;
        let agreement = signed.map(SignedAgreement::agreement);
        let parties = signed.map(|signed| self.parties(signed, &wanted.form));
        let unknown = || AgreementVersion { id: wanted.agreement.clone(), version: 0 };
        Record {
            kind: RecordKind::Request,
            crossing: id,
            at,
            agreement: agreement.map_or_else(unknown, sharing::Agreement::version),
            agreement_digest: agreement.map(|agreement| *agreement.digest()),
            provider: parties.as_ref().map(|(provider, _)| provider.clone()),
            recipient: parties.and_then(|(_, recipient)| recipient),
            purpose: agreement.map(|agreement| agreement.purpose().clone()),
            lawful_basis: agreement.map(|agreement| agreement.lawful_basis().to_owned()),
            name: wanted.form.name().clone(),
            categories: Vec::new(),
            service: request.service.clone(),
            case: Some(request.case),
            person: request.person,
            sequence: 0,
            previous: None,
            answers: None,
        }
    }

    fn log_crossing(
        &self,
        turn: &Turn<'_>,
        edit: &mut Edit,
        record: Record,
    ) -> Result<Digest, Refused> {
        let logged = Logged {
            kind: record.kind.key(),
            crossing: Some(record.crossing),
            agreement: Some(record.agreement.to_string()),
            person: record.person,
        };
        self.log(turn, edit, logged, |sequence, previous| Record { sequence, previous, ..record })
    }

    /// Keeps a person's data from moving, or lets them move again.
    pub(super) fn restrict(
        &self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        person: SectorPersonId,
        (agreement, restricted): (Option<AgreementId>, bool),
    ) -> Result<Reply, Refused> {
        let officer = authority.role_among(self.body(), &[Role::DataProtection]).is_some();
        if !officer && *authority != Authority::System {
            return Err(Rejection::Forbidden.into());
        }
        let name = agreement.map(|agreement| agreement.as_str().to_owned()).unwrap_or_default();
        let (sector_person_id, agreement) = (person, Cow::Owned(name));
        if restricted {
            turn.step.batch.put(RestrictionRow { sector_person_id, agreement, since: turn.now });
        } else {
            let key = RestrictionKey { sector_person_id, agreement };
            turn.step.batch.delete::<RestrictionRow>(key);
        }
        Ok(Reply::Done)
    }

    /// Takes in what came of a letter, or that it is to go again.
    pub(super) fn crossed(
        &mut self,
        turn: &mut Turn<'_>,
        edit: &mut Edit,
        effect: &Effect,
        result: CallResult,
    ) -> Result<(), Refused> {
        let Work::Cross { element, system, sent } = &effect.work else { return Ok(()) };
        let element = *element;
        let (next, attempts, why) = match result {
            CallResult::Crossed(heard) => {
                if !sent.refused {
                    self.heard.push((turn.now, system.clone(), Health::Answering));
                }
                let answered = matches!(*heard, Heard::Answered { .. });
                let next = self.heard_of(turn, edit, sent, *heard)?;
                if effect.unwanted {
                    return not_used(edit, effect, answered);
                }
                (next, effect.attempts, String::new())
            }
            CallResult::Delayed(delay) => {
                self.heard.push((turn.now, system.clone(), Health::Failing));
                let why = Why::Transport(TransportFault::NotReached);
                let outcome = Outcome::Retry { why, retry_after_ms: None };
                let keyed = connectors::Delivery::Keyed;
                let (attempts, next) =
                    delivery::next(keyed, effect.attempts, outcome, turn.now, jitter(effect));
                if effect.unwanted && !matches!(next, Next::Resend { .. }) {
                    return not_used(edit, effect, false);
                }
                (next, attempts, delay.to_string())
            }
            CallResult::NotMade(_) | CallResult::Failed(_) if effect.unwanted => {
                return not_used(edit, effect, false);
            }
            CallResult::NotMade(why) | CallResult::Failed(why) => {
                (Next::Incident { reason: Why::Mapped }, effect.attempts, why)
            }
            CallResult::Done | CallResult::Exchange(_) => return Ok(()),
        };
        Settled { effect, element, attempts, why }.follow(next, None, edit)
    }

    /// Writes the body's line of what it heard, and says what the job is answered with.
    fn heard_of(
        &self,
        turn: &Turn<'_>,
        edit: &mut Edit,
        sent: &Sent,
        heard: Heard,
    ) -> Result<Next, Refused> {
        let signed = self.settings.sharing.agreements.get(&sent.agreement.id);
        let signed = signed.filter(|signed| signed.agreement().version() == sent.agreement);
        let asked = signed.and_then(|signed| {
            signed.agreement().questions().iter().find(|asked| asked.id == *sent.form.name())
        });
        let told = match &heard {
            // An answer that nobody agreed on is none.
            Heard::Answered { answer: Answer::Told(told), .. } => {
                asked.filter(|asked| asked.answers.contains(told)).map(|_| told.clone())
            }
            Heard::Answered { answer: Answer::CannotTell, .. }
            | Heard::Received { .. }
            | Heard::Refused { .. }
            | Heard::NotShared { .. } => None,
        };
        if let Some(leaf) = heard.leaf() {
            let wanted = Wanted { agreement: sent.agreement.id.clone(), form: sent.form.clone() };
            let kind = match sent.form {
                Form::Question(_) => RecordKind::Receipt,
                Form::Notice(_) => RecordKind::Acknowledged,
            };
            let categories = asked.filter(|_| told.is_some()).map(|asked| &asked.categories);
            let record = Record {
                kind,
                agreement: sent.agreement.clone(),
                categories: categories.into_iter().flatten().cloned().collect(),
                answers: Some(leaf),
                ..self.record(edit, (sent.crossing, &wanted), signed, turn.now)
            };
            self.log_crossing(turn, edit, record)?;
        }
        Ok(next(&edit.service, sent, heard, told))
    }
}

/// Ends an effect for which nobody waits: the process is not told, and an answer counts as one.
fn not_used(edit: &mut Edit, effect: &Effect, answered: bool) -> Result<(), Refused> {
    let effect = effect.id;
    let event =
        if answered { effect::Event::Done { effect } } else { effect::Event::Cancelled { effect } };
    edit.record(Fact::Effect(event))
}

/// Spends the permit: on the question itself, or on those of the visible variables that the
/// agreement lets a notice tell.
fn let_out(permit: Permit, edit: &Edit, element: ElementKey) -> Decided {
    match permit.crossing().form {
        Form::Question(_) => {
            Decided { kind: RecordKind::Request, categories: permit.let_out(), fields: Vec::new() }
        }
        Form::Notice(_) => {
            let visible = edit.case.process.visible_variables(element);
            let visible: BTreeMap<String, &Personal<Variable>> =
                visible.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let fields: Vec<String> = permit.notice(visible).into_keys().collect();
            let categories = fields.iter().filter_map(|name| name.parse().ok()).collect();
            Decided { kind: RecordKind::Notice, categories, fields }
        }
    }
}

/// What the job is answered with.
fn next(service: &Service, sent: &Sent, heard: Heard, told: Option<String>) -> Next {
    let refuse =
        |code: &str, message: String| Next::Refuse { error_code: code.to_owned(), message };
    match (&sent.form, heard) {
        (Form::Question(name), _) => {
            let answer = told.unwrap_or_else(|| CANNOT_TELL.to_owned());
            let source = format!("{}/{name}", sent.agreement.id);
            let questions = service.package.questions.sourced();
            let named =
                questions.iter().filter(|question| question.source.as_ref() == Some(&source));
            let variables = named
                .map(|question| (question.id.to_string(), feel::Value::string(answer.clone())));
            Next::Complete { variables: variables.collect() }
        }
        (Form::Notice(_), Heard::Received { .. }) => Next::Complete { variables: BTreeMap::new() },
        (Form::Notice(_), Heard::Refused { message, .. }) => refuse(crossing::REFUSED, message),
        (Form::Notice(_), Heard::NotShared { .. } | Heard::Answered { .. }) => {
            refuse(NOT_SHARED, String::new())
        }
    }
}
