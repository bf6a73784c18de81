//! Reading a case as of a point in its past.
//!
//! It begins at a milestone where one helps, and else at the first commit. A milestone is
//! compared with the commit that it stands at; one that is missing, can't be read or is of
//! another chain is left out, and the answer is the same.

use casefold_events::{Commit, CommitRef, DocketNumber, Timestamp, Version};
use casefold_shared::as_of::effective::{self, Anchor, Held, Reading, Start, Stretch};
use casefold_shared::as_of::{AsOf, Extent};
use casefold_shared::case::Case;
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::gateway::{Generation, StoreError, StoredMilestone};
use casefold_shared::milestone::{MilestoneHead, plan};
use futures::future::{try_join, try_join_all};

use super::load::Purpose;
use super::{ReadError, Service};

/// A case as of a point in its past, with its whole docket record.
#[derive(Clone, Debug)]
pub struct ReadAsOf {
    /// The case.
    pub case: Case,
    /// Which commits it includes.
    pub extent: Extent,
    /// The generation of cases by which it was folded.
    pub generation: Generation,
}

/// What is read of one case.
#[derive(Clone, Copy)]
struct Of {
    docket_number: DocketNumber,
    generation: Generation,
}

/// A milestone with the case in it.
struct Opened {
    head: MilestoneHead,
    case: Case,
}

/// A milestone turned out to be none of this history: it is read without any.
struct Unusable;

impl Service {
    /// A case as of a point in its past; `None` where there is no such case.
    ///
    /// `through` is the last version that is looked at for an effective date: what somebody
    /// reads in pieces stays what it was while the case goes on.
    ///
    /// # Errors
    /// [`ReadError::NotYetRecorded`] where the case has not reached the version,
    /// [`ReadError::NotBegun`] where it had not begun.
    pub async fn read_case_as_of(
        &self,
        docket_number: DocketNumber,
        as_of: &AsOf,
        through: Option<Version>,
    ) -> Result<Option<ReadAsOf>, ReadError> {
        let of = Of {
            docket_number,
            generation: self.generation(Purpose::Showing).await?,
        };
        let helps = !matches!(as_of, AsOf::Version(version) if version.0 < self.milestones_every);
        let milestones = match helps {
            true => self.milestones_of(of).await?,
            false => Vec::new(),
        };
        let read = match self.read_from(of, as_of, through, &milestones).await? {
            Ok(read) => read,
            Err(Unusable) => {
                tracing::warn!(%docket_number, "a milestone is of no use; the case is folded whole");
                match self.read_from(of, as_of, through, &[]).await? {
                    Ok(read) => read,
                    // Without milestones none is unusable.
                    Err(Unusable) => return Err(ReadError::Moving),
                }
            }
        };
        Ok(read.map(|(case, effective)| ReadAsOf {
            extent: Extent {
                version: case.version,
                recorded_at: case.folded_from.recorded_at,
                effective,
            },
            case,
            generation: of.generation,
        }))
    }

    async fn read_from(
        &self,
        of: Of,
        as_of: &AsOf,
        through: Option<Version>,
        milestones: &[StoredMilestone],
    ) -> Result<Result<Option<Folded>, Unusable>, ReadError> {
        let heads: Vec<MilestoneHead> = milestones.iter().map(|it| it.head.clone()).collect();
        match as_of {
            AsOf::Version(version) => {
                let head = plan::for_version(&heads, *version);
                let begun = self.begin_at(of, milestones, head, Some(*version)).await?;
                let (case, commits) = match begun {
                    Ok(begun) => begun,
                    Err(unusable) => return Ok(Err(unusable)),
                };
                let case = fold_on(of, case, &commits)?;
                match case {
                    Some(case) if case.version < *version => Err(ReadError::NotYetRecorded {
                        current: case.version,
                        wanted: *version,
                    }),
                    case => Ok(Ok(case.map(|case| (case, None)))),
                }
            }
            AsOf::RecordedAt(at) => {
                let (head, through) = plan::for_recorded_at(&heads, *at);
                let begun = self.begin_at(of, milestones, head, through).await?;
                let (case, mut commits) = match begun {
                    Ok(begun) => begun,
                    Err(unusable) => return Ok(Err(unusable)),
                };
                let is_known = commits.partition_point(|commit| commit.recorded_at <= *at);
                let began = commits.first().map(|commit| commit.recorded_at);
                commits.truncate(is_known);
                match (fold_on(of, case, &commits)?, began) {
                    (None, Some(_)) => Err(ReadError::NotBegun),
                    (case, _) => Ok(Ok(case.map(|case| (case, None)))),
                }
            }
            AsOf::EffectiveOn(day) => {
                self.read_effective(of, milestones, heads, (day.until(), through))
                    .await
            }
        }
    }

    /// What held until a moment, by what was recorded up to a version.
    async fn read_effective(
        &self,
        of: Of,
        milestones: &[StoredMilestone],
        mut heads: Vec<MilestoneHead>,
        (until, through): (Timestamp, Option<Version>),
    ) -> Result<Result<Option<Folded>, Unusable>, ReadError> {
        heads.retain(|head| through.is_none_or(|through| head.version <= through));
        // The commits after the last milestone tell what the heads don't.
        let Some(tail) = self.commits_from(of, heads.last(), through).await? else {
            return Ok(Err(Unusable));
        };
        let last = tail.last().map(|commit| commit.version);
        let Some(known_through) = last.or(heads.last().map(|head| head.version)) else {
            return Ok(Ok(None));
        };
        let tail = Stretch::verified(anchor(heads.last()), tail)?;
        let plan = plan::for_effective(&heads, until, tail.lowest_until(until));
        let between = plan.read.iter().map(|(after, to)| async move {
            let commits = self.commits_from(of, *after, Some(to.version)).await?;
            Ok::<_, ReadError>((anchor(*after), commits))
        });
        let opened = async {
            match plan.start {
                None => Ok(Some(None)),
                // It may be followed by a stretch that isn't read: it is compared by itself.
                Some(head) => {
                    let there = self.commit_of(of, head);
                    let (opened, there) = try_join(self.open(of, milestones, head), there).await?;
                    let is_of_chain = there.is_some_and(|commit| head.is_at(&commit));
                    Ok(opened.filter(|_| is_of_chain).map(Some))
                }
            }
        };
        let (opened, between) = try_join(opened, try_join_all(between)).await?;
        let Some(opened) = opened else {
            return Ok(Err(Unusable));
        };
        let mut stretches = Vec::with_capacity(between.len() + 1);
        for (after, commits) in between {
            let Some(commits) = commits else {
                return Ok(Err(Unusable));
            };
            stretches.push(Stretch::verified(after, commits)?);
        }
        stretches.push(tail);
        let reading = Reading {
            start: opened.map(|Opened { head, case }| Start {
                case,
                highest: head.highest_effective_at,
            }),
            stretches,
            skipped: plan.skipped,
            known_through,
        };
        let Held { case, sifted } =
            effective::fold(CaseGeneration::of(of.generation), reading, until)?;
        match case {
            None => Err(ReadError::NotBegun),
            Some(case) => Ok(Ok(Some((case, Some(sifted))))),
        }
    }

    /// The milestones of a case, where those of its generation can be counted on.
    async fn milestones_of(&self, of: Of) -> Result<Vec<StoredMilestone>, ReadError> {
        let followed = self.milestone_generations.followed().await?;
        if !followed.is_whole || followed.generation != of.generation {
            return Ok(Vec::new());
        }
        let heads = self
            .milestones
            .milestone_heads(of.generation, of.docket_number)
            .await;
        readable(of, heads.map(Some)).map(Option::unwrap_or_default)
    }

    /// The case in a milestone (before the first commit, where there is none), and the commits
    /// after it.
    async fn begin_at(
        &self,
        of: Of,
        milestones: &[StoredMilestone],
        head: Option<&MilestoneHead>,
        through: Option<Version>,
    ) -> Result<Result<(Option<Case>, Vec<Commit>), Unusable>, ReadError> {
        let opened = async {
            match head {
                None => Ok(Some(None)),
                Some(head) => {
                    let opened = self.open(of, milestones, head).await?;
                    Ok(opened.map(|opened| Some(opened.case)))
                }
            }
        };
        let (case, commits) = try_join(opened, self.commits_from(of, head, through)).await?;
        Ok(case.zip(commits).ok_or(Unusable))
    }

    /// The case in a milestone; `None` where it isn't there, or not as its head says.
    async fn open(
        &self,
        of: Of,
        milestones: &[StoredMilestone],
        head: &MilestoneHead,
    ) -> Result<Option<Opened>, ReadError> {
        let Some(stored) = milestones.iter().find(|it| it.head == *head) else {
            return Ok(None);
        };
        let case = self
            .milestones
            .milestone_case(of.generation, of.docket_number, stored)
            .await;
        let is_as_said = |case: &Case| {
            let from = (case.version, case.folded_from.head_hash);
            from == (head.version, head.hash) && case.docket.is_whole()
        };
        let case = readable(of, case)?.filter(is_as_said);
        Ok(case.map(|case| Opened {
            head: head.clone(),
            case,
        }))
    }

    /// The commits after a milestone, and up to a version; all of them, without. `None` where
    /// the milestone is not of this history.
    async fn commits_from(
        &self,
        of: Of,
        head: Option<&MilestoneHead>,
        through: Option<Version>,
    ) -> Result<Option<Vec<Commit>>, ReadError> {
        // The commit that the milestone stands at is read along, and compared.
        let after = head.map_or(0, |head| head.version.0.saturating_sub(1));
        let (number, after) = (of.docket_number, Version(after));
        let mut commits = match through {
            None => self.events.commits_after(number, after).await?,
            Some(through) => self.events.commits_between(number, after, through).await?,
        };
        let Some(head) = head else {
            return Ok(Some(commits));
        };
        if !commits.first().is_some_and(|commit| head.is_at(commit)) {
            return Ok(None);
        }
        commits.remove(0);
        Ok(Some(commits))
    }

    async fn commit_of(&self, of: Of, head: &MilestoneHead) -> Result<Option<Commit>, ReadError> {
        let commit = CommitRef {
            docket_number: of.docket_number,
            version: head.version,
        };
        Ok(self.events.commit_get(commit).await?)
    }
}

/// A case, and of an effective date what became of the commits.
type Folded = (Case, Option<casefold_shared::as_of::Sifted>);

fn anchor(head: Option<&MilestoneHead>) -> Anchor {
    head.map_or(Anchor::BEGINNING, MilestoneHead::anchor)
}

fn fold_on(of: Of, case: Option<Case>, commits: &[Commit]) -> Result<Option<Case>, ReadError> {
    let fold = CaseGeneration::of(of.generation);
    let mut case = case;
    for commit in commits {
        case = Some(fold.fold(case, commit)?);
    }
    Ok(case)
}

/// What was read of milestones; nothing where it can't be: it is folded instead.
fn readable<T>(of: Of, read: Result<Option<T>, StoreError>) -> Result<Option<T>, ReadError> {
    match read {
        Err(error) if error.may_pass() => Err(error.into()),
        Err(error) => {
            let docket_number = of.docket_number;
            tracing::warn!(%docket_number, %error, "a milestone can't be read");
            Ok(None)
        }
        Ok(found) => Ok(found),
    }
}
