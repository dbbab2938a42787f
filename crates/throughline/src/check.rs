//! Checking packages: what `catalogue` checks, with what `connectors` knows of the mappings.

use std::path::Path;
use std::process::ExitCode;

use base::BodyId;
use catalogue::region::Region;
use catalogue::{
    Adopter, CallbackConnection, Connections, Files, JobConnection, Package, Problem, ProblemKind,
};

use crate::agreement::Agreements;
use crate::files::{folders, read_folder};
use crate::install::refused;
use crate::sharing::Shared;

/// The file of a package that maps its jobs.
const CONNECTORS: &str = "connectors.toml";
/// The file of a package's questions.
const QUESTIONS: &str = "questions.toml";

/// Checks a package for the body that owns it.
///
/// # Errors
/// Every [`Problem`].
pub fn check_package(region: &Region, files: &Files) -> Result<Package, Vec<Problem>> {
    let connections = connections(files)?;
    let owner = Package::read(files)?.0.definition.owner;
    let languages = region.body(&owner).map(|body| body.languages.clone()).unwrap_or_default();
    let (package, _) = catalogue::check(files, &languages, &connections)?;
    asks_as_agreed(region, files, &package, &package.definition.owner)?;
    Ok(package)
}

/// What a package asks of another body stands in an agreement that all its parties have signed.
fn asks_as_agreed(
    region: &Region,
    files: &Files,
    package: &Package,
    by: &BodyId,
) -> Result<(), Vec<Problem>> {
    let questions = files.get(QUESTIONS).map(Vec::as_slice).unwrap_or_default();
    let questions = String::from_utf8_lossy(questions);
    let problems = Agreements::read(region).check_package(package, by, &questions);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Adopts a package for another body and checks the result; with its files as adopted.
///
/// # Errors
/// Every [`Problem`].
pub fn adopt_package(
    region: &Region,
    files: &Files,
    overlay: &Files,
    body: &BodyId,
) -> Result<(Package, Files), Vec<Problem>> {
    let Some(own) = region.body(body) else {
        let sentence = format!("The region has no body {body}.");
        let mend = "Name one of its bodies.";
        let problem = Problem::new("region.toml", (1, 1), ProblemKind::Undefined, sentence, mend);
        return Err(vec![problem]);
    };
    let by = Adopter { body: &own.id, nation: &own.nation, languages: &own.languages };
    let adopted = catalogue::adopt(files, overlay, by)?;
    let connections = connections(&adopted.files)?;
    catalogue::check(&adopted.files, by.languages, &connections)?;
    asks_as_agreed(region, &adopted.files, &adopted.package, body)?;
    Ok((adopted.package, adopted.files))
}

/// What the mappings of a package's jobs and messages do, for its check.
///
/// # Errors
/// Every mistake of `connectors.toml`.
pub fn connections(files: &Files) -> Result<Connections, Vec<Problem>> {
    let text = files.get(CONNECTORS).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let text = text.unwrap_or_default();
    let mappings = connectors::read_mappings(&text).map_err(|errors| problems(&errors))?;
    let callbacks = connectors::read_callbacks(&text).map_err(|errors| problems(&errors))?;
    let mut connections = Connections::default();
    for mapping in &mappings {
        let connection = JobConnection {
            gives: mapping.gives().map(str::to_owned).collect(),
            uses: mapping.uses().into_iter().map(str::to_owned).collect(),
            errors: mapping.errors().into_iter().map(str::to_owned).collect(),
        };
        connections.jobs.insert(mapping.job_type().to_string(), connection);
    }
    connections.callbacks = callbacks
        .iter()
        .map(|callback| CallbackConnection {
            message: callback.message().to_owned(),
            gives: callback.gives().map(str::to_owned).collect(),
        })
        .collect();
    Ok(connections)
}

fn problems(errors: &[connectors::MappingError]) -> Vec<Problem> {
    let problem = |error: &connectors::MappingError| {
        let position = (error.line, error.column);
        let mend = "Compare the line with the guide to services.";
        Problem::new(CONNECTORS, position, ProblemKind::Syntax, error.sentence.clone(), mend)
    };
    errors.iter().map(problem).collect()
}

/// `throughline check`: one package, or a folder of packages, each for its owner and its adopters.
///
/// # Errors
/// When a folder cannot be read.
pub fn run(folder: &Path, region: &Path) -> anyhow::Result<ExitCode> {
    let region = read_folder(region)?;
    let region = Region::read(&region).map_err(|problems| refused("the region", &problems))?;
    let packages = if folder.join("service.toml").exists() {
        vec![folder.to_owned()]
    } else {
        folders(folder)?
    };
    let mut refusals = 0;
    for problem in Shared::read(&region).problems {
        crate::say(&format!("region/{problem}"));
        refusals += usize::from(!problem.warning);
    }
    for package in &packages {
        let files = read_folder(package)?;
        refusals +=
            report(package, check_package(&region, &files).map(|checked| checked.definition.id));
        let Ok(id) = Package::read(&files).map(|(package, _)| package.definition.id) else {
            continue;
        };
        for adoption in region.adopts.iter().filter(|adoption| adoption.service == id) {
            let overlay = region.overlay(&adoption.body, &id);
            let adopted = adopt_package(&region, &files, &overlay, &adoption.body);
            refusals += report(package, adopted.map(|(adopted, _)| adopted.definition.id));
        }
    }
    if packages.is_empty() {
        anyhow::bail!("{} holds no package: a package has a service.toml", folder.display());
    }
    Ok(if refusals == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says what was found; answers how many packages were refused.
fn report(package: &Path, checked: Result<base::ServiceId, Vec<Problem>>) -> usize {
    match checked {
        Ok(id) => {
            crate::say(&format!("{}: {id} is sound", package.display()));
            0
        }
        Err(problems) => {
            for problem in problems {
                crate::say(&format!("{}/{problem}", package.display()));
            }
            1
        }
    }
}
