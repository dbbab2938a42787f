//! The golden list of every statement, and what none of them may contain.

use expect_test::expect_file;

use super::Statement;
use crate::batch::EachTable;
use crate::sqlite::connection;
use crate::{Rows, StoreError, Writes, migrate, table::Row};

/// Every subject's statements. A subject that is missing here is a compiler's warning.
fn subjects() -> Vec<(&'static str, &'static [Statement])> {
    vec![
        ("access", crate::access::STATEMENTS),
        ("callers", crate::callers::STATEMENTS),
        ("crossings", crate::crossings::STATEMENTS),
        ("effects", crate::effects::STATEMENTS),
        ("figures", crate::figures::STATEMENTS),
        ("journal", crate::journal::STATEMENTS),
        ("keystore", crate::keystore::STATEMENTS),
        ("migrate", migrate::STATEMENTS),
        ("people", crate::people::STATEMENTS),
        ("postgres", crate::postgres::STATEMENTS),
        ("postgres::migrating", crate::postgres::migrating::STATEMENTS),
        ("probe", crate::probe::STATEMENTS),
        ("process", crate::process::STATEMENTS),
        ("requests", crate::requests::STATEMENTS),
        ("seam", crate::seam::STATEMENTS),
        ("settings", crate::settings::STATEMENTS),
        ("sqlite::connection", connection::STATEMENTS),
        ("tasks", crate::tasks::STATEMENTS),
        ("sqlite::writer", crate::sqlite::writer::STATEMENTS),
    ]
}

struct Collect(Vec<(String, String)>);

impl EachTable for Collect {
    fn table<R: Row>(&mut self, _: &Writes<R>) -> Result<(), StoreError> {
        for (verb, sql) in [
            ("put", R::PUT),
            ("delete", R::DELETE),
            ("get", R::GET),
            ("first page", R::FIRST_PAGE),
            ("next page", R::NEXT_PAGE),
        ] {
            self.0.push((format!("{} {verb}", R::TABLE), sql.to_owned()));
        }
        Ok(())
    }
}

pub(crate) fn all() -> Vec<(String, String)> {
    let mut all = Collect(Vec::new());
    Rows::default().visit(&mut all).unwrap();
    for (subject, statements) in subjects() {
        all.0.extend(statements.iter().map(|statement| {
            (format!("{subject} {}", statement.name.to_lowercase()), statement.sql.to_owned())
        }));
    }
    all.0.sort();
    all.0
}

#[test]
fn every_statement_is_in_the_golden_list() {
    let mut list = String::new();
    for (name, sql) in all() {
        list.push_str(&["-- ", &name, "\n", &sql, ";\n\n"].concat());
    }
    expect_file!["../../sql.golden"].assert_eq(&list);
}

#[test]
fn every_statement_prepares_on_sqlite() {
    let mut journal = connection::open_memory(connection::JOURNAL_FILE).unwrap();
    migrate::migrate(&mut journal, "memory".as_ref(), migrate::JOURNAL).unwrap();
    let mut keys = connection::open_memory(connection::KEY_FILE).unwrap();
    migrate::migrate(&mut keys, "memory".as_ref(), migrate::KEYS).unwrap();
    for (name, sql) in all() {
        // The probe has tables of its own, and PostgreSQL its own clock; each has its own test.
        if name.starts_with("probe ") || name.starts_with("postgres") {
            continue;
        }
        let database = if name.starts_with("keystore ") { &keys } else { &journal };
        if let Err(error) = database.prepare(&sql) {
            panic!("{name}: {error}");
        }
    }
}

/// What some PostgreSQL-wire database, or SQLite, does not take (storage rules of DESIGN L2).
const BANNED: &[&str] = &[
    "SERIAL",
    "AUTOINCREMENT",
    "SEQUENCE",
    "NEXTVAL",
    "TRIGGER",
    "LISTEN",
    "NOTIFY",
    "ADVISORY",
    "DEFERRABLE",
    "EXCLUDE",
    "TEMP",
    "COPY",
    "REFERENCES",
    "FOREIGN",
    "SKIP LOCKED",
    "FOR UPDATE",
    "OR REPLACE",
    "OR IGNORE",
    "REPLACE INTO",
    "ROWID",
    "IFNULL",
    "STRFTIME",
    "DATETIME(",
    "JSON_",
    "GLOB",
    "SELECT *",
    "NOW(",
    "CURRENT_TIMESTAMP",
    "RANDOM(",
    "USING",
    "OFFSET",
    "?",
    "$1",
    "PRAGMA",
    "LOCK TABLE",
    "INHERITS",
    "NATURAL",
    "MEDIAN",
    "TRUNCATE",
    "WITHOUT",
];

#[test]
fn no_statement_contains_what_another_database_refuses() {
    let migrations = migrate::JOURNAL.iter().chain(migrate::KEYS);
    let schema = migrations.map(|file| (format!("migration {}", file.number), file.sql.to_owned()));
    for (name, sql) in all().into_iter().chain(schema) {
        let code: String =
            sql.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        let upper = code.to_uppercase();
        for banned in BANNED {
            let found = upper.match_indices(banned).any(|(place, _)| {
                let before = upper[..place].chars().next_back();
                let after = upper[place + banned.len()..].chars().next();
                let joined = |next: Option<char>| next.is_some_and(char::is_alphanumeric);
                !(joined(before) && banned.starts_with(char::is_alphabetic)
                    || joined(after) && banned.ends_with(char::is_alphabetic))
            });
            assert!(!found, "{name} contains {banned}");
        }
    }
}

#[test]
fn every_read_is_bounded_and_stays_within_its_body() {
    for (name, sql) in all() {
        let own = ["probe ", "migrate ", "postgres::migrating "];
        let own = own.iter().any(|subject| name.starts_with(subject));
        if sql.starts_with("SELECT") {
            assert!(sql.contains("LIMIT "), "{name} has no limit");
            let whole = own || name == "sqlite::connection owners";
            assert!(whole || sql.contains("body = :body"), "{name} does not name its body");
        }
        if sql.starts_with("UPDATE") || sql.starts_with("DELETE") {
            assert!(own || sql.contains("body = :body"), "{name} does not name its body");
        }
    }
}

#[test]
fn every_table_and_index_begins_with_its_body() {
    for file in migrate::JOURNAL.iter().chain(migrate::KEYS) {
        for line in file.sql.lines().map(str::trim) {
            let columns = if line.starts_with("PRIMARY KEY") { line } else { "(body" };
            assert!(columns.contains("(body"), "{line}");
            let index = line.starts_with("CREATE INDEX") || line.starts_with("CREATE UNIQUE");
            assert!(!index || line.contains("(body, shard"), "{line}");
        }
    }
}

#[test]
fn every_list_is_read_by_an_index_in_its_order() {
    let mut journal = connection::open_memory(connection::JOURNAL_FILE).unwrap();
    migrate::migrate(&mut journal, "memory".as_ref(), migrate::JOURNAL).unwrap();
    let mut plans = String::new();
    for (name, sql) in all() {
        let whole = ["probe ", "migrate ", "keystore ", "figures "];
        if !sql.starts_with("SELECT") || whole.iter().any(|subject| name.starts_with(subject)) {
            continue;
        }
        let mut plan = journal.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut steps = plan.raw_query();
        plans.push_str(&["-- ", &name, "\n"].concat());
        while let Some(step) = steps.next().unwrap() {
            plans.push_str(&[&step.get::<_, String>(3).unwrap(), "\n"].concat());
        }
    }
    expect_file!["../../plans.golden"].assert_eq(&plans);
    // Whole tables are read by nothing but the one row that names a file's owner.
    let scans: Vec<&str> = plans.lines().filter(|step| step.contains("SCAN ")).collect();
    assert_eq!(scans, ["SCAN known_body"]);
}

#[test]
fn a_connection_keeps_every_statement_prepared() {
    assert!(all().len() <= connection::CACHED_STATEMENTS, "some are prepared again and again");
}
