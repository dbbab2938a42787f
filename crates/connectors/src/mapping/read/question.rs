//! Reading the mapping of a question: a call that reads and changes nothing.

use base::JobType;

use super::{read_call, read_timeout};
use crate::Delivery;
use crate::mapping::Mapping;
use crate::toml_reader::{Reader, Table};

/// A call that reads and changes nothing, so that it may be made as often as one likes.
pub(crate) fn read_question(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    job_type: Option<JobType>,
) -> Option<Mapping> {
    let system = table.name(reader, "system");
    let timeout_ms = read_timeout(reader, table);
    if !table.has("send") {
        table.missing(reader, "send");
    }
    let send = table.table(reader, "send").and_then(|call| read_call(reader, &call));
    table.finish(reader);
    let send = send?;
    let line = reader.line(&table.span);
    Some(Mapping {
        job_type: job_type?,
        system: system?,
        delivery: Delivery::Keyed,
        timeout_ms: timeout_ms?,
        send,
        lookup: None,
        line,
    })
}
