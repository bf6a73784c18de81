//! HTTP without a store: what is answered before a case is looked at, and what when the
//! store fails. The service over a real engine is tested in the crate `casefold`.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod described;
mod description;
#[path = "../../../shared/tests/support/emf.rs"]
mod emf;
mod failures;
mod figures;
mod limits;
mod lists;
mod requests;
mod support;
mod surroundings;
mod tokens;
mod wire;
