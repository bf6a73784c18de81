//! A new database, and what stands in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use casefold::relational::TargetUrl;
use casefold_projector::relational::{CaseRows, Row, Target};
use casefold_shared::clock::SystemClock;
use serde_json::Value;

/// Rows by table, as sorted JSON.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// A database of a test's own.
pub(crate) struct Database {
    pub(crate) url: String,
    dir: tempfile::TempDir,
    #[cfg(feature = "sql")]
    server: Option<Arc<crate::postgres_server::Server>>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite://{}", dir.path().join("cases.db").display()),
            dir,
            #[cfg(feature = "sql")]
            server: None,
        }
    }

    /// A database of PostgreSQL; none, and a line that says so, where no server can be run.
    #[cfg(feature = "sql")]
    pub(crate) async fn postgres() -> Option<Self> {
        let server = crate::postgres_server::Server::shared().await?;
        Some(Self {
            url: server.new_database().await,
            dir: tempfile::tempdir().unwrap(),
            server: Some(server),
        })
    }

    pub(crate) async fn open(&self) -> Arc<dyn Target> {
        let url = TargetUrl::parse(Some(&self.url), self.dir.path()).unwrap();
        url.open(&SystemClock).await.unwrap()
    }

    /// What stands in these tables, all columns of it.
    pub(crate) async fn dump(&self, tables: &[&str]) -> Dump {
        #[cfg(feature = "sql")]
        if self.server.is_some() {
            return crate::postgres_server::dump(&self.url, tables).await;
        }
        self.dump_sqlite(tables)
    }

    /// The rows of every case.
    pub(crate) async fn cases(&self) -> Dump {
        self.dump(&TABLES).await
    }

    /// Runs statements, whatever they answer.
    pub(crate) async fn run(&self, statements: &str) {
        #[cfg(feature = "sql")]
        if self.server.is_some() {
            return crate::postgres_server::run(&self.url, statements).await;
        }
        self.sqlite_connection().execute_batch(statements).unwrap();
    }

    fn sqlite_connection(&self) -> rusqlite::Connection {
        let path = self.url.strip_prefix("sqlite://").unwrap();
        rusqlite::Connection::open(path).unwrap()
    }

    fn dump_sqlite(&self, tables: &[&str]) -> Dump {
        let connection = self.sqlite_connection();
        let mut dump = Dump::new();
        for table in tables {
            let columns: Vec<(String, bool)> = connection
                .prepare("SELECT name, type = 'boolean' FROM pragma_table_info(?1) ORDER BY cid")
                .unwrap()
                .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let mut statement = connection
                .prepare(&format!("SELECT * FROM {table}"))
                .unwrap();
            let rows = statement.query_map([], |row| {
                let mut object = serde_json::Map::new();
                for (at, (column, is_boolean)) in columns.iter().enumerate() {
                    use rusqlite::types::ValueRef;
                    let value = match row.get_ref(at)? {
                        ValueRef::Null => Value::Null,
                        ValueRef::Integer(it) if *is_boolean => Value::Bool(it != 0),
                        ValueRef::Integer(it) => it.into(),
                        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                        ValueRef::Real(_) | ValueRef::Blob(_) => panic!("a type nobody writes"),
                    };
                    object.insert(column.clone(), value);
                }
                Ok(Value::from(object).to_string())
            });
            dump.insert(
                (*table).to_owned(),
                sorted(rows.unwrap().map(Result::unwrap)),
            );
        }
        dump
    }
}

/// The tables that hold cases.
pub(crate) const TABLES: [&str; 14] = [
    "cases",
    "status_history",
    "docket_entries",
    "docket_entry_filers",
    "served_parties",
    "parties",
    "counsel",
    "counsel_representing",
    "consolidated_members",
    "deadlines",
    "hearings",
    "correspondence",
    "statistics",
    "penalties",
];

/// What should stand in the tables where these cases are all.
pub(crate) fn expected<'a>(cases: impl IntoIterator<Item = &'a CaseRows>) -> Dump {
    let mut dump: BTreeMap<String, Vec<String>> = TABLES
        .iter()
        .map(|table| ((*table).to_owned(), Vec::new()))
        .collect();
    let mut add = |table: &str, row: &Row| {
        dump.get_mut(table).unwrap().push(row.to_json().to_string());
    };
    for case in cases {
        add("cases", &case.case);
        for (table, rows) in &case.dependent {
            rows.iter().for_each(|row| add(table, row));
        }
    }
    dump.into_iter()
        .map(|(table, rows)| (table, sorted(rows)))
        .collect()
}

pub(crate) fn sorted(rows: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort();
    rows
}
