//! Small rows of the snapshot table: carried-out commands, and parked cases.

use std::collections::BTreeMap;

use casefold_events::{CommandId, DocketNumber, Timestamp, Version};

use super::item::{Item, corrupt, get_number, get_parsed, get_text, number, text};
use super::tables::{RANGE_KEY, command_key, text_key};
use crate::gateway::{CommandRow, Quarantined, StoreError};

/// The items of rows, each key once: a batch may not name an item twice.
pub(super) fn command_items(rows: &[CommandRow]) -> Vec<Item> {
    let mut items = BTreeMap::new();
    for row in rows {
        // A command id is carried out once in a case; were it there twice, its first
        // commit would be the one that counts.
        items
            .entry((row.docket_number, &row.command_id))
            .or_insert_with(|| command_item(row));
    }
    items.into_values().collect()
}

fn command_item(row: &CommandRow) -> Item {
    let mut item = command_key(row.docket_number, &row.command_id);
    item.insert("version".to_owned(), number(row.version.0));
    item.insert(
        "command_digest".to_owned(),
        text(row.command_digest.to_string()),
    );
    item
}

pub(super) fn command_row(
    item: &Item,
    docket_number: DocketNumber,
    command_id: &CommandId,
) -> Result<CommandRow, StoreError> {
    Ok(CommandRow {
        docket_number,
        command_id: command_id.clone(),
        version: Version(get_number(item, "version")?),
        command_digest: get_parsed(item, "command_digest")?,
    })
}

/// The key of a parked case, in the partition of a projection's parked cases.
pub(super) fn quarantine_key(partition: String, docket_number: DocketNumber) -> Item {
    text_key(partition, docket_number.to_string())
}

pub(super) fn quarantine_item(partition: String, parked: &Quarantined) -> Item {
    let mut item = quarantine_key(partition, parked.docket_number);
    item.insert("version".to_owned(), number(parked.version.0));
    item.insert("reason".to_owned(), text(&parked.reason));
    item.insert("since".to_owned(), text(parked.since.to_string()));
    item
}

pub(super) fn quarantined(item: &Item) -> Result<Quarantined, StoreError> {
    Ok(Quarantined {
        docket_number: get_text(item, RANGE_KEY)?
            .parse()
            .map_err(|_| corrupt(item, "the sort key is no docket number"))?,
        version: Version(get_number(item, "version")?),
        reason: get_text(item, "reason")?.to_owned(),
        since: get_parsed::<Timestamp>(item, "since")?,
    })
}
