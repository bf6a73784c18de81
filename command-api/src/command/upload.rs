//! Asking for an address to put a document to. It is no command, for no case is concerned, but
//! its body is read as strictly.

use casefold_events::{Digest, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Body, Check, CommandParseError, InvalidField, check, parse};
use crate::rules::media_types::MediaType;

/// What is to be put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestUpload {
    /// SHA-256 of the content: 64 lower-case hexadecimal digits.
    pub sha256: Digest,
    /// How many bytes it has.
    #[schema(minimum = 1, example = 48_213)]
    pub bytes: u64,
    /// What it is.
    pub content_type: MediaType,
}

impl Body for RequestUpload {
    const NAME: &'static str = "RequestUpload";

    fn check(&self, check: &mut Check) {
        if self.bytes == 0 {
            check.refuse("bytes", "is 0; an empty document can't be filed");
        }
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

impl RequestUpload {
    /// Reads the body.
    ///
    /// # Errors
    /// [`CommandParseError`] names the field that can't be read.
    pub fn parse(value: Value) -> Result<Self, CommandParseError> {
        parse::body(value)
    }

    /// Checks lengths and forms.
    ///
    /// # Errors
    /// [`InvalidField`] names the first field that can't be taken.
    pub fn validate(&self) -> Result<(), InvalidField> {
        check::validate(self)
    }

    /// A complete body.
    pub fn example() -> Value {
        json!({
            "sha256": Digest::of(b"%PDF-1.7"),
            "bytes": 8,
            "contentType": MediaType::Pdf,
        })
    }
}
