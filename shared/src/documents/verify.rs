//! Whether content is what a record says it is.

use bytes::Bytes;
use casefold_events::Digest;
use futures::stream::Fuse;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest as _, Sha256};

use crate::gateway::{BoxError, ContentStream, DocumentContent};

/// The store gave other content than the record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store has {bytes} bytes with the SHA-256 {found}, and the record says {expected}")]
pub struct WrongContent {
    /// What the record says.
    pub expected: Digest,
    /// What the store gave.
    pub found: Digest,
    /// How much the store gave.
    pub bytes: u64,
}

struct Checking {
    content: Fuse<ContentStream>,
    /// Taken when all is checked.
    sha256: Option<Sha256>,
    bytes: u64,
    /// The last piece, so far: it goes out when what follows it is known.
    held: Option<Bytes>,
}

/// Content that ends in [`WrongContent`] if it doesn't have a digest.
///
/// The last piece goes out only when the digest has been found to fit, so nobody gets as much
/// as was announced of anything else.
pub fn verified(content: DocumentContent, expected: Digest) -> ContentStream {
    let announced = content.bytes;
    let checking = Checking {
        content: content.stream.fuse(),
        sha256: Some(Sha256::new()),
        bytes: 0,
        held: None,
    };
    let next = move |mut checking: Checking| async move {
        let Some(mut sha256) = checking.sha256.take() else {
            return Ok(None);
        };
        while let Some(piece) = checking.content.try_next().await? {
            sha256.update(&piece);
            checking.bytes += piece.len() as u64;
            if let Some(before) = checking.held.replace(piece) {
                checking.sha256 = Some(sha256);
                return Ok(Some((before, checking)));
            }
        }
        let found = Digest::from(<[u8; 32]>::from(sha256.finalize()));
        if found == expected && checking.bytes == announced {
            let last = checking.held.take();
            return Ok(last.map(|last| (last, checking)));
        }
        let bytes = checking.bytes;
        Err(BoxError::from(WrongContent {
            expected,
            found,
            bytes,
        }))
    };
    stream::try_unfold(checking, next).boxed()
}

/// The digest of content, which is read to its end.
///
/// # Errors
/// Where the store fails on the way.
pub async fn sha256_of(content: ContentStream) -> Result<Digest, BoxError> {
    let hashed = content.try_fold(Sha256::new(), |mut sha256, piece| async move {
        sha256.update(&piece);
        Ok(sha256)
    });
    Ok(Digest::from(<[u8; 32]>::from(hashed.await?.finalize())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(announced: u64, pieces: &'static [&'static str]) -> DocumentContent {
        let pieces = pieces.iter().map(|piece| Ok(Bytes::from(*piece)));
        DocumentContent {
            bytes: announced,
            stream: stream::iter(pieces).boxed(),
        }
    }

    /// What went out, and whether it ended well.
    fn read(content: DocumentContent, expected: Digest) -> (String, bool) {
        let mut out = String::new();
        let mut checked = verified(content, expected);
        loop {
            match futures::executor::block_on(checked.next()) {
                Some(Ok(piece)) => out.push_str(std::str::from_utf8(&piece).unwrap()),
                Some(Err(_)) => return (out, false),
                None => return (out, true),
            }
        }
    }

    #[test]
    fn content_that_fits_goes_out_whole() {
        let expected = Digest::of(b"abcdef");
        for pieces in [
            &["abcdef"][..],
            &["ab", "cd", "ef"],
            &["abc", "", "def", ""],
        ] {
            assert_eq!(read(content(6, pieces), expected), ("abcdef".into(), true));
        }
    }

    #[test]
    fn other_content_ends_in_an_error_before_its_last_piece() {
        let expected = Digest::of(b"abcdef");
        let other = read(content(6, &["ab", "cd", "eX"]), expected);
        assert_eq!(other, ("abcd".into(), false));
        let longer = read(content(6, &["abc", "def", "g"]), expected);
        assert_eq!(longer, ("abcdef".into(), false));
        let shorter = read(content(6, &["abc"]), expected);
        assert_eq!(shorter, (String::new(), false));
        let nothing = read(content(6, &[]), expected);
        assert_eq!(nothing, (String::new(), false));
    }

    #[test]
    fn content_that_is_less_than_announced_is_not_what_it_was() {
        let announced_more = read(content(7, &["abc", "def"]), Digest::of(b"abcdef"));
        assert_eq!(announced_more, ("abc".into(), false));
    }
}
