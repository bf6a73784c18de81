//! How fast a rebuild is: `CASEFOLD_MEASURE_CASES=2000 cargo test … a_rebuild_is_measured`.

use std::time::Instant;

use tokio::sync::watch;

use crate::court::{CONFIG, Unseen, append_case, expected_of, rebuild};
use crate::databases::Database;
use crate::on_each_database;
use crate::support::Court;

/// How many commits a case has in the measurement.
const COMMITS: u64 = 10;

on_each_database![a_rebuild_is_measured];

#[expect(clippy::print_stdout, reason = "a measurement is for reading")]
async fn a_rebuild_is_measured(database: Database) {
    let cases = std::env::var("CASEFOLD_MEASURE_CASES");
    let cases: u32 = cases.map_or(20, |cases| cases.parse().unwrap());
    let court = Court::open().await;
    for serial in 101..101 + cases {
        append_case(&court, serial, COMMITS).await;
    }
    let (_stop, stopped) = watch::channel(false);
    let rebuild = rebuild(&court, database.open().await).await;
    // The second finds nothing to write: the cost of a passage.
    for what in ["filling", "going through again"] {
        let begun = Instant::now();
        let report = rebuild.run(CONFIG, &Unseen, &stopped).await.unwrap();
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{what}: {cases} cases of {COMMITS} commits in {seconds:.2} s, {:.0} cases/s, {} written",
            f64::from(cases) / seconds,
            report.status.put.written
        );
    }
    let serials = 101..101 + cases;
    assert_eq!(database.cases().await, expected_of(&court, serials).await);
}
