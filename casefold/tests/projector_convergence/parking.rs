//! Cases that can't be folded wait, alone, until they can.

use std::sync::Arc;

use casefold_events::{CommitRef, Version};
use casefold_projector::Hints;

use super::faults::{assert_whole, case, counts, failures, number};
use super::faulty::{Fault, Faulty};
use super::handle;
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

        let response = handle(&court.projector(), court.records().await).await;

        assert_eq!(failures(&response), Vec::<&str>::new());
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
