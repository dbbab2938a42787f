//! The server is killed with requests in flight, again and again: nothing that was acknowledged is
//! lost, and nothing is done twice.
//!
//! All four services of the region run, with every back office, the questions and notices between
//! bodies, the payments and the scripted staff. Server, back offices and visitors are processes of
//! their own; the server alone is killed, by `kill -9` at seeded moments with at least eight requests
//! in flight. Some kills fall between the commit of an effect and its call: the server holds its calls
//! for a moment and writes down which have left, so that this can be counted. Afterwards the visitors'
//! records, the ledgers of the offices, the store and the access logs are compared.
//! `THROUGHLINE_KILLS` says how often it is killed (5 else; the long run says 50),
//! `THROUGHLINE_SEED` at which moments, and who lives in the region.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use base::Shard;
use serde_json::Value;
use store::{DataFolder, SqliteStore, Store as _};

use crate::region::{ASKED, BODIES, Region, run};
use crate::town::{self, Process, pause, until, until_within};

/// How many requests are in flight at least when the server is killed.
const IN_FLIGHT: u64 = 8;
/// How long calls to back offices are held after their commit, in milliseconds.
const HOLD_MS: &str = "60";
/// How often the end is looked for, and how long the server works before each look, in milliseconds.
const LOOKS: u64 = 60;
const LOOK_MS: u64 = 1_500;
/// How long the last jobs may take, in milliseconds.
const REST_MS: u64 = 15 * 60_000;
/// Residents before the first kill, and for each.
const RESIDENTS: [u64; 2] = [2_400, 240];
/// The services with the least rate at which they go straight through.
const BARS: [(&str, f64); 4] = [
    ("blue-badge", 0.60),
    ("change-of-address", 0.90),
    ("free-school-meals", 0.90),
    ("missed-bin-collection", 0.95),
];
/// Standard deviations by which a sample may by chance fall short of a bar: who lives in the region,
/// and so how many the agency cannot tell of, is drawn.
const BY_CHANCE: f64 = 3.0;

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
    drivers.iter_mut().map(|driver| driver.ask("?")[count].as_u64().unwrap()).sum()
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
    let wanted = number("THROUGHLINE_KILLS", 5);
    let mut seed = number("THROUGHLINE_SEED", 1);
    let region = Region::open("kill", seed, RESIDENTS[0] + RESIDENTS[1] * wanted);
    let mut drivers: Vec<Process> = ASKED.iter().map(|asked| region.drive(asked)).collect();
    let mut kills = Kills::default();
    for life in 0..wanted * 2 {
        if kills.made == wanted {
            break;
        }
        kill_once(&region, life, &mut drivers, &mut seed, &mut kills);
    }
    assert_eq!(kills.made, wanted, "{kills:?}");
    come_to_rest(&region, &mut drivers);
    for driver in drivers {
        finish(driver);
    }
    compare(&region, &kills);
    assert!(kills.between_commit_and_effect * 5 >= wanted, "{kills:?}");
    region.offices.end();
}

/// One life of the server, ended at a seeded moment.
fn kill_once(
    region: &Region,
    life: u64,
    drivers: &mut [Process],
    seed: &mut u64,
    kills: &mut Kills,
) {
    let held = region.folder.at(&format!("held-{life}"));
    let options = ["--hold-effects", held.to_str().unwrap(), HOLD_MS];
    let mut server = town::serve(&region.config, &options);
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

/// Ends a driver that has settled.
fn finish(mut driver: Process) {
    drop(driver.child.stdin.take());
    until("the visitors", || driver.child.try_wait().unwrap().is_some());
    let status = driver.child.wait().unwrap();
    assert!(status.success(), "{}", driver.said());
}

/// Ends the visits when all that was begun is acknowledged, then lets fees be paid and staff decide
/// until nothing is open and nothing is out any more.
fn come_to_rest(region: &Region, drivers: &mut [Process]) {
    for driver in drivers.iter_mut() {
        driver.order("stop");
    }
    let mut open = Vec::new();
    for _ in 0..LOOKS {
        let mut server = town::serve(&region.config, &[]);
        server.ready();
        for driver in drivers.iter_mut() {
            driver.ask("settle");
        }
        // Backoff has grown with each kill, and a contractor's message waits longer each time too.
        until_within(REST_MS, "the contractors", || every_job_is_told(region));
        pause(LOOK_MS);
        let said = server.end();
        assert!(!said.contains("panicked"), "{said}");
        open = BODIES.iter().flat_map(|body| unsettled(region, body)).collect();
        if open.is_empty() {
            return;
        }
    }
    panic!("this stays open: {open:?}");
}

/// Whether the contractors were asked for every job, have done it and have told so.
fn every_job_is_told(region: &Region) -> bool {
    ASKED.iter().filter(|asked| asked.service == "missed-bin-collection").all(|asked| {
        let ledger = region.ledger(asked.body, "waste-contractor");
        let count = |kind: &str| ledger.iter().filter(|entry| entry["entry"] == kind).count();
        let jobs = count("job_created");
        let asked_for = town::json_lines(&asked.record(&region.folder)).len();
        jobs == count("message_acknowledged") && jobs == asked_for
    })
}

/// The store of a body, which nobody serves.
fn store_of(region: &Region, body: &str) -> SqliteStore {
    let data = DataFolder::open(&region.folder.at("data")).unwrap();
    SqliteStore::open(&data, &body.parse().unwrap()).unwrap()
}

/// Cases of a body that are open, and effects that are out.
fn unsettled(region: &Region, body: &str) -> Vec<String> {
    let cases = cases(region, body).into_iter();
    let open = cases.filter(|(_, status)| status == "open").map(|(reference, _)| reference);
    let reader = store_of(region, body).readers().shard(Shard(0));
    let effects = store::effects::unfinished_effects(&reader, None, 20).unwrap();
    let effects = effects.into_iter().map(|effect| format!("{} of {}", effect.job_type, body));
    open.chain(effects).collect()
}

/// Every case of a body with its status, by reference. The journal's chain is whole.
fn cases(region: &Region, body: &str) -> BTreeMap<String, String> {
    let reader = store_of(region, body).readers().shard(Shard(0));
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
    cases
}

fn compare(region: &Region, kills: &Kills) {
    let acknowledged = every_request_is_kept_once(region);
    let done = every_piece_is_done_once(region);
    let crossings = every_crossing_is_proved(region);
    let account = region.account();
    let services = straight_through(&account);
    let counts = ["lost", "doubled", "incidents_open"].map(|count| account[count].as_u64());
    assert_eq!(counts, [Some(0); 3], "{account}");
    let figures = format!(
        "{} kills with {} requests cut off in flight; {} of them between commit and effect, {} \
         effects then not yet out; {acknowledged} requests acknowledged and in the store, {done}; \
         {crossings} crossings proved; {services}: 0 lost, 0 doubled, 0 open\n",
        kills.made, kills.cut, kills.between_commit_and_effect, kills.held,
    );
    // Past the test harness, which keeps what a passing test prints.
    let _ = std::io::stderr().write_all(figures.as_bytes());
}

/// What was acknowledged stands in the store, once, and nothing else does. Answers how many.
fn every_request_is_kept_once(region: &Region) -> usize {
    let mut all = 0;
    for body in BODIES {
        let cases = cases(region, body);
        let of_body = ASKED.iter().filter(|asked| asked.body == body);
        let record: Vec<Value> =
            of_body.flat_map(|asked| town::json_lines(&asked.record(&region.folder))).collect();
        let told: BTreeSet<&str> =
            record.iter().map(|line| line["reference"].as_str().unwrap()).collect();
        let lost: Vec<&&str> = told.iter().filter(|told| !cases.contains_key(**told)).collect();
        assert!(lost.is_empty(), "{body} acknowledged and lost {lost:?}");
        assert_eq!(told.len(), record.len(), "two requests were told of one case of {body}");
        assert_eq!(told.len(), cases.len(), "a request of {body} became two cases");
        all += told.len();
    }
    all
}

/// What an entry of a ledger did, and for which reference; `None` for what is no work.
fn work(entry: &Value) -> Option<(String, String)> {
    let reference = || entry["reference"].as_str().unwrap().to_owned();
    match entry["entry"].as_str().unwrap() {
        "recorded" => Some((entry["what"].as_str().unwrap().to_owned(), reference())),
        "payment_ended" if entry["end"] == "paid" => Some(("payment".to_owned(), reference())),
        "job_created" => Some(("job".to_owned(), reference())),
        _ => None,
    }
}

/// No office did anything twice, and the contractors did every job that was asked for. Answers how
/// many pieces of work each kind has.
fn every_piece_is_done_once(region: &Region) -> String {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for (body, system) in region.systems() {
        let mut done: BTreeMap<(String, String), u32> = BTreeMap::new();
        for piece in region.ledger(body, &system).iter().filter_map(work) {
            *done.entry(piece).or_default() += 1;
        }
        let twice: Vec<_> = done.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{system} of {body} did twice: {twice:?}");
        if system == "waste-contractor" {
            let cases = cases(region, body);
            for (reference, status) in cases.iter().filter(|(of, _)| of.starts_with("MBC")) {
                assert_eq!(status, "completed", "{reference}");
                let job = ("job".to_owned(), reference.clone());
                assert!(done.contains_key(&job), "{reference} is completed and was never done");
            }
            let bins = cases.keys().filter(|reference| reference.starts_with("MBC")).count();
            assert_eq!(done.len(), bins, "{body} had done what nobody asked for");
        }
        for (kind, _) in done.into_keys() {
            *kinds.entry(format!("{kind} at {system}")).or_default() += 1;
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    kinds.join(", ")
}

/// Every access log holds, and whatever crossed stands once and alike in each. Answers how many
/// questions and notices.
fn every_crossing_is_proved(region: &Region) -> u64 {
    let data = region.folder.at("data").display().to_string();
    let told = run(&["audit", "verify", "--data", &data]);
    for body in BODIES {
        assert!(told.contains(&format!("{body}: holds: ")), "{told}");
    }
    assert!(!told.contains("is open") && !told.contains("does not hold"), "{told}");
    let between = told.lines().find_map(|line| line.strip_prefix("between bodies: ")).unwrap();
    between.split(' ').next().unwrap().parse().unwrap()
}

/// The services with their requests and rates, as the demonstration's account has them: of all
/// requests, those whose outcome came without an act of staff.
fn straight_through(account: &Value) -> String {
    let told = BARS.map(|(id, bar)| {
        let services = account["services"].as_array().unwrap();
        let service = services.iter().find(|service| service["id"] == id).unwrap();
        let requests = service["requests"].as_u64().unwrap();
        let rate = service["straight_through_rate"].as_f64().unwrap();
        assert!(requests > 0, "nobody asked for {id}");
        assert_eq!(service["rekeyed_fields"], 0, "{id}");
        let count = f64::from(u32::try_from(requests).unwrap());
        let chance = BY_CHANCE * (bar * (1.0 - bar) / count).sqrt();
        assert!(rate >= bar - chance, "{id}: {rate} of {requests}");
        format!("{id} {requests} at {rate}")
    });
    told.join(", ")
}
