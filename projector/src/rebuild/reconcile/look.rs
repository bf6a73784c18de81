//! Looking at the cases of a segment, and mending them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::{CommitRef, DocketNumber, Version};
use casefold_shared::gateway::{Consumed, EventStore, Head, Meter, Quarantined};

use super::super::WorkError;
use super::super::segments::Work;
use super::{Difference, Found, Kind};
use crate::difference::changes;
use crate::folder::Folder;
use crate::hints::Hints;
use crate::history::History;

/// How many fields of a difference are named.
const FIELDS_NAMED: usize = 5;

/// How often cases that are behind are looked at again, and the pause before that: live
/// commits are folded within a second, as a rule.
const LOOKS: u32 = 4;
const LOOK_AGAIN: Duration = Duration::from_millis(700);

/// Looks at the cases of segments.
pub(super) struct Looker {
    pub(super) folder: Arc<dyn Folder>,
    pub(super) followed: Option<Arc<dyn Folder>>,
    pub(super) events: Arc<dyn EventStore>,
    pub(super) meter: Arc<dyn Meter>,
    pub(super) parked: Arc<HashMap<DocketNumber, Quarantined>>,
    pub(super) deep: bool,
    pub(super) repair: bool,
}

#[async_trait]
impl Work for Looker {
    type Counts = Found;
    type Error = WorkError;

    fn events(&self) -> &dyn EventStore {
        &*self.events
    }

    async fn cases(&self, histories: &[History]) -> Result<Found, WorkError> {
        let mut found = Found::default();
        let mut differing = self.look(histories.iter().collect(), &mut found).await?;
        for _ in 1..LOOKS {
            // Of a parked case nothing is on its way.
            let on_its_way = |(_, kind): &(&History, Kind)| {
                matches!(kind, Kind::Missing { .. } | Kind::Behind { .. })
            };
            if !differing.iter().any(on_its_way) {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            let again = differing.into_iter().map(|(history, _)| history).collect();
            differing = self.look(again, &mut found).await?;
        }
        for (history, kind) in differing {
            self.settle(history, kind, &mut found).await?;
        }
        Ok(found)
    }

    fn consumed(&self) -> Consumed {
        self.meter.consumed()
    }
}

impl Looker {
    /// Looks at cases, and gives those that differ.
    async fn look<'a>(
        &self,
        histories: Vec<&'a History>,
        found: &mut Found,
    ) -> Result<Vec<(&'a History, Kind)>, WorkError> {
        let numbers: Vec<_> = histories.iter().map(|it| it.docket_number).collect();
        let heads = match self.folder.heads(&numbers).await {
            Ok(heads) => Ok(heads),
            Err(error) if error.may_pass() => return Err(error.into()),
            // One of them can't be read: each is asked for by itself.
            Err(error) => Err(error),
        };
        let mut differing = Vec::new();
        for history in histories {
            let number = history.docket_number;
            let head = match &heads {
                Ok(heads) => Ok(heads.get(&number).copied()),
                Err(_) => self.head(number).await?,
            };
            let kind = match head {
                Ok(head) => self.difference(history, head).await?,
                Err(problem) => Some(Kind::Unreadable { problem }),
            };
            match kind {
                None => found.alike += 1,
                Some(kind) => differing.push((history, kind)),
            }
        }
        Ok(differing)
    }

    /// How far a case is, or why that can't be read.
    async fn head(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Result<Option<Head>, String>, WorkError> {
        match self.folder.heads(&[docket_number]).await {
            Ok(heads) => Ok(Ok(heads.get(&docket_number).copied())),
            Err(error) if error.may_pass() => Err(error.into()),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    async fn difference(
        &self,
        history: &History,
        head: Option<Head>,
    ) -> Result<Option<Kind>, WorkError> {
        let docket_number = history.docket_number;
        if let Some(obstacle) = &history.unreadable {
            return Ok(Some(Kind::Parked {
                at: obstacle.version,
                reason: obstacle.reason.clone(),
            }));
        }
        let Some(last) = history.last() else {
            return Ok(None);
        };
        if let Some(Quarantined {
            version, reason, ..
        }) = self.parked.get(&docket_number)
            && head.is_none_or(|head| head.version < *version)
        {
            return Ok(Some(Kind::Parked {
                at: *version,
                reason: reason.clone(),
            }));
        }
        let expected = self.folder.reaches(last.version);
        let Some(Head {
            version: stored,
            hash,
        }) = head
        else {
            // Nothing is stored, and nothing should be.
            return Ok((expected > Version::ZERO).then_some(Kind::Missing { expected }));
        };
        if stored < expected {
            return Ok(Some(Kind::Behind { stored, expected }));
        }
        let hash_there = if stored == last.version {
            Some(last.hash)
        } else {
            // It stands at an earlier commit, or has moved on since it was scanned.
            let commit = CommitRef {
                docket_number,
                version: stored,
            };
            self.events.commit_get(commit).await?.map(|it| it.hash)
        };
        if hash.is_some_and(|hash| Some(hash) != hash_there) {
            return Ok(Some(Kind::OtherHistory { stored }));
        }
        if self.deep {
            return self.deep_difference(history, stored).await;
        }
        Ok(None)
    }

    /// Compares all that is stored with what should be, at the same version: a case that moves
    /// on meanwhile is read again.
    async fn deep_difference(
        &self,
        history: &History,
        stored: Version,
    ) -> Result<Option<Kind>, WorkError> {
        let docket_number = history.docket_number;
        let mut now = None;
        let mut fields = Vec::new();
        for _ in 0..LOOKS {
            let history = now.as_ref().unwrap_or(history);
            let last = history.last().map(|it| it.version);
            let there = match self.folder.stored(docket_number).await {
                Ok(there) => there,
                Err(error) if error.may_pass() => return Err(error.into()),
                Err(error) => {
                    return Ok(Some(Kind::Unreadable {
                        problem: error.to_string(),
                    }));
                }
            };
            let expected = match self.folder.expected(history) {
                Ok(expected) => expected,
                Err(obstacle) => {
                    return Ok(Some(Kind::Parked {
                        at: obstacle.version,
                        reason: obstacle.reason,
                    }));
                }
            };
            let nothing = serde_json::Value::Null;
            let changed = changes(
                there.as_ref().unwrap_or(&nothing),
                expected.as_ref().unwrap_or(&nothing),
            );
            if changed.is_empty() {
                return Ok(None);
            }
            let named = changed.iter().take(FIELDS_NAMED);
            fields = named.map(|it| it.path.general()).collect();
            let read = History::read(&*self.events, docket_number).await?;
            let head = self.folder.heads(&[docket_number]).await?;
            let head = head.get(&docket_number).map(|head| head.version);
            let reached = last.map_or(Version::ZERO, |last| self.folder.reaches(last));
            if read.last().map(|it| it.version) == last && head.unwrap_or_default() == reached {
                break;
            }
            now = Some(read);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(Some(Kind::OtherContents { stored, fields }))
    }

    /// Mends a case where that is asked for, and counts it.
    async fn settle(
        &self,
        history: &History,
        kind: Kind,
        found: &mut Found,
    ) -> Result<(), WorkError> {
        let docket_number = history.docket_number;
        let mut repaired = false;
        let mut kind = kind;
        if self.repair {
            match &kind {
                Kind::Missing { .. } | Kind::Behind { .. } | Kind::Parked { .. } => {}
                // Nothing that follows can be right: it is folded from the first commit.
                Kind::Unreadable { .. }
                | Kind::OtherHistory { .. }
                | Kind::OtherContents { .. } => {
                    self.folder.clear(docket_number).await?;
                }
            }
            self.folder
                .advance(docket_number, &Hints::default())
                .await?;
            let read = History::read(&*self.events, docket_number).await?;
            let head = self.folder.heads(&[docket_number]).await?;
            let head = head.get(&docket_number).copied();
            let reached = head.map_or(Version::ZERO, |head| head.version);
            let is_released = read
                .last()
                .is_some_and(|last| reached >= self.folder.reaches(last.version));
            let left = if is_released && read.unreadable.is_none() {
                self.without_parked().difference(&read, head).await?
            } else {
                self.difference(&read, head).await?
            };
            match left {
                None => repaired = true,
                Some(left) => kind = left,
            }
        }
        if repaired {
            found.repaired += 1;
        } else if self.is_parked_alike(docket_number, &kind).await? {
            found.parked_alike += 1;
        } else {
            found.differing += 1;
        }
        *found += Found {
            named: vec![Difference {
                docket_number,
                kind,
                repaired,
            }],
            ..Found::default()
        };
        Ok(())
    }

    /// The same, which doesn't go by what was parked when it began.
    fn without_parked(&self) -> Self {
        Self {
            folder: self.folder.clone(),
            followed: self.followed.clone(),
            events: self.events.clone(),
            meter: self.meter.clone(),
            parked: Arc::new(HashMap::new()),
            deep: self.deep,
            repair: self.repair,
        }
    }

    /// Whether readers lose nothing of a parked case by being switched: it is no further in
    /// the generation that they follow.
    async fn is_parked_alike(
        &self,
        docket_number: DocketNumber,
        kind: &Kind,
    ) -> Result<bool, WorkError> {
        let (Kind::Parked { .. }, Some(followed)) = (kind, &self.followed) else {
            return Ok(false);
        };
        let number = [docket_number];
        let version = |heads: BTreeMap<DocketNumber, Head>| {
            heads.get(&docket_number).map(|head| head.version)
        };
        let there = version(followed.heads(&number).await?);
        Ok(there <= version(self.folder.heads(&number).await?))
    }
}
