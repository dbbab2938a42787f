//! A diagram as accessible SVG, made on the server.
//!
//! The output has class names and presentation attributes only: no style, no script, nothing from outside, so it
//! stands in a page with a strict content security policy. All text is escaped. Colours come from the page's own
//! stylesheet by these classes; without one the drawing is black on white.
//!
//! Classes: `bpmn` on the picture; `bpmn-element` and the kind (`bpmn-user-task`) on each element's group,
//! `is-STATE` beside it when marked; `bpmn-flow` on flows; `bpmn-shape`, `bpmn-glyph`, `bpmn-label`,
//! `bpmn-count` on the parts.

mod edge;
mod glyph;
mod label;
mod shape;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::write::escape;
use crate::{Bounds, Diagram, Drawn, Element, Length, Model, SequenceFlow, Shape};

/// What is drawn on top of a diagram.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Annotations {
    /// The picture's accessible name; the name of the first process when empty.
    pub title: String,
    /// The picture's accessible description; left out when empty.
    pub description: String,
    /// Language code of the names to show: `en`, `cy`.
    pub language: String,
    /// Begins every id in the picture, for several pictures on one page; `bpmn` when empty.
    pub id_prefix: String,
    /// Marks by id of element or flow.
    pub marks: BTreeMap<String, Mark>,
}

/// What is said about one element or flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark {
    /// A short text in a badge, such as a count.
    pub count: Option<String>,
    /// What the badge means, in words: read out with the element's name.
    pub meaning: Option<String>,
    /// A word that becomes the class `is-WORD`; letters, digits and `-` of it count.
    pub state: Option<String>,
}

/// Space around the picture, in thousandths.
const PADDING: i32 = 20_000;

/// Draws a diagram of a model.
pub fn svg(model: &Model, diagram: &Diagram, annotations: &Annotations) -> String {
    let mut drawing = Drawing::new(model, annotations);
    drawing.open(model, diagram);
    let (behind, before): (Vec<&Shape>, Vec<&Shape>) =
        diagram.shapes.iter().partition(|shape| drawing.is_behind(shape));
    for shape in behind {
        drawing.shape(shape);
    }
    for edge in &diagram.edges {
        drawing.edge(edge);
    }
    for shape in before {
        drawing.shape(shape);
    }
    drawing.out.push_str("</svg>\n");
    drawing.out
}

pub(crate) struct Drawing<'a> {
    out: String,
    annotations: &'a Annotations,
    prefix: String,
    elements: BTreeMap<&'a str, &'a Element>,
    flows: BTreeMap<&'a str, (&'a SequenceFlow, FlowEnd)>,
    drawn: BTreeMap<&'a str, &'a Drawn>,
}

/// The mark at the beginning of a flow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FlowEnd {
    Plain,
    /// A stroke: taken when no condition holds.
    Default,
    /// A diamond: an activity's conditional flow.
    Conditional,
}

impl<'a> Drawing<'a> {
    fn new(model: &'a Model, annotations: &'a Annotations) -> Self {
        let prefix = word(&annotations.id_prefix);
        let mut drawing = Self {
            out: String::new(),
            annotations,
            prefix: if prefix.is_empty() { "bpmn".to_owned() } else { prefix },
            elements: BTreeMap::new(),
            flows: BTreeMap::new(),
            drawn: model.drawn.iter().map(|drawn| (drawn.id.as_str(), drawn)).collect(),
        };
        for process in &model.processes {
            for element in process.elements() {
                drawing.elements.insert(&element.id, element);
            }
            for (index, flow) in (0..).map(crate::FlowIndex).zip(process.flows()) {
                let source = process.element(flow.source);
                let is_default = source.is_some_and(|source| source.default_flow == Some(index));
                let from_activity = source.is_some_and(|source| source.kind.is_activity());
                let end = match (is_default, from_activity && flow.condition.is_some()) {
                    (true, _) => FlowEnd::Default,
                    (false, true) => FlowEnd::Conditional,
                    (false, false) => FlowEnd::Plain,
                };
                drawing.flows.insert(&flow.id, (flow, end));
            }
        }
        drawing
    }

    fn open(&mut self, model: &Model, diagram: &Diagram) {
        let frame = frame(diagram);
        let language = &self.annotations.language;
        let first = model.processes.first().map(|process| process.name_in(language));
        let title = Some(self.annotations.title.as_str()).filter(|title| !title.is_empty());
        let title = title.or(first).unwrap_or_default().to_owned();
        let (prefix, described) = (self.prefix.clone(), !self.annotations.description.is_empty());
        let labelled = if described {
            format!("{prefix}-title {prefix}-description")
        } else {
            format!("{prefix}-title")
        };
        let _ = write!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bpmn\" role=\"img\" \
             aria-labelledby=\"{labelled}\" viewBox=\"{} {} {} {}\" width=\"{}\" height=\"{}\"",
            frame.x, frame.y, frame.width, frame.height, frame.width, frame.height,
        );
        if !word(language).is_empty() {
            let _ = write!(self.out, " lang=\"{}\"", word(language));
        }
        self.out.push_str(">\n");
        let _ = write!(self.out, "<title id=\"{prefix}-title\">");
        self.escaped(&title);
        self.out.push_str("</title>\n");
        if described {
            let _ = write!(self.out, "<desc id=\"{prefix}-description\">");
            let description = &self.annotations.description;
            escape(description, &mut self.out);
            self.out.push_str("</desc>\n");
        }
        let _ = writeln!(
            self.out,
            "<defs><marker id=\"{prefix}-arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" \
             markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 1 L9 5 L0 9 Z\" \
             class=\"bpmn-arrow\"/></marker></defs>"
        );
    }

    fn escaped(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    /// Frames and open subprocesses lie behind flows, all else before them.
    fn is_behind(&self, shape: &Shape) -> bool {
        use crate::DrawnKind;
        let open = self.elements.get(shape.element.as_str()).is_some_and(|element| {
            element.kind == crate::ElementKind::SubProcess && shape.expanded == Some(true)
        });
        open || self.drawn.get(shape.element.as_str()).is_some_and(|drawn| {
            matches!(drawn.kind, DrawnKind::Pool | DrawnKind::Lane | DrawnKind::Group)
                || (drawn.kind == DrawnKind::Activity && shape.expanded == Some(true))
        })
    }

    /// The opening of an element's group, with what is read out for it.
    fn open_group(&mut self, id: &str, class: &str, name: &str) {
        let mark = self.annotations.marks.get(id);
        let state = mark.and_then(|mark| mark.state.as_deref()).map(word).unwrap_or_default();
        let state = if state.is_empty() { state } else { format!(" is-{state}") };
        let _ = write!(self.out, "<g class=\"{class}{state}\">");
        let said = mark.and_then(|mark| mark.meaning.as_deref().or(mark.count.as_deref()));
        if !name.is_empty() || said.is_some() {
            self.out.push_str("<title>");
            self.escaped(name);
            if let Some(said) = said {
                self.out.push_str(if name.is_empty() { "" } else { ": " });
                self.escaped(said);
            }
            self.out.push_str("</title>");
        }
    }

    /// A badge at a point, if the element is marked with a count.
    fn count(&mut self, id: &str, x: Length, y: Length) {
        let mark = self.annotations.marks.get(id);
        let Some(text) = mark.and_then(|mark| mark.count.as_deref()) else { return };
        let characters = i32::try_from(text.chars().count().min(12)).unwrap_or(12);
        let width = 12 + 7 * characters;
        let left = x.minus(Length::units(width).half());
        let _ = write!(
            self.out,
            "<rect x=\"{left}\" y=\"{}\" width=\"{width}\" height=\"18\" rx=\"9\" class=\"bpmn-count\" \
             fill=\"#fff\" stroke=\"#000\"/><text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" \
             font-size=\"12\" class=\"bpmn-count\">",
            y.minus(Length::units(9)),
            y.plus(Length::units(4)),
        );
        let shown: String = text.chars().take(12).collect();
        self.escaped(&shown);
        self.out.push_str("</text>");
    }
}

/// What fits in a class name or id: letters, digits and `-`.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect()
}

/// The rectangle around everything.
fn frame(diagram: &Diagram) -> Bounds {
    let shapes = diagram.shapes.iter().flat_map(|shape| [Some(shape.bounds), shape.label]);
    let edges = diagram.edges.iter().flat_map(|edge| {
        let points = edge
            .waypoints
            .iter()
            .map(|point| Some(Bounds { x: point.x, y: point.y, ..Bounds::default() }));
        points.chain([edge.label])
    });
    let all: Vec<Bounds> = shapes.chain(edges).flatten().collect();
    let least = |of: fn(&Bounds) -> Length| all.iter().map(of).min().unwrap_or_default();
    let most = |of: fn(&Bounds) -> Length| all.iter().map(of).max().unwrap_or_default();
    let (x, y) = (least(|b| b.x), least(|b| b.y));
    let padding = Length(PADDING);
    let twice = padding.plus(padding);
    Bounds {
        x: x.minus(padding),
        y: y.minus(padding),
        width: most(Bounds::right).minus(x).plus(twice),
        height: most(Bounds::bottom).minus(y).plus(twice),
    }
}

#[cfg(test)]
mod tests;
