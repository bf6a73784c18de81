//! Deadlines. All of the court's people keep them, at any time.

use casefold_events::{DeadlineId, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declare::on_case;
use super::{Body, Check, RecordRef, limits};

on_case!(
    /// Sets a deadline. It may be set before the petition is served, as a clerk does who finds
    /// something lacking in it; and it may have passed, where it is recorded late. It is open
    /// until it is removed, and keeps the case from trial as long.
    AddDeadline {
        /// By when. Not before the court received the petition.
        due: Timestamp,
        /// What is to be done.
        #[schema(value_type = String, min_length = 1, max_length = 500)]
        description: Personal<String>,
    }
    check |body, check| check.personal("description", Some(&body.description), limits::DEADLINE);
    example {"due": "2030-01-31T00:00:00.000Z", "description": "Status report by the respondent"}
);
on_case!(
    /// Changes a deadline; what is left out stays.
    UpdateDeadline {
        /// The deadline.
        deadline: RecordRef<DeadlineId>,
        /// By when. Not before the court received the petition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Timestamp>,
        /// What is to be done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
        description: Option<Personal<String>>,
    }
    check |body, check| {
        check.personal("description", body.description.as_ref(), limits::DEADLINE);
    };
    example {"deadline": 1, "due": "2030-02-28T00:00:00.000Z"}
);
on_case!(
    /// Removes a deadline: it is met, or holds no more.
    RemoveDeadline {
        /// The deadline.
        deadline: RecordRef<DeadlineId>,
    }
    check |_, _| {};
    example {"deadline": 1}
);
