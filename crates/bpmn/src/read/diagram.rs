//! Diagram interchange.

use std::collections::BTreeSet;

use roxmltree::Node;

use super::{BPMNDI, DC, DI, Reader, as_bool, attribute};
use crate::{Bounds, Diagram, Edge, Length, Point, ProblemKind, Process, Shape};

fn children<'a>(
    node: Node<'a, 'a>,
    namespace: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.has_tag_name((namespace, name)))
}

impl<'a> Reader<'a> {
    pub(super) fn diagrams(&mut self, root: Node<'a, 'a>) {
        let kept = self.kept();
        for node in children(root, BPMNDI, "BPMNDiagram") {
            let mut diagram = Diagram {
                id: attribute(node, "id"),
                name: attribute(node, "name"),
                ..Diagram::default()
            };
            if let Some(plane) = children(node, BPMNDI, "BPMNPlane").next() {
                diagram.plane = attribute(plane, "id");
                diagram.element = self.shown(plane);
                self.refuse_plane(plane, &mut diagram, &kept);
                for child in plane.children().filter(Node::is_element) {
                    self.plane_element(child, &mut diagram);
                }
            }
            // What the model does not hold (parts of an element, such as its data inputs) is not drawn either.
            diagram.shapes.retain(|shape| kept.contains(&shape.element));
            diagram.edges.retain(|edge| kept.contains(&edge.element));
            self.model.diagrams.push(diagram);
        }
    }

    /// Ids of all that the model holds.
    fn kept(&self) -> BTreeSet<String> {
        let processes = &self.model.processes;
        let elements = processes.iter().flat_map(Process::elements).map(|element| &element.id);
        let flows = processes.iter().flat_map(Process::flows).map(|flow| &flow.id);
        let drawn = self.model.drawn.iter().map(|drawn| &drawn.id);
        let ids =
            processes.iter().map(|process| &process.id).chain(elements).chain(flows).chain(drawn);
        ids.cloned().collect()
    }

    fn refuse_plane(
        &mut self,
        plane: Node<'a, 'a>,
        diagram: &mut Diagram,
        kept: &BTreeSet<String>,
    ) {
        if let Some(reference) = diagram.element.take_if(|element| !kept.contains(element)) {
            let expected = "a process, collaboration or subprocess";
            let attribute = "bpmnElement";
            self.note(plane, ProblemKind::WrongReference { attribute, reference, expected });
        }
    }

    fn plane_element(&mut self, node: Node<'a, 'a>, diagram: &mut Diagram) {
        if node.has_tag_name((BPMNDI, "BPMNShape")) {
            diagram.shapes.extend(self.shape(node));
        } else if node.has_tag_name((BPMNDI, "BPMNEdge")) {
            diagram.edges.extend(self.edge(node));
        }
    }

    fn shape(&mut self, node: Node<'a, 'a>) -> Option<Shape> {
        let element = self.shown(node);
        let bounds = self.bounds(node);
        if bounds.is_none() {
            self.missing(node, "dc:Bounds");
        }
        let flag = |name| node.attribute(name).and_then(as_bool);
        Some(Shape {
            id: attribute(node, "id"),
            element: element?,
            bounds: bounds?,
            label: self.label(node),
            expanded: flag("isExpanded"),
            horizontal: flag("isHorizontal"),
            marker_visible: flag("isMarkerVisible"),
        })
    }

    fn edge(&mut self, node: Node<'a, 'a>) -> Option<Edge> {
        let element = self.shown(node);
        let mut waypoints = Vec::new();
        for point in children(node, DI, "waypoint") {
            waypoints.push(Point { x: self.length(point, "x"), y: self.length(point, "y") });
        }
        if waypoints.len() < 2 {
            self.missing(node, "second waypoint");
            return None;
        }
        let label = self.label(node);
        Some(Edge { id: attribute(node, "id"), element: element?, waypoints, label })
    }

    /// The id of what a diagram element shows.
    fn shown(&mut self, node: Node<'a, 'a>) -> Option<String> {
        let Some(reference) = attribute(node, "bpmnElement") else {
            self.missing(node, "bpmnElement");
            return None;
        };
        let found = self.resolve(&reference).and_then(|found| attribute(found, "id"));
        if found.is_none() {
            let attribute = "bpmnElement";
            self.note(node, ProblemKind::DanglingReference { attribute, reference });
        }
        found
    }

    fn label(&mut self, node: Node<'a, 'a>) -> Option<Bounds> {
        let label = children(node, BPMNDI, "BPMNLabel").next()?;
        self.bounds(label)
    }

    fn bounds(&mut self, node: Node<'a, 'a>) -> Option<Bounds> {
        let bounds = children(node, DC, "Bounds").next()?;
        let size = |length: Length| Length(length.0.max(0));
        Some(Bounds {
            x: self.length(bounds, "x"),
            y: self.length(bounds, "y"),
            width: size(self.length(bounds, "width")),
            height: size(self.length(bounds, "height")),
        })
    }

    fn length(&mut self, node: Node<'a, 'a>, name: &'static str) -> Length {
        let text = node.attribute(name).unwrap_or_default();
        Length::parse(text).unwrap_or_else(|| {
            let (found, expected) = (text.to_owned(), "a number of at most a million");
            self.note(node, ProblemKind::InvalidValue { what: name, found, expected });
            Length::default()
        })
    }
}
