//! What SQLite's planner cannot know: every row of a file has the same body and shard.
//!
//! Without it the planner takes `body = .. AND shard = ..` for a narrow search
//! and reads whole tables. Fixed statistics are written once per schema, so
//! that a statement has the same plan in every file; `plans.golden` lists them.

use rusqlite::Connection;

/// Rows that a table is said to have.
const ROWS: u32 = 1_000_000;
/// Rows that an index with a condition is said to have.
const CONDITIONED_ROWS: u32 = 10_000;
/// Rows that share the value of a column after body and shard.
const ROWS_PER_VALUE: u32 = 10;

/// Writes the statistics; part of the migration's transaction.
pub(crate) fn tell(connection: &Connection) -> rusqlite::Result<()> {
    // A small sample is enough: the numbers are replaced, only their tables are wanted.
    connection.execute_batch("PRAGMA analysis_limit = 1; ANALYZE; DELETE FROM sqlite_stat1;")?;
    if connection.table_exists(None, "sqlite_stat4")? {
        connection.execute_batch("DELETE FROM sqlite_stat4")?;
    }
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name LIMIT 1000")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for table in tables {
        tell_table(connection, &table)?;
    }
    Ok(())
}

/// Makes an open connection read the statistics.
pub(crate) fn reload(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("ANALYZE sqlite_schema")
}

fn tell_table(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    let indexes: Vec<(String, String, bool)> = connection
        .prepare("SELECT name, origin, partial FROM pragma_index_list(?1) LIMIT 1000")?
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (index, origin, is_partial) in indexes {
        let columns: Vec<String> = connection
            .prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno LIMIT 100")?
            .query_map([&index], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let of_body = columns.first().is_some_and(|column| column == "body");
        if of_body && columns.len() > 2 {
            // The key of a table without row numbers goes by the table's own name.
            let name = if origin == "pk" { table } else { &index };
            let rows = if is_partial { CONDITIONED_ROWS } else { ROWS };
            connection.execute(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)",
                (table, name, statistics(&columns, rows)),
            )?;
        }
    }
    Ok(())
}

/// The rows, then how many of them share the first column, the first two, and so on.
fn statistics(columns: &[String], rows: u32) -> String {
    let mut text = rows.to_string();
    for (place, column) in columns.iter().enumerate() {
        let shared = match column.as_str() {
            "body" | "shard" => rows,
            _ if place + 1 == columns.len() => 1,
            _ => ROWS_PER_VALUE,
        };
        text.push(' ');
        text.push_str(&shared.to_string());
    }
    text
}
