//! One kind of work and nothing else, for a profiler to look at: no figure.

use std::time::Duration;

use super::apart::take_apart;
use super::{Context, folding, length};
use crate::Outcome;
use crate::contestants::{Kind, Size};
use crate::drive::{drive, warm_up};
use crate::progress::result;
use crate::stats::printed;

/// On which cases commands are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::Args)]
pub(crate) struct Ground {
    /// How many events a case has
    #[arg(long, default_value_t = 10)]
    events: u64,
    /// How many cases there are
    #[arg(long, default_value_t = 64)]
    cases: usize,
    /// How many commands are sent at once
    #[arg(long, default_value_t = 8)]
    at_once: usize,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Work {
    /// Commands on cases that the process knows
    Warm,
    /// Commands on cases that it doesn't, and the folding in between
    Cold,
    /// Raw conditional puts
    Raw,
    /// The naive design
    Naive,
    /// `dynamo-es` without snapshots
    DynamoEs,
    /// Batches of the stream into cases alone
    Cases,
    /// Batches of the stream into everything
    Everything,
}

/// Works for about so long.
pub(crate) async fn run(
    context: &mut Context,
    work: Work,
    ground: Ground,
    limit: Duration,
) -> Outcome<()> {
    let kind = match work {
        Work::Warm => Kind::CasefoldWarm,
        Work::Cold => Kind::CasefoldCold,
        Work::Raw => Kind::Raw,
        Work::Naive => Kind::Naive,
        Work::DynamoEs => Kind::DynamoEs,
        Work::Cases => return folding::profile(folding::What::Cases).await,
        Work::Everything => return folding::profile(folding::What::Everything).await,
    };
    let Ground {
        events,
        cases,
        at_once,
    } = ground;
    let size = Size { events, cases };
    let court = context.grounds.court(kind, size).await?;
    let contestant = kind.enter(&court, size).await?;
    warm_up(&contestant, cases).await;
    contestant.settle().await?;
    let driven = drive(&contestant, cases, at_once, limit).await?;
    result(format!(
        "{} on {cases} cases of {} events, {at_once} at once: {} a second",
        kind.name(),
        length(size),
        printed(driven.rate())
    ));
    let apart = take_apart(&contestant, cases, &court.wire).await?;
    result(format!(
        "one at a time, in ms: {} in requests that read, {} in those that write, {} besides; {} in all",
        printed(apart.reading),
        printed(apart.writing),
        printed(apart.besides),
        printed(apart.whole())
    ));
    court.close().await?;
    Ok(())
}
