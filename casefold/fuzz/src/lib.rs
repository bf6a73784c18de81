//! What Casefold decodes, fuzzed.
//!
//! Each target is a plain function over bytes: it decodes them as the services do, and panics where
//! something is not as it must be. libFuzzer drives them (`fuzz_targets`, behind the feature
//! `libfuzzer`), and an ordinary test runs everything under `corpus` through them.
//!
//! | target | decodes | must hold of what it decodes |
//! | --- | --- | --- |
//! | [`commit`] | a commit's item, or an invocation with stream records | written again it is the same item; two commits of one hash are the same; folding ends in a case or an error |
//! | [`snapshot`] | the rows of a case in the snapshot table, or a packed case | written again it is the same case; it takes no more memory than its bytes allow |
//! | [`upcast`] | an event of any type and schema version | it is one of the newest version, and written again it is the same |
//! | [`import`] | a file of a court's items | each case has a plan whose commits are understood and fold into the case, twice the same |
//! | [`cursor`] | where the next page of a list goes on | only what the service itself writes is taken, and for its own list alone |
//! | [`token`] | a bearer token, or a set of keys | nothing is accepted that was not signed, and nobody else is meant than it says |
//! | [`proof`] | a proof | it proves nothing that was not in the record |
//! | [`command`] | a command's body | read again it is the same; whatever is decided is stored and folded |
//!
//! *Invariant:* a target reads no clock and draws no chance, so a finding comes again.

mod commands;
mod commits;
mod cursors;
mod events;
mod imports;
mod items;
mod proofs;
mod snapshots;
mod tokens;

use casefold_events::Timestamp;

pub use commands::command;
pub use commits::commit;
pub use cursors::cursor;
pub use events::upcast;
pub use imports::import;
pub use proofs::proof;
pub use snapshots::snapshot;
pub use tokens::token;

/// A target's function.
pub type Target = fn(&[u8]) -> Outcome;

/// Every target, by its name: that of its program and of its folder in the corpus.
pub const TARGETS: [(&str, Target); 8] = [
    ("command", command),
    ("commit", commit),
    ("cursor", cursor),
    ("import", import),
    ("proof", proof),
    ("snapshot", snapshot),
    ("token", token),
    ("upcast", upcast),
];

/// What became of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They are not what they should be, and were refused.
    Refused,
    /// They were taken, and all that must hold holds.
    Taken,
}

/// 2026-11-23T12:00:00Z, when every target is.
fn now() -> Timestamp {
    Timestamp::from_millis(1_795_435_200_000)
}
