//! What is sent of a case's trial and hearings.

use casefold_events::Timestamp;
use casefold_events::case::trial::{Hearing, TrialSession};
use casefold_events::ids::TrialSessionId;
use serde::Serialize;
use utoipa::ToSchema;

use super::Reader;

/// The session in which a case is to be tried; empty where there is none, or none that the
/// reader may see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrialView {
    /// The trial session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_session_id: Option<TrialSessionId>,
    /// The first day of the session, or the day on which the case is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_date: Option<Timestamp>,
    /// Where: city and state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_location: Option<String>,
    /// The judge who holds the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_judge: Option<String>,
}

/// A hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HearingView {
    /// The session in which it is held.
    pub session: TrialSession,
}

impl TrialView {
    pub(super) fn of(reader: &Reader<'_>) -> Self {
        let session = reader.case.trial_session.as_ref();
        let Some(session) = session.filter(|_| reader.sees_trial()) else {
            return Self::default();
        };
        Self {
            trial_session_id: Some(session.trial_session_id),
            trial_date: Some(session.trial_date),
            trial_location: Some(session.trial_location.clone()),
            trial_judge: session.judge.clone(),
        }
    }
}

impl HearingView {
    pub(super) fn of(hearing: &Hearing) -> Self {
        Self {
            session: hearing.session.clone(),
        }
    }
}
