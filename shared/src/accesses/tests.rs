use casefold_events::{Digest, Timestamp};

use super::chain::{Chain, Ended, Link, LinkError, Month, Opening};
use super::read::ReadTo;

fn chain(text: &str) -> Chain {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn link(number: u64, prev_hash: Digest) -> Link {
    Link::seal(chain("2026-11#3"), number, "{}".to_owned(), prev_hash)
}

/// The hash is a promise to every later build: this value never changes.
#[test]
fn the_hash_of_a_link_is_pinned() {
    assert_eq!(
        link(1, Digest::ZERO).hash.to_string(),
        "c520ed9fc06e47f632644a44ec324a92e193aa561208f8d76e3be805bee0a08c"
    );
}

#[test]
fn a_link_that_is_altered_moved_or_misses_one_before_it_is_noticed() {
    let first = link(1, Digest::ZERO);
    let second = link(2, first.hash);
    assert_eq!(first.verify_after(0, Digest::ZERO), Ok(()));
    assert_eq!(second.verify_after(1, first.hash), Ok(()));
    assert_eq!(second.verify_after(0, Digest::ZERO), Err(LinkError::Gap(1)));
    assert_eq!(second.verify_after(1, Digest::ZERO), Err(LinkError::Broken));
    let body = "{ }".to_owned();
    let altered = Link {
        body,
        ..second.clone()
    };
    assert_eq!(altered.verify_after(1, first.hash), Err(LinkError::Altered));
    let elsewhere = chain("2026-11#4");
    let moved = Link {
        chain: elsewhere,
        ..second
    };
    assert_eq!(moved.verify_after(1, first.hash), Err(LinkError::Altered));
}

#[test]
fn chains_are_written_as_they_are_read_and_in_the_order_of_their_months() {
    for text in ["openings", "2026-11#3"] {
        assert_eq!(chain(text).to_string(), text);
    }
    assert!("2026-11".parse::<Chain>().is_err());
    assert!(chain("2026-09#15") < chain("2026-11#3"));
    assert_eq!(
        Month::of(at("2026-11-30T23:30:00-05:00")).as_str(),
        "2026-12"
    );
}

#[test]
fn an_opening_comes_back_as_it_was() {
    let opening = Opening {
        at: at("2026-11-01T00:00:00Z"),
        chain: chain("2026-11#3"),
        before: Some(Ended {
            chain: chain("2026-09#3"),
            number: 57,
            hash: Digest::of(b"last"),
        }),
    };
    let text = serde_json::to_string(&opening).unwrap();
    assert_eq!(serde_json::from_str::<Opening>(&text).unwrap(), opening);
}

#[test]
fn a_place_in_the_log_is_written_in_one_way() {
    for text in ["2026-11", "2026-11,3:57,9:4"] {
        assert_eq!(text.parse::<ReadTo>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "yesterday",
        "2026-11,9:4,3:57",
        "2026-11,3",
        "2026-11,3:x",
    ] {
        assert!(text.parse::<ReadTo>().is_err(), "{text}");
    }
}
