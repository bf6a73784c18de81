use casefold_events::case::docket::{DocketEntryServed, DocketEntryUnsealed};
use casefold_events::case::standing::{CaseSealed, JudgeAssigned};
use casefold_events::entry::Service;
use casefold_events::personal::source::SourceAddress;
use casefold_events::vocabulary::Role;
use casefold_events::{
    CaseEvent, CommandId, Commit, CorrelationId, Digest, DocketEntryId, DocketNumber, DraftCommit,
    EventId, StoredEvent, Timestamp, UserId, Version,
};
use uuid::Uuid;

use super::watermark::{Noted, watermark};
use super::*;
use crate::generations::{Generations, Reconciled, Standing};

fn docket() -> DocketNumber {
    "101-26".parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000 + second * 1_000)
}

fn entry(n: u128) -> DocketEntryId {
    DocketEntryId(Uuid::from_u128(n))
}

fn sealed() -> CaseEvent {
    CaseSealed { sealed_at: at(0) }.into()
}

fn unsealed(n: u128) -> CaseEvent {
    let docket_entry_id = entry(n);
    DocketEntryUnsealed { docket_entry_id }.into()
}

fn served(n: u128) -> CaseEvent {
    DocketEntryServed {
        docket_entry_id: entry(n),
        service: Service {
            served_at: at(0),
            served_parties: Vec::new(),
            served_parties_code: None,
        },
    }
    .into()
}

fn commit(events: &[CaseEvent], source: Option<&str>) -> Commit {
    let stored = events.iter().zip(1..);
    let stored = stored.map(|(it, n)| StoredEvent::encode(EventId(Uuid::from_u128(n)), it));
    let draft = DraftCommit {
        docket_number: docket(),
        version: Version(7),
        command_id: CommandId::new("key").unwrap(),
        command: "ServeDocument".to_owned(),
        command_digest: Digest::of(b"body"),
        actor: UserId::new("clerk-1").unwrap(),
        role: Role::DocketClerk,
        recorded_at: at(5),
        effective_at: at(3),
        correlation_id: CorrelationId::new("act-1").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: stored.collect::<Result<_, _>>().unwrap(),
        source: source.map(SourceAddress::known),
    };
    draft.seal(Digest::ZERO)
}

fn rows_of(events: &[CaseEvent], source: Option<&str>) -> Vec<IndexRow> {
    rows(&commit(events, source), events)
}

fn places(rows: &[IndexRow]) -> Vec<String> {
    let mut places: Vec<_> = rows.iter().map(|row| row.place.to_string()).collect();
    places.sort();
    places
}

#[test]
fn a_commit_has_a_row_in_each_dimension_and_one_for_each_type_and_entry() {
    let rows = rows_of(&[served(1), served(2), unsealed(1)], None);
    let shard = |dimension: Dimension| dimension.shard_of(docket());
    let (one, two) = (entry(1), entry(2));
    let mut expected = vec![
        "case#0#101-26".to_owned(),
        format!("all#{}#", shard(Dimension::All)),
        format!("actor#{}#clerk-1", shard(Dimension::Actor)),
        format!("role#{}#docketclerk", shard(Dimension::Role)),
        format!("command#{}#ServeDocument", shard(Dimension::Command)),
        "correlation#0#act-1".to_owned(),
        format!("type#{}#DocketEntryServed", shard(Dimension::EventType)),
        format!("type#{}#DocketEntryUnsealed", shard(Dimension::EventType)),
        format!("entry#0#{one}"),
        format!("entry#0#{two}"),
    ];
    expected.sort();
    assert_eq!(places(&rows), expected);
    let position = "2026-09-21T14:13:25.000Z#2026-000101#0000000007";
    assert!(rows.iter().all(|row| row.position.to_string() == position));
}

#[test]
fn a_source_address_has_a_row_and_stands_nowhere_in_it() {
    let rows = rows_of(&[sealed()], Some("203.0.113.7"));
    let source = rows
        .iter()
        .find(|row| row.place.dimension == Dimension::Source)
        .unwrap();
    assert_eq!(source.commit.source.as_ref(), Some(&source.place.value));
    for row in &rows {
        let stored = serde_json::to_string(&row.commit).unwrap();
        let place = row.place.to_string();
        assert!(!stored.contains("203.0") && !place.contains("203.0"));
    }
    let filter = Filter {
        source: Some(casefold_events::Personal::new(
            "::ffff:203.0.113.7".parse().unwrap(),
        )),
        ..Filter::default()
    };
    assert_eq!(filter.places(), std::slice::from_ref(&source.place));
    assert!(rows.iter().all(|row| filter.means(row)));
    assert!(!rows_of(&[sealed()], None).iter().any(|it| filter.means(it)));
}

#[test]
fn a_row_names_some_entries_and_the_row_of_the_case_names_all() {
    let events: Vec<_> = (0..500).map(served).collect();
    let rows = rows_of(&events, None);
    assert_eq!(rows.len(), 7 + 500);
    for row in &rows {
        let named = row.commit.docket_entries.len();
        match row.place.dimension {
            Dimension::Case => assert_eq!((named, row.commit.more_docket_entries), (500, 0)),
            _ => assert_eq!((named, row.commit.more_docket_entries), (8, 492)),
        }
    }
}

#[test]
fn the_narrowest_dimension_is_read_and_the_rest_filters() {
    let mut filter = Filter::default();
    assert_eq!(filter.places().len(), 16);
    filter.role = Some(Role::DocketClerk);
    filter.event_type = Some("CaseSealed".to_owned());
    assert_eq!(
        filter.read_by(),
        (Dimension::EventType, "CaseSealed".to_owned())
    );
    filter.actor = Some(UserId::new("clerk-1").unwrap());
    assert_eq!(filter.places().len(), 4);
    filter.docket_number = Some(docket());
    assert_eq!(filter.read_by(), (Dimension::Case, "101-26".to_owned()));
    filter.docket_entry = Some(entry(1));
    assert_eq!(filter.read_by(), (Dimension::Entry, entry(1).to_string()));
    assert_eq!(filter.places().len(), 1);
}

/// Asks for something that a row has, or hasn't.
type Ask = fn(&mut Filter, bool);

#[test]
fn a_row_is_meant_where_all_that_is_asked_for_fits() {
    let row = &rows_of(&[sealed()], None)[0];
    let judge: CaseEvent = JudgeAssigned {
        judge: "Buch".to_owned(),
    }
    .into();
    let asked: [(&str, Ask); 6] = [
        ("actor", |it, fits| {
            it.actor = UserId::new(if fits { "clerk-1" } else { "clerk-2" }).ok();
        }),
        ("role", |it, fits| {
            it.role = Some(if fits { Role::DocketClerk } else { Role::Judge });
        }),
        ("command", |it, fits| {
            it.command = Some(if fits { "ServeDocument" } else { "SealCase" }.to_owned());
        }),
        ("event type", |it, fits| {
            it.event_type = Some(if fits { "CaseSealed" } else { "JudgeAssigned" }.to_owned());
        }),
        ("case", |it, fits| {
            it.docket_number = if fits { "101-26" } else { "102-26" }.parse().ok();
        }),
        ("act", |it, fits| {
            it.correlation_id = CorrelationId::new(if fits { "act-1" } else { "act-2" }).ok();
        }),
    ];
    assert_eq!(judge.event_type(), "JudgeAssigned");
    let mut all = Filter::default();
    for (name, ask) in asked {
        ask(&mut all, true);
        let mut other = Filter::default();
        ask(&mut other, false);
        assert!(!other.means(row), "{name}");
    }
    assert!(all.means(row));
}

#[test]
fn the_order_of_the_texts_is_the_order_of_the_positions() {
    let position = |recorded_at, docket: &str, version| Position {
        recorded_at,
        docket_number: docket.parse().unwrap(),
        version: Version(version),
    };
    let ordered = [
        position(at(0), "999-99", 12),
        position(at(0), "101-26", 2),
        position(at(0), "101-26", 10),
        position(at(0), "102-26", 1),
        position(at(0), "1000-26", 1),
        position(at(1), "101-26", 1),
    ];
    assert!(ordered.is_sorted());
    let texts: Vec<_> = ordered.iter().map(ToString::to_string).collect();
    assert!(texts.is_sorted(), "{texts:?}");
    for (position, text) in ordered.iter().zip(&texts) {
        assert_eq!(text.parse(), Ok(*position));
    }
    for text in ["", "x#y#z", &texts[0].replace("#0000000012", "#12")] {
        assert_eq!(text.parse::<Position>(), Err(PositionError), "{text}");
    }
}

fn standing(reconciled: Option<(i64, u64)>, missed: Option<i64>) -> Standing {
    let generation = Generation::FIRST;
    let mut all = Generations::from_the_first(generation, Uuid::from_u128(1), at(0));
    let standing = all.standing.get_mut(&generation).unwrap();
    standing.reconciled = reconciled.map(|(began, differences)| Reconciled {
        at: at(began),
        cases: 1,
        differences,
    });
    standing.missed_at = missed.map(at);
    standing.clone()
}

fn noted(delivered: i64, passed_by: Option<i64>) -> Noted {
    Noted {
        delivered_to: Some(at(delivered)),
        passed_by_at: passed_by.map(at),
    }
}

#[test]
fn the_later_of_what_the_feed_and_a_reconciliation_know_is_the_watermark() {
    let nothing = watermark(Noted::default(), &standing(None, None), at(900));
    assert_eq!(nothing, None);
    let known = [
        (noted(100, None), standing(None, None), Some(100)),
        (Noted::default(), standing(Some((70, 0)), None), Some(70)),
        (noted(100, None), standing(Some((70, 0)), None), Some(100)),
        (noted(100, None), standing(Some((700, 0)), None), Some(700)),
        // One that found differences tells nothing.
        (noted(100, None), standing(Some((700, 1)), None), Some(100)),
        (Noted::default(), standing(Some((700, 1)), None), None),
    ];
    for (noted, standing, expected) in known {
        let found = watermark(noted, &standing, at(900));
        assert_eq!(found, expected.map(at), "{noted:?} {standing:?}");
    }
}

#[test]
fn what_was_passed_by_holds_the_feeds_watermark_until_a_reconciliation_has_looked() {
    let known = [
        (noted(100, Some(50)), standing(None, None), None),
        (
            noted(100, Some(50)),
            standing(Some((50, 0)), None),
            Some(50),
        ),
        (
            noted(100, Some(50)),
            standing(Some((51, 0)), None),
            Some(100),
        ),
        (noted(100, None), standing(None, Some(20)), None),
        // It is noted again after half a minute only.
        (
            noted(100, None),
            standing(Some((50, 0)), Some(20)),
            Some(50),
        ),
        (
            noted(100, None),
            standing(Some((51, 0)), Some(20)),
            Some(100),
        ),
    ];
    for (noted, standing, expected) in known {
        let found = watermark(noted, &standing, at(900));
        assert_eq!(found, expected.map(at), "{noted:?} {standing:?}");
    }
    // What is passed by after the standing was read is not known from it.
    let found = watermark(noted(100, None), &standing(None, None), at(90));
    assert_eq!(found, Some(at(90)));
}

#[test]
fn a_note_that_can_not_be_read_tells_nothing() {
    assert_eq!(Noted::read(None), Noted::default());
    assert_eq!(Noted::read(Some("yesterday")), Noted::default());
    let text = serde_json::to_string(&noted(100, None)).unwrap();
    assert_eq!(Noted::read(Some(&text)), noted(100, None));
}
