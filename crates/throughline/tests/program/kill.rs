//! The server is killed with requests in flight, again and again: nothing that was acknowledged is
//! lost, and nothing is done twice.
//!
//! Server, back offices and visitors are processes of their own; the server alone is killed, by
//! `kill -9` at seeded moments with at least eight requests in flight. Some kills fall between the
//! commit of an effect and its call: the server holds its calls for a moment and writes down which
//! have left, so that this can be counted. Afterwards the visitors' record, the contractors' ledgers
//! and the store are compared. `THROUGHLINE_KILLS` says how often it is killed (5 else; the long
//! run says 50), `THROUGHLINE_SEED` at which moments.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use base::Shard;
use store::{DataFolder, SqliteStore, Store as _};

use crate::town::{self, Folder, Process, pause, until, until_within};

/// Visitors of each body: by the API, and by the pages.
const VISITORS: [usize; 2] = [10, 6];
/// How many requests are in flight at least when the server is killed.
const IN_FLIGHT: u64 = 8;
/// How long calls to back offices are held after their commit, in milliseconds.
const HOLD_MS: &str = "60";
/// How long the last jobs may take, in milliseconds.
const REST_MS: u64 = 15 * 60_000;
/// How often the end is looked for.
const LOOKS: u32 = 60;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The next number of a seed (`SplitMix64`).
fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn sum(drivers: &mut [Process], count: &str) -> u64 {
    drivers.iter_mut().map(|driver| driver.ask()[count].as_u64().unwrap()).sum()
}

/// Calls whose effect is durable and that have not left: those of the last life of the server.
fn held_back(file: &Path) -> usize {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut held = BTreeSet::new();
    for line in text.lines() {
        match line.split_once(' ') {
            Some(("held", call)) => held.insert(call),
            Some((_, call)) => held.remove(call),
            None => false,
        };
    }
    held.len()
}

/// What the kills came to.
#[derive(Debug, Default)]
struct Kills {
    made: u64,
    cut: u64,
    between_commit_and_effect: u64,
    held: usize,
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_done_twice() {
    let folder = Folder::new("kill");
    let wanted = number("THROUGHLINE_KILLS", 5);
    let places = town::places(20_000);
    let port = town::free_port();
    let config = town::configure(&folder, &places, port, "");
    let offices: Vec<Process> =
        places.iter().map(|place| town::start_offices(&folder, place, port)).collect();
    let origin = format!("http://127.0.0.1:{port}");
    let mut drivers: Vec<Process> =
        places.iter().map(|place| town::drive(&folder, place.body, &origin, VISITORS)).collect();
    let mut seed = number("THROUGHLINE_SEED", 1);
    let mut kills = Kills::default();
    for life in 0..wanted * 2 {
        if kills.made == wanted {
            break;
        }
        kill_once(&folder, (&config, life), &mut drivers, &mut seed, &mut kills);
    }
    assert_eq!(kills.made, wanted, "{kills:?}");
    let mut server = town::serve(&config, &[]);
    server.ready();
    for driver in drivers {
        finish(driver);
    }
    come_to_rest(&folder, &config, server);
    compare(&folder, &kills);
    assert!(kills.between_commit_and_effect * 5 >= wanted, "{kills:?}");
    for office in offices {
        office.end();
    }
}

/// One life of the server, ended at a seeded moment.
fn kill_once(
    folder: &Folder,
    (config, life): (&Path, u64),
    drivers: &mut [Process],
    seed: &mut u64,
    kills: &mut Kills,
) {
    let held = folder.at(&format!("held-{life}"));
    let mut server = town::serve(config, &["--hold-effects", held.to_str().unwrap(), HOLD_MS]);
    server.ready();
    let before = sum(drivers, "acknowledged");
    until("answers", || sum(drivers, "acknowledged") > before);
    pause(100 + draw(seed) % 900);
    until("requests in flight", || sum(drivers, "in_flight") >= IN_FLIGHT);
    if life.is_multiple_of(2) {
        until("an effect that waits after its commit", || held_back(&held) > 0);
    }
    let cut_before = sum(drivers, "cut");
    let said = server.kill();
    assert!(!said.contains("panicked"), "{said}");
    // All that was in flight is cut at once; the visitors come again and are not let in.
    let unreached = sum(drivers, "unreached");
    until("visitors to notice", || sum(drivers, "unreached") > unreached + 32);
    let cut = sum(drivers, "cut") - cut_before;
    if cut < IN_FLIGHT {
        return;
    }
    kills.made += 1;
    kills.cut += cut;
    let waiting = held_back(&held);
    kills.held += waiting;
    kills.between_commit_and_effect += u64::from(waiting > 0);
}

/// How many requests of a body were acknowledged.
fn acknowledged(folder: &Folder, body: &str) -> usize {
    town::json_lines(&town::record(folder, body)).len()
}

/// Ends the visits when all that was begun is acknowledged.
fn finish(mut driver: Process) {
    drop(driver.child.stdin.take());
    until("the visitors", || driver.child.try_wait().unwrap().is_some());
    let status = driver.child.wait().unwrap();
    assert!(status.success(), "{}", driver.said());
}

/// Waits until nothing is open any more.
fn come_to_rest(folder: &Folder, config: &Path, mut server: Process) {
    for _ in 0..LOOKS {
        // Backoff has grown with each kill, and a contractor's message waits longer each time too.
        until_within(REST_MS, "the contractors", || {
            ["wealdmere", "bro-eirlys"].iter().all(|body| {
                let entries = town::json_lines(&town::ledger(folder, body));
                let count = |kind: &str| {
                    entries.iter().filter(|entry| entry["entry"].as_str() == Some(kind)).count()
                };
                let jobs = count("job_created");
                jobs == count("message_acknowledged") && jobs == acknowledged(folder, body)
            })
        });
        let said = server.end();
        assert!(!said.contains("panicked"), "{said}");
        let open: usize = ["wealdmere", "bro-eirlys"]
            .iter()
            .map(|body| cases(folder, body).values().filter(|status| *status == "open").count())
            .sum();
        if open == 0 {
            return;
        }
        server = town::serve(config, &[]);
        server.ready();
        pause(2_000);
    }
    panic!("cases stay open");
}

/// Every case of a body with its status, by reference. The journal's chain is whole, and no effect
/// is left over.
fn cases(folder: &Folder, body: &str) -> BTreeMap<String, String> {
    let data = DataFolder::open(&folder.at("data")).unwrap();
    let store = SqliteStore::open(&data, &body.parse().unwrap()).unwrap();
    let reader = store.readers().shard(Shard(0));
    store::journal::verify_chain(&reader).unwrap();
    let mut cases = BTreeMap::new();
    let mut before = store::requests::NEWEST;
    loop {
        let page = store::requests::all_requests(&reader, before).unwrap();
        let Some(last) = page.last() else { break };
        before = last.case_id;
        for summary in page {
            let there = cases.insert(summary.reference.as_str().to_owned(), summary.status);
            assert!(there.is_none(), "{} stands for two cases", summary.reference);
        }
    }
    assert_eq!(store::process::open_incident_count(&reader).unwrap(), 0);
    cases
}

fn compare(folder: &Folder, kills: &Kills) {
    let (mut acknowledged, mut kept, mut jobs_done) = (0, 0, 0);
    for body in ["wealdmere", "bro-eirlys"] {
        let cases = cases(folder, body);
        let record = town::json_lines(&town::record(folder, body));
        let told: BTreeSet<&str> =
            record.iter().map(|line| line["reference"].as_str().unwrap()).collect();
        let lost: Vec<&&str> = told.iter().filter(|told| !cases.contains_key(**told)).collect();
        assert!(lost.is_empty(), "{body} acknowledged and lost {lost:?}");
        assert_eq!(told.len(), record.len(), "two requests were told of one case");
        assert_eq!(told.len(), cases.len(), "a request became two cases");
        let mut jobs: BTreeMap<String, u32> = BTreeMap::new();
        for entry in town::json_lines(&town::ledger(folder, body)) {
            if entry["entry"] == "job_created" {
                *jobs.entry(entry["reference"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        let twice: Vec<_> = jobs.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{body} had done twice: {twice:?}");
        for (reference, status) in &cases {
            assert_eq!(status, "completed", "{reference}");
            assert!(jobs.contains_key(reference), "{reference} is completed and was never done");
        }
        assert_eq!(jobs.len(), cases.len(), "{body} had done what nobody asked for");
        acknowledged += record.len();
        kept += cases.len();
        jobs_done += jobs.len();
    }
    let figures = format!(
        "{} kills with {} requests cut off in flight; {} of them between commit and effect, {} \
         effects then not yet out; {acknowledged} requests acknowledged, {kept} in the store, \
         {jobs_done} jobs at the contractors: 0 lost, 0 doubled, 0 open\n",
        kills.made, kills.cut, kills.between_commit_and_effect, kills.held,
    );
    // Past the test harness, which keeps what a passing test prints.
    let _ = std::io::stderr().write_all(figures.as_bytes());
}
