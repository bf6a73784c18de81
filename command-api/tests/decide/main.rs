//! Deciding: given a case, when a command, then events or a refusal.

mod consolidation;
mod court_issued;
mod docket;
mod examples;
mod intake;
mod invariants;
mod limits;
mod parties;
mod permissions;
mod standing;
mod support;
