//! A process that commits is killed at many moments; what it had acknowledged is there,
//! in order, with its rows, and the file opens each time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base::{CaseId, EffectId, EventSeq, Shard, Timestamp};
use store::effects::{EffectRow, EffectState};
use store::{Batch, SqliteStore, Store, journal, page};

/// Names the folder to the child; without it the child's test is nothing.
const FOLDER: &str = "THROUGHLINE_STORE_KILL_FOLDER";
/// How often the child is killed.
const KILLS: usize = 25;

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open_file(&folder.join("body.sqlite"), &"millbrook".parse().unwrap()).unwrap()
}

fn id_of(seq: EventSeq) -> [u8; 16] {
    u128::from(seq.0).to_be_bytes()
}

/// Commits events, each with an effect of the same number, and writes down what is acknowledged.
#[test]
fn child_commits_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let mut store = open(&folder);
    let now = Timestamp::from_millis(0);
    let body = "millbrook".parse().unwrap();
    let mut lease = store.lease(&body, Shard(0), "child", now, 1_000).unwrap();
    let mut acknowledged = File::options().append(true).open(folder.join("acknowledged")).unwrap();
    for round in 0_u64.. {
        let mut batch = Batch::after(&lease);
        for _ in 0..=round % 40 {
            let next = batch.next_seq();
            let case = CaseId::from_bytes(id_of(next));
            batch.append(Some(case), now, "made", 1, vec![7; 300]);
            batch.put(EffectRow {
                effect_id: EffectId::from_bytes(id_of(next)),
                case_id: Some(case),
                element_key: None,
                system: "system".parse().unwrap(),
                job_type: "job".parse().unwrap(),
                state: EffectState::Waiting,
                attempt: 0,
                due_at: now,
                opened_at: now,
                closed_at: None,
                bytes: vec![7; 300],
            });
        }
        lease.advance(store.commit(&batch).unwrap());
        acknowledged.write_all(&lease.next_seq.0.to_be_bytes()).unwrap();
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_commits_until_it_is_killed"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn last_acknowledged(folder: &Path) -> u64 {
    let bytes = std::fs::read(folder.join("acknowledged")).unwrap();
    bytes.chunks_exact(8).last().map_or(1, |last| u64::from_be_bytes(last.try_into().unwrap()))
}

fn effects(store: &SqliteStore) -> u64 {
    let reader = store.readers().shard(Shard(0));
    let (mut count, mut after) = (0, None);
    loop {
        let rows: Vec<EffectRow> = page(&reader, after.as_ref(), 1_000).unwrap();
        count += rows.len() as u64;
        let Some(last) = rows.last() else { return count };
        after = Some(store::Row::key(last));
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("store-kill");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    File::create(folder.join("acknowledged")).unwrap();
    drop(open(&folder));
    for kill in 0..KILLS {
        let before = last_acknowledged(&folder);
        let mut child = start(&folder);
        let enough = before + 1 + (kill as u64 * 37) % 300;
        while last_acknowledged(&folder) < enough {
            assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let store = open(&folder);
        let verified = journal::verify_chain(&store.readers().shard(Shard(0))).unwrap();
        assert!(verified.events + 1 >= last_acknowledged(&folder), "kill {kill}");
        assert_eq!(verified.events, effects(&store), "kill {kill}: a batch is whole or absent");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
