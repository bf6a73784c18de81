//! The relational projection, on the real engines: the event table on the embedded DynamoDB
//! engine, the rows in SQLite, and in PostgreSQL where the feature `sql` is on and a server's
//! programs are on the machine.
//!
//! What the rows should be is always the same thing: those of the pure fold of each case.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../support/mod.rs"]
mod support;

mod court;
mod databases;
mod full_case;
mod gate;
mod measure;
mod parked;
#[cfg(feature = "sql")]
mod postgres_server;
mod program;
mod rebuild;

/// Runs a test on a new database of each engine.
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* $test:ident),+ $(,)?) => {
        mod on_sqlite {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::databases::Database::sqlite()).await;
            })+
        }

        #[cfg(feature = "sql")]
        mod on_postgres {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(database) = crate::databases::Database::postgres().await {
                    super::$test(database).await;
                }
            })+
        }
    };
}

pub(crate) use on_each_database;
