//! The fake post's messages, while it is in use.

use base::{Language, MessageId};
use catalogue::Way;

use super::answer::{Answer, Fault, html};
use super::callers::{At, Visitor};
use super::state::OutboxMessage;
use crate::paths;
use crate::views::outbox::{MessageLine, Outbox, OutboxMessage as Shown};
use crate::views::request::Fact;
use crate::words::Words;

/// Messages on a page.
const SHOWN: usize = 50;

/// What this body wrote; another's messages are its own.
fn messages(visitor: &Visitor) -> Result<Vec<OutboxMessage>, Fault> {
    let outbox = visitor.app.setup.outbox.as_ref().ok_or(Fault::NOT_FOUND)?;
    let body = visitor.id()?;
    Ok(outbox.messages().into_iter().filter(|message| message.from == *body).collect())
}

/// E-mail, text message or letter.
const fn kind(words: Words, way: Way) -> &'static str {
    match way {
        Way::Email => words.kind_email(),
        Way::Sms => words.kind_sms(),
        Way::Letter => words.kind_letter(),
    }
}

/// `GET /{body}/outbox`
pub(crate) async fn list(visitor: Visitor) -> Answer {
    let (words, body) = (visitor.words, visitor.id()?);
    let all = messages(&visitor)?;
    let before: Option<MessageId> = visitor.query.first("before").and_then(|id| id.parse().ok());
    let skipped = before.and_then(|before| all.iter().position(|message| message.id == before));
    let from = skipped.map_or(0, |skipped| skipped + 1);
    let shown: Vec<&OutboxMessage> = all.iter().skip(from).take(SHOWN).collect();
    let line = |message: &&OutboxMessage| MessageLine {
        subject: message.subject.clone(),
        href: format!("{}/{}", paths::outbox(body), message.id),
        kind: kind(words, message.way).to_owned(),
        to: message.to.replace('\n', ", "),
        when: words.moment(message.at),
    };
    let more = all.len() > from + shown.len();
    html(&Outbox {
        page: visitor.frame().page(words.outbox_title()),
        messages: shown.iter().map(line).collect(),
        older: shown.last().filter(|_| more).map(|last| format!("?before={}", last.id)),
    })
}

/// `GET /{body}/outbox/{message}`
pub(crate) async fn message(visitor: Visitor, at: At) -> Answer {
    let (words, wanted) = (visitor.words, at.get::<MessageId>("message")?);
    let all = messages(&visitor)?;
    let message = all.into_iter().find(|message| message.id == wanted).ok_or(Fault::NOT_FOUND)?;
    let page = visitor.frame().page(message.subject.as_str());
    html(&Shown {
        page: page.back_to(paths::outbox(visitor.id()?)),
        facts: vec![
            Fact {
                name: words.message_to().to_owned(),
                lines: message.to.lines().map(str::to_owned).collect(),
            },
            Fact::new(words.kind(), kind(words, message.way)),
            Fact::new(words.message_when(), words.moment(message.at)),
        ],
        language: language_of(&message).unwrap_or(words.language()).tag(),
        text: message.body,
    })
}

/// The language of a message by its most frequent words; none when they do not tell.
fn language_of(message: &OutboxMessage) -> Option<Language> {
    let text = message.body.to_lowercase();
    let words = text.split_whitespace();
    let is_welsh = |word: &&str| ["yn", "y", "yr", "eich", "ac", "i", "ar"].contains(word);
    let is_english = |word: &&str| ["the", "your", "and", "to", "of", "is"].contains(word);
    let (welsh, english) =
        (words.clone().filter(is_welsh).count(), words.filter(is_english).count());
    let likelier = if welsh > english { Language::Cy } else { Language::En };
    (welsh != english).then_some(likelier)
}
