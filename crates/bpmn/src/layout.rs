//! A diagram for a process that has none: layers from left to right, one element a cell.
//!
//! Every element of a scope gets a column behind all that lead to it (loops cut), and a row near the element it
//! follows. A flow that passes columns keeps a free cell in each, so it crosses no element. Boundary events stand
//! on the lower border of their host, subprocesses are drawn open, loops run back below their scope.
//! Everything is in whole units.

mod route;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Bounds, Diagram, Edge, ElementIndex, ElementKind, Process, Shape, order};

const COLUMN_GAP: i32 = 60;
const ROW_GAP: i32 = 50;
const MARGIN: i32 = 40;
const EVENT: i32 = 36;
const BOUNDARY_STEP: i32 = 46;
/// Most cells kept free for passing flows; beyond that flows run straight across.
const MAX_PASSING_CELLS: usize = 20_000;

/// Lays out a process.
pub fn layout(process: &Process) -> Diagram {
    let mut page = Page {
        process,
        at: BTreeMap::new(),
        lanes: BTreeMap::new(),
        shapes: Vec::new(),
        edges: Vec::new(),
    };
    let scope = page.measure(None);
    page.place(&scope, 150, 80);
    Diagram {
        id: Some(format!("{}_diagram", process.id)),
        name: None,
        plane: Some(format!("{}_plane", process.id)),
        element: Some(process.id.clone()),
        shapes: page.shapes,
        edges: page.edges,
    }
}

/// A whole-unit rectangle.
#[derive(Clone, Copy, Default)]
struct Box {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

/// One scope with its grid.
struct Scope {
    cells: BTreeMap<ElementIndex, Cell>,
    /// Passing cells of each forward flow, in order.
    passing: BTreeMap<crate::FlowIndex, Vec<(usize, usize)>>,
    /// Flows that close a loop.
    loops: Vec<crate::FlowIndex>,
    columns: Vec<i32>,
    rows: Vec<i32>,
    width: i32,
    height: i32,
}

struct Cell {
    column: usize,
    row: usize,
    width: i32,
    height: i32,
    inner: Option<Scope>,
}

struct Page<'a> {
    process: &'a Process,
    at: BTreeMap<ElementIndex, Box>,
    /// How many flows bend before each column, by its left edge.
    lanes: BTreeMap<i32, i32>,
    shapes: Vec<Shape>,
    edges: Vec<Edge>,
}

impl Page<'_> {
    /// Finds the cells and sizes of a scope, the inner scopes first.
    fn measure(&self, scope: Option<ElementIndex>) -> Scope {
        let order = order::of_scope(self.process, scope);
        let rank: BTreeMap<ElementIndex, usize> =
            order.iter().enumerate().map(|(rank, &index)| (index, rank)).collect();
        let columns = self.columns(&order, &rank);
        let mut grid = Grid::default();
        let mut found = Scope {
            cells: BTreeMap::new(),
            passing: BTreeMap::new(),
            loops: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            width: 0,
            height: 0,
        };
        for &index in &order {
            let column = columns.get(&index).copied().unwrap_or(0);
            let row = grid.row_of(index, column);
            if !self.is_boundary(index) {
                let (width, height, inner) = self.size(index);
                found.cells.insert(index, Cell { column, row, width, height, inner });
            }
            self.send_on(index, &columns, &rank, (&mut grid, &mut found));
        }
        found.measure_grid();
        found
    }

    fn is_boundary(&self, index: ElementIndex) -> bool {
        self.process.element(index).is_some_and(|element| element.kind.boundary().is_some())
    }

    /// The longest way from a beginning to each element.
    fn columns(
        &self,
        order: &[ElementIndex],
        rank: &BTreeMap<ElementIndex, usize>,
    ) -> BTreeMap<ElementIndex, usize> {
        let mut columns: BTreeMap<ElementIndex, usize> = BTreeMap::new();
        for &index in order {
            let column = *columns.entry(index).or_default();
            let Some(element) = self.process.element(index) else { continue };
            for &event in &element.boundary_events {
                columns.insert(event, column);
            }
            for (_, target) in self.process.successors(index) {
                if rank.get(&target) > rank.get(&index) {
                    let behind = columns.entry(target).or_default();
                    *behind = (*behind).max(column + 1);
                }
            }
        }
        columns
    }

    /// Gives the followers of an element the rows they prefer, and keeps cells free for flows that pass columns.
    fn send_on(
        &self,
        index: ElementIndex,
        columns: &BTreeMap<ElementIndex, usize>,
        rank: &BTreeMap<ElementIndex, usize>,
        (grid, scope): (&mut Grid, &mut Scope),
    ) {
        let Some(element) = self.process.element(index) else { return };
        let row = grid.rows.get(&index).copied().unwrap_or(0);
        for (nth, &event) in element.boundary_events.iter().enumerate() {
            grid.prefer(event, row + 1 + nth);
        }
        let from = columns.get(&index).copied().unwrap_or(0);
        for (nth, (flow, target)) in self.process.successors(index).enumerate() {
            if rank.get(&target) <= rank.get(&index) {
                scope.loops.push(flow);
                continue;
            }
            grid.prefer(target, row + nth);
            let to = columns.get(&target).copied().unwrap_or(0);
            let mut passing = Vec::new();
            let mut wish = row + nth;
            for column in from + 1..to {
                if grid.passing < MAX_PASSING_CELLS {
                    grid.passing += 1;
                    // As straight on as can be.
                    wish = grid.take(column, wish);
                    passing.push((column, wish));
                }
            }
            scope.passing.insert(flow, passing);
        }
    }

    fn size(&self, index: ElementIndex) -> (i32, i32, Option<Scope>) {
        let Some(element) = self.process.element(index) else { return (0, 0, None) };
        let events = i32::try_from(element.boundary_events.len()).unwrap_or(0).min(1000);
        let least = 20 + BOUNDARY_STEP * events;
        if element.kind == ElementKind::SubProcess {
            let inner = self.measure(Some(index));
            let (width, height) = (inner.width + 2 * MARGIN, inner.height + 2 * MARGIN);
            return (width.max(least).max(200), height.max(120), Some(inner));
        }
        if element.kind.is_event() {
            (EVENT, EVENT, None)
        } else if element.kind.is_gateway() {
            (50, 50, None)
        } else {
            (least.max(100), 80, None)
        }
    }

    /// Puts a measured scope on the page, its upper left corner at a point.
    fn place(&mut self, scope: &Scope, left: i32, top: i32) {
        let xs = starts(&scope.columns, left, COLUMN_GAP);
        let ys = starts(&scope.rows, top, ROW_GAP);
        for (&index, cell) in &scope.cells {
            let (x, width) = span(&xs, &scope.columns, cell.column);
            let (y, height) = span(&ys, &scope.rows, cell.row);
            let place = Box {
                x: x + (width - cell.width) / 2,
                y: y + (height - cell.height) / 2,
                width: cell.width,
                height: cell.height,
            };
            self.at.insert(index, place);
            self.shape(index, place);
            if let Some(inner) = &cell.inner {
                self.place(inner, place.x + MARGIN, place.y + MARGIN);
            }
            self.boundary_events(index, place);
        }
        self.route(scope, (&xs, &ys));
    }

    fn boundary_events(&mut self, host: ElementIndex, place: Box) {
        let process = self.process;
        let events = process.element(host).map(|host| host.boundary_events.as_slice());
        let mut x = place.x + place.width - 10 - EVENT;
        for &event in events.unwrap_or_default() {
            let at = Box { x, y: place.y + place.height - EVENT / 2, width: EVENT, height: EVENT };
            self.at.insert(event, at);
            self.shape(event, at);
            x -= BOUNDARY_STEP;
        }
    }

    fn shape(&mut self, index: ElementIndex, place: Box) {
        let Some(element) = self.process.element(index) else { return };
        let outside = element.kind.is_event() || element.kind.is_gateway();
        let named = element.name.as_ref().is_some_and(|name| !name.trim().is_empty());
        let centre = place.x + place.width / 2;
        // Beside the flow that leaves a boundary event downwards.
        let label_x = centre - if element.kind.boundary().is_some() { 95 } else { 45 };
        let label_y = if element.kind.is_gateway() { place.y - 18 } else { place.y + EVENT + 4 };
        self.shapes.push(Shape {
            id: Some(format!("{}_di", element.id)),
            element: element.id.clone(),
            bounds: Bounds::units(place.x, place.y, place.width, place.height),
            label: (outside && named).then(|| Bounds::units(label_x, label_y, 90, 14)),
            expanded: (element.kind == ElementKind::SubProcess).then_some(true),
            horizontal: None,
            marker_visible: (element.kind == ElementKind::ExclusiveGateway).then_some(true),
        });
    }
}

/// Which cells are taken, and which rows are wished for.
#[derive(Default)]
struct Grid {
    taken: BTreeSet<(usize, usize)>,
    wishes: BTreeMap<ElementIndex, usize>,
    rows: BTreeMap<ElementIndex, usize>,
    /// Cells kept free so far.
    passing: usize,
}

impl Grid {
    fn prefer(&mut self, index: ElementIndex, row: usize) {
        self.wishes.entry(index).or_insert(row);
    }

    /// The first free row of a column from a wished one.
    fn take(&mut self, column: usize, wish: usize) -> usize {
        let mut row = wish;
        // The taken rows of a column from the wish on, in order: the first gap is free.
        for &(_, taken) in self.taken.range((column, wish)..=(column, usize::MAX)) {
            if taken != row {
                break;
            }
            row += 1;
        }
        self.taken.insert((column, row));
        row
    }

    /// A boundary event takes a cell below its host, so that its flow can leave downwards.
    fn row_of(&mut self, index: ElementIndex, column: usize) -> usize {
        let wish = self.wishes.get(&index).copied().unwrap_or(0);
        let row = self.take(column, wish);
        self.rows.insert(index, row);
        row
    }
}

impl Scope {
    /// Column widths, row heights and the size of the whole.
    fn measure_grid(&mut self) {
        for cell in self.cells.values() {
            grow(&mut self.columns, cell.column, cell.width);
            grow(&mut self.rows, cell.row, cell.height);
        }
        for &(column, row) in self.passing.values().flatten() {
            grow(&mut self.columns, column, EVENT);
            grow(&mut self.rows, row, EVENT);
        }
        let loops = i32::try_from(self.loops.len()).unwrap_or(0).min(1000);
        self.width = total(&self.columns, COLUMN_GAP);
        self.height = total(&self.rows, ROW_GAP) + 20 * (loops + i32::from(loops > 0));
    }
}

fn grow(sizes: &mut Vec<i32>, at: usize, size: i32) {
    if sizes.len() <= at {
        sizes.resize(at + 1, EVENT);
    }
    if let Some(current) = sizes.get_mut(at) {
        *current = (*current).max(size);
    }
}

fn total(sizes: &[i32], gap: i32) -> i32 {
    let gaps = i32::try_from(sizes.len()).unwrap_or(0).saturating_sub(1).max(0);
    sizes.iter().fold(gap.saturating_mul(gaps), |sum, size| sum.saturating_add(*size))
}

fn starts(sizes: &[i32], first: i32, gap: i32) -> Vec<i32> {
    let mut next = first;
    sizes
        .iter()
        .map(|size| {
            let start = next;
            next = next.saturating_add(*size).saturating_add(gap);
            start
        })
        .collect()
}

fn span(starts: &[i32], sizes: &[i32], at: usize) -> (i32, i32) {
    (starts.get(at).copied().unwrap_or(0), sizes.get(at).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests;
