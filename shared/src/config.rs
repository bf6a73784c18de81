//! The configuration of a process: which endpoint, which tables.

use std::env::{self, VarError};
use std::path::PathBuf;

use casefold_events::proof::key::PublicKey;

/// The prefix of the tables' names where none is given.
pub const DEFAULT_TABLE_PREFIX: &str = "casefold";

/// Names the variable that holds the prefix of the tables' names.
pub const TABLE_PREFIX_VARIABLE: &str = "CASEFOLD_TABLE_PREFIX";

/// Names the variable that holds the endpoint, where it isn't AWS's own.
pub const ENDPOINT_URL_VARIABLE: &str = "CASEFOLD_ENDPOINT_URL";

/// Names the variable that holds the bucket of the documents.
pub const DOCUMENTS_BUCKET_VARIABLE: &str = "CASEFOLD_DOCUMENTS_BUCKET";

/// Names the variable that holds the most bytes of a document.
pub const MAX_DOCUMENT_BYTES_VARIABLE: &str = "CASEFOLD_MAX_DOCUMENT_BYTES";

/// Names the variable that says whether commands are refused whose documents aren't stored.
pub const REQUIRE_DOCUMENTS_VARIABLE: &str = "CASEFOLD_REQUIRE_DOCUMENTS";

/// Names the variable that holds the master key of KMS: an ARN, an id, or an alias.
pub const KMS_KEY_VARIABLE: &str = "CASEFOLD_KMS_KEY";

/// Names the variable that holds the path of a local master key's file.
pub const MASTER_KEY_FILE_VARIABLE: &str = "CASEFOLD_MASTER_KEY_FILE";

/// Names the variable that holds the key of KMS that signs checkpoints: an ARN, an id, or an
/// alias.
pub const CHECKPOINT_KMS_KEY_VARIABLE: &str = "CASEFOLD_CHECKPOINT_KMS_KEY";

/// Names the variable that holds the path of a file with the key that signs checkpoints.
pub const CHECKPOINT_KEY_FILE_VARIABLE: &str = "CASEFOLD_CHECKPOINT_KEY_FILE";

/// Names the variable that holds public keys with which checkpoints were signed before,
/// separated by commas.
pub const CHECKPOINT_TRUSTED_KEYS_VARIABLE: &str = "CASEFOLD_CHECKPOINT_TRUSTED_KEYS";

/// Which key signs checkpoints, and which others have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckpointKeyConfig {
    /// The key that signs; `None` where the process may not.
    pub signs: Option<CheckpointKey>,
    /// Public keys with which checkpoints were signed before.
    pub trusted: Vec<PublicKey>,
}

/// Where a key is that signs checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckpointKey {
    /// In KMS.
    Kms(String),
    /// In a file, for a place that has no KMS: the 32 bytes of a data directory's
    /// `checkpoint-key`.
    File(PathBuf),
}

impl CheckpointKeyConfig {
    /// What the process's environment says: [`CHECKPOINT_KMS_KEY_VARIABLE`] or
    /// [`CHECKPOINT_KEY_FILE_VARIABLE`], and [`CHECKPOINT_TRUSTED_KEYS_VARIABLE`]. A variable
    /// that is empty counts as absent.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable that can't be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_values(env::var)
    }

    fn from_values(
        value_of: impl Fn(&'static str) -> Result<String, VarError>,
    ) -> Result<Self, ConfigError> {
        let kms = value(&value_of, CHECKPOINT_KMS_KEY_VARIABLE)?;
        let file = value(&value_of, CHECKPOINT_KEY_FILE_VARIABLE)?;
        let signs = match (kms, file) {
            (Some(key), None) => Some(CheckpointKey::Kms(key)),
            (None, Some(file)) => Some(CheckpointKey::File(file.into())),
            (None, None) => None,
            (Some(_), Some(file)) => {
                return Err(ConfigError::Unusable {
                    variable: CHECKPOINT_KEY_FILE_VARIABLE,
                    value: file,
                    takes: "nothing beside CASEFOLD_CHECKPOINT_KMS_KEY: one key signs",
                });
            }
        };
        let trusted = value(&value_of, CHECKPOINT_TRUSTED_KEYS_VARIABLE)?.unwrap_or_default();
        let trusted = trusted
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let trusted: Result<_, _> = trusted
            .map(|text| {
                text.parse().map_err(|_| ConfigError::Unusable {
                    variable: CHECKPOINT_TRUSTED_KEYS_VARIABLE,
                    value: text.to_owned(),
                    takes: "public keys as `casefold checkpoint-key` prints them, with commas \
                            between them",
                })
            })
            .collect();
        Ok(Self {
            signs,
            trusted: trusted?,
        })
    }
}

/// Names the variable that says whether and how operating figures are told: `emf` or `off`.
pub const METRICS_VARIABLE: &str = "CASEFOLD_METRICS";

/// Whether and how a process tells operating figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsMode {
    /// As lines of CloudWatch's embedded metric format, on standard output.
    Emf,
    /// Not at all.
    Off,
}

impl MetricsMode {
    /// What the process's environment says ([`METRICS_VARIABLE`]: `emf` or `off`), else what the
    /// caller has by default. A variable that is empty counts as absent.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable that can't be used.
    pub fn from_env(default: Self) -> Result<Self, ConfigError> {
        Self::from_values(env::var, default)
    }

    fn from_values(
        value_of: impl Fn(&'static str) -> Result<String, VarError>,
        default: Self,
    ) -> Result<Self, ConfigError> {
        match value(&value_of, METRICS_VARIABLE)?.as_deref() {
            None => Ok(default),
            Some("emf") => Ok(Self::Emf),
            Some("off") => Ok(Self::Off),
            Some(other) => Err(ConfigError::Unusable {
                variable: METRICS_VARIABLE,
                value: other.to_owned(),
                takes: "emf or off",
            }),
        }
    }
}

/// Which master key the keys of personal values are under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MasterKeyConfig {
    /// A key of KMS.
    pub kms_key: Option<String>,
    /// A file, where there is no key of KMS.
    pub file: Option<PathBuf>,
}

impl MasterKeyConfig {
    /// What the process's environment says: [`KMS_KEY_VARIABLE`] and
    /// [`MASTER_KEY_FILE_VARIABLE`]. A variable that is empty counts as absent.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable that can't be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            kms_key: value(env::var, KMS_KEY_VARIABLE)?,
            file: value(env::var, MASTER_KEY_FILE_VARIABLE)?.map(PathBuf::from),
        })
    }
}

/// Where documents are kept in AWS, and what is asked of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentsConfig {
    /// The bucket; `None` where the service keeps no documents.
    pub bucket: Option<String>,
    /// The most bytes of a document; `None` for the usual limit.
    pub max_bytes: Option<u64>,
    /// Whether commands are refused whose documents aren't stored.
    pub required: bool,
}

/// Which endpoint, and which tables on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The URL of a DynamoDB endpoint; `None` for AWS's own of the region.
    pub endpoint_url: Option<String>,
    /// The AWS region; `None` for the one that AWS's own variables and files name.
    pub region: Option<String>,
    /// How the tables' names begin: several deployments may share an account.
    pub table_prefix: String,
}

/// A variable that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The value is not text.
    #[error("the environment variable {0} is not valid UTF-8")]
    NotText(&'static str),
    /// The value is not of the form that is asked for.
    #[error("the environment variable {variable} is {value:?}; it takes {takes}")]
    Unusable {
        /// The variable's name.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What it takes.
        takes: &'static str,
    },
}

impl DocumentsConfig {
    /// What the process's environment says: [`DOCUMENTS_BUCKET_VARIABLE`],
    /// [`MAX_DOCUMENT_BYTES_VARIABLE`] and [`REQUIRE_DOCUMENTS_VARIABLE`] (`true` or `false`,
    /// and `false` where it is absent). A variable that is empty counts as absent.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable that can't be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_values(env::var)
    }

    fn from_values(
        value_of: impl Fn(&'static str) -> Result<String, VarError>,
    ) -> Result<Self, ConfigError> {
        let max_bytes = match value(&value_of, MAX_DOCUMENT_BYTES_VARIABLE)? {
            None => None,
            Some(text) => match text.parse() {
                Ok(bytes) => Some(bytes),
                Err(_) => {
                    return Err(ConfigError::Unusable {
                        variable: MAX_DOCUMENT_BYTES_VARIABLE,
                        value: text,
                        takes: "a number of bytes",
                    });
                }
            },
        };
        let required = match value(&value_of, REQUIRE_DOCUMENTS_VARIABLE)?.as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(ConfigError::Unusable {
                    variable: REQUIRE_DOCUMENTS_VARIABLE,
                    value: other.to_owned(),
                    takes: "true or false",
                });
            }
        };
        Ok(Self {
            bucket: value(&value_of, DOCUMENTS_BUCKET_VARIABLE)?,
            max_bytes,
            required,
        })
    }
}

/// The value of a variable, where it has one.
fn value(
    value_of: impl Fn(&'static str) -> Result<String, VarError>,
    variable: &'static str,
) -> Result<Option<String>, ConfigError> {
    match value_of(variable) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(ConfigError::NotText(variable)),
    }
}

impl Config {
    /// The tables of this prefix in AWS, in the region that AWS's own variables and files
    /// name.
    pub fn for_aws(table_prefix: &str) -> Self {
        Self {
            endpoint_url: None,
            region: None,
            table_prefix: table_prefix.to_owned(),
        }
    }

    /// The tables of this prefix at a DynamoDB endpoint.
    pub fn for_endpoint(endpoint_url: &str, table_prefix: &str) -> Self {
        Self {
            endpoint_url: Some(endpoint_url.to_owned()),
            ..Self::for_aws(table_prefix)
        }
    }

    /// What the process's environment says: [`TABLE_PREFIX_VARIABLE`] (else
    /// [`DEFAULT_TABLE_PREFIX`]) and [`ENDPOINT_URL_VARIABLE`] (else AWS). A variable that
    /// is empty counts as absent.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable that can't be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_values(env::var)
    }

    fn from_values(
        value_of: impl Fn(&'static str) -> Result<String, VarError>,
    ) -> Result<Self, ConfigError> {
        let value = |variable| value(&value_of, variable);
        let table_prefix =
            value(TABLE_PREFIX_VARIABLE)?.unwrap_or_else(|| DEFAULT_TABLE_PREFIX.to_owned());
        if !is_table_prefix(&table_prefix) {
            return Err(ConfigError::Unusable {
                variable: TABLE_PREFIX_VARIABLE,
                value: table_prefix,
                takes: "3 to 200 letters, digits, hyphens, underscores and dots",
            });
        }
        let endpoint_url = value(ENDPOINT_URL_VARIABLE)?;
        if let Some(url) = &endpoint_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return Err(ConfigError::Unusable {
                variable: ENDPOINT_URL_VARIABLE,
                value: url.clone(),
                takes: "a URL that begins with http:// or https://",
            });
        }
        Ok(Self {
            endpoint_url,
            region: None,
            table_prefix,
        })
    }
}

/// DynamoDB's rule for table names, with room for the suffix.
fn is_table_prefix(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (3..=200).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(prefix: &str, endpoint: &str) -> Result<Config, ConfigError> {
        Config::from_values(|variable| {
            let value = if variable == TABLE_PREFIX_VARIABLE {
                prefix
            } else {
                endpoint
            };
            if value == "absent" {
                Err(VarError::NotPresent)
            } else {
                Ok(value.to_owned())
            }
        })
    }

    #[test]
    fn absent_and_empty_variables_mean_aws_and_the_default_prefix() {
        assert_eq!(given("absent", "absent"), Ok(Config::for_aws("casefold")));
        assert_eq!(given("", ""), Ok(Config::for_aws("casefold")));
    }

    #[test]
    fn an_endpoint_and_a_prefix_are_taken_as_they_are() {
        let config = given("court-7", "http://127.0.0.1:8000");
        assert_eq!(
            config,
            Ok(Config::for_endpoint("http://127.0.0.1:8000", "court-7"))
        );
    }

    fn documents(bytes: &str, required: &str) -> Result<DocumentsConfig, ConfigError> {
        DocumentsConfig::from_values(|variable| {
            Ok(match variable {
                DOCUMENTS_BUCKET_VARIABLE => "court-documents",
                MAX_DOCUMENT_BYTES_VARIABLE => bytes,
                _ => required,
            }
            .to_owned())
        })
    }

    #[test]
    fn what_is_asked_of_documents_is_read_or_the_variable_is_named() {
        let read = documents("1000", "true").unwrap();
        assert_eq!(read.bucket.as_deref(), Some("court-documents"));
        assert_eq!((read.max_bytes, read.required), (Some(1000), true));
        let usual = documents("", "").unwrap();
        assert_eq!((usual.max_bytes, usual.required), (None, false));
        let error = documents("250 MB", "").unwrap_err().to_string();
        assert!(error.contains(MAX_DOCUMENT_BYTES_VARIABLE), "{error}");
        let error = documents("", "perhaps").unwrap_err().to_string();
        assert!(error.contains(REQUIRE_DOCUMENTS_VARIABLE), "{error}");
    }

    fn checkpoint_keys(
        kms: &str,
        file: &str,
        trusted: &str,
    ) -> Result<CheckpointKeyConfig, ConfigError> {
        CheckpointKeyConfig::from_values(|variable| {
            Ok(match variable {
                CHECKPOINT_KMS_KEY_VARIABLE => kms,
                CHECKPOINT_KEY_FILE_VARIABLE => file,
                _ => trusted,
            }
            .to_owned())
        })
    }

    #[test]
    fn one_key_signs_checkpoints_and_others_may_be_trusted() {
        let key = PublicKey::ed25519(&[1; 32]).unwrap();
        let kms = checkpoint_keys("alias/court", "", &format!("{key}, {key}")).unwrap();
        assert_eq!(
            kms.signs,
            Some(CheckpointKey::Kms("alias/court".to_owned()))
        );
        assert_eq!(kms.trusted.len(), 2);
        let file = checkpoint_keys("", "/keys/checkpoint.key", "").unwrap();
        assert_eq!(
            file.signs,
            Some(CheckpointKey::File("/keys/checkpoint.key".into()))
        );
        assert_eq!(
            checkpoint_keys("", "", "").unwrap(),
            CheckpointKeyConfig::default()
        );
        let error = checkpoint_keys("alias/court", "/key", "").unwrap_err();
        assert!(
            error.to_string().contains(CHECKPOINT_KMS_KEY_VARIABLE),
            "{error}"
        );
        let error = checkpoint_keys("", "", "mine").unwrap_err();
        assert!(
            error.to_string().contains(CHECKPOINT_TRUSTED_KEYS_VARIABLE),
            "{error}"
        );
    }

    #[test]
    fn figures_are_told_as_the_variable_says_else_as_the_process_does_by_default() {
        let mode = |value: &str, default| {
            MetricsMode::from_values(|_| Ok(value.to_owned()), default).map_err(|e| e.to_string())
        };
        for default in [MetricsMode::Emf, MetricsMode::Off] {
            assert_eq!(mode("", default), Ok(default));
            assert_eq!(mode("emf", default), Ok(MetricsMode::Emf));
            assert_eq!(mode("off", default), Ok(MetricsMode::Off));
            let error = mode("prometheus", default).unwrap_err();
            assert!(error.contains(METRICS_VARIABLE), "{error}");
        }
    }

    #[test]
    fn a_value_that_can_not_be_used_is_refused_with_the_name_of_its_variable() {
        let error = given("court 7", "absent").unwrap_err();
        assert!(error.to_string().contains(TABLE_PREFIX_VARIABLE), "{error}");
        let error = given("court-7", "localhost:8000").unwrap_err();
        assert!(error.to_string().contains(ENDPOINT_URL_VARIABLE), "{error}");
    }
}
