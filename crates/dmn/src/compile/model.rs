//! The whole model: references resolved, circles refused, decisions put in an order in which each
//! comes after what it requires.

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::Names;

use super::{Compiler, Sight};
use crate::graph;
use crate::logic::{Kind, Logic};
use crate::model::{DecisionModel, InputModel, KnowledgeModel, Parts};
use crate::problem::ProblemKind;
use crate::syntax::{Definitions, Node, Requirement, Wanted};
use crate::trace::Fault;
use crate::types::{TypeUse, Types};
use crate::xml::Source;

/// How many knowledge models may require each other in a row: each holds the one below it.
const MAX_KNOWLEDGE_DEPTH: u32 = 64;

/// An element that may be required: its kind and its place among its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Element {
    wanted: Wanted,
    index: usize,
}

/// What each element requires, resolved.
struct Graph {
    decisions: Vec<Vec<Element>>,
    knowledge: Vec<Vec<Element>>,
}

/// What becomes of a part of a model that has a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The model is refused.
    Strict,
    /// The decision or knowledge model is null, and says why.
    Lenient,
}

pub(crate) fn compile(
    definitions: &Definitions,
    reading: Reading,
    source: &mut Source<'_>,
) -> Option<Parts> {
    let types = Types::resolve(&definitions.items, source);
    duplicate_names(definitions, source);
    let graph = resolve(definitions, source);
    let order = order(definitions, &graph, source);
    services(definitions, source);
    if source.has_problems() && !order.circles.is_empty() {
        return None;
    }
    let mut base = Names::new();
    for member in types.members() {
        base.add_member(member);
    }
    let mut compiler = Compiler { source, types: &types, tables: Vec::new(), seen: 0 };
    let inputs = compiler.inputs(definitions);
    let mut all = Whole { base, definitions, graph: &graph, inputs, types: Vec::new() };
    all.declare(&mut compiler);
    let count = definitions.decisions.len();
    let decisions = order.sorted.iter().copied().filter(|&node| node < count);
    let decisions: Vec<usize> = decisions.collect();
    let knowledge: Vec<usize> =
        order.sorted.iter().filter_map(|&node| node.checked_sub(count)).collect();
    let (decision_places, knowledge_places) = (places(&decisions), places(&knowledge));
    let compiled_knowledge: Vec<_> = knowledge
        .iter()
        .map(|&index| all.knowledge(index, &knowledge_places, &mut compiler))
        .collect();
    let compiled_decisions: Vec<_> = decisions
        .iter()
        .map(|&index| all.decision(index, &decision_places, &knowledge_places, &mut compiler))
        .collect();
    let tables = compiler.tables;
    let inputs = all.inputs;
    let (decisions, knowledge) = match reading {
        Reading::Strict => (
            compiled_decisions.into_iter().collect::<Option<_>>()?,
            compiled_knowledge.into_iter().collect::<Option<_>>()?,
        ),
        Reading::Lenient => (
            held(&definitions.decisions, &decisions, compiled_decisions, source, unread_decision),
            held(&definitions.knowledge, &knowledge, compiled_knowledge, source, unread_knowledge),
        ),
    };
    Some(Parts { inputs, decisions, knowledge, tables, types: Arc::new(types) })
}

/// Each element as compiled, or as `unread` makes it where a problem stands in it.
fn held<T>(
    nodes: &[Node],
    order: &[usize],
    compiled: Vec<Option<T>>,
    source: &Source<'_>,
    unread: fn(&Node, Arc<str>) -> T,
) -> Vec<T> {
    let nodes = order.iter().filter_map(|&index| nodes.get(index));
    let whole = nodes.zip(compiled).map(|(node, compiled)| match source.problem_of(node.at) {
        Some(problem) => unread(node, problem.to_string().into()),
        None => compiled.unwrap_or_else(|| unread(node, "it is not whole".into())),
    });
    whole.collect()
}

fn unread_decision(node: &Node, problem: Arc<str>) -> DecisionModel {
    let name: Arc<str> = node.name.as_str().into();
    let kind = Kind::Unread(Arc::clone(&name), problem);
    DecisionModel {
        id: node.id.as_deref().unwrap_or(&node.name).into(),
        name: Arc::clone(&name),
        question: node.question.as_deref().map(Into::into),
        type_name: node.type_ref.as_deref().map(Into::into),
        names: Names::new(),
        inputs: Vec::new(),
        decisions: Vec::new(),
        knowledge: Vec::new(),
        logic: Logic { kind, declared: None, name },
    }
}

fn unread_knowledge(node: &Node, problem: Arc<str>) -> KnowledgeModel {
    KnowledgeModel {
        names: Names::new(),
        requires: Vec::new(),
        function: Err(Fault::Unread { name: node.name.as_str().into(), problem }),
    }
}

/// Names by which expressions and callers refer to elements.
fn duplicate_names(definitions: &Definitions, source: &mut Source<'_>) {
    let inputs = definitions.inputs.iter().map(|input| (&input.name, input.at));
    let nodes = definitions.decisions.iter().chain(&definitions.knowledge);
    let nodes = nodes.map(|node| (&node.name, node.at));
    let services = definitions.services.iter().map(|service| (&service.name, service.at));
    let mut seen = std::collections::BTreeSet::new();
    let all: Vec<_> = inputs.chain(nodes).chain(services).collect();
    for (name, at) in all {
        if !name.is_empty() && !seen.insert(name) {
            source.problem(at, ProblemKind::DuplicateName { name: name.clone() });
        }
    }
}

fn element_ids(definitions: &Definitions) -> BTreeMap<&str, Element> {
    let mut ids = BTreeMap::new();
    let mut add = |id: Option<&'_ String>, wanted, index| {
        id.map(|id| ids.insert(id.clone(), Element { wanted, index }))
    };
    for (index, input) in definitions.inputs.iter().enumerate() {
        add(input.id.as_ref(), Wanted::Input, index);
    }
    for (index, node) in definitions.decisions.iter().enumerate() {
        add(node.id.as_ref(), Wanted::Decision, index);
    }
    for (index, node) in definitions.knowledge.iter().enumerate() {
        add(node.id.as_ref(), Wanted::Knowledge, index);
    }
    let owned: BTreeMap<String, Element> = ids;
    let known = |id: &'_ String| owned.get(id).copied();
    let inputs = definitions.inputs.iter().filter_map(|input| input.id.as_ref());
    let nodes = definitions.decisions.iter().chain(&definitions.knowledge);
    let ids = inputs.chain(nodes.filter_map(|node| node.id.as_ref()));
    ids.filter_map(|id| known(id).map(|element| (id.as_str(), element))).collect()
}

fn resolve(definitions: &Definitions, source: &mut Source<'_>) -> Graph {
    let ids = element_ids(definitions);
    let mut of = |node: &Node| -> Vec<Element> {
        let namespace = &definitions.namespace;
        let requirements = node.requirements.iter();
        requirements.filter_map(|wanted| target(wanted, namespace, &ids, source)).collect()
    };
    let decisions = definitions.decisions.iter().map(&mut of).collect();
    let knowledge = definitions.knowledge.iter().map(&mut of).collect();
    Graph { decisions, knowledge }
}

fn target(
    requirement: &Requirement,
    namespace: &str,
    ids: &BTreeMap<&str, Element>,
    source: &mut Source<'_>,
) -> Option<Element> {
    let href = requirement.href.as_str();
    if href.is_empty() {
        return None; // told as a missing attribute
    }
    let local = match href.rsplit_once('#') {
        Some((before, id)) => (before.is_empty() || before == namespace).then_some(id),
        None => Some(href),
    };
    let found = local.and_then(|id| ids.get(id)).copied();
    let found = found.filter(|element| element.wanted == requirement.wanted);
    if found.is_none() {
        let what = match requirement.wanted {
            Wanted::Input => "input data",
            Wanted::Decision => "decision",
            Wanted::Knowledge => "business knowledge model",
        };
        let kind = ProblemKind::Unresolved { href: href.to_owned(), what };
        source.problem(requirement.at, kind);
    }
    found
}

/// Decisions and knowledge models in one graph: decisions first.
fn order(definitions: &Definitions, graph: &Graph, source: &mut Source<'_>) -> graph::Order {
    let count = definitions.decisions.len();
    let node = |element: &Element| match element.wanted {
        Wanted::Input => None,
        Wanted::Decision => Some(element.index),
        Wanted::Knowledge => Some(element.index.saturating_add(count)),
    };
    let edges: Vec<Vec<usize>> = graph
        .decisions
        .iter()
        .chain(&graph.knowledge)
        .map(|elements| elements.iter().filter_map(node).collect())
        .collect();
    let order = graph::order(&edges);
    let nodes: Vec<&Node> = definitions.decisions.iter().chain(&definitions.knowledge).collect();
    for circle in &order.circles {
        let along: Vec<&&Node> = circle.iter().filter_map(|&index| nodes.get(index)).collect();
        let path = along.iter().map(|node| node.name.clone()).collect();
        if let Some(first) = along.first() {
            source.problem(first.at, ProblemKind::RequirementCycle { path });
        }
    }
    for (model, &depth) in definitions.knowledge.iter().zip(order.depths.iter().skip(count)) {
        if depth > MAX_KNOWLEDGE_DEPTH {
            let limit = MAX_KNOWLEDGE_DEPTH as usize;
            let what = "knowledge models that require each other";
            source.problem(model.at, ProblemKind::TooMany { what, limit });
            break;
        }
    }
    order
}

/// Services are read and held to their references; they are not called yet.
fn services(definitions: &Definitions, source: &mut Source<'_>) {
    let ids = element_ids(definitions);
    for service in &definitions.services {
        for reference in service.outputs.iter().chain(&service.inputs) {
            target(reference, &definitions.namespace, &ids, source);
        }
        if service.outputs.is_empty() {
            let within =
                format!("decisionService {}", service.id.as_ref().unwrap_or(&service.name));
            let kind = ProblemKind::MissingElement { element: "outputDecision", within };
            source.problem(service.at, kind);
        }
    }
}

/// What the elements need of each other while they are compiled.
struct Whole<'w> {
    base: Names,
    definitions: &'w Definitions,
    graph: &'w Graph,
    inputs: Vec<InputModel>,
    /// The declared type of each decision.
    types: Vec<Option<TypeUse>>,
}

impl Compiler<'_, '_> {
    fn inputs(&mut self, definitions: &Definitions) -> Vec<InputModel> {
        let inputs = definitions.inputs.iter();
        inputs
            .map(|input| InputModel {
                id: input.id.as_deref().unwrap_or(&input.name).into(),
                name: input.name.as_str().into(),
                type_name: input.type_ref.as_deref().map(Into::into),
                declared: self.reference(input.type_ref.as_deref(), input.at),
            })
            .collect()
    }
}

impl Whole<'_> {
    fn declare(&mut self, compiler: &mut Compiler<'_, '_>) {
        let decisions = self.definitions.decisions.iter();
        self.types = decisions
            .map(|node| {
                let own = compiler.reference(node.type_ref.as_deref(), node.at);
                own.or_else(|| {
                    let logic = node.logic.as_ref()?;
                    compiler.types.reference(logic.type_ref.as_deref(), logic.at, compiler.source)
                })
            })
            .collect();
    }

    fn sight(
        &self,
        node: &Node,
        requires: &[Element],
        compiler: &mut Compiler<'_, '_>,
    ) -> Option<(Sight, Vec<(feel::Slot, Element)>)> {
        let size = self.base.members().count().saturating_add(requires.len());
        if !compiler.may_see(size, node.at) {
            return None;
        }
        let mut sight = Sight {
            size,
            names: self.base.clone(),
            types: BTreeMap::new(),
            owner: node.name.as_str().into(),
        };
        let mut slots = Vec::with_capacity(requires.len());
        for element in requires {
            let (name, declared) = match element.wanted {
                Wanted::Input => match self.inputs.get(element.index) {
                    Some(input) => (&*input.name, input.declared.as_ref()),
                    None => continue,
                },
                Wanted::Decision => match self.definitions.decisions.get(element.index) {
                    Some(node) => {
                        let declared = self.types.get(element.index).and_then(Option::as_ref);
                        (node.name.as_str(), declared)
                    }
                    None => continue,
                },
                Wanted::Knowledge => match self.definitions.knowledge.get(element.index) {
                    Some(node) => (node.name.as_str(), None),
                    None => continue,
                },
            };
            slots.push((sight.add(name, declared), *element));
        }
        Some((sight, slots))
    }

    fn knowledge(
        &self,
        index: usize,
        places: &[usize],
        compiler: &mut Compiler<'_, '_>,
    ) -> Option<KnowledgeModel> {
        let node = self.definitions.knowledge.get(index)?;
        let (sight, slots) = self.sight(node, self.graph.knowledge.get(index)?, compiler)?;
        let names = variables(&sight, &slots);
        let logic = compiler.logic(node.logic.as_ref()?, &sight)?;
        let Kind::Function(function) = logic.kind else { return None };
        let requires = slots.into_iter().filter_map(|(slot, element)| {
            (element.wanted == Wanted::Knowledge).then(|| Some((slot, place(places, element)?)))?
        });
        Some(KnowledgeModel { names, requires: requires.collect(), function: Ok(function) })
    }

    fn decision(
        &self,
        index: usize,
        order: &[usize],
        knowledge: &[usize],
        compiler: &mut Compiler<'_, '_>,
    ) -> Option<DecisionModel> {
        let node = self.definitions.decisions.get(index)?;
        let (sight, slots) = self.sight(node, self.graph.decisions.get(index)?, compiler)?;
        let names = variables(&sight, &slots);
        let logic = compiler.logic(node.logic.as_ref()?, &sight)?;
        let declared = self.types.get(index).cloned().flatten();
        let owner = Arc::clone(&sight.owner);
        let mut decision = DecisionModel {
            id: node.id.as_deref().unwrap_or(&node.name).into(),
            name: node.name.as_str().into(),
            question: node.question.as_deref().map(Into::into),
            type_name: node.type_ref.as_deref().map(Into::into),
            names,
            inputs: Vec::new(),
            decisions: Vec::new(),
            knowledge: Vec::new(),
            logic: Logic { declared: declared.or(logic.declared), name: owner, kind: logic.kind },
        };
        for (slot, element) in slots {
            match element.wanted {
                Wanted::Input => decision.inputs.push((slot, element.index)),
                Wanted::Decision => decision.decisions.extend(placed(slot, order, element)),
                Wanted::Knowledge => decision.knowledge.extend(placed(slot, knowledge, element)),
            }
        }
        Some(decision)
    }
}

/// The variables alone, with the slots that they have: what a scope is made for.
fn variables(sight: &Sight, slots: &[(feel::Slot, Element)]) -> Names {
    let mut named: Vec<(feel::Slot, &str)> =
        sight.names.iter().map(|(name, slot)| (slot, name)).collect();
    named.sort_unstable();
    named.into_iter().take(slots.len()).map(|(_, name)| name).collect()
}

fn placed(slot: feel::Slot, places: &[usize], element: Element) -> Option<(feel::Slot, usize)> {
    place(places, element).map(|place| (slot, place))
}

/// Where an element stands after sorting.
fn place(places: &[usize], element: Element) -> Option<usize> {
    places.get(element.index).copied()
}

/// The places of elements in an order of them.
fn places(order: &[usize]) -> Vec<usize> {
    let mut places = vec![0; order.len()];
    for (place, &index) in order.iter().enumerate() {
        if let Some(found) = places.get_mut(index) {
            *found = place;
        }
    }
    places
}
