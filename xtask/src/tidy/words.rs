//! Words: left-over marks, this machine's paths, registry hosts, others' brands, and the field's
//! own names for things.

use super::project::{File, Project, has_extension};
use super::report::Report;
use super::rust_code::has_word;

/// Words that no text may have: the word as written, and how to mend.
const MARKS: &[(&str, &str)] = &[
    ("TODO", "do it, or file an issue and take the mark out"),
    ("FIXME", "do it, or file an issue and take the mark out"),
    ("XXX", "do it, or file an issue and take the mark out"),
    ("GDS Transport", "the system's type alone: the font is not ours"),
];

/// Words that no text may have in any case of letters.
const IN_ANY_CASE: &[(&str, &str)] = &[
    ("stub", "build the real thing, or name it for what it is"),
    ("tenant", "say public body"),
    ("tenants", "say public bodies"),
    ("multi-tenant", "say many public bodies"),
    ("govuk-frontend", "our own stylesheet: no third-party code is committed"),
];

/// What pages may not wear: the brand of the state.
const BRAND: &[&str] = &["crown", "govuk-crown", "#1d70b8", "govuk-header", "govuk-template"];

/// Where a machine's own folders begin.
const MACHINE: &[&str] = &["/work/", "/root/", "/home/", "/Users/", "/tmp/"];

/// Hosts of package registries, in parts, so that this file names none.
const HOSTS: &[&[&str]] = &[
    &["registry", "npmjs", "org"],
    &["www", "npmjs", "com"],
    &["pypi", "org"],
    &["files", "pythonhosted", "org"],
    &["deb", "debian", "org"],
    &["index", "crates", "io"],
    &["static", "crates", "io"],
    &["proxy", "golang", "org"],
];

/// Extensions of pages and what dresses them.
const PAGES: &[&str] = &["html", "css", "svg"];

pub(crate) fn check(project: &Project, report: &mut Report) {
    let hosts: Vec<String> = HOSTS.iter().map(|parts| parts.join(".")).collect();
    for file in project.files.iter().filter(|file| !file.names_what_it_forbids()) {
        let text = file.text();
        let lock = file.path.ends_with("Cargo.lock") || file.path.ends_with("package-lock.json");
        for (line, number) in text.lines().zip(1..) {
            let place = (file.path.as_str(), number);
            if let Some(host) = hosts.iter().find(|host| line.contains(host.as_str())) {
                let mend = "name the package alone: the client knows where to ask";
                report.fail(place, format!("registry host `{host}`"), mend);
            }
            if !lock {
                marks(file, place, line, report);
            }
        }
    }
}

fn marks(file: &File, place: (&str, usize), line: &str, report: &mut Report) {
    let lower = line.to_lowercase();
    for (word, mend) in MARKS.iter().filter(|(word, _)| has_word(line, word)) {
        report.fail(place, format!("`{word}`"), mend);
    }
    for (word, mend) in IN_ANY_CASE.iter().filter(|(word, _)| has_word(&lower, word)) {
        report.fail(place, format!("`{word}`"), mend);
    }
    let begins = |folder: &&&str| {
        line.match_indices(**folder).any(|(at, _)| {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            !before.is_some_and(|one| one.is_alphanumeric() || "._-/}>*$".contains(one))
        })
    };
    if let Some(folder) = MACHINE.iter().find(begins) {
        let mend = "take the folder as an argument, or ask the system for it";
        report.fail(place, format!("path `{folder}` of one machine"), mend);
    }
    if PAGES.iter().any(|extension| has_extension(&file.path, extension)) {
        for brand in BRAND.iter().filter(|brand| has_word(&lower, brand)) {
            let mend = "the state's crown, blue and header are not ours";
            report.fail(place, format!("`{brand}` on a page"), mend);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn words_are_found_whole() {
        let host = ["see https://pypi", "org/x\n"].join(".");
        let found = findings(
            check,
            &project(&[
                ("a.rs", "// TODO: it\n// a stubborn tenancy\n// a Stub\nlet tenant = 1;\n"),
                ("b.md", "`/home/me` and https://x.org/home/page and src/work/a\n"),
                ("c.md", &host),
                ("d.css", ".crown {}\n.x { color: #1D70B8 }\n"),
                ("e.md", "the Crown\n"),
                ("Cargo.lock", "name = \"stub\"\n"),
            ]),
        );
        let places: Vec<&str> = found.iter().filter_map(|line| line.split(';').next()).collect();
        assert_eq!(
            places,
            [
                "a.rs:1: rule: `TODO`",
                "a.rs:3: rule: `stub`",
                "a.rs:4: rule: `tenant`",
                "b.md:1: rule: path `/home/` of one machine",
                &format!("c.md:1: rule: registry host `{}`", ["pypi", "org"].join(".")),
                "d.css:1: rule: `crown` on a page",
                "d.css:2: rule: `#1d70b8` on a page",
            ]
        );
    }
}
