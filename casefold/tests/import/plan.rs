//! What is planned for the small file, case by case.

use casefold::import::{FindingKind, Source, plan_case};
use casefold_events::case::intake::Fee;
use casefold_events::vocabulary::{
    CaseType, ContactType, PartyType, ProcedureType, Role, SealedTo, ServedPartiesCode,
    ServiceIndicator,
};
use serde_json::{Value, json};

use crate::support::{
    SMALL, TRIAL, at, case, commits, folded, items, small_plan, source, source_of,
};

fn id(n: u8) -> String {
    format!("5eed0000-0000-4000-8000-0000000000{n:02x}")
}

/// The commands of a plan with their dates.
fn told(number: &str) -> Vec<(&'static str, String)> {
    let plan = small_plan(number);
    plan.commits
        .iter()
        .map(|c| (c.command, c.effective_at.to_string()))
        .collect()
}

#[test]
fn a_history_is_told_in_time_each_step_at_its_own_date() {
    let told = told("301-22");
    let told: Vec<_> = told
        .iter()
        .map(|(command, at)| (*command, &at[..16]))
        .collect();
    assert_eq!(
        told,
        [
            ("ImportPetition", "2022-01-10T15:00"),
            ("ImportParty", "2022-01-10T15:00"),
            ("ImportCounsel", "2022-01-10T15:00"),
            ("ImportCounsel", "2022-01-10T15:00"),
            ("ImportDocketEntry", "2022-01-10T15:00"),
            ("ImportDocketEntry", "2022-01-10T15:00"),
            ("ImportDocketEntry", "2022-01-10T15:00"),
            ("ImportFee", "2022-01-20T00:00"),
            ("ImportService", "2022-01-25T12:00"),
            // Its status is that of a served petition, and so of the same date.
            ("ImportStatus", "2022-01-25T12:00"),
            ("ImportDocketEntry", "2022-03-01T09:30"),
            // Index 4 follows index 3, though it bears an earlier date.
            ("ImportDocketEntry", "2022-02-01T09:30"),
            ("ImportSealing", "2022-02-01T09:30"),
            ("ImportService", "2022-03-01T09:31"),
            ("ImportCorrespondence", "2022-03-04T00:00"),
            // A draft is signed after it is made.
            ("ImportDocketEntry", "2022-03-05T10:00"),
            ("ImportSignature", "2022-03-05T11:00"),
            ("ImportDeadline", "2022-03-05T11:00"),
            ("ImportCorrections", "2022-03-05T11:00"),
            ("ImportCaption", "2022-03-05T11:00"),
            ("ImportStatistics", "2022-03-05T11:00"),
            ("ImportCaseNote", "2022-03-05T11:00"),
            ("ImportResidue", "2022-03-05T11:00"),
        ]
    );
}

#[test]
fn a_case_of_2022_is_folded_with_its_people_and_its_corrections() {
    let case = folded(&small_plan("301-22"));
    assert_eq!(case.docket_number_suffix(), None);
    assert_eq!(
        case.initial_docket_number_suffix.map(|s| s.as_str()),
        Some("L")
    );
    assert_eq!(case.initial_caption.expose(), "Wren Halloway, Petitioner");
    assert_eq!(case.petition_served_at, Some(at("2022-01-25T12:00:00Z")));
    assert_eq!(
        case.fee,
        Fee::Waived {
            waived_at: at("2022-01-20T00:00:00Z")
        }
    );
    assert_eq!(case.irs_notice_date, Some(at("2021-11-02T00:00:00Z")));

    let [petitioner, intervenor] = &*case.parties else {
        panic!("two people")
    };
    // The court's system lists the case under a user with the petitioner's id.
    assert_eq!(
        petitioner
            .user_id
            .as_ref()
            .map(|user| user.as_str().to_owned()),
        Some(id(1))
    );
    assert_eq!(intervenor.user_id, None);
    assert_eq!(intervenor.contact_type, ContactType::Intervenor);
    assert_eq!(intervenor.service_indicator, ServiceIndicator::Paper);
    assert_eq!(
        intervenor
            .address
            .as_ref()
            .unwrap()
            .expose()
            .country
            .as_deref(),
        Some("Freedonia")
    );

    let [petitioners, respondents] = &*case.counsel else {
        panic!("two counsel")
    };
    assert_eq!(respondents.user_id.as_str(), "counsel-8");
    assert_eq!(petitioners.representing, [petitioner.contact_id]);
    assert_eq!(petitioners.phone.as_ref().unwrap().expose(), "555-0199");

    let service = case.docket.entry_at(1).unwrap().service.as_ref().unwrap();
    assert_eq!(service.served_parties.len(), 2);
    assert_eq!(
        service.served_parties_code,
        Some(ServedPartiesCode::Respondent)
    );
    let sealed = case.docket.entry_at(4).unwrap();
    assert_eq!(sealed.sealed_to, Some(SealedTo::Public));
    assert_eq!(sealed.filed.document.as_ref().unwrap().key, id(14));
    let [statement, draft] = case.docket.off_record() else {
        panic!("two entries off the record")
    };
    assert_eq!((statement.filed.index, draft.filed.index), (Some(0), None));
    assert_eq!(
        draft.filed.signature.as_ref().unwrap().signed_by,
        "Ada Marlow"
    );
}

#[test]
fn gaps_and_duplicates_of_indexes_are_closed_up_and_reported() {
    let plan = small_plan("302-22");
    let case = folded(&plan);
    let codes: Vec<_> = case
        .docket
        .on_record()
        .map(|e| e.filed.event_code.to_string())
        .collect();
    assert_eq!(codes, ["P", "RQT", "PSDE"]);
    let renumbered: Vec<_> = plan
        .findings
        .iter()
        .filter(|finding| finding.field.as_deref() == Some("index"))
        .map(|finding| (finding.kind, finding.reason.to_string()))
        .collect();
    assert_eq!(
        renumbered,
        [(
            FindingKind::Unplaced,
            "it is 3 and becomes 2: indexes have neither gap nor duplicate".to_owned()
        )]
    );
    // Off the record the source's index stands.
    assert_eq!(case.docket.off_record()[0].filed.index, Some(3));
}

#[test]
fn a_striking_has_its_own_date_and_name_or_says_that_there_is_none() {
    let case = folded(&small_plan("302-22"));
    let stricken = case.docket.entry_at(2).unwrap().stricken.as_ref().unwrap();
    assert_eq!(stricken.stricken_at, at("2022-01-30T10:00:00Z"));
    assert_eq!(stricken.stricken_by, "Clerk of the Court");
    let statement = case.docket.off_record()[0].stricken.as_ref().unwrap();
    assert_eq!(statement.stricken_by, "not recorded");
    assert_eq!(statement.stricken_at, at("2022-01-11T15:00:00Z"));
}

#[test]
fn consolidated_cases_know_their_group_and_their_seal_stays() {
    for number in ["302-22", "303-22"] {
        let case = folded(&small_plan(number));
        let group = case.consolidation.unwrap();
        assert_eq!(group.lead_docket_number.to_string(), "302-22");
        let members: Vec<_> = group.members.iter().map(ToString::to_string).collect();
        assert_eq!(members, ["302-22", "303-22"]);
    }
    let sealed = folded(&small_plan("302-22"));
    assert_eq!(sealed.sealed_at, Some(at("2022-02-14T08:00:00Z")));
    assert_eq!(sealed.associated_judge, "Marlow");
    let closed = folded(&small_plan("303-22"));
    assert_eq!(closed.closed_date, Some(at("2022-06-01T16:20:00Z")));
    assert_eq!(closed.status_history[1].since, at("2022-06-01T16:20:00Z"));
}

#[test]
fn a_case_of_2020_comes_through_the_same_door() {
    let plan = small_plan("107-19");
    let case = folded(&plan);
    assert_eq!(case.imported.as_ref().unwrap().source_schema, "2020");
    assert_eq!(
        (case.case_type, case.procedure_type),
        (CaseType::Cdp, ProcedureType::Small)
    );
    assert_eq!(
        case.initial_docket_number_suffix.map(|s| s.as_str()),
        Some("L")
    );
    assert_eq!(case.party_type, PartyType::PetitionerSpouse);
    assert_eq!(case.sealed_at, Some(at("2020-01-21T16:48:28.364Z")));

    let names: Vec<_> = case
        .parties
        .iter()
        .map(|contact| {
            (
                contact.name.expose().as_str(),
                contact.contact_type,
                contact.service_indicator,
            )
        })
        .collect();
    use ContactType::{Intervenor, Participant, Petitioner};
    assert_eq!(
        names,
        [
            ("Basil Thistlewood", Petitioner, ServiceIndicator::None),
            (
                "Clementine Thistlewood",
                Petitioner,
                ServiceIndicator::Paper
            ),
            ("Odo Thistlewood", Petitioner, ServiceIndicator::Paper),
            ("Harbour Trust", Participant, ServiceIndicator::Electronic),
            ("Quill Ltd", Intervenor, ServiceIndicator::Paper),
        ]
    );
    let [primary, secondary, ..] = &*case.parties else {
        panic!("more than two")
    };
    // Of the users who have the case, one is counsel; the other is the petitioner.
    assert_eq!(
        primary.user_id.as_ref().map(|user| user.as_str()),
        Some("user-9")
    );
    assert_eq!(case.counsel[0].representing, [primary.contact_id]);

    let docket: Vec<_> = case.docket.on_record().collect();
    assert_eq!(
        docket[0].filed.filers,
        [primary.contact_id, secondary.contact_id]
    );
    assert_eq!(docket[0].filed.title.expose(), "Petition");
    assert_eq!(
        case.petition_served_at,
        Some(at("2019-08-16T17:30:10.526Z"))
    );
    assert!(docket[1].filed.is_minute_entry && docket[1].filed.document.is_none());
    assert_eq!(docket[1].filed.document_type, "Request for Place of Trial");
    // What the record says goes before what the document says.
    assert_eq!(docket[2].filed.number_of_pages, Some(2));
    assert_eq!(docket[2].filed.filing_date, at("2019-08-17T00:00:00Z"));
    let service = docket[2].service.as_ref().unwrap();
    assert_eq!(service.served_at, at("2019-08-16T17:30:00Z"));
    assert_eq!(
        service.served_parties_code,
        Some(ServedPartiesCode::Respondent)
    );
    assert_eq!(docket[2].sealed_to, Some(SealedTo::External));
    assert!(docket[2].is_stricken());
    // A second record of the same document is an entry of its own.
    assert_ne!(docket[3].id(), docket[2].id());
    let off: Vec<_> = case
        .docket
        .off_record()
        .iter()
        .map(|e| e.filed.event_code.to_string())
        .collect();
    assert_eq!(off, ["STIN", "O"]);
}

#[test]
fn what_could_not_be_placed_is_reported_item_by_item() {
    let source = source(SMALL);
    let mut unplaced = Vec::new();
    for case in &source.cases {
        for finding in plan_case(case).unwrap().findings {
            if finding.kind == FindingKind::Unplaced {
                let number = finding.docket_number.unwrap();
                unplaced.push(format!(
                    "{number} {} {}",
                    finding.item,
                    finding.field.unwrap()
                ));
            }
        }
    }
    assert_eq!(
        unplaced,
        [
            "107-19 document status",
            "302-22 case trialDate",
            "302-22 case status",
            "302-22 docket-entry index",
            "302-22 docket-entry docketEntryId",
            "303-22 docket-entry signedAt",
        ]
    );
    let strays: Vec<_> = source
        .findings
        .iter()
        .map(|f| (f.kind, f.item.as_str()))
        .collect();
    assert_eq!(
        strays,
        [
            (FindingKind::NotOfACase, "hearing-list"),
            (FindingKind::NotOfACase, "user"),
            (FindingKind::NotOfACase, "trial-session"),
            (FindingKind::NotOfACase, "docketNumberCounter"),
        ]
    );
}

#[test]
fn no_finding_repeats_a_value_of_the_source() {
    let source = source(SMALL);
    for case in &source.cases {
        let findings = serde_json::to_string(&plan_case(case).unwrap().findings).unwrap();
        for personal in [
            "Halloway",
            "Thistlewood",
            "example.org",
            "Larkspur",
            "555-",
            "not-a-token",
        ] {
            assert!(!findings.contains(personal), "{personal} in {findings}");
        }
    }
}

#[test]
fn the_order_of_the_items_makes_no_difference() {
    for file in [SMALL, TRIAL] {
        let forward = source(file);
        let mut reversed = items(file);
        reversed.reverse();
        let backward = source_of(reversed);
        for (one, other) in forward.cases.iter().zip(&backward.cases) {
            assert_eq!(
                commits(&plan_case(one).unwrap()),
                commits(&plan_case(other).unwrap())
            );
        }
    }
}

#[test]
fn another_source_of_the_same_case_makes_other_commands() {
    let mut items = items(SMALL);
    let note = items
        .iter_mut()
        .find(|item| item["sk"] == "case|301-22" && item["pk"] == "case|301-22");
    note.unwrap()["caseNote"] = json!("Call back on Tuesday");
    let (one, other) = (
        small_plan("301-22"),
        plan_case(&case(&source_of(items), "301-22")).unwrap(),
    );
    assert_ne!(one.source_digest, other.source_digest);
    for (one, other) in one.commits.iter().zip(&other.commits) {
        assert_ne!(one.command_id, other.command_id);
        assert_ne!(one.events[0].event_id, other.events[0].event_id);
    }
}

#[test]
fn a_commit_says_who_imported_it_and_when_things_happened_and_were_recorded() {
    let commits = commits(&small_plan("301-22"));
    let first = &commits[0];
    assert_eq!((first.role, first.actor.as_str()), (Role::System, "import"));
    assert_eq!(first.effective_at, at("2022-01-10T15:00:00Z"));
    assert_eq!(first.recorded_at, at("2026-01-01T00:00:00Z"));
    assert!(
        first.command_id.as_str().starts_with("import:"),
        "{}",
        first.command_id
    );
    let mut ids: Vec<_> = commits
        .iter()
        .map(|commit| commit.command_id.clone())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), commits.len());
}

#[test]
fn entries_of_a_file_that_are_no_items_are_reported_with_their_place() {
    let text = json!([
        {"pk": "case|301-22", "sk": "case|301-22", "docketNumber": "301-22", "status": "New"},
        "no item",
        {"pk": "case|301-22"},
        {"pk": "case|999-22", "sk": "docket-entry|1", "docketNumber": "999-22"},
        {"pk": "case|no-number", "sk": "case|no-number"},
    ]);
    let source = Source::read(&text.to_string()).unwrap();
    assert_eq!(source.cases.len(), 1);
    let mut found: Vec<_> = source
        .findings
        .iter()
        .map(|f| (f.position, f.kind))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (2, FindingKind::Unreadable),
            (3, FindingKind::Unreadable),
            (4, FindingKind::CaseMissing),
            (5, FindingKind::CaseMissing),
            (5, FindingKind::Unreadable),
        ]
    );
    assert!(Source::read("nothing of the kind").is_err());
}

#[test]
fn a_file_may_have_an_item_a_line() {
    let lines: Vec<_> = items(SMALL).iter().map(Value::to_string).collect();
    let (list, lines) = (source(SMALL), source(&lines.join("\n")));
    assert_eq!(list.items, lines.items);
    for (one, other) in list.cases.iter().zip(&lines.cases) {
        assert_eq!(one.items, other.items);
    }
}

#[test]
fn a_case_of_which_next_to_nothing_is_known_is_imported_on_suppositions() {
    let source = source_of(vec![
        json!({"pk": "case|150-98", "sk": "case|150-98", "docketNumber": "150-98",
            "caseType": "Something new", "status": 7, "petitionPaymentStatus": "Bartered"}),
        json!({"pk": "case|150-98", "sk": "docket-entry|1"}),
    ]);
    let plan = plan_case(&source.cases[0]).unwrap();
    let case = folded(&plan);
    assert_eq!(case.received_at, at("1998-01-01T00:00:00Z"));
    assert_eq!(case.case_type, CaseType::Other);
    assert_eq!(case.docket.off_record().len(), 1);
    let unplaced: Vec<_> = plan
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::Unplaced)
        .filter_map(|finding| finding.field.as_deref())
        .collect();
    assert_eq!(
        unplaced,
        ["petitioners", "caseType", "petitionPaymentStatus", "status"]
    );
}
