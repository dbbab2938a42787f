//! Check answers, send them, and the page that gives the reference.

use base::{Digest, Reference};
use catalogue::{AnswerError, Automation, Given};
use runtime::{CaseView, Command, Rejection, Reply, Submit};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::Form;
use super::story::Story;
use super::walk::{Begun, Walk, answers_of};
use crate::paths;
use crate::views::page::{Link, PageError};
use crate::views::request::{
    Answer as Answered, AnswerGroup, CheckAnswers, Confirmation, Following, Step, Told,
};
use crate::words::Words;

/// What has just been sent, as the browser keeps it, sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    reference: String,
    joined: bool,
}

/// `GET /{body}/services/{service}/check`
pub(crate) async fn check(walk: Walk) -> Answer {
    walk.signed_in()?;
    let Some(begun) = walk.draft()? else { return Err(Fault::Elsewhere(after_sending(&walk))) };
    let given = walk.pruned(begun.given.clone());
    if let Some(page) = walk.first_wrong(&given) {
        return Err(Fault::Elsewhere(format!("{}?change=1", walk.page_address(page))));
    }
    html(&check_view(&walk, &begun, &given, &[])?)
}

/// `POST /{body}/services/{service}/check`
pub(crate) async fn send(walk: Walk, Form(form): Form) -> Answer {
    walk.signed_in()?;
    let Some(draft) = walk.draft_id() else { return Err(Fault::Elsewhere(walk.base.clone())) };
    let begun = walk.draft()?;
    if begun.as_ref().is_some_and(|begun| once(begun) != form.text("once")) {
        // Another tab has changed the answers: nobody sends what they did not check.
        return Err(Fault::Elsewhere(walk.check_address()));
    }
    let given = begun.as_ref().map(|begun| walk.pruned(begun.given.clone())).unwrap_or_default();
    let submit = Submit {
        service: walk.service.id().clone(),
        channel: walk.channel,
        language: Some(walk.seen.language_shown()),
        given: answers_of(&given),
        draft: Some(draft),
        earlier: Vec::new(),
    };
    match (walk.submit(Command::Submit(Box::new(submit))).await, begun) {
        (Ok(reply), _) => sent(&walk, &reply),
        (Err(Rejection::Invalid(errors)), Some(begun)) => {
            html_wrong(&check_view(&walk, &begun, &given, &errors)?)
        }
        (Err(Rejection::Invalid(_)), None) => Err(Fault::Elsewhere(walk.base.clone())),
        (Err(rejection), _) => Err(rejection.into()),
    }
}

/// `GET /{body}/services/{service}/done`
pub(crate) async fn done(walk: Walk) -> Answer {
    let sent: Option<Sent> = walk.seen.open(&walk.sent_kind());
    let sent = sent.ok_or_else(|| Fault::Elsewhere(walk.base.clone()))?;
    let reference: Reference = sent.reference.parse().map_err(|_| Fault::NOT_FOUND)?;
    let view = walk.seen.run()?.case_in_a_moment(&reference).await?.ok_or(Fault::NOT_FOUND)?;
    let owner = view.case.request.person;
    let agent = walk.channel == base::Channel::Agent;
    if agent || owner.is_none() || owner == walk.authority.person() {
        return html(&confirmation_view(&walk, &sent, &view)?);
    }
    // The next person at this browser, or somebody who told us of what another had told before.
    if sent.joined && Story::of(&walk.seen, &view).is_open() {
        return html(&joined_view(&walk, &view)?);
    }
    Err(Fault::Elsewhere(walk.base.clone()))
}

/// What is told to somebody whose report joined another person's: nothing of that person's.
fn joined_view(walk: &Walk, view: &CaseView) -> Result<Confirmation, Fault> {
    let (seen, words) = (&walk.seen, walk.seen.words);
    let by = words.by_date(words.date(view.case.request.promised).as_str());
    Ok(Confirmation {
        page: seen.frame().page(words.received_title()),
        reference: None,
        say: None,
        joined: Some(words.joined_anothers().to_owned()),
        told: Told::UnderWay {
            next: vec![Step { when: Some(by), text: words.next_promised().to_owned() }],
            following: None,
        },
        parts: Vec::new(),
        keep: None,
        status: None,
        onward: Link::new(words.all_services(), paths::front(seen.id()?)),
    })
}

/// Where somebody goes whose form was sent or has expired.
fn after_sending(walk: &Walk) -> String {
    let sent: Option<Sent> = walk.seen.open(&walk.sent_kind());
    sent.map_or_else(|| walk.base.clone(), |_| format!("{}/done", walk.base))
}

/// What makes two sendings of one page the same: the draft and what it held when it was checked.
fn once(begun: &Begun) -> String {
    let answers = serde_json::to_vec(&begun.given).unwrap_or_default();
    Digest::of_parts(&[begun.draft.as_bytes(), &answers]).to_string()
}

fn sent(walk: &Walk, reply: &Reply) -> Answer {
    let (reference, joined) = match reply {
        Reply::Received { reference, .. } => (reference, false),
        Reply::Joined { reference, .. } => (reference, true),
        Reply::Draft { .. } | Reply::Done | Reply::AlreadyTaken | Reply::Considered(_) => {
            return Err(Fault::NOT_FOUND);
        }
    };
    let sent = Sent { reference: reference.to_string(), joined };
    let mut cookies = vec![walk.seen.seal(&walk.sent_kind(), &sent)?];
    if joined {
        // The open request is not this draft's: sending again would join it again.
        cookies.push(walk.seen.clear(&walk.draft_kind())?);
    }
    Ok(with_cookies(see_other(&format!("{}/done", walk.base)), cookies))
}

fn check_view(
    walk: &Walk,
    begun: &Begun,
    given: &Given,
    errors: &[AnswerError],
) -> Result<CheckAnswers, Fault> {
    let (seen, words) = (&walk.seen, walk.seen.words);
    let language = seen.language_shown();
    let definition = &walk.service.package.definition;
    let last = walk.pages(given).last().map(|page| walk.page_address(page));
    let automatic = definition.automated != Automation::None;
    let body = seen.web()?.name.in_language(language);
    let page = seen.frame().page(words.check_title());
    Ok(CheckAnswers {
        page: page
            .back_to(last.unwrap_or_else(|| walk.base.clone()))
            .with_errors(errors.iter().map(|error| page_error(walk, error)).collect()),
        caption: definition.title.in_language(language).to_owned(),
        groups: vec![AnswerGroup { heading: None, answers: answers(walk, given) }],
        say: (walk.channel == base::Channel::Agent).then(|| words.read_back().to_owned()),
        before_send: automatic.then(|| words.computer_will_decide(body)).into_iter().collect(),
        action: walk.check_address(),
        once: once(begun),
        button: definition.send.in_language(language).to_owned(),
    })
}

fn change_address(walk: &Walk, page: &str) -> String {
    format!("{}/pages/{page}?change=1", walk.base)
}

fn page_error(walk: &Walk, error: &AnswerError) -> PageError {
    let question = walk.questions().question(&error.question);
    PageError {
        text: error.message(walk.questions(), walk.seen.language_shown()),
        href: question.map(|question| change_address(walk, &question.page)),
    }
}

fn answers(walk: &Walk, given: &Given) -> Vec<Answered> {
    let asked = walk.questions().asked(&answers_of(given));
    let held = |question: &catalogue::Question| {
        let held = given.contains_key(&runtime::held_name(question));
        held.then(|| walk.seen.words.answer_held().to_owned())
    };
    let answer = |question: &catalogue::Question| Answered {
        question: question.short().in_language(walk.seen.language_shown()).to_owned(),
        lines: walk.lines(question, given),
        change: Some(change_address(walk, &question.page)),
        held: held(question),
    };
    asked.into_iter().map(answer).collect()
}

fn confirmation_view(walk: &Walk, sent: &Sent, view: &CaseView) -> Result<Confirmation, Fault> {
    let (seen, words) = (&walk.seen, walk.seen.words);
    let (body, reference) = (seen.id()?, &view.case.request.reference);
    let story = Story::of(seen, view);
    let agent = walk.channel == base::Channel::Agent;
    let status = if agent { paths::case(body, reference) } else { paths::request(body, reference) };
    let onward = if agent {
        Link::new(words.next_call(), paths::staff(body))
    } else {
        Link::new(words.all_services(), paths::front(body))
    };
    let title = if story.is_answered() { words.answered_title() } else { words.received_title() };
    Ok(Confirmation {
        page: seen.frame().page(title),
        reference: Some(reference.to_string()),
        say: agent.then(|| say(words, &story, view)),
        joined: sent.joined.then(|| words.joined_open().to_owned()),
        told: told(words, &story, view)?,
        parts: story.parts(),
        keep: (!agent).then(|| keep(words, sent, view)),
        status: Some(status),
        onward,
    })
}

/// What an agent says.
fn say(words: Words, story: &Story<'_>, view: &CaseView) -> String {
    let promised = words.date(view.case.request.promised);
    if story.is_answered() {
        words.tell_answer(story.sentence().as_str())
    } else {
        words.tell_reference(promised.as_str())
    }
}

fn told(words: Words, story: &Story<'_>, view: &CaseView) -> Result<Told, Fault> {
    if !story.is_open() {
        return Ok(Told::Answered {
            answer: story.sentence(),
            decision: story.decision(None, false)?,
        });
    }
    let by = words.by_date(words.date(view.case.request.promised).as_str());
    let wrong = match &view.service.package.definition.not_fixed {
        Some(_) => words.if_it_goes_wrong_text(),
        None => words.if_it_goes_wrong_look(),
    };
    Ok(Told::UnderWay {
        next: vec![
            Step { when: Some(words.today().to_owned()), text: story.sentence() },
            Step { when: Some(by), text: words.next_promised().to_owned() },
        ],
        following: Some(Following {
            how_we_know: words.how_we_know_text().to_owned(),
            if_it_goes_wrong: wrong.to_owned(),
        }),
    })
}

/// Where the reference went. An open request that this one joined is somebody else's: their
/// address is not told.
fn keep(words: Words, sent: &Sent, view: &CaseView) -> String {
    match view.written_to().filter(|_| !sent.joined) {
        Some(address) => words.copy_sent(address.as_str()),
        None => words.keep_reference().to_owned(),
    }
}
