//! Why a rule file is refused.

use std::fmt;

use serde::{Serialize, Serializer};

use super::summary::Comparison;

/// Why a rule file can't be used. Each is the operator's to mend, in the file or the command.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is no JSON, or no rule file.
    #[error(
        "the rule file can't be read: write {{\"projection\": …, \"from\": …, \"to\": …, \
         \"expected\": […]}}"
    )]
    File(#[source] serde_json::Error),
    /// It is about another projection or other generations.
    #[error("the rules are for {rules}, but compared is {compared}: give the rules for that")]
    OtherComparison {
        /// What the rules are for.
        rules: Comparison,
        /// What is compared.
        compared: Comparison,
    },
    /// An entry has a name or value that isn't known, or lacks one.
    #[error("{entry} can't be read: write field and change, and as needed in, maxCases and why")]
    Entry {
        /// The entry.
        entry: EntryName,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The field of an entry can't be one.
    #[error("{entry} names no field: {advice}")]
    Field {
        /// The entry.
        entry: EntryName,
        /// What to do about it.
        advice: &'static str,
    },
    /// An entry is to occur in every case, and is about more than one count.
    #[error(
        "{entry} can't be looked for in every case, as cases are counted by field and change: \
         name one field and one change, or write atLeastOne"
    )]
    EveryOfSeveral {
        /// The entry.
        entry: EntryName,
    },
    /// Two entries are about the same.
    #[error("{entry} has the same field and change as {first}: delete one of them")]
    Twice {
        /// The second.
        entry: EntryName,
        /// The first.
        first: EntryName,
    },
}

/// An entry of a rule file, by its position (from 0) and field:
/// ``expected[2] (`automaticBlock`)``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryName {
    /// Its position.
    pub position: usize,
    /// Its field as written; empty where there is none.
    pub field: String,
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected[{}] (`{}`)", self.position, self.field)
    }
}

impl Serialize for EntryName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
