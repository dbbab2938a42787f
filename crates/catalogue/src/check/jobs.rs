//! Jobs and messages against their mappings, templates and catch events.

use std::collections::BTreeSet;

use bpmn::{BoundaryTrigger, Element, ElementIndex, ElementKind, Process, StartTrigger};

use super::flow::Known;
use super::names::mend;
use super::{CONNECTORS, Checking, JobConnection, MESSAGE_JOB, TEMPLATE_HEADER, at, nearest};
use crate::problem::ProblemKind;

/// What a mapping's expressions know beside the variables of the job.
const EFFECT: &str = "effect";

impl Checking<'_> {
    pub(super) fn jobs(&mut self) {
        let package = self.package;
        let mut used = BTreeSet::new();
        let mut templates = BTreeSet::new();
        for process in &package.process.processes {
            for (index, element) in process.indexed() {
                if let Some(job_type) = self.job(process, (index, element)) {
                    used.insert(job_type);
                }
                templates.extend(template_of(element));
            }
        }
        let unused: Vec<&String> =
            self.connections.jobs.keys().filter(|job| !used.contains(*job)).collect();
        for job in unused {
            let place = (CONNECTORS, self.place(CONNECTORS, &[&format!("type = \"{job}\"")]));
            let sentence = format!("No task of the process is the job `{job}`.");
            let mend = "Give a task this job type, or take the mapping out.";
            self.warn(place, ProblemKind::Undefined, sentence, mend);
        }
        for name in package.messages.keys().filter(|name| !templates.contains(name.as_str())) {
            let file = format!("messages/{name}.toml");
            let sentence = "No task sends this message.";
            let mend = "Send it from a task of job type `message`, or take it out.";
            self.warn((&file, (1, 1)), ProblemKind::Undefined, sentence, mend);
        }
        self.sources_are_asked();
        self.callbacks();
    }

    /// Checks the job of an element; gives its type.
    fn job(
        &mut self,
        process: &Process,
        (index, element): (ElementIndex, &Element),
    ) -> Option<String> {
        let job = element.kind.job()?;
        let Some(job_type) = job.job_type.as_static() else {
            let sentence = format!("The job type of `{}` is not fixed.", element.id);
            let mend = "Write the type itself, so that its mapping can be checked.";
            self.refuse(at(element.position), ProblemKind::Process, sentence, mend);
            return None;
        };
        if job_type == MESSAGE_JOB {
            self.template_is_there(element);
            return None;
        }
        if self.crossing(process, (index, element)) {
            return None;
        }
        let Some(mapping) = self.connections.jobs.get(job_type) else {
            let known = self.connections.jobs.keys().map(String::as_str);
            let near = nearest(job_type, known).map(|near| format!(" Did you mean `{near}`?"));
            let sentence = format!("The job `{job_type}` of `{}` has no mapping.", element.id);
            let mend = format!(
                "Add a [[job]] of this type to connectors.toml.{}",
                near.unwrap_or_default()
            );
            self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
            return None;
        };
        for code in &mapping.errors {
            if !is_caught(process, index, code) {
                let sentence = format!(
                    "When the job `{job_type}` is refused with `{code}`, no boundary event of `{}` takes it: a person is needed.",
                    element.id
                );
                let mend = "Add an error boundary event with this code, if the process can go on.";
                self.warn(at(element.position), ProblemKind::Process, sentence, mend);
            }
        }
        Some(job_type.to_owned())
    }

    fn template_is_there(&mut self, element: &Element) {
        let templates = &self.package.messages;
        let (sentence, mend) = match template_of(element) {
            None => (
                format!("The task `{}` sends a message and names none.", element.id),
                "Add the header `template` with the name of a file in messages/.".to_owned(),
            ),
            Some(template) if !templates.contains_key(template) => {
                let near = nearest(template, templates.keys().map(String::as_str));
                (
                    format!(
                        "The task `{}` sends `{template}`, and messages/{template}.toml is not there.",
                        element.id
                    ),
                    near.map_or_else(
                        || "Write the message, or name one that is there.".to_owned(),
                        |near| format!("Did you mean `{near}`?"),
                    ),
                )
            }
            Some(_) => return,
        };
        self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
    }

    /// The variable with the address of an element's letter against the names at the element.
    pub(super) fn held_address(&mut self, element: &Element, known: &Known) {
        let template = template_of(element).unwrap_or_default();
        let message = self.package.messages.get(template);
        let letter = message.and_then(|message| message.letter.as_ref());
        let Some(to) = letter.and_then(|letter| letter.to.as_ref()) else { return };
        if known.contains(to) {
            return;
        }
        let file = format!("messages/{template}.toml");
        let position = self.place(&file, &["[letter]", to]);
        let sentence = format!(
            "The letter goes to `{to}`, which nothing has given by the time of `{}`.",
            element.id
        );
        let mend = mend(to, known);
        self.refuse((&file, position), ProblemKind::Undefined, sentence, mend);
    }

    /// What the mapping of an element's job uses against the names at the element.
    pub(super) fn mapping(&mut self, element: &Element, known: &Known) {
        let job_type = element.kind.job().and_then(|job| job.job_type.as_static());
        let Some((job_type, mapping)) =
            job_type.and_then(|job| self.connections.jobs.get_key_value(job))
        else {
            return;
        };
        let JobConnection { uses, .. } = mapping;
        for name in uses.iter().filter(|name| *name != EFFECT && !known.contains(*name)) {
            let position = self.line_of_use(job_type, name);
            let sentence = format!(
                "The mapping of `{job_type}` uses `{name}`, which nothing has given at `{}`.",
                element.id
            );
            let mend = mend(name, known);
            self.refuse((CONNECTORS, position), ProblemKind::Undefined, sentence, mend);
        }
    }

    /// Where a mapping uses a name: the first such word behind the line of its type.
    fn line_of_use(&self, job_type: &str, name: &str) -> (u32, u32) {
        let bytes = self.files.get(CONNECTORS).map(Vec::as_slice).unwrap_or_default();
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let start = text.find(&format!("\"{job_type}\"")).unwrap_or(0);
        let letter = |found: Option<char>| {
            found.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let word = text.match_indices(name).find(|(byte, _)| {
            let before = text.get(..*byte).and_then(|before| before.chars().next_back());
            let behind = text.get(byte + name.len()..).and_then(|behind| behind.chars().next());
            // The name of an element or member is written before an equals sign.
            let is_key = text
                .get(byte + name.len()..)
                .is_some_and(|behind| behind.trim_start().starts_with('='));
            *byte > start && !letter(before) && !letter(behind) && !is_key
        });
        crate::problem::Problem::position(text, word.map_or(start, |(byte, _)| byte))
    }

    fn callbacks(&mut self) {
        let package = self.package;
        let mut caught = BTreeSet::new();
        for element in package.process.processes.iter().flat_map(Process::elements) {
            let Some(message) = element.kind.caught_message() else { continue };
            if matches!(element.kind, ElementKind::StartEvent(StartTrigger::Message(_))) {
                continue;
            }
            let Some(name) = message.name.as_static() else {
                let sentence = format!("The message name of `{}` is not fixed.", element.id);
                let mend = "Write the name itself, so that its sender can be checked.";
                self.refuse(at(element.position), ProblemKind::Process, sentence, mend);
                continue;
            };
            caught.insert(name);
            if !self.connections.callbacks.iter().any(|callback| callback.message == name) {
                let sentence = format!(
                    "`{}` waits for the message `{name}`, which nothing sends.",
                    element.id
                );
                let mend = "Add a [[callback]] with this message to connectors.toml.";
                self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
            }
        }
        for callback in &self.connections.callbacks {
            let name = callback.message.as_str();
            if !caught.contains(name) {
                let place =
                    (CONNECTORS, self.place(CONNECTORS, &[&format!("message = \"{name}\"")]));
                let sentence = format!("No element of the process waits for the message `{name}`.");
                let mend = "Draw a receive task or message event for it, or take the callback out.";
                self.refuse(place, ProblemKind::Undefined, sentence, mend);
            }
        }
    }
}

fn template_of(element: &Element) -> Option<&str> {
    let job = element.kind.job().filter(|job| job.job_type.as_static() == Some(MESSAGE_JOB))?;
    let header = job.headers.iter().find(|header| header.key == TEMPLATE_HEADER)?;
    Some(header.value.as_str())
}

/// Whether an error boundary event of the element, or of a subprocess around it, takes a code.
pub(super) fn is_caught(process: &Process, index: ElementIndex, code: &str) -> bool {
    std::iter::once(index).chain(process.scopes_of(index)).any(|host| {
        let events = process.element(host).map(|host| host.boundary_events.as_slice());
        events.unwrap_or_default().iter().filter_map(|event| process.element(*event)).any(|event| {
            match event.kind.boundary().map(|boundary| &boundary.trigger) {
                Some(BoundaryTrigger::Error(None)) => true,
                Some(BoundaryTrigger::Error(Some(error))) => error.code.text() == code,
                Some(BoundaryTrigger::Message(_) | BoundaryTrigger::Timer(_)) | None => false,
            }
        })
    })
}
