//! What the pages of all lists have in common: who may read them, which page is asked for,
//! and where the next one begins.
//!
//! A cursor is opaque to clients and belongs to one list, with its key, bounds and order.
//! It names the last row of the page before, and carries no authority: whoever sends it is
//! checked as for the first page.

use axum::http::StatusCode;
use casefold_shared::gateway::{ListRange, SortOrder, StoreError};
use casefold_shared::lists::{Line, List, ListRow};
use utoipa::{IntoParams, ToSchema};

use super::ApiState;
use super::cursor::lists::{cursor_digest, decode, encode};
use super::extract::{Parameters, bad_parameter};
use super::problem::Problem;
use crate::access::sees_lists;
use crate::decide::Actor;
use crate::service::{ReadError, RowPage};

/// The most rows on a page.
const MAX_ROWS: u64 = 100;
/// Rows on a page, where the reader asks for no number.
const USUAL_ROWS: u64 = 25;

/// In which order a list is read.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it describes the parameter's values to OpenAPI")]
pub(super) enum ListOrder {
    /// In the list's own order.
    Asc,
    /// The other way round.
    Desc,
}

/// The parameters of a page of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters to OpenAPI")]
pub(super) struct PageParameters {
    /// The most rows on the page; 25 where it is absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u64>,
    /// `nextCursor` of the page before, with the same other parameters; absent for the
    /// first page.
    cursor: Option<String>,
    /// `asc`, the list's own order, or `desc`, the other way round.
    #[param(inline)]
    order: Option<ListOrder>,
}

/// A list that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) list: List,
    pub(super) key: &'a str,
    pub(super) from: Option<&'a str>,
    pub(super) to: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// All of a list under a key.
    pub(super) const fn all(list: List, key: &'a str) -> Self {
        Self {
            list,
            key,
            from: None,
            to: None,
        }
    }

    /// What a cursor of this list in an order belongs to.
    fn digest(&self, order: SortOrder) -> String {
        let order = match order {
            SortOrder::Ascending => "asc",
            SortOrder::Descending => "desc",
        };
        let fields = [
            self.list.as_str(),
            self.key,
            self.from.unwrap_or_default(),
            self.to.unwrap_or_default(),
            order,
        ];
        cursor_digest("casefold.list.v1", &fields)
    }
}

/// Which page of a list is asked for.
#[derive(Debug)]
pub(super) struct Paging<'a> {
    asked: Asked<'a>,
    order: SortOrder,
    after: Option<String>,
    pub(super) limit: usize,
}

impl<'a> Paging<'a> {
    /// Takes the parameters that say which page it is, and says that no other is known.
    ///
    /// # Errors
    /// 400 with the name of the parameter that can't be taken.
    pub(super) fn take(
        mut parameters: Parameters,
        asked: Asked<'a>,
        usual: SortOrder,
    ) -> Result<Self, Problem> {
        let limit = parameters.take_number("limit", 1..=MAX_ROWS)?;
        let order = match parameters.take("order")?.as_deref() {
            None => usual,
            Some("asc") => SortOrder::Ascending,
            Some("desc") => SortOrder::Descending,
            Some(_) => return Err(bad_parameter("order", "order is asc or desc".to_owned())),
        };
        let cursor = parameters.take("cursor")?;
        parameters.done()?;
        let after = cursor
            .map(|cursor| decode(&cursor, &asked.digest(order)))
            .transpose()?;
        Ok(Self {
            asked,
            order,
            after,
            limit: usize::try_from(limit.unwrap_or(USUAL_ROWS)).unwrap_or(usize::MAX),
        })
    }

    /// The part of the list that the page is.
    pub(super) fn range(&self) -> ListRange<'_> {
        ListRange {
            from: self.asked.from,
            to: self.asked.to,
            after: self.after.as_deref(),
            order: self.order,
            limit: self.limit,
        }
    }

    /// The row after which the page begins.
    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// The cursor of a page that begins after this row.
    pub(super) fn cursor(&self, next: Option<String>) -> Option<String> {
        next.map(|sort| encode(&self.asked.digest(self.order), &sort))
    }
}

/// A page of one of the court's lists.
///
/// # Errors
/// 403 for whoever is not of the court, before anything else is looked at.
pub(super) async fn court_page(
    state: &ApiState,
    paging: &Paging<'_>,
) -> Result<RowPage<ListRow>, Problem> {
    let asked = paging.asked;
    let page = state
        .service
        .read_list(asked.list, asked.key, paging.range())
        .await?;
    Ok(RowPage {
        rows: page.rows,
        next: paging.cursor(page.next),
    })
}

/// That somebody may read the court's lists.
///
/// # Errors
/// 403 where they may not.
pub(super) fn check_reader(actor: &Actor) -> Result<(), Problem> {
    if sees_lists(actor.role) {
        return Ok(());
    }
    let detail = format!(
        "the role {} may not read the court's lists; its own cases are at /v1/my-cases",
        actor.role
    );
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "ROLE_NOT_ALLOWED",
        detail,
    ))
}

/// A parameter that must be there.
///
/// # Errors
/// 400 where it is absent, empty or given twice.
pub(super) fn required(parameters: &mut Parameters, name: &'static str) -> Result<String, Problem> {
    let value = parameters.take(name)?.filter(|value| !value.is_empty());
    value.ok_or_else(|| missing(name))
}

fn missing(name: &'static str) -> Problem {
    bad_parameter(name, format!("the list needs the parameter {name}"))
}

/// A text that must be there, of so many characters at most.
///
/// # Errors
/// 400 where it is absent, empty, too long or given twice.
pub(super) fn required_text(
    parameters: &mut Parameters,
    name: &'static str,
    most: usize,
) -> Result<String, Problem> {
    let text = parameters.take_text(name, most)?;
    text.ok_or_else(|| missing(name))
}

/// What rows show, of lists whose rows are all of one kind.
///
/// # Errors
/// 500 where a row is of another kind: what is stored is not of this build.
pub(super) fn lines<T>(
    rows: Vec<ListRow>,
    of_kind: impl Fn(Line) -> Option<T>,
) -> Result<Vec<T>, Problem> {
    let lines = rows.into_iter().map(|row| {
        let list = row.list;
        of_kind(row.line).ok_or_else(|| {
            Problem::from(ReadError::Store(StoreError::Corrupt {
                at: format!("a row of the list {}", list.as_str()),
                problem: "it is of another kind".to_owned(),
            }))
        })
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    const ASKED: Asked<'static> = Asked::all(List::OpenOfJudge, "Judge Colvin");

    #[test]
    fn a_cursor_leads_back_into_its_own_list_and_into_no_other() {
        let digest = ASKED.digest(SortOrder::Ascending);
        let cursor = encode(&digest, "2026-000101");
        assert_eq!(decode(&cursor, &digest).unwrap(), "2026-000101");
        let others = [
            ASKED.digest(SortOrder::Descending),
            Asked::all(List::ClosedOfJudge, ASKED.key).digest(SortOrder::Ascending),
            Asked::all(ASKED.list, "Judge Colvi").digest(SortOrder::Ascending),
            Asked {
                from: Some("2026"),
                ..ASKED
            }
            .digest(SortOrder::Ascending),
        ];
        for other in others {
            let problem = decode(&cursor, &other).unwrap_err();
            assert_eq!(
                (problem.status().as_u16(), problem.code()),
                (400, "BAD_CURSOR")
            );
        }
    }

    #[test]
    fn text_that_is_no_cursor_is_refused() {
        let digest = ASKED.digest(SortOrder::Ascending);
        let forged = [
            String::new(),
            "%%%".to_owned(),
            URL_SAFE_NO_PAD.encode(format!("1 {digest} 2026-000101")),
            URL_SAFE_NO_PAD.encode(format!("2 {digest} ")),
            URL_SAFE_NO_PAD.encode(format!("2 {digest} a b")),
            URL_SAFE_NO_PAD.encode(format!("2 {digest} ä")),
            URL_SAFE_NO_PAD.encode(format!("2 {digest} {}", "x".repeat(600))),
        ];
        for text in forged {
            let problem = decode(&text, &digest).unwrap_err();
            assert_eq!(problem.code(), "BAD_CURSOR", "{text}");
        }
    }
}
