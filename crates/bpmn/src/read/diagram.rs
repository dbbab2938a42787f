//! Diagram interchange.

use roxmltree::Node;

use super::{BPMNDI, DC, DI, Reader, as_bool, attribute};
use crate::{Bounds, Diagram, Edge, Length, Point, ProblemKind, Shape};

fn children<'a>(
    node: Node<'a, 'a>,
    namespace: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.has_tag_name((namespace, name)))
}

impl<'a> Reader<'a> {
    pub(super) fn diagrams(&mut self, root: Node<'a, 'a>) {
        for node in children(root, BPMNDI, "BPMNDiagram") {
            let mut diagram = Diagram {
                id: attribute(node, "id"),
                name: attribute(node, "name"),
                ..Diagram::default()
            };
            if let Some(plane) = children(node, BPMNDI, "BPMNPlane").next() {
                diagram.plane = attribute(plane, "id");
                diagram.element = self.shown(plane);
                for child in plane.children().filter(Node::is_element) {
                    self.plane_element(child, &mut diagram);
                }
            }
            self.model.diagrams.push(diagram);
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
