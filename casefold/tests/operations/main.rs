//! What operates the service by: its figures, and the log by which a command is followed from the
//! request to the snapshot. The API over HTTP and the projector on the real stream, on the
//! embedded engine.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../../../shared/tests/support/emf.rs"]
mod emf;
mod figures;
mod operated;
#[path = "../support/mod.rs"]
mod support;
mod traces;
