//! Asking the files of an export in SQL, with DataFusion.
//!
//! The tables are `commits` and `events`, of the files that the manifest names, so an export may
//! run meanwhile. A question can only ask: whatever would change something is refused.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::cast::as_string_array;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext, lit};

use super::{Directory, ExportError, Table};

/// Why a question can't be answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no export to ask.
    #[error("{0} has no export; write one with casefold export --parquet")]
    NoExport(std::path::PathBuf),
    /// What is there can't be understood.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The question is wrong, or the files can't be read.
    #[error("the question can't be answered")]
    Engine(#[from] DataFusionError),
}

/// An export that can be asked.
pub struct Asked {
    context: SessionContext,
}

impl Asked {
    /// The export of a directory, as it is now.
    ///
    /// # Errors
    /// [`AskError`] where there is none, or it can't be read.
    pub async fn open(directory: &Path) -> Result<Self, AskError> {
        if Directory::complete_up_to(directory)?.is_none() {
            return Err(AskError::NoExport(directory.to_owned()));
        }
        let mut config = SessionConfig::new();
        // Columns are as they were written, and so are the functions over them.
        config
            .options_mut()
            .execution
            .parquet
            .schema_force_view_types = false;
        let context = SessionContext::new_with_config(config);
        context.register_udf(json_text());
        for table in Table::ALL {
            let rows = rows(&context, directory, table).await?;
            context.register_table(table.name(), rows.into_view())?;
        }
        Ok(Self { context })
    }

    /// The answer, a batch of rows after the other.
    ///
    /// # Errors
    /// [`AskError::Engine`] where the question is wrong, or would change something.
    pub async fn ask(&self, question: &str) -> Result<SendableRecordBatchStream, AskError> {
        let only_asks = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let answer = self.context.sql_with_options(question, only_asks).await?;
        Ok(answer.execute_stream().await?)
    }
}

/// The rows of a table, with the month as a column. A question about one month reads the files of
/// that month alone: the month is a constant in each part of the union.
async fn rows(
    context: &SessionContext,
    directory: &Path,
    table: Table,
) -> Result<DataFrame, AskError> {
    let schema = table.schema();
    let mut all: Option<DataFrame> = None;
    for (month, files) in Directory::files(directory, table)? {
        let paths: Vec<_> = files.iter().map(|it| it.display().to_string()).collect();
        let options = ParquetReadOptions::default().schema(&schema);
        let rows = context.read_parquet(paths, options).await?;
        let rows = rows.with_column("month", lit(month))?;
        all = Some(match all {
            Some(all) => all.union(rows)?,
            None => rows,
        });
    }
    match all {
        Some(all) => Ok(all),
        None => {
            let none = datafusion::datasource::empty::EmptyTable::new(schema);
            let none = context.read_table(Arc::new(none))?;
            Ok(none.with_column("month", lit(""))?)
        }
    }
}

/// `json_text(payload, '/entry/eventCode')`: what a JSON pointer leads to in a JSON text, as text;
/// nothing where it leads nowhere, or the text is no JSON.
fn json_text() -> ScalarUDF {
    create_udf(
        "json_text",
        vec![DataType::Utf8, DataType::Utf8],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(|arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let [texts, pointers] = arrays.as_slice() else {
                return Err(DataFusionError::Plan(
                    "json_text takes a JSON text and a pointer".to_owned(),
                ));
            };
            let (texts, pointers) = (as_string_array(texts)?, as_string_array(pointers)?);
            let found: StringArray = texts
                .iter()
                .zip(pointers.iter())
                .map(|(text, pointer)| led_to(text?, pointer?))
                .collect();
            Ok(ColumnarValue::Array(Arc::new(found) as ArrayRef))
        }),
    )
}

fn led_to(text: &str, pointer: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    match value.pointer(pointer)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
