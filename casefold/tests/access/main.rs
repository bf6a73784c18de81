//! No one let in: who may do and see what, tried over HTTP on the real program.
//!
//! | module | what it tries |
//! | --- | --- |
//! | [`matrix`] | every command, by every role, by everybody who stands in some way to a case |
//! | [`tokens`] | tokens that must not be accepted; keys that are published, changed and lost |
//! | [`sealed`] | two courts that differ in what is sealed alone: to outsiders they are the same |

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../promises/chance.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod chance;
mod court;
#[path = "../support/history.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "each test target uses a part of it"
)]
mod history;
mod matrix;
#[path = "../service/visibility/record.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod record;
mod sealed;
#[path = "../service/support.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod served;
mod tokens;
