//! From an XML element to its kind, with what its kind needs.

use roxmltree::Node;

use super::{Reader, bpmn_child, documentation, extension, is_true};
use crate::{
    BusinessRuleTask, Element, ElementIndex, ElementKind, Expression, ProblemKind, ScriptTask,
};

impl<'a> Reader<'a> {
    /// The kind of a flow node, or `None` when it cannot be executed.
    ///
    /// A boundary event is given index 0 as its host, until the hosts are numbered.
    pub(super) fn kind(&mut self, node: Node<'a, 'a>, nested: bool) -> Option<ElementKind> {
        Some(match node.tag_name().name() {
            "serviceTask" => ElementKind::ServiceTask(self.job(node)),
            "sendTask" => ElementKind::SendTask(self.job(node)),
            "userTask" => ElementKind::UserTask(Box::new(self.user_task(node))),
            "scriptTask" => ElementKind::ScriptTask(self.script(node)),
            "businessRuleTask" => ElementKind::BusinessRuleTask(self.business_rule(node)),
            "manualTask" => ElementKind::ManualTask,
            "task" => ElementKind::Task,
            "receiveTask" if !Self::is_instantiating(node) => {
                ElementKind::ReceiveTask(self.caught(node, true))
            }
            "exclusiveGateway" => ElementKind::ExclusiveGateway,
            "parallelGateway" => ElementKind::ParallelGateway,
            "subProcess" if !is_true(node, "triggeredByEvent") => ElementKind::SubProcess,
            "callActivity" => ElementKind::CallActivity(self.call(node)),
            "startEvent"
            | "endEvent"
            | "intermediateCatchEvent"
            | "intermediateThrowEvent"
            | "boundaryEvent" => return self.event(node, nested, Some(ElementIndex(0))),
            _ => return None,
        })
    }

    fn script(&mut self, node: Node<'a, 'a>) -> ScriptTask {
        let Some(script) = extension::one(node, "script") else {
            if extension::one(node, "taskDefinition").is_none() {
                self.missing(node, "zeebe:script or zeebe:taskDefinition");
                return ScriptTask::Expression {
                    expression: Expression::feel("null"),
                    result_variable: String::new(),
                };
            }
            return ScriptTask::Job(self.job(node));
        };
        let expression = self.needed_expression(script, "expression");
        if !expression.text().is_empty() {
            self.refuse_static(script, "the script", &expression);
        }
        ScriptTask::Expression {
            expression,
            result_variable: self.needed(script, "resultVariable"),
        }
    }

    fn business_rule(&mut self, node: Node<'a, 'a>) -> BusinessRuleTask {
        let called = extension::one(node, "calledDecision");
        if called.is_none() && extension::one(node, "taskDefinition").is_none() {
            self.missing(node, "zeebe:calledDecision or zeebe:taskDefinition");
        }
        match called {
            Some(called) => BusinessRuleTask::Decision(self.decision(called)),
            None if extension::one(node, "taskDefinition").is_some() => {
                BusinessRuleTask::Job(self.job(node))
            }
            None => BusinessRuleTask::Job(crate::Job {
                job_type: Expression::fixed(""),
                retries: Expression::fixed("3"),
                headers: Vec::new(),
            }),
        }
    }

    /// What every element has, whatever its kind.
    pub(super) fn common(&mut self, node: Node<'a, 'a>, element: &mut Element) {
        element.name = super::attribute(node, "name");
        element.documentation = documentation(node);
        element.properties = extension::properties(node);
        element.inputs = self.mappings(node, "input");
        element.outputs = self.mappings(node, "output");
        element.position = self.position(node);
        self.refuse_extensions(node);
        if bpmn_child(node, "multiInstanceLoopCharacteristics").is_some() {
            self.unsupported(node, "a multi-instance activity");
        }
        if bpmn_child(node, "standardLoopCharacteristics").is_some() {
            self.unsupported(node, "a loop activity");
        }
        if is_true(node, "isForCompensation") {
            self.unsupported(node, "a compensation activity");
        }
        for quantity in ["startQuantity", "completionQuantity"] {
            if node.attribute(quantity).is_some_and(|text| text.trim() != "1") {
                self.unsupported(node, &format!("a {quantity} other than 1"));
            }
        }
    }

    pub(super) fn unsupported(&mut self, node: Node<'a, 'a>, what: &str) {
        self.note(node, ProblemKind::Unsupported { what: what.to_owned() });
    }
}

/// A flow node in words, for whoever drew it.
pub(crate) fn described(node: Node<'_, '_>) -> String {
    let definitions: Vec<String> = node
        .children()
        .filter_map(|child| child.tag_name().name().strip_suffix("EventDefinition"))
        .map(words)
        .collect();
    let tag = node.tag_name().name();
    let what = match (tag, definitions.as_slice()) {
        ("subProcess", _) => "event subprocess".to_owned(),
        ("adHocSubProcess", _) => "ad-hoc subprocess".to_owned(),
        ("transaction", _) => "transaction subprocess".to_owned(),
        ("receiveTask", _) => "receive task that starts a process".to_owned(),
        (_, []) => words(tag),
        (_, [one]) => format!("{one} {}", words(tag)),
        (_, [..]) => format!("multiple {}", words(tag)),
    };
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {what}")
}

/// `eventBasedGateway` as `event based gateway`.
fn words(tag: &str) -> String {
    let mut words = String::new();
    for character in tag.chars() {
        if character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}
