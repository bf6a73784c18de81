//! Carrying out commands on one case. Those on several are in `group`.

use casefold_events::{CaseEvent, CommandId, Commit, CommitRef, DocketNumber, Timestamp};
use casefold_shared::case::Case;
use casefold_shared::gateway::{AppendOutcome, BeginOutcome, EntrySelection, StoreError};

use super::basis::{Basis, FoundBasis, Wanted};
use super::envelope::{CaseHead, Envelope};
use super::load::{Found, Purpose};
use super::policies::Planned;
use super::told::{Tally, Told};
use super::{Answer, CommandError, MAX_TRIES, Request, Service};
use crate::access::{Reader, Sight};
use crate::command::{CaseCommand, EntryRef, PetitionCommand};
use crate::decide::{self, Actor, Ask, Decision};
use crate::refusal::Refusal;
use crate::rules::permissions;

/// The HTTP status of a refusal to somebody who may not ask.
const FORBIDDEN: u16 = 403;

impl Service {
    /// Begins a case by a petition.
    ///
    /// # Errors
    /// [`CommandError`] says why not, and whether something may have been written; a docket number
    /// may have been skipped.
    pub async fn file_petition(
        &self,
        request: Request<PetitionCommand>,
    ) -> Result<Answer, CommandError> {
        let told = Told {
            command: request.command.name(),
            correlation_id: &request.correlation_id,
            docket_number: None,
        };
        let tally = Tally::default();
        let work = self.begin_case(&request, &tally);
        self.telling(told, &tally, work).await
    }

    async fn begin_case(
        &self,
        request: &Request<PetitionCommand>,
        tally: &Tally,
    ) -> Result<Answer, CommandError> {
        permissions::require(request.actor.role, request.command.name())?;
        let envelope = Envelope::new(request, request.command.name(), None, self)?;
        if let Some(key) = &request.idempotency_key
            && let Some(claim) = self.events.claim_get(key).await?
        {
            return self.repeated_petition(&envelope, claim.commit).await;
        }
        self.establish().await?;
        for _ in 0..MAX_TRIES {
            let now = self.clock.now();
            let mut ids = std::iter::repeat_with(|| self.clock.new_id());
            let ask = Ask {
                actor: &request.actor,
                now,
                ids: &mut ids,
            };
            let decision = decide::petition(&request.command, ask)?;
            self.require_stored(request.command.attachments()).await?;
            let year = received_at(&decision).unwrap_or(now).year_of_docket();
            let number = self.control.docket_number_next(year).await?;
            let head = CaseHead::before(number);
            let draft = envelope.draft(head, &decision, self, now)?;
            let mut sealed = self.vault.seal(vec![draft]).await?;
            let Some(draft) = sealed.pop() else {
                return Err(CommandError::NoSuchCase(number));
            };
            let commit = draft.seal(head.hash);
            match self
                .begin(&commit, request.idempotency_key.is_some())
                .await?
            {
                BeginOutcome::Written => {
                    self.remember_begun(&commit, decision.events).await;
                    return first(Answer::of(&[commit], false), number);
                }
                BeginOutcome::Claimed(claim) => {
                    return self.repeated_petition(&envelope, claim.commit).await;
                }
                // The counter is behind the cases: it was lost, or they came another way.
                BeginOutcome::NumberTaken => {
                    tally.conflict();
                    self.recover_counter(year).await?;
                }
            }
        }
        Err(CommandError::Contended)
    }

    /// A petition with an id of the caller's claims it, in one transaction with its commit.
    /// One with an id that was made here can't come again, so a plain write is enough, at
    /// a quarter of the price.
    async fn begin(&self, commit: &Commit, claim: bool) -> Result<BeginOutcome, StoreError> {
        if claim {
            return self.events.case_begin(commit).await;
        }
        Ok(match self.events.commit_append(commit).await? {
            AppendOutcome::Written | AppendOutcome::Repeated(_) => BeginOutcome::Written,
            AppendOutcome::Conflict => BeginOutcome::NumberTaken,
        })
    }

    async fn recover_counter(&self, year: u8) -> Result<(), CommandError> {
        if let Some(highest) = self.events.docket_number_highest(year).await? {
            self.control.docket_number_reserve(highest).await?;
        }
        Ok(())
    }

    async fn repeated_petition(
        &self,
        envelope: &Envelope<'_, PetitionCommand>,
        commit: CommitRef,
    ) -> Result<Answer, CommandError> {
        let answers = envelope
            .repeat(self, &self.commits(&[commit]).await?)
            .await?;
        first(answers, commit.docket_number)
    }

    /// Carries out a command on one case.
    ///
    /// # Errors
    /// [`CommandError`] says why not, and whether something may have been written.
    pub async fn command_case(
        &self,
        docket_number: DocketNumber,
        request: Request<CaseCommand>,
    ) -> Result<Answer, CommandError> {
        let told = Told {
            command: request.command.name(),
            correlation_id: &request.correlation_id,
            docket_number: Some(docket_number),
        };
        let tally = Tally::default();
        let work = self.change_case(docket_number, &request, &tally);
        self.telling(told, &tally, work).await
    }

    async fn change_case(
        &self,
        docket_number: DocketNumber,
        request: &Request<CaseCommand>,
        tally: &Tally,
    ) -> Result<Answer, CommandError> {
        let name = request.command.name();
        // Whoever may not send it learns nothing of the case, not even whether it is there.
        permissions::require(request.actor.role, name)?;
        let envelope = Envelope::new(request, name, Some(docket_number), self)?;
        let entries = request.command.entries();
        let wanted = Wanted {
            docket_number,
            entries: &entries,
            key: request.idempotency_key.as_ref(),
        };
        let mut found = self.basis(wanted).await?;
        for _ in 0..MAX_TRIES {
            let basis = match found {
                FoundBasis::Case(basis) => basis,
                FoundBasis::None => return Err(CommandError::NoSuchCase(docket_number)),
                FoundBasis::Repeated(commit) => {
                    let commits = self.commits(&[commit]).await?;
                    return self.repeated(&envelope, docket_number, commits).await;
                }
            };
            let case = &basis.known.case;
            let now = self.clock.now();
            let mut ids = std::iter::repeat_with(|| self.clock.new_id());
            let ask = Ask {
                actor: &request.actor,
                now,
                ids: &mut ids,
            };
            let decision = decide::case(case, &request.command, ask);
            let decision = match if_match(request, case, decision) {
                // What is refused over a case that may be behind may be right by now.
                Err(_) if !basis.is_head => {
                    let version = case.version;
                    found = self.again(basis, wanted).await?;
                    if matches!(&found, FoundBasis::Case(now) if now.known.case.version > version) {
                        tally.behind();
                    }
                    continue;
                }
                decision => decision?,
            };
            self.require_stored(request.command.attachments()).await?;
            let draft = envelope.draft(CaseHead::of(case), &decision, self, now)?;
            let mut planned = self.plan(case, draft, decision.events)?;
            let after = planned.after.take();
            let mut planned = self.sealed_values(vec![planned]).await?;
            let commits = sealed(&mut planned, usize::MAX);
            match self.append(&commits).await? {
                AppendOutcome::Written => {
                    self.learn(&basis, false);
                    self.remember_after(&basis.known, after, &commits);
                    return first(Answer::of(&commits, false), docket_number);
                }
                AppendOutcome::Repeated(commits) => {
                    return self.repeated(&envelope, docket_number, commits).await;
                }
                AppendOutcome::Conflict => {
                    if basis.is_head {
                        tally.conflict();
                    } else {
                        tally.behind();
                    }
                    found = self.again(basis, wanted).await?;
                }
            }
        }
        Err(CommandError::Contended)
    }

    /// The first answer to a command that was carried out before, and made these commits.
    async fn repeated(
        &self,
        envelope: &Envelope<'_, CaseCommand>,
        docket_number: DocketNumber,
        commits: Vec<Commit>,
    ) -> Result<Answer, CommandError> {
        let step = self.step_of(commits).await?;
        match envelope.repeat(self, &step).await {
            Ok(answers) => first(answers, docket_number),
            Err(CommandError::KeyReused) => {
                Err(self.key_reused(docket_number, envelope.request()).await?)
            }
            Err(error) => Err(error),
        }
    }

    /// Why a command is refused whose key another has: that, unless its sender may not send it at
    /// all. They don't learn which keys a case knows.
    async fn key_reused(
        &self,
        docket_number: DocketNumber,
        request: &Request<CaseCommand>,
    ) -> Result<CommandError, CommandError> {
        let entries = request.command.entries();
        let Found::Head(Some(case)) = self.find_case(docket_number, &entries, None).await? else {
            return Ok(CommandError::NoSuchCase(docket_number));
        };
        let mut ids = std::iter::repeat_with(|| self.clock.new_id());
        let ask = Ask {
            actor: &request.actor,
            now: self.clock.now(),
            ids: &mut ids,
        };
        Ok(match decide::case(&case, &request.command, ask) {
            Err(refusal) if is_kept_from(&request.actor, &case, &refusal) => refusal.into(),
            Ok(_) | Err(_) => CommandError::KeyReused,
        })
    }

    /// The case with what was written past it meanwhile, for the command to be decided again.
    async fn again(&self, basis: Basis, wanted: Wanted<'_>) -> Result<FoundBasis, CommandError> {
        Ok(match self.caught_up(basis, wanted.key).await? {
            Some(found) => found,
            None => self.basis(wanted).await?,
        })
    }

    /// All the commits of the step that some of them were made in.
    pub(super) async fn step_of(&self, commits: Vec<Commit>) -> Result<Vec<Commit>, CommandError> {
        match commits.first() {
            Some(first) if first.committed_with.len() > commits.len() => {
                self.commits(&first.committed_with).await
            }
            Some(_) | None => Ok(commits),
        }
    }

    pub(super) async fn find_case(
        &self,
        docket_number: DocketNumber,
        entries: &[EntryRef],
        key: Option<&CommandId>,
    ) -> Result<Found, CommandError> {
        let (ids, indexes) = EntryRef::split(entries);
        let selection = if entries.is_empty() {
            EntrySelection::None
        } else {
            EntrySelection::Some {
                ids: &ids,
                indexes: &indexes,
            }
        };
        let generation = self.generation(Purpose::Deciding).await?;
        Ok(self.find(generation, docket_number, selection, key).await?)
    }

    pub(super) async fn commits(&self, wanted: &[CommitRef]) -> Result<Vec<Commit>, CommandError> {
        let mut commits = Vec::with_capacity(wanted.len());
        for commit in wanted {
            let missing = CommandError::NoSuchCase(commit.docket_number);
            commits.push(self.events.commit_get(*commit).await?.ok_or(missing)?);
        }
        Ok(commits)
    }
}

/// Compares versions after the rules have had their say on who may ask: a caller who may not
/// learns nothing of the case, not even its version. Nor does one from whom the case is sealed,
/// whatever else is wrong with the command. To others the version comes first, for a refusal
/// would be about a state that they have not seen.
fn if_match(
    request: &Request<CaseCommand>,
    case: &Case,
    decision: Result<Decision, Refusal>,
) -> Result<Decision, CommandError> {
    let current = case.version;
    match decision {
        Err(refusal) if is_kept_from(&request.actor, case, &refusal) => Err(refusal.into()),
        Ok(_) | Err(_) if request.if_match.is_some_and(|expected| expected != current) => {
            Err(CommandError::VersionMismatch { current })
        }
        decision => Ok(decision?),
    }
}

/// Whether somebody who is refused so is told nothing else of a case: neither its version nor
/// which commands it knows.
pub(super) fn is_kept_from(actor: &Actor, case: &Case, refusal: &Refusal) -> bool {
    refusal.status() == FORBIDDEN || Reader::of(actor, case).sight() == Sight::Sealed
}

fn first(answers: Vec<Answer>, docket_number: DocketNumber) -> Result<Answer, CommandError> {
    answers
        .into_iter()
        .next()
        .ok_or(CommandError::NoSuchCase(docket_number))
}

/// Takes at most so many commits of each case and chains them, all of them in one step.
pub(super) fn sealed(planned: &mut [Planned], each: usize) -> Vec<Commit> {
    let mut together: Vec<_> = planned.iter().flat_map(|it| it.references(each)).collect();
    if together.len() == 1 {
        together.clear();
    }
    let seal = |it: &mut Planned| it.seal(each, &together);
    planned.iter_mut().flat_map(seal).collect()
}

fn received_at(decision: &Decision) -> Option<Timestamp> {
    decision.events.iter().find_map(|event| match event {
        CaseEvent::PetitionFiled(petition) => Some(petition.received_at),
        _ => None,
    })
}
