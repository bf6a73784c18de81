//! What is sealed is withheld, in files that were written before it was sealed as well.

use casefold_events::case::standing::{CaseSealed, CaseUnsealed};
use casefold_events::personal::keys::{CaseKeys, DataKey, KeyName, KeyState};
use casefold_events::personal::sealing::Sealing;
use casefold_events::{CaseEvent, Commit, StoredEvent, Version};
use casefold_projector::history::History;
use proptest::prelude::*;

use casefold::export::rows::ToWrite;

use crate::files::{Writing, events, export, run};
use crate::support::Court;
use crate::support::history::{
    Chain, captioned, docket, entry, filed, petition, sealed, served, unsealed,
};

/// The types of the events that are withheld, in their order.
fn withheld(root: &std::path::Path) -> Vec<String> {
    let rows = events(root).into_values();
    rows.filter(|row| row.withheld)
        .inspect(|row| assert_eq!(row.payload, None))
        .map(|row| row.event_type)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_after_it_was_written_is_taken_out_and_comes_back_when_it_is_unsealed() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    let export = export(&court.store, dir.path(), 1_000);
    let mut chain = Chain::of(docket(101));
    let mut other = Chain::of(docket(102));
    let writing = Writing::to(&court.store);
    writing
        .append(
            &mut chain,
            vec![petition(), filed(entry(1)), filed(entry(2))],
        )
        .await;
    writing.append(&mut chain, vec![served(1)]).await;
    writing
        .append(&mut other, vec![petition(), filed(entry(1))])
        .await;
    assert_eq!(run(&export).await.cases_anew, 0);
    assert_eq!(withheld(dir.path()), [""; 0]);

    writing.append(&mut chain, vec![sealed(1)]).await;
    let report = run(&export).await;
    assert_eq!((report.cases_anew, report.commits_written), (1, 3));
    let of_the_entry = ["DocketEntryFiled", "DocketEntryServed", "DocketEntrySealed"];
    assert_eq!(withheld(dir.path()), of_the_entry);
    assert_eq!(events(dir.path()).len(), 7);

    writing
        .append(
            &mut chain,
            vec![
                CaseSealed {
                    sealed_at: crate::support::history::at(9),
                }
                .into(),
            ],
        )
        .await;
    run(&export).await;
    assert_eq!(withheld(dir.path()).len(), 6);
    assert_eq!(events(dir.path()).len(), 8);

    writing
        .append(&mut chain, vec![CaseUnsealed {}.into(), unsealed(1)])
        .await;
    assert_eq!(run(&export).await.cases_anew, 1);
    assert_eq!(withheld(dir.path()), [""; 0]);
    assert_eq!(events(dir.path()).len(), 10);
}

#[test]
fn what_this_build_does_not_understand_is_withheld() {
    let mut commit = encrypted(&mut Chain::of(docket(101)), vec![petition()]);
    let id = commit.events[0].event_id;
    let later = StoredEvent::read(id, "FromALaterBuild", 1, "{}");
    commit.draft.events.push(later);
    let history = history(vec![commit]);
    let to_write = ToWrite::of(&history, Version::ZERO).unwrap();
    let payloads: Vec<_> = to_write
        .events
        .iter()
        .map(|it| it.payload.is_some())
        .collect();
    assert_eq!(payloads, [true, false]);
}

#[test]
fn what_tells_of_people_in_clear_is_withheld() {
    let mut chain = Chain::of(docket(101));
    let first = chain.commit([petition(), CaseUnsealed {}.into()]);
    let second = encrypted(&mut chain, vec![captioned(8)]);
    let history = history(vec![first, second]);
    let to_write = ToWrite::of(&history, Version::ZERO).unwrap();
    let shown: Vec<_> = to_write.events.iter().map(|it| it.payload).collect();
    assert_eq!(shown[0], None);
    assert_eq!(shown[1], Some("{}"));
    assert!(shown[2].is_some_and(|it| it.contains("$sealed")));
}

/// The next commit of a case, its personal values encrypted.
fn encrypted(chain: &mut Chain, events: Vec<CaseEvent>) -> Commit {
    let before = chain.head;
    let sealing = Sealing::of(chain.commit(events).draft).unwrap();
    let mut keys = CaseKeys::none(chain.docket_number);
    for subject in sealing.subjects() {
        let name = KeyName { subject, epoch: 1 };
        let key = KeyState::Live(DataKey::of([7; 32]));
        keys.keys.insert(name, key);
    }
    let commit = sealing.with(&keys).unwrap().seal(before);
    chain.head = commit.hash;
    commit
}

fn history(commits: Vec<Commit>) -> History {
    History {
        docket_number: docket(101),
        commits,
        unreadable: None,
    }
}

/// What may happen to entries 1 and 2 of a case, and to the case.
fn acts() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0_u8..7, 1..24)
}

fn commits_of(acts: &[u8]) -> Vec<Commit> {
    let mut chain = Chain::of(docket(101));
    let first = vec![petition(), filed(entry(1)), filed(entry(2))];
    let mut commits = vec![encrypted(&mut chain, first)];
    for act in acts {
        let event = match act {
            0 => sealed(1),
            1 => unsealed(1),
            2 => sealed(2),
            3 => served(2),
            4 => CaseSealed {
                sealed_at: crate::support::history::at(9),
            }
            .into(),
            5 => CaseUnsealed {}.into(),
            _ => captioned(8),
        };
        commits.push(encrypted(&mut chain, vec![event]));
    }
    commits
}

proptest! {
    /// However a history is cut into runs, its rows end as those of one run over all of it.
    #[test]
    fn runs_end_as_one_run_over_the_whole(acts in acts(), cuts in proptest::collection::vec(1_usize..25, 0..4)) {
        let commits = commits_of(&acts);
        let mut cuts: Vec<_> = cuts.into_iter().map(|it| it.min(commits.len())).collect();
        cuts.push(commits.len());
        cuts.sort_unstable();
        let mut written = Version::ZERO;
        let mut rows: Vec<(u64, usize, Option<String>)> = Vec::new();
        for cut in cuts {
            let history = history(commits[..cut].to_vec());
            if let Some(to_write) = ToWrite::of(&history, written) {
                if to_write.anew {
                    rows.clear();
                }
                rows.extend(to_write.events.iter().map(|it| {
                    (it.commit.version.0, it.position, it.payload.map(str::to_owned))
                }));
            }
            written = Version(cut as u64);
        }
        let whole = history(commits);
        let once = ToWrite::of(&whole, Version::ZERO).unwrap();
        let once: Vec<_> = once
            .events
            .iter()
            .map(|it| (it.commit.version.0, it.position, it.payload.map(str::to_owned)))
            .collect();
        prop_assert_eq!(rows, once);
    }
}
