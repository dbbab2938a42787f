//! Laws: every law of the design stands in docs/ARCHITECTURE.md with the test that holds it, and
//! every test and file that is named there is there.

use super::project::Project;
use super::report::Report;

const PAGE: &str = "docs/ARCHITECTURE.md";
/// The laws of the design, L1 to this one.
const LAWS: usize = 15;
/// Columns of the table of laws.
const COLUMNS: usize = 3;

pub(crate) fn check(project: &Project, report: &mut Report) {
    let Some(page) = project.file(PAGE) else { return };
    let tests = tests(project);
    let mut held = Vec::new();
    for (text, line) in page.text().lines().zip(1..) {
        let Some((laws, named)) = row(text) else { continue };
        let mut known = 0;
        for name in named {
            let is_there = if name.contains('/') {
                project.file(name).is_some()
            } else {
                tests.contains(&name)
            };
            known += usize::from(is_there);
            if !is_there {
                let message = format!("`{name}` is no test and no file");
                report.fail((PAGE, line), message, "name the test that holds the law");
            }
        }
        if known > 0 || text.contains("`cargo xtask tidy`") {
            held.extend(laws);
        }
    }
    for law in (1..=LAWS).map(|number| format!("L{number}")) {
        if !held.contains(&law) {
            let message = format!("no test is named that holds {law}");
            report.fail((PAGE, 1), message, "add its row to the table of laws");
        }
    }
}

/// The laws of a row of the table, and what it names as holding them: tests, by names of several
/// words, and files.
fn row(line: &str) -> Option<(Vec<String>, Vec<&str>)> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix('|')?.split(" | ").collect();
    let [laws, _, held] = <[&str; COLUMNS]>::try_from(cells).ok()?;
    let laws = laws.split(", ").map(str::trim).filter(|law| law.starts_with('L'));
    let named = held.split('`').skip(1).step_by(2);
    let plain = |name: &&str| {
        let word = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
        name.contains('/') || name.contains('_') && name.chars().all(word)
    };
    Some((laws.map(str::to_owned).collect(), named.filter(plain).collect()))
}

/// The names of all tests.
fn tests(project: &Project) -> std::collections::BTreeSet<&str> {
    let mut tests = std::collections::BTreeSet::new();
    for file in project.rust_files() {
        let lines = file.rust.lines().map(|(_, line, _)| line.trim());
        let mut marked = false;
        for line in lines {
            let name = line.split_once("fn ").and_then(|(_, rest)| rest.split('(').next());
            match name {
                Some(name) if marked => {
                    tests.insert(name);
                    marked = false;
                }
                Some(_) => {}
                None => marked |= line.starts_with("#[test]") || line.contains("::test"),
            }
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn a_law_without_its_test_is_named() {
        let rows: Vec<String> =
            (2..=LAWS).map(|law| format!("| L{law} | so | `it_is_so` |")).collect();
        let rows = rows.join("\n");
        let page = format!(
            "| law | sentence | test |\n|---|---|---|\n{rows}\n\
             | L9 | so | `it_is_not`, `services/a/b.txt` (sim) |\n| 2 | `not_a_law` |\n"
        );
        let code = "#[test]\nfn it_is_so() {}\n#[tokio::test(flavor = \"x\")]\nasync fn other_is() {}\nfn it_is_not() {}\n";
        let found = findings(check, &project(&[(PAGE, &page), ("crates/a/src/tests.rs", code)]));
        assert_eq!(found.len(), 3, "{found:?}");
        for told in [
            "no test is named that holds L1;",
            "`it_is_not` is no test",
            "`services/a/b.txt` is no test",
        ] {
            assert!(found.iter().any(|found| found.contains(told)), "{told}: {found:?}");
        }
    }
}
