//! Generations are rebuilt beside a court at work, compared and switched to, and nothing is
//! lost: on the real embedded engine, with its real stream, and by the real program.
//!
//! | file | what it shows |
//! | --- | --- |
//! | `property`, `given` | whatever is killed when, generations end as the pure fold, and readers never see less than they ask for |
//! | `sharing` | segments are resumed and shared; what is newer stays; the rate is kept to |
//! | `steps` | the steps of a rebuild, each by itself |
//! | `parked` | a case that can't be folded waits alone, and is told |
//! | `reconciling` | each kind of difference is named and mended, and blocks a switch until then |
//! | `loss` | the snapshot table and the control table can be lost |
//! | `program` | the tool and the service |
//! | `world`, `watched` | the court that they are tried on |

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../projector_convergence/history.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod acts;
mod given;
mod loss;
mod milestones;
mod parked;
mod program;
mod property;
mod reconciling;
#[path = "../service/support.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod served;
mod sharing;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod watched;
mod world;
