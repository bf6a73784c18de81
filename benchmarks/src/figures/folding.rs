//! Commits folded a second from batches of the stream, beside the same writes without folding.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use casefold::feed::dynamo::{self, DynamoStream};
use casefold::feed::source::{Start, StreamSource};
use casefold::generate::run::{MOST_IN_STEP, Options, Silent, Writer};
use casefold::generate::{Generator, Recipe};
use casefold_events::{DocketNumber, Timestamp, Version};
use casefold_projector::record::{Meaning, read};
use casefold_projector::{CaseFolder, Projections, Projector};
use casefold_shared::case::Case;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{EntrySelection, Generation, Stores};
use futures::TryStreamExt;

use super::Context;
use crate::Outcome;
use crate::contestants::Checked;
use crate::court::{Court, Template};
use crate::progress::{result, step};
use crate::replay::Request;
use crate::report::{Cell, Figure, Goal, Plot, Run, Series, Table, Verdict};
use crate::stats::{Spread, a_second, median, printed};
use crate::wire::Written;

/// As Lambda hands them to the projector.
const A_BATCH: usize = 1_000;

/// As many cases as a batch of the projector folds at once.
const WRITES_AT_ONCE: usize = 16;

/// A run takes minutes.
const MOST_RUNS: usize = 2;

/// So many cases are looked at afterwards.
const CHECKED: usize = 200;

/// What is folded into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Cases,
    Everything,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Cases => "`case` alone",
            Self::Everything => "everything: cases, lists, search, sealings, audit index",
        }
    }
}

#[derive(Default)]
struct Measured {
    rates: Vec<f64>,
    ceilings: Vec<f64>,
    items: u64,
    requests: u64,
    checked: Checked,
}

pub(crate) async fn measure(context: &mut Context) -> Outcome<Figure> {
    // Everything is thirty writes a commit: a part of the court tells as much.
    let (cases, of_all) = if context.run.quick {
        (200, 100)
    } else {
        (10_000, 500)
    };
    let runs = context.run.runs.min(MOST_RUNS);
    let mut table = Table::new(
        format!(
            "Commits a second, in batches of {} records:",
            printed(A_BATCH as f64)
        ),
        &[
            "",
            "commits",
            "folded",
            "ceiling",
            "ratio",
            "items",
            "requests",
            "after the run",
        ],
    );
    let (mut goals, mut series) = (Vec::new(), Vec::new());
    for (what, cases) in [(What::Cases, cases), (What::Everything, of_all)] {
        step(format!("  generating {cases} cases"));
        let (court, commits) = generated(cases).await?;
        let measured = measure_one(runs, what, &court).await?;
        let ratios = measured.rates.iter().zip(&measured.ceilings);
        let ratios: Vec<_> = ratios.map(|(rate, ceiling)| rate / ceiling).collect();
        let complaint = measured.checked.complaint().map(|it| format!("**{it}**"));
        table.row(
            what.name(),
            vec![
                Cell::exact(commits as f64),
                Cell::runs(&measured.rates),
                Cell::runs(&measured.ceilings),
                Cell::runs(&ratios),
                Cell::exact(measured.items as f64),
                Cell::exact(measured.requests as f64),
                Cell::Text(
                    complaint
                        .unwrap_or_else(|| format!("{} cases are right", measured.checked.cases)),
                ),
            ],
        );
        goals.push(Goal::new(
            format!("{}: at least 0.8 of the ceiling", what.name()),
            printed(median(&ratios)),
            Verdict::of(median(&ratios) >= 0.8),
        ));
        series.push((what, measured));
    }
    Ok(Figure {
        title: "Commits folded a second from batches of the stream".to_owned(),
        run: Run {
            runs,
            ..context.run.clone()
        },
        goals,
        tables: vec![table],
        plots: vec![plot(&series)],
        notes: vec![
            "The commits come in the order in which a court records them, so that a batch is of about as many cases as \
             commits, and each case is brought forward again and again."
                .to_owned(),
            format!(
                "The ceiling is every request that writes, as folding sent it, sent again in the same order by the same \
                 SDK, {WRITES_AT_ONCE} at once, on an engine that is like the first was before: nothing is read, \
                 decoded or folded."
            ),
        ],
    })
}

fn plot(measured: &[(What, Measured)]) -> Plot {
    let series = |name: &str, rates: &dyn Fn(&Measured) -> Vec<f64>| Series {
        name: name.to_owned(),
        values: measured
            .iter()
            .map(|(_, it)| Spread::of(rates(it)))
            .collect(),
    };
    Plot {
        file: "folding".to_owned(),
        title: "Commits folded a second from batches of the stream".to_owned(),
        y: "commits a second".to_owned(),
        groups: vec!["case alone".to_owned(), "everything".to_owned()],
        series: vec![
            series("folded", &|it| it.rates.clone()),
            series("ceiling: the same writes", &|it| it.ceilings.clone()),
        ],
    }
}

/// A court with commits that nobody has folded, and how many they are.
async fn generated(cases: u64) -> Outcome<(Template, u64)> {
    let court = Court::empty().await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = court.store(clock.clone());
    store.create_tables().await?;
    court.index_scans(&store.tables().events).await?;
    let stores = Stores::of(store);
    Projections::of_this_build(&stores, &clock)
        .establish()
        .await?;
    let options = Options {
        at_once: NonZeroUsize::new(4).ok_or("four is not zero")?,
        in_step: NonZeroUsize::new(MOST_IN_STEP).ok_or("a step is empty")?,
        beside_others: false,
    };
    let generator = Generator::new(Recipe::new(7, None, Some(cases))?);
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let done = Writer::new(&stores, options)
        .run(generator, &Silent, &stopped)
        .await?;
    Ok((court.close().await?, done.counts.commits_written))
}

async fn measure_one(runs: usize, what: What, template: &Template) -> Outcome<Measured> {
    let mut measured = Measured::default();
    for run in 0..runs {
        let court = Court::like(template).await?;
        let batches = batches(&court).await?;
        let commits = batches.iter().map(|it| it.len() as u64).sum();
        let (took, writes) = fold(&court, what, batches).await?;
        measured.rates.push(a_second(commits, took));
        if run == 0 {
            measured.checked = check(&court).await?;
        }
        court.close().await?;
        measured.requests = writes.iter().map(|it| it.len() as u64).sum();
        let court = Court::like(template).await?;
        let (took, items) = replay(&court, writes).await?;
        measured.items = items;
        measured.ceilings.push(a_second(commits, took));
        court.close().await?;
        step(format!(
            "  run {}: {}: {} commits a second, ceiling {}",
            run + 1,
            what.name(),
            printed(measured.rates[run]),
            printed(measured.ceilings[run])
        ));
    }
    Ok(measured)
}

/// The records of the whole stream, in the order in which the court recorded the commits.
async fn batches(court: &Court) -> Outcome<Vec<Vec<EventRecord>>> {
    let table = casefold_shared::dynamodb::tables::EVENTS.name(crate::court::PREFIX);
    let stream = DynamoStream::of_table(dynamo::client(court.sdk()), &table);
    let mut records: Vec<((Timestamp, DocketNumber, Version), EventRecord)> = Vec::new();
    for shard in stream.list().await?.shards {
        let mut next = Some(stream.iterator(&shard, &Start::TrimHorizon).await?);
        while let Some(iterator) = next {
            let page = stream.records(&shard, &iterator).await?;
            next = page.next.filter(|_| !page.records.is_empty());
            for record in page.records {
                let Meaning::Commit(commit) = read(record.clone()) else {
                    return Err("a record tells of no commit".into());
                };
                let place = (commit.recorded_at, commit.docket_number, commit.version);
                records.push((place, record));
            }
        }
    }
    records.sort_by_key(|(place, _)| *place);
    let mut records = records.into_iter().map(|(_, record)| record).peekable();
    let mut batches = Vec::new();
    while records.peek().is_some() {
        batches.push(records.by_ref().take(A_BATCH).collect());
    }
    Ok(batches)
}

fn projector(court: &Court, what: What) -> Projector {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = court.store(clock.clone());
    let stores = Stores::of(store.clone());
    match what {
        What::Everything => Projector::of_this_build(&stores, clock),
        What::Cases => {
            let (events, vault) = (stores.events, stores.vault);
            let folder = CaseFolder::new(events, store, clock, Generation::OF_CASES);
            Projector::new(Projections::always(vec![folder], Vec::new())).opening_with(vault)
        }
    }
}

/// Hands the batches over one after another. What each of them writes is recorded, which costs
/// no more than copying its bytes.
async fn fold(
    court: &Court,
    what: What,
    batches: Vec<Vec<EventRecord>>,
) -> Outcome<(Duration, Vec<Vec<Written>>)> {
    let projector = projector(court, what);
    let mut written = Vec::with_capacity(batches.len());
    let mut took = Duration::ZERO;
    court.wire.record();
    for records in batches {
        let mut event = Event::default();
        event.records = records;
        let begun = Instant::now();
        let failed = projector.handle(event).await.batch_item_failures;
        took += begun.elapsed();
        if !failed.is_empty() {
            return Err(format!("{} records of a batch failed", failed.len()).into());
        }
        written.push(court.wire.recorded());
    }
    Ok((took, written))
}

/// Sends what was recorded, batch by batch; gives how long that took, and how many items it
/// wrote. A condition may fail where two requests on the same item change places: it costs the
/// engine as much.
async fn replay(court: &Court, writes: Vec<Vec<Written>>) -> Outcome<(Duration, u64)> {
    let client = court.client();
    let (mut took, mut items) = (Duration::ZERO, 0);
    for written in writes {
        let requests: Vec<_> = written.iter().map(Request::of).collect::<Outcome<_>>()?;
        items += requests.iter().map(Request::items).sum::<u64>();
        let begun = Instant::now();
        futures::stream::iter(requests.into_iter().map(Ok))
            .try_for_each_concurrent(WRITES_AT_ONCE, async |request: Request| {
                match request.send(&client).await {
                    Err(error) if !crate::drive::told(&*error).contains("onditional") => Err(error),
                    Ok(()) | Err(_) => Ok(()),
                }
            })
            .await?;
        took += begun.elapsed();
    }
    Ok((took, items))
}

/// Folds the commits of some cases, and nothing else, for a profiler to look at.
pub(crate) async fn profile(what: What) -> Outcome<()> {
    let (template, commits) = generated(1_000).await?;
    let court = Court::like(&template).await?;
    let batches = batches(&court).await?;
    let (took, _) = fold(&court, what, batches).await?;
    let rate = printed(a_second(commits, took));
    result(format!("{}: {rate} commits a second", what.name()));
    court.close().await?;
    Ok(())
}

/// Compares snapshots with a pure fold of the commits.
async fn check(court: &Court) -> Outcome<Checked> {
    let store = court.store(Arc::new(SystemClock));
    let stores = Stores::of(store);
    let mut numbers: Vec<DocketNumber> = Vec::new();
    let whole = casefold_shared::gateway::Segment { index: 0, of: 1 };
    let page = stores.events.commits_scan(whole, None).await?;
    for commit in page.commits {
        if !numbers.contains(&commit.docket_number) && numbers.len() < CHECKED {
            numbers.push(commit.docket_number);
        }
    }
    let mut checked = Checked {
        cases: numbers.len(),
        ..Checked::default()
    };
    for number in numbers {
        let commits = stores.events.commits_after(number, Version::ZERO).await?;
        let folded = commits
            .iter()
            .try_fold(None, |case, commit| Case::fold(case, commit).map(Some))?;
        let all = EntrySelection::All;
        let stored = stores
            .snapshots
            .case_get(Generation::OF_CASES, number, all)
            .await?;
        checked.wrong_states += usize::from(stored != folded);
    }
    Ok(checked)
}
