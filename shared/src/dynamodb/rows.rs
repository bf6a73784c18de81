//! Rows of carried-out commands in the snapshot table.

use std::collections::BTreeMap;

use casefold_events::{CommandId, DocketNumber, Version};

use super::item::{Item, get_number, get_parsed, number, text};
use super::tables::command_key;
use crate::gateway::{CommandRow, StoreError};

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
