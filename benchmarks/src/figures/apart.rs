//! A command's time, taken apart: what of it are its requests, and what is everything else.

use std::sync::Arc;
use std::time::Duration;

use super::length;
use crate::Outcome;
use crate::contestants::{Contestant, Kind, Size};
use crate::drive::{Driven, one_round};
use crate::report::{Cell, Table};
use crate::wire::{Wire, is_write};

/// At least so many commands, in rounds of one a case.
const COMMANDS: usize = 256;

/// The milliseconds of a command, of which nothing overlaps: one at a time, one request after another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Apart {
    /// From the sending of the requests that read to their answers.
    pub(crate) reading: f64,
    /// The same of those that write.
    pub(crate) writing: f64,
    /// The contestant's own work, and the SDK's.
    pub(crate) besides: f64,
}

impl Apart {
    pub(crate) const fn whole(self) -> f64 {
        self.reading + self.writing + self.besides
    }
}

/// Has a contestant carry out commands one at a time, and takes the times of its requests.
pub(crate) async fn take_apart(
    contestant: &Arc<dyn Contestant>,
    cases: usize,
    wire: &Wire,
) -> Outcome<Apart> {
    let mut driven = Driven::default();
    let mut times = wire.timed();
    for _ in 0..COMMANDS.div_ceil(cases.max(1)) {
        contestant.begin_round().await?;
        wire.time();
        one_round(contestant, cases, 1, &mut driven).await;
        times = wire.timed();
        contestant.settle().await?;
    }
    if let Some(failure) = driven.failure {
        return Err(failure.into());
    }
    let all = |writes: bool| {
        let of_kind = times.iter().filter(|(name, _)| is_write(name) == writes);
        of_kind.map(|(_, time)| *time).sum()
    };
    let (reading, writing): (Duration, Duration) = (all(false), all(true));
    let of_one = |time: Duration| time.as_secs_f64() * 1_000.0 / (driven.commands.max(1) as f64);
    Ok(Apart {
        reading: of_one(reading),
        writing: of_one(writing),
        besides: of_one(driven.took.saturating_sub(reading + writing)),
    })
}

/// The rows are contestants, with what was measured in each run.
pub(crate) fn table<'a>(
    size: Size,
    measured: impl IntoIterator<Item = (Kind, &'a [Apart])>,
) -> Table {
    let mut table = Table::new(
        format!(
            "Milliseconds of a command, one at a time, on {} cases of {} events:",
            size.cases,
            length(size)
        ),
        &[
            "",
            "requests that read",
            "requests that write",
            "all else",
            "in all",
        ],
    );
    for (kind, runs) in measured {
        let of: [fn(Apart) -> f64; 4] = [
            |it| it.reading,
            |it| it.writing,
            |it| it.besides,
            Apart::whole,
        ];
        let cells = of.map(|of| Cell::runs(&runs.iter().map(|it| of(*it)).collect::<Vec<_>>()));
        table.row(kind.name(), cells.into());
    }
    table
}
