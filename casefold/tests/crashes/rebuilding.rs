//! `casefold rebuild`.

use super::*;

/// How long a rebuild waits until every projector knows of the generation.
const WAIT: Duration = Duration::from_secs(6);

#[test]
fn a_rebuild_that_is_killed_again_and_again_has_every_case_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let court = dir.path().join("court");
    done(&court, &["generate", "--cases", "240", "--fold"]);
    let (mut killed, mut rebuilt) = (0, 0);
    while killed < kills() {
        let data = dir.path().join(format!("rebuilt-{rebuilt}"));
        copy(&court, &data);
        killed += rebuild(&data, kills() - killed);
        rebuilt += 1;
        let found = done(&data, &["reconcile", "case", "--generation", "2", "--deep"]);
        assert_eq!(found["clean"], true, "{found:#}");
        assert_eq!(found["generations"][0]["cases"], 240, "{found:#}");
        std::fs::remove_dir_all(&data).unwrap();
    }
    println!("{killed} kills of {rebuilt} rebuilds");
}

/// Rebuilds, and gives how often it was killed before it came to its end.
fn rebuild(data: &Path, left: u32) -> u32 {
    let args = ["rebuild", "case", "--to", "2", "--segments", "16"];
    let begun = run_and_kill(data, &args, some_time(300, 1_000));
    assert_eq!(begun, Ended::Killed, "it waits for the projectors first");
    std::thread::sleep(WAIT);
    1 + kill_until_done(data, &args, left - 1, 700)
}
