//! One correlation id, from the request through the stream to the snapshot.

use casefold_command_api::command::FilePetition;
use serde_json::{Value, json};

use crate::operated::{ADDRESS, CLERK, Operated, PROGRAM, USER, logged, logged_of, sent};

/// The lines of a message.
fn with<'a>(lines: &'a [Value], message: &str) -> Vec<&'a Value> {
    let lines = lines.iter();
    lines.filter(|line| line["message"] == message).collect()
}

fn only<'a>(lines: &'a [Value], message: &str) -> &'a Value {
    let found = with(lines, message);
    let [line] = found.as_slice() else {
        panic!("{message}: {lines:?}")
    };
    line
}

#[tokio::test]
async fn a_command_is_followed_from_its_request_through_the_stream_to_the_snapshot() {
    let court = Operated::begin(750).await;
    let path = court.petition("trace-petition").await;
    let number = path.rsplit('/').next().unwrap();
    let commands = format!("{path}/commands");
    sent(
        court.post(&commands, &json!({"type": "QcPetition"})),
        "trace-check",
        200,
    )
    .await;
    let outcome = court.projector.project(court.records().await).await;
    assert_eq!(outcome.failed, Vec::<String>::new());

    let log = logged_of("trace-petition");
    let served = only(&log, "served");
    assert_eq!(served["span"]["correlation_id"], "trace-petition");
    assert_eq!(
        (&served["status"], &served["route"]),
        (&json!(201), &json!("/v1/cases"))
    );
    let carried_out = only(&log, "carried out");
    assert_eq!(carried_out["correlation_id"], "trace-petition");
    assert_eq!(carried_out["command"], "FilePetition");
    assert_eq!(carried_out["docket_number"], number);
    assert_eq!(
        (&carried_out["version"], &carried_out["commits"]),
        (&json!(1), &json!(1))
    );
    assert!(carried_out["duration_ms"].as_f64().unwrap() > 0.0);

    // Both commits are one line of the batch, however many generations fold them.
    let folded = only(&log, "folded");
    assert_eq!(folded, only(&logged_of("trace-check"), "folded"));
    assert_eq!(folded["correlation_ids"], "trace-petition trace-check");
    assert_eq!(folded["docket_number"], number);
    assert_eq!(
        (&folded["from_version"], &folded["to_version"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(
        (&folded["commits"], &folded["lag_ms"]),
        (&json!(2), &json!(750))
    );
    let generations = folded["generations"].as_str().unwrap();
    assert!(generations.contains("case@"), "{generations}");

    // The snapshot's reader finds it in the history.
    let history = sent(court.get(&format!("{path}/history")), "trace-read", 200).await;
    assert!(history.to_string().contains("trace-petition"), "{history}");
    let read = logged_of("trace-read");
    assert_eq!(with(&read, "carried out"), Vec::<&Value>::new());
}

#[tokio::test]
async fn a_refused_command_is_told_of_with_its_code_and_never_reaches_a_snapshot() {
    let court = Operated::begin(0).await;
    let path = court.petition("trace-first").await;
    let serve = json!({"type": "ServePetition"});
    let refused = sent(
        court.post(&format!("{path}/commands"), &serve),
        "trace-refused",
        409,
    )
    .await;
    court.projector.project(court.records().await).await;

    let log = logged_of("trace-refused");
    let line = only(&log, "refused");
    assert_eq!(line["code"], refused["code"]);
    assert_eq!(line["command"], "ServePetition");
    assert_eq!(line["docket_number"], path.rsplit('/').next().unwrap());
    assert_eq!(only(&log, "served")["code"], refused["code"]);
    assert_eq!(with(&log, "folded"), Vec::<&Value>::new());
}

#[tokio::test]
async fn what_is_delivered_again_is_not_told_of_again() {
    let court = Operated::begin(0).await;
    court.petition("trace-once").await;
    for _ in 0..3 {
        court.projector.project(court.records().await).await;
    }
    assert_eq!(with(&logged_of("trace-once"), "folded").len(), 1);
}

/// Every text within a document, but for short ones, which stand anywhere.
fn texts(document: &Value, found: &mut Vec<String>) {
    match document {
        Value::String(text) if text.len() >= 5 => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|it| texts(it, found)),
        Value::Object(all) => all.values().for_each(|it| texts(it, found)),
        _ => {}
    }
}

/// Whether a line holds a text. One of digits, such as a postal code, is not meant where it is a
/// part of a longer number, such as an instant's microseconds.
fn holds(line: &str, text: &str) -> bool {
    let is_digit = |it: Option<char>| it.is_some_and(|it| it.is_ascii_digit());
    let is_number = text.chars().all(|it| it.is_ascii_digit());
    line.match_indices(text).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + text.len()..]);
        !is_number || !(is_digit(before.chars().next_back()) || is_digit(after.chars().next()))
    })
}

#[tokio::test]
async fn nothing_of_people_is_in_any_line_of_the_log_or_of_figures() {
    let court = Operated::begin(0).await;
    let path = court.petition("trace-people").await;
    let commands = format!("{path}/commands");
    let note = json!({"type": "AddDeadline", "due": "2030-01-31T00:00:00.000Z",
                      "description": "Orrin Vask calls back"});
    sent(court.post(&commands, &note), "trace-note", 200).await;
    let seal = json!({"type": "SealCase"});
    sent(court.post(&commands, &seal), "trace-seal", 200).await;
    sent(court.post(&commands, &seal), "trace-sealed-twice", 409).await;
    for read in [
        path.clone(),
        format!("{path}/history"),
        "/v1/search?q=quist".to_owned(),
    ] {
        sent(court.get(&read), "trace-reads", 200).await;
    }
    court.projector.project(court.records().await).await;
    sent(court.get(&path), "trace-reads", 200).await;

    let mut personal = Vec::new();
    texts(&FilePetition::example()["petitioners"], &mut personal);
    // These are the vocabulary's.
    personal.retain(|text| !["Electronic", "Paper", "domestic", "Petitioner"].contains(&&**text));
    assert!(personal.contains(&"Nora Quist".to_owned()), "{personal:?}");
    let others = [
        "Quist",
        "quist",
        "Orrin Vask",
        "Petitioner,",
        USER,
        CLERK,
        ADDRESS,
        "127.0.0.1",
        PROGRAM,
        "eyJ",
    ];
    personal.extend(others.map(str::to_owned));
    let figures: Vec<_> = court.told().iter().map(Value::to_string).collect();
    assert!(figures.len() > 5, "{figures:?}");
    let told = format!("{}{}", logged(), figures.join("\n"));
    for kept in personal {
        let line = told.lines().find(|line| holds(line, &kept));
        assert_eq!(line, None, "{kept}");
    }
}
