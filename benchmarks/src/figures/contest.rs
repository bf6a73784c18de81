//! Several contestants side by side, who take turns.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::apart::{Apart, take_apart};
use super::{Context, length};
use crate::Outcome;
use crate::contestants::{Checked, Contestant, Kind, Size};
use crate::court::Court;
use crate::drive::{Driven, drive, warm_up};
use crate::progress::step;
use crate::stats::printed;

/// How many commands are sent at once.
pub(super) const AT_ONCE: [usize; 3] = [1, 8, 32];

/// In how many parts the time of each is timed.
const TURNS: u32 = 4;

/// One cell: who, on cases of which length, how many at once.
pub(super) type Place = (Size, Kind, usize);

/// All runs of all cells.
#[derive(Default)]
pub(super) struct Measured {
    /// Commands a second.
    pub(super) rates: BTreeMap<Place, Vec<f64>>,
    /// With what others do in between counted.
    pub(super) with_settling: BTreeMap<Place, Vec<f64>>,
    /// Where the time of a command goes.
    pub(super) apart: BTreeMap<(Size, Kind), Vec<Apart>>,
    /// Why somebody's commands fail.
    pub(super) failures: BTreeMap<(Size, Kind), String>,
    /// What was found after the runs.
    pub(super) checked: BTreeMap<(Size, Kind), Checked>,
}

/// Somebody who takes part, with an engine of their own.
struct Entrant {
    size: Size,
    kind: Kind,
    court: Court,
    contestant: Arc<dyn Contestant>,
}

/// Has several take turns, each for a part of its time.
///
/// A machine's speed drifts within seconds by more than what is to be told apart. So nobody has all
/// of their time at once: ratios are of those who worked within the same seconds.
pub(super) async fn side_by_side(
    context: &mut Context,
    contest: Vec<(Size, Kind)>,
    measured: &mut Measured,
    run: usize,
) -> Outcome<()> {
    let limit = context.limit() / TURNS;
    let mut entrants = Vec::with_capacity(contest.len());
    for (size, kind) in contest {
        // Others' turns would make what a process knows grow old.
        let court = context.grounds.court(kind, size).await?.standing_still();
        let contestant = kind.enter(&court, size).await?;
        let known = warm_up(&contestant, size.cases).await;
        contestant.settle().await?;
        if let Some(failure) = known.failure {
            let (name, length) = (kind.name(), length(size));
            step(format!("  run {}: {name} on {length}: {failure}", run + 1));
            measured.failures.insert((size, kind), failure);
            court.close().await?;
            continue;
        }
        entrants.push(Entrant {
            size,
            kind,
            court,
            contestant,
        });
    }
    for at_once in AT_ONCE {
        let mut driven = vec![Driven::default(); entrants.len()];
        for _ in 0..TURNS {
            for (entrant, driven) in entrants.iter().zip(&mut driven) {
                let cases = entrant.size.cases;
                // No two at once on the same case: they would only get in each other's way.
                if at_once <= cases {
                    driven.add(drive(&entrant.contestant, cases, at_once, limit).await?);
                }
            }
        }
        for (entrant, driven) in entrants.iter().zip(&driven) {
            if at_once <= entrant.size.cases {
                note(measured, entrant, at_once, driven);
            }
        }
    }
    for entrant in entrants {
        leave(entrant, measured, run).await?;
    }
    Ok(())
}

/// Takes a contestant's commands apart, and looks at what is stored.
async fn leave(entrant: Entrant, measured: &mut Measured, run: usize) -> Outcome<()> {
    let Entrant {
        size,
        kind,
        court,
        contestant,
    } = entrant;
    let apart = take_apart(&contestant, size.cases, &court.wire).await?;
    measured.apart.entry((size, kind)).or_default().push(apart);
    let checked = contestant.check().await?;
    let rates = AT_ONCE.iter().filter_map(|&at_once| {
        let of_runs = measured.rates.get(&(size, kind, at_once))?;
        of_runs.last().map(|rate| printed(*rate))
    });
    step(format!(
        "  run {}: {} on {}: {} a second{}",
        run + 1,
        kind.name(),
        length(size),
        rates.collect::<Vec<_>>().join(" / "),
        checked
            .complaint()
            .map(|it| format!(" ({it})"))
            .unwrap_or_default()
    ));
    measured
        .checked
        .entry((size, kind))
        .or_default()
        .add(&checked);
    court.close().await?;
    Ok(())
}

fn note(measured: &mut Measured, entrant: &Entrant, at_once: usize, driven: &Driven) {
    let Entrant { size, kind, .. } = entrant;
    let place = (*size, *kind, at_once);
    if let Some(failure) = &driven.failure {
        measured.failures.insert((*size, *kind), failure.clone());
        return;
    }
    measured.rates.entry(place).or_default().push(driven.rate());
    if entrant.contestant.in_rounds() {
        let rate = driven.rate_with_settling();
        measured.with_settling.entry(place).or_default().push(rate);
    }
}
