//! Casefold on one machine, and the operators' tool.
//!
//! The same services that run as Lambdas in AWS run here in one process, on a DynamoDB engine that
//! is embedded in it and keeps everything in one file.
//!
//! *Invariant:* nothing here decides or folds. This crate starts things, wires them together and
//! looks after the machine's side: files, locks, ports, processes.

pub mod backend;
mod checkpoints;
pub mod cli;
pub mod cmd;
pub mod data_dir;
mod duties;
pub mod engine;
pub mod export;
pub mod feed;
pub mod generate;
pub mod import;
mod issuer;
pub mod output;
mod projecting;
mod refill;
pub mod relational;
mod serving;
