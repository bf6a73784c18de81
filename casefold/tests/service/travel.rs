//! The past of a case, what gave its fields their values, and its history by conditions: over
//! HTTP, and by the tool.

use casefold_command_api::command::FileCourtIssuedDocument;
use serde_json::{Value, json};

use crate::support::{Answered, Client, Served, run, served_case};

/// A served case whose note a clerk then writes twice: versions 4 and 5.
async fn case_of_five(clerk: &Client) -> String {
    let number = served_case(clerk).await;
    for (name, note) in [
        ("AddCaseNote", "First note"),
        ("UpdateCaseNote", "Second note"),
    ] {
        let command = json!({"type": name, "note": note});
        clerk.command(&number, command).await.expect(200);
    }
    number
}

async fn get(client: &Client, number: &str, rest: &str) -> Answered {
    client.get(&format!("/v1/cases/{number}{rest}")).await
}

#[tokio::test]
async fn a_case_is_read_as_of_a_version_a_recorded_time_and_an_effective_date() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = case_of_five(&clerk).await;

    let fourth = get(&clerk, &number, "?atVersion=4").await.expect(200);
    assert_eq!(fourth.body["caseNote"], "First note");
    assert_eq!(fourth.body["version"], 4);
    assert_eq!(fourth.body["asOf"]["atVersion"], 4);
    assert_eq!(fourth.body["asOf"]["version"], 4);
    assert_eq!(fourth.header("etag"), Some("\"past.4.3\""));
    let known = fourth.body["asOf"]["versionRecordedAt"].as_str().unwrap();

    let query = format!("?recordedAt={known}");
    let then = get(&clerk, &number, &query).await.expect(200);
    // Times have milliseconds: what was recorded in the same one was known by then, too.
    assert!(then.body["version"].as_u64() >= Some(4));
    assert_eq!(then.body["asOf"]["recordedAt"], known);

    let held = get(&clerk, &number, "?effectiveOn=2100-01-01")
        .await
        .expect(200);
    assert_eq!(held.body["caseNote"], "Second note");
    let as_of = &held.body["asOf"];
    assert_eq!(as_of["effectiveOn"], "2100-01-01");
    assert_eq!(as_of["effectiveUntil"], "2100-01-02T04:59:59.999Z");
    assert_eq!(
        (&as_of["knownThrough"], &as_of["leftOut"]),
        (&json!(5), &json!(0))
    );
    assert_eq!(held.header("etag"), Some("\"past.5.3.5\""));

    // Now is not the past, and shows no point in it.
    let now = get(&clerk, &number, "?minVersion=5").await.expect(200);
    assert_eq!(now.body["asOf"], Value::Null);
    let tag = [("if-none-match", "\"past.4.3\"")];
    let path = format!("/v1/cases/{number}?atVersion=4");
    clerk.get_with(&path, &tag).await.expect(304);
    let path = format!("/v1/cases/{number}?atVersion=5");
    clerk.get_with(&path, &tag).await.expect(200);
}

#[tokio::test]
async fn a_point_in_the_past_that_is_none_is_refused_with_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = case_of_five(&clerk).await;
    for (query, status, code, field) in [
        ("atVersion=6", 409, "VERSION_NOT_REACHED", "atVersion"),
        (
            "atVersion=18446744073709551615",
            409,
            "VERSION_NOT_REACHED",
            "atVersion",
        ),
        ("atVersion=0", 400, "BAD_PARAMETER", "atVersion"),
        ("atVersion=two", 400, "BAD_PARAMETER", "atVersion"),
        (
            "recordedAt=2020-01-01T00:00:00Z",
            409,
            "CASE_NOT_BEGUN",
            "recordedAt",
        ),
        ("recordedAt=2026-03-03", 400, "BAD_PARAMETER", "recordedAt"),
        (
            "effectiveOn=1999-12-31",
            409,
            "CASE_NOT_BEGUN",
            "effectiveOn",
        ),
        ("effectiveOn=tomorrow", 400, "BAD_PARAMETER", "effectiveOn"),
        (
            "atVersion=1&minVersion=1",
            400,
            "BAD_PARAMETER",
            "minVersion",
        ),
        (
            "atVersion=1&effectiveOn=2026-01-01",
            400,
            "BAD_PARAMETER",
            "effectiveOn",
        ),
        (
            "atVersion=1&atVersion=2",
            400,
            "REPEATED_PARAMETER",
            "atVersion",
        ),
        ("asOf=1", 400, "UNKNOWN_PARAMETER", "asOf"),
    ] {
        for path in ["", "/docket-entries"] {
            let answer = get(&clerk, &number, &format!("{path}?{query}")).await;
            let answer = answer.expect_problem(status, code);
            assert_eq!(answer.body["field"], field, "{path}?{query}");
        }
    }
    let nowhere = clerk.get("/v1/cases/999-26?atVersion=1").await;
    nowhere.expect_problem(404, "CASE_NOT_FOUND");
    let party = service.client_as(dir.path(), "petitioner", "nora");
    let refused = get(&party, &number, "?atVersion=1").await;
    refused.expect_problem(403, "ROLE_NOT_ALLOWED");
}

#[tokio::test]
async fn the_record_is_paged_as_of_one_version_while_the_case_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let order = FileCourtIssuedDocument::example();
    for _ in 0..12 {
        clerk.command(&number, order.clone()).await.expect(200);
    }
    for query in ["atVersion=12", "effectiveOn=2100-01-01"] {
        let (mut indexes, mut cursor, mut version) = (Vec::new(), String::new(), None);
        loop {
            let rest = format!("/docket-entries?{query}&limit=4{cursor}");
            let page = get(&clerk, &number, &rest).await.expect(200);
            let entries = page.body["docketEntries"].as_array().unwrap();
            let on_record = entries.iter().filter(|it| it["isOnDocketRecord"] == true);
            indexes.extend(on_record.filter_map(|it| it["index"].as_u64()));
            assert_eq!(*version.get_or_insert(page.version()), page.version());
            clerk.command(&number, order.clone()).await.expect(200);
            match page.body["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let last = indexes.len() as u64;
        assert_eq!(indexes, (1..=last).collect::<Vec<_>>(), "{query}");
        assert!(last >= 12, "{query}: {last}");
        // A cursor leads on as of the same point, and nowhere else.
        for other in ["atVersion=11", "recordedAt=2100-01-01T00:00:00Z", "limit=4"] {
            let rest = format!("/docket-entries?{other}{cursor}");
            let refused = get(&clerk, &number, &rest).await;
            refused.expect_problem(400, "BAD_CURSOR");
        }
    }
}

#[tokio::test]
async fn a_history_is_searched_by_who_what_and_when() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = case_of_five(&clerk).await;
    let other = service.client_as(dir.path(), "docketclerk", "docket-clerk-2");
    let order = FileCourtIssuedDocument::example();
    other.command(&number, order).await.expect(200);

    let versions = async |query: &str| {
        let page = get(&clerk, &number, &format!("/history?{query}"))
            .await
            .expect(200);
        let commits = page.body["commits"].as_array().unwrap().clone();
        commits
            .iter()
            .map(|it| it["version"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        versions("role=clerkofcourt&eventType=CaseNoteWritten").await,
        [4, 5]
    );
    assert_eq!(
        versions("eventType=CaseNoteWritten&order=desc").await,
        [5, 4]
    );
    assert_eq!(versions("actor=docket-clerk-2").await, [6]);
    assert_eq!(
        versions("role=docketclerk&eventType=DocketEntryFiled").await,
        [6]
    );
    assert_eq!(versions("role=judge").await, Vec::<u64>::new());
    assert_eq!(
        versions("recordedTo=2020-01-01T00:00:00Z").await,
        Vec::<u64>::new()
    );
    assert_eq!(versions("recordedFrom=2020-01-01T00:00:00Z").await.len(), 6);
    assert_eq!(versions("correlationId=none-such").await, Vec::<u64>::new());

    // About an entry, by its index and by its id.
    let case = get(&clerk, &number, "?minVersion=6").await.expect(200);
    let entries = case.body["docketEntries"].as_array().unwrap();
    let petition = entries.iter().find(|it| it["eventCode"] == "P").unwrap();
    let (index, id) = (
        &petition["index"],
        petition["docketEntryId"].as_str().unwrap(),
    );
    let by_index = versions(&format!("docketEntry={index}")).await;
    assert_eq!(by_index, versions(&format!("docketEntry={id}")).await);
    assert_eq!(by_index, [1, 3], "filed, and served");

    for (query, code, field) in [
        ("role=king", "BAD_PARAMETER", "role"),
        ("eventType=PetitionSered", "BAD_PARAMETER", "eventType"),
        ("docketEntry=99", "BAD_PARAMETER", "docketEntry"),
        ("docketEntry=first", "BAD_PARAMETER", "docketEntry"),
        ("recordedFrom=yesterday", "BAD_PARAMETER", "recordedFrom"),
        (
            "recordedFrom=2026-02-01T00:00:00Z&recordedTo=2026-01-01T00:00:00Z",
            "BAD_PARAMETER",
            "recordedTo",
        ),
        (
            "recordedAt=2026-01-01T00:00:00Z",
            "UNKNOWN_PARAMETER",
            "recordedAt",
        ),
    ] {
        let refused = get(&clerk, &number, &format!("/history?{query}")).await;
        let refused = refused.expect_problem(400, code);
        assert_eq!(refused.body["field"], field, "{query}");
    }
    clerk
        .get("/v1/cases/999-26/history?role=judge")
        .await
        .expect_problem(404, "CASE_NOT_FOUND");
}

#[tokio::test]
async fn a_search_of_a_history_is_paged_and_its_cursors_keep_to_its_conditions() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = case_of_five(&clerk).await;
    let path = "/history?eventType=CaseNoteWritten&limit=1";
    let first = get(&clerk, &number, path).await.expect(200);
    assert_eq!(first.body["commits"][0]["version"], 4);
    let cursor = first.body["nextCursor"].as_str().unwrap();
    let second = get(&clerk, &number, &format!("{path}&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(second.body["commits"][0]["version"], 5);
    for changed in [
        "/history?command=ServePetition",
        "/history?eventType=CaseNoteWritten&order=desc",
        "/history?limit=1",
        "/history?eventType=CaseNoteWritten&role=clerkofcourt",
    ] {
        let refused = get(&clerk, &number, &format!("{changed}&cursor={cursor}")).await;
        refused.expect_problem(400, "BAD_CURSOR");
    }
}

#[tokio::test]
async fn blame_tells_of_each_field_who_gave_it_its_value() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = case_of_five(&clerk).await;

    let note = get(&clerk, &number, "/blame?field=caseNote")
        .await
        .expect(200);
    assert_eq!(note.version(), 5);
    let [line] = &note.body["fields"].as_array().unwrap()[..] else {
        panic!("{:#}", note.body);
    };
    assert_eq!(
        (&line["field"], &line["value"]),
        (&json!("caseNote"), &json!("Second note"))
    );
    let origin = &line["origin"];
    assert_eq!(origin["version"], 5);
    assert_eq!(origin["eventType"], "CaseNoteWritten");
    assert_eq!(origin["command"], "UpdateCaseNote");
    assert_eq!(
        (&origin["actor"], &origin["role"]),
        (&json!("clerkofcourt"), &json!("clerkofcourt"))
    );
    let earlier = get(&clerk, &number, "/blame?field=caseNote&atVersion=4")
        .await
        .expect(200);
    assert_eq!(earlier.body["fields"][0]["origin"]["version"], 4);

    // Of an entry, by its index; and of all of them, by a name.
    let served = get(&clerk, &number, "/blame?field=docketEntries[1].servedAt")
        .await
        .expect(200);
    assert_eq!(
        served.body["fields"][0]["origin"]["eventType"],
        "DocketEntryServed"
    );
    assert_eq!(served.body["fields"][0]["origin"]["version"], 3);
    let all = get(&clerk, &number, "/blame?field=servedAt")
        .await
        .expect(200);
    assert!(all.body["fields"].as_array().unwrap().len() > 1);

    // Every leaf of the case as the court reads it is there, in pages.
    let case = get(&clerk, &number, "?minVersion=5").await.expect(200);
    let (mut told, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&clerk, &number, &format!("/blame?limit=40{cursor}"))
            .await
            .expect(200);
        told.extend(page.body["fields"].as_array().unwrap().clone());
        match page.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    for (name, value) in case.body.as_object().unwrap() {
        if value.is_string() || value.is_boolean() {
            let line = told
                .iter()
                .find(|line| line["field"] == name.as_str())
                .unwrap();
            assert_eq!(line["value"], *value, "{name}");
        }
    }
    let refused = get(&clerk, &number, "/blame?field=caseNoet").await;
    let refused = refused.expect_problem(400, "UNKNOWN_FIELD");
    assert_eq!(refused.body["field"], "field");
    assert!(
        refused.body["detail"]
            .as_str()
            .unwrap()
            .contains("caseNote"),
        "{}",
        refused.body
    );
    let refused = get(&clerk, &number, &format!("/blame?field=caseNote{cursor}")).await;
    refused.expect_problem(400, "BAD_CURSOR");
    get(&clerk, &number, "/blame?atVersion=9")
        .await
        .expect_problem(409, "VERSION_NOT_REACHED");
}

#[tokio::test]
async fn the_difference_of_two_versions_is_told_field_by_field() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = case_of_five(&clerk).await;
    let found = get(&clerk, &number, "/difference?from=3&to=5")
        .await
        .expect(200);
    let [change] = &found.body["changes"].as_array().unwrap()[..] else {
        panic!("{:#}", found.body);
    };
    assert_eq!(
        (&change["field"], &change["change"]),
        (&json!("caseNote"), &json!("added"))
    );
    assert_eq!(change["to"], "Second note");
    let touched = change["touchedBy"].as_array().unwrap();
    let versions: Vec<_> = touched.iter().map(|it| it["version"].as_u64()).collect();
    assert_eq!(versions, [Some(4), Some(5)]);

    let served = get(&clerk, &number, "/difference?from=2&to=3&field=servedAt")
        .await
        .expect(200);
    let changes = served.body["changes"].as_array().unwrap();
    assert!(
        changes
            .iter()
            .all(|it| it["change"] == "added" && it["from"].is_null())
    );
    assert!(!changes.is_empty());
    for (query, status, code, field) in [
        ("from=3", 400, "BAD_PARAMETER", "to"),
        ("to=3", 400, "BAD_PARAMETER", "from"),
        ("from=3&to=3", 400, "BAD_PARAMETER", "to"),
        ("from=0&to=3", 400, "BAD_PARAMETER", "from"),
        ("from=3&to=9", 409, "VERSION_NOT_REACHED", "to"),
    ] {
        let refused = get(&clerk, &number, &format!("/difference?{query}")).await;
        let refused = refused.expect_problem(status, code);
        assert_eq!(refused.body["field"], field, "{query}");
    }
}

fn told(dir: &std::path::Path, args: &[&str]) -> String {
    let done = run(dir, args);
    assert!(
        done.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

fn json_of(dir: &std::path::Path, args: &[&str]) -> Value {
    let args = [&["--json"], args].concat();
    serde_json::from_str(&told(dir, &args)).unwrap()
}

#[tokio::test]
async fn the_tool_shows_the_past_a_history_a_blame_and_changes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let service = Served::start(path, &[]);
    let clerk = service.client(path, "clerkofcourt");
    let number = &*case_of_five(&clerk).await;

    let now = told(path, &["show", number]);
    assert!(
        now.contains("Second note") && now.contains("General Docket"),
        "{now}"
    );
    let then = told(path, &["show", number, "--at-version", "4"]);
    assert!(
        then.contains("First note") && then.contains("as of version 4"),
        "{then}"
    );
    let shown = json_of(path, &["show", number, "--at-version", "4"]);
    let read = get(&clerk, number, "?atVersion=4").await.expect(200);
    assert_eq!(shown, read.body);
    let held = json_of(path, &["show", number, "--effective-on", "2100-01-01"]);
    assert_eq!(held["asOf"]["knownThrough"], 5);

    let history = told(
        path,
        &["history", number, "--event-type", "CaseNoteWritten"],
    );
    let lines: Vec<_> = history
        .lines()
        .filter(|line| line.ends_with("CaseNote"))
        .collect();
    assert_eq!(lines.len(), 2, "{history}");
    let history = json_of(path, &["history", number, "--docket-entry", "1"]);
    assert_eq!(history["commits"].as_array().unwrap().len(), 2);

    let blame = told(path, &["blame", number, "caseNote"]);
    assert!(
        blame.contains("CaseNoteWritten") && blame.contains("Second note"),
        "{blame}"
    );
    let blame = json_of(path, &["blame", number, "caseNote", "--at-version", "4"]);
    assert_eq!(blame["fields"][0]["origin"]["version"], 4);

    let changes = told(path, &["changes", number, "3", "5"]);
    assert!(
        changes.contains("caseNote") && changes.contains("Second note"),
        "{changes}"
    );
    let changes = json_of(path, &["changes", number, "3", "5"]);
    assert_eq!(changes["changes"][0]["field"], "caseNote");

    for (args, why) in [
        (vec!["show", "999-26"], "there is no case 999-26"),
        (vec!["show", number, "--at-version", "9"], "version 9"),
        (
            vec!["show", number, "--recorded-at", "2020-01-01T00:00:00Z"],
            "had not begun",
        ),
        (vec!["blame", number, "caseNoet"], "caseNote"),
        (vec!["changes", number, "5", "3"], "earlier"),
        (
            vec!["history", number, "--docket-entry", "99"],
            "no entry 99",
        ),
    ] {
        let refused = run(path, &args);
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains(why), "{args:?}: {said}");
    }
}
