//! Trial sessions of a file. They belong to no case; a case names those that it is in.

use std::collections::HashMap;

use casefold_events::DocketNumber;
use serde_json::Value;

use super::source::SourceItem;

/// What a file says of a trial session that a case names, beside what the case says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSession {
    /// Its first day, as it is written.
    pub start_date: Option<String>,
    /// Where it is held.
    pub trial_location: Option<String>,
    /// The name of the judge who holds it.
    pub judge: Option<String>,
    /// What its calendar notes about the case.
    pub calendar_notes: Option<String>,
}

/// The trial sessions of a file by their ids.
pub(super) struct Sessions<'a>(HashMap<&'a str, &'a SourceItem>);

impl<'a> Sessions<'a> {
    pub(super) fn of(items: &'a [SourceItem]) -> Self {
        let by_id = |item: &'a SourceItem| Some((item.pk.strip_prefix("trial-session|")?, item));
        Self(items.iter().filter_map(by_id).collect())
    }

    /// The sessions that the items of a case name, by their ids.
    pub(super) fn named_in<'b>(
        &self,
        case: DocketNumber,
        items: impl IntoIterator<Item = &'b SourceItem>,
    ) -> HashMap<String, SourceSession> {
        items
            .into_iter()
            .filter_map(|item| {
                let id = item.text("trialSessionId")?;
                let session = self.0.get(id)?;
                Some((id.to_owned(), facts(session, case)))
            })
            .collect()
    }
}

fn facts(session: &SourceItem, case: DocketNumber) -> SourceSession {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let judge = session.fields.get("judge").and_then(|j| j.get("name"));
    let order = session.fields.get("caseOrder").and_then(Value::as_array);
    let number = case.to_string();
    let of_case = order
        .into_iter()
        .flatten()
        .find(|entry| entry.get("docketNumber").and_then(Value::as_str) == Some(number.as_str()));
    SourceSession {
        start_date: text(session.fields.get("startDate")),
        trial_location: text(session.fields.get("trialLocation")),
        judge: text(judge),
        calendar_notes: text(of_case.and_then(|entry| entry.get("calendarNotes"))),
    }
}
