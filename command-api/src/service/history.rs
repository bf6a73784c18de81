//! The history of a case, and looking for some of its commits.

use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{Commit, DocketEntryId, DocketNumber, Timestamp, UserId, Version};
use casefold_shared::gateway::{CommitPage, EntrySelection, Order};

use super::{ReadError, Service};
use crate::command::EntryRef;
use crate::decide::find_entry;

/// How many commits are looked at for one page where only some are wanted. A page ends there
/// with what it has by then.
pub const LOOKED_AT: usize = 2_000;

/// How many commits are read at a time while they are looked through.
const READ_AT_ONCE: usize = 500;

/// Which commits of a history are wanted: those that meet every condition that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Made by this user.
    pub actor: Option<UserId>,
    /// Made in this role.
    pub role: Option<Role>,
    /// Made by this command.
    pub command: Option<String>,
    /// With an event of this type.
    pub event_type: Option<String>,
    /// With an event about this docket entry. A commit that this build can't understand may
    /// have one, and is shown.
    pub docket_entry: Option<DocketEntryId>,
    /// Of this act.
    pub correlation_id: Option<CorrelationId>,
    /// Recorded at this time or later.
    pub recorded_from: Option<Timestamp>,
    /// Recorded at this time or earlier.
    pub recorded_to: Option<Timestamp>,
}

impl HistoryFilter {
    /// Whether every commit is wanted.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a commit is wanted.
    pub fn admits(&self, commit: &Commit) -> bool {
        fn is<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == found)
        }
        is(self.actor.as_ref(), &commit.actor)
            && is(self.role.as_ref(), &commit.role)
            && is(self.command.as_ref(), &commit.command)
            && is(self.correlation_id.as_ref(), &commit.correlation_id)
            && self
                .recorded_from
                .is_none_or(|from| from <= commit.recorded_at)
            && self.recorded_to.is_none_or(|to| commit.recorded_at <= to)
            && self.event_type.as_ref().is_none_or(|wanted| {
                commit
                    .events
                    .iter()
                    .any(|event| event.event_type == *wanted)
            })
            && self
                .docket_entry
                .is_none_or(|wanted| match commit.decode() {
                    Ok(events) => {
                        let mut about = events.iter().filter_map(|event| event.docket_entry_id());
                        about.any(|id| id == wanted)
                    }
                    Err(_) => true,
                })
    }

    /// Whether no commit beyond this one, in an order, can be wanted: times never run backwards
    /// within a case.
    fn ends_at(&self, commit: &Commit, order: Order) -> bool {
        match order {
            Order::OldestFirst => self.recorded_to.is_some_and(|to| to < commit.recorded_at),
            Order::NewestFirst => self
                .recorded_from
                .is_some_and(|from| commit.recorded_at < from),
        }
    }
}

impl Service {
    /// At most `limit` commits of a case beyond a version.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails.
    pub async fn read_history(
        &self,
        docket_number: DocketNumber,
        beyond: Option<Version>,
        limit: usize,
        order: Order,
    ) -> Result<CommitPage, ReadError> {
        Ok(self
            .events
            .commits_page(docket_number, beyond, limit, order)
            .await?)
    }

    /// At most `limit` commits of a case beyond a version that a filter admits, among the next
    /// [`LOOKED_AT`]: there may be fewer or none, and more on the next page.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails.
    pub async fn read_history_where(
        &self,
        docket_number: DocketNumber,
        filter: &HistoryFilter,
        beyond: Option<Version>,
        (limit, order): (usize, Order),
    ) -> Result<CommitPage, ReadError> {
        if filter.is_open() {
            return self.read_history(docket_number, beyond, limit, order).await;
        }
        let mut found: Vec<Commit> = Vec::new();
        let mut beyond = beyond;
        let mut left = LOOKED_AT;
        while left > 0 {
            let read = self
                .read_history(docket_number, beyond, left.min(READ_AT_ONCE), order)
                .await?;
            left = left.saturating_sub(read.commits.len());
            for commit in read.commits {
                if filter.ends_at(&commit, order) {
                    return Ok(CommitPage {
                        commits: found,
                        next: None,
                    });
                }
                beyond = Some(commit.version);
                if filter.admits(&commit) {
                    found.push(commit);
                    if found.len() == limit {
                        return Ok(CommitPage {
                            commits: found,
                            next: beyond,
                        });
                    }
                }
            }
            if read.next.is_none() {
                return Ok(CommitPage {
                    commits: found,
                    next: None,
                });
            }
        }
        Ok(CommitPage {
            commits: found,
            next: beyond,
        })
    }

    /// The id of the entry with an index on the record of a case, as it stands now; `None` where
    /// there is none.
    ///
    /// # Errors
    /// [`ReadError`] where the case can't be read.
    pub async fn docket_entry_at(
        &self,
        docket_number: DocketNumber,
        index: u32,
    ) -> Result<Option<DocketEntryId>, ReadError> {
        let entries = EntrySelection::Some {
            ids: &[],
            indexes: &[index],
        };
        let case = self.read_case_at_head(docket_number, entries).await?;
        let Some(case) = case else { return Ok(None) };
        let entry = find_entry(&case, EntryRef::Index(index));
        Ok(entry.ok().map(|entry| entry.id()))
    }
}

#[cfg(test)]
mod tests {
    use casefold_events::case::docket::DocketEntryUnsealed;
    use casefold_events::{CommandId, Digest, DraftCommit, EventId, StoredEvent};
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    fn entry(n: u128) -> DocketEntryId {
        DocketEntryId(Uuid::from_u128(n))
    }

    /// A clerk unsealed the third entry, recorded at second 10.
    fn commit() -> Commit {
        let event = DocketEntryUnsealed {
            docket_entry_id: entry(3),
        };
        let draft = DraftCommit {
            docket_number: "101-26".parse().unwrap(),
            version: Version(7),
            command_id: CommandId::new("command-7").unwrap(),
            command: "UnsealDocketEntry".to_owned(),
            command_digest: Digest::ZERO,
            actor: UserId::new("clerk-1").unwrap(),
            role: Role::DocketClerk,
            recorded_at: at(10),
            effective_at: at(10),
            correlation_id: CorrelationId::new("act-1").unwrap(),
            causation: None,
            committed_with: Vec::new(),
            source: None,
            events: vec![StoredEvent::encode(EventId(Uuid::nil()), &event.into()).unwrap()],
        };
        draft.seal(Digest::ZERO)
    }

    #[test]
    fn a_commit_is_wanted_where_it_meets_every_condition() {
        let all = HistoryFilter {
            actor: Some(UserId::new("clerk-1").unwrap()),
            role: Some(Role::DocketClerk),
            command: Some("UnsealDocketEntry".to_owned()),
            event_type: Some("DocketEntryUnsealed".to_owned()),
            docket_entry: Some(entry(3)),
            correlation_id: Some(CorrelationId::new("act-1").unwrap()),
            recorded_from: Some(at(10)),
            recorded_to: Some(at(10)),
        };
        assert!(all.admits(&commit()));
        assert!(HistoryFilter::default().admits(&commit()));
        type Otherwise = fn(&mut HistoryFilter);
        let otherwise: [Otherwise; 8] = [
            |it| it.actor = Some(UserId::new("clerk-2").unwrap()),
            |it| it.role = Some(Role::Judge),
            |it| it.command = Some("SealDocketEntry".to_owned()),
            |it| it.event_type = Some("DocketEntrySealed".to_owned()),
            |it| it.docket_entry = Some(entry(4)),
            |it| it.correlation_id = Some(CorrelationId::new("act-2").unwrap()),
            |it| it.recorded_from = Some(at(11)),
            |it| it.recorded_to = Some(at(9)),
        ];
        for change in otherwise {
            let mut filter = all.clone();
            change(&mut filter);
            assert!(!filter.admits(&commit()), "{filter:?}");
        }
    }

    #[test]
    fn a_commit_that_this_build_does_not_understand_may_be_about_any_entry() {
        let mut unknown = commit();
        unknown.draft.events[0].event_type = "DocketEntryTeleported".to_owned();
        let about = HistoryFilter {
            docket_entry: Some(entry(4)),
            ..HistoryFilter::default()
        };
        assert!(about.admits(&unknown));
    }
}
