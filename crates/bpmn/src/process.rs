//! A process: its elements, its sequence flows and the tree of its scopes.
//!
//! Elements of embedded subprocesses stand in the same list, each naming its parent, so that an
//! [`ElementIndex`] is enough to name any of them. The lists only grow, by the verbs of [`Process`], so the
//! cross-references between them always hold.

use std::collections::BTreeMap;
use std::ops::Index;

use serde::{Deserialize, Serialize};

use crate::{ElementKind, Expression, Position, limits};

/// The place of an element in its process.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ElementIndex(pub u32);

/// The place of a sequence flow in its process.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct FlowIndex(pub u32);

/// One executable process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Process {
    /// Id, by which it is started and called.
    pub id: String,
    /// Name, for people.
    pub name: Option<String>,
    /// `zeebe:versionTag`.
    pub version_tag: Option<String>,
    /// Documentation.
    pub documentation: Option<String>,
    /// `zeebe:properties`.
    pub properties: Vec<Property>,
    /// Where it stands in the file.
    pub position: Position,
    elements: Vec<Element>,
    flows: Vec<SequenceFlow>,
    element_by_id: BTreeMap<String, ElementIndex>,
    flow_by_id: BTreeMap<String, FlowIndex>,
}

/// One executable element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Id, unique in the file.
    pub id: String,
    /// Name, for people.
    pub name: Option<String>,
    /// What it is.
    pub kind: ElementKind,
    /// The subprocess it stands in; `None` directly in the process.
    pub parent: Option<ElementIndex>,
    /// Flows that arrive, in the order of the file.
    pub incoming: Vec<FlowIndex>,
    /// Flows that leave, in the order of the file.
    pub outgoing: Vec<FlowIndex>,
    /// The flow taken when no condition holds.
    pub default_flow: Option<FlowIndex>,
    /// Boundary events attached to it.
    pub boundary_events: Vec<ElementIndex>,
    /// `zeebe:input`s, in order.
    pub inputs: Vec<Mapping>,
    /// `zeebe:output`s, in order.
    pub outputs: Vec<Mapping>,
    /// Documentation.
    pub documentation: Option<String>,
    /// `zeebe:properties`.
    pub properties: Vec<Property>,
    /// Where it stands in the file.
    pub position: Position,
}

/// An arrow from one element to another of the same scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceFlow {
    /// Id, unique in the file.
    pub id: String,
    /// Name, for people.
    pub name: Option<String>,
    /// Where it leaves.
    pub source: ElementIndex,
    /// Where it arrives.
    pub target: ElementIndex,
    /// The condition, always FEEL.
    pub condition: Option<Expression>,
    /// Documentation.
    pub documentation: Option<String>,
    /// `zeebe:properties`.
    pub properties: Vec<Property>,
    /// Where it stands in the file.
    pub position: Position,
}

/// One line of `zeebe:ioMapping`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The value.
    pub source: Expression,
    /// The variable, perhaps with a path: `customer.name`.
    pub target: String,
    /// Where it stands in the file.
    pub position: Position,
}

/// One `zeebe:property`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

impl Process {
    /// An empty process.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Every element, those of subprocesses among them, in the order of the file.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// Every element with its index.
    pub fn indexed(&self) -> impl Iterator<Item = (ElementIndex, &Element)> {
        (0..).map(ElementIndex).zip(&self.elements)
    }

    /// Every sequence flow, in the order of the file.
    pub fn flows(&self) -> &[SequenceFlow] {
        &self.flows
    }

    /// The element at an index of this process.
    pub fn element(&self, index: ElementIndex) -> Option<&Element> {
        self.elements.get(index.0 as usize)
    }

    /// The same, to change what stands alone (name, kind, mappings).
    pub fn element_mut(&mut self, index: ElementIndex) -> Option<&mut Element> {
        self.elements.get_mut(index.0 as usize)
    }

    /// The sequence flow at an index of this process.
    pub fn flow(&self, index: FlowIndex) -> Option<&SequenceFlow> {
        self.flows.get(index.0 as usize)
    }

    /// The same, to change what stands alone (name, condition).
    pub fn flow_mut(&mut self, index: FlowIndex) -> Option<&mut SequenceFlow> {
        self.flows.get_mut(index.0 as usize)
    }

    /// The element with this id.
    pub fn find(&self, id: &str) -> Option<ElementIndex> {
        self.element_by_id.get(id).copied()
    }

    /// The sequence flow with this id.
    pub fn find_flow(&self, id: &str) -> Option<FlowIndex> {
        self.flow_by_id.get(id).copied()
    }

    /// The elements directly in a subprocess, or directly in the process for `None`.
    pub fn children(&self, scope: Option<ElementIndex>) -> impl Iterator<Item = ElementIndex> {
        self.indexed().filter(move |(_, element)| element.parent == scope).map(|(index, _)| index)
    }

    /// The start events directly in a scope.
    pub fn start_events(&self, scope: Option<ElementIndex>) -> impl Iterator<Item = ElementIndex> {
        self.indexed()
            .filter(move |(_, element)| {
                element.parent == scope && matches!(element.kind, ElementKind::StartEvent(_))
            })
            .map(|(index, _)| index)
    }

    /// The elements that leaving flows of `index` lead to, with the flow.
    pub fn successors(
        &self,
        index: ElementIndex,
    ) -> impl Iterator<Item = (FlowIndex, ElementIndex)> {
        self.element(index)
            .into_iter()
            .flat_map(|element| &element.outgoing)
            .filter_map(|&flow| self.flow(flow).map(|f| (flow, f.target)))
    }

    /// The subprocesses around an element, innermost first.
    pub fn scopes_of(&self, index: ElementIndex) -> impl Iterator<Item = ElementIndex> {
        std::iter::successors(self.element(index).and_then(|element| element.parent), |&scope| {
            self.element(scope).and_then(|element| element.parent)
        })
    }

    /// Adds an element to a scope. An id that is taken, or a parent that is no subprocess, gives `None`; so does
    /// nesting of half of [`limits::MAX_DEPTH`].
    ///
    /// A boundary event is attached to its host here, so the host must come first.
    pub fn add(
        &mut self,
        id: impl Into<String>,
        kind: ElementKind,
        parent: Option<ElementIndex>,
    ) -> Option<ElementIndex> {
        let id = id.into();
        let index = ElementIndex(u32::try_from(self.elements.len()).ok()?);
        let known = |at: ElementIndex| at < index;
        let is_scope = |at| self.element(at).is_some_and(|e| e.kind == ElementKind::SubProcess);
        let taken = self.find(&id).is_some() || self.find_flow(&id).is_some();
        if taken || !parent.is_none_or(|at| known(at) && is_scope(at)) {
            return None;
        }
        let depth = parent.map_or(0, |at| 1 + self.scopes_of(at).take(limits::MAX_DEPTH).count());
        if depth >= limits::MAX_DEPTH / 2 {
            return None;
        }
        if let ElementKind::Boundary(boundary) = &kind {
            self.element_mut(boundary.attached_to)?.boundary_events.push(index);
        }
        self.element_by_id.insert(id.clone(), index);
        self.elements.push(Element::new(id, kind, parent));
        Some(index)
    }

    /// Adds a sequence flow. An id that is taken, or an end that does not exist, gives `None`.
    pub fn connect(
        &mut self,
        id: impl Into<String>,
        source: ElementIndex,
        target: ElementIndex,
    ) -> Option<FlowIndex> {
        let id = id.into();
        let index = FlowIndex(u32::try_from(self.flows.len()).ok()?);
        if self.find(&id).is_some() || self.find_flow(&id).is_some() {
            return None;
        }
        self.element(target)?;
        self.element_mut(source)?.outgoing.push(index);
        self.element_mut(target)?.incoming.push(index);
        self.flow_by_id.insert(id.clone(), index);
        self.flows.push(SequenceFlow::new(id, source, target));
        Some(index)
    }
}

/// For the reader, which has already checked what it adds.
impl Process {
    /// Adds an element as it is; an id that is taken is left out of the lookup.
    pub(crate) fn push(&mut self, element: Element) {
        let index = ElementIndex(u32::try_from(self.elements.len()).unwrap_or(u32::MAX));
        self.element_by_id.entry(element.id.clone()).or_insert(index);
        self.elements.push(element);
    }

    /// Adds a flow and joins its ends.
    pub(crate) fn push_flow(&mut self, flow: SequenceFlow) {
        let index = FlowIndex(u32::try_from(self.flows.len()).unwrap_or(u32::MAX));
        self.flow_by_id.entry(flow.id.clone()).or_insert(index);
        if let Some(source) = self.element_mut(flow.source) {
            source.outgoing.push(index);
        }
        if let Some(target) = self.element_mut(flow.target) {
            target.incoming.push(index);
        }
        self.flows.push(flow);
    }

    /// Tells hosts of the boundary events that were pushed.
    pub(crate) fn attach_boundaries(&mut self) {
        let pairs: Vec<(ElementIndex, ElementIndex)> = self
            .indexed()
            .filter_map(|(index, element)| Some((element.kind.boundary()?.attached_to, index)))
            .collect();
        for (host, index) in pairs {
            if let Some(host) = self.element_mut(host) {
                host.boundary_events.push(index);
            }
        }
    }
}

/// The element at an index that this very process gave out.
impl Index<ElementIndex> for Process {
    type Output = Element;

    #[expect(clippy::indexing_slicing, reason = "indices are given out by this process only")]
    fn index(&self, index: ElementIndex) -> &Element {
        &self.elements[index.0 as usize]
    }
}

/// The flow at an index that this very process gave out.
impl Index<FlowIndex> for Process {
    type Output = SequenceFlow;

    #[expect(clippy::indexing_slicing, reason = "indices are given out by this process only")]
    fn index(&self, index: FlowIndex) -> &SequenceFlow {
        &self.flows[index.0 as usize]
    }
}

impl Element {
    pub(crate) fn new(id: String, kind: ElementKind, parent: Option<ElementIndex>) -> Self {
        Self {
            id,
            name: None,
            kind,
            parent,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            default_flow: None,
            boundary_events: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            documentation: None,
            properties: Vec::new(),
            position: Position::default(),
        }
    }

    /// The name in a language: the property `name:CODE` if there is one, else the plain name, else the id.
    pub fn name_in(&self, language: &str) -> &str {
        in_language(&self.properties, "name", language)
            .or(self.name.as_deref())
            .filter(|name| !name.trim().is_empty())
            .unwrap_or(&self.id)
    }

    /// The documentation in a language: the property `documentation:CODE` if there is one, else the plain one.
    pub fn documentation_in(&self, language: &str) -> Option<&str> {
        in_language(&self.properties, "documentation", language).or(self.documentation.as_deref())
    }

    /// The value of a `zeebe:property`.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|property| property.name == name).map(|p| p.value.as_str())
    }
}

impl SequenceFlow {
    pub(crate) fn new(id: String, source: ElementIndex, target: ElementIndex) -> Self {
        Self {
            id,
            name: None,
            source,
            target,
            condition: None,
            documentation: None,
            properties: Vec::new(),
            position: Position::default(),
        }
    }

    /// The name in a language, if the flow has one.
    pub fn name_in(&self, language: &str) -> Option<&str> {
        in_language(&self.properties, "name", language)
            .or(self.name.as_deref())
            .filter(|name| !name.trim().is_empty())
    }
}

impl Process {
    /// The name in a language: the property `name:CODE` if there is one, else the plain name, else the id.
    pub fn name_in(&self, language: &str) -> &str {
        in_language(&self.properties, "name", language)
            .or(self.name.as_deref())
            .filter(|name| !name.trim().is_empty())
            .unwrap_or(&self.id)
    }
}

fn in_language<'a>(properties: &'a [Property], field: &str, language: &str) -> Option<&'a str> {
    properties
        .iter()
        .find(|property| {
            property.name.split_once(':').is_some_and(|(f, l)| f == field && l == language)
        })
        .map(|property| property.value.as_str())
}
