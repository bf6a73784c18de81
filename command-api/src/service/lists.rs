//! Reading lists, and searching.
//!
//! The court reads the stored rows. For everybody else a row only says which case to look
//! at: the case is read as its commits stand, and what is shown is built from it, so that a
//! seal holds at once, and a name that is not in the case any more finds nothing.

use casefold_events::DocketNumber;
use casefold_shared::case::Case;
use casefold_shared::gateway::{EntrySelection, ListPage, ListRange, SortOrder, StoreError};
use casefold_shared::lists::{Line, List, ListRow, NameLine, WordQuery, Words, words};
use futures::{StreamExt, stream};

use super::{ReadError, Service};
use crate::access::Reader;
use crate::access::rows::{FoundCaseRow, OwnCaseRow};
use crate::decide::Actor;

/// How many cases are read at once to show a page of them.
const CASES_AT_ONCE: usize = 8;

/// How many rows a search looks at before it answers with what it has.
const MAX_LOOKED_AT: usize = 500;

/// How many rows a search by several words reads at a time: few of them may fit.
const ROWS_OF_SEVERAL_WORDS: usize = 100;

/// The fewest rows that are read at a time.
const MIN_ROWS: usize = 10;

/// Some rows, and after which sort text the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` where there is none.
    pub next: Option<String>,
}

impl Service {
    /// A page of a list as it is stored: for the court.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails; [`ReadError::ListsIncomplete`] while a
    /// case may be missing in them, for a list that hides a case is worse than none.
    pub async fn read_list(
        &self,
        list: List,
        key: &str,
        range: ListRange<'_>,
    ) -> Result<ListPage, ReadError> {
        let followed = self.list_generations.followed().await?;
        if !followed.is_whole {
            return Err(ReadError::ListsIncomplete);
        }
        let page = self.lists.list_page(followed.generation, list, key, range);
        Ok(page.await?)
    }

    /// A page of the cases in which somebody is a contact or counsel, as they may see them.
    /// It has fewer rows than were asked for where a case has ceased to be theirs and the
    /// list does not say so yet.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails.
    pub async fn read_own_cases(
        &self,
        actor: &Actor,
        range: ListRange<'_>,
    ) -> Result<RowPage<OwnCaseRow>, ReadError> {
        let user = actor.user_id.as_str();
        let page = self.read_list(List::Person, user, range).await?;
        let mut numbers = Vec::new();
        for row in &page.rows {
            match &row.line {
                Line::Case(line) => numbers.push(line.docket_number),
                Line::Session(_) | Line::Deadline(_) | Line::Entry(_) | Line::Name(_) => {}
            }
        }
        let read = numbers
            .into_iter()
            .map(|number| self.own_case(actor, number));
        let mut read = stream::iter(read).buffered(CASES_AT_ONCE);
        let mut rows = Vec::new();
        while let Some(row) = read.next().await {
            rows.extend(row?);
        }
        Ok(RowPage {
            rows,
            next: page.next,
        })
    }

    async fn own_case(
        &self,
        actor: &Actor,
        number: DocketNumber,
    ) -> Result<Option<OwnCaseRow>, ReadError> {
        let case = self.visible_case(number).await?;
        Ok(case.and_then(|case| OwnCaseRow::of(&Reader::of(actor, &case), &case)))
    }

    /// At most so many cases that a search finds, after a place in its order: by the word
    /// that it finds them by, then by docket number. A page may have fewer rows than were
    /// asked for, even none, and still a next one: a search by several words looks at no
    /// more than some hundred rows at a time.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails.
    pub async fn search(
        &self,
        actor: &Actor,
        query: &WordQuery,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RowPage<FoundCaseRow>, ReadError> {
        let mut found = Vec::new();
        let mut after = after.map(str::to_owned);
        let mut looked_at = 0;
        loop {
            let wanted = match query.has_one_word() {
                true => (limit - found.len()).max(MIN_ROWS),
                false => ROWS_OF_SEVERAL_WORDS,
            };
            let page = self
                .word_rows(actor, query, after.as_deref(), wanted)
                .await?;
            let count = page.rows.len();
            let looking = page
                .rows
                .into_iter()
                .map(|row| self.found_at(actor, query, row));
            let mut looking = stream::iter(looking).buffered(CASES_AT_ONCE).enumerate();
            while let Some((at, looked)) = looking.next().await {
                let (sort, row) = looked?;
                found.extend(row);
                if found.len() == limit {
                    let more = at + 1 < count || page.more;
                    let next = more.then_some(sort);
                    return Ok(RowPage { rows: found, next });
                }
                after = Some(sort);
            }
            drop(looking);
            looked_at += count;
            if !page.more {
                return Ok(RowPage {
                    rows: found,
                    next: None,
                });
            }
            if looked_at >= MAX_LOOKED_AT
                && let Some(last) = &page.last
                && self.may_end_page(actor, last).await?
            {
                return Ok(RowPage {
                    rows: found,
                    next: after,
                });
            }
        }
    }

    /// The rows of the words that a search's longest word begins, in order. The court's
    /// search goes through two lists at once.
    async fn word_rows(
        &self,
        actor: &Actor,
        query: &WordQuery,
        after: Option<&str>,
        wanted: usize,
    ) -> Result<WordRows, ReadError> {
        let last = format!("{}~", query.longest());
        let range = ListRange {
            from: Some(query.longest()),
            to: Some(&last),
            after,
            order: SortOrder::Ascending,
            limit: wanted,
        };
        let mut page = self.read_list(List::Names, query.key(), range).await?;
        let mut more = page.next.is_some();
        if actor.role.is_internal() {
            let court = self.read_list(List::CourtNames, query.key(), range).await?;
            more |= court.next.is_some() || page.rows.len() + court.rows.len() > wanted;
            page.rows.extend(court.rows);
            page.rows.sort_by(|one, other| one.sort.cmp(&other.sort));
            page.rows.truncate(wanted);
        }
        let last = page.rows.last().and_then(|row| match &row.line {
            Line::Name(line) => Some(line.docket_number),
            Line::Case(_) | Line::Session(_) | Line::Deadline(_) | Line::Entry(_) => None,
        });
        Ok(WordRows {
            rows: page.rows,
            more,
            last,
        })
    }

    /// The place of a row, and its case, if it is meant.
    async fn found_at(
        &self,
        actor: &Actor,
        query: &WordQuery,
        row: ListRow,
    ) -> Result<(String, Option<FoundCaseRow>), ReadError> {
        let sort = row.sort.clone();
        Ok((sort, self.found(actor, query, row).await?))
    }

    /// The case of a row, if it is meant, for its reader.
    async fn found(
        &self,
        actor: &Actor,
        query: &WordQuery,
        row: ListRow,
    ) -> Result<Option<FoundCaseRow>, ReadError> {
        let Line::Name(line) = row.line else {
            return Err(ReadError::Store(StoreError::Corrupt {
                at: "a row of the search".to_owned(),
                problem: "it is a row of another list".to_owned(),
            }));
        };
        // The sort text is the word and the docket number.
        let word = row.sort.split('#').next().unwrap_or_default();
        if actor.role.is_internal() {
            return self.found_by_court(query, word, line).await;
        }
        if let Some(words) = &line.words
            && !is_meant(query, word, &[&words.public])
        {
            return Ok(None);
        }
        let Some(case) = self.visible_case(line.docket_number).await? else {
            return Ok(None);
        };
        let now = words(&case);
        let meant = match &line.words {
            // Which of its words it is found by was told by the row.
            Some(_) => query.matches(&[&now.public]),
            None => is_meant(query, word, &[&now.public]),
        };
        let row = FoundCaseRow::of(&Reader::of(actor, &case), &case);
        Ok(row.filter(|_| meant))
    }

    async fn found_by_court(
        &self,
        query: &WordQuery,
        word: &str,
        line: NameLine,
    ) -> Result<Option<FoundCaseRow>, ReadError> {
        let of_case;
        let Words { public, court } = match &line.words {
            Some(words) => words,
            None => {
                let number = line.docket_number;
                let Some(case) = self.read_case(number, None, EntrySelection::None).await? else {
                    return Ok(None);
                };
                of_case = words(&case);
                &of_case
            }
        };
        let meant = is_meant(query, word, &[public, court]);
        Ok(meant.then(|| FoundCaseRow::for_court(line)))
    }

    /// Whether a page may end at a row. The cursor names it, and everybody can read a
    /// cursor: for a reader outside the court it must not be of a case that is sealed from
    /// them since the row was written.
    async fn may_end_page(&self, actor: &Actor, last: &DocketNumber) -> Result<bool, ReadError> {
        if actor.role.is_internal() {
            return Ok(true);
        }
        let case = self.visible_case(*last).await?;
        Ok(case.is_some_and(|case| FoundCaseRow::of(&Reader::of(actor, &case), &case).is_some()))
    }

    /// A case as its commits stand. One that this build can't read is left out of a page
    /// rather than that there be none.
    async fn visible_case(&self, number: DocketNumber) -> Result<Option<Case>, ReadError> {
        match self.read_case_at_head(number, EntrySelection::None).await {
            Err(ReadError::Fold(error)) => {
                tracing::warn!(docket_number = %number, %error, "a case is left out of a list");
                Ok(None)
            }
            read => read,
        }
    }
}

/// Rows of words, in order.
struct WordRows {
    rows: Vec<ListRow>,
    /// Whether there are further ones.
    more: bool,
    /// The case of the last.
    last: Option<DocketNumber>,
}

/// Whether a case of these words is meant, and is to be shown at this one of them.
fn is_meant(
    query: &WordQuery,
    word: &str,
    known_by: &[&std::collections::BTreeSet<String>],
) -> bool {
    query.is_first(word, known_by) && query.matches(known_by)
}
