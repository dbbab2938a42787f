//! Messages to requesters: templates of the package, in the language that they wished.
//!
//! A wish that is not known gets every language of the body, its own first (the Welsh language
//! standards ask for it). Templates are bodies' text, so they are rendered with bounds.

use base::{Language, Money, Text};
use catalogue::parts::Standing;
use catalogue::{Answers, Message, QuestionKind, Way};
use requests::{Milestone, ReviewDecision, ServiceRequest, Status};

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
    /// The way by which it goes.
    pub way: Way,
    /// The address: of a letter, its lines.
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

/// A message that is to be written.
pub(crate) struct Template<'a> {
    /// Its name.
    pub name: &'a str,
    /// The address that the body holds, where it always goes by letter.
    pub letter_to: Option<String>,
}

/// The template of a name: the package's own, else what every service says in the same words.
pub(crate) fn template(service: &Service, name: &str) -> Option<Message> {
    service.package.messages.get(name).cloned().or_else(|| built_in(name))
}

/// The answer to the first question of a kind.
fn answer_of(
    service: &Service,
    request: &ServiceRequest,
    keys: &CaseKeys,
    kind: QuestionKind,
) -> Option<String> {
    let answers = request.open_answers(keys).ok()?;
    let answers = Answers::from_json(answers.opened()?)?;
    let questions = service.package.questions.questions();
    let question = questions.iter().find(|question| question.kind == kind)?;
    answers.get(question.id.as_str())?.as_str().map(str::to_owned)
}

/// The requester's e-mail address, when they gave one.
pub(crate) fn contact(
    service: &Service,
    request: &ServiceRequest,
    keys: &CaseKeys,
) -> Option<String> {
    answer_of(service, request, keys, QuestionKind::Email)
}

/// How the requester is written to by what they gave, and where: an e-mail before a text message
/// before a letter, whose address is still that of a place.
pub(crate) fn addressee(
    service: &Service,
    message: &Message,
    request: &ServiceRequest,
    keys: &CaseKeys,
) -> Option<(Way, String)> {
    let given = |kind| answer_of(service, request, keys, kind);
    if let Some(email) = given(QuestionKind::Email) {
        return Some((Way::Email, email));
    }
    let texts = message.sms.languages().next().is_some();
    if let Some(number) = given(QuestionKind::Phone).filter(|_| texts) {
        return Some((Way::Sms, number));
    }
    let posts = message.letter.is_some();
    given(QuestionKind::Address).filter(|_| posts).map(|place| (Way::Letter, place))
}

/// The message that tells what came of a person's second look.
pub(crate) const REVIEW_DECIDED: &str = "review-decided";
/// The message that tells that staff ask something.
pub(crate) const REQUESTER_ASKED: &str = "requester-asked";
/// The message that reminds of what staff asked.
pub(crate) const REQUESTER_REMINDED: &str = "requester-reminded";
/// The message that tells that staff ended a request.
pub(crate) const CLOSED_BY_HAND: &str = "closed-by-hand";

/// What every service says in the same words, where its package has none of its own.
fn built_in(template: &str) -> Option<Message> {
    let letter = Some(catalogue::Letter { to: None });
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
            sms: text(
                "A person has looked again at your request {{ reference }}. {{ decision }}",
                "Mae person wedi edrych eto ar eich cais {{ reference }}. {{ decision }}",
            ),
            letter,
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
            sms: text(
                "A member of staff has closed your request {{ reference }}. {{ outcome }}",
                "Mae aelod o staff wedi cau eich cais {{ reference }}. {{ outcome }}",
            ),
            letter,
        }),
        _ => asking(template),
    }
}

/// What is written about a question of staff.
fn asking(template: &str) -> Option<Message> {
    let letter = Some(catalogue::Letter { to: None });
    let text = |english: &str, welsh: &str| Text::english(english).with(Language::Cy, welsh);
    match template {
        REQUESTER_ASKED => Some(Message {
            subject: text(
                "{{ reference }}: we need to ask you one thing",
                "{{ reference }}: mae angen i ni ofyn un peth i chi",
            ),
            body: text(
                "Before we can decide on your request {{ reference }}, we need to ask you:\n\n\
                 {{ question }}\n\nAnswer by {{ until }} at {{ link }}, or call us and give the \
                 reference. The time that we promised waits for your answer.\n",
                "Cyn y gallwn benderfynu ar eich cais {{ reference }}, mae angen i ni ofyn i chi:\n\n\
                 {{ question }}\n\nAtebwch erbyn {{ until }} yn {{ link }}, neu ffoniwch ni a rhoi'r \
                 cyfeirnod. Mae'r amser a addawyd gennym yn aros am eich ateb.\n",
            ),
            sms: text(
                "We need to ask you one thing about {{ reference }}. Answer by {{ until }}: {{ link }}",
                "Mae angen i ni ofyn un peth am {{ reference }}. Atebwch erbyn {{ until }}: {{ link }}",
            ),
            letter,
        }),
        REQUESTER_REMINDED => Some(Message {
            subject: text(
                "{{ reference }}: we still need your answer",
                "{{ reference }}: mae angen eich ateb arnom o hyd",
            ),
            body: text(
                "We asked you about your request {{ reference }}:\n\n{{ question }}\n\nAnswer at \
                 {{ link }}, or call us and give the reference. If we have no answer by \
                 {{ until }}, we go on with what we know.\n",
                "Gofynnwyd i chi am eich cais {{ reference }}:\n\n{{ question }}\n\nAtebwch yn \
                 {{ link }}, neu ffoniwch ni a rhoi'r cyfeirnod. Os na chawn ateb erbyn \
                 {{ until }}, byddwn yn mynd ymlaen gyda'r hyn a wyddom.\n",
            ),
            sms: text(
                "We still need your answer about {{ reference }} by {{ until }}: {{ link }}",
                "Mae angen eich ateb am {{ reference }} arnom erbyn {{ until }}: {{ link }}",
            ),
            letter,
        }),
        _ => None,
    }
}

/// Writes a message to the requester.
pub(crate) fn write(
    service: &Service,
    request: &ServiceRequest,
    keys: &CaseKeys,
    to: Template<'_>,
    settings: &BodySettings,
) -> Result<Mail, MessageError> {
    let Template { name, letter_to } = to;
    let message = template(service, name);
    let message = message.ok_or_else(|| MessageError::NoTemplate(name.to_owned()))?;
    let held = letter_to.map(|address| (Way::Letter, address));
    let given = || {
        let (way, to) = addressee(service, &message, request, keys)?;
        let place = settings.places.get(&to).filter(|_| way == Way::Letter);
        let lines = place.map(|place| format!("{}\n{}", place.line, place.postcode));
        Some((way, lines.unwrap_or(to)))
    };
    let (way, to) = held.or_else(given).ok_or(MessageError::NoAddress)?;
    let body = if way == Way::Sms { &message.sms } else { &message.body };
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
                .ok_or_else(|| MessageError::Template(name.to_owned()))
        };
        subjects.push(render(&message.subject)?);
        bodies.push(render(body)?);
    }
    Ok(Mail {
        from: service.body.clone(),
        way,
        to,
        subject: subjects.join(" / "),
        body: bodies.join("\n\n----\n\n"),
    })
}

/// How each part of a request stands, where its service has parts.
pub(crate) fn parts(service: &Service, request: &ServiceRequest) -> Vec<Standing> {
    let reached = |milestone| Milestone::reached(milestone).map(|element| (element, milestone.at));
    let reached: Vec<(&str, base::Timestamp)> =
        request.timeline.iter().filter_map(reached).collect();
    let Some(process) = service.deployment.process(&service.process) else { return Vec::new() };
    let is_open = request.status == Status::Open;
    catalogue::parts::standings(&service.package.definition, process, &reached, is_open)
}

/// A line for each part: what it is, and what is said of it.
fn lines_of_parts(service: &Service, request: &ServiceRequest, language: Language) -> String {
    let line = |part: Standing| {
        let (title, text) = (part.title.in_language(language), part.text.in_language(language));
        format!("{title}: {text}")
    };
    let lines: Vec<String> = parts(service, request).into_iter().map(line).collect();
    lines.join("\n")
}

fn known(
    (service, request): (&Service, &ServiceRequest),
    keys: &CaseKeys,
    settings: &BodySettings,
    language: Language,
) -> minijinja::Value {
    let reason = request.open_review_reason(keys).ok().flatten();
    let reason = reason.as_ref().and_then(base::Personal::opened).cloned();
    let inquiry = request.inquiries.last();
    let question = inquiry.and_then(|inquiry| inquiry.open_question(keys).ok());
    let question = question.as_ref().and_then(base::Personal::opened).cloned();
    let definition = &service.package.definition;
    let outcome = request.outcome.as_ref().and_then(|outcome| definition.outcome(outcome));
    minijinja::Value::from_pairs([
        ("reference", request.reference.as_str().to_owned()),
        ("service", definition.title.in_language(language).to_owned()),
        ("promised", request.promised.in_words(language)),
        ("link", settings.page_of(&request.reference)),
        ("fee", Money::from_pence(i64::from(definition.fee_pence)).to_string()),
        ("outcome", outcome.map_or("", |outcome| outcome.text.in_language(language)).to_owned()),
        ("parts", lines_of_parts(service, request, language)),
        ("decision", decision(request, language).to_owned()),
        ("reason", reason.unwrap_or_default()),
        ("question", question.unwrap_or_default()),
        ("until", inquiry.map(|it| it.asked.until.in_words(language)).unwrap_or_default()),
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
