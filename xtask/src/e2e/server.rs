//! A server for the time of a run: started, waited for by its own words, stopped.
//!
//! It is ready when it has printed an address on loopback and takes a connection there. Nothing
//! waits by the clock: each line that it prints is looked at as it comes, with a limit on how long
//! the next may take.

use std::fs::File;
use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::program::{last_lines, lines, name, now};

/// How long a server may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(180);
/// How long it may take to end when asked to.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How an address on loopback begins.
const ADDRESSES: &[&str] = &["http://localhost:", "http://127.0.0.1:"];

/// A server that runs; dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    named: String,
    url: String,
    printed: Receiver<String>,
}

impl Server {
    /// Starts it and waits until it takes connections. What it prints is kept in `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let named = name(command);
        let folder = log.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).context("no folder for logs")?;
        let kept = Arc::new(Mutex::new(File::create(log).context("no log")?));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("`{named}` cannot be started"))?;
        let (printing, printed) = channel();
        if let Some(out) = child.stdout.take() {
            follow(out, printing.clone(), Arc::clone(&kept));
        }
        if let Some(error) = child.stderr.take() {
            follow(error, printing.clone(), kept);
        }
        drop(printing); // the readers alone hold it, so that its end is the program's
        let mut server = Self { child, named, url: String::new(), printed };
        server.wait_until_ready().with_context(|| format!("it said last:\n{}", last_lines(log)))?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begun = now();
        loop {
            let left = READY_WITHIN.saturating_sub(begun.elapsed());
            match self.printed.recv_timeout(left) {
                Ok(line) => {
                    if let Some(url) = address(&line).filter(|url| takes_connections(url)) {
                        self.url = url;
                        return Ok(());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let seconds = READY_WITHIN.as_secs();
                    bail!("`{}` printed no address within {seconds} seconds", self.named);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait()?;
                    bail!("`{}` ended before it was ready: {status}", self.named);
                }
            }
        }
    }

    /// The first address that it printed and took a connection at.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Asks it to end, as an operator would, and sees that it does.
    pub(crate) fn stop(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("`{}` had ended by itself: {status}", self.named);
        }
        let process = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &process]).status();
        asked.context("`kill` is not here")?;
        let begun = now();
        loop {
            let left = STOP_WITHIN.saturating_sub(begun.elapsed());
            match self.printed.recv_timeout(left) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    bail!("`{}` did not end when it was asked to", self.named);
                }
            }
        }
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended: then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(from: impl Read + Send + 'static, to: Sender<String>, kept: Arc<Mutex<File>>) {
    std::thread::spawn(move || {
        for line in lines(from) {
            let mut file = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = writeln!(file, "{line}"); // the server must not wait for a full disk
            drop(file);
            let _ = to.send(line); // nobody listens any more once it is being stopped
        }
    });
}

/// The first address on loopback in a line.
fn address(line: &str) -> Option<String> {
    let (at, start) =
        ADDRESSES.iter().filter_map(|start| line.find(start).map(|at| (at, start))).min()?;
    let port = line.get(at + start.len()..)?;
    let digits = port.find(|one: char| !one.is_ascii_digit()).unwrap_or(port.len());
    let port: u16 = port.get(..digits)?.parse().ok()?;
    Some(format!("{start}{port}"))
}

fn takes_connections(url: &str) -> bool {
    let Some((_, port)) = url.rsplit_once(':') else { return false };
    let Ok(stream) = TcpStream::connect(format!("127.0.0.1:{port}")) else { return false };
    let _ = stream.shutdown(Shutdown::Both); // only that it was taken matters
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_a_line() {
        let found = address("Pages: http://localhost:8080/millbrook and http://127.0.0.1:9/");
        assert_eq!(found.as_deref(), Some("http://localhost:8080"));
        assert_eq!(address("listening"), None);
        assert_eq!(address("http://localhost:99999"), None);
    }

    #[test]
    fn a_server_is_waited_for_and_stopped() {
        let folder = std::env::temp_dir().join(format!("throughline-e2e-{}", std::process::id()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = format!("echo starting; echo http://localhost:{port}/; exec cat >&2 <&3");
        let mut command = Command::new("sh");
        command.args(["-c", &["exec 3<>fifo\n", &script].concat()]);
        std::fs::create_dir_all(&folder).unwrap();
        Command::new("mkfifo").arg(folder.join("fifo")).status().unwrap();
        let server = Server::start(command.current_dir(&folder), &folder.join("log")).unwrap();
        assert_eq!(server.url(), format!("http://localhost:{port}"));
        server.stop().unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_server_that_ends_early_is_a_failure_with_its_last_words() {
        let folder = std::env::temp_dir().join(format!("throughline-end-{}", std::process::id()));
        let mut command = Command::new("sh");
        command.args(["-c", "echo no port free >&2; exit 4"]);
        let failed = Server::start(&mut command, &folder.join("log"));
        let message = format!("{:#}", failed.err().unwrap());
        assert!(message.contains("no port free") && message.contains("exit status: 4"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
