//! What lists and the search tell whom: reader × endpoint, over all the cases at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{Column, Expected, SISTER, SISTERS_PARTY, found, readers, tell_histories};
use crate::support::{Client, Served};

/// The lists of the court: each tells a deadline, an entry, or a caption of a case.
const OF_THE_COURT: &[&str] = &[
    "/v1/lists/by-status?status=New",
    "/v1/lists/by-status?status=General%20Docket%20-%20Not%20at%20Issue",
    "/v1/lists/by-judge?judge=Chief%20Judge",
    "/v1/lists/by-trial-city?trialCity=Denver",
    "/v1/lists/eligible-for-trial?trialCity=Denver",
    "/v1/lists/by-person?userId=nora",
    "/v1/lists/by-group?leadDocketNumber=101-26",
    "/v1/lists/by-trial-session?trialSessionId=00000000-0000-0000-0000-000000000028",
    "/v1/lists/deadlines",
    "/v1/lists/pending-entries",
    "/v1/lists/work?queue=petitions-to-check",
    "/v1/lists/work?queue=petitions-to-serve",
    "/v1/lists/work?queue=filings-to-serve",
    "/v1/lists/work?queue=filings-to-check",
];

/// Every caption begins with the same word; that of the sister case is another's.
const SEARCH: &str = "/v1/search?q=secret";
const OWN: &str = "/v1/my-cases";

fn captions(serials: &[u32]) -> BTreeSet<String> {
    let caption = |serial: &u32| match *serial {
        SISTER => format!("secret-sister-caption-{serial}"),
        serial => format!("secret-caption-{serial}"),
    };
    serials.iter().map(caption).collect()
}

/// The cases that somebody finds: the second is sealed, and found by the court alone.
fn found_by(column: Column) -> &'static [u32] {
    match column {
        Column::Court => &[101, 102, 103, SISTER],
        Column::Nobody => &[],
        Column::Nora
        | Column::NorasCounsel
        | Column::Bruno
        | Column::RespondentsCounsel
        | Column::Superuser
        | Column::Sister
        | Column::Public => &[101, 103, SISTER],
    }
}

/// Somebody's own cases, the sealed one among them.
fn own_of(column: Column) -> &'static [u32] {
    match column {
        Column::Nora | Column::NorasCounsel | Column::Bruno | Column::RespondentsCounsel => {
            &[101, 102, 103]
        }
        Column::Sister => &[SISTER],
        Column::Court | Column::Superuser | Column::Public | Column::Nobody => &[],
    }
}

async fn until_all_are_listed(clerk: &Client) {
    let since = Instant::now();
    while found(&clerk.get(SEARCH).await).secrets != captions(found_by(Column::Court)) {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "lists did not follow"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn each_reader_finds_and_lists_the_cases_that_it_may_see_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    tell_histories(dir.path()).await;
    until_all_are_listed(&service.client(dir.path(), "docketclerk")).await;

    for (user, role, column) in readers() {
        let client = service.client_as(dir.path(), role.as_str(), user);
        let status = if column == Column::Nobody { 403 } else { 200 };
        for (path, serials) in [(SEARCH, found_by(column)), (OWN, own_of(column))] {
            let expected = Expected {
                status,
                secrets: captions(serials),
            };
            let answer = client.get(path).await;
            assert_eq!(found(&answer), expected, "{user} as {role} gets {path}");
        }
        for path in OF_THE_COURT {
            let answer = found(&client.get(path).await);
            if column == Column::Court {
                assert_eq!(answer.status, 200, "{role} gets {path}");
            } else {
                let refused = Expected {
                    status: 403,
                    secrets: BTreeSet::new(),
                };
                assert_eq!(answer, refused, "{user} as {role} gets {path}");
            }
        }
    }
    for path in OF_THE_COURT.iter().chain(&[SEARCH, OWN]) {
        service.stranger().get(path).await.expect(401);
    }
}

#[tokio::test]
async fn the_lists_of_the_court_tell_of_the_cases_of_this_table() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    tell_histories(dir.path()).await;
    let clerk = service.client(dir.path(), "docketclerk");
    until_all_are_listed(&clerk).await;
    let mut told = BTreeSet::new();
    for path in OF_THE_COURT {
        told.extend(found(&clerk.get(path).await).secrets);
    }
    // Else that nobody else is told anything would say nothing.
    assert!(
        told.is_superset(&captions(&[101, 102, 103, SISTER])),
        "{told:?}"
    );
    for name in ["deadline", "filed-title"] {
        assert!(told.contains(&format!("secret-{name}-102")), "{told:?}");
    }
    let own = service.client_as(dir.path(), "petitioner", SISTERS_PARTY);
    assert_eq!(found(&own.get(OWN).await).secrets, captions(&[SISTER]));
}
