//! Rows as columns of Arrow.
//!
//! Numbers are signed and times are in milliseconds of UTC, because every engine has these.
//! Columns are only ever added, at the end: files of an older build stay readable beside newer
//! ones.

use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    BooleanBuilder, Int32Builder, Int64Builder, ListBuilder, StringBuilder,
    TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use casefold_events::{Commit, CommitRef};

use super::rows::{CommitRow, EventRow};

/// The column by which rows are found that must go.
pub(super) const DOCKET_NUMBER: &str = "docket_number";

/// The columns of commits.
pub(super) static COMMITS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        text(DOCKET_NUMBER),
        Field::new("version", DataType::Int64, false),
        time("recorded_at"),
        time("effective_at"),
        text("actor"),
        text("role"),
        text("command"),
        text("command_id"),
        text("correlation_id"),
        Field::new("causation", DataType::Utf8, true),
        Field::new("committed_with", list(), false),
        Field::new("events", DataType::Int32, false),
        text("prev_hash"),
        text("hash"),
    ]))
});

/// The columns of events.
pub(super) static EVENTS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        text(DOCKET_NUMBER),
        Field::new("version", DataType::Int64, false),
        Field::new("position", DataType::Int32, false),
        text("event_id"),
        text("event_type"),
        Field::new("schema_version", DataType::Int32, false),
        Field::new("docket_entry_id", DataType::Utf8, true),
        time("recorded_at"),
        time("effective_at"),
        text("actor"),
        text("role"),
        text("command"),
        text("correlation_id"),
        Field::new("withheld", DataType::Boolean, false),
        Field::new("payload", DataType::Utf8, true),
    ]))
});

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

fn time(name: &str) -> Field {
    let utc = Some("UTC".into());
    Field::new(name, DataType::Timestamp(TimeUnit::Millisecond, utc), false)
}

fn list() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
}

fn reference(commit: CommitRef) -> String {
    format!("{}/{}", commit.docket_number, commit.version)
}

/// Commits that wait to be written.
#[derive(Default)]
pub(super) struct CommitColumns {
    rows: usize,
    docket_number: StringBuilder,
    version: Int64Builder,
    recorded_at: TimestampMillisecondBuilder,
    effective_at: TimestampMillisecondBuilder,
    actor: StringBuilder,
    role: StringBuilder,
    command: StringBuilder,
    command_id: StringBuilder,
    correlation_id: StringBuilder,
    causation: StringBuilder,
    committed_with: ListBuilder<StringBuilder>,
    events: Int32Builder,
    prev_hash: StringBuilder,
    hash: StringBuilder,
}

impl CommitColumns {
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn add(&mut self, CommitRow { commit }: &CommitRow<'_>) {
        self.rows += 1;
        self.docket_number
            .append_value(commit.docket_number.to_string());
        self.version.append_value(signed(commit.version.0));
        self.recorded_at
            .append_value(commit.recorded_at.as_millis());
        self.effective_at
            .append_value(commit.effective_at.as_millis());
        self.actor.append_value(commit.actor.as_str());
        self.role.append_value(commit.role.as_str());
        self.command.append_value(&commit.command);
        self.command_id.append_value(commit.command_id.as_str());
        self.correlation_id
            .append_value(commit.correlation_id.as_str());
        self.causation
            .append_option(commit.causation.map(reference));
        for other in &commit.committed_with {
            self.committed_with.values().append_value(reference(*other));
        }
        self.committed_with.append(true);
        self.events.append_value(small(commit.events.len()));
        self.prev_hash.append_value(commit.prev_hash.to_string());
        self.hash.append_value(commit.hash.to_string());
    }

    /// What waits, as a batch; nothing waits then.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let Self {
            rows,
            docket_number,
            version,
            recorded_at,
            effective_at,
            actor,
            role,
            command,
            command_id,
            correlation_id,
            causation,
            committed_with,
            events,
            prev_hash,
            hash,
        } = self;
        *rows = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(docket_number.finish()),
            Arc::new(version.finish()),
            Arc::new(recorded_at.finish().with_timezone("UTC")),
            Arc::new(effective_at.finish().with_timezone("UTC")),
            Arc::new(actor.finish()),
            Arc::new(role.finish()),
            Arc::new(command.finish()),
            Arc::new(command_id.finish()),
            Arc::new(correlation_id.finish()),
            Arc::new(causation.finish()),
            Arc::new(committed_with.finish()),
            Arc::new(events.finish()),
            Arc::new(prev_hash.finish()),
            Arc::new(hash.finish()),
        ];
        RecordBatch::try_new(COMMITS.clone(), columns)
    }
}

/// Events that wait to be written.
#[derive(Default)]
pub(super) struct EventColumns {
    rows: usize,
    docket_number: StringBuilder,
    version: Int64Builder,
    position: Int32Builder,
    event_id: StringBuilder,
    event_type: StringBuilder,
    schema_version: Int32Builder,
    docket_entry_id: StringBuilder,
    recorded_at: TimestampMillisecondBuilder,
    effective_at: TimestampMillisecondBuilder,
    actor: StringBuilder,
    role: StringBuilder,
    command: StringBuilder,
    correlation_id: StringBuilder,
    withheld: BooleanBuilder,
    payload: StringBuilder,
}

impl EventColumns {
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn add(&mut self, row: &EventRow<'_>) {
        let commit: &Commit = row.commit;
        self.rows += 1;
        self.docket_number
            .append_value(commit.docket_number.to_string());
        self.version.append_value(signed(commit.version.0));
        self.position.append_value(small(row.position));
        self.event_id.append_value(row.event.event_id.to_string());
        self.event_type.append_value(&row.event.event_type);
        self.schema_version
            .append_value(i32::try_from(row.event.schema_version).unwrap_or(i32::MAX));
        self.docket_entry_id
            .append_option(row.docket_entry_id.map(|entry| entry.to_string()));
        self.recorded_at
            .append_value(commit.recorded_at.as_millis());
        self.effective_at
            .append_value(commit.effective_at.as_millis());
        self.actor.append_value(commit.actor.as_str());
        self.role.append_value(commit.role.as_str());
        self.command.append_value(&commit.command);
        self.correlation_id
            .append_value(commit.correlation_id.as_str());
        self.withheld.append_value(row.payload.is_none());
        self.payload.append_option(row.payload);
    }

    /// What waits, as a batch; nothing waits then.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let Self {
            rows,
            docket_number,
            version,
            position,
            event_id,
            event_type,
            schema_version,
            docket_entry_id,
            recorded_at,
            effective_at,
            actor,
            role,
            command,
            correlation_id,
            withheld,
            payload,
        } = self;
        *rows = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(docket_number.finish()),
            Arc::new(version.finish()),
            Arc::new(position.finish()),
            Arc::new(event_id.finish()),
            Arc::new(event_type.finish()),
            Arc::new(schema_version.finish()),
            Arc::new(docket_entry_id.finish()),
            Arc::new(recorded_at.finish().with_timezone("UTC")),
            Arc::new(effective_at.finish().with_timezone("UTC")),
            Arc::new(actor.finish()),
            Arc::new(role.finish()),
            Arc::new(command.finish()),
            Arc::new(correlation_id.finish()),
            Arc::new(withheld.finish()),
            Arc::new(payload.finish()),
        ];
        RecordBatch::try_new(EVENTS.clone(), columns)
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn small(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
