//! Random processes on random paths: after every event the invariants hold, the sealed journal replayed
//! is the live state, the rows alone give it back, and every process comes to its end.

use std::collections::{BTreeMap, BTreeSet};

use base::{Digest, Timestamp};

use super::personal::OneKey;
use super::{MORNING, blind};
use crate::random::{RandomProcess, Shape};
use crate::{
    Command, Deployment, ElementInstance, ElementKey, Environment, Event, Instance, decide,
};

/// Commands after which a process is taken to be lost.
const PATIENCE: usize = 3_000;

/// Sebastiano Vigna's splitmix64.
pub(crate) fn stream(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

struct Run {
    deployment: Deployment,
    process: RandomProcess,
    live: Instance,
    replayed: Instance,
    rows: BTreeMap<ElementKey, String>,
    keys: OneKey,
    now: Timestamp,
    seen: BTreeSet<&'static str>,
}

impl Run {
    fn of(seed: u64) -> Self {
        let mut draw = stream(seed);
        let process = RandomProcess::generate(&Shape::default(), &mut draw);
        // By way of XML, so that the generator never makes what the reader of models refuses.
        let xml = bpmn::write(&process.model);
        let mut deployment = Deployment::new();
        if let Err(errors) = deployment.add_file("random.bpmn", xml.as_bytes()) {
            panic!("seed {seed}: {errors:?}");
        }
        Self {
            deployment,
            process,
            live: Instance::new(),
            replayed: Instance::new(),
            rows: BTreeMap::new(),
            keys: OneKey::default(),
            now: Timestamp::parse(MORNING).unwrap(),
            seen: BTreeSet::new(),
        }
    }

    fn take(&mut self, command: Command, steps: u32) {
        let opened = self.live.opened(&self.keys).unwrap();
        let mut environment = Environment::new(&blind);
        environment.steps = steps;
        let decided =
            decide(&self.deployment, &opened, command, self.now, &mut environment).unwrap();
        for event in decided.events {
            self.seen.insert(event.name());
            let sealed = event.seal(&mut self.keys).unwrap();
            let line = serde_json::to_string(&sealed).unwrap();
            self.live.apply(&sealed);
            self.live.check().unwrap();
            self.replayed.apply(&serde_json::from_str::<Event>(&line).unwrap());
            assert_eq!(self.live, self.replayed);
        }
        for key in self.live.take_dirty() {
            match self.live.get(key) {
                Some(row) => self.rows.insert(key, serde_json::to_string(row).unwrap()),
                None => self.rows.remove(&key),
            };
        }
        let read = |row: &String| serde_json::from_str::<ElementInstance>(row).unwrap();
        assert_eq!(self.live, Instance::from_rows(self.rows.values().map(read)));
    }

    /// Runs to the end; how many commands it took, when it got there.
    fn run_to_the_end(&mut self, path: u64) -> Option<usize> {
        let mut draw = stream(path);
        let main = self.deployment.latest(&self.process.main).unwrap();
        self.take(self.process.start(main), 1_000);
        for count in 1..PATIENCE {
            let next = self.process.next_command(&self.live, self.now, &mut draw);
            let Some((now, command)) = next else {
                assert!(self.live.is_empty(), "stuck with {:#?}", self.live);
                return Some(count);
            };
            self.now = now;
            // Few steps at a time on some paths, so that commands meet what others left over.
            let steps = [1, 2, 1_000, 1_000, 1_000][usize::try_from(draw() % 5).unwrap()];
            self.take(command, steps);
        }
        None
    }
}

#[test]
fn random_processes_reach_their_end_on_random_paths() {
    let mut seen = BTreeSet::new();
    for seed in 0..80 {
        let mut run = Run::of(seed);
        let ended = run.run_to_the_end(seed ^ 0x5eed);
        assert!(ended.is_some(), "seed {seed} does not end");
        seen.append(&mut run.seen);
    }
    let missing: Vec<&str> = [
        "process.element_terminated",
        "process.error_caught",
        "process.timer_fired",
        "process.message_correlated",
        "process.incident_resolved",
        "process.user_task_completed",
        "process.job_failed",
        "process.continued",
    ]
    .into_iter()
    .filter(|name| !seen.contains(name))
    .collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}

#[test]
fn random_processes_cover_every_kind_of_element() {
    let mut words = BTreeSet::new();
    for seed in 0..60 {
        let mut draw = stream(seed);
        let made = RandomProcess::generate(&Shape::default(), &mut draw);
        for process in &made.model.processes {
            words.extend(process.elements().iter().map(|element| element.kind.word()));
        }
    }
    assert_eq!(words.len(), 17, "{words:?}");
}

#[test]
fn one_seed_gives_one_process() {
    let made = |seed| RandomProcess::generate(&Shape::default(), &mut stream(seed));
    assert_eq!(bpmn::write(&made(7).model), bpmn::write(&made(7).model));
    assert_ne!(
        Digest::of(bpmn::write(&made(7).model).as_bytes()),
        Digest::of(bpmn::write(&made(8).model).as_bytes())
    );
}
