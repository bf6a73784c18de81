//! Histories of cases, and what comes between them and a rebuilt generation.

use casefold_events::case::standing::CaseStatusChanged;
use casefold_events::vocabulary::CaseStatus;
use casefold_events::{CaseEvent, Commit, DocketNumber};
use proptest::prelude::*;

use crate::acts::{Acts, acts, history};
use crate::support::history::{chain, docket, entry, filed, petition};

/// A case: what happens to it, and when.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) acts: Acts,
    /// How much of its history, in hundredths, is there before anything is rebuilt.
    pub(crate) before: usize,
    /// How much of the rest is recorded while nobody but the rebuild knows of it yet.
    pub(crate) unknown: usize,
    /// How much of the rest then is recorded while the rebuild is at work.
    pub(crate) beside: usize,
}

/// A process that rebuilds.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) workers: usize,
    /// After how many polls each of its lives ends.
    pub(crate) lives: Vec<usize>,
}

/// What goes on beside the cases.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) segments: u32,
    pub(crate) of_cases: Vec<Process>,
    pub(crate) of_lists: Vec<Process>,
    /// How many records each projector takes at once.
    pub(crate) projectors: Vec<usize>,
}

pub(crate) fn cases() -> impl Strategy<Value = Vec<Given>> {
    let hundredths = || 0..=100_usize;
    let case = (acts(), hundredths(), hundredths(), hundredths());
    let case = case.prop_map(|(acts, before, unknown, beside)| Given {
        acts,
        before,
        unknown,
        beside,
    });
    prop::collection::vec(case, 3..7)
}

pub(crate) fn course() -> impl Strategy<Value = Course> {
    // Most lives are too short to get anywhere near the end.
    let polls = prop_oneof![4 => 1..40_usize, 1 => 40..160_usize];
    let lives = move || prop::collection::vec(polls.clone(), 0..8);
    let process = (1..4_usize, lives()).prop_map(|(workers, lives)| Process { workers, lives });
    let processes = || prop::collection::vec(process.clone(), 1..3);
    let projectors = prop::collection::vec(1..12_usize, 1..3);
    (1..6_u32, processes(), processes(), projectors).prop_map(
        |(segments, of_cases, of_lists, projectors)| Course {
            segments,
            of_cases,
            of_lists,
            projectors,
        },
    )
}

/// A case of a petition and so many further commits: entries, and now and then a status.
pub(crate) fn case(serial: u32, further: u32) -> Vec<Commit> {
    let further = (1..=further).map(|n| vec![happening(n)]);
    chain(
        docket(serial),
        std::iter::once(vec![petition()]).chain(further),
    )
}

/// Of each case so many commits, from docket number 101 on.
pub(crate) fn some_cases(sizes: impl IntoIterator<Item = u32>) -> Vec<Vec<Commit>> {
    let sizes = (101..).zip(sizes);
    sizes.map(|(serial, size)| case(serial, size - 1)).collect()
}

pub(crate) fn numbers(cases: &[Vec<Commit>]) -> Vec<DocketNumber> {
    cases.iter().map(|it| it[0].docket_number).collect()
}

fn happening(n: u32) -> CaseEvent {
    if n % 7 != 2 {
        return filed(entry(n));
    }
    CaseStatusChanged {
        status: CaseStatus::ALL[n as usize / 7 % CaseStatus::ALL.len()],
        closed_date: None,
    }
    .into()
}

/// A case's commits in four parts: before, unknown to the rebuild, beside it, at the switch.
pub(crate) struct Told {
    pub(crate) commits: Vec<Commit>,
    ends: [usize; 4],
}

/// The commits of a case, and where its parts end.
pub(crate) fn tell((serial, given): (u32, &Given)) -> Told {
    let commits = history(docket(serial), &given.acts);
    let mut ends = [commits.len(); 4];
    let mut from = 0;
    for (end, hundredths) in ends
        .iter_mut()
        .zip([given.before, given.unknown, given.beside])
    {
        *end = from + (commits.len() - from) * hundredths / 100;
        from = *end;
    }
    Told { commits, ends }
}

impl Told {
    pub(crate) fn number(&self) -> DocketNumber {
        self.commits[0].docket_number
    }

    pub(crate) fn part(&self, nth: usize) -> &[Commit] {
        let from = nth.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.commits[from..self.ends[nth]]
    }
}
