//! Projections of rows: folding whole histories, and comparing what is stored with them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::{CaseRows, Head, ProjectionId, Quarantined, StoreError};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Map, Value, json};

use super::RowsFolder;
use crate::fold::parked::Reaching as _;
use crate::fold::{AdvanceError, Outcome};
use crate::folder::{Advanced, Folder, PutWhole};
use crate::hints::Hints;
use crate::history::{History, Obstacle};
use crate::projections::rows::{RowFold, RowProjection};

/// How many cases are put at once.
const PUTS_AT_ONCE: usize = 16;

impl<P: RowProjection> RowsFolder<P> {
    async fn put_one(&self, history: &History) -> Result<PutWhole, AdvanceError> {
        let docket_number = history.docket_number;
        let put = PutWhole::default();
        let commits: Vec<_> = history.commits.iter().collect();
        let (fold, obstacle) = RowFold::<P>::fold_all(&RowFold::begin, &commits);
        if obstacle.is_none() && history.unreadable.is_none() && !commits.is_empty() {
            let nothing = CaseRows::default();
            if self.put(docket_number, &nothing, &fold).await.is_ok() {
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
impl<P: RowProjection> Folder for RowsFolder<P> {
    fn id(&self) -> ProjectionId {
        Self::ID
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

    async fn put_whole(&self, histories: &[History]) -> Result<PutWhole, AdvanceError> {
        let puts: Vec<_> = histories.iter().map(|it| self.put_one(it)).collect();
        let mut put = PutWhole::default();
        let mut puts = futures::stream::iter(puts).buffer_unordered(PUTS_AT_ONCE);
        while let Some(one) = puts.try_next().await? {
            put += one;
        }
        Ok(put)
    }

    async fn clear(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        self.store.rows_remove(Self::ID, docket_number).await
    }

    async fn heads(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.store.rows_heads(Self::ID, cases).await
    }

    async fn parked(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.store.rows_parked(Self::ID).await
    }

    async fn stored(&self, docket_number: DocketNumber) -> Result<Option<Value>, StoreError> {
        let read = self.store.rows_get(Self::ID, docket_number).await?;
        if read.version == Version::ZERO {
            return Ok(None);
        }
        let kept = match &read.kept {
            Some(kept) => serde_json::from_str(kept).unwrap_or_else(|_| json!(kept)),
            None => json!(P::State::default()),
        };
        let rows = self.store.rows_of(Self::ID, docket_number).await?;
        let rows = rows.into_iter().map(|row| (row.key, row.sort, row.body));
        Ok(Some(document(kept, rows)))
    }

    fn expected(&self, history: &History) -> Result<Option<Value>, Obstacle> {
        let commits: Vec<_> = history.commits.iter().collect();
        let (fold, obstacle) = RowFold::<P>::fold_all(&RowFold::begin, &commits);
        if let Some(obstacle) = obstacle.or_else(|| history.unreadable.clone()) {
            return Err(obstacle);
        }
        if commits.is_empty() {
            return Ok(None);
        }
        let kept = match fold.kept()? {
            Some(_) => json!(fold.state),
            None => json!(P::State::default()),
        };
        let rows = fold.rows(history.docket_number)?;
        let rows = rows
            .into_iter()
            .map(|row| (row.key, row.sort, Some(row.body)));
        Ok(Some(document(kept, rows)))
    }
}

/// What is kept of a case and its rows, by key and sort text, as one document.
fn document(kept: Value, rows: impl Iterator<Item = (String, String, Option<Value>)>) -> Value {
    let mut keys: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (key, sort, body) in rows {
        keys.entry(key).or_default().insert(sort, json!(body));
    }
    json!({ "kept": kept, "rows": keys })
}
