//! The command line: options that every sub-command has, and the sub-commands.

use std::path::PathBuf;
use std::process::ExitCode;

use casefold_shared::telemetry::{self, Format};
use clap::{Args, Parser, Subcommand};

use crate::cmd;
use crate::output::Output;

/// An event-sourced case service for courts.
///
/// Without a sub-command, `casefold` serves: it starts an embedded DynamoDB engine on the
/// data directory, creates the tables, feeds the projector from the event table's stream,
/// and serves the command API. Everything else works beside a running service and without
/// one.
#[derive(Debug, Parser)]
#[command(name = "casefold", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: cmd::serve::ServeArgs,
}

/// What every sub-command takes.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The directory that holds everything: the database, the lock, the development signing
    /// secret
    #[arg(long, global = true, env = "CASEFOLD_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// Use this DynamoDB endpoint, AWS's own or another, in place of the embedded engine
    #[arg(long, global = true, env = "CASEFOLD_ENDPOINT_URL", value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// What the names of the tables begin with
    #[arg(
        long,
        global = true,
        env = "CASEFOLD_TABLE_PREFIX",
        default_value = "casefold"
    )]
    pub table_prefix: String,
    /// Print JSON where a table for people would be printed
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the command API and feed the projector (what is done without a sub-command)
    Serve(cmd::serve::ServeArgs),
    /// Read the event table's stream and project it, where the service does not
    ///
    /// Several of these share the stream's shards: each reads its part, and takes over those of
    /// one that is gone. Together they do once what comes round by itself.
    Project(cmd::project::ProjectArgs),
    /// Make a signed token for trying the API out
    ///
    /// The token is signed with the development secret of the data directory, so a service
    /// on the same directory takes it.
    Token(cmd::token::TokenArgs),
    /// Import a court's DynamoDB items, a JSON list, as a history of each case
    ///
    /// It can be stopped and run again: what was written is not written twice.
    Import(cmd::import::ImportArgs),
    /// Do work now that otherwise comes round by itself
    Job(cmd::job::JobArgs),
    /// Make up histories of cases, like those of a real court, for measuring and trying out
    ///
    /// It goes into an empty data directory or table. It can be stopped and run again.
    Generate(cmd::generate::GenerateArgs),
    /// Write the history as Parquet files, for asking it in SQL
    ///
    /// What the directory has already is not written twice. It can be stopped and run again.
    Export(cmd::export::ExportArgs),
    /// Ask the Parquet files of an export in SQL
    ///
    /// The tables are `commits` and `events`; each has the column `month` besides.
    /// `json_text(payload, '/status')` gives a member of an event's payload.
    #[cfg(feature = "datafusion")]
    Sql(cmd::sql::SqlArgs),
    /// Show a case, as it is or as of a version, a recorded time or an effective date
    Show(cmd::show::ShowArgs),
    /// Show the commits of a case: who did what, and when
    History(cmd::history::HistoryArgs),
    /// Show of each field of a case which event gave it its value
    Blame(cmd::blame::BlameArgs),
    /// Show what two versions of a case hold differently, field by field
    ///
    /// `casefold diff` compares what two generations of a projection have stored.
    Changes(cmd::changes::ChangesArgs),
    /// Show rows of a projection of rows, say who sealed what in a month
    Rows(cmd::rows::RowsArgs),
    /// Show every generation of every projection: its stage, progress, lag and cost
    Projections,
    /// Fill a generation of a projection from the event table
    ///
    /// It can be stopped and run again, by several processes at once, beside a running
    /// service: what is newer is kept. `cases-sql` fills an SQL database with cases as rows.
    Rebuild(cmd::rebuild::RebuildArgs),
    /// Compare each case's head in the event table with what is stored of it
    ///
    /// It ends with exit status 1 where anything differs.
    Reconcile(cmd::reconcile::ReconcileArgs),
    /// Verify every hash chain, and each case against the last signed checkpoint
    ///
    /// It names the first bad commit of each broken case, and up to which version the case can be
    /// trusted. It can be stopped and run again, by several processes at once, beside a running
    /// service. It ends with exit status 1 where anything is wrong.
    Verify(cmd::verify::VerifyArgs),
    /// Verify the whole record, and sign what it is
    ///
    /// Nothing is signed where anything is wrong (exit status 1), or where nothing has changed
    /// since the last checkpoint. A service does it by itself, every hour.
    Checkpoint(cmd::checkpoint::CheckpointArgs),
    /// Show the public key that checkpoints are checked against
    CheckpointKey(cmd::checkpoint::KeyArgs),
    /// Make the proof of a commit: a file that anybody can check who has the public key
    Prove(cmd::prove::ProveArgs),
    /// Check a proof, with neither network nor database
    ///
    /// It ends with exit status 0 where the proof holds, 1 where it doesn't, and 2 where the file
    /// or the key can't be read.
    CheckProof(cmd::check_proof::CheckProofArgs),
    /// Compare what two generations of a projection have stored, field by field
    Diff(cmd::diff::DiffArgs),
    /// Switch readers to a generation of a projection
    Switch(cmd::switch::SwitchArgs),
    /// Switch readers back to the generation that they followed before
    Rollback(cmd::switch::RollbackArgs),
    /// Fold nothing more into a generation, and remove what is stored of it
    Retire(cmd::switch::RetireArgs),
    /// Find commits across cases: by whom, when, by which command, about what
    ///
    /// The question is noted in the log of accesses, with its reason, before it is answered.
    Audit(cmd::audit::AuditArgs),
    /// Show who looked at what is sealed, and who asked across cases
    Accesses(cmd::accesses::AccessesArgs),
    /// Forget somebody by order of a court: destroy the keys of their personal data
    ///
    /// No event changes, and no hash. What was encrypted under the keys can't be read again, by
    /// anybody; what is derived is folded anew without it. It works beside a running service, and
    /// what was interrupted is ended by running it again.
    Forget(cmd::forget::ForgetArgs),
    /// Show whose keys a case has, and which of them were destroyed
    Subjects(cmd::subjects::SubjectsArgs),
    /// Show who switched, rebuilt and retired what, and when
    Operations(cmd::projections::OperationsArgs),
}

/// Runs a command line; the exit status is 0 only where it did what it was asked.
pub async fn run(cli: Cli) -> ExitCode {
    if let Err(error) = telemetry::init(Format::Text) {
        Output::new(cli.options.json).complain(&error);
        return ExitCode::FAILURE;
    }
    let output = Output::new(cli.options.json);
    let done = match cli.command {
        None => cmd::serve::run(&cli.options, &cli.serve, &output).await,
        Some(Command::Serve(args)) => cmd::serve::run(&cli.options, &args, &output).await,
        Some(Command::Project(args)) => cmd::project::run(&cli.options, &args, &output).await,
        Some(Command::Token(args)) => cmd::token::run(&cli.options, &args, &output),
        Some(Command::Job(args)) => cmd::job::run(&cli.options, &args, &output).await,
        Some(Command::Import(args)) => cmd::import::run(&cli.options, &args, &output).await,
        Some(Command::Generate(args)) => cmd::generate::run(&cli.options, &args, &output).await,
        Some(Command::Export(args)) => cmd::export::run(&cli.options, &args, &output).await,
        #[cfg(feature = "datafusion")]
        Some(Command::Sql(args)) => cmd::sql::run(&args, &output).await,
        Some(Command::Show(args)) => cmd::show::run(&cli.options, &args, &output).await,
        Some(Command::History(args)) => cmd::history::run(&cli.options, &args, &output).await,
        Some(Command::Blame(args)) => cmd::blame::run(&cli.options, &args, &output).await,
        Some(Command::Changes(args)) => cmd::changes::run(&cli.options, &args, &output).await,
        Some(Command::Rows(args)) => cmd::rows::run(&cli.options, &args, &output).await,
        Some(Command::Projections) => cmd::projections::run(&cli.options, &output).await,
        Some(Command::Rebuild(args)) => cmd::rebuild::run(&cli.options, &args, &output).await,
        Some(Command::Reconcile(args)) => cmd::reconcile::run(&cli.options, &args, &output).await,
        Some(Command::Verify(args)) => cmd::verify::run(&cli.options, &args, &output).await,
        Some(Command::Checkpoint(args)) => cmd::checkpoint::run(&cli.options, &args, &output).await,
        Some(Command::CheckpointKey(args)) => {
            cmd::checkpoint::show_key(&cli.options, &args, &output).await
        }
        Some(Command::Prove(args)) => cmd::prove::run(&cli.options, &args, &output).await,
        Some(Command::CheckProof(args)) => cmd::check_proof::run(&args, &output),
        Some(Command::Diff(args)) => cmd::diff::run(&cli.options, &args, &output).await,
        Some(Command::Switch(args)) => cmd::switch::switch(&cli.options, &args, &output).await,
        Some(Command::Rollback(args)) => cmd::switch::rollback(&cli.options, &args, &output).await,
        Some(Command::Retire(args)) => cmd::switch::retire(&cli.options, &args, &output).await,
        Some(Command::Audit(args)) => cmd::audit::run(&cli.options, &args, &output).await,
        Some(Command::Accesses(args)) => cmd::accesses::run(&cli.options, &args, &output).await,
        Some(Command::Forget(args)) => cmd::forget::run(&cli.options, &args, &output).await,
        Some(Command::Subjects(args)) => cmd::subjects::run(&cli.options, &args, &output).await,
        Some(Command::Operations(args)) => {
            cmd::projections::operations(&cli.options, &args, &output).await
        }
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            output.complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}
