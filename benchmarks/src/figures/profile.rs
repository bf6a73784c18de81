//! One kind of work and nothing else, for a profiler to look at: no figure.

use std::time::Duration;

use super::{Context, folding, length};
use crate::Outcome;
use crate::contestants::{Kind, Size};
use crate::drive::{drive, warm_up};
use crate::progress::result;
use crate::stats::printed;

/// How many commands at once.
const AT_ONCE: usize = 8;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Work {
    /// Commands on cases that the process knows
    Warm,
    /// Commands on cases that it doesn't, and the folding in between
    Cold,
    /// Raw conditional puts
    Raw,
    /// Batches of the stream into cases alone
    Cases,
    /// Batches of the stream into everything
    Everything,
}

/// Works for about so long.
pub(crate) async fn run(context: &mut Context, work: Work, limit: Duration) -> Outcome<()> {
    let kind = match work {
        Work::Warm => Kind::CasefoldWarm,
        Work::Cold => Kind::CasefoldCold,
        Work::Raw => Kind::Raw,
        Work::Cases => return folding::profile(folding::What::Cases).await,
        Work::Everything => return folding::profile(folding::What::Everything).await,
    };
    let size = Size {
        events: 10,
        cases: 64,
    };
    let court = context.grounds.court(kind, size).await?;
    let contestant = kind.enter(&court, size).await?;
    warm_up(&contestant, size.cases).await;
    contestant.settle().await?;
    let driven = drive(&contestant, size.cases, AT_ONCE, limit).await?;
    result(format!(
        "{} on {} events, {AT_ONCE} at once: {} a second",
        kind.name(),
        length(size),
        printed(driven.rate())
    ));
    court.close().await?;
    Ok(())
}
