//! Lists and the search, over HTTP: what is where, for whom, and that it follows the cases.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::support::{Answered, Client, Served, paper_petition, petition};

/// How long lists may take to follow on a busy machine before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// The first answer that is as it should be.
pub(crate) async fn eventually(
    client: &Client,
    path: &str,
    is: impl Fn(&Value) -> bool,
) -> Answered {
    let since = Instant::now();
    loop {
        let answer = client.get(path).await.expect(200);
        if is(&answer.body) {
            return answer;
        }
        assert!(since.elapsed() < PATIENCE, "{path}: {:#}", answer.body);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The docket numbers on a page of cases.
fn numbers(page: &Value, rows: &str) -> Vec<String> {
    let rows = page[rows].as_array().unwrap().iter();
    rows.map(|row| row["docketNumber"].as_str().unwrap().to_owned())
        .collect()
}

fn has(page: &Value, rows: &str, number: &str) -> bool {
    numbers(page, rows).iter().any(|it| it == number)
}

async fn do_all(clerk: &Client, number: &str, commands: &[Value]) {
    for command in commands {
        clerk.command(number, command.clone()).await.expect(200);
    }
}

/// A petition on paper by this person, who has this user id.
fn petition_of(name: &str, user: &str) -> Value {
    let mut petition = paper_petition();
    petition["petitioners"][0]["name"] = name.into();
    petition["petitioners"][0]["userId"] = user.into();
    petition
}

async fn served_case_of(clerk: &Client, name: &str, user: &str) -> String {
    let number = clerk.file(&petition_of(name, user)).await.docket_number();
    let commands = [
        json!({"type": "QcPetition"}),
        json!({"type": "ServePetition"}),
    ];
    do_all(clerk, &number, &commands).await;
    number
}

#[tokio::test]
async fn a_case_moves_through_the_lists_where_clerks_look_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = clerk.file(&paper_petition()).await.docket_number();
    let queue = |name: &str| format!("/v1/lists/work?queue={name}");

    let (check, serve) = (queue("petitions-to-check"), queue("petitions-to-serve"));
    eventually(&clerk, &check, |page| has(page, "work", &number)).await;
    do_all(&clerk, &number, &[json!({"type": "QcPetition"})]).await;
    eventually(&clerk, &serve, |page| has(page, "work", &number)).await;
    let checked = clerk.get(&check).await.expect(200);
    assert!(!has(&checked.body, "work", &number));
    do_all(&clerk, &number, &[json!({"type": "ServePetition"})]).await;

    let status = "/v1/lists/by-status?status=General%20Docket%20-%20Not%20at%20Issue";
    let listed = eventually(&clerk, status, |page| has(page, "cases", &number)).await;
    let row = &listed.body["cases"][0];
    assert_eq!(row["status"], "General Docket - Not at Issue");
    assert_eq!(row["docketNumberWithSuffix"], format!("{number}S"));
    assert_eq!(row["associatedJudge"], "Chief Judge");
    assert_eq!(
        (&row["isSealed"], &row["blocked"]),
        (&json!(false), &json!(false))
    );
    for path in [
        "/v1/lists/by-judge?judge=Chief%20Judge",
        "/v1/lists/by-trial-city?trialCity=Birmingham,%20Alabama",
    ] {
        let listed = clerk.get(path).await.expect(200);
        assert_eq!(listed.body["cases"][0], *row, "{path}");
    }
    let served = clerk.get(&serve).await.expect(200);
    assert!(!has(&served.body, "work", &number));

    let close = json!({"type": "UpdateCaseContext", "status": "Closed"});
    do_all(&clerk, &number, &[close]).await;
    let closed = "/v1/lists/by-judge?judge=Chief%20Judge&closed=true";
    eventually(&clerk, closed, |page| has(page, "cases", &number)).await;
    let open = clerk.get("/v1/lists/by-judge?judge=Chief%20Judge").await;
    assert!(!has(&open.expect(200).body, "cases", &number));
}

#[tokio::test]
async fn lists_are_for_the_court_and_own_cases_for_everybody_else() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let own = served_case_of(&clerk, "Nora Quist", "nora").await;
    served_case_of(&clerk, "Vera Lindholm", "vera").await;
    let nora = service.client_as(dir.path(), "petitioner", "nora");

    let mine = eventually(&nora, "/v1/my-cases", |page| has(page, "cases", &own)).await;
    assert_eq!(numbers(&mine.body, "cases"), [own.as_str()]);
    let row = &mine.body["cases"][0];
    assert_eq!(row["status"], "General Docket - Not at Issue");
    assert_eq!(row.get("blocked"), None);

    let refused = nora.get("/v1/lists/by-person?userId=vera").await;
    refused.expect_problem(403, "ROLE_NOT_ALLOWED");
    let of_nora = clerk
        .get("/v1/lists/by-person?userId=nora")
        .await
        .expect(200);
    assert_eq!(numbers(&of_nora.body, "cases"), [own.as_str()]);

    // An own case stays one's own when it is sealed.
    do_all(&clerk, &own, &[json!({"type": "SealCase"})]).await;
    let sealed = nora.get("/v1/my-cases").await.expect(200);
    assert_eq!(sealed.body["cases"][0]["isSealed"], true);
}

#[tokio::test]
async fn a_search_finds_what_its_reader_may_see() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case_of(&clerk, "Nora Åström-Quist", "nora").await;
    let other = served_case_of(&clerk, "Nora Lindholm", "nora-l").await;
    let stranger = service.client_as(dir.path(), "privatepractitioner", "pp-1");
    eventually(&clerk, "/v1/search?q=nora", |page| {
        numbers(page, "cases").len() == 2
    })
    .await;

    let prefix = &number[..number.len() - 1];
    let full = format!("{number}S");
    for q in [
        "astrom",
        "QUIST",
        "qui%20nor",
        "nora%20%C3%A5str",
        prefix,
        &full,
    ] {
        for reader in [&clerk, &stranger] {
            let found = reader.get(&format!("/v1/search?q={q}")).await.expect(200);
            assert!(has(&found.body, "cases", &number), "{q}: {:#}", found.body);
        }
    }
    let lindholm = stranger.get("/v1/search?q=nora%20lind").await.expect(200);
    assert_eq!(numbers(&lindholm.body, "cases"), [other.as_str()]);
    let none = stranger.get("/v1/search?q=nobody").await.expect(200);
    assert_eq!(none.body, json!({"cases": []}));

    // A row has what names the case and nothing else.
    let row = stranger.get("/v1/search?q=quist").await.expect(200).body["cases"][0].clone();
    let fields: Vec<_> = row.as_object().unwrap().keys().cloned().collect();
    let shown = [
        "caption",
        "docketNumber",
        "docketNumberWithSuffix",
        "isSealed",
        "receivedAt",
    ];
    assert_eq!(fields, shown);

    // A new caption is found; it goes by the words that the case has now.
    let caption = json!({"type": "UpdateCaseContext", "caption": "Estate of Ida Berg, Petitioner"});
    do_all(&clerk, &number, &[caption]).await;
    eventually(&stranger, "/v1/search?q=ida%20berg", |page| {
        has(page, "cases", &number)
    })
    .await;
    let both = stranger
        .get("/v1/search?q=ida%20lindholm")
        .await
        .expect(200);
    assert_eq!(both.body, json!({"cases": []}));
}

#[tokio::test]
async fn a_sealed_case_is_not_found_from_the_moment_of_its_seal_even_while_no_projector_runs() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let mut all = Vec::new();
    for n in 1..=4 {
        all.push(served_case_of(&clerk, "Nora Quist", &format!("nora-{n}")).await);
    }
    eventually(&clerk, "/v1/search?q=quist", |page| {
        numbers(page, "cases").len() == 4
    })
    .await;
    service.stop();

    let service = Served::start(dir.path(), &["--no-projector"]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let stranger = service.client_as(dir.path(), "privatepractitioner", "pp-1");
    let sealed = &all[1];
    do_all(&clerk, sealed, &[json!({"type": "SealCase"})]).await;

    // The rows are as they were. Page by page, neither a row nor a cursor tells of it.
    let mut found = Vec::new();
    let mut path = "/v1/search?q=quist&limit=1".to_owned();
    loop {
        let page = stranger.get(&path).await.expect(200);
        found.extend(numbers(&page.body, "cases"));
        let Some(cursor) = page.body["nextCursor"].as_str() else {
            break;
        };
        let (serial, _) = sealed.split_once('-').unwrap();
        let place = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
        assert!(!place.contains(&format!("{serial:0>6}")), "{place}");
        path = format!("/v1/search?q=quist&limit=1&cursor={cursor}");
    }
    let open: Vec<_> = all
        .iter()
        .filter(|number| *number != sealed)
        .cloned()
        .collect();
    assert_eq!(found, open);
    let own = service.client_as(dir.path(), "petitioner", "nora-2");
    let own = own.get("/v1/my-cases").await.expect(200);
    assert_eq!(numbers(&own.body, "cases"), [sealed.as_str()]);
    service.stop();

    // Once it is projected the court finds it, and nobody else does.
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let stranger = service.client_as(dir.path(), "privatepractitioner", "pp-1");
    let is_sealed = |page: &Value| page["cases"][1]["isSealed"] == true;
    let found = eventually(&clerk, "/v1/search?q=quist", is_sealed).await;
    assert_eq!(numbers(&found.body, "cases"), all);
    let found = stranger.get("/v1/search?q=quist").await.expect(200);
    assert_eq!(numbers(&found.body, "cases"), open);
}

#[tokio::test]
async fn a_list_is_paged_in_both_directions() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let mut filed = Vec::new();
    for year in [2023, 2024, 2024, 2025, 2025] {
        let mut petition = petition_of("Nora Quist", "nora");
        petition["receivedAt"] = format!("{year}-05-06T12:00:00.000Z").into();
        petition["irsNoticeDate"] = "2022-12-01T12:00:00.000Z".into();
        filed.push(clerk.file(&petition).await.docket_number());
    }
    let list = "/v1/lists/by-status?status=New";
    eventually(&clerk, list, |page| numbers(page, "cases").len() == 5).await;
    let backwards: Vec<_> = filed.iter().rev().cloned().collect();
    for (order, expected) in [("asc", &filed), ("desc", &backwards)] {
        let mut found = Vec::new();
        let mut path = format!("{list}&order={order}&limit=2");
        loop {
            let page = clerk.get(&path).await.expect(200);
            let rows = numbers(&page.body, "cases");
            assert!((1..=2).contains(&rows.len()));
            found.extend(rows);
            let Some(cursor) = page.body["nextCursor"].as_str() else {
                break;
            };
            path = format!("{list}&order={order}&limit=2&cursor={cursor}");
        }
        assert_eq!(found, *expected);
    }
    // An electronic petition, which waits longest since it was filed last.
    let party = service.client_as(dir.path(), "petitioner", "vera");
    let last = party.file(&petition()).await.docket_number();
    let work = "/v1/lists/work?queue=petitions-to-check&order=desc&limit=1";
    eventually(&clerk, work, |page| has(page, "work", &last)).await;
}
