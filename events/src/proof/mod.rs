//! Proof that a commit was in the court's record at a time, for somebody who trusts neither the
//! database nor whoever runs it, but a public key.
//!
//! | module | holds |
//! | --- | --- |
//! | [`merkle`] | the hash trees of RFC 6962 (and 9162): roots, paths, peaks |
//! | [`heads`] | the trees of a court: the history of each case, and the heads of all cases |
//! | [`checkpoint`] | what is signed: the root over all heads at a time, chained |
//! | [`key`] | public keys, and checking a signature |
//! | [`mod@file`] | a proof that stands by itself, and checking it |
//!
//! ```text
//!   commit 17 of 101-26        SHA-256 over all that it says, chained to the commit before
//!        │ path
//!   history root of 101-26     over the hashes of commits 1 … v
//!        │ in the leaf: docket number, version, head hash, history root
//!        │ path
//!   root of a bucket           over 256 consecutive numbers of a year
//!        │ in the leaf: the bucket's name, its counts, its root
//!        │ path
//!   root of a checkpoint       signed, with its number, its time, and the checkpoint before
//! ```
//!
//! All of it is pure: nothing is read, and the time comes in as an argument. Making a signature
//! is left to those who have a key.

pub mod checkpoint;
pub mod file;
pub mod heads;
pub mod key;
pub mod merkle;

/// A list of fields, each preceded by its length (8 bytes, big-endian) and the first of them the
/// encoding's name, so that no two lists of fields of any encodings give the same bytes.
fn encode_fields(domain: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in std::iter::once(&domain.as_bytes()).chain(fields) {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}
