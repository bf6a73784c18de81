//! A file of SQLite as the target.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_projector::relational::{
    CaseRows, GENERATION, NAME, Parked, Row, SCHEMA, Target, TargetError, Value,
};
use rusqlite::types::ToSqlOutput;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, ToSql, Transaction, TransactionBehavior, params,
    params_from_iter,
};
use uuid::Uuid;

use super::statements;

/// How long a writer waits for another one, of this process or another.
const BUSY: Duration = Duration::from_secs(30);

/// How many prepared statements are kept: one a table, and a few.
const STATEMENTS: usize = 32;

/// A file of SQLite. One writes at a time, which is all that SQLite allows.
pub(super) struct Sqlite {
    id: String,
    connection: Arc<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the file, and makes its tables where it is new.
    pub(super) async fn open(path: PathBuf, new_id: Uuid) -> Result<Self, TargetError> {
        blocking(move || {
            let mut connection = Connection::open(path).map_err(target_error)?;
            let id = prepare(&mut connection, new_id)?;
            Ok(Self {
                id,
                connection: Arc::new(Mutex::new(connection)),
            })
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, TargetError> {
        let connection = Arc::clone(&self.connection);
        blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection).map_err(target_error)
        })
        .await
    }
}

#[async_trait]
impl Target for Sqlite {
    fn id(&self) -> &str {
        &self.id
    }

    async fn versions(
        &self,
        cases: &[DocketNumber],
    ) -> Result<HashMap<DocketNumber, Version>, TargetError> {
        let cases = cases.to_vec();
        self.with(move |connection| {
            // One moment for all of them.
            let transaction = connection.transaction()?;
            let mut versions = HashMap::with_capacity(cases.len());
            for case in cases {
                versions.extend(version(&transaction, case)?.map(|version| (case, version)));
            }
            Ok(versions)
        })
        .await
    }

    async fn put(&self, cases: &[Arc<CaseRows>]) -> Result<u64, TargetError> {
        let cases = cases.to_vec();
        self.with(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut written = 0;
            for case in &cases {
                written += u64::from(put(&transaction, case)?);
            }
            transaction.commit()?;
            Ok(written)
        })
        .await
    }

    async fn outdate(&self, cases: &[DocketNumber]) -> Result<(), TargetError> {
        let cases = cases.to_vec();
        self.with(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for case in cases {
                transaction.execute(
                    "UPDATE cases SET version = 0 WHERE docket_number = ?1",
                    [case.to_string()],
                )?;
            }
            transaction.commit()
        })
        .await
    }

    async fn park(&self, parked: &Parked) -> Result<(), TargetError> {
        let parked = parked.clone();
        self.with(move |connection| {
            let (version, since) = (Value::from(parked.version), Value::from(parked.since));
            connection.execute(
                "INSERT INTO parked_cases (docket_number, version, reason, since)
                 SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS
                     (SELECT 1 FROM cases WHERE docket_number = ?1 AND version >= ?2)
                 ON CONFLICT (docket_number) DO UPDATE SET
                     since = CASE WHEN version = excluded.version THEN since
                                  ELSE excluded.since END,
                     version = excluded.version, reason = excluded.reason",
                params![
                    parked.docket_number.to_string(),
                    Sql(&version),
                    parked.reason,
                    Sql(&since)
                ],
            )?;
            Ok(())
        })
        .await
    }
}

/// Sets a connection up, makes the tables, and gives the database's id.
fn prepare(connection: &mut Connection, new_id: Uuid) -> Result<String, TargetError> {
    connection.busy_timeout(BUSY).map_err(target_error)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Readers don't wait for the writer, nor it for them; and what is committed survives a
    // loss of power, as the checkpoint, which is kept elsewhere, takes it for done.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        )
        .map_err(target_error)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(target_error)?;
    if holds_something_else(&transaction).map_err(target_error)? {
        let reason = "the file holds tables of something else; name a file of its own";
        return Err(TargetError::Unusable(reason.into()));
    }
    let (id, generation) = identity(&transaction, new_id).map_err(target_error)?;
    if generation != i64::from(GENERATION) {
        return Err(TargetError::OtherGeneration { found: generation });
    }
    transaction.execute_batch(SCHEMA).map_err(target_error)?;
    transaction.commit().map_err(target_error)?;
    Ok(id)
}

/// Whether the file is a database of another program, say the embedded engine's.
fn holds_something_else(transaction: &Transaction<'_>) -> rusqlite::Result<bool> {
    transaction.query_row(
        "SELECT count(*) > 0 AND NOT coalesce(max(name = 'projection'), false)
         FROM sqlite_master WHERE type = 'table'",
        [],
        |row| row.get(0),
    )
}

/// The database's id and generation; of a new one, those that it gets.
fn identity(transaction: &Transaction<'_>, new_id: Uuid) -> rusqlite::Result<(String, i64)> {
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS projection (
             name text PRIMARY KEY, generation integer NOT NULL, target_id text NOT NULL)",
    )?;
    transaction.execute(
        "INSERT INTO projection (name, generation, target_id) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO NOTHING",
        params![NAME, GENERATION, new_id.to_string()],
    )?;
    transaction.query_row(
        "SELECT target_id, generation FROM projection WHERE name = ?1",
        [NAME],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

fn version(transaction: &Transaction<'_>, case: DocketNumber) -> rusqlite::Result<Option<Version>> {
    let mut statement =
        transaction.prepare_cached("SELECT version FROM cases WHERE docket_number = ?1")?;
    statement
        .query_row([case.to_string()], |row| row.get(0))
        .optional()
        .map(|version: Option<u64>| version.map(Version))
}

/// Replaces a case's rows, unless those there are of this version or a later one. Nobody
/// else writes between the look and the deed: the transaction has the only write lock.
fn put(transaction: &Transaction<'_>, case: &CaseRows) -> rusqlite::Result<bool> {
    let number = case.docket_number.to_string();
    match version(transaction, case.docket_number)? {
        Some(there) if there >= case.version => return Ok(false),
        Some(_) => {
            // The rows of the other tables go with it.
            transaction
                .prepare_cached("DELETE FROM cases WHERE docket_number = ?1")?
                .execute([&number])?;
        }
        None => {}
    }
    insert(transaction, "cases", std::slice::from_ref(&case.case))?;
    for (table, rows) in &case.dependent {
        insert(transaction, table, rows)?;
    }
    transaction
        .prepare_cached("DELETE FROM parked_cases WHERE docket_number = ?1 AND version <= ?2")?
        .execute(params![number, Sql(&case.version.into())])?;
    Ok(true)
}

fn insert(transaction: &Transaction<'_>, table: &str, rows: &[Row]) -> rusqlite::Result<()> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let mut statement = transaction.prepare_cached(&statements::insert(table, first))?;
    for row in rows {
        statement.execute(params_from_iter(row.values.iter().map(Sql)))?;
    }
    Ok(())
}

/// A value as SQLite takes it.
struct Sql<'a>(&'a Value);

impl ToSql for Sql<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Null => ToSqlOutput::from(rusqlite::types::Null),
            Value::Text(text) => ToSqlOutput::from(text.as_str()),
            Value::Integer(number) => ToSqlOutput::from(*number),
            Value::Boolean(it) => ToSqlOutput::from(*it),
            Value::Time(at) => ToSqlOutput::from(at.to_string()),
        })
    }
}

/// SQLite names tables, columns and constraints in its messages, and no values.
fn target_error(error: rusqlite::Error) -> TargetError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => {
            TargetError::Unavailable(Box::new(error))
        }
        Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) => {
            TargetError::Refused(error.to_string())
        }
        Some(_) | None => TargetError::Unusable(Box::new(error)),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TargetError> + Send + 'static,
) -> Result<T, TargetError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| TargetError::Unusable(Box::new(error)))?
}
