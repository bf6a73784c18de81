//! Reading a stream as AWS has it, by one process and by several that come, go, die and are held
//! up: with leases on the real engine, and streams that a stand-in serves over HTTP to the SDK's
//! own client, since no engine here splits, closes, trims or throttles.
//!
//! | file | what it shows |
//! | --- | --- |
//! | `stream` | splits, pages, ends, iterators that expire, records and shards that are gone, streams that are replaced |
//! | `sharing` | shares, takeovers, late checkpoints, registrations |
//! | `running` | a feed as it runs, with its tasks and pauses |
//! | `property` | whatever happens when: each record in order, parents before children, checkpoints forward only |
//! | `cost` | what an idle process costs in an hour |
//! | `program` | the real program, of which one process is killed |
//! | `world`, `fake` | what it is tried on |

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod cost;
mod fake;
mod program;
mod property;
mod running;
#[path = "../service/support.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod served;
mod sharing;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod world;
