//! Serves the three offices on loopback until interrupted: `cargo run -p emulators --example serve`.

use std::io::Write as _;
use std::sync::Arc;

use emulators::{Config, WallTime, serve};

const OFFICES: &str = r#"{"offices": [
    {"id": "soap-contractor", "office": {"kind": "waste_soap", "seed": 7}, "port": 8091},
    {"id": "rest-contractor", "office": {"kind": "waste_rest", "seed": 7}, "port": 8092},
    {"id": "calendar", "port": 8093, "office": {"kind": "collections", "district":
        {"seed": 7, "properties": 5000, "outcode": "ZZ1", "town": "Millbrook",
         "first_uprn": 200000000000}}}
]}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config: Config = serde_json::from_str(OFFICES)?;
    let running = serve(config, Arc::new(WallTime)).await?;
    for office in running.offices() {
        let (id, url, admin) = (office.id(), office.url(), office.admin_url());
        writeln!(std::io::stderr(), "{id}: {url}, faults at {admin}/faults")?;
    }
    tokio::signal::ctrl_c().await?;
    running.stop().await;
    Ok(())
}
