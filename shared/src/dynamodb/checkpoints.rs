//! The checkpoint store on DynamoDB. Nothing here updates or deletes an item of its table.
//!
//! | item | key |
//! | --- | --- |
//! | a checkpoint | the partition of all of them, in the order of their numbers |
//! | a part of its directory | the contents' name: a checkpoint that died leaves another's alone |
//! | a part of a bucket | the contents' name and the bucket's: each bucket in a partition of its own |

use async_trait::async_trait;
use casefold_events::proof::heads::{Bucket, GrownHead};
use futures::future::try_join_all;
use uuid::Uuid;

use super::DynamoStore;
use super::checkpoint_item::{
    header_from_item, header_to_item, heads_of, number_of_header, part_of_item, part_to_item,
    places_of, put_head, put_place,
};
use super::error::store_error;
use super::item::{Item, corrupt, text};
use super::read::Consistency;
use super::tables::{SIGNED_CHECKPOINTS, checkpoint_part_sort, checkpoint_partition, text_key};
use super::write::{Condition, ConditionalPut, Written};
use crate::gateway::{
    BucketPlace, CheckpointOutcome, CheckpointStore, FoundCheckpoint, NewCheckpoint, StoreError,
};

/// The most bytes of a part: well under what an item may have.
const PART_BYTES: usize = 300 * 1024;

/// How many buckets are written at a time.
const WRITES: usize = 8;

#[async_trait]
impl CheckpointStore for DynamoStore {
    async fn signed_checkpoint_append(
        &self,
        checkpoint: NewCheckpoint<'_>,
    ) -> Result<CheckpointOutcome, StoreError> {
        let NewCheckpoint {
            kept,
            directory,
            changed,
        } = checkpoint;
        for some in changed.chunks(WRITES) {
            let mut items = Vec::new();
            for (place, cases) in some {
                let partition = checkpoint_partition(place.contents, Some(place.head.bucket));
                items.extend(parts(&partition, cases, put_head));
            }
            try_join_all(items.into_iter().map(|item| self.put_once(item))).await?;
        }
        let directory = parts(
            &checkpoint_partition(kept.contents, None),
            directory,
            put_place,
        );
        try_join_all(directory.into_iter().map(|item| self.put_once(item))).await?;
        let header = header_to_item(kept);
        Ok(match self.put_if(self.absent(header.clone())).await? {
            Written::Yes => CheckpointOutcome::Written,
            // The answer to our own write was lost.
            Written::No(there) if there == header => CheckpointOutcome::Written,
            Written::No(_) => CheckpointOutcome::NumberTaken,
        })
    }

    async fn signed_checkpoint_latest(&self) -> Result<Option<FoundCheckpoint>, StoreError> {
        let page = self
            .client
            .query()
            .table_name(&self.tables.checkpoints)
            .consistent_read(true)
            .key_condition_expression("pk = :all")
            .expression_attribute_values(":all", text(SIGNED_CHECKPOINTS))
            .scan_index_forward(false)
            .limit(1)
            .send()
            .await
            .map_err(store_error)?;
        page.items().first().map(found).transpose()
    }

    async fn signed_checkpoints(&self) -> Result<Vec<FoundCheckpoint>, StoreError> {
        let rows = self
            .query_rows(
                &self.tables.checkpoints,
                SIGNED_CHECKPOINTS,
                "",
                Consistency::Strong,
            )
            .await?;
        rows.values().map(found).collect()
    }

    async fn checkpoint_directory(&self, contents: Uuid) -> Result<Vec<BucketPlace>, StoreError> {
        self.read_parts(checkpoint_partition(contents, None), places_of)
            .await
    }

    async fn checkpoint_bucket(&self, place: &BucketPlace) -> Result<Vec<GrownHead>, StoreError> {
        let bucket: Bucket = place.head.bucket;
        let partition = checkpoint_partition(place.contents, Some(bucket));
        self.read_parts(partition, |bytes| heads_of(bucket, bytes))
            .await
    }
}

impl DynamoStore {
    /// Puts an item that nobody else puts. Where it is there, an answer was lost.
    async fn put_once(&self, item: Item) -> Result<(), StoreError> {
        match self.put_if(self.absent(item.clone())).await? {
            Written::Yes => Ok(()),
            Written::No(there) if there == item => Ok(()),
            Written::No(there) => Err(corrupt(&there, "something else is there already")),
        }
    }

    fn absent(&self, item: Item) -> ConditionalPut {
        ConditionalPut {
            table: self.tables.checkpoints.clone(),
            item,
            condition: Condition::absent(),
        }
    }

    async fn read_parts<T>(
        &self,
        partition: String,
        decode: impl Fn(&[u8]) -> Option<Vec<T>>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self
            .query_rows(
                &self.tables.checkpoints,
                &partition,
                "",
                Consistency::Eventual,
            )
            .await?;
        let mut all = Vec::new();
        for item in rows.values() {
            let part = decode(part_of_item(item)?);
            all.extend(part.ok_or_else(|| corrupt(item, "attribute part is not of its form"))?);
        }
        Ok(all)
    }
}

fn found(item: &Item) -> Result<FoundCheckpoint, StoreError> {
    Ok(FoundCheckpoint {
        number: number_of_header(item)?,
        kept: header_from_item(item).map_err(|error| error.to_string()),
    })
}

/// Items of a partition that hold a list, in as many parts as it takes; one where it is empty.
fn parts<T>(partition: &str, list: &[T], put: impl Fn(&T, &mut Vec<u8>)) -> Vec<Item> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    for one in list {
        let before = part.len();
        put(one, &mut part);
        if part.len() > PART_BYTES && before > 0 {
            let next = part.split_off(before);
            parts.push(std::mem::replace(&mut part, next));
        }
    }
    parts.push(part);
    let items = parts.into_iter().enumerate();
    items
        .map(|(nth, part)| part_to_item(text_key(partition, checkpoint_part_sort(nth)), part))
        .collect()
}
