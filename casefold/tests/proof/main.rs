//! Whatever is done to the record is caught, and what was in it can be proved: on the real
//! embedded engine, and by the real program.
//!
//! | file | what it shows |
//! | --- | --- |
//! | `bytes` | any byte of any hashed attribute that is changed, commits and events that are swapped, commits that are missing: caught, and named |
//! | `store` | the same done to the event table and to that of checkpoints, by somebody who may write there |
//! | `verifying` | stopping, going on, sharing; what is no finding |
//! | `proving` | proofs, and what is kept back in them |
//! | `reading` | what the service answers where a case is not what it was |
//! | `program` | the tool, and a check where there is nothing but a file and a key |
//! | `court` | the court that they are tried on |
//! | `mischief` | what is done to it |

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod bytes;
mod court;
mod mischief;
mod program;
mod proving;
mod reading;
#[path = "../service/support.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod served;
mod store;
#[path = "../support/mod.rs"]
mod support;
mod verifying;
