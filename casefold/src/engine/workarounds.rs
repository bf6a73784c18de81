//! What `dynoxide-rs` 3.2.0 does badly, put right through a second connection to its file.
//!
//! One function a fault. All of them can be carried out again and again; what they leave behind is
//! kept by SQLite in the file and holds for the engine's own connection too.

use std::thread::sleep;
use std::time::Duration;

use rusqlite::{Connection, params};

/// What the engine adds to a stored sequence number to make the public one of 21 digits.
const SEQUENCE_NUMBER_OFFSET: u128 = 100_000_000_000_000_000_000;

/// Records deleted in one transaction. The engine waits while it runs, so it has to be short.
const TRIM_BATCH: usize = 200;

/// The pause between two batches. SQLite's locks aren't fair: a waiting engine looks again after
/// 1, 2, 5, then 10 ms and more, and without a pause it would find the lock taken each time.
const TRIM_PAUSE: Duration = Duration::from_millis(12);

/// Everything that is to be in place before the first request.
pub(super) fn apply(side: &Connection) -> rusqlite::Result<()> {
    forget_tables_without_rows(side)?;
    index_stream_records(side)?;
    forget_the_stream_of_a_deleted_table(side)
}

/// The engine makes a table in steps, each of its own: it notes the table, makes what holds its rows,
/// and switches its stream on. A process that is killed after the first leaves a table that is
/// there and fails whatever is asked of it. Without the note it can be made again.
fn forget_tables_without_rows(side: &Connection) -> rusqlite::Result<()> {
    side.execute_batch(
        "DELETE FROM _tables WHERE table_name NOT IN
           (SELECT name FROM sqlite_master WHERE type = 'table')",
    )
}

/// A process that is killed before the last step leaves a table without its stream, of whose
/// commits nobody would ever be told. Nothing can be in it: so it can be made again as well.
pub(super) fn forget_without_stream(side: &Connection, table: &str) -> rusqlite::Result<()> {
    let quoted = table.replace('"', "\"\"");
    let is_half_made: bool = side.query_row(
        "SELECT EXISTS (SELECT 1 FROM _tables WHERE table_name = ?1 AND stream_enabled = 0)",
        params![table],
        |row| row.get(0),
    )?;
    if !is_half_made {
        return Ok(());
    }
    let has_rows: bool = side.query_row(
        &format!("SELECT EXISTS (SELECT 1 FROM \"{quoted}\")"),
        [],
        |row| row.get(0),
    )?;
    if has_rows {
        return Ok(());
    }
    // First what holds the rows: a table without is forgotten at the next start.
    side.execute_batch(&format!("DROP TABLE \"{quoted}\""))?;
    side.execute("DELETE FROM _tables WHERE table_name = ?1", params![table])?;
    Ok(())
}

/// The engine looks for the highest sequence number on each write, and for the records after one
/// on each read of a stream, in a table without an index: both slow down as the stream grows.
/// The shard's id is in the index so that `DescribeStream` and the LATEST iterator, which ask for
/// the range of a shard, needn't visit the records: 24 ms instead of 80 at 60,000 (measured).
fn index_stream_records(side: &Connection) -> rusqlite::Result<()> {
    side.execute_batch(
        "CREATE INDEX IF NOT EXISTS casefold_stream_records
         ON _stream_records (table_name, CAST(sequence_number AS INTEGER), shard_id)",
    )
}

/// The engine leaves a deleted table's records behind, and a new table of the same name would
/// hand them out as its own.
fn forget_the_stream_of_a_deleted_table(side: &Connection) -> rusqlite::Result<()> {
    side.execute_batch(
        "CREATE TRIGGER IF NOT EXISTS casefold_forget_stream AFTER DELETE ON _tables
         BEGIN DELETE FROM _stream_records WHERE table_name = OLD.table_name; END",
    )
}

/// The engine never trims a stream. In small batches, oldest first.
///
/// The newest record stays, whatever the caller says. The engine takes the next sequence number
/// from the highest stored one, and from the clock when there is none: with an empty stream a
/// clock that was set back would number a new record below one that a reader has behind it, and
/// the reader would never see it.
pub(super) fn trim_stream(side: &Connection, table: &str, up_to: i64) -> rusqlite::Result<usize> {
    let mut batch = side.prepare_cached(
        "DELETE FROM _stream_records WHERE id IN (
           SELECT id FROM _stream_records
           WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2
             AND CAST(sequence_number AS INTEGER) < (
               SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records
               WHERE table_name = ?1)
           ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3)",
    )?;
    let mut trimmed = 0;
    loop {
        let deleted = batch.execute(params![table, up_to, TRIM_BATCH])?;
        trimmed += deleted;
        if deleted < TRIM_BATCH {
            return Ok(trimmed);
        }
        sleep(TRIM_PAUSE);
    }
}

/// The engine sorts the whole table for each page of a parallel scan, which resumes after the last
/// key by its hash: 76 ms a page at 100,000 items, 1 ms with this index (measured).
pub(super) fn index_parallel_scan(side: &Connection, table: &str) -> rusqlite::Result<()> {
    let table = table.replace('"', "\"\"");
    side.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS \"casefold_scan::{table}\" ON \"{table}\" (hash_prefix, pk, sk)"
    ))
}

/// The number under which the engine stores what it reports as `public`.
pub(super) fn stored_sequence_number(public: &str) -> Option<i64> {
    let stored = public
        .parse::<u128>()
        .ok()?
        .checked_sub(SEQUENCE_NUMBER_OFFSET)?;
    i64::try_from(stored).ok().filter(|stored| *stored > 0)
}
