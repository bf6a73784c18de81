//! `casefold generate`: made-up histories, as many as are wanted.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use casefold_shared::gateway::{Consumed, Stores};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::interrupt::Interrupt;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::feed::Until;
use crate::generate::run::{self, Counts, Done, MOST_IN_STEP, Progress, Silent, Writer};
use crate::generate::{Generator, Recipe};
use crate::output::Output;

/// So many blocks lie between two lines of progress.
const BLOCKS_A_LINE: u64 = 256;

/// What to generate.
#[derive(Clone, Debug, Args)]
pub struct GenerateArgs {
    /// How many commits, nearly; ten times the cases where it isn't said
    #[arg(long, value_name = "N", required_unless_present = "cases")]
    pub commits: Option<u64>,
    /// How many cases; a tenth of the commits where it isn't said
    #[arg(long, value_name = "N")]
    pub cases: Option<u64>,
    /// What all chance is drawn from: the same seed and numbers make the same histories
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write to an event table that holds other cases, too; a docket number that is taken
    /// ends it
    #[arg(long)]
    pub beside_others: bool,
    /// How many commits are written in one step: 1 costs the fewest capacity units, and is
    /// the default on an endpoint; 100 is the default on the embedded engine
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub step: Option<u16>,
    /// How many blocks of 16 cases are made and written at the same time
    #[arg(long, value_name = "N", default_value = "8")]
    pub at_once: NonZeroUsize,
    /// Fold what was written as well, where no service runs to do it; otherwise the next
    /// service does, or a rebuild
    #[arg(long)]
    pub fold: bool,
}

/// Generates histories and writes them.
///
/// The exit status is 0 where every case of the recipe is in the event table in the end.
///
/// # Errors
/// Where nothing can be made of the numbers, or the stores can't be used.
pub async fn run(options: &Options, args: &GenerateArgs, output: &Output) -> Outcome {
    let recipe = Recipe::new(args.seed, args.commits, args.cases)?;
    let backend = Backend::open(options).await?;
    let done = generate(&backend, recipe, args, output).await;
    backend.close().await;
    let summary = done?;
    output.print(&summary, || summary.to_text())?;
    Ok(if summary.complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn generate(
    backend: &Backend,
    recipe: Recipe,
    args: &GenerateArgs,
    output: &Output,
) -> Result<Summary, CommandFailure> {
    let store = backend.store();
    let in_step = match args.step {
        Some(step) => usize::from(step),
        None if backend.engine().is_some() => MOST_IN_STEP,
        None => 1,
    };
    let options = run::Options {
        at_once: args.at_once,
        in_step: NonZeroUsize::new(in_step).unwrap_or(NonZeroUsize::MIN),
        beside_others: args.beside_others,
    };
    let writer = Writer::new(&Stores::of(store.clone()), options);
    let progress = progress(output);
    let interrupt = Interrupt::listen();
    let before = store.consumed();
    let generator = Generator::new(recipe);
    let written = writer
        .run(generator, progress.as_ref(), interrupt.stopped())
        .await;
    let consumed = store.consumed() - before;
    // Beside a service, or on AWS, the projector there folds what was written.
    if args.fold && written.is_ok() && backend.engine().is_some() {
        let feed = crate::projecting::projector_feed(backend).await?;
        feed.run(Until::Drained, interrupt.stopped().clone()).await;
    }
    Ok(Summary::of(recipe, &written?, consumed))
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    complete: bool,
    seed: u64,
    cases_wanted: u64,
    commits_wanted: u64,
    blocks_before: u64,
    blocks_done: u64,
    blocks: u64,
    #[serde(flatten)]
    counts: Counts,
    seconds: f64,
    commits_per_second: f64,
    /// By one thread, of making histories alone, with its waits for a core.
    commits_made_per_second: f64,
    write_units: f64,
    read_units: f64,
    requests: u64,
}

impl Summary {
    fn of(recipe: Recipe, done: &Done, consumed: Consumed) -> Self {
        let counts = done.counts;
        let made = counts.commits_written + counts.commits_already_there;
        Self {
            complete: done.is_complete(),
            seed: recipe.seed,
            cases_wanted: recipe.cases,
            commits_wanted: recipe.commits,
            blocks_before: done.began_at,
            blocks_done: done.ended_at,
            blocks: done.blocks,
            counts,
            seconds: done.took.as_secs_f64(),
            commits_per_second: rate(counts.commits_written, done.took),
            commits_made_per_second: rate(made, done.making),
            write_units: consumed.write_units,
            read_units: consumed.read_units,
            requests: consumed.requests,
        }
    }

    fn to_text(&self) -> String {
        let Counts {
            cases,
            commits_written,
            commits_already_there,
            events,
            docket_entries,
            payload_bytes,
        } = self.counts;
        let megabytes = payload_bytes / 1_000_000;
        let end = if self.complete {
            "every case is there"
        } else {
            "stopped before the end: run it again to go on"
        };
        format!(
            "{cases} cases with {docket_entries} docket entries; {commits_written} commits \
             written, {commits_already_there} there already; {events} events of {megabytes} MB\n\
             {:.1} s, {:.0} commits a second written, {:.0} a second and thread made; {} write \
             units in {} requests\n{end}",
            self.seconds,
            self.commits_per_second,
            self.commits_made_per_second,
            self.write_units,
            self.requests,
        )
    }
}

fn rate(count: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 {
        count as f64 / seconds
    } else {
        0.0
    }
}

fn progress(output: &Output) -> Arc<dyn Progress> {
    if output.is_json() {
        Arc::new(JsonLines)
    } else if output.is_for_people() {
        Arc::new(Bar::new())
    } else {
        Arc::new(Silent)
    }
}

/// Lines of JSON on standard error; standard output is for the summary.
struct JsonLines;

impl Progress for JsonLines {
    fn at(&self, done: u64, of: u64, commits: u64) {
        use std::io::Write;
        if done.is_multiple_of(BLOCKS_A_LINE) || done == of {
            let line = serde_json::json!({"blocks": done, "of": of, "commits": commits});
            // There is nobody left to tell where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

/// A bar on a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar} {percent} %, {eta} to go  {msg}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }
}

impl Progress for Bar {
    fn at(&self, done: u64, of: u64, commits: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
        self.0.set_message(format!("{commits} commits"));
        if done == of {
            self.0.finish_and_clear();
        }
    }
}
