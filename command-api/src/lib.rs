//! Decides commands over a case, and serves them over HTTP.
//!
//! | module | knows | never knows |
//! | --- | --- | --- |
//! | [`command`] | the typed bodies, their limits, an example of each | the case |
//! | [`rules`] | tables: roles, event codes, status transitions | how they are enforced |
//! | [`decide`], [`refusal`] | pure: case and command in, events or a refusal out | I/O, clocks |
//! | [`policy`] | pure: what follows from an event by itself | which command it was |
//! | [`access`] | what each reader sees | HTTP |
//! | [`audit`] | what a question across cases may name, and is told | HTTP, stores |
//! | [`fields`] | asking for fields of a case by name | the case |
//! | [`service`] | load, decide, append, try again; reads | HTTP, DynamoDB, rules |
//! | [`auth`], [`http`] | tokens, routes, problem documents, OpenAPI | rules, DynamoDB |
//! | [`lambda`] | the shell of a Lambda function: which handler, what it is made of | how anything is done |

pub mod access;
pub mod audit;
pub mod auth;
pub mod command;
pub mod decide;
pub mod fields;
pub mod http;
pub mod lambda;
pub mod policy;
pub mod refusal;
pub mod rules;
pub mod service;
