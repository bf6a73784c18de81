//! What the command API and the projector both stand on: the folded case, the persistence
//! gateway and its one implementation, and the process's shell (clock, configuration,
//! telemetry).
//!
//! | module | holds | never knows |
//! | --- | --- | --- |
//! | [`case`] | the folded [`Case`](case::Case) and its one fold | AWS, tokio, clocks, how it is stored |
//! | [`fields`] | the fields of a document, each with its path and value | what a document is of |
//! | [`as_of`] | a case as of a version, a recorded time, an effective date | AWS, tokio, clocks, stores |
//! | [`blame`] | which event gave each field its value, and what two versions hold differently | AWS, tokio, clocks, what a reader sees |
//! | [`milestone`] | a case folded as of every so many commits, packed, and which of them helps | AWS, tokio, clocks, how it is stored |
//! | [`lists`] | which rows a case has in which list, and the words under which it is found | AWS, tokio, clocks, how rows are stored |
//! | [`audit`] | which rows a commit has in the audit index, what is asked of it, and up to when it is complete | AWS, how rows are stored |
//! | [`accesses`] | the log of who looked at what is sealed: its chains, noting, reading, verifying | AWS, how it is stored, what must be noted |
//! | [`generations`] | which generations a projection has, the steps between their stages, and following them | tables, how a generation is folded |
//! | [`gateway`] | what the domain asks of persistence, as traits in the domain's words | tables, keys, DynamoDB |
//! | [`keys`] | the keys of personal values: made, wrapped, remembered, destroyed | whose values they are, tables |
//! | [`packing`] | JSON compressed, and back | what it is of, where it is stored |
//! | [`dynamodb`] | tables, keys, limits, retries: the gateway on DynamoDB | rules of the court |
//! | [`documents`] | the content of documents in an object store: a directory, or S3 | who may have it |
//! | [`signing`] | signing checkpoints, with a key of this machine or of AWS KMS | what is signed |
//! | `connection`, `tls` | HTTP, and what of TLS is spoken with AWS | what is sent |
//! | [`metrics`] | operating figures: which there are, and telling them | who counts what, and when |
//! | [`clock`], [`config`], [`telemetry`] | the shell of a process | the domain |

pub mod accesses;
pub mod as_of;
pub mod audit;
pub mod blame;
pub mod case;
pub mod clock;
pub mod config;
mod connection;
pub mod documents;
pub mod dynamodb;
pub mod fields;
pub mod gateway;
pub mod generations;
pub mod keys;
pub mod lists;
pub mod metrics;
pub mod milestone;
pub mod packing;
pub mod signing;
pub mod telemetry;
mod tls;
