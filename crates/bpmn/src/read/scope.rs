//! A process and its subprocesses: which elements there are, how flows join them.
//!
//! Elements are numbered in the order of the file; flows by scope, then in the order of the file. So the
//! numbers do not depend on where among its scope a flow was written.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use super::{
    Reader, attribute, bpmn_child, bpmn_children, documentation, element, extension, text_of,
};
use crate::{Element, ElementIndex, ElementKind, ProblemKind, Process, SequenceFlow, limits};

/// A flow node before it has its number.
struct Planned<'a> {
    node: Node<'a, 'a>,
    id: &'a str,
    parent: Option<usize>,
    kind: ElementKind,
}

/// What is found while a process is walked.
#[derive(Default)]
struct Plan<'a> {
    nodes: Vec<Planned<'a>>,
    flows: Vec<Node<'a, 'a>>,
    /// Ids of flow nodes that cannot be executed: a flow to one of them is no second fault.
    refused: BTreeSet<&'a str>,
    /// Ids of all flow nodes.
    ids: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    pub(super) fn process(&mut self, node: Node<'a, 'a>) {
        let Some(id) = node.attribute("id").filter(|id| !id.is_empty()) else {
            return self.note(node, ProblemKind::MissingId { tag: "process".to_owned() });
        };
        let mut process = Process::new(id);
        process.name = attribute(node, "name");
        process.version_tag =
            extension::one(node, "versionTag").and_then(|t| attribute(t, "value"));
        process.documentation = documentation(node);
        process.properties = extension::properties(node);
        process.position = self.position(node);
        self.refuse_extensions(node);
        let mut plan = Plan::default();
        self.plan(node, None, &mut plan);
        self.build(&mut process, &plan);
        self.join(&mut process, &plan);
        self.model.processes.push(process);
    }

    /// Walks a scope: its drawings and flows first, then its elements with what is in them.
    fn plan(&mut self, scope: Node<'a, 'a>, parent: Option<usize>, plan: &mut Plan<'a>) {
        let scope_id = scope.attribute("id");
        for child in bpmn_children(scope) {
            if child.tag_name().name() == "sequenceFlow" {
                plan.flows.push(child);
            } else if !is_flow_node(child.tag_name().name()) {
                self.draw(child, scope_id);
            }
        }
        for child in bpmn_children(scope).filter(|child| is_flow_node(child.tag_name().name())) {
            self.plan_node(child, parent, plan);
        }
    }

    fn plan_node(&mut self, node: Node<'a, 'a>, parent: Option<usize>, plan: &mut Plan<'a>) {
        let Some(id) = node.attribute("id").filter(|id| !id.is_empty()) else {
            let tag = node.tag_name().name().to_owned();
            return self.note(node, ProblemKind::MissingId { tag });
        };
        plan.ids.insert(id);
        if !self.has_room(node) {
            return;
        }
        let Some(kind) = self.kind(node, parent.is_some()) else {
            self.unsupported(node, &element::described(node));
            plan.refused.insert(id);
            return self.draw(node, node.parent_element().and_then(|scope| scope.attribute("id")));
        };
        for child in bpmn_children(node).filter(|child| is_data(child.tag_name().name())) {
            self.draw(child, Some(id));
        }
        let is_scope = kind == ElementKind::SubProcess;
        plan.nodes.push(Planned { node, id, parent, kind });
        if is_scope {
            self.plan(node, Some(plan.nodes.len() - 1), plan);
        }
    }

    /// Counts an element or flow, and notes once that there are too many.
    fn has_room(&mut self, node: Node<'a, 'a>) -> bool {
        self.count += 1;
        if self.count == limits::MAX_ELEMENTS + 1 {
            self.note(node, ProblemKind::TooManyElements);
        }
        self.count <= limits::MAX_ELEMENTS
    }

    fn build(&mut self, process: &mut Process, plan: &Plan<'a>) {
        let hosts = self.hosts(plan);
        let kept = |at: usize| !matches!(hosts.get(at), Some(Host::Missing));
        // Boundary events without a host get no number, so numbers follow from the count of those before.
        let mut numbers = Vec::new();
        let mut next = 0_u32;
        for at in 0..plan.nodes.len() {
            numbers.push(ElementIndex(next));
            next += u32::from(kept(at));
        }
        let number = |at: usize| numbers.get(at).copied();
        for (at, planned) in plan.nodes.iter().enumerate().filter(|(at, _)| kept(*at)) {
            let mut kind = planned.kind.clone();
            if let (ElementKind::Boundary(boundary), Some(Host::At(host))) =
                (&mut kind, hosts.get(at))
            {
                boundary.attached_to = number(*host).unwrap_or_default();
            }
            let parent = planned.parent.and_then(number);
            let mut element = Element::new(planned.id.to_owned(), kind, parent);
            self.common(planned.node, &mut element);
            process.push(element);
        }
        process.attach_boundaries();
    }

    /// For each planned node the host it is attached to.
    fn hosts(&mut self, plan: &Plan<'a>) -> Vec<Host> {
        let by_id: BTreeMap<&str, usize> =
            plan.nodes.iter().enumerate().rev().map(|(at, planned)| (planned.id, at)).collect();
        let mut hosts = Vec::new();
        for planned in &plan.nodes {
            let attached = planned.kind.boundary().is_some();
            let host = if attached { self.host(planned, plan, &by_id) } else { Host::None };
            hosts.push(host);
        }
        hosts
    }

    fn host(
        &mut self,
        planned: &Planned<'a>,
        plan: &Plan<'a>,
        by_id: &BTreeMap<&str, usize>,
    ) -> Host {
        let node = planned.node;
        let Some(reference) = attribute(node, "attachedToRef") else {
            self.missing(node, "attachedToRef");
            return Host::Missing;
        };
        let id = self.resolve(&reference).and_then(|host| host.attribute("id")).unwrap_or_default();
        if plan.refused.contains(id) {
            return Host::Missing;
        }
        let host = by_id.get(id).copied().filter(|&at| {
            plan.nodes
                .get(at)
                .is_some_and(|host| host.kind.is_activity() && host.parent == planned.parent)
        });
        if let Some(at) = host {
            return Host::At(at);
        }
        self.refuse_reference(node, "attachedToRef", reference, "an activity of the same scope");
        Host::Missing
    }

    fn join(&mut self, process: &mut Process, plan: &Plan<'a>) {
        let mut flows = Vec::new();
        for &node in &plan.flows {
            if let Some(flow) = self.flow(node, process, plan) {
                flows.push((node, flow));
            }
        }
        flows.sort_by_key(|(_, flow)| process.element(flow.source).and_then(|e| e.parent));
        for (node, mut flow) in flows {
            self.condition(node, &mut flow);
            process.push_flow(flow);
        }
        for planned in &plan.nodes {
            self.default_flow(process, planned);
        }
    }

    fn flow(
        &mut self,
        node: Node<'a, 'a>,
        process: &Process,
        plan: &Plan<'a>,
    ) -> Option<SequenceFlow> {
        let Some(id) = attribute(node, "id") else {
            self.note(node, ProblemKind::MissingId { tag: "sequenceFlow".to_owned() });
            return None;
        };
        if !self.has_room(node) {
            return None;
        }
        let source = self.flow_end(node, "sourceRef", process, plan);
        let target = self.flow_end(node, "targetRef", process, plan);
        let (Some(source), Some(target)) = (source?, target?) else {
            self.draw(node, node.parent_element().and_then(|scope| scope.attribute("id")));
            return None;
        };
        let (from, to) = (process.element(source)?, process.element(target)?);
        if from.parent != to.parent {
            let (source_id, target_id) = (from.id.clone(), to.id.clone());
            self.note(node, ProblemKind::FlowCrossesScope { source_id, target_id });
            return None;
        }
        Some(SequenceFlow::new(id, source, target))
    }

    /// `None` when the reference is at fault (and noted), `Some(None)` when it names an element that cannot be executed.
    #[expect(clippy::option_option, reason = "a fault and a refused end are told apart here only")]
    fn flow_end(
        &mut self,
        node: Node<'a, 'a>,
        name: &'static str,
        process: &Process,
        plan: &Plan<'a>,
    ) -> Option<Option<ElementIndex>> {
        let Some(reference) = attribute(node, name) else {
            self.missing(node, name);
            return None;
        };
        let id = self.resolve(&reference).and_then(|end| end.attribute("id")).unwrap_or_default();
        let found = process.find(id);
        if found.is_none() && !plan.ids.contains(id) {
            self.refuse_reference(node, name, reference, "an element of this process");
            return None;
        }
        Some(found)
    }

    fn condition(&mut self, node: Node<'a, 'a>, flow: &mut SequenceFlow) {
        flow.name = attribute(node, "name");
        flow.documentation = documentation(node);
        flow.properties = extension::properties(node);
        flow.position = self.position(node);
        if let Some(condition) = bpmn_child(node, "conditionExpression") {
            let expression = self.text_expression(condition);
            if let Some(expression) = &expression {
                self.refuse_static(condition, "the condition", expression);
            } else if !text_of(condition).is_empty() || condition.attribute("language").is_none() {
                self.missing(condition, "text");
            }
            flow.condition = expression;
        }
    }

    fn default_flow(&mut self, process: &mut Process, planned: &Planned<'a>) {
        let allowed = planned.kind.is_activity() || planned.kind == ElementKind::ExclusiveGateway;
        let Some(reference) = attribute(planned.node, "default").filter(|_| allowed) else {
            return;
        };
        let Some(target) = self.resolve(&reference) else {
            let kind = ProblemKind::DanglingReference { attribute: "default", reference };
            return self.note(planned.node, kind);
        };
        let flow = target.attribute("id").and_then(|id| process.find_flow(id));
        let Some(index) = process.find(planned.id) else { return };
        let leaves = flow.and_then(|flow| process.flow(flow)).is_some_and(|f| f.source == index);
        if !leaves {
            return self.note(planned.node, ProblemKind::DefaultNotOutgoing { flow: reference });
        }
        if let Some(element) = process.element_mut(index) {
            element.default_flow = flow;
        }
    }
}

/// What a boundary event is attached to.
enum Host {
    /// It is not a boundary event.
    None,
    /// It is, of nothing that can be executed.
    Missing,
    /// The planned node.
    At(usize),
}

fn is_flow_node(tag: &str) -> bool {
    tag.ends_with("Event")
        || tag.ends_with("Gateway")
        || matches!(tag, "task" | "subProcess" | "adHocSubProcess" | "transaction" | "callActivity")
        || tag.ends_with("Task")
        || matches!(tag, "callChoreography" | "choreographyTask" | "subChoreography")
}

fn is_data(tag: &str) -> bool {
    matches!(tag, "dataInputAssociation" | "dataOutputAssociation")
}
