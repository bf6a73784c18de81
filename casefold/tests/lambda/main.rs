//! The Lambda functions: the real packages, started as Lambda starts them, invoked through a
//! Runtime API, on the real embedded engine.
//!
//! | file | what it shows |
//! | --- | --- |
//! | `gateway` | the API behind API Gateway: callers by its authorizer, binary and large answers, stages |
//! | `stream` | a commit's stream record is folded; records that are torn or poisoned spoil no other |
//! | `rebuild`, `reconcile` | a generation filled and compared in pieces, by workers whose time is over and who are called again |
//! | `record` | the record signed, and how things stand |
//! | `jobs` | work that comes round by itself, and what becomes of it where some of it fails |
//! | `starting` | handlers, settings that can't be, events that are none |
//! | `measure` | cold start and peak memory, where it is asked for |
//! | `world` | a court, and its functions |
//!
//! The programs are those of this build. `CASEFOLD_LAMBDA_DIR` names a folder with packages in
//! their place: `command-api/bootstrap` and `projector/bootstrap`.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../projector_convergence/history.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod acts;
mod gateway;
mod jobs;
mod measure;
mod rebuild;
mod reconcile;
mod record;
#[path = "../support/runtime_api.rs"]
mod runtime_api;
mod starting;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod world;
