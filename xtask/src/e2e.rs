//! `cargo xtask e2e NAME`: the program as served on loopback, used by clients of other makers.
//!
//! A client is a row of [`CLIENTS`]: what has to run for it, the file that has to be there, and
//! its own words. It finds what runs in its environment: `THROUGHLINE_PROGRAM` is the program
//! as the tests use it, `THROUGHLINE_EXAMPLES` the folder of the crates' examples, `THROUGHLINE_URL`
//! the first address that it served, `THROUGHLINE_SERVED` a file of all that it has printed,
//! `THROUGHLINE_SCRATCH` an empty folder of the client's own.

mod server;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::program::{cargo, keep, logs, show, target};
use crate::{listed, say};
use server::Server;

/// What has to run for a client.
enum Serve {
    /// Nothing: the client needs no program of ours.
    Nothing,
    /// The program, with these words and a data folder of its own.
    Program(&'static [&'static str]),
    /// An example program of a crate, with its words.
    Example { name: &'static str, words: &'static [&'static str] },
}

/// A client, and what it needs.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    what: &'static str,
    serve: Serve,
    /// The file without which there is nothing to run.
    needs: &'static str,
    words: &'static [&'static str],
}

/// The demonstration, with its morning over and its pages up.
const DEMO: Serve = Serve::Program(&["demo", "--fresh", "--requests", "50", "--seed", "1"]);
/// The emulated back offices alone.
const OFFICES: Serve = Serve::Example { name: "serve", words: &[] };

/// Every client: one more is one more row.
#[rustfmt::skip]
pub(crate) const CLIENTS: &[Client] = &[
    Client { name: "gallery", what: "axe and pictures of every page state", serve: Serve::Nothing,
        needs: "tests/browser/gallery.mjs", words: &["node", "tests/browser/gallery.mjs"] },
    Client { name: "browser", what: "the service by page, with scripts off", serve: DEMO,
        needs: "tests/browser/service.mjs", words: &["node", "tests/browser/service.mjs"] },
    Client { name: "services", what: "every other service by page, with scripts off", serve: DEMO,
        needs: "tests/browser/services.mjs", words: &["node", "tests/browser/services.mjs"] },
    Client { name: "civicbot", what: "Open311 by civicbot", serve: DEMO,
        needs: "tests/clients/open311_civicbot.py", words: &["python", "tests/clients/open311_civicbot.py"] },
    Client { name: "zeep", what: "SOAP by zeep", serve: OFFICES,
        needs: "tests/clients/soap_zeep.py", words: &["python", "tests/clients/soap_zeep.py"] },
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [name] = arguments else { bail!("e2e NAME; names:\n{}", names()) };
    let Some(client) = CLIENTS.iter().find(|client| client.name == *name) else {
        bail!("no client `{name}`; names:\n{}", names());
    };
    if let Some(why) = client.missing() {
        bail!("{why}");
    }
    client.run()
}

fn names() -> String {
    listed(CLIENTS.iter().map(|client| (client.name, client.what)))
}

impl Client {
    /// Why there is nothing to run.
    pub(crate) fn missing(&self) -> Option<String> {
        if !Path::new(self.needs).exists() {
            return Some(format!("{} is not there", self.needs));
        }
        let serves = match &self.serve {
            Serve::Nothing | Serve::Example { .. } => return self.no_tool(),
            Serve::Program(words) => words.first().copied().unwrap_or_default(),
        };
        match offered() {
            Ok(offered) if !offered.contains(serves) => {
                Some(format!("the program has no `{serves}`"))
            }
            Ok(_) | Err(_) => self.no_tool(), // a program that does not build fails the run itself
        }
    }

    /// On a developer's machine a client without its tools is skipped; in CI it fails.
    fn no_tool(&self) -> Option<String> {
        let browser = self.words.first() == Some(&"node");
        let there = !browser
            || Path::new("tests/browser/node_modules").exists()
                && (Path::new("/usr/bin/chromium").exists()
                    || std::env::var_os("CHROMIUM").is_some());
        let in_ci = std::env::var_os("CI").is_some();
        (!there && !in_ci).then(|| "Chromium or `npm ci` in tests/browser is wanting".to_owned())
    }

    /// Starts what has to run, runs the client, stops what was started.
    pub(crate) fn run(&self) -> Result<()> {
        let scratch = scratch(self.name)?;
        let log = logs().join(format!("e2e-{}.log", self.name));
        let printed = logs().join(format!("e2e-{}-served.log", self.name));
        build()?;
        let server = match &self.serve {
            Serve::Nothing => None,
            Serve::Program(words) => {
                let mut command = Command::new(program());
                command.args(*words).arg("--data").arg(scratch.join("data"));
                Some(Server::start(&mut command, &printed)?)
            }
            Serve::Example { name, words } => {
                let built = examples().join(name);
                Some(Server::start(Command::new(built).args(*words), &printed)?)
            }
        };
        let mut command = self.command()?;
        command.env("THROUGHLINE_PROGRAM", absolute(&program())?);
        command.env("THROUGHLINE_EXAMPLES", absolute(&examples())?);
        command.env("THROUGHLINE_SCRATCH", absolute(&scratch)?);
        if let Some(server) = &server {
            say(&format!("served at {}", server.url()));
            command.env("THROUGHLINE_URL", server.url());
            command.env("THROUGHLINE_SERVED", absolute(&printed)?);
        }
        let outcome = keep(&mut command, &log);
        let stopped = server.map_or(Ok(()), Server::stop);
        outcome.and(stopped).with_context(|| format!("e2e {}", self.name))
    }

    fn command(&self) -> Result<Command> {
        let Some((first, rest)) = self.words.split_first() else {
            bail!("client `{}` has no words", self.name);
        };
        let mut command = match *first {
            "python" => Command::new(python()),
            other => Command::new(other),
        };
        command.args(rest);
        Ok(command)
    }
}

/// The Python that has the clients' packages; `.ci/run` makes it.
fn python() -> PathBuf {
    let own = logs().join("venv/bin/python");
    match std::env::var_os("THROUGHLINE_PYTHON") {
        Some(python) => PathBuf::from(python),
        None if own.exists() => own,
        None => PathBuf::from("python3"),
    }
}

/// The program as the tests use it.
pub(crate) fn program() -> PathBuf {
    target().join("debug/throughline")
}

/// Where the examples of all crates are, as the tests build them.
fn examples() -> PathBuf {
    target().join("debug/examples")
}

/// Builds what the tests build, programs and examples among it: after them there is nothing to do.
pub(crate) fn build() -> Result<()> {
    show(&mut cargo(&["test", "--workspace", "--no-run", "--quiet"]))
}

/// The subcommands that the program's help names.
pub(crate) fn offered() -> Result<BTreeSet<String>> {
    build()?;
    let given = Command::new(program())
        .arg("--help")
        .stdin(std::process::Stdio::null())
        .output()
        .context("the program does not start")?;
    let help = String::from_utf8_lossy(&given.stdout).into_owned();
    let indented = help.lines().filter(|line| line.starts_with("  "));
    Ok(indented.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

/// An empty folder.
fn scratch(name: &str) -> Result<PathBuf> {
    let folder = logs().join("scratch").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} has no place", path.display()))
}
