//! Scenarios: how a service behaves, as a text that people read and a program runs.
//!
//! A scenario is a list of steps, one a line, from the top: what the world is, what people and back
//! offices do, when, and what is then expected. A word begins a step; the indented lines under a
//! request are its answers. A line that begins with `#` is for readers alone. Times are the United
//! Kingdom's; the clock moves only by `wait`, and whatever falls due on the way is done.
//!
//! ```text
//! scenario  The bin was due: the crew comes back       (first line: what it shows)
//! place     200000000001  "1 Mill Lane, Wealdmere"  "ZZ1 0AA"      (an address of the body)
//! clock     2026-11-19 09:00
//!
//! request   web en                 (channel: web, agent, api, open311; language: en, cy, or none)
//!   bin        refuse              (question and answer, as typed in a form; a list repeats the line)
//! not fixed web  The bin is still full
//! withdraw
//! returns                          (the requester is back from the page where they were to pay)
//!
//! answer    collections       200 {"scheduled": true}             (the next answer of a REST system)
//! answer    waste-contractor  CreateJobResponse jobNumber=WJ1     (of a SOAP system: element, fields)
//! answer    waste-contractor  fault Client UnknownProperty        (a SOAP fault, with its detail)
//! answer    waste-contractor  no reply                            (it got the request; nothing came back)
//! office    waste-contractor  down                                (nothing reaches it; then: up)
//! tell      waste-contractor  JobFinished ourReference={reference} finishedAt={now}
//! tell      parking  {"type": "done", "reference": "{reference}"}
//! again     waste-contractor                                      (the last message, delivered twice)
//! staff     replay send_job                                       (or: done, not-done)
//! staff     complete decide answer=granted/seen reason="The award letter was shown"
//!                                          (a user task, by what its form gives and an option's key)
//! asked     benefits-agency qualifying_benefit yes      (what another body answers when it is asked:
//!                                          an answer of the agreement, cannot_tell, silent, refused)
//! told      aldershire new_address done                 (what it does when it is told; or: refused, silent)
//! wait      3 hours                                               (minutes, hours, days)
//!
//! expect    status open            (open, closed, withdrawn: of the last request)
//! expect    outcome collected
//! expect    promised 2026-11-23
//! expect    reached send_job       (an element that the requester is told about)
//! expect    trace received send_job collected                     (every element completed, in order)
//! expect    rule bin_was_due time-passed                          (a decision's rule, by its code)
//! expect    message done en        (a template that was sent, in a language; then: email, sms, letter)
//! expect    asked waste-contractor CreateJob 1                    (SOAP operation or HTTP method)
//! expect    asked register file 1                                 (a folder: files left; or again, other)
//! expect    touches none           (or how many acts of staff after receipt)
//! expect    incident send_job      (or none)
//! expect    joined                 (the last request joined an open one)
//! expect    refused bin:required   (the last request's faults, question:kind, and nothing stored)
//! ```
//!
//! An office that is up and has no answer left fails the scenario, which then says what it was
//! asked. In texts `{reference}` is the last request's reference and `{now}` the clock's instant.

use base::{BodyId, Channel, Date, Language, SystemId, Timestamp};

use crate::AnswerErrorKind;
use crate::package::Way;
use crate::problem::{Problem, ProblemKind};

mod parse;

/// The most steps of a scenario.
pub(crate) const STEPS: usize = 1_000;

/// A scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// What it shows.
    pub title: String,
    /// What happens, in order.
    pub steps: Vec<Line>,
}

/// A step with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line of the file, from 1.
    pub number: u32,
    /// The step.
    pub step: Step,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The body serves this address.
    Place {
        /// Its property reference number.
        uprn: String,
        /// Its line, postcode left out.
        line: String,
        /// Its postcode.
        postcode: String,
    },
    /// The clock shows this.
    Clock(Timestamp),
    /// Time passes.
    Wait {
        /// How long, in milliseconds.
        for_ms: i64,
    },
    /// Somebody asks for the service.
    Request {
        /// The channel.
        channel: Channel,
        /// The wish of language, where it is known.
        language: Option<Language>,
        /// Question and answer as typed; a list repeats its question.
        answers: Vec<(String, String)>,
    },
    /// The requester says that it is not fixed.
    NotFixed {
        /// The channel.
        channel: Channel,
        /// What is still wrong.
        note: Option<String>,
    },
    /// The requester takes it back.
    Withdraw,
    /// The requester is back from the page at which they were to pay.
    Returns,
    /// What a system will answer next, after what it is already to answer.
    Answer {
        /// The system.
        system: SystemId,
        /// The answer.
        answer: OfficeAnswer,
    },
    /// A system can be reached, or not.
    Office {
        /// The system.
        system: SystemId,
        /// Whether it can.
        state: OfficeState,
    },
    /// A system tells us something of its own accord.
    Tell {
        /// The system.
        system: SystemId,
        /// What it says.
        message: OfficeMessage,
    },
    /// The system's last message comes again, the same delivery id and all.
    Again {
        /// The system.
        system: SystemId,
    },
    /// A member of staff settles what an element is stuck on.
    Staff {
        /// How.
        act: StaffAct,
        /// The element.
        element: String,
    },
    /// A member of staff decides a user task.
    Complete {
        /// The user task.
        element: String,
        /// What its form gives, as typed: an option's key, or a line of text.
        given: Vec<(String, String)>,
        /// Why, in their words.
        reason: Option<String>,
    },
    /// What another body answers from now on when it is asked.
    Asked {
        /// The body.
        body: BodyId,
        /// The question of the agreement.
        question: String,
        /// The answer.
        answer: BodyAnswer,
    },
    /// What another body does from now on when it is told.
    Told {
        /// The body.
        body: BodyId,
        /// The notice of the agreement.
        notice: String,
        /// What it does.
        outcome: NoticeOutcome,
    },
    /// What is to be so now.
    Expect(Expectation),
}

/// What another body answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyAnswer {
    /// An answer of the agreement.
    Told(String),
    /// It cannot tell.
    CannotTell,
    /// Nothing is heard of it.
    Silent,
    /// Its gate lets nothing cross.
    Refused,
}

/// What another body does when it is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeOutcome {
    /// Its back office takes it.
    Done,
    /// Its back office refuses it for good.
    Refused,
    /// Nothing is heard.
    Silent,
}

/// What a back office answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfficeAnswer {
    /// A status with a body of JSON, which may be empty.
    Rest {
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// An element of SOAP with its fields, in order.
    Soap(SoapElement),
    /// A SOAP fault.
    Fault {
        /// The local part of its code: `Client`, `Server`.
        code: String,
        /// The element of its detail.
        detail: Option<String>,
    },
    /// The request arrived, and no answer came.
    NoReply,
}

/// An element of SOAP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoapElement {
    /// Its local name.
    pub name: String,
    /// Its fields, in order.
    pub fields: Vec<(String, String)>,
}

/// What a back office says of its own accord.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfficeMessage {
    /// A body of JSON.
    Rest(String),
    /// An element of SOAP.
    Soap(SoapElement),
}

/// Whether a back office can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficeState {
    /// It answers.
    Up,
    /// Nothing reaches it.
    Down,
}

/// How staff settle what an element is stuck on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffAct {
    /// Try again.
    Replay,
    /// It was done: somebody looked.
    Done,
    /// It was not done: do it.
    NotDone,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedStatus {
    /// It is being dealt with.
    Open,
    /// It has an outcome.
    Closed,
    /// The requester took it back.
    Withdrawn,
}

/// What is to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Where the last request stands.
    Status(ExpectedStatus),
    /// Its outcome.
    Outcome(String),
    /// The promised date.
    Promised(Date),
    /// An element that the requester was told about.
    Reached(String),
    /// Every element completed so far, in order.
    Trace(Vec<String>),
    /// A rule that counted, by its code.
    Rule {
        /// The decision.
        decision: String,
        /// The rule's code.
        code: String,
    },
    /// A message that was sent to the requester.
    Message {
        /// The template.
        template: String,
        /// The language.
        language: Language,
        /// The way by which it went; any when `None`.
        way: Option<Way>,
    },
    /// How often a system was asked something.
    Asked {
        /// The system.
        system: SystemId,
        /// The SOAP operation, or the HTTP method.
        operation: String,
        /// How often it got there.
        times: u32,
    },
    /// How many acts of staff there were after receipt.
    Touches(u32),
    /// The element that waits for a person; none when `None`.
    Incident(Option<String>),
    /// The last request joined an open one.
    Joined,
    /// The last request was refused with exactly these faults.
    Refused(Vec<(String, AnswerErrorKind)>),
}

impl Scenario {
    /// Reads a scenario; `file` is its name in problems.
    ///
    /// # Errors
    /// Every [`Problem`] with its line and how to mend it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let (scenario, faults) = parse::parse(text);
        if faults.is_empty() {
            return Ok(scenario);
        }
        let problem = |(line, sentence): (u32, String)| {
            let mend = "Write the step as the guide to services shows it.";
            Problem::new(file, (line, 1), ProblemKind::Scenario, sentence, mend)
        };
        Err(faults.into_iter().map(problem).collect())
    }
}

#[cfg(test)]
mod tests;
