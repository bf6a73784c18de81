use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::support::{get, post};

const COMMANDS: &str = "/v1/cases/101-26/commands";
const SEAL: &str = r#"{"type": "SealCase"}"#;

#[tokio::test]
async fn each_way_in_which_a_body_is_wrong_has_its_own_code() {
    for (body, status, code) in [
        ("", 400, "MALFORMED_JSON"),
        ("{\"type\": \"SealCase\"", 400, "MALFORMED_JSON"),
        ("{\"type\": \"SealCase\"} {}", 400, "MALFORMED_JSON"),
        ("{\"type\": 'SealCase'}", 400, "MALFORMED_JSON"),
        ("[]", 400, "BODY_NOT_AN_OBJECT"),
        ("\"SealCase\"", 400, "BODY_NOT_AN_OBJECT"),
        ("{}", 400, "MISSING_TYPE"),
        ("{\"type\": 7}", 400, "MISSING_TYPE"),
        ("{\"type\": \"EatCase\"}", 400, "UNKNOWN_TYPE"),
        ("{\"type\": \"FilePetition\"}", 400, "UNKNOWN_TYPE"),
        (
            "{\"type\": \"SealCase\", \"colour\": 1}",
            400,
            "UNKNOWN_FIELD",
        ),
        ("{\"type\": \"StrikeDocketEntry\"}", 400, "INVALID_FIELD"),
        (
            "{\"type\": \"SealCase\", \"type\": \"UnsealCase\"}",
            400,
            "DUPLICATE_FIELD",
        ),
        (
            "{\"type\": \"SealCase\", \"x\": {\"y\": 1, \"y\": 2}}",
            400,
            "DUPLICATE_FIELD",
        ),
    ] {
        post(COMMANDS, body).problem(status, code).await;
    }
}

#[tokio::test]
async fn malformed_json_is_answered_with_its_line_and_column() {
    let problem = post(COMMANDS, "{\n  \"type\": nil\n}")
        .problem(400, "MALFORMED_JSON")
        .await;
    assert_eq!(
        problem["detail"],
        "the body is not JSON from line 2, column 12 on"
    );
    post(COMMANDS, vec![b'"', 0xff, b'"'])
        .problem(400, "MALFORMED_JSON")
        .await;
}

#[tokio::test]
async fn a_whole_number_is_one_however_it_is_written() {
    let strike = |index: &str| {
        let body = format!(r#"{{"type": "StrikeDocketEntry", "docketEntry": {index}}}"#);
        post(COMMANDS, body)
    };
    for index in ["3", "3.0", "3e0", "30e-1", "-0.0"] {
        strike(index).problem(503, "STORE_UNAVAILABLE").await;
    }
    for index in ["3.5", "-3.0", "1e10", "1e300", "9007199254740993.0"] {
        strike(index).problem(400, "INVALID_FIELD").await;
    }
}

#[tokio::test]
async fn a_field_that_is_unknown_or_twice_there_is_named() {
    let body = r#"{"type": "SealCase", "colour": "red"}"#;
    let problem = post(COMMANDS, body).problem(400, "UNKNOWN_FIELD").await;
    assert_eq!(problem["field"], "colour");
    let body = r#"{"type": "SealCase", "x": 1, "x": 2}"#;
    let problem = post(COMMANDS, body).problem(400, "DUPLICATE_FIELD").await;
    assert_eq!(problem["field"], "x");
}

#[tokio::test]
async fn an_unknown_type_is_answered_with_those_that_the_address_takes() {
    let problem = post("/v1/commands", SEAL)
        .problem(400, "UNKNOWN_TYPE")
        .await;
    assert_eq!(problem["field"], "type");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("ConsolidateCases"),
        "{problem}"
    );
}

#[tokio::test]
async fn a_body_is_sent_as_json() {
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/json, application/json",
        "",
    ] {
        let problem = post(COMMANDS, SEAL)
            .header("content-type", media_type)
            .problem(415, "UNSUPPORTED_MEDIA_TYPE")
            .await;
        assert_eq!(problem["field"], "Content-Type");
    }
    for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let ask = post(COMMANDS, SEAL).header("content-type", media_type);
        ask.problem(503, "STORE_UNAVAILABLE").await;
    }
}

#[tokio::test]
async fn a_body_has_a_mebibyte_at_most() {
    let padded = |length: usize| format!("{SEAL}{}", " ".repeat(length - SEAL.len()));
    post(COMMANDS, padded((1 << 20) + 1))
        .problem(413, "BODY_TOO_LARGE")
        .await;
    post(COMMANDS, padded(1 << 20))
        .problem(503, "STORE_UNAVAILABLE")
        .await;
}

#[tokio::test]
async fn a_docket_number_that_is_none_is_told_so() {
    for number in ["101", "0101-26", "101-26S", "99-26", "101-2026", "%FF", "x"] {
        for path in ["", "/docket-entries", "/history"] {
            let ask = get(format!("/v1/cases/{number}{path}"));
            assert_eq!(
                ask.problem(400, "BAD_DOCKET_NUMBER").await["field"],
                "docketNumber"
            );
        }
        post(format!("/v1/cases/{number}/commands"), SEAL)
            .problem(400, "BAD_DOCKET_NUMBER")
            .await;
    }
}

#[tokio::test]
async fn a_header_that_can_not_be_kept_is_refused_and_not_ignored() {
    let malformed = post(COMMANDS, SEAL).header("if-match", "3");
    malformed.problem(400, "MALFORMED_ETAG").await;
    let weak = post(COMMANDS, SEAL).header("if-match", "W/\"3\"");
    weak.problem(412, "VERSION_MISMATCH").await;
    for path in ["/v1/cases", "/v1/commands"] {
        let ask = post(path, SEAL).header("if-match", "\"3\"");
        ask.problem(400, "UNKNOWN_TYPE").await;
    }
    for key in ["", "two words", &"x".repeat(129)] {
        let problem = post(COMMANDS, SEAL)
            .header("idempotency-key", key)
            .problem(400, "BAD_IDEMPOTENCY_KEY")
            .await;
        assert_eq!(problem["field"], "Idempotency-Key");
    }
    let key = post(COMMANDS, SEAL).header("idempotency-key", "\"8e03978e\"");
    key.problem(503, "STORE_UNAVAILABLE").await;
}

#[tokio::test]
async fn an_if_none_match_that_can_not_be_read_is_refused_whatever_the_case_is() {
    for path in [
        "",
        "?atVersion=1",
        "/docket-entries",
        "/docket-entries?atVersion=1",
    ] {
        let ask = || get(format!("/v1/cases/101-26{path}"));
        // The store would have been asked for the case first.
        ask()
            .header("if-none-match", "3.2")
            .problem(400, "MALFORMED_ETAG")
            .await;
        ask()
            .header("if-none-match", "\"3.2\"")
            .problem(503, "STORE_UNAVAILABLE")
            .await;
    }
}

#[tokio::test]
async fn a_parameter_that_is_unknown_repeated_or_out_of_bounds_is_named() {
    let case = "/v1/cases/101-26";
    for (query, code, field) in [
        ("?minversion=3", "UNKNOWN_PARAMETER", "minversion"),
        ("?minVersion=3&x", "UNKNOWN_PARAMETER", "x"),
        (
            "?minVersion=3&minVersion=3",
            "REPEATED_PARAMETER",
            "minVersion",
        ),
        ("?minVersion=0", "BAD_PARAMETER", "minVersion"),
        ("?minVersion=-1", "BAD_PARAMETER", "minVersion"),
        ("?minVersion=", "BAD_PARAMETER", "minVersion"),
        (
            "?minVersion=99999999999999999999",
            "BAD_PARAMETER",
            "minVersion",
        ),
        ("/docket-entries?limit=0", "BAD_PARAMETER", "limit"),
        ("/docket-entries?limit=1001", "BAD_PARAMETER", "limit"),
        ("/docket-entries?limit=ten", "BAD_PARAMETER", "limit"),
        ("/docket-entries?order=asc", "UNKNOWN_PARAMETER", "order"),
        ("/history?limit=501", "BAD_PARAMETER", "limit"),
        ("/history?order=up", "BAD_PARAMETER", "order"),
        ("/history?minVersion=1", "UNKNOWN_PARAMETER", "minVersion"),
        ("/history?cursor=nonsense", "BAD_CURSOR", "cursor"),
    ] {
        let problem = get(format!("{case}{query}")).problem(400, code).await;
        assert_eq!(problem["field"], field, "{query}");
    }
    for query in [
        "?minVersion=3",
        "/docket-entries?limit=1000",
        "/history?order=desc&limit=500",
    ] {
        get(format!("{case}{query}"))
            .problem(503, "STORE_UNAVAILABLE")
            .await;
    }
    post(format!("{COMMANDS}?dryRun=true"), SEAL)
        .problem(400, "UNKNOWN_PARAMETER")
        .await;
}

#[tokio::test]
async fn a_cursor_leads_on_in_its_own_list_alone() {
    let cursor = URL_SAFE_NO_PAD.encode("1 entries 101-26 100");
    let ask = |path: &str| get(format!("/v1/cases/{path}?cursor={cursor}"));
    ask("101-26/docket-entries")
        .problem(503, "STORE_UNAVAILABLE")
        .await;
    ask("102-26/docket-entries")
        .problem(400, "BAD_CURSOR")
        .await;
    ask("101-26/history").problem(400, "BAD_CURSOR").await;
}
