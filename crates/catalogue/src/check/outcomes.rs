//! Outcomes and end events: each has the other, and a machine ends nothing that it may not decide.

use std::collections::BTreeSet;

use bpmn::{ElementIndex, ElementKind, EndResult, Process, StartTrigger};

use super::{Checking, PROCESS, SERVICE, at};
use crate::definition::{Automation, OutcomeEnd};
use crate::problem::ProblemKind;

impl Checking<'_> {
    pub(super) fn outcomes(&mut self) {
        let package = self.package;
        let definition = &package.definition;
        let Some(process) = package.process.processes.first() else {
            let sentence = "There is no executable process.";
            let mend = "Tick \"executable\" on the process.";
            self.refuse((PROCESS, (1, 1)), ProblemKind::Process, sentence, mend);
            return;
        };
        self.starts(process);
        self.not_fixed(process);
        let main = reached(process, |_, element| {
            element.kind.boundary().is_none_or(|boundary| boundary.interrupting)
        });
        let by_machine = reached(process, |_, element| !is_work_of_staff(process, element));
        let mut ended = BTreeSet::new();
        for (index, element) in process.indexed() {
            let ElementKind::EndEvent(result) = &element.kind else { continue };
            let is_main = element.parent.is_none() && main.contains(&index);
            if !is_main || matches!(result, EndResult::Error(_)) {
                continue;
            }
            ended.insert(element.id.as_str());
            let Some(outcome) = definition.outcome(&element.id) else {
                let sentence =
                    format!("The end event `{}` is no outcome of the service.", element.id);
                let mend = "Add an [[outcome]] with this id to service.toml.";
                self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
                continue;
            };
            let allowed = match (definition.automated, outcome.end) {
                (Automation::ApproveAndRefuse, OutcomeEnd::Done | OutcomeEnd::Refused)
                | (Automation::Approve, OutcomeEnd::Done) => true,
                (Automation::Approve, OutcomeEnd::Refused)
                | (Automation::None, OutcomeEnd::Done | OutcomeEnd::Refused) => false,
            };
            if !allowed && by_machine.contains(&index) {
                let sentence = format!(
                    "The outcome `{}` is reached without a person, and nothing allows a machine that.",
                    outcome.id
                );
                let mend = "Put a user task on the way, or change `automated` in service.toml and state its ground.";
                self.refuse(at(element.position), ProblemKind::Automation, sentence, mend);
            }
        }
        for outcome in &definition.outcomes {
            if !ended.contains(outcome.id.as_str()) {
                let place = (SERVICE, self.entry(SERVICE, "[[outcome]]", &outcome.id));
                let sentence =
                    format!("No end event of the process is the outcome `{}`.", outcome.id);
                let mend = "Give an end event this id, or take the outcome out.";
                self.refuse(place, ProblemKind::Undefined, sentence, mend);
            }
        }
    }

    /// A request begins at the plain start event, and no clock begins one.
    fn starts(&mut self, process: &Process) {
        let mut is_begun = false;
        for index in process.start_events(None) {
            let Some(element) = process.element(index) else { continue };
            let ElementKind::StartEvent(trigger) = &element.kind else { continue };
            is_begun |= *trigger == StartTrigger::None;
            if matches!(trigger, StartTrigger::Timer(_)) {
                let sentence = format!("No clock begins a request, so `{}` never is.", element.id);
                let mend = "Take it out; a timer within the process waits.";
                self.refuse(at(element.position), ProblemKind::Process, sentence, mend);
            }
        }
        if !is_begun {
            let sentence = "A request begins nowhere.".to_owned();
            let mend = "Draw a start event that waits for nothing.";
            self.refuse(at(process.position), ProblemKind::Process, sentence, mend);
        }
    }

    fn not_fixed(&mut self, process: &Process) {
        let package = self.package;
        let listens = package.definition.not_fixed.as_ref();
        let mut starts = BTreeSet::new();
        for index in process.start_events(None) {
            let Some(element) = process.element(index) else { continue };
            let Some(message) = element.kind.caught_message() else { continue };
            let name = message.name.text();
            starts.insert(name);
            if listens.is_none_or(|listens| listens.message != name) {
                let sentence =
                    format!("Nothing ever sends `{name}`, which starts `{}`.", element.id);
                let mend = "Write [not_fixed] with this message in service.toml, or take the start event out.";
                self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
            }
        }
        if let Some(listens) = listens.filter(|listens| !starts.contains(listens.message.as_str()))
        {
            let place = (SERVICE, self.place(SERVICE, &["[not_fixed]"]));
            let sentence =
                format!("No start event of the process takes the message `{}`.", listens.message);
            let mend = "Draw a message start event for it.";
            self.refuse(place, ProblemKind::Undefined, sentence, mend);
        }
    }
}

fn is_work_of_staff(process: &Process, element: &bpmn::Element) -> bool {
    let is_user_task = |element: &bpmn::Element| matches!(element.kind, ElementKind::UserTask(_));
    let host = element.kind.boundary().and_then(|boundary| process.element(boundary.attached_to));
    is_user_task(element) || host.is_some_and(is_user_task)
}

/// The elements that some path from a start event of the process reaches by elements that pass.
fn reached(
    process: &Process,
    passes: impl Fn(ElementIndex, &bpmn::Element) -> bool,
) -> BTreeSet<ElementIndex> {
    let mut queue: Vec<ElementIndex> = process.start_events(None).collect();
    let mut reached = BTreeSet::new();
    while let Some(index) = queue.pop() {
        let Some(element) = process.element(index) else { continue };
        if !passes(index, element) || !reached.insert(index) {
            continue;
        }
        queue.extend(&element.boundary_events);
        if element.kind == ElementKind::SubProcess {
            // What follows a subprocess is reached from its end.
            queue.extend(process.start_events(Some(index)));
        } else {
            queue.extend(process.successors(index).map(|(_, target)| target));
        }
        let around = element.parent.filter(|_| element.outgoing.is_empty());
        queue.extend(around.iter().flat_map(|scope| process.successors(*scope)).map(|(_, at)| at));
    }
    reached
}
