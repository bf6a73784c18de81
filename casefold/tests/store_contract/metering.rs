//! What requests cost, counted together and apart.

use casefold_events::Version;
use casefold_shared::gateway::{ControlStore, EventStore};

use crate::support::Court;
use crate::support::history::{chain, docket, petition};

#[tokio::test]
async fn what_is_counted_apart_is_in_the_whole_too_and_not_the_other_way() {
    let court = Court::open().await;
    let whole = &court.store;
    let (one, other) = (whole.counted_apart(), whole.counted_apart());
    let begun = whole.consumed();
    let since = || whole.consumed() - begun;
    assert_eq!(one.consumed().requests, 0);

    let commit = &chain(docket(101), [vec![petition()]])[0];
    one.commit_append(commit).await.unwrap();
    one.commits_after(docket(101), Version::ZERO).await.unwrap();
    let of_one = one.consumed();
    assert_eq!(of_one.requests, 2);
    assert!(of_one.read_units > 0.0 && of_one.write_units > 0.0);
    assert_eq!(since(), of_one);
    assert_eq!(other.consumed().requests, 0);

    other.checkpoint_put("feed", "100").await.unwrap();
    let mut both = of_one;
    both += other.consumed();
    assert_eq!(other.consumed().requests, 1);
    assert_eq!(since(), both);

    whole.checkpoint_put("feed", "200").await.unwrap();
    assert_eq!(since().requests, 4);
    assert_eq!(one.consumed(), of_one);
    assert_eq!(other.consumed().requests, 1);

    // A clone counts with what it is a clone of.
    one.clone().checkpoint_get("feed").await.unwrap();
    assert_eq!(one.consumed().requests, 3);
    assert_eq!(since().requests, 5);
}
