//! The contract of the gateway's DynamoDB implementation, on a real engine.
//!
//! It runs on the embedded engine, and on any other DynamoDB endpoint that
//! `CASEFOLD_TEST_ENDPOINT` names; each test has tables of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../support/mod.rs"]
mod support;

mod access_log;
mod buckets;
mod checkpoints;
mod commit_index;
mod commits;
mod contents;
mod control;
mod establishing;
mod faults;
mod following;
mod forgetting;
mod gathering;
mod generations;
mod keys;
mod large_cases;
mod layout;
mod leases;
mod list_pages;
mod lists;
mod lists_mending;
mod mending;
mod metering;
mod milestones;
mod rows;
mod scans;
mod snapshots;
