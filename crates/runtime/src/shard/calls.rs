//! What goes out after a commit: requests to back offices, messages to people, keys to forget.
//!
//! Values are opened here, at the wire, and nowhere on the way (DESIGN L10).

use std::collections::BTreeMap;

use base::{CaseId, EffectId, KeyId, Timestamp};
use connectors::{HttpRequest, Phase, PrepareError};

use super::Shard;
use crate::case::Case;
use crate::crossing::{CrossingLetter, ROAD_MS, Sent};
use crate::effect::{Effect, LETTER_TO, Standing, Work};
use crate::keyring::CaseKeys;
use crate::messages::{self, Mail, Template};
use crate::services::Service;

/// Something for the driver to carry out.
#[derive(Debug)]
pub struct Call {
    /// The effect that it is for.
    pub effect: EffectId,
    /// Its case.
    pub case: CaseId,
    /// Which request of the effect.
    pub phase: Phase,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// What to do.
    pub work: CallWork,
}

/// What to do.
pub enum CallWork {
    /// Ask a back office.
    Exchange {
        /// The request, without credentials.
        request: HttpRequest,
        /// How long to wait for the answer, in milliseconds.
        timeout_ms: i64,
    },
    /// Send a message.
    Mail(Mail),
    /// Forget a key.
    Forget(KeyId),
    /// Send a letter to another body, by the identity office.
    Cross {
        /// The letter; none when the gate let nothing out, and the time passes all the same.
        letter: Option<Box<CrossingLetter>>,
        /// Before which nothing is said of it.
        not_before: Timestamp,
    },
    /// Nothing: the request could not be made from the case's values.
    NotMade(String),
}

impl std::fmt::Debug for CallWork {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Exchange { .. } => "Exchange",
            Self::Mail(_) => "Mail",
            Self::Forget(_) => "Forget",
            Self::Cross { .. } => "Cross",
            Self::NotMade(_) => "NotMade",
        })
    }
}

impl Shard {
    /// The call of an effect that its commit has let out.
    pub(super) fn call(&self, id: EffectId) -> Option<Call> {
        let case = self.effects.get(&id).and_then(|case| self.cases.get(case))?;
        let effect = case.effects.get(&id).filter(|effect| effect.standing == Standing::Out)?;
        let attempts = &effect.attempts;
        let work = self.work(case, effect).unwrap_or_else(CallWork::NotMade);
        Some(Call {
            effect: id,
            case: case.request.case,
            phase: attempts.phase,
            attempt: attempts.sends.saturating_add(attempts.lookups),
            work,
        })
    }

    fn work(&self, case: &Case, effect: &Effect) -> Result<CallWork, String> {
        let service = self.services.version(case.request.version);
        let service = service.ok_or_else(|| "the service's version is gone".to_owned())?;
        let keys = self.keyring.of_case(&case.request.keys).map_err(|error| error.to_string())?;
        match &effect.work {
            Work::Forget { key } => Ok(CallWork::Forget(*key)),
            Work::Cross { element, sent, .. } => {
                let letter = self.letter(case, (*element, sent), service, &keys)?;
                let withdrawn = effect.unwanted;
                let letter = letter.map(|letter| CrossingLetter { withdrawn, ..letter });
                let not_before = effect.opened_at.plus_millis(ROAD_MS);
                Ok(CallWork::Cross { letter: letter.map(Box::new), not_before })
            }
            Work::Message { template, letter_to } => {
                let letter_to = match letter_to {
                    None => None,
                    Some(to) => {
                        let opened = to.open(LETTER_TO, &keys);
                        opened.map_err(|error| error.to_string())?.opened().cloned()
                    }
                };
                let to = Template { name: template, letter_to };
                let mail = messages::write(service, &case.request, &keys, to, &self.settings);
                mail.map(CallWork::Mail).map_err(|error| error.to_string())
            }
            Work::Job { element, job_type, system } => {
                let mapping = service.mappings.get(job_type).ok_or("the job has no mapping")?;
                let system =
                    self.settings.systems.get(system).ok_or("the body has no such system")?;
                let entries = opened(case, *element, &keys, |_| true)?;
                let input = feel::Value::context(entries).map_err(|error| error.to_string())?;
                let attempt = effect.attempts.sends.saturating_add(effect.attempts.lookups);
                let reference = case.request.reference.clone();
                let page = self.settings.page_of(&reference);
                let named = connectors::Effect { id: effect.id, reference, attempt, page };
                let phase = effect.attempts.phase;
                let request = connectors::prepare(mapping, system, phase, &input, &named)
                    .map_err(|error: PrepareError| error.to_string())?;
                let timeout_ms = mapping.timeout_ms();
                Ok(CallWork::Exchange { request, timeout_ms })
            }
        }
    }

    /// The letter of what the gate let out; none when it let nothing out, or when the agreement
    /// that it read is no longer there.
    fn letter(
        &self,
        case: &Case,
        (element, sent): (engine::ElementKey, &Sent),
        service: &Service,
        keys: &CaseKeys,
    ) -> Result<Option<CrossingLetter>, String> {
        let signed = self.settings.sharing.agreements.get(&sent.agreement.id);
        let signed = signed.filter(|signed| signed.agreement().version() == sent.agreement);
        let (Some(signed), Some(person), false) = (signed, case.request.person, sent.refused)
        else {
            return Ok(None);
        };
        let agreement = signed.agreement();
        let own = self.settings.body.clone();
        let (provider, recipient) = match &sent.form {
            sharing::Form::Question(_) => (agreement.provider().clone(), own),
            sharing::Form::Notice(_) => (
                own,
                agreement.recipients().first().ok_or("the agreement has no recipient")?.clone(),
            ),
        };
        let governs = &service.package.definition.governing_date;
        let date = opened(case, element, keys, |name| name == governs)?;
        let date = date.first().and_then(|(_, value)| value.to_string().parse().ok());
        let fields = opened(case, element, keys, |name| sent.fields.iter().any(|it| it == name))?;
        let fields: BTreeMap<String, engine::Variable> =
            fields.into_iter().map(|(name, value)| (name, engine::Variable::new(value))).collect();
        Ok(Some(CrossingLetter {
            id: sent.crossing,
            agreement: sent.agreement.clone(),
            agreement_digest: *agreement.digest(),
            form: sent.form.clone(),
            provider,
            recipient,
            purpose: agreement.purpose().clone(),
            service: case.request.service.clone(),
            assurance: case.assurance,
            on: date.unwrap_or_else(|| case.request.received_at.uk_date()),
            leaf: sent.leaf,
            person,
            fields,
            withdrawn: false,
        }))
    }
}

/// The variables of an element instance that are wanted, opened at the wire.
fn opened(
    case: &Case,
    element: engine::ElementKey,
    keys: &CaseKeys,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<(String, feel::Value)>, String> {
    let mut entries = Vec::new();
    for (name, value) in case.process.visible_variables(element) {
        if !wanted(name) {
            continue;
        }
        let field = engine::field_of(name);
        let opened = value.open(base::Field(&field), keys).map_err(|error| error.to_string())?;
        let value = opened.opened().map(|variable| variable.value().clone());
        entries.push((name.to_owned(), value.unwrap_or_default()));
    }
    Ok(entries)
}
