//! Serves one small body on loopback, for trying clients by hand:
//! `cargo run -p api --example serve_town -- 8095`.

use std::io::Write as _;
use std::sync::Arc;

use api::{ApiBody, ApiClient, ApiState, EndpointKind};
use runtime::clock::RealClock;

#[path = "../src/tests/town.rs"]
mod town;

#[tokio::main]
async fn main() -> Result<(), town::Fault> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(8095), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let host = town::host(Arc::new(RealClock::start()?))?;
    let state = town::state(host, &origin, api::DEFAULT_RATE)?;
    let mut out = std::io::stdout();
    let (body, key) = (town::BODY, town::KEY);
    writeln!(out, "JSON API: {origin}/{body}/api key {key}")?;
    writeln!(
        out,
        "Open311: {origin}/{body}/open311/v2 key {key} service missed-bin address 100000000001"
    )?;
    writeln!(out, "Back office `waste`: {origin}/{body}/inbound/waste secret {}", town::SECRET)?;
    axum::serve(listener, api::router(state)).await?;
    Ok(())
}
