//! The protocol by which a projection is rebuilt beside the one that is read, and readers are
//! switched: a model of it, and a checker that looks at every state that it can come to.
//!
//! A test of the real thing tries some of the ways in which its processes can be mixed. Here
//! all of them are tried, in scenarios of one or two of each kind, and it is the rules that are
//! tested, not the code. [`mutations`] shows for each rule what goes wrong without it.
//!
//! # What is modelled
//! - The event table, as each case's number of commits; clerks append while all goes on.
//! - The control item: the active generation, each generation's stage, and whether it was
//!   reconciled clean. Every step that writes it sees all of it, as a write on condition of a
//!   revision does. What takes several steps (reconciling) writes what it has found out at its
//!   end, when the item may have changed.
//! - Two generations: the first is complete and read, the second begins at some time. A
//!   snapshot is its version.
//! - Projectors: they take records in any order, twice, late, and while another has the same;
//!   they fold what they believe to be live, which may be out of date; they crash.
//! - Workers of the rebuild: leases that expire under them, a scan that misses the newest
//!   commit, crashes between any two steps, working on without the lease.
//! - Reconciling with repairs, switching, rolling back, retiring, removing snapshots one by one.
//! - A reader that keeps its pointer, and a request that has taken it and still goes on.
//!
//! Time is not modelled, only what waiting is for: "as long as a view is kept has passed" is
//! "every projector has a newer view". A view therefore has to be read strongly consistently,
//! and is as old as the sending of that read.
//!
//! # What is left out
//! The content of snapshots (pages, rows of lists, the ids of commands), cases that can't be
//! folded, a store that fails, more than one projection, and reconciling that crashes, which is
//! reconciling that begins later. What is counted at the beginning ([`state::Left`]) bounds the
//! model, so that it says nothing of a third crash.
//!
//! # How to run it
//! ```sh
//! cargo test -p casefold-projector --test protocol -- --nocapture
//! CASEFOLD_MODEL=deep cargo test -p casefold-projector --test protocol -- --nocapture --test-threads 1
//! ```
//! The first takes half a minute, and prints the number of states and the shortest
//! counterexample to each broken rule. The second takes larger scenarios: minutes, and
//! gigabytes of memory.

mod control;
mod cycles;
mod live;
mod model;
mod mutations;
mod properties;
mod reading;
mod rebuild;
mod scenarios;
mod state;

use std::time::Instant;

use stateright::{Checker, Model};

use model::{Protocol, Rebuild};
use scenarios::Size;

/// Looks at every state that the scenario can come to.
#[expect(
    clippy::print_stdout,
    reason = "how much was looked at says what it is worth"
)]
fn check(scenario: fn(Size) -> Protocol) {
    let began = Instant::now();
    let checker = scenario(Size::asked_for()).checker().threads(2).spawn_bfs();
    let checker = checker.join();
    println!(
        "{} states, {} steps between them, at most {} in a row: {:.1?}",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        began.elapsed()
    );
    checker.assert_properties();
}

#[test]
fn two_workers_rebuild_a_segment_each_and_one_crashes() {
    check(scenarios::two_segments);
}

#[test]
fn two_workers_rebuild_one_segment_and_one_loses_its_lease() {
    check(scenarios::one_segment);
}

#[test]
fn two_projectors_fold_a_case_while_it_is_rebuilt_and_reconciled() {
    check(scenarios::two_projectors);
}

#[test]
fn readers_are_switched_and_rolled_back_and_a_generation_is_retired() {
    check(scenarios::readers);
}

/// The described rebuild leaves cases behind, which reconciling repairs
/// ([`properties::BEHIND_WHEN_COMPLETE`]); this one leaves it nothing to do.
#[test]
fn a_rebuild_that_reads_consistently_and_puts_over_what_is_older_leaves_nothing_behind() {
    for scenario in [scenarios::one_segment, scenarios::two_projectors] {
        let mut protocol = scenario(Size::Usual);
        protocol.rebuild = Rebuild::LeavesNothingBehind;
        protocol.sightings = &[properties::BEHIND_WHEN_COMPLETE];
        let checker = protocol.checker().threads(2).spawn_bfs().join();
        assert!(checker.discoveries().is_empty());
    }
}
