//! A process as an ordered list of steps: what a diagram shows, for those who read instead of look.

use crate::{ElementIndex, Model, Process, order};

/// One element of a process, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Id of the process.
    pub process: String,
    /// Id of the element.
    pub element: String,
    /// What it is: [`crate::ElementKind::word`].
    pub kind: &'static str,
    /// Its name in the language asked for.
    pub name: String,
    /// Its documentation in that language.
    pub documentation: Option<String>,
    /// How many subprocesses it stands in.
    pub depth: usize,
    /// Id of the activity it is attached to, for a boundary event.
    pub attached_to: Option<String>,
    /// What may follow.
    pub next: Vec<Next>,
}

/// A way from one step to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Id of the sequence flow.
    pub flow: String,
    /// Its name, if it has one.
    pub label: Option<String>,
    /// Its condition, without `=`.
    pub condition: Option<String>,
    /// Whether it is taken when no condition holds.
    pub is_default: bool,
    /// Id of the element it leads to.
    pub element: String,
    /// Name of that element.
    pub name: String,
}

/// Every step of every executable process; the steps of a subprocess follow it directly.
pub fn steps(model: &Model, language: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for process in &model.processes {
        add_scope(process, None, (language, 0), &mut steps);
    }
    steps
}

fn add_scope(
    process: &Process,
    scope: Option<ElementIndex>,
    (language, depth): (&str, usize),
    steps: &mut Vec<Step>,
) {
    for index in order::of_scope(process, scope) {
        steps.extend(step(process, index, language, depth));
        let is_scope = process
            .element(index)
            .is_some_and(|element| element.kind == crate::ElementKind::SubProcess);
        if is_scope {
            add_scope(process, Some(index), (language, depth + 1), steps);
        }
    }
}

fn step(process: &Process, index: ElementIndex, language: &str, depth: usize) -> Option<Step> {
    let element = process.element(index)?;
    let host = element.kind.boundary().and_then(|boundary| process.element(boundary.attached_to));
    let next = process.successors(index).filter_map(|(flow_index, target)| {
        let (flow, target) = (process.flow(flow_index)?, process.element(target)?);
        Some(Next {
            flow: flow.id.clone(),
            label: flow.name_in(language).map(str::to_owned),
            condition: flow.condition.as_ref().map(|condition| condition.text().to_owned()),
            is_default: element.default_flow == Some(flow_index),
            element: target.id.clone(),
            name: target.name_in(language).to_owned(),
        })
    });
    Some(Step {
        process: process.id.clone(),
        element: element.id.clone(),
        kind: element.kind.word(),
        name: element.name_in(language).to_owned(),
        documentation: element.documentation_in(language).map(str::to_owned),
        depth,
        attached_to: host.map(|host| host.id.clone()),
        next: next.collect(),
    })
}
