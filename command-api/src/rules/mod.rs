//! The rules of the court that are tables: data, readable in one place each.
//!
//! | module | table |
//! | --- | --- |
//! | [`permissions`] | which roles may send which command |
//! | [`event_codes`] | what follows from a document's event code |
//! | [`statuses`] | how a case comes from one status to another, and what follows from one |
//!
//! [`page`] makes `docs/rules.md` of them, for people.

pub mod event_codes;
pub mod media_types;
pub mod page;
pub mod permissions;
pub mod statuses;
