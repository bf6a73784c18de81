//! What was measured, in a form that is kept and shown: [`json`] keeps it, [`markdown`] and
//! [`plot`] show it.
//!
//! Figures are kept one by one, each with the run that it came from. So a run of one figure
//! replaces that figure, and the page is made anew from all that are there.

pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod plot;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::stats::{Spread, rounded};

/// All figures, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) figures: BTreeMap<u8, Figure>,
}

/// One figure: what was to be reached, and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) title: String,
    pub(crate) run: Run,
    pub(crate) goals: Vec<Goal>,
    pub(crate) tables: Vec<Table>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) plots: Vec<Plot>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

/// When, of what and on which machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The day, in UTC.
    pub(crate) date: String,
    /// The commit of the tree; where it was changed since, it says so.
    pub(crate) commit: String,
    /// How often each timed cell was measured.
    pub(crate) runs: usize,
    /// Whether it was a short run, whose times are not worth much.
    pub(crate) quick: bool,
    pub(crate) machine: Machine,
}

/// A machine and what was built on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) os: String,
    pub(crate) rustc: String,
    pub(crate) engine: String,
}

/// What is to be reached, and whether it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Goal {
    pub(crate) goal: String,
    pub(crate) measured: String,
    pub(crate) verdict: Verdict,
}

/// Whether a goal was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Verdict {
    Reached,
    Missed,
    NotMeasured,
}

impl Verdict {
    /// As a condition has it.
    pub(crate) const fn of(reached: bool) -> Self {
        if reached { Self::Reached } else { Self::Missed }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Missed => "**missed**",
            Self::NotMeasured => "not measured",
        }
    }
}

impl Goal {
    /// A goal with what was measured for it.
    pub(crate) fn new(
        goal: impl Into<String>,
        measured: impl Into<String>,
        verdict: Verdict,
    ) -> Self {
        Self {
            goal: goal.into(),
            measured: measured.into(),
            verdict,
        }
    }
}

/// A table of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) caption: String,
    /// The first one is over the rows' names.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    /// Of several runs.
    Spread(Spread),
    /// One figure, which is exact or was measured once.
    Exact(f64),
    /// Anything else.
    Text(String),
    /// Nothing was measured.
    Empty,
}

impl Cell {
    /// One figure, rounded.
    pub(crate) fn exact(figure: f64) -> Self {
        Self::Exact(rounded(figure))
    }

    /// The figures of some runs; empty of none.
    pub(crate) fn runs(figures: &[f64]) -> Self {
        Spread::of(figures.iter().copied()).map_or(Self::Empty, Self::Spread)
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            caption: caption.into(),
            columns: columns.iter().map(|&it| it.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, name: impl Into<String>, cells: Vec<Cell>) {
        self.rows.push(Row {
            name: name.into(),
            cells,
        });
    }
}

/// Bars in groups, with the spread of the runs as whiskers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plot {
    /// The name of the file, without its ending.
    pub(crate) file: String,
    pub(crate) title: String,
    pub(crate) y: String,
    pub(crate) groups: Vec<String>,
    pub(crate) series: Vec<Series>,
}

/// The bars of one colour, one a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<Spread>>,
}

/// Keeps the figures beside those that are there, and makes the page and the plots anew.
pub(crate) fn write(dir: &Path, measured: Results) -> Outcome<Results> {
    std::fs::create_dir_all(dir)?;
    let file = dir.join("results.json");
    let merged = json::merged(json::read(&file)?, measured);
    std::fs::write(&file, json::text(&merged)?)?;
    std::fs::write(dir.join("README.md"), markdown::page(&merged))?;
    for figure in merged.figures.values() {
        for plot in &figure.plots {
            std::fs::write(dir.join(format!("{}.svg", plot.file)), plot::svg(plot)?)?;
        }
    }
    Ok(merged)
}
