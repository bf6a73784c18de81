//! Where a case stands: status, judge, caption, seal.

use casefold_events::vocabulary::CaseStatus;
use casefold_events::{DocketNumber, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::consolidation::{EXAMPLE_CASES, check_cases};
use super::{Body, Check, limits};

/// Changes status, judge or caption: at least one of them. The cases of a consolidated group
/// share status and judge: see the form for a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCaseContext {
    /// The status. `New` and `Calendared` can't be set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CaseStatus>,
    /// The judge's name. On the general docket the Chief Judge has every case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "Buch")]
    pub judge: Option<String>,
    /// The caption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub caption: Option<Personal<String>>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for UpdateCaseContext {
    const NAME: &'static str = "UpdateCaseContext";

    fn check(&self, check: &mut Check) {
        check.optional("judge", self.judge.as_ref(), limits::NAME);
        check.personal("caption", self.caption.as_ref(), limits::TITLE);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl UpdateCaseContext {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "status": "Assigned - Case", "judge": "Buch"})
    }
}

/// Changes status or judge of a consolidated group, or both: the group is listed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCaseContextInGroup {
    /// Every case of one consolidated group.
    #[schema(min_items = 1, max_items = 100)]
    pub docket_numbers: Vec<DocketNumber>,
    /// The status: one that consolidated cases can have, and that is set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CaseStatus>,
    /// The judge's name. On the general docket the Chief Judge has every case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "Buch")]
    pub judge: Option<String>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for UpdateCaseContextInGroup {
    const NAME: &'static str = UpdateCaseContext::NAME;

    fn check(&self, check: &mut Check) {
        check_cases(&self.docket_numbers, 1, check);
        check.optional("judge", self.judge.as_ref(), limits::NAME);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl UpdateCaseContextInGroup {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "docketNumbers": EXAMPLE_CASES,
            "status": "Submitted",
            "judge": "Colvin",
        })
    }
}

/// Declares a command that has nothing but its time.
macro_rules! plain {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// From when it holds; by default from now. Not in the future.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub effective_at: Option<Timestamp>,
        }

        impl Body for $name {
            const NAME: &'static str = stringify!($name);

            fn check(&self, _: &mut Check) {}

            fn effective_at(&self) -> Option<Timestamp> {
                self.effective_at
            }
        }

        impl $name {
            /// A complete body.
            pub fn example() -> Value {
                json!({"type": Self::NAME})
            }
        }
    };
}

pub(super) use plain;

plain!(
    /// Seals the whole case: outsiders see its number and that it is sealed, and nothing
    /// else.
    SealCase
);
plain!(
    /// Unseals the case.
    UnsealCase
);
