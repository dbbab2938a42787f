//! Events, activities, gateways, and what is only drawn.

use std::fmt::Write as _;

use super::Drawing;
use super::glyph::{self, Glyph};
use crate::{Bounds, Drawn, DrawnKind, Element, ElementKind, Length, Point, Shape};

/// The rim of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rim {
    Thin,
    Thick,
    Double,
    DoubleDashed,
}

impl Drawing<'_> {
    pub(super) fn shape(&mut self, shape: &Shape) {
        let id = shape.element.as_str();
        if let Some(element) = self.elements.get(id).copied() {
            let name = element.name_in(&self.annotations.language).to_owned();
            self.open_group(id, &format!("bpmn-element bpmn-{}", element.kind.word()), &name);
            self.executable(element, shape);
        } else if let Some(drawn) = self.drawn.get(id).copied() {
            self.open_group(id, &format!("bpmn-element {}", class(drawn.kind)), name_of(drawn));
            self.only_drawn(drawn, shape);
        } else {
            return;
        }
        self.count(id, shape.bounds.right(), shape.bounds.y);
        self.out.push_str("</g>\n");
    }

    fn executable(&mut self, element: &Element, shape: &Shape) {
        let bounds = &shape.bounds;
        let name = element
            .name
            .as_ref()
            .map_or("", |_| element.name_in(&self.annotations.language))
            .to_owned();
        let sign = glyph::of(element);
        if element.kind.is_event() {
            self.event(bounds, rim(&element.kind), sign);
            self.outside(&name, shape);
        } else if element.kind.is_gateway() {
            let hidden = element.kind == ElementKind::ExclusiveGateway
                && shape.marker_visible == Some(false);
            self.gateway(bounds, if hidden { Glyph::None } else { sign });
            self.outside(&name, shape);
        } else {
            let thick = matches!(element.kind, ElementKind::CallActivity(_));
            let opened = element.kind == ElementKind::SubProcess && shape.expanded == Some(true);
            self.rectangle(bounds, 10, if thick { "3" } else { "1.5" });
            self.inside(&name, bounds, opened);
            self.corner(bounds, sign);
            if element.kind == ElementKind::SubProcess && !opened {
                self.collapsed(bounds);
            }
        }
    }

    fn only_drawn(&mut self, drawn: &Drawn, shape: &Shape) {
        let bounds = &shape.bounds;
        let name = name_of(drawn);
        let definition = drawn.event_definition.as_deref();
        match drawn.kind {
            DrawnKind::StartEvent => {
                self.event(bounds, Rim::Thin, glyph::of_definition(definition, false));
            }
            DrawnKind::EndEvent => {
                self.event(bounds, Rim::Thick, glyph::of_definition(definition, true));
            }
            DrawnKind::IntermediateEvent => {
                let throws = drawn.tag == "intermediateThrowEvent";
                self.event(bounds, Rim::Double, glyph::of_definition(definition, throws));
            }
            DrawnKind::Gateway => self.gateway(bounds, gateway_glyph(&drawn.tag)),
            DrawnKind::Activity => {
                self.rectangle(bounds, 10, "1.5");
                self.inside(name, bounds, shape.expanded == Some(true));
                return;
            }
            DrawnKind::Pool | DrawnKind::Lane => return self.pool(name, shape),
            DrawnKind::Group => {
                self.dashed(bounds);
            }
            DrawnKind::Annotation => return self.annotation(name, bounds),
            DrawnKind::DataObject => self.page(bounds),
            DrawnKind::DataStore => self.drum(bounds),
            DrawnKind::Other => {
                self.rectangle(bounds, 4, "1");
                return self.text_in(name, bounds);
            }
            DrawnKind::Container
            | DrawnKind::Association
            | DrawnKind::MessageFlow
            | DrawnKind::SequenceFlow => return,
        }
        self.outside(name, shape);
    }

    fn event(&mut self, bounds: &Bounds, rim: Rim, sign: Glyph) {
        let radius = bounds.width.min(bounds.height).half();
        let (width, dash) = match rim {
            Rim::Thin | Rim::Double => ("1.5", ""),
            Rim::Thick => ("4", ""),
            Rim::DoubleDashed => ("1.5", " stroke-dasharray=\"4 3\""),
        };
        self.circle(bounds, radius, (width, dash));
        if matches!(rim, Rim::Double | Rim::DoubleDashed) {
            self.circle(bounds, Length(radius.0.saturating_sub(3000).max(0)), (width, dash));
        }
        self.glyph(sign, bounds.centre());
    }

    fn circle(&mut self, bounds: &Bounds, radius: Length, (width, dash): (&str, &str)) {
        let centre = bounds.centre();
        let _ = write!(
            self.out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" fill=\"#fff\" stroke=\"#000\" \
             stroke-width=\"{width}\"{dash} class=\"bpmn-shape\"/>",
            centre.x, centre.y
        );
    }

    fn gateway(&mut self, bounds: &Bounds, sign: Glyph) {
        let centre = bounds.centre();
        let _ = write!(
            self.out,
            "<polygon points=\"{},{} {},{} {},{} {},{}\" fill=\"#fff\" stroke=\"#000\" \
             stroke-width=\"1.5\" class=\"bpmn-shape\"/>",
            centre.x,
            bounds.y,
            bounds.right(),
            centre.y,
            centre.x,
            bounds.bottom(),
            bounds.x,
            centre.y
        );
        self.glyph(sign, centre);
    }

    fn rectangle(&mut self, bounds: &Bounds, corner: i32, width: &str) {
        let _ = write!(
            self.out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{corner}\" fill=\"#fff\" \
             stroke=\"#000\" stroke-width=\"{width}\" class=\"bpmn-shape\"/>",
            bounds.x, bounds.y, bounds.width, bounds.height
        );
    }

    fn dashed(&mut self, bounds: &Bounds) {
        let _ = write!(
            self.out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\" fill=\"none\" \
             stroke=\"#000\" stroke-dasharray=\"8 4 1 4\" class=\"bpmn-shape\"/>",
            bounds.x, bounds.y, bounds.width, bounds.height
        );
    }

    /// The name of an activity: in the middle, or at the top when its inside is shown.
    fn inside(&mut self, name: &str, bounds: &Bounds, opened: bool) {
        if opened {
            let top = Point { x: bounds.centre().x, y: bounds.y.plus(Length::units(4)) };
            self.text_below(name, top, bounds.width);
        } else {
            let margin = Length::units(5);
            // Clear of the sign in the upper corner.
            let top = Length::units(12);
            let inner = Bounds {
                x: bounds.x.plus(margin),
                y: bounds.y.plus(top),
                width: Length(bounds.width.minus(margin.plus(margin)).0.max(0)),
                height: Length(bounds.height.minus(margin.plus(top)).0.max(0)),
            };
            self.text_in(name, &inner);
        }
    }

    fn corner(&mut self, bounds: &Bounds, sign: Glyph) {
        let off = Length::units(14);
        self.glyph(sign, Point { x: bounds.x.plus(off), y: bounds.y.plus(off) });
    }

    /// The box with a plus that stands for a hidden inside.
    fn collapsed(&mut self, bounds: &Bounds) {
        let centre = Point { x: bounds.centre().x, y: bounds.bottom().minus(Length::units(8)) };
        let _ = write!(
            self.out,
            "<path transform=\"translate({} {})\" d=\"M-7 -7 H7 V7 H-7 Z M-4 0 H4 M0 -4 V4\" \
             fill=\"none\" stroke=\"#000\" class=\"bpmn-glyph\"/>",
            centre.x, centre.y
        );
    }

    /// The name of an event or gateway: where the diagram puts its label, else below.
    fn outside(&mut self, name: &str, shape: &Shape) {
        let below = || Bounds {
            x: shape.bounds.centre().x.minus(Length::units(45)),
            y: shape.bounds.bottom().plus(Length::units(4)),
            width: Length::units(90),
            height: Length::units(14),
        };
        let label = shape.label.unwrap_or_else(below);
        let top = Point { x: label.centre().x, y: label.y };
        self.text_below(name, top, label.width.max(Length::units(90)));
    }

    fn pool(&mut self, name: &str, shape: &Shape) {
        let bounds = &shape.bounds;
        self.rectangle(bounds, 0, "1.5");
        let upright = shape.horizontal == Some(false);
        let centre = bounds.centre();
        if upright {
            let top = Point { x: centre.x, y: bounds.y.plus(Length::units(6)) };
            return self.text_below(name, top, bounds.width);
        }
        let x = bounds.x.plus(Length::units(18));
        let _ = write!(
            self.out,
            "<text transform=\"translate({x} {}) rotate(-90)\" text-anchor=\"middle\" \
             font-size=\"12\" class=\"bpmn-label\">",
            centre.y
        );
        self.escaped(name);
        self.out.push_str("</text>");
    }

    fn annotation(&mut self, text: &str, bounds: &Bounds) {
        let inner = bounds.x.plus(Length::units(8));
        let _ = write!(
            self.out,
            "<path d=\"M{inner} {} H{} V{} H{inner}\" fill=\"none\" stroke=\"#000\" class=\"bpmn-shape\"/>",
            bounds.y,
            bounds.x,
            bounds.bottom()
        );
        self.text_in(text, bounds);
    }

    /// A sheet with a folded corner.
    fn page(&mut self, bounds: &Bounds) {
        let fold = Length::units(10);
        let (x, down) = (bounds.right().minus(fold), bounds.y.plus(fold));
        let _ = write!(
            self.out,
            "<path d=\"M{} {} H{x} L{} {down} V{} H{} Z M{x} {} V{down} H{}\" fill=\"#fff\" \
             stroke=\"#000\" class=\"bpmn-shape\"/>",
            bounds.x,
            bounds.y,
            bounds.right(),
            bounds.bottom(),
            bounds.x,
            bounds.y,
            bounds.right()
        );
    }

    fn drum(&mut self, bounds: &Bounds) {
        let (top, bottom) =
            (bounds.y.plus(Length::units(8)), bounds.bottom().minus(Length::units(8)));
        let (left, right, radius) = (bounds.x, bounds.right(), bounds.width.half());
        let _ = write!(
            self.out,
            "<path d=\"M{left} {top} V{bottom} A{radius} 8 0 0 0 {right} {bottom} V{top} \
             A{radius} 8 0 0 0 {left} {top} A{radius} 8 0 0 0 {right} {top}\" fill=\"#fff\" \
             stroke=\"#000\" class=\"bpmn-shape\"/>"
        );
    }
}

/// What is written at something that is only drawn.
fn name_of(drawn: &Drawn) -> &str {
    let text = if drawn.kind == DrawnKind::Annotation { drawn.text.as_deref() } else { None };
    text.or(drawn.name.as_deref()).unwrap_or_default()
}

fn gateway_glyph(tag: &str) -> Glyph {
    match tag {
        "exclusiveGateway" => Glyph::Cross,
        "parallelGateway" => Glyph::Plus,
        _ => Glyph::None,
    }
}

fn rim(kind: &ElementKind) -> Rim {
    match kind {
        ElementKind::EndEvent(_) => Rim::Thick,
        ElementKind::IntermediateCatch(_) | ElementKind::IntermediateThrow(_) => Rim::Double,
        ElementKind::Boundary(boundary) if boundary.interrupting => Rim::Double,
        ElementKind::Boundary(_) => Rim::DoubleDashed,
        ElementKind::StartEvent(_)
        | ElementKind::ServiceTask(_)
        | ElementKind::SendTask(_)
        | ElementKind::UserTask(_)
        | ElementKind::ScriptTask(_)
        | ElementKind::BusinessRuleTask(_)
        | ElementKind::ManualTask
        | ElementKind::Task
        | ElementKind::ReceiveTask(_)
        | ElementKind::ExclusiveGateway
        | ElementKind::ParallelGateway
        | ElementKind::SubProcess
        | ElementKind::CallActivity(_) => Rim::Thin,
    }
}

fn class(kind: DrawnKind) -> &'static str {
    match kind {
        DrawnKind::Container => "bpmn-container",
        DrawnKind::Pool => "bpmn-pool",
        DrawnKind::Lane => "bpmn-lane",
        DrawnKind::DataObject => "bpmn-data-object",
        DrawnKind::DataStore => "bpmn-data-store",
        DrawnKind::Annotation => "bpmn-annotation",
        DrawnKind::Group => "bpmn-group",
        DrawnKind::Association => "bpmn-association",
        DrawnKind::MessageFlow => "bpmn-message-flow",
        DrawnKind::SequenceFlow => "bpmn-flow",
        DrawnKind::StartEvent | DrawnKind::EndEvent | DrawnKind::IntermediateEvent => "bpmn-event",
        DrawnKind::Activity => "bpmn-activity",
        DrawnKind::Gateway => "bpmn-gateway",
        DrawnKind::Other => "bpmn-other",
    }
}
