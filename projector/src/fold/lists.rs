//! The lists of cases as a projection.
//!
//! Live, they are made from the case that was just folded, whichever generation it is of, so
//! that no case is read twice: [`ListsFolder::bring`]. They are brought forward where the case
//! was found up to date already, too, since whoever had written it may have come to an end
//! before its lists. A failure of theirs holds up no case.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    EventStore, Generation, Head, ListStore, ListsOutcome, ProjectionId, Quarantined, StoreError,
};
use casefold_shared::lists::{NAME, rows};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::parked::to_park;
use super::{Advance, AdvanceError, Counts, Outcome};
use crate::folder::{Advanced, Folder, PutWhole};
use crate::hints::Hints;
use crate::history::{Folded, History, Obstacle};

/// How many cases are put at once.
const PUTS_AT_ONCE: usize = 16;

/// Brings the rows of cases forward in one generation of the lists.
#[derive(Clone)]
pub struct ListsFolder {
    events: Arc<dyn EventStore>,
    store: Arc<dyn ListStore>,
    clock: Arc<dyn Clock>,
    generation: Generation,
}

/// What bringing the rows of a case forward came to.
enum Brought {
    Written,
    Current,
    Parked {
        at: Version,
        /// Whether it was not parked before.
        is_new: bool,
    },
}

impl Brought {
    /// What it counts as, beside commits.
    fn counts(&self) -> Counts {
        match self {
            Self::Written | Self::Current => Counts::default(),
            Self::Parked { is_new, .. } => Counts {
                parked: 1,
                newly_parked: u64::from(*is_new),
                ..Counts::default()
            },
        }
    }
}

impl ListsFolder {
    /// A folder into a generation.
    pub fn new(
        events: Arc<dyn EventStore>,
        store: Arc<dyn ListStore>,
        clock: Arc<dyn Clock>,
        generation: Generation,
    ) -> Self {
        Self {
            events,
            store,
            clock,
            generation,
        }
    }

    /// Why the lists of a case are parked, where they are: for [`Self::bring`], which may know
    /// it before there is a case to bring.
    ///
    /// # Errors
    /// [`StoreError`] where that can't be read.
    pub async fn parked_get(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.store
            .lists_parked_get(self.generation, docket_number)
            .await
    }

    /// Brings the rows of a case to its version, unless they are there or beyond. A case
    /// whose rows can't be written at all is parked; one that was parked is released when they
    /// can. Of commits nothing is counted: rows follow from a case.
    ///
    /// # Errors
    /// [`AdvanceError::Lists`], where another try may do.
    pub async fn bring(
        &self,
        case: &Case,
        parked: Result<Option<Quarantined>, StoreError>,
    ) -> Result<Counts, AdvanceError> {
        Ok(self.bring_rows(case, parked).await?.counts())
    }

    async fn bring_rows(
        &self,
        case: &Case,
        parked: Result<Option<Quarantined>, StoreError>,
    ) -> Result<Brought, AdvanceError> {
        let docket_number = case.docket_number;
        self.try_bring(case, parked)
            .await
            .map_err(|source| AdvanceError::Lists {
                docket_number,
                source,
            })
    }

    async fn try_bring(
        &self,
        case: &Case,
        parked: Result<Option<Quarantined>, StoreError>,
    ) -> Result<Brought, StoreError> {
        let docket_number = case.docket_number;
        let rows = rows(case);
        let put = self
            .store
            .lists_put(self.generation, docket_number, case.version, &rows)
            .await;
        let parked = match parked {
            Err(error) if error.may_pass() => return Err(error),
            Err(error) => {
                tracing::warn!(%docket_number, %error, "the row of a parked case can't be read");
                None
            }
            Ok(parked) => parked,
        };
        match put {
            Ok(outcome) => {
                tracing::debug!(%docket_number, version = %case.version, ?outcome, "lists");
                if parked.is_some() {
                    self.store
                        .lists_release(self.generation, docket_number)
                        .await?;
                    tracing::info!(%docket_number, "the lists of a parked case are released");
                }
                Ok(match outcome {
                    ListsOutcome::Changed(_) | ListsOutcome::Unchanged => Brought::Written,
                    ListsOutcome::Current => Brought::Current,
                })
            }
            Err(error) if error.may_pass() => Err(error),
            Err(error) => {
                let obstacle = Obstacle {
                    version: case.version,
                    reason: error.to_string(),
                };
                let is_new = parked.is_none();
                self.park(docket_number, obstacle, parked).await?;
                let at = case.version;
                Ok(Brought::Parked { at, is_new })
            }
        }
    }

    /// Brings the rows of a case as far as its history goes, and parks it where that is not
    /// to its end. Gives the case as well, as far as it is folded.
    async fn bring_whole(
        &self,
        history: &History,
    ) -> Result<(Brought, Option<Case>), AdvanceError> {
        let Folded { case, obstacle } = history.fold(CaseGeneration::of(Generation::OF_CASES));
        let brought = match &case {
            Some(case) => {
                let parked = self.parked_get(case.docket_number).await;
                self.bring_rows(case, parked).await?
            }
            None => Brought::Current,
        };
        let Some(obstacle) = obstacle else {
            return Ok((brought, case));
        };
        let (docket_number, version) = (history.docket_number, obstacle.version);
        let parked = async {
            let earlier = self.parked_get(docket_number).await?;
            let is_new = earlier.is_none();
            self.park(docket_number, obstacle, earlier).await?;
            Ok(is_new)
        };
        let is_new = parked.await.map_err(|source| AdvanceError::Lists {
            docket_number,
            source,
        })?;
        let at = version;
        Ok((Brought::Parked { at, is_new }, case))
    }

    /// Brings the rows of a case, and where they are there already makes sure that readers
    /// come by them.
    async fn put_one(&self, history: &History) -> Result<Brought, AdvanceError> {
        let (brought, case) = self.bring_whole(history).await?;
        let (Brought::Current, Some(case)) = (&brought, case) else {
            return Ok(brought);
        };
        let (docket_number, rows) = (case.docket_number, rows(&case));
        let settled = self
            .store
            .lists_settle(self.generation, docket_number, &rows);
        settled.await.map_err(|source| AdvanceError::Lists {
            docket_number,
            source,
        })?;
        Ok(brought)
    }

    /// Forgets what is remembered of the lists as they were before they were thrown away.
    pub(crate) fn forget(&self) {
        self.store.lists_forget();
    }

    async fn park(
        &self,
        docket_number: DocketNumber,
        obstacle: Obstacle,
        earlier: Option<Quarantined>,
    ) -> Result<(), StoreError> {
        match to_park(docket_number, obstacle, earlier, &*self.clock) {
            Some(parked) => self.store.lists_park(self.generation, &parked).await,
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Folder for ListsFolder {
    fn id(&self) -> ProjectionId {
        ProjectionId {
            name: NAME,
            generation: self.generation,
        }
    }

    /// Hints are of no use here: rows follow from a whole case.
    async fn advance(
        &self,
        docket_number: DocketNumber,
        _: &Hints,
    ) -> Result<Advanced, AdvanceError> {
        let history = History::read(&*self.events, docket_number).await;
        let history = history.map_err(|source| AdvanceError::Lists {
            docket_number,
            source,
        })?;
        let version = history.last().map_or(Version::ZERO, |it| it.version);
        let brought = self.bring_whole(&history).await?.0;
        let counts = brought.counts();
        let outcome = match brought {
            Brought::Written => Outcome::Folded(version),
            Brought::Current => Outcome::Skipped(version),
            Brought::Parked { at, .. } => Outcome::Parked(at),
        };
        Ok(Advanced {
            advance: Advance { outcome, counts },
            case: None,
            progress: None,
        })
    }

    async fn put_whole(&self, histories: &[History]) -> Result<PutWhole, AdvanceError> {
        let puts: Vec<_> = histories
            .iter()
            .map(|history| self.put_one(history))
            .collect();
        let mut put = PutWhole::default();
        let mut puts = futures::stream::iter(puts).buffer_unordered(PUTS_AT_ONCE);
        while let Some(one) = puts.try_next().await? {
            match one {
                Brought::Written => put.written += 1,
                Brought::Current => put.left += 1,
                Brought::Parked { .. } => put.parked += 1,
            }
        }
        Ok(put)
    }

    async fn clear(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        self.store
            .lists_remove(self.generation, docket_number)
            .await
    }

    async fn heads(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.store.lists_heads(self.generation, cases).await
    }

    async fn parked(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.store.lists_parked(self.generation).await
    }

    async fn stored(&self, docket_number: DocketNumber) -> Result<Option<Value>, StoreError> {
        let rows = self.store.lists_of(self.generation, docket_number).await?;
        let row = |row: &casefold_shared::gateway::StoredRow| {
            (
                format!("{}/{}", row.place, row.sort),
                json!(row.line.as_ref()),
            )
        };
        Ok((!rows.is_empty()).then(|| rows.iter().map(row).collect()))
    }

    fn expected(&self, history: &History) -> Result<Option<Value>, Obstacle> {
        let Folded { case, obstacle } = history.fold(CaseGeneration::of(Generation::OF_CASES));
        if let Some(obstacle) = obstacle {
            return Err(obstacle);
        }
        let rows = case.as_ref().map(rows).unwrap_or_default();
        let row = |row: &casefold_shared::lists::ListRow| {
            let place = self.store.list_place(row);
            (format!("{place}/{}", row.sort), json!(row.line))
        };
        Ok((!rows.is_empty()).then(|| rows.iter().map(row).collect()))
    }
}
