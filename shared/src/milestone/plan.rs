//! Which milestone to begin at, and which commits to read beside it: by the heads alone, which
//! are read in one piece.

use casefold_events::{Timestamp, Version};

use super::MilestoneHead;

/// The last milestone at or before a version.
pub fn for_version(heads: &[MilestoneHead], version: Version) -> Option<&MilestoneHead> {
    heads.iter().rev().find(|head| head.version <= version)
}

/// For what was recorded by a time: the last milestone recorded at or before it, and the version
/// up to which the commits after it have to be read, where the next milestone is later.
pub fn for_recorded_at(
    heads: &[MilestoneHead],
    at: Timestamp,
) -> (Option<&MilestoneHead>, Option<Version>) {
    // Recorded times never run backwards within a case.
    let begun = heads.partition_point(|head| head.recorded_at <= at);
    let before = begun.checked_sub(1).and_then(|last| heads.get(last));
    (before, heads.get(begun).map(|next| next.version))
}

/// What to read for an effective date, beside the commits after the last milestone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectivePlan<'a> {
    /// The milestone to begin at; `None`: at the first commit.
    pub start: Option<&'a MilestoneHead>,
    /// The stretches to read, each after a milestone (`None`: from the first commit on) and up
    /// to the next, in their order.
    pub read: Vec<(Option<&'a MilestoneHead>, &'a MilestoneHead)>,
    /// How many commits are in stretches of which none counts, and are not read.
    pub skipped: u64,
}

/// Plans the reading of what held until a moment. `floor` is the first moment from which one of
/// the commits after the last milestone holds that counts.
///
/// A fold may begin at a milestone where all commits before it count, in the order in which
/// they were recorded, and each commit after it that counts holds from no earlier.
pub fn for_effective(
    heads: &[MilestoneHead],
    until: Timestamp,
    floor: Option<Timestamp>,
) -> EffectivePlan<'_> {
    let counts = |at: &Timestamp| *at <= until;
    // From the back: the first moment of what counts after each milestone.
    let mut after = floor;
    let mut start = None;
    for (at, head) in heads.iter().enumerate().rev() {
        let all_count = head.petition_effective_at <= until
            && head.highest_effective_at.as_ref().is_none_or(counts);
        let in_order = head.in_order
            && after.is_none_or(|after| head.highest_effective_at.is_none_or(|it| it <= after));
        if all_count && in_order {
            start = Some(at);
            break;
        }
        let lowest = head.lowest_effective_at.filter(counts);
        after = match (after, lowest) {
            (Some(after), Some(lowest)) => Some(after.min(lowest)),
            (after, lowest) => after.or(lowest),
        };
    }
    let first = start.map_or(0, |start| start + 1);
    let mut plan = EffectivePlan {
        start: start.and_then(|start| heads.get(start)),
        read: Vec::new(),
        skipped: 0,
    };
    for (at, head) in heads.iter().enumerate().skip(first) {
        let before = at.checked_sub(1).and_then(|before| heads.get(before));
        // The first stretch has the petition, which is looked at by itself.
        let may_count = before.is_none() || head.lowest_effective_at.as_ref().is_some_and(counts);
        if may_count {
            plan.read.push((before, head));
        } else {
            let from = before.map_or(0, |before| before.version.0);
            plan.skipped += head.version.0.saturating_sub(from);
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use casefold_events::Digest;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    /// Milestones after each ten commits: when recorded, the highest so far, whether in order,
    /// the lowest of the ten.
    fn heads(of: &[(i64, i64, bool, i64)]) -> Vec<MilestoneHead> {
        let head = |(nth, (recorded, highest, in_order, lowest)): (u64, &(i64, i64, bool, i64))| {
            MilestoneHead {
                version: Version(nth * 10),
                hash: Digest::of(&nth.to_be_bytes()),
                recorded_at: at(*recorded),
                last_index: 0,
                petition_effective_at: at(0),
                highest_effective_at: Some(at(*highest)),
                in_order: *in_order,
                lowest_effective_at: Some(at(*lowest)),
            }
        };
        (1..).zip(of).map(head).collect()
    }

    fn versions(plan: &EffectivePlan<'_>) -> (u64, Vec<u64>, u64) {
        let start = plan.start.map_or(0, |head| head.version.0);
        let read = plan.read.iter().map(|(_, to)| to.version.0).collect();
        (start, read, plan.skipped)
    }

    #[test]
    fn a_version_and_a_recorded_time_begin_at_the_last_milestone_before() {
        let heads = heads(&[(10, 10, true, 1), (20, 20, true, 11), (20, 20, true, 20)]);
        let begun = |version| for_version(&heads, Version(version)).map(|head| head.version.0);
        assert_eq!(
            [9, 10, 19, 99].map(begun),
            [None, Some(10), Some(10), Some(30)]
        );
        let recorded = |second| {
            let (before, next) = for_recorded_at(&heads, at(second));
            (before.map(|head| head.version.0), next.map(|next| next.0))
        };
        assert_eq!(recorded(9), (None, Some(10)));
        assert_eq!(recorded(10), (Some(10), Some(20)));
        assert_eq!(recorded(20), (Some(30), None));
    }

    #[test]
    fn an_effective_date_begins_where_everything_before_counts_in_order() {
        let heads = heads(&[(10, 10, true, 1), (20, 20, true, 11), (30, 30, true, 21)]);
        let plan =
            |until, floor: Option<i64>| versions(&for_effective(&heads, at(until), floor.map(at)));
        // All of it counts.
        assert_eq!(plan(99, Some(31)), (30, vec![], 0));
        // The last stretch doesn't, the one before in part.
        assert_eq!(plan(15, None), (10, vec![20], 10));
        // Nothing but the petition: the first stretch is looked at for it.
        assert_eq!(plan(0, None), (0, vec![10], 20));
        // A late correction holds from the middle of the second stretch, or from the first.
        assert_eq!(plan(99, Some(15)), (10, vec![20, 30], 0));
        assert_eq!(plan(99, Some(5)), (0, vec![10, 20, 30], 0));
        // One that doesn't count by then is no matter.
        assert_eq!(plan(20, None), (20, vec![], 10));
    }

    #[test]
    fn a_correction_within_a_stretch_is_read_with_what_it_goes_before() {
        // The third stretch holds from 12 on; from there it is out of order.
        let heads = heads(&[
            (10, 10, true, 1),
            (20, 20, true, 11),
            (30, 30, false, 12),
            (40, 40, false, 31),
        ]);
        let plan = |until| versions(&for_effective(&heads, at(until), None));
        assert_eq!(plan(99), (10, vec![20, 30, 40], 0));
        assert_eq!(plan(11), (10, vec![20], 20));
        assert_eq!(plan(20), (10, vec![20, 30], 10));
    }
}
