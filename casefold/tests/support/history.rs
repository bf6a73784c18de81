//! Commits for tests: a petition, entries, and the chain that seals them.

use casefold_events::case::docket::{
    DocketEntryFiled, DocketEntrySealed, DocketEntryServed, DocketEntryUnsealed,
};
use casefold_events::case::intake::{Fee, PetitionFiled};
use casefold_events::case::standing::CaptionChanged;
use casefold_events::entry::{FiledEntry, ServedParty, Service};
use casefold_events::party::Contact;
use casefold_events::vocabulary::{
    CaseType, ContactType, PartyType, ProcedureType, Role, SealedTo, ServiceIndicator,
};
use casefold_events::{
    CaseEvent, CommandId, Commit, CommitRef, ContactId, CorrelationId, Digest, DocketEntryId,
    DocketNumber, DraftCommit, EventId, StoredEvent, Timestamp, UserId, Version,
};
use casefold_shared::case::Case;
use uuid::Uuid;

/// A docket number of the year 26.
pub fn docket(serial: u32) -> DocketNumber {
    DocketNumber::new(serial, 26).unwrap()
}

/// The id of the test's `n`th entry.
pub fn entry_id(n: u32) -> DocketEntryId {
    DocketEntryId(Uuid::from_u128(0xE000_0000 + u128::from(n)))
}

/// A time so many seconds after the tests' beginning.
pub fn at(second: u64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000 + i64::try_from(second).unwrap() * 1_000)
}

/// A petition by one petitioner: the first event of a case.
pub fn petition() -> CaseEvent {
    PetitionFiled {
        received_at: at(0),
        is_paper: false,
        caption: "Vera Lindholm, Petitioner".into(),
        case_type: CaseType::Deficiency,
        procedure_type: ProcedureType::Small,
        party_type: PartyType::Petitioner,
        preferred_trial_city: Some("Houston, Texas".to_owned()),
        petitioners: vec![Contact {
            contact_id: ContactId(Uuid::from_u128(1)),
            contact_type: ContactType::Petitioner,
            user_id: None,
            name: "Vera Lindholm".into(),
            secondary_name: None,
            in_care_of: None,
            title: None,
            address: None,
            phone: None,
            email: None,
            service_indicator: ServiceIndicator::Paper,
            is_address_sealed: false,
        }],
        fee: Fee::NotPaid,
        irs_notice_date: None,
        mailing_date: None,
    }
    .into()
}

/// The test's `n`th entry, on the record, as large as the court's are on average.
pub fn entry(n: u32) -> FiledEntry {
    FiledEntry {
        docket_entry_id: entry_id(n),
        index: None,
        event_code: "M000".parse().unwrap(),
        document_type: "Motion for Continuance".to_owned(),
        title: format!("Motion for Continuance, number {n}").into(),
        filed_by: Some("Petr. Vera Lindholm".into()),
        filers: vec![ContactId(Uuid::from_u128(1))],
        filing_date: at(u64::from(n)),
        received_at: at(u64::from(n)),
        number_of_pages: Some(3),
        is_paper: false,
        lodged: false,
        objections: None,
        pending: false,
        is_draft: false,
        is_minute_entry: false,
        is_on_docket_record: true,
        judge: None,
        due: None,
        signature: None,
        document: None,
    }
}

/// The test's `n`th entry, with a title of so many bytes.
pub fn long_entry(n: u32, title_bytes: usize) -> FiledEntry {
    FiledEntry {
        title: long_text(n, title_bytes).into(),
        ..entry(n)
    }
}

/// A text of so many characters that packing shortens by a fifth and no more.
pub fn long_text(seed: u32, bytes: usize) -> String {
    let mut state = seed;
    let mut characters = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Whatever is printed and stands in JSON as it is.
        match u8::try_from((state >> 16) % 91).unwrap() {
            below @ ..57 => char::from(b'#' + below),
            above => char::from(b'$' + above),
        }
    });
    (0..bytes).filter_map(|_| characters.next()).collect()
}

/// An entry that is not on the record yet.
pub fn draft(entry: FiledEntry) -> FiledEntry {
    FiledEntry {
        is_draft: true,
        is_on_docket_record: false,
        ..entry
    }
}

/// An entry was filed.
pub fn filed(entry: FiledEntry) -> CaseEvent {
    DocketEntryFiled { entry }.into()
}

/// Entries of these numbers were filed.
pub fn filed_all(numbers: impl IntoIterator<Item = u32>) -> Vec<CaseEvent> {
    numbers.into_iter().map(|n| filed(entry(n))).collect()
}

/// These entries were filed on paper, and each was served: nothing is to be done about them.
pub fn served_all(numbers: impl IntoIterator<Item = u32>) -> Vec<CaseEvent> {
    let on_paper = |n| FiledEntry {
        is_paper: true,
        ..entry(n)
    };
    let both = |n| [filed(on_paper(n)), served(n)];
    numbers.into_iter().flat_map(both).collect()
}

/// The `n`th entry was served.
pub fn served(n: u32) -> CaseEvent {
    let party = ServedParty {
        name: "Vera Lindholm".into(),
        email: None,
    };
    DocketEntryServed {
        docket_entry_id: entry_id(n),
        service: Service {
            served_at: at(u64::from(n)),
            served_parties: vec![party],
            served_parties_code: None,
        },
    }
    .into()
}

/// The `n`th entry was sealed.
pub fn sealed(n: u32) -> CaseEvent {
    DocketEntrySealed {
        docket_entry_id: entry_id(n),
        sealed_to: SealedTo::Public,
    }
    .into()
}

/// The `n`th entry was unsealed.
pub fn unsealed(n: u32) -> CaseEvent {
    DocketEntryUnsealed {
        docket_entry_id: entry_id(n),
    }
    .into()
}

/// The caption was changed, to one of so many bytes.
pub fn captioned(bytes: usize) -> CaseEvent {
    CaptionChanged {
        caption: long_text(0, bytes).into(),
    }
    .into()
}

/// Where a case's chain stands: gives one sealed commit after another.
#[derive(Clone)]
pub struct Chain {
    pub docket_number: DocketNumber,
    pub version: Version,
    pub head: Digest,
}

impl Chain {
    /// Before the first commit of a case.
    pub fn of(docket_number: DocketNumber) -> Self {
        Self {
            docket_number,
            version: Version::ZERO,
            head: Digest::ZERO,
        }
    }

    /// The next commit, by a command with an id of its own.
    pub fn commit(&mut self, events: impl IntoIterator<Item = CaseEvent>) -> Commit {
        let id = format!("{}-command-{}", self.docket_number, self.version.next());
        self.commit_by(&id, events)
    }

    /// The next commit, by the command of this id.
    pub fn commit_by(
        &mut self,
        command_id: &str,
        events: impl IntoIterator<Item = CaseEvent>,
    ) -> Commit {
        self.commit_with(command_id, Vec::new(), events)
    }

    /// The next commit, made in one step with others.
    pub fn commit_with(
        &mut self,
        command_id: &str,
        committed_with: Vec<CommitRef>,
        events: impl IntoIterator<Item = CaseEvent>,
    ) -> Commit {
        let version = self.version.next();
        let base = u128::from(self.docket_number.serial()) << 64 | u128::from(version.0) << 32;
        let events = events.into_iter().enumerate().map(|(nth, event)| {
            let id = EventId(Uuid::from_u128(base | nth as u128));
            StoredEvent::encode(id, &event).unwrap()
        });
        let draft = DraftCommit {
            docket_number: self.docket_number,
            version,
            command_id: CommandId::new(command_id).unwrap(),
            command: "Test".to_owned(),
            command_digest: Digest::of(command_id.as_bytes()),
            actor: UserId::new("clerk-1").unwrap(),
            role: Role::DocketClerk,
            recorded_at: at(version.0),
            effective_at: at(version.0),
            correlation_id: CorrelationId::new("correlation-1").unwrap(),
            causation: None,
            committed_with,
            events: events.collect(),
            source: None,
        };
        let commit = draft.seal(self.head);
        self.version = version;
        self.head = commit.hash;
        commit
    }
}

/// The sealed commits of a case, one for each list of events.
pub fn chain(
    docket_number: DocketNumber,
    commits: impl IntoIterator<Item = Vec<CaseEvent>>,
) -> Vec<Commit> {
    let mut chain = Chain::of(docket_number);
    commits
        .into_iter()
        .map(|events| chain.commit(events))
        .collect()
}

/// The pure fold of commits, onto a case or from the first on.
pub fn fold<'a>(case: Option<Case>, commits: impl IntoIterator<Item = &'a Commit>) -> Case {
    let folded = commits
        .into_iter()
        .fold(case, |case, commit| Some(Case::fold(case, commit).unwrap()));
    folded.unwrap()
}
