//! A small morning in a data folder of its own: requests come, an answer is lost, a figure is
//! read, a key is forgotten. `cargo run -p store --example morning`

use std::error::Error;
use std::io::Write;

use base::{CaseId, Channel, Digest, KeyId, Language, Reference, Shard, Timestamp, id_from_parts};
use store::figures::{Span, by_service};
use store::requests::{NEWEST, ServiceRequestRow, all_requests};
use store::{
    Batch, DataFolder, KeyStore, Landed, SqliteKeyStore, SqliteStore, Store, WrapEpoch, WrappedKey,
    journal,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let path = std::env::temp_dir().join("throughline-store-morning");
    DataFolder::remove(&path)?;
    let folder = DataFolder::open_or_create(&path)?;
    let body = "millbrook".parse()?;

    // A key is durable before anything is sealed under it.
    let mut keys = SqliteKeyStore::open(&folder, &body)?;
    let key = KeyId::from_bytes([1; 16]);
    keys.append_keys(&[WrappedKey { key, epoch: WrapEpoch(1), wrapped: vec![0x5a; 72] }])?;

    let mut store = SqliteStore::open(&folder, &body)?;
    let eight = Timestamp::parse("2026-11-24T08:00:00Z")?;
    let mut lease = store.lease(&body, Shard(0), "this-machine", eight, 10_000)?;
    for minute in 0_u8..5 {
        let at = eight.plus_seconds(i64::from(minute) * 60);
        let mut batch = Batch::after(&lease);
        let row = request(at, minute)?;
        batch.append(Some(row.case_id), at, "request.received", 1, b"{\"sealed\":true}".to_vec());
        batch.put(row);
        lease.advance(store.commit(&batch)?);
        // Whoever did not hear the answer asks what became of the batch.
        assert!(matches!(store.landed(&batch)?, Landed::Yes(_)));
    }

    let reader = store.readers().shard(Shard(0));
    for line in all_requests(&reader, NEWEST)? {
        writeln!(out, "{} {} {}", line.reference, line.received_at, line.status)?;
    }
    for figure in by_service(&reader, Span::ever(), eight)? {
        let channel = figure.channel.key();
        writeln!(out, "{} by {channel}: {} requests", figure.service, figure.requests)?;
    }
    let verified = journal::verify_chain(&reader)?;
    writeln!(out, "{} events, chain whole, head {}", verified.events, verified.chain_head)?;
    writeln!(out, "{} key forgotten", keys.forget(&[key])?)?;
    drop((store, keys, folder));
    Ok(DataFolder::remove(&path)?)
}

fn request(at: Timestamp, number: u8) -> Result<ServiceRequestRow, Box<dyn Error>> {
    Ok(ServiceRequestRow {
        case_id: CaseId::from_bytes(id_from_parts(at, [number; 16])),
        reference: Reference::new("MBC", [7, 7, 7, 7, number]),
        service: "missed-bin-collection".parse()?,
        service_version: Digest::of(b"the package"),
        status: "received".into(),
        held_by: None,
        channel: Channel::Web,
        language: Language::En,
        received_at: at,
        updated_at: at,
        promised_on: Some(at.uk_date().plus_days(2)),
        closed_at: None,
        outcome: None,
        sector_person_id: None,
        duplicate_key: None,
        duplicate_of: None,
        straight_through: None,
        provisional_until: None,
        touches: 0,
        reopenings: 0,
        rekeyed_fields: 0,
        staff_centiminutes: 0,
        calls: 0,
        messages: 0,
        questions_asked: 0,
        questions_answered: 0,
        cost_millipence: 0,
        bytes: b"{\"sealed\":true}".to_vec(),
    })
}
