//! The kinds of content that the court takes as a document, and how each is recognized.
//!
//! A store keeps bytes and no more, so what a document is follows from its first bytes: when
//! it comes, they have to be of the kind that its sender says; when it goes out, they say what
//! it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// So many of a document's first bytes are looked at. Readers of PDF take a header anywhere
/// within them.
pub const LOOKED_AT: usize = 1024;

/// A kind of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum MediaType {
    /// PDF: nearly every document.
    #[serde(rename = "application/pdf")]
    Pdf,
    /// A scan as JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A scan as PNG.
    #[serde(rename = "image/png")]
    Png,
    /// A scan as TIFF.
    #[serde(rename = "image/tiff")]
    Tiff,
}

impl MediaType {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Pdf, Self::Jpeg, Self::Png, Self::Tiff];

    /// The media type, as the header Content-Type says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
        }
    }

    /// How names of such files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Tiff => "tif",
        }
    }

    /// The kind of a media type as a header says it, in any case and with any parameters.
    pub fn named(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        let is = |kind: &&Self| kind.as_str().eq_ignore_ascii_case(essence);
        Self::ALL.iter().find(is).copied()
    }

    /// The kind of content that begins with these bytes.
    pub fn recognized(first: &[u8]) -> Option<Self> {
        let first = &first[..first.len().min(LOOKED_AT)];
        let begins = |mark: &[u8]| first.starts_with(mark);
        if first.windows(5).any(|bytes| bytes == b"%PDF-") {
            Some(Self::Pdf)
        } else if begins(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if begins(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if begins(b"II*\0") || begins(b"MM\0*") {
            Some(Self::Tiff)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_recognized_by_its_first_bytes_and_named_as_it_is_serialized() {
        let firsts: [&[u8]; 4] = [
            b"\n\n%PDF-1.7\n",
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n\0",
            b"MM\0*\0",
        ];
        for (kind, first) in MediaType::ALL.iter().zip(firsts) {
            assert_eq!(MediaType::recognized(first), Some(*kind));
            assert_eq!(serde_json::json!(kind), kind.as_str());
            let named = format!("{}; charset=x", kind.as_str().to_uppercase());
            assert_eq!(MediaType::named(&named), Some(*kind));
        }
    }

    #[test]
    fn what_is_not_listed_is_not_recognized() {
        let late = [vec![b' '; LOOKED_AT], b"%PDF-1.7".to_vec()].concat();
        for first in [&b"MZ"[..], b"<html>", b"PK\x03\x04", b"", &late] {
            assert_eq!(MediaType::recognized(first), None);
        }
        assert_eq!(MediaType::named("text/html"), None);
        assert_eq!(MediaType::named(""), None);
    }
}
