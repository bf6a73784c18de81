//! Carrying out commands on several cases at once.

use casefold_events::{CommandId, Commit, CommitRef, DocketNumber, Timestamp};
use casefold_shared::case::Case;
use casefold_shared::gateway::AppendOutcome;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::calendar::READS_AT_ONCE;
use super::commands::{is_kept_from, sealed};
use super::envelope::{CaseHead, Envelope};
use super::load::Found;
use super::policies::{Planned, by_policy};
use super::told::{Tally, Told};
use super::{Answer, CommandError, MAX_TRIES, Request, Service};
use crate::command::GroupCommand;
use crate::decide::{self, Ask, Decision};
use crate::rules::permissions;

/// The most commits that the store appends in one step.
const COMMITS_IN_ONE_STEP: usize = 100;

impl Service {
    /// Carries out a command on several cases: on all of them, or on none.
    ///
    /// # Errors
    /// [`CommandError`] says why not, and whether something may have been written: then in all of
    /// them.
    pub async fn command_group(
        &self,
        request: Request<GroupCommand>,
    ) -> Result<Vec<Answer>, CommandError> {
        let told = Told {
            command: request.command.name(),
            correlation_id: &request.correlation_id,
            docket_number: None,
        };
        let tally = Tally::default();
        let work = self.command_group_on(&request, None, &tally);
        self.telling(told, &tally, work).await
    }

    /// The same over cases that were read already; after a lost race they are read again.
    pub(super) async fn command_group_on(
        &self,
        request: &Request<GroupCommand>,
        read: Option<Vec<Case>>,
        tally: &Tally,
    ) -> Result<Vec<Answer>, CommandError> {
        // Whoever may not send it learns nothing of the cases, not even whether they are there.
        permissions::require(request.actor.role, request.command.name())?;
        let envelope = Envelope::new(request, request.command.name(), None, self)?;
        let mut read = read;
        for _ in 0..MAX_TRIES {
            let found = match read.take() {
                Some(cases) => FoundGroup::Cases(cases),
                None => {
                    let key = request.idempotency_key.as_ref();
                    self.find_group(&request.command, key).await?
                }
            };
            let cases = match found {
                FoundGroup::Cases(cases) => cases,
                FoundGroup::Repeated(commit) => {
                    let commits = self.commits(&[commit]).await?;
                    return self.repeated_group(&envelope, commits).await;
                }
            };
            let now = self.clock.now();
            let mut ids = std::iter::repeat_with(|| self.clock.new_id());
            let ask = Ask {
                actor: &request.actor,
                now,
                ids: &mut ids,
            };
            let decisions = decide::group(&cases, &request.command, ask)?;
            self.require_stored(request.command.attachments()).await?;
            let planned = self.plan_group(&envelope, &cases, decisions, now)?;
            let mut planned = self.sealed_values(planned).await?;
            let all: usize = planned.iter().map(|planned| planned.drafts.len()).sum();
            let each = if all <= COMMITS_IN_ONE_STEP {
                usize::MAX
            } else {
                1
            };
            let mut commits = sealed(&mut planned, each);
            match self.append(&commits).await? {
                AppendOutcome::Written => {
                    for commit in &commits {
                        self.memory.forget(commit.docket_number);
                    }
                    if each == 1 {
                        let following = self.follow_up_all(&cases, &planned, &commits).await;
                        commits.extend(following);
                    }
                    return Ok(Answer::of(&commits, false));
                }
                AppendOutcome::Repeated(commits) => {
                    return self.repeated_group(&envelope, commits).await;
                }
                AppendOutcome::Conflict => tally.conflict(),
            }
        }
        Err(CommandError::Contended)
    }

    fn plan_group(
        &self,
        envelope: &Envelope<'_, GroupCommand>,
        cases: &[Case],
        decisions: Vec<(DocketNumber, Decision)>,
        now: Timestamp,
    ) -> Result<Vec<Planned>, CommandError> {
        let find = |number: DocketNumber| {
            let case = cases.iter().find(|case| case.docket_number == number);
            case.ok_or(CommandError::NoSuchCase(number))
        };
        let plan = |(number, decision): (DocketNumber, Decision)| {
            let case = find(number)?;
            let mut draft = envelope.draft(CaseHead::of(case), &decision, self, now)?;
            if let Some((policy, cause)) = decision.policy {
                let version = find(cause)?.version.next();
                let cause = CommitRef {
                    docket_number: cause,
                    version,
                };
                draft = by_policy(policy, cause, &draft);
            }
            self.plan(case, draft, decision.events)
        };
        decisions.into_iter().map(plan).collect()
    }

    /// What follows from the commits of a step that had no room for it. The step is durable,
    /// so the command is carried out and its sender is told so, whatever becomes of this: a
    /// failure here must not make anybody send the command anew.
    async fn follow_up_all(
        &self,
        cases: &[Case],
        planned: &[Planned],
        commits: &[Commit],
    ) -> Vec<Commit> {
        let mut following = Vec::new();
        for (planned, commit) in planned.iter().zip(commits) {
            let before = cases
                .iter()
                .find(|case| case.docket_number == commit.docket_number);
            let Some(before) = before.filter(|_| !planned.drafts.is_empty()) else {
                continue;
            };
            match self.follow_up(before, commit).await {
                Ok(commits) => following.extend(commits),
                Err(error) => {
                    let (docket_number, version) = (commit.docket_number, commit.version);
                    tracing::error!(%docket_number, %version, %error, "policies did not follow");
                }
            }
        }
        following
    }

    async fn repeated_group(
        &self,
        envelope: &Envelope<'_, GroupCommand>,
        commits: Vec<Commit>,
    ) -> Result<Vec<Answer>, CommandError> {
        let mut step = self.step_of(commits).await?;
        match envelope.repeat(self, &step).await {
            // A step of fewer cases had room for what follows from it.
            Ok(answers) if step.len() <= COMMITS_IN_ONE_STEP / 2 => return Ok(answers),
            Ok(_) => {}
            Err(CommandError::KeyReused) => {
                return Err(self.key_reused_in_group(envelope.request()).await?);
            }
            Err(error) => return Err(error),
        }
        for commit in step.clone() {
            let before = self.before(&commit).await?;
            step.extend(self.follow_up(&before, &commit).await?);
        }
        envelope.repeat(self, &step).await
    }

    /// As of a command on one case: why one is refused whose key another has.
    async fn key_reused_in_group(
        &self,
        request: &Request<GroupCommand>,
    ) -> Result<CommandError, CommandError> {
        let FoundGroup::Cases(cases) = self.find_group(&request.command, None).await? else {
            return Ok(CommandError::KeyReused);
        };
        let mut ids = std::iter::repeat_with(|| self.clock.new_id());
        let ask = Ask {
            actor: &request.actor,
            now: self.clock.now(),
            ids: &mut ids,
        };
        Ok(match decide::group(&cases, &request.command, ask) {
            Err(refusal)
                if cases
                    .iter()
                    .any(|it| is_kept_from(&request.actor, it, &refusal)) =>
            {
                refusal.into()
            }
            Ok(_) | Err(_) => CommandError::KeyReused,
        })
    }

    /// The cases of a command over several, with all further members of their groups.
    async fn find_group(
        &self,
        command: &GroupCommand,
        key: Option<&CommandId>,
    ) -> Result<FoundGroup, CommandError> {
        let entries = command.entries();
        let mut cases: Vec<Case> = Vec::new();
        let mut wanted = command.docket_numbers().to_vec();
        while !wanted.is_empty() {
            let reads: Vec<_> = wanted
                .iter()
                .map(|number| self.find_case(*number, &entries, key))
                .collect();
            let found: Vec<_> = stream::iter(reads)
                .buffered(READS_AT_ONCE)
                .try_collect()
                .await?;
            for (number, found) in wanted.into_iter().zip(found) {
                match found {
                    Found::Head(Some(case)) => cases.push(*case),
                    Found::Head(None) => return Err(CommandError::NoSuchCase(number)),
                    Found::Repeated(commit) => return Ok(FoundGroup::Repeated(commit)),
                }
            }
            let known = |number: &DocketNumber| cases.iter().any(|c| c.docket_number == *number);
            wanted = decide::group_members(command, &cases);
            wanted.retain(|number| !known(number));
        }
        Ok(FoundGroup::Cases(cases))
    }
}

/// The cases of a command over several.
enum FoundGroup {
    Cases(Vec<Case>),
    Repeated(CommitRef),
}
