//! The small vocabulary at work: `cargo run -p base --example vocabulary`.

use std::io::Write;

use base::{Money, Personal, Reference, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reference = Reference::new("MBC", [0x12, 0x34, 0x56, 0x78, 0x9a]);
    let heard: Reference = reference.as_str().to_lowercase().replace('-', " ").parse()?;
    assert_eq!(heard, reference, "read out over the phone, it is the same");

    let received = Timestamp::parse("2026-11-24T23:30:00Z")?;
    let notes = Personal::new("behind the gate".to_owned());
    let mut out = std::io::stdout();
    writeln!(out, "{reference} received on {} cost {}", received.uk_date(), Money::from_pence(17))?;
    writeln!(out, "what was said is never shown: {notes:?}")?;
    Ok(())
}
