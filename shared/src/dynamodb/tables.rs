//! The tables: their names, keys and key formats. Each stands here and nowhere else.

use std::borrow::Cow;

use casefold_events::proof::heads::Bucket;
use casefold_events::{CommandId, CommitRef, Digest, DocketEntryId, DocketNumber, Version};

use uuid::Uuid;

use super::item::{Item, number, text};
use crate::accesses::chain::Chain;
use crate::audit::{Dimension, Place};
use crate::gateway::{Forgetting, Generation, Operation, ProjectionId};
use crate::lists::List;

/// A table as it is created, by us or by the infrastructure's code, which is tested
/// against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    /// What follows the deployment's prefix and a hyphen in the table's name.
    pub name_suffix: &'static str,
    /// The partition key, a text.
    pub hash_key: &'static str,
    /// The sort key.
    pub range_key: &'static str,
    /// The type of the sort key.
    pub range_type: KeyType,
    /// Whether the table has a stream, of new images.
    pub stream: bool,
    /// Whether it can be brought back to a point in time of the last weeks. What holds personal
    /// data in clear, or the keys to it, can't be: there it would outlive being forgotten.
    pub recoverable: bool,
}

/// The type of a key attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// A number.
    Number,
    /// A text.
    Text,
}

impl KeyType {
    /// The type as DynamoDB writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "N",
            Self::Text => "S",
        }
    }
}

/// The partition key of every table.
pub const HASH_KEY: &str = "pk";

/// The sort key of every table.
pub const RANGE_KEY: &str = "sk";

/// The table of commits. Its stream wakes the projector.
pub const EVENTS: TableDefinition = TableDefinition {
    name_suffix: "events",
    hash_key: HASH_KEY,
    range_key: RANGE_KEY,
    range_type: KeyType::Number,
    stream: true,
    recoverable: true,
};

/// The table of what is derived.
pub const SNAPSHOTS: TableDefinition = TableDefinition {
    name_suffix: "snapshots",
    hash_key: HASH_KEY,
    range_key: RANGE_KEY,
    range_type: KeyType::Text,
    stream: false,
    recoverable: false,
};

/// The table of counters, claims and checkpoints.
pub const CONTROL: TableDefinition = TableDefinition {
    name_suffix: "control",
    hash_key: HASH_KEY,
    range_key: RANGE_KEY,
    range_type: KeyType::Text,
    stream: false,
    recoverable: true,
};

/// The table of the keys under which personal values are encrypted.
pub const KEYS: TableDefinition = TableDefinition {
    name_suffix: "keys",
    hash_key: HASH_KEY,
    range_key: RANGE_KEY,
    range_type: KeyType::Text,
    stream: false,
    recoverable: false,
};

/// The table of the log of accesses: like that of commits, only ever appended to.
pub const ACCESSES: TableDefinition = TableDefinition {
    name_suffix: "accesses",
    hash_key: HASH_KEY,
    range_key: RANGE_KEY,
    range_type: KeyType::Number,
    stream: false,
    recoverable: true,
};

/// The table of signed checkpoints, and of what they stand over. As in that of commits, nothing
/// in it is ever changed.
pub const CHECKPOINTS: TableDefinition = TableDefinition {
    name_suffix: "checkpoints",
    hash_key: HASH_KEY,
    range_key: RANGE_KEY,
    range_type: KeyType::Text,
    stream: false,
    recoverable: true,
};

/// Every table.
pub const ALL: [TableDefinition; 6] = [EVENTS, SNAPSHOTS, CONTROL, KEYS, ACCESSES, CHECKPOINTS];

impl TableDefinition {
    /// The table's name in a deployment.
    pub fn name(&self, prefix: &str) -> String {
        format!("{prefix}-{}", self.name_suffix)
    }
}

/// The names of a deployment's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The table of commits.
    pub events: String,
    /// The table of what is derived.
    pub snapshots: String,
    /// The table of counters, claims and checkpoints.
    pub control: String,
    /// The table of the log of accesses.
    pub accesses: String,
    /// The table of signed checkpoints.
    pub checkpoints: String,
    /// The table of keys.
    pub keys: String,
}

impl Tables {
    /// The tables whose names begin with a prefix.
    pub fn with_prefix(prefix: &str) -> Self {
        Self {
            events: EVENTS.name(prefix),
            snapshots: SNAPSHOTS.name(prefix),
            control: CONTROL.name(prefix),
            accesses: ACCESSES.name(prefix),
            checkpoints: CHECKPOINTS.name(prefix),
            keys: KEYS.name(prefix),
        }
    }
}

/// The generation of the command-id rows: a projection of their own, and a change of
/// their shape is a new generation of it.
const COMMANDS_GENERATION: u32 = 1;

const CASE: &str = "CASE#";

/// The partition of a case's commits.
pub(super) fn case_partition(docket_number: DocketNumber) -> String {
    format!("{CASE}{docket_number}")
}

/// The case whose commits are in a partition.
pub(super) fn case_of_partition(partition: &str) -> Option<DocketNumber> {
    partition.strip_prefix(CASE)?.parse().ok()
}

/// What every partition of a year's cases contains, and no other case's does.
pub(super) fn year_in_partition(year: u8) -> String {
    format!("-{year:02}")
}

/// The key of a commit.
pub(super) fn commit_key(commit: CommitRef) -> Item {
    Item::from([
        (
            HASH_KEY.to_owned(),
            text(case_partition(commit.docket_number)),
        ),
        (RANGE_KEY.to_owned(), number(commit.version.0)),
    ])
}

/// The key of the item that holds a case's keys.
pub(super) fn case_keys_key(docket_number: DocketNumber) -> Item {
    text_key(case_partition(docket_number), "keys")
}

/// The partition of the court's keys.
pub(super) const COURT_KEYS: &str = "COURT";

/// The sort key of a key of the court.
pub(super) fn court_key_sort(number: u32) -> String {
    format!("key#{number:06}")
}

/// The partition of the acts of forgetting.
pub(super) const FORGETTINGS: &str = "FORGETTINGS";

/// The sort key of an act of forgetting: in the order of their times.
pub(super) fn forgetting_sort(forgetting: &Forgetting) -> String {
    format!("{}#{}", forgetting.at, forgetting.id)
}

/// A key of a table whose sort key is a text.
pub(super) fn text_key(partition: impl Into<String>, sort: impl Into<String>) -> Item {
    Item::from([
        (HASH_KEY.to_owned(), text(partition)),
        (RANGE_KEY.to_owned(), text(sort)),
    ])
}

const ACCESSES_OF: &str = "ACCESSES#";

/// The partition of a chain of the log of accesses.
pub(super) fn access_partition(chain: &Chain) -> String {
    format!("{ACCESSES_OF}{chain}")
}

/// The chain whose links are in a partition.
pub(super) fn chain_of_partition(partition: &str) -> Option<Chain> {
    partition.strip_prefix(ACCESSES_OF)?.parse().ok()
}

/// The key of a link of the log of accesses.
pub(super) fn access_key(chain: &Chain, link: u64) -> Item {
    Item::from([
        (HASH_KEY.to_owned(), text(access_partition(chain))),
        (RANGE_KEY.to_owned(), number(link)),
    ])
}

/// The key of a petition's claim on its command id.
pub(super) fn claim_key(command_id: &CommandId) -> Item {
    text_key(format!("CLAIM#{command_id}"), "claim")
}

/// The key of a year's docket-number counter.
pub(super) fn counter_key(year: u8) -> Item {
    text_key(format!("COUNTER#{year:02}"), "counter")
}

/// The key of a checkpoint.
pub(super) fn checkpoint_key(name: &str) -> Item {
    text_key(format!("CHECKPOINT#{name}"), "checkpoint")
}

/// The partition of all signed checkpoints.
pub(super) const SIGNED_CHECKPOINTS: &str = "CHECKPOINTS";

/// The key of a signed checkpoint. Texts of twenty digits are in the order of their numbers.
pub(super) fn signed_checkpoint_key(number: u64) -> Item {
    text_key(SIGNED_CHECKPOINTS, format!("{number:020}"))
}

/// The partition of a checkpoint's directory, or of one of its buckets.
pub(super) fn checkpoint_partition(contents: Uuid, bucket: Option<Bucket>) -> String {
    match bucket {
        Some(bucket) => format!("CONTENTS#{contents}#{bucket}"),
        None => format!("CONTENTS#{contents}"),
    }
}

/// The sort key of a part of a directory or bucket, from 0.
pub(super) fn checkpoint_part_sort(nth: usize) -> String {
    format!("part#{nth:05}")
}

/// The key of a projection's generations.
pub(super) fn generations_key(projection: &str) -> Item {
    text_key(format!("PROJECTION#{projection}"), "generations")
}

/// The partition of the operations log.
pub(super) const OPERATIONS: &str = "OPERATIONS";

/// The sort key of an operation: in the order of their times.
pub(super) fn operation_sort(operation: &Operation) -> String {
    format!("{}#{}", operation.at, operation.id)
}

/// The partition of a group of leases.
pub(super) fn leases_partition(group: &str) -> String {
    format!("LEASES#{group}")
}

/// The key of the mark that a generation's contents bear.
pub(super) fn contents_key(of: ProjectionId) -> Item {
    text_key(format!("contents@{of}"), "contents")
}

/// Whether what is stored in a partition of the snapshot table belongs to a generation. The
/// mark is left out: it is removed before everything else.
pub(super) fn is_of_generation(partition: &str, of: ProjectionId) -> bool {
    let belongs = |prefix: &str| {
        let rest = partition.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    };
    let generation = of.generation;
    // The rows of lists are kept under the names of their parts.
    let of_lists = of.name == crate::lists::NAME
        && (belongs(&format!("list@{generation}")) || belongs(&format!("buckets@{generation}")));
    belongs(&of.to_string()) || belongs(&format!("quarantine@{of}")) || of_lists
}

/// The partition of a case's snapshot.
pub(super) fn snapshot_partition(generation: Generation, docket_number: DocketNumber) -> String {
    format!("case@{generation}#{docket_number}")
}

/// The sort key of a snapshot's header.
pub(super) const HEADER: &str = "header";

/// What the sort keys of all pages begin with.
pub(super) const PAGES: &str = "page#";

/// The sort key of a page of the docket record, from 0. Five digits hold 2.5 million
/// entries in the order of their index.
pub(super) fn page_sort(page: u32) -> String {
    format!("{PAGES}{page:05}")
}

/// The sort key of a row that continues a header or a page, from 1.
pub(super) fn continuation_sort(of: &str, part: usize) -> String {
    format!("{of}+{part:04}")
}

/// The sort key of a directory row, which says where on the record an entry is.
pub(super) fn directory_sort(id: DocketEntryId) -> String {
    format!("entry#{id}")
}

/// The key of the row that remembers a case's command.
pub(super) fn command_key(docket_number: DocketNumber, command_id: &CommandId) -> Item {
    let partition = format!("command@{COMMANDS_GENERATION}#{docket_number}#{command_id}");
    text_key(partition, "command")
}

/// The partition of a case's milestones.
pub(super) fn milestones_partition(generation: Generation, docket_number: DocketNumber) -> String {
    let name = crate::milestone::NAME;
    format!("{name}@{generation}#{docket_number}")
}

/// What the sort keys of all heads of milestones begin with.
pub(super) const MILESTONE_HEADS: &str = "head#";

/// The sort key of a milestone's head: in the order of their versions.
pub(super) fn milestone_head_sort(version: Version) -> String {
    format!("{MILESTONE_HEADS}{version:010}")
}

/// The sort key of a part of the case in a milestone, from 0.
pub(super) fn milestone_case_sort(version: Version, part: usize) -> String {
    format!("case#{version:010}#{part:04}")
}

/// The partition of the parked cases.
pub(super) fn quarantine_partition(generation: Generation) -> String {
    format!("quarantine@case@{generation}")
}

/// The partition of the cases whose lists are parked.
pub(super) fn lists_quarantine_partition(generation: Generation) -> String {
    format!("quarantine@lists@{generation}")
}

/// The partition that says what of a case is stored in lists.
pub(super) fn lists_partition(generation: Generation, docket_number: DocketNumber) -> String {
    format!("lists@{generation}#{docket_number}")
}

/// The partition that says what of a case is stored in a projection of rows. A docket number
/// begins with a digit, so it is never where rows are.
pub(super) fn row_case_partition(of: ProjectionId, docket_number: DocketNumber) -> String {
    format!("{of}#{docket_number}")
}

/// The partition of the rows that a projection has under a key.
pub(super) fn row_partition(of: ProjectionId, key: &str) -> String {
    format!("{of}#rows#{key}")
}

/// The partition of the cases that are parked in a projection of rows.
pub(super) fn rows_quarantine_partition(of: ProjectionId) -> String {
    format!("quarantine@{of}")
}

/// The partition of a place in the audit index. Rows of a case are beside what says how far it
/// is, whose sort key begins with a letter, and theirs with a digit.
pub(super) fn index_partition(of: ProjectionId, place: &Place) -> String {
    match place.dimension {
        Dimension::Case => format!("{of}#{}", place.value),
        Dimension::All
        | Dimension::Actor
        | Dimension::Role
        | Dimension::Command
        | Dimension::EventType
        | Dimension::Entry
        | Dimension::Correlation
        | Dimension::Source => format!("{of}#rows#{place}"),
    }
}

/// The sort key of the row that says how far a case's rows are.
pub(super) const STATE: &str = "state";

/// The sort key of the row that says which rows a case has.
pub(super) const INVENTORY: &str = "rows";

/// The sort key of the row that has what a projection of rows keeps of a case.
pub(super) const KEPT: &str = "kept";

/// Where rows of one list, key and bucket are. The list's name and the bucket have no `#`,
/// so no two of them are in one place.
pub(super) fn list_place(list: List, key: &str, bucket: &str) -> String {
    format!(
        "{list}#{}#{bucket}",
        key_in_partition(key),
        list = list.as_str()
    )
}

/// The partition of a place.
pub(super) fn list_partition(generation: Generation, place: &str) -> String {
    format!("list@{generation}#{place}")
}

/// The partition of the buckets that a list has under a key.
pub(super) fn buckets_partition(generation: Generation, list: List, key: &str) -> String {
    let list = list.as_str();
    format!("buckets@{generation}#{list}#{}", key_in_partition(key))
}

/// A partition key takes 2,048 bytes: a longer key stands in it by its digest.
fn key_in_partition(key: &str) -> Cow<'_, str> {
    const MAX_BYTES: usize = 1_024;
    if key.len() <= MAX_BYTES {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(Digest::of(key.as_bytes()).to_string())
    }
}

#[cfg(test)]
mod tests;
