//! Model: a DMN file that was read, checked and compiled; what it contains and what it decides.

use std::sync::Arc;

use base::Digest;
use feel::{Budget, Context, Environment, EvalError, Names, Scope, Slot, Value};

use crate::compile::{self, Reading};
use crate::logic::{FunctionLogic, Logic, Run, Sink, closure};
use crate::problem::{Problem, ProblemKind};
use crate::read;
use crate::table::Table;
use crate::trace::{DecisionTrace, Fault, ModelStamp, Trace};
use crate::types::{TypeUse, Types};
use crate::version::Version;
use crate::xml::Source;

mod changes;

pub use changes::{Alternative, Change};

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) inputs: Vec<InputModel>,
    /// Each after those that it requires.
    pub(crate) decisions: Vec<DecisionModel>,
    /// Each after those that it requires.
    pub(crate) knowledge: Vec<KnowledgeModel>,
    pub(crate) tables: Vec<Arc<Table>>,
    pub(crate) types: Arc<Types>,
}

#[derive(Debug)]
pub(crate) struct InputModel {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) type_name: Option<Arc<str>>,
    pub(crate) declared: Option<TypeUse>,
}

#[derive(Debug)]
pub(crate) struct DecisionModel {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) question: Option<Arc<str>>,
    pub(crate) type_name: Option<Arc<str>>,
    pub(crate) names: Names,
    pub(crate) inputs: Vec<(Slot, usize)>,
    pub(crate) decisions: Vec<(Slot, usize)>,
    pub(crate) knowledge: Vec<(Slot, usize)>,
    pub(crate) logic: Logic,
}

#[derive(Debug)]
pub(crate) struct KnowledgeModel {
    pub(crate) names: Names,
    pub(crate) requires: Vec<(Slot, usize)>,
    /// What is wrong with it, in a model that was read leniently.
    pub(crate) function: Result<Arc<FunctionLogic>, Fault>,
}

/// A model that can decide. Shared between threads.
#[derive(Debug)]
pub struct Model {
    stamp: Arc<ModelStamp>,
    version: Version,
    parts: Parts,
    problems: Vec<Problem>,
}

/// An input of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputInfo<'m> {
    /// Its id (its name where it has none).
    pub id: &'m str,
    /// The name under which its value is given.
    pub name: &'m str,
    /// Its type as written.
    pub type_name: Option<&'m str>,
}

/// A decision of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionInfo<'m> {
    /// Its id (its name where it has none).
    pub id: &'m str,
    /// Its name.
    pub name: &'m str,
    /// The question that it answers.
    pub question: Option<&'m str>,
    /// The type of its value as written.
    pub type_name: Option<&'m str>,
}

/// What a decision gave, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The value.
    pub value: Value,
    /// Why.
    pub trace: Trace,
}

/// Why a decision gave nothing, not even null.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// The model has no such decision.
    #[error("no decision `{name}` in this model")]
    UnknownDecision {
        /// What was asked for.
        name: String,
    },
    /// An expression could not be evaluated.
    #[error("decision `{decision}` failed")]
    Failed {
        /// The decision whose logic failed, or the input that could not be taken.
        decision: String,
        /// Why.
        source: EvalError,
    },
}

impl Model {
    /// Reads a DMN file, and checks and compiles all that is in it.
    ///
    /// # Errors
    /// Every problem found: what is published has none.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        Self::parse_as(bytes, Reading::Strict)
    }

    /// Reads a DMN file of which not every part need be right, as the standard has it: a decision
    /// with a problem is null, with [`Fault::Unread`] in its trace, and the others still decide.
    /// The problems are those of [`Model::problems`].
    ///
    /// # Errors
    /// The problems found, where one is of the whole file: it is no DMN, an input or a type cannot
    /// be read, a limit is passed, or requirements or types go round in a circle.
    pub fn parse_lenient(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        Self::parse_as(bytes, Reading::Lenient)
    }

    fn parse_as(bytes: &[u8], reading: Reading) -> Result<Self, Vec<Problem>> {
        let mut source = Source::parse(bytes).map_err(|problem| vec![problem])?;
        let Some((definitions, version)) = read::read(&mut source) else {
            return Err(source.into_problems());
        };
        let parts = compile::compile(&definitions, reading, &mut source);
        let parts = match parts {
            Some(parts) if !source.has_problems() => parts,
            Some(parts) if reading == Reading::Lenient && !source.is_fatal() => parts,
            Some(_) | None => {
                if !source.has_problems() {
                    // Whatever is not compiled has said why; this is the last line of defence.
                    let element = "part of this model".to_owned();
                    source.problem(definitions.at, ProblemKind::Unsupported { element });
                }
                return Err(source.into_problems());
            }
        };
        let stamp = Arc::new(ModelStamp {
            namespace: definitions.namespace.into(),
            name: definitions.name.into(),
            digest: Digest::of(bytes),
        });
        Ok(Self { stamp, version, parts, problems: source.into_problems() })
    }

    /// What a lenient reading found wrong; none where the model was read strictly.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Namespace, name and digest.
    pub fn stamp(&self) -> &ModelStamp {
        &self.stamp
    }

    /// The version of DMN that it is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Its decisions, each after those that it requires.
    pub fn decisions(&self) -> impl Iterator<Item = DecisionInfo<'_>> {
        self.parts.decisions.iter().map(decision_info)
    }

    /// A decision by id or name.
    pub fn decision(&self, name: &str) -> Option<DecisionInfo<'_>> {
        self.find(name).and_then(|index| self.parts.decisions.get(index)).map(decision_info)
    }

    /// Its inputs.
    pub fn inputs(&self) -> impl Iterator<Item = InputInfo<'_>> {
        self.parts.inputs.iter().map(input_info)
    }

    /// The inputs that a decision and those below it read; `None` where there is no such decision.
    pub fn inputs_of(&self, decision: &str) -> Option<Vec<InputInfo<'_>>> {
        let needed = self.needed(self.find(decision)?);
        let mut inputs: Vec<usize> = needed
            .iter()
            .filter_map(|&index| self.parts.decisions.get(index))
            .flat_map(|decision| decision.inputs.iter().map(|(_, input)| *input))
            .collect();
        inputs.sort_unstable();
        inputs.dedup();
        Some(inputs.iter().filter_map(|&i| self.parts.inputs.get(i)).map(input_info).collect())
    }

    /// Its decision tables, those within contexts and knowledge models included.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.parts.tables.iter().map(|table| &**table)
    }

    /// These inputs with each text that stands for a date, a time or a duration read as the declared
    /// type says: variables of processes and JSON have texts alone for them. A text that is none
    /// stays one, so that the evaluation names it as a fault.
    ///
    /// # Errors
    /// [`feel::TooDeep`] when a value nests deeper than values may.
    pub fn read_texts(&self, inputs: &Context) -> Result<Context, feel::TooDeep> {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(inputs.len());
        for (name, value) in inputs.iter() {
            let known = |input: &&InputModel| &*input.name == name || &*input.id == name;
            let declared = self.parts.inputs.iter().find(known);
            let declared = declared.and_then(|input| input.declared.as_ref());
            let value = match declared {
                Some(used) => self.parts.types.read_text(used, value)?,
                None => value.clone(),
            };
            entries.push((name.into(), value));
        }
        Context::from_entries(entries)
    }

    /// Evaluates a decision, by id or name, and all that it requires. An input that is not given is
    /// null.
    pub fn evaluate(
        &self,
        decision: &str,
        inputs: &Context,
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Evaluation, EvaluationError> {
        let Some(target) = self.find(decision) else {
            return Err(EvaluationError::UnknownDecision { name: decision.to_owned() });
        };
        let run = Run { sink: Sink::default(), types: &self.parts.types, environment, budget };
        Session { model: self, run, taken: vec![None; self.parts.inputs.len()], functions: None }
            .evaluate(target, inputs)
    }

    fn find(&self, name: &str) -> Option<usize> {
        let decisions = &self.parts.decisions;
        let by_id = decisions.iter().position(|decision| &*decision.id == name);
        by_id.or_else(|| decisions.iter().position(|decision| &*decision.name == name))
    }

    /// The decisions that must be evaluated for one, in order, itself last.
    fn needed(&self, target: usize) -> Vec<usize> {
        let mut wanted = vec![false; target.saturating_add(1)];
        if let Some(place) = wanted.last_mut() {
            *place = true;
        }
        for index in (0..=target).rev() {
            if wanted.get(index) != Some(&true) {
                continue;
            }
            for (_, required) in
                self.parts.decisions.get(index).into_iter().flat_map(|d| &d.decisions)
            {
                if let Some(place) = wanted.get_mut(*required) {
                    *place = true;
                }
            }
        }
        let all = wanted.iter().enumerate();
        all.filter(|(_, wanted)| **wanted).map(|(index, _)| index).collect()
    }
}

fn decision_info(decision: &DecisionModel) -> DecisionInfo<'_> {
    DecisionInfo {
        id: &decision.id,
        name: &decision.name,
        question: decision.question.as_deref(),
        type_name: decision.type_name.as_deref(),
    }
}

fn input_info(input: &InputModel) -> InputInfo<'_> {
    InputInfo { id: &input.id, name: &input.name, type_name: input.type_name.as_deref() }
}

/// One evaluation under way.
struct Session<'s> {
    model: &'s Model,
    run: Run<'s>,
    /// The inputs taken so far, with their names.
    taken: Vec<Option<(Arc<str>, Value)>>,
    /// The knowledge models as functions, made when the first is needed.
    functions: Option<Vec<Value>>,
}

impl Session<'_> {
    fn evaluate(mut self, target: usize, inputs: &Context) -> Result<Evaluation, EvaluationError> {
        let model = self.model;
        let alone = model.parts.decisions.get(target).is_some_and(|one| one.decisions.is_empty());
        let needed = if alone { Vec::new() } else { model.needed(target) };
        // What later decisions read; a decision that requires none leaves nothing to be read.
        let mut values = vec![Value::Null; if alone { 0 } else { target }];
        let mut traces = Vec::with_capacity(needed.len().max(1));
        let mut faults = Vec::new();
        for &index in if alone { std::slice::from_ref(&target) } else { &needed } {
            let Some(decision) = model.parts.decisions.get(index) else { continue };
            let failed = |source| failed(&decision.name, source);
            let scope = self.scope(decision, inputs, &values).map_err(failed)?;
            faults.append(&mut self.run.sink.lock().faults);
            let trace = self.decide(decision, scope).map_err(failed)?;
            if let Some(place) = values.get_mut(index) {
                *place = trace.value.clone();
            }
            traces.push(trace);
        }
        let id = model.parts.decisions.get(target).map(|decision| Arc::clone(&decision.id));
        let truncated = self.run.sink.lock().truncated;
        let mut used = Vec::with_capacity(self.taken.len());
        used.extend(self.taken.into_iter().flatten());
        Ok(Evaluation {
            value: traces.last().map(|trace| trace.value.clone()).unwrap_or_default(),
            trace: Trace {
                model: Arc::clone(&model.stamp),
                decision: id.unwrap_or_else(|| "".into()),
                inputs: used,
                faults,
                decisions: traces,
                truncated,
                changes: Vec::new(),
            },
        })
    }

    fn decide(
        &mut self,
        decision: &DecisionModel,
        mut scope: Scope,
    ) -> Result<DecisionTrace, EvalError> {
        let value = decision.logic.evaluate(&mut scope, &mut self.run)?;
        let mut collected = self.run.sink.lock();
        Ok(DecisionTrace {
            id: Arc::clone(&decision.id),
            name: Arc::clone(&decision.name),
            value,
            tables: std::mem::take(&mut collected.tables),
            faults: std::mem::take(&mut collected.faults),
        })
    }

    /// What a decision's logic sees.
    fn scope(
        &mut self,
        decision: &DecisionModel,
        inputs: &Context,
        values: &[Value],
    ) -> Result<Scope, EvalError> {
        let mut scope = Scope::new(&decision.names, Arc::clone(self.run.environment));
        for (slot, index) in &decision.inputs {
            scope.set(*slot, self.input(*index, inputs)?);
        }
        for (slot, index) in &decision.decisions {
            scope.set(*slot, values.get(*index).cloned().unwrap_or_default());
        }
        if !decision.knowledge.is_empty() {
            if self.functions.is_none() {
                self.functions = Some(self.knowledge()?);
            }
            for (slot, index) in &decision.knowledge {
                let knowledge = self.model.parts.knowledge.get(*index);
                if let Some(Err(fault)) = knowledge.map(|knowledge| &knowledge.function) {
                    self.run.sink.fault(fault.clone());
                }
                let function = self.functions.as_ref().and_then(|all| all.get(*index));
                scope.set(*slot, function.cloned().unwrap_or_default());
            }
        }
        Ok(scope)
    }

    fn input(&mut self, index: usize, inputs: &Context) -> Result<Value, EvalError> {
        if let Some(Some((_, value))) = self.taken.get(index) {
            return Ok(value.clone());
        }
        let Some(input) = self.model.parts.inputs.get(index) else { return Ok(Value::Null) };
        let given = inputs.get(&input.name).or_else(|| inputs.get(&input.id));
        let mut value = given.cloned().unwrap_or_default();
        if input.declared.is_some() {
            value = self.run.conform(input.declared.as_ref(), value, &input.name)?;
        }
        if let Some(place) = self.taken.get_mut(index) {
            *place = Some((Arc::clone(&input.name), value.clone()));
        }
        Ok(value)
    }

    fn knowledge(&mut self) -> Result<Vec<Value>, EvalError> {
        let mut functions: Vec<Value> = Vec::with_capacity(self.model.parts.knowledge.len());
        for knowledge in &self.model.parts.knowledge {
            self.run.budget.charge_memory(256)?;
            let mut scope = Scope::new(&knowledge.names, Arc::clone(self.run.environment));
            for (slot, index) in &knowledge.requires {
                scope.set(*slot, functions.get(*index).cloned().unwrap_or_default());
            }
            let (sink, types) = (self.run.sink.clone(), &self.model.parts.types);
            functions.push(match &knowledge.function {
                Ok(function) => closure(function, scope, sink, types),
                Err(_) => Value::Null,
            });
        }
        Ok(functions)
    }
}

fn failed(decision: &str, source: EvalError) -> EvaluationError {
    EvaluationError::Failed { decision: decision.to_owned(), source }
}
