use proptest::prelude::*;

use super::super::ledger::{Place, ShardState};
use super::*;

fn shard(id: &str, parent: Option<&str>) -> Shard {
    Shard {
        stream: "now".to_owned(),
        id: id.to_owned(),
        parent: parent.map(str::to_owned),
    }
}

fn listing(shards: impl IntoIterator<Item = Shard>) -> Listing {
    Listing {
        stream: "now".to_owned(),
        shards: shards.into_iter().collect(),
    }
}

fn state(owner: Option<&str>, stream: &str, ended: bool) -> ShardState {
    ShardState {
        owner: owner.map(str::to_owned),
        place: Some(Place {
            stream: stream.to_owned(),
            after: None,
            ended,
        }),
    }
}

fn standing(
    shards: impl IntoIterator<Item = (&'static str, ShardState)>,
    processes: &[&str],
) -> Standing {
    Standing {
        shards: shards
            .into_iter()
            .map(|(id, state)| (id.to_owned(), state))
            .collect(),
        processes: processes
            .iter()
            .map(|name| ((*name).to_owned(), usize::MAX))
            .collect(),
        dead: Vec::new(),
    }
}

fn of(me: &str, mine: &[&str], listing: &Listing, standing: &Standing) -> Plan {
    let planner = Planner {
        owner: me,
        capacity: Capacity::Share(usize::MAX),
        mine: &mine.iter().map(|id| (*id).to_owned()).collect(),
        done: &BTreeSet::new(),
    };
    plan(&planner, listing, standing)
}

fn free(plan: &Plan) -> BTreeSet<&str> {
    plan.free.iter().map(|shard| shard.id.as_str()).collect()
}

#[test]
fn a_child_shard_waits_for_its_parent_whoever_reads_that() {
    let listed = listing([
        shard("parent", Some("gone")),
        shard("left", Some("parent")),
        shard("right", Some("parent")),
    ]);
    let begun = standing(
        [("parent", state(Some("ada"), "now", false))],
        &["ada", "ben"],
    );
    assert_eq!(free(&of("ben", &[], &listed, &begun)), BTreeSet::new());
    let ended = standing(
        [("parent", state(Some("ada"), "now", true))],
        &["ada", "ben"],
    );
    let plan = of("ben", &[], &listed, &ended);
    assert_eq!(free(&plan), BTreeSet::from(["left", "right"]));
    assert_eq!(plan.room, 1);
    assert_eq!(plan.ended, BTreeSet::from(["parent".to_owned()]));
}

#[test]
fn where_a_parent_is_not_listed_its_lease_is_waited_for() {
    let listed = listing([shard("child", Some("parent"))]);
    let known = standing([("parent", state(None, "now", false))], &[]);
    let plan = of("ada", &[], &listed, &known);
    assert_eq!(free(&plan), BTreeSet::new());
    assert_eq!(plan.unlisted, ["parent"]);
    let ended = standing([("parent", state(None, "now", true))], &[]);
    assert_eq!(
        free(&of("ada", &[], &listed, &ended)),
        BTreeSet::from(["child"])
    );
    let cleared = standing([], &[]);
    assert_eq!(
        free(&of("ada", &[], &listed, &cleared)),
        BTreeSet::from(["child"])
    );
}

#[test]
fn who_has_more_than_a_share_gives_back_and_nobody_takes_from_the_living() {
    let listed = listing(["a", "b", "c", "d"].map(|id| shard(id, None)));
    let all = ["a", "b", "c", "d"].map(|id| (id, state(Some("ada"), "now", false)));
    let known = standing(all, &["ada", "ben"]);
    let ada = of("ada", &["a", "b", "c", "d"], &listed, &known);
    assert_eq!(
        (ada.give_back, ada.room),
        (vec!["c".to_owned(), "d".to_owned()], 0)
    );
    let ben = of("ben", &[], &listed, &known);
    assert_eq!((free(&ben), ben.room), (BTreeSet::new(), 2));
}

#[test]
fn a_process_that_is_not_registered_keeps_what_it_has_and_is_left_no_more() {
    let listed = listing(["a", "b", "c"].map(|id| shard(id, None)));
    let known = standing([("a", state(Some("alone"), "now", false))], &["ben"]);
    let ben = of("ben", &[], &listed, &known);
    assert_eq!((ben.room, ben.processes, ben.beyond), (2, 2, 0));
}

#[test]
fn shards_that_nobody_may_read_are_counted() {
    let listed = listing(["a", "b", "c"].map(|id| shard(id, None)));
    let mut known = standing([], &["ada"]);
    known.processes.insert("ben".to_owned(), 1);
    let planner = Planner {
        owner: "ada",
        capacity: Capacity::Share(1),
        mine: &BTreeSet::new(),
        done: &BTreeSet::new(),
    };
    let plan = plan(&planner, &listed, &known);
    assert_eq!((plan.room, plan.beyond), (1, 1));
}

#[test]
fn of_a_stream_that_was_replaced_nothing_is_held_and_nothing_has_ended() {
    let listed = listing([shard("a", None), shard("b", None)]);
    let known = standing(
        [
            ("a", state(Some("ada"), "before", false)),
            ("b", state(None, "before", true)),
            ("old", state(None, "before", false)),
        ],
        &["ada"],
    );
    let plan = of("ada", &["a"], &listed, &known);
    assert_eq!(plan.give_back, ["a"]);
    assert_eq!(free(&plan), BTreeSet::from(["b"]));
    assert_eq!(plan.unlisted, ["old"]);
}

proptest! {
    /// Processes that see the same come to shares that fit together, and are level as far as each
    /// may read; nobody gives back what another has no room for.
    #[test]
    fn shares_are_level_and_leave_nothing_over(
        shards in 0_usize..40,
        most in prop::collection::vec(0_usize..12, 1..6),
        has in prop::collection::vec(0_usize..12, 6),
    ) {
        let mut left = shards;
        let processes: BTreeMap<String, Process> = most.iter().zip(&has).enumerate().map(|(n, (most, has))| {
            let has = *has.min(&left);
            left -= has;
            (format!("process {n}"), Process { has, most: *most })
        }).collect();
        let (shares, beyond) = deal(shards, &processes);
        let dealt: usize = shares.values().sum();
        prop_assert_eq!(dealt + beyond, shards);
        let room: usize = most.iter().sum();
        prop_assert_eq!(beyond, shards.saturating_sub(room));
        for (name, process) in &processes {
            let share = shares[name.as_str()];
            prop_assert!(share <= process.most);
            // Who has less than another had no room for more.
            let highest = shares.values().max().copied().unwrap_or_default();
            prop_assert!(share + 1 >= highest || share == process.most);
        }
    }
}
