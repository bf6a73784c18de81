//! The directory of an export: what is in it, and who writes into it.
//!
//! `_casefold/manifest.json` names every file that counts. It is replaced in one step, and a file
//! that it doesn't name is the rest of a run that died, and is removed by the next one. Engines
//! pass by what begins with `_` or `.`, so they see the months alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;
use casefold_events::{CommitRef, DocketNumber, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::{ByMonth, ExportError, Position, columns};

/// The format of the directory.
const FORMAT: u32 = 1;

/// What an export is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// A row for each commit.
    Commits,
    /// A row for each event.
    Events,
}

impl Table {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Commits, Self::Events];

    /// Its name, and that of its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commits => "commits",
            Self::Events => "events",
        }
    }

    /// Its columns, without that of the month, which is in the folder's name.
    pub fn schema(self) -> SchemaRef {
        match self {
            Self::Commits => columns::COMMITS.clone(),
            Self::Events => columns::EVENTS.clone(),
        }
    }
}

/// A Parquet file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileNote {
    pub(super) table: Table,
    pub(super) month: String,
    pub(super) number: u64,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl FileNote {
    /// Its name where it counts.
    fn name(&self) -> String {
        format!("part-{:08}.parquet", self.number)
    }
}

/// What the directory holds, and how far a run is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// Numbers files.
    pub(super) sequence: u64,
    /// The files that count.
    pub(super) files: Vec<FileNote>,
    /// Every commit that was durable then is in them; absent until the first run is at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) complete_up_to: Option<Timestamp>,
    /// The file that says up to which version each case is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cases: Option<String>,
    /// The run that is not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<Run>,
}

/// A run that is not at its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) begun_at: Timestamp,
    /// Where it is in each segment.
    pub(super) segments: Vec<SegmentNote>,
    /// Files that aren't in their month's folder yet.
    pub(super) staged: Vec<FileNote>,
    /// Cases whose rows must go from the files of these months that are numbered up to here.
    pub(super) anew: ByMonth<BTreeMap<DocketNumber, u64>>,
    pub(super) written: Written,
}

/// What a run has written.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    pub(super) commits: u64,
    pub(super) events: u64,
    pub(super) withheld: u64,
    pub(super) anew: u64,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SegmentNote {
    ended: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<CommitRef>,
}

impl From<Position> for SegmentNote {
    fn from(position: Position) -> Self {
        let (ended, after) = match position {
            Position::Begin => (false, None),
            Position::After(after) => (false, Some(after)),
            Position::Ended => (true, None),
        };
        Self { ended, after }
    }
}

impl From<SegmentNote> for Position {
    fn from(SegmentNote { ended, after }: SegmentNote) -> Self {
        match (ended, after) {
            (true, _) => Self::Ended,
            (false, Some(after)) => Self::After(after),
            (false, None) => Self::Begin,
        }
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            format: FORMAT,
            sequence: 0,
            files: Vec::new(),
            complete_up_to: None,
            cases: None,
            run: None,
        }
    }
}

/// A directory that this process has to itself.
pub struct Directory {
    root: PathBuf,
    _lock: File,
}

impl Directory {
    /// Takes a directory, and makes it where there is none.
    ///
    /// # Errors
    /// [`ExportError::Busy`] where another process has it; [`ExportError::File`] where it can't be
    /// made.
    pub fn open(root: &Path) -> Result<Self, ExportError> {
        let own = root.join("_casefold");
        fs::create_dir_all(&own).map_err(at(&own))?;
        let path = own.join("lock");
        let lock = File::create(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(ExportError::Busy(root.to_owned())),
            Err(fs::TryLockError::Error(error)) => return Err(at(&path)(error)),
        }
        Ok(Self {
            root: root.to_owned(),
            _lock: lock,
        })
    }

    /// The files of a table that count in the directory of an export, by month, for whoever reads
    /// them: beside an export that runs, those of the months that it has not come to yet may go.
    ///
    /// # Errors
    /// Where what is there can't be understood.
    pub fn files(root: &Path, table: Table) -> Result<ByMonth<Vec<PathBuf>>, ExportError> {
        let manifest = read_manifest(&manifest_path(root))?.unwrap_or_default();
        let mut files = ByMonth::<Vec<PathBuf>>::new();
        for file in manifest.files.iter().filter(|file| file.table == table) {
            let place = place(root, file);
            let path = if place.exists() {
                place
            } else {
                // A run died between naming the file and putting it in place.
                hidden(root, file)
            };
            files.entry(file.month.clone()).or_default().push(path);
        }
        Ok(files)
    }

    /// Up to when an export is complete; `None` where none is there, or none came to its end.
    ///
    /// # Errors
    /// Where what is there can't be understood.
    pub fn complete_up_to(root: &Path) -> Result<Option<Timestamp>, ExportError> {
        let manifest = read_manifest(&manifest_path(root))?.unwrap_or_default();
        Ok(manifest.complete_up_to)
    }

    pub(super) fn manifest(&self) -> Result<Manifest, ExportError> {
        Ok(read_manifest(&manifest_path(&self.root))?.unwrap_or_default())
    }

    /// Replaces the manifest in one step.
    pub(super) fn put_manifest(&self, manifest: &Manifest) -> Result<(), ExportError> {
        let path = manifest_path(&self.root);
        let text = serde_json::to_vec(manifest).map_err(|error| at(&path)(error.into()))?;
        replace(&path, |file| file.write_all(&text))
    }

    /// Where a file of the manifest is.
    pub(super) fn place(&self, file: &FileNote) -> PathBuf {
        place(&self.root, file)
    }

    /// Where a file is until it counts.
    pub(super) fn hidden(&self, file: &FileNote) -> PathBuf {
        hidden(&self.root, file)
    }

    /// Where a file of a run that is not at its end is.
    pub(super) fn staged(&self, file: &FileNote) -> PathBuf {
        let name = format!("{}-{}-{}", file.table.name(), file.month, file.name());
        self.own().join(name)
    }

    fn own(&self) -> PathBuf {
        self.root.join("_casefold")
    }

    /// Puts the files in place that count and are hidden still, and removes those that don't
    /// count: what a run left that died.
    pub(super) fn tidy(&self, manifest: &Manifest) -> Result<(), ExportError> {
        let mut known: BTreeSet<PathBuf> = BTreeSet::new();
        for file in &manifest.files {
            let (hidden, place) = (self.hidden(file), self.place(file));
            if hidden.exists() && !place.exists() {
                fs::rename(&hidden, &place).map_err(at(&place))?;
            }
            known.insert(place);
        }
        let staged = manifest.run.iter().flat_map(|run| &run.staged);
        known.extend(staged.map(|file| self.staged(file)));
        known.extend(manifest.cases.iter().map(|name| self.own().join(name)));
        known.extend([manifest_path(&self.root), self.own().join("lock")]);
        let mut folders = vec![self.own()];
        for table in Table::ALL {
            let folder = self.root.join(table.name());
            fs::create_dir_all(&folder).map_err(at(&folder))?;
            folders.extend(entries(&folder)?.filter(|path| path.is_dir()));
        }
        for path in folders.iter().map(|folder| entries(folder)) {
            for path in path? {
                if path.is_file() && is_ours(&path) && !known.contains(&path) {
                    fs::remove_file(&path).map_err(at(&path))?;
                }
            }
        }
        Ok(())
    }

    /// Up to which version each case is written.
    pub(super) fn cases(
        &self,
        manifest: &Manifest,
    ) -> Result<HashMap<DocketNumber, Version>, ExportError> {
        let Some(name) = &manifest.cases else {
            return Ok(HashMap::new());
        };
        let path = self.own().join(name);
        let file = File::open(&path).map_err(at(&path))?;
        let mut cases = HashMap::new();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(at(&path))?;
            let parse = |(number, version): (&str, &str)| {
                Some((number.parse().ok()?, Version(version.parse().ok()?)))
            };
            let case = line.split_once('\t').and_then(parse);
            let (number, version) = case.ok_or_else(|| ExportError::Note(path.clone()))?;
            cases.insert(number, version);
        }
        Ok(cases)
    }

    /// Writes up to which version each case is written, into a file of its own, and gives its
    /// name.
    pub(super) fn put_cases(
        &self,
        sequence: u64,
        cases: &HashMap<DocketNumber, Version>,
    ) -> Result<String, ExportError> {
        let name = format!("cases-{sequence:08}.tsv");
        replace(&self.own().join(&name), |file| {
            let mut file = BufWriter::new(file);
            let in_order: BTreeMap<_, _> = cases.iter().collect();
            for (number, version) in in_order {
                writeln!(file, "{number}\t{version}")?;
            }
            file.flush()
        })?;
        Ok(name)
    }
}

fn manifest_path(root: &Path) -> PathBuf {
    root.join("_casefold").join("manifest.json")
}

fn month(root: &Path, file: &FileNote) -> PathBuf {
    root.join(file.table.name())
        .join(format!("month={}", file.month))
}

fn place(root: &Path, file: &FileNote) -> PathBuf {
    month(root, file).join(file.name())
}

fn hidden(root: &Path, file: &FileNote) -> PathBuf {
    month(root, file).join(format!(".{}", file.name()))
}

fn read_manifest(path: &Path) -> Result<Option<Manifest>, ExportError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let unclear = |_| ExportError::Note(path.to_owned());
    let Format { format } = serde_json::from_slice(&text).map_err(unclear)?;
    if format != FORMAT {
        return Err(ExportError::Format {
            path: path.to_owned(),
            found: format,
        });
    }
    serde_json::from_slice(&text).map(Some).map_err(unclear)
}

/// Writes a file whole, or not at all.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), ExportError> {
    let new = path.with_extension("new");
    let written = File::create(&new).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&new, path))
        .map_err(at(path))
}

/// Whether a file is one that an export writes, or the beginning of one: others are let alone.
fn is_ours(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str());
    matches!(extension, Some("parquet" | "tsv" | "new"))
}

fn entries(folder: &Path) -> Result<impl Iterator<Item = PathBuf>, ExportError> {
    let entries = fs::read_dir(folder).map_err(at(folder))?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())))
}

/// An error with the file that it is about.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.to_owned();
    move |source| ExportError::File { path, source }
}
