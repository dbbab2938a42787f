//! Undefined names: every expression of the process against the variables that there may be.

use bpmn::{Element, ElementIndex, ElementKind, EndResult, Expression, Process, ScriptTask};
use feel::{CompileError, Dialect, Extensions, Names, NullPolicy, Unknown};

use super::flow::{self, Flow, Known};
use super::{Checking, PROCESS, SERVICE, at, nearest};
use crate::problem::ProblemKind;

/// The process's FEEL, with names that nobody declared refused.
const STRICT: Dialect = Dialect {
    unknown: Unknown::Refuse,
    extensions: Extensions::Camunda,
    nulls: NullPolicy::Standard,
};

impl Checking<'_> {
    pub(super) fn names(&mut self) {
        let package = self.package;
        for (number, process) in package.process.processes.iter().enumerate() {
            let flow = Flow::of(package, self.connections, process);
            for (index, element) in process.indexed() {
                if let Some(entering) = flow.entering(index) {
                    self.element(element, entering);
                    self.conditions(process, (index, element), &flow);
                }
            }
            if number == 0 {
                self.kept(&flow);
            }
        }
    }

    fn kept(&mut self, flow: &Flow) {
        let all = flow.all();
        for name in &self.package.definition.keep {
            let given = self.connections.jobs.values().any(|job| job.gives.contains(name));
            let decided =
                self.package.process.processes.iter().flat_map(Process::elements).any(|element| {
                    flow::given(element, self.connections).contains(name)
                        || element
                            .outputs
                            .iter()
                            .any(|output| flow::variable(&output.target) == *name)
                });
            if !given && !decided {
                let place = (SERVICE, self.place(SERVICE, &[&format!("\"{name}\"")]));
                let sentence =
                    format!("The variable `{name}` is to be kept, and nothing gives it.");
                let others = all.iter().filter(|other| *other != name).cloned().collect();
                let mend = mend(name, &others);
                self.refuse(place, ProblemKind::Undefined, sentence, mend);
            }
        }
    }

    fn conditions(
        &mut self,
        process: &Process,
        (index, element): (ElementIndex, &Element),
        flow: &Flow,
    ) {
        let leaving = flow.leaving(index).cloned().unwrap_or_default();
        for out in element.outgoing.iter().filter_map(|flow| process.flow(*flow)) {
            if let Some(condition) = &out.condition {
                self.expression(condition, &leaving, &format!("the condition of `{}`", out.id));
            }
        }
    }

    fn element(&mut self, element: &Element, entering: &Known) {
        let id = &element.id;
        let mut known = entering.clone();
        for input in &element.inputs {
            self.expression(&input.source, &known, &format!("an input of `{id}`"));
            known.insert(flow::variable(&input.target));
        }
        for (expression, what) in expressions(&element.kind) {
            self.expression(expression, &known, &format!("{what} of `{id}`"));
        }
        self.decision_inputs(element, &known);
        self.mapping(element, &known);
        self.held_address(element, &known);
        known.extend(flow::given(element, self.connections));
        for output in &element.outputs {
            self.expression(&output.source, &known, &format!("an output of `{id}`"));
            known.insert(flow::variable(&output.target));
        }
    }

    fn expression(&mut self, expression: &Expression, known: &Known, what: &str) {
        if !expression.is_feel() {
            return;
        }
        let names: Names = known.iter().map(String::as_str).collect();
        let Err(error) = feel::Expression::compile(expression.text(), &names, STRICT) else {
            return;
        };
        let start = expression.position();
        let (line, column) = match position(&error) {
            Some((1, column)) => (start.line, start.column.saturating_add(column) - 1),
            Some((line, column)) => (start.line.saturating_add(line) - 1, column),
            None => (start.line, start.column),
        };
        let place = (PROCESS, (line.max(1), column.max(1)));
        if let CompileError::UnknownName { name, .. } = &error {
            let sentence =
                format!("{} uses `{name}`, which nothing has given by then.", capital(what));
            self.refuse(place, ProblemKind::Undefined, sentence, mend(name, known));
        } else {
            let sentence = format!("{} is not FEEL: {error}.", capital(what));
            self.refuse(place, ProblemKind::Process, sentence, "Mend the expression.");
        }
    }

    /// The inputs of a decision against questions and what earlier steps gave.
    fn decision_inputs(&mut self, element: &Element, known: &Known) {
        let package = self.package;
        let called = flow::decision_of(&element.kind);
        let Some(id) = called.and_then(|decision| decision.decision_id.as_static()) else { return };
        let found = package.decisions.iter().find(|(_, model)| model.decision(id).is_some());
        let Some((file, model)) = found else {
            let sentence = format!("No decision table holds the decision `{id}`.");
            let mend = "Add it as a .dmn file, or name one that is there.";
            self.refuse(at(element.position), ProblemKind::Undefined, sentence, mend);
            return;
        };
        for input in model.inputs_of(id).unwrap_or_default() {
            if !known.contains(input.name) {
                let words = format!("name=\"{}\"", input.name);
                let place = (file.as_str(), self.place(file, &[&words]));
                let sentence = format!(
                    "The decision `{id}` reads `{}`, which nothing has given at `{}`.",
                    input.name, element.id
                );
                self.refuse(place, ProblemKind::Undefined, sentence, mend(input.name, known));
            }
        }
    }
}

/// The expressions of a kind, evaluated when the element is entered.
fn expressions(kind: &ElementKind) -> Vec<(&Expression, &'static str)> {
    let mut all = Vec::new();
    if let Some(job) = kind.job() {
        all.extend([(&job.job_type, "the job type"), (&job.retries, "the retries")]);
    }
    if let Some(message) = kind.caught_message() {
        all.push((&message.name, "the message name"));
        all.extend(message.correlation_key.iter().map(|key| (key, "the correlation key")));
    }
    if let Some(timer) = kind.timer() {
        all.push((timer.expression(), "the timer"));
    }
    if let Some(decision) = flow::decision_of(kind) {
        all.push((&decision.decision_id, "the decision"));
    }
    if let ElementKind::ScriptTask(ScriptTask::Expression { expression, .. }) = kind {
        all.push((expression, "the script"));
    }
    if let ElementKind::CallActivity(call) = kind {
        all.push((&call.process_id, "the called process"));
    }
    if let ElementKind::EndEvent(EndResult::Error(error)) = kind {
        all.push((&error.code, "the error code"));
    }
    if let ElementKind::UserTask(task) = kind {
        let given = [
            &task.assignee,
            &task.candidate_groups,
            &task.candidate_users,
            &task.due_date,
            &task.follow_up_date,
            &task.priority,
        ];
        all.extend(given.into_iter().flatten().map(|expression| (expression, "the assignment")));
    }
    all
}

fn position(error: &CompileError) -> Option<(u32, u32)> {
    match error {
        CompileError::Syntax { position, .. }
        | CompileError::UnknownName { position, .. }
        | CompileError::Unterminated { position, .. }
        | CompileError::InvalidLiteral { position, .. }
        | CompileError::Duplicate { position, .. }
        | CompileError::TooDeep { position, .. } => Some((position.line, position.column)),
        CompileError::TooLong { .. } => None,
    }
}

pub(super) fn mend(name: &str, known: &Known) -> String {
    nearest(name, known.iter().map(String::as_str)).map_or_else(
        || "Name a question, or what an earlier step gives.".to_owned(),
        |near| format!("Did you mean `{near}`?"),
    )
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
