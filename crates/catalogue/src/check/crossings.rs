//! Tasks that ask another body or tell it: what they name is there.

use bpmn::{Element, ElementIndex, Process};

use super::jobs::is_caught;
use super::{
    ASK_JOB, Checking, NOTICE_ERRORS, NOTICE_HEADER, NOTIFY_JOB, QUESTION_HEADER, QUESTIONS, at,
    nearest,
};
use crate::package::Package;
use crate::problem::ProblemKind;

/// What a task's header names, when its job is of this type; nothing without such a header.
fn named<'a>(element: &'a Element, job_type: &str, header: &str) -> Option<&'a str> {
    let job = element.kind.job().filter(|job| job.job_type.as_static() == Some(job_type))?;
    let found = job.headers.iter().find(|found| found.key == header);
    Some(found.map_or("", |found| found.value.as_str()))
}

/// The entry of `questions.toml` that a task asks another body.
pub(super) fn question_of(element: &Element) -> Option<&str> {
    named(element, ASK_JOB, QUESTION_HEADER)
}

fn elements(package: &Package) -> impl Iterator<Item = &Element> {
    package.process.processes.iter().flat_map(Process::elements)
}

/// The entries of `questions.toml` that the process asks other bodies.
pub fn questions_asked(package: &Package) -> impl Iterator<Item = &str> {
    elements(package).filter_map(question_of)
}

/// The notices that the process gives other bodies, as `AGREEMENT/NOTICE`.
pub fn notices(package: &Package) -> impl Iterator<Item = &str> {
    elements(package).filter_map(|element| named(element, NOTIFY_JOB, NOTICE_HEADER))
}

impl Checking<'_> {
    /// Checks a task for the gate; `false` when it is none.
    pub(super) fn crossing(
        &mut self,
        process: &Process,
        (index, element): (ElementIndex, &Element),
    ) -> bool {
        if let Some(question) = named(element, ASK_JOB, QUESTION_HEADER) {
            self.asks(element, question);
            return true;
        }
        if let Some(notice) = named(element, NOTIFY_JOB, NOTICE_HEADER) {
            self.tells(element, notice);
            for code in NOTICE_ERRORS.iter().filter(|code| !is_caught(process, index, code)) {
                let sentence = format!(
                    "When the notice of `{}` ends with `{code}`, no boundary event takes it: a person is needed.",
                    element.id
                );
                let mend = "Add an error boundary event with this code, if the process can go on.";
                self.warn(at(element.position), ProblemKind::Process, sentence, mend);
            }
            return true;
        }
        false
    }

    fn asks(&mut self, element: &Element, question: &str) {
        let sourced = self.package.questions.sourced();
        let is_there = |name: &str| sourced.iter().any(|known| known.id.as_str() == name);
        if is_there(question) {
            return;
        }
        let (sentence, mend) = if question.is_empty() {
            (
                format!("The task `{}` asks another body and names no question.", element.id),
                format!("Add the header `{QUESTION_HEADER}`."),
            )
        } else {
            let near = nearest(question, sourced.iter().map(|known| known.id.as_str()));
            let near = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
            (
                format!("`{}` asks `{question}`, which has no source.", element.id),
                format!("Name a question of questions.toml that has a source.{near}"),
            )
        };
        self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
    }

    fn tells(&mut self, element: &Element, notice: &str) {
        let agreements = &self.package.definition.agreements;
        let (agreement, name) = notice.split_once('/').unwrap_or_default();
        if !name.is_empty() && agreements.iter().any(|known| known == agreement) {
            return;
        }
        let sentence = if notice.is_empty() {
            format!("The task `{}` gives a notice and names none.", element.id)
        } else {
            format!("`{}` gives the notice `{notice}`, and no agreement allows that.", element.id)
        };
        let mend =
            "Name AGREEMENT/NOTICE in the header `notice`, and the agreement in service.toml.";
        self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
    }

    /// A question with a source that no task asks is never answered.
    pub(super) fn sources_are_asked(&mut self) {
        let package = self.package;
        for question in package.questions.sourced() {
            let id = question.id.as_str();
            if !questions_asked(package).any(|asked| asked == id) {
                let place = (QUESTIONS, self.entry(QUESTIONS, "[[question]]", id));
                let sentence = format!("No task of the process asks `{id}`.");
                let mend = "Ask it in a task of job type `ask`, or take it out.";
                self.warn(place, ProblemKind::Undefined, sentence, mend);
            }
        }
    }
}
