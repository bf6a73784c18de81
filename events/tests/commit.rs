//! The commit's hash chain: what is sealed can't be altered unseen.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use casefold_events::case::standing::{CaseSealed, JudgeAssigned};
use casefold_events::commit::faults;
use casefold_events::personal::source::SourceAddress;
use casefold_events::vocabulary::Role;
use casefold_events::{
    CaseEvent, ChainError, CommandId, Commit, CommitRef, CorrelationId, Digest, DocketNumber,
    DraftCommit, EventId, StoredEvent, Timestamp, UserId, Version,
};
use uuid::Uuid;

fn docket() -> DocketNumber {
    "101-26".parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn draft(version: u64, events: &[CaseEvent]) -> DraftCommit {
    DraftCommit {
        docket_number: docket(),
        version: Version(version),
        command_id: CommandId::new(format!("command-{version}")).unwrap(),
        command: "SealCase".to_owned(),
        command_digest: Digest::of(b"body"),
        actor: UserId::new("clerk-1").unwrap(),
        role: Role::DocketClerk,
        recorded_at: at("2026-11-23T11:36:54.123Z"),
        effective_at: at("2026-11-20T00:00:00Z"),
        correlation_id: CorrelationId::new("correlation-1").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: events
            .iter()
            .zip(1..)
            .map(|(event, n)| StoredEvent::encode(EventId(Uuid::from_u128(n)), event).unwrap())
            .collect(),
        source: None,
    }
}

fn sealed() -> CaseEvent {
    CaseSealed {
        sealed_at: at("2026-11-20T00:00:00Z"),
    }
    .into()
}

fn judge() -> CaseEvent {
    JudgeAssigned {
        judge: "Buch".to_owned(),
    }
    .into()
}

fn commit() -> Commit {
    draft(1, &[sealed(), judge()]).seal(Digest::ZERO)
}

fn commit_from(source: &str) -> Commit {
    let mut draft = draft(1, &[sealed(), judge()]);
    draft.source = Some(SourceAddress::known(source));
    draft.seal(Digest::ZERO)
}

/// The hash is a promise to every later build: this value never changes.
#[test]
fn the_hash_of_a_commit_is_pinned() {
    assert_eq!(
        commit().hash.to_string(),
        "2cdef1d37207c8fba2260fd5f82bcb74789065f0b614cd88bcdc7c05537322e1"
    );
}

/// So is that of a commit with a source address, whose encoding is another.
#[test]
fn the_hash_of_a_commit_with_a_source_address_is_pinned() {
    assert_eq!(
        commit_from("203.0.113.7").hash.to_string(),
        "3f023aa2c1eec8abd4955698ffb84613ba73193804b1baf560dd2c925ad16f17"
    );
}

#[test]
fn a_source_address_that_is_altered_added_or_taken_away_is_noticed() {
    let from = |source: Option<&str>| {
        let mut altered = commit_from("203.0.113.7");
        altered.draft.source = source.map(SourceAddress::known);
        altered.verify_after(Version::ZERO, Digest::ZERO)
    };
    let altered = Err(ChainError::Altered(Version(1), docket()));
    assert_eq!(from(Some("203.0.113.7")), Ok(()));
    assert_eq!(from(Some("203.0.113.8")), altered);
    assert_eq!(from(Some("")), altered);
    assert_eq!(from(None), altered);
    let mut without = commit();
    without.draft.source = Some(SourceAddress::known("203.0.113.7"));
    let added = without.verify_after(Version::ZERO, Digest::ZERO);
    assert_eq!(added, altered);
}

#[test]
fn a_commit_without_a_source_address_says_nothing_of_one() {
    let text = serde_json::to_string(&commit()).unwrap();
    assert!(!text.contains("source"), "{text}");
    let text = serde_json::to_string(&commit_from("203.0.113.7")).unwrap();
    let read: Commit = serde_json::from_str(&text).unwrap();
    assert_eq!(read, commit_from("203.0.113.7"));
}

#[test]
fn a_commit_follows_the_one_before_it() {
    let first = commit();
    let second = draft(2, &[judge()]).seal(first.hash);
    assert_eq!(first.verify_after(Version::ZERO, Digest::ZERO), Ok(()));
    assert_eq!(second.verify_after(Version(1), first.hash), Ok(()));
}

#[test]
fn a_missing_commit_is_a_gap() {
    let third = draft(3, &[judge()]).seal(Digest::ZERO);
    let expected = ChainError::Gap {
        docket_number: docket(),
        expected: Version(2),
        found: Version(3),
    };
    assert_eq!(third.verify_after(Version(1), Digest::ZERO), Err(expected));
}

#[test]
fn a_commit_after_the_last_number_there_is_follows_nothing() {
    let last = Version(u64::MAX);
    for version in [0, u64::MAX] {
        let forged = draft(version, &[judge()]).seal(Digest::ZERO);
        let refused = forged.verify_after(last, Digest::of(b"another"));
        assert!(refused.is_err(), "{version}");
    }
}

#[test]
fn a_commit_that_follows_another_history_breaks_the_chain() {
    let second = draft(2, &[judge()]).seal(Digest::of(b"another history"));
    let broken = Err(ChainError::Broken(Version(2), docket()));
    assert_eq!(second.verify_after(Version(1), commit().hash), broken);
}

#[test]
fn any_altered_field_is_noticed() {
    let alterations: [fn(&mut DraftCommit); 14] = [
        |c| c.docket_number = "102-26".parse().unwrap(),
        |c| c.command_id = CommandId::new("other").unwrap(),
        |c| c.command = "UnsealCase".to_owned(),
        |c| c.command_digest = Digest::of(b"other"),
        |c| c.actor = UserId::new("clerk-2").unwrap(),
        |c| c.role = Role::Judge,
        |c| c.recorded_at = at("2026-11-23T11:36:54.124Z"),
        |c| c.effective_at = at("2026-11-20T00:00:00.001Z"),
        |c| c.correlation_id = CorrelationId::new("correlation-2").unwrap(),
        |c| {
            c.causation = Some(CommitRef {
                docket_number: docket(),
                version: Version(1),
            });
        },
        |c| {
            c.committed_with.push(CommitRef {
                docket_number: docket(),
                version: Version(1),
            });
        },
        |c| c.events.swap(0, 1),
        |c| {
            let event = &c.events[0];
            let payload = event.payload().replace("2026", "2025");
            let (id, kind) = (event.event_id, &*event.event_type);
            c.events[0] = StoredEvent::read(id, kind, event.schema_version, payload);
        },
        |c| {
            c.events.pop();
        },
    ];
    for (number, alter) in alterations.iter().enumerate() {
        let mut altered = commit();
        alter(&mut altered.draft);
        assert!(
            altered.verify_after(Version::ZERO, Digest::ZERO).is_err(),
            "alteration {number}"
        );
    }
}

#[test]
fn a_commit_is_read_back_as_it_was_written() {
    let text = serde_json::to_string(&commit()).unwrap();
    let read: Commit = serde_json::from_str(&text).unwrap();
    assert_eq!(read, commit());
    assert_eq!(read.decode().unwrap(), [sealed(), judge()]);
}

#[test]
fn an_event_of_a_newer_build_is_named_and_not_skipped() {
    let mut stored = commit().draft.events.remove(0);
    stored.schema_version = 2;
    assert!(
        stored
            .decode()
            .unwrap_err()
            .to_string()
            .contains("schema version 2")
    );
    stored.event_type = "CaseTeleported".to_owned();
    assert!(
        stored
            .decode()
            .unwrap_err()
            .to_string()
            .contains("CaseTeleported")
    );
}

#[test]
fn what_is_wrong_with_commits_is_told_of_each_by_itself_and_against_the_one_before_it() {
    let first = draft(1, &[judge()]).seal(Digest::ZERO);
    let second = draft(2, &[judge()]).seal(first.hash);
    let mut altered = second.clone();
    altered.draft.actor = UserId::new("somebody-else").unwrap();
    let stray = draft(3, &[judge()]).seal(Digest::of(b"another history"));
    let wrong = |commits: &[&Commit]| -> Vec<u64> {
        let commits: Vec<Commit> = commits.iter().map(|it| (*it).clone()).collect();
        faults(&commits).into_keys().map(|it| it.0).collect()
    };
    assert_eq!(wrong(&[&second, &first]), [0; 0]);
    assert_eq!(wrong(&[&altered, &first]), [2]);
    assert_eq!(wrong(&[&altered]), [2]);
    // Alone it is sound; beside the one before it, it doesn't follow.
    assert_eq!(wrong(&[&stray]), [0; 0]);
    assert_eq!(wrong(&[&stray, &second]), [3]);
}
