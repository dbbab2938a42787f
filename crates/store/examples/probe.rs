//! Row-sets per second, raw and through the seam, in interleaved pairs.
//! `cargo run --release -p store --example probe -- FOLDER SECONDS PAIRS`

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use store::probe::{raw_row_sets, store_row_sets};

fn main() -> Result<(), Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let folder = given.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let seconds: u32 = given.next().map_or(Ok(1), |text| text.parse())?;
    let pairs: u32 = given.next().map_or(Ok(3), |text| text.parse())?;
    let mut out = std::io::stdout().lock();
    for batch in [1, 32, 256] {
        for pair in 0..pairs {
            let path = folder.join(format!("throughline-probe-{}", std::process::id()));
            let remove = || {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", path.display()));
                }
            };
            remove();
            let raw = raw_row_sets(&path, batch, seconds)?;
            remove();
            let store = store_row_sets(&path, batch, seconds)?;
            remove();
            let ratio = store / raw;
            writeln!(
                out,
                "batch {batch} pair {pair}: raw {raw:.0}/s, store {store:.0}/s, {ratio:.2}x"
            )?;
        }
    }
    Ok(())
}
