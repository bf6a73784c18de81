//! Two generations of a projection against one another: what is stored of each case in both.

use std::sync::Arc;
use std::time::Duration;

use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::{OpenStores, Segment, StoreError, Stores};
use futures::{StreamExt, TryStreamExt};
use tokio::sync::watch;

use super::pages::Pages;
use super::segments::Scanned;
use super::{OpenFolder, Progress};
use crate::difference::{Comparison, FieldChange, Summary, Values, changes};
use crate::folder::Folder;

/// How many cases of a segment are read at once.
const CASES_AT_ONCE: usize = 8;

/// How often a case is read again whose two generations are at different versions, and the
/// pause before that.
const LOOKS: u32 = 5;
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// Compares two generations.
#[derive(Clone)]
pub struct Compare {
    /// Which two.
    pub comparison: Comparison,
    /// Where a worker has its stores from.
    pub stores: OpenStores,
    /// What folds into the older.
    pub from: OpenFolder,
    /// What folds into the newer.
    pub to: OpenFolder,
}

/// How many cases are compared, and how.
#[derive(Clone, Copy, Debug)]
pub struct CompareConfig {
    /// How many segments are worked on at once.
    pub workers: usize,
    /// In how many segments the event table is scanned.
    pub segments: u32,
    /// The most cases that are compared, nearly; `None`: all.
    pub limit: Option<u64>,
    /// Whether values are shown in examples.
    pub values: Values,
}

/// What one case is in both generations.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseComparison {
    /// In neither.
    InNeither,
    /// In the older alone.
    OnlyInOld,
    /// In the newer alone.
    OnlyInNew,
    /// In both, at different versions, each time that they were read.
    VersionsDiffer {
        /// In the older.
        old: Version,
        /// In the newer.
        new: Version,
    },
    /// In both, with these differences.
    Compared {
        /// The version, in both.
        version: Version,
        /// What differs.
        changes: Vec<FieldChange>,
    },
}

impl Compare {
    /// Compares all cases. Where it is told to stop, it gives what it has by then.
    ///
    /// # Errors
    /// [`StoreError`] where something can't be read.
    pub async fn run(
        &self,
        config: CompareConfig,
        progress: &dyn Progress<Scanned>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Summary, StoreError> {
        let of = config.segments.max(1);
        let scanned = std::sync::Mutex::new(Scanned::default());
        let scans: Vec<_> = (0..of)
            .map(|index| {
                let scanned = &scanned;
                async move {
                    let (stores, _) = (self.stores)();
                    let pair = self.pair(&stores)?;
                    let mut summary = Summary::new(self.comparison.clone(), config.values);
                    let mut pages = Pages::new(Segment { index, of }, None);
                    while !pages.is_at_end() && !*stop.borrow() {
                        if lock(scanned).cases >= config.limit.unwrap_or(u64::MAX) {
                            break;
                        }
                        let page = pages.next(&*stores.events).await?;
                        pages = page.rest;
                        let cases = page.histories.into_iter().map(|it| it.docket_number);
                        let pair = &pair;
                        let compared: Vec<_> = cases
                            .map(|number| async move {
                                let compared = pair.compare(number).await?;
                                Ok::<_, StoreError>((number, compared))
                            })
                            .collect();
                        let compared: Vec<_> = futures::stream::iter(compared)
                            .buffered(CASES_AT_ONCE)
                            .try_collect()
                            .await?;
                        for (number, compared) in compared {
                            add(&mut summary, number, compared);
                        }
                        let so_far = {
                            let mut all = lock(scanned);
                            *all += page.scanned;
                            *all
                        };
                        progress.at(&so_far);
                    }
                    Ok::<_, StoreError>(summary)
                }
            })
            .collect();
        let none = Summary::new(self.comparison.clone(), config.values);
        futures::stream::iter(scans)
            .buffer_unordered(config.workers.max(1))
            .try_fold(none, |sum, one| async move { Ok(sum.merge(one)) })
            .await
    }

    /// Compares one case.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be read.
    pub async fn case(&self, docket_number: DocketNumber) -> Result<CaseComparison, StoreError> {
        let (stores, _) = (self.stores)();
        self.pair(&stores)?.compare(docket_number).await
    }

    fn pair(&self, stores: &Stores) -> Result<Pair, StoreError> {
        Ok(Pair {
            old: open(&self.from, stores, &self.comparison)?,
            new: open(&self.to, stores, &self.comparison)?,
        })
    }
}

/// The two generations, for one worker.
struct Pair {
    old: Arc<dyn Folder>,
    new: Arc<dyn Folder>,
}

impl Pair {
    async fn compare(&self, docket_number: DocketNumber) -> Result<CaseComparison, StoreError> {
        let mut compared = CaseComparison::InNeither;
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            compared = self.compare_once(docket_number).await?;
            match compared {
                CaseComparison::Compared { .. } => break,
                // A case that is there by now may be in one of them a moment later.
                CaseComparison::InNeither
                | CaseComparison::OnlyInOld
                | CaseComparison::OnlyInNew
                | CaseComparison::VersionsDiffer { .. } => {}
            }
        }
        Ok(compared)
    }

    /// Reads both, between two looks at how far they are, so that what is compared is of one
    /// version.
    async fn compare_once(
        &self,
        docket_number: DocketNumber,
    ) -> Result<CaseComparison, StoreError> {
        let number = [docket_number];
        let version = |heads: std::collections::BTreeMap<DocketNumber, _>| {
            heads
                .get(&docket_number)
                .map(|head: &casefold_shared::gateway::Head| head.version)
        };
        let before = version(self.old.heads(&number).await?);
        let old = self.old.stored(docket_number).await?;
        let new = self.new.stored(docket_number).await?;
        let after = version(self.new.heads(&number).await?);
        let at_last = version(self.old.heads(&number).await?);
        Ok(match (old, new, before, after) {
            (None, None, ..) => CaseComparison::InNeither,
            (Some(_), None, ..) => CaseComparison::OnlyInOld,
            (None, Some(_), ..) => CaseComparison::OnlyInNew,
            (Some(old), Some(new), Some(one), Some(other)) if one == other && at_last == before => {
                CaseComparison::Compared {
                    version: one,
                    changes: changes(&old, &new),
                }
            }
            (Some(_), Some(_), one, other) => CaseComparison::VersionsDiffer {
                old: one.unwrap_or_default(),
                new: other.unwrap_or_default(),
            },
        })
    }
}

fn open(
    folder: &OpenFolder,
    stores: &Stores,
    comparison: &Comparison,
) -> Result<Arc<dyn Folder>, StoreError> {
    folder(stores).ok_or_else(|| {
        let what = format!("this build can't read both of {comparison}");
        StoreError::Refused(what, "it has no such generation".into())
    })
}

fn add(summary: &mut Summary, docket_number: DocketNumber, compared: CaseComparison) {
    match compared {
        // It has a commit, and is in neither yet.
        CaseComparison::InNeither => {}
        CaseComparison::OnlyInOld => summary.only_in_old(docket_number),
        CaseComparison::OnlyInNew => summary.only_in_new(docket_number),
        CaseComparison::VersionsDiffer { old, new } => {
            summary.versions_differ(docket_number, old, new);
        }
        CaseComparison::Compared { changes, .. } => summary.add_case(docket_number, &changes),
    }
}

fn lock(scanned: &std::sync::Mutex<Scanned>) -> std::sync::MutexGuard<'_, Scanned> {
    scanned
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
