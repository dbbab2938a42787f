//! Writes every page state to a folder, in each language, with the stylesheets beside them:
//! `cargo run -p web --example gallery -- DIR`. The browser test walks that folder.

use std::error::Error;
use std::path::{Path, PathBuf};

use base::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder: gallery -- DIR")?;
    let folder = PathBuf::from(folder);
    let mut index = String::new();
    for language in Language::ALL {
        for sample in web::samples::all(language)? {
            let file = format!("{}.{}.html", sample.name, language.tag());
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(&file), &sample.html)?;
            index.push_str(&file);
            index.push('\n');
        }
    }
    write(&folder, "pages.txt", &index)?;
    write(&folder, "assets/stylesheet.css", web::paths::STYLESHEET_TEXT)?;
    write(&folder, "assets/icon.svg", web::paths::ICON_TEXT)?;
    for (body, colour) in web::samples::BRANDS {
        let brand = web::Brand::parse(colour)?;
        write(&folder, &format!("{body}/brand.css"), &brand.stylesheet())?;
    }
    Ok(())
}

fn write(folder: &Path, file: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
    Ok(std::fs::write(path, text)?)
}
