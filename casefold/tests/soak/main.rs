//! A service with a court at work for a long time: neither memory, nor open files, nor the stream
//! grow, folding keeps up, and storms of more than can be done pass.
//!
//! `CASEFOLD_SOAK_MINUTES` says for how long; without it half a minute. What is measured is
//! printed as a table.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod measured;
#[path = "../service/support.rs"]
#[allow(dead_code, reason = "every test target uses a part of this")]
mod served;
mod work;

use std::sync::Arc;
use std::time::{Duration, Instant};

use served::{Served, run};

use measured::{Measured, Probe};
use work::Court;

/// For how long without another word.
const SHORT: Duration = Duration::from_secs(30);

/// How often is measured in all; between two there is a storm now and then.
const SAMPLES: u32 = 30;

/// How far a reader may be behind a commit while nobody storms.
const LAG: Duration = Duration::from_secs(5);

/// How many bytes of cases may be remembered: few, so that all has been filled soon and whatever
/// else grows is seen.
const REMEMBERED: &str = "4194304";

/// The most records that the stream may have: what was delivered is trimmed.
const MOST_IN_STREAM: u64 = 20_000;

/// From here on memory is compared, a last third of the time with the one before it: what is
/// remembered of a growing court grows with it, slower and slower, until it is as much as may be.
const WARM: Duration = Duration::from_secs(10 * 60);

fn time_to_take() -> Duration {
    let said = std::env::var("CASEFOLD_SOAK_MINUTES").ok();
    said.and_then(|minutes| minutes.parse().ok())
        .map_or(SHORT, |minutes: u64| Duration::from_secs(minutes * 60))
}

/// After how many samples there is a storm: in a long run more often, for it is to be seen whether
/// storms leave something behind, each of them more.
const fn storm_every(long: Duration) -> u32 {
    if long.as_secs() >= WARM.as_secs() {
        2
    } else {
        10
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_grows_and_storms_pass_while_a_court_is_at_work() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Served::start(
        dir,
        &[
            ["--max-requests", "32"],
            ["--max-rate", "0"],
            ["--max-remembered-bytes", REMEMBERED],
        ]
        .concat(),
    );
    let court = Arc::new(Court::open(&service, dir).await);
    let clerk = service.client_as(dir, "clerkofcourt", "probe");
    let probe = Probe::of(&service, dir, clerk).await;

    let (begun, long) = (Instant::now(), time_to_take());
    let at_work = court.begin_to_work();
    let mut samples: Vec<Measured> = Vec::new();
    println!("{}", Measured::HEADING);
    for nth in 1..=SAMPLES {
        tokio::time::sleep_until((begun + long * nth / SAMPLES).into()).await;
        let sample = probe.look(begun.elapsed(), court.done()).await;
        println!("{sample}");
        assert!(sample.lag < LAG, "folding keeps up");
        assert!(sample.in_stream < MOST_IN_STREAM, "the stream is trimmed");
        samples.push(sample);
        if nth % storm_every(long) == 0 {
            court.storm().await;
        }
    }
    court.go_home(at_work).await;
    let told = court.told();
    println!("{told}");
    assert!(
        told.refused_for_now > 0,
        "storms were more than can be done"
    );
    if !assert_flat(&samples) {
        println!("too short to say whether memory is flat");
    }

    // In the end all is there once, and everything that is derived follows from it.
    let stopped = tokio::task::block_in_place(|| service.stop());
    assert!(stopped.success(), "{stopped}");
    for args in [
        &["--json", "verify"][..],
        &["--json", "reconcile", "--deep"],
    ] {
        let output = run(dir, args);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{args:?}: {text}");
        let found: serde_json::Value = serde_json::from_str(&text).unwrap();
        match args[1] {
            "verify" => assert_eq!(
                (&found["broken"], &found["unreadable"]),
                (&0.into(), &0.into())
            ),
            _ => assert_eq!(found["clean"], true, "{found:#}"),
        }
    }
}

/// That a court which is at work for longer doesn't take more; whether it was long enough to say.
fn assert_flat(samples: &[Measured]) -> bool {
    let warm: Vec<_> = samples.iter().filter(|it| it.at >= WARM).collect();
    let third = warm.len() / 3;
    if third == 0 {
        return false;
    }
    let most =
        |samples: &[&Measured], of: fn(&Measured) -> u64| samples.iter().map(|it| of(it)).max();
    let (earlier, last) = warm[warm.len() - 2 * third..].split_at(third);
    let memory = |samples| most(samples, |it| it.memory_kib).unwrap();
    let files = |samples| most(samples, |it| it.files).unwrap();
    assert!(
        memory(last) <= memory(earlier) + memory(earlier) / 10,
        "memory grew: {} KiB, then {} KiB",
        memory(earlier),
        memory(last)
    );
    assert!(
        files(last) <= files(earlier) + 16,
        "open files: {}, then {}",
        files(earlier),
        files(last)
    );
    true
}
