//! Being asked by another body, and being told: the gate of the body that receives (DESIGN L12).
//!
//! The gate decides before the body's back office is asked, and again in the commit that writes its
//! line; what is said leaves after that commit alone. A letter that comes again is told what was
//! said to it first. Only the identity office brings letters, for it alone translates.

use base::{Digest, Reference};
use connectors::{Admission, Outcome, Phase};
use sharing::{Answer, Form, Permit, Record, RecordKind, Refusal, SignedAgreement};

use super::{Refused, Shard, Turn};
use crate::authority::Authority;
use crate::command::{Rejection, Reply};
use crate::crossing::{CANNOT_TELL, Considered, CrossingLetter, Delay, Heard};
use crate::gate::{self, About};

/// The letters of the reference under which a back office finds a notice.
const REFERENCE: &str = "NTC";
/// The variable that a question's answer stands in.
const ANSWER: &str = "answer";

/// What a back office made of a letter.
enum Given {
    Answer(String),
    Taken,
    Refused(String),
}

impl Shard {
    /// What the gate makes of a letter before the register is read.
    pub(super) fn consider(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        letter: &CrossingLetter,
    ) -> Result<Reply, Refused> {
        self.brought_by_office(authority, letter)?;
        let considered = match self.before(turn, letter)? {
            Some(said) => Considered::Said(said),
            None => match self.permit(turn, letter)? {
                Err(refusal) => Considered::Said(self.refuse(turn, letter, refusal)?),
                // The permit is not spent on looking: it is asked for again when something is said.
                Ok(_) => self.call_for(turn, letter),
            },
        };
        Ok(Reply::Considered(Box::new(considered)))
    }

    /// Decides again over what the back office answered, writes the line and says it.
    pub(super) fn conclude(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        letter: &CrossingLetter,
        answer: Option<&connectors::Answer>,
    ) -> Result<Reply, Refused> {
        self.brought_by_office(authority, letter)?;
        let said = |heard| Ok(Reply::Considered(Box::new(Considered::Said(heard))));
        let withdrawn = self.withdrawn_meanwhile(turn, letter)?;
        if !withdrawn && let Some(before) = self.before(turn, letter)? {
            return said(before);
        }
        let Some(given) = self.given(turn, letter, answer) else {
            return Ok(Reply::Considered(Box::new(Considered::Later(Delay::BackOffice))));
        };
        if withdrawn && !matches!(given, Given::Taken) {
            return said(self.refuse(turn, letter, Refusal::Withdrawn)?);
        }
        match self.permit(turn, letter)? {
            Ok(permit) => said(self.say(turn, letter, permit, given)?),
            Err(refusal) => said(self.refuse(turn, letter, refusal)?),
        }
    }

    /// Whether a notice was withdrawn while the back office had it: what that has taken is written
    /// all the same, for it is there.
    fn withdrawn_meanwhile(
        &self,
        turn: &Turn<'_>,
        letter: &CrossingLetter,
    ) -> Result<bool, Refused> {
        if letter.withdrawn || matches!(letter.form, Form::Question(_)) {
            return Ok(false);
        }
        let Some(row) = gate::seen(&turn.step.batch, turn.reader, letter.id)? else {
            return Ok(false);
        };
        let first = gate::kind(&row, &turn.step.batch, turn.reader, &self.keyring)?;
        Ok(first == Some(RecordKind::Refused(Refusal::Withdrawn)))
    }

    fn brought_by_office(
        &self,
        authority: &Authority,
        letter: &CrossingLetter,
    ) -> Result<(), Rejection> {
        let office = &self.settings.identity_office;
        let brought = matches!(authority, Authority::Body { body } if body == office);
        if brought && letter.receiver() == self.body() { Ok(()) } else { Err(Rejection::Forbidden) }
    }

    /// What was said to this very letter; another under its id is refused. One that is withdrawn is
    /// told which line was written, and nothing that it says.
    fn before(
        &mut self,
        turn: &mut Turn<'_>,
        letter: &CrossingLetter,
    ) -> Result<Option<Heard>, Refused> {
        let Some(row) = gate::seen(&turn.step.batch, turn.reader, letter.id)? else {
            if letter.withdrawn {
                return self.refuse(turn, letter, Refusal::Withdrawn).map(Some);
            }
            return Ok(None);
        };
        let same = row.letter == letter.digest();
        let withdrawn = letter.withdrawn && row.agreement == letter.agreement.id.as_str();
        // A letter that this body wrote itself is nobody else's to withdraw.
        let answered = (same || withdrawn) && row.letter != Digest::ZERO;
        if answered && let Some(said) = gate::said(&row, &self.keyring)? {
            let leaf = said.leaf();
            return Ok(Some(if same { said } else { Heard::NotShared { leaf } }));
        }
        self.refuse(turn, letter, Refusal::Replayed).map(Some)
    }

    fn signed(&self, letter: &CrossingLetter) -> Option<&SignedAgreement> {
        let signed = self.settings.sharing.agreements.get(&letter.agreement.id)?;
        (*signed.agreement().digest() == letter.agreement_digest).then_some(signed)
    }

    fn permit(
        &self,
        turn: &Turn<'_>,
        letter: &CrossingLetter,
    ) -> Result<Result<Permit, Refusal>, Refused> {
        let day = turn.now.uk_date();
        let about = About { agreement: &letter.agreement.id, person: Some(letter.person), day };
        let facts = about.facts(&turn.step.batch, turn.reader)?;
        Ok(sharing::decide(self.signed(letter), letter.crossing(day), facts))
    }

    /// The request to the back office that answers, while it is not resting.
    fn call_for(&mut self, turn: &Turn<'_>, letter: &CrossingLetter) -> Considered {
        let key = (letter.agreement.id.clone(), letter.form.name().clone());
        let service = self.settings.sharing.services.get(&key).cloned();
        let Some(service) = service else { return Considered::Later(Delay::BackOffice) };
        let mapping = &service.mapping;
        let Some(system) = self.settings.systems.get(mapping.system()).cloned() else {
            return Considered::Later(Delay::BackOffice);
        };
        if let Admission::Wait { .. } = self.admit(&system.id, turn.now) {
            return Considered::Later(Delay::BackOffice);
        }
        let random = letter.id.as_bytes().first_chunk::<5>().copied().unwrap_or_default();
        let effect = connectors::Effect {
            id: base::EffectId::from_bytes(*letter.id.as_bytes()),
            reference: Reference::new(REFERENCE, random),
            attempt: 1,
            page: self.settings.origin.clone(),
        };
        let request = told(letter).and_then(|input| {
            connectors::prepare(mapping, &system, Phase::Send, &input, &effect).ok()
        });
        match request {
            Some(request) => Considered::Call { request, timeout_ms: mapping.timeout_ms() },
            None => Considered::Unasked,
        }
    }

    /// What the back office's answer means; `None` when it is to be asked again later.
    fn given(
        &mut self,
        turn: &Turn<'_>,
        letter: &CrossingLetter,
        answer: Option<&connectors::Answer>,
    ) -> Option<Given> {
        let question = matches!(letter.form, Form::Question(_));
        let no = |message: String| {
            let cannot_tell = Given::Answer(CANNOT_TELL.to_owned());
            if question { cannot_tell } else { Given::Refused(message) }
        };
        let Some(answer) = answer else { return Some(no(String::new())) };
        let key = (letter.agreement.id.clone(), letter.form.name().clone());
        let service = self.settings.sharing.services.get(&key)?;
        let system = service.mapping.system().clone();
        let outcome = connectors::interpret(&service.mapping, Phase::Send, answer);
        let health = connectors::health(answer);
        self.heard.push((turn.now, system, health));
        match outcome {
            Outcome::Done { variables } if question => {
                let answer = variables.get(ANSWER).map(ToString::to_string);
                Some(Given::Answer(answer.unwrap_or_default()))
            }
            Outcome::Done { .. } => Some(Given::Taken),
            Outcome::Refused { message, .. } => Some(no(message)),
            Outcome::NotFound => Some(no(String::new())),
            Outcome::Retry { .. } | Outcome::Unclear { .. } | Outcome::Unmapped { .. } => None,
        }
    }

    /// Spends the permit on what is said, in the commit that writes its line.
    fn say(
        &mut self,
        turn: &mut Turn<'_>,
        letter: &CrossingLetter,
        permit: Permit,
        given: Given,
    ) -> Result<Heard, Refused> {
        let day = turn.now.uk_date();
        let about = About { agreement: &letter.agreement.id, person: Some(letter.person), day };
        about.count(&mut turn.step.batch, turn.reader)?;
        let categories: Vec<_> = permit.categories().iter().cloned().collect();
        match given {
            Given::Answer(given) => {
                let answer = permit.answer(&given);
                let categories = match &answer {
                    Answer::Told(_) => categories,
                    Answer::CannotTell => Vec::new(),
                };
                let heard = |leaf| Heard::Answered { answer, leaf };
                self.write_line(turn, letter, (RecordKind::Answer, categories), heard)
            }
            Given::Taken => {
                permit.let_out();
                let told = told_categories(letter);
                let heard = |leaf| Heard::Received { leaf };
                self.write_line(turn, letter, (RecordKind::NoticeReceipt, told), heard)
            }
            Given::Refused(message) => {
                permit.let_out();
                let told = told_categories(letter);
                let heard = |leaf| Heard::Refused { message, leaf };
                self.write_line(turn, letter, (RecordKind::NoticeRefused, told), heard)
            }
        }
    }

    /// Nothing crosses: the line says why, and the other body is not told.
    fn refuse(
        &mut self,
        turn: &mut Turn<'_>,
        letter: &CrossingLetter,
        refusal: Refusal,
    ) -> Result<Heard, Refused> {
        let line = (RecordKind::Refused(refusal), Vec::new());
        self.write_line(turn, letter, line, |leaf| Heard::NotShared { leaf: Some(leaf) })
    }

    fn write_line(
        &mut self,
        turn: &mut Turn<'_>,
        letter: &CrossingLetter,
        (kind, categories): (RecordKind, Vec<sharing::Category>),
        heard: impl FnOnce(Digest) -> Heard,
    ) -> Result<Heard, Refused> {
        let agreement = self.signed(letter).map(SignedAgreement::agreement);
        let record = Record { categories, ..gate::line(kind, letter, agreement, turn.now) };
        let mut said = None;
        self.ledger(turn).write(record, letter.digest(), |leaf| {
            said = Some(heard(leaf));
            said.clone()
        })?;
        Ok(said.unwrap_or(Heard::NotShared { leaf: None }))
    }
}

/// The kinds of data that a notice told.
fn told_categories(letter: &CrossingLetter) -> Vec<sharing::Category> {
    letter.fields.keys().filter_map(|name| name.parse().ok()).collect()
}

/// What a data service's request may use.
fn told(letter: &CrossingLetter) -> Option<feel::Value> {
    let person = feel::Value::string(letter.person.to_string());
    let on = feel::Value::string(letter.on.to_string());
    let own = [("person".to_owned(), person), ("on".to_owned(), on)];
    let fields = letter.fields.iter().map(|(name, value)| (name.clone(), value.value().clone()));
    feel::Value::context(fields.chain(own)).ok()
}
