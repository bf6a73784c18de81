//! The tool, end to end.

use std::path::Path;
use std::process::{Command, Output};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold::engine::Engine;
use casefold_shared::config::Config;
use casefold_shared::dynamodb::sdk_config;
use serde_json::{Value, json};

fn tool(data_dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_casefold"))
        .arg("--data-dir")
        .arg(data_dir)
        .args(args)
        .env("CASEFOLD_LOG", "error")
        .env_remove("USER")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The exit status, and the JSON that was printed.
fn told(data_dir: &Path, args: &[&str]) -> (i32, Value) {
    let output = tool(data_dir, &[&["--json"], args].concat());
    let told = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}{}", text(&output.stdout), text(&output.stderr)));
    (output.status.code().unwrap(), told)
}

/// A data directory with 32 made-up cases.
pub(crate) fn court() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let made = tool(dir.path(), &["generate", "--cases", "32", "--seed", "3"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    dir
}

/// Does something to the event table while nobody runs on the directory.
pub(crate) fn tamper(data_dir: &Path, with: impl AsyncFnOnce(Client)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = Engine::start(data_dir).unwrap();
    runtime.block_on(async {
        let config = Config::for_endpoint(engine.endpoint_url(), "casefold");
        with(Client::new(&sdk_config(&config).await)).await;
    });
    engine.stop();
}

/// The number of a case of three commits or more.
pub(crate) fn case_of_three(client: &Client) -> impl Future<Output = String> {
    let scan = client.scan().table_name("casefold-events");
    async move {
        let items = scan.send().await.unwrap().items.unwrap();
        let third = |item: &&crate::support::Item| item["sk"] == AttributeValue::N("3".to_owned());
        let case = items.iter().find(third).unwrap()["pk"].as_s().unwrap();
        case.strip_prefix("CASE#").unwrap().to_owned()
    }
}

/// Makes a commit say that somebody else did it.
pub(crate) async fn change_actor(client: &Client, case: &str, version: &str) {
    let update = client.update_item().table_name("casefold-events");
    update
        .key("pk", AttributeValue::S(format!("CASE#{case}")))
        .key("sk", AttributeValue::N(version.to_owned()))
        .update_expression("SET actor = :other")
        .expression_attribute_values(":other", AttributeValue::S("nobody".to_owned()))
        .send()
        .await
        .unwrap();
}

#[test]
fn a_record_is_verified_signed_proved_and_the_proof_checked_where_there_is_nothing_else() {
    let dir = court();
    let dir = dir.path();
    let mut case = String::new();
    tamper(dir, async |client| case = case_of_three(&client).await);

    // Nothing is signed yet.
    let (status, verified) = told(dir, &["verify"]);
    assert_eq!(
        (status, &verified["clean"]),
        (0, &json!(true)),
        "{verified}"
    );
    assert_eq!(
        (&verified["sound"], &verified["broken"]),
        (&json!(32), &json!(0))
    );
    assert!(verified["checkpoint"].is_null());
    let early = tool(dir, &["prove", &case, "2"]);
    assert_eq!(early.status.code(), Some(1));
    assert!(
        text(&early.stderr).contains("casefold checkpoint"),
        "{early:?}"
    );

    // It is signed, once.
    let (status, signed) = told(dir, &["checkpoint"]);
    assert_eq!(
        (status, &signed["outcome"]),
        (0, &json!("written")),
        "{signed}"
    );
    let seen = format!("1:{}", signed["checkpoint"]["hash"].as_str().unwrap());
    let (status, again) = told(dir, &["checkpoint"]);
    assert_eq!((status, &again["outcome"]), (0, &json!("unchanged")));
    let (status, verified) = told(dir, &["verify", "--workers", "4", "--seen", &seen]);
    assert_eq!(
        (status, &verified["checkpoint"]["number"]),
        (0, &json!(1)),
        "{verified}"
    );
    assert_eq!(verified["signaturesChecked"], true);
    let (status, alone) = told(dir, &["verify", "--case", &case]);
    assert_eq!((status, &alone["cases"]), (0, &json!(1)));

    // A proof, and a key, are carried somewhere else.
    let elsewhere = tempfile::tempdir().unwrap();
    let (file, pem) = (
        elsewhere.path().join("proof.json"),
        elsewhere.path().join("key.pem"),
    );
    let (file, pem) = (file.to_str().unwrap(), pem.to_str().unwrap());
    let (status, written) = told(dir, &["prove", &case, "2", "--out", file]);
    assert_eq!(
        (status, &written["checkpoint"]),
        (0, &json!(1)),
        "{written}"
    );
    let key = tool(dir, &["checkpoint-key"]);
    std::fs::write(pem, &key.stdout).unwrap();
    let (_, key) = told(dir, &["checkpoint-key"]);
    let line = key["publicKey"].as_str().unwrap();
    let nowhere = elsewhere.path().join("no-such-directory");
    for public_key in [pem, line] {
        let check = ["check-proof", file, "--public-key", public_key];
        let (status, checked) = told(&nowhere, &check);
        assert_eq!((status, &checked["proven"]), (0, &json!(true)), "{checked}");
        let commit = &checked["commit"];
        assert_eq!(
            (&commit["docketNumber"], &commit["version"]),
            (&json!(case), &json!(2))
        );
        assert!(commit["content"]["actor"].is_string(), "{checked}");
        let in_words = text(&tool(&nowhere, &check).stdout);
        assert!(
            in_words.starts_with("PROVEN: commit 2 of case"),
            "{in_words}"
        );
    }
    assert!(!nowhere.exists(), "a check makes no data directory");

    // Another proof, another key, and what is no proof.
    let other = tempfile::tempdir().unwrap();
    let (_, others) = told(other.path(), &["checkpoint-key"]);
    let others = others["publicKey"].as_str().unwrap();
    let check = told(&nowhere, &["check-proof", file, "--public-key", others]);
    assert_eq!((check.0, &check.1["proven"]), (1, &json!(false)));
    let proof = std::fs::read_to_string(file).unwrap();
    let altered = elsewhere.path().join("altered.json");
    let altered = altered.to_str().unwrap();
    let actor = proof.split("\"actor\": \"").nth(1).unwrap();
    let actor = actor.split('"').next().unwrap();
    std::fs::write(altered, proof.replace(actor, "nobody")).unwrap();
    let check = tool(&nowhere, &["check-proof", altered, "--public-key", line]);
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).starts_with("NOT PROVEN"), "{check:?}");
    std::fs::write(altered, &proof[..100]).unwrap();
    for (file, key) in [(altered, line), ("no-such-file", line), (file, "no-key")] {
        let check = tool(&nowhere, &["check-proof", file, "--public-key", key]);
        assert_eq!(check.status.code(), Some(2), "{file} {key}");
    }

    // Without what it says, and to standard output.
    let (status, bare) = told(
        dir,
        &["prove", &case, "1", "--hash-only", "--new-checkpoint"],
    );
    assert_eq!(status, 0);
    assert_eq!(bare["commit"]["content"], json!({"withheld": "asked"}));
}

#[test]
fn what_was_tampered_with_is_named_with_what_can_be_trusted_and_nothing_is_signed() {
    let dir = court();
    let dir = dir.path();
    let (status, _) = told(dir, &["checkpoint"]);
    assert_eq!(status, 0);
    let mut case = String::new();
    tamper(dir, async |client| {
        case = case_of_three(&client).await;
        change_actor(&client, &case, "2").await;
    });

    let verified = tool(dir, &["verify"]);
    assert_eq!(verified.status.code(), Some(1));
    let in_words = text(&verified.stdout);
    let line = format!(
        "{case}  commit 2 was altered: its hash does not fit its content; it can be trusted up to \
         version 1"
    );
    assert!(in_words.contains(&line), "{in_words}");
    let (status, told_of) = told(dir, &["verify"]);
    assert_eq!(status, 1);
    let expected = json!([{"docketNumber": case, "trustedTo": 1, "finding": "altered", "at": 2}]);
    assert_eq!(told_of["named"], expected);
    let (status, refused) = told(dir, &["checkpoint"]);
    assert_eq!((status, &refused["outcome"]), (1, &json!("notSigned")));
    let prove = tool(dir, &["prove", &case, "2"]);
    assert_eq!(prove.status.code(), Some(1));
    assert!(text(&prove.stderr).contains("casefold verify"), "{prove:?}");
}
