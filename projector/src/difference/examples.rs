//! How many cases, and a few of them as examples.

use casefold_events::{DocketNumber, Personal, Version};
use serde::Serialize;
use serde_json::Value;

use super::changes::FieldChange;
use super::text::{shortened, type_of};

/// How many examples are kept of each count: those with the lowest docket numbers, so that
/// they don't depend on the order in which cases come.
const EXAMPLES: usize = 3;

/// Whether examples show what is in the documents. It may be personal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Values {
    /// They show the types of values: `string → object`. Of a case they tell its docket
    /// number and paths, with the ids of elements.
    #[default]
    Hidden,
    /// They show the values, shortened. It is for an operator's eyes and never for a log.
    Shown,
}

/// How many cases, and a few of them: those with the lowest docket numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cases<T = DocketNumber> {
    /// How many.
    pub cases: u64,
    /// Up to three of them, in order.
    pub examples: Vec<T>,
}

/// A case whose generations are at different versions, so that it can't be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionsExample {
    /// The case.
    pub docket_number: DocketNumber,
    /// Its version in the old generation.
    pub old: Version,
    /// Its version in the new generation.
    pub new: Version,
}

/// A difference in one case, as an example: the first of its field in this case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Example {
    /// The case.
    pub docket_number: DocketNumber,
    /// The field in this case, as [`FieldPath`](super::FieldPath) writes it.
    pub path: String,
    /// What the old generation has there: the type of its value, or the value shortened to
    /// 80 characters, as [`Values`] has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Personal<String>>,
    /// What the new generation has there, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Personal<String>>,
}

impl<T> Default for Cases<T> {
    fn default() -> Self {
        Self {
            cases: 0,
            examples: Vec::new(),
        }
    }
}

impl<T: Ord> Cases<T> {
    pub(super) fn add(&mut self, example: T) {
        self.cases += 1;
        self.keep(example);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.cases += other.cases;
        for example in other.examples {
            self.keep(example);
        }
    }

    fn keep(&mut self, example: T) {
        let at = self.examples.partition_point(|kept| *kept <= example);
        if at < EXAMPLES {
            self.examples.insert(at, example);
            self.examples.truncate(EXAMPLES);
        }
    }
}

impl Example {
    pub(super) fn of(docket_number: DocketNumber, change: &FieldChange, values: Values) -> Self {
        let text = |value: &Value| {
            Personal::from(match values {
                Values::Hidden => type_of(value).to_owned(),
                Values::Shown => shortened(value),
            })
        };
        Self {
            docket_number,
            path: change.path.to_string(),
            old: change.old.as_ref().map(text),
            new: change.new.as_ref().map(text),
        }
    }
}
