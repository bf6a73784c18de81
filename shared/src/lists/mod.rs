//! Which rows a case has in which list: pure functions of the folded case.
//!
//! A list answers one question of the court's daily work. A case has a row in it for as
//! long as it belongs there, and the row carries what a clerk's screen shows, so a page of
//! a list is one look at it. All follows from the case's header: the docket record is not
//! looked at, however long it is.
//!
//! | list | key | order | split by |
//! | --- | --- | --- | --- |
//! | [`Status`](List::Status) | the status | docket number | year of the docket number |
//! | [`OpenOfJudge`](List::OpenOfJudge), [`ClosedOfJudge`](List::ClosedOfJudge) | the judge | docket number | year of the docket number |
//! | [`OpenOfCity`](List::OpenOfCity), [`ClosedOfCity`](List::ClosedOfCity) | the trial city | docket number | year of the docket number |
//! | [`EligibleForTrial`](List::EligibleForTrial) | the trial city | high priority first, then docket number | – |
//! | [`Person`](List::Person) | a user's id | docket number | – |
//! | [`Group`](List::Group) | the lead's docket number | docket number | – |
//! | [`TrialSession`](List::TrialSession) | the session's id | docket number | – |
//! | [`Deadlines`](List::Deadlines) | – | due date | month of the due date |
//! | [`Pending`](List::Pending), [`PendingOfJudge`](List::PendingOfJudge) | –, the judge | filing date | year of the filing date |
//! | [`PetitionsToCheck`](List::PetitionsToCheck), [`PetitionsToServe`](List::PetitionsToServe) | – | receipt | year of receipt |
//! | [`FilingsToServe`](List::FilingsToServe), [`FilingsToCheck`](List::FilingsToCheck) | – | filing date | year of the filing date |
//! | [`AwaitingReadiness`](List::AwaitingReadiness) | – | answer's filing date | year of that date |
//! | [`Names`](List::Names), [`CourtNames`](List::CourtNames) | a word's first two characters | word, then docket number | – |
//!
//! Docket numbers are in the order of their years, and within a year of their serials.
//!
//! *Splitting.* A list without a natural bound is split into **buckets**, so that no
//! partition of a store grows for ever or takes all writes. A bucket is the beginning of
//! the sort texts in it: so the order of the buckets is the order of the list, and a reader
//! goes through them one after another. A person's cases, a group, a session and a city's
//! cases that are ready are bounded by what people can do; the words of names are split by
//! their first two characters already.

mod line;
mod rows;
mod words;

pub use line::{CaseLine, DeadlineLine, EntryLine, Line, NameLine, SessionLine};
pub use rows::rows;
pub use words::{NoWords, WordQuery, Words, words};

use casefold_events::DocketNumber;

use crate::gateway::Generation;

/// The projection's name.
pub const NAME: &str = "lists";

/// The generations of the projection that this build makes. A change of what [`rows`] gives
/// is a new one.
pub const GENERATIONS: &[Generation] = &[Generation::FIRST];

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// Cases by their status.
    Status,
    /// A judge's cases that are not closed.
    OpenOfJudge,
    /// A judge's closed cases. They have a list of their own, so that paging through the
    /// work at hand doesn't lead through the work of decades.
    ClosedOfJudge,
    /// Cases for trial in a city that are not closed.
    OpenOfCity,
    /// Closed cases of a city.
    ClosedOfCity,
    /// Cases that can be put on a trial calendar in a city: at issue, kept from trial
    /// neither by hand nor by themselves, and in no session.
    EligibleForTrial,
    /// A user's own cases: those in which the user is a contact or counsel.
    Person,
    /// The cases of a consolidated group.
    Group,
    /// The cases in a trial session, for trial or for a hearing.
    TrialSession,
    /// Open deadlines.
    Deadlines,
    /// Entries on which the court has still to act.
    Pending,
    /// The same, of one judge's cases.
    PendingOfJudge,
    /// Petitions that no petitions clerk has checked yet.
    PetitionsToCheck,
    /// Petitions that are checked and not served yet.
    PetitionsToServe,
    /// Entries of served cases that are not served yet.
    FilingsToServe,
    /// Electronic filings that no docket clerk has checked yet.
    FilingsToCheck,
    /// Answered cases that are not at issue yet.
    AwaitingReadiness,
    /// Words that everybody may know a case by: of its number, its caption and its parties'
    /// names, as long as it is not sealed.
    Names,
    /// Words that the court alone finds a case by: counsel's names, and every word of a
    /// sealed case.
    CourtNames,
}

impl List {
    /// Every list.
    pub const ALL: &'static [Self] = &[
        Self::Status,
        Self::OpenOfJudge,
        Self::ClosedOfJudge,
        Self::OpenOfCity,
        Self::ClosedOfCity,
        Self::EligibleForTrial,
        Self::Person,
        Self::Group,
        Self::TrialSession,
        Self::Deadlines,
        Self::Pending,
        Self::PendingOfJudge,
        Self::PetitionsToCheck,
        Self::PetitionsToServe,
        Self::FilingsToServe,
        Self::FilingsToCheck,
        Self::AwaitingReadiness,
        Self::Names,
        Self::CourtNames,
    ];

    /// The list's name, as a store and a cursor write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::OpenOfJudge => "judge",
            Self::ClosedOfJudge => "judge-closed",
            Self::OpenOfCity => "city",
            Self::ClosedOfCity => "city-closed",
            Self::EligibleForTrial => "eligible",
            Self::Person => "person",
            Self::Group => "group",
            Self::TrialSession => "session",
            Self::Deadlines => "deadlines",
            Self::Pending => "pending",
            Self::PendingOfJudge => "pending-judge",
            Self::PetitionsToCheck => "petitions-to-check",
            Self::PetitionsToServe => "petitions-to-serve",
            Self::FilingsToServe => "filings-to-serve",
            Self::FilingsToCheck => "filings-to-check",
            Self::AwaitingReadiness => "awaiting-readiness",
            Self::Names => "names",
            Self::CourtNames => "court-names",
        }
    }

    /// How many bytes of a row's sort text name its bucket; 0 for a list that is not split.
    pub const fn bucket_bytes(self) -> usize {
        const YEAR: usize = "2026".len();
        const MONTH: usize = "2026-11".len();
        match self {
            Self::Status
            | Self::OpenOfJudge
            | Self::ClosedOfJudge
            | Self::OpenOfCity
            | Self::ClosedOfCity
            | Self::Pending
            | Self::PendingOfJudge
            | Self::PetitionsToCheck
            | Self::PetitionsToServe
            | Self::FilingsToServe
            | Self::FilingsToCheck
            | Self::AwaitingReadiness => YEAR,
            Self::Deadlines => MONTH,
            Self::EligibleForTrial
            | Self::Person
            | Self::Group
            | Self::TrialSession
            | Self::Names
            | Self::CourtNames => 0,
        }
    }
}

/// A case's row in a list. List, key and sort text name it: a case has one of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// The list.
    pub list: List,
    /// What the list is of: a judge, a city, a user's id; empty where there is one list.
    pub key: String,
    /// Its place in the list: rows are in the order of these texts, byte by byte. They are
    /// of printable ASCII without the space.
    pub sort: String,
    /// What it shows. There is no version in it, so that a row changes only when what it
    /// shows does.
    pub line: Line,
}

impl ListRow {
    /// The bucket that the row is in; empty where the list is not split.
    pub fn bucket(&self) -> &str {
        bucket(self.list, &self.sort)
    }
}

/// The bucket of a list that a sort text is in, or the beginning of one.
pub fn bucket(list: List, sort: &str) -> &str {
    sort.get(..list.bucket_bytes()).unwrap_or(sort)
}

/// A docket number as a sort text: `2026-000101`.
pub fn docket_sort(number: DocketNumber) -> String {
    format!("{:04}-{:06}", number.full_year(), number.serial())
}
