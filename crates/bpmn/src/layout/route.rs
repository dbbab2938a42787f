//! Ways of sequence flows over a grid of columns and rows.

use super::{Box, Page, Scope, span};
use crate::{Bounds, Edge, ElementIndex, FlowIndex, Length, Point};

/// Lanes in the gap before a column; beyond them flows share.
const LANES: i32 = 4;

impl Page<'_> {
    /// Draws every flow of a scope whose cells are placed.
    pub(super) fn route(&mut self, scope: &Scope, (xs, ys): (&[i32], &[i32])) {
        for (&flow, passing) in &scope.passing {
            let cells: Vec<Box> = passing
                .iter()
                .map(|&(column, row)| {
                    let (x, width) = span(xs, &scope.columns, column);
                    let (y, height) = span(ys, &scope.rows, row);
                    Box { x, y, width, height }
                })
                .collect();
            let Some(target) = self.process.flow(flow).map(|flow| flow.target) else { continue };
            let column = self.column(scope, xs, target).0;
            self.forward(flow, &cells, column);
        }
        let bottom = scope
            .rows
            .iter()
            .zip(ys)
            .map(|(height, y)| y.saturating_add(*height))
            .max()
            .unwrap_or_default();
        let mut below = bottom + 30;
        for &flow in &scope.loops {
            if let Some(joined) = self.process.flow(flow) {
                let behind = self.column(scope, xs, joined.source).1;
                let before = self.column(scope, xs, joined.target).0;
                self.back(flow, below, (behind, before));
            }
            below += 20;
        }
    }

    fn ends(&self, flow: FlowIndex) -> Option<(Box, Box, bool)> {
        let flow = self.process.flow(flow)?;
        let source = self.at.get(&flow.source)?;
        let target = self.at.get(&flow.target)?;
        let hangs = self.process.element(flow.source)?.kind.boundary().is_some();
        Some((*source, *target, hangs))
    }

    /// Through its passing cells into the column of its target, which begins at `column`.
    fn forward(&mut self, flow: FlowIndex, cells: &[Box], column: i32) {
        let Some((source, target, hangs)) = self.ends(flow) else { return };
        let mut way = Way::default();
        let first = cells.first().map_or(middle(&target), middle);
        if hangs {
            let (x, bottom) = (source.x + source.width / 2, source.y + source.height);
            way.to(x, bottom);
            let turn = if first > bottom { first } else { bottom + 16 };
            way.to(x, turn);
        } else {
            way.to(source.x + source.width, middle(&source));
        }
        for stop in cells {
            self.bend(&mut way, stop.x, middle(stop));
            way.to(stop.x + stop.width, middle(stop));
        }
        self.bend(&mut way, column, middle(&target));
        way.to(target.x, middle(&target));
        self.draw(flow, way);
    }

    /// Goes up or down to a height in the gap before the column at `x`, each flow in a lane of its own.
    fn bend(&mut self, way: &mut Way, x: i32, height: i32) {
        if way.y == height {
            return;
        }
        let lane = self.lanes.entry(x).or_default();
        let at = x - 10 - 6 * (*lane % LANES);
        *lane += 1;
        way.to(at, way.y);
        way.to(at, height);
    }

    /// Back to something before: out in the gap behind its own column, below everything, and up in the gap
    /// before the column of the target.
    fn back(&mut self, flow: FlowIndex, below: i32, (behind, before): (i32, i32)) {
        let Some((source, target, hangs)) = self.ends(flow) else { return };
        let mut way = Way::default();
        if hangs {
            let (x, bottom) = (source.x + source.width / 2, source.y + source.height);
            way.to(x, bottom);
            way.to(x, bottom + 16);
        } else {
            way.to(source.x + source.width, middle(&source));
        }
        way.to(behind + 8, way.y);
        way.to(behind + 8, below);
        way.to(before - 32, below);
        way.to(before - 32, middle(&target));
        way.to(target.x, middle(&target));
        self.draw(flow, way);
    }

    /// Where the column of an element begins and ends; a boundary event stands in that of its host.
    fn column(&self, scope: &Scope, xs: &[i32], index: ElementIndex) -> (i32, i32) {
        let host = self.process.element(index).and_then(|element| element.kind.boundary());
        let cell = scope.cells.get(&host.map_or(index, |boundary| boundary.attached_to));
        let (x, width) = cell.map_or((0, 0), |cell| span(xs, &scope.columns, cell.column));
        (x, x.saturating_add(width))
    }

    fn draw(&mut self, index: FlowIndex, way: Way) {
        let Some(flow) = self.process.flow(index) else { return };
        let named = flow.name.as_ref().is_some_and(|name| !name.trim().is_empty());
        let label = way.label().filter(|_| named);
        self.edges.push(Edge {
            id: Some(format!("{}_di", flow.id)),
            element: flow.id.clone(),
            waypoints: way.points,
            label,
        });
    }
}

fn middle(place: &Box) -> i32 {
    place.y + place.height / 2
}

/// A line of level and upright pieces.
#[derive(Default)]
struct Way {
    points: Vec<Point>,
    x: i32,
    y: i32,
}

impl Way {
    /// Goes on to a point, leaving out points that change nothing.
    fn to(&mut self, x: i32, y: i32) {
        let point = Point { x: Length::units(x), y: Length::units(y) };
        (self.x, self.y) = (x, y);
        if self.points.last() == Some(&point) {
            return;
        }
        if let [.., before, last] = self.points.as_mut_slice() {
            let level = before.y == last.y && last.y == point.y;
            let upright = before.x == last.x && last.x == point.x;
            if level || upright {
                *last = point;
                return;
            }
        }
        self.points.push(point);
    }

    /// Above the last level piece that is long enough to carry words.
    fn label(&self) -> Option<Bounds> {
        let mut pieces = self.points.windows(2).filter_map(|piece| match piece {
            [from, to] if from.y == to.y => Some((*from, *to)),
            _ => None,
        });
        let (from, to) = pieces.next_back()?;
        let (x, y) = (from.x.min(to.x).0 / 1000, from.y.0 / 1000);
        Some(Bounds::units(x + 3, y - 18, 60, 14))
    }
}
