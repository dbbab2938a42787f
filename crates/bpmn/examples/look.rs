//! Reads a BPMN file from standard input and tells its steps, or what is wrong with it.
//!
//! `cargo run -p bpmn --example look < process.bpmn`; with the argument `svg` it writes the picture,
//! with `xml` the file again, laid out anew.

use std::io::{Read as _, Write as _};

use bpmn::{Model, draw};

fn main() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let most = bpmn::limits::MAX_BYTES as u64 + 1;
    std::io::stdin().take(most).read_to_end(&mut bytes)?;
    let mut out = std::io::stdout().lock();
    let mut model = match Model::parse(&bytes) {
        Ok(model) => model,
        Err(problems) => {
            for problem in problems {
                writeln!(out, "{problem}")?;
            }
            return Ok(());
        }
    };
    match std::env::args().nth(1).as_deref() {
        Some("svg") => {
            let laid_out = model.processes.first().map(bpmn::layout);
            if let Some(diagram) = model.diagrams.first().or(laid_out.as_ref()) {
                let annotations = draw::Annotations::default();
                out.write_all(draw::svg(&model, diagram, &annotations).as_bytes())?;
            }
        }
        Some("xml") => {
            model.diagrams = model.processes.iter().map(bpmn::layout).collect();
            out.write_all(bpmn::write(&model).as_bytes())?;
        }
        _ => {
            for step in bpmn::steps(&model, "en") {
                let next: Vec<&str> = step.next.iter().map(|next| next.name.as_str()).collect();
                let indent = "  ".repeat(step.depth);
                writeln!(out, "{indent}{}: {} -> {}", step.kind, step.name, next.join(", "))?;
            }
        }
    }
    Ok(())
}
