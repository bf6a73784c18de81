//! A case of 2020 is stored in the events of 2020, and is the same case when it is read.

use casefold::import::{CasePlan, plan_case};
use casefold_events::{CaseEvent, StoredEvent};
use casefold_shared::case::Case;
use serde_json::{Value, json};

use crate::support::{at, case, files, folded, items, small_plan, source, source_of};

/// A case of the small file with the schema of 2020.
const OF_2020: &str = "107-19";

fn stored<'a>(plan: &'a CasePlan, event_type: &str) -> Vec<&'a StoredEvent> {
    let events = plan.commits.iter().flat_map(|commit| &commit.events);
    events
        .filter(|event| event.event_type == event_type)
        .collect()
}

fn payload(event: &StoredEvent) -> Value {
    serde_json::from_str(event.payload()).unwrap()
}

fn newest(event: &StoredEvent) -> u32 {
    let (_, version) = CaseEvent::SCHEMAS
        .iter()
        .find(|(event_type, _)| *event_type == event.event_type)
        .unwrap();
    *version
}

/// A plan with each event as it is written today.
fn in_todays_forms(mut plan: CasePlan) -> CasePlan {
    for event in plan.commits.iter_mut().flat_map(|it| &mut it.events) {
        let understood = event.decode().unwrap();
        let [understood] = &understood[..] else {
            panic!("an import dates each event by a commit of its own")
        };
        *event = StoredEvent::encode(event.event_id, understood).unwrap();
    }
    plan
}

/// All of a case but the hash of its last commit, which covers the stored forms.
fn snapshot(plan: &CasePlan) -> Value {
    let case: Case = folded(plan);
    let mut snapshot = serde_json::to_value(case).unwrap();
    let hash = snapshot["foldedFrom"].as_object_mut().unwrap();
    assert!(hash.remove("headHash").is_some());
    snapshot
}

#[test]
fn a_petition_of_2020_has_its_people_where_they_stood() {
    let plan = small_plan(OF_2020);
    let [petition] = stored(&plan, "PetitionFiled")[..] else {
        panic!("a case has one petition")
    };
    assert_eq!(petition.schema_version, 1);
    let payload = payload(petition);
    let (primary, secondary) = (&payload["contactPrimary"], &payload["contactSecondary"]);
    assert_eq!(primary["name"], "Basil Thistlewood");
    assert_eq!(primary["address1"], "7 Mill Road");
    assert_eq!(secondary["country"], "Ruritania");
    assert_eq!(payload["otherPetitioners"][0]["name"], "Odo Thistlewood");
    assert_eq!(payload.get("petitioners"), None);
}

#[test]
fn an_entry_of_2020_has_its_description_and_its_seal_says_no_more_than_it_did() {
    let plan = small_plan(OF_2020);
    for filed in stored(&plan, "DocketEntryFiled") {
        assert_eq!(filed.schema_version, 1);
        assert!(payload(filed)["entry"]["description"].is_string());
    }
    let [seal] = stored(&plan, "DocketEntrySealed")[..] else {
        panic!("one entry is sealed")
    };
    assert_eq!(seal.schema_version, 1);
    assert_eq!(payload(seal).get("sealedTo"), None);
    let docket = folded(&plan).docket;
    let sealed = docket.on_record().chain(docket.off_record());
    let sealed: Vec<_> = sealed.filter_map(|entry| entry.sealed_to).collect();
    assert_eq!(sealed, [casefold_events::vocabulary::SealedTo::External]);
}

#[test]
fn what_an_older_form_cannot_say_is_told_in_todays() {
    let mut items = items(crate::support::SMALL);
    for item in &mut items {
        if let Some(primary) = item.get_mut("contactPrimary") {
            primary["isAddressSealed"] = json!(true);
        }
    }
    let plan = plan_case(&case(&source_of(items), OF_2020)).unwrap();

    let petition = stored(&plan, "PetitionFiled")[0];

    assert_eq!(petition.schema_version, newest(petition));
    assert_eq!(payload(petition)["petitioners"][0]["isAddressSealed"], true);
}

#[test]
fn whatever_form_a_history_is_stored_in_its_snapshot_is_the_same() {
    let mut of_2020 = 0;
    for (file, text) in files() {
        for case in source(&text).cases {
            let plan = plan_case(&case).unwrap();
            let older = stored(&plan, "PetitionFiled")[0].schema_version == 1;
            let is_of_2020 = case
                .items
                .iter()
                .any(|item| item.fields.contains_key("contactPrimary"));
            assert_eq!(older, is_of_2020, "{file}: {}", case.docket_number);
            let before = in_todays_forms(plan.clone());
            assert_eq!(snapshot(&plan), snapshot(&before), "{}", case.docket_number);
            of_2020 += u32::from(older);
        }
    }
    assert!(of_2020 > 0);
    // The commits, too, are dated as before.
    let plan = small_plan(OF_2020);
    assert_eq!(plan.commits[0].effective_at, at("2019-08-16T17:29:10.132Z"));
}
