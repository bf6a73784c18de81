//! A case that has everything, written and read back.

use std::collections::BTreeSet;
use std::sync::Arc;

use casefold_events::case::docket::Stamp;
use casefold_events::case::intake::Fee;
use casefold_events::case::records::{
    Correspondence, Deadline, OtherStatistics, Penalty, Statistic,
};
use casefold_events::case::trial::{Hearing, TrialSession};
use casefold_events::entry::{DocumentRef, FiledEntry, ServedParty, Service, Signature};
use casefold_events::party::{Address, Contact, Counsel};
use casefold_events::vocabulary::{
    AutomaticBlockReason, ContactType, CounselType, MotionDisposition, Objections, SealedTo,
    ServedPartiesCode, ServiceIndicator, StatisticPeriod,
};
use casefold_events::{ContactId, DocketEntryId, Personal, UserId, Version};
use casefold_projector::relational::rows;
use casefold_shared::case::{
    AutomaticBlock, Because, Case, Checked, Consolidation, DocketEntry, DocketRecord, Imported,
    Stricken,
};
use uuid::Uuid;

use crate::databases::{Database, TABLES, expected};
use crate::on_each_database;
use crate::support::history::{at, chain, docket, entry, entry_id, fold, petition};

fn document() -> DocumentRef {
    DocumentRef {
        key: "documents/motion.pdf".to_owned(),
        sha256: Some("ab".repeat(32)),
    }
}

fn address() -> Address {
    Address {
        address1: "12 Elm Street".to_owned(),
        address2: Some("Floor 2".to_owned()),
        address3: Some("Room 7".to_owned()),
        city: "Houston".to_owned(),
        state: Some("TX".to_owned()),
        postal_code: Some("77002".to_owned()),
        country: Some("Norway".to_owned()),
    }
}

fn contact() -> Contact {
    Contact {
        contact_id: ContactId(Uuid::from_u128(7)),
        contact_type: ContactType::Intervenor,
        user_id: Some(UserId::new("user-7").unwrap()),
        // Quotes, a character of four bytes, and one that PostgreSQL doesn't take.
        name: "Nora \"O'Quist\" \u{1F980}\u{0}; DROP TABLE cases".into(),
        secondary_name: Some("Vera Lindholm".into()),
        in_care_of: Some("Ida Berg".into()),
        title: Some("Executor".to_owned()),
        address: Some(Personal::new(address())),
        phone: Some("555-0100".into()),
        email: Some("nora@example.com".into()),
        service_indicator: ServiceIndicator::Electronic,
        is_address_sealed: true,
    }
}

fn counsel() -> Counsel {
    Counsel {
        user_id: UserId::new("counsel-1").unwrap(),
        counsel_type: CounselType::PrivatePractitioner,
        name: "Ida Berg".into(),
        bar_number: Some("BI0101".into()),
        firm_name: Some("Berg and Berg".into()),
        email: Some("ida@example.com".into()),
        phone: Some("555-0101".into()),
        address: Some(Personal::new(address())),
        service_indicator: ServiceIndicator::Electronic,
        // Twice the same: one row.
        representing: vec![ContactId(Uuid::from_u128(1)), ContactId(Uuid::from_u128(1))],
    }
}

fn full_entry() -> DocketEntry {
    DocketEntry {
        filed: FiledEntry {
            index: Some(1),
            objections: Some(Objections::Unknown),
            pending: true,
            lodged: true,
            judge: Some("Judge Berg".to_owned()),
            due: Some(at(90)),
            signature: Some(Signature {
                signed_at: at(9),
                signed_by: "Judge Berg".to_owned(),
            }),
            document: Some(document()),
            ..entry(1)
        },
        service: Some(Service {
            served_at: at(10),
            served_parties: vec![ServedParty {
                name: "Vera Lindholm".into(),
                email: Some("vera@example.com".into()),
            }],
            served_parties_code: Some(ServedPartiesCode::Both),
        }),
        stricken: Some(Stricken {
            stricken_at: at(11),
            stricken_by: "a clerk".to_owned(),
        }),
        sealed_to: Some(SealedTo::External),
        stamp: Some(Stamp {
            disposition: MotionDisposition::DeniedAsMoot,
            stamped_at: at(12),
            stamped_by: "Judge Berg".to_owned(),
            order: entry_id(3),
            text: Some("The jurisdiction is retained".into()),
        }),
        checked: Some(Checked {
            qc_at: at(13),
            qc_by: "a clerk".to_owned(),
        }),
        archived_at: Some(at(14)),
        filed_in: Version(1),
        changed_in: Version(1),
    }
}

/// A draft, off the record: no index.
fn draft_entry() -> DocketEntry {
    DocketEntry {
        filed: FiledEntry {
            is_draft: true,
            is_on_docket_record: false,
            ..entry(2)
        },
        service: None,
        stricken: None,
        sealed_to: None,
        stamp: None,
        checked: None,
        archived_at: None,
        filed_in: Version(1),
        changed_in: Version(1),
    }
}

/// A case in which nothing is absent that can be there, whether the court would have it so or
/// not.
fn full_case() -> Case {
    let session = TrialSession {
        trial_session_id: Uuid::from_u128(20).into(),
        trial_date: at(1_000),
        trial_location: "Houston, Texas".to_owned(),
        judge: Some("Judge Berg".to_owned()),
    };
    let because = |reason: &str| Because {
        reason: reason.to_owned(),
        since: at(5),
    };
    let mut case = fold(None, &chain(docket(101), [vec![petition()]]));
    case.closed_date = Some(at(900));
    case.petition_checked_at = Some(at(1));
    case.petition_served_at = Some(at(2));
    case.irs_notice_date = Some(at(3));
    case.mailing_date = Some("2026-01-03".to_owned());
    case.answered_at = Some(at(4));
    case.fee = Fee::Paid {
        paid_at: at(4),
        method: "Pay.gov".to_owned(),
    };
    case.sealed_at = Some(at(6));
    case.parties.edit().push(contact());
    case.counsel.edit().push(counsel());
    case.consolidation = Some(Consolidation {
        lead_docket_number: docket(101),
        members: vec![docket(101), docket(109)],
    });
    case.trial_session = Some(session.clone());
    case.hearings.edit().push(Hearing {
        session,
        calendar_notes: Some("At ten".into()),
    });
    case.blocked = Some(because("A related case"));
    case.priority = Some(because("The petitioner is ill"));
    case.automatic_block = Some(AutomaticBlock {
        reason: AutomaticBlockReason::DueDate,
        since: at(5),
    });
    case.deadlines.edit().push(Deadline {
        deadline_id: Uuid::from_u128(30).into(),
        due: at(2_000),
        description: "Answer to the order".into(),
        set_by: Some(DocketEntryId(Uuid::from_u128(31))),
    });
    case.correspondence.edit().push(Correspondence {
        correspondence_id: Uuid::from_u128(40).into(),
        title: "A letter".into(),
        filing_date: at(7),
        filed_by: "clerk-1".into(),
        number_of_pages: Some(2),
        document: document(),
    });
    case.statistics.edit().push(Statistic {
        statistic_id: Uuid::from_u128(50).into(),
        period: StatisticPeriod::Year,
        year: Some(2019),
        last_date_of_period: Some(at(8)),
        irs_deficiency_cents: 1_234_567_890_123,
        determined_deficiency_cents: Some(-1),
        penalties: vec![Penalty {
            name: "IRC section 6662(a)".to_owned(),
            irs_amount_cents: 100,
            determined_amount_cents: Some(50),
        }],
    });
    case.other_statistics = Some(OtherStatistics {
        damages_cents: Some(1),
        litigation_costs_cents: Some(2),
    });
    case.case_note = Some("A note".into());
    case.imported = Some(Imported {
        source_digest: "cd".repeat(32),
        source_schema: "2022".to_owned(),
        version: Version(1),
    });
    case.docket = DocketRecord::from_parts([full_entry()], vec![draft_entry()], 1);
    case
}

on_each_database![
    every_value_of_a_case_is_read_back_as_it_was_written,
    the_queries_of_the_guide_run,
];

async fn every_value_of_a_case_is_read_back_as_it_was_written(database: Database) {
    let rows = Arc::new(rows(&full_case()));
    database
        .open()
        .await
        .put(std::slice::from_ref(&rows))
        .await
        .unwrap();

    assert_eq!(database.cases().await, expected([&*rows]));
}

#[tokio::test]
async fn the_rows_have_the_tables_and_the_columns_of_the_schema_and_no_others() {
    let database = Database::sqlite();
    database.open().await;
    let connection = rusqlite::Connection::open(&database.url["sqlite://".len()..]).unwrap();
    let names = |query: &str| -> BTreeSet<String> {
        let mut statement = connection.prepare(query).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    };
    let case = rows(&full_case());
    let tables = case
        .dependent
        .iter()
        .map(|(table, rows)| (*table, &rows[0]));
    for (table, row) in tables.chain([("cases", &case.case)]) {
        let columns = names(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let written: BTreeSet<String> = row.columns.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(written, columns, "{table}");
        assert_eq!(row.columns.len(), row.values.len());
    }
    let mut tables = names("SELECT name FROM sqlite_master WHERE type = 'table'");
    assert!(tables.remove("projection") && tables.remove("parked_cases"));
    assert_eq!(tables, TABLES.iter().map(|it| (*it).to_owned()).collect());
}

#[test]
fn a_status_holds_until_the_next_begins_and_the_present_one_has_no_end() {
    use crate::court::status;
    use casefold_events::vocabulary::CaseStatus;
    let commits = chain(
        docket(101),
        [
            vec![petition()],
            vec![status(CaseStatus::Submitted)],
            vec![status(CaseStatus::Closed)],
        ],
    );
    let rows = rows(&fold(None, &commits));
    let (table, history) = &rows.dependent[0];
    assert_eq!(*table, "status_history");
    let spans: Vec<_> = history
        .iter()
        .map(|row| row.to_json())
        .map(|row| {
            [
                row["status"].clone(),
                row["since"].clone(),
                row["until"].clone(),
            ]
        })
        .collect();
    let (one, two, three) = (at(1).to_string(), at(2).to_string(), at(3).to_string());
    assert_eq!(
        serde_json::json!(spans),
        serde_json::json!([
            ["New", one, two],
            ["Submitted", two, three],
            ["Closed", three, null]
        ])
    );
}

async fn the_queries_of_the_guide_run(database: Database) {
    database.open().await;
    let guide = include_str!("../../../docs/relational.md");
    let queries = guide.split("```sql\n").skip(1);
    let queries: Vec<_> = queries
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(queries.len() > 3);
    for query in queries {
        database.run(query).await;
    }
}
