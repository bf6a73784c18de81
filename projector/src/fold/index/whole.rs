//! The audit index: folding whole histories, and comparing what is stored with them.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use casefold_events::DocketNumber;
use casefold_shared::audit::{Dimension, IndexRow, Place, Position, places_of};
use casefold_shared::gateway::{Head, IndexedInCase, ProjectionId, Quarantined, StoreError};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Map, Value, json};

use super::{BEFORE_THE_FIRST, IndexFolder, rows_after};
use crate::fold::parked::{Parking as _, Reaching as _};
use crate::fold::{AdvanceError, Counts, Outcome};
use crate::folder::{Advanced, Folder, PutWhole};
use crate::hints::Hints;
use crate::history::{History, Obstacle};

/// How many cases are put at once.
const PUTS_AT_ONCE: usize = 16;

/// What a row shows where it is the same as in the row of the case.
const SAME: &str = "same";

impl IndexFolder {
    async fn put_one(
        &self,
        history: &History,
        stored: Option<Head>,
    ) -> Result<PutWhole, AdvanceError> {
        let put = PutWhole::default();
        let last = history.last();
        let is_there = last.is_some_and(|last| {
            stored.is_some_and(|head| head.version > last.version || head.hash == Some(last.hash))
        });
        if is_there && history.unreadable.is_none() {
            return Ok(PutWhole { left: 1, ..put });
        }
        if stored.is_none() && history.unreadable.is_none() && last.is_some() {
            let mut counts = Counts::default();
            let mut bringing = super::Bringing {
                docket_number: history.docket_number,
                stored,
                counts: &mut counts,
            };
            let commits: Vec<_> = history.commits.iter().collect();
            if let Ok(None) = self.put(&mut bringing, &commits).await {
                return Ok(PutWhole { written: 1, ..put });
            }
        }
        // Whatever is out of the ordinary is the live fold's to deal with.
        let advance = self.bring(history.docket_number, &Hints::default()).await?;
        Ok(match advance.outcome {
            Outcome::Folded(_) => PutWhole { written: 1, ..put },
            Outcome::Skipped(_) => PutWhole { left: 1, ..put },
            Outcome::Parked(_) => PutWhole { parked: 1, ..put },
        })
    }

    /// The rows that are stored of a case and that nobody puts. Where its history can't be read
    /// to its end, the rows of later commits are all that is left of those: they stay.
    fn surplus(history: &History, stored: &[IndexedInCase]) -> Vec<(Place, Position)> {
        let (rows, obstacle) = rows_of(history);
        // The first commit of which nothing is known any more.
        let unknown = obstacle.map(|obstacle| obstacle.version);
        let wanted: BTreeSet<_> = rows.iter().map(|row| (&row.place, row.position)).collect();
        let mut surplus = Vec::new();
        for indexed in stored {
            let position = indexed.position;
            if unknown.is_some_and(|unknown| position.version >= unknown) {
                continue;
            }
            let number = position.docket_number;
            let mut places = vec![Place::of(Dimension::Case, number.to_string(), number)];
            if let Some(commit) = &indexed.commit {
                places.extend(places_of(number, commit));
            }
            places.retain(|place| !wanted.contains(&(place, position)));
            places.dedup();
            surplus.extend(places.into_iter().map(|place| (place, position)));
        }
        surplus
    }
}

#[async_trait]
impl Folder for IndexFolder {
    fn id(&self) -> ProjectionId {
        self.of()
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
        let Some(first) = histories.first() else {
            return Ok(PutWhole::default());
        };
        let numbers: Vec<_> = histories.iter().map(|it| it.docket_number).collect();
        let heads = self.index.index_heads(self.of(), &numbers).await;
        let heads = heads.map_err(|source| AdvanceError::Store {
            docket_number: first.docket_number,
            source,
        })?;
        let puts = histories.iter().map(|history| {
            let stored = heads.get(&history.docket_number).copied();
            self.put_one(history, stored)
        });
        let puts: Vec<_> = puts.collect();
        let mut put = PutWhole::default();
        let mut puts = futures::stream::iter(puts).buffer_unordered(PUTS_AT_ONCE);
        while let Some(one) = puts.try_next().await? {
            put += one;
        }
        Ok(put)
    }

    async fn clear(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        let stored = self.index.index_of(self.of(), docket_number).await?;
        let history = History::read(&*self.events, docket_number).await?;
        let surplus = Self::surplus(&history, &stored);
        self.index
            .index_clear(self.of(), docket_number, &surplus)
            .await
    }

    async fn heads(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.index.index_heads(self.of(), cases).await
    }

    async fn parked(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.index.index_parked(self.of()).await
    }

    async fn stored(&self, docket_number: DocketNumber) -> Result<Option<Value>, StoreError> {
        let stored = self.index.index_of(self.of(), docket_number).await?;
        let mut document = Map::new();
        for indexed in stored {
            let Some(commit) = indexed.commit else {
                document.insert(indexed.position.to_string(), Value::Null);
                continue;
            };
            let short = json!(commit.clone().shortened());
            let shows = |(place, body): (Place, Option<String>)| {
                let body = body.map(|body| serde_json::from_str(&body).unwrap_or(Value::Null));
                let shows = match body {
                    Some(body) if body == short => json!(SAME),
                    other => json!(other),
                };
                (place.to_string(), shows)
            };
            let rows = indexed.elsewhere.into_iter().map(shows).collect();
            document.insert(indexed.position.to_string(), of_commit(json!(commit), rows));
        }
        Ok((!document.is_empty()).then_some(Value::Object(document)))
    }

    fn expected(&self, history: &History) -> Result<Option<Value>, Obstacle> {
        let (rows, obstacle) = rows_of(history);
        if let Some(obstacle) = obstacle.or_else(|| history.unreadable.clone()) {
            return Err(obstacle);
        }
        let mut commits: BTreeMap<_, (Value, Map<String, Value>)> = BTreeMap::new();
        for row in rows {
            let (commit, elsewhere) = commits.entry(row.position.to_string()).or_default();
            if row.place.dimension == Dimension::Case {
                *commit = json!(row.commit);
            } else {
                elsewhere.insert(row.place.to_string(), json!(SAME));
            }
        }
        let document: Map<_, _> = commits
            .into_iter()
            .map(|(position, (commit, rows))| (position, of_commit(commit, rows)))
            .collect();
        Ok((!document.is_empty()).then_some(Value::Object(document)))
    }
}

/// What is stored of a commit, as a part of the document of its case.
fn of_commit(commit: Value, rows: Map<String, Value>) -> Value {
    json!({ "commit": commit, "rows": rows })
}

/// The rows of a history, up to a commit that can't be folded.
fn rows_of(history: &History) -> (Vec<IndexRow>, Option<Obstacle>) {
    let (mut head, mut rows) = (BEFORE_THE_FIRST, Vec::new());
    for commit in &history.commits {
        match rows_after(head, commit) {
            Ok(of_commit) => rows.extend(of_commit),
            Err(obstacle) => return (rows, Some(obstacle)),
        }
        head = Head {
            version: commit.version,
            hash: Some(commit.hash),
        };
    }
    (rows, history.unreadable.clone())
}
