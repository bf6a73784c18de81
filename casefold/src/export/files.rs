//! Parquet files: writing, and putting several together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::{Array, BooleanArray, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use arrow_select::filter::filter_record_batch;
use casefold_events::DocketNumber;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::directory::{FileNote, Table, at};
use super::{ExportError, columns};

/// The most rows of a file. A month of a busy court has several files.
const ROWS_A_FILE: u64 = 1_000_000;

/// The rows of a row group: what a reader can skip by its statistics, and what a writer holds.
const ROWS_A_GROUP: usize = 128 * 1024;

/// Rows that are read at once.
const ROWS_A_BATCH: usize = 8 * 1024;

/// Writes rows into one new file; gives how many bytes it has.
pub(super) fn write(path: &Path, table: Table, rows: &RecordBatch) -> Result<u64, ExportError> {
    let mut writer = writer(path, table)?;
    writer.write(rows).map_err(parquet_at(path))?;
    end(writer, path)
}

fn writer(path: &Path, table: Table) -> Result<ArrowWriter<File>, ExportError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let file = File::create(path).map_err(at(path))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROWS_A_GROUP))
        .build();
    ArrowWriter::try_new(file, table.schema(), Some(properties)).map_err(parquet_at(path))
}

/// Ends a file, durably; gives how many bytes it has.
fn end(writer: ArrowWriter<File>, path: &Path) -> Result<u64, ExportError> {
    let file = writer.into_inner().map_err(parquet_at(path))?;
    file.sync_all().map_err(at(path))?;
    Ok(file.metadata().map_err(at(path))?.len())
}

/// What is put together.
pub(super) struct Parts<'a> {
    pub(super) table: Table,
    pub(super) month: &'a str,
    /// The files, with their numbers.
    pub(super) files: Vec<(u64, PathBuf)>,
    /// Cases whose rows are left out of files that are numbered up to here.
    pub(super) without: &'a BTreeMap<DocketNumber, u64>,
}

/// Puts files together into as few as may be, which are written where `place` says, and named by
/// the numbers that `sequence` goes through.
pub(super) fn put_together(
    parts: &Parts<'_>,
    sequence: &mut u64,
    place: &dyn Fn(&FileNote) -> PathBuf,
) -> Result<Vec<FileNote>, ExportError> {
    let mut together = Together {
        parts,
        sequence,
        place,
        open: None,
        done: Vec::new(),
    };
    for (number, path) in &parts.files {
        let without = parts.without.iter().filter(|(_, up_to)| number <= *up_to);
        let without: BTreeSet<String> = without.map(|(case, _)| case.to_string()).collect();
        let file = File::open(path).map_err(at(path))?;
        let rows = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|it| it.with_batch_size(ROWS_A_BATCH).build())
            .map_err(parquet_at(path))?;
        for batch in rows {
            together.add(&leave_out(batch?, &without)?)?;
        }
    }
    together.end()
}

struct Together<'a> {
    parts: &'a Parts<'a>,
    sequence: &'a mut u64,
    place: &'a dyn Fn(&FileNote) -> PathBuf,
    open: Option<(ArrowWriter<File>, FileNote)>,
    done: Vec<FileNote>,
}

impl Together<'_> {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), ExportError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let (mut writer, mut note) = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        let path = (self.place)(&note);
        writer.write(batch).map_err(parquet_at(&path))?;
        note.rows += batch.num_rows() as u64;
        let is_full = note.rows >= ROWS_A_FILE;
        self.open = Some((writer, note));
        if is_full { self.close() } else { Ok(()) }
    }

    fn begin(&mut self) -> Result<(ArrowWriter<File>, FileNote), ExportError> {
        *self.sequence += 1;
        let note = FileNote {
            table: self.parts.table,
            month: self.parts.month.to_owned(),
            number: *self.sequence,
            rows: 0,
            bytes: 0,
        };
        Ok((writer(&(self.place)(&note), self.parts.table)?, note))
    }

    fn close(&mut self) -> Result<(), ExportError> {
        if let Some((writer, mut note)) = self.open.take() {
            note.bytes = end(writer, &(self.place)(&note))?;
            self.done.push(note);
        }
        Ok(())
    }

    fn end(mut self) -> Result<Vec<FileNote>, ExportError> {
        self.close()?;
        Ok(self.done)
    }
}

/// The rows without those of some cases.
fn leave_out(batch: RecordBatch, cases: &BTreeSet<String>) -> Result<RecordBatch, ExportError> {
    if cases.is_empty() {
        return Ok(batch);
    }
    let column = batch.column_by_name(columns::DOCKET_NUMBER);
    let numbers = column.and_then(|it| it.as_any().downcast_ref::<StringArray>());
    let numbers = numbers.ok_or_else(|| {
        ArrowError::SchemaError(format!("a file has no column {}", columns::DOCKET_NUMBER))
    })?;
    let stays = |number: Option<&str>| Some(number.is_none_or(|it| !cases.contains(it)));
    let stay: BooleanArray = numbers.iter().map(stays).collect();
    Ok(filter_record_batch(&batch, &stay)?)
}

fn parquet_at(path: &Path) -> impl FnOnce(ParquetError) -> ExportError {
    let path = path.to_owned();
    move |source| ExportError::Parquet { path, source }
}
