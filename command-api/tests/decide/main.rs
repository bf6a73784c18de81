//! Deciding: given a case, when a command, then events or a refusal.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod addresses;
mod attachments;
mod blocks;
mod calendar;
mod case_note;
mod consolidation;
mod correspondence;
mod counsel;
mod counsel_changes;
mod court_issued;
mod deadlines;
mod details;
mod docket;
mod draft_orders;
mod edited_papers;
mod entry_meta;
mod examples;
mod group_filing;
mod groups;
mod intake;
mod limits;
mod paper_filings;
mod parties;
mod people_and_records;
mod permissions;
mod petition_service;
mod policies;
mod recorded_drafts;
mod rules_page;
mod sequences;
mod stamps;
mod standing;
mod statistics;
mod statuses;
mod striking_and_sealing;
mod support;
mod trial;
