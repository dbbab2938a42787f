//! Row-sets a second, as ratios to plain rusqlite in the same minute.
//!
//! `cargo xtask bench [store|engine] [--seconds S] [--pairs N]`. A row-set is the one of the storage
//! bench: an instance of 600 bytes, four events of 200 bytes and the shard's row, WAL with
//! `synchronous=FULL`, up to 256 to a commit. Each pair measures the probe and then ours, in turn,
//! on new files; the figure is the median of the pairs' ratios with its spread.

mod engine;
mod usage;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use store::probe::{raw_row_sets, store_row_sets};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Row-sets of one commit.
const BATCH: u32 = 256;

struct Asked {
    what: String,
    seconds: u32,
    pairs: usize,
}

fn main() -> Outcome<()> {
    let asked = asked()?;
    let scratch = Scratch::new()?;
    match asked.what.as_str() {
        "store" => {
            for batch in [1, 32, BATCH] {
                pairs(&asked, &format!("store, batch {batch}"), batch, &scratch, || {
                    store_row_sets(&scratch.file()?, batch, asked.seconds).map_err(Into::into)
                })?;
            }
        }
        "engine" => {
            let mut last = None;
            pairs(&asked, "engine, batch 256", BATCH, &scratch, || {
                let measured = engine::measure(&scratch.file()?, asked.seconds)?;
                let rate = measured.row_sets_per_second();
                last = Some(measured);
                Ok(rate)
            })?;
            if let Some(measured) = last {
                say(&measured.to_string())?;
            }
        }
        other => return Err(format!("no bench `{other}`: store or engine").into()),
    }
    Ok(())
}

fn asked() -> Outcome<Asked> {
    let mut asked = Asked { what: "store".to_owned(), seconds: 5, pairs: 5 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().ok_or_else(|| format!("{word} wants a number"));
        match word.as_str() {
            "--bench" => {} // cargo says it to every bench
            "--seconds" => asked.seconds = number()?.parse()?,
            "--pairs" => asked.pairs = number()?.parse()?,
            _ => asked.what = word,
        }
    }
    Ok(asked)
}

/// Measures the probe and ours in turn, and prints each pair and the median ratio.
fn pairs(
    asked: &Asked,
    what: &str,
    batch: u32,
    scratch: &Scratch,
    mut ours: impl FnMut() -> Outcome<f64>,
) -> Outcome<()> {
    let mut ratios = Vec::new();
    for pair in 1..=asked.pairs {
        let raw = raw_row_sets(&scratch.file()?, batch, asked.seconds)?;
        let own = ours()?;
        ratios.push(own / raw);
        say(&format!(
            "{what}, pair {pair}: raw {raw:.0} row-sets/s, ours {own:.0}, ratio {:.2}",
            own / raw
        ))?;
    }
    ratios.sort_by(f64::total_cmp);
    if let (Some(low), Some(median), Some(high)) =
        (ratios.first(), ratios.get(ratios.len() / 2), ratios.last())
    {
        let count = ratios.len();
        say(&format!(
            "{what}: ratio {median:.2} [{low:.2} to {high:.2}], median of {count} pairs"
        ))?;
    }
    Ok(())
}

fn say(line: &str) -> Outcome<()> {
    writeln!(std::io::stdout().lock(), "{line}").map_err(Into::into)
}

/// A folder of new files, gone at the end. It lies beside what is built, on the same disk as a
/// data folder would, for a temporary folder may be memory.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Outcome<Self> {
        let built = std::env::current_exe()?;
        let folder = built.parent().unwrap_or(Path::new("."));
        let scratch = Self(folder.join(format!("row-sets-{}", std::process::id())));
        std::fs::create_dir_all(&scratch.0)?;
        Ok(scratch)
    }

    /// A path at which nothing is; what was there before is removed.
    fn file(&self) -> Outcome<PathBuf> {
        std::fs::remove_dir_all(&self.0)?;
        std::fs::create_dir_all(&self.0)?;
        Ok(self.0.join("bench.sqlite"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0); // a folder left over is under the build's own
    }
}
