//! Reading a case. Its history is in `history`, its past in `as_of`.

use casefold_events::{DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::{EntrySelection, Generation};
use futures::{StreamExt, stream};

use super::load::{Found, Freshness, Purpose};
use super::{ReadError, Service};
use crate::access::{KnownFrom, Reader, Relation, Sight, Standing};
use crate::decide::Actor;

/// How many cases of a group are looked at at a time.
const GROUP_READS: usize = 8;

/// A case as it was read for somebody, and how they stand to it.
#[derive(Clone, Debug)]
pub struct ReadCase {
    /// The case.
    pub case: Case,
    /// How the one for whom it was read stands to it.
    pub standing: Standing,
    /// The generation that it was read from: another shows another case of the same version.
    pub generation: Generation,
}

impl ReadCase {
    /// The reader of this case, who must be the one for whom it was read.
    pub const fn reader<'a>(&'a self, actor: &'a Actor) -> Reader<'a> {
        Reader::standing(actor, &self.case, self.standing.relation)
    }
}

impl Service {
    /// A case for a reader, with as much of its docket record as is asked for.
    ///
    /// The court reads the snapshot. Everybody else reads the case as its commits stand, for
    /// a seal holds from the moment in which it was answered, even while no projector runs.
    /// And a case that is sealed from its reader doesn't tell how far it has come: asked for
    /// a version that it has not reached, it answers as it does without.
    ///
    /// # Errors
    /// [`ReadError::NotReached`] where the case itself is older than `min_version`.
    pub async fn read_case_for(
        &self,
        actor: &Actor,
        docket_number: DocketNumber,
        min_version: Option<Version>,
        entries: EntrySelection<'_>,
    ) -> Result<Option<ReadCase>, ReadError> {
        let generation = self.generation(Purpose::Showing).await?;
        let case = if actor.role.is_internal() {
            self.read_snapshot(generation, docket_number, min_version, entries)
                .await?
        } else {
            self.read_head(generation, docket_number, entries).await?
        };
        let Some(case) = case else {
            return Ok(None);
        };
        let standing = self.standing(actor, &case).await?;
        let read = ReadCase {
            case,
            standing,
            generation,
        };
        let current = read.case.version;
        match min_version {
            Some(wanted) if wanted > current && read.reader(actor).sight() != Sight::Sealed => {
                Err(ReadError::NotReached { current, wanted })
            }
            Some(_) | None => Ok(Some(read)),
        }
    }

    /// How somebody stands to a case, in itself or through another of its consolidated group.
    ///
    /// A case knows the numbers of its group and not the people of the other cases, so for
    /// somebody who may be one of those ([`Relation::further_cases`]) the others are read,
    /// the lead first, until one is theirs: up to the whole group for somebody to whom none
    /// is.
    ///
    /// # Errors
    /// [`ReadError`] where one of them can't be read.
    pub async fn standing(&self, actor: &Actor, case: &Case) -> Result<Standing, ReadError> {
        let further = Relation::further_cases(actor, case);
        if further.is_empty() {
            let relation = Relation::of(actor, case);
            return Ok(Standing {
                relation,
                known_from: KnownFrom::of(actor, relation),
            });
        }
        let mut others = stream::iter(further)
            .map(|number| self.read_case_at_head(number, EntrySelection::None))
            .buffered(GROUP_READS);
        let mut relation = Relation::Outsider;
        while let Some(other) = others.next().await {
            let other = match other {
                // A case that this build can't read tells nothing of its people, and keeps
                // nobody from reading the others.
                Err(ReadError::Fold(_)) | Ok(None) => continue,
                other => other?,
            };
            relation = other.map_or(relation, |other| Relation::through(actor, case, &other));
            if relation != Relation::Outsider {
                break;
            }
        }
        Ok(Standing {
            relation,
            known_from: KnownFrom::Group,
        })
    }

    /// A case with as much of its docket record as is asked for: its snapshot, or, where
    /// that is older than `min_version`, the snapshot with the missing commits folded on
    /// the way.
    ///
    /// # Errors
    /// [`ReadError::NotReached`] where the case itself is older than `min_version`.
    pub async fn read_case(
        &self,
        docket_number: DocketNumber,
        min_version: Option<Version>,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, ReadError> {
        let generation = self.generation(Purpose::Showing).await?;
        self.read_snapshot(generation, docket_number, min_version, entries)
            .await
    }

    async fn read_snapshot(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        min_version: Option<Version>,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, ReadError> {
        let freshness = min_version.map_or(Freshness::Snapshot, Freshness::AtLeast);
        let case = self
            .load(generation, docket_number, entries, freshness)
            .await?;
        let current = case.as_ref().map_or(Version::ZERO, |case| case.version);
        match min_version {
            Some(wanted) if case.is_some() && wanted > current => {
                Err(ReadError::NotReached { current, wanted })
            }
            Some(_) | None => Ok(case),
        }
    }

    /// A case as its commits stand, whatever the snapshot lacks: for readers from whom
    /// something may have been sealed a moment ago, or while no projector runs.
    ///
    /// # Errors
    /// See [`Self::read_case`].
    pub async fn read_case_at_head(
        &self,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, ReadError> {
        let generation = self.generation(Purpose::Showing).await?;
        self.read_head(generation, docket_number, entries).await
    }

    async fn read_head(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, ReadError> {
        match self.find(generation, docket_number, entries, None).await? {
            Found::Head(case) => Ok(case.map(|case| *case)),
            // Only a command with a key is ever found to be repeated.
            Found::Repeated(_) => Ok(None),
        }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// [`ReadError::Store`] where it doesn't.
    pub async fn ready(&self) -> Result<(), ReadError> {
        self.control.checkpoint_get("ready").await?;
        Ok(())
    }
}
