//! The way through a service's pages: whose it is, its draft, and the order of its pages.
//!
//! A resident and an agent for a caller walk the same way under two addresses. What was answered
//! rests sealed in the draft; the browser holds only the draft's id, sealed too.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base::{Channel, Digest, DraftId, ServiceId};
use catalogue::{Given, Page, Question, QuestionKind, QuestionSet, SignIn};
use runtime::{Authority, Command, Place, Reply, Service, held_name};
use serde::{Deserialize, Serialize};

use super::answer::Fault;
use super::callers::{At, Staff, Visitor};
use super::cookies::Kind;
use super::seen::Seen;
use super::state::App;
use crate::paths;
use crate::views::problem::ProblemKind;

/// Somebody on the way through a service.
pub(crate) struct Walk {
    /// What was seen of the request.
    pub(crate) seen: Arc<Seen>,
    /// Who asks.
    pub(crate) authority: Authority,
    /// By which channel.
    pub(crate) channel: Channel,
    /// The service, as it runs.
    pub(crate) service: Arc<Service>,
    /// The address of its first page.
    pub(crate) base: String,
}

/// A form that has been begun.
pub(crate) struct Begun {
    /// The draft.
    pub(crate) draft: DraftId,
    /// What was answered so far, and the postcodes that were entered on the way.
    pub(crate) given: Given,
}

/// A draft as the browser holds it, sealed: a case's id, which others can know, opens none.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    /// The draft.
    pub(crate) draft: DraftId,
    /// Who began it, when they were known.
    holder: Option<Digest>,
}

impl Held {
    /// Whether somebody may go on with it: whoever began it, also when their session has ended or
    /// began on the way, and nobody else who has signed in.
    pub(crate) fn is_for(&self, authority: &Authority) -> bool {
        self.holder.is_none_or(|began| holder(authority).is_none_or(|goes_on| goes_on == began))
    }
}

/// A person as a cookie names them. Members of staff are none: the cookie of a call is theirs alone.
fn holder(authority: &Authority) -> Option<Digest> {
    authority.person().map(|person| Digest::of_parts(&[b"holder", person.as_bytes()]))
}

impl FromRequestParts<App> for Walk {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let service: ServiceId = At::from_request_parts(parts, app).await?.get("service")?;
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let seen = Arc::clone(visitor.seen());
        let found = seen.run()?.services().present(&service).cloned().ok_or(Fault::NOT_FOUND)?;
        if seen.is_staff_page() {
            let staff = Staff::from_request_parts(parts, app).await?;
            return Self::of_call(&seen, &staff.authority, &service);
        }
        let base = paths::service(seen.id()?, &service);
        let (authority, channel) = (visitor.authority, Channel::Web);
        Ok(Self { seen, authority, channel, service: found, base })
    }
}

/// The name under which a draft keeps the postcode that leads to an address; no question has it,
/// for their names hold no hyphen.
pub(crate) fn postcode_name(question: &Question) -> String {
    format!("{}-postcode", question.id)
}

impl Walk {
    /// An agent's way through a service, whose check is behind them.
    pub(crate) fn of_call(
        seen: &Arc<Seen>,
        authority: &Authority,
        service: &ServiceId,
    ) -> Result<Self, Fault> {
        let found = seen.run()?.services().present(service).cloned().ok_or(Fault::NOT_FOUND)?;
        let base = paths::call(seen.id()?, service);
        let (seen, authority) = (Arc::clone(seen), authority.clone());
        Ok(Self { seen, authority, channel: Channel::Agent, service: found, base })
    }

    /// The questions.
    pub(crate) fn questions(&self) -> &QuestionSet {
        &self.service.package.questions
    }

    /// Whether it may be begun: offered by this channel, and signed in where that is needed.
    pub(crate) fn is_open(&self) -> bool {
        self.service.package.definition.offers(self.channel) && !self.needs_sign_in()
    }

    /// Whether the person has to sign in first.
    pub(crate) fn needs_sign_in(&self) -> bool {
        let required = self.service.package.definition.sign_in == SignIn::Required;
        required && self.authority == Authority::Visitor
    }

    /// The cookie that holds the draft's id.
    pub(crate) fn draft_kind(&self) -> Kind {
        let service = self.service.id().to_string();
        match self.channel {
            Channel::Agent => Kind::Call(service),
            Channel::Web | Channel::Api | Channel::Open311 => Kind::Draft(service),
        }
    }

    /// The cookie that tells what was just sent.
    pub(crate) const fn sent_kind(&self) -> Kind {
        match self.channel {
            Channel::Agent => Kind::CallSent,
            Channel::Web | Channel::Api | Channel::Open311 => Kind::Sent,
        }
    }

    /// The draft's id as the browser holds it; nothing when another person began it.
    pub(crate) fn draft_id(&self) -> Option<DraftId> {
        let held: Held = self.seen.open(&self.draft_kind())?;
        held.is_for(&self.authority).then_some(held.draft)
    }

    /// The cookie with which the browser holds a draft of this person.
    pub(crate) fn hold(&self, draft: DraftId) -> Result<String, Fault> {
        let holder = holder(&self.authority);
        self.seen.seal(&self.draft_kind(), &Held { draft, holder })
    }

    /// The form so far; `None` when it was sent, expired or never begun.
    pub(crate) fn draft(&self) -> Result<Option<Begun>, Fault> {
        let Some(draft) = self.draft_id() else { return Ok(None) };
        let given = self.seen.run()?.draft(draft, self.service.id(), self.seen.now)?;
        Ok(given.map(|given| Begun { draft, given }))
    }

    /// The form so far; whoever has none begins at the beginning, and whose session has ended
    /// signs in and comes back.
    pub(crate) fn begun(&self) -> Result<Begun, Fault> {
        self.signed_in()?;
        if !self.is_open() {
            return Err(Fault::Elsewhere(self.base.clone()));
        }
        self.draft()?.ok_or_else(|| Fault::Elsewhere(self.base.clone()))
    }

    /// That the person has signed in where that is needed; else they do, and come back here.
    pub(crate) fn signed_in(&self) -> Result<(), Fault> {
        if self.needs_sign_in() { Err(Fault::Elsewhere(self.seen.sign_in()?)) } else { Ok(()) }
    }

    /// Keeps the form so far.
    pub(crate) async fn save(
        &self,
        draft: Option<DraftId>,
        given: &Given,
    ) -> Result<DraftId, Fault> {
        if draft.is_none() {
            self.seen.admit_form(&self.authority)?;
        }
        let answers =
            serde_json::to_string(given).map_err(|_| Fault::Problem(ProblemKind::NotUnderstood))?;
        let service = self.service.id().clone();
        let command = Command::SaveDraft { draft, service, answers };
        match self.submit(command).await? {
            Reply::Draft { draft } => Ok(draft),
            Reply::Received { .. }
            | Reply::Joined { .. }
            | Reply::Done
            | Reply::AlreadyTaken
            | Reply::Considered(_) => Err(Fault::Problem(ProblemKind::OurFault)),
        }
    }

    /// Submits a command in this person's name.
    pub(crate) async fn submit(&self, command: Command) -> Result<Reply, runtime::Rejection> {
        let body = self.service.body.clone();
        self.seen.app.setup.host.submit(&body, self.authority.clone(), command).await
    }

    /// The pages that are asked after these answers, in order.
    pub(crate) fn pages(&self, given: &Given) -> Vec<&Page> {
        let asked = self.questions().asked(&answers_of(given));
        let on = |page: &&Page| asked.iter().any(|question| question.page == page.id);
        self.questions().pages().iter().filter(on).collect()
    }

    /// A page that is asked after these answers.
    pub(crate) fn page(&self, id: &str, given: &Given) -> Result<&Page, Fault> {
        let pages = self.pages(given);
        pages.into_iter().find(|page| page.id == id).ok_or(Fault::NOT_FOUND)
    }

    /// The questions that are asked on a page after these answers.
    pub(crate) fn asked_on(&self, page: &Page, given: &Given) -> Vec<&Question> {
        let asked = self.questions().asked(&answers_of(given));
        asked.into_iter().filter(|question| question.page == page.id).collect()
    }

    /// The address of a page.
    pub(crate) fn page_address(&self, page: &Page) -> String {
        format!("{}/pages/{}", self.base, page.id)
    }

    /// The address of the page of answers to check.
    pub(crate) fn check_address(&self) -> String {
        format!("{}/check", self.base)
    }

    /// The first page that asks what is not held already.
    pub(crate) fn first(&self, given: &Given) -> String {
        self.next_of(self.pages(given).into_iter(), given)
    }

    /// The page after this one.
    pub(crate) fn after(&self, page: &Page, given: &Given) -> String {
        let rest = self.pages(given).into_iter().skip_while(|of| of.id != page.id).skip(1);
        self.next_of(rest, given)
    }

    fn next_of<'a>(&self, mut pages: impl Iterator<Item = &'a Page>, given: &Given) -> String {
        let asks = |page: &&Page| {
            let mut asked = self.asked_on(page, given).into_iter();
            asked.any(|question| !given.contains_key(&held_name(question)))
        };
        let next = pages.find(asks);
        next.map_or_else(|| self.check_address(), |next| self.page_address(next))
    }

    /// Where somebody goes on who has left a form: the first page that is not answered yet.
    pub(crate) fn goes_on(&self, given: &Given) -> String {
        let wrong = self.first_wrong(&self.pruned(given.clone()));
        wrong.map_or_else(|| self.check_address(), |page| self.page_address(page))
    }

    /// The first page with a fault.
    pub(crate) fn first_wrong(&self, given: &Given) -> Option<&Page> {
        let errors = self.errors(given);
        let question =
            errors.iter().find_map(|error| self.questions().question(&error.question))?;
        self.pages(given).into_iter().find(|page| page.id == question.page)
    }

    /// The page before this one.
    pub(crate) fn before(&self, page: &Page, given: &Given) -> String {
        let pages = self.pages(given);
        let earlier = pages.iter().take_while(|of| of.id != page.id).last();
        earlier.map_or_else(|| self.base.clone(), |earlier| self.page_address(earlier))
    }

    /// Leaves out what is no longer asked after these answers.
    pub(crate) fn pruned(&self, mut given: Given) -> Given {
        let asked = self.questions().asked(&answers_of(&given));
        let kept: Vec<String> = asked
            .iter()
            .flat_map(|question| {
                [question.id.to_string(), postcode_name(question), held_name(question)]
            })
            .collect();
        given.retain(|name, _| kept.contains(name));
        given
    }

    /// The body's places at a postcode.
    pub(crate) fn places_at(&self, postcode: &str) -> Vec<Place> {
        let places = self.seen.run().ok().map(|body| &body.settings().places);
        places.map(|places| places.at_postcode(postcode).cloned().collect()).unwrap_or_default()
    }

    /// The errors that a submission of these answers would have.
    pub(crate) fn errors(&self, given: &Given) -> Vec<catalogue::AnswerError> {
        let places = self.seen.run().ok().map(|body| &body.settings().places);
        let known = |uprn: &str| places.is_some_and(|places| places.get(uprn).is_some());
        let today = self.seen.now.uk_date();
        self.questions().check(&answers_of(given), &known, today).err().unwrap_or_default()
    }
}

/// The postcode that was entered for an address question.
pub(crate) fn postcode_of<'a>(question: &Question, given: &'a Given) -> Option<&'a str> {
    let is_address = question.kind == QuestionKind::Address;
    given.get(&postcode_name(question))?.as_str().filter(|_| is_address)
}

/// The answers alone, without what was entered on the way to them.
pub(crate) fn answers_of(given: &Given) -> Given {
    let is_answer = |name: &&String| !name.contains('-');
    given
        .iter()
        .filter(|(name, _)| is_answer(name))
        .map(|(name, answer)| (name.clone(), answer.clone()))
        .collect()
}
