//! Messages to requesters: templates of the package, in the language that they wished.
//!
//! A wish that is not known gets every language of the body, its own first (the Welsh language
//! standards ask for it). Templates are bodies' text, so they are rendered with bounds.

use base::{Language, Money, Text};
use catalogue::{Answers, Message, QuestionKind};
use requests::{ReviewDecision, ServiceRequest};

use crate::keyring::CaseKeys;
use crate::services::Service;
use crate::shard::BodySettings;

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

/// The message that tells what came of a person's second look.
pub(crate) const REVIEW_DECIDED: &str = "review-decided";
/// The message that tells that staff ended a request.
pub(crate) const CLOSED_BY_HAND: &str = "closed-by-hand";

/// What every service says in the same words, where its package has none of its own.
fn built_in(template: &str) -> Option<Message> {
    let text = |english: &str, welsh: &str| Text::english(english).with(Language::Cy, welsh);
    match template {
        REVIEW_DECIDED => Some(Message {
            subject: text(
                "{{ reference }}: a person has looked again",
                "{{ reference }}: mae person wedi edrych eto",
            ),
            body: text(
                "You asked a person to look again at your request {{ reference }}. They have.\n\n\
                 {{ decision }}\n\n{{ outcome }}\n\nTheir reason: {{ reason }}\n",
                "Gofynnoch i berson edrych eto ar eich cais {{ reference }}. Maent wedi gwneud \
                 hynny.\n\n{{ decision }}\n\n{{ outcome }}\n\nEu rheswm: {{ reason }}\n",
            ),
        }),
        CLOSED_BY_HAND => Some(Message {
            subject: text(
                "{{ reference }}: we have closed your request",
                "{{ reference }}: rydym wedi cau eich cais",
            ),
            body: text(
                "A member of staff has closed your request {{ reference }}.\n\n{{ outcome }}\n",
                "Mae aelod o staff wedi cau eich cais {{ reference }}.\n\n{{ outcome }}\n",
            ),
        }),
        _ => None,
    }
}

/// Writes a message to the requester.
pub(crate) fn write(
    service: &Service,
    request: &ServiceRequest,
    keys: &CaseKeys,
    template: &str,
    settings: &BodySettings,
) -> Result<Mail, MessageError> {
    let own = service.package.messages.get(template).cloned();
    let message = own.or_else(|| built_in(template));
    let message = message.ok_or_else(|| MessageError::NoTemplate(template.to_owned()))?;
    let to = contact(service, request, keys).ok_or(MessageError::NoAddress)?;
    let wished: Vec<Language> = match request.language {
        Some(language) => vec![language],
        None => settings.languages.clone(),
    };
    let mut subjects = Vec::new();
    let mut bodies = Vec::new();
    for language in wished {
        let known = known((service, request), keys, settings, language);
        let render = |text: &Text| {
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

fn known(
    (service, request): (&Service, &ServiceRequest),
    keys: &CaseKeys,
    settings: &BodySettings,
    language: Language,
) -> minijinja::Value {
    let reason = request.open_review_reason(keys).ok().flatten();
    let reason = reason.as_ref().and_then(base::Personal::opened).cloned();
    let definition = &service.package.definition;
    let outcome = request.outcome.as_ref().and_then(|outcome| definition.outcome(outcome));
    minijinja::Value::from_pairs([
        ("reference", request.reference.as_str().to_owned()),
        ("service", definition.title.in_language(language).to_owned()),
        ("promised", request.promised.in_words(language)),
        ("link", settings.page_of(&request.reference)),
        ("fee", Money::from_pence(i64::from(definition.fee_pence)).to_string()),
        ("outcome", outcome.map_or("", |outcome| outcome.text.in_language(language)).to_owned()),
        ("decision", decision(request, language).to_owned()),
        ("reason", reason.unwrap_or_default()),
    ])
}

/// What came of a person's second look, in a sentence.
fn decision(request: &ServiceRequest, language: Language) -> &'static str {
    let decided = request.review.as_ref().and_then(|review| review.decided.as_ref());
    match (decided.map(|decided| decided.decision), language) {
        (None, _) => "",
        (Some(ReviewDecision::Upheld), Language::En) => "They agree with the decision.",
        (Some(ReviewDecision::Upheld), Language::Cy) => "Maent yn cytuno â'r penderfyniad.",
        (Some(ReviewDecision::Changed), Language::En) => "They changed the decision.",
        (Some(ReviewDecision::Changed), Language::Cy) => "Maent wedi newid y penderfyniad.",
    }
}

fn render(text: &str, known: &minijinja::Value) -> Option<String> {
    let mut environment = minijinja::Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let rendered = environment.render_str(text, known.clone()).ok()?;
    Some(rendered.chars().take(MESSAGE_CHARACTERS).collect())
}
