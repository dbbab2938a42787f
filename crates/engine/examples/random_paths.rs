//! Makes random processes, runs each on random paths to its end, and checks the invariants of the case and
//! that the journal replayed is the live state after every event.
//!
//! `cargo run --release -p engine --example random_paths -- 2000`

use std::collections::BTreeMap;

use base::{Digest, Timestamp};
use engine::random::{RandomProcess, Shape};
use engine::{Deployment, Environment, Instance, decide};

/// Commands after which a process is taken to be lost.
const PATIENCE: u32 = 5_000;
/// Paths through each process.
const PATHS: u64 = 3;

/// Sebastiano Vigna's splitmix64.
fn stream(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Runs one path; how many events it had, by name.
fn run(
    made: &RandomProcess,
    deployment: &Deployment,
    path: u64,
) -> Result<BTreeMap<&'static str, u64>, Box<dyn std::error::Error>> {
    let mut draw = stream(path);
    let blind = |message: &str, key: &str| Digest::of_parts(&[message.as_bytes(), key.as_bytes()]);
    let mut now = Timestamp::parse("2026-01-05T09:00:00Z")?;
    let (mut live, mut replayed) = (Instance::new(), Instance::new());
    let mut counts = BTreeMap::new();
    let main = deployment.latest(&made.main).ok_or("not deployed")?;
    let mut command = made.start(main);
    for _ in 0..PATIENCE {
        let mut environment = Environment::new(&blind);
        environment.steps = if draw().is_multiple_of(3) { 2 } else { 1_000 };
        for event in &decide(deployment, &live, command, now, &mut environment)?.events {
            live.apply(event);
            replayed.apply(event);
            live.check()?;
            *counts.entry(event.name()).or_default() += 1;
        }
        if live != replayed {
            return Err("replay differs".into());
        }
        let Some((then, next)) = made.next_command(&live, now, &mut draw) else {
            return if live.is_empty() { Ok(counts) } else { Err("stuck".into()) };
        };
        (now, command) = (then, next);
    }
    Err("does not end".into())
}

#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).map_or(Ok(200), |count| count.parse::<u64>())?;
    let mut events: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..count {
        let made = RandomProcess::generate(&Shape::default(), &mut stream(seed));
        let mut deployment = Deployment::new();
        deployment
            .add_file("random.bpmn", bpmn::write(&made.model).as_bytes())
            .map_err(|errors| format!("seed {seed}: {errors:?}"))?;
        for path in 0..PATHS {
            let counts = run(&made, &deployment, seed ^ (path << 32))
                .map_err(|error| format!("seed {seed}, path {path}: {error}"))?;
            for (name, count) in counts {
                *events.entry(name).or_default() += count;
            }
        }
    }
    println!("{count} processes, {} paths, all ended", count * PATHS);
    for (name, count) in events {
        println!("{count:>9} {name}");
    }
    Ok(())
}
