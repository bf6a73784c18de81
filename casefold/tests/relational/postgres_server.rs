//! A server of PostgreSQL in a folder of its own, for the tests of this process.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls};

use crate::databases::{Dump, sorted};

/// Whom the server runs as where the tests run as root, which it refuses: nobody.
const NOBODY: u32 = 65_534;

pub(crate) struct Server {
    dir: tempfile::TempDir,
    child: Child,
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn tell(what: &str) {
    eprintln!("{what}");
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// The server that runs already, or a new one; none where its programs aren't there.
    pub(crate) async fn shared() -> Option<Arc<Self>> {
        static RUNNING: Mutex<Weak<Server>> = Mutex::const_new(Weak::new());
        let mut running = RUNNING.lock().await;
        if let Some(server) = running.upgrade() {
            return Some(server);
        }
        let Some(server) = Self::start().await else {
            tell("skipped: initdb and postgres are not on this machine");
            return None;
        };
        let server = Arc::new(server);
        *running = Arc::downgrade(&server);
        Some(server)
    }

    async fn start() -> Option<Self> {
        Command::new("initdb").arg("--version").output().ok()?;
        Command::new("postgres").arg("--version").output().ok()?;
        let dir = tempfile::tempdir().unwrap();
        let is_root = dir.path().metadata().unwrap().uid() == 0;
        if is_root {
            chown(dir.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let command = |program: &str| {
            let mut command = Command::new(program);
            command
                .current_dir(dir.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };
        let data = dir.path().join("data");
        let made = command("initdb")
            .args([
                "--username=casefold",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
            ])
            .args(["--locale=C", "--pgdata"])
            .arg(&data)
            .status()
            .unwrap();
        assert!(made.success(), "initdb makes a cluster");
        let child = command("postgres")
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(dir.path())
            .arg("-D")
            .arg(&data)
            .spawn()
            .unwrap();
        let server = Self { dir, child };
        for _ in 0..200 {
            if try_connect(&server.url("postgres")).await.is_some() {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server takes connections");
    }

    /// The URL of a new database.
    pub(crate) async fn new_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("court{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let client = try_connect(&self.url("postgres")).await.unwrap();
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres://casefold@{}/{database}",
            encoded(self.dir.path())
        )
    }
}

/// A socket's folder as the host of a URL.
fn encoded(path: &Path) -> String {
    path.to_str().unwrap().replace('/', "%2F")
}

async fn try_connect(url: &str) -> Option<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.ok()?;
    tokio::spawn(connection);
    Some(client)
}

/// Runs statements, whatever they answer.
pub(crate) async fn run(url: &str, statements: &str) {
    let client = try_connect(url).await.unwrap();
    client.simple_query(statements).await.unwrap();
}

/// What stands in these tables, in the form that SQLite's has.
pub(crate) async fn dump(url: &str, tables: &[&str]) -> Dump {
    let client = try_connect(url).await.unwrap();
    let mut dump = Dump::new();
    for table in tables {
        let columns = client
            .query(
                "SELECT column_name::text, data_type::text FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name = $1",
                &[table],
            )
            .await
            .unwrap();
        let columns: Vec<_> = columns
            .iter()
            .map(|row| match (row.get::<_, &str>(0), row.get::<_, &str>(1)) {
                (name, "timestamp with time zone") => format!(
                    "to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') AS {name}"
                ),
                (name, _) => name.to_owned(),
            })
            .collect();
        let columns = columns.join(", ");
        let query = format!("SELECT row_to_json(r)::text FROM (SELECT {columns} FROM {table}) r");
        let rows = client.query(&query, &[]).await.unwrap();
        let rows = rows.iter().map(|row| {
            let row: serde_json::Value = serde_json::from_str(row.get(0)).unwrap();
            row.to_string()
        });
        dump.insert((*table).to_owned(), sorted(rows));
    }
    dump
}
