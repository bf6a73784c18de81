//! Cases folded anew from their first commits, in all that is derived of them: after somebody was
//! forgotten, of whom snapshots and rows still tell.

use std::sync::Arc;
use std::time::Duration;

use casefold_events::DocketNumber;
use casefold_shared::gateway::{ProjectionId, StoreError, Stores};
use casefold_shared::generations::Stage;

use crate::difference::changes;
use crate::fold::AdvanceError;
use crate::folder::Folder;
use crate::hints::Hints;
use crate::history::History;
use crate::projections::Projections;

/// How often a case is cleared and folded in one generation, and the pause before the next time:
/// live commits and rebuilds go on meanwhile.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(300);

/// Everything that is derived of cases here.
pub struct Derived {
    kept: Vec<Kept>,
}

/// A generation of which something is stored.
struct Kept {
    folder: Arc<dyn Folder>,
    /// One that is retired and not emptied yet is cleared, and not folded.
    is_live: bool,
}

/// Why a case can't be folded anew. Doing it again is harmless, and ends it.
#[derive(Debug, thiserror::Error)]
pub enum AnewError {
    /// Something is stored in a generation that this build doesn't have.
    #[error(
        "something is stored in {0}, which this build can't fold; do this with the build that can"
    )]
    Unknown(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The case could not be folded.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// Others wrote older contents of the case each time.
    #[error("case {docket_number} is written by others in {id} while it is folded anew")]
    Contended {
        /// The case.
        docket_number: DocketNumber,
        /// The generation.
        id: ProjectionId,
    },
}

impl Derived {
    /// Every generation of every projection in which something may be stored.
    ///
    /// # Errors
    /// [`AnewError::Unknown`] where this build lacks one; else where they can't be read.
    pub async fn of(stores: &Stores, projections: &Projections) -> Result<Self, AnewError> {
        let mut kept = Vec::new();
        for name in projections.names() {
            let Some(found) = stores.generations.generations_get(name).await? else {
                continue;
            };
            for (generation, standing) in &found.generations.standing {
                let id = ProjectionId {
                    name,
                    generation: *generation,
                };
                let is_live = match standing.stage {
                    Stage::Building | Stage::Complete => true,
                    Stage::Retired if standing.emptied_at.is_some() => continue,
                    Stage::Retired => false,
                };
                let folder = projections.folder(id);
                let folder = folder.ok_or_else(|| AnewError::Unknown(id.to_string()))?;
                kept.push(Kept { folder, is_live });
            }
        }
        Ok(Self { kept })
    }

    /// Clears a case in all of them and folds it from its first commit. It ends when what is
    /// stored is what follows from the commits as they can be read now, however much is written
    /// beside it.
    ///
    /// # Errors
    /// [`AnewError`]; some of them may have been folded anew then.
    pub async fn fold_anew(
        &self,
        stores: &Stores,
        docket_number: DocketNumber,
    ) -> Result<(), AnewError> {
        for kept in &self.kept {
            kept.fold_anew(stores, docket_number).await?;
        }
        Ok(())
    }
}

impl Kept {
    async fn fold_anew(
        &self,
        stores: &Stores,
        docket_number: DocketNumber,
    ) -> Result<(), AnewError> {
        let folder = &*self.folder;
        for _ in 0..TRIES {
            folder.clear(docket_number).await?;
            if !self.is_live {
                return Ok(());
            }
            folder.advance(docket_number, &Hints::default()).await?;
            if self.is_as_told(stores, docket_number).await? {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        let id = folder.id();
        Err(AnewError::Contended { docket_number, id })
    }

    /// Whether what is stored is what follows from the commits. A case that is parked is told as
    /// far as it can be folded, which is what was just done.
    async fn is_as_told(
        &self,
        stores: &Stores,
        docket_number: DocketNumber,
    ) -> Result<bool, AnewError> {
        // A commit that came meanwhile makes another look worth while.
        for _ in 0..TRIES {
            let history = History::read(&*stores.events, docket_number).await?;
            let stored = self.folder.stored(docket_number).await?.unwrap_or_default();
            let Ok(expected) = self.folder.expected(&history) else {
                return Ok(true);
            };
            if changes(&stored, &expected.unwrap_or_default()).is_empty() {
                return Ok(true);
            }
            let later = History::read(&*stores.events, docket_number).await?;
            let head = |history: &History| history.last().map(|last| last.version);
            let heads = self.folder.heads(&[docket_number]).await?;
            let there = heads.get(&docket_number).map(|head| head.version);
            if head(&later) == head(&history) && there == head(&history) {
                return Ok(false);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(false)
    }
}
