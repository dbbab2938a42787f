//! Flows and associations.

use std::fmt::Write as _;

use super::{Drawing, FlowEnd};
use crate::{DrawnKind, Edge, Length, Point};

impl Drawing<'_> {
    pub(super) fn edge(&mut self, edge: &Edge) {
        let language = self.annotations.language.clone();
        let flow = self.flows.get(edge.element.as_str()).copied();
        let drawn = self.drawn.get(edge.element.as_str()).copied();
        let (class, name, end) = match (flow, drawn) {
            (Some((flow, end)), _) => ("bpmn-flow", flow.name_in(&language), end),
            (None, Some(drawn)) => (drawn_class(drawn.kind), drawn.name.as_deref(), FlowEnd::Plain),
            (None, None) => return,
        };
        let name = name.unwrap_or_default().to_owned();
        self.open_group(&edge.element, class, &name);
        self.line(edge, class);
        self.beginning(edge, end);
        if let Some(middle) = middle(edge) {
            match &edge.label {
                Some(label) => {
                    let top = Point { x: label.centre().x, y: label.y };
                    self.text_below(&name, top, label.width);
                }
                None if !name.is_empty() => {
                    let top = Point { x: middle.x, y: middle.y.minus(Length::units(18)) };
                    self.text_below(&name, top, Length::units(120));
                }
                None => {}
            }
            self.count(&edge.element, middle.x, middle.y);
        }
        self.out.push_str("</g>\n");
    }

    fn line(&mut self, edge: &Edge, class: &str) {
        self.out.push_str("<path d=\"");
        for (nth, point) in edge.waypoints.iter().enumerate() {
            let verb = if nth == 0 { 'M' } else { 'L' };
            let _ = write!(self.out, "{verb}{} {} ", point.x, point.y);
        }
        self.out
            .push_str("\" fill=\"none\" stroke=\"#000\" stroke-width=\"1.5\" class=\"bpmn-line\"");
        match class {
            "bpmn-association" => self.out.push_str(" stroke-dasharray=\"1 4\""),
            "bpmn-message-flow" => {
                let _ = write!(
                    self.out,
                    " stroke-dasharray=\"8 4\" marker-end=\"url(#{}-arrow)\"",
                    self.prefix
                );
            }
            _ => {
                let _ = write!(self.out, " marker-end=\"url(#{}-arrow)\"", self.prefix);
            }
        }
        self.out.push_str("/>");
    }

    /// The mark of a default or conditional flow, a little way along its first piece.
    fn beginning(&mut self, edge: &Edge, end: FlowEnd) {
        let [first, second, ..] = edge.waypoints.as_slice() else { return };
        let (dx, dy) = (step(first.x, second.x), step(first.y, second.y));
        let at = |ahead: i32, aside: i32| Point {
            x: first.x.plus(Length::units(dx * ahead - dy * aside)),
            y: first.y.plus(Length::units(dy * ahead + dx * aside)),
        };
        match end {
            FlowEnd::Plain => {}
            FlowEnd::Default => {
                let (a, b) = (at(6, 5), at(12, -5));
                let _ = write!(
                    self.out,
                    "<path d=\"M{} {} L{} {}\" fill=\"none\" stroke=\"#000\" class=\"bpmn-glyph\"/>",
                    a.x, a.y, b.x, b.y
                );
            }
            FlowEnd::Conditional => {
                let points = [at(0, 0), at(8, 5), at(16, 0), at(8, -5)];
                self.out.push_str("<polygon points=\"");
                for point in points {
                    let _ = write!(self.out, "{},{} ", point.x, point.y);
                }
                self.out.push_str("\" fill=\"#fff\" stroke=\"#000\" class=\"bpmn-glyph\"/>");
            }
        }
    }
}

/// The direction from one coordinate to another.
fn step(from: Length, to: Length) -> i32 {
    to.minus(from).0.signum()
}

/// The middle of the middle piece.
fn middle(edge: &Edge) -> Option<Point> {
    let at = edge.waypoints.len().checked_sub(1)? / 2;
    let (from, to) =
        (edge.waypoints.get(at)?, edge.waypoints.get(at + 1).or(edge.waypoints.get(at))?);
    let half = |a: Length, b: Length| a.plus(b.minus(a).half());
    Some(Point { x: half(from.x, to.x), y: half(from.y, to.y) })
}

fn drawn_class(kind: DrawnKind) -> &'static str {
    match kind {
        DrawnKind::Association => "bpmn-association",
        DrawnKind::MessageFlow => "bpmn-message-flow",
        DrawnKind::SequenceFlow
        | DrawnKind::Container
        | DrawnKind::Pool
        | DrawnKind::Lane
        | DrawnKind::DataObject
        | DrawnKind::DataStore
        | DrawnKind::Annotation
        | DrawnKind::Group
        | DrawnKind::StartEvent
        | DrawnKind::EndEvent
        | DrawnKind::IntermediateEvent
        | DrawnKind::Activity
        | DrawnKind::Gateway
        | DrawnKind::Other => "bpmn-flow",
    }
}
