//! Search: what a set of rules leaves uncovered, by splitting space in two where that leaves the
//! fewest rules on both sides. Without recursion, and with a limit of work.

use super::boxes::{Region, RuleBox, Space};

/// How much has been done, and how much may be.
#[derive(Debug)]
pub(super) struct Work {
    done: u64,
    limit: u64,
}

impl Work {
    pub(super) fn new(limit: u64) -> Self {
        Self { done: 0, limit }
    }

    pub(super) fn done(&self) -> u64 {
        self.done
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Whether there may be this much more.
    pub(super) fn charge(&mut self, amount: usize) -> bool {
        self.done = self.done.saturating_add(u64::try_from(amount).unwrap_or(u64::MAX));
        self.done <= self.limit
    }
}

pub(super) enum Outcome {
    Found { regions: Vec<Region>, more: bool },
    TooComplex { regions: Vec<Region> },
}

/// Where to split: an axis, and the atom at which its second half begins.
struct Split {
    axis: usize,
    at: u32,
    cost: u64,
}

/// Up to `limit` regions that none of the rules matches; those of `target` alone where it is given.
pub(super) fn uncovered(
    space: &Space,
    target: Option<&RuleBox>,
    rules: &[u32],
    limit: usize,
    work: &mut Work,
) -> Outcome {
    let mut regions = Vec::new();
    let mut open: Vec<(Region, Vec<u32>)> = vec![(space.whole(), rules.to_vec())];
    while let Some((region, rules)) = open.pop() {
        if !work.charge(rules.len().saturating_add(1).saturating_mul(space.axes.len().max(1))) {
            return Outcome::TooComplex { regions };
        }
        if target.is_some_and(|target| !target.meets(&region)) {
            continue;
        }
        let boxes = |rules: &[u32]| -> Vec<(u32, &RuleBox)> {
            let found =
                rules.iter().filter_map(|&rule| Some((rule, space.rules.get(rule as usize)?)));
            found.filter(|(_, rule)| rule.meets(&region)).collect()
        };
        let meeting = boxes(&rules);
        if meeting.iter().any(|(_, rule)| rule.covers(&region)) {
            continue;
        }
        let ranges = meeting.iter().flat_map(|(_, rule)| &rule.sets).map(Vec::len).sum();
        if !work.charge(ranges) {
            return Outcome::TooComplex { regions };
        }
        let Some(split) = best_split(&region, target, &meeting) else {
            if regions.len() >= limit {
                return Outcome::Found { regions, more: true };
            }
            regions.push(region);
            continue;
        };
        let rules: Vec<u32> = meeting.iter().map(|(rule, _)| *rule).collect();
        let (mut before, mut after) = (region.clone(), region);
        if let (Some(first), Some(second)) = (before.get_mut(split.axis), after.get_mut(split.axis))
        {
            first.1 = split.at;
            second.0 = split.at;
        }
        open.push((after, rules.clone()));
        open.push((before, rules));
    }
    Outcome::Found { regions, more: false }
}

/// The boundary within the region that leaves the fewest pairs of rules; `None` where no rule has a
/// boundary in it. Where no rule meets the region only the target's boundaries count, and a region
/// that the target holds whole has none.
fn best_split(
    region: &Region,
    target: Option<&RuleBox>,
    rules: &[(u32, &RuleBox)],
) -> Option<Split> {
    let mut best: Option<Split> = None;
    let mut starts: Vec<u32> = Vec::new();
    let mut ends: Vec<u32> = Vec::new();
    let mut cuts: Vec<u32> = Vec::new();
    if rules.is_empty() {
        return None;
    }
    for (axis, &(from, to)) in region.iter().enumerate() {
        starts.clear();
        ends.clear();
        cuts.clear();
        for set in rules.iter().filter_map(|(_, rule)| rule.sets.get(axis)) {
            let first = set.partition_point(|&(_, end)| end <= from);
            let inside = set.get(first..).unwrap_or(&[]).iter().take_while(|range| range.0 < to);
            let (mut low, mut high) = (to, from);
            for &(start, end) in inside {
                low = low.min(start.max(from));
                high = high.max(end.min(to));
                cuts.extend([start, end].into_iter().filter(|&cut| from < cut && cut < to));
            }
            starts.push(low);
            ends.push(high);
        }
        if let Some(set) = target.and_then(|target| target.sets.get(axis)) {
            let ranges = set.iter().flat_map(|&(start, end)| [start, end]);
            cuts.extend(ranges.filter(|&cut| from < cut && cut < to));
        }
        cuts.sort_unstable();
        cuts.dedup();
        starts.sort_unstable();
        ends.sort_unstable();
        for &cut in &cuts {
            let before = starts.partition_point(|&start| start < cut);
            let after = ends.len().saturating_sub(ends.partition_point(|&end| end <= cut));
            let square = |count: usize| u64::try_from(count).unwrap_or(u64::MAX).saturating_pow(2);
            let cost = square(before).saturating_add(square(after));
            if best.as_ref().is_none_or(|best| cost < best.cost) {
                best = Some(Split { axis, at: cut, cost });
            }
        }
    }
    best
}

/// Which of the rules before it hide a rule altogether; empty where it decides somewhere, `None`
/// where that is too much work. Rules that are not wholly known hide nothing.
pub(super) fn masked_by(
    space: &Space,
    rule: u32,
    before: &[u32],
    work: &mut Work,
) -> Option<Vec<u32>> {
    let target = space.rules.get(rule as usize)?;
    if target.sets.iter().any(Vec::is_empty) {
        return Some(Vec::new());
    }
    let hull: Region =
        target.sets.iter().filter_map(|set| Some((set.first()?.0, set.last()?.1))).collect();
    let known = |rule: &&u32| {
        let found = space.rules.get(**rule as usize);
        found.is_some_and(|found| !found.is_partial && found.meets(&hull))
    };
    if !work.charge(before.len()) {
        return None;
    }
    let hiding: Vec<u32> = before.iter().filter(known).copied().collect();
    if hiding.is_empty() {
        return Some(Vec::new());
    }
    match uncovered(space, Some(target), &hiding, 0, work) {
        Outcome::Found { more: true, .. } => Some(Vec::new()),
        Outcome::Found { more: false, .. } => Some(hiding),
        Outcome::TooComplex { .. } => None,
    }
}
