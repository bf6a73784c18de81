//! Cases that go together.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::DocketNumber;

/// The case belongs to this consolidated group from now on: it joined it, or the group's
/// members or lead changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseConsolidated {
    /// The lead case: the lowest docket number of the group.
    pub lead_docket_number: DocketNumber,
    /// Every case of the group, this one and the lead among them, in their order.
    pub members: Vec<DocketNumber>,
}

/// The case left its consolidated group, or the group dissolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseUnconsolidated {}
