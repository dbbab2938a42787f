//! The simulator as a program: what it is asked by words, and what it answers with.

use std::process::Command;

fn sim(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sim"));
    command.args(words);
    command
}

#[test]
fn words_that_it_does_not_know_are_answered_with_those_that_it_does() {
    for words in [&["--sed", "1"] as &[&str], &["--seed"], &["--seed", "one"], &["1"]] {
        let answer = sim(words).output().unwrap();
        assert_eq!(answer.status.code(), Some(2), "{words:?}");
        assert!(answer.stdout.starts_with(b"sim [--seed N]"), "{words:?}");
    }
}

#[test]
fn a_seed_is_told_in_a_line_that_is_the_same_each_time() {
    let words = ["--seed", "7", "--processes", "2", "--requests", "4"];
    let (first, second) = (sim(&words).output().unwrap(), sim(&words).output().unwrap());
    let said = String::from_utf8(first.stdout).unwrap();
    assert_eq!(first.status.code(), Some(0), "{said}");
    assert!(said.starts_with("seed 7: 2 processes"), "{said}");
    assert_eq!(said.as_bytes(), second.stdout);
}

#[test]
fn a_run_that_comes_to_no_rest_is_a_failure() {
    let answer = sim(&["--seed", "7", "--steps", "60", "--processes", "2"]).output().unwrap();
    assert_eq!(answer.status.code(), Some(1));
    assert!(answer.stdout.starts_with(b"seed 7 failed at step 61"));
}
