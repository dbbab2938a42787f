//! Wording: each key in both languages in files of the same name with the same places, and none of
//! the sentences that the design refuses.

use std::collections::BTreeSet;

use super::project::{File, Part, Project, has_extension};
use super::report::Report;
use super::rust_code::has_word;

const ENGLISH: &str = "crates/web/wording/en/";
const WELSH: &str = "crates/web/wording/cy/";

/// Never said to anybody (DESIGN section 11).
const NEVER: &[(&str, &str)] = &[
    ("submitted successfully", "say what happens next, and who has it"),
    ("tamper-proof", "say what can be checked, and how"),
    ("tamperproof", "say what can be checked, and how"),
    ("certified", "say what was tested"),
    ("e-enabled", "say take-up, straight-through rate and cost"),
    ("sorry for any inconvenience", "say what went wrong and what to do"),
];

/// Never said in a page's words (DESIGN section 11, LOOK).
const NEVER_ON_A_PAGE: &[(&str, &str)] = &[
    ("exception", "say that a person was needed, and why"),
    ("please", "leave it out: a short sentence is polite"),
    ("invalid", "say how to mend it"),
];

pub(crate) fn check(project: &Project, report: &mut Report) {
    for file in &project.files {
        for (own, others) in [(ENGLISH, WELSH), (WELSH, ENGLISH)] {
            let Some(name) = file.path.strip_prefix(own) else { continue };
            match project.file(&[others, name].concat()) {
                Some(welsh) if own == ENGLISH => both_languages(file, welsh, report),
                Some(_) => {}
                None => {
                    let message = format!("there is no {others}{name}");
                    report.fail((&file.path, 1), message, "write it in the other language too");
                }
            }
        }
    }
    for file in project.files.iter().filter(|file| !file.names_what_it_forbids()) {
        let page =
            file.path.starts_with("crates/web/wording/") || file.path.starts_with("services/");
        let prose = ["toml", "html", "md", "txt", "rs"];
        let tested = file.is_rust() && file.part == Part::Test; // tests name what they refuse
        if tested || !prose.iter().any(|extension| has_extension(&file.path, extension)) {
            continue;
        }
        for (line, number) in file.text().lines().zip(1..) {
            let lower = line.to_lowercase();
            let never = NEVER.iter().chain(NEVER_ON_A_PAGE.iter().filter(|_| page));
            let said = page && line.trim_start().starts_with('#');
            for (phrase, mend) in never.filter(|(phrase, _)| !said && has_word(&lower, phrase)) {
                report.fail((&file.path, number), format!("we never say `{phrase}`"), mend);
            }
        }
    }
}

fn both_languages(english: &File, welsh: &File, report: &mut Report) {
    let mut read = |file: &File| match toml::from_str::<toml::Table>(file.text()) {
        Ok(table) => Some(flat("", &table)),
        Err(error) => {
            report.fail((&file.path, 1), error.message(), "mend the file");
            None
        }
    };
    let (Some(in_english), Some(in_welsh)) = (read(english), read(welsh)) else { return };
    for (one, others, file) in [(&in_english, &in_welsh, welsh), (&in_welsh, &in_english, english)]
    {
        for (key, sentence) in one {
            let message = match others.iter().find(|(other, _)| other == key) {
                None => format!("key `{key}` is missing"),
                Some((_, other)) if other.trim().is_empty() => format!("key `{key}` says nothing"),
                Some((_, other)) if places(sentence) != places(other) => {
                    format!("key `{key}` has other {{places}} than in the other language")
                }
                Some(_) => continue,
            };
            report.fail((&file.path, 1), message, "write the sentence in this language too");
        }
    }
}

fn flat(above: &str, table: &toml::Table) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (key, value) in table {
        let key = if above.is_empty() { key.clone() } else { [above, ".", key].concat() };
        if let Some(table) = value.as_table() {
            found.extend(flat(&key, table));
        } else {
            found.push((key, value.as_str().unwrap_or("").to_owned()));
        }
    }
    found
}

fn places(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    const PAGES: &str = "crates/web/wording/en/pages.toml";

    #[test]
    fn both_languages_say_the_same_things() {
        let found = findings(
            check,
            &project(&[
                (PAGES, "a = \"Hello {name}\"\nb = \"Back\"\n"),
                ("crates/web/wording/cy/pages.toml", "a = \"Helo {enw}\"\nc = \"x\"\n"),
                ("crates/web/wording/cy/staff.toml", "d = \"x\"\n"),
            ]),
        );
        let wanted = [
            "key `a` has other",
            "key `b` is missing",
            "key `c` is missing",
            "there is no crates/web/wording/en/staff.toml",
        ];
        for phrase in wanted {
            assert!(found.iter().any(|line| line.contains(phrase)), "{phrase}: {found:?}");
        }
    }

    #[test]
    fn some_things_are_never_said() {
        let found = findings(
            check,
            &project(&[
                (PAGES, "a = \"Submitted successfully\"\n# an exception\nb = \"Exception\"\n"),
                ("crates/web/wording/cy/pages.toml", "a = \"x\"\nb = \"y\"\n"),
                ("README.md", "A tamper-proof exception\n"),
            ]),
        );
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
