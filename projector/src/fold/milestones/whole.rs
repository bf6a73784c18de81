//! Milestones: whole histories, and comparing what is stored with them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::{Head, MilestoneState, ProjectionId, Quarantined, StoreError};
use casefold_shared::milestone::{self, at_or_before};
use serde_json::{Map, Value};

use super::MilestoneFolder;
use crate::fold::{AdvanceError, Counts, Outcome};
use crate::folder::{Advanced, Folder, PutWhole};
use crate::hints::Hints;
use crate::history::{History, Obstacle};

impl MilestoneFolder {
    async fn put_one(&self, history: &History) -> Result<PutWhole, AdvanceError> {
        let docket_number = history.docket_number;
        let put = PutWhole::default();
        let reach = history.last().map_or(Version::ZERO, |it| it.version);
        if history.unreadable.is_none() {
            if self.reaches(reach) == Version::ZERO {
                return Ok(PutWhole { left: 1, ..put });
            }
            let (mut state, mut counts) = (MilestoneState::default(), Counts::default());
            let mut walk = self.walk();
            let walked = self.fold_on(&mut walk, &history.commits, &mut state, &mut counts);
            if walked.await.is_ok() {
                return Ok(PutWhole { written: 1, ..put });
            }
        }
        // Whatever is out of the ordinary is the live fold's to deal with.
        let advance = self.bring(docket_number, &Hints::default()).await?;
        Ok(match advance.outcome {
            Outcome::Folded(_) => PutWhole { written: 1, ..put },
            Outcome::Skipped(_) => PutWhole { left: 1, ..put },
            Outcome::Parked(_) => PutWhole { parked: 1, ..put },
        })
    }
}

#[async_trait]
impl Folder for MilestoneFolder {
    fn id(&self) -> ProjectionId {
        Self::id_of(self.fold.generation)
    }

    async fn advance(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
    ) -> Result<Advanced, AdvanceError> {
        let advance = self.bring(docket_number, hints).await?;
        Ok(Advanced {
            advance,
            case: None,
            progress: None,
        })
    }

    /// One case after the other: each is a whole case several times over.
    async fn put_whole(&self, histories: &[History]) -> Result<PutWhole, AdvanceError> {
        let mut put = PutWhole::default();
        for history in histories {
            put += self.put_one(history).await?;
        }
        Ok(put)
    }

    async fn clear(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        self.store
            .milestones_remove(self.fold.generation, docket_number)
            .await
    }

    fn reaches(&self, last: Version) -> Version {
        at_or_before(last, self.every)
    }

    async fn heads(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.store
            .milestone_reach(self.fold.generation, cases)
            .await
    }

    async fn parked(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.parking.rows_parked(self.id()).await
    }

    async fn stored(&self, docket_number: DocketNumber) -> Result<Option<Value>, StoreError> {
        let generation = self.fold.generation;
        let heads = self
            .store
            .milestone_heads(generation, docket_number)
            .await?;
        let mut all = Map::new();
        for stored in heads {
            let version = stored.head.version;
            let found = self.milestone_at(docket_number, version).await?;
            let document = found.as_ref().map(milestone::document).transpose();
            let document = document.map_err(|error| StoreError::Corrupt {
                at: format!("milestone {version} of case {docket_number}"),
                problem: error.to_string(),
            })?;
            all.insert(version.to_string(), document.unwrap_or_default());
        }
        Ok((!all.is_empty()).then_some(Value::Object(all)))
    }

    fn expected(&self, history: &History) -> Result<Option<Value>, Obstacle> {
        let mut walk = self.walk();
        let mut all = Map::new();
        for commit in &history.commits {
            let Some(milestone) = walk.next(commit)? else {
                continue;
            };
            let version = milestone.head.version;
            let document = milestone::document(&milestone).map_err(|error| Obstacle {
                version,
                reason: error.to_string(),
            })?;
            all.insert(version.to_string(), document);
        }
        match &history.unreadable {
            Some(obstacle) => Err(obstacle.clone()),
            None => Ok((!all.is_empty()).then_some(Value::Object(all))),
        }
    }
}
