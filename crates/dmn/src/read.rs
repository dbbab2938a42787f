//! Read: from XML to [`syntax`](crate::syntax). Elements of other namespaces (diagrams, extensions)
//! are passed over; elements of DMN that are not supported are problems, never ignored.

use std::collections::BTreeSet;

use roxmltree::{Node as Xml, NodeId};

use crate::problem::ProblemKind;
use crate::syntax::{Definitions, Input, Item, Node, Requirement, Service, Text, Wanted};
use crate::version::Version;
use crate::xml::Source;

mod expression;
mod table;

/// What reading collects; the problems go to the source once the walk over its tree has ended.
pub(crate) struct Reader {
    problems: Vec<(NodeId, ProblemKind)>,
}

impl Reader {
    fn problem(&mut self, at: Xml<'_, '_>, kind: ProblemKind) {
        self.problems.push((at.id(), kind));
    }

    fn missing(&mut self, within: Xml<'_, '_>, element: &'static str) {
        let within_name = within.tag_name().name().to_owned();
        self.problem(within, ProblemKind::MissingElement { element, within: within_name });
    }

    fn not_a(&mut self, at: Xml<'_, '_>, what: &'static str, value: &str) {
        self.problem(at, ProblemKind::NotA { what, value: value.to_owned() });
    }

    /// An attribute that must not be empty.
    fn required(&mut self, node: Xml<'_, '_>, attribute: &'static str) -> String {
        let found = optional(node, attribute);
        found.unwrap_or_else(|| {
            let element = node.tag_name().name().to_owned();
            self.problem(node, ProblemKind::MissingAttribute { attribute, element });
            String::new()
        })
    }
}

/// The elements of DMN's own namespace within an element.
fn elements<'a, 'i>(node: Xml<'a, 'i>) -> impl Iterator<Item = Xml<'a, 'i>> {
    let namespace = node.tag_name().namespace();
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().namespace() == namespace)
}

fn child<'a, 'i>(node: Xml<'a, 'i>, name: &str) -> Option<Xml<'a, 'i>> {
    elements(node).find(|child| child.tag_name().name() == name)
}

fn children<'a, 'i>(node: Xml<'a, 'i>, name: &'static str) -> impl Iterator<Item = Xml<'a, 'i>> {
    elements(node).filter(move |child| child.tag_name().name() == name)
}

fn optional(node: Xml<'_, '_>, attribute: &str) -> Option<String> {
    let text = node.attribute(attribute)?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The trimmed text of an element's own character data.
fn content(node: Xml<'_, '_>) -> String {
    let texts = node.children().filter(Xml::is_text).filter_map(|text| text.text());
    texts.collect::<String>().trim().to_owned()
}

/// The text of the `text` element within an element; `None` where it is absent or empty.
fn text_of(node: Xml<'_, '_>) -> Option<Text> {
    let inner = child(node, "text")?;
    let text = content(inner);
    (!text.is_empty()).then(|| Text { text, at: inner.id() })
}

fn type_ref(node: Xml<'_, '_>) -> Option<String> {
    optional(node, "typeRef")
}

pub(crate) fn read(source: &mut Source<'_>) -> Option<(Definitions, Version)> {
    let mut reader = Reader { problems: Vec::new() };
    let root = source.document.root_element();
    let tag = root.tag_name();
    let namespace = tag.namespace().unwrap_or("");
    let version = Version::of_namespace(namespace).filter(|_| tag.name() == "definitions");
    let read = if let Some(version) = version {
        Some((reader.definitions(root), version))
    } else {
        let (root_name, namespace) = (tag.name().to_owned(), namespace.to_owned());
        reader.problem(root, ProblemKind::NotDmn { root: root_name, namespace });
        None
    };
    for (at, kind) in reader.problems {
        source.problem(at, kind);
    }
    read
}

impl Reader {
    fn definitions(&mut self, root: Xml<'_, '_>) -> Definitions {
        self.duplicate_ids(root);
        let mut all = Definitions {
            namespace: optional(root, "namespace").unwrap_or_default(),
            name: optional(root, "name").unwrap_or_default(),
            at: root.id(),
            items: Vec::new(),
            inputs: Vec::new(),
            decisions: Vec::new(),
            knowledge: Vec::new(),
            services: Vec::new(),
            sources: Vec::new(),
        };
        self.expression_language(root);
        for element in elements(root) {
            self.definition(element, &mut all);
        }
        all
    }

    fn definition(&mut self, element: Xml<'_, '_>, all: &mut Definitions) {
        match element.tag_name().name() {
            "itemDefinition" => all.items.push(self.item(element)),
            "inputData" => all.inputs.push(self.input(element)),
            "decision" => all.decisions.push(self.decision(element)),
            "businessKnowledgeModel" => all.knowledge.push(self.knowledge(element)),
            "decisionService" => all.services.push(self.service(element)),
            "knowledgeSource" => all.sources.extend(optional(element, "id")),
            // What carries no logic.
            "description"
            | "extensionElements"
            | "group"
            | "textAnnotation"
            | "association"
            | "performanceIndicator"
            | "organizationUnit"
            | "elementCollection" => {}
            other => {
                self.problem(element, ProblemKind::Unsupported { element: other.to_owned() });
            }
        }
    }

    fn expression_language(&mut self, node: Xml<'_, '_>) {
        let Some(language) = optional(node, "expressionLanguage") else { return };
        let lower = language.to_ascii_lowercase();
        // B-FEEL of DMN 1.6 gives other values where FEEL gives null, so it is not read as FEEL.
        let known = language == "feel"
            || (lower.starts_with("http") && lower.contains("feel") && !lower.contains("b-feel"));
        if !known {
            self.not_a(node, "supported expression language", &language);
        }
    }

    /// Ids must be unique among the elements of DMN; diagrams have ids of their own.
    fn duplicate_ids(&mut self, root: Xml<'_, '_>) {
        let namespace = root.tag_name().namespace();
        let mut seen = BTreeSet::new();
        for node in root.descendants() {
            if !node.is_element() || node.tag_name().namespace() != namespace {
                continue;
            }
            if let Some(id) = node.attribute("id")
                && !seen.insert(id)
            {
                self.problem(node, ProblemKind::DuplicateId { id: id.to_owned() });
            }
        }
    }

    fn item(&mut self, node: Xml<'_, '_>) -> Item {
        let type_ref = child(node, "typeRef").map(content).filter(|name| !name.is_empty());
        let is_collection = match node.attribute("isCollection") {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(other) => {
                self.not_a(node, "truth value", other);
                false
            }
        };
        let allowed = child(node, "typeConstraint").or_else(|| child(node, "allowedValues"));
        Item {
            name: self.required(node, "name"),
            at: node.id(),
            type_ref,
            is_collection,
            is_function: child(node, "functionItem").is_some(),
            allowed: allowed.and_then(text_of),
            components: children(node, "itemComponent").map(|inner| self.item(inner)).collect(),
        }
    }

    fn variable(node: Xml<'_, '_>) -> (Option<String>, Option<String>) {
        let variable = child(node, "variable");
        let name = variable.and_then(|variable| optional(variable, "name"));
        (name, variable.and_then(type_ref))
    }

    fn input(&mut self, node: Xml<'_, '_>) -> Input {
        let own = self.required(node, "name");
        let (name, type_ref) = Self::variable(node);
        Input { id: optional(node, "id"), name: name.unwrap_or(own), type_ref, at: node.id() }
    }

    fn decision(&mut self, node: Xml<'_, '_>) -> Node {
        let own = self.required(node, "name");
        let (name, type_ref) = Self::variable(node);
        let logic = self.needed_expression(node);
        Node {
            id: optional(node, "id"),
            name: name.unwrap_or(own),
            question: child(node, "question").map(content).filter(|text| !text.is_empty()),
            type_ref,
            requirements: self.requirements(node),
            logic,
            at: node.id(),
        }
    }

    fn knowledge(&mut self, node: Xml<'_, '_>) -> Node {
        let own = self.required(node, "name");
        let (name, type_ref) = Self::variable(node);
        let logic = child(node, "encapsulatedLogic");
        if logic.is_none() {
            self.missing(node, "encapsulatedLogic");
        }
        let logic = logic.and_then(|logic| self.function(logic));
        Node {
            id: optional(node, "id"),
            name: name.unwrap_or(own),
            question: None,
            type_ref,
            requirements: self.requirements(node),
            logic,
            at: node.id(),
        }
    }

    fn requirements(&mut self, node: Xml<'_, '_>) -> Vec<Requirement> {
        let mut all = Vec::new();
        for element in elements(node) {
            match element.tag_name().name() {
                "informationRequirement" => {
                    let found =
                        [("requiredInput", Wanted::Input), ("requiredDecision", Wanted::Decision)];
                    let found = found.into_iter().find_map(|(name, wanted)| {
                        child(element, name).map(|found| (found, wanted))
                    });
                    match found {
                        Some((found, wanted)) => all.push(self.requirement(found, wanted)),
                        None => self.missing(element, "requiredInput or requiredDecision"),
                    }
                }
                "knowledgeRequirement" => match child(element, "requiredKnowledge") {
                    Some(found) => all.push(self.requirement(found, Wanted::Knowledge)),
                    None => self.missing(element, "requiredKnowledge"),
                },
                _ => {}
            }
        }
        all
    }

    fn requirement(&mut self, node: Xml<'_, '_>, wanted: Wanted) -> Requirement {
        Requirement { wanted, href: self.required(node, "href"), at: node.id() }
    }

    fn service(&mut self, node: Xml<'_, '_>) -> Service {
        let mut many = |name: &'static str, wanted| -> Vec<Requirement> {
            children(node, name).map(|found| self.requirement(found, wanted)).collect()
        };
        let outputs = many("outputDecision", Wanted::Decision);
        let mut inputs = many("inputData", Wanted::Input);
        inputs.extend(many("inputDecision", Wanted::Decision));
        let (name, _) = Self::variable(node);
        let own = self.required(node, "name");
        Service {
            id: optional(node, "id"),
            name: name.unwrap_or(own),
            outputs,
            inputs,
            at: node.id(),
        }
    }
}
