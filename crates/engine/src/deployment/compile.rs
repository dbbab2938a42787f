//! Compiling the expressions of a model, each fault with its line and column.

use base::Digest;
use bpmn::{
    BoundaryTrigger, BusinessRuleTask, ElementKind, EndResult, Expression, Form, Mapping,
    ScriptTask,
};
use feel::Names;

use super::{
    CompiledElement, CompiledFlow, CompiledMapping, CompiledProcess, DeployError, DeployFault, Slot,
};
use crate::expression::{self, Source};
use crate::{ElementId, FlowId, ProcessId, ProcessVersion};

/// A problem of the reader of models, as a fault of a deployment.
pub(super) fn refused(file: &str, problem: bpmn::Problem) -> DeployError {
    DeployError {
        file: file.to_owned(),
        line: problem.line,
        column: problem.column,
        element: problem.element,
        fault: DeployFault::Model(problem.kind),
    }
}

/// Compiles a process.
pub(super) fn process(
    file: &str,
    version: Digest,
    process: &bpmn::Process,
) -> Result<CompiledProcess, Vec<DeployError>> {
    let mut compiler = Compiler { file, known: known_names(process), errors: Vec::new() };
    let elements = process.elements().iter().map(|element| compiler.element(element)).collect();
    let flows = process.flows().iter().map(|flow| compiler.flow(flow)).collect();
    if !compiler.errors.is_empty() {
        return Err(compiler.errors);
    }
    let id = ProcessVersion { process: ProcessId::from(process.id.as_str()), version };
    Ok(CompiledProcess { id, process: process.clone(), elements, flows })
}

/// The variables that the model itself gives a value; their names may hold spaces or hyphens.
fn known_names(process: &bpmn::Process) -> Names {
    let mut names = Names::new();
    for element in process.elements() {
        for mapping in element.inputs.iter().chain(&element.outputs) {
            for (place, name) in mapping.target.split('.').enumerate() {
                if place == 0 {
                    names.add(name);
                } else {
                    names.add_member(name);
                }
            }
        }
        match &element.kind {
            ElementKind::ScriptTask(ScriptTask::Expression { result_variable, .. }) => {
                names.add(result_variable);
            }
            ElementKind::BusinessRuleTask(BusinessRuleTask::Decision(decision)) => {
                names.add(&decision.result_variable);
            }
            ElementKind::ScriptTask(ScriptTask::Job(_))
            | ElementKind::BusinessRuleTask(BusinessRuleTask::Job(_))
            | ElementKind::StartEvent(_)
            | ElementKind::EndEvent(_)
            | ElementKind::ServiceTask(_)
            | ElementKind::SendTask(_)
            | ElementKind::UserTask(_)
            | ElementKind::ManualTask
            | ElementKind::Task
            | ElementKind::ReceiveTask(_)
            | ElementKind::ExclusiveGateway
            | ElementKind::ParallelGateway
            | ElementKind::SubProcess
            | ElementKind::CallActivity(_)
            | ElementKind::IntermediateCatch(_)
            | ElementKind::IntermediateThrow(_)
            | ElementKind::Boundary(_) => {}
        }
    }
    names
}

struct Compiler<'a> {
    file: &'a str,
    known: Names,
    errors: Vec<DeployError>,
}

impl Compiler<'_> {
    fn element(&mut self, element: &bpmn::Element) -> CompiledElement {
        let mut expressions = Vec::new();
        for (slot, expression) in expressions_of(&element.kind) {
            if let Some(source) = self.source(&element.id, expression) {
                expressions.push((slot, source));
            }
        }
        CompiledElement {
            id: ElementId::from(element.id.as_str()),
            inputs: self.mappings(&element.id, &element.inputs),
            outputs: self.mappings(&element.id, &element.outputs),
            expressions,
        }
    }

    fn flow(&mut self, flow: &bpmn::SequenceFlow) -> CompiledFlow {
        let condition = flow.condition.as_ref().and_then(|condition| {
            match expression::compile(condition.text(), &self.known) {
                Ok(compiled) => Some(compiled),
                Err(error) => {
                    self.fault(&flow.id, condition, error);
                    None
                }
            }
        });
        CompiledFlow { id: FlowId::from(flow.id.as_str()), condition }
    }

    fn mappings(&mut self, element: &str, mappings: &[Mapping]) -> Vec<CompiledMapping> {
        mappings.iter().filter_map(|mapping| self.mapping(element, mapping)).collect()
    }

    fn mapping(&mut self, element: &str, mapping: &Mapping) -> Option<CompiledMapping> {
        let source = self.source(element, &mapping.source)?;
        let mut path = mapping.target.split('.').map(|part| part.trim().to_owned());
        let variable = path.next().unwrap_or_default();
        let path: Vec<String> = path.collect();
        if variable.is_empty() || path.iter().any(String::is_empty) {
            self.errors.push(DeployError {
                file: self.file.to_owned(),
                line: mapping.position.line,
                column: mapping.position.column,
                element: Some(element.to_owned()),
                fault: DeployFault::MappingTarget { target: mapping.target.clone() },
            });
            return None;
        }
        Some(CompiledMapping { source, variable, path })
    }

    fn source(&mut self, element: &str, expression: &Expression) -> Option<Source> {
        if let Some(text) = expression.as_static() {
            return Some(Source::Text(text.into()));
        }
        match expression::compile(expression.text(), &self.known) {
            Ok(compiled) => Some(Source::Feel(Box::new(compiled))),
            Err(error) => {
                self.fault(element, expression, error);
                None
            }
        }
    }

    fn fault(&mut self, element: &str, expression: &Expression, error: feel::CompileError) {
        let start = expression.position();
        let (line, column) = match position_of(&error) {
            Some(at) if at.line > 1 => {
                (start.line.saturating_add(at.line).saturating_sub(1), at.column)
            }
            Some(at) => (start.line, start.column.saturating_add(at.column).saturating_sub(1)),
            None => (start.line, start.column),
        };
        self.errors.push(DeployError {
            file: self.file.to_owned(),
            line,
            column,
            element: Some(element.to_owned()),
            fault: DeployFault::Expression(error),
        });
    }
}

/// Where within its text an expression does not compile.
fn position_of(error: &feel::CompileError) -> Option<feel::Position> {
    match error {
        feel::CompileError::Syntax { position, .. }
        | feel::CompileError::UnknownName { position, .. }
        | feel::CompileError::Unterminated { position, .. }
        | feel::CompileError::InvalidLiteral { position, .. }
        | feel::CompileError::Duplicate { position, .. }
        | feel::CompileError::TooDeep { position, .. } => Some(*position),
        feel::CompileError::TooLong { .. } => None,
    }
}

/// Every expression of a kind, mappings aside.
fn expressions_of(kind: &ElementKind) -> Vec<(Slot, &Expression)> {
    let mut found = Vec::new();
    if let Some(job) = kind.job() {
        found.extend([(Slot::JobType, &job.job_type), (Slot::Retries, &job.retries)]);
    }
    if let Some(message) = kind.caught_message() {
        found.push((Slot::MessageName, &message.name));
        found.extend(message.correlation_key.iter().map(|key| (Slot::CorrelationKey, key)));
    }
    if let Some(timer) = kind.timer() {
        found.push((Slot::Timer, timer.expression()));
    }
    match kind {
        ElementKind::ScriptTask(ScriptTask::Expression { expression, .. }) => {
            found.push((Slot::Script, expression));
        }
        ElementKind::BusinessRuleTask(BusinessRuleTask::Decision(decision)) => {
            found.push((Slot::DecisionId, &decision.decision_id));
        }
        ElementKind::CallActivity(call) => found.push((Slot::ProcessId, &call.process_id)),
        ElementKind::EndEvent(EndResult::Error(error)) => {
            found.push((Slot::ErrorCode, &error.code));
        }
        ElementKind::Boundary(boundary) => {
            if let BoundaryTrigger::Error(Some(error)) = &boundary.trigger {
                found.push((Slot::ErrorCode, &error.code));
            }
        }
        ElementKind::UserTask(task) => found.extend(expressions_of_task(task)),
        ElementKind::StartEvent(_)
        | ElementKind::EndEvent(EndResult::None | EndResult::Terminate | EndResult::Message(_))
        | ElementKind::ServiceTask(_)
        | ElementKind::SendTask(_)
        | ElementKind::ScriptTask(ScriptTask::Job(_))
        | ElementKind::BusinessRuleTask(BusinessRuleTask::Job(_))
        | ElementKind::ManualTask
        | ElementKind::Task
        | ElementKind::ReceiveTask(_)
        | ElementKind::ExclusiveGateway
        | ElementKind::ParallelGateway
        | ElementKind::SubProcess
        | ElementKind::IntermediateCatch(_)
        | ElementKind::IntermediateThrow(_) => {}
    }
    found
}

fn expressions_of_task(task: &bpmn::UserTask) -> impl Iterator<Item = (Slot, &Expression)> {
    let form = match &task.form {
        Some(Form::External(expression)) => Some(expression),
        Some(Form::Id { .. } | Form::Key(_)) | None => None,
    };
    [
        (Slot::Form, form),
        (Slot::Assignee, task.assignee.as_ref()),
        (Slot::CandidateGroups, task.candidate_groups.as_ref()),
        (Slot::CandidateUsers, task.candidate_users.as_ref()),
        (Slot::DueDate, task.due_date.as_ref()),
        (Slot::FollowUpDate, task.follow_up_date.as_ref()),
        (Slot::Priority, task.priority.as_ref()),
    ]
    .into_iter()
    .filter_map(|(slot, expression)| expression.map(|expression| (slot, expression)))
}
