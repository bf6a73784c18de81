//! Whatever is asked, in whatever pages: the answer is that of a look at every commit.

use std::collections::BTreeMap;

use casefold_events::{CaseEvent, Commit, DocketNumber, Personal};
use casefold_projector::Folder;
use casefold_shared::audit::read::{PageOf, page};
use casefold_shared::audit::{Filter, Position};
use casefold_shared::gateway::SortOrder;
use proptest::prelude::*;

use crate::court::{COMMANDS, INDEX, Kind, ROLES, SOURCES, act, actor, commit, folder, whole};
use crate::support::Court;
use crate::support::history::{at, docket, entry_id};

const TYPES: [&str; 4] = [
    "CaseSealed",
    "CaseUnsealed",
    "DocketEntrySealed",
    "DocketEntryUnsealed",
];

/// A commit to be made: in which case, how long after the one before, of which kind.
type Made = (u8, u64, Kind);

/// What is asked: `None` where a filter isn't given.
#[derive(Clone, Debug)]
struct Asked {
    actor: Option<u8>,
    role: Option<u8>,
    command: Option<u8>,
    event_type: Option<u8>,
    entry: Option<u8>,
    case: Option<u8>,
    act: Option<u8>,
    source: Option<u8>,
    from: Option<u64>,
    to: Option<u64>,
    descending: bool,
    limit: usize,
}

fn kinds() -> impl Strategy<Value = Kind> {
    (0_u8..3, 0_u8..3, 0_u8..3, 0_u8..5, 0_u8..3, 0_u8..3).prop_map(
        |(actor, role, command, events, act, source)| Kind {
            actor,
            role,
            command,
            events,
            act,
            source,
        },
    )
}

fn asked() -> impl Strategy<Value = Asked> {
    let some = |range: std::ops::Range<u8>| prop::option::weighted(0.25, range);
    let who = (some(0..3), some(0..3), some(0..3), some(0..4));
    let what = (some(0..12), some(0..7), some(0..3), some(1..3));
    let time = || prop::option::weighted(0.3, 0_u64..40);
    (who, what, time(), time(), any::<bool>(), 1_usize..30).prop_map(
        |(who, what, from, to, descending, limit)| Asked {
            actor: who.0,
            role: who.1,
            command: who.2,
            event_type: who.3,
            entry: what.0,
            case: what.1,
            act: what.2,
            source: what.3,
            from,
            to,
            descending,
            limit,
        },
    )
}

fn case(n: u8) -> DocketNumber {
    docket(101 + u32::from(n))
}

fn filter(asked: &Asked) -> Filter {
    let of = |n: u8| usize::from(n);
    Filter {
        actor: asked.actor.map(actor),
        role: asked.role.map(|n| ROLES[of(n)]),
        command: asked.command.map(|n| COMMANDS[of(n)].to_owned()),
        event_type: asked.event_type.map(|n| TYPES[of(n)].to_owned()),
        docket_entry: asked.entry.map(|n| entry_id(u32::from(n))),
        docket_number: asked.case.map(case),
        correlation_id: asked.act.map(act),
        source: asked.source.map(|n| {
            let address = SOURCES[of(n)].unwrap().parse().unwrap();
            Personal::new(address)
        }),
        from: asked.from.map(at),
        to: asked.to.map(at),
    }
}

/// The look at every commit, which knows nothing of rows.
fn fits(asked: &Filter, commit: &Commit) -> bool {
    let events = commit.decode().unwrap();
    let entries: Vec<_> = events
        .iter()
        .filter_map(CaseEvent::docket_entry_id)
        .collect();
    let source = asked.source.as_ref().map(|it| it.expose().to_string());
    asked.actor.as_ref().is_none_or(|it| *it == commit.actor)
        && asked.role.is_none_or(|it| it == commit.role)
        && asked
            .command
            .as_ref()
            .is_none_or(|it| *it == commit.command)
        && asked
            .event_type
            .as_ref()
            .is_none_or(|it| events.iter().any(|event| event.event_type() == it))
        && asked.docket_entry.is_none_or(|it| entries.contains(&it))
        && asked
            .docket_number
            .is_none_or(|it| it == commit.docket_number)
        && asked
            .correlation_id
            .as_ref()
            .is_none_or(|it| *it == commit.correlation_id)
        && source.is_none_or(|it| {
            commit
                .source_address()
                .is_some_and(|own| *own.expose() == it)
        })
        && asked.from.is_none_or(|it| commit.recorded_at >= it)
        && asked.to.is_none_or(|it| commit.recorded_at < it)
}

fn histories(made: &[Made]) -> Vec<Vec<Commit>> {
    let mut second = 0;
    let mut cases: BTreeMap<u8, Vec<Commit>> = BTreeMap::new();
    for (of, later, kind) in made {
        second += later;
        let all = cases.entry(*of).or_default();
        let next = commit(case(*of), all.last(), at(second), *kind);
        all.push(next);
    }
    cases.into_values().collect()
}

async fn check(made: &[Made], questions: &[Asked]) {
    let court = Court::open().await;
    let histories = histories(made);
    let all: Vec<_> = histories.iter().flatten().cloned().collect();
    let histories: Vec<_> = histories.into_iter().map(whole).collect();
    let put = folder(&court.store).put_whole(&histories).await.unwrap();
    assert_eq!(put.written, histories.len() as u64);
    for asked in questions {
        let filter = filter(asked);
        let mut expected: Vec<_> = all
            .iter()
            .filter(|commit| fits(&filter, commit))
            .map(|commit| Position {
                recorded_at: commit.recorded_at,
                docket_number: commit.docket_number,
                version: commit.version,
            })
            .collect();
        expected.sort();
        let order = match asked.descending {
            false => SortOrder::Ascending,
            true => SortOrder::Descending,
        };
        if asked.descending {
            expected.reverse();
        }
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let limit = asked.limit;
            let of = PageOf {
                order,
                after,
                limit,
            };
            let page = page(&court.store, INDEX, &filter, of).await.unwrap();
            assert!(page.rows.len() <= limit);
            found.extend(page.rows.iter().map(|row| row.position));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{asked:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]
    #[test]
    fn any_mix_of_filters_is_answered_like_a_look_at_every_commit_in_pages_of_any_size(
        made in prop::collection::vec((0_u8..8, 0_u64..2, kinds()), 1..70),
        questions in prop::collection::vec(asked(), 12),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(check(&made, &questions));
    }
}
