//! The cases of a segment, whole, a page at a time.
//!
//! A page of a scan ends where it ends, as a rule in the middle of a case. What was read of
//! that case is kept, and put together with what the next page has of it, so that no commit is
//! read twice; and the place to resume at is before it.

use std::collections::BTreeMap;
use std::mem;

use casefold_events::{Commit, CommitRef, DocketNumber, Version};
use casefold_shared::gateway::{EventStore, ScanPage, Segment, StoreError};

use super::segments::Scanned;
use crate::history::{History, Obstacle, readable_commits};

/// Where in a segment a reader is.
#[derive(Clone)]
pub(super) struct Pages {
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
pub(super) struct Page {
    pub(super) histories: Vec<History>,
    pub(super) scanned: Scanned,
    /// The reader after this page.
    pub(super) rest: Pages,
}

impl Pages {
    /// A reader that goes on after a commit, the last one of its case.
    pub(super) const fn new(segment: Segment, after: Option<CommitRef>) -> Self {
        Self {
            segment,
            handed_out: after,
            from: after,
            is_at_end: false,
            cut: Vec::new(),
        }
    }

    /// Where to resume after what was handed out.
    pub(super) const fn position(&self) -> Option<CommitRef> {
        self.handed_out
    }

    /// Whether every case was handed out.
    pub(super) const fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Reads the next page.
    pub(super) async fn next(mut self, events: &dyn EventStore) -> Result<Page, StoreError> {
        let ScanPage {
            commits,
            unreadable,
            next,
        } = events.commits_scan(self.segment, self.from).await?;
        let mut read = mem::take(&mut self.cut);
        read.extend(in_order(commits, unreadable));
        if next.is_some()
            && let Some(last) = read.last().map(Read::docket_number)
        {
            let begins = read.partition_point(|it| it.docket_number() != last);
            self.cut = read.split_off(begins);
        }
        self.from = next;
        self.is_at_end = next.is_none();
        if let Some(last) = read.last() {
            self.handed_out = Some(last.reference());
        }
        let mut scanned = Scanned::default();
        let mut histories = Vec::new();
        let mut read = read.into_iter().peekable();
        while let Some(first) = read.next() {
            let number = first.docket_number();
            let mut case = vec![first];
            while let Some(more) = read.next_if(|it| it.docket_number() == number) {
                case.push(more);
            }
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

/// Commits and those that can't be read, each case in its order, and the cases in the order in
/// which the scan gave them.
fn in_order(
    commits: Vec<Commit>,
    unreadable: Vec<casefold_shared::gateway::Unreadable>,
) -> Vec<Read> {
    let mut lost: BTreeMap<DocketNumber, Vec<Read>> = BTreeMap::new();
    for it in unreadable {
        let of_case = lost.entry(it.commit.docket_number).or_default();
        of_case.push(Read::Unreadable(it.commit, it.problem));
    }
    let mut read = Vec::with_capacity(commits.len());
    let mut commits = commits.into_iter().peekable();
    while let Some(first) = commits.next() {
        let number = first.docket_number;
        let mut case = vec![Read::Commit(Box::new(first))];
        while let Some(more) = commits.next_if(|commit| commit.docket_number == number) {
            case.push(Read::Commit(Box::new(more)));
        }
        case.extend(lost.remove(&number).unwrap_or_default());
        case.sort_by_key(|it| it.reference().version);
        read.extend(case);
    }
    // Cases of which nothing on the page can be read: where the scan has them among the others
    // isn't known, and one that the page cuts is read to its own end by whoever folds it.
    for case in lost.into_values() {
        read.splice(0..0, case);
    }
    read
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
