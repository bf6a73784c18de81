//! What there is: the tables, the processes and what each of them believes.

/// The most cases that a scenario may have.
pub(crate) const CASES: usize = 2;

/// A number for each case: the version of its head, say. Absent is 0.
pub(crate) type PerCase = [u8; CASES];

/// A generation of the projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Generation {
    /// The one that readers follow to begin with.
    First,
    /// The one that is rebuilt beside it.
    Second,
}

/// Both, in order.
pub(crate) const GENERATIONS: [Generation; 2] = [Generation::First, Generation::Second];

/// How far a generation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stage {
    /// It was begun.
    Building,
    /// Every segment of the event table was scanned into it.
    Complete,
    /// It is folded no longer, and its snapshots are removed.
    Retired,
}

/// Something for each generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Each<T>(pub(crate) [T; 2]);

impl<T> Each<T> {
    pub(crate) const fn of(&self, generation: Generation) -> &T {
        &self.0[generation as usize]
    }

    pub(crate) const fn of_mut(&mut self, generation: Generation) -> &mut T {
        &mut self.0[generation as usize]
    }
}

/// The control item, with a revision in reality: every step that writes it sees all of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Control {
    /// Which generation readers follow.
    pub(crate) active: Generation,
    /// How far each generation is; `None` before it was begun.
    pub(crate) stages: Each<Option<Stage>>,
    /// Which have been reconciled since they were begun, and nothing was left to repair.
    pub(crate) clean: Each<bool>,
}

/// What a projector believes of a generation until it reads the control item again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Seen {
    /// It has not been begun.
    Absent,
    /// It is to be folded.
    Folded,
    /// It was begun, and is not folded. No projector that keeps the rules sees it so.
    Skipped,
    /// It was retired.
    Retired,
}

/// A projector. Those of a scenario are alike, and are kept in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Projector {
    /// The control item as it was when it was last read.
    pub(crate) view: Each<Seen>,
    /// What it is about to write into the second generation.
    pub(crate) folding: Option<Folding>,
}

/// A snapshot of the second generation was read and folded, and not written yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Folding {
    /// Of this case,
    pub(crate) case: usize,
    /// because of the record of this commit.
    pub(crate) hint: u8,
    /// The version that was read.
    pub(crate) read: u8,
    /// The version that it was folded to.
    pub(crate) folded: u8,
}

/// A segment of the event table: its lease and its checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Segment {
    /// The number of its last lease. The owner is whoever has a lease of this number, so the
    /// number stands for the owner as well.
    pub(crate) fence: u8,
    /// Whether it can be taken.
    pub(crate) hold: Hold,
    /// How many of its cases are behind the checkpoint.
    pub(crate) position: u8,
}

/// Whether a segment can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Hold {
    /// Nobody has it.
    Free,
    /// It is leased.
    Held,
    /// Its lease has expired, and nobody has taken it over yet.
    Expired,
}

/// A lease as its worker has it in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Lease {
    /// Of this segment,
    pub(crate) segment: usize,
    /// with this number. It is lost when the segment's is higher, and its worker doesn't know.
    pub(crate) fence: u8,
    /// The case that is next or under way, counted within the segment.
    pub(crate) position: u8,
}

/// A worker of the rebuild. Those of a scenario are alike, and are kept in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Worker {
    /// Has no lease: just started, started again after a crash, or done.
    Idle,
    /// Is about to read its next case's commits.
    Scanning(Lease),
    /// Has read and folded a case to this version, and not put it.
    Scanned(Lease, u8),
    /// Has put the case, or found it there, and not written the checkpoint.
    Put(Lease),
}

impl Worker {
    /// The lease that it believes to have.
    pub(crate) const fn lease(&self) -> Option<Lease> {
        match self {
            Self::Idle => None,
            Self::Scanning(lease) | Self::Scanned(lease, _) | Self::Put(lease) => Some(*lease),
        }
    }
}

/// The reconciling of the second generation, case after case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reconcile {
    /// Not under way.
    Idle,
    /// Is about to read the head of this case.
    Heads(usize, PerCase),
    /// Has read the head, and is about to read the snapshot.
    Snapshots(usize, PerCase),
    /// Has found the snapshot behind, at this version, and folded it to the other one.
    Repairs(usize, PerCase, u8, u8),
    /// Has compared all of them, and is about to note it.
    Compared(PerCase),
}

/// A reader of cases and lists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reader {
    /// The active generation when the control item was last read.
    pub(crate) cached: Generation,
    /// The generation that a request under way goes on to read from: it took the pointer
    /// when it began.
    pub(crate) reading: Option<Generation>,
}

/// What may still happen. This bounds the model, and each of these only goes down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Left {
    pub(crate) appends: u8,
    pub(crate) begins: u8,
    pub(crate) worker_crashes: u8,
    pub(crate) lease_expiries: u8,
    pub(crate) projector_crashes: u8,
    pub(crate) switches: u8,
    pub(crate) retirements: u8,
    pub(crate) reads: u8,
}

/// What the properties need to know of the past, and no process does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Past {
    /// The versions that a reader of a generation can count on: the heads that reconciling
    /// saw; until then, those at its beginning.
    pub(crate) floor: Each<PerCase>,
    /// A snapshot was overwritten by an older one.
    pub(crate) went_back: bool,
    /// A worker has crashed after it had put a case, before its checkpoint.
    pub(crate) crashed_after_put: bool,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// The event table: how many commits each case has.
    pub(crate) heads: PerCase,
    /// The snapshot table: each generation's versions.
    pub(crate) snapshots: Each<PerCase>,
    pub(crate) control: Control,
    /// The stream: a bit for the record of each commit that is yet to be dealt with. They
    /// are taken in any order.
    pub(crate) hints: PerCase,
    pub(crate) projectors: Vec<Projector>,
    /// Every projector's view from before the beginning has expired.
    pub(crate) views_expired: bool,
    pub(crate) segments: Vec<Segment>,
    pub(crate) workers: Vec<Worker>,
    pub(crate) reconcile: Reconcile,
    /// A bit for each snapshot of a retired generation that is yet to be removed.
    pub(crate) removals: Each<u8>,
    pub(crate) reader: Reader,
    pub(crate) left: Left,
    pub(crate) past: Past,
}

impl State {
    pub(crate) fn stage(&self, generation: Generation) -> Option<Stage> {
        *self.control.stages.of(generation)
    }

    pub(crate) fn snapshot(&self, generation: Generation, case: usize) -> u8 {
        self.snapshots.of(generation)[case]
    }

    /// Writes a snapshot, whatever was there.
    pub(crate) fn write(&mut self, generation: Generation, case: usize, version: u8) {
        let stored = &mut self.snapshots.of_mut(generation)[case];
        self.past.went_back |= version < *stored;
        *stored = version;
    }

    /// Writes a snapshot where the stored version is still the one that was read.
    pub(crate) fn write_onto(
        &mut self,
        generation: Generation,
        case: usize,
        read: u8,
        version: u8,
    ) -> Written {
        if self.snapshot(generation, case) != read {
            return Written::Refused;
        }
        self.write(generation, case, version);
        Written::Done
    }
}

/// How a conditional write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Done,
    Refused,
}
