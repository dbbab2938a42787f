//! dsntk beside our own engine: how fast each is in the same minute, and on what they disagree.
//!
//! `cargo run --release -- bench [--rounds N]` measures both in turn on the table of `cargo xtask
//! bench decisions`. `cargo run --release -- differ [--seed N] [--count N] [--json]` evaluates random
//! expressions with both and lists each disagreement with the clause of the standard that settles
//! it; it fails where one is not settled. `--json` prints the expressions with our values instead,
//! one a line, for other peers. Both programs run in one process that is no part of ours.

use std::error::Error;

mod differ;
mod expressions;
mod peer;
mod settled;
mod speed;

pub type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, or: u64| -> Outcome<u64> {
        match words.iter().position(|word| word == name) {
            Some(at) => Ok(words.get(at + 1).ok_or("a number is wanted")?.parse()?),
            None => Ok(or),
        }
    };
    match words.first().map(String::as_str) {
        Some("bench") => speed::run(number("--rounds", 7)?),
        Some("differ") => {
            let json = words.iter().any(|word| word == "--json");
            differ::run(number("--seed", 1)?, number("--count", 20_000)?, json)
        }
        _ => Err("bench or differ?".into()),
    }
}
