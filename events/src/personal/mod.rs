//! Personal data: marked in the types, encrypted where it is stored, forgotten with its key.
//!
//! | file | holds |
//! | --- | --- |
//! | this one | [`Personal`], the mark |
//! | `marked` | the mark, given back to a payload that was read |
//! | [`keys`] | whose a value is, the keys of a case, encryption under them |
//! | [`sealing`] | a draft's personal values to ciphertext |
//! | [`opening`] | a commit's personal values back to what they say |
//! | [`source`] | where a command came from: the personal value that is in no event |
//!
//! A value is encrypted under a key of the person whom it tells of, and the hash chain runs over
//! the ciphertext. So a person is forgotten by destroying a key, and no hash changes.

pub mod keys;
mod marked;
pub mod opening;
pub mod sealing;
pub mod source;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

pub(crate) use marked::Marked;

/// A value that tells something about a person: a name, an address, the free text of a
/// caption.
///
/// It serializes as the value itself (with a mark by which it is [noted](crate::canonical) where it stands in a payload) and prints as
/// `‹personal›`, so that no log line or error message repeats it by accident. Encrypting and
/// forgetting a person's data have this one type to work on. Reading the value is an explicit
/// act: [`Personal::expose`].
///
/// ```
/// use casefold_events::Personal;
/// let name = Personal::new("Vera Lindholm".to_owned());
/// assert_eq!(format!("{name:?}"), "‹personal›");
/// assert_eq!(name.expose(), "Vera Lindholm");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Personal<T>(T);

/// The name under which a personal value shows itself to a serializer. No other type of an
/// event has it, and no JSON shows it.
pub(crate) const MARK: &str = "casefold.Personal";

/// What stands in the place of a text that was forgotten.
pub const FORGOTTEN: &str = "[forgotten]";

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

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(MARK, &self.0)
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
