//! Reports a missed bin to the SOAP contractor, then asks about it, and shows both exchanges:
//! `cargo run -p emulators --example report`.

use std::io::Write as _;
use std::sync::Arc;

use base::{EffectId, Reference};
use connectors::{
    Connector as _, Effect, Exchange, HttpConnector, Phase, Secrets, System, SystemKind, describe,
    interpret, prepare, read_mappings,
};
use emulators::{Config, WallTime, serve};

const MAPPINGS: &str = include_str!("contractors.toml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let offices = r#"{"offices": [
        {"id": "soap-contractor", "office": {"kind": "waste_soap", "seed": 7}}]}"#;
    let config: Config = serde_json::from_str(offices)?;
    let running = serve(config, Arc::new(WallTime)).await?;
    let mappings = read_mappings(MAPPINGS).map_err(|errors| format!("{errors:?}"))?;
    let mapping = mappings.first().ok_or("no mapping")?;
    let system = System {
        name: base::Text::default(),
        id: mapping.system().clone(),
        kind: SystemKind::Soap,
        base_url: running.office(mapping.system()).ok_or("no office")?.url(),
        credential: None,
        ca_file: None,
        pages: None,
        transfer: None,
    };
    let connector = HttpConnector::new(std::slice::from_ref(&system), &Secrets::new())?;
    let json = r#"{"uprn": "200000000001", "bin": "food", "missedOn": "2024-11-19",
                   "notes": "Behind the <green> gate & to the left"}"#;
    let input = feel::Value::from_json(json, feel::JsonLimits::STANDARD)?;
    let effect = Effect {
        id: EffectId::from_bytes([7; 16]),
        reference: Reference::new("MBC", [1, 2, 3, 4, 5]),
        attempt: 1,
        page: "http://localhost:8400/wealdmere/requests/MBC".to_owned(),
    };
    for phase in [Phase::Send, Phase::Lookup] {
        let request = prepare(mapping, &system, phase, &input, &effect)?;
        let answer = connector.exchange(request.clone()).await;
        let outcome = interpret(mapping, phase, &answer);
        let text = describe(&Exchange { request, answer }, &outcome);
        writeln!(std::io::stdout(), "{text}")?;
    }
    running.stop().await;
    Ok(())
}
