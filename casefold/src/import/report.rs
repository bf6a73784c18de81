//! The outcome of an import, for programs and for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use casefold_events::DocketNumber;
use serde::Serialize;

use super::finding::{Finding, FindingKind};
use super::residue::Remains;

/// What became of a file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Items in the file.
    pub items: usize,
    /// Sums over the cases.
    pub totals: Totals,
    /// Whether every case of the file is in the event table now, whole.
    pub complete: bool,
    /// Each case.
    pub cases: Vec<CaseReport>,
    /// What could not be placed, item by item, in the order of the file.
    pub findings: Vec<Finding>,
    /// What the cases that are there keep as the source writes it, by field. Items that are
    /// kept whole are among the findings instead.
    pub remains: Vec<Remaining>,
}

/// A field that stays with the cases as the source writes it: no event expresses it, or
/// none writes it in the same form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remaining {
    /// The kind of item.
    pub item: String,
    /// The field, with the objects and lists in which it stands: `petitioners[].title`.
    pub field: String,
    /// How often.
    pub count: usize,
}

/// Sums over the cases of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Cases in the file.
    pub cases: usize,
    /// Cases of which something was written now.
    pub cases_written: usize,
    /// Cases that were there already, whole.
    pub cases_already_there: usize,
    /// Cases that are not, or not wholly, in the event table.
    pub cases_not_placed: usize,
    /// Docket entries, on the record and off it, of the cases that are there.
    pub docket_entries: usize,
    /// Events of their histories.
    pub events: usize,
    /// Commits of their histories.
    pub commits: usize,
    /// Commits that were written now.
    pub commits_written: usize,
    /// Commits that were there already.
    pub commits_already_there: usize,
    /// The size of what no event holds, in bytes.
    pub residue_bytes: usize,
}

/// What became of a case.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseReport {
    /// The case.
    pub docket_number: DocketNumber,
    /// How it went.
    pub outcome: CaseOutcome,
    /// Why, where it didn't go well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Docket entries, on the record and off it.
    pub docket_entries: usize,
    /// Events of the history.
    pub events: usize,
    /// Commits that were written now.
    pub commits_written: usize,
    /// Commits that were there already.
    pub commits_already_there: usize,
    /// The size of what no event holds, in bytes.
    pub residue_bytes: usize,
}

/// How the import of a case went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CaseOutcome {
    /// Its history, or the rest of it, was written.
    Written,
    /// Its history was there already.
    AlreadyThere,
    /// The case exists with another history. It was left alone.
    AnotherHistory,
    /// No history could be made of its items, or the store refused it.
    Failed,
    /// The import was stopped before it.
    NotReached,
}

impl CaseOutcome {
    /// Whether the case is in the event table now, whole.
    pub const fn is_placed(self) -> bool {
        match self {
            Self::Written | Self::AlreadyThere => true,
            Self::AnotherHistory | Self::Failed | Self::NotReached => false,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::AlreadyThere => "already there",
            Self::AnotherHistory => "exists with another history; left alone",
            Self::Failed => "failed",
            Self::NotReached => "not reached; run the import again",
        }
    }
}

impl Report {
    /// Sums up.
    pub fn new(
        items: usize,
        mut cases: Vec<CaseReport>,
        mut findings: Vec<Finding>,
        remains: Remains,
    ) -> Self {
        cases.sort_by_key(|case| case.docket_number);
        findings.sort_by_key(|finding| finding.position);
        let mut totals = Totals {
            cases: cases.len(),
            ..Totals::default()
        };
        for case in &cases {
            match case.outcome {
                CaseOutcome::Written => totals.cases_written += 1,
                CaseOutcome::AlreadyThere => totals.cases_already_there += 1,
                CaseOutcome::AnotherHistory | CaseOutcome::Failed | CaseOutcome::NotReached => {
                    totals.cases_not_placed += 1;
                    continue;
                }
            }
            totals.docket_entries += case.docket_entries;
            totals.events += case.events;
            totals.commits += case.commits_written + case.commits_already_there;
            totals.commits_written += case.commits_written;
            totals.commits_already_there += case.commits_already_there;
            totals.residue_bytes += case.residue_bytes;
        }
        let complete = totals.cases_not_placed == 0
            && findings.iter().all(|finding| finding.kind.is_harmless());
        Self {
            items,
            totals,
            complete,
            cases,
            findings,
            remains: remains
                .into_iter()
                .map(|((item, field), count)| Remaining { item, field, count })
                .collect(),
        }
    }

    /// The report for a person: the sums, the cases that are not in, what could not be
    /// placed item by item, and the rest of the findings counted.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = self.write(&mut text);
        text.truncate(text.trim_end().len());
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let totals = &self.totals;
        writeln!(out, "items in the file       {:>8}", self.items)?;
        writeln!(
            out,
            "cases                   {:>8}   {} written now, {} already there, {} not placed",
            totals.cases, totals.cases_written, totals.cases_already_there, totals.cases_not_placed
        )?;
        writeln!(out, "docket entries          {:>8}", totals.docket_entries)?;
        writeln!(
            out,
            "commits                 {:>8}   {} written now, {} already there",
            totals.commits, totals.commits_written, totals.commits_already_there
        )?;
        writeln!(out, "events                  {:>8}", totals.events)?;
        writeln!(
            out,
            "bytes in no event       {:>8}   kept with the cases",
            totals.residue_bytes
        )?;
        for case in self.cases.iter().filter(|case| !case.outcome.is_placed()) {
            let reason = case
                .reason
                .as_deref()
                .map(|r| format!(" ({r})"))
                .unwrap_or_default();
            writeln!(
                out,
                "case {}: {}{reason}",
                case.docket_number,
                case.outcome.as_str()
            )?;
        }
        for kind in FindingKind::ALL {
            let findings: Vec<_> = self.findings.iter().filter(|f| f.kind == kind).collect();
            if findings.is_empty() {
                continue;
            }
            writeln!(out, "\n{} ({})", kind.as_str(), findings.len())?;
            match kind {
                FindingKind::Unplaced
                | FindingKind::AgainstRule
                | FindingKind::CaseMissing
                | FindingKind::Unreadable => write_each(out, &findings)?,
                FindingKind::Supposed | FindingKind::KeptWhole | FindingKind::NotOfACase => {
                    write_counts(out, &findings)?;
                }
            }
        }
        self.write_remains(out)
    }

    fn write_remains(&self, out: &mut String) -> std::fmt::Result {
        if self.remains.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\nfields kept as the source writes them ({})",
            self.remains.len()
        )?;
        for Remaining { item, field, count } in &self.remains {
            writeln!(out, "  {count:>6} × {item:<32} {field}")?;
        }
        Ok(())
    }
}

fn write_each(out: &mut String, findings: &[&Finding]) -> std::fmt::Result {
    for finding in findings {
        let case = finding.docket_number.as_deref().unwrap_or("-");
        let field = finding.field.as_deref().unwrap_or("-");
        writeln!(
            out,
            "  item {:>6}  {case:<9} {:<15} {field:<26} {}",
            finding.position, finding.item, finding.reason
        )?;
    }
    Ok(())
}

/// Findings of one kind, counted by what they are about.
fn write_counts(out: &mut String, findings: &[&Finding]) -> std::fmt::Result {
    let mut counts: BTreeMap<(&str, String, &str), usize> = BTreeMap::new();
    for finding in findings {
        // `petitioners[3].name` and `petitioners[4].name` are the same field.
        let field = finding.field.as_deref().unwrap_or_default();
        let field: String = field
            .split(['[', ']'])
            .filter(|p| !p.bytes().all(|b| b.is_ascii_digit()))
            .collect();
        *counts
            .entry((&finding.item, field, &finding.reason))
            .or_default() += 1;
    }
    for ((item, field, reason), count) in counts {
        writeln!(out, "  {count:>6} × {item:<32} {field:<30} {reason}")?;
    }
    Ok(())
}
