//! Trial: what keeps a case from it, what hastens it, and where and when it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::TrialSessionId;
use crate::personal::Personal;
use crate::time::Timestamp;
use crate::vocabulary::AutomaticBlockReason;

/// A trial session, as a case knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrialSession {
    /// The session.
    pub trial_session_id: TrialSessionId,
    /// The first day of the session, or the day on which the case is called.
    pub trial_date: Timestamp,
    /// Where: city and state.
    pub trial_location: String,
    /// The judge who holds the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
}

/// The case was put into a trial session whose calendar is not set yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddedToTrialSession {
    /// The session.
    pub session: TrialSession,
}

/// The case was set on the calendar of a trial session. Its status is Calendared from now
/// on, and it is with the session's judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseCalendared {
    /// The session.
    pub session: TrialSession,
}

/// The case was taken out of its trial session. What status it has then says an event of
/// its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedFromTrialSession {
    /// The session.
    pub trial_session_id: TrialSessionId,
}

/// A hearing of the case was set in a trial session, beside the case's own. A later event
/// for the same session changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HearingSet {
    /// The hearing.
    pub hearing: Hearing,
}

/// A hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hearing {
    /// The session in which it is held.
    pub session: TrialSession,
    /// What the calendar says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub calendar_notes: Option<Personal<String>>,
}

/// A hearing was taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HearingRemoved {
    /// The session in which it was to be held.
    pub trial_session_id: TrialSessionId,
}

/// Somebody of the court kept the case from trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrialBlocked {
    /// Why.
    #[schema(value_type = String)]
    pub reason: Personal<String>,
}

/// Nobody of the court keeps the case from trial any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrialUnblocked {}

/// The case is kept from trial by itself: it has an open deadline, something pending, or
/// both. A later event changes the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutomaticallyBlocked {
    /// Why.
    pub reason: AutomaticBlockReason,
}

/// Nothing about the case keeps it from trial by itself any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutomaticBlockLifted {}

/// The case is to be tried before others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CasePrioritized {
    /// Why.
    #[schema(value_type = String)]
    pub reason: Personal<String>,
}

/// The case is not to be tried before others any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseUnprioritized {}
