//! What the court keeps with a case beside its docket: deadlines, correspondence,
//! statistics, a note.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entry::DocumentRef;
use crate::ids::{CorrespondenceId, DeadlineId, DocketEntryId, StatisticId};
use crate::personal::Personal;
use crate::time::Timestamp;
use crate::vocabulary::StatisticPeriod;

/// A date by which somebody has to do something. It is open until it is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deadline {
    /// Its id in the case.
    pub deadline_id: DeadlineId,
    /// The date.
    pub due: Timestamp,
    /// What is to be done.
    #[schema(value_type = String)]
    pub description: Personal<String>,
    /// The order that set it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_by: Option<DocketEntryId>,
}

/// A deadline was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadlineAdded {
    /// The deadline.
    pub deadline: Deadline,
}

/// A deadline changed. The event carries it as it is now, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadlineUpdated {
    /// The deadline as it is now.
    pub deadline: Deadline,
}

/// A deadline is not open any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadlineRemoved {
    /// The deadline.
    pub deadline_id: DeadlineId,
}

/// A letter about the case that is no document of its docket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Correspondence {
    /// Its id in the case.
    pub correspondence_id: CorrespondenceId,
    /// What it is.
    #[schema(value_type = String)]
    pub title: Personal<String>,
    /// When it was filed.
    pub filing_date: Timestamp,
    /// The user who filed it.
    #[schema(value_type = String)]
    pub filed_by: Personal<String>,
    /// How many pages it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_of_pages: Option<u32>,
    /// Where its content is.
    pub document: DocumentRef,
}

/// Correspondence was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrespondenceAdded {
    /// The correspondence.
    pub correspondence: Correspondence,
}

/// Correspondence changed. The event carries it as it is now, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrespondenceUpdated {
    /// The correspondence as it is now.
    pub correspondence: Correspondence,
}

/// Correspondence is not kept with the case any more. The event that added it stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrespondenceRemoved {
    /// The correspondence.
    pub correspondence_id: CorrespondenceId,
}

/// What the case is about in figures, for one year or period. Amounts are in cents of a
/// dollar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statistic {
    /// Its id in the case.
    pub statistic_id: StatisticId,
    /// Whether it is about a year or a period.
    pub period: StatisticPeriod,
    /// The year, of one about a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// The last day, of one about a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_date_of_period: Option<Timestamp>,
    /// The deficiency that the notice says.
    pub irs_deficiency_cents: i64,
    /// The deficiency that the court has determined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub determined_deficiency_cents: Option<i64>,
    /// The penalties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub penalties: Vec<Penalty>,
}

/// A penalty. Amounts are in cents of a dollar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Penalty {
    /// Its name, say "IRC section 6662(a)".
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The amount that the notice says.
    #[schema(minimum = 0)]
    pub irs_amount_cents: i64,
    /// The amount that the court has determined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub determined_amount_cents: Option<i64>,
}

/// A statistic was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticAdded {
    /// The statistic.
    pub statistic: Statistic,
}

/// A statistic changed. The event carries it as it is now, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticUpdated {
    /// The statistic as it is now.
    pub statistic: Statistic,
}

/// A statistic was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatisticRemoved {
    /// The statistic.
    pub statistic_id: StatisticId,
}

/// Damages and litigation costs, in cents of a dollar: at least one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OtherStatistics {
    /// Damages under IRC section 6673.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub damages_cents: Option<i64>,
    /// Litigation costs under IRC section 7430.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub litigation_costs_cents: Option<i64>,
}

/// Damages and litigation costs were set, anew or in place of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtherStatisticsSet {
    /// Both, as they are now.
    pub other_statistics: OtherStatistics,
}

/// Damages and litigation costs were removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtherStatisticsRemoved {}

/// The case's note was written, anew or in place of another. It is for the court alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseNoteWritten {
    /// The note.
    #[schema(value_type = String)]
    pub note: Personal<String>,
}

/// The case's note was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseNoteRemoved {}
