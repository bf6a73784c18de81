//! Commands a second through the library, beside the peers and beside what the engine allows.

use std::collections::BTreeMap;

use super::contest::{AT_ONCE, Measured, Place, side_by_side};
use super::{Context, apart, length};
use crate::Outcome;
use crate::contestants::{Kind, Size};
use crate::report::{Cell, Figure, Goal, Plot, Series, Table, Verdict};
use crate::stats::{Spread, median, printed};

/// Who is measured on [`few_and_short`] cases.
const ON_FEW: [Kind; 3] = [Kind::Raw, Kind::CasefoldWarm, Kind::CasefoldCold];

/// Cases as short as the shortest and as few as the longest, which are compared with these.
///
/// A process that doesn't know its cases deals with each once, so what begins with a process, and
/// with the end of the folding before it, is shared by fewer commands where there are few cases.
fn few_and_short(sizes: &[Size]) -> Option<Size> {
    Some(Size {
        events: sizes.first()?.events,
        cases: sizes.last()?.cases,
    })
}

pub(crate) async fn measure(context: &mut Context) -> Outcome<Figure> {
    let sizes = context.sizes();
    let mut measured = Measured::default();
    for run in 0..context.run.runs {
        // Each run begins with another, so that whatever drifts hits all alike.
        let mut kinds = Kind::ALL;
        kinds.rotate_left(run % Kind::ALL.len());
        for &size in &sizes {
            let mut contest: Vec<_> = kinds.map(|kind| (size, kind)).into();
            // What is compared is measured side by side.
            if sizes.last() == Some(&size) {
                let few = few_and_short(&sizes).into_iter();
                contest.extend(few.flat_map(|size| ON_FEW.map(|kind| (size, kind))));
            }
            side_by_side(context, contest, &mut measured, run).await?;
        }
    }
    Ok(Figure {
        title: "Commands a second through the library".to_owned(),
        run: context.run.clone(),
        goals: goals(&sizes, &measured),
        tables: sizes
            .iter()
            .flat_map(|&size| [table(size, &measured), apart_table(size, &measured)])
            .collect(),
        plots: sizes.iter().map(|&size| plot(size, &measured)).collect(),
        notes: notes(&sizes, &measured),
    })
}

fn table(size: Size, measured: &Measured) -> Table {
    let mut table = Table::new(
        format!(
            "Commands a second on {} cases of {} events, so many commands at once:",
            size.cases,
            length(size)
        ),
        &["", "1", "8", "32", "after the run"],
    );
    for kind in Kind::ALL {
        row(
            &mut table,
            kind.name().to_owned(),
            &measured.rates,
            (size, kind),
            measured,
        );
        if kind == Kind::CasefoldCold {
            let name = "the same, with all folding by the same machine".to_owned();
            row(
                &mut table,
                name,
                &measured.with_settling,
                (size, kind),
                measured,
            );
        }
    }
    table
}

fn apart_table(size: Size, measured: &Measured) -> Table {
    let rows = Kind::ALL.into_iter().filter_map(|kind| {
        let runs = measured.apart.get(&(size, kind))?;
        Some((kind, runs.as_slice()))
    });
    apart::table(size, rows)
}

fn row(
    table: &mut Table,
    name: String,
    rates: &BTreeMap<Place, Vec<f64>>,
    (size, kind): (Size, Kind),
    measured: &Measured,
) {
    if let Some(failure) = measured.failures.get(&(size, kind)) {
        let failure = Cell::Text(format!("every command fails: {failure}"));
        table.row(name, vec![failure, Cell::Empty, Cell::Empty, Cell::Empty]);
        return;
    }
    let mut cells: Vec<_> = AT_ONCE
        .iter()
        .map(|&at_once| {
            rates
                .get(&(size, kind, at_once))
                .map_or(Cell::Empty, |it| Cell::runs(it))
        })
        .collect();
    let checked = measured.checked.get(&(size, kind));
    cells.push(checked.map_or(Cell::Empty, |checked| {
        let complaint = checked.complaint().map(|it| format!("**{it}**"));
        Cell::Text(complaint.unwrap_or_else(|| format!("{} cases are right", checked.cases)))
    }));
    table.row(name, cells);
}

fn plot(size: Size, measured: &Measured) -> Plot {
    let series = Kind::ALL.into_iter().map(|kind| Series {
        name: match measured.checked.get(&(size, kind)) {
            Some(checked) if checked.complaint().is_some() => format!("{} (wrong)", kind.name()),
            Some(_) | None => kind.name().to_owned(),
        },
        values: AT_ONCE
            .iter()
            .map(|&at_once| {
                let rates = measured.rates.get(&(size, kind, at_once))?;
                Spread::of(rates.iter().copied())
            })
            .collect(),
    });
    Plot {
        file: format!("commands-{}", size.events),
        title: format!("Commands a second on cases of {} events", length(size)),
        y: "commands a second".to_owned(),
        groups: AT_ONCE.iter().map(|it| format!("{it} at once")).collect(),
        series: series.collect(),
    }
}

/// The ratios of two, run by run.
fn ratios(measured: &Measured, size: Size, at_once: usize, of: Kind, to: Kind) -> Vec<f64> {
    let rates = |kind| measured.rates.get(&(size, kind, at_once));
    match (rates(of), rates(to)) {
        (Some(of), Some(to)) => of.iter().zip(to).map(|(of, to)| of / to).collect(),
        _ => Vec::new(),
    }
}

fn is_right(measured: &Measured, size: Size, kind: Kind) -> bool {
    measured
        .checked
        .get(&(size, kind))
        .is_some_and(|it| it.complaint().is_none())
}

/// The median ratio in each cell to the best of some; the worst of them counts.
fn ratio_to(
    measured: &Measured,
    sizes: &[Size],
    of: Kind,
    others: &dyn Fn(Size) -> Vec<Kind>,
) -> (String, Option<f64>) {
    let (mut told, mut worst): (Vec<String>, Option<f64>) = (Vec::new(), None);
    for &size in sizes {
        let mut of_size = Vec::new();
        for at_once in AT_ONCE {
            let ratios = others(size).into_iter().filter_map(|to| {
                let ratios = ratios(measured, size, at_once, of, to);
                (!ratios.is_empty()).then(|| median(&ratios))
            });
            let ratio = ratios.fold(f64::INFINITY, f64::min);
            if ratio.is_finite() {
                of_size.push(printed(ratio));
                worst = Some(worst.map_or(ratio, |worst| worst.min(ratio)));
            }
        }
        told.push(format!("{} at {}", of_size.join(" / "), length(size)));
    }
    (told.join(", "), worst)
}

fn goals(sizes: &[Size], measured: &Measured) -> Vec<Goal> {
    let peers = |_: Size| {
        Kind::ALL
            .into_iter()
            .filter(|it| it.is_peer())
            .collect::<Vec<_>>()
    };
    let right_peers = |size: Size| {
        let is_right = |kind: &Kind| is_right(measured, size, *kind);
        peers(size).into_iter().filter(is_right).collect::<Vec<_>>()
    };
    let raw = |_: Size| vec![Kind::Raw];
    let goal = |name: &str, (told, worst): (String, Option<f64>), least: f64| {
        let verdict = worst.map_or(Verdict::NotMeasured, |worst| Verdict::of(worst >= least));
        Goal::new(name, told, verdict)
    };
    let (warm, cold) = (Kind::CasefoldWarm, Kind::CasefoldCold);
    let mut goals = vec![
        goal(
            "warm: at least 0.9 of the raw conditional put, at 1 / 8 / 32 at once",
            ratio_to(measured, sizes, warm, &raw),
            0.9,
        ),
        goal(
            "warm: ahead of every peer",
            ratio_to(measured, sizes, warm, &peers),
            1.0,
        ),
        goal(
            "cold: not behind the fastest peer whose state is right",
            ratio_to(measured, sizes, cold, &right_peers),
            1.0,
        ),
        goal(
            "cold: the same, where others are told of the peer's events, too",
            ratio_to(measured, sizes, cold, &|size| {
                let told = [Kind::EventStoreAdapter, Kind::DynamoEsStream];
                let told = told.into_iter().filter(|it| is_right(measured, size, *it));
                told.collect()
            }),
            1.0,
        ),
    ];
    for kind in [warm, cold] {
        let times = times_of_long(measured, sizes, kind);
        let of_raw = times_of_long(measured, sizes, Kind::Raw);
        let told = |times: &[f64]| {
            let times: Vec<_> = times.iter().map(|&it| printed(it)).collect();
            times.join(" / ")
        };
        goals.push(Goal::new(
            format!(
                "{}: time at 10,000 events at most 1.2 × that at 10, on as few cases",
                kind.name()
            ),
            format!(
                "{} × (the raw put itself {} ×)",
                told(&times),
                told(&of_raw)
            ),
            Verdict::of(times.iter().all(|&it| it <= 1.2)),
        ));
    }
    goals
}

/// How many times as long it takes on the longest cases as on as few of the shortest, by how many at once.
fn times_of_long(measured: &Measured, sizes: &[Size], kind: Kind) -> Vec<f64> {
    let times = AT_ONCE.iter().filter_map(|&at_once| {
        let (first, last) = (&few_and_short(sizes)?, sizes.last()?);
        let rates = |size: &Size| measured.rates.get(&(*size, kind, at_once));
        let of_runs = rates(first)?.iter().zip(rates(last)?);
        Some(median(
            &of_runs
                .map(|(first, last)| first / last)
                .collect::<Vec<_>>(),
        ))
    });
    times.collect()
}

fn notes(sizes: &[Size], measured: &Measured) -> Vec<String> {
    let long: Vec<_> = sizes
        .iter()
        .filter(|size| size.cases < 32)
        .map(|size| format!("{} of {} events", size.cases, length(*size)))
        .collect();
    let mut notes = vec![
        "Each run of each contestant has an engine of its own in a fresh directory, with cases that were made before; \
         all take turns, a fifth of a second each. Tokens of transactions are taken out for all."
            .to_owned(),
        "Ratios are medians over the runs of what was measured within one run.".to_owned(),
        format!(
            "No two commands at once go to the same case, and of long ones there are few ({}): what needs more is not \
             measured there.",
            long.join(", ")
        ),
        "Milliseconds are those of rounds of one command a case, one at a time. A request's are from its sending to the \
         end of its answer; all else is the contestant's own work, and the SDK's."
            .to_owned(),
        "The commands of Casefold cold, and of the naive design, are measured in rounds of one a case, with the \
         folding in between not timed; for Casefold the second row times it, with everything that is derived. \
         While Casefold warm is timed nobody folds. Its clock stands still: what a process reads anew every half a \
         minute (the keys of cases it works on, three items for the generations) is in no figure here."
            .to_owned(),
    ];
    let ratio = ratio_to(measured, sizes, Kind::Raw, &|_| vec![Kind::RawPlain]);
    notes.push(format!(
        "A stream on the table makes the raw put slower on this engine: {} of the rate without one.",
        ratio.0
    ));
    notes
}
