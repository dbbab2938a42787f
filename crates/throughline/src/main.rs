//! Throughline: one program on which many public bodies serve citizens together.
//!
//! `throughline demo` shows a region at work; `throughline serve` is a real installation;
//! `check`, `test`, `new service` and `connector try` are for those who write services, `dmn` and
//! `feel` for those who write decisions.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod agreement;
mod audit_log;
mod check;
mod decisions;
mod demo;
mod drive;
mod emulate;
mod files;
mod hold;
mod install;
mod keys;
mod new;
mod operations;
mod pages;
mod post;
mod presence;
mod proxies;
mod rehearsal;
mod scenarios;
mod serve;
mod server;
mod sharing;
mod translations;
mod trial;

/// A request takes many small values for a short time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One program on which many public bodies serve citizens together.
#[derive(Debug, Parser)]
#[command(version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show a region at work: a morning of requests, straight through to the back offices.
    Demo(demo::Options),
    /// Check service packages, and say what is wrong with file, line and how to mend it.
    Check {
        /// The folder of one package, or of many.
        folder: PathBuf,
        /// The folder of the region.
        #[arg(long, default_value = "region")]
        region: PathBuf,
    },
    /// Serve a real installation from a configuration file.
    Serve(serve::Options),
    /// Run the scenarios of service packages on a virtual clock.
    Test {
        /// The folder of one package, or of many.
        folder: PathBuf,
        /// The folder of the region.
        #[arg(long, default_value = "region")]
        region: PathBuf,
    },
    /// Write something new that runs as it stands.
    #[command(subcommand)]
    New(new::New),
    /// Work with the connections to back offices.
    #[command(subcommand)]
    Connector(trial::Trial),
    /// Work with agreements between bodies: keys, signatures, and whether each can be used.
    #[command(subcommand)]
    Agreement(agreement::AgreementCommand),
    /// Prove what the access logs say.
    #[command(subcommand)]
    Audit(audit_log::Audit),
    /// Confirm that each Welsh text of a package or an overlay says what its English says.
    Translations {
        /// The folder of the package or the overlay.
        folder: PathBuf,
    },
    /// Decide with a DMN model, or check one.
    #[command(subcommand)]
    Dmn(decisions::Decisions),
    /// Evaluate one FEEL expression and print its value as JSON.
    Feel(decisions::Feel),
    /// Emulated back offices as a process of their own, for tests.
    #[command(hide = true)]
    Emulate(emulate::Options),
    /// Every back office of a region as a process of its own, for tests.
    #[command(hide = true)]
    EmulateRegion(emulate::RegionOptions),
    /// What tests do to an installation before and after they kill its server.
    #[command(hide = true, subcommand)]
    Rehearsal(rehearsal::Rehearsal),
    /// Visitors as a process of their own, for tests.
    #[command(hide = true)]
    Drive(drive::Options),
}

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    match run(command) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("throughline: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(options) => {
            event_loop()?.block_on(demo::run(options))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Check { folder, region } => check::run(&folder, &region),
        Command::Serve(options) => {
            event_loop()?.block_on(serve::run(options))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Test { folder, region } => scenarios::run(&folder, &region),
        Command::New(new) => {
            new::run(new)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Dmn(command) => Ok(decisions::run(&command)),
        Command::Feel(asked) => Ok(decisions::feel(&asked)),
        Command::Emulate(options) => {
            event_loop()?.block_on(emulate::run(options))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::EmulateRegion(options) => {
            event_loop()?.block_on(emulate::run_region(options))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Rehearsal(rehearsal) => {
            event_loop()?.block_on(async { rehearsal::run(&rehearsal) })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Drive(options) => {
            event_loop()?.block_on(drive::run(options))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Agreement(command) => agreement::run(&command),
        Command::Audit(audit) => audit_log::run(&audit),
        Command::Connector(trial) => event_loop()?.block_on(trial::run(trial)),
        Command::Translations { folder } => {
            translations::run(&folder)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn event_loop() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Says something to whoever runs the program, on standard error.
pub fn say(text: &str) {
    // Nobody listens when standard error is closed; there is nothing better to do then.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints one line on standard output.
pub fn print_line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
