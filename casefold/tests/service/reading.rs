//! Reading: versions, one's own writes, histories, and who sees what.

use serde_json::json;

use crate::support::{Served, petition, served_case};

#[tokio::test]
async fn a_case_that_has_not_changed_is_not_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    clerk.snapshot_at(&number, 3).await;
    let path = format!("/v1/cases/{number}");
    let tag = clerk
        .get(&path)
        .await
        .expect(200)
        .header("etag")
        .unwrap()
        .to_owned();
    clerk
        .get_with(&path, &[("if-none-match", &tag)])
        .await
        .expect(304);
    clerk
        .command(&number, json!({"type": "SealCase"}))
        .await
        .expect(200);
    clerk.snapshot_at(&number, 4).await;
    clerk
        .get_with(&path, &[("if-none-match", &tag)])
        .await
        .expect(200);
}

#[tokio::test]
async fn a_long_record_that_has_changed_is_sent_whole_and_one_that_has_not_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let filing = json!({"type": "AddPaperFiling", "eventCode": "MISC",
        "filedBy": {"contacts": [1]},
        "document": {"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1}});
    for _ in 0..30 {
        clerk.command(&number, filing.clone()).await.expect(200);
    }
    clerk.snapshot_at(&number, 33).await;
    let case = format!("/v1/cases/{number}");
    let page = format!("{case}/docket-entries?limit=5");
    let mut tags = Vec::new();
    for path in [&case, &page] {
        let read = clerk.get(path).await.expect(200);
        let tag = read.header("etag").unwrap().to_owned();
        let again = clerk.get_with(path, &[("if-none-match", &tag)]).await;
        again.expect(304);
        tags.push(tag);
    }
    clerk.command(&number, filing).await.expect(200);
    clerk.snapshot_at(&number, 34).await;
    for (path, tag) in [&case, &page].into_iter().zip(&tags) {
        let header = [("if-none-match", tag.as_str())];
        let read = clerk.get_with(path, &header).await.expect(200);
        let whole = clerk.get(path).await.expect(200);
        assert_eq!(read.body, whole.body);
        let entries = read.body["docketEntries"].as_array().unwrap();
        assert!(entries.len() >= 5, "{}", entries.len());
    }
}

#[tokio::test]
async fn a_client_reads_its_own_write_while_no_projector_runs() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--no-projector"]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let case = clerk
        .get(&format!("/v1/cases/{number}?minVersion=3"))
        .await
        .expect(200);
    assert_eq!(case.body["status"], "General Docket - Not at Issue");
    let ahead = clerk.get(&format!("/v1/cases/{number}?minVersion=4")).await;
    assert_eq!(ahead.status.as_u16(), 409, "{ahead:?}");
}

#[tokio::test]
async fn a_command_on_a_version_that_has_passed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let path = format!("/v1/cases/{number}/commands");
    let seal = json!({"type": "SealCase"});
    clerk
        .post(&path, &[("if-match", "\"2\"")], &seal)
        .await
        .expect_problem(412, "VERSION_MISMATCH");
    let judge = service.client(dir.path(), "judge");
    let told = judge
        .post(&path, &[("if-match", "\"2\"")], &seal)
        .await
        .expect(403);
    assert_eq!(
        told.header("etag"),
        None,
        "who may not seal learns no version"
    );
    clerk
        .post(&path, &[("if-match", "\"3\"")], &seal)
        .await
        .expect(200);
}

#[tokio::test]
async fn a_history_is_paged_by_cursor_and_each_commit_follows_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    for _ in 0..2 {
        clerk
            .command(&number, json!({"type": "SealCase"}))
            .await
            .expect(200);
        clerk
            .command(&number, json!({"type": "UnsealCase"}))
            .await
            .expect(200);
    }
    let mut commits = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/cases/{number}/history?order=asc&limit=3{cursor}");
        let page = clerk.get(&path).await.expect(200);
        commits.extend(page.body["commits"].as_array().unwrap().clone());
        match page.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let versions: Vec<_> = commits
        .iter()
        .map(|commit| commit["version"].as_u64())
        .collect();
    assert_eq!(versions, (1..=7).map(Some).collect::<Vec<_>>());
    for pair in commits.windows(2) {
        assert_eq!(pair[1]["prevHash"], pair[0]["hash"]);
    }
}

#[tokio::test]
async fn a_sealed_case_shows_outsiders_its_number_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let party = service.client_as(dir.path(), "petitioner", "nora");
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = party.file(&petition()).await.docket_number();
    clerk
        .command(&number, json!({"type": "QcPetition"}))
        .await
        .expect(200);
    clerk
        .command(&number, json!({"type": "ServePetition"}))
        .await
        .expect(200);
    clerk
        .command(&number, json!({"type": "SealCase"}))
        .await
        .expect(200);

    let path = format!("/v1/cases/{number}?minVersion=4");
    let outsider = service.client_as(dir.path(), "petitioner", "someone-else");
    let seen = outsider.get(&path).await.expect(200);
    let fields: Vec<_> = seen
        .body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    for field in &fields {
        let shown = [
            "docketNumber",
            "docketNumberSuffix",
            "docketNumberWithSuffix",
            "isPaper",
            "isSealed",
        ];
        assert!(shown.contains(field), "{field} of a sealed case");
    }
    let own = party.get(&path).await.expect(200);
    assert!(own.body["caption"].is_string() || own.body["caseCaption"].is_string());
    for read in ["docket-entries", "history"] {
        let refused = outsider.get(&format!("/v1/cases/{number}/{read}")).await;
        assert_eq!(refused.status.as_u16(), 403, "{refused:?}");
    }
}

#[tokio::test]
async fn docket_entries_are_paged_in_the_order_of_their_index() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    for _ in 0..30 {
        let order = casefold_command_api::command::FileCourtIssuedDocument::example();
        clerk.command(&number, order).await.expect(200);
    }
    let mut indexes = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/cases/{number}/docket-entries?limit=7&minVersion=33{cursor}");
        let answer = clerk.get(&path).await.expect(200);
        let next = answer.body["nextCursor"].as_str();
        let entries = answer.body["docketEntries"].as_array().unwrap();
        let on_record = entries
            .iter()
            .filter(|entry| entry["isOnDocketRecord"] == true);
        let page: Vec<_> = on_record
            .filter_map(|entry| entry["index"].as_u64())
            .collect();
        assert!(page.len() <= 7);
        indexes.extend(page);
        match next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(indexes, (1..=33).collect::<Vec<_>>());
}
