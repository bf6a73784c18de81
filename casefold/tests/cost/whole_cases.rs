//! What cases cost from petition to appeal, in all that is kept of them: docs/cost.md reckons a
//! court's bill from it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use casefold::generate::run::{Options, Silent, Writer};
use casefold::generate::{Generator, Recipe};
use casefold_events::{DocketNumber, Version};
use casefold_projector::{Hints, Projector};
use casefold_shared::gateway::{Consumed, Stores};
use tokio::sync::watch;

use super::{Still, store_of};
use crate::support::Court;

/// Names the variable that says how many cases are taken: many, for averages that hold.
const CASES_VARIABLE: &str = "CASEFOLD_COST_CASES";
/// How many where it says nothing.
const CASES: u64 = 30;

#[tokio::test]
async fn a_case_from_its_petition_to_its_end_costs_what_the_bill_is_reckoned_from() {
    let court = Court::open().await;
    let store = store_of(&court);
    let stores = Stores::of(store.clone());
    let projector = Projector::of_this_build(&stores, Arc::new(Still));
    // A new court: every projection is complete before its first commit.
    projector.retry_parked().await;

    let asked = std::env::var(CASES_VARIABLE).ok();
    let asked = asked.map_or(CASES, |cases| cases.parse().unwrap());
    let generator = Generator::new(Recipe::new(7, None, Some(asked)).unwrap());
    let numbers: Vec<DocketNumber> = generator.highest_numbers().collect();
    let one = NonZeroUsize::MIN;
    let options = Options {
        at_once: one,
        in_step: one,
        beside_others: false,
    };
    let (_keep, stop) = watch::channel(false);
    let before = store.consumed();
    Writer::new(&stores, options)
        .run(generator, &Silent, &stop)
        .await
        .unwrap();
    let appended = store.consumed() - before;

    let mut folded = Consumed::default();
    let (mut cases, mut commits) = (0_u64, 0_u64);
    for highest in numbers {
        for serial in DocketNumber::FIRST_SERIAL..=highest.serial() {
            let number = DocketNumber::new(serial, highest.year()).unwrap();
            let history = stores
                .events
                .commits_after(number, Version::ZERO)
                .await
                .unwrap();
            cases += u64::from(!history.is_empty());
            for commit in history {
                // Alone, as it comes where the court is quiet: the dearest way.
                let mut hints = Hints::default();
                hints.add_commit(commit);
                let before = store.consumed();
                for advance in projector.advance(number, &hints).await {
                    advance.unwrap();
                }
                folded += store.consumed() - before;
                commits += 1;
            }
        }
    }
    let each = |units: f64, of: u64| units / of as f64;
    println!("{cases} cases of {commits} commits");
    println!(
        "a commit: {:.2} write units to append; to fold it {:.2} write and {:.2} read units in {:.1} requests",
        each(appended.write_units, commits),
        each(folded.write_units, commits),
        each(folded.read_units, commits),
        each(folded.requests as f64, commits),
    );
    let tables = store.tables();
    for (name, table) in [
        ("events", &tables.events),
        ("snapshots", &tables.snapshots),
        ("keys", &tables.keys),
    ] {
        let (items, bytes) = weighed(&court, table).await;
        println!(
            "{name}: {:.1} items and {:.0} bytes a case, nearly",
            each(items as f64, cases),
            each(bytes, cases)
        );
    }
    assert_eq!(cases, asked);
    assert!(each(folded.write_units, commits) < 45.0, "{folded:?}");
}

/// How many items a table has, and how much they weigh by what reading them all costs: half a
/// unit for each 4 KB of a page.
async fn weighed(court: &Court, table: &str) -> (u64, f64) {
    let client = court.client().await;
    let (mut items, mut units, mut from) = (0, 0.0, None);
    loop {
        let page = client
            .scan()
            .table_name(table)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_exclusive_start_key(from)
            .send()
            .await
            .unwrap();
        items += page.count as u64;
        units += page
            .consumed_capacity
            .and_then(|it| it.capacity_units)
            .unwrap();
        from = page.last_evaluated_key;
        if from.is_none() {
            return (items, units * 8192.0);
        }
    }
}
