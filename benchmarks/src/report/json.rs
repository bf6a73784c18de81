//! The figures as a file: sorted keys, rounded numbers.

use std::path::Path;

use super::Results;
use crate::Outcome;

/// The figures that a file keeps; none where there is no file.
pub(crate) fn read(file: &Path) -> Outcome<Results> {
    match std::fs::read(file) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Results::default()),
        Err(error) => Err(error.into()),
    }
}

/// The kept figures, each replaced where it was measured anew.
pub(crate) fn merged(kept: Results, measured: Results) -> Results {
    let mut figures = kept.figures;
    figures.extend(measured.figures);
    Results { figures }
}

/// The text of the file.
pub(crate) fn text(results: &Results) -> Outcome<String> {
    // A map of JSON has its keys in their order.
    let value = serde_json::to_value(results)?;
    Ok(format!("{value:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::super::markdown::tests::figure;
    use super::*;

    #[test]
    fn a_figure_that_is_measured_anew_replaces_the_old_one_alone() {
        let kept = Results {
            figures: [(1, figure("one")), (2, figure("two"))].into(),
        };
        let measured = Results {
            figures: [(2, figure("two, anew"))].into(),
        };
        let merged = merged(kept, measured);
        let titles: Vec<_> = merged.figures.values().map(|it| &it.title).collect();
        assert_eq!(titles, ["one", "two, anew"]);
    }

    #[test]
    fn what_is_written_is_read_again_and_written_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("results.json");
        assert_eq!(read(&file).unwrap(), Results::default());
        let results = Results {
            figures: [(7, figure("seven"))].into(),
        };
        let written = text(&results).unwrap();
        std::fs::write(&file, &written).unwrap();
        let again = read(&file).unwrap();
        assert_eq!(again, results);
        assert_eq!(text(&again).unwrap(), written);
    }
}
