//! A request from receipt to outcome: `cargo run -p requests --example life`.

use base::{CaseId, Channel, Date, Digest, Personal, Reference, Timestamp};
use requests::{Command, OutcomeKind, Received, Rejection, ServiceRequest, decide};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let at = Timestamp::parse("2026-11-24T08:00:00Z")?;
    let received = Received {
        reference: Reference::new("MBC", [1, 2, 3, 4, 5]),
        service: "missed-bin-collection".parse()?,
        version: Digest::of(b"a package"),
        channel: Channel::Web,
        language: None,
        person: None,
        client: None,
        keys: Vec::new(),
        answers: Personal::new("{}".to_owned()),
        duplicate_key: None,
        promised: Date::new(2026, 11, 26)?,
    };
    let mut request = ServiceRequest::received(CaseId::from_bytes([1; 16]), &received, at);
    let close =
        Command::Close { outcome: "collected".to_owned(), kind: OutcomeKind::Done, kept: None };
    for event in decide(Some(&request), close, at.plus_seconds(3600))? {
        request.apply(&event, at.plus_seconds(3600));
    }
    let again = decide(Some(&request), Command::Withdraw, at.plus_seconds(7200));
    assert!(matches!(again, Err(Rejection::AlreadyClosed { .. })));
    writeln!(std::io::stdout(), "{} is {}", request.reference, request.status.key())?;
    Ok(())
}
