//! `sim --seed N [--seeds K] [--steps M]`: runs seeds and says in one line each what they were.

use std::io::Write as _;
use std::process::ExitCode;

const USAGE: &str = "sim [--seed N] [--seeds K] [--steps M] [--processes P] [--requests R]\n\
    Runs K seeds from N on (20 from 1), each for at most M steps with P random processes and R\n\
    requests for the missed-bin service. Exit code 1 when a promise was not kept.\n";

/// Residents who ask in a run of two bodies.
const CROSSING_CASES: u64 = 12;

struct Wanted {
    seed: u64,
    seeds: u64,
    steps: Option<u64>,
    processes: Option<u64>,
    requests: Option<u64>,
}

fn read(arguments: impl Iterator<Item = String>) -> Option<Wanted> {
    let mut wanted = Wanted { seed: 1, seeds: 0, steps: None, processes: None, requests: None };
    let mut named = false;
    let mut arguments = arguments;
    while let Some(name) = arguments.next() {
        let value = arguments.next()?.parse().ok()?;
        match name.as_str() {
            "--seed" => {
                wanted.seed = value;
                named = true;
            }
            "--seeds" => wanted.seeds = value,
            "--steps" => wanted.steps = Some(value),
            "--processes" => wanted.processes = Some(value),
            "--requests" => wanted.requests = Some(value),
            _ => return None,
        }
    }
    if wanted.seeds == 0 {
        wanted.seeds = if named { 1 } else { 20 };
    }
    Some(wanted)
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let Some(wanted) = read(std::env::args().skip(1)) else {
        let _ = out.write_all(USAGE.as_bytes());
        return ExitCode::from(2);
    };
    let mut whole = sim::Report::default();
    let mut failed = 0;
    let seeds: Vec<u64> = (wanted.seed..wanted.seed.saturating_add(wanted.seeds)).collect();
    for seeds in seeds.chunks(at_once()) {
        for ran in run_side_by_side(seeds, &wanted) {
            match ran {
                Ok(report) => {
                    let _ = writeln!(out, "seed {}: {report}", report.seed);
                    whole.add(&report);
                }
                Err(failure) => {
                    failed += 1;
                    let _ = write!(out, "{failure}");
                }
            }
        }
    }
    failed += cross(&mut out, &seeds);
    if wanted.seeds > 1 {
        let _ = writeln!(out, "{} seeds, {failed} failed: {whole}", wanted.seeds);
    }
    let _ = writeln!(out, "  elements: {}", list(whole.elements.iter().cloned()));
    let _ = writeln!(out, "  faults: {}", list(counted(&whole.faults)));
    let _ = writeln!(out, "  events: {}", list(counted(&whole.events)));
    let _ = writeln!(out, "  cases at the end: {}", list(counted(&whole.rests)));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The same seeds for two bodies and what crosses between them; how many failed.
fn cross(out: &mut impl std::io::Write, seeds: &[u64]) -> u64 {
    let mut failed = 0;
    for seed in seeds {
        let plan = sim::CrossingsPlan { seed: *seed, cases: CROSSING_CASES, faults: true };
        let _ = match sim::cross(&plan) {
            Ok(crossings) => writeln!(out, "seed {seed}, two bodies: {crossings}"),
            Err(what) => {
                failed += 1;
                writeln!(out, "seed {seed}, two bodies, failed: {what}")
            }
        };
    }
    failed
}

fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Each run is one thread's alone; the answers come in the order of seeds.
fn run_side_by_side(seeds: &[u64], wanted: &Wanted) -> Vec<Result<sim::Report, Box<sim::Failure>>> {
    std::thread::scope(|scope| {
        let running: Vec<_> = seeds
            .iter()
            .map(|seed| {
                let mut plan = sim::Plan::of_seed(*seed);
                plan.steps = wanted.steps.unwrap_or(plan.steps);
                plan.processes = wanted.processes.unwrap_or(plan.processes);
                plan.requests = wanted.requests.unwrap_or(plan.requests);
                scope.spawn(move || sim::run(&plan))
            })
            .collect();
        running.into_iter().filter_map(|run| run.join().ok()).collect()
    })
}

fn counted<N: std::fmt::Display>(
    counts: &std::collections::BTreeMap<N, u64>,
) -> impl Iterator<Item = String> {
    counts.iter().map(|(name, count)| format!("{name} {count}"))
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
