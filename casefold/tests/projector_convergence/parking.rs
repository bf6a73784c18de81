//! Cases that can't be folded wait, alone, until they can.

use std::sync::Arc;

use casefold_events::{CommitRef, Version};
use casefold_projector::Hints;

use super::faults::{assert_whole, case, counts, number};
use super::faulty::{Fault, Faulty, UNKNOWN_VERSION};
use super::history::{following, undecodable};
use super::world::{Court, World};

#[test]
fn an_event_that_this_build_does_not_know_parks_its_case_alone() {
    World::run(async |court: Court| {
        let mut poisoned = case(101, 2);
        let foldable = poisoned.clone();
        poisoned.push(undecodable(&poisoned));
        let sound = case(102, 2);
        court.append(&poisoned).await;
        court.append(&sound).await;

        let first = counts(&court.projector(), &court.records().await).await;

        assert_eq!((first.parked, first.newly_parked), (1, 1));
        assert_whole(&court, &foldable).await;
        assert_whole(&court, &sound).await;
        let [parked] = &court.parked().await[..] else {
            panic!("one case is parked")
        };
        assert_eq!(
            (parked.docket_number, parked.version),
            (number(101), Version(4))
        );
        assert!(
            parked.reason.contains("CaseTeleported"),
            "{}",
            parked.reason
        );

        // A later commit doesn't change since when it is parked, or where.
        poisoned.push(following(&poisoned[3]));
        court.append(&poisoned[4..]).await;
        let again = counts(&court.projector(), &court.records().await).await;
        assert_eq!((again.parked, again.folded), (1, 0));
        assert_eq!(again.newly_parked, 0);
        assert_eq!(&court.parked().await, std::slice::from_ref(parked));
    });
}

#[test]
fn a_parked_case_is_released_once_its_commit_can_be_read() {
    for fault in [Fault::Unreadable, Fault::Altered] {
        World::run(async |court: Court| {
            let commits = case(101, 5);
            court.append(&commits).await;
            let records = court.records().await;
            let at = CommitRef {
                docket_number: number(101),
                version: Version(4),
            };
            let faulty = Faulty {
                store: court.store.clone(),
                fault: fault(at),
            };

            // The stream has no image of the commit, and the table doesn't give it either.
            let mut torn = records.clone();
            torn[3].change.new_image.inner_mut().clear();
            let parked = counts(&court.projector_reading(Arc::new(faulty)), &torn).await;

            assert_eq!((parked.folded, parked.parked), (3, 1));
            assert_whole(&court, &commits[..3]).await;
            let [row] = &court.parked().await[..] else {
                panic!("one case is parked")
            };
            assert_eq!((row.docket_number, row.version), (number(101), Version(4)));

            // Repaired, the case's newest record is delivered again.
            let released = counts(&court.projector(), &records[5..]).await;

            assert_eq!((released.folded, released.released), (3, 1));
            assert_eq!(court.parked().await, []);
            assert_whole(&court, &commits).await;
        });
    }
}

#[test]
fn a_parked_case_is_released_without_any_record_by_asking_for_all_that_is_there() {
    World::run(async |court: Court| {
        let commits = case(101, 3);
        court.append(&commits).await;
        let at = CommitRef {
            docket_number: number(101),
            version: Version(1),
        };
        let faulty = Faulty {
            store: court.store.clone(),
            fault: Fault::Altered(at),
        };
        let projector = court.projector_reading(Arc::new(faulty));
        let parked = projector.advance(number(101), &Hints::default()).await;
        assert_eq!(parked[0].as_ref().unwrap().counts.parked, 1);
        assert_eq!(court.snapshot(number(101)).await, None);

        let released = court
            .projector()
            .advance(number(101), &Hints::default())
            .await;

        assert_eq!(released[0].as_ref().unwrap().counts.released, 1);
        assert_eq!(court.parked().await, []);
        assert_whole(&court, &commits).await;
    });
}

/// A deployment: a newer writer is at work already, and the projector is still the older one.
#[test]
fn an_event_of_a_newer_build_waits_with_its_type_and_version_until_that_build_starts() {
    World::run(async |court: Court| {
        let ahead = case(101, 3);
        let sound = case(102, 3);
        court.append(&ahead).await;
        court.append(&sound).await;
        let at = CommitRef {
            docket_number: number(101),
            version: Version(3),
        };
        let older = court.projector_reading(Arc::new(Faulty {
            store: court.store.clone(),
            fault: Fault::OfNewerBuild(at),
        }));
        // The images in the stream are as the table has them; here the table is asked.
        let mut records = court.records().await;
        for record in &mut records[..4] {
            record.change.new_image.inner_mut().clear();
        }

        let while_older = counts(&older, &records).await;

        // The case waits at that commit, and the rest of the shard flows.
        assert_eq!((while_older.parked, while_older.folded), (1, 2 + 4));
        assert_whole(&court, &ahead[..2]).await;
        assert_whole(&court, &sound).await;
        let [parked] = &court.parked().await[..] else {
            panic!("one case is parked")
        };
        assert_eq!(
            (parked.docket_number, parked.version),
            (number(101), Version(3))
        );
        let event = &ahead[2].events[0];
        let version = format!("schema version {UNKNOWN_VERSION}");
        for told in [
            &*event.event_type,
            &version,
            "deploy the build that writes it",
        ] {
            assert!(parked.reason.contains(told), "{}", parked.reason);
        }

        // Started anew, the older build finds it parked still.
        let again = older.retry_parked().await;
        assert_eq!((again.parked, again.released), (1, 0));
        assert_eq!(&court.parked().await, std::slice::from_ref(parked));

        // The newer build starts, and no record has to come.
        let newer = court.projector().retry_parked().await;
        assert_eq!((newer.folded, newer.released), (2, 1));
        assert_eq!(court.parked().await, []);
        assert_whole(&court, &ahead).await;
    });
}
