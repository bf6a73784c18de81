//! A disk that is full: a file system in memory, in a mount namespace of the service's own.

use std::time::Instant;

use reqwest::Method;

use super::served::{Client, SERVE, Served, petition};
use super::*;

/// How large the file system is, and how much of it something else takes.
const SIZE: &str = "16m";
const FILLED: &str = "8m";

/// How many petitions fit at most.
const MOST: usize = 4_000;

/// Mounts, copies what is to be there, fills, and becomes the service.
const IN_LITTLE_ROOM: &str = r#"
mount -t tmpfs -o size="$2" tmpfs "$1" && cp -r "$0/." "$1" && head -c "$3" /dev/zero > "$1/other" &&
shift 3 && exec "$@""#;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_loses_nothing_and_with_room_the_service_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (seed, data) = (dir.path().join("seed"), dir.path().join("data"));
    // Its secrets are there before, so that a token can be made outside.
    let minted = run(&seed, &["token", "--role", "petitioner"]);
    assert!(minted.status.success());
    std::fs::create_dir(&data).unwrap();
    if !Command::new("unshare")
        .args(["--map-root-user", "--mount", "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        println!("this machine lets nobody have mounts of their own; the test goes without");
        return;
    }
    let service = Served::by(
        Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", IN_LITTLE_ROOM])
            .args([&seed, &data])
            .args([SIZE, FILLED])
            .arg(tool(&data).get_program())
            .arg("--data-dir")
            .arg(&data)
            .args(SERVE)
            .env("CASEFOLD_LOG", "off"),
    );
    let party = service.client_as(&seed, "petitioner", "nora");

    // When petitions are filed until there is no room
    let mut filed = Vec::new();
    let refused = loop {
        assert!(filed.len() < MOST, "the disk is never full");
        let answered = party.post("/v1/cases", &[], &petition()).await;
        match answered.status.as_u16() {
            201 => filed.push(answered.docket_number()),
            _ => break answered,
        }
    };
    // Then that is told, and what was acknowledged is there
    let refused = refused.expect_problem(503, "STORE_UNAVAILABLE");
    assert!(refused.header("retry-after").is_some());
    for number in &filed {
        assert_eq!(read(&party, number).await, 200, "{number}");
    }

    // When there is room again, then the service goes on by itself
    let inside = |program: &std::ffi::OsStr| {
        let mut inside = Command::new("nsenter");
        let pid = service.pid().to_string();
        inside
            .args(["--target", &pid, "--user", "--mount"])
            .arg("--preserve-credentials")
            .arg(program);
        inside
    };
    let removed = inside("rm".as_ref()).arg(data.join("other")).status();
    assert!(removed.unwrap().success());
    let since = Instant::now();
    loop {
        let answered = party.post("/v1/cases", &[], &petition()).await;
        if answered.status.as_u16() == 201 {
            filed.push(answered.docket_number());
            break;
        }
        assert!(since.elapsed() < PATIENCE, "{:#}", answered.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let last = filed.last().unwrap();
    party.snapshot_at(last, 1).await;
    // And the record is whole, and what is derived follows from it.
    let mut tool = inside(tool(&data).get_program());
    tool.arg("--data-dir").arg(&data).args(["--json", "verify"]);
    let verified = tool.output().unwrap();
    let text = String::from_utf8_lossy(&verified.stdout);
    let verified: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(verified["broken"], 0);
    assert!(verified["cases"].as_u64().unwrap() >= filed.len() as u64);
    println!("{} petitions were acknowledged, none is lost", filed.len());
}

async fn read(client: &Client, number: &str) -> u16 {
    let path = format!("/v1/cases/{number}");
    let read = client.try_send(Method::GET, &path, &[], None).await;
    read.unwrap().status.as_u16()
}
