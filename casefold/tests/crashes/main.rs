//! The real program, killed in the midst of what it does, at random: nothing that it acknowledged
//! is lost, nothing is doubled, and it goes on where it was.
//!
//! `CASEFOLD_TEST_KILLS` says how often each kind of process is killed.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod exporting;
mod full_disk;
mod importing;
mod projecting;
mod rebuilding;
#[path = "../service/support.rs"]
#[allow(dead_code, reason = "every test target uses a part of this")]
mod served;
mod serving;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use served::{run, tool};

/// How often each is killed where nothing else is said.
const KILLS: u32 = 2;

/// How often one piece of work is killed; then it may come to its end, and another is begun.
const MOST_OF_A_RUN: u32 = 4;

/// How long what is not killed may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

fn kills() -> u32 {
    let said = std::env::var("CASEFOLD_TEST_KILLS").ok();
    said.and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

/// A time between two, as the clock's last digits have it.
fn some_time(least: u64, most: u64) -> Duration {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let nanos = u64::from(since.subsec_nanos()) / 1_000;
    Duration::from_millis(least + nanos % (most - least))
}

/// How a process came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Killed,
    /// By itself, with success.
    Done,
}

/// Runs a sub-command, and kills it after some time unless it is done by then.
fn run_and_kill(dir: &Path, args: &[&str], after: Duration) -> Ended {
    let mut command: Command = tool(dir);
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut child = command
        .args(args)
        .stdout(Stdio::null())
        .stderr(log.reopen().unwrap())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while since.elapsed() < after {
        if let Some(status) = child.try_wait().unwrap() {
            let told = || std::fs::read_to_string(log.path()).unwrap_or_default();
            assert!(status.success(), "{args:?}: {status}\n{}", told());
            return Ended::Done;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    // What ended between the two looks was not killed.
    match child.wait().unwrap().success() {
        true => Ended::Done,
        false => Ended::Killed,
    }
}

/// Runs a sub-command again and again until it is done, and kills it meanwhile, each time within so
/// many milliseconds, as often as is left to do but no more than a few times; gives how often.
fn kill_until_done(dir: &Path, args: &[&str], left: u32, within: u64) -> u32 {
    let mut killed = 0;
    loop {
        let after = match killed < left.min(MOST_OF_A_RUN) {
            true => some_time(40, within),
            false => PATIENCE,
        };
        match run_and_kill(dir, args, after) {
            Ended::Done => return killed,
            Ended::Killed => killed += 1,
        }
    }
}

/// What a sub-command prints as JSON, which must succeed.
fn done(dir: &Path, args: &[&str]) -> Value {
    let output = run(dir, &[&["--json"], args].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {text}\n{told}");
    serde_json::from_str(text.lines().last().unwrap()).unwrap_or_else(|_| {
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{args:?}: {text}\n{told}"))
    })
}

/// That the record of a court is whole, and all that is derived is what follows from it; gives
/// how many cases and commits it has.
fn assert_sound(dir: &Path) -> (u64, u64) {
    let verified = done(dir, &["verify"]);
    let reconciled = done(dir, &["reconcile", "--deep"]);
    assert_eq!(reconciled["clean"], true, "{reconciled:#}");
    let number = |field: &str| verified[field].as_u64().unwrap();
    assert_eq!((number("broken"), number("unreadable")), (0, 0));
    (number("cases"), number("commits"))
}

/// Copies a data directory on which nobody works.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
