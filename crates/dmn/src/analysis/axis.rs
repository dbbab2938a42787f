//! Axis: the values of an input column cut into atoms, within which no cell tells values apart.

use std::cmp::Ordering;
use std::sync::Arc;

use feel::{Bound, Range, Shape, Test, Type, Value};

use super::witness;

/// A piece of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Atom {
    /// The value is missing.
    Null,
    /// This value.
    Point(Value),
    /// What lies between two neighbouring constants; this value stands for all.
    Between(Value),
    /// Every value that no cell names; this value stands for all.
    Other(Value),
}

/// A set of atoms: ascending, disjoint, half-open ranges of their indices.
pub(super) type Set = Vec<(u32, u32)>;

/// One axis; it stands for every column with the same input expression.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) label: Arc<str>,
    /// The expression.
    pub(super) text: Arc<str>,
    pub(super) atoms: Vec<Atom>,
    layout: Layout,
    points: Vec<Value>,
    /// For each position the number of atoms kept before it; one more entry than positions.
    kept: Vec<u32>,
}

/// How positions are laid out, after position 0, which is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Between, point, between, ..., point, between.
    Ordered,
    /// The points, then all others.
    Named,
    /// The points alone: they are all values there are.
    Closed,
    /// One position for all values: no constants, or ones that cannot be laid out.
    Single,
}

/// Cells of an axis that cannot be sets on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotASet;

impl Axis {
    /// The axis of a column, from every shape on it: those of its cells and those of its domain.
    pub(super) fn new(
        (label, text): (Arc<str>, Arc<str>),
        base: Option<&Type>,
        cells: &[&Shape],
        domain: &[&Shape],
    ) -> Self {
        let tests = cells.iter().chain(domain).flat_map(|shape| tests_of(shape));
        let mut points: Vec<Value> = tests.clone().flat_map(constants_of).collect();
        let ranges = tests.clone().any(|test| matches!(test, Test::Within(_)));
        let layout = layout(base, &mut points, ranges);
        let mut axis = Self { label, text, atoms: Vec::new(), layout, points, kept: Vec::new() };
        axis.cut(base, domain);
        axis
    }

    /// Makes the atoms: the positions that hold a value of the domain.
    fn cut(&mut self, base: Option<&Type>, domain: &[&Shape]) {
        let mut positions = vec![Some(Atom::Null)];
        match self.layout {
            Layout::Single => positions.push(Some(Atom::Other(Value::from("other")))),
            Layout::Closed => {
                positions.extend(self.points.iter().cloned().map(|point| Some(Atom::Point(point))));
            }
            Layout::Named => {
                positions.extend(self.points.iter().cloned().map(|point| Some(Atom::Point(point))));
                positions.push(witness::unnamed(&self.points).map(Atom::Other));
            }
            Layout::Ordered => {
                let between = |low: Option<&Value>, high: Option<&Value>| {
                    witness::between(low, high, base).map(Atom::Between)
                };
                positions.push(between(None, self.points.first()));
                for (index, point) in self.points.iter().enumerate() {
                    positions.push(Some(Atom::Point(point.clone())));
                    positions.push(between(Some(point), self.points.get(index.saturating_add(1))));
                }
            }
        }
        let allowed = self.domain_positions(positions.len(), domain);
        let mut before = 0u32;
        for (position, atom) in positions.into_iter().enumerate() {
            self.kept.push(before);
            let inside = position == 0 || allowed.get(position) == Some(&true);
            if let Some(atom) = atom.filter(|_| inside) {
                before = before.saturating_add(1);
                self.atoms.push(atom);
            }
        }
        self.kept.push(before);
    }

    /// Which positions every domain shape allows; one that cannot be laid out allows all.
    fn domain_positions(&self, count: usize, domain: &[&Shape]) -> Vec<bool> {
        let mut allowed = vec![true; count];
        for shape in domain {
            let Ok(ranges) = self.positions(shape) else { continue };
            // The ranges ascend, so what lies between them is their complement.
            for (from, to) in complement(ranges, count) {
                for place in allowed.get_mut(from..to).into_iter().flatten() {
                    *place = false;
                }
            }
        }
        allowed
    }

    /// How many positions there are.
    fn count(&self) -> usize {
        let points = self.points.len();
        match self.layout {
            Layout::Single => 2,
            Layout::Closed => points.saturating_add(1),
            Layout::Named => points.saturating_add(2),
            Layout::Ordered => points.saturating_mul(2).saturating_add(2),
        }
    }

    /// The atoms that a cell accepts.
    pub(super) fn set(&self, shape: &Shape) -> Result<Set, NotASet> {
        let ranges = self.positions(shape)?;
        let at = |position: usize| self.kept.get(position).copied().unwrap_or(0);
        let compact = ranges.into_iter().map(|(from, to)| (at(from), at(to)));
        Ok(merged(compact.filter(|(from, to)| from < to).collect()))
    }

    /// Whether values between the constants count.
    pub(super) fn is_ordered(&self) -> bool {
        self.layout == Layout::Ordered
    }

    /// The constants next to a value that is none.
    pub(super) fn neighbours(&self, value: &Value) -> (Option<&Value>, Option<&Value>) {
        let below = |point: &Value| point.feel_order(value) == Some(Ordering::Less);
        let place = self.points.partition_point(below);
        (place.checked_sub(1).and_then(|low| self.points.get(low)), self.points.get(place))
    }

    /// All atoms.
    pub(super) fn everything(&self) -> Set {
        vec![(0, u32::try_from(self.atoms.len()).unwrap_or(u32::MAX))]
    }

    /// The positions that a shape accepts, as ranges that may touch.
    fn positions(&self, shape: &Shape) -> Result<Vec<(usize, usize)>, NotASet> {
        match shape {
            Shape::Any => Ok(vec![(0, self.count())]),
            Shape::NotAnalysable => Err(NotASet),
            Shape::Tests(tests) => {
                let truths: Result<Vec<Truth>, NotASet> =
                    tests.iter().map(|test| self.truth(test)).collect();
                let mut all: Vec<_> = truths?.into_iter().flat_map(|truth| truth.yes).collect();
                all.sort_unstable();
                Ok(all)
            }
            Shape::Not(tests) => {
                let truths: Result<Vec<Truth>, NotASet> =
                    tests.iter().map(|test| self.truth(test)).collect();
                let both =
                    truths?.into_iter().flat_map(|truth| [truth.yes, truth.unknown].concat());
                Ok(complement(both.collect(), self.count()))
            }
        }
    }

    /// Where a test is true, and where it cannot be made.
    fn truth(&self, test: &Test) -> Result<Truth, NotASet> {
        let (null, values) = ((0, 1), (1, self.count()));
        let point = |value: &Value| {
            if self.layout == Layout::Single {
                return Err(NotASet);
            }
            Ok(self.find(value).ok().map(|point| self.position(point)))
        };
        Ok(match test {
            Test::Equals(Value::Null) => Truth { yes: vec![null], unknown: Vec::new() },
            Test::Differs(Value::Null) => Truth { yes: vec![values], unknown: Vec::new() },
            Test::Equals(value) => match point(value)? {
                Some(at) => Truth { yes: vec![(at, at.saturating_add(1))], unknown: Vec::new() },
                None => Truth { yes: Vec::new(), unknown: vec![values] },
            },
            Test::Differs(value) => match point(value)? {
                Some(at) => {
                    let yes = complement(vec![(at, at.saturating_add(1))], self.count());
                    Truth { yes, unknown: Vec::new() }
                }
                None => Truth { yes: vec![null], unknown: vec![values] },
            },
            Test::Within(range) => {
                let ends = [range.low(), range.high()];
                for end in ends.iter().filter_map(|end| end.value()) {
                    if point(end)?.is_none() {
                        return Ok(Truth { yes: Vec::new(), unknown: vec![null, values] });
                    }
                }
                Truth { yes: self.span(range).into_iter().collect(), unknown: vec![null] }
            }
        })
    }

    /// The position of a point.
    fn position(&self, point: usize) -> usize {
        match self.layout {
            Layout::Ordered => point.saturating_mul(2).saturating_add(2),
            Layout::Named | Layout::Closed | Layout::Single => point.saturating_add(1),
        }
    }

    fn find(&self, value: &Value) -> Result<usize, usize> {
        match self.layout {
            Layout::Ordered | Layout::Named => self.points.binary_search_by(|point| {
                point.feel_order(value).unwrap_or_else(|| rank(point).cmp(&rank(value)))
            }),
            Layout::Closed | Layout::Single => {
                self.points.iter().position(|point| point == value).ok_or(0)
            }
        }
    }

    fn span(&self, range: &Range) -> Option<(usize, usize)> {
        if self.layout != Layout::Ordered {
            return None;
        }
        let at = |value: &Value| self.find(value).ok().map(|point| self.position(point));
        let from = match range.low() {
            Bound::Unbounded => 1,
            Bound::Closed(value) => at(value)?,
            Bound::Open(value) => at(value)?.saturating_add(1),
        };
        let to = match range.high() {
            Bound::Unbounded => self.count(),
            Bound::Closed(value) => at(value)?.saturating_add(1),
            Bound::Open(value) => at(value)?,
        };
        (from < to).then_some((from, to))
    }
}

/// Where a test is true and where it is null, in positions.
struct Truth {
    yes: Vec<(usize, usize)>,
    unknown: Vec<(usize, usize)>,
}

/// The positions that none of the ranges holds.
fn complement(mut ranges: Vec<(usize, usize)>, count: usize) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut rest = Vec::new();
    let mut from = 0;
    for (start, end) in ranges {
        if from < start {
            rest.push((from, start));
        }
        from = from.max(end);
    }
    if from < count {
        rest.push((from, count));
    }
    rest
}

fn tests_of(shape: &Shape) -> &[Test] {
    match shape {
        Shape::Tests(tests) | Shape::Not(tests) => tests,
        Shape::Any | Shape::NotAnalysable => &[],
    }
}

fn constants_of(test: &Test) -> Vec<Value> {
    match test {
        Test::Equals(Value::Null) | Test::Differs(Value::Null) => Vec::new(),
        Test::Equals(value) | Test::Differs(value) => vec![value.clone()],
        Test::Within(range) => {
            [range.low(), range.high()].iter().filter_map(|end| end.value()).cloned().collect()
        }
    }
}

/// Chooses the layout, and leaves the points that fit it, sorted and without repeats.
fn layout(base: Option<&Type>, points: &mut Vec<Value>, ranges: bool) -> Layout {
    let first = points.first().map(rank);
    if base.is_none() && points.iter().any(|point| Some(rank(point)) != first) {
        // Nobody says which of the types it is: a cell may match a value of its own type.
        points.clear();
        return Layout::Single;
    }
    if base == Some(&Type::Boolean) || points.first().is_some_and(|p| p.as_bool().is_some()) {
        *points = vec![Value::Boolean(false), Value::Boolean(true)];
        return Layout::Closed;
    }
    let Some(wanted) = base.and_then(rank_of).or_else(|| points.first().map(rank)) else {
        points.clear();
        return Layout::Single;
    };
    points.retain(|point| rank(point) == wanted);
    let comparable = points.first().cloned();
    let ordered = points
        .iter()
        .all(|point| comparable.as_ref().is_some_and(|first| first.feel_order(point).is_some()));
    if !ordered || (base.is_none() && points.is_empty()) {
        points.clear();
        return Layout::Single;
    }
    points.sort_by(|left, right| left.feel_order(right).unwrap_or(Ordering::Equal));
    points.dedup_by(|left, right| left.feel_order(right) == Some(Ordering::Equal));
    let is_text = wanted == rank(&Value::from(""));
    if is_text && !ranges { Layout::Named } else { Layout::Ordered }
}

/// A number for the type of an ordered value; the others have none in common.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Date(_) => 3,
        Value::Time(_) => 4,
        Value::DateTime(_) => 5,
        Value::DaysTime(_) => 6,
        Value::YearsMonths(_) => 7,
        Value::Boolean(_) => 8,
        Value::Null => 9,
        Value::List(_) => 10,
        Value::Context(_) => 11,
        Value::Range(_) => 12,
        Value::Function(_) => 13,
    }
}

fn rank_of(base: &Type) -> Option<u8> {
    match base {
        Type::Number => Some(1),
        Type::String => Some(2),
        Type::Date => Some(3),
        Type::Time => Some(4),
        Type::DateTime => Some(5),
        Type::DaysTime => Some(6),
        Type::YearsMonths => Some(7),
        Type::Boolean => Some(8),
        Type::Any
        | Type::Null
        | Type::List(_)
        | Type::Context(_)
        | Type::Range(_)
        | Type::Function(..) => None,
    }
}

/// Ascending ranges with those that touch made one.
pub(super) fn merged(mut ranges: Set) -> Set {
    ranges.sort_unstable();
    let mut all: Set = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

/// What two sets have in common.
pub(super) fn intersection(left: &Set, right: &Set) -> Set {
    let mut common = Vec::new();
    let (mut lefts, mut rights) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(&&(a, b)), Some(&&(c, d))) = (lefts.peek(), rights.peek()) {
        let (from, to) = (a.max(c), b.min(d));
        if from < to {
            common.push((from, to));
        }
        if b <= d {
            lefts.next()
        } else {
            rights.next()
        };
    }
    common
}
