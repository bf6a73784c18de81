//! What one single-event command costs: exact, and the bill.

use std::collections::BTreeMap;
use std::sync::Arc;

use casefold_events::{CommitRef, Version};
use casefold_shared::gateway::Stores;

use super::{Context, length};
use crate::Outcome;
use crate::contestants::docket::Docket;
use crate::contestants::{self, Contestant, Kind, SNAPSHOT_EVERY, Size};
use crate::drive::told;
use crate::items;
use crate::progress::step;
use crate::report::{Cell, Figure, Goal, Plot, Series, Table, Verdict};
use crate::stats::{Spread, printed, rounded};
use crate::wire::{Cost, Wire};

/// So many commands are averaged, so that every peer writes one snapshot among them.
const COMMANDS: u64 = SNAPSHOT_EVERY;

/// The same of those whose commands write none, and who need a new process for each.
const ROUNDS: u64 = 10;

/// What a command costs on average; why it fails, where it does.
type Costs = BTreeMap<(Size, Kind), Result<Average, String>>;

#[derive(Clone, Copy, Debug, Default)]
struct Average {
    reads: f64,
    writes: f64,
    items: f64,
    requests: f64,
    trips: f64,
}

impl Average {
    fn of(cost: Cost, commands: u64) -> Self {
        let commands = commands as f64;
        let each = |sum: f64| rounded(sum / commands);
        Self {
            reads: each(cost.read_units),
            writes: each(cost.write_units),
            items: each(cost.items as f64),
            requests: each(cost.requests as f64),
            trips: each(cost.trips as f64),
        }
    }

    fn units(&self) -> f64 {
        rounded(self.reads + self.writes)
    }
}

/// Those who are compared: what is written costs the same with a stream and without.
fn kinds() -> impl Iterator<Item = Kind> {
    let others = [Kind::RawPlain, Kind::DynamoEsStream];
    let all = Kind::ALL.into_iter();
    all.filter(move |it| !others.contains(it))
}

pub(crate) async fn measure(context: &mut Context) -> Outcome<Figure> {
    let sizes: Vec<_> = context.sizes();
    let mut costs = Costs::new();
    for &size in &sizes {
        for kind in kinds() {
            step(format!("  {} on {} events", kind.name(), length(size)));
            let court = context.grounds.court(kind, size).await?.standing_still();
            let contestant = kind.enter(&court, size).await?;
            costs.insert((size, kind), cost(&contestant, &court.wire).await?);
            court.close().await?;
        }
    }
    let bytes = bytes(context, sizes[0]).await?;
    let tables = sizes.iter().map(|&size| table(size, &costs)).collect();
    Ok(Figure {
        title: "One single-event command: units, items, round trips".to_owned(),
        run: context.run.clone(),
        goals: goals(&sizes, &costs, bytes.item),
        tables,
        plots: vec![plot(&sizes, &costs)],
        notes: vec![
            format!(
                "The command is `AddPaperFiling`, of which one event comes. Its commit is an item of {} bytes, with \
                 {} of payload: {} in clear, and personal values are encrypted. The peers store the same entry in \
                 clear, {} bytes of payload, without who filed it, when, or by which command.",
                bytes.item, bytes.stored, bytes.clear, bytes.of_peer
            ),
            format!(
                "Averages of {COMMANDS} commands on one case ({ROUNDS} where a process is new for each), of which one \
                 writes a snapshot where one is written every {SNAPSHOT_EVERY}. *One after another* is how often a request began while no other was under way."
            ),
            "The clock stands still: what a process reads anew now and then (the keys of cases it works on, \
             three items for the generations) is no command's."
                .to_owned(),
            "Folding is not counted for Casefold and for the naive design, whose snapshots somebody else writes \
             later: [docs/cost.md](../cost.md) has what it costs."
                .to_owned(),
        ],
    })
}

/// Of one case.
async fn cost(contestant: &Arc<dyn Contestant>, wire: &Wire) -> Outcome<Result<Average, String>> {
    let in_rounds = contestant.in_rounds();
    if !in_rounds {
        if let Err(error) = contestant.command(0).await {
            return Ok(Err(told(&*error)));
        }
        contestant.settle().await?;
    }
    let mut sum = Cost::default();
    let commands = if in_rounds { ROUNDS } else { COMMANDS };
    for _ in 0..commands {
        if in_rounds {
            contestant.begin_round().await?;
        }
        wire.meter();
        let answered = contestant.command(0).await;
        let cost = wire.metered();
        if let Err(error) = answered {
            return Ok(Err(told(&*error)));
        }
        sum.read_units += cost.read_units;
        sum.write_units += cost.write_units;
        sum.items += cost.items;
        sum.requests += cost.requests;
        sum.trips += cost.trips;
        // As whoever folds would have done by the next one.
        contestant.settle().await?;
    }
    Ok(Ok(Average::of(sum, commands)))
}

/// Bytes of what the command makes.
struct Bytes {
    /// The item of its commit.
    item: usize,
    /// The payload of its event, as it is stored.
    stored: usize,
    /// The same in clear.
    clear: usize,
    /// That of a peer's event.
    of_peer: usize,
}

async fn bytes(context: &mut Context, size: Size) -> Outcome<Bytes> {
    let court = context.grounds.court(Kind::Raw, size).await?;
    let item = contestants::raw::filing(&court.client()).await?;
    let stores = Stores::of(court.store(court.clock()));
    let at = CommitRef {
        docket_number: contestants::casefold::number_of(0),
        version: Version(contestants::casefold::FILED_AT),
    };
    let commit = stores.events.commit_get(at).await?;
    let event = commit.as_ref().and_then(|commit| commit.events.first());
    let event = event.ok_or("the paper filing is not there")?;
    let bytes = Bytes {
        item: items::bytes(&item),
        stored: event.payload().len(),
        clear: event.told().len(),
        of_peer: serde_json::to_vec(&Docket::default().file()?)?.len(),
    };
    court.close().await?;
    Ok(bytes)
}

fn table(size: Size, costs: &Costs) -> Table {
    let mut table = Table::new(
        format!("A command on a case of {} events:", length(size)),
        &[
            "",
            "read units",
            "write units",
            "units",
            "items written",
            "requests",
            "one after another",
        ],
    );
    for kind in kinds() {
        let cells = match &costs[&(size, kind)] {
            Ok(cost) => [
                cost.reads,
                cost.writes,
                cost.units(),
                cost.items,
                cost.requests,
                cost.trips,
            ]
            .map(Cell::exact)
            .to_vec(),
            Err(failure) => {
                let mut cells = vec![Cell::Text(format!("every command fails: {failure}"))];
                cells.resize(6, Cell::Empty);
                cells
            }
        };
        table.row(kind.name(), cells);
    }
    table
}

fn plot(sizes: &[Size], costs: &Costs) -> Plot {
    // Without snapshots all events are read: beside that nothing else can be seen.
    let kinds = kinds().filter(|it| *it != Kind::DynamoEs);
    let series = kinds.map(|kind| Series {
        name: kind.name().to_owned(),
        values: sizes
            .iter()
            .map(|&size| Spread::of([costs[&(size, kind)].as_ref().ok()?.units()]))
            .collect(),
    });
    Plot {
        file: "units".to_owned(),
        title: "Capacity units of a command, by the length of its case".to_owned(),
        y: "read and write units".to_owned(),
        groups: sizes
            .iter()
            .map(|&it| format!("{} events", length(it)))
            .collect(),
        series: series.collect(),
    }
}

fn goals(sizes: &[Size], costs: &Costs, bytes: usize) -> Vec<Goal> {
    let of = |size: Size, kind: Kind| costs[&(size, kind)].as_ref().ok().copied();
    let all = |kind: Kind| sizes.iter().filter_map(move |&size| of(size, kind));
    let list = |figures: Vec<f64>| {
        let figures: Vec<_> = figures.into_iter().map(printed).collect();
        figures.join(" / ")
    };
    let due = bytes.div_ceil(1_024) as f64;
    let warm: Vec<_> = all(Kind::CasefoldWarm).collect();
    let cold: Vec<_> = all(Kind::CasefoldCold).collect();
    let is_one_item = warm
        .iter()
        .chain(&cold)
        .all(|it| it.items == 1.0 && it.writes == due);
    let mut goals = vec![
        Goal::new(
            format!("1 item written, of {bytes} bytes: {due} write units"),
            format!(
                "warm {}, cold {} units",
                list(warm.iter().map(|it| it.writes).collect()),
                list(cold.iter().map(|it| it.writes).collect())
            ),
            Verdict::of(is_one_item),
        ),
        Goal::new(
            "warm: one request and no read unit",
            format!(
                "{} requests, {} read units",
                list(warm.iter().map(|it| it.requests).collect()),
                list(warm.iter().map(|it| it.reads).collect())
            ),
            Verdict::of(warm.iter().all(|it| it.requests == 1.0 && it.reads == 0.0)),
        ),
        Goal::new(
            "cold: at most two round trips one after another before the append",
            list(cold.iter().map(|it| it.trips - 1.0).collect()),
            Verdict::of(cold.iter().all(|it| it.trips <= 3.0)),
        ),
        Goal::new(
            "cold: at most 2.5 units in all for an average case",
            list(cold.iter().take(1).map(Average::units).collect()),
            Verdict::of(cold.first().is_some_and(|it| it.units() <= 2.5)),
        ),
    ];
    for (name, costs) in [("warm", &warm), ("cold", &cold)] {
        let (Some(short), Some(long)) = (costs.first(), costs.last()) else {
            continue;
        };
        let ratio = long.units() / short.units();
        goals.push(Goal::new(
            format!("{name}: units at 10,000 events at most 1.2 × those at 10"),
            format!("{} ×", printed(ratio)),
            Verdict::of(ratio <= 1.2),
        ));
    }
    for (kind, name, factor) in [
        (
            Kind::CasefoldWarm,
            "warm: at least 4 × fewer units than any peer",
            4.0,
        ),
        (Kind::CasefoldCold, "cold: fewer units than any peer", 1.0),
    ] {
        let fewest = |size| {
            let peers = Kind::ALL.into_iter().filter(|it| it.is_peer());
            let units = peers.filter_map(|peer| Some(of(size, peer)?.units()));
            Some(units.fold(f64::INFINITY, f64::min) / of(size, kind)?.units())
        };
        let ratios: Vec<_> = sizes.iter().filter_map(|&size| fewest(size)).collect();
        let is_reached = ratios.iter().all(|&ratio| {
            if factor > 1.0 {
                ratio >= factor
            } else {
                ratio > 1.0
            }
        });
        goals.push(Goal::new(
            name,
            format!("{} × fewer than the cheapest", list(ratios)),
            Verdict::of(is_reached),
        ));
    }
    goals
}
