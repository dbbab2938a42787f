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

impl Wanted {
    fn plan(&self, seed: u64) -> sim::Plan {
        let mut plan = sim::Plan::of_seed(seed);
        plan.steps = self.steps.unwrap_or(plan.steps);
        plan.processes = self.processes.unwrap_or(plan.processes);
        plan.requests = self.requests.unwrap_or(plan.requests);
        plan
    }
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
    for ran in side_by_side(&seeds, |seed| sim::run(&wanted.plan(seed))) {
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
    let ran = side_by_side(seeds, |seed| {
        sim::cross(&sim::CrossingsPlan { seed, cases: CROSSING_CASES, faults: true })
    });
    for (seed, ran) in seeds.iter().zip(ran) {
        let _ = match ran {
            Ok(crossings) => writeln!(out, "seed {seed}, two bodies: {crossings}"),
            Err(what) => {
                failed += 1;
                writeln!(out, "seed {seed}, two bodies, failed: {what}")
            }
        };
    }
    failed
}

/// Runs every seed, each on a thread of its own and as many at once as there are processors. The
/// answers come in the order of the seeds, each as soon as its turn has run; a panic goes on.
fn side_by_side<'a, T: Send + 'a>(
    seeds: &'a [u64],
    run: impl Fn(u64) -> T + Sync + 'a,
) -> impl Iterator<Item = T> + 'a {
    let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    seeds.chunks(at_once).flat_map(move |seeds| {
        std::thread::scope(|scope| {
            let running: Vec<_> = seeds.iter().map(|seed| scope.spawn(|| run(*seed))).collect();
            let ended = running.into_iter().map(std::thread::ScopedJoinHandle::join);
            let answer = |ran: std::thread::Result<T>| {
                ran.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            ended.map(answer).collect::<Vec<T>>()
        })
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
