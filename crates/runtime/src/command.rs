//! What may be asked of a body's shard, and what it answers.

use base::{CaseId, Channel, Date, Digest, DraftId, EffectId, Language, MessageId, Party};
use base::{Reference, SectorPersonId, ServiceId, SystemId, Timestamp};
use catalogue::{AnswerError, Given};
use connectors::{Exchange, Phase};
use identity::Assurance;

use crate::access::{ViewReason, Viewed};
use crate::authority::Authority;
use crate::crossing::{Considered, CrossingLetter, Delay, Heard};
use crate::task::{Decision, Holder};

mod caller;

pub use caller::{CallerCommand, ContactAct, NewContact};

/// Names a waiting caller to the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyTo(pub u64);

/// Something for a shard to take in.
#[derive(Debug, Clone)]
pub enum Input {
    /// A command with its authority.
    Command {
        /// Who asks.
        authority: Authority,
        /// What.
        command: Command,
        /// Who waits for the answer.
        reply: ReplyTo,
    },
    /// A call came back, or could not be made.
    Exchanged(Exchanged),
    /// Something may be due.
    Tick,
}

/// A call that came back.
#[derive(Debug, Clone)]
pub struct Exchanged {
    /// The effect it was for.
    pub effect: EffectId,
    /// What was asked.
    pub phase: Phase,
    /// The number of the attempt, as its call had it.
    pub attempt: u32,
    /// What happened.
    pub result: CallResult,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub enum CallResult {
    /// An exchange with a back office.
    Exchange(Box<Exchange>),
    /// The request could not be made from the case's values; the text carries no value.
    NotMade(String),
    /// What came of a letter to another body.
    Crossed(Box<Heard>),
    /// A letter to another body is to go again.
    Delayed(Delay),
    /// Work of the installation itself is done.
    Done,
    /// Work of the installation itself failed; the text carries no value.
    Failed(String),
}

/// A new request.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The service.
    pub service: ServiceId,
    /// The channel.
    pub channel: Channel,
    /// The requester's wish of language, where it is known.
    pub language: Option<Language>,
    /// The answers as given.
    pub given: Given,
    /// The draft that they were collected in.
    pub draft: Option<DraftId>,
    /// The drafts under which the same may have been sent before: what was made of one of them, or
    /// joined, is the answer.
    pub earlier: Vec<DraftId>,
}

/// How an incident is to be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// Try again.
    Replay,
    /// A person saw in the system that the work was done.
    Done,
    /// A person saw in the system that the work was not done: do it.
    NotDone,
}

/// What may be asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// A new request.
    Submit(Box<Submit>),
    /// Keep the answers of a form so far.
    SaveDraft {
        /// The draft, or a new one.
        draft: Option<DraftId>,
        /// The service.
        service: ServiceId,
        /// The answers so far, as JSON.
        answers: String,
    },
    /// "This is not fixed."
    NotFixed {
        /// The case.
        case: CaseId,
        /// The channel.
        channel: Channel,
        /// What is still wrong.
        note: Option<String>,
    },
    /// A requester is back from the page at which they were to pay. What came of it is read from
    /// the provider.
    PaymentReturned {
        /// The case.
        case: CaseId,
    },
    /// Ask what has become of a request.
    Chase {
        /// The case.
        case: CaseId,
        /// The channel.
        channel: Channel,
    },
    /// Do something for a caller, or with what a caller said.
    Caller(CallerCommand),
    /// Take a request back.
    Withdraw {
        /// The case.
        case: CaseId,
    },
    /// A message of a back office.
    Deliver {
        /// The system.
        system: SystemId,
        /// The versions of services whose mapping reads the message so; any when none is named.
        versions: Vec<Digest>,
        /// The message, the same in every delivery.
        message: MessageId,
        /// The name of the BPMN message.
        name: String,
        /// The correlation key.
        key: String,
        /// Its variables.
        variables: std::collections::BTreeMap<String, feel::Value>,
    },
    /// Settle what an element of a case is stuck on.
    Settle {
        /// The case.
        case: CaseId,
        /// The element instance.
        element: engine::ElementKey,
        /// How.
        how: Settle,
    },
    /// A member of staff has done a task that the process gave to a person.
    CompleteTask {
        /// The case.
        case: CaseId,
        /// The element instance.
        element: engine::ElementKey,
        /// What was decided.
        variables: std::collections::BTreeMap<String, feel::Value>,
    },
    /// A member of staff takes a task, so that nobody else works on it.
    ClaimTask {
        /// The case.
        case: CaseId,
        /// The element instance.
        element: engine::ElementKey,
        /// Who.
        by: Holder,
    },
    /// A task goes back to those who wait: whoever has it, or a colleague in their absence.
    HandBackTask {
        /// The case.
        case: CaseId,
        /// The element instance.
        element: engine::ElementKey,
        /// Who gives it back.
        by: Holder,
    },
    /// A member of staff decides a task, with a reason in their words.
    DecideTask {
        /// The case.
        case: CaseId,
        /// The element instance.
        element: engine::ElementKey,
        /// What.
        decision: Box<Decision>,
    },
    /// A member of staff puts a question to the requester from a task.
    AskRequester {
        /// The case.
        case: CaseId,
        /// The element instance.
        element: engine::ElementKey,
        /// Who.
        by: Holder,
        /// The question, in the language of the request.
        question: String,
    },
    /// Answer the question that staff put.
    AnswerQuestion {
        /// The case.
        case: CaseId,
        /// The channel.
        channel: Channel,
        /// The answer, in the requester's words.
        answer: String,
    },
    /// Ask a person to look again at what a machine decided.
    AskForReview {
        /// The case.
        case: CaseId,
        /// The channel.
        channel: Channel,
        /// Why, in the requester's words, where they say so.
        reason: Option<String>,
    },
    /// A member of staff has looked again: this outcome stands now.
    DecideReview {
        /// The case.
        case: CaseId,
        /// The outcome's id in the package: the present one, or another in its place.
        outcome: String,
        /// Why, in their words.
        reason: String,
    },
    /// A member of staff ends a case that cannot go on.
    CloseByHand {
        /// The case.
        case: CaseId,
        /// The outcome's id in the package.
        outcome: String,
        /// What was done, in their words.
        reason: String,
    },
    /// A member of staff is about to see values of a case.
    View {
        /// The case.
        case: CaseId,
        /// What they are going to see.
        what: Viewed,
        /// Why.
        reason: ViewReason,
    },
    /// Erase a party's personal values.
    Erase {
        /// The case.
        case: CaseId,
        /// The party.
        party: Party,
    },
    /// Go on with a case whose steps ran out.
    Continue {
        /// The case.
        case: CaseId,
    },
    /// A question or notice of another body has come.
    Consider(Box<CrossingLetter>),
    /// What the back office answered to one that has come.
    Conclude {
        /// The letter.
        letter: Box<CrossingLetter>,
        /// The answer; none when it could not be asked from the letter's values.
        answer: Option<Box<connectors::Answer>>,
    },
    /// A person's data are not to move under an agreement, or under any.
    Restrict {
        /// The person.
        person: SectorPersonId,
        /// The agreement's name; any, when none is given.
        agreement: Option<sharing::AgreementId>,
        /// Whether it is so from now on, or no longer.
        restricted: bool,
    },
    /// A message of another body.
    TakeLetter(Box<crate::transport::Letter>),
    /// End a session.
    CloseSession {
        /// The digest of its token.
        token: Digest,
    },
}

/// A session in a body.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The digest of its token, which is the caller's secret.
    pub token: Digest,
    /// The resident, as the body knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SectorPersonId>,
    /// How sure the identity office is of the resident.
    #[serde(default, skip_serializing_if = "crate::case::is_lowest")]
    pub assurance: Assurance,
    /// The member of staff, by the blind index of their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<Digest>,
    /// The roles of a member of staff, as the identity office tells them at each use; they are not
    /// kept with the session.
    #[serde(default, skip_serializing)]
    pub roles: Vec<base::Role>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What a command was answered with, after its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A request was received.
    Received {
        /// The case.
        case: CaseId,
        /// What the requester reads out.
        reference: Reference,
        /// The promised date.
        promised: Date,
    },
    /// The same thing is already being dealt with.
    Joined {
        /// The case.
        case: CaseId,
        /// Its reference.
        reference: Reference,
        /// Its promised date.
        promised: Date,
    },
    /// A draft is kept.
    Draft {
        /// The draft.
        draft: DraftId,
    },
    /// It was done.
    Done,
    /// What the gate made of another body's letter.
    Considered(Box<Considered>),
    /// The message had been taken before.
    AlreadyTaken,
}

/// Why a command was not followed: an answer for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The answers are not valid.
    #[error("{} answers are not valid", .0.len())]
    Invalid(Vec<AnswerError>),
    /// The service request does not allow it.
    #[error(transparent)]
    Request(#[from] requests::Rejection),
    /// The process does not wait for it.
    #[error(transparent)]
    Process(#[from] engine::Rejection),
    /// There is no such service, case or element.
    #[error("not found")]
    NotFound,
    /// Who asks may not.
    #[error("not allowed")]
    Forbidden,
    /// The service is not offered by this channel.
    #[error("service is not offered by channel {}", channel.key())]
    NotOffered {
        /// The channel.
        channel: Channel,
    },
    /// The service wants a signed-in requester.
    #[error("signing in is needed")]
    SignInNeeded,
    /// Nothing waits for the message yet: send it again later.
    #[error("nothing waits for the message")]
    NotYet,
    /// Staff decided without saying why, or at too great length.
    #[error("a reason of {} characters at most is needed", crate::REASON_CHARACTERS)]
    NoReason,
    /// The case that the message names is over: nothing will wait for it, so it is not sent again.
    #[error("the case is over")]
    Over,
    /// Somebody else has taken the task.
    #[error("a {} has the task", role.key())]
    Held {
        /// In which role.
        role: base::Role,
        /// Their initials.
        initials: String,
    },
    /// The values were erased.
    #[error("the case's values were erased")]
    Erased,
    /// Too much at once, or no room: try again later.
    #[error("not now")]
    Unavailable,
}
