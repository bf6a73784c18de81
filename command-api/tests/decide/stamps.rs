//! Stamps on motions.

use casefold_command_api::decide::Actor;
use casefold_events::case::docket::{DraftArchived, MotionStamped, Stamp};
use casefold_events::vocabulary::{CaseStatus, MotionDisposition, Role};
use serde_json::{Value, json};

use crate::support::*;

fn judge() -> Actor {
    actor(Role::Judge)
}

fn stamp() -> Value {
    json!({
        "type": "StampMotion",
        "docketEntry": 3,
        "disposition": "Denied as moot",
        "stampedBy": "Buch",
        "text": "See the order of 2026-10-01.",
        "document": document(),
    })
}

#[test]
fn a_stamp_marks_the_motion_and_makes_a_signed_draft_order_in_one_step() {
    let outcome = given(with_motion())
        .when(stamp())
        .by(judge())
        .then_events(["MotionStamped", "DocketEntryFiled"]);
    let order = outcome.filed_entries().next().unwrap();
    assert_eq!((order.event_code.as_str(), order.is_draft), ("O", true));
    assert_eq!(order.title.expose(), "Order on M006: Denied as moot");
    assert_eq!(order.signature.as_ref().unwrap().signed_by, "Buch");
    let stamp = outcome
        .case
        .docket
        .entry_at(3)
        .unwrap()
        .stamp
        .clone()
        .unwrap();
    assert_eq!(stamp.disposition, MotionDisposition::DeniedAsMoot);
    assert_eq!(
        (stamp.order, stamp.stamped_at),
        (order.docket_entry_id, time(NOW))
    );
    let mut history = with_motion();
    for event in outcome.events.clone() {
        history = history.and(event);
    }
    let case = given(history)
        .when(json!({"type": "FileCourtIssuedDocument", "draft": stamp.order}))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"])
        .case;
    assert_eq!(case.docket.entry_at(4).unwrap().id(), stamp.order);
}

#[test]
fn judges_chambers_adc_and_the_clerk_of_court_stamp() {
    let may = [Role::Judge, Role::Chambers, Role::Adc, Role::ClerkOfCourt];
    for role in Role::ALL.iter().copied() {
        let then = given(with_motion()).when(stamp()).by(actor(role));
        if may.contains(&role) {
            then.then_done();
        } else {
            then.then_refused("ROLE_NOT_ALLOWED");
        }
    }
}

#[test]
fn only_a_motion_on_the_record_that_is_not_stricken_is_stamped() {
    let cases = [
        (served().entry("MISC"), "ENTRY_NOT_MOTION"),
        (served().entry("MINC"), "ENTRY_NOT_MOTION"),
        (
            with_motion().and(striking_of(entry_id(4))),
            "ENTRY_STRICKEN",
        ),
        (served(), "ENTRY_NOT_FOUND"),
    ];
    for (history, code) in cases {
        given(history).when(stamp()).by(judge()).then_refused(code);
    }
    given(served())
        .when(with(stamp(), "docketEntry", json!(0)))
        .by(judge())
        .then_refused("ENTRY_NOT_ON_RECORD");
    given(with_motion().status(CaseStatus::Closed))
        .when(with(stamp(), "draft", json!(entry_id(1))))
        .by(judge())
        .then_refused("DRAFT_ID_TAKEN");
}

#[test]
fn a_motion_is_stamped_again_only_after_the_first_order_was_laid_aside() {
    let stamped = || {
        with_motion()
            .and(MotionStamped {
                docket_entry_id: entry_id(4),
                stamp: Stamp {
                    disposition: MotionDisposition::Granted,
                    stamped_at: time(RECEIVED),
                    stamped_by: "Buch".to_owned(),
                    order: entry_id(5),
                    text: None,
                },
            })
            .draft("O")
    };
    given(stamped())
        .when(stamp())
        .by(judge())
        .then_refused("MOTION_ALREADY_STAMPED");
    let case = given(stamped().and(DraftArchived {
        docket_entry_id: entry_id(5),
        archived_at: time(RECEIVED),
    }))
    .when(stamp())
    .by(judge())
    .then_events(["MotionStamped", "DocketEntryFiled"])
    .case;
    let stamp = case.docket.entry_at(3).unwrap().stamp.clone().unwrap();
    assert_eq!(stamp.disposition, MotionDisposition::DeniedAsMoot);
}
