use casefold_events::case::docket::{DocketEntrySealed, DocketEntryUnsealed};
use casefold_events::case::parties::{AddressSealed, AddressUnsealed};
use casefold_events::case::records::CaseNoteRemoved;
use casefold_events::case::standing::{CaseSealed, CaseUnsealed};
use casefold_events::{CommandId, CorrelationId, Digest, DraftCommit, EventId, StoredEvent};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::projections::rows::RowFold;

fn number() -> DocketNumber {
    DocketNumber::new(101, 26).unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// What happened, and when it was recorded: a commit each.
type Given<'a> = &'a [(&'a str, &'a str, Vec<CaseEvent>)];

/// Commits of these commands, by a clerk.
fn given(commits: Given<'_>) -> Vec<Commit> {
    let mut last = Digest::ZERO;
    let mut version = 0;
    let seal = |(command, at, events): &(&str, &str, Vec<CaseEvent>)| {
        version += 1;
        let encode = |(nth, event)| {
            StoredEvent::encode(EventId(id(u128::from(version) << 16 | nth)), event).unwrap()
        };
        let recorded_at: Timestamp = at.parse().unwrap();
        let draft = DraftCommit {
            docket_number: number(),
            version: Version(version),
            command_id: CommandId::new(format!("command-{version}")).unwrap(),
            command: (*command).to_owned(),
            command_digest: Digest::of(at.as_bytes()),
            actor: UserId::new("clerk-1").unwrap(),
            role: Role::DocketClerk,
            recorded_at,
            effective_at: recorded_at,
            correlation_id: CorrelationId::new("sealings").unwrap(),
            causation: None,
            committed_with: Vec::new(),
            events: (0..).zip(events).map(encode).collect(),
            source: None,
        };
        let commit = draft.seal(last);
        last = commit.hash;
        commit
    };
    commits.iter().map(seal).collect()
}

/// The rows of a case, when these commits are folded.
fn rows(commits: Given<'_>) -> Vec<Row> {
    let commits = given(commits);
    let all: Vec<_> = commits.iter().collect();
    let (fold, obstacle) = RowFold::<Sealings>::fold_all(&RowFold::begin, &all);
    assert_eq!(obstacle, None);
    // What is kept is read back as it was, wherever the fold goes on from it.
    let kept = serde_json::to_string(&fold.state).unwrap();
    assert_eq!(
        serde_json::from_str::<SealingsOfCase>(&kept).unwrap(),
        fold.state
    );
    fold.rows(number()).unwrap()
}

fn act(command: &str, at: &str, version: u64) -> Value {
    json!({"user": "clerk-1", "role": "docketclerk", "command": command,
        "recordedAt": at, "effectiveAt": at, "version": version})
}

fn case_sealed() -> CaseEvent {
    CaseSealed {
        sealed_at: "2026-11-23T10:00:00Z".parse().unwrap(),
    }
    .into()
}

fn entry_sealed(entry: u128, sealed_to: SealedTo) -> CaseEvent {
    DocketEntrySealed {
        docket_entry_id: DocketEntryId(id(entry)),
        sealed_to,
    }
    .into()
}

fn entry_unsealed(entry: u128) -> CaseEvent {
    DocketEntryUnsealed {
        docket_entry_id: DocketEntryId(id(entry)),
    }
    .into()
}

const NOVEMBER: &str = "2026-11-23T10:00:00.000Z";
const DECEMBER: &str = "2026-12-01T10:00:00.000Z";

#[test]
fn a_sealed_case_is_under_the_month_of_its_sealing_with_who_did_it() {
    let rows = rows(&[("SealCase", NOVEMBER, vec![case_sealed()])]);
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row.key, "2026-11");
    assert_eq!(row.sort, format!("{NOVEMBER}#00000001#00000"));
    assert_eq!(
        row.body,
        json!({"docketNumber": "101-26", "what": "case", "sealed": act("SealCase", NOVEMBER, 1)})
    );
}

#[test]
fn what_is_unsealed_stays_in_its_place_and_says_by_whom() {
    let rows = rows(&[
        (
            "SealDocketEntry",
            NOVEMBER,
            vec![entry_sealed(7, SealedTo::External)],
        ),
        ("UnsealDocketEntry", DECEMBER, vec![entry_unsealed(7)]),
    ]);
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row.key, "2026-11");
    assert_eq!(
        row.body,
        json!({"docketNumber": "101-26", "what": "docketEntry", "docketEntryId": id(7),
            "sealedTo": "External", "sealed": act("SealDocketEntry", NOVEMBER, 1),
            "lifted": act("UnsealDocketEntry", DECEMBER, 2)})
    );
}

#[test]
fn an_address_that_came_in_sealed_has_a_row_of_its_unsealing_alone() {
    let contact_id = ContactId(id(9));
    let rows = rows(&[
        (
            "UnsealAddress",
            NOVEMBER,
            vec![AddressUnsealed { contact_id }.into()],
        ),
        (
            "SealAddress",
            DECEMBER,
            vec![AddressSealed { contact_id }.into()],
        ),
    ]);
    let [lifted, sealed] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!(
        lifted.body,
        json!({"docketNumber": "101-26", "what": "address", "contactId": contact_id,
            "lifted": act("UnsealAddress", NOVEMBER, 1)})
    );
    assert_eq!(
        (&*sealed.key, &sealed.body["what"], &sealed.body["lifted"]),
        ("2026-12", &json!("address"), &Value::Null)
    );
}

#[test]
fn what_was_sealed_twice_is_open_again_at_once_and_nothing_else_is() {
    let rows = rows(&[
        (
            "SealDocketEntry",
            NOVEMBER,
            vec![
                entry_sealed(7, SealedTo::Public),
                entry_sealed(8, SealedTo::Public),
                case_sealed(),
            ],
        ),
        (
            "SealDocketEntry",
            NOVEMBER,
            vec![entry_sealed(7, SealedTo::External)],
        ),
        ("UnsealDocketEntry", DECEMBER, vec![entry_unsealed(7)]),
        ("UnsealCase", DECEMBER, vec![CaseUnsealed {}.into()]),
        ("SealCase", DECEMBER, vec![case_sealed()]),
    ]);
    let lifted: Vec<_> = rows
        .iter()
        .map(|row| row.body["lifted"]["version"].as_u64())
        .collect();
    assert_eq!(lifted, [Some(3), None, Some(4), Some(3), None]);
    assert!(rows.is_sorted_by(|one, next| one.sort < next.sort));
}

#[test]
fn nothing_is_kept_of_a_case_that_nothing_is_sealed_in() {
    let commits = given(&[("RemoveCaseNote", NOVEMBER, vec![CaseNoteRemoved {}.into()])]);
    let (fold, _) = RowFold::<Sealings>::fold_all(&RowFold::begin, &[&commits[0]]);
    assert_eq!(fold.version, Version(1));
    assert_eq!(fold.kept().unwrap(), None);
    assert_eq!(fold.rows(number()).unwrap(), []);
}
