//! Reads a package folder and prints what is wrong with it: `cargo run -p catalogue --example try_package DIR`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let mut files: catalogue::Files = BTreeMap::new();
    read(Path::new(&folder), "", &mut files)?;
    let mut out = std::io::stdout();
    match catalogue::Package::read(&files) {
        Ok((package, warnings)) => {
            writeln!(out, "{} {:?}", package.definition.id, package.version)?;
            for problem in warnings {
                writeln!(out, "{problem}")?;
            }
        }
        Err(problems) => {
            for problem in problems {
                writeln!(out, "{problem}")?;
            }
        }
    }
    Ok(())
}

fn read(folder: &Path, under: &str, files: &mut catalogue::Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}
