//! Given, when, then: as types, so that they can't be said in another order.

use std::collections::BTreeSet;

use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_command_api::decide::{self, Actor, Ask, Decision};
use casefold_command_api::refusal::Refusal;
use casefold_events::case::consolidation::CaseConsolidated;
use casefold_events::case::docket::DocketEntryFiled;
use casefold_events::case::intake::{Fee, PetitionChecked, PetitionFiled, PetitionServed};
use casefold_events::case::parties::CounselAssociated;
use casefold_events::case::standing::CaseStatusChanged;
use casefold_events::entry::{DocumentRef, FiledEntry};
use casefold_events::party::{Address, Contact, Counsel};
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, CounselType, PartyType, ProcedureType, Role,
    ServiceIndicator,
};
use casefold_events::{
    CaseEvent, CommandId, ContactId, CorrelationId, Digest, DocketEntryId, DocketNumber,
    DraftCommit, EventId, Personal, StoredEvent, Timestamp, UserId, Version,
};
use casefold_shared::case::Case;
use serde_json::Value;
use uuid::Uuid;

/// The time of every command in these tests.
pub(crate) const NOW: &str = "2026-11-23T12:00:00.000Z";
/// When every petition in these tests was received.
pub(crate) const RECEIVED: &str = "2026-03-02T09:00:00.000Z";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn number(text: &str) -> DocketNumber {
    text.parse().unwrap()
}

/// Somebody in a role, by the role's name.
pub(crate) fn actor(role: Role) -> Actor {
    let user_id = UserId::new(format!("{role}-1")).unwrap();
    Actor {
        user_id,
        role,
        name: Some("Somebody".into()),
    }
}

pub(crate) fn docket_clerk() -> Actor {
    actor(Role::DocketClerk)
}

pub(crate) fn petitions_clerk() -> Actor {
    actor(Role::PetitionsClerk)
}

pub(crate) fn petitioner() -> Actor {
    actor(Role::Petitioner)
}

pub(crate) fn practitioner() -> Actor {
    actor(Role::PrivatePractitioner)
}

pub(crate) fn respondents_counsel() -> Actor {
    actor(Role::IrsPractitioner)
}

/// What happened to a case before.
#[derive(Clone, Debug)]
pub(crate) struct History {
    docket_number: DocketNumber,
    events: Vec<CaseEvent>,
    ids: u128,
    last_index: u32,
}

/// A petition of Brett Osborne was filed electronically: entries 1 and 2, and 0 off the record.
pub(crate) fn filed() -> History {
    filed_with(|_| {})
}

/// A petition was filed that differs from that of [`filed`].
pub(crate) fn filed_with(change: impl FnOnce(&mut PetitionFiled)) -> History {
    let mut history = History {
        docket_number: number("101-26"),
        events: Vec::new(),
        ids: 0xA000,
        last_index: 0,
    };
    let mut petition = PetitionFiled {
        received_at: time(RECEIVED),
        is_paper: false,
        caption: "Brett Osborne, Petitioner".into(),
        case_type: CaseType::Deficiency,
        procedure_type: ProcedureType::Regular,
        party_type: PartyType::Petitioner,
        preferred_trial_city: Some("Birmingham, Alabama".to_owned()),
        petitioners: vec![contact(1, "Brett Osborne", Some(petitioner().user_id))],
        fee: Fee::NotPaid,
        irs_notice_date: None,
    };
    change(&mut petition);
    history.events.push(petition.into());
    history
        .entry("P")
        .entry_with("RQT", |entry| {
            entry.is_minute_entry = true;
            entry.document = None;
        })
        .entry_with("STIN", |entry| {
            entry.index = Some(0);
            entry.is_on_docket_record = false;
        })
}

/// The petition of [`filed`] was checked and served.
pub(crate) fn served() -> History {
    filed().checked().served()
}

/// The case of [`served`] is ready for trial.
pub(crate) fn at_issue(docket_number: &str) -> History {
    served().numbered(docket_number).status(CaseStatus::AtIssue)
}

impl History {
    pub(crate) fn numbered(mut self, docket_number: &str) -> Self {
        self.docket_number = number(docket_number);
        self
    }

    /// The same case before anything happened.
    pub(crate) fn emptied(mut self) -> Self {
        self.events.clear();
        self
    }

    pub(crate) fn and(mut self, event: impl Into<CaseEvent>) -> Self {
        self.events.push(event.into());
        self
    }

    pub(crate) fn checked(self) -> Self {
        self.and(PetitionChecked {})
    }

    pub(crate) fn served(self) -> Self {
        let served_at = time(RECEIVED);
        self.and(PetitionServed { served_at })
            .status(CaseStatus::NotAtIssue)
    }

    pub(crate) fn status(self, status: CaseStatus) -> Self {
        let closed_date = status.is_closed().then(|| time(RECEIVED));
        self.and(CaseStatusChanged {
            status,
            closed_date,
        })
    }

    /// An entry of this code was filed, with a document.
    pub(crate) fn entry(self, code: &str) -> Self {
        self.entry_with(code, |_| {})
    }

    pub(crate) fn entry_with(mut self, code: &str, change: impl FnOnce(&mut FiledEntry)) -> Self {
        self.ids += 1;
        let mut entry = FiledEntry {
            docket_entry_id: DocketEntryId(Uuid::from_u128(self.ids)),
            index: Some(self.last_index + 1),
            event_code: code.parse().unwrap(),
            document_type: code.to_owned(),
            title: code.into(),
            filed_by: None,
            filers: Vec::new(),
            filing_date: time(RECEIVED),
            received_at: time(RECEIVED),
            number_of_pages: Some(2),
            is_paper: false,
            lodged: false,
            objections: None,
            pending: false,
            is_draft: false,
            is_minute_entry: false,
            is_on_docket_record: true,
            judge: None,
            signature: None,
            document: Some(DocumentRef {
                key: "documents/1.pdf".to_owned(),
                sha256: None,
            }),
        };
        change(&mut entry);
        if entry.is_on_docket_record {
            self.last_index += 1;
        }
        self.and(DocketEntryFiled { entry })
    }

    /// The respondent's counsel appeared.
    pub(crate) fn with_respondents_counsel(self) -> Self {
        self.and(CounselAssociated {
            counsel: counsel(
                &respondents_counsel(),
                CounselType::IrsPractitioner,
                Vec::new(),
            ),
        })
    }

    /// Counsel for the first petitioner appeared.
    pub(crate) fn with_practitioner(self) -> Self {
        self.and(CounselAssociated {
            counsel: counsel(
                &practitioner(),
                CounselType::PrivatePractitioner,
                vec![contact_id(1)],
            ),
        })
    }

    /// The case was consolidated with others.
    pub(crate) fn consolidated(self, members: &[&str]) -> Self {
        let members: Vec<_> = members.iter().map(|member| number(member)).collect();
        self.and(CaseConsolidated {
            lead_docket_number: members[0],
            members,
        })
    }

    pub(crate) fn case(&self) -> Case {
        fold(None, self.docket_number, &self.events)
    }
}

pub(crate) fn contact_id(number: u32) -> ContactId {
    ContactId(Uuid::from_u128(0xC000 + u128::from(number)))
}

pub(crate) fn contact(number: u32, name: &str, user_id: Option<UserId>) -> Contact {
    Contact {
        contact_id: contact_id(number),
        contact_type: ContactType::Petitioner,
        user_id,
        name: name.into(),
        secondary_name: None,
        in_care_of: None,
        title: None,
        address: Some(Personal::new(Address {
            address1: "68 Fabien Freeway".to_owned(),
            city: "Birmingham".to_owned(),
            ..Address::default()
        })),
        phone: None,
        email: Some("osborne@example.com".into()),
        service_indicator: ServiceIndicator::Electronic,
        is_address_sealed: false,
    }
}

fn counsel(actor: &Actor, counsel_type: CounselType, representing: Vec<ContactId>) -> Counsel {
    Counsel {
        user_id: actor.user_id.clone(),
        counsel_type,
        name: format!("Counsel {}", actor.role).into(),
        bar_number: None,
        firm_name: None,
        email: Some("counsel@example.com".into()),
        phone: None,
        address: None,
        service_indicator: ServiceIndicator::Electronic,
        representing,
    }
}

/// Folds one more commit, sealed as it would be stored.
pub(crate) fn fold(case: Option<Case>, docket_number: DocketNumber, events: &[CaseEvent]) -> Case {
    let (version, hash) = case.as_ref().map_or((Version::ZERO, Digest::ZERO), |case| {
        (case.version, case.folded_from.head_hash)
    });
    let stored = events.iter().enumerate().map(|(at, event)| {
        let id = EventId(Uuid::from_u128(u128::from(version.0) << 32 | at as u128));
        StoredEvent::encode(id, event).unwrap()
    });
    let draft = DraftCommit {
        docket_number,
        version: version.next(),
        command_id: CommandId::new(format!("command-{}", version.0)).unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: petitioner().user_id,
        role: Role::Petitioner,
        recorded_at: time(NOW),
        effective_at: time(NOW),
        correlation_id: CorrelationId::new("test").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: stored.collect(),
    };
    Case::fold(case, &draft.seal(hash)).unwrap()
}

/// What always holds of a case (domain of the court, "A case" and "The docket record").
pub(crate) fn assert_invariants(case: &Case) {
    assert_eq!(
        case.closed_date.is_some(),
        case.status.is_closed(),
        "closed date iff closed"
    );
    let indexes: Vec<_> = case
        .docket
        .on_record()
        .map(|entry| entry.filed.index)
        .collect();
    let dense: Vec<_> = (1..=case.docket.last_index()).map(Some).collect();
    assert_eq!(indexes, dense, "indexes have neither gap nor duplicate");
    let off_record = case.docket.off_record();
    let mut ids = BTreeSet::new();
    for entry in case.docket.on_record().chain(off_record) {
        assert!(ids.insert(entry.id()), "ids are unique in a case");
        let has_content = entry.filed.document.is_some() || entry.filed.is_minute_entry;
        assert!(
            !entry.is_served() || has_content,
            "what is served has a file or is a note"
        );
        if entry.is_stricken() {
            assert!(
                entry.filed.is_on_docket_record,
                "only what is on the record is stricken"
            );
        }
        let is_statement = entry.filed.event_code.as_str() == "STIN";
        assert!(
            !is_statement || !entry.filed.is_on_docket_record,
            "STIN is off the record"
        );
    }
    assert!(
        case.petitioners().next().is_some(),
        "the last petitioner stays"
    );
    if let Some(group) = &case.consolidation {
        assert!(group.members.len() > 1 && group.members.contains(&case.docket_number));
        assert_eq!(group.members.iter().min(), Some(&group.lead_docket_number));
    }
}

/// New ids, the same in each test.
pub(crate) fn ids() -> impl Iterator<Item = Uuid> {
    (0xF000..).map(Uuid::from_u128)
}

pub(crate) struct Given(History);

pub(crate) fn given(history: History) -> Given {
    Given(history)
}

impl Given {
    pub(crate) fn when(self, command: Value) -> When {
        When {
            history: self.0,
            command: CaseCommand::parse(command).unwrap(),
        }
    }
}

pub(crate) struct When {
    history: History,
    command: CaseCommand,
}

impl When {
    pub(crate) fn by(self, actor: Actor) -> Then {
        let case = self.history.case();
        let mut ids = ids();
        let ask = Ask {
            actor: &actor,
            now: time(NOW),
            ids: &mut ids,
        };
        let decided = decide::case(&case, &self.command, ask);
        Then {
            before: Some(case),
            decided,
        }
    }
}

/// A petition is filed.
pub(crate) fn when_filed(command: Value) -> WhenFiled {
    WhenFiled(PetitionCommand::parse(command).unwrap())
}

pub(crate) struct WhenFiled(PetitionCommand);

impl WhenFiled {
    pub(crate) fn by(self, actor: Actor) -> Then {
        let mut ids = ids();
        let ask = Ask {
            actor: &actor,
            now: time(NOW),
            ids: &mut ids,
        };
        Then {
            before: None,
            decided: decide::petition(&self.0, ask),
        }
    }
}

pub(crate) struct Then {
    before: Option<Case>,
    decided: Result<Decision, Refusal>,
}

/// What came of a command.
pub(crate) struct Outcome {
    pub(crate) events: Vec<CaseEvent>,
    pub(crate) effective_at: Option<Timestamp>,
    pub(crate) case: Case,
}

impl Then {
    /// These events happened, by their types; they fold to a case of which everything holds
    /// that always does.
    #[track_caller]
    pub(crate) fn then_events<const N: usize>(self, types: [&str; N]) -> Outcome {
        let outcome = self.then_done();
        let found: Vec<_> = outcome.events.iter().map(CaseEvent::event_type).collect();
        assert_eq!(found, types);
        outcome
    }

    /// Something happened, and folds to a case as above.
    #[track_caller]
    pub(crate) fn then_done(self) -> Outcome {
        let Decision {
            events,
            effective_at,
        } = self.decided.unwrap();
        let docket_number = self
            .before
            .as_ref()
            .map_or(number("101-26"), |c| c.docket_number);
        let case = fold(self.before, docket_number, &events);
        assert_invariants(&case);
        assert_indexes_as_written(&case, &events);
        Outcome {
            events,
            effective_at,
            case,
        }
    }

    #[track_caller]
    pub(crate) fn then_refused(self, code: &str) -> Refusal {
        let refusal = self.decided.expect_err("the command was not refused");
        assert_eq!(refusal.code(), code, "{refusal}");
        refusal
    }
}

/// The index in an event is the one that the fold gives.
pub(crate) fn assert_indexes_as_written(case: &Case, events: &[CaseEvent]) {
    for event in events {
        if let CaseEvent::DocketEntryFiled(event) = event {
            let folded = case.docket.entry(event.entry.docket_entry_id).unwrap();
            assert_eq!(folded.filed.index, event.entry.index);
        }
    }
}

impl Outcome {
    /// The titles of the entries that were filed, in order.
    pub(crate) fn titles(&self) -> Vec<&str> {
        self.filed_entries()
            .map(|entry| entry.title.expose().as_str())
            .collect()
    }

    /// The entries that were filed, in order.
    pub(crate) fn filed_entries(&self) -> impl Iterator<Item = &FiledEntry> {
        self.events.iter().filter_map(|event| match event {
            CaseEvent::DocketEntryFiled(event) => Some(&event.entry),
            _ => None,
        })
    }

    /// The codes and indexes of the entries that were filed, in order.
    pub(crate) fn codes(&self) -> Vec<(&str, Option<u32>)> {
        self.filed_entries()
            .map(|entry| (entry.event_code.as_str(), entry.index))
            .collect()
    }

    /// The names on whom the entries were served, entry by entry.
    pub(crate) fn served_on(&self) -> Vec<Vec<&str>> {
        self.events
            .iter()
            .filter_map(|event| match event {
                CaseEvent::DocketEntryServed(event) => Some(&event.service.served_parties),
                _ => None,
            })
            .map(|parties| {
                parties
                    .iter()
                    .map(|party| party.name.expose().as_str())
                    .collect()
            })
            .collect()
    }
}

pub(crate) struct GivenCases(Vec<Case>);

pub(crate) fn given_cases<const N: usize>(histories: [History; N]) -> GivenCases {
    GivenCases(histories.iter().map(History::case).collect())
}

impl GivenCases {
    pub(crate) fn when(self, command: Value) -> WhenGroup {
        WhenGroup {
            cases: self.0,
            command: GroupCommand::parse(command).unwrap(),
        }
    }
}

pub(crate) struct WhenGroup {
    cases: Vec<Case>,
    command: GroupCommand,
}

impl WhenGroup {
    /// The command is decided over the cases that it lists and the members of their groups,
    /// as the service loads them.
    pub(crate) fn by(self, actor: Actor) -> ThenGroup {
        let listed = self.command.docket_numbers();
        let is_listed = |case: &&Case| listed.contains(&case.docket_number);
        let mut loaded: Vec<_> = self.cases.iter().filter(is_listed).cloned().collect();
        loop {
            let further = decide::group_members(&self.command, &loaded);
            if further.is_empty() {
                break;
            }
            let found = self
                .cases
                .iter()
                .filter(|case| further.contains(&case.docket_number));
            loaded.extend(found.cloned());
        }
        let mut ids = ids();
        let ask = Ask {
            actor: &actor,
            now: time(NOW),
            ids: &mut ids,
        };
        let decided = decide::group(&loaded, &self.command, ask);
        ThenGroup {
            cases: self.cases,
            decided,
        }
    }
}

pub(crate) struct ThenGroup {
    cases: Vec<Case>,
    decided: Result<Vec<(DocketNumber, Decision)>, Refusal>,
}

impl ThenGroup {
    /// These events happened to these cases. The cases as they are now, in their order.
    #[track_caller]
    pub(crate) fn then_events<const N: usize>(self, expected: [(&str, &str); N]) -> Vec<Case> {
        let decisions = self.decided.unwrap();
        let found: Vec<_> = decisions
            .iter()
            .flat_map(|(number, decision)| {
                decision
                    .events
                    .iter()
                    .map(|event| (number.to_string(), event.event_type()))
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(number, event)| ((*number).to_owned(), *event))
            .collect();
        assert_eq!(found, expected);
        let mut cases = self.cases;
        for (number, decision) in decisions {
            let case = cases
                .iter_mut()
                .find(|case| case.docket_number == number)
                .unwrap();
            *case = fold(Some(case.clone()), number, &decision.events);
            assert_invariants(case);
        }
        cases.sort_by_key(|case| case.docket_number);
        cases
    }

    #[track_caller]
    pub(crate) fn then_refused(self, code: &str) -> Refusal {
        let refusal = self.decided.expect_err("the command was not refused");
        assert_eq!(refusal.code(), code, "{refusal}");
        refusal
    }
}

/// A document as commands give it.
pub(crate) fn document() -> Value {
    serde_json::json!({
        "key": "documents/1.pdf",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "numberOfPages": 3,
    })
}
