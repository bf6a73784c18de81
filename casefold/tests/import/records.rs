//! What the court keeps beside a case's docket, and what is done about its entries.

use casefold::import::{FindingKind, plan_case};
use casefold_events::case::records::{OtherStatistics, Penalty};
use casefold_events::vocabulary::StatisticPeriod;
use serde_json::json;

use crate::support::{
    TRIAL, at, case, dates, folded, folded_case, id, items, reported, source, source_of,
};

#[test]
fn a_deadline_is_set_when_it_was_made_and_one_without_a_date_is_reported() {
    let [deadline] = folded_case("402-22").deadlines.to_vec().try_into().unwrap();
    assert_eq!(deadline.deadline_id.to_string(), id(0x141));
    assert_eq!(deadline.due, at("2022-08-01T04:00:00Z"));
    assert_eq!(deadline.description.expose(), "Status report due");
    assert_eq!(
        dates("402-22", "ImportDeadline"),
        ["2022-05-06T10:00:00.000Z"]
    );
    let unplaced = reported("402-22", FindingKind::Unplaced);
    assert_eq!(unplaced, ["deadlineDate"]);
}

#[test]
fn a_row_that_leads_to_a_deadline_says_nothing_and_one_that_leads_nowhere_is_kept() {
    let plan = plan_case(&case(&source(TRIAL), "402-22")).unwrap();
    let kept: Vec<_> = plan
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::KeptWhole)
        .filter_map(|finding| finding.sk.clone())
        .collect();
    assert_eq!(kept, [format!("case-deadline|{}", id(0x142))]);
}

#[test]
fn correspondence_is_kept_and_what_was_laid_aside_is_in_the_history_alone() {
    let case = folded_case("402-22");
    let [letter] = case.correspondence.to_vec().try_into().unwrap();
    assert_eq!(letter.correspondence_id.to_string(), id(0x151));
    assert_eq!(letter.title.expose(), "A letter");
    assert_eq!(letter.filed_by.expose(), "Test Petitionsclerk");
    assert_eq!(letter.number_of_pages, Some(1));
    assert_eq!(letter.document.key, id(0x151));
    assert_eq!(
        dates("402-22", "ImportCorrespondence"),
        ["2022-04-15T00:00:00.000Z", "2022-04-16T00:00:00.000Z"]
    );
    assert_eq!(dates("402-22", "ImportCorrespondenceRemoval").len(), 1);
}

#[test]
fn figures_are_whole_cents_and_an_amount_with_a_fraction_of_one_is_reported() {
    let case = folded_case("401-22");
    let [of_year, of_period] = case.statistics.to_vec().try_into().unwrap();
    assert_eq!(
        (of_year.period, of_year.year),
        (StatisticPeriod::Year, Some(2019))
    );
    assert_eq!(of_year.irs_deficiency_cents, 567_800);
    assert_eq!(of_year.determined_deficiency_cents, Some(120_435));
    let penalty = |name: &str, irs, determined| Penalty {
        name: name.to_owned(),
        irs_amount_cents: irs,
        determined_amount_cents: determined,
    };
    assert_eq!(
        of_year.penalties,
        [
            penalty("Penalty 1", 10_050, Some(2_000)),
            penalty("IRC section 6662(a)", 5_025, None),
        ]
    );
    assert_eq!(of_period.period, StatisticPeriod::Period);
    assert_eq!(
        of_period.last_date_of_period,
        Some(at("2020-06-30T00:00:00Z"))
    );
    assert_eq!(of_period.irs_deficiency_cents, 150_000);
    assert_eq!(
        of_period.penalties,
        [penalty("Penalties, not itemized", 15_000, None)]
    );
    assert_eq!(
        case.other_statistics,
        Some(OtherStatistics {
            damages_cents: Some(12_050),
            litigation_costs_cents: None,
        })
    );
    let unplaced = reported("401-22", FindingKind::Unplaced);
    for field in [
        "litigationCosts",
        "statistics[2].irsDeficiencyAmount",
        "statistics[3].yearOrPeriod",
    ] {
        assert!(
            unplaced.contains(&field.to_owned()),
            "{field} in {unplaced:?}"
        );
    }
}

#[test]
fn more_than_twelve_statistics_are_reported() {
    let mut items = items(TRIAL);
    let one = |n: u16| {
        json!({"statisticId": id(0x300 + n), "yearOrPeriod": "Year", "year": 2000 + n,
            "irsDeficiencyAmount": 1})
    };
    items[0]["statistics"] = (1..=13).map(one).collect();
    let plan = plan_case(&case(&source_of(items), "401-22")).unwrap();
    assert_eq!(folded(&plan).statistics.len(), 12);
    let field = Some("statistics[12].statisticId");
    assert!(plan.findings.iter().any(|it| it.field.as_deref() == field));
}

#[test]
fn a_penalty_that_only_the_court_sets_and_an_amount_below_zero() {
    let mut items = items(TRIAL);
    let penalty = |kind: &str, amount: i64| json!({"name": "Section 6651", "penaltyType": kind, "penaltyAmount": amount});
    items[0]["damages"] = json!(-1);
    items[0]["statistics"] = json!([{"yearOrPeriod": "Year", "year": 2019,
        "irsDeficiencyAmount": -12, "lastDateOfPeriod": "2020-06-30T00:00:00.000Z",
        "penalties": [penalty("determinationPenaltyAmount", 7), penalty("irsPenaltyAmount", 9),
            penalty("irsPenaltyAmount", -1), penalty("irsPenaltyAmount", 5)]}]);
    let plan = plan_case(&case(&source_of(items), "401-22")).unwrap();
    let case = folded(&plan);
    let [statistic] = case.statistics.to_vec().try_into().unwrap();
    // An overpayment is a deficiency below nothing; no penalty and no damages are.
    assert_eq!(statistic.irs_deficiency_cents, -1_200);
    assert_eq!(statistic.last_date_of_period, None);
    let amounts: Vec<_> = statistic
        .penalties
        .iter()
        .map(|it| (it.irs_amount_cents, it.determined_amount_cents))
        .collect();
    assert_eq!(amounts, [(900, Some(700)), (500, None)]);
    assert_eq!(case.other_statistics, None);
    for field in ["damages", "statistics[0].penalties[2].penaltyAmount"] {
        let is_it = |it: &casefold::import::Finding| it.field.as_deref() == Some(field);
        assert!(plan.findings.iter().any(is_it), "{field}");
    }
}

#[test]
fn more_than_ten_penalties_are_reported() {
    let mut items = items(TRIAL);
    let one = |n: u16| json!({"name": format!("Penalty {n}"), "penaltyType": "irsPenaltyAmount", "penaltyAmount": n});
    items[0]["statistics"][0]["penalties"] = (1..=11).map(one).collect();
    let plan = plan_case(&case(&source_of(items), "401-22")).unwrap();
    assert_eq!(folded(&plan).statistics[0].penalties.len(), 10);
    let field = Some("statistics[0].penalties[10].penaltyAmount");
    assert!(plan.findings.iter().any(|it| it.field.as_deref() == field));
}

#[test]
fn the_note_and_the_date_on_the_envelope_are_taken_as_they_stand() {
    let case = folded_case("401-22");
    assert_eq!(case.case_note.unwrap().expose(), "Ask for the ledgers");
    assert_eq!(case.mailing_date.as_deref(), Some("15-Feb-2022"));

    let mut items = items(TRIAL);
    items[0]["caseNote"] = json!("é".repeat(9_001));
    let plan = plan_case(&crate::support::case(&source_of(items), "401-22")).unwrap();
    assert_eq!(folded(&plan).case_note, None);
    assert!(
        plan.findings
            .iter()
            .any(|it| it.field.as_deref() == Some("caseNote"))
    );
}

#[test]
fn a_draft_is_made_then_signed_then_laid_aside_each_at_its_date() {
    let case = folded_case("401-22");
    let [draft] = case.docket.off_record() else {
        panic!("one entry off the record")
    };
    let signature = draft.filed.signature.as_ref().unwrap();
    assert_eq!(signature.signed_at, at("2022-05-02T09:00:00Z"));
    assert_eq!(draft.filed.document.as_ref().unwrap().key, id(0x115));
    assert_eq!(draft.archived_at, Some(at("2022-05-02T09:00:00Z")));
    assert_eq!(
        dates("401-22", "ImportSignature"),
        ["2022-05-02T09:00:00.000Z"]
    );

    // Before it was signed it was another document.
    let plan = plan_case(&crate::support::case(&source(TRIAL), "401-22")).unwrap();
    let mut filed = plan.commits.iter().flat_map(|commit| &commit.events);
    let draft = filed.rfind(|event| event.event_type == "DocketEntryFiled");
    let draft = draft.unwrap();
    assert!(draft.payload().contains(&id(0x11f)), "{}", draft.payload());
    assert!(!draft.payload().contains("Marlow"), "{}", draft.payload());
    // An entry on the record is not laid aside.
    let unplaced = reported("401-22", FindingKind::Unplaced);
    assert!(unplaced.contains(&"archived".to_owned()), "{unplaced:?}");
}

#[test]
fn an_entry_is_checked_by_its_own_word_or_by_the_completed_work_on_it() {
    let case = folded_case("401-22");
    let checked = |index| {
        let checked = case.docket.entry_at(index).unwrap().checked.clone();
        checked.map(|it| (it.qc_at, it.qc_by))
    };
    let own = (at("2022-04-02T09:00:00Z"), "clerk-1".to_owned());
    assert_eq!(checked(2), Some(own));
    // Work that nobody completed checks nothing.
    assert_eq!(checked(3), None);
    let work = (at("2022-04-21T09:00:00Z"), "Test Docketclerk".to_owned());
    assert_eq!(checked(4), Some(work));
    let unplaced = reported("401-22", FindingKind::Unplaced);
    assert!(unplaced.contains(&"docketEntry".to_owned()), "{unplaced:?}");
}

#[test]
fn a_served_petition_was_checked_at_its_own_date_or_else_when_it_was_served() {
    let case = folded_case("401-22");
    assert_eq!(case.petition_checked_at, Some(at("2022-03-02T09:00:00Z")));
    assert_eq!(case.petition_served_at, Some(at("2022-03-03T09:00:00Z")));
    let case = folded_case("402-22");
    assert_eq!(case.petition_checked_at, case.petition_served_at);
    assert!(reported("402-22", FindingKind::Supposed).contains(&"qcAt".to_owned()));
}

#[test]
fn a_petition_that_is_not_served_was_checked_when_the_work_on_it_was_completed() {
    let mut items = items(TRIAL);
    let petition = items.iter_mut().find(|it| it["docketEntryId"] == id(0x162));
    petition.unwrap()["isLegacyServed"] = json!(false);
    items.push(json!({"pk": "case|403-22", "sk": "work-item|1",
        "completedAt": "2022-03-07T10:00:00.000Z", "docketEntry": {"docketEntryId": id(0x162)}}));
    let case = folded(&plan_case(&case(&source_of(items), "403-22")).unwrap());
    assert_eq!(case.petition_served_at, None);
    assert_eq!(case.petition_checked_at, Some(at("2022-03-07T10:00:00Z")));
    assert_eq!(case.docket.entry_at(1).unwrap().checked, None);
}

#[test]
fn only_an_order_that_sets_a_deadline_has_a_due_date() {
    let case = folded_case("401-22");
    let due = |index| case.docket.entry_at(index).unwrap().filed.due;
    assert_eq!(due(3), Some(at("2022-05-10T04:00:00Z")));
    assert_eq!(due(4), None);
}

#[test]
fn a_stamp_that_names_no_order_is_reported() {
    let motion = folded_case("401-22");
    assert_eq!(motion.docket.entry_at(2).unwrap().stamp, None);
    let unplaced = reported("401-22", FindingKind::Unplaced);
    assert!(unplaced.contains(&"stampData".to_owned()), "{unplaced:?}");
}

#[test]
fn what_remains_is_counted_by_field() {
    let plan = plan_case(&case(&source(TRIAL), "401-22")).unwrap();
    let count = |item: &str, field: &str| {
        plan.remains
            .get(&(item.to_owned(), field.to_owned()))
            .copied()
    };
    assert_eq!(count("case", "trialTime"), Some(1));
    // Events write an amount otherwise.
    assert_eq!(count("case", "statistics[].irsDeficiencyAmount"), Some(4));
    // What events hold as it stands is gone.
    for field in ["mailingDate", "caseNote", "trialDate", "trialSessionId"] {
        assert_eq!(count("case", field), None, "{field}");
    }
    assert_eq!(count("docket-entry", "docketNumber"), None);
    assert_eq!(count("work-item", "completedBy"), Some(1));
    let residue: usize = plan
        .commits
        .iter()
        .filter(|commit| commit.command == "ImportResidue")
        .map(|commit| commit.events[0].payload().len())
        .sum();
    assert!(plan.residue_bytes > 0 && plan.residue_bytes < residue);
}
