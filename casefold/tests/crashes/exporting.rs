//! `casefold export`.

use std::collections::BTreeSet;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use casefold::export::{Directory, Table};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;

#[test]
fn an_export_that_is_killed_again_and_again_has_every_commit_once_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let court = dir.path().join("court");
    done(&court, &["generate", "--cases", "300"]);
    let (mut killed, mut exported) = (0, 0);
    while killed < kills() {
        let files = dir.path().join(format!("files-{exported}"));
        let export = ["export", "--parquet", files.to_str().unwrap()];
        killed += kill_until_done(&court, &export, kills() - killed, 600);
        exported += 1;
        let again = done(&court, &export);
        assert_eq!(again["commitsWritten"], 0, "{again}");
        let verified = done(&court, &["verify"]);
        assert_eq!(again["commits"], verified["commits"], "{again}");
        assert_each_is_there_once(&files, again["commits"].as_u64().unwrap());
        std::fs::remove_dir_all(&files).unwrap();
    }
    println!("{killed} kills of {exported} exports");
}

/// The rows of the files, read back.
fn assert_each_is_there_once(files: &Path, commits: u64) {
    let rows = rows_of_commits(files);
    let there: BTreeSet<_> = rows.iter().collect();
    assert_eq!((rows.len() as u64, there.len() as u64), (commits, commits));
}

/// The docket number and version of each row of the table of commits.
fn rows_of_commits(files: &Path) -> Vec<(String, i64)> {
    let mut rows = Vec::new();
    for path in Directory::files(files, Table::Commits)
        .unwrap()
        .into_values()
        .flatten()
    {
        let file = File::open(path).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            let column = |name: &str| batch.column_by_name(name).unwrap();
            let numbers = column("docket_number").as_string::<i32>().iter();
            let versions = column("version").as_primitive::<Int64Type>().iter();
            let each = numbers.zip(versions);
            rows.extend(
                each.map(|(number, version)| (number.unwrap().to_owned(), version.unwrap())),
            );
        }
    }
    rows
}
