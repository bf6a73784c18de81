//! Questions across cases over HTTP: who may ask, what is asked wrongly, and what is told.

use casefold_events::vocabulary::Role;
use casefold_shared::gateway::{CommitIndex, ControlStore, Quarantined};
use serde_json::{Value, json};

use crate::court::INDEX;
use crate::noting::{Api, answered, own, serve, serve_without_index};
use crate::support::history::{at, docket, entry_id};

const QUESTIONS: [&str; 2] = ["/v1/audit/commits", "/v1/audit/accesses"];

async fn ask_as(api: &Api, role: Role, path: &str) -> (u16, Value) {
    let asked = api.ask(role, "buch", path);
    answered(asked.header("x-audit-reason", "a review")).await
}

async fn ask(api: &Api, query: &str) -> (u16, Value) {
    ask_as(api, Role::Judge, &format!("/v1/audit/commits{query}")).await
}

fn found(told: &Value) -> Vec<&str> {
    let commits = told["commits"].as_array().unwrap();
    commits
        .iter()
        .map(|it| it["docketNumber"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn only_those_who_may_audit_can_ask() {
    let api = serve(own).await;
    let may = [
        Role::ClerkOfCourt,
        Role::CaseServicesSupervisor,
        Role::Judge,
        Role::Adc,
    ];
    for role in Role::ALL.iter().copied() {
        for question in QUESTIONS {
            let (status, told) = ask_as(&api, role, question).await;
            match may.contains(&role) {
                true => assert_eq!(status, 200, "{role}: {told}"),
                false => assert_eq!(
                    (status, &told["code"]),
                    (403, &"ROLE_NOT_ALLOWED".into()),
                    "{role}"
                ),
            }
        }
    }
    // Who was refused was shown nothing.
    assert_eq!(api.noted().await.len(), may.len() * QUESTIONS.len());
}

#[tokio::test]
async fn a_question_without_a_reason_is_refused_and_one_with_it_is_noted() {
    let api = serve(own).await;
    for question in QUESTIONS {
        let (status, told) = answered(api.ask(Role::Judge, "buch", question)).await;
        assert_eq!(
            (status, &told["code"], &told["field"]),
            (
                400,
                &"AUDIT_REASON_MISSING".into(),
                &"X-Audit-Reason".into()
            )
        );
    }
    assert_eq!(api.noted().await, []);
    ask(&api, "?eventType=CaseSealed&from=2026-09-01").await;
    let noted = &api.noted().await[0];
    assert_eq!(
        (noted.kind.as_str(), noted.user.as_str()),
        ("auditQuery", "buch")
    );
    let query = noted.query.as_ref().unwrap().expose();
    assert_eq!(
        query,
        "order=asc eventType=CaseSealed from=2026-09-01T00:00:00.000Z"
    );
    // Whoever asks the log is in it.
    let (_, told) = ask_as(&api, Role::Judge, "/v1/audit/accesses?user=buch").await;
    let accesses = told["accesses"].as_array().unwrap();
    let kinds: Vec<_> = accesses
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["auditQuery", "accesses"]);
    assert_eq!(accesses[0]["reason"], "a review");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_named() {
    let api = serve(own).await;
    let wrong = [
        ("?who=me", "UNKNOWN_PARAMETER", "who"),
        ("?actor=", "BAD_PARAMETER", "actor"),
        ("?role=king", "BAD_PARAMETER", "role"),
        ("?eventType=CaseTeleported", "BAD_PARAMETER", "eventType"),
        ("?command=Teleport", "BAD_PARAMETER", "command"),
        ("?docketEntry=3", "BAD_PARAMETER", "docketEntry"),
        ("?caseNumber=1-2-3", "BAD_PARAMETER", "caseNumber"),
        ("?correlationId=a%20b", "BAD_PARAMETER", "correlationId"),
        ("?sourceAddress=localhost", "BAD_PARAMETER", "sourceAddress"),
        ("?from=yesterday", "BAD_PARAMETER", "from"),
        ("?to=2026-13-01", "BAD_PARAMETER", "to"),
        ("?from=2026-12-01&to=2026-11-01", "BAD_PARAMETER", "from"),
        ("?order=up", "BAD_PARAMETER", "order"),
        ("?limit=0", "BAD_PARAMETER", "limit"),
        ("?limit=501", "BAD_PARAMETER", "limit"),
        ("?role=judge&role=adc", "REPEATED_PARAMETER", "role"),
        ("?cursor=x", "BAD_CURSOR", "cursor"),
    ];
    for (query, code, field) in wrong {
        let (status, told) = ask(&api, query).await;
        assert_eq!(
            (status, &told["code"], &told["field"]),
            (400, &code.into(), &field.into()),
            "{query}: {told}"
        );
    }
    assert_eq!(api.noted().await, []);
}

#[tokio::test]
async fn any_filter_finds_what_it_means_sealed_or_not_and_tells_nothing_that_an_event_says() {
    let api = serve(own).await;
    let all = ["101-26", "102-26", "103-26"];
    let entry = entry_id(2);
    let questions: [(String, &[&str]); 9] = [
        (String::new(), &all),
        ("?order=desc".to_owned(), &["103-26", "102-26", "101-26"]),
        ("?eventType=CaseSealed".to_owned(), &["102-26"]),
        (
            "?eventType=DocketEntrySealed&role=docketclerk".to_owned(),
            &["103-26"],
        ),
        ("?actor=clerk-1&caseNumber=101-26".to_owned(), &["101-26"]),
        (format!("?docketEntry={entry}"), &all),
        (
            format!("?docketEntry={entry}&eventType=CaseSealed"),
            &["102-26"],
        ),
        ("?actor=clerk-2".to_owned(), &[]),
        ("?command=ImportPetition".to_owned(), &[]),
    ];
    for (query, expected) in questions {
        let (status, told) = ask(&api, &query).await;
        assert_eq!(status, 200, "{told}");
        assert_eq!(found(&told), expected, "{query}");
        assert!(!told.to_string().contains("Lindholm"));
    }
    let (_, told) = ask(&api, "?caseNumber=103-26").await;
    let commit = &told["commits"][0];
    assert_eq!(commit["version"], 1);
    assert_eq!(commit["actor"], "clerk-1");
    assert_eq!(commit["docketEntryIds"], json!([entry_id(1), entry_id(2)]));
    assert_eq!(commit["eventTypes"][0], "PetitionFiled");
}

#[tokio::test]
async fn a_cursor_leads_on_in_its_own_question_and_in_no_other() {
    let api = serve(own).await;
    let (_, first) = ask(&api, "?limit=1").await;
    assert_eq!(found(&first), ["101-26"]);
    let cursor = first["nextCursor"].as_str().unwrap();
    let (_, second) = ask(&api, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(found(&second), ["102-26", "103-26"]);
    assert!(second.get("nextCursor").is_none());
    for other in ["&order=desc", "&actor=clerk-1", "&from=2026-01-01"] {
        let (status, told) = ask(&api, &format!("?cursor={cursor}{other}")).await;
        assert_eq!(
            (status, &told["code"], &told["field"]),
            (400, &"BAD_CURSOR".into(), &"cursor".into()),
            "{other}"
        );
    }
    let log = format!("/v1/audit/accesses?cursor={cursor}");
    let (status, told) = ask_as(&api, Role::Judge, &log).await;
    assert_eq!((status, &told["code"]), (400, &"BAD_CURSOR".into()));
    // One of another generation of the index: its number stands in the cursor.
    let stale = stale(cursor);
    let (status, told) = ask(&api, &format!("?cursor={stale}")).await;
    assert_eq!((status, &told["code"]), (400, &"BAD_CURSOR".into()));
    assert!(
        told["detail"].as_str().unwrap().contains("made anew"),
        "{told}"
    );
    // A cursor carries no authority.
    let path = format!("/v1/audit/commits?cursor={cursor}");
    assert_eq!(ask_as(&api, Role::Petitioner, &path).await.0, 403);
}

fn stale(cursor: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    assert!(text.contains(" 1@"), "{text}");
    URL_SAFE_NO_PAD.encode(text.replace(" 1@", " 7@"))
}

#[tokio::test]
async fn the_log_is_paged_and_filtered_too() {
    let api = serve(own).await;
    for user in ["buch", "copeland", "buch"] {
        let asked = api.ask(Role::Judge, user, "/v1/cases/102-26");
        assert_eq!(answered(asked).await.0, 200);
    }
    let ask = async |query: &str| {
        let path = format!("/v1/audit/accesses{query}");
        ask_as(&api, Role::Judge, &path).await.1
    };
    let told = ask("?user=copeland").await;
    assert_eq!(told["accesses"].as_array().unwrap().len(), 1);
    assert_eq!(told["accesses"][0]["docketNumber"], "102-26");
    let told = ask("?caseNumber=102-26&limit=2").await;
    assert_eq!(told["accesses"].as_array().unwrap().len(), 2);
    let cursor = told["nextCursor"].as_str().unwrap();
    let told = ask(&format!("?caseNumber=102-26&limit=2&cursor={cursor}")).await;
    // The third read, and the question before this one.
    let users: Vec<_> = told["accesses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["kind"])
        .collect();
    assert_eq!(users[0], "case");
    let told = ask("?from=2026-12-01&to=2026-11-01").await;
    assert_eq!(told["field"], "from");
}

#[tokio::test]
async fn an_index_that_may_lack_cases_answers_nothing() {
    let api = serve_without_index().await;
    let (status, told) = ask(&api, "").await;
    assert_eq!((status, &told["code"]), (503, &"AUDIT_INCOMPLETE".into()));
    assert_eq!(api.noted().await, []);
}

#[tokio::test]
async fn an_answer_says_up_to_when_it_is_complete_and_what_is_missing() {
    let api = serve(own).await;
    let (_, told) = ask(&api, "").await;
    assert_eq!(told["completenessKnown"], false);
    assert!(told.get("completeUpTo").is_none() && told.get("parkedCases").is_none());

    let noted = json!({"deliveredTo": at(100)}).to_string();
    api.court
        .store
        .checkpoint_put("watermark/feed", &noted)
        .await
        .unwrap();
    let parked = Quarantined {
        docket_number: docket(102),
        version: casefold_events::Version(2),
        reason: "it was altered".to_owned(),
        since: at(0),
    };
    api.court.store.index_park(INDEX, &parked).await.unwrap();
    let (_, told) = ask(&api, "").await;
    assert_eq!(told["completenessKnown"], true);
    assert_eq!(told["completeUpTo"], json!(at(100)));
    assert_eq!(
        told["parkedCases"],
        json!([{"docketNumber": "102-26", "fromVersion": 2}])
    );
    assert_eq!(found(&told).len(), 3, "what can be trusted is told");
}
