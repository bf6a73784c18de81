//! What the court keeps for itself.

use super::*;

#[test]
fn what_the_court_keeps_for_itself_is_sent_to_the_court_alone() {
    let case = case_with(
        std::iter::once(served())
            .chain(kept_by_the_court())
            .chain([on_record(), entry_served()]),
    );
    let whole = answer(&clerk(), &case);
    assert_eq!(whole["blocked"], true);
    assert_eq!(whole["blockedReason"], "Court's own reason");
    assert_eq!(whole["automaticBlocked"], true);
    assert_eq!(whole["automaticBlockedReason"], "Due Date");
    assert_eq!(whole["highPriority"], false);
    assert_eq!(whole["deadlines"][0]["description"], "Court's own deadline");
    assert_eq!(whole["correspondence"][0]["title"], "Court's own letter");
    assert_eq!(whole["statistics"][0]["irsDeficiencyCents"], 12_345);
    assert_eq!(whole["damagesCents"], 77_001);
    assert_eq!(whole["litigationCostsCents"], 77_002);
    assert_eq!(whole["caseNote"], "Court's own note");
    assert_eq!(whole["mailingDate"], "Court's own reading");
    assert_eq!(whole["openEntries"][0]["eventCode"], "M000");
    assert_eq!(
        whole["hearings"][0]["calendarNotes"],
        "Court's own calendar"
    );

    for actor in [astra(), counsel(), irs(), superuser(), stranger()] {
        let seen = answer(&actor, &case);
        let text = seen.to_string();
        for kept in [
            "Court's own",
            "locked",
            "riority",
            "eadlines",
            "orrespondence",
            "tatistics",
            "77001",
            "77002",
            "12345",
            "aseNote",
            "mailingDate",
            "openEntries",
            "documents/letter",
        ] {
            assert!(!text.contains(kept), "{actor:?} is sent {kept}: {text}");
        }
    }
}

#[test]
fn a_trial_is_told_to_parties_once_it_is_on_the_calendar_and_to_the_court_before() {
    let planned = case_with([served(), in_session()]);
    let set = case_with([served(), calendared()]);
    let trial = |actor: &Actor, case: &Case| {
        let answer = answer(actor, case);
        ["trialSessionId", "trialDate", "trialLocation", "trialJudge"]
            .map(|field| answer.get(field).is_some())
    };
    for (actor, before, after) in [
        (clerk(), true, true),
        (astra(), false, true),
        (irs(), false, true),
        (stranger(), false, false),
    ] {
        assert_eq!(trial(&actor, &planned), [before; 4], "{actor:?}");
        assert_eq!(trial(&actor, &set), [after; 4], "{actor:?}");
    }
}

#[test]
fn a_hearing_is_told_to_parties_without_the_calendars_notes() {
    let case = case_with(std::iter::once(served()).chain(kept_by_the_court()));
    for actor in [astra(), irs()] {
        let hearings = &answer(&actor, &case)["hearings"];
        assert_eq!(*hearings, json!([{"session": session()}]), "{actor:?}");
    }
    assert_eq!(answer(&stranger(), &case).get("hearings"), None);
}
