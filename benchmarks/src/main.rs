//! Casefold measured beside its peers, and beside what the engine allows at most:
//! `cargo run --release -p casefold-benchmarks -- all`.
//!
//! | module | holds |
//! | --- | --- |
//! | `figures` | the figures, one file each: what is measured, what is to be reached |
//! | `contestants` | who is measured, one file each, and what is checked after a run |
//! | `drive` | so many commands at once, for some time |
//! | `court`, `items` | a contestant's own engine; items as they are |
//! | `wire` | the HTTP client under every SDK: tokens, units, recording |
//! | `replay` | recorded requests sent again, as a ceiling |
//! | `histories`, `client` | histories in memory; as little of an HTTP client as does |
//! | `stats`, `report` | spreads; what is kept and shown of it |
//! | `machine`, `progress` | where it is measured; what is told meanwhile |

mod client;
mod contestants;
mod court;
mod drive;
mod figures;
mod histories;
mod items;
mod machine;
mod progress;
mod replay;
mod report;
mod stats;
mod wire;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand};

use figures::Context;
use figures::instructions::{self, Kept};
use figures::profile::{Ground, Work};
use progress::{result, step};
use report::{Figure, Results};

/// As the program `casefold` has it, for all contestants alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A result, where a failure ends the run.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures Casefold beside its peers and writes docs/benchmarks
#[derive(Parser)]
#[command(name = "casefold-benchmarks")]
struct Cli {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    how: How,
}

#[derive(Args)]
struct How {
    /// A short run, to see that all works: its times are worth little
    #[arg(long, global = true)]
    quick: bool,
    /// How often each timed cell is measured [default: 3, or 1 with --quick]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    runs: Option<u16>,
    /// Rebuild a million commits, too
    #[arg(long, global = true)]
    million: bool,
    /// Make the instructions that are counted the new budget
    #[arg(long, global = true)]
    accept: bool,
    /// Where the page, the figures and the plots go [default: docs/benchmarks]
    #[arg(long, global = true, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Subcommand)]
enum What {
    /// Every figure
    All,
    /// 1: units, items and round trips of a command
    Units,
    /// 2: commands a second through the library
    Commands,
    /// 3: commits folded a second from batches of the stream
    Folding,
    /// 4: rebuilding a generation of cases
    Rebuild,
    /// 5: decoding, lifting and folding in memory
    Memory,
    /// 6: commands and reads over HTTP
    Http,
    /// 7: cold starts of the Lambda functions, and their packages
    Lambda,
    /// 8: instructions per folded commit
    Instructions,
    /// The page and the plots anew, from what is kept
    Render,
    /// One kind of work and nothing else, for a profiler to look at
    Profile {
        #[arg(value_enum)]
        work: Work,
        #[command(flatten)]
        ground: Ground,
        /// For how long
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Folds histories, for callgrind to count
    #[command(hide = true)]
    Fold {
        #[arg(long)]
        cases: u64,
        #[arg(long)]
        times: u64,
    },
}

impl What {
    const FIGURES: [Self; 8] = [
        Self::Units,
        Self::Commands,
        Self::Folding,
        Self::Rebuild,
        Self::Memory,
        Self::Http,
        Self::Lambda,
        Self::Instructions,
    ];

    /// The figures to measure, by their numbers.
    fn figures(self) -> BTreeSet<(u8, Self)> {
        let all = (1..).zip(Self::FIGURES);
        all.filter(|(_, figure)| self == Self::All || self == *figure)
            .collect()
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            step(format!("error: {}", drive::told(&*error)));
            ExitCode::FAILURE
        }
    }
}

async fn run(Cli { what, how }: Cli) -> Outcome<ExitCode> {
    if let What::Fold { cases, times } = what {
        instructions::fold(cases, times)?;
        return Ok(ExitCode::SUCCESS);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    let out = how.out.unwrap_or_else(|| root.join("docs/benchmarks"));
    let runs = how.runs.map_or(if how.quick { 1 } else { 3 }, usize::from);
    let mut context = Context {
        run: machine::run(&root, runs, how.quick),
        million: how.million,
        accept: how.accept,
        root,
        grounds: contestants::Grounds::default(),
    };
    if let What::Profile {
        work,
        ground,
        seconds,
    } = what
    {
        let limit = Duration::from_secs(seconds);
        figures::profile::run(&mut context, work, ground, limit).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut code = ExitCode::SUCCESS;
    let begun = Instant::now();
    for (number, figure) in what.figures() {
        let since = Instant::now();
        step(format!("figure {number}"));
        let (figure, kept) = measure(figure, &mut context).await?;
        if kept == Kept::No {
            code = ExitCode::FAILURE;
        }
        told(number, &figure, since);
        // One by one: what was measured is kept, whatever the next one comes to.
        let figures = [(number, figure)].into();
        report::write(&out, Results { figures })?;
    }
    report::write(&out, Results::default())?;
    step(format!("done in {} s", begun.elapsed().as_secs()));
    Ok(code)
}

async fn measure(figure: What, context: &mut Context) -> Outcome<(Figure, Kept)> {
    let figure = match figure {
        What::Units => figures::units::measure(context).await?,
        What::Commands => figures::commands::measure(context).await?,
        What::Folding => figures::folding::measure(context).await?,
        What::Rebuild => figures::rebuild::measure(context).await?,
        What::Memory => figures::memory::measure(context).await?,
        What::Http => figures::http::measure(context).await?,
        What::Lambda => figures::lambda::measure(context).await?,
        What::Instructions => return instructions::measure(context).await,
        What::All | What::Render | What::Profile { .. } | What::Fold { .. } => {
            return Err("this is no figure".into());
        }
    };
    Ok((figure, Kept::Yes))
}

fn told(number: u8, figure: &Figure, since: Instant) {
    result(format!(
        "{number}. {} ({} s)",
        figure.title,
        since.elapsed().as_secs()
    ));
    for goal in &figure.goals {
        let verdict = goal.verdict.as_str().trim_matches('*');
        result(format!("   {verdict}: {}: {}", goal.goal, goal.measured));
    }
}
