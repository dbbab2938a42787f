//! Which variables there may be at each element: what comes before it on some path has given them.
//!
//! A process declares no variables, so they are followed along its flows: questions and what the
//! program itself gives at the start, then mappings, jobs, decisions, scripts and messages.

use std::collections::BTreeSet;

use bpmn::{
    BusinessRuleTask, Element, ElementIndex, ElementKind, Process, ScriptTask, StartTrigger,
};

use super::{Connections, MESSAGE_JOB};
use crate::package::Package;
use crate::questions::QuestionKind;

/// What the program knows of every request.
pub const KNOWN: [&str; 6] =
    ["reference", "channel", "language", "received_at", "received_on", "fee_pence"];
/// What a requester says of work that is not fixed.
pub(crate) const NOT_FIXED_NOTE: &str = "not_fixed_note";
/// The property of a user task that names, with commas, the variables that its form gives.
const GIVES: &str = "gives";

/// Names, by their text.
pub(super) type Known = BTreeSet<String>;

/// The names at each element of a process.
pub(super) struct Flow {
    /// On entering an element; `None` where nothing leads.
    entering: Vec<Option<Known>>,
    leaving: Vec<Known>,
}

impl Flow {
    /// Follows the names of a process until nothing changes: sets only grow, and are bounded.
    pub(super) fn of(package: &Package, connections: &Connections, process: &Process) -> Self {
        let count = process.elements().len();
        let mut flow = Self { entering: vec![None; count], leaving: vec![Known::new(); count] };
        let mut queue: Vec<ElementIndex> = Vec::new();
        for index in process.start_events(None) {
            let start = process.element(index).map(|element| start(package, &element.kind));
            flow.enter(index, &start.unwrap_or_default(), &mut queue);
        }
        while let Some(index) = queue.pop() {
            flow.step(process, connections, index, &mut queue);
        }
        flow
    }

    /// The names on entering an element, its own inputs apart.
    pub(super) fn entering(&self, index: ElementIndex) -> Option<&Known> {
        self.entering.get(place(index))?.as_ref()
    }

    /// The names on leaving it.
    pub(super) fn leaving(&self, index: ElementIndex) -> Option<&Known> {
        self.leaving.get(place(index))
    }

    /// Every name at some element.
    pub(super) fn all(&self) -> Known {
        self.entering.iter().flatten().chain(&self.leaving).flatten().cloned().collect()
    }

    fn enter(&mut self, index: ElementIndex, names: &Known, queue: &mut Vec<ElementIndex>) {
        let Some(entering) = self.entering.get_mut(place(index)) else { return };
        let is_new = entering.is_none();
        let entering = entering.get_or_insert_default();
        let before = entering.len();
        entering.extend(names.iter().cloned());
        if is_new || entering.len() > before {
            queue.push(index);
        }
    }

    fn step(
        &mut self,
        process: &Process,
        connections: &Connections,
        index: ElementIndex,
        queue: &mut Vec<ElementIndex>,
    ) {
        let (Some(element), Some(entering)) = (process.element(index), self.entering(index)) else {
            return;
        };
        let entering = entering.clone();
        let within = within(element, &entering);
        for event in &element.boundary_events {
            self.enter(*event, &entering, queue);
        }
        for start in process.start_events(Some(index)) {
            self.enter(start, &within, queue);
        }
        let mut leaving = entering;
        leaving.extend(element.outputs.iter().map(|mapping| variable(&mapping.target)));
        if element.outputs.is_empty() {
            leaving.extend(given(element, connections));
        }
        let own =
            |name: &&String| element.inputs.iter().any(|input| variable(&input.target) == **name);
        for child in process.children(Some(index)) {
            let child = self.leaving(child).cloned().unwrap_or_default();
            leaving.extend(child.iter().filter(|name| !own(name)).cloned());
        }
        if let Some(stored) = self.leaving.get_mut(place(index)) {
            stored.extend(leaving.iter().cloned());
        }
        for (_, target) in process.successors(index) {
            self.enter(target, &leaving, queue);
        }
        // What is given inside a subprocess is there behind it.
        if let Some(scope) = element.parent
            && self.leaving(scope).is_some_and(|known| !leaving.is_subset(known))
        {
            self.leave_scope(scope, &leaving, queue);
        }
    }

    /// Takes the subprocess up again, so that what its inside gave goes on.
    fn leave_scope(&mut self, scope: ElementIndex, inner: &Known, queue: &mut Vec<ElementIndex>) {
        let Some(known) = self.leaving.get_mut(place(scope)) else { return };
        known.extend(inner.iter().cloned());
        queue.push(scope);
    }
}

fn place(index: ElementIndex) -> usize {
    usize::try_from(index.0).unwrap_or(usize::MAX)
}

/// The variables that a process begins with.
fn start(package: &Package, kind: &ElementKind) -> Known {
    let mut known: Known = KNOWN.iter().map(|name| (*name).to_owned()).collect();
    for question in package.questions.questions() {
        known.insert(question.id.to_string());
        if question.kind == QuestionKind::Address {
            known.insert(format!("{}_line", question.id));
        }
    }
    if matches!(kind, ElementKind::StartEvent(StartTrigger::Message(_))) {
        known.insert(NOT_FIXED_NOTE.to_owned());
        known.extend(package.definition.keep.iter().cloned());
    }
    known
}

/// The names inside an element: around it, and its own inputs.
pub(super) fn within(element: &Element, entering: &Known) -> Known {
    let inputs = element.inputs.iter().map(|mapping| variable(&mapping.target));
    entering.iter().cloned().chain(inputs).collect()
}

/// The variable of a mapping's target, which may go on as a path.
pub(super) fn variable(target: &str) -> String {
    target.split('.').next().unwrap_or_default().trim().to_owned()
}

/// The decision that an element calls.
pub(super) fn decision_of(kind: &ElementKind) -> Option<&bpmn::Decision> {
    if let ElementKind::BusinessRuleTask(BusinessRuleTask::Decision(decision)) = kind {
        Some(decision)
    } else {
        None
    }
}

/// What the work of an element gives.
pub(super) fn given(element: &Element, connections: &Connections) -> Known {
    if let Some(job_type) = element.kind.job().and_then(|job| job.job_type.as_static()) {
        if let Some(question) = super::crossings::question_of(element) {
            return Known::from([question.to_owned()]);
        }
        let mapping = connections.jobs.get(job_type).filter(|_| job_type != MESSAGE_JOB);
        return mapping.map(|mapping| mapping.gives.clone()).unwrap_or_default();
    }
    if let Some(decision) = decision_of(&element.kind) {
        return Known::from([decision.result_variable.clone()]);
    }
    if let ElementKind::ScriptTask(ScriptTask::Expression { result_variable, .. }) = &element.kind {
        return Known::from([result_variable.clone()]);
    }
    if let Some(name) = element.kind.caught_message().and_then(|message| message.name.as_static()) {
        let callbacks = connections.callbacks.iter().filter(|callback| callback.message == name);
        return callbacks.flat_map(|callback| callback.gives.clone()).collect();
    }
    let form = element.property(GIVES).unwrap_or_default();
    form.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
