//! Writes three records into a log, proves the second, erases it, and verifies the log again:
//! `cargo run -p audit --example prove`.

use std::io::Write as _;

use audit::{Checkpoint, Commitment, Entry, Opening, Salt, SigningKey, Tree, verify};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let key = SigningKey::from_seed("wealdmere.example", &[1; 32])?;
    let (mut tree, mut entries) = (Tree::new(), Vec::new());
    for (number, record) in [(1_u8, "asked"), (2, "answered"), (3, "received")] {
        let opening = Opening { salt: Salt::from_bytes([number; 32]), record: record.into() };
        let commitment = Commitment::to(&opening.salt, &opening.record);
        let index = tree.push(&commitment);
        entries.push(Entry { index, commitment, opening: Some(opening) });
    }
    let note = Checkpoint::of("wealdmere.example/log", &tree)?.sign(&key);
    writeln!(out, "{note}")?;
    let proof = tree.inclusion(1, 3)?;
    let holds = proof.verify(&entries[1].commitment, 1, 3, &tree.root());
    writeln!(out, "\"answered\" is leaf 1 of 3, by {} hashes: {holds}", proof.hashes().len())?;
    entries[1].opening = None;
    let notes = [note];
    let verified = verify("wealdmere.example/log", &key.verifying_key(), entries, &notes)?;
    writeln!(
        out,
        "erased: {} of {} records are left, the log holds",
        verified.opened, verified.leaves
    )?;
    Ok(())
}
