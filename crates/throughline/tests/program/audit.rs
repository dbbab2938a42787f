//! `throughline audit` as an operator and a resident run it.

use std::path::Path;
use std::process::Command;

use audit::{Checkpoint, Commitment, Salt, SigningKey, Tree};
use base::Digest;
use runtime::LedgerProof;

use crate::town::{Folder, copy, root};

/// Runs the program; whether it succeeded, and what it said.
fn run(words: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_throughline"))
        .args(words)
        .current_dir(root())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn says(words: &[&str]) -> String {
    let (succeeded, said) = run(words);
    assert!(succeeded, "{words:?}: {said}");
    said
}

fn refuses(words: &[&str], because: &str) {
    let (succeeded, said) = run(words);
    assert!(!succeeded && said.contains(because), "{words:?}: {said}");
}

/// A morning of the demonstration, the next one where the folder has seen one.
fn morning(data: &str, requests: &str) {
    says(&["demo", "--data", data, "--requests", requests, "--exit", "--json"]);
}

fn keep(data: &str, body: &str, file: &Path) {
    let note = says(&["audit", "checkpoint", "--data", data, "--body", body]);
    std::fs::write(file, note).unwrap();
}

#[test]
fn a_log_without_a_checkpoint_that_was_kept_elsewhere_is_found() {
    let folder = Folder::new("kept");
    let [data, fork] = ["data", "fork"].map(|name| folder.at(name).display().to_string());
    let [first, second] = ["first.note", "second.note"].map(|name| folder.at(name));
    let with = |data: &str, file: &Path| {
        let file = file.to_str().unwrap().to_owned();
        ["audit", "verify", "--data", data, "--checkpoint", &file].map(str::to_owned)
    };
    let holds = |data: &str, file: &Path| says(&with(data, file).each_ref().map(String::as_str));
    let fails = |data: &str, file: &Path, because: &str| {
        refuses(&with(data, file).each_ref().map(String::as_str), because);
    };
    morning(&data, "16");
    keep(&data, "wealdmere", &first);
    let said = holds(&data, &first);
    assert!(said.contains("wealdmere: contains the ") && said.contains("wealdmere: holds: "));
    copy(Path::new(&data), Path::new(&fork));
    morning(&data, "16");
    keep(&data, "wealdmere", &second);
    holds(&data, &first);
    holds(&data, &second);
    // What was there before the second morning is whole by itself, and is not the newest.
    says(&["audit", "verify", "--data", &fork]);
    fails(&fork, &second, "the log was cut off");
    morning(&fork, "48");
    says(&["audit", "verify", "--data", &fork]);
    fails(&fork, &second, "are not those that were signed");
    holds(&fork, &first);

    let note = std::fs::read_to_string(&second).unwrap();
    let altered = |name: &str, from: &str, to: &str| {
        let file = folder.at(name);
        std::fs::write(&file, note.replacen(from, to, 1)).unwrap();
        file
    };
    let size = note.lines().nth(1).unwrap();
    fails(&data, &altered("size", size, "1"), "the signature does not fit the text");
    fails(&data, &altered("key", "wealdmere/", "aldershire/"), "not signed by the key");
    fails(&data, &altered("name", "wealdmere/", "nowhere/"), "which is not here");
    fails(&data, &altered("cut", "\n\n", "\n"), "not a signed checkpoint");
    fails(&data, &folder.at("missing"), "cannot be read");
}

/// A log of seven entries, and the proof of its fourth.
fn proof() -> (LedgerProof, SigningKey, Tree) {
    let key = SigningKey::from_seed("wealdmere/access-log", &[7; 32]).unwrap();
    let record = |leaf: u64| format!("{{\"kind\":\"viewed\",\"sequence\":{leaf}}}");
    let salt = |leaf: u64| *Digest::of(&leaf.to_be_bytes()).as_bytes();
    let committed = |leaf| Commitment::to(&Salt::from_bytes(salt(leaf)), record(leaf).as_bytes());
    let mut tree = Tree::new();
    for leaf in 0..7 {
        tree.push(&committed(leaf));
    }
    let proof = LedgerProof {
        origin: "wealdmere/access-log".to_owned(),
        key: key.verifying_key().to_string(),
        leaf: 3,
        commitment: *committed(3).digest(),
        salt: Digest::from_bytes(salt(3)).to_string(),
        record: record(3),
        checkpoint: Checkpoint::of("wealdmere/access-log", &tree).unwrap().sign(&key),
        size: 7,
        path: tree.inclusion(3, 7).unwrap().hashes().to_vec(),
    };
    (proof, key, tree)
}

#[test]
fn a_downloaded_proof_holds_and_an_altered_one_or_another_logs_does_not() {
    let folder = Folder::new("proof");
    let file = folder.at("proof.json");
    let words = ["audit", "proof", file.to_str().unwrap()];
    let write = |proof: &LedgerProof| {
        std::fs::write(&file, serde_json::to_vec(proof).unwrap()).unwrap();
    };
    let (good, key, tree) = proof();
    write(&good);
    let said = says(&words);
    assert!(said.contains("holds: leaf 3 of wealdmere/access-log, 7 signed"), "{said}");
    assert!(said.contains("\"viewed\"") && said.contains(&good.key), "{said}");
    let fails = |proof: LedgerProof, because: &str| {
        write(&proof);
        refuses(&words, because);
    };
    let record = good.record.replace("viewed", "looked");
    fails(LedgerProof { record, ..good.clone() }, "not the one that the leaf was made of");
    fails(LedgerProof { leaf: 4, ..good.clone() }, "does not stand at this place");
    let mut path = good.path.clone();
    path.swap(0, 1);
    fails(LedgerProof { path, ..good.clone() }, "does not stand at this place");
    fails(LedgerProof { size: 6, ..good.clone() }, "not signed by this key, or is another log's");
    // The body's key over another log, and another body's over one that says the same.
    let other = Checkpoint::of("wealdmere/other-log", &tree).unwrap().sign(&key);
    fails(LedgerProof { checkpoint: other, ..good.clone() }, "another log's");
    let stranger = SigningKey::from_seed("wealdmere/access-log", &[8; 32]).unwrap();
    let other = Checkpoint::of("wealdmere/access-log", &tree).unwrap().sign(&stranger);
    fails(LedgerProof { checkpoint: other, ..good.clone() }, "not signed by this key");
    fails(LedgerProof { key: "no key".to_owned(), ..good }, "not one that a signed note writes");
    std::fs::write(&file, "{}").unwrap();
    refuses(&words, "it is no proof");
}
