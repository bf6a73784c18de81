//! Cursors of lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casefold_command_api::http::cursor::{self, List, lists};
use casefold_events::DocketNumber;
use casefold_shared::accesses::read::ReadTo;
use casefold_shared::audit::Position;

use crate::Outcome;

/// The lists that have cursors.
const LISTS: [List; 5] = [
    List::DocketEntries,
    List::OldestCommits,
    List::NewestCommits,
    List::Blame,
    List::Difference,
];

/// A cursor; or what is in one, behind a `=`, which no cursor has.
///
/// # Panics
/// Where a cursor is taken that the service doesn't write, or by a list that is not its own.
pub fn cursor(data: &[u8]) -> Outcome {
    let text = match data.strip_prefix(b"=") {
        Some(inner) => URL_SAFE_NO_PAD.encode(inner),
        None => match std::str::from_utf8(data) {
            Ok(text) => text.to_owned(),
            Err(_) => return Outcome::Refused,
        },
    };
    let of_cases = of_cases(&text);
    let of_lists = of_lists(&text);
    assert!(of_cases + of_lists <= 1, "a cursor belongs to one list");
    match of_cases + of_lists {
        0 => Outcome::Refused,
        _ => Outcome::Taken,
    }
}

/// How many of the lists of two cases take a cursor.
fn of_cases(text: &str) -> usize {
    let cases = [(101, 26), (102, 26)].map(|(serial, year)| DocketNumber::new(serial, year));
    let lists = cases
        .into_iter()
        .flatten()
        .flat_map(|case| LISTS.map(|list| (list, case)));
    let takes = |(list, case): &(List, DocketNumber)| {
        let bare = cursor::decode(text, *list, *case);
        let bound = cursor::decode_bound(text, *list, *case);
        if let Ok(after) = &bare {
            assert_eq!(cursor::encode(*list, *case, *after), text);
            assert!(bound.is_err(), "it is bound or it is not");
        }
        if let Ok((after, word)) = &bound {
            assert_eq!(cursor::encode_bound(*list, *case, *after, word), text);
            let taken = cursor::decode_bound_to(text, *list, *case, word);
            assert_eq!(taken.ok(), Some(*after));
            let other = cursor::decode_bound_to(text, *list, *case, &format!("{word}x"));
            assert!(other.is_err(), "it is bound to its word");
        }
        bare.is_ok() || bound.is_ok()
    };
    lists.filter(takes).count()
}

/// How many of two lists of the court take a cursor.
fn of_lists(text: &str) -> usize {
    let digests = ["Judge Colvin", "Judge Ashford"].map(|key| lists::cursor_digest("fuzz", &[key]));
    let takes = |digest: &&String| {
        let Ok(place) = lists::decode(text, digest) else {
            return false;
        };
        assert_eq!(lists::encode(digest, &place), text);
        if let Ok(position) = place.parse::<Position>() {
            assert_eq!(position.to_string(), place);
        }
        if let Ok(read_to) = place.parse::<ReadTo>() {
            assert_eq!(read_to.to_string(), place);
        }
        true
    };
    digests.iter().filter(takes).count()
}
