//! A server of PostgreSQL as the target.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_projector::relational::{
    CaseRows, GENERATION, NAME, Parked, Row, SCHEMA, Target, TargetError,
};
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::config::Host;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Error, NoTls, Socket, Transaction};
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use super::statements;

/// Holds off another process that makes the tables at the same moment: any number will do
/// that no one else uses.
const MAKING_TABLES: i64 = 0x0063_6173_6566_6f6c;

/// A server, reached by one connection, which is made again where it was lost.
pub(super) struct Postgres {
    id: String,
    config: Config,
    client: Mutex<Option<Client>>,
}

impl Postgres {
    /// Connects, and makes the tables where they are missing.
    pub(super) async fn open(url: &str, new_id: Uuid) -> Result<Self, TargetError> {
        // What the parser says of a bad URL may repeat the password.
        let mut config: Config = url.parse().map_err(|_| {
            TargetError::Unusable(
                "the target's URL can't be understood; write postgres://user@host/database".into(),
            )
        })?;
        config.application_name("casefold");
        let mut client = connect(&config).await?;
        let id = prepare(&mut client, new_id).await?;
        Ok(Self {
            id,
            config,
            client: Mutex::new(Some(client)),
        })
    }

    /// The connection, made again where it was lost.
    async fn client(&self) -> Result<MutexGuard<'_, Option<Client>>, TargetError> {
        let mut client = self.client.lock().await;
        if client.as_ref().is_none_or(Client::is_closed) {
            *client = Some(connect(&self.config).await?);
        }
        Ok(client)
    }
}

/// Where the server takes TLS its certificate is verified, unless the URL says
/// `sslmode=disable`. A socket of this machine needs none.
async fn connect(config: &Config) -> Result<Client, TargetError> {
    let is_local = |host: &Host| match host {
        Host::Tcp(_) => false,
        Host::Unix(_) => true,
    };
    if config.get_hosts().iter().all(is_local) {
        return connect_by(config, NoTls).await;
    }
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TargetError::Unusable(Box::new(error)))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    connect_by(config, MakeRustlsConnect::new(tls)).await
}

async fn connect_by<T>(config: &Config, tls: T) -> Result<Client, TargetError>
where
    T: MakeTlsConnect<Socket> + 'static,
    T::Stream: Send,
{
    let (client, connection) = config.connect(tls).await.map_err(target_error)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "the connection to the relational target is lost");
        }
    });
    Ok(client)
}

/// Makes the tables, and gives the database's id.
async fn prepare(client: &mut Client, new_id: Uuid) -> Result<String, TargetError> {
    let transaction = client.transaction().await.map_err(target_error)?;
    if holds_something_else(&transaction)
        .await
        .map_err(target_error)?
    {
        let reason = "the schema holds a table `cases` of something else; name an empty schema \
                      or database";
        return Err(TargetError::Unusable(reason.into()));
    }
    let (id, generation) = identity(&transaction, new_id).await.map_err(target_error)?;
    if generation != i64::from(GENERATION) {
        return Err(TargetError::OtherGeneration { found: generation });
    }
    transaction
        .batch_execute(SCHEMA)
        .await
        .map_err(target_error)?;
    transaction.commit().await.map_err(target_error)?;
    Ok(id)
}

/// Whether the schema has a table of our name that isn't ours.
async fn holds_something_else(transaction: &Transaction<'_>) -> Result<bool, Error> {
    let query = "SELECT to_regclass('cases') IS NOT NULL AND to_regclass('projection') IS NULL";
    transaction.query_one(query, &[]).await?.try_get(0)
}

/// The database's id and generation; of a new one, those that it gets.
async fn identity(transaction: &Transaction<'_>, new_id: Uuid) -> Result<(String, i64), Error> {
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&MAKING_TABLES])
        .await?;
    transaction
        .batch_execute(
            "SET LOCAL client_min_messages = warning;
             CREATE TABLE IF NOT EXISTS projection (
                 name text PRIMARY KEY, generation integer NOT NULL, target_id text NOT NULL)",
        )
        .await?;
    transaction
        .execute(
            "INSERT INTO projection (name, generation, target_id) VALUES ($1, $2::bigint, $3)
             ON CONFLICT (name) DO NOTHING",
            &[&NAME, &i64::from(GENERATION), &new_id.to_string()],
        )
        .await?;
    let row = transaction
        .query_one(
            "SELECT target_id, generation::bigint FROM projection WHERE name = $1",
            &[&NAME],
        )
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

#[async_trait]
impl Target for Postgres {
    fn id(&self) -> &str {
        &self.id
    }

    async fn versions(
        &self,
        cases: &[DocketNumber],
    ) -> Result<HashMap<DocketNumber, Version>, TargetError> {
        let numbers: Vec<String> = cases.iter().map(ToString::to_string).collect();
        let client = self.client().await?;
        let Some(client) = client.as_ref() else {
            return Ok(HashMap::new());
        };
        let query = "SELECT docket_number, version FROM cases WHERE docket_number = ANY($1)";
        let rows = client
            .query(query, &[&numbers])
            .await
            .map_err(target_error)?;
        let stored: HashMap<&str, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let version = |(case, number): (&DocketNumber, &String)| {
            let version = u64::try_from(*stored.get(number.as_str())?).ok()?;
            Some((*case, Version(version)))
        };
        Ok(cases.iter().zip(&numbers).filter_map(version).collect())
    }

    async fn put(&self, cases: &[Arc<CaseRows>]) -> Result<u64, TargetError> {
        if cases.is_empty() {
            return Ok(0);
        }
        // Writers that lock the same cases lock them in the same order.
        let mut cases: Vec<&CaseRows> = cases.iter().map(AsRef::as_ref).collect();
        cases.sort_by_key(|case| case.docket_number);
        let mut client = self.client().await?;
        let Some(client) = client.as_mut() else {
            return Ok(0);
        };
        let transaction = client.transaction().await.map_err(target_error)?;
        let written = put(&transaction, &cases).await.map_err(target_error)?;
        transaction.commit().await.map_err(target_error)?;
        Ok(written)
    }

    async fn outdate(&self, cases: &[DocketNumber]) -> Result<(), TargetError> {
        let numbers: Vec<String> = cases.iter().map(ToString::to_string).collect();
        let client = self.client().await?;
        let Some(client) = client.as_ref() else {
            return Ok(());
        };
        let update = "UPDATE cases SET version = 0 WHERE docket_number = ANY($1)";
        client
            .execute(update, &[&numbers])
            .await
            .map_err(target_error)?;
        Ok(())
    }

    async fn park(&self, parked: &Parked) -> Result<(), TargetError> {
        let client = self.client().await?;
        let Some(client) = client.as_ref() else {
            return Ok(());
        };
        let version = i64::try_from(parked.version.0).unwrap_or(i64::MAX);
        client
            .execute(
                "INSERT INTO parked_cases AS parked (docket_number, version, reason, since)
                 SELECT $1, $2::bigint, $3, $4::text::timestamptz WHERE NOT EXISTS
                     (SELECT 1 FROM cases WHERE docket_number = $1 AND version >= $2)
                 ON CONFLICT (docket_number) DO UPDATE SET
                     since = CASE WHEN parked.version = excluded.version THEN parked.since
                                  ELSE excluded.since END,
                     version = excluded.version, reason = excluded.reason",
                &[
                    &parked.docket_number.to_string(),
                    &version,
                    &parked.reason,
                    &parked.since.to_string(),
                ],
            )
            .await
            .map_err(target_error)?;
        Ok(())
    }
}

/// Writes the cases that the gate lets through. The row in `cases` is written first, on the
/// condition that the one there is older: that locks it, so a second writer of the case waits
/// for this transaction and then finds the version that it has left.
async fn put(transaction: &Transaction<'_>, cases: &[&CaseRows]) -> Result<u64, Error> {
    let rows: Vec<&Row> = cases.iter().map(|case| &case.case).collect();
    let Some(first) = rows.first() else {
        return Ok(0);
    };
    let columns = statements::columns(first);
    let set: Vec<_> = first
        .columns
        .iter()
        .map(|c| format!("{c} = excluded.{c}"))
        .collect();
    let upsert = format!(
        "INSERT INTO cases ({columns}) SELECT {columns}
         FROM json_populate_recordset(null::cases, $1::text::json)
         ON CONFLICT (docket_number) DO UPDATE SET {}
         WHERE cases.version < excluded.version RETURNING docket_number",
        set.join(", ")
    );
    let passed = transaction.query(&upsert, &[&json(&rows)]).await?;
    let passed: Vec<String> = passed.iter().map(|row| row.get(0)).collect();
    if passed.is_empty() {
        return Ok(0);
    }
    let through: HashSet<&str> = passed.iter().map(String::as_str).collect();
    let is_through = |case: &CaseRows| through.contains(case.docket_number.to_string().as_str());
    let cases: Vec<&CaseRows> = cases
        .iter()
        .copied()
        .filter(|case| is_through(case))
        .collect();
    let Some(model) = cases.first() else {
        return Ok(0);
    };
    for (table, _) in model.dependent.iter().rev() {
        let delete = format!("DELETE FROM {table} WHERE docket_number = ANY($1)");
        transaction.execute(&delete, &[&passed]).await?;
    }
    for (at, (table, _)) in model.dependent.iter().enumerate() {
        let rows: Vec<&Row> = cases
            .iter()
            .flat_map(|case| &case.dependent[at].1)
            .collect();
        let Some(first) = rows.first() else { continue };
        let columns = statements::columns(first);
        let insert = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns}
             FROM json_populate_recordset(null::{table}, $1::text::json)"
        );
        transaction.execute(&insert, &[&json(&rows)]).await?;
    }
    transaction
        .execute(
            "DELETE FROM parked_cases USING cases
             WHERE parked_cases.docket_number = ANY($1)
               AND cases.docket_number = parked_cases.docket_number
               AND parked_cases.version <= cases.version",
            &[&passed],
        )
        .await?;
    Ok(passed.len() as u64)
}

fn json(rows: &[&Row]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| row.to_json()).collect();
    serde_json::Value::from(rows).to_string()
}

/// What the server says in a message may repeat a value; a refusal therefore names its code
/// and constraint alone.
fn target_error(error: Error) -> TargetError {
    let Some(answer) = error.as_db_error() else {
        return TargetError::Unavailable(Box::new(error));
    };
    let code = answer.code().code();
    match code.get(..2).unwrap_or_default() {
        // A value or a constraint, a limit.
        "22" | "23" | "54" => TargetError::Refused(format!(
            "SQLSTATE {code}, table {}, constraint {}",
            answer.table().unwrap_or("unknown"),
            answer.constraint().unwrap_or("none")
        )),
        // The connection, a lost race, no room, a lock, the operator.
        "08" | "40" | "53" | "55" | "57" => TargetError::Unavailable(Box::new(error)),
        _ => TargetError::Unusable(Box::new(error)),
    }
}
