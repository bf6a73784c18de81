//! What the commits of one command have in common, and how a commit is made of a decision.

use casefold_events::canonical::to_canonical;
use casefold_events::personal::source::SourceAddress;
use casefold_events::{
    CaseEvent, CommandId, Commit, Digest, DocketNumber, DraftCommit, EventId, StoredEvent,
    Timestamp, Version,
};
use casefold_shared::case::Case;
use serde::Serialize;

use super::{Answer, CommandError, Request, Service};
use crate::decide::Decision;

/// What every commit of one command has in common.
pub(super) struct Envelope<'a, C> {
    request: &'a Request<C>,
    name: &'static str,
    command_id: CommandId,
    digest: Digest,
}

impl<'a, C: Serialize> Envelope<'a, C> {
    pub(super) fn new(
        request: &'a Request<C>,
        name: &'static str,
        about: Option<DocketNumber>,
        service: &Service,
    ) -> Result<Self, CommandError> {
        let command_id = request
            .idempotency_key
            .clone()
            .unwrap_or_else(|| CommandId::from(service.clock.new_id()));
        let body = to_canonical(&request.command)?;
        let about = about.map(|case| case.to_string()).unwrap_or_default();
        let user = request.actor.user_id.as_str();
        let fields = [user.as_bytes(), about.as_bytes(), body.as_bytes()];
        let digest = Digest::of_fields("casefold.command.v1", fields);
        Ok(Self {
            request,
            name,
            command_id,
            digest,
        })
    }

    /// The request whose commits these are.
    pub(super) const fn request(&self) -> &'a Request<C> {
        self.request
    }

    /// The first answer again, if the commits were made by this very command.
    pub(super) async fn repeat(
        &self,
        service: &Service,
        commits: &[Commit],
    ) -> Result<Vec<Answer>, CommandError> {
        for commit in commits {
            if commit.command_id == self.command_id
                && !service.vault.is_digest_of(commit, self.digest).await?
            {
                return Err(CommandError::KeyReused);
            }
        }
        Ok(Answer::of(commits, true))
    }

    /// The commit of a decision on a case as it stands, before it is encrypted and chained. Times
    /// never run backwards within a case, whatever the machine's clock does.
    pub(super) fn draft(
        &self,
        at: CaseHead,
        decision: &Decision,
        service: &Service,
        now: Timestamp,
    ) -> Result<DraftCommit, CommandError> {
        let recorded_at = at.recorded_at.map_or(now, |last| last.max(now));
        Ok(DraftCommit {
            docket_number: at.docket_number,
            version: at.version.next(),
            command_id: self.command_id.clone(),
            command: self.name.to_owned(),
            command_digest: self.digest,
            actor: self.request.actor.user_id.clone(),
            role: self.request.actor.role,
            recorded_at,
            effective_at: decision.effective_at.unwrap_or(recorded_at),
            correlation_id: self.request.correlation_id.clone(),
            causation: None,
            committed_with: Vec::new(),
            events: encode(&decision.events, service)?,
            source: self.request.source.clone().map(SourceAddress::known),
        })
    }
}

/// Events in their stored form, each with a new id.
pub(super) fn encode(
    events: &[CaseEvent],
    service: &Service,
) -> Result<Vec<StoredEvent>, CommandError> {
    let encode = |event| StoredEvent::encode(EventId(service.clock.new_id()), event);
    Ok(events.iter().map(encode).collect::<Result<_, _>>()?)
}

/// Where a case's chain stands.
#[derive(Clone, Copy)]
pub(super) struct CaseHead {
    pub(super) docket_number: DocketNumber,
    pub(super) version: Version,
    pub(super) hash: Digest,
    recorded_at: Option<Timestamp>,
}

impl CaseHead {
    pub(super) const fn before(docket_number: DocketNumber) -> Self {
        Self {
            docket_number,
            version: Version::ZERO,
            hash: Digest::ZERO,
            recorded_at: None,
        }
    }

    pub(super) const fn of(case: &Case) -> Self {
        Self {
            docket_number: case.docket_number,
            version: case.version,
            hash: case.folded_from.head_hash,
            recorded_at: Some(case.folded_from.recorded_at),
        }
    }
}
