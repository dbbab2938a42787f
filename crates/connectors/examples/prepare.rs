//! What a mapping sends and how it reads answers, without a network:
//! `cargo run -p connectors --example prepare`.

use std::io::Write as _;

use base::{EffectId, Reference};
use connectors::{
    Effect, Exchange, HttpResponse, Phase, TransportFault, describe, interpret, prepare,
    read_mappings, read_systems,
};

const PACKAGE: &str = r#"
[[job]]
type = "return-job"
system = "works"
delivery = "keyed"
key_header = "Idempotency-Key"
[job.send.rest]
method = "POST"
path = "/jobs/{jobNumber}/returns"
body = { reference = "effect.reference", reason = "reason" }
[job.send.variables]
returnId = "response.body.id"
[[job.send.rule]]
status = 409
error = "still-open"
message = "response.body.message"

[[system]]
id = "works"
kind = "rest"
base_url = "https://works.example/api"
credential = { scheme = "bearer", secret = "works" }
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mappings = read_mappings(PACKAGE).map_err(|errors| format!("{errors:?}"))?;
    let mapping = mappings.first().ok_or("no mapping")?;
    let systems = read_systems(PACKAGE).map_err(|errors| format!("{errors:?}"))?;
    let system = systems.first().ok_or("no system")?;
    let json = r#"{"jobNumber": "RJ 7/a", "reason": "The bin is still full"}"#;
    let input = feel::Value::from_json(json, feel::JsonLimits::STANDARD)?;
    let effect = Effect {
        id: EffectId::from_bytes([7; 16]),
        reference: Reference::new("MBC", [1, 2, 3, 4, 5]),
        attempt: 1,
        page: "http://localhost:8400/wealdmere/requests/MBC".to_owned(),
    };
    let answered = |status, body: &str| {
        let headers = [("content-type", "application/json")].into_iter().collect();
        Ok(HttpResponse { status, headers, body: body.as_bytes().to_vec() })
    };
    for answer in [
        answered(201, r#"{"id": "RR00000001"}"#),
        answered(409, r#"{"message": "The job is not finished yet"}"#),
        Err(TransportFault::TimedOut),
    ] {
        let request = prepare(mapping, system, Phase::Send, &input, &effect)?;
        let outcome = interpret(mapping, Phase::Send, &answer);
        let text = describe(&Exchange { request, answer }, &outcome);
        writeln!(std::io::stdout(), "{text}")?;
    }
    Ok(())
}
