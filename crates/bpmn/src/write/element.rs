//! Executable elements and their flows.

use super::Writer;
use crate::{
    Binding, Boundary, BoundaryTrigger, BusinessRuleTask, CallActivity, CatchTrigger, Decision,
    Element, ElementIndex, ElementKind, EndResult, Error, Expression, Form, Header, Job, Mapping,
    Message, Process, ScriptTask, SequenceFlow, StartTrigger, Throw, Timer, UserTask,
};

impl<'a> Writer<'a> {
    /// Everything directly in a scope.
    pub(super) fn scope(&mut self, process: &'a Process, scope: Option<ElementIndex>) {
        for index in process.children(scope) {
            if let Some(element) = process.element(index) {
                self.element(process, index, element);
            }
        }
        let here =
            |flow: &&SequenceFlow| process.element(flow.source).is_some_and(|e| e.parent == scope);
        for flow in process.flows().iter().filter(here) {
            self.flow(process, flow);
        }
    }

    fn flow(&mut self, process: &Process, flow: &SequenceFlow) {
        let id_of = |index| process.element(index).map(|element: &Element| element.id.as_str());
        self.xml.open(
            "bpmn:sequenceFlow",
            &[
                ("id", Some(&flow.id)),
                ("name", flow.name.as_deref()),
                ("sourceRef", id_of(flow.source)),
                ("targetRef", id_of(flow.target)),
            ],
        );
        self.documentation(flow.documentation.as_deref());
        if !flow.properties.is_empty() {
            self.xml.open("bpmn:extensionElements", &[]);
            self.properties(&flow.properties);
            self.xml.close();
        }
        if let Some(condition) = &flow.condition {
            let kind = [("xsi:type", Some("bpmn:tFormalExpression"))];
            self.xml.text("bpmn:conditionExpression", &kind, &condition.to_string());
        }
        self.xml.close();
    }

    fn element(&mut self, process: &'a Process, index: ElementIndex, element: &'a Element) {
        let boundary = element.kind.boundary();
        let host =
            boundary.and_then(|b| process.element(b.attached_to)).map(|host| host.id.as_str());
        let default = element.default_flow.and_then(|flow| process.flow(flow));
        let cancel = boundary.filter(|boundary| !boundary.interrupting).map(|_| "false");
        self.xml.open(
            tag(&element.kind),
            &[
                ("id", Some(&element.id)),
                ("name", element.name.as_deref()),
                ("attachedToRef", host),
                ("cancelActivity", cancel),
                ("default", default.map(|flow| flow.id.as_str())),
                ("messageRef", receive(&element.kind).map(|message| message.id.as_str())),
            ],
        );
        self.documentation(element.documentation.as_deref());
        self.extensions(element);
        for (name, flows) in
            [("bpmn:incoming", &element.incoming), ("bpmn:outgoing", &element.outgoing)]
        {
            for flow in flows.iter().filter_map(|&flow| process.flow(flow)) {
                self.xml.text(name, &[], &flow.id);
            }
        }
        self.drawn_in(Some(&element.id));
        if element.kind == ElementKind::SubProcess {
            self.scope(process, Some(index));
        }
        self.event_definition(&element.kind);
        self.xml.close();
    }

    fn extensions(&mut self, element: &Element) {
        let mapped = !element.inputs.is_empty() || !element.outputs.is_empty();
        let own = has_extensions(&element.kind);
        if !mapped && !own && element.properties.is_empty() {
            return;
        }
        self.xml.open("bpmn:extensionElements", &[]);
        self.kind_extensions(&element.kind);
        if mapped {
            self.xml.open("zeebe:ioMapping", &[]);
            for mapping in &element.inputs {
                self.mapping("zeebe:input", mapping);
            }
            for mapping in &element.outputs {
                self.mapping("zeebe:output", mapping);
            }
            self.xml.close();
        }
        self.properties(&element.properties);
        self.xml.close();
    }

    fn mapping(&mut self, tag: &str, mapping: &Mapping) {
        let source = mapping.source.to_string();
        self.xml.leaf(tag, &[("source", Some(&source)), ("target", Some(&mapping.target))]);
    }

    fn kind_extensions(&mut self, kind: &ElementKind) {
        if let Some(job) = kind.job() {
            return self.job(job);
        }
        if let ElementKind::UserTask(task) = kind {
            self.user_task(task);
        } else if let ElementKind::ScriptTask(ScriptTask::Expression {
            expression,
            result_variable,
        }) = kind
        {
            self.xml.leaf(
                "zeebe:script",
                &[
                    ("expression", Some(&expression.to_string())),
                    ("resultVariable", Some(result_variable)),
                ],
            );
        } else if let ElementKind::BusinessRuleTask(BusinessRuleTask::Decision(decision)) = kind {
            self.decision(decision);
        } else if let ElementKind::CallActivity(call) = kind {
            self.call(call);
        }
    }

    fn job(&mut self, job: &Job) {
        let (job_type, retries) = (job.job_type.to_string(), job.retries.to_string());
        let retries = Some(retries.as_str()).filter(|&retries| retries != "3");
        self.xml.leaf("zeebe:taskDefinition", &[("type", Some(&job_type)), ("retries", retries)]);
        self.headers(&job.headers);
    }

    fn headers(&mut self, headers: &[Header]) {
        if headers.is_empty() {
            return;
        }
        self.xml.open("zeebe:taskHeaders", &[]);
        for header in headers {
            let pair = [("key", Some(&*header.key)), ("value", Some(&*header.value))];
            self.xml.leaf("zeebe:header", &pair);
        }
        self.xml.close();
    }

    fn decision(&mut self, decision: &Decision) {
        let (binding, tag) = binding(&decision.binding);
        self.xml.leaf(
            "zeebe:calledDecision",
            &[
                ("decisionId", Some(&decision.decision_id.to_string())),
                ("resultVariable", Some(&decision.result_variable)),
                ("bindingType", binding),
                ("versionTag", tag),
            ],
        );
    }

    fn call(&mut self, call: &CallActivity) {
        let (binding, tag) = binding(&call.binding);
        let flag = |flag: bool| Some(if flag { "true" } else { "false" });
        self.xml.leaf(
            "zeebe:calledElement",
            &[
                ("processId", Some(&call.process_id.to_string())),
                ("propagateAllChildVariables", flag(call.propagate_all_child_variables)),
                ("propagateAllParentVariables", flag(call.propagate_all_parent_variables)),
                ("bindingType", binding),
                ("versionTag", tag),
            ],
        );
    }

    fn user_task(&mut self, task: &UserTask) {
        if task.native {
            self.xml.leaf("zeebe:userTask", &[]);
        }
        if let Some(form) = &task.form {
            self.form(form);
        }
        self.expressions(
            "zeebe:assignmentDefinition",
            &[
                ("assignee", &task.assignee),
                ("candidateGroups", &task.candidate_groups),
                ("candidateUsers", &task.candidate_users),
            ],
        );
        self.expressions(
            "zeebe:taskSchedule",
            &[("dueDate", &task.due_date), ("followUpDate", &task.follow_up_date)],
        );
        self.expressions("zeebe:priorityDefinition", &[("priority", &task.priority)]);
        self.headers(&task.headers);
    }

    /// A leaf of expressions, when it has any.
    fn expressions(&mut self, tag: &str, attributes: &[(&str, &Option<Expression>)]) {
        let texts: Vec<(&str, Option<String>)> = attributes
            .iter()
            .map(|(name, value)| (*name, value.as_ref().map(Expression::to_string)))
            .collect();
        let texts: Vec<(&str, Option<&str>)> =
            texts.iter().map(|(name, value)| (*name, value.as_deref())).collect();
        if texts.iter().any(|(_, value)| value.is_some()) {
            self.xml.leaf(tag, &texts);
        }
    }

    fn form(&mut self, form: &Form) {
        let tag = "zeebe:formDefinition";
        match form {
            Form::Id { id, binding: bound } => {
                let (kind, version) = binding(bound);
                let attributes =
                    [("formId", Some(id.as_str())), ("bindingType", kind), ("versionTag", version)];
                self.xml.leaf(tag, &attributes);
            }
            Form::Key(key) => self.xml.leaf(tag, &[("formKey", Some(key))]),
            Form::External(reference) => {
                self.xml.leaf(tag, &[("externalReference", Some(&reference.to_string()))]);
            }
        }
    }

    fn event_definition(&mut self, kind: &ElementKind) {
        if receive(kind).is_some() {
            return;
        }
        if let Some(message) = kind.caught_message() {
            let id = message.id.as_str();
            self.xml.leaf("bpmn:messageEventDefinition", &[("messageRef", super::said(id))]);
        } else if let Some(timer) = kind.timer() {
            self.timer(timer);
        } else if let ElementKind::EndEvent(EndResult::Error(error)) = kind {
            self.error(Some(error));
        } else if let ElementKind::Boundary(Boundary {
            trigger: BoundaryTrigger::Error(error),
            ..
        }) = kind
        {
            self.error(error.as_ref());
        } else if matches!(kind, ElementKind::EndEvent(EndResult::Terminate)) {
            self.xml.leaf("bpmn:terminateEventDefinition", &[]);
        } else if kind.is_event() && kind.job().is_some() {
            self.xml.leaf("bpmn:messageEventDefinition", &[]);
        }
    }

    fn error(&mut self, error: Option<&Error>) {
        let reference = error.and_then(|error| super::said(&error.id));
        self.xml.leaf("bpmn:errorEventDefinition", &[("errorRef", reference)]);
    }

    fn timer(&mut self, timer: &Timer) {
        let tag = match timer {
            Timer::Date(_) => "bpmn:timeDate",
            Timer::Duration(_) => "bpmn:timeDuration",
            Timer::Cycle(_) => "bpmn:timeCycle",
        };
        self.xml.open("bpmn:timerEventDefinition", &[]);
        let kind = [("xsi:type", Some("bpmn:tFormalExpression"))];
        self.xml.text(tag, &kind, &timer.expression().to_string());
        self.xml.close();
    }
}

fn receive(kind: &ElementKind) -> Option<&Message> {
    if let ElementKind::ReceiveTask(message) = kind { Some(message) } else { None }
}

fn binding(binding: &Binding) -> (Option<&'static str>, Option<&str>) {
    match binding {
        Binding::Latest => (None, None),
        Binding::Deployment => (Some("deployment"), None),
        Binding::VersionTag(tag) => (Some("versionTag"), Some(tag)),
    }
}

fn has_extensions(kind: &ElementKind) -> bool {
    kind.job().is_some()
        || matches!(kind, ElementKind::ScriptTask(_) | ElementKind::BusinessRuleTask(_))
        || matches!(kind, ElementKind::CallActivity(_))
        || matches!(kind, ElementKind::UserTask(task) if **task != UserTask::default())
}

fn tag(kind: &ElementKind) -> &'static str {
    match kind {
        ElementKind::StartEvent(
            StartTrigger::None | StartTrigger::Message(_) | StartTrigger::Timer(_),
        ) => "bpmn:startEvent",
        ElementKind::EndEvent(_) => "bpmn:endEvent",
        ElementKind::ServiceTask(_) => "bpmn:serviceTask",
        ElementKind::SendTask(_) => "bpmn:sendTask",
        ElementKind::UserTask(_) => "bpmn:userTask",
        ElementKind::ScriptTask(_) => "bpmn:scriptTask",
        ElementKind::BusinessRuleTask(_) => "bpmn:businessRuleTask",
        ElementKind::ManualTask => "bpmn:manualTask",
        ElementKind::Task => "bpmn:task",
        ElementKind::ReceiveTask(_) => "bpmn:receiveTask",
        ElementKind::ExclusiveGateway => "bpmn:exclusiveGateway",
        ElementKind::ParallelGateway => "bpmn:parallelGateway",
        ElementKind::SubProcess => "bpmn:subProcess",
        ElementKind::CallActivity(_) => "bpmn:callActivity",
        ElementKind::IntermediateCatch(CatchTrigger::Message(_) | CatchTrigger::Timer(_)) => {
            "bpmn:intermediateCatchEvent"
        }
        ElementKind::IntermediateThrow(Throw::None | Throw::Message(_)) => {
            "bpmn:intermediateThrowEvent"
        }
        ElementKind::Boundary(_) => "bpmn:boundaryEvent",
    }
}
