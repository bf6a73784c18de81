//! `casefold sql`: asking an export.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::arrow::util::pretty::pretty_format_batches;
use futures::TryStreamExt;

use super::Outcome;
use crate::export::asking::{AskError, Asked};
use crate::output::Output;

/// What to ask, and of which export.
#[derive(Clone, Debug, Args)]
pub struct SqlArgs {
    /// The question, say `select role, count(*) from commits group by role`
    pub question: String,
    /// The directory of the export
    #[arg(long, value_name = "DIR", env = "CASEFOLD_PARQUET")]
    pub parquet: PathBuf,
}

/// Prints the answer: a table for people, or a line of JSON for each row.
///
/// # Errors
/// Where there is no export, or the question is wrong.
pub async fn run(args: &SqlArgs, output: &Output) -> Outcome {
    let asked = Asked::open(&args.parquet).await?;
    let mut answer = asked.ask(&args.question).await?;
    if output.is_json() {
        let mut lines = LineDelimitedWriter::new(std::io::stdout().lock());
        let mut rest = answer;
        while let Some(rows) = rest.try_next().await.map_err(AskError::from)? {
            lines.write(&rows)?;
        }
        lines.finish()?;
    } else {
        let mut all = vec![datafusion::arrow::array::RecordBatch::new_empty(
            answer.schema(),
        )];
        while let Some(rows) = answer.try_next().await.map_err(AskError::from)? {
            all.push(rows);
        }
        writeln!(std::io::stdout().lock(), "{}", pretty_format_batches(&all)?)?;
    }
    Ok(ExitCode::SUCCESS)
}
