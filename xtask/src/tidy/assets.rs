//! Assets: no binaries, fonts or third-party code are committed, and nothing big.

use super::project::{Project, has_extension};
use super::report::Report;

/// Bytes of one committed file.
const MOST_BYTES: usize = 1024 * 1024;
/// Pictures of the pages, for who reads about them.
const PICTURES: &[&str] = &["docs/"];
/// Extensions that are refused even where a file happens to be text.
const REFUSED: &[&str] = &[
    "woff", "woff2", "ttf", "otf", "eot", "exe", "dll", "so", "dylib", "a", "o", "jar", "zip",
    "gz", "tar", "wasm", "sqlite", "db", "pyc", "class", "ico", "gif", "mp4", "pem", "key",
];
/// Names of others' code.
const THIRD_PARTY: &[&str] = &["node_modules/", "vendor/", "jquery", ".min.js", ".min.css"];

pub(crate) fn check(project: &Project, report: &mut Report) {
    for file in &project.files {
        let path = file.path.as_str();
        let picture =
            has_extension(path, "png") && PICTURES.iter().any(|folder| path.starts_with(folder));
        if file.text.is_none() && !picture {
            let mend = "write it as text, or make it when it is needed";
            report.fail((path, 1), "a file that is not text", mend);
        } else if REFUSED.iter().any(|extension| has_extension(path, extension)) {
            report.fail((path, 1), "a file of a refused kind", "do without it");
        }
        if THIRD_PARTY.iter().any(|name| path.contains(name)) {
            report.fail((path, 1), "third-party code", "take it from a registry, by name");
        }
        if file.bytes > MOST_BYTES {
            let message = format!("{} bytes, {MOST_BYTES} at most", file.bytes);
            report.fail((path, 1), message, "make it when it is needed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{File, findings};
    use super::*;

    #[test]
    fn what_is_not_ours_or_not_text_is_named() {
        let file = |path: &str, bytes: &[u8]| File::new(path, bytes.to_vec());
        let files = vec![
            file("docs/pages/front.png", b"\0"),
            file("crates/web/front.png", b"\0"),
            file("crates/web/font.woff2", b"text"),
            file("tests/jquery.js", b""),
            file("a.txt", &vec![b'a'; MOST_BYTES + 1]),
        ];
        let found = findings(check, &Project::of(files).unwrap());
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
