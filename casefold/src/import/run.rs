//! Planned commits to the event store.
//!
//! A case that is there already with the same commits is left as it is, one that is there
//! in part is completed, and one with any other history is reported and left alone. So an
//! import may be stopped at any point and run again.

use std::collections::BTreeMap;
use std::sync::Arc;

use casefold_events::{Commit, Digest, DocketNumber, Timestamp, Version};
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, ControlStore, EventStore, StoreError, Stores,
};
use casefold_shared::keys::Vault;
use futures::{StreamExt, stream};
use tokio::sync::watch;

use super::finding::Finding;
use super::plan::{CasePlan, plan_case};
use super::report::{CaseOutcome, CaseReport, Report};
use super::residue::Remains;
use super::source::{Source, SourceCase};

/// How many cases are written at once.
const CASES_AT_ONCE: usize = 8;

/// How often a case is looked at anew where something else writes to it at the same time.
const MOST_TRIES: usize = 5;

/// Hears how an import goes on.
pub trait Progress: Send + Sync {
    /// It begins, with so many cases.
    fn begun(&self, cases: usize);
    /// A case is done.
    fn case_done(&self, case: &CaseReport);
    /// It is at its end, or stopped.
    fn ended(&self);
}

/// Says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begun(&self, _: usize) {}
    fn case_done(&self, _: &CaseReport) {}
    fn ended(&self) {}
}

/// Why an import could not go on. What was written stays; run it again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The store can't be reached or is overloaded.
    #[error(
        "the store failed at case {docket_number}; what was written stays, run the import again"
    )]
    Store {
        /// The case that was being written.
        docket_number: DocketNumber,
        /// What the store said.
        #[source]
        source: StoreError,
    },
}

/// Writes the cases of a source to the event store.
#[derive(Clone)]
pub struct Importer {
    events: Arc<dyn EventStore>,
    control: Arc<dyn ControlStore>,
    vault: Arc<Vault>,
}

impl Importer {
    /// An importer into these stores.
    pub fn new(stores: &Stores) -> Self {
        Self {
            events: stores.events.clone(),
            control: stores.control.clone(),
            vault: stores.vault.clone(),
        }
    }

    /// Imports every case, until `stop` turns true: then the cases that were begun are
    /// finished, and the others reported as not reached.
    ///
    /// # Errors
    /// [`ImportError`] where the store fails in a way that another case would meet too.
    pub async fn run(
        &self,
        source: Source,
        recorded_at: Timestamp,
        progress: &dyn Progress,
        stop: &watch::Receiver<bool>,
    ) -> Result<Report, ImportError> {
        let Source {
            items,
            cases,
            mut findings,
        } = source;
        self.reserve(&cases).await?;
        progress.begun(cases.len());
        let mut reports = Vec::with_capacity(cases.len());
        let mut remains = Remains::new();
        let mut imports = stream::iter(cases)
            .map(|case| async move {
                if *stop.borrow() {
                    return Ok(Done::without_plan(not_reached(&case)));
                }
                self.import(&case, recorded_at).await
            })
            .buffer_unordered(CASES_AT_ONCE);
        while let Some(imported) = imports.next().await {
            let done = imported?;
            progress.case_done(&done.report);
            reports.push(done.report);
            findings.extend(done.findings);
            for (field, count) in done.remains {
                *remains.entry(field).or_default() += count;
            }
        }
        progress.ended();
        Ok(Report::new(items, reports, findings, remains))
    }

    /// Takes the docket numbers out of circulation before they are used, so that a service
    /// that files petitions meanwhile gives none of them out.
    async fn reserve(&self, cases: &[SourceCase]) -> Result<(), ImportError> {
        let mut highest: BTreeMap<u8, DocketNumber> = BTreeMap::new();
        for case in cases {
            let number = case.docket_number;
            let of_year = highest.entry(number.year()).or_insert(number);
            *of_year = number.max(*of_year);
        }
        for docket_number in highest.into_values() {
            self.control
                .docket_number_reserve(docket_number)
                .await
                .map_err(|source| ImportError::Store {
                    docket_number,
                    source,
                })?;
        }
        Ok(())
    }

    async fn import(&self, case: &SourceCase, recorded_at: Timestamp) -> Result<Done, ImportError> {
        let docket_number = case.docket_number;
        let mut plan = match plan_case(case) {
            Ok(plan) => plan,
            Err(error) => return Ok(Done::without_plan(failed(docket_number, &error))),
        };
        let findings = std::mem::take(&mut plan.findings);
        let remains = std::mem::take(&mut plan.remains);
        let report = match self.place(&plan, recorded_at).await {
            Ok(placed) => placed.report(&plan),
            Err(source) if source.may_pass() => {
                return Err(ImportError::Store {
                    docket_number,
                    source,
                });
            }
            Err(error) => failed(docket_number, &error),
        };
        let remains = if report.outcome.is_placed() {
            remains
        } else {
            Remains::new()
        };
        Ok(Done {
            report,
            findings,
            remains,
        })
    }

    /// Writes what of a plan is not there yet.
    async fn place(&self, plan: &CasePlan, recorded_at: Timestamp) -> Result<Placed, StoreError> {
        let mut written = 0;
        for _ in 0..MOST_TRIES {
            let there = self
                .events
                .commits_after(plan.docket_number, Version::ZERO)
                .await?;
            if !self.is_of_plan(plan, &there).await? {
                return Ok(Placed::Another);
            }
            let Some(done) = self
                .write_rest(plan, &there, recorded_at, &mut written)
                .await?
            else {
                continue;
            };
            return Ok(Placed::Whole { written: done });
        }
        Ok(Placed::Contended)
    }

    /// Writes the commits after those that are there; `None` where something else wrote to
    /// the case at the same time.
    async fn write_rest(
        &self,
        plan: &CasePlan,
        there: &[Commit],
        recorded_at: Timestamp,
        written: &mut usize,
    ) -> Result<Option<usize>, StoreError> {
        let mut head = there.last().map_or(Digest::ZERO, |commit| commit.hash);
        let rest = there.len()..plan.commits.len();
        let rest: Vec<_> = rest
            .filter_map(|step| plan.draft(step, recorded_at))
            .collect();
        if rest.is_empty() {
            return Ok(Some(*written));
        }
        // All at once: the keys of everybody in the case are made by one write.
        for draft in self.vault.seal(rest).await? {
            let commit = draft.seal(head);
            let is_written = if commit.version == Version(1) {
                match self.events.case_begin(&commit).await? {
                    BeginOutcome::Written => true,
                    BeginOutcome::Claimed(_) | BeginOutcome::NumberTaken => false,
                }
            } else {
                match self.events.commit_append(&commit).await? {
                    AppendOutcome::Written => true,
                    AppendOutcome::Repeated(_) | AppendOutcome::Conflict => false,
                }
            };
            if !is_written {
                return Ok(None);
            }
            *written += 1;
            head = commit.hash;
        }
        Ok(Some(*written))
    }

    /// Whether a case's commits are those of the plan, as far as both go. Commits beyond the
    /// plan are what people did to the case since.
    async fn is_of_plan(&self, plan: &CasePlan, there: &[Commit]) -> Result<bool, StoreError> {
        for (planned, commit) in plan.commits.iter().zip(there) {
            if planned.command_id != commit.command_id
                || !self
                    .vault
                    .is_digest_of(commit, planned.command_digest)
                    .await?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What became of a case, and what of it is reported.
struct Done {
    report: CaseReport,
    findings: Vec<Finding>,
    remains: Remains,
}

impl Done {
    const fn without_plan(report: CaseReport) -> Self {
        Self {
            report,
            findings: Vec::new(),
            remains: Remains::new(),
        }
    }
}

/// How a plan and the event table came together.
enum Placed {
    Whole { written: usize },
    Another,
    Contended,
}

impl Placed {
    fn report(&self, plan: &CasePlan) -> CaseReport {
        let commits = plan.commits.len();
        let (outcome, written, reason) = match self {
            Self::Whole { written: 0 } => (CaseOutcome::AlreadyThere, 0, None),
            Self::Whole { written } => (CaseOutcome::Written, *written, None),
            Self::Another => (CaseOutcome::AnotherHistory, 0, None),
            Self::Contended => {
                let reason = "something else keeps writing to the case; run the import again";
                (CaseOutcome::Failed, 0, Some(reason.to_owned()))
            }
        };
        CaseReport {
            docket_number: plan.docket_number,
            outcome,
            reason,
            docket_entries: plan.entries,
            events: plan.commits.iter().map(|commit| commit.events.len()).sum(),
            commits_written: written,
            commits_already_there: if outcome.is_placed() {
                commits - written
            } else {
                0
            },
            residue_bytes: plan.residue_bytes,
        }
    }
}

fn failed(docket_number: DocketNumber, error: &dyn std::error::Error) -> CaseReport {
    unplaced(docket_number, CaseOutcome::Failed, Some(error.to_string()))
}

fn not_reached(case: &SourceCase) -> CaseReport {
    unplaced(case.docket_number, CaseOutcome::NotReached, None)
}

const fn unplaced(
    docket_number: DocketNumber,
    outcome: CaseOutcome,
    reason: Option<String>,
) -> CaseReport {
    CaseReport {
        docket_number,
        outcome,
        reason,
        docket_entries: 0,
        events: 0,
        commits_written: 0,
        commits_already_there: 0,
        residue_bytes: 0,
    }
}
