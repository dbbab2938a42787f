//! What back offices tell us of their own accord.
//!
//! The services' callback mappings say what a message means. A message that nothing waits for yet
//! is not taken: its sender comes again.

use axum::http::StatusCode;
use base::Digest;
use connectors::callback::{Received, receive};
use runtime::{Command, Rejection};

use crate::callers::FromOffice;
use crate::error::ApiError;
use crate::wording::both;

/// Takes a message in once: 200 when it was taken, now or before.
pub(crate) async fn take(office: FromOffice) -> Result<StatusCode, ApiError> {
    let commands = commands(&office)?;
    let mut last = Rejection::NotYet;
    for command in commands {
        match office.submit(command).await {
            Ok(_) => return Ok(StatusCode::OK),
            // A version that reads it otherwise may still wait.
            Err(Rejection::NotYet) => {}
            Err(rejection) => last = rejection,
        }
    }
    Err(last.into())
}

/// What the message means: a command for each way in which a version of a service reads it, with
/// the versions that read it so. A case hears what its own version's mapping says.
fn commands(office: &FromOffice) -> Result<Vec<Command>, ApiError> {
    let mut ways: Vec<(Received, Vec<Digest>)> = Vec::new();
    for service in office.at.services()?.every() {
        let read = receive(&service.callbacks, &office.system, &office.body);
        let Ok(read) = read else { continue };
        let version = service.package.version;
        match ways.iter_mut().find(|(way, _)| *way == read) {
            Some((_, versions)) => versions.push(version),
            None => ways.push((read, vec![version])),
        }
    }
    let command = |(received, versions): (Received, Vec<Digest>)| Command::Deliver {
        system: office.system.clone(),
        versions,
        message: office.message,
        name: received.message,
        key: received.key,
        variables: received.variables,
    };
    let sentence =
        || both("No service reads this message.", "Nid oes gwasanaeth yn darllen y neges hon.");
    if ways.is_empty() {
        return Err(ApiError::Unreadable(sentence()));
    }
    Ok(ways.into_iter().map(command).collect())
}
