//! Writes a package's or overlay's lock of translations: `cargo run -p catalogue --example translations DIR`.
//! Whoever runs it says that each Welsh text says what its English says.

use std::collections::BTreeMap;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let mut files: catalogue::Files = BTreeMap::new();
    read(Path::new(&folder), "", &mut files)?;
    let lock = catalogue::translations_lock(&files);
    std::fs::write(Path::new(&folder).join(catalogue::TRANSLATIONS_LOCK), lock)?;
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
