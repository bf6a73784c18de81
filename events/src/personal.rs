//! Personal data, marked in the types.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A value that tells something about a person: a name, an address, the free text of a
/// caption.
///
/// It serializes as the value itself and prints as `‹personal›`, so that no log line or
/// error message repeats it by accident. Encrypting and forgetting a person's data have
/// this one type to work on. Reading the value is an explicit act: [`Personal::expose`].
///
/// ```
/// use casefold_events::Personal;
/// let name = Personal::new("Vera Lindholm".to_owned());
/// assert_eq!(format!("{name:?}"), "‹personal›");
/// assert_eq!(name.expose(), "Vera Lindholm");
/// ```
#[derive(
    Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
pub struct Personal<T>(T);

/// What a [`Personal`] prints in place of its value.
pub const REDACTED: &str = "‹personal›";

impl<T> Personal<T> {
    /// Marks a value as personal data.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Call it where the value is used, never where it is logged.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the mark off.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Personal<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T> fmt::Display for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}
