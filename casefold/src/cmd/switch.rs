//! `casefold switch`, `rollback` and `retire`: which generation readers follow, and which is
//! done with.

use std::process::ExitCode;

use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{Generation, GenerationStore, ProjectionId};
use casefold_shared::generations::change::{StepError, step};
use casefold_shared::generations::{Generations, KNOWN_FOR, NotSafe, Stage};
use clap::Args;
use serde::Serialize;

use super::generations::{ByArgs, known, operation};
use super::interrupt::Interrupt;
use super::progress::Show;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// To which generation readers are switched.
#[derive(Clone, Debug, Args)]
pub struct SwitchArgs {
    /// The projection
    pub projection: String,
    /// The generation that readers are to follow
    pub generation: u32,
    /// Who does it.
    #[command(flatten)]
    pub by: ByArgs,
}

/// Of which projection readers are switched back.
#[derive(Clone, Debug, Args)]
pub struct RollbackArgs {
    /// The projection
    pub projection: String,
    /// Who does it.
    #[command(flatten)]
    pub by: ByArgs,
}

/// Which generation is done with.
#[derive(Clone, Debug, Args)]
pub struct RetireArgs {
    /// The projection
    pub projection: String,
    /// The generation
    pub generation: u32,
    /// Leave what is stored of it; run it again without this to remove that
    #[arg(long)]
    pub keep: bool,
    /// Who does it.
    #[command(flatten)]
    pub by: ByArgs,
}

/// What readers follow now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Switched {
    projection: String,
    active: Generation,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Generation>,
}

/// What is left of a generation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Retired {
    projection: String,
    retired: Generation,
    removed: u64,
    /// Whether nothing is left.
    emptied: bool,
}

/// How far a removal is.
#[derive(Debug, Serialize)]
struct Removing {
    seen: u64,
    removed: u64,
}

/// A refusal, for scripts.
#[derive(Debug, Serialize)]
struct Refused {
    code: &'static str,
    detail: String,
}

/// Switches readers to a generation.
///
/// # Errors
/// Where the stores can't be used. A refusal is told, with exit status 1.
pub async fn switch(options: &Options, args: &SwitchArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let to = Generation(args.generation);
    let now = SystemClock.now();
    let known = known(backend.store(), &args.projection).await;
    let known = known.and_then(|known| known.generation(args.generation).map(|_| known));
    let switched = match known {
        Ok(known) => {
            change_readers(&backend, known.name, "switch", &args.by, |it| {
                it.switch(to, now)
            })
            .await
        }
        Err(error) => Err(error.into()),
    };
    backend.close().await;
    told(switched?, output)
}

/// Switches readers back to the generation that they followed before.
///
/// # Errors
/// Where the stores can't be used. A refusal is told, with exit status 1.
pub async fn rollback(options: &Options, args: &RollbackArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let now = SystemClock.now();
    let switched = match known(backend.store(), &args.projection).await {
        Ok(known) => {
            change_readers(&backend, known.name, "rollback", &args.by, |it| {
                it.roll_back(now)
            })
            .await
        }
        Err(error) => Err(error.into()),
    };
    backend.close().await;
    told(switched?, output)
}

/// One conditional write; what is refused is no failure of the tool.
async fn change_readers(
    backend: &Backend,
    projection: &'static str,
    what: &str,
    by: &ByArgs,
    take: impl Fn(Generations) -> Result<Generations, NotSafe>,
) -> Result<Result<Switched, NotSafe>, CommandFailure> {
    let by = by.name();
    let changed = step(&**backend.store(), projection, take, |before, after| {
        let detail = format!(
            "readers follow generation {}, and followed {} before",
            after.active, before.active
        );
        operation(&by, what, projection, detail)
    })
    .await;
    match changed {
        Ok(generations) => Ok(Ok(Switched {
            projection: projection.to_owned(),
            active: generations.active,
            previous: generations.previous,
        })),
        Err(StepError::NotSafe(refused)) => Ok(Err(refused)),
        Err(error) => Err(error.into()),
    }
}

fn told(switched: Result<Switched, NotSafe>, output: &Output) -> Outcome {
    match switched {
        Ok(switched) => {
            output.print(&switched, || {
                format!(
                    "Readers follow {}@{}: every process within {} seconds.",
                    switched.projection,
                    switched.active,
                    KNOWN_FOR.as_secs()
                )
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => refuse(refused, output),
    }
}

fn refuse(refused: NotSafe, output: &Output) -> Outcome {
    let refused = Refused {
        code: refused.code(),
        detail: refused.to_string(),
    };
    output.print(&refused, || {
        format!("Refused ({}): {}.", refused.code, refused.detail)
    })?;
    Ok(ExitCode::FAILURE)
}

/// Retires a generation, and removes what is stored of it. It can be stopped and run again.
///
/// # Errors
/// Where the stores can't be used. A refusal is told, with exit status 1.
pub async fn retire(options: &Options, args: &RetireArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let retired = retire_generation(&backend, args, output).await;
    backend.close().await;
    match retired? {
        Ok(retired) => {
            output.print(&retired, || {
                let Retired {
                    projection,
                    retired,
                    removed,
                    emptied,
                } = &retired;
                let left = if *emptied {
                    "nothing is left of it"
                } else {
                    "what is left of it can be removed by running this again"
                };
                format!("{projection}@{retired} is retired; {removed} items removed, {left}.")
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => refuse(refused, output),
    }
}

async fn retire_generation(
    backend: &Backend,
    args: &RetireArgs,
    output: &Output,
) -> Result<Result<Retired, NotSafe>, CommandFailure> {
    let store = backend.store();
    let known = known(store, &args.projection).await?;
    let (name, generation) = (known.name, Generation(args.generation));
    let id = ProjectionId { name, generation };
    let by = args.by.name();
    let now = SystemClock.now();
    // Removing what is left of one that is retired already is going on with it.
    let retire = |it: Generations| match it.of(generation) {
        Some(standing) if standing.stage == Stage::Retired => Ok(it),
        Some(_) | None => it.retire(generation, now),
    };
    let retired = step(&**store, name, retire, |_, _| {
        operation(&by, "retire", name, format!("{id} is folded no more"))
    })
    .await;
    match retired {
        Ok(_) => {}
        Err(StepError::NotSafe(refused)) => return Ok(Err(refused)),
        Err(error) => return Err(error.into()),
    }
    let mut done = Retired {
        projection: name.to_owned(),
        retired: generation,
        removed: 0,
        emptied: false,
    };
    if args.keep {
        return Ok(Ok(done));
    }
    // Whoever went by what they knew of it is done writing into it by then.
    let interrupt = Interrupt::listen();
    tokio::time::sleep(KNOWN_FOR).await;
    let show = Show::new(output, None);
    let (mut from, mut seen) = (None, 0);
    while !*interrupt.stopped().borrow() {
        let page = store.contents_remove(id, from).await?;
        done.removed += page.removed;
        from = page.next;
        seen += page.seen;
        let removed = done.removed;
        show.say_so_far(&Removing { seen, removed }, || {
            format!("{seen} items looked at, {removed} removed")
        });
        if from.is_none() {
            done.emptied = true;
            break;
        }
    }
    show.end();
    if done.emptied {
        let now = SystemClock.now();
        let removed = done.removed;
        step(
            &**store,
            name,
            |it| it.empty(generation, now),
            |_, _| {
                let detail = format!("nothing is left of {id}; {removed} items were removed");
                operation(&by, "empty", name, detail)
            },
        )
        .await?;
    }
    Ok(Ok(done))
}
