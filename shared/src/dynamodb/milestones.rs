//! The milestone store on DynamoDB.
//!
//! | partition key | sort key | row |
//! | --- | --- | --- |
//! | `milestone@3#<docket number>` | `state` | how far the milestones of the case go: version and hash of the last, and a step that counts writes |
//! | … | `head#0000000256` | what is known of a milestone: its head, in how many rows the case is, and their digest |
//! | … | `case#0000000256#0000` … | the packed case, in rows of at most [`MAX_PART_BYTES`] |
//! | `quarantine@milestone@3` | the docket number | a case that is parked |
//!
//! Each write is a transaction that moves the state's step, on the condition that it is the one
//! that was read: so nobody adds to what another has removed meanwhile, and nothing is left
//! behind a removal. The head comes with the last rows of its case; rows without a head are
//! nothing, and are written over or removed by whoever comes next.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{Digest, DocketNumber, Version};

use super::DynamoStore;
use super::error::throttled;
use super::item::{Item, corrupt, get_number, get_parsed, get_text, number, text};
use super::read::Consistency;
use super::tables::{
    MILESTONE_HEADS, STATE, milestone_case_sort, milestone_head_sort, milestones_partition,
    text_key,
};
use super::write::{Condition, ConditionalPut, Step, Written, pauses, sleep};
use crate::case::Case;
use crate::gateway::{
    Generation, Head, MilestoneState, MilestoneStore, PutOutcome, StoreError, StoredMilestone,
};
use crate::milestone::{Milestone, MilestoneHead, pack, unpack};

/// How many bytes one row takes, of the 400 KB of an item.
const MAX_PART_BYTES: usize = 300 * 1024;

/// How many rows of a case one transaction takes, of its 4 MB: engines that are not Amazon's count
/// bytes as the text that they are sent as, which is a third more.
const PARTS_A_STEP: usize = 9;

/// The most rows of one case, 60 MB: about half a million entries.
const MAX_PARTS: usize = 200;

#[async_trait]
impl MilestoneStore for DynamoStore {
    async fn milestone_state(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<MilestoneState, StoreError> {
        let key = text_key(milestones_partition(generation, docket_number), STATE);
        let item = self.get(&self.tables.snapshots, key).await?;
        item.as_ref().map_or_else(|| Ok(Default::default()), state)
    }

    async fn milestone_heads(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Vec<StoredMilestone>, StoreError> {
        let partition = milestones_partition(generation, docket_number);
        let table = &self.tables.snapshots;
        let rows = self
            .query_rows(table, &partition, MILESTONE_HEADS, Consistency::Strong)
            .await?;
        rows.values().map(stored_head).collect()
    }

    async fn milestone_case(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        stored: &StoredMilestone,
    ) -> Result<Option<Case>, StoreError> {
        let partition = milestones_partition(generation, docket_number);
        let version = stored.head.version;
        let sort = |part| milestone_case_sort(version, part);
        let sorts: BTreeSet<String> = (0..stored.parts).map(sort).collect();
        let rows = self
            .get_rows(&self.tables.snapshots, &partition, sorts)
            .await?;
        let mut packed = Vec::new();
        for part in 0..stored.parts {
            let body = rows.get(&sort(part)).and_then(|row| row.get("body"));
            match body {
                Some(AttributeValue::B(bytes)) => packed.extend_from_slice(bytes.as_ref()),
                Some(_) | None => return Ok(None),
            }
        }
        if Digest::of(&packed) != stored.digest {
            return Ok(None);
        }
        let case = unpack(&packed).map_err(|error| StoreError::Corrupt {
            at: format!("milestone {version} of case {docket_number}"),
            problem: error.to_string(),
        })?;
        Ok(Some(case))
    }

    async fn milestone_put(
        &self,
        generation: Generation,
        milestone: &Milestone,
        state: &mut MilestoneState,
    ) -> Result<PutOutcome, StoreError> {
        let number = milestone.docket_number();
        let partition = milestones_partition(generation, number);
        let version = milestone.head.version;
        let packed = pack(&milestone.case).map_err(|error| {
            StoreError::Refused(
                format!("milestone {version} of case {number} can't be packed"),
                error.into(),
            )
        })?;
        let parts: Vec<&[u8]> = packed.chunks(MAX_PART_BYTES).collect();
        if parts.len() > MAX_PARTS {
            return Err(StoreError::TooLarge {
                what: format!("milestone {version} of case {number}"),
                bytes: packed.len(),
                limit: MAX_PARTS * MAX_PART_BYTES,
            });
        }
        let items = parts.iter().enumerate().map(|(part, bytes)| {
            let mut item = text_key(&*partition, milestone_case_sort(version, part));
            item.insert("body".to_owned(), AttributeValue::B(Blob::new(*bytes)));
            item
        });
        let mut items: Vec<Item> = items.collect();
        items.push(head_item(
            &partition,
            &milestone.head,
            parts.len(),
            Digest::of(&packed),
        )?);
        let steps = items.len().div_ceil(PARTS_A_STEP);
        for (nth, some) in items.chunks(PARTS_A_STEP).enumerate() {
            let to = MilestoneState {
                version: match nth + 1 == steps {
                    true => version,
                    false => state.version,
                },
                step: state.step + 1,
            };
            let hash = (to.version == version).then_some(milestone.head.hash);
            if let Written::No(()) = self
                .milestone_step(&partition, *state, (to, hash), some)
                .await?
            {
                return Ok(PutOutcome::Superseded);
            }
            *state = to;
        }
        Ok(PutOutcome::Written)
    }

    async fn milestone_reach(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        let mut heads = self
            .heads(cases, |number| {
                (milestones_partition(generation, number), STATE)
            })
            .await?;
        // Of a first milestone that is still on its way there is a state already.
        heads.retain(|_, head| head.version > Version::ZERO);
        Ok(heads)
    }

    async fn milestones_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        let partition = milestones_partition(generation, docket_number);
        let table = &self.tables.snapshots;
        for pause in pauses() {
            sleep(pause).await;
            let mut rows = self
                .query_rows(table, &partition, "", Consistency::Strong)
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            // The state first: who is about to write finds it gone, and begins anew. And then
            // another look, for what they write goes with it.
            if rows.remove(STATE).is_some() {
                self.delete_all(table, vec![text_key(&*partition, STATE)])
                    .await?;
            }
            let keys = rows.keys().map(|sort| text_key(&*partition, sort));
            self.delete_all(table, keys.collect()).await?;
        }
        Err(throttled(
            "other writers kept writing the milestones of the case",
        ))
    }
}

impl DynamoStore {
    /// Writes some rows, and moves the state.
    async fn milestone_step(
        &self,
        partition: &str,
        from: MilestoneState,
        (to, hash): (MilestoneState, Option<Digest>),
        items: &[Item],
    ) -> Result<Written<()>, StoreError> {
        let table = &self.tables.snapshots;
        let mut moved = text_key(partition, STATE);
        moved.insert("version".to_owned(), number(to.version.0));
        moved.insert("step".to_owned(), number(to.step));
        if let Some(hash) = hash {
            moved.insert("head_hash".to_owned(), text(hash.to_string()));
        }
        let mut steps = vec![Step::PutIf(ConditionalPut {
            table: table.clone(),
            item: moved,
            condition: is_still(from),
        })];
        steps.extend(items.iter().map(|item| Step::Put {
            table: table.clone(),
            item: item.clone(),
        }));
        Ok(match self.transact(&steps).await? {
            Written::Yes => Written::Yes,
            Written::No(_) => Written::No(()),
        })
    }
}

fn is_still(state: MilestoneState) -> Condition {
    if state == MilestoneState::default() {
        return Condition::absent();
    }
    Condition {
        expression: "version = :version AND step = :step".to_owned(),
        values: Item::from([
            (":version".to_owned(), number(state.version.0)),
            (":step".to_owned(), number(state.step)),
        ]),
    }
}

fn state(item: &Item) -> Result<MilestoneState, StoreError> {
    Ok(MilestoneState {
        version: Version(get_number(item, "version")?),
        step: get_number(item, "step")?,
    })
}

fn head_item(
    partition: &str,
    head: &MilestoneHead,
    parts: usize,
    digest: Digest,
) -> Result<Item, StoreError> {
    let body = serde_json::to_string(head).map_err(|error| {
        StoreError::Refused(
            "a milestone's head can't be written".to_owned(),
            error.into(),
        )
    })?;
    let mut item = text_key(partition, milestone_head_sort(head.version));
    item.insert("body".to_owned(), text(body));
    item.insert("parts".to_owned(), number(parts as u64));
    item.insert("digest".to_owned(), text(digest.to_string()));
    Ok(item)
}

fn stored_head(item: &Item) -> Result<StoredMilestone, StoreError> {
    let parts = usize::try_from(get_number(item, "parts")?).ok();
    let parts = parts.filter(|parts| *parts <= MAX_PARTS);
    Ok(StoredMilestone {
        head: serde_json::from_str(get_text(item, "body")?)
            .map_err(|_| corrupt(item, "a milestone's head is not of its form"))?,
        parts: parts.ok_or_else(|| corrupt(item, "too many parts"))?,
        digest: get_parsed(item, "digest")?,
    })
}
