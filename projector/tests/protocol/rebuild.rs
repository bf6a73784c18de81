//! The workers of the rebuild: leases, scanning, putting, checkpoints.

use crate::model::{Protocol, Rebuild, Rule};
use crate::state::{Generation, Hold, Lease, Seen, Stage, State, Worker};

/// A step of the rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RebuildStep {
    /// So much time has passed since the beginning that every projector's view is younger.
    ViewsExpired,
    /// A worker takes a segment that is free or whose lease has expired.
    TakeLease { worker: usize, segment: usize },
    /// A lease expires. Its worker may be at work and doesn't notice.
    ExpireLease { segment: usize },
    /// A worker reads the next case's commits, and folds them.
    Scan { worker: usize, scan: Scan },
    /// It puts the case, on condition.
    Put { worker: usize },
    /// It moves the checkpoint past the case, where it has the lease still.
    Checkpoint { worker: usize },
    /// It stops, forgets everything, and is started again.
    CrashWorker { worker: usize },
}

/// How fresh a scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// It has all the commits.
    Fresh,
    /// It is eventually consistent, and misses the newest.
    Stale,
}

impl Protocol {
    pub(crate) fn rebuild_steps(&self, state: &State, offer: &mut impl FnMut(RebuildStep)) {
        let building = state.stage(Generation::Second) == Some(Stage::Building);
        if building && !state.views_expired && self.views_are_new(state) {
            offer(RebuildStep::ViewsExpired);
        }
        for (segment, its) in state.segments.iter().enumerate() {
            let orphan = !is_at_work(state, segment);
            let expires = self.keeps(Rule::LeasesExpire) && its.hold == Hold::Held;
            if expires && (orphan || state.left.lease_expiries > 0) {
                offer(RebuildStep::ExpireLease { segment });
            }
        }
        for (worker, its) in state.workers.iter().enumerate() {
            match its {
                Worker::Idle => {
                    if building && state.views_expired {
                        self.each_segment_to_take(state, |segment| {
                            offer(RebuildStep::TakeLease { worker, segment });
                        });
                    }
                    continue;
                }
                Worker::Scanning(lease) => {
                    let scan = Scan::Fresh;
                    offer(RebuildStep::Scan { worker, scan });
                    let may_be_stale = match self.rebuild {
                        Rebuild::LeavesRestToReconciling => true,
                        Rebuild::LeavesNothingBehind => false,
                    };
                    if may_be_stale && state.heads[self.case_at(*lease)] > 0 {
                        let scan = Scan::Stale;
                        offer(RebuildStep::Scan { worker, scan });
                    }
                }
                Worker::Scanned(..) => offer(RebuildStep::Put { worker }),
                Worker::Put(_) => offer(RebuildStep::Checkpoint { worker }),
            }
            if state.left.worker_crashes > 0 {
                offer(RebuildStep::CrashWorker { worker });
            }
        }
    }

    pub(crate) fn rebuild_step(&self, state: &mut State, step: RebuildStep) {
        match step {
            RebuildStep::ViewsExpired => state.views_expired = true,
            RebuildStep::TakeLease { worker, segment } => {
                let its = &mut state.segments[segment];
                its.fence += 1;
                its.hold = Hold::Held;
                state.workers[worker] = Worker::Scanning(Lease {
                    segment,
                    fence: its.fence,
                    position: its.position,
                });
            }
            RebuildStep::ExpireLease { segment } => {
                state.left.lease_expiries -= u8::from(is_at_work(state, segment));
                state.segments[segment].hold = Hold::Expired;
            }
            RebuildStep::Scan { worker, scan } => {
                if let Worker::Scanning(lease) = state.workers[worker] {
                    let head = state.heads[self.case_at(lease)];
                    state.workers[worker] = match (scan, head) {
                        (Scan::Fresh, 0) | (Scan::Stale, 0 | 1) => Worker::Put(lease),
                        (Scan::Fresh, head) => Worker::Scanned(lease, head),
                        (Scan::Stale, head) => Worker::Scanned(lease, head - 1),
                    };
                }
            }
            RebuildStep::Put { worker } => {
                if let Worker::Scanned(lease, version) = state.workers[worker] {
                    self.put(state, self.case_at(lease), version);
                    state.workers[worker] = Worker::Put(lease);
                }
            }
            RebuildStep::Checkpoint { worker } => {
                if let Worker::Put(lease) = state.workers[worker] {
                    state.workers[worker] = self.checkpoint(state, lease);
                }
            }
            RebuildStep::CrashWorker { worker } => {
                state.left.worker_crashes -= 1;
                state.past.crashed_after_put |= matches!(state.workers[worker], Worker::Put(_));
                state.workers[worker] = Worker::Idle;
            }
        }
    }

    /// Puts a case, unless the live fold or another worker was faster.
    fn put(&self, state: &mut State, case: usize, version: u8) {
        let stored = state.snapshot(Generation::Second, case);
        let may_write = match self.rebuild {
            Rebuild::LeavesRestToReconciling => stored == 0,
            Rebuild::LeavesNothingBehind => stored < version,
        };
        if may_write || !self.keeps(Rule::RebuildPutsOnCondition) {
            state.write(Generation::Second, case, version);
        }
    }

    /// Moves a segment's checkpoint; gives what its worker does next.
    fn checkpoint(&self, state: &mut State, lease: Lease) -> Worker {
        let cases = self.cases_in(lease.segment);
        let its = &mut state.segments[lease.segment];
        if self.keeps(Rule::CheckpointIsFenced) && its.fence != lease.fence {
            return Worker::Idle;
        }
        its.position = lease.position + 1;
        if its.position == cases {
            its.hold = Hold::Free;
            return Worker::Idle;
        }
        its.hold = Hold::Held;
        Worker::Scanning(Lease {
            position: its.position,
            ..lease
        })
    }

    /// Whether every projector has read the control item since the second generation began.
    fn views_are_new(&self, state: &State) -> bool {
        !self.keeps(Rule::RebuildWaitsForViews)
            || state.projectors.iter().all(|projector| {
                match projector.view.of(Generation::Second) {
                    Seen::Absent => false,
                    Seen::Folded | Seen::Skipped | Seen::Retired => true,
                }
            })
    }

    fn each_segment_to_take(&self, state: &State, mut found: impl FnMut(usize)) {
        for (segment, its) in state.segments.iter().enumerate() {
            let can_be_had = match its.hold {
                Hold::Free | Hold::Expired => true,
                Hold::Held => false,
            };
            if can_be_had && its.position < self.cases_in(segment) {
                found(segment);
            }
        }
    }

    /// Whether every case is behind its segment's checkpoint.
    pub(crate) fn segments_are_ended(&self, state: &State) -> bool {
        let mut segments = state.segments.iter().enumerate();
        segments.all(|(segment, its)| its.position == self.cases_in(segment))
    }

    /// Cases are dealt out to segments in turn.
    pub(crate) fn case_at(&self, lease: Lease) -> usize {
        lease.segment + usize::from(lease.position) * self.limits.segments
    }

    fn cases_in(&self, segment: usize) -> u8 {
        let cases = (segment..self.limits.cases).step_by(self.limits.segments);
        u8::try_from(cases.count()).unwrap_or(u8::MAX)
    }
}

/// Whether the last lease of a segment is still in a worker's memory. One that isn't expires
/// in any case; how many others do is limited.
fn is_at_work(state: &State, segment: usize) -> bool {
    let fence = state.segments[segment].fence;
    let mut leases = state.workers.iter().filter_map(Worker::lease);
    leases.any(|lease| lease.segment == segment && lease.fence == fence)
}
