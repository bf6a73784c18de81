//! The embedded engine and the data directory, through what their users see: HTTP, files, locks.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests too"
)]

mod contract;
mod data_dir;
mod durability;
mod measure;
mod stream;
mod support;

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use casefold::engine::{DATABASE_FILE, Engine, EngineError};
use rusqlite::Connection;
use support::{World, put};

#[tokio::test]
async fn the_engine_starts_and_takes_a_put_and_a_get_over_http() {
    let world = World::new();
    let engine = world.engine();
    assert!(engine.endpoint_url().starts_with("http://127.0.0.1:"));
    let db = support::dynamodb(engine.endpoint_url());
    support::create_table(&db, "Events").await;

    put(&db, "Events", "CASE#1", 1, "filed").await;

    assert_eq!(
        support::get(&db, "Events", "CASE#1", 1).await.as_deref(),
        Some("filed")
    );
}

#[tokio::test]
async fn what_was_written_survives_a_stop_a_drop_and_two_restarts() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    support::create_table(&db, "Events").await;
    put(&db, "Events", "CASE#1", 1, "filed").await;
    engine.stop();
    engine.stop();

    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    put(&db, "Events", "CASE#1", 2, "answered").await;
    drop(engine);

    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    assert_eq!(
        support::get(&db, "Events", "CASE#1", 1).await.as_deref(),
        Some("filed")
    );
    assert_eq!(
        support::get(&db, "Events", "CASE#1", 2).await.as_deref(),
        Some("answered")
    );
}

#[test]
fn a_stop_closes_the_port_and_folds_the_log_into_the_database() {
    let world = World::new();
    let engine = world.engine();
    let address = engine
        .endpoint_url()
        .trim_start_matches("http://")
        .to_owned();

    engine.stop();

    TcpStream::connect(&address).unwrap_err();
    assert!(!world.dir.path().join("casefold.db-wal").exists());
    assert!(matches!(
        engine.trim_stream("Events", &u128::MAX.to_string()),
        Err(EngineError::NotASequenceNumber(_))
    ));
    assert!(matches!(
        engine.trim_stream("Events", "100000000000000000001"),
        Err(EngineError::Stopped)
    ));
}

#[test]
fn a_client_that_sent_half_a_request_does_not_hold_a_stop_for_ever() {
    let world = World::new();
    let engine = world.engine();
    let address = engine
        .endpoint_url()
        .trim_start_matches("http://")
        .to_owned();
    let mut client = TcpStream::connect(address).unwrap();
    client
        .write_all(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));

    let begun = Instant::now();
    engine.stop();

    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn the_database_is_readable_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let _engine = world.engine();
    for file in ["casefold.db", "casefold.db-wal"] {
        let mode = world
            .dir
            .path()
            .join(file)
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn the_stream_has_an_index_after_the_start_and_the_engines_own_queries_use_it() {
    let world = World::new();
    let _engine = world.engine();
    // As dynoxide 3.2.0's storage.rs asks.
    for query in [
        "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'T'",
        "SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at, user_identity, event_id
         FROM _stream_records
         WHERE table_name = 'T' AND shard_id = 'S' AND CAST(sequence_number AS INTEGER) > 5
         ORDER BY CAST(sequence_number AS INTEGER) ASC
         LIMIT 100",
        "SELECT MIN(CAST(sequence_number AS INTEGER)), MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = 'T' AND shard_id = 'S'",
    ] {
        let plan = world.plan_of(query);
        assert!(plan.contains("INDEX casefold_stream_records (table_name=?"), "{query}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{query}\n{plan}");
    }
}

#[tokio::test]
async fn a_parallel_scan_reads_its_pages_by_the_index_that_was_asked_for() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    support::create_table(&db, "Events").await;
    for n in 1..=50 {
        put(&db, "Events", &format!("CASE#{n}"), 1, "filed").await;
    }

    engine.index_parallel_scan("Events").unwrap();
    engine.index_parallel_scan("Events").unwrap();

    let plan = world.plan_of(
        "SELECT pk, sk, item_json FROM \"Events\" WHERE (hash_prefix, pk, sk) > ('a', 'b', 'c')
         AND substr(hash_prefix, 1, 3) >= '000' AND substr(hash_prefix, 1, 3) <= '3ff'
         ORDER BY hash_prefix ASC, pk ASC, sk ASC LIMIT 7",
    );
    assert!(
        plan.contains("SEARCH Events USING INDEX casefold_scan::Events"),
        "{plan}"
    );
    assert_eq!(support::parallel_scan(&db, "Events", 4, 7).await, 50);
}

#[test]
fn a_file_that_is_no_database_is_refused_with_a_sentence_and_left_alone() {
    let world = World::new();
    let file = world.dir.path().join(DATABASE_FILE);
    let notes = "Minutes of the meeting of 3 May. ".repeat(200);
    std::fs::write(&file, &notes).unwrap();

    let refused = Engine::start(world.dir.path()).unwrap_err();

    assert!(
        matches!(refused, EngineError::NotADatabase(_)),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("casefold.db isn't a database"),
        "{refused}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), notes);
}

#[test]
fn a_damaged_database_is_refused_with_a_sentence() {
    let world = World::new();
    world.engine().stop();
    let file = world.dir.path().join(DATABASE_FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    // The header stays; the schema behind it doesn't.
    bytes[100..4096].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();

    let refused = Engine::start(world.dir.path()).unwrap_err();

    assert!(
        matches!(refused, EngineError::Corrupted { .. }),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("put back a backup"),
        "{refused}"
    );
}

#[test]
fn a_directory_that_is_not_there_is_refused_with_a_sentence() {
    let world = World::new();
    let refused = Engine::start(&world.dir.path().join("nowhere")).unwrap_err();
    assert!(
        matches!(refused, EngineError::NoDirectory(_)),
        "{refused:?}"
    );
}

#[test]
fn a_directory_that_may_not_be_written_is_refused_with_a_sentence() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let dir = world.dir.path().join("read-only");
    std::fs::create_dir(&dir).unwrap();
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o500)).unwrap();
    if std::fs::write(dir.join("probe"), "").is_ok() {
        println!("skipped: this user (root?) may write a directory of mode 0500");
        return;
    }

    let refused = Engine::start(&dir).unwrap_err();

    assert!(
        matches!(refused, EngineError::NotWritable { .. }),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("may not write in"),
        "{refused}"
    );
}

#[test]
fn a_database_that_another_program_has_locked_is_refused_with_a_sentence() {
    let world = World::new();
    world.engine().stop();
    let other = Connection::open(world.dir.path().join(DATABASE_FILE)).unwrap();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
        .unwrap();

    let refused = Engine::start(world.dir.path()).unwrap_err();

    assert!(matches!(refused, EngineError::InUse(_)), "{refused:?}");
}
