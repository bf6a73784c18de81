//! The API behind API Gateway.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casefold_command_api::command::FilePetition;
use casefold_events::vocabulary::Role;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{EntrySelection, Generation, SnapshotStore};
use serde_json::{Value, json};

use crate::support::history::{Chain, docket, filed, long_entry, petition};
use crate::world::{Asked, Court, Package};

#[tokio::test(flavor = "multi_thread")]
async fn a_petition_is_filed_folded_and_read_back() {
    let court = Court::open().await;
    let api = court.api().await;
    let projector = court.projector().await;

    // When a petition is filed through the gateway
    let filed = Asked::post("/v1/cases", &FilePetition::example()).by(Role::Petitioner);
    let reply = filed.of(&api).await;
    let location = reply.header("location").to_owned();
    let filed = reply.expect(201);
    let number = filed["docketNumber"].as_str().unwrap();
    assert_eq!(location, format!("/v1/cases/{number}"));

    // and its stream record goes to the projector
    court.project(&projector).await;

    // Then its snapshot is there, and the API tells it
    let number = number.parse().unwrap();
    let all = EntrySelection::All;
    let snapshot = court
        .store
        .case_get(Generation::OF_CASES, number, all)
        .await;
    assert_eq!(snapshot.unwrap().unwrap().version.0, 1);
    let case = Asked::get(&location).by(Role::DocketClerk).of(&api).await;
    assert_eq!(case.header("etag"), "\"1.3\"");
    let case = case.expect(200);
    assert_eq!(case["docketNumber"], filed["docketNumber"]);
    // and where it came from is what the gateway saw.
    let history = format!("{location}/history");
    let history = Asked::get(&history).by(Role::ClerkOfCourt).of(&api).await;
    let history = history.expect(200);
    assert_eq!(
        history["commits"][0]["source"], "203.0.113.7",
        "{history:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_are_known_by_what_the_gateway_has_checked_and_by_nothing_else() {
    let court = Court::open().await;
    let by_gateway = [
        ("CASEFOLD_JWT_ISSUER", "https://issuer.example"),
        ("CASEFOLD_JWT_AUDIENCE", "casefold"),
    ];
    let api = court
        .function(Package::CommandApi, "http", &by_gateway)
        .await;
    let claims = |change: fn(&mut Value)| {
        let in_a_minute = SystemClock.now().as_millis() / 1_000 + 60;
        let mut claims = json!({
            "sub": "clerk-1",
            "role": "docketclerk",
            "iss": "https://issuer.example",
            "aud": "[casefold other]",
            "exp": in_a_minute.to_string(),
        });
        change(&mut claims);
        claims
    };
    let ask = || Asked::get("/v1/lists/work?queue=filings-to-serve");

    ask().claims(&claims(|_| {})).of(&api).await.expect(200);
    // The rules see the role of the claims.
    let petition = Asked::post("/v1/cases", &FilePetition::example());
    let refused = petition.claims(&claims(|it| it["role"] = "irspractitioner".into()));
    refused
        .of(&api)
        .await
        .expect_problem(403, "ROLE_NOT_ALLOWED");

    // No header stands for claims: neither a token nor what a context would say.
    let forged = claims(|_| {}).to_string();
    for header in [
        "authorization",
        "x-amzn-request-context",
        "x-apigateway-event",
        "x-amzn-oidc-data",
    ] {
        let asked = ask().header(header, &forged);
        asked.of(&api).await.expect_problem(401, "TOKEN_MISSING");
    }
    assert!(api.log().contains("past the API gateway's JWT authorizer"));

    for (change, code) in [
        (
            (|it| it["exp"] = "1700000000".into()) as fn(&mut Value),
            "TOKEN_EXPIRED",
        ),
        (
            |it| it["iss"] = "https://other.example".into(),
            "TOKEN_ISSUER_REFUSED",
        ),
        (|it| it["aud"] = "[other]".into(), "TOKEN_AUDIENCE_REFUSED"),
        (|it| it["role"] = "owner".into(), "TOKEN_CLAIM_INVALID"),
    ] {
        let refused = ask().claims(&claims(change)).of(&api).await;
        refused.expect_problem(401, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_lambda_can_not_carry_is_a_problem_that_says_what_to_ask_for() {
    // Given a case whose docket record comes to more than 6 MB
    let court = Court::open().await;
    let mut chain = Chain::of(docket(101));
    let mut commits = vec![chain.commit([petition()])];
    for first in (0..800).step_by(25) {
        let entries = (first..first + 25).map(|n| filed(long_entry(n, 9_000)));
        commits.push(chain.commit(entries));
    }
    for commits in commits.chunks(5) {
        court.append(commits).await;
    }
    let api = court.api().await;
    let number = docket(101);

    let case = format!("/v1/cases/{number}?minVersion={}", commits.len());
    let whole = Asked::get(&case).by(Role::DocketClerk).of(&api).await;
    let problem = whole.expect_problem(413, "ANSWER_TOO_LARGE");
    assert!(
        problem["detail"].as_str().unwrap().contains("pages"),
        "{problem}"
    );

    // Its pages fit.
    let page = format!("/v1/cases/{number}/docket-entries?limit=100");
    let page = Asked::get(&page).by(Role::DocketClerk).of(&api).await;
    let page = page.expect(200);
    assert_eq!(page["docketEntries"].as_array().unwrap().len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_answers_and_stages_come_through() {
    let court = Court::open().await;
    let api = court.api().await;

    let described = Asked::get("/openapi.json").of(&api).await.expect(200);
    assert_eq!(described["info"]["title"], "Casefold");
    let page = Asked::get("/docs/").of(&api).await;
    assert!(page.header("content-type").starts_with("text/html"));
    let icon = Asked::get("/docs/favicon-32x32.png").of(&api).await;
    if Package::are_made() {
        // They are built without the feature `docs-ui`: the page only says where to look.
        assert!(page.0["body"].as_str().unwrap().contains("openapi.json"));
        icon.expect_problem(404, "NO_SUCH_ROUTE");
    } else {
        assert_eq!(
            (icon.status(), icon.header("content-type")),
            (200, "image/png")
        );
        assert_eq!(icon.0["isBase64Encoded"], true);
        let icon = STANDARD.decode(icon.0["body"].as_str().unwrap()).unwrap();
        assert!(icon.starts_with(b"\x89PNG\r\n\x1a\n"));
    }

    for stage in ["court", "v1"] {
        let ready = Asked::get("/readyz").on_stage(stage).of(&api).await;
        ready.expect(200);
        let list = Asked::get("/v1/lists/work?queue=filings-to-serve").on_stage(stage);
        list.by(Role::DocketClerk).of(&api).await.expect(200);
    }
    let nowhere = Asked::get("/v2/cases").of(&api).await;
    nowhere.expect_problem(404, "NO_SUCH_ROUTE");
}
