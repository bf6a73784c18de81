//! Questions across cases: reading the audit index, and the log of accesses.

use casefold_events::Timestamp;
use casefold_shared::accesses::read::{self as log, AccessFilter, AccessPage, ReadTo};
use casefold_shared::accesses::recorder::Recorder;
use casefold_shared::audit::watermark::{CHECKPOINT, Noted, watermark};
use casefold_shared::audit::{Filter, IndexRow, NAME, Position, read};
use casefold_shared::gateway::{Generation, ProjectionId, Quarantined, SortOrder};
use futures::future::try_join;

use super::{ReadError, Service};

pub use casefold_shared::audit::read::PageOf;

/// Some commits, and how complete the index was when they were read.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// The commits, by time.
    pub rows: Vec<IndexRow>,
    /// Where the next page goes on; `None` where there is none.
    pub next: Option<Position>,
    /// Every commit that was durable before this moment was in the index, but for those of
    /// parked cases; `None` where nothing is known.
    pub complete_up_to: Option<Timestamp>,
    /// Cases of which commits can't be read, each from a version on: those aren't in the index.
    pub parked: Vec<Quarantined>,
}

impl Service {
    /// The generation of the audit index that readers follow.
    ///
    /// # Errors
    /// [`ReadError::AuditIncomplete`] while a case may be missing in it, for an answer that
    /// hides a case is worse than none.
    pub async fn audit_generation(&self) -> Result<Generation, ReadError> {
        let followed = self.audit_generations.followed().await?;
        match followed.is_whole {
            true => Ok(followed.generation),
            false => Err(ReadError::AuditIncomplete),
        }
    }

    /// A page of the commits that a filter means, from a generation that readers follow.
    ///
    /// What is told of completeness was so before the first row was read, so it holds for them.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails.
    pub async fn read_audit(
        &self,
        generation: Generation,
        filter: &Filter,
        page: PageOf,
    ) -> Result<AuditPage, ReadError> {
        let of = ProjectionId {
            name: NAME,
            generation,
        };
        let (checkpoint, known) = try_join(
            self.control.checkpoint_get(CHECKPOINT),
            self.audit_generations.followed_standing(),
        )
        .await?;
        let noted = Noted::read(checkpoint.as_deref());
        let standing = known.standing.as_ref();
        let standing = standing.filter(|_| known.followed.generation == generation);
        let complete_up_to = standing.and_then(|it| watermark(noted, it, known.known_at));
        let parked = self.index.index_parked(of).await?;
        let found = read::page(&*self.index, of, filter, page).await?;
        Ok(AuditPage {
            rows: found.rows,
            next: found.next,
            complete_up_to,
            parked,
        })
    }

    /// A page of the accesses that a filter means.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails.
    pub async fn read_accesses(
        &self,
        filter: &AccessFilter,
        order: SortOrder,
        after: Option<ReadTo>,
        limit: usize,
    ) -> Result<AccessPage, ReadError> {
        Ok(log::page(&*self.access_log, filter, order, after, limit).await?)
    }

    /// What notes accesses: to be asked before anything is shown that must not be seen unnoted.
    pub fn accesses(&self) -> &Recorder {
        &self.accesses
    }
}
