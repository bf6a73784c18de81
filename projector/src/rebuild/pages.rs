//! The cases of a segment, whole, a page at a time.
//!
//! A page of a scan ends where it ends, as a rule in the middle of a case. What was read of
//! that case is kept, and put together with what the next page has of it, so that no commit is
//! read twice; and the place to resume at is before it.

use std::collections::HashMap;
use std::mem;

use casefold_events::{Commit, CommitRef, DocketNumber, Version};
use casefold_shared::gateway::{EventStore, ScanPage, Segment, StoreError, Unreadable};

use super::segments::Scanned;
use crate::history::{History, Obstacle, readable_commits};

/// Where in a segment a reader is.
#[derive(Clone)]
pub struct Pages {
    segment: Segment,
    /// Up to where every case was handed out.
    handed_out: Option<CommitRef>,
    /// Where the next page begins.
    from: Option<CommitRef>,
    is_at_end: bool,
    /// The beginning of the case that the last page has cut.
    cut: Vec<Read>,
}

/// A commit that was read, or one that can't be.
#[derive(Clone)]
enum Read {
    Commit(Box<Commit>),
    Unreadable(CommitRef, String),
}

/// Some cases of a segment.
pub struct Page {
    /// The cases, each whole.
    pub histories: Vec<History>,
    /// What was read for them.
    pub scanned: Scanned,
    /// The reader after this page.
    pub rest: Pages,
}

impl Pages {
    /// A reader that goes on after a commit, the last one of its case.
    pub const fn new(segment: Segment, after: Option<CommitRef>) -> Self {
        Self {
            segment,
            handed_out: after,
            from: after,
            is_at_end: false,
            cut: Vec::new(),
        }
    }

    /// Where to resume after what was handed out.
    pub const fn position(&self) -> Option<CommitRef> {
        self.handed_out
    }

    /// Whether every case was handed out.
    pub const fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Reads the next page.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be read.
    pub async fn next(mut self, events: &dyn EventStore) -> Result<Page, StoreError> {
        let ScanPage {
            commits,
            unreadable,
            next,
        } = events.commits_scan(self.segment, self.from).await?;
        let mut cases = by_case(mem::take(&mut self.cut), commits, unreadable);
        // The page ends in the case of its last commit, whether that can be read or not.
        if let Some(last) = next {
            let is_cut = |case: &mut Vec<Read>| is_of(case, last.docket_number);
            self.cut = cases.extract_if(.., is_cut).flatten().collect();
        }
        self.from = next;
        self.is_at_end = next.is_none();
        if let Some(last) = cases.last().and_then(|case| case.last()) {
            self.handed_out = Some(last.reference());
        }
        let mut scanned = Scanned::default();
        let mut histories = Vec::new();
        for case in cases {
            let Some(number) = case.first().map(Read::docket_number) else {
                continue;
            };
            scanned.cases += 1;
            scanned.commits += case.len() as u64;
            let history = history(events, number, case).await?;
            scanned.events += history
                .commits
                .iter()
                .map(|commit| commit.events.len() as u64)
                .sum::<u64>();
            histories.push(history);
        }
        Ok(Page {
            histories,
            scanned,
            rest: self,
        })
    }
}

impl Read {
    fn reference(&self) -> CommitRef {
        match self {
            Self::Commit(commit) => commit.reference(),
            Self::Unreadable(commit, _) => *commit,
        }
    }

    fn docket_number(&self) -> DocketNumber {
        self.reference().docket_number
    }
}

/// What was read, each case together and in its order, and the case that was cut first. The
/// others are in the order in which the scan gave them, but for those with commits that can't
/// be read: where the scan has these among the others isn't known. To resume after any case
/// that is not the page's last is safe; it may be read again.
fn by_case(cut: Vec<Read>, commits: Vec<Commit>, unreadable: Vec<Unreadable>) -> Vec<Vec<Read>> {
    let lost = unreadable
        .into_iter()
        .map(|it| Read::Unreadable(it.commit, it.problem));
    let commits = commits.into_iter().map(|it| Read::Commit(Box::new(it)));
    let mut cases: Vec<Vec<Read>> = Vec::new();
    let mut places: HashMap<DocketNumber, usize> = HashMap::new();
    for it in cut.into_iter().chain(lost).chain(commits) {
        let place = *places.entry(it.docket_number()).or_insert(cases.len());
        match cases.get_mut(place) {
            Some(case) => case.push(it),
            None => cases.push(vec![it]),
        }
    }
    for case in &mut cases {
        case.sort_by_key(|it| it.reference().version);
    }
    cases
}

fn is_of(case: &[Read], number: DocketNumber) -> bool {
    case.first().is_some_and(|it| it.docket_number() == number)
}

/// The history of a case from what a scan gave of it. Where that isn't all, from the first
/// commit on and without a gap, the event table is asked.
async fn history(
    events: &dyn EventStore,
    docket_number: DocketNumber,
    case: Vec<Read>,
) -> Result<History, StoreError> {
    let mut commits = Vec::with_capacity(case.len());
    let mut unreadable = None;
    for (version, read) in (1..).map(Version).zip(case) {
        match read {
            Read::Commit(commit) if commit.version == version => {
                commits.push(*commit);
            }
            Read::Commit(_) => return History::read(events, docket_number).await,
            Read::Unreadable(commit, reason) if commit.version == version => {
                unreadable = Some(Obstacle { version, reason });
                break;
            }
            Read::Unreadable(..) => {
                let met = Obstacle {
                    version: Version(1),
                    reason: String::new(),
                };
                let (commits, obstacle) = readable_commits(events, docket_number, met).await?;
                return Ok(History {
                    docket_number,
                    commits,
                    unreadable: Some(obstacle),
                });
            }
        }
    }
    Ok(History {
        docket_number,
        commits,
        unreadable,
    })
}
