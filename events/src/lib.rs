//! The vocabulary of a court's case: everything that can happen to it, and the
//! [`Commit`] that records it.
//!
//! The crate is pure. It does no I/O, reads no clock, draws no randomness and knows
//! nothing of AWS: times and ids come in as arguments. What is stored in the event
//! table is defined here and nowhere else.
//!
//! | module | holds |
//! | --- | --- |
//! | [`case`] | [`CaseEvent`]: the events, one file a group |
//! | [`commit`] | the envelope of one command's events: number, actor, times, hash chain |
//! | [`stored`] | the stored form of an event: type, schema version, canonical payload |
//! | [`upcast`] | steps that lift a payload of an old schema version to the next |
//! | [`personal`] | [`Personal`]: marks a person's data, and prints redacted |
//! | [`proof`] | hash trees over histories and heads, signed checkpoints, checking a proof |
//! | [`ids`], [`time`], [`vocabulary`], [`party`], [`entry`] | the values that events are made of |

pub mod canonical;
pub mod case;
pub mod commit;
pub mod entry;
pub mod ids;
mod json_schema;
pub mod party;
pub mod personal;
mod pointer;
pub mod proof;
mod schema;
pub mod stored;
mod text;
pub mod time;
pub mod upcast;
pub mod vocabulary;

pub use case::CaseEvent;
pub use commit::{ChainError, Commit, CommitRef, Digest, DraftCommit};
pub use ids::{
    CommandId, ContactId, CorrelationId, CorrespondenceId, DeadlineId, DocketEntryId, DocketNumber,
    EventId, StatisticId, TrialSessionId, UserId, Version,
};
pub use personal::Personal;
pub use stored::{DecodeError, StoredEvent};
pub use time::Timestamp;
