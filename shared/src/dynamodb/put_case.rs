//! Writing a case: the header and what changed on its record, in one step.

use casefold_events::Version;

use super::DynamoStore;
use super::item::{Item, corrupt, get_number_or_none, number, text};
use super::layout::{self, Changes, Document, Entries};
use super::tables::{continuation_sort, page_sort, snapshot_partition, text_key};
use super::write::{
    Condition, ConditionalPut, MAX_TRANSACTION_ITEMS, Step, Written, check_transaction,
};
use crate::case::{Case, DocketEntry};
use crate::gateway::{Generation, PutOutcome, StoreError};

/// How often a write is tried that finds rows of longer, older texts in its way. Each try
/// removes what it found, so a second comes only when another writer comes between.
const MAX_TRIES: usize = 3;

/// Every row of a case whose record is whole, as [`DynamoStore`] writes a case that is not there yet.
///
/// # Errors
/// [`StoreError`] where an entry of its record is not loaded, or the case can't be written down.
pub fn case_to_rows(generation: Generation, case: &Case) -> Result<Vec<Item>, StoreError> {
    let partition = snapshot_partition(generation, case.docket_number);
    let changes = layout::changes(case, Version::ZERO);
    let mut documents = vec![layout::header(&partition, case)?];
    for page in &changes.pages {
        documents.push(layout::page(&partition, case, *page, &Entries::new())?);
    }
    let documents = documents
        .into_iter()
        .flat_map(|document| std::iter::once(document.first).chain(document.more));
    let directory = changes.directory.iter();
    let directory = directory.map(|(sort, index)| layout::directory_row(&partition, sort, *index));
    Ok(documents.chain(directory).collect())
}

impl DynamoStore {
    pub(super) async fn case_write(
        &self,
        generation: Generation,
        case: &Case,
        base: Version,
    ) -> Result<PutOutcome, StoreError> {
        let partition = snapshot_partition(generation, case.docket_number);
        let changes = layout::changes(case, base);
        let Some(others) = self
            .complete_pages(&partition, case, base, &changes)
            .await?
        else {
            return Ok(PutOutcome::Superseded);
        };
        let mut documents = vec![layout::header(&partition, case)?];
        for page in &changes.pages {
            documents.push(layout::page(&partition, case, *page, &others)?);
        }
        let directory: Vec<Item> = changes
            .directory
            .iter()
            .map(|(sort, index)| layout::directory_row(&partition, sort, *index))
            .collect();
        self.documents_write(&partition, case, base, &documents, directory)
            .await
    }

    /// Writes documents, header first, and the directory rows with them. Where those are
    /// too many for one transaction they go ahead of it: a row whose index is beyond the
    /// header's says nothing yet, and it will be the same whoever folds the case.
    async fn documents_write(
        &self,
        partition: &str,
        case: &Case,
        base: Version,
        documents: &[Document],
        directory: Vec<Item>,
    ) -> Result<PutOutcome, StoreError> {
        let table = &self.tables.snapshots;
        let mut stale: Vec<Option<usize>> = vec![None; documents.len()];
        let alone = self.steps(partition, base, documents, &stale);
        check_transaction(&alone)?;
        let mut with_them = Vec::new();
        if alone.len() + directory.len() <= MAX_TRANSACTION_ITEMS {
            let put = |item| Step::Put {
                table: table.clone(),
                item,
            };
            with_them.extend(directory.into_iter().map(put));
        } else {
            self.put_all(table, directory).await?;
        }
        for _ in 0..MAX_TRIES {
            let mut steps = self.steps(partition, base, documents, &stale);
            steps.extend(with_them.iter().cloned());
            let found = match self.write_steps(steps).await? {
                Written::Yes => return Ok(PutOutcome::Written),
                Written::No(found) => found,
            };
            if let Some(Some(header)) = found.first()
                && get_number_or_none(header, "version")?.unwrap_or_default() != base.0
            {
                return written_before(case, header);
            }
            for ((found, document), stale) in found.iter().zip(documents).zip(&mut stale) {
                if let Some(found) = found {
                    let parts = layout::parts_of(found)?;
                    *stale = Some(parts).filter(|parts| *parts > document.parts());
                }
            }
        }
        Ok(PutOutcome::Superseded)
    }

    /// The steps that write documents: first the row of each that stands under a condition,
    /// in their order, then the rows that continue them. `stale` says in how many rows an
    /// older, longer text of a document is; the surplus goes in the same step.
    fn steps(
        &self,
        partition: &str,
        base: Version,
        documents: &[Document],
        stale: &[Option<usize>],
    ) -> Vec<Step> {
        let table = &self.tables.snapshots;
        let mut steps = Vec::new();
        for (at, (document, stale)) in documents.iter().zip(stale).enumerate() {
            steps.push(Step::PutIf(ConditionalPut {
                table: table.clone(),
                item: document.first.clone(),
                condition: condition((at == 0).then_some(base), document.parts(), *stale),
            }));
        }
        for (document, stale) in documents.iter().zip(stale) {
            let more = document.more.iter().cloned();
            steps.extend(more.map(|item| Step::Put {
                table: table.clone(),
                item,
            }));
            for part in document.parts()..stale.unwrap_or_default() {
                let key = text_key(partition, continuation_sort(&document.sort, part));
                steps.push(Step::Delete {
                    table: table.clone(),
                    key,
                });
            }
        }
        steps
    }

    /// One item needs no transaction, which costs twice as much.
    async fn write_steps(
        &self,
        steps: Vec<Step>,
    ) -> Result<Written<Vec<Option<Item>>>, StoreError> {
        if let [Step::PutIf(put)] = steps.as_slice() {
            return Ok(match self.put_if(put.clone()).await? {
                Written::Yes => Written::Yes,
                Written::No(found) => Written::No(vec![Some(found)]),
            });
        }
        self.transact(&steps).await
    }

    /// Reads the entries that share a page with one to be written and are not loaded; `None`
    /// where a page is past `base`, so that the write would fail.
    ///
    /// The pages are read strongly consistently and belong to `base` if the header still is
    /// at `base` when it is written, which is the write's condition.
    async fn complete_pages(
        &self,
        partition: &str,
        case: &Case,
        base: Version,
        changes: &Changes,
    ) -> Result<Option<Entries>, StoreError> {
        let last_index = case.docket.last_index();
        let missing = |page: &&u32| {
            layout::indexes_of(**page, last_index)
                .any(|index| case.docket.entry_at(index).is_none())
        };
        let pages = changes.pages.iter().filter(missing).copied().collect();
        let mut others = Entries::new();
        for (page, found) in self.pages_read(partition, &pages).await? {
            let Some(found) = found else {
                return Err(corrupt(
                    &text_key(partition, page_sort(page)),
                    "the page is missing",
                ));
            };
            if found.version > base {
                return Ok(None);
            }
            let indexed = |entry: DocketEntry| Some((entry.filed.index?, entry));
            others.extend(found.entries.into_iter().filter_map(indexed));
        }
        Ok(Some(others))
    }
}

/// The condition on the row that a document's first row replaces: of a header, that it is
/// at the base; of any, that it leaves no rows behind that continue an older, longer text,
/// or just those that are removed in the same step.
fn condition(base: Option<Version>, parts: usize, stale: Option<usize>) -> Condition {
    let mut values = Item::new();
    let rows = match stale {
        None => "(attribute_not_exists(parts) OR parts <= :parts)",
        Some(_) => "parts = :parts",
    };
    values.insert(":parts".to_owned(), number(stale.unwrap_or(parts) as u64));
    let expression = match base {
        None => rows.to_owned(),
        Some(Version::ZERO) => return Condition::absent(),
        Some(base) => {
            values.insert(":base".to_owned(), number(base.0));
            format!("version = :base AND {rows}")
        }
    };
    Condition { expression, values }
}

/// A write whose answer was lost is tried again and finds itself.
fn written_before(case: &Case, header: &Item) -> Result<PutOutcome, StoreError> {
    let same_version = get_number_or_none(header, "version")? == Some(case.version.0);
    let same_head = header.get("head_hash") == Some(&text(case.folded_from.head_hash.to_string()));
    Ok(if same_version && same_head {
        PutOutcome::Written
    } else {
        PutOutcome::Superseded
    })
}
