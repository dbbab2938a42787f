//! Turns the files of `wording/en` and `wording/cy` into one method a key on `Words`.
//!
//! A key that a page names and no file has cannot compile; neither can a key that one language
//! lacks or has in two files, nor a sentence whose `{places}` differ between the languages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

type Sentences = BTreeMap<String, String>;

fn main() -> Result<(), String> {
    let root = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let out = std::env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let english = read(&Path::new(&root).join("wording/en"))?;
    let welsh = read(&Path::new(&root).join("wording/cy"))?;
    let code = generate(&english, &welsh)?;
    std::fs::write(Path::new(&out).join("wording.rs"), code).map_err(|error| error.to_string())
}

/// Every sentence of a language, whichever of its files it stands in.
fn read(folder: &Path) -> Result<Sentences, String> {
    announce(folder);
    let said = |error: std::io::Error| format!("{error}: {}", folder.display());
    let mut sentences = Sentences::new();
    for entry in std::fs::read_dir(folder).map_err(said)? {
        let path = entry.map_err(said)?.path();
        for (key, sentence) in read_file(&path)? {
            if sentences.insert(key.clone(), sentence).is_some() {
                return Err(format!("{}: `{key}` stands in two files", path.display()));
            }
        }
    }
    Ok(sentences)
}

fn read_file(path: &Path) -> Result<Sentences, String> {
    announce(path);
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{error}: {}", path.display()))?;
    let sentences: Sentences =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    for (key, sentence) in &sentences {
        let plain = key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        if !plain || sentence.trim().is_empty() {
            return Err(format!("{}: `{key}` is no key or has no sentence", path.display()));
        }
    }
    Ok(sentences)
}

fn announce(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

fn generate(english: &Sentences, welsh: &Sentences) -> Result<String, String> {
    if let Some(key) = welsh.keys().find(|key| !english.contains_key(*key)) {
        return Err(format!("wording/en lacks `{key}`, which wording/cy has"));
    }
    let mut code = String::from("impl Words {\n");
    let mut table = String::from("#[cfg(test)]\npub(crate) const ALL: &[[&str; 3]] = &[\n");
    for (key, sentence) in english {
        let cymraeg =
            welsh.get(key).ok_or_else(|| format!("wording/cy lacks `{key}`: {sentence}"))?;
        let places = places(sentence);
        if places != self::places(cymraeg) {
            return Err(format!("`{key}` has different places in the two languages"));
        }
        let _ = writeln!(table, "    [{key:?}, {sentence:?}, {cymraeg:?}],");
        let _ = if places.is_empty() {
            writeln!(
                code,
                "    pub(crate) const fn {key}(self) -> &'static str {{\n        \
                 self.pick({sentence:?}, {cymraeg:?})\n    }}"
            )
        } else {
            let parameters: Vec<String> =
                places.iter().map(|place| format!("{place}: impl Display + Copy")).collect();
            let values: Vec<String> =
                places.iter().map(|place| format!("({place:?}, &{place})")).collect();
            writeln!(
                code,
                "    pub(crate) fn {key}(self, {}) -> String {{\n        \
                 self.fill(self.pick({sentence:?}, {cymraeg:?}), &[{}])\n    }}",
                parameters.join(", "),
                values.join(", ")
            )
        };
    }
    Ok(format!("{code}}}\n\n{table}];\n"))
}

/// The names between braces, in the order of the alphabet: so the order of a method's arguments.
fn places(sentence: &str) -> BTreeSet<&str> {
    sentence
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(place, _)| place))
        .collect()
}
