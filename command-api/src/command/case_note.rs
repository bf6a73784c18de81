//! The court's own note on a case. All of the court's people keep it, at any time.

use casefold_events::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declare::on_case;
use super::{Body, Check, limits};

/// Declares a command that writes the note.
macro_rules! writes_note {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        on_case!(
            $(#[$doc])*
            $name {
                /// The note, of one line or several.
                #[schema(value_type = String, min_length = 1, max_length = 9_000)]
                note: Personal<String>,
            }
            check |body, check| check.lines("note", body.note.expose(), limits::CASE_NOTE);
            example {"note": $example}
        );
    };
}

writes_note!(
    /// Writes the case's note, which the court alone reads. A case has one; it is added where
    /// there is none, and at any time.
    AddCaseNote,
    "The parties expect to settle before the calendar call."
);
writes_note!(
    /// Writes the case's note anew, in place of the one that is there.
    UpdateCaseNote,
    "The parties have settled. A stipulated decision will follow."
);
on_case!(
    /// Removes the case's note. The history keeps what stood in it.
    RemoveCaseNote {}
    check |_, _| {};
    example {}
);
