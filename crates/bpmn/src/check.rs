//! Checks of a whole process, once its elements are joined.

use crate::{
    Element, ElementIndex, ElementKind, FlowIndex, Problem, ProblemKind, Process, StartTrigger,
};

/// Adds every fault of a process.
pub(crate) fn process(process: &Process, problems: &mut Vec<Problem>) {
    let mut checks =
        Checks { process, problems, started: vec![false; process.elements().len() + 1] };
    checks.scopes();
    for element in process.elements() {
        checks.element(element);
    }
    checks.unreachable();
}

struct Checks<'a> {
    process: &'a Process,
    problems: &'a mut Vec<Problem>,
    /// Whether a scope has a start event: the process first, then each element.
    started: Vec<bool>,
}

impl Checks<'_> {
    fn note(&mut self, element: &Element, kind: ProblemKind) {
        let (line, column) = (element.position.line, element.position.column);
        self.problems.push(Problem { line, column, element: Some(element.id.clone()), kind });
    }

    fn note_flow(&mut self, flow: FlowIndex, kind: impl FnOnce(String) -> ProblemKind) {
        let Some(flow) = self.process.flow(flow) else { return };
        let (line, column) = (flow.position.line, flow.position.column);
        let (element, kind) = (Some(flow.id.clone()), kind(flow.id.clone()));
        self.problems.push(Problem { line, column, element, kind });
    }

    /// Counts the start events of every scope in one pass.
    fn scopes(&mut self) {
        let slot = |parent: Option<ElementIndex>| parent.map_or(0, |index| index.0 as usize + 1);
        let mut plain = vec![0_u32; self.started.len()];
        for element in self.process.elements() {
            if let ElementKind::StartEvent(trigger) = &element.kind {
                if let Some(started) = self.started.get_mut(slot(element.parent)) {
                    *started = true;
                }
                if let Some(count) = plain.get_mut(slot(element.parent)) {
                    *count += u32::from(*trigger == StartTrigger::None);
                }
            }
        }
        let process = self.process;
        self.starts("the process", (0, &plain), (process.position, &process.id));
        for (index, element) in process.indexed() {
            if element.kind == ElementKind::SubProcess {
                let at = slot(Some(index));
                self.starts("the subprocess", (at, &plain), (element.position, &element.id));
            }
        }
    }

    fn starts(
        &mut self,
        scope: &'static str,
        (slot, plain): (usize, &[u32]),
        (position, id): (crate::Position, &str),
    ) {
        let kind = if self.started.get(slot) != Some(&true) {
            ProblemKind::NoStartEvent { scope }
        } else if plain.get(slot).is_some_and(|&count| count > 1) {
            ProblemKind::SeveralStartEvents { scope }
        } else {
            return;
        };
        let (line, column) = (position.line, position.column);
        self.problems.push(Problem { line, column, element: Some(id.to_owned()), kind });
    }

    fn element(&mut self, element: &Element) {
        let (arrives, leaves) = (!element.incoming.is_empty(), !element.outgoing.is_empty());
        match &element.kind {
            ElementKind::StartEvent(_) if arrives => {
                self.note(element, ProblemKind::StartWithIncoming);
            }
            ElementKind::EndEvent(_) if leaves => self.note(element, ProblemKind::EndWithOutgoing),
            ElementKind::Boundary(_) if arrives => {
                self.note(element, ProblemKind::BoundaryWithIncoming);
            }
            ElementKind::ExclusiveGateway => self.missing_conditions(element),
            ElementKind::StartEvent(_)
            | ElementKind::EndEvent(_)
            | ElementKind::ServiceTask(_)
            | ElementKind::SendTask(_)
            | ElementKind::UserTask(_)
            | ElementKind::ScriptTask(_)
            | ElementKind::BusinessRuleTask(_)
            | ElementKind::ManualTask
            | ElementKind::Task
            | ElementKind::ReceiveTask(_)
            | ElementKind::ParallelGateway
            | ElementKind::SubProcess
            | ElementKind::CallActivity(_)
            | ElementKind::IntermediateCatch(_)
            | ElementKind::IntermediateThrow(_)
            | ElementKind::Boundary(_) => {}
        }
        self.conditions(element);
    }

    fn has_condition(&self, flow: FlowIndex) -> bool {
        self.process.flow(flow).is_some_and(|flow| flow.condition.is_some())
    }

    fn missing_conditions(&mut self, gateway: &Element) {
        for &flow in gateway.outgoing.iter().filter(|_| gateway.outgoing.len() > 1) {
            if Some(flow) != gateway.default_flow && !self.has_condition(flow) {
                self.note_flow(flow, |flow| ProblemKind::MissingCondition { flow });
            }
        }
    }

    fn conditions(&mut self, element: &Element) {
        if let Some(flow) = element.default_flow.filter(|&flow| self.has_condition(flow)) {
            self.note_flow(flow, |flow| ProblemKind::DefaultWithCondition { flow });
        }
        let source_kind = match () {
            () if element.kind == ElementKind::ParallelGateway => "a parallel gateway",
            () if element.kind.is_event() => "an event",
            () => return,
        };
        for &flow in &element.outgoing {
            if self.has_condition(flow) {
                self.note_flow(flow, |flow| ProblemKind::ConditionNotAllowed { flow, source_kind });
            }
        }
    }

    /// What no path leads to. Inside an unreachable subprocess only the subprocess is named; in a scope
    /// without a start event nothing is, since that is the fault.
    fn unreachable(&mut self) {
        let process = self.process;
        let reached = reached(process);
        let is_reached = |index: ElementIndex| reached.get(index.0 as usize) == Some(&true);
        for (index, element) in process.indexed() {
            let slot = element.parent.map_or(0, |parent| parent.0 as usize + 1);
            let scope_runs = element.parent.is_none_or(is_reached);
            if !is_reached(index) && scope_runs && self.started.get(slot) == Some(&true) {
                self.note(element, ProblemKind::Unreachable);
            }
        }
    }
}

/// Which elements some path from a start event of the process reaches.
fn reached(process: &Process) -> Vec<bool> {
    let mut starts: Vec<Vec<ElementIndex>> = vec![Vec::new(); process.elements().len()];
    let mut queue = Vec::new();
    for (index, element) in process.indexed() {
        if matches!(element.kind, ElementKind::StartEvent(_)) {
            match element.parent.and_then(|parent| starts.get_mut(parent.0 as usize)) {
                Some(inner) => inner.push(index),
                None => queue.push(index),
            }
        }
    }
    let mut reached = vec![false; process.elements().len()];
    while let Some(index) = queue.pop() {
        let Some(seen) = reached.get_mut(index.0 as usize) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        queue.extend(process.successors(index).map(|(_, target)| target));
        queue.extend(process.element(index).into_iter().flat_map(|e| &e.boundary_events));
        queue.extend(starts.get(index.0 as usize).into_iter().flatten());
    }
    reached
}
