//! Translations: that each Welsh text is there, and was made from the English that stands beside it.
//!
//! The lock file `translations.lock` is committed with a package. It holds, by the key of each
//! text, a digest of the English from which the Welsh was made. Changing the English makes the
//! Welsh stale until somebody has read both and written the lock anew ([`translations_lock`]).

use std::collections::BTreeMap;

use base::{Digest, Language};

use crate::package::Files;
use crate::problem::{Problem, ProblemKind};
use crate::texts::{self, Said};

/// The name of the lock file.
pub const TRANSLATIONS_LOCK: &str = "translations.lock";

/// How many characters of a digest the lock keeps.
const DIGEST_CHARACTERS: usize = 16;

const HEAD: &str = "\
# From which English each Welsh text was made. Do not edit: after reading a changed English text
# against its Welsh, run `throughline translations DIR`, which writes this file anew.
";

/// The lock file for a package as its texts stand now: whoever writes it says that each Welsh text
/// says what its English says.
pub fn translations_lock(files: &Files) -> String {
    let mut lock = HEAD.to_owned();
    for (key, english) in translated(&texts::of_files(files)) {
        for part in ["\"", key, "\" = \"", &digest(english), "\"\n"] {
            lock.push_str(part);
        }
    }
    lock
}

/// Every text that has both languages, by key.
fn translated(said: &[Said]) -> BTreeMap<&str, &str> {
    let both = |said: &'_ Said| said.welsh.is_some();
    said.iter()
        .filter(|said| both(said))
        .filter_map(|said| Some((said.key.as_str(), said.english.as_deref()?)))
        .collect()
}

fn digest(english: &str) -> String {
    let words: Vec<&str> = english.split_whitespace().collect();
    Digest::of(words.join(" ").as_bytes()).to_string().chars().take(DIGEST_CHARACTERS).collect()
}

/// Every text without English, without Welsh where it is wanted, or whose Welsh is stale.
pub(crate) fn check(files: &Files, languages: &[Language], problems: &mut Vec<Problem>) {
    let lock = files.get(TRANSLATIONS_LOCK).map(|bytes| String::from_utf8_lossy(bytes));
    let confirmed = lock.as_deref().map(toml::from_str::<BTreeMap<String, String>>);
    let confirmed = match confirmed {
        None => BTreeMap::new(),
        Some(Ok(confirmed)) => confirmed,
        Some(Err(error)) => {
            let byte = error.span().map_or(0, |span| span.start);
            let position = Problem::position(lock.as_deref().unwrap_or_default(), byte);
            problems.push(Problem::new(
                TRANSLATIONS_LOCK,
                position,
                ProblemKind::Syntax,
                "The lock of translations cannot be read.",
                "Run `throughline translations DIR`, which writes it anew.",
            ));
            return;
        }
    };
    for said in texts::of_files(files) {
        if let Some((sentence, mend)) = fault(&said, languages, &confirmed) {
            let file = said.file.clone();
            problems.push(Problem::new(
                file,
                said.position,
                ProblemKind::Translation,
                sentence,
                mend,
            ));
        }
    }
}

fn fault(
    said: &Said,
    languages: &[Language],
    confirmed: &BTreeMap<String, String>,
) -> Option<(String, &'static str)> {
    let path = said.key.split_once(':').map_or(said.key.as_str(), |(_, path)| path);
    let there = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let again =
        "Read the Welsh against the English, mend it, then run `throughline translations DIR`.";
    if !there(&said.english) {
        return Some((format!("The English text of {path} is missing."), "Write it."));
    }
    if !there(&said.welsh) {
        let wanted = languages.contains(&Language::Cy) || said.welsh.is_some();
        let sentence =
            format!("The Welsh text of {path} is missing, and the body serves in Welsh.");
        return wanted.then_some((sentence, "Write it, or have it translated."));
    }
    let now = said.english.as_deref().map(digest);
    match confirmed.get(&said.key) {
        None => Some((format!("Nobody has confirmed the Welsh text of {path}."), again)),
        Some(then) if Some(then) != now.as_ref() => {
            let sentence = format!("The Welsh text of {path} was made from another English text.");
            Some((sentence, again))
        }
        Some(_) => None,
    }
}
