//! The SQL databases into which the relational projection is written.
//!
//! | file | job |
//! | --- | --- |
//! | this one | which database is meant, and opening it |
//! | `live` | keeping it current beside a service |
//! | `sqlite` | a file: always there, as the embedded engine links SQLite anyway |
//! | `postgres` | a server: with the cargo feature `sql` |
//!
//! What is written, and when, is [`casefold_projector::relational`]'s matter.

pub(crate) mod live;
#[cfg(feature = "sql")]
mod postgres;
mod sqlite;
mod statements;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use casefold_projector::relational::{Target, TargetError};
use casefold_shared::clock::Clock;

/// The file in the data directory that is filled where no target is named.
pub const DEFAULT_FILE: &str = "cases.sqlite";

/// Which database is meant.
#[derive(Clone, PartialEq, Eq)]
pub enum TargetUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A server of PostgreSQL, by its URL, which may hold a password.
    Postgres(String),
}

/// Text that names no target.
#[derive(Debug, thiserror::Error)]
pub enum TargetUrlError {
    /// It is of no form that is known.
    #[error("a target is sqlite:///path/to/file.db or postgres://user@host/database")]
    Unknown,
    /// It is a server of PostgreSQL, which this build doesn't speak to.
    #[error("this build writes SQLite alone; build it with --features sql for PostgreSQL")]
    NotBuilt,
}

impl TargetUrl {
    /// Reads a URL; without one it is [`DEFAULT_FILE`] in the data directory.
    ///
    /// # Errors
    /// [`TargetUrlError`] says which forms there are.
    pub fn parse(url: Option<&str>, data_dir: &Path) -> Result<Self, TargetUrlError> {
        let Some(url) = url.filter(|url| !url.is_empty()) else {
            return Ok(Self::Sqlite(data_dir.join(DEFAULT_FILE)));
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(TargetUrlError::Unknown),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return if cfg!(feature = "sql") {
                Ok(Self::Postgres(url.to_owned()))
            } else {
                Err(TargetUrlError::NotBuilt)
            };
        }
        Err(TargetUrlError::Unknown)
    }

    /// Opens the database and makes its tables where they are missing.
    ///
    /// # Errors
    /// [`TargetError`] where it can't be reached or used, or holds another generation.
    pub async fn open(&self, clock: &dyn Clock) -> Result<Arc<dyn Target>, TargetError> {
        match self {
            Self::Sqlite(path) => {
                let target = sqlite::Sqlite::open(path.clone(), clock.new_id()).await?;
                Ok(Arc::new(target))
            }
            #[cfg(feature = "sql")]
            Self::Postgres(url) => {
                let target = postgres::Postgres::open(url, clock.new_id()).await?;
                Ok(Arc::new(target))
            }
            #[cfg(not(feature = "sql"))]
            Self::Postgres(_) => Err(TargetError::Unusable(Box::new(TargetUrlError::NotBuilt))),
        }
    }
}

/// Names the target without a server's user and password.
impl fmt::Display for TargetUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => {
                let after = url.split_once("://").map_or("", |(_, after)| after);
                let server = after.rsplit_once('@').map_or(after, |(_, server)| server);
                let server = server.split_once('?').map_or(server, |(server, _)| server);
                write!(f, "postgres://{server}")
            }
        }
    }
}

impl fmt::Debug for TargetUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<TargetUrl, TargetUrlError> {
        TargetUrl::parse(Some(url), Path::new("data"))
    }

    #[test]
    fn without_a_url_the_target_is_a_file_in_the_data_directory() {
        let target = TargetUrl::parse(None, Path::new("data")).unwrap();
        assert_eq!(target, TargetUrl::Sqlite("data/cases.sqlite".into()));
    }

    #[test]
    fn a_sqlite_url_names_a_file() {
        let file = |path: &str| TargetUrl::Sqlite(path.into());
        assert_eq!(
            parse("sqlite:///srv/cases.db").unwrap(),
            file("/srv/cases.db")
        );
        assert_eq!(parse("sqlite:cases.db").unwrap(), file("cases.db"));
        assert!(matches!(parse("sqlite://"), Err(TargetUrlError::Unknown)));
        assert!(matches!(
            parse("mysql://host"),
            Err(TargetUrlError::Unknown)
        ));
    }

    #[test]
    fn a_target_is_named_without_its_password() {
        let url = "postgres://clerk:s3cret@db.court.example/cases?password=s3cret";
        let target = TargetUrl::Postgres(url.to_owned());
        assert_eq!(format!("{target} {target:?}").matches("s3cret").count(), 0);
        assert_eq!(target.to_string(), "postgres://db.court.example/cases");
    }
}
