//! The event store on DynamoDB. Nothing here updates or deletes an item of the event table.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{CommandId, Commit, CommitRef, DocketNumber, Version};
use futures::future::try_join_all;

use super::DynamoStore;
use super::commit_item::{
    commit_from_item, commit_ref_from_stream_keys, commit_to_item, reference_text,
};
use super::error::store_error;
use super::item::{Item, check_size, get_number, get_parsed, number, text};
use super::tables::{case_partition, claim_key, commit_key, year_in_partition};
use super::write::{Condition, ConditionalPut, Step, Written};
use crate::gateway::{
    AppendOutcome, BeginOutcome, Claim, CommitPage, EventStore, Order, ScanPage, Segment,
    StoreError, Unreadable,
};

/// How many items one page of a scan or query looks at: about 1 MB, which is a page's own
/// limit. The embedded engine wants to be told: without it, it reads all that is left for
/// each page.
const PAGE: i32 = 1_000;

/// In how many parts the table is searched for the highest docket number.
const SEARCH_SEGMENTS: u32 = 8;

#[async_trait]
impl EventStore for DynamoStore {
    async fn commit_append(&self, commit: &Commit) -> Result<AppendOutcome, StoreError> {
        match self.put_if_made(|| self.commit_put(commit)).await? {
            Written::Yes => Ok(AppendOutcome::Written),
            Written::No(there) => {
                let there = commit_from_item(&there)?;
                Ok(if there.command_id == commit.command_id {
                    AppendOutcome::Repeated(vec![there])
                } else {
                    AppendOutcome::Conflict
                })
            }
        }
    }

    async fn commits_append(&self, commits: &[Commit]) -> Result<AppendOutcome, StoreError> {
        let steps = commits
            .iter()
            .map(|commit| self.commit_put(commit).map(Step::PutIf))
            .collect::<Result<Vec<_>, _>>()?;
        let found = match self.transact(&steps).await? {
            Written::Yes => return Ok(AppendOutcome::Written),
            Written::No(found) => found,
        };
        let mut there = Vec::with_capacity(found.len());
        for (commit, found) in commits.iter().zip(&found) {
            let Some(found) = found else {
                return Ok(AppendOutcome::Conflict);
            };
            let found = commit_from_item(found)?;
            if found.command_id != commit.command_id {
                return Ok(AppendOutcome::Conflict);
            }
            there.push(found);
        }
        Ok(AppendOutcome::Repeated(there))
    }

    async fn case_begin(&self, commit: &Commit) -> Result<BeginOutcome, StoreError> {
        let claim = ConditionalPut {
            table: self.tables.control.clone(),
            item: claim_to_item(commit),
            condition: Condition::absent(),
        };
        let steps = [Step::PutIf(claim), Step::PutIf(self.commit_put(commit)?)];
        let found = match self.transact(&steps).await? {
            Written::Yes => return Ok(BeginOutcome::Written),
            Written::No(found) => found,
        };
        match found.first() {
            // The claim comes first: the caller's own earlier try took both.
            Some(Some(claim)) => Ok(BeginOutcome::Claimed(claim_from_item(claim)?)),
            Some(None) | None => Ok(BeginOutcome::NumberTaken),
        }
    }

    async fn claim_get(&self, command_id: &CommandId) -> Result<Option<Claim>, StoreError> {
        let item = self
            .get(&self.tables.control, claim_key(command_id))
            .await?;
        item.as_ref().map(claim_from_item).transpose()
    }

    async fn commit_get(&self, commit: CommitRef) -> Result<Option<Commit>, StoreError> {
        let item = self.get(&self.tables.events, commit_key(commit)).await?;
        item.as_ref().map(commit_from_item).transpose()
    }

    async fn commits_after(
        &self,
        docket_number: DocketNumber,
        after: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        self.query_after(docket_number, after, None).await
    }

    async fn commits_between(
        &self,
        docket_number: DocketNumber,
        after: Version,
        through: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        if through <= after {
            return Ok(Vec::new());
        }
        self.query_after(docket_number, after, Some(through)).await
    }

    async fn commits_page(
        &self,
        docket_number: DocketNumber,
        beyond: Option<Version>,
        limit: usize,
        order: Order,
    ) -> Result<CommitPage, StoreError> {
        let mut commits = Vec::new();
        let mut beyond = beyond;
        // A page may end before the limit, at 1 MB.
        while commits.len() < limit {
            let wanted = i32::try_from(limit - commits.len()).unwrap_or(i32::MAX);
            let page = self
                .query_beyond(docket_number, beyond, wanted, order)
                .await?;
            commits.extend(page.commits);
            beyond = page.next;
            if beyond.is_none() {
                break;
            }
        }
        Ok(CommitPage {
            commits,
            next: beyond,
        })
    }

    async fn commits_scan(
        &self,
        segment: Segment,
        from: Option<CommitRef>,
    ) -> Result<ScanPage, StoreError> {
        let page = self
            .scan_of(segment, from.map(commit_key))
            .consistent_read(true)
            .limit(PAGE)
            .send()
            .await
            .map_err(store_error)?;
        let (mut commits, mut unreadable) = (Vec::with_capacity(page.items().len()), Vec::new());
        for item in page.items() {
            match commit_from_item(item) {
                Ok(commit) => commits.push(commit),
                Err(error) => unreadable.push(Unreadable {
                    // What has not even the keys of a commit is nothing that was put here.
                    commit: commit_ref_from_stream_keys(item)?,
                    problem: error.to_string(),
                }),
            }
        }
        Ok(ScanPage {
            commits,
            unreadable,
            next: page
                .last_evaluated_key
                .as_ref()
                .map(commit_ref_from_stream_keys)
                .transpose()?,
        })
    }

    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError> {
        let mut from = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.tables.events)
                .consistent_read(true)
                .limit(1)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(store_error)?;
            if let Some(found) = page.items().first() {
                return Ok(Some(commit_ref_from_stream_keys(found)?.docket_number));
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(None);
            }
        }
    }

    async fn docket_number_highest(&self, year: u8) -> Result<Option<DocketNumber>, StoreError> {
        let segments = (0..SEARCH_SEGMENTS).map(|index| {
            self.docket_number_highest_of(
                year,
                Segment {
                    index,
                    of: SEARCH_SEGMENTS,
                },
            )
        });
        Ok(try_join_all(segments).await?.into_iter().flatten().max())
    }
}

impl DynamoStore {
    /// About how many commits there are, for showing how far something is: DynamoDB counts
    /// every six hours or so. `None` where it can't tell.
    pub async fn commits_about(&self) -> Option<u64> {
        let described = self.client.describe_table().table_name(&self.tables.events);
        let table = described.send().await.ok()?.table?;
        u64::try_from(table.item_count?).ok().filter(|it| *it > 0)
    }

    fn commit_put(&self, commit: &Commit) -> Result<ConditionalPut, StoreError> {
        let item = commit_to_item(commit);
        check_size(&item, || {
            format!("commit {}", reference_text(commit.reference()))
        })?;
        Ok(ConditionalPut {
            table: self.tables.events.clone(),
            item,
            condition: Condition::absent(),
        })
    }

    async fn query_after(
        &self,
        docket_number: DocketNumber,
        after: Version,
        through: Option<Version>,
    ) -> Result<Vec<Commit>, StoreError> {
        let mut commits = Vec::new();
        let mut from = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.tables.events)
                .expression_attribute_values(":case", text(case_partition(docket_number)))
                .consistent_read(true)
                .limit(PAGE)
                .set_exclusive_start_key(from);
            let query = match through {
                None => query
                    .key_condition_expression("pk = :case AND sk > :after")
                    .expression_attribute_values(":after", number(after.0)),
                Some(through) => query
                    .key_condition_expression("pk = :case AND sk BETWEEN :first AND :last")
                    .expression_attribute_values(":first", number(after.next().0))
                    .expression_attribute_values(":last", number(through.0)),
            };
            let page = query.send().await.map_err(store_error)?;
            for item in page.items() {
                commits.push(commit_from_item(item)?);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(commits);
            }
        }
    }

    async fn query_beyond(
        &self,
        docket_number: DocketNumber,
        beyond: Option<Version>,
        limit: i32,
        order: Order,
    ) -> Result<CommitPage, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.events)
            .expression_attribute_values(":case", text(case_partition(docket_number)))
            .limit(limit);
        let (query, side) = match order {
            Order::OldestFirst => (query.scan_index_forward(true), " AND sk > :beyond"),
            Order::NewestFirst => (query.scan_index_forward(false), " AND sk < :beyond"),
        };
        let query = match beyond {
            Some(beyond) => query
                .key_condition_expression(format!("pk = :case{side}"))
                .expression_attribute_values(":beyond", number(beyond.0)),
            None => query.key_condition_expression("pk = :case"),
        };
        let page = query.send().await.map_err(store_error)?;
        let last = page
            .last_evaluated_key
            .as_ref()
            .map(commit_ref_from_stream_keys)
            .transpose()?;
        Ok(CommitPage {
            commits: page
                .items()
                .iter()
                .map(commit_from_item)
                .collect::<Result<_, _>>()?,
            next: last.map(|commit| commit.version),
        })
    }

    fn scan_of(
        &self,
        segment: Segment,
        from: Option<Item>,
    ) -> aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder {
        self.client
            .scan()
            .table_name(&self.tables.events)
            .segment(i32::try_from(segment.index).unwrap_or(i32::MAX))
            .total_segments(i32::try_from(segment.of).unwrap_or(i32::MAX))
            .set_exclusive_start_key(from)
    }

    /// Reads the keys of first commits alone; DynamoDB bills the whole table all the same,
    /// so it is for recovery.
    async fn docket_number_highest_of(
        &self,
        year: u8,
        segment: Segment,
    ) -> Result<Option<DocketNumber>, StoreError> {
        let mut highest = None;
        let mut from: Option<Item> = None;
        loop {
            let page = self
                .scan_of(segment, from)
                .consistent_read(true)
                .limit(PAGE)
                .filter_expression("sk = :first AND contains(pk, :year)")
                .expression_attribute_values(":first", number(1_u64))
                .expression_attribute_values(":year", AttributeValue::S(year_in_partition(year)))
                .projection_expression("pk, sk")
                .send()
                .await
                .map_err(store_error)?;
            for keys in page.items() {
                let found = commit_ref_from_stream_keys(keys)?.docket_number;
                highest = highest.max(Some(found));
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(highest);
            }
        }
    }
}

fn claim_to_item(commit: &Commit) -> Item {
    let mut item = claim_key(&commit.command_id);
    item.insert(
        "docket_number".to_owned(),
        text(commit.docket_number.to_string()),
    );
    item.insert("version".to_owned(), number(commit.version.0));
    item.insert(
        "command_digest".to_owned(),
        text(commit.command_digest.to_string()),
    );
    item
}

fn claim_from_item(item: &Item) -> Result<Claim, StoreError> {
    Ok(Claim {
        commit: CommitRef {
            docket_number: get_parsed(item, "docket_number")?,
            version: Version(get_number(item, "version")?),
        },
        command_digest: get_parsed(item, "command_digest")?,
    })
}
