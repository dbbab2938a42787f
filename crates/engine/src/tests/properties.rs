//! Random processes on random paths: after every event the invariants hold, the sealed journal replayed
//! is the live state, the rows alone give it back, and every process comes to its end.

use std::collections::{BTreeMap, BTreeSet};

use base::{Digest, Timestamp};

use super::personal::OneKey;
use super::{Case, MORNING, blind, process, script, service};
use crate::random::{RandomProcess, Shape};
use crate::{
    Command, Deployment, ElementInstance, ElementKey, Environment, Event, Instance, Resolution,
    Variables, decide, limits,
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

/// A case that goes round without waiting for anything outside: random parts, each a job that no worker
/// is asked for, a script, or an error that the process throws and catches itself.
fn round(draw: &mut impl FnMut() -> u64) -> Case {
    let (mut elements, mut path) = (String::new(), String::new());
    let parts = draw() % 5 + 1;
    for at in 0..parts {
        let id = format!("a{at}");
        let next = if at + 1 == parts { "m".to_owned() } else { format!("a{}", at + 1) };
        match draw() % 3 {
            0 => elements += &service(&id, ""),
            1 => elements += &script(&id, "n + 1", "n"),
            _ => {
                let inside = format!(
                    r#"<subProcess id="{id}"><startEvent id="{id}-s"/><endEvent id="{id}-e"><errorEventDefinition errorRef="err1"/></endEvent><sequenceFlow id="{id}-f" sourceRef="{id}-s" targetRef="{id}-e"/></subProcess><boundaryEvent id="{id}-b" attachedToRef="{id}"><errorEventDefinition errorRef="err1"/></boundaryEvent>"#
                );
                elements.push_str(&inside);
                path.extend(["; ", &id, "-b>", &next]);
            }
        }
        path.extend(["; ", &id, ">", &next]);
    }
    let elements = format!(r#"<startEvent id="s"/><exclusiveGateway id="m"/>{elements}"#);
    Case::of(&process("p", &elements, &format!("s>m>a0{path}")))
}

/// L8: whatever a process goes round by, it stops with an incident before it has gone on too often, and
/// each time that staff let it try again.
#[test]
fn a_process_that_goes_round_by_itself_meets_its_limit() {
    for seed in 0..60 {
        let mut draw = stream(seed);
        let mut case = round(&mut draw);
        case.start("\"n\": 0");
        for _ in 0..2 {
            let mut commands = 0;
            while case.live.incidents().next().is_none() {
                let job = case.live.rows().find(|row| row.job().is_some()).map(|row| row.key);
                let command = job.map_or(Command::Continue, |element| Command::PassJob { element });
                let mut environment = Environment::new(&blind);
                environment.steps = [1, 7, 1_000][usize::try_from(draw() % 3).unwrap()];
                let decided =
                    decide(&case.deployment, &case.live, command, case.now, &mut environment);
                decided.unwrap().events.iter().for_each(|event| case.live.apply(event));
                commands += 1;
                assert!(commands <= limits::MAX_CONTINUED + 1, "seed {seed} runs for ever");
            }
            let (element, incident) = case.live.incidents().next().unwrap();
            assert_eq!(incident.kind.key(), "never_waits", "seed {seed}");
            case.live.check().unwrap();
            let how = Resolution::Retry { retries: 1, variables: Variables::new() };
            let retry = Command::ResolveIncident { element, how };
            let mut environment = Environment::new(&blind);
            let decided = decide(&case.deployment, &case.live, retry, case.now, &mut environment);
            decided.unwrap().events.iter().for_each(|event| case.live.apply(event));
        }
    }
}
