//! `throughline test`: a package does what its scenarios say, on a clock of its own.
//!
//! Each scenario gets a body of its own with an empty store, and runs through the same shard as an
//! installation. Its back offices answer at the wire what the steps say, so that mappings, delivery
//! and backoff are the real ones. An owner's scenarios are the package's; a body that adopts it has
//! its own in its overlay.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use base::BodyId;
use catalogue::region::Region;
use catalogue::scenario::{Line, Scenario, Step};
use catalogue::{Files, Package, Problem};
use runtime::Service;

use crate::check::{adopt_package, check_package};
use crate::files::{folders, read_folder};
use crate::install::refused;

mod bodies;
mod expect;
mod offices;
mod stage;

use stage::{Stage, Stop};

/// The folder of a package or an overlay that holds its scenarios.
const SCENARIOS: &str = "scenarios/";

/// How many scenarios passed, and how many did not.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    fn count(&mut self, passed: bool) {
        let count = if passed { &mut self.passed } else { &mut self.failed };
        *count = count.saturating_add(1);
    }
}

/// Runs the scenarios of one package, or of a folder of packages.
///
/// # Errors
/// When a folder cannot be read.
pub fn run(folder: &Path, region: &Path) -> anyhow::Result<ExitCode> {
    let region = read_folder(region)?;
    let region = Region::read(&region).map_err(|problems| refused("the region", &problems))?;
    let packages = packages(folder)?;
    if packages.is_empty() {
        anyhow::bail!("{} holds no package: a package has a service.toml", folder.display());
    }
    let mut tally = Tally::default();
    for package in &packages {
        test_package(package, &region, &mut tally)?;
    }
    crate::print_line(&format!("{} passed, {} failed", tally.passed, tally.failed));
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The folder itself when it is a package, else the packages in it.
fn packages(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if folder.join("service.toml").exists() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = folders(folder)?;
    found.retain(|folder| folder.join("service.toml").exists());
    Ok(found)
}

fn test_package(folder: &Path, region: &Region, tally: &mut Tally) -> anyhow::Result<()> {
    let files = read_folder(folder)?;
    let package = match check_package(region, &files) {
        Ok(package) => package,
        Err(problems) => {
            tell_refused(&folder.display().to_string(), &problems, tally);
            return Ok(());
        }
    };
    let owner = package.definition.owner.clone();
    let service = package.definition.id.clone();
    let scenarios = own_scenarios(&files);
    test_scenarios(region, &owner, package, &scenarios, tally)?;
    for adoption in region.adopts.iter().filter(|adoption| adoption.service == service) {
        let overlay = region.overlay(&adoption.body, &service);
        let scenarios = own_scenarios(&overlay);
        match adopt_package(region, &files, &overlay, &adoption.body) {
            Ok((adopted, _)) => test_scenarios(region, &adoption.body, adopted, &scenarios, tally)?,
            Err(problems) => {
                let name = format!("{service} of {}", adoption.body);
                tell_refused(&name, &problems, tally);
            }
        }
    }
    Ok(())
}

/// A package that is refused fails as one, with every reason.
fn tell_refused(name: &str, problems: &[Problem], tally: &mut Tally) {
    tally.count(false);
    for problem in problems {
        crate::print_line(&format!("failed  {name}/{problem}"));
    }
}

/// The scenarios of a package or an overlay, by name.
fn own_scenarios(files: &Files) -> Vec<(String, String)> {
    let named = files.iter().filter_map(|(path, bytes)| {
        let name = path.strip_prefix(SCENARIOS)?.strip_suffix(".txt")?;
        Some((name.to_owned(), String::from_utf8_lossy(bytes).into_owned()))
    });
    named.collect()
}

fn test_scenarios(
    region: &Region,
    body: &BodyId,
    package: Package,
    scenarios: &[(String, String)],
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let name = format!("{} of {body}", package.definition.id);
    let known = region.body(body);
    if known.is_none() {
        crate::say(&format!("{name}: the region has no body {body}, so it has no back offices"));
    }
    let systems = match known {
        Some(body) => crate::install::systems_of(body, &crate::install::Surroundings::default())?,
        None => std::collections::BTreeMap::new(),
    };
    let service = match Service::compile(body.clone(), Arc::new(package), None, &systems) {
        Ok(service) => Arc::new(service),
        Err(errors) => {
            tally.count(false);
            for error in errors {
                crate::print_line(&format!("failed  {name}: {error}"));
            }
            return Ok(());
        }
    };
    let set = stage::Set { service, systems, known: known.cloned(), region };
    for (scenario, text) in scenarios {
        let outcome = play(&set, scenario, text);
        tally.count(outcome.is_ok());
        crate::print_line(&match outcome {
            Ok(title) => format!("passed  {name}, {scenario}: {title}"),
            Err(why) => format!("failed  {name}, {scenario}, {why}"),
        });
    }
    Ok(())
}

/// Plays one scenario: its title, or the line at which it failed with the reason.
fn play(set: &stage::Set<'_>, name: &str, text: &str) -> Result<String, String> {
    let scenario =
        Scenario::parse(&format!("{SCENARIOS}{name}.txt"), text).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            lines.join("; ")
        })?;
    let mut stage = Stage::open(set, &scenario).map_err(|why| format!("before it began: {why}"))?;
    for Line { number, step } in &scenario.steps {
        let done = match step {
            Step::Expect(expectation) => stage.expect(expectation),
            acted => stage.act(acted),
        };
        done.map_err(|stop: Stop| format!("line {number}: {stop}"))?;
    }
    Ok(scenario.title)
}
