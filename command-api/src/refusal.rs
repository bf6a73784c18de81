//! Refusals: what the rules of the court don't allow.
//!
//! A refusal is no failure: the service works, and says no. It has a stable code, the HTTP
//! status as which it is sent, and a sentence that says what to do. Nothing personal is in
//! it. Failures of the store are [`casefold_shared::gateway::StoreError`].

mod declare;
mod table;

pub use table::Refusal;

use crate::command::InvalidField;

/// What is documented of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalCode {
    /// The code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// When it is given.
    pub meaning: &'static str,
}

impl Refusal {
    /// The field of the command that the refusal is about, where it is about one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::InvalidField { invalid } => Some(&invalid.path),
            Self::TimeInFuture { field }
            | Self::TimeTooEarly { field, .. }
            | Self::FieldNotEditable { field } => Some(field),
            Self::DocumentNotStored { path } => Some(path),
            other => other.about(),
        }
    }
}

impl From<InvalidField> for Refusal {
    fn from(invalid: InvalidField) -> Self {
        Self::InvalidField { invalid }
    }
}
