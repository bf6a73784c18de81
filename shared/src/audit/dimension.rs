//! The dimensions in which commits are looked up, and where rows are in them.

use std::fmt;

use casefold_events::{Digest, DocketNumber};

/// By what commits are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// By nothing: all commits, by time alone.
    All,
    /// By the case.
    Case,
    /// By who sent the command.
    Actor,
    /// By the role in which they did.
    Role,
    /// By the command.
    Command,
    /// By a type of event.
    EventType,
    /// By a docket entry that an event is about.
    Entry,
    /// By the id that ties one act's commits together.
    Correlation,
    /// By the address that the command came from.
    Source,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 9] = [
        Self::All,
        Self::Case,
        Self::Actor,
        Self::Role,
        Self::Command,
        Self::EventType,
        Self::Entry,
        Self::Correlation,
        Self::Source,
    ];

    /// Its name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Case => "case",
            Self::Actor => "actor",
            Self::Role => "role",
            Self::Command => "command",
            Self::EventType => "type",
            Self::Entry => "entry",
            Self::Correlation => "correlation",
            Self::Source => "source",
        }
    }

    /// Into how many shards a value of it is split. A partition of DynamoDB takes 1,000 writes a
    /// second, and a row is one. Another number of them is another generation.
    pub const fn shards(self) -> u32 {
        match self {
            // Every commit of the court: 16,000 a second.
            Self::All => 16,
            // A role, a command or a type of event may be most of what happens: 8,000 a second.
            // A reader of a narrower question has fewer shards to ask.
            Self::Role | Self::Command | Self::EventType => 8,
            // A person is slow. The service's own policies, which are an actor, and an import
            // are not.
            Self::Actor => 4,
            // One case, one act, one address: a few commits.
            Self::Case | Self::Entry | Self::Correlation | Self::Source => 1,
        }
    }

    /// The shard in which a case's rows are.
    pub fn shard_of(self, docket_number: DocketNumber) -> u32 {
        let digest = Digest::of(docket_number.to_string().as_bytes());
        let [first, second, ..] = *digest.as_bytes();
        u32::from(u16::from_be_bytes([first, second])) % self.shards()
    }
}

/// Where rows are: a value of a dimension, and one of its shards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The dimension.
    pub dimension: Dimension,
    /// The shard, from 0.
    pub shard: u32,
    /// The value; empty for all commits. At most 128 bytes.
    pub value: String,
}

impl Place {
    /// Where the rows of a case are under a value.
    pub fn of(dimension: Dimension, value: impl Into<String>, docket_number: DocketNumber) -> Self {
        Self {
            dimension,
            shard: dimension.shard_of(docket_number),
            value: value.into(),
        }
    }

    /// All places of a value.
    pub fn all(dimension: Dimension, value: &str) -> Vec<Self> {
        let place = |shard| Self {
            dimension,
            shard,
            value: value.to_owned(),
        };
        (0..dimension.shards()).map(place).collect()
    }
}

/// `actor#3#clerk-1`. Neither name nor shard has a `#`, so no two places are written alike.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dimension = self.dimension.as_str();
        write!(f, "{dimension}#{}#{}", self.shard, self.value)
    }
}
