//! What a batch of stream records hints at, for one case.

use std::collections::BTreeMap;

use casefold_events::{Commit, Version};

/// The commits of one case that a batch told of. A hint is never trusted: a commit is folded
/// only where its hash follows the snapshot's, and the event table has the last word.
///
/// No hint at all asks for whatever the event table has beyond the snapshot.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// A number without a commit comes from a record whose content can't be read.
    by_version: BTreeMap<Version, Option<Commit>>,
    doubled: u64,
}

impl Hints {
    /// Adds a commit.
    pub fn add_commit(&mut self, commit: Commit) {
        let version = commit.version;
        self.add(version, Some(commit));
    }

    /// Adds the number of a commit whose content did not come along.
    pub fn add_version(&mut self, version: Version) {
        self.add(version, None);
    }

    fn add(&mut self, version: Version, commit: Option<Commit>) {
        use std::collections::btree_map::Entry;
        match self.by_version.entry(version) {
            Entry::Vacant(vacant) => {
                vacant.insert(commit);
            }
            Entry::Occupied(mut known) => {
                self.doubled += 1;
                if known.get().is_none() {
                    known.insert(commit);
                }
            }
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_version.is_empty()
    }

    /// The lowest commit that is told of.
    pub fn first(&self) -> Option<Version> {
        self.by_version.keys().next().copied()
    }

    /// The commits that came along, in order, whatever is missing between them.
    pub fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.by_version.values().flatten()
    }

    /// The commits that follow a version, each the next of the one before: up to the first
    /// gap.
    pub fn following(&self, version: Version) -> impl Iterator<Item = &Commit> {
        let mut expected = version.next();
        self.by_version
            .range(expected..)
            .map_while(move |(version, commit)| {
                let next = commit.as_ref().filter(|_| *version == expected);
                expected = expected.next();
                next
            })
    }

    /// Whether a commit beyond a version is told of.
    pub fn reach_beyond(&self, version: Version) -> bool {
        self.by_version
            .keys()
            .next_back()
            .is_some_and(|last| *last > version)
    }

    /// How many hints tell nothing new to a snapshot of this version.
    pub fn duplicates_at(&self, version: Version) -> u64 {
        self.doubled + self.by_version.range(..=version).count() as u64
    }
}
