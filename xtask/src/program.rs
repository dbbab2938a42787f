//! Running programs: cargo, the clients of other makers, and the program as served.
//!
//! Promises that what a program prints is shown as it comes and kept in a file, and that nothing
//! started here outlives the command.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::say;

/// Lines of a failed program that are shown again at the end.
const LAST_LINES: usize = 60;

/// The present moment, to measure how long something took.
#[expect(clippy::disallowed_methods, reason = "a gate measures the wall clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Cargo, with these words, as from a shell: what `cargo run` says of this package would stand in
/// the environment of build scripts that look at it, and whatever hangs on them be built anew.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_this_package) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_this_package(variable: &str) -> bool {
    ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| variable.starts_with(prefix))
}

/// Runs a program to its end with its output shown; a failure is an error.
pub(crate) fn show(command: &mut Command) -> Result<()> {
    let named = name(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{named}` cannot be started"))?;
    if !status.success() {
        bail!("`{named}` failed: {status}");
    }
    Ok(())
}

/// A program's name and words, as one would type them.
pub(crate) fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// Runs a program to its end, its output shown as it comes and kept in a file. A failure's error
/// holds the last lines.
pub(crate) fn keep(command: &mut Command, log: &Path) -> Result<()> {
    let named = name(command);
    say(&format!("$ {named}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{named}` cannot be started"))?;
    let kept = Kept::new(log)?;
    let readers = [
        child.stdout.take().map(|out| kept.follow(out)),
        child.stderr.take().map(|error| kept.follow(error)),
    ];
    let status = child.wait()?;
    for reader in readers.into_iter().flatten() {
        let _ = reader.join(); // a reader that panicked has nothing more to show
    }
    conclude(&named, status, log)
}

fn conclude(named: &str, status: ExitStatus, log: &Path) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{named}` failed: {status}\n{}", last_lines(log))
}

/// The last lines of a log, indented.
pub(crate) fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(LAST_LINES);
    let last = lines.get(from..).unwrap_or(&[]);
    last.iter().map(|line| ["    ", line, "\n"].concat()).collect()
}

/// Where a program's output is kept.
#[derive(Clone)]
struct Kept(Arc<Mutex<File>>);

impl Kept {
    fn new(log: &Path) -> Result<Self> {
        let folder = log.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let file =
            File::create(log).with_context(|| format!("{} cannot be made", log.display()))?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    fn follow(&self, from: impl Read + Send + 'static) -> JoinHandle<()> {
        let kept = self.clone();
        std::thread::spawn(move || {
            for line in lines(from) {
                say(&line);
                let mut file = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = writeln!(file, "{line}"); // the line was shown, which is what matters
            }
        })
    }
}

/// Lines as they come, whatever bytes they are.
pub(crate) fn lines(from: impl Read) -> impl Iterator<Item = String> {
    BufReader::new(from)
        .split(b'\n')
        .map_while(Result::ok)
        .map(|line| String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned())
}

/// Where the outputs of runs are kept, out of git's sight.
pub(crate) fn logs() -> PathBuf {
    target().join("xtask")
}

/// Cargo's folder of what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from)
}

/// Seconds, with one digit after the point.
pub(crate) fn seconds(span: Duration) -> String {
    format!("{:.1} s", span.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_kept_and_a_failure_shows_its_end() {
        let folder = std::env::temp_dir().join(format!("throughline-xtask-{}", std::process::id()));
        let log = folder.join("run.log");
        keep(Command::new("sh").args(["-c", "echo one; echo two >&2"]), &log).unwrap();
        let kept = std::fs::read_to_string(&log).unwrap();
        assert!(kept.contains("one\n") && kept.contains("two\n"), "{kept}");
        let failed = keep(Command::new("sh").args(["-c", "echo three; exit 3"]), &log);
        let message = failed.unwrap_err().to_string();
        assert!(message.contains("exit status: 3") && message.contains("    three"), "{message}");
        std::fs::remove_dir_all(folder).unwrap();
    }
    #[test]
    fn cargo_hears_nothing_of_this_package() {
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some(), "the tests run under cargo");
        let command = cargo(&["--version"]);
        let taken_out: Vec<_> =
            command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        assert!(taken_out.contains(&"CARGO_MANIFEST_DIR".as_ref()), "{taken_out:?}");
        assert!(taken_out.contains(&"CARGO_PKG_NAME".as_ref()), "{taken_out:?}");
        assert!(!taken_out.contains(&"CARGO_TARGET_DIR".as_ref()), "{taken_out:?}");
    }
}
