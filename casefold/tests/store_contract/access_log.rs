//! The log of accesses: appended to, and read.

use std::collections::BTreeSet;

use casefold_events::Digest;
use casefold_shared::accesses::chain::{Chain, Link};
use casefold_shared::gateway::{AccessLog, LinkOutcome, Order};

use crate::support::Court;

fn chain(text: &str) -> Chain {
    text.parse().unwrap()
}

fn links(chain: &Chain, count: u64) -> Vec<Link> {
    let mut hash = Digest::ZERO;
    let link = |number| {
        let link = Link::seal(chain.clone(), number, format!("{{\"n\":{number}}}"), hash);
        hash = link.hash;
        link
    };
    (1..=count).map(link).collect()
}

async fn append(court: &Court, link: &Link) -> LinkOutcome {
    court.store.link_append(link).await.unwrap()
}

#[tokio::test]
async fn a_link_is_written_once_and_a_number_is_taken_once() {
    let court = Court::open().await;
    let november = chain("2026-11#3");
    let first = &links(&november, 1)[0];
    assert_eq!(append(&court, first).await, LinkOutcome::Written);
    // An answer that was lost: the same link again.
    assert_eq!(append(&court, first).await, LinkOutcome::Written);
    let other = Link::seal(november.clone(), 1, "{}".to_owned(), Digest::ZERO);
    assert_eq!(append(&court, &other).await, LinkOutcome::Taken);
    let last = court.store.link_last(&november).await.unwrap();
    assert_eq!(last.as_ref(), Some(first));
}

#[tokio::test]
async fn links_are_read_in_both_orders_page_by_page_and_chains_are_kept_apart() {
    let court = Court::open().await;
    let (november, openings) = (chain("2026-11#3"), chain("openings"));
    let all = links(&november, 7);
    for link in all.iter().chain(&links(&openings, 2)) {
        append(&court, link).await;
    }
    let page = async |beyond, limit, order| {
        let page = court.store.links_page(&november, beyond, limit, order);
        page.await.unwrap()
    };
    let oldest = page(None, 4, Order::OldestFirst).await;
    assert_eq!((oldest.links, oldest.more), (all[..4].to_vec(), true));
    let rest = page(Some(4), 4, Order::OldestFirst).await;
    assert_eq!((rest.links, rest.more), (all[4..].to_vec(), false));
    let newest = page(Some(6), 2, Order::NewestFirst).await;
    let expected: Vec<_> = all[3..5].iter().rev().cloned().collect();
    assert_eq!((newest.links, newest.more), (expected, true));
    assert_eq!(
        court
            .store
            .link_last(&openings)
            .await
            .unwrap()
            .unwrap()
            .number,
        2
    );
    assert_eq!(
        court.store.link_last(&chain("2026-11#4")).await.unwrap(),
        None
    );
    let chains = court.store.chains().await.unwrap();
    assert_eq!(chains, BTreeSet::from([openings, november]));
}
