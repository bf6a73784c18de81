//! Two courts that differ in what is sealed, and in what is kept from the public, and in nothing
//! else.
//!
//! | case | what it is | what differs |
//! | --- | --- | --- |
//! | 101 | sealed, of a petitioner's | everything but what outsiders see: number, suffix, isPaper, isSealed |
//! | 102 | open, with sealed entries, a sealed address, drafts, notes, a planned trial | all of these |
//! | 103 | open | in the one court it is consolidated with 101, in the other it has a note |
//! | 104 | open, of other people | nothing |
//! | 105 | sealed before its petition was served | as 101 |
//!
//! An open case has as many commits in both: its version is in the ETag that everybody gets, and
//! counts what is kept from the public as well.

use casefold_events::case::docket::{
    DocketEntryFiled, DocketEntrySealed, DocketEntryStricken, DraftArchived,
};
use casefold_events::case::parties::{CounselAssociated, CounselRemoved};
use casefold_events::case::records::CaseNoteWritten;
use casefold_events::case::standing::{CaseStatusChanged, JudgeAssigned};
use casefold_events::entry::{DocumentRef, FiledEntry};
use casefold_events::party::{Address, Contact};
use casefold_events::vocabulary::{CaseStatus, CounselType, SealedTo};
use casefold_events::{CaseEvent, Personal, UserId};

use crate::chance::Chance;
use crate::history::{at, docket, entry, entry_id, filed, served};
use crate::record::{self, NORA, Record, contact_id, counsel};

pub(super) const SEALED: u32 = 101;
pub(super) const WITH_SEALED_ENTRIES: u32 = 102;
pub(super) const SISTER: u32 = 103;
pub(super) const OTHER: u32 = 104;
pub(super) const SEALED_UNSERVED: u32 = 105;
pub(super) const CASES: [u32; 5] = [SEALED, WITH_SEALED_ENTRIES, SISTER, OTHER, SEALED_UNSERVED];

/// Counsel who was in the sealed case of one of the courts, and was taken out of it.
pub(super) const FORMER_COUNSEL: &str = "former-counsel";
/// The people of the other case.
pub(super) const OTHERS_PETITIONER: &str = "cora";
pub(super) const OTHERS_COUNSEL: &str = "coras-counsel";
pub(super) const OTHERS_RESPONDENT: &str = "coras-opponent";

/// One of the two courts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twin {
    /// Its sealed cases have a long life.
    One,
    /// Its sealed cases have a short one, or another.
    Other,
}

impl Twin {
    /// What every word begins with that outsiders must not see.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::One => "veiled",
            Self::Other => "cloaked",
        }
    }
}

/// The histories of all the cases of one court, each with its commits.
pub(super) fn histories(
    twin: Twin,
    is_served: bool,
    chance: &mut Chance,
) -> Vec<(u32, Vec<Vec<CaseEvent>>)> {
    let kept = |serial| Record::of(docket(serial)).saying(twin.word());
    let consolidated = match twin {
        Twin::One => record::consolidated(&[SEALED, SISTER]),
        Twin::Other => vec![note(&kept(SISTER))],
    };
    let mut sealed = sealed_case(twin, &kept(SEALED), is_served, chance);
    if twin == Twin::One {
        sealed.push(record::consolidated(&[SEALED, SISTER]));
    }
    vec![
        (SEALED, sealed),
        (
            WITH_SEALED_ENTRIES,
            vec![with_sealed_entries(twin, &kept(WITH_SEALED_ENTRIES))],
        ),
        (
            SISTER,
            vec![open_case(SISTER, "somebody-else"), consolidated],
        ),
        (OTHER, vec![others_case()]),
        (
            SEALED_UNSERVED,
            sealed_case(twin, &kept(SEALED_UNSERVED), false, chance),
        ),
    ]
}

/// A sealed case with a life that chance makes: none of it is an outsider's to see.
fn sealed_case(
    twin: Twin,
    kept: &Record,
    is_served: bool,
    chance: &mut Chance,
) -> Vec<Vec<CaseEvent>> {
    let (petition, mut life) = match twin {
        Twin::One => (kept.petition(), whole_life(kept, chance)),
        Twin::Other => {
            let alone = vec![kept.contact(1, "nobody-known", "alone")];
            (kept.petition_of(alone, "caption"), short_life(kept, chance))
        }
    };
    if is_served {
        life.splice(0..0, record::petition_served());
    }
    // It is sealed at some time, and goes on.
    let at = chance.below(u32::try_from(life.len()).unwrap() + 1) as usize;
    life.splice(at..at, record::case_sealed());
    let mut commits = vec![vec![petition]];
    for event in life {
        if chance.one_in(3) {
            commits.push(Vec::new());
        }
        commits.last_mut().unwrap().push(event);
    }
    commits.retain(|events| !events.is_empty());
    commits
}

/// Most of what a case can have, and many entries.
fn whole_life(kept: &Record, chance: &mut Chance) -> Vec<CaseEvent> {
    let mut events = vec![kept.noras_counsel(), record::respondents_counsel()];
    events.extend(counsel_who_left());
    events.extend(kept.entries());
    for n in 20..20 + chance.below(40) {
        events.push(filed(any_entry(kept, n, chance)));
        if chance.one_in(2) {
            events.push(served(n));
        }
        if chance.one_in(5) {
            events.push(stricken(n));
        }
    }
    for event in kept.kept_by_the_court() {
        if !chance.one_in(5) {
            events.push(event);
        }
    }
    events.push(
        JudgeAssigned {
            judge: kept.secret("judge"),
        }
        .into(),
    );
    let statuses = [
        CaseStatus::Submitted,
        CaseStatus::Rule155,
        CaseStatus::OnAppeal,
    ];
    let status = *chance.one_of(&statuses);
    events.push(
        CaseStatusChanged {
            status,
            closed_date: None,
        }
        .into(),
    );
    events
}

fn short_life(kept: &Record, chance: &mut Chance) -> Vec<CaseEvent> {
    let mut events = Vec::new();
    for n in 20..20 + chance.below(4) {
        events.push(filed(any_entry(kept, n, chance)));
    }
    if chance.one_in(2) {
        events.push(note(kept));
    }
    if chance.one_in(2) {
        let status = CaseStatus::Closed;
        let closed_date = Some(at(9));
        events.push(
            CaseStatusChanged {
                status,
                closed_date,
            }
            .into(),
        );
    }
    events
}

fn any_entry(kept: &Record, n: u32, chance: &mut Chance) -> FiledEntry {
    let is_draft = chance.one_in(4);
    let code = *chance.one_of(&["M000", "MISC", "O", "A", "OAP", "PSDE"]);
    FiledEntry {
        event_code: code.parse().unwrap(),
        title: kept.secret(&format!("title-{n}")).into(),
        filed_by: Some(kept.secret("filer").into()),
        is_draft,
        is_on_docket_record: !is_draft,
        pending: chance.one_in(3),
        due: chance.one_in(3).then(|| at(70)),
        document: chance.one_in(2).then(|| document(kept, n)),
        ..entry(n)
    }
}

fn document(kept: &Record, n: u32) -> DocumentRef {
    DocumentRef {
        key: kept.secret(&format!("document-{n}")),
        sha256: None,
    }
}

fn note(kept: &Record) -> CaseEvent {
    let note = kept.secret("note").into();
    CaseNoteWritten { note }.into()
}

fn stricken(n: u32) -> CaseEvent {
    DocketEntryStricken {
        docket_entry_id: entry_id(n),
        stricken_at: at(8),
        stricken_by: "Ines Brandt".to_owned(),
    }
    .into()
}

fn counsel_who_left() -> [CaseEvent; 2] {
    let mut former = counsel(FORMER_COUNSEL, CounselType::PrivatePractitioner);
    former.representing = vec![contact_id(1)];
    let user_id = UserId::new(FORMER_COUNSEL).unwrap();
    [
        CounselAssociated { counsel: former }.into(),
        CounselRemoved { user_id }.into(),
    ]
}

/// An open case whose public part is the same in both courts.
fn with_sealed_entries(twin: Twin, kept: &Record) -> Vec<CaseEvent> {
    let public = Record::of(docket(WITH_SEALED_ENTRIES));
    let nora = Contact {
        is_address_sealed: true,
        address: Some(Personal::new(Address {
            address1: kept.secret("address"),
            city: kept.secret("city"),
            ..Address::default()
        })),
        phone: Some(kept.secret("phone").into()),
        email: Some(format!("{}@example.org", kept.secret("mail")).into()),
        in_care_of: Some(kept.secret("care-of").into()),
        ..public.contact(1, NORA, "sealed")
    };
    let bruno = public.contact(2, record::BRUNO, "open");
    let mut events = vec![public.petition_of(vec![nora, bruno], "caption")];
    events.extend(record::petition_served());
    events.extend([filed(entry(1)), served(1)]);
    for (n, sealed_to) in [(2, SealedTo::Public), (3, SealedTo::External)] {
        events.extend(sealed_entry(twin, kept, n, sealed_to));
    }
    events.extend([filed(entry(4)), served(4), stricken(4), filed(entry(5))]);
    // What is off the record, and what the court keeps for itself.
    let off_record = |n, code: &str| FiledEntry {
        event_code: code.parse().unwrap(),
        title: kept.secret("off-record").into(),
        document: Some(document(kept, n)),
        is_on_docket_record: false,
        ..entry(n)
    };
    let statement = FiledEntry {
        index: Some(0),
        ..off_record(6, "STIN")
    };
    events.push(DocketEntryFiled { entry: statement }.into());
    let drafts = match twin {
        Twin::One => 7..12,
        Twin::Other => 7..8,
    };
    for n in drafts {
        let draft = FiledEntry {
            is_draft: true,
            ..off_record(n, "O")
        };
        events.push(filed(draft));
    }
    if twin == Twin::One {
        let docket_entry_id = entry_id(7);
        let archived_at = at(9);
        events.push(
            DraftArchived {
                docket_entry_id,
                archived_at,
            }
            .into(),
        );
        events.extend(kept.kept_by_the_court());
    }
    events
}

/// A sealed entry, of which outsiders see index, event code and filing date.
fn sealed_entry(twin: Twin, kept: &Record, n: u32, sealed_to: SealedTo) -> Vec<CaseEvent> {
    let is_one = twin == Twin::One;
    let filing = FiledEntry {
        document_type: kept.secret("type"),
        title: kept.secret(&format!("sealed-title-{n}")).into(),
        filed_by: is_one.then(|| kept.secret("filer").into()),
        filers: if is_one {
            vec![contact_id(1)]
        } else {
            Vec::new()
        },
        received_at: at(if is_one { 1 } else { 2 }),
        number_of_pages: is_one.then_some(17),
        is_paper: is_one,
        lodged: is_one,
        pending: is_one,
        judge: is_one.then(|| kept.secret("judge")),
        due: is_one.then(|| at(60)),
        document: is_one.then(|| document(kept, n)),
        ..entry(n)
    };
    let mut events = vec![filed(filing)];
    if is_one {
        events.push(served(n));
    } else {
        events.push(stricken(n));
    }
    let docket_entry_id = entry_id(n);
    events.push(
        DocketEntrySealed {
            docket_entry_id,
            sealed_to,
        }
        .into(),
    );
    events
}

fn open_case(serial: u32, user: &str) -> Vec<CaseEvent> {
    let mut events = Record::of(docket(serial)).of_petitioner(user);
    events.extend(record::petition_served());
    events.extend([filed(entry(1)), served(1), filed(entry(2))]);
    events
}

fn others_case() -> Vec<CaseEvent> {
    let mut events = open_case(OTHER, OTHERS_PETITIONER);
    for (user, counsel_type) in [
        (OTHERS_COUNSEL, CounselType::PrivatePractitioner),
        (OTHERS_RESPONDENT, CounselType::IrsPractitioner),
    ] {
        let mut appears = counsel(user, counsel_type);
        if counsel_type == CounselType::PrivatePractitioner {
            appears.representing = vec![contact_id(1)];
        }
        events.push(CounselAssociated { counsel: appears }.into());
    }
    events
}
