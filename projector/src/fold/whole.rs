//! Cases as a projection: folding whole histories, and comparing what is stored with them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::case::generation::NAME;
use casefold_shared::gateway::{
    EntrySelection, Generation, Head, ProjectionId, PutOutcome, Quarantined, StoreError,
};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::{AdvanceError, CaseFolder, Outcome};
use crate::folder::{Advanced, Folder, PutWhole};
use crate::hints::Hints;
use crate::history::{Folded, History, Obstacle};
use crate::projections::command;

/// How many cases are put at once: enough to hide the store's round trips behind one another.
const PUTS_AT_ONCE: usize = 16;

/// What one put of a case came to.
enum Put {
    Written,
    Left,
    Parked,
}

impl CaseFolder {
    /// Trusts the cases of another generation to imply the rows of their commands, so that
    /// [`Folder::put_whole`] need not write those again: a snapshot at a version implies every
    /// command id up to it, whichever generation it is of.
    #[must_use]
    pub fn trusting_commands_of(self, reference: Option<Generation>) -> Self {
        let reference = reference.filter(|it| *it != self.generation());
        Self { reference, ..self }
    }

    /// Up to which version the commands of cases are remembered already.
    async fn remembered(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        match self.reference {
            Some(reference) => self.snapshots.case_heads(reference, cases).await,
            None => Ok(BTreeMap::new()),
        }
    }

    async fn put_one(&self, history: &History, remembered: Version) -> Result<Put, AdvanceError> {
        let docket_number = history.docket_number;
        let Folded { case, obstacle } = history.fold(self.fold);
        if let (Some(case), None) = (case, obstacle)
            && self.snapshots.case_put_fits(&case, Version::ZERO)
        {
            let put = self.put_case(history, &case, remembered).await;
            match put {
                Ok(Some(put)) => return Ok(put),
                // What is stored is older: it is brought forward as live commits do it.
                Ok(None) => {}
                Err(source) if source.may_pass() => {
                    return Err(AdvanceError::Store {
                        docket_number,
                        source,
                    });
                }
                Err(_) => {}
            }
        }
        // Whatever is out of the ordinary is the live fold's to deal with: it writes a long
        // case in steps, and parks one that can't be folded.
        let advanced = self.bring(docket_number, &Hints::default()).await?;
        Ok(match advanced.advance.outcome {
            Outcome::Folded(_) => Put::Written,
            Outcome::Skipped(_) => Put::Left,
            Outcome::Parked(_) => Put::Parked,
        })
    }

    async fn put_case(
        &self,
        history: &History,
        case: &Case,
        remembered: Version,
    ) -> Result<Option<Put>, StoreError> {
        let forgotten = history
            .commits
            .iter()
            .filter(|commit| commit.version > remembered)
            .map(command::row);
        let rows: Vec<_> = forgotten.collect();
        if !rows.is_empty() {
            self.snapshots.commands_put(&rows).await?;
        }
        let generation = self.generation();
        match self
            .snapshots
            .case_put(generation, case, Version::ZERO)
            .await?
        {
            PutOutcome::Written => Ok(Some(Put::Written)),
            PutOutcome::Superseded => {
                let number = [case.docket_number];
                let heads = self.snapshots.case_heads(generation, &number).await?;
                let is_as_new = |head: &Head| head.version >= case.version;
                let left = heads.get(&case.docket_number).is_some_and(is_as_new);
                Ok(left.then_some(Put::Left))
            }
        }
    }
}

#[async_trait]
impl Folder for CaseFolder {
    fn id(&self) -> ProjectionId {
        ProjectionId {
            name: NAME,
            generation: self.generation(),
        }
    }

    async fn advance(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
    ) -> Result<Advanced, AdvanceError> {
        self.bring(docket_number, hints).await
    }

    async fn put_whole(&self, histories: &[History]) -> Result<PutWhole, AdvanceError> {
        let Some(first) = histories.first() else {
            return Ok(PutWhole::default());
        };
        let cases: Vec<_> = histories.iter().map(|it| it.docket_number).collect();
        let failed = |source| AdvanceError::Store {
            docket_number: first.docket_number,
            source,
        };
        let remembered = self.remembered(&cases).await.map_err(failed)?;
        let puts = histories.iter().map(|history| {
            let head = remembered.get(&history.docket_number);
            self.put_one(history, head.map_or(Version::ZERO, |head| head.version))
        });
        let puts: Vec<_> = puts.collect();
        let mut put = PutWhole::default();
        let mut puts = futures::stream::iter(puts).buffer_unordered(PUTS_AT_ONCE);
        while let Some(one) = puts.try_next().await? {
            match one {
                Put::Written => put.written += 1,
                Put::Left => put.left += 1,
                Put::Parked => put.parked += 1,
            }
        }
        Ok(put)
    }

    async fn clear(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        self.snapshots
            .case_remove(self.generation(), docket_number)
            .await
    }

    async fn heads(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.snapshots.case_heads(self.generation(), cases).await
    }

    async fn parked(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.snapshots.quarantine_list(self.generation()).await
    }

    async fn stored(&self, docket_number: DocketNumber) -> Result<Option<Value>, StoreError> {
        let case = self
            .snapshots
            .case_get(self.generation(), docket_number, EntrySelection::All)
            .await?;
        case.as_ref().map(document).transpose()
    }

    fn expected(&self, history: &History) -> Result<Option<Value>, Obstacle> {
        let Folded { case, obstacle } = history.fold(self.fold);
        if let Some(obstacle) = obstacle {
            return Err(obstacle);
        }
        let unwritable = |error: StoreError| Obstacle {
            version: history.last().map_or(Version::ZERO, |it| it.version),
            reason: error.to_string(),
        };
        case.as_ref().map(document).transpose().map_err(unwritable)
    }
}

/// A case with its docket record as one document.
fn document(case: &Case) -> Result<Value, StoreError> {
    let unwritable = |error: serde_json::Error| StoreError::Corrupt {
        at: format!("case {}", case.docket_number),
        problem: format!("it can't be written as JSON, at column {}", error.column()),
    };
    let mut document = serde_json::to_value(case).map_err(unwritable)?;
    let on_record: Vec<_> = case.docket.on_record().collect();
    document["docketEntries"] = json!(on_record);
    document["offRecordEntries"] = json!(case.docket.off_record());
    Ok(document)
}
