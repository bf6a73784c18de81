//! Striking and sealing docket entries.

use casefold_events::case::docket::DocketEntrySealed;
use casefold_events::vocabulary::SealedTo;
use serde_json::json;

use crate::support::*;

#[test]
fn an_entry_is_stricken_once() {
    let strike = json!({"type": "StrikeDocketEntry", "docketEntry": 3});
    let outcome = given(with_motion())
        .when(strike.clone())
        .by(docket_clerk())
        .then_events(["DocketEntryStricken"]);
    let stricken = outcome
        .case
        .docket
        .entry_at(3)
        .unwrap()
        .stricken
        .clone()
        .unwrap();
    assert_eq!(
        (stricken.stricken_at, stricken.stricken_by.as_str()),
        (time(NOW), "Somebody")
    );
    given(with_motion().and(striking_of(entry_id(4))))
        .when(strike)
        .by(docket_clerk())
        .then_refused("ENTRY_ALREADY_STRICKEN");
}

#[test]
fn only_an_entry_on_the_record_is_stricken() {
    let strike = |entry: u32| json!({"type": "StrikeDocketEntry", "docketEntry": entry});
    given(served())
        .when(strike(0))
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_ON_RECORD");
    given(served())
        .when(strike(9))
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_FOUND");
}

#[test]
fn an_entry_is_sealed_to_somebody_and_the_seal_can_be_changed() {
    let seal = |to: &str| json!({"type": "SealDocketEntry", "docketEntry": 3, "sealedTo": to});
    let outcome = given(with_motion())
        .when(seal("Public"))
        .by(docket_clerk())
        .then_events(["DocketEntrySealed"]);
    assert_eq!(
        outcome.case.docket.entry_at(3).unwrap().sealed_to,
        Some(SealedTo::Public)
    );
    let sealed = || {
        with_motion().and(DocketEntrySealed {
            docket_entry_id: entry_id(4),
            sealed_to: SealedTo::Public,
        })
    };
    given(sealed())
        .when(seal("Public"))
        .by(docket_clerk())
        .then_refused("ENTRY_ALREADY_SEALED");
    given(sealed())
        .when(seal("External"))
        .by(docket_clerk())
        .then_events(["DocketEntrySealed"]);
}

#[test]
fn an_entry_off_the_record_is_sealed_too() {
    given(served())
        .when(json!({"type": "SealDocketEntry", "docketEntry": 0, "sealedTo": "External"}))
        .by(docket_clerk())
        .then_events(["DocketEntrySealed"]);
    given(served())
        .when(json!({"type": "SealDocketEntry", "docketEntry": 7, "sealedTo": "External"}))
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_FOUND");
}

#[test]
fn only_a_sealed_entry_is_unsealed() {
    let unseal = json!({"type": "UnsealDocketEntry", "docketEntry": 3});
    let sealed = with_motion().and(DocketEntrySealed {
        docket_entry_id: entry_id(4),
        sealed_to: SealedTo::Public,
    });
    let outcome = given(sealed)
        .when(unseal.clone())
        .by(docket_clerk())
        .then_events(["DocketEntryUnsealed"]);
    assert_eq!(outcome.case.docket.entry_at(3).unwrap().sealed_to, None);
    given(with_motion())
        .when(unseal)
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_SEALED");
}
