//! The words under which a case is found, and a search for them.
//!
//! Words are folded: lower-case ASCII, so that `Müller`, `MULLER` and `muller` are one.
//! What stands in nearly every caption ("Petitioner", "Commissioner of Internal Revenue")
//! is left out. A docket number with its suffix is one word, so `101-2`, `101-26` and
//! `101-26S` all find it.

use std::collections::BTreeSet;
use std::ops::Bound;

use casefold_events::Personal;
use deunicode::deunicode;
use serde::{Deserialize, Serialize};

use crate::case::Case;

/// The fewest characters of a word that is searched for, and that is found.
pub(super) const MIN_CHARACTERS: usize = 2;

/// The most characters of a word: a sort text has room for so many, and to spare.
const MAX_CHARACTERS: usize = 40;

/// How many words of a caption, and of a name, a case is found by. Few have more than ten.
const MAX_WORDS_OF_CAPTION: usize = 64;
const MAX_WORDS_OF_NAME: usize = 16;

/// How much of a text is looked at for its words, in characters.
const MAX_TEXT: usize = 2_000;

/// The most words in a search. More narrow down nothing.
const MAX_WORDS_OF_QUERY: usize = 8;

/// What is in nearly every caption, or tells nothing.
const STOP_WORDS: &[&str] = &[
    "a",
    "al",
    "an",
    "and",
    "by",
    "commissioner",
    "et",
    "for",
    "in",
    "internal",
    "of",
    "petitioner",
    "petitioners",
    "respondent",
    "revenue",
    "the",
    "v",
    "vs",
];

/// The words of a case, by who may find it by them while it is not sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Everybody: of its number, its caption and its parties' names.
    pub public: BTreeSet<String>,
    /// The court alone: of counsel's names, where they are not in the public ones.
    pub court: BTreeSet<String>,
}

impl Words {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.public.len() + self.court.len()
    }

    /// Whether there is none. A case has one at least, its number.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The words of a case.
pub fn words(case: &Case) -> Words {
    let number = case.docket_number_with_suffix().to_ascii_lowercase();
    let names = case
        .parties
        .iter()
        .flat_map(|contact| std::iter::once(&contact.name).chain(&contact.secondary_name));
    let public: BTreeSet<String> = std::iter::once(number)
        .chain(of_text(case.caption.expose()).take(MAX_WORDS_OF_CAPTION))
        .chain(names.flat_map(of_name))
        .filter(|word| word.len() >= MIN_CHARACTERS)
        .collect();
    let court = case
        .counsel
        .iter()
        .flat_map(|counsel| of_name(&counsel.name))
        .filter(|word| word.len() >= MIN_CHARACTERS && !public.contains(word))
        .collect();
    Words { public, court }
}

fn of_name(name: &Personal<String>) -> impl Iterator<Item = String> {
    of_text(name.expose()).take(MAX_WORDS_OF_NAME)
}

/// The words of a text, of any length from one character on.
fn of_text(text: &str) -> impl Iterator<Item = String> {
    let end = text
        .char_indices()
        .nth(MAX_TEXT)
        .map_or(text.len(), |(end, _)| end);
    let folded = deunicode(&text[..end])
        .to_ascii_lowercase()
        .replace('\'', "");
    let words: Vec<String> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !STOP_WORDS.contains(word))
        .map(|word| word.chars().take(MAX_CHARACTERS).collect())
        .collect();
    words.into_iter()
}

/// A search: each of its words is the beginning of a word of the case.
#[derive(Clone, PartialEq, Eq)]
pub struct WordQuery {
    /// The longest, by which rows are read.
    longest: String,
    /// The others, which a case must match as well.
    others: Vec<String>,
}

/// What is searched for are people's names: it is not printed.
impl std::fmt::Debug for WordQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a search by {} words", 1 + self.others.len())
    }
}

/// A search without a word that could find anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the search has no word to find a case by; name at least two characters of a name, of the \
     caption or of a docket number, beside words that nearly every caption has"
)]
pub struct NoWords;

impl WordQuery {
    /// Understands what somebody searches for.
    ///
    /// # Errors
    /// [`NoWords`] where no word of two characters is left.
    pub fn parse(text: &str) -> Result<Self, NoWords> {
        let mut words = Vec::new();
        for part in text.split_whitespace() {
            match docket_number_prefix(part) {
                Some(number) => words.push(number),
                None => words.extend(of_text(part)),
            }
        }
        words.truncate(MAX_WORDS_OF_QUERY);
        // Of words of one length the first: people begin with what they know best.
        let longest = (0..words.len())
            .rev()
            .max_by_key(|at| words[*at].len())
            .ok_or(NoWords)?;
        let longest = words.remove(longest);
        if longest.len() < MIN_CHARACTERS {
            return Err(NoWords);
        }
        Ok(Self {
            longest,
            others: words,
        })
    }

    /// The word by which rows are read.
    pub fn longest(&self) -> &str {
        &self.longest
    }

    /// Whether there is one word alone.
    pub fn has_one_word(&self) -> bool {
        self.others.is_empty()
    }

    /// The key of [`List::Names`](super::List::Names) under which those rows are.
    pub fn key(&self) -> &str {
        key_of_word(&self.longest)
    }

    /// Whether a case that is known by these words is meant.
    pub fn matches(&self, known_by: &[&BTreeSet<String>]) -> bool {
        let begins = |word: &String| known_by.iter().any(|words| first(words, word).is_some());
        begins(&self.longest) && self.others.iter().all(begins)
    }

    /// Whether, among the words that a case is known by, this is the first that the longest
    /// word begins. A case is found once and not once for each of its words that fit.
    pub fn is_first(&self, word: &str, known_by: &[&BTreeSet<String>]) -> bool {
        let first = known_by
            .iter()
            .filter_map(|words| first(words, &self.longest));
        first.min() == Some(word)
    }
}

/// The first word that begins so.
fn first<'a>(words: &'a BTreeSet<String>, begins: &str) -> Option<&'a str> {
    let from = (Bound::Included(begins), Bound::Unbounded);
    let next = words.range::<str, _>(from).next()?;
    next.starts_with(begins).then_some(next)
}

/// The key under which the rows of a word are.
pub(super) fn key_of_word(word: &str) -> &str {
    word.get(..MIN_CHARACTERS).unwrap_or(word)
}

/// The beginning of a docket number that has its hyphen, say `101-2` or `101-26SL`.
fn docket_number_prefix(text: &str) -> Option<String> {
    let (serial, rest) = text.split_once('-')?;
    let suffix = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let year = rest.len() - suffix.len();
    let is_serial = (1..=6).contains(&serial.len()) && serial.bytes().all(|b| b.is_ascii_digit());
    let is_suffix = suffix.len() <= 2 && suffix.bytes().all(|b| b.is_ascii_alphabetic());
    let is_number = is_serial && is_suffix && (year == 2 || (year < 2 && suffix.is_empty()));
    is_number.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        of_text(text).collect()
    }

    fn known(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_are_folded_and_what_every_caption_has_is_left_out() {
        let caption =
            "Nora Quist & Zoë Ångström-O'Brien, Petitioners v. Commissioner of Internal Revenue";
        assert_eq!(of(caption), ["nora", "quist", "zoe", "angstrom", "obrien"]);
        assert_eq!(of("Łukasz Groß"), ["lukasz", "gross"]);
        assert_eq!(of(" the, of -- 'and' "), Vec::<String>::new());
    }

    #[test]
    fn a_search_reads_by_its_longest_word_and_the_others_narrow_it_down() {
        let query = WordQuery::parse("no QUI").unwrap();
        assert_eq!((query.longest(), query.key()), ("qui", "qu"));
        assert!(query.matches(&[&known(&["nora", "quist"])]));
        assert!(query.matches(&[&known(&["nora"]), &known(&["quill"])]));
        assert!(!query.matches(&[&known(&["vera", "quist"])]));
        assert!(!query.matches(&[&known(&["nora", "squire"])]));
    }

    #[test]
    fn a_case_with_several_words_that_fit_is_found_by_the_first_of_them() {
        let query = WordQuery::parse("mar").unwrap();
        let (public, court) = (known(&["maria", "martin"]), known(&["marble"]));
        assert!(query.is_first("maria", &[&public]));
        assert!(!query.is_first("martin", &[&public]));
        assert!(!query.is_first("maria", &[&public, &court]));
        assert!(query.is_first("marble", &[&public, &court]));
    }

    #[test]
    fn a_docket_number_is_one_word_however_much_of_it_is_known() {
        for text in ["101-2", "101-26", "101-26s", "101-26S", "101-"] {
            let query = WordQuery::parse(text).unwrap();
            assert!(query.matches(&[&known(&["101-26s"])]), "{text}");
        }
        assert!(
            !WordQuery::parse("101-26L")
                .unwrap()
                .matches(&[&known(&["101-26s"])])
        );
        let name = WordQuery::parse("Smith-Jones").unwrap();
        assert!(name.matches(&[&known(&["jones", "smith"])]));
    }

    #[test]
    fn a_search_without_a_word_of_two_characters_is_refused() {
        for text in ["", "  ", "q", "the Petitioner", "&&", "v. a b"] {
            assert_eq!(WordQuery::parse(text), Err(NoWords), "{text}");
        }
    }

    #[test]
    fn what_is_searched_for_is_not_printed() {
        let query = WordQuery::parse("Nora Quist").unwrap();
        assert_eq!(format!("{query:?}"), "a search by 2 words");
    }
}
