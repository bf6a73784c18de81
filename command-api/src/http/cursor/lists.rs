//! Cursors of the lists of the court and of questions across cases: bound by a digest to all that
//! is asked, they name the place after which the next page begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casefold_events::Digest;

use super::{bad, malformed, text_of};
use crate::http::problem::Problem;

/// How many characters of a digest tell the lists apart that a cursor may belong to.
const DIGEST_CHARACTERS: usize = 16;

/// What a cursor belongs to: a kind of list, and all that is asked of it.
pub fn cursor_digest(kind: &str, asked: &[&str]) -> String {
    let fields = asked.iter().map(|text| text.as_bytes());
    let mut digest = Digest::of_fields(kind, fields).to_string();
    digest.truncate(DIGEST_CHARACTERS);
    digest
}

/// The cursor of a page that begins after a place, which is a text without blanks.
pub fn encode(digest: &str, sort: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("2 {digest} {sort}"))
}

/// The place after which the page of a cursor begins.
///
/// # Errors
/// 400 where the text is no cursor, or is one of another list.
pub fn decode(cursor: &str, digest: &str) -> Result<String, Problem> {
    let text = text_of(cursor)?;
    let mut parts = text.split(' ');
    let (Some("2"), Some(of), Some(sort), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed());
    };
    // Every sort text is so; the store is asked with nothing else.
    if sort.is_empty() || sort.len() > 512 || !sort.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(malformed());
    }
    if of != digest {
        return Err(bad(
            "the cursor belongs to another list; begin without a cursor",
        ));
    }
    Ok(sort.to_owned())
}
