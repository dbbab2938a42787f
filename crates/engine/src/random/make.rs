//! Making a random model: blocks with one way in and one way out, put in sequence and into each other.

use std::collections::{BTreeMap, BTreeSet};

use bpmn::{
    Binding, Boundary, BoundaryTrigger, BusinessRuleTask, CallActivity, CatchTrigger, Decision,
    ElementIndex, ElementKind, EndResult, Error, Expression, Job, Mapping, Message, Model,
    Position, Process, ScriptTask, StartTrigger, Throw, Timer, UserTask,
};
use feel::Value;

use super::{Draw, RandomProcess, Shape, chance};
use crate::ProcessId;

/// The id of the process to start.
const MAIN: &str = "main";
/// Called processes made beside it.
const CALLED: u32 = 2;
/// The variable whose value correlates every message.
const KEY: &str = "case_key";

/// A block: where a token goes in and where it comes out.
type Block = (ElementIndex, ElementIndex);

pub(super) fn generate(shape: &Shape, draw: Draw<'_>) -> RandomProcess {
    let mut maker = Maker {
        shape,
        draw,
        process: Process::new(MAIN),
        made: RandomProcess {
            model: Model::default(),
            main: ProcessId::from(MAIN),
            variables: BTreeMap::new(),
            messages: BTreeMap::new(),
            jobs: BTreeMap::new(),
            repairs: BTreeSet::new(),
        },
        counter: 0,
        callable: Vec::new(),
    };
    let key = format!("key-{}", (maker.draw)() % 1_000_000);
    maker.made.variables.insert(KEY.to_owned(), Value::from(key));
    for number in 0..CALLED {
        let may_fail = chance(maker.draw, 2);
        maker.process(&format!("called_{number}"), 1, may_fail);
    }
    maker.process(MAIN, shape.depth, false);
    maker.made
}

struct Maker<'a> {
    shape: &'a Shape,
    draw: Draw<'a>,
    process: Process,
    made: RandomProcess,
    counter: u32,
    /// Processes made before, with the error that each may end in.
    callable: Vec<(String, Option<String>)>,
}

impl Maker<'_> {
    /// Makes a whole process and puts it into the model. One that may fail ends, on some paths, in an error.
    fn process(&mut self, id: &str, depth: u32, may_fail: bool) {
        self.process = Process::new(id);
        let error = may_fail.then(|| self.error());
        let code = error.as_ref().map(|error| error.code.text().to_owned());
        self.content(None, depth, error);
        let process = std::mem::take(&mut self.process);
        self.callable.push((id.to_owned(), code));
        self.made.model.processes.push(process);
    }

    /// Start, sequence and end of a scope.
    fn content(&mut self, scope: Option<ElementIndex>, depth: u32, error: Option<Error>) {
        let start = self.add("start", ElementKind::StartEvent(StartTrigger::None), scope);
        let (first, last) = self.sequence(scope, depth);
        self.wire(start, first);
        let end = self.add("end", ElementKind::EndEvent(EndResult::None), scope);
        let Some(error) = error else { return self.wire(last, end) };
        let gate = self.add("fails", ElementKind::ExclusiveGateway, scope);
        self.wire(last, gate);
        let failed = self.add("failed", ElementKind::EndEvent(EndResult::Error(error)), scope);
        let condition = self.condition();
        self.wire_if(gate, failed, condition);
        self.wire_default(gate, end);
    }

    fn sequence(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let (first, mut last) = self.block(scope, depth);
        for _ in 0..(self.draw)() % self.shape.length.max(1) {
            let (next, out) = self.block(scope, depth);
            self.wire(last, next);
            last = out;
        }
        (first, last)
    }

    fn block(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let below = depth.saturating_sub(1);
        let kinds = if depth == 0 { 5 } else { 13 };
        match (self.draw)() % kinds {
            0 | 1 => self.activity(scope),
            2 => self.passing(scope),
            3 => self.catching(scope),
            4 => self.faulty(scope),
            5 => self.exclusive(scope, below),
            6 => self.parallel(scope, below),
            7 => self.sub_process(scope, below),
            8 => self.call(scope),
            9 => self.guarded(scope, below),
            10 => self.looped(scope, below),
            11 => self.implicit_split(scope),
            _ => self.terminated(scope, below),
        }
    }

    /// Something that waits for a worker, a person or a message.
    fn activity(&mut self, scope: Option<ElementIndex>) -> Block {
        let kind = match (self.draw)() % 6 {
            0 => ElementKind::SendTask(self.job(None)),
            1 => ElementKind::ScriptTask(ScriptTask::Job(self.job(None))),
            2 => ElementKind::BusinessRuleTask(BusinessRuleTask::Job(self.job(None))),
            3 => ElementKind::UserTask(Box::new(UserTask {
                native: true,
                candidate_groups: Some(Expression::fixed("caseworkers")),
                ..UserTask::default()
            })),
            4 => ElementKind::ReceiveTask(self.message()),
            _ => ElementKind::ServiceTask(self.job(None)),
        };
        let activity = self.add("activity", kind, scope);
        self.mappings(activity);
        (activity, activity)
    }

    /// Something that passes at once, or a thrown message.
    fn passing(&mut self, scope: Option<ElementIndex>) -> Block {
        let decision = self.shape.decision.clone();
        let kind = match ((self.draw)() % 6, decision) {
            (0, _) => ElementKind::ManualTask,
            (1, _) => ElementKind::Task,
            (2, _) => ElementKind::IntermediateThrow(Throw::None),
            (3, _) => ElementKind::IntermediateThrow(Throw::Message(self.job(None))),
            (4, Some(decision)) => {
                ElementKind::BusinessRuleTask(BusinessRuleTask::Decision(Decision {
                    decision_id: Expression::fixed(decision),
                    result_variable: "ruled".to_owned(),
                    binding: Binding::Latest,
                }))
            }
            _ => ElementKind::ScriptTask(ScriptTask::Expression {
                expression: Expression::feel("1 + 2"),
                result_variable: format!("script_{}", self.counter),
            }),
        };
        let passing = self.add("passing", kind, scope);
        (passing, passing)
    }

    fn catching(&mut self, scope: Option<ElementIndex>) -> Block {
        let kind = if chance(self.draw, 2) {
            CatchTrigger::Message(self.message())
        } else {
            CatchTrigger::Timer(self.once())
        };
        let event = self.add("catch", ElementKind::IntermediateCatch(kind), scope);
        (event, event)
    }

    /// A way on that is closed until somebody puts a variable right.
    fn faulty(&mut self, scope: Option<ElementIndex>) -> Block {
        let gate = self.add("gate", ElementKind::ExclusiveGateway, scope);
        let task = self.add("behind", ElementKind::ManualTask, scope);
        let repair = format!("repaired_{}", self.counter);
        let condition =
            if chance(self.draw, 2) { repair.clone() } else { format!("{repair} = true") };
        self.made.repairs.insert(repair);
        self.wire_if(gate, task, condition);
        (gate, task)
    }

    fn exclusive(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let split = self.add("choice", ElementKind::ExclusiveGateway, scope);
        let merge = self.add("merge", ElementKind::ExclusiveGateway, scope);
        for branch in 0..2 + (self.draw)() % 2 {
            let (first, last) = self.sequence(scope, depth);
            if branch == 0 {
                self.wire_default(split, first);
            } else {
                let condition = self.condition();
                self.wire_if(split, first, condition);
            }
            self.wire(last, merge);
        }
        (split, merge)
    }

    fn parallel(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let fork = self.add("fork", ElementKind::ParallelGateway, scope);
        let join = self.add("join", ElementKind::ParallelGateway, scope);
        for _ in 0..2 + (self.draw)() % 2 {
            let (first, last) = self.sequence(scope, depth);
            self.wire(fork, first);
            self.wire(last, join);
        }
        (fork, join)
    }

    fn sub_process(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let outer = self.add("scope", ElementKind::SubProcess, scope);
        self.mappings(outer);
        self.content(Some(outer), depth, None);
        (outer, outer)
    }

    /// A call of a process made before; its error is caught on the border.
    fn call(&mut self, scope: Option<ElementIndex>) -> Block {
        let count = u64::try_from(self.callable.len()).unwrap_or(0);
        let chosen = (self.draw)().checked_rem(count).and_then(|index| usize::try_from(index).ok());
        let Some((id, error)) = chosen.and_then(|index| self.callable.get(index)).cloned() else {
            return self.activity(scope);
        };
        let kind = ElementKind::CallActivity(CallActivity {
            process_id: Expression::fixed(id),
            binding: if chance(self.draw, 2) { Binding::Latest } else { Binding::Deployment },
            propagate_all_child_variables: chance(self.draw, 2),
            // The correlation key has to be known inside.
            propagate_all_parent_variables: true,
        });
        let call = self.add("call", kind, scope);
        match error {
            None => (call, call),
            Some(code) => {
                let caught = BoundaryTrigger::Error(self.known_error(&code));
                self.border(call, scope, caught, true, 0)
            }
        }
    }

    /// An activity with an event on its border.
    fn guarded(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let error = self.error();
        let code = error.code.text().to_owned();
        let host = match (self.draw)() % 3 {
            0 => {
                let host = self.add("guarded", ElementKind::SubProcess, scope);
                self.content(Some(host), depth, Some(error.clone()));
                host
            }
            1 => {
                let kind = ElementKind::ReceiveTask(self.message());
                self.add("guarded", kind, scope)
            }
            _ => {
                let job = self.job(Some(code));
                self.add("guarded", ElementKind::ServiceTask(job), scope)
            }
        };
        let every = chance(self.draw, 2);
        let trigger = BoundaryTrigger::Error((!every).then_some(error));
        let (first, out) = self.border(host, scope, trigger, true, depth);
        let interrupting = chance(self.draw, 2);
        let trigger = match (self.draw)() % 4 {
            0 => BoundaryTrigger::Message(self.message()),
            1 if !interrupting => {
                BoundaryTrigger::Timer(Timer::Cycle(Expression::fixed("R2/PT1H")))
            }
            2 if !interrupting => BoundaryTrigger::Timer(Timer::Cycle(Expression::fixed("R/P1D"))),
            _ => BoundaryTrigger::Timer(self.once()),
        };
        if interrupting {
            let boundary = self.attach(host, scope, trigger, true);
            self.wire(boundary, out);
        } else {
            let boundary = self.attach(host, scope, trigger, false);
            let task = self.add("beside", ElementKind::Task, scope);
            let end = self.add("beside_end", ElementKind::EndEvent(EndResult::None), scope);
            self.wire(boundary, task);
            self.wire(task, end);
        }
        (first, out)
    }

    /// An interrupting event on a border whose way comes back behind the activity.
    fn border(
        &mut self,
        host: ElementIndex,
        scope: Option<ElementIndex>,
        trigger: BoundaryTrigger,
        interrupting: bool,
        depth: u32,
    ) -> Block {
        let boundary = self.attach(host, scope, trigger, interrupting);
        let (first, last) = self.block(scope, depth);
        let merge = self.add("merge", ElementKind::ExclusiveGateway, scope);
        self.wire(boundary, first);
        self.wire(last, merge);
        self.wire(host, merge);
        (host, merge)
    }

    fn attach(
        &mut self,
        host: ElementIndex,
        scope: Option<ElementIndex>,
        trigger: BoundaryTrigger,
        interrupting: bool,
    ) -> ElementIndex {
        let boundary = Boundary { attached_to: host, interrupting, trigger };
        self.add("border", ElementKind::Boundary(boundary), scope)
    }

    /// A sequence that is gone through twice.
    fn looped(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let merge = self.add("again", ElementKind::ExclusiveGateway, scope);
        let (first, last) = self.sequence(scope, depth);
        self.wire(merge, first);
        let round = format!("round_{}", self.counter);
        let count = ElementKind::ScriptTask(ScriptTask::Expression {
            expression: Expression::feel(format!("if {round} = null then 1 else {round} + 1")),
            result_variable: round.clone(),
        });
        let count = self.add("count", count, scope);
        self.wire(last, count);
        let gate = self.add("enough", ElementKind::ExclusiveGateway, scope);
        self.wire(count, gate);
        self.wire_if(gate, merge, format!("{round} < 2"));
        let out = self.add("out", ElementKind::Task, scope);
        self.wire_default(gate, out);
        (merge, out)
    }

    /// A task with two ways out, one of which ends by itself, and a conditional third.
    fn implicit_split(&mut self, scope: Option<ElementIndex>) -> Block {
        let task = self.add("split", ElementKind::Task, scope);
        let (on, out) = self.activity(scope);
        let (aside, last) = self.activity(scope);
        self.wire(task, on);
        self.wire(task, aside);
        let kind = ElementKind::EndEvent(EndResult::Message(self.job(None)));
        let end = self.add("told", kind, scope);
        self.wire(last, end);
        let third = self.add("third", ElementKind::ManualTask, scope);
        let condition = self.condition();
        self.wire_if(task, third, condition);
        self.wire(third, end);
        (task, out)
    }

    /// A subprocess in which one branch ends the others.
    fn terminated(&mut self, scope: Option<ElementIndex>, depth: u32) -> Block {
        let outer = self.add("scope", ElementKind::SubProcess, scope);
        let inside = Some(outer);
        let start = self.add("start", ElementKind::StartEvent(StartTrigger::None), inside);
        let fork = self.add("fork", ElementKind::ParallelGateway, inside);
        self.wire(start, fork);
        for last in [EndResult::Terminate, EndResult::None] {
            let (first, out) = self.sequence(inside, depth);
            self.wire(fork, first);
            let end = self.add("end", ElementKind::EndEvent(last), inside);
            self.wire(out, end);
        }
        (outer, outer)
    }

    fn mappings(&mut self, element: ElementIndex) {
        let (inputs, outputs) = (chance(self.draw, 3), chance(self.draw, 3));
        let Some(element) = self.process.element_mut(element) else { return };
        let line = |source: &str, target: &str| Mapping {
            source: Expression::feel(source),
            target: target.to_owned(),
            position: Position::default(),
        };
        if inputs {
            element.inputs.push(line(KEY, "own.key"));
            element.inputs.push(line("own.key", "result"));
        }
        if outputs {
            element.outputs.push(line("result", "kept.result"));
        }
    }

    /// A job of a type of its own, which may throw an error that is caught.
    fn job(&mut self, error: Option<String>) -> Job {
        self.counter += 1;
        let job_type = format!("work-{}", self.counter);
        self.made.jobs.entry(job_type.clone()).or_default().extend(error);
        Job {
            job_type: Expression::fixed(job_type),
            retries: Expression::fixed("2"),
            headers: Vec::new(),
        }
    }

    fn message(&mut self) -> Message {
        self.counter += 1;
        let name = format!("message-{}", self.counter);
        let key = self.made.variables.get(KEY).and_then(Value::as_str).unwrap_or_default();
        self.made.messages.insert(name.clone(), key.to_owned());
        let message = Message {
            id: format!("message_{}", self.counter),
            name: Expression::fixed(name),
            correlation_key: Some(Expression::feel(KEY)),
        };
        self.made.model.messages.push(message.clone());
        message
    }

    fn error(&mut self) -> Error {
        self.counter += 1;
        let error = Error {
            id: format!("error_{}", self.counter),
            name: None,
            code: Expression::fixed(format!("E{}", self.counter)),
        };
        self.made.model.errors.push(error.clone());
        error
    }

    fn known_error(&self, code: &str) -> Option<Error> {
        self.made.model.errors.iter().find(|error| error.code.text() == code).cloned()
    }

    fn once(&mut self) -> Timer {
        match (self.draw)() % 3 {
            0 => Timer::Date(Expression::feel("now() + duration(\"P1D\")")),
            1 => Timer::Duration(Expression::feel("duration(\"PT2H\")")),
            _ => Timer::Duration(Expression::fixed("P1M")),
        }
    }

    /// A condition on a variable that the process is started with.
    fn condition(&mut self) -> String {
        self.counter += 1;
        let name = format!("choice_{}", self.counter);
        let value = i64::try_from((self.draw)() % 10).unwrap_or(0);
        self.made.variables.insert(name.clone(), Value::from(value));
        format!("{name} > 4")
    }

    fn add(&mut self, word: &str, kind: ElementKind, scope: Option<ElementIndex>) -> ElementIndex {
        self.counter += 1;
        let id = format!("{word}_{}", self.counter);
        // The counter keeps ids apart and the scope was added before, so this never falls back.
        self.process.add(id, kind, scope).unwrap_or_default()
    }

    fn wire(&mut self, from: ElementIndex, to: ElementIndex) {
        self.counter += 1;
        let _ = self.process.connect(format!("flow_{}", self.counter), from, to);
    }

    fn wire_if(&mut self, from: ElementIndex, to: ElementIndex, condition: String) {
        self.counter += 1;
        let flow = self.process.connect(format!("flow_{}", self.counter), from, to);
        if let Some(flow) = flow.and_then(|flow| self.process.flow_mut(flow)) {
            flow.condition = Some(Expression::feel(condition));
        }
    }

    fn wire_default(&mut self, from: ElementIndex, to: ElementIndex) {
        self.counter += 1;
        let flow = self.process.connect(format!("flow_{}", self.counter), from, to);
        if let Some(element) = self.process.element_mut(from) {
            element.default_flow = flow;
        }
    }
}
