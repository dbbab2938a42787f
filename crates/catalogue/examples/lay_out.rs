//! Gives a BPMN file a fresh diagram: `cargo run -p catalogue --example lay_out FILE`. The file is written anew,
//! with whatever execution needs; what it prints opens in a modelling tool.

use std::io::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a BPMN file")?;
    let bytes = std::fs::read(path)?;
    let mut model = bpmn::Model::parse(&bytes).map_err(|problems| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })?;
    model.diagrams = model.processes.iter().map(bpmn::layout).collect();
    std::io::stdout().write_all(bpmn::write(&model).as_bytes())?;
    Ok(())
}
