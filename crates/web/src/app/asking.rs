//! Asking: the page before a service begins, and its pages of questions.

use axum::response::Response;
use catalogue::{AnswerError, Automation, Given, Page};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Form, Visitor};
use super::fields::{Taken, entered};
use super::form::Fields;
use super::typed;
use super::walk::{Begun, Walk, answers_of};
use crate::paths;
use crate::views::field::errors_of;
use crate::views::front::{OtherWay, ServiceStart, Start};
use crate::views::page::Link;
use crate::views::problem::ProblemKind;
use crate::views::request::{Fact, Question};

/// Minutes that a page takes, about; at least two in all.
const MINUTES_A_PAGE: f64 = 0.5;

/// `GET /{body}/services/{service}`
pub(crate) async fn start(walk: Walk) -> Answer {
    html(&start_view(&walk)?)
}

/// `POST /{body}/services/{service}/start`
pub(crate) async fn begin(walk: Walk) -> Answer {
    if !walk.is_open() {
        return Err(Fault::Elsewhere(walk.base.clone()));
    }
    let given = Given::new();
    let draft = walk.save(None, &given).await?;
    let pages = walk.pages(&given);
    let first = pages.first().map(|page| walk.page_address(page));
    let first = first.unwrap_or_else(|| walk.check_address());
    let cookie = walk.hold(draft)?;
    Ok(with_cookies(see_other(&first), [cookie]))
}

/// `GET /{body}/services/{service}/pages/{page}`
pub(crate) async fn page(walk: Walk, at: At) -> Answer {
    let begun = walk.begun()?;
    let page = walk.page(&at.get::<String>("page")?, &begun.given)?;
    let typed = typed::kept(&walk.seen)?;
    let fields = typed.unwrap_or_else(|| entered(&walk.asked_on(page, &begun.given), &begun.given));
    html(&question_view(&walk, page, &begun.given, &fields, &[])?)
}

/// `POST /{body}/services/{service}/pages/{page}`
///
/// Whose session has ended signs in again and finds what they typed.
pub(crate) async fn answer(
    visitor: Visitor,
    walk: Result<Walk, Fault>,
    at: At,
    Form(form): Form,
) -> Answer {
    let walk = match walk {
        Ok(walk) if !walk.needs_sign_in() => walk,
        Ok(_) | Err(Fault::Elsewhere(_)) => {
            return Err(typed::sign_in_first(&visitor, &form, &visitor.address()).await);
        }
        Err(fault) => return Err(fault),
    };
    let begun = walk.begun()?;
    let page = walk.page(&at.get::<String>("page")?, &begun.given)?;
    match walk.take(page, &begun.given, &form) {
        Taken::Postcode(given) => {
            let again = format!("{}{}", walk.page_address(page), change_query(&walk));
            keep(&walk, &begun, &given, &again).await
        }
        Taken::Wrong(errors) => {
            html_wrong(&question_view(&walk, page, &begun.given, &form, &errors)?)
        }
        Taken::Right(given) => {
            let next =
                if is_change(&walk) { walk.check_address() } else { walk.after(page, &given) };
            keep(&walk, &begun, &given, &next).await
        }
    }
}

async fn keep(walk: &Walk, begun: &Begun, given: &Given, next: &str) -> Result<Response, Fault> {
    walk.save(Some(begun.draft), given).await?;
    Ok(see_other(next))
}

/// Whether an answer is changed from the page of answers to check.
fn is_change(walk: &Walk) -> bool {
    walk.seen.query.first("change").is_some()
}

fn change_query(walk: &Walk) -> &'static str {
    if is_change(walk) { "?change=1" } else { "" }
}

fn question_view(
    walk: &Walk,
    page: &Page,
    given: &Given,
    entered: &Fields,
    errors: &[AnswerError],
) -> Result<Question, Fault> {
    let (seen, words) = (&walk.seen, walk.seen.words);
    let asked = walk.asked_on(page, given);
    let field = |question: &&catalogue::Question| walk.field(question, given, entered, errors);
    let mut fields: Vec<_> = asked.iter().map(field).collect();
    let own = page.title.in_language(seen.language_shown());
    let title = &walk.service.package.definition.title;
    let heading = match fields.as_mut_slice() {
        // A postcode leads to the answer: the question stays the heading.
        [only] if only.is_postcode() => asked
            .first()
            .map(|question| question.text.in_language(seen.language_shown()).to_owned()),
        [only] => {
            *only = only.clone().headed();
            None
        }
        _ if own.is_empty() => Some(title.in_language(seen.language_shown()).to_owned()),
        _ => Some(own.to_owned()),
    };
    let first = fields.first().ok_or(Fault::Problem(ProblemKind::NotFound))?;
    let page_title = heading.clone().unwrap_or_else(|| first.label.clone());
    let back = if is_change(walk) { walk.check_address() } else { walk.before(page, given) };
    let choosing = fields.iter().any(|field| field.given.is_some());
    Ok(Question {
        page: seen.frame().page(page_title).back_to(back).with_errors(errors_of(&fields)),
        caption: title.in_language(seen.language_shown()).to_owned(),
        heading,
        intro: None,
        action: format!("{}{}", walk.page_address(page), change_query(walk)),
        button: words.continue_button().to_owned(),
        otherwise: choosing
            .then(|| paths::front(&walk.service.body))
            .map(|front| Link::new(words.address_not_listed(), format!("{front}help"))),
        known: known(walk, page, given),
        fields,
    })
}

/// For an agent: the answers so far, but those of this page.
fn known(walk: &Walk, page: &Page, given: &Given) -> Vec<Fact> {
    if walk.channel != base::Channel::Agent {
        return Vec::new();
    }
    let language = walk.seen.language_shown();
    let asked = walk.questions().asked(&answers_of(given)).into_iter();
    let answered = asked
        .filter(|question| question.page != page.id && given.contains_key(question.id.as_str()));
    answered
        .map(|question| Fact {
            name: question.short().in_language(language).to_owned(),
            lines: walk.lines(question, given),
        })
        .collect()
}

fn start_view(walk: &Walk) -> Result<ServiceStart, Fault> {
    let (seen, words) = (&walk.seen, walk.seen.words);
    let language = seen.language_shown();
    let definition = &walk.service.package.definition;
    let questions = walk.questions().questions();
    let always = |question: &&catalogue::Question| !question.optional && question.show_if.is_none();
    let needed = questions.iter().filter(always);
    let mut next = Vec::new();
    if definition.automated != Automation::None {
        next.push(words.computer_will_decide(seen.web()?.name.in_language(language)));
    }
    next.push(words.next_reference().to_owned());
    next.push(words.next_told().to_owned());
    let home =
        if seen.is_staff_page() { paths::staff(seen.id()?) } else { paths::front(seen.id()?) };
    Ok(ServiceStart {
        page: seen.frame().page(definition.title.in_language(language)).back_to(home),
        category: definition.category.in_language(language).to_owned(),
        summary: definition.summary.in_language(language).to_owned(),
        need: needed.map(|question| question.short().in_language(language).to_owned()).collect(),
        how_long: words.takes_about_minutes(minutes(walk.questions().pages().len())),
        next,
        promise: words.promise(words.working_days(definition.promise.working_days.into()).as_str()),
        start: start_of(walk)?,
        other_ways: other_ways(walk)?,
        power: definition.power.in_language(language).to_owned(),
        lawful_basis: definition.lawful_basis.in_language(language).to_owned(),
    })
}

fn minutes(pages: usize) -> u32 {
    let pages = f64::from(u32::try_from(pages).unwrap_or(u32::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 to 100 minutes")]
    let minutes = (pages * MINUTES_A_PAGE).ceil().clamp(2.0, 100.0) as u32;
    minutes
}

fn start_of(walk: &Walk) -> Result<Start, Fault> {
    let words = walk.seen.words;
    let definition = &walk.service.package.definition;
    if !definition.offers(walk.channel) {
        return Ok(Start::Closed(words.closed_text().to_owned()));
    }
    if walk.needs_sign_in() {
        return Ok(Start::SignIn(Link::new(words.sign_in(), walk.seen.sign_in()?)));
    }
    let label = match walk.channel {
        base::Channel::Agent => words.begin_call().to_owned(),
        base::Channel::Web | base::Channel::Api | base::Channel::Open311 => {
            words.start_now().to_owned()
        }
    };
    let begun = walk.draft()?.filter(|begun| !begun.given.is_empty());
    let begun = begun.filter(|_| walk.channel == base::Channel::Web);
    let go_on = begun.map(|begun| Link::new(words.go_on(), walk.goes_on(&begun.given)));
    let label = if go_on.is_some() { words.start_again().to_owned() } else { label };
    Ok(Start::Open { label, action: format!("{}/start", walk.base), go_on })
}

fn other_ways(walk: &Walk) -> Result<Vec<OtherWay>, Fault> {
    let words = walk.seen.words;
    if walk.seen.is_staff_page() {
        return Ok(Vec::new());
    }
    let phone = walk.seen.web()?.help.phone.as_deref();
    let offered = walk.service.package.definition.offers(base::Channel::Agent);
    let by_phone = phone.filter(|_| offered).map(|phone| OtherWay {
        name: words.by_phone().to_owned(),
        text: words.by_phone_text(phone),
    });
    Ok(by_phone.into_iter().collect())
}
