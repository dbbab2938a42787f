//! What back offices tell us of their own accord.
//!
//! The services' callback mappings say what a message means. A message that nothing waits for yet
//! is not taken: its sender comes again.

use axum::http::StatusCode;
use connectors::callback::receive;
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
            Err(Rejection::NotYet) => {}
            Err(rejection) => last = rejection,
        }
    }
    Err(last.into())
}

/// What the message means to each service that can read it.
fn commands(office: &FromOffice) -> Result<Vec<Command>, ApiError> {
    let services = office.at.services()?.offered();
    let read = services
        .filter_map(|service| receive(&service.callbacks, &office.system, &office.body).ok());
    let commands: Vec<Command> = read
        .map(|received| Command::Deliver {
            system: office.system.clone(),
            message: office.message,
            name: received.message,
            key: received.key,
            variables: received.variables,
        })
        .collect();
    let sentence =
        || both("No service reads this message.", "Nid oes gwasanaeth yn darllen y neges hon.");
    if commands.is_empty() { Err(ApiError::Unreadable(sentence())) } else { Ok(commands) }
}
