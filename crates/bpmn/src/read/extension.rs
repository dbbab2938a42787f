//! `zeebe:` extension elements.

use roxmltree::Node;

use super::{Reader, ZEEBE, as_bool, attribute, bpmn_child};
use crate::{
    Binding, CallActivity, Decision, Expression, Form, Header, Job, Mapping, ProblemKind, Property,
    UserTask,
};

/// Extensions that change what happens and are not executed here.
const REFUSED: [&str; 5] =
    ["executionListeners", "taskListeners", "linkedResources", "conditionalFilter", "adHoc"];

/// Every `zeebe:` extension of an element with this name.
pub(crate) fn all<'a>(node: Node<'a, 'a>, name: &str) -> impl Iterator<Item = Node<'a, 'a>> {
    bpmn_child(node, "extensionElements")
        .into_iter()
        .flat_map(|extensions| extensions.children())
        .filter(move |child| child.has_tag_name((ZEEBE, name)))
}

/// The `zeebe:` extension of an element with this name.
pub(crate) fn one<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    all(node, name).next()
}

fn inner<'a>(node: Node<'a, 'a>, outer: &str, name: &str) -> Vec<Node<'a, 'a>> {
    all(node, outer)
        .flat_map(|outer| outer.children())
        .filter(|child| child.has_tag_name((ZEEBE, name)))
        .collect()
}

pub(crate) fn properties<'a>(node: Node<'a, 'a>) -> Vec<Property> {
    let text = |node: Node<'a, 'a>, name| node.attribute(name).unwrap_or_default().to_owned();
    inner(node, "properties", "property")
        .into_iter()
        .map(|property| Property { name: text(property, "name"), value: text(property, "value") })
        .collect()
}

pub(crate) fn headers<'a>(node: Node<'a, 'a>) -> Vec<Header> {
    let text = |node: Node<'a, 'a>, name| node.attribute(name).unwrap_or_default().to_owned();
    inner(node, "taskHeaders", "header")
        .into_iter()
        .map(|header| Header { key: text(header, "key"), value: text(header, "value") })
        .collect()
}

impl<'a> Reader<'a> {
    /// Refuses extensions that would change the execution.
    pub(super) fn refuse_extensions(&mut self, node: Node<'a, 'a>) {
        for name in REFUSED {
            for extension in all(node, name) {
                let what = format!("zeebe:{name}");
                self.note(extension, ProblemKind::UnsupportedExtension { what });
            }
        }
    }

    pub(super) fn mappings(&mut self, node: Node<'a, 'a>, name: &str) -> Vec<Mapping> {
        let mut mappings = Vec::new();
        for mapping in inner(node, "ioMapping", name) {
            let source = self.needed_expression(mapping, "source");
            // A fixed text given out is a variable's name whose `=` was forgotten.
            if name == "output" && !source.text().is_empty() {
                self.refuse_static(mapping, "source of an output", &source);
            }
            let target = self.needed(mapping, "target");
            mappings.push(Mapping { source, target, position: self.position(mapping) });
        }
        mappings
    }

    /// The job of an element that must have one.
    pub(super) fn job(&mut self, node: Node<'a, 'a>) -> Job {
        let Some(definition) = one(node, "taskDefinition") else {
            self.missing(node, "zeebe:taskDefinition");
            return Job {
                job_type: Expression::fixed(""),
                retries: Expression::fixed("3"),
                headers: Vec::new(),
            };
        };
        let job_type = self.needed_expression(definition, "type");
        let retries = self.expression(definition, "retries").unwrap_or(Expression::fixed("3"));
        if retries.as_static().is_some_and(|text| text.parse::<u16>().is_err()) {
            let found = retries.text().to_owned();
            let expected = "a whole number from 0 to 65535";
            self.note(definition, ProblemKind::InvalidValue { what: "retries", found, expected });
        }
        Job { job_type, retries, headers: headers(node) }
    }

    pub(super) fn decision(&mut self, called: Node<'a, 'a>) -> Decision {
        Decision {
            decision_id: self.needed_expression(called, "decisionId"),
            result_variable: self.needed(called, "resultVariable"),
            binding: self.binding(called),
        }
    }

    pub(super) fn call(&mut self, node: Node<'a, 'a>) -> CallActivity {
        let Some(called) = one(node, "calledElement") else {
            self.missing(node, "zeebe:calledElement");
            return CallActivity {
                process_id: Expression::fixed(""),
                binding: Binding::Latest,
                propagate_all_child_variables: true,
                propagate_all_parent_variables: true,
            };
        };
        CallActivity {
            process_id: self.needed_expression(called, "processId"),
            binding: self.binding(called),
            propagate_all_child_variables: self.flag(called, "propagateAllChildVariables"),
            propagate_all_parent_variables: self.flag(called, "propagateAllParentVariables"),
        }
    }

    pub(super) fn user_task(&mut self, node: Node<'a, 'a>) -> UserTask {
        let mut task = UserTask {
            native: one(node, "userTask").is_some(),
            form: self.form(node),
            headers: headers(node),
            ..UserTask::default()
        };
        if let Some(assignment) = one(node, "assignmentDefinition") {
            task.assignee = self.expression(assignment, "assignee");
            task.candidate_groups = self.expression(assignment, "candidateGroups");
            task.candidate_users = self.expression(assignment, "candidateUsers");
        }
        if let Some(schedule) = one(node, "taskSchedule") {
            task.due_date = self.date(schedule, "dueDate");
            task.follow_up_date = self.date(schedule, "followUpDate");
        }
        task.priority =
            one(node, "priorityDefinition").and_then(|p| self.expression(p, "priority"));
        let priority = task.priority.as_ref().and_then(Expression::as_static);
        if let Some(found) = priority.filter(|text| !text.parse::<u8>().is_ok_and(|p| p <= 100)) {
            let (found, expected) = (found.to_owned(), "a whole number from 0 to 100");
            self.note(node, ProblemKind::InvalidValue { what: "priority", found, expected });
        }
        task
    }

    fn date(&mut self, node: Node<'a, 'a>, name: &'static str) -> Option<Expression> {
        let date = self.expression(node, name)?;
        if date.as_static().is_some_and(|text| crate::timer::parse_date(text).is_none()) {
            let found = date.text().to_owned();
            let expected = "a date and time with an offset, like 2026-03-01T09:00:00Z";
            self.note(node, ProblemKind::InvalidValue { what: name, found, expected });
        }
        Some(date)
    }

    fn form(&mut self, node: Node<'a, 'a>) -> Option<Form> {
        let form = one(node, "formDefinition")?;
        if let Some(id) = attribute(form, "formId") {
            return Some(Form::Id { id, binding: self.binding(form) });
        }
        if let Some(reference) = self.expression(form, "externalReference") {
            return Some(Form::External(reference));
        }
        attribute(form, "formKey").map(Form::Key)
    }

    fn binding(&mut self, node: Node<'a, 'a>) -> Binding {
        match node.attribute("bindingType").unwrap_or("latest") {
            "latest" => Binding::Latest,
            "deployment" => Binding::Deployment,
            "versionTag" => Binding::VersionTag(self.needed(node, "versionTag")),
            other => {
                let found = other.to_owned();
                let expected = "latest, deployment or versionTag";
                self.note(node, ProblemKind::InvalidValue { what: "bindingType", found, expected });
                Binding::Latest
            }
        }
    }

    /// A flag that is true unless the model says otherwise, as in Camunda 8.
    fn flag(&mut self, node: Node<'a, 'a>, name: &'static str) -> bool {
        let Some(text) = node.attribute(name) else { return true };
        as_bool(text).unwrap_or_else(|| {
            let (found, expected) = (text.to_owned(), "true or false");
            self.note(node, ProblemKind::InvalidValue { what: name, found, expected });
            true
        })
    }

    pub(super) fn needed(&mut self, node: Node<'a, 'a>, name: &'static str) -> String {
        let value = node.attribute(name).map(str::trim).filter(|value| !value.is_empty());
        if value.is_none() {
            self.missing(node, name);
        }
        value.unwrap_or_default().to_owned()
    }

    pub(super) fn needed_expression(
        &mut self,
        node: Node<'a, 'a>,
        name: &'static str,
    ) -> Expression {
        if let Some(expression) = self.expression(node, name) {
            self.refuse_empty(node, name, &expression);
            return expression;
        }
        self.missing(node, name);
        Expression::fixed("")
    }

    /// An expression that must be FEEL, and must say something.
    pub(super) fn refuse_static(
        &mut self,
        node: Node<'a, 'a>,
        what: &'static str,
        expression: &Expression,
    ) {
        if expression.is_feel() {
            self.refuse_empty(node, what, expression);
        } else {
            let found = expression.text().to_owned();
            self.note(node, ProblemKind::NotAnExpression { what, found });
        }
    }

    fn refuse_empty(&mut self, node: Node<'a, 'a>, what: &'static str, expression: &Expression) {
        if expression.text().trim().is_empty() {
            self.note(node, ProblemKind::NotAnExpression { what, found: expression.to_string() });
        }
    }

    pub(super) fn missing(&mut self, node: Node<'a, 'a>, what: &'static str) {
        let tag = node.tag_name().name().to_owned();
        self.note(node, ProblemKind::Missing { tag, what });
    }
}
