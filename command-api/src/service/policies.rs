//! Carrying out policies: their commits, beside or right after the one that caused them.

use casefold_events::vocabulary::Role;
use casefold_events::{CaseEvent, Commit, CommitRef, Digest, DraftCommit, Version};
use casefold_shared::case::{Case, FoldError};
use casefold_shared::gateway::{AppendOutcome, EntrySelection};

use super::envelope::{CaseHead, encode};
use super::load::{Found, Purpose};
use super::memory::is_all_loaded;
use super::{CommandError, MAX_TRIES, ReadError, Service};
use crate::policy::{self, Occasion, POLICIES};

/// What one command does to one case, before it is chained: the commit of the command first,
/// those of policies after it.
pub(super) struct Planned {
    pub(super) head: CaseHead,
    pub(super) drafts: Vec<DraftCommit>,
    /// The case after all of them, but for their hashes; `None` where it can't be told, because
    /// one of them changes an entry that wasn't loaded.
    pub(super) after: Option<Case>,
}

/// What follows on a case by policies.
struct Following {
    drafts: Vec<DraftCommit>,
    /// The case after it, but for the hashes.
    after: Case,
    /// Whether every entry that is changed was loaded, so that the case is as it will be.
    is_known: bool,
}

impl Planned {
    /// Takes the first `count` commits and chains them to the case, as part of a step. What had no
    /// room in it is left.
    pub(super) fn seal(&mut self, count: usize, together: &[CommitRef]) -> Vec<Commit> {
        let left = self.drafts.split_off(count.min(self.drafts.len()));
        let drafts = std::mem::replace(&mut self.drafts, left);
        chain(self.head.hash, drafts, together)
    }

    /// Names the first `count` commits.
    pub(super) fn references(&self, count: usize) -> impl Iterator<Item = CommitRef> {
        self.drafts.iter().take(count).map(reference)
    }
}

/// Seals commits one after the other.
fn chain(mut hash: Digest, drafts: Vec<DraftCommit>, together: &[CommitRef]) -> Vec<Commit> {
    let mut commits = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        draft.committed_with = together.to_vec();
        let commit = draft.seal(hash);
        hash = commit.hash;
        commits.push(commit);
    }
    commits
}

const fn reference(draft: &DraftCommit) -> CommitRef {
    CommitRef {
        docket_number: draft.docket_number,
        version: draft.version,
    }
}

impl Service {
    /// Asks the policies what follows from a command's commit on a case.
    pub(super) fn plan(
        &self,
        before: &Case,
        draft: DraftCommit,
        events: Vec<CaseEvent>,
    ) -> Result<Planned, CommandError> {
        let head = CaseHead::of(before);
        let occasion = Occasion {
            before,
            events: &events,
            at: draft.effective_at,
        };
        let is_known = is_all_loaded(before, &events);
        let (draft, after) = folded(before.clone(), draft, events.clone());
        let following = self.following(&occasion, after, &draft, &|_| false)?;
        let after = Some(following.after).filter(|_| is_known && following.is_known);
        let drafts = std::iter::once(draft).chain(following.drafts).collect();
        Ok(Planned {
            head,
            drafts,
            after,
        })
    }

    /// Encrypts what is personal in commits that are to be chained, with the keys of all their
    /// cases read at once.
    pub(super) async fn sealed_values(
        &self,
        planned: Vec<Planned>,
    ) -> Result<Vec<Planned>, CommandError> {
        let (mut of_cases, mut drafts) = (Vec::with_capacity(planned.len()), Vec::new());
        for mut planned in planned {
            let its_drafts = std::mem::take(&mut planned.drafts);
            of_cases.push((planned, its_drafts.len()));
            drafts.extend(its_drafts);
        }
        let mut sealed = self.vault.seal(drafts).await?.into_iter();
        let with_drafts = |(planned, count)| Planned {
            drafts: sealed.by_ref().take(count).collect(),
            ..planned
        };
        Ok(of_cases.into_iter().map(with_drafts).collect())
    }

    /// The commits of policies that follow on a case as it stands, but for those that acted
    /// on this cause already.
    fn following(
        &self,
        occasion: &Occasion<'_>,
        case: Case,
        cause: &DraftCommit,
        is_done: &dyn Fn(&'static str) -> bool,
    ) -> Result<Following, CommandError> {
        let mut case = case;
        let mut drafts = Vec::new();
        let mut is_known = true;
        for policy in POLICIES {
            let mut ids = std::iter::repeat_with(|| self.clock.new_id());
            let events = policy.follow(occasion, &case, &mut ids);
            if events.is_empty() || is_done(policy.name) {
                continue;
            }
            let draft = DraftCommit {
                docket_number: case.docket_number,
                version: case.version.next(),
                recorded_at: case.folded_from.recorded_at.max(cause.recorded_at),
                effective_at: cause.effective_at,
                correlation_id: cause.correlation_id.clone(),
                events: encode(&events, self)?,
                ..by_policy(policy.name, reference(cause), cause)
            };
            is_known &= is_all_loaded(&case, &events);
            let (draft, after) = folded(case, draft, events);
            case = after;
            drafts.push(draft);
        }
        Ok(Following {
            drafts,
            after: case,
            is_known,
        })
    }

    /// Carries out what follows from a commit that had to be made without it, because the
    /// step that it was part of had no room: up to 100 commits are one step, and the
    /// policies of a command over so many cases come right after it. Whoever carries out
    /// the command again after a failure in between comes by here again.
    pub(super) async fn follow_up(
        &self,
        before: &Case,
        cause: &Commit,
    ) -> Result<Vec<Commit>, CommandError> {
        let docket_number = cause.docket_number;
        let events = decoded(cause)?;
        let ids: Vec<_> = events
            .iter()
            .filter_map(CaseEvent::docket_entry_id)
            .collect();
        let entries = EntrySelection::Some {
            ids: &ids,
            indexes: &[],
        };
        let occasion = Occasion {
            before,
            events: &events,
            at: cause.effective_at,
        };
        for _ in 0..MAX_TRIES {
            let later = self.events.commits_after(docket_number, cause.version);
            let later = later.await?;
            let done_by = |name| {
                let id = policy::command_id(name, cause.reference());
                later.iter().find(move |commit| commit.command_id == id)
            };
            let generation = self.generation(Purpose::Deciding).await?;
            let found = self.find(generation, docket_number, entries, None).await?;
            let case = match found {
                Found::Head(Some(case)) => *case,
                Found::Head(None) | Found::Repeated(_) => {
                    return Err(CommandError::NoSuchCase(docket_number));
                }
            };
            let head = CaseHead::of(&case);
            let is_done = |name| done_by(name).is_some();
            let following = self.following(&occasion, case, &cause.draft, &is_done)?;
            let drafts = following.drafts;
            let mut commits: Vec<_> = POLICIES
                .iter()
                .filter_map(|policy| done_by(policy.name).cloned())
                .collect();
            let together: Vec<_> = match drafts.as_slice() {
                [] => return Ok(commits),
                [_] => Vec::new(),
                drafts => drafts.iter().map(reference).collect(),
            };
            let drafts = self.vault.seal(drafts).await?;
            let new = chain(head.hash, drafts, &together);
            match self.append(&new).await? {
                AppendOutcome::Written => {
                    commits.extend(new);
                    return Ok(commits);
                }
                AppendOutcome::Repeated(_) | AppendOutcome::Conflict => {}
            }
        }
        Err(CommandError::Contended)
    }

    /// The case as it was before one of its commits, folded anew.
    pub(super) async fn before(&self, commit: &Commit) -> Result<Case, CommandError> {
        let number = commit.docket_number;
        let all = self.events.commits_after(number, Version::ZERO).await?;
        let mut case = None;
        for earlier in all.iter().filter(|it| it.version < commit.version) {
            case = Some(Case::fold(case, earlier).map_err(ReadError::Fold)?);
        }
        case.ok_or(CommandError::NoSuchCase(number))
    }

    /// Appends commits in one step, by the cheapest write that is one.
    pub(super) async fn append(&self, commits: &[Commit]) -> Result<AppendOutcome, CommandError> {
        Ok(match commits {
            [commit] => self.events.commit_append(commit).await?,
            commits => self.events.commits_append(commits).await?,
        })
    }
}

fn decoded(commit: &Commit) -> Result<Vec<CaseEvent>, CommandError> {
    let undecodable = |source| FoldError::Decode {
        docket_number: commit.docket_number,
        version: commit.version,
        source,
    };
    let events = commit.decode().map_err(undecodable);
    Ok(events.map_err(ReadError::Fold)?)
}

/// The parts of a policy's commit that say whose it is.
pub(super) fn by_policy(name: &str, cause: CommitRef, draft: &DraftCommit) -> DraftCommit {
    let about = CommitRef {
        docket_number: draft.docket_number,
        ..cause
    };
    // A cause in another case makes each case that it is about act once.
    let id_of = if about == cause {
        cause
    } else {
        reference(draft)
    };
    DraftCommit {
        command_id: policy::command_id(name, id_of),
        command: name.to_owned(),
        command_digest: policy::digest(name, id_of),
        actor: policy::actor(),
        role: Role::System,
        causation: Some(cause),
        committed_with: Vec::new(),
        // What the service does by itself comes from nowhere.
        source: None,
        ..draft.clone()
    }
}

/// Folds a commit that is not chained yet, for no fold looks at a hash: policies are asked before
/// the step is complete.
fn folded(case: Case, draft: DraftCommit, events: Vec<CaseEvent>) -> (DraftCommit, Case) {
    let unchained = Commit {
        draft,
        prev_hash: case.folded_from.head_hash,
        hash: Digest::ZERO,
    };
    let after = case.after(&unchained, events);
    (unchained.draft, after)
}
