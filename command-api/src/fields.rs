//! Asking for fields of a case by name: what a wrong name is answered with.

use std::collections::BTreeSet;

use casefold_events::Digest;
use casefold_shared::fields::names;

/// How many names are suggested.
const SUGGESTED: usize = 5;

/// The case has and had no such field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the case has no field {asked:?}, and had none; near it are {}", .near.join(", "))]
pub struct NoSuchField {
    /// What was asked for, cut short.
    pub asked: String,
    /// The names of fields that it has which are the most alike.
    pub near: Vec<String>,
}

/// That a case has no such field, with names that it has.
pub fn no_such_field<'a>(asked: &str, paths: impl Iterator<Item = &'a str>) -> NoSuchField {
    let asked: String = asked.chars().take(64).collect();
    let known: BTreeSet<&str> = paths.flat_map(names).collect();
    let wanted = names(&asked).last().unwrap_or_default().to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (distance(&wanted, &name.to_lowercase()), name))
        .collect();
    near.sort_unstable();
    near.truncate(SUGGESTED);
    NoSuchField {
        near: near.into_iter().map(|(_, name)| name.to_owned()).collect(),
        asked,
    }
}

/// How many letters have to be put, dropped or changed to make one name of another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (n, there) in other.iter().enumerate() {
            let above = row.get(n + 1).copied().unwrap_or_default();
            let here = (diagonal + usize::from(letter != *there))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            if let Some(slot) = row.get_mut(n) {
                *slot = left;
            }
            left = here;
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// What is asked for as a word of a fixed length, for binding a cursor to it.
pub(crate) fn word_of(asked: Option<&str>) -> String {
    let mut word = Digest::of(asked.unwrap_or_default().as_bytes()).to_string();
    word.truncate(16);
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_the_most_alike_come_first() {
        let paths = ["caption", "docketEntries[1].servedAt", "status", "sealedAt"];
        let told = no_such_field("docketEntries[1].servdAt", paths.into_iter());
        assert_eq!(told.near.first().map(String::as_str), Some("servedAt"));
        assert_eq!(told.near.get(1).map(String::as_str), Some("sealedAt"));
    }

    #[test]
    fn a_distance_is_counted_in_letters() {
        for (one, other, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("status", "status", 0),
            ("flaw", "lawn", 2),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
