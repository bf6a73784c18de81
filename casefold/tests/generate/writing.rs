//! Writing made-up histories to a real engine: all of them, once, however often it is stopped.

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use casefold::generate::Generator;
use casefold::generate::run::{Done, Options, Progress, RunError, Silent, Writer};
use casefold_events::{Commit, Digest, Version};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{ControlStore, EventStore, Stores};
use serde_json::Value;
use tokio::sync::watch;

use crate::histories::{blocks, generator};
use crate::support::Court;
use crate::support::history::fold;

const ONE_BY_ONE: usize = 1;
const MANY: usize = 100;

fn writer(store: &Arc<DynamoStore>, in_step: usize, beside_others: bool) -> Writer {
    let options = Options {
        at_once: NonZeroUsize::new(2).unwrap(),
        in_step: NonZeroUsize::new(in_step).unwrap(),
        beside_others,
    };
    Writer::new(&Stores::of(store.clone()), options)
}

async fn write(writer: &Writer, generator: Generator) -> Result<Done, RunError> {
    let (_stop, stopped) = watch::channel(false);
    writer.run(generator, &Silent, &stopped).await
}

/// What is made is there, commit by commit, and nothing else of these cases.
async fn assert_there(store: &DynamoStore, generator: &Generator) -> u64 {
    let mut commits = 0;
    let events = Stores::of(Arc::new(store.clone())).events;
    for history in blocks(generator).into_iter().flat_map(|it| it.histories) {
        let number = history.case.docket_number;
        let there = events.commits_after(number, Version::ZERO).await.unwrap();
        assert_eq!(there.len(), history.commits.len());
        for (there, made) in there.iter().zip(&history.commits) {
            assert_eq!(there.reference(), made.reference());
            assert_eq!(there.command_id, made.command_id);
            assert_eq!(there.decode().unwrap(), made.decode().unwrap());
        }
        // Chained over what is stored.
        fold(None, &there);
        commits += there.len() as u64;
    }
    commits
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_is_written_and_its_numbers_are_given_out_to_nobody() {
    for in_step in [ONE_BY_ONE, MANY] {
        let court = Court::open().await;
        let store = Arc::new(court.store.clone());
        let generator = generator(5, 48);
        let done = write(&writer(&store, in_step, false), generator)
            .await
            .unwrap();
        assert!(done.is_complete());
        let commits = assert_there(&store, &generator).await;
        assert_eq!(done.counts.commits_written, commits);
        assert_eq!(done.counts.cases, 48);
        let highest = generator.highest_numbers().last().unwrap();
        let next = store.docket_number_next(highest.year()).await.unwrap();
        assert_eq!(next.serial(), highest.serial() + 1);
    }
}

/// Stops a run after so many blocks.
struct StopAfter {
    blocks: u64,
    stop: watch::Sender<bool>,
    seen: AtomicU64,
}

impl Progress for StopAfter {
    fn at(&self, done: u64, _: u64, _: u64) {
        self.seen.store(done, Ordering::Relaxed);
        if done >= self.blocks {
            self.stop.send_replace(true);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_stopped_goes_on_where_it_ended_and_writes_nothing_twice() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let generator = generator(6, 160);
    let writer = writer(&store, MANY, false);
    let (stop, stopped) = watch::channel(false);
    let progress = StopAfter {
        blocks: 3,
        stop,
        seen: AtomicU64::new(0),
    };
    let first = writer.run(generator, &progress, &stopped).await.unwrap();
    assert!(!first.is_complete());
    assert!((3..10).contains(&first.ended_at), "{}", first.ended_at);
    assert_eq!(progress.seen.load(Ordering::Relaxed), first.ended_at);

    let second = write(&writer, generator).await.unwrap();
    assert_eq!(second.began_at, first.ended_at);
    assert!(second.is_complete());
    let commits = assert_there(&store, &generator).await;
    let written = first.counts.commits_written + second.counts.commits_written;
    assert_eq!(written, commits);
    assert_eq!(second.counts.commits_already_there, 0);

    let third = write(&writer, generator).await.unwrap();
    assert_eq!((third.began_at, third.counts.cases), (10, 0));
    assert!(third.is_complete());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_between_two_checkpoints_passes_over_what_is_there() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let generator = generator(9, 32);
    // Half of the first block is there, and that it was begun.
    let commits: Vec<Commit> = blocks(&generator)
        .into_iter()
        .flat_map(|block| block.histories)
        .flat_map(|history| history.commits)
        .collect();
    let there = 70;
    let drafts = commits[..there].iter().map(|commit| commit.draft.clone());
    let vault = Stores::of(store.clone()).vault;
    let mut last: Option<Commit> = None;
    for draft in vault.seal(drafts.collect()).await.unwrap() {
        let before = last.filter(|last| last.docket_number == draft.docket_number);
        let commit = draft.seal(before.map_or(Digest::ZERO, |last| last.hash));
        store.commit_append(&commit).await.unwrap();
        last = Some(commit);
    }
    let begun = "generate/9/32/320";
    store.checkpoint_put(begun, "0").await.unwrap();

    let done = write(&writer(&store, MANY, false), generator)
        .await
        .unwrap();
    assert_eq!(done.counts.commits_already_there, there as u64);
    let rest = (commits.len() - there) as u64;
    assert_eq!(done.counts.commits_written, rest);
    assert_there(&store, &generator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_cases_were_thrown_away_since_a_run_begins_anew() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    store
        .checkpoint_put("generate/4/16/160", "1")
        .await
        .unwrap();
    let generator = generator(4, 16);
    let done = write(&writer(&store, MANY, false), generator)
        .await
        .unwrap();
    assert_eq!((done.began_at, done.counts.cases), (0, 16));
    assert_there(&store, &generator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_other_cases_is_refused_unless_told_and_no_case_of_it_is_changed() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    write(&writer(&store, MANY, false), generator(1, 16))
        .await
        .unwrap();

    let refused = write(&writer(&store, MANY, false), generator(2, 16)).await;
    assert!(matches!(refused, Err(RunError::NotEmpty)), "{refused:?}");

    // The numbers are the same ones, and taken.
    let refused = write(&writer(&store, MANY, true), generator(2, 16)).await;
    assert!(
        matches!(refused, Err(RunError::NumberTaken(_))),
        "{refused:?}"
    );
    assert_there(&store, &generator(1, 16)).await;
}

fn casefold(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_casefold"))
        .arg("--data-dir")
        .arg(dir)
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_tool_says_what_it_has_written_and_what_it_cost() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = [
        "--json", "generate", "--cases", "32", "--seed", "3", "--fold",
    ];
    let made = casefold(dir.path(), &arguments);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let summary: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(summary["complete"], true);
    assert_eq!(summary["cases"], 32);
    let commits = summary["commitsWritten"].as_u64().unwrap();
    assert!((300..=340).contains(&commits), "{commits}");
    assert!(summary["writeUnits"].as_f64().unwrap() > commits as f64);

    let again = casefold(dir.path(), &arguments);
    let summary: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(summary["commitsWritten"], 0);
    let none = casefold(dir.path(), &["generate"]);
    assert!(!none.status.success());
    let other = casefold(dir.path(), &["generate", "--cases", "5"]);
    let told = String::from_utf8(other.stderr).unwrap();
    assert!(told.contains("not empty"), "{told}");
}
