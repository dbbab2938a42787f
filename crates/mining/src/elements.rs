//! Figures of each element of a process, for the picture that a head of service sees.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::log::Step;
use crate::{EventLog, Spread};

/// What happened at one element.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ElementFigures {
    /// The element: an activity of the log.
    pub activity: String,
    /// How many cases came here.
    pub cases: u64,
    /// Pieces of work completed.
    pub completed: u64,
    /// Pieces of work that were enabled or started and have not been completed.
    pub in_hand: u64,
    /// Acts of staff here that were touches.
    pub touches: u64,
    /// From enabled to started.
    pub waiting: Spread,
    /// From started to completed.
    pub working: Spread,
    /// From enabled (or else started) to completed.
    pub whole: Spread,
}

#[derive(Debug, Default)]
struct Gathered {
    figures: ElementFigures,
    waiting: Vec<i64>,
    working: Vec<i64>,
    whole: Vec<i64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    enabled: Option<i64>,
    started: Option<i64>,
}

/// The pieces of one case, by activity and instance. Where instances are not told apart, the one
/// that was begun first is taken to be completed first.
type Pieces = BTreeMap<(u32, Option<u32>), VecDeque<Piece>>;

/// Counts and times the work at each activity, in the order of the log's numbers.
pub fn element_figures(log: &EventLog) -> Vec<ElementFigures> {
    let named = |name: &String| Gathered {
        figures: ElementFigures { activity: name.clone(), ..ElementFigures::default() },
        ..Gathered::default()
    };
    let mut gathered: Vec<Gathered> = log.names.iter().map(named).collect();
    for range in log.ranges() {
        let mut pieces = Pieces::new();
        let mut seen = BTreeSet::new();
        for place in range {
            let activity = log.activity[place];
            let Some(element) = usize::try_from(activity).ok().and_then(|at| gathered.get_mut(at))
            else {
                continue;
            };
            element.figures.cases += u64::from(seen.insert(activity));
            element.figures.touches += u64::from(log.touch[place]);
            let begun = pieces.entry((activity, log.instance[place])).or_default();
            element.step(begun, log.step[place], log.at[place]);
        }
        for ((activity, _), begun) in pieces {
            if let Some(element) =
                usize::try_from(activity).ok().and_then(|at| gathered.get_mut(at))
            {
                element.figures.in_hand += u64::try_from(begun.len()).unwrap_or(u64::MAX);
            }
        }
    }
    gathered.into_iter().map(Gathered::sum_up).collect()
}

impl Gathered {
    fn step(&mut self, begun: &mut VecDeque<Piece>, step: Step, at: i64) {
        match step {
            Step::Enabled => begun.push_back(Piece { enabled: Some(at), started: None }),
            Step::Started => match begun.iter_mut().find(|piece| piece.started.is_none()) {
                Some(piece) => {
                    piece.started = Some(at);
                    self.waiting.extend(piece.enabled.map(|from| at.saturating_sub(from)));
                }
                None => begun.push_back(Piece { enabled: None, started: Some(at) }),
            },
            Step::Completed => {
                self.figures.completed += 1;
                let Some(piece) = take_begun(begun) else { return };
                self.working.extend(piece.started.map(|from| at.saturating_sub(from)));
                let from = piece.enabled.or(piece.started);
                self.whole.extend(from.map(|from| at.saturating_sub(from)));
            }
        }
    }

    fn sum_up(mut self) -> ElementFigures {
        self.figures.waiting = Spread::of(&mut self.waiting);
        self.figures.working = Spread::of(&mut self.working);
        self.figures.whole = Spread::of(&mut self.whole);
        self.figures
    }
}

/// The piece that a completion ends: the first that was started, else the first.
fn take_begun(begun: &mut VecDeque<Piece>) -> Option<Piece> {
    let started = begun.iter().position(|piece| piece.started.is_some()).unwrap_or(0);
    begun.remove(started)
}
