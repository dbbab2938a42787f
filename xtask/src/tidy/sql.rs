//! SQL: in crates/store alone, and only what every supported database runs.

use super::project::{Part, Project, has_extension};
use super::report::Report;
use super::rust_code::has_word;

const HOME: &str = "crates/store/";

/// How a statement begins.
const STATEMENTS: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "CREATE UNIQUE ",
    "ALTER TABLE ",
    "DROP TABLE ",
    "PRAGMA ",
    "WITH RECURSIVE ",
];

/// What some PostgreSQL-wire database does not run, or runs otherwise.
const BANNED: &[&str] = &[
    "SERIAL",
    "BIGSERIAL",
    "AUTOINCREMENT",
    "SEQUENCE",
    "NEXTVAL",
    "TRIGGER",
    "LISTEN",
    "NOTIFY",
    "PG_ADVISORY_LOCK",
    "PG_ADVISORY_XACT_LOCK",
    "DEFERRABLE",
    "EXCLUDE USING",
    "TEMP TABLE",
    "TEMPORARY TABLE",
    "COPY",
    "REFERENCES",
    "FOREIGN KEY",
    "FOR UPDATE",
    "SKIP LOCKED",
    "LOCK TABLE",
    "INHERITS",
    "OR REPLACE",
    "OR IGNORE",
    "SELECT *",
];

pub(crate) fn check(project: &Project, report: &mut Report) {
    for file in project.files.iter().filter(|file| !file.names_what_it_forbids()) {
        let home = file.path.starts_with(HOME);
        if has_extension(&file.path, "sql") {
            if !home {
                report.fail((&file.path, 1), "SQL outside crates/store", "move it there");
            }
            for (line, number) in file.text().lines().zip(1..) {
                banned(&file.path, number, line, report);
            }
        }
        for (line, text) in &file.rust.strings {
            let statement = text.trim_start();
            if !STATEMENTS.iter().any(|start| statement.starts_with(start)) {
                continue;
            }
            if !home {
                let mend = "add a read or a row to crates/store and call it";
                report.fail((&file.path, *line), "SQL outside crates/store", mend);
            } else if file.part == Part::Source && !file.rust.is_test(*line) {
                for (text, number) in statement.lines().zip(*line..) {
                    banned(&file.path, number, text, report);
                }
            }
        }
    }
}

fn banned(path: &str, number: usize, line: &str, report: &mut Report) {
    let code = line.split("--").next().unwrap_or(line).to_uppercase();
    for construct in BANNED.iter().filter(|construct| has_word(&code, construct)) {
        let message = format!("`{construct}` does not run on every supported database");
        report.fail((path, number), message, "see the schema rules: DESIGN L2");
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn statements_stay_in_the_store_and_keep_to_the_rules() {
        let found = findings(
            check,
            &project(&[
                ("crates/web/src/lib.rs", "const A: &str = \"SELECT a FROM b\";"),
                ("crates/web/src/b.rs", "const A: &str = \"UPDATED \";"),
                ("crates/store/src/lib.rs", "const A: &str = \"SELECT a\n FROM b FOR UPDATE\";"),
                ("crates/store/migrations/1.sql", "-- no TRIGGER\nid BIGSERIAL"),
            ]),
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("crates/web/src/lib.rs:1: rule: SQL outside"));
        assert!(found[1].starts_with("crates/store/src/lib.rs:2: rule: `FOR UPDATE`"));
        assert!(found[2].starts_with("crates/store/migrations/1.sql:2: rule: `BIGSERIAL`"));
    }
}
