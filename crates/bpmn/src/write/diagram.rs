//! Diagram interchange.

use super::Writer;
use crate::{Bounds, Diagram, Edge, Shape};

impl Writer<'_> {
    pub(super) fn diagram(&mut self, diagram: &Diagram) {
        let (id, name) = (diagram.id.as_deref(), diagram.name.as_deref());
        self.xml.open("bpmndi:BPMNDiagram", &[("id", id), ("name", name)]);
        if let Some(element) = diagram.element.as_deref() {
            let plane = diagram.plane.as_deref();
            self.xml.open("bpmndi:BPMNPlane", &[("id", plane), ("bpmnElement", Some(element))]);
            for shape in &diagram.shapes {
                self.shape(shape);
            }
            for edge in &diagram.edges {
                self.edge(edge);
            }
            self.xml.close();
        }
        self.xml.close();
    }

    fn shape(&mut self, shape: &Shape) {
        let flag = |flag: Option<bool>| flag.map(|flag| if flag { "true" } else { "false" });
        self.xml.open(
            "bpmndi:BPMNShape",
            &[
                ("id", shape.id.as_deref()),
                ("bpmnElement", Some(&shape.element)),
                ("isExpanded", flag(shape.expanded)),
                ("isHorizontal", flag(shape.horizontal)),
                ("isMarkerVisible", flag(shape.marker_visible)),
            ],
        );
        self.bounds(&shape.bounds);
        self.label(shape.label.as_ref());
        self.xml.close();
    }

    fn edge(&mut self, edge: &Edge) {
        let attributes = [("id", edge.id.as_deref()), ("bpmnElement", Some(&*edge.element))];
        self.xml.open("bpmndi:BPMNEdge", &attributes);
        for point in &edge.waypoints {
            let (x, y) = (point.x.to_string(), point.y.to_string());
            self.xml.leaf("di:waypoint", &[("x", Some(&x)), ("y", Some(&y))]);
        }
        self.label(edge.label.as_ref());
        self.xml.close();
    }

    fn label(&mut self, label: Option<&Bounds>) {
        if let Some(bounds) = label {
            self.xml.open("bpmndi:BPMNLabel", &[]);
            self.bounds(bounds);
            self.xml.close();
        }
    }

    fn bounds(&mut self, bounds: &Bounds) {
        self.xml.leaf(
            "dc:Bounds",
            &[
                ("x", Some(&bounds.x.to_string())),
                ("y", Some(&bounds.y.to_string())),
                ("width", Some(&bounds.width.to_string())),
                ("height", Some(&bounds.height.to_string())),
            ],
        );
    }
}
