//! Messages to requesters: templates of the package, in the language that they wished.
//!
//! A wish that is not known gets every language of the body, its own first (the Welsh language
//! standards ask for it). Templates are bodies' text, so they are rendered with bounds.

use base::Language;
use catalogue::{Answers, QuestionKind};
use requests::ServiceRequest;

use crate::keyring::CaseKeys;
use crate::services::Service;

/// Template steps that one message may take.
const FUEL: u64 = 50_000;
/// The longest message, in characters.
const MESSAGE_CHARACTERS: usize = 20_000;

/// A message as it goes out. It is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The body that writes.
    pub from: base::BodyId,
    /// The address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The body, plain text.
    pub body: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Mail(..)")
    }
}

/// Why a message could not be written. Carries no value.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The package has no such template.
    #[error("the package has no message {0}")]
    NoTemplate(String),
    /// The requester gave no address, or it was erased.
    #[error("the requester gave no address")]
    NoAddress,
    /// The template does not render.
    #[error("message {0} does not render")]
    Template(String),
}

/// The requester's e-mail address, when they gave one.
pub(crate) fn contact(
    service: &Service,
    request: &ServiceRequest,
    keys: &CaseKeys,
) -> Option<String> {
    let answers = request.open_answers(keys).ok()?;
    let answers = Answers::from_json(answers.opened()?)?;
    let questions = service.package.questions.questions();
    let question = questions.iter().find(|question| question.kind == QuestionKind::Email)?;
    answers.get(question.id.as_str())?.as_str().map(str::to_owned)
}

/// Writes a message to the requester.
pub(crate) fn write(
    service: &Service,
    request: &ServiceRequest,
    keys: &CaseKeys,
    template: &str,
    languages: &[Language],
) -> Result<Mail, MessageError> {
    let message = service.package.messages.get(template);
    let message = message.ok_or_else(|| MessageError::NoTemplate(template.to_owned()))?;
    let to = contact(service, request, keys).ok_or(MessageError::NoAddress)?;
    let wished: Vec<Language> = match request.language {
        Some(language) => vec![language],
        None => languages.to_vec(),
    };
    let mut subjects = Vec::new();
    let mut bodies = Vec::new();
    for language in wished {
        let known = known(service, request, language);
        let render = |text: &base::Text| {
            render(text.in_language(language), &known)
                .ok_or_else(|| MessageError::Template(template.to_owned()))
        };
        subjects.push(render(&message.subject)?);
        bodies.push(render(&message.body)?);
    }
    Ok(Mail {
        from: service.body.clone(),
        to,
        subject: subjects.join(" / "),
        body: bodies.join("\n\n----\n\n"),
    })
}

fn known(service: &Service, request: &ServiceRequest, language: Language) -> minijinja::Value {
    let definition = &service.package.definition;
    let outcome = request.outcome.as_ref().and_then(|outcome| definition.outcome(outcome));
    minijinja::Value::from_pairs([
        ("reference", request.reference.as_str().to_owned()),
        ("service", definition.title.in_language(language).to_owned()),
        ("promised", request.promised.to_string()),
        ("outcome", outcome.map_or("", |outcome| outcome.text.in_language(language)).to_owned()),
    ])
}

fn render(text: &str, known: &minijinja::Value) -> Option<String> {
    let mut environment = minijinja::Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let rendered = environment.render_str(text, known.clone()).ok()?;
    Some(rendered.chars().take(MESSAGE_CHARACTERS).collect())
}
