//! A case with the commits that made it, and appending to them as the service does: the
//! command's own commit, and what policies make of it.

use casefold_command_api::decide::{Actor, Decision};
use casefold_command_api::policy::{self, Occasion, POLICIES};
use casefold_events::canonical::{CanonicalError, to_canonical};
use casefold_events::vocabulary::Role;
use casefold_events::{
    CaseEvent, CommandId, Commit, CommitRef, CorrelationId, Digest, DocketNumber, DraftCommit,
    EventId, StoredEvent, Timestamp, Version,
};
use casefold_shared::case::{Case, DocketRecord};
use serde::Serialize;

use super::chance::Chance;

/// A case and its history.
pub(super) struct Record {
    docket_number: DocketNumber,
    /// `None` before the petition.
    pub(super) case: Option<Case>,
    pub(super) commits: Vec<Commit>,
}

/// What the commits of one command have in common.
pub(super) struct Envelope<'a> {
    name: &'static str,
    actor: &'a Actor,
    command_id: CommandId,
    digest: Digest,
    correlation_id: CorrelationId,
    now: Timestamp,
}

impl<'a> Envelope<'a> {
    /// # Errors
    /// [`CanonicalError`] where the command has no canonical form.
    pub(super) fn new(
        command: &impl Serialize,
        name: &'static str,
        about: Option<DocketNumber>,
        actor: &'a Actor,
        now: Timestamp,
        chance: &mut Chance,
    ) -> Result<Self, CanonicalError> {
        let body = to_canonical(command)?;
        let about = about.map(|case| case.to_string()).unwrap_or_default();
        let user = actor.user_id.as_str();
        let fields = [user.as_bytes(), about.as_bytes(), body.as_bytes()];
        Ok(Self {
            name,
            actor,
            command_id: chance.id(now).into(),
            digest: Digest::of_fields("casefold.command.v1", fields),
            correlation_id: chance.id(now).into(),
            now,
        })
    }
}

impl Record {
    pub(super) const fn new(docket_number: DocketNumber) -> Self {
        Self {
            docket_number,
            case: None,
            commits: Vec::new(),
        }
    }

    pub(super) fn version(&self) -> Version {
        Version(self.commits.len() as u64)
    }

    /// Records what was decided, and what follows from it: a step of its own.
    ///
    /// # Errors
    /// [`CanonicalError`] where an event has no canonical form.
    pub(super) fn record(
        &mut self,
        envelope: &Envelope<'_>,
        decision: Decision,
        chance: &mut Chance,
    ) -> Result<(), CanonicalError> {
        let drafts = self.plan(envelope, decision, None, chance)?;
        let together: Vec<_> = match drafts.as_slice() {
            [] | [_] => Vec::new(),
            drafts => drafts.iter().map(reference).collect(),
        };
        self.chain(drafts, &together);
        Ok(())
    }

    /// Applies what was decided and what policies make of it, and gives the commits that tell
    /// it, which are to be chained. Where a policy decided it over another case of the step,
    /// `cause` is the command's commit in that case.
    pub(super) fn plan(
        &mut self,
        envelope: &Envelope<'_>,
        decision: Decision,
        cause: Option<CommitRef>,
        chance: &mut Chance,
    ) -> Result<Vec<DraftCommit>, CanonicalError> {
        let Decision {
            events,
            effective_at,
            policy,
        } = decision;
        let recorded_at = self
            .recorded_at()
            .map_or(envelope.now, |last| last.max(envelope.now));
        let mut draft = DraftCommit {
            docket_number: self.docket_number,
            version: self.version().next(),
            command_id: envelope.command_id.clone(),
            command: envelope.name.to_owned(),
            command_digest: envelope.digest,
            actor: envelope.actor.user_id.clone(),
            role: envelope.actor.role,
            recorded_at,
            effective_at: effective_at.unwrap_or(recorded_at),
            correlation_id: envelope.correlation_id.clone(),
            causation: None,
            committed_with: Vec::new(),
            events: stored(&events, recorded_at, chance)?,
            source: None,
        };
        if let (Some((name, _)), Some(cause)) = (policy, cause) {
            draft = by_policy(name, cause, draft);
        }
        let before = self.without_entries();
        let mut drafts = vec![self.apply(draft, events.clone())];
        if let Some(before) = before {
            self.follow(&before, &events, &mut drafts, chance)?;
        }
        Ok(drafts)
    }

    /// What policies make of the first of the commits.
    fn follow(
        &mut self,
        before: &Case,
        events: &[CaseEvent],
        drafts: &mut Vec<DraftCommit>,
        chance: &mut Chance,
    ) -> Result<(), CanonicalError> {
        for policy in POLICIES {
            let (Some(cause), Some(after)) = (drafts.first(), &self.case) else {
                return Ok(());
            };
            let at = cause.effective_at;
            let mut ids = std::iter::repeat_with(|| chance.id(cause.recorded_at));
            let occasion = Occasion { before, events, at };
            let following = policy.follow(&occasion, after, &mut ids);
            if following.is_empty() {
                continue;
            }
            let draft = DraftCommit {
                version: after.version.next(),
                events: stored(&following, cause.recorded_at, chance)?,
                ..by_policy(policy.name, reference(cause), cause.clone())
            };
            let draft = self.apply(draft, following);
            drafts.push(draft);
        }
        Ok(())
    }

    /// Folds a commit that is not chained yet: no fold looks at a hash.
    fn apply(&mut self, draft: DraftCommit, events: Vec<CaseEvent>) -> DraftCommit {
        let unchained = Commit {
            draft,
            prev_hash: Digest::ZERO,
            hash: Digest::ZERO,
        };
        self.case = Case::apply(self.case.take(), &unchained, events);
        unchained.draft
    }

    /// Chains commits to the case, as part of a step.
    pub(super) fn chain(&mut self, drafts: Vec<DraftCommit>, together: &[CommitRef]) {
        for draft in drafts {
            let draft = DraftCommit {
                committed_with: together.to_vec(),
                ..draft
            };
            let head = self.commits.last().map_or(Digest::ZERO, |last| last.hash);
            self.commits.push(draft.seal(head));
        }
        if let (Some(case), Some(last)) = (&mut self.case, self.commits.last()) {
            case.folded_from.head_hash = last.hash;
        }
    }

    fn recorded_at(&self) -> Option<Timestamp> {
        self.commits.last().map(|last| last.recorded_at)
    }

    /// The case with no entry of its record loaded: policies see what happened before by the
    /// case alone, and a long record is not copied for each of them.
    fn without_entries(&mut self) -> Option<Case> {
        let case = self.case.as_mut()?;
        let docket = std::mem::take(&mut case.docket);
        let mut before = case.clone();
        before.docket = DocketRecord::from_parts([], Vec::new(), docket.last_index());
        case.docket = docket;
        Some(before)
    }
}

/// Names a commit that is to be.
pub(super) const fn reference(draft: &DraftCommit) -> CommitRef {
    CommitRef {
        docket_number: draft.docket_number,
        version: draft.version,
    }
}

/// The same commit, as a policy's.
fn by_policy(name: &'static str, cause: CommitRef, draft: DraftCommit) -> DraftCommit {
    let own = reference(&draft);
    // A cause in another case makes each case that it is about act once.
    let id_of = if cause.docket_number == own.docket_number {
        cause
    } else {
        own
    };
    DraftCommit {
        command_id: policy::command_id(name, id_of),
        command: name.to_owned(),
        command_digest: policy::digest(name, id_of),
        actor: policy::actor(),
        role: Role::System,
        causation: Some(cause),
        ..draft
    }
}

fn stored(
    events: &[CaseEvent],
    at: Timestamp,
    chance: &mut Chance,
) -> Result<Vec<StoredEvent>, CanonicalError> {
    let encode = |event| StoredEvent::encode(EventId(chance.id(at)), event);
    events.iter().map(encode).collect()
}
