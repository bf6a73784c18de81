//! What a run has written: noted now and then, and put in place at its end.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use casefold_events::{DocketNumber, Timestamp, Version};
use casefold_projector::history::History;

use super::columns::{CommitColumns, EventColumns};
use super::directory::{Directory, FileNote, Manifest, Run, Table, Written};
use super::files::{self, Parts};
use super::rows::{ToWrite, month_of};
use super::{ByMonth, ExportError, ExportReport, ExportStatus, Position, Read, Unreadable};

/// A file of fewer bytes is put together with what is new in its month; a larger one stays.
const SMALL_FILE_BYTES: u64 = 64 << 20;

/// Takes what is read, and writes it.
pub(super) struct Writer {
    directory: Directory,
    manifest: Manifest,
    run: Run,
    /// Up to which version each case is written.
    cases: HashMap<DocketNumber, Version>,
    segments: Vec<Position>,
    waiting: ByMonth<Waiting>,
    rows_waiting: usize,
    rows_a_note: usize,
    status: ExportStatus,
    unreadable: Vec<Unreadable>,
}

/// Rows of a month that wait to be written.
#[derive(Default)]
struct Waiting {
    commits: CommitColumns,
    events: EventColumns,
}

impl Writer {
    /// Goes on with the run that is not at its end, or begins one.
    pub(super) fn open(
        directory: Directory,
        segments: u32,
        rows_a_note: usize,
        now: Timestamp,
    ) -> Result<Self, ExportError> {
        let mut manifest = directory.manifest()?;
        directory.tidy(&manifest)?;
        let run = manifest.run.take().unwrap_or_else(|| Run {
            begun_at: now,
            segments: vec![Position::Begin.into(); segments as usize],
            staged: Vec::new(),
            anew: BTreeMap::new(),
            written: Written::default(),
        });
        Ok(Self {
            cases: directory.cases(&manifest)?,
            segments: run.segments.iter().copied().map(Position::from).collect(),
            directory,
            manifest,
            run,
            waiting: BTreeMap::new(),
            rows_waiting: 0,
            rows_a_note,
            status: ExportStatus::default(),
            unreadable: Vec::new(),
        })
    }

    /// Where the run is in each segment.
    pub(super) fn positions(&self) -> Vec<Position> {
        self.segments.clone()
    }

    /// Takes a page.
    pub(super) fn take(&mut self, read: Read) -> Result<ExportStatus, ExportError> {
        let Read {
            segment,
            page,
            cost,
        } = read;
        for history in &page.histories {
            self.add(history);
        }
        self.status.scanned += page.scanned;
        self.status.cost += cost;
        if let Some(position) = self.segments.get_mut(segment as usize) {
            *position = match page.rest.position() {
                _ if page.rest.is_at_end() => Position::Ended,
                Some(after) => Position::After(after),
                None => Position::Begin,
            };
        }
        if self.rows_waiting >= self.rows_a_note {
            self.note()?;
        }
        Ok(self.status)
    }

    fn add(&mut self, history: &History) {
        let number = history.docket_number;
        if let Some(obstacle) = &history.unreadable {
            self.unreadable.push(Unreadable::of(number, obstacle));
        }
        let written = self.cases.get(&number).copied().unwrap_or(Version::ZERO);
        let Some(to_write) = ToWrite::of(history, written) else {
            return;
        };
        if to_write.anew {
            self.run.written.anew += 1;
            let old = history.commits.iter();
            for commit in old.take_while(|commit| commit.version <= written) {
                let month = self.run.anew.entry(month_of(commit.recorded_at));
                month.or_default().insert(number, self.manifest.sequence);
            }
        }
        for row in &to_write.commits {
            let month = self.waiting.entry(month_of(row.commit.recorded_at));
            month.or_default().commits.add(row);
        }
        for row in &to_write.events {
            let month = self.waiting.entry(month_of(row.commit.recorded_at));
            month.or_default().events.add(row);
            self.run.written.withheld += u64::from(row.payload.is_none());
        }
        self.run.written.commits += to_write.commits.len() as u64;
        self.run.written.events += to_write.events.len() as u64;
        self.status.events_written += to_write.events.len() as u64;
        self.rows_waiting += to_write.commits.len() + to_write.events.len();
        if let Some(last) = history.last() {
            self.cases.insert(number, last.version);
        }
    }

    /// Writes what waits, and notes how far the run is. From here a next run goes on.
    fn note(&mut self) -> Result<(), ExportError> {
        for (month, mut waiting) in std::mem::take(&mut self.waiting) {
            if waiting.commits.rows() > 0 {
                let rows = waiting.commits.take()?;
                self.stage(Table::Commits, &month, &rows)?;
            }
            if waiting.events.rows() > 0 {
                let rows = waiting.events.take()?;
                self.stage(Table::Events, &month, &rows)?;
            }
        }
        self.rows_waiting = 0;
        self.manifest.sequence += 1;
        let cases = self
            .directory
            .put_cases(self.manifest.sequence, &self.cases)?;
        self.manifest.cases = Some(cases);
        self.run.segments = self.segments.iter().map(|it| (*it).into()).collect();
        self.save()
    }

    fn stage(
        &mut self,
        table: Table,
        month: &str,
        rows: &arrow_array::RecordBatch,
    ) -> Result<(), ExportError> {
        self.manifest.sequence += 1;
        let mut file = FileNote {
            table,
            month: month.to_owned(),
            number: self.manifest.sequence,
            rows: rows.num_rows() as u64,
            bytes: 0,
        };
        file.bytes = files::write(&self.directory.staged(&file), table, rows)?;
        self.run.staged.push(file);
        Ok(())
    }

    fn save(&self) -> Result<(), ExportError> {
        let manifest = Manifest {
            run: Some(self.run.clone()),
            ..self.manifest.clone()
        };
        self.directory.put_manifest(&manifest)?;
        self.directory.tidy(&manifest)
    }

    /// Notes how far the run is, and puts what it has written in place where it is at its end.
    pub(super) fn end(mut self) -> Result<ExportReport, ExportError> {
        self.note()?;
        let complete = self.segments.iter().all(|it| *it == Position::Ended);
        let written = self.run.written;
        if complete {
            self.put_in_place()?;
            self.manifest.complete_up_to = Some(self.run.begun_at);
            self.directory.put_manifest(&self.manifest)?;
        }
        let rows = |table| {
            let files = self
                .manifest
                .files
                .iter()
                .filter(move |it| it.table == table);
            files.map(|file| file.rows).sum()
        };
        Ok(ExportReport {
            complete,
            status: self.status,
            commits_written: written.commits,
            events_written: written.events,
            events_withheld: written.withheld,
            cases_anew: written.anew,
            files: self.manifest.files.len() as u64,
            bytes: self.manifest.files.iter().map(|file| file.bytes).sum(),
            commits: rows(Table::Commits),
            events: rows(Table::Events),
            unreadable: self.unreadable,
        })
    }

    /// Puts the rows of the run into the folders of their months, month by month.
    fn put_in_place(&mut self) -> Result<(), ExportError> {
        let staged = self.run.staged.iter().map(|file| file.month.clone());
        let months: BTreeSet<_> = staged.chain(self.run.anew.keys().cloned()).collect();
        for month in months {
            let without = self.run.anew.remove(&month).unwrap_or_default();
            for table in Table::ALL {
                self.put_month_in_place(table, &month, &without)?;
            }
            // From here the new files of the month count, and the old ones don't.
            self.save()?;
        }
        Ok(())
    }

    fn put_month_in_place(
        &mut self,
        table: Table,
        month: &str,
        without: &BTreeMap<DocketNumber, u64>,
    ) -> Result<(), ExportError> {
        let is_of = |file: &FileNote| file.table == table && file.month == month;
        let goes = |file: &mut FileNote| {
            is_of(file) && (!without.is_empty() || file.bytes < SMALL_FILE_BYTES)
        };
        let old: Vec<_> = self.manifest.files.extract_if(.., goes).collect();
        let new = self.run.staged.extract_if(.., |file| is_of(file));
        let new: Vec<_> = new.collect();
        let directory = &self.directory;
        let old = old.iter().map(|file| (file.number, directory.place(file)));
        let new = new.iter().map(|file| (file.number, directory.staged(file)));
        let parts = Parts {
            table,
            month,
            files: old.chain(new).collect(),
            without,
        };
        let hidden = |file: &FileNote| directory.hidden(file);
        let put = files::put_together(&parts, &mut self.manifest.sequence, &hidden)?;
        self.manifest.files.extend(put);
        Ok(())
    }
}
