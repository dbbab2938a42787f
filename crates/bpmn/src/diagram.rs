//! Diagram interchange: where the elements of a model stand on the page.
//!
//! Lengths are kept as whole thousandths, so that reading and writing a diagram changes nothing and no
//! floating-point number is needed.

use std::fmt;

/// A length or coordinate in thousandths of a diagram unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Length(pub i32);

impl Length {
    /// Largest size of a coordinate, in units.
    pub const MAX_UNITS: i32 = 1_000_000;

    /// Whole diagram units, held within ±[`Length::MAX_UNITS`].
    pub fn units(units: i32) -> Self {
        Self(units.clamp(-Self::MAX_UNITS, Self::MAX_UNITS).saturating_mul(1000))
    }

    /// Reads an `xs:double` (`12`, `-3.5`, `1.2e2`) and rounds it towards zero to a thousandth.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) || digits.len() > 64 {
            return None;
        }
        // Digits left of the thousandths' place: those of the whole part, moved by the exponent.
        let kept = i32::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_add(3)?;
        let mut value: i64 = 0;
        let mut bytes = all();
        for _ in 0..kept.clamp(0, 128) {
            let digit = bytes.next().map_or(0, |byte| i64::from(byte - b'0'));
            value = value.checked_mul(10)?.checked_add(digit)?;
            if value > i64::from(Self::MAX_UNITS) * 1000 {
                return None;
            }
        }
        let value = i32::try_from(value).ok()?;
        Some(Self(if negative { -value } else { value }))
    }

    /// The sum, held within what can be shown.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, held within what can be shown.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Half of it.
    #[must_use]
    pub fn half(self) -> Self {
        Self(self.0 / 2)
    }
}

/// As a decimal number without needless zeros.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let (whole, thousandths) = (size / 1000, size % 1000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if thousandths == 0 {
            return write!(f, "{sign}{whole}");
        }
        let text = format!("{thousandths:03}");
        write!(f, "{sign}{whole}.{}", text.trim_end_matches('0'))
    }
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Point {
    /// To the right.
    pub x: Length,
    /// Downwards.
    pub y: Length,
}

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// Left edge.
    pub x: Length,
    /// Upper edge.
    pub y: Length,
    /// Width, never negative.
    pub width: Length,
    /// Height, never negative.
    pub height: Length,
}

impl Bounds {
    /// A rectangle in whole units.
    pub fn units(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self {
            x: Length::units(x),
            y: Length::units(y),
            width: Length::units(width),
            height: Length::units(height),
        }
    }

    /// Right edge.
    pub fn right(&self) -> Length {
        self.x.plus(self.width)
    }

    /// Lower edge.
    pub fn bottom(&self) -> Length {
        self.y.plus(self.height)
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        Point { x: self.x.plus(self.width.half()), y: self.y.plus(self.height.half()) }
    }
}

/// One diagram (`bpmndi:BPMNDiagram` with its plane).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagram {
    /// Id of the diagram.
    pub id: Option<String>,
    /// Name of the diagram.
    pub name: Option<String>,
    /// Id of the plane.
    pub plane: Option<String>,
    /// What the plane shows: a process, a collaboration or a subprocess.
    pub element: Option<String>,
    /// Shapes, in the order of the file: what comes later lies above.
    pub shapes: Vec<Shape>,
    /// Edges, in the order of the file.
    pub edges: Vec<Edge>,
}

impl Diagram {
    /// The shape of an element.
    pub fn shape(&self, element: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.element == element)
    }

    /// The edge of a flow.
    pub fn edge(&self, element: &str) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.element == element)
    }
}

/// Where an element stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// Id of the shape itself.
    pub id: Option<String>,
    /// Id of the element.
    pub element: String,
    /// The rectangle around it.
    pub bounds: Bounds,
    /// The rectangle of its label, when the label stands outside.
    pub label: Option<Bounds>,
    /// Whether a subprocess shows its inside.
    pub expanded: Option<bool>,
    /// Whether a pool or lane lies on its side.
    pub horizontal: Option<bool>,
    /// Whether an exclusive gateway shows its cross.
    pub marker_visible: Option<bool>,
}

/// Where a flow runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    /// Id of the edge itself.
    pub id: Option<String>,
    /// Id of the flow.
    pub element: String,
    /// The points it runs through, two or more.
    pub waypoints: Vec<Point>,
    /// The rectangle of its label.
    pub label: Option<Bounds>,
}
