//! A case as the court sees it, for telling its fields one by one.

use casefold_shared::blame::Portrait;
use casefold_shared::case::{Case, DocketEntry};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{CaseAnswer, DocketEntryView, DocketView};
use crate::access::{Reader, Relation};
use crate::decide::Actor;

/// What of a case is none of its fields: how far it was folded, which is another after every
/// commit; and its docket entries, which are told by themselves.
const NOT_FIELDS: &[&str] = &["version", "foldedFrom", "docketEntries", "asOf"];

/// A case as the court sees it.
#[derive(Clone, Debug)]
pub struct CourtPortrait {
    actor: Actor,
}

impl CourtPortrait {
    /// For somebody of the court: what is shown is the same for all of them.
    pub const fn of(actor: Actor) -> Self {
        Self { actor }
    }

    const fn reader<'a>(&'a self, case: &'a Case) -> Reader<'a> {
        Reader::standing(&self.actor, case, Relation::Internal)
    }
}

impl Portrait for CourtPortrait {
    fn header(&self, case: &Case) -> Map<String, Value> {
        let docket = DocketView {
            last_docket_entry_index: case.docket.last_index(),
            docket_entries: Vec::new(),
            next_docket_entries: None,
        };
        let mut fields = fields(&CaseAnswer::of(&self.reader(case), docket));
        for name in NOT_FIELDS {
            fields.remove(*name);
        }
        fields
    }

    fn entry(&self, case: &Case, entry: &DocketEntry) -> Map<String, Value> {
        DocketEntryView::of(&self.reader(case), entry)
            .map(|view| fields(&view))
            .unwrap_or_default()
    }
}

/// A view is an object of texts, numbers and the like, which always has a JSON form.
fn fields<T: Serialize>(view: &T) -> Map<String, Value> {
    match serde_json::to_value(view) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
}
