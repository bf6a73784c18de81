//! A case whose events were stored years ago, folded by today's fold.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use casefold_events::vocabulary::{Role, SealedTo};
use casefold_events::{
    CaseEvent, CommandId, Commit, CorrelationId, Digest, DraftCommit, EventId, StoredEvent,
    Timestamp, UserId, Version,
};
use casefold_shared::case::Case;
use serde_json::Value;
use uuid::Uuid;

const PETITION: &str = include_str!("../../events/examples/PetitionFiled.v1.json");
const FILING: &str = include_str!("../../events/examples/DocketEntryFiled.v1.json");
const SEAL: &str = include_str!("../../events/examples/DocketEntrySealed.v1.json");

/// The history of a case of 2020: a commit for each event, all in their first versions.
fn history() -> Vec<Commit> {
    let mut head = Digest::ZERO;
    let events = [
        ("PetitionFiled", PETITION),
        ("DocketEntryFiled", FILING),
        ("DocketEntrySealed", SEAL),
    ];
    let commit = |(version, (event_type, example)): (u64, (&str, &str))| {
        let payload: Value = serde_json::from_str(example).unwrap();
        let id = EventId(Uuid::from_u128(u128::from(version)));
        let event = StoredEvent::read(id, event_type, 1, payload.to_string());
        let commit = draft(version, event).seal(head);
        head = commit.hash;
        commit
    };
    (1..).zip(events).map(commit).collect()
}

fn draft(version: u64, event: StoredEvent) -> DraftCommit {
    let at: Timestamp = "2020-02-01T00:00:00Z".parse().unwrap();
    DraftCommit {
        docket_number: "103-20".parse().unwrap(),
        version: Version(version),
        command_id: CommandId::new(format!("c{version}")).unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: UserId::new("clerk").unwrap(),
        role: Role::DocketClerk,
        recorded_at: at,
        effective_at: at,
        correlation_id: CorrelationId::new("test").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: vec![event],
        source: None,
    }
}

fn folded(history: &[Commit]) -> Case {
    let fold = |case, commit| Some(Case::fold(case, commit).unwrap());
    history.iter().fold(None, fold).unwrap()
}

#[test]
fn a_case_of_2020_is_a_case_like_any_other() {
    let case = folded(&history());

    let names: Vec<_> = case
        .petitioners()
        .map(|petitioner| petitioner.name.expose().as_str())
        .collect();
    assert_eq!(names, ["Nora Quist", "Vera Lindholm", "Ida Falk"]);
    let entry = case.docket.on_record().next().unwrap();
    assert_eq!(entry.filed.title.expose(), "Order to report by 1 March");
    let service = entry.service.as_ref().unwrap();
    assert_eq!(service.served_at.to_string(), "2020-01-23T21:45:14.148Z");
    assert_eq!(service.served_parties.len(), 2);
    assert_eq!(entry.sealed_to, Some(SealedTo::External));
    // One commit can be two events by now, and is one commit and one stored event still.
    assert_eq!(case.version, Version(3));
    assert_eq!(case.folded_from.events, 3);
}

#[test]
fn lifting_is_the_same_each_time_and_rewrites_nothing() {
    let history = history();
    assert_eq!(folded(&history), folded(&history));
    let (filing, before) = (&history[1], history[1].clone());
    let events = filing.decode().unwrap();
    let [
        CaseEvent::DocketEntryFiled(filed),
        CaseEvent::DocketEntryServed(served),
    ] = &events[..]
    else {
        panic!("an entry with its service is filed and then served")
    };
    assert_eq!(filed.entry.docket_entry_id, served.docket_entry_id);
    assert_eq!(filing, &before);
    assert_eq!(filing.verify_after(Version(1), history[0].hash), Ok(()));
}
