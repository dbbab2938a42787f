//! A batch as one statement: every insert reads from what the fence returned, so that a lost lease
//! or a moved journal lands nothing.
//!
//! One statement is one round trip and one transaction, which a database may repeat by itself. A
//! table that loses and gains rows is in it twice; the keys are apart, and the gains wait for the
//! losses, which free unique values that they may take.

use std::fmt::Write as _;

use super::param::{Array, Param};
use crate::batch::EachTable;
use crate::table::Row;
use crate::{Batch, Bind, Kind, StoreError, Value, Writes};

/// Its text and its parameters.
pub(crate) struct Sentence {
    pub(crate) sql: String,
    pub(crate) params: Vec<Param>,
}

const FENCE: &str = "WITH fence AS (
  UPDATE shard SET next_seq = $1, chain_head = $2
   WHERE body = $3 AND shard = $4 AND epoch = $5 AND next_seq = $6 AND chain_head = $7
  RETURNING body, shard
)";
const END: &str = "\nSELECT count(*) FROM fence";

const EVENT: [(&str, Kind); 7] = [
    ("seq", Kind::Integer),
    ("case_id", Kind::Bytes),
    ("at", Kind::Integer),
    ("name", Kind::Text),
    ("version", Kind::Integer),
    ("bytes", Kind::Bytes),
    ("hash", Kind::Bytes),
];
const RUN: [(&str, Kind); 3] =
    [("case_id", Kind::Bytes), ("first_seq", Kind::Integer), ("last_seq", Kind::Integer)];
const MARK: [(&str, Kind); 3] =
    [("sender", Kind::Text), ("message_id", Kind::Bytes), ("received_at", Kind::Integer)];

/// The sentence of a batch under the epoch that the database knows.
///
/// # Errors
/// [`StoreError::Corrupt`] when a value is too large for any column.
pub(crate) fn sentence(batch: &Batch, epoch: base::Epoch) -> Result<Sentence, StoreError> {
    let fence: [&dyn Bind; 7] = [
        &batch.next_seq(),
        &batch.chain_head(),
        batch.body(),
        &batch.shard(),
        &epoch,
        &batch.first_seq(),
        &batch.previous(),
    ];
    let params = fence.map(|value| Param::one(value.bind())).into();
    let mut writing = Writing(Sentence { sql: FENCE.to_owned(), params });
    let mut events = Rows::of(&EVENT);
    for (seq, event) in batch.events() {
        events.push(&event.columns(seq))?;
    }
    writing.insert("event", &EVENT, events, None, "");
    let mut runs = Rows::of(&RUN);
    for (case, first, last) in batch.runs() {
        runs.push(&[case.bind(), first.bind(), last.bind()])?;
    }
    writing.insert("event_run", &RUN, runs, None, "");
    let mut marks = Rows::of(&MARK);
    for mark in &batch.inbox {
        marks.push(&[mark.sender.bind(), mark.message.bind(), mark.received_at.bind()])?;
    }
    // A message that is there already refuses the whole batch.
    writing.insert("inbox", &MARK, marks, None, "");
    batch.rows.visit(&mut writing)?;
    writing.0.sql.push_str(END);
    Ok(writing.0)
}

/// The values of some rows, a column after another.
struct Rows(Vec<Array>);

impl Rows {
    fn of(columns: &[(&str, Kind)]) -> Self {
        Self(columns.iter().map(|(_, kind)| Array::of(*kind)).collect())
    }

    fn push<const N: usize>(&mut self, row: &[Value<'_>; N]) -> Result<(), StoreError> {
        self.0.iter_mut().zip(row).try_for_each(|(column, value)| column.push(value))
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(Array::is_empty)
    }
}

struct Writing(Sentence);

impl Writing {
    /// `unnest` over the columns, as the rows `given`.
    fn given(&mut self, columns: &[(&str, Kind)], rows: Rows) -> String {
        let mut arrays: Vec<String> = Vec::new();
        for array in rows.0 {
            let kind = array.kind().array();
            self.0.params.push(Param::Many(array));
            arrays.push(format!("CAST(${} AS {kind})", self.0.params.len()));
        }
        format!("unnest({}) AS given ({})", arrays.join(", "), names(columns, ""))
    }

    /// Adds rows to a table, after its losses where it has some.
    fn insert(
        &mut self,
        table: &str,
        columns: &[(&str, Kind)],
        rows: Rows,
        losses: Option<&str>,
        conflict: &str,
    ) {
        if rows.is_empty() {
            return;
        }
        let given = self.given(columns, rows);
        let (into, read) = (names(columns, ""), names(columns, "given."));
        let after = losses.map_or_else(String::new, |losses| {
            format!(", (SELECT count(*) FROM {losses}) AS gone (rows)")
        });
        // Writing to a text cannot fail.
        let _ = write!(
            self.0.sql,
            ", {table}_in AS (\n  INSERT INTO {table} (body, shard, {into})\n  \
             SELECT fence.body, fence.shard, {read}\n    FROM fence, {given}{after}{conflict}\n)"
        );
    }
}

impl EachTable for Writing {
    fn table<R: Row>(&mut self, writes: &Writes<R>) -> Result<(), StoreError> {
        let keys = R::COLUMNS.get(..R::KEY_COLUMNS).unwrap_or_default();
        let others = R::COLUMNS.get(R::KEY_COLUMNS..).unwrap_or_default();
        let (mut gone, mut there) = (Rows::of(keys), Rows::of(R::COLUMNS));
        for (key, row) in writes.iter() {
            let into = if row.is_some() { &mut there } else { &mut gone };
            let mut columns = into.0.iter_mut();
            let mut give = |value: Value<'_>| {
                columns.next().map_or(Ok(()), |column: &mut Array| column.push(&value))
            };
            match row {
                Some(row) => row.bind(&mut give)?,
                None => R::bind_key(key, &mut give)?,
            }
        }
        let table = R::TABLE;
        let losses = (!gone.is_empty()).then(|| format!("{table}_out"));
        if losses.is_some() {
            let given = self.given(keys, gone);
            let (key, read) = (names(keys, ""), names(keys, "given."));
            // Writing to a text cannot fail.
            let _ = write!(
                self.0.sql,
                ", {table}_out AS (\n  DELETE FROM {table}\n   WHERE (body, shard, {key}) IN (\n    \
                 SELECT fence.body, fence.shard, {read}\n      FROM fence, {given})\n  RETURNING 1\n)"
            );
        }
        let set: Vec<String> =
            others.iter().map(|(name, _)| format!("{name} = excluded.{name}")).collect();
        let conflict = format!(
            "\n  ON CONFLICT (body, shard, {}) DO UPDATE SET {}",
            names(keys, ""),
            set.join(", ")
        );
        self.insert(table, R::COLUMNS, there, losses.as_deref(), &conflict);
        Ok(())
    }
}

fn names(columns: &[(&str, Kind)], before: &str) -> String {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("{before}{name}")).collect();
    names.join(", ")
}
