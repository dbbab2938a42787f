//! What goes out after a commit: requests to back offices, messages to people, keys to forget.
//!
//! Values are opened here, at the wire, and nowhere on the way (DESIGN L10).

use base::{CaseId, EffectId, KeyId};
use connectors::{HttpRequest, Phase, PrepareError};

use super::Shard;
use crate::case::Case;
use crate::effect::{Effect, LETTER_TO, Standing, Work};
use crate::messages::{self, Mail, Template};

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
    /// Nothing: the request could not be made from the case's values.
    NotMade(String),
}

impl std::fmt::Debug for CallWork {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Exchange { .. } => "Exchange",
            Self::Mail(_) => "Mail",
            Self::Forget(_) => "Forget",
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
                let mut entries = Vec::new();
                for (name, value) in case.process.visible_variables(*element) {
                    let field = engine::field_of(name);
                    let opened = value.open(base::Field(&field), &keys);
                    let opened = opened.map_err(|error| error.to_string())?;
                    let value = opened.opened().map(|variable| variable.value().clone());
                    entries.push((name.to_owned(), value.unwrap_or_default()));
                }
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
}
