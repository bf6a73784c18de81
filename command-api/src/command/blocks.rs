//! What keeps a case from trial, and what hastens it.

use casefold_events::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::standing::plain;
use super::{Body, Check, limits};

/// Declares a command that has nothing but a reason and its time.
macro_rules! reasoned {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// Why.
            #[schema(min_length = 1, max_length = 250, example = $example)]
            pub reason: String,
            /// From when it holds; by default from now. Not in the future.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub effective_at: Option<Timestamp>,
        }

        impl Body for $name {
            const NAME: &'static str = stringify!($name);

            fn check(&self, check: &mut Check) {
                check.text("reason", &self.reason, limits::REASON);
            }

            fn effective_at(&self) -> Option<Timestamp> {
                self.effective_at
            }
        }

        impl $name {
            /// A complete body.
            pub fn example() -> Value {
                json!({"type": Self::NAME, "reason": $example})
            }
        }
    };
}

reasoned!(
    /// Keeps a case from trial.
    BlockFromTrial,
    "Settlement is being negotiated"
);
plain!(
    /// Keeps a case from trial no longer. What keeps it from trial by itself, an open
    /// deadline or something pending, goes on to.
    UnblockFromTrial
);
reasoned!(
    /// Has a case tried before others. It is not kept from trial by itself then.
    Prioritize,
    "The petitioner is gravely ill"
);
plain!(
    /// Has a case tried in its turn again.
    Unprioritize
);
