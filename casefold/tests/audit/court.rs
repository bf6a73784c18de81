//! Commits of all kinds, and the folder that indexes them.

use std::sync::Arc;

use casefold_events::case::docket::{DocketEntrySealed, DocketEntryUnsealed};
use casefold_events::case::standing::{CaseSealed, CaseUnsealed};
use casefold_events::personal::source::SourceAddress;
use casefold_events::vocabulary::{Role, SealedTo};
use casefold_events::{
    CaseEvent, CommandId, Commit, CorrelationId, Digest, DocketNumber, DraftCommit, EventId,
    StoredEvent, Timestamp, UserId, Version,
};
use casefold_projector::{History, IndexFolder};
use casefold_shared::clock::SystemClock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{Generation, ProjectionId};
use uuid::Uuid;

use crate::support::history::{at, docket, entry_id};

pub(crate) const INDEX: ProjectionId = ProjectionId {
    name: "audit",
    generation: Generation::FIRST,
};

/// A folder into the audit index of a store.
pub(crate) fn folder(store: &DynamoStore) -> IndexFolder {
    let store = Arc::new(store.clone());
    IndexFolder::new(
        store.clone(),
        store,
        Arc::new(SystemClock),
        Generation::FIRST,
    )
}

/// What is different from commit to commit; each number chooses one of a few.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kind {
    pub(crate) actor: u8,
    pub(crate) role: u8,
    pub(crate) command: u8,
    pub(crate) events: u8,
    pub(crate) act: u8,
    pub(crate) source: u8,
}

pub(crate) const ROLES: [Role; 3] = [Role::DocketClerk, Role::Judge, Role::System];
pub(crate) const COMMANDS: [&str; 3] = ["SealCase", "SealDocketEntry", "AutomaticBlocking"];
pub(crate) const SOURCES: [Option<&str>; 3] = [None, Some("203.0.113.7"), Some("2001:db8::1")];

pub(crate) fn actor(n: u8) -> UserId {
    UserId::new(format!("user-{n}")).unwrap()
}

pub(crate) fn act(n: u8) -> CorrelationId {
    CorrelationId::new(format!("act-{n}")).unwrap()
}

fn events(n: u8) -> Vec<CaseEvent> {
    let sealed = |n| {
        DocketEntrySealed {
            docket_entry_id: entry_id(n),
            sealed_to: SealedTo::Public,
        }
        .into()
    };
    let unsealed = |n| {
        let docket_entry_id = entry_id(n);
        DocketEntryUnsealed { docket_entry_id }.into()
    };
    match n % 5 {
        0 => vec![CaseSealed { sealed_at: at(0) }.into()],
        1 => vec![CaseUnsealed {}.into()],
        2 => vec![sealed(1), sealed(2), unsealed(1)],
        3 => vec![unsealed(2), CaseUnsealed {}.into()],
        _ => (0..10).map(sealed).collect(),
    }
}

/// The next commit after another one, which must be of the same case, recorded then.
pub(crate) fn commit(
    case: DocketNumber,
    after: Option<&Commit>,
    recorded_at: Timestamp,
    kind: Kind,
) -> Commit {
    let version = after.map_or(Version::ZERO, |it| it.version).next();
    let base = u128::from(case.serial()) << 64 | u128::from(version.0) << 32;
    let encode = |(nth, event)| {
        let id = EventId(Uuid::from_u128(base | nth));
        StoredEvent::encode(id, event).unwrap()
    };
    let choose = |n: u8| usize::from(n) % 3;
    let draft = DraftCommit {
        docket_number: case,
        version,
        command_id: CommandId::new(format!("{case}-{version}")).unwrap(),
        command: COMMANDS[choose(kind.command)].to_owned(),
        command_digest: Digest::of(b"body"),
        actor: actor(kind.actor % 3),
        role: ROLES[choose(kind.role)],
        recorded_at,
        effective_at: at(0),
        correlation_id: act(kind.act % 3),
        causation: None,
        committed_with: Vec::new(),
        events: (0..).zip(&events(kind.events)).map(encode).collect(),
        source: SOURCES[choose(kind.source)].map(SourceAddress::known),
    };
    draft.seal(after.map_or(Digest::ZERO, |it| it.hash))
}

/// A commit that no event of this build is in.
pub(crate) fn of_a_later_build(case: DocketNumber, after: &Commit) -> Commit {
    let mut draft = commit(case, Some(after), after.recorded_at, Kind::default()).draft;
    draft.events[0].event_type = "CaseTeleported".to_owned();
    draft.seal(after.hash)
}

/// A history of so many commits of a case, a second apart.
pub(crate) fn history(serial: u32, commits: u8) -> Vec<Commit> {
    let case = docket(serial);
    let mut all: Vec<Commit> = Vec::new();
    for n in 0..commits {
        let kind = Kind {
            actor: n,
            role: n / 2,
            command: n / 3,
            events: n,
            act: n / 4,
            source: n,
        };
        all.push(commit(case, all.last(), at(u64::from(n)), kind));
    }
    all
}

/// The same as a rebuild reads it.
pub(crate) fn whole(commits: Vec<Commit>) -> History {
    History {
        docket_number: commits[0].docket_number,
        commits,
        unreadable: None,
    }
}
