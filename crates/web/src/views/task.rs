//! The desk: the queue of tasks that wait for a person, and one task with its evidence.

use askama::Template;

use super::field::Field;
use super::inquiry::Asked;
use super::page::{Account, Act, Link, Page, Place};
use super::request::Fact;
use super::staff::StaffAnswers;
use super::tag::Tag;
use super::tracking::{Moment, Reason};

/// A task in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLine {
    /// The reference.
    pub reference: String,
    /// The task.
    pub href: String,
    /// What is to be done.
    pub what: String,
    /// The service.
    pub service: String,
    /// Why a person is needed: the end of "a person was needed because ...".
    pub why: String,
    /// What became of the last question to the person.
    pub news: Option<Tag>,
    /// Due, in words.
    pub due: String,
    /// A tag, when it is late.
    pub late: Option<Tag>,
    /// Who has it.
    pub who: String,
}

/// The queue.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "task_list.html")]
pub struct TaskList {
    /// The page.
    pub page: Page,
    /// The body.
    pub caption: String,
    /// Everybody's or one's own, and of which service; the present one is marked.
    pub filters: Vec<Place>,
    /// How many there are, in words.
    pub count: String,
    /// This page's tasks.
    pub tasks: Vec<TaskLine>,
    /// The first page, when this is a later one.
    pub first: Option<String>,
    /// The page after this one.
    pub next: Option<String>,
}

/// The form that decides a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskForm {
    /// What is asked, and why.
    pub fields: Vec<Field>,
    /// Where it is sent.
    pub action: String,
}

/// The form that puts a question to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskForm {
    /// What happens then, in which language they read, and how they hear of it.
    pub notes: Vec<String>,
    /// The question.
    pub field: Field,
    /// Where it is sent.
    pub action: String,
    /// Whether it is shown unfolded, because something is to be mended in it.
    pub open: bool,
}

/// One task with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "staff_task.html")]
pub struct StaffTask {
    /// The page; its title is what is to be done.
    pub page: Page,
    /// The service and the reference.
    pub caption: String,
    /// Due, in words.
    pub due: Tag,
    /// Why a person was needed.
    pub why: String,
    /// Who has it.
    pub who: String,
    /// That somebody else has it, and what can be done.
    pub held: Option<String>,
    /// Taking it, or giving it back.
    pub acts: Vec<Act>,
    /// What was last asked of the person from here.
    pub asked: Option<Asked>,
    /// The form that asks them something, while nothing is out.
    pub ask: Option<AskForm>,
    /// What the person told us.
    pub answers: StaffAnswers,
    /// What the process found out.
    pub found: Vec<Fact>,
    /// What the rules said.
    pub reasons: Vec<Reason>,
    /// What people decided before.
    pub decided: Vec<Fact>,
    /// Channel, due date, language and the like.
    pub facts: Vec<Fact>,
    /// What happened.
    pub timeline: Vec<Moment>,
    /// The case, for roles that see cases.
    pub case: Option<Link>,
    /// The form, for whoever may decide.
    pub form: Option<TaskForm>,
}
