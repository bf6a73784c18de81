use casefold_events::case::docket::{
    DocketEntryFiled, DocketEntrySealed, DocketEntryServed, DocketEntryStricken,
};
use casefold_events::case::intake::{Fee, PetitionFiled, PetitionServed};
use casefold_events::case::parties::CounselAssociated;
use casefold_events::case::standing::CaseSealed;
use casefold_events::entry::{DocumentRef, FiledEntry, ServedParty, Service};
use casefold_events::ids::CorrelationId;
use casefold_events::party::{Address, Contact};
use casefold_events::vocabulary::{
    CaseType, ContactType, PartyType, ProcedureType, ServedPartiesCode, ServiceIndicator,
};
use casefold_events::{
    CaseEvent, CommandId, Digest, DocketEntryId, DraftCommit, EventId, Personal, StoredEvent,
    Timestamp, UserId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::view::{CaseAnswer, DocketEntryView, DocketView};
use super::*;

const ASTRA: ContactId = ContactId(Uuid::from_u128(1));
const BRUNO: ContactId = ContactId(Uuid::from_u128(2));

fn at() -> Timestamp {
    "2026-03-01T09:00:00Z".parse().unwrap()
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn actor(id: &str, role: Role) -> Actor {
    Actor {
        user_id: user(id),
        role,
        name: None,
    }
}

fn clerk() -> Actor {
    actor("clerk", Role::DocketClerk)
}

/// A petitioner whose address is sealed, and who filed the STIN.
fn astra() -> Actor {
    actor("astra", Role::Petitioner)
}

/// A petitioner with an address that is not sealed.
fn bruno() -> Actor {
    actor("bruno", Role::Petitioner)
}

/// Counsel for Astra.
fn counsel() -> Actor {
    actor("counsel", Role::PrivatePractitioner)
}

/// Counsel for the respondent.
fn irs() -> Actor {
    actor("irs", Role::IrsPractitioner)
}

fn superuser() -> Actor {
    actor("super", Role::IrsSuperuser)
}

fn stranger() -> Actor {
    actor("stranger", Role::Petitioner)
}

fn contact(id: ContactId, user_id: &str, name: &str) -> Contact {
    Contact {
        contact_id: id,
        contact_type: ContactType::Petitioner,
        user_id: Some(user(user_id)),
        name: name.into(),
        secondary_name: None,
        in_care_of: Some(format!("care of {name}").into()),
        title: None,
        address: Some(Personal::new(Address {
            address1: format!("{name} Street 1"),
            city: "Denver".to_owned(),
            ..Address::default()
        })),
        phone: Some(format!("+1 {name}").into()),
        email: Some(format!("{name}@example.org").into()),
        service_indicator: ServiceIndicator::Electronic,
        is_address_sealed: id == ASTRA,
    }
}

fn counsel_of(user_id: &str, counsel_type: CounselType, representing: &[ContactId]) -> CaseEvent {
    CounselAssociated {
        counsel: Counsel {
            user_id: user(user_id),
            counsel_type,
            name: format!("Counsel {user_id}").into(),
            bar_number: None,
            firm_name: None,
            email: None,
            phone: None,
            address: None,
            service_indicator: ServiceIndicator::Electronic,
            representing: representing.to_vec(),
        },
    }
    .into()
}

fn petition() -> Vec<CaseEvent> {
    vec![
        PetitionFiled {
            received_at: at(),
            is_paper: false,
            caption: "Astra & Bruno, Petitioners".into(),
            case_type: CaseType::Deficiency,
            procedure_type: ProcedureType::Small,
            party_type: PartyType::PetitionerSpouse,
            preferred_trial_city: Some("Denver, Colorado".to_owned()),
            petitioners: vec![
                contact(ASTRA, "astra", "Astra"),
                contact(BRUNO, "bruno", "Bruno"),
            ],
            fee: Fee::NotPaid,
            irs_notice_date: None,
        }
        .into(),
        counsel_of("counsel", CounselType::PrivatePractitioner, &[ASTRA]),
        counsel_of("irs", CounselType::IrsPractitioner, &[]),
    ]
}

fn fold(events: &[CaseEvent]) -> Case {
    let events: Vec<_> = events
        .iter()
        .map(|event| StoredEvent::encode(EventId(Uuid::nil()), event).unwrap())
        .collect();
    let commit = DraftCommit {
        docket_number: "101-26".parse().unwrap(),
        version: casefold_events::Version(1),
        command_id: CommandId::new("c-1").unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: user("clerk"),
        role: Role::DocketClerk,
        recorded_at: at(),
        effective_at: at(),
        correlation_id: CorrelationId::new("r-1").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events,
    };
    Case::fold(None, &commit.seal(Digest::ZERO)).unwrap()
}

fn case_with(more: impl IntoIterator<Item = CaseEvent>) -> Case {
    fold(&petition().into_iter().chain(more).collect::<Vec<_>>())
}

fn served() -> CaseEvent {
    PetitionServed { served_at: at() }.into()
}

fn sealed() -> CaseEvent {
    CaseSealed { sealed_at: at() }.into()
}

const ENTRY: DocketEntryId = DocketEntryId(Uuid::from_u128(9));

fn filed(change: impl FnOnce(&mut FiledEntry)) -> CaseEvent {
    let mut entry = FiledEntry {
        docket_entry_id: ENTRY,
        index: None,
        event_code: "M000".parse().unwrap(),
        document_type: "Motion".to_owned(),
        title: "Motion of Astra".into(),
        filed_by: Some("Petr. Astra".into()),
        filers: vec![ASTRA],
        filing_date: at(),
        received_at: at(),
        number_of_pages: Some(3),
        is_paper: false,
        lodged: false,
        objections: None,
        pending: true,
        is_draft: false,
        is_minute_entry: false,
        is_on_docket_record: true,
        judge: None,
        signature: None,
        document: Some(DocumentRef {
            key: "documents/motion".to_owned(),
            sha256: None,
        }),
    };
    change(&mut entry);
    DocketEntryFiled { entry }.into()
}

fn on_record() -> CaseEvent {
    filed(|_| {})
}

fn entry_served() -> CaseEvent {
    DocketEntryServed {
        docket_entry_id: ENTRY,
        service: Service {
            served_at: at(),
            served_parties: vec![ServedParty {
                name: "Bruno".into(),
                email: Some("Bruno@example.org".into()),
            }],
            served_parties_code: Some(ServedPartiesCode::Both),
        },
    }
    .into()
}

fn entry_sealed(sealed_to: SealedTo) -> CaseEvent {
    DocketEntrySealed {
        docket_entry_id: ENTRY,
        sealed_to,
    }
    .into()
}

fn entry_stricken() -> CaseEvent {
    DocketEntryStricken {
        docket_entry_id: ENTRY,
        stricken_at: at(),
        stricken_by: "Ines Brandt".to_owned(),
    }
    .into()
}

#[test]
fn who_somebody_is_to_a_case_follows_from_role_and_record() {
    let unserved = case_with([]);
    let open = case_with([served()]);
    for role in Role::ALL {
        let expected = if role.is_internal() {
            Relation::Internal
        } else if *role == Role::IrsSuperuser {
            Relation::Respondent
        } else {
            Relation::Outsider
        };
        assert_eq!(
            Relation::of(&actor("nobody", *role), &open),
            expected,
            "{role}"
        );
        assert_eq!(sees_history(*role), role.is_internal(), "{role}");
    }
    assert_eq!(Relation::of(&superuser(), &unserved), Relation::Outsider);
    for (actor, expected) in [
        (astra(), Relation::Party),
        (bruno(), Relation::Party),
        (counsel(), Relation::Party),
        (irs(), Relation::Respondent),
        (stranger(), Relation::Outsider),
        // An administrator manages no cases, not even one of their own.
        (actor("astra", Role::Admin), Relation::Outsider),
    ] {
        assert_eq!(Relation::of(&actor, &unserved), expected, "{actor:?}");
    }
}

#[test]
fn what_is_seen_of_a_case_by_each_reader_in_each_state() {
    use Sight::{Own, Public, Sealed, Whole};
    let states = [
        case_with([]),
        case_with([served()]),
        case_with([sealed()]),
        case_with([served(), sealed()]),
    ];
    //                 new     served  sealed  served and sealed
    for (actor, expected) in [
        (clerk(), [Whole, Whole, Whole, Whole]),
        (astra(), [Own, Own, Own, Own]),
        (counsel(), [Own, Own, Own, Own]),
        (irs(), [Own, Own, Own, Own]),
        (superuser(), [Public, Own, Sealed, Own]),
        (stranger(), [Public, Public, Sealed, Sealed]),
    ] {
        let seen = states
            .each_ref()
            .map(|case| Reader::of(&actor, case).sight());
        assert_eq!(seen, expected, "{actor:?}");
    }
}

#[test]
fn what_is_seen_of_an_entry_by_each_reader_in_each_state() {
    use EntrySight::{Hidden, Whole, Withheld, WithoutDocument as NoDoc};
    let off_record = |entry: &mut FiledEntry| entry.is_on_docket_record = false;
    let draft = filed(|entry| {
        off_record(entry);
        entry.is_draft = true;
    });
    let stin = |on_record: bool| {
        filed(|entry| {
            entry.event_code = STIN.parse().unwrap();
            entry.index = Some(0);
            entry.is_on_docket_record = on_record;
        })
    };
    let (public, external) = (SealedTo::Public, SealedTo::External);
    let readers = [
        clerk(),
        astra(),
        counsel(),
        bruno(),
        irs(),
        superuser(),
        stranger(),
    ];
    let table = [
        // state of the entry                                     clerk  astra  counsel bruno   irs     super   stranger
        (
            "filed",
            vec![on_record()],
            [Whole, Whole, Whole, Whole, Whole, Whole, NoDoc],
        ),
        (
            "served",
            vec![on_record(), entry_served()],
            [Whole, Whole, Whole, Whole, Whole, Whole, Whole],
        ),
        (
            "stricken",
            vec![on_record(), entry_served(), entry_stricken()],
            [Whole, NoDoc, NoDoc, NoDoc, NoDoc, NoDoc, NoDoc],
        ),
        (
            "sealed from the public",
            vec![on_record(), entry_served(), entry_sealed(public)],
            [Whole, Whole, Whole, Whole, Whole, Whole, Withheld],
        ),
        (
            "… and stricken",
            vec![on_record(), entry_stricken(), entry_sealed(public)],
            [Whole, NoDoc, NoDoc, NoDoc, NoDoc, NoDoc, Withheld],
        ),
        (
            "sealed from all outside",
            vec![on_record(), entry_served(), entry_sealed(external)],
            [
                Whole, Withheld, Withheld, Withheld, Withheld, Withheld, Withheld,
            ],
        ),
        (
            "draft",
            vec![draft],
            [Whole, Hidden, Hidden, Hidden, Hidden, Hidden, Hidden],
        ),
        (
            "off record",
            vec![filed(off_record)],
            [Whole, Hidden, Hidden, Hidden, Hidden, Hidden, Hidden],
        ),
        (
            "STIN",
            vec![stin(false)],
            [Whole, Whole, Whole, Hidden, Hidden, Hidden, Hidden],
        ),
        (
            "STIN by mistake on the record",
            vec![stin(true), entry_served()],
            [Whole, Whole, Whole, Hidden, Hidden, Hidden, Hidden],
        ),
    ];
    for (state, events, expected) in table {
        let case = case_with(std::iter::once(served()).chain(events));
        let entry = case.docket.entry(ENTRY).unwrap();
        let seen = readers
            .each_ref()
            .map(|actor| Reader::of(actor, &case).entry_sight(entry));
        assert_eq!(seen, expected, "{state}");
    }
}

#[test]
fn nothing_on_a_sealed_case_is_seen_by_outsiders() {
    let case = case_with([served(), on_record(), entry_served(), sealed()]);
    let entry = case.docket.entry(ENTRY).unwrap();
    assert_eq!(
        Reader::of(&stranger(), &case).entry_sight(entry),
        EntrySight::Hidden
    );
    assert_eq!(
        Reader::of(&bruno(), &case).entry_sight(entry),
        EntrySight::Whole
    );
    assert_eq!(
        answer(&stranger(), &case),
        json!({
            "docketNumber": "101-26",
            "docketNumberSuffix": "S",
            "isPaper": false,
            "isSealed": true
        })
    );
}

fn answer(actor: &Actor, case: &Case) -> Value {
    let reader = Reader::of(actor, case);
    let docket = DocketView {
        last_docket_entry_index: case.docket.last_index(),
        docket_entries: case
            .docket
            .on_record()
            .filter_map(|entry| DocketEntryView::of(&reader, entry))
            .collect(),
        next_docket_entries: None,
    };
    serde_json::to_value(CaseAnswer::of(&reader, docket)).unwrap()
}

#[test]
fn a_sealed_address_is_shown_to_the_court_its_owner_and_their_counsel() {
    let case = case_with([served()]);
    for (actor, shown) in [
        (clerk(), true),
        (astra(), true),
        (counsel(), true),
        (bruno(), false),
        (irs(), false),
        (superuser(), false),
    ] {
        let answer = answer(&actor, &case);
        let sealed = &answer["partyContacts"][0];
        assert_eq!(sealed["name"], "Astra", "{actor:?}");
        for field in ["address", "phone", "email", "inCareOf"] {
            assert_eq!(sealed.get(field).is_some(), shown, "{field} for {actor:?}");
        }
        assert_eq!(answer["partyContacts"][1]["address"]["city"], "Denver");
    }
}

#[test]
fn the_public_sees_names_and_neither_addresses_nor_telephones_nor_mail() {
    let case = case_with([served(), on_record(), entry_served()]);
    let answer = answer(&stranger(), &case);
    assert_eq!(answer["caption"], "Astra & Bruno, Petitioners");
    assert_eq!(answer["partyType"], "Petitioner & spouse");
    assert_eq!(
        answer["partyContacts"][1],
        json!({"contactType": "petitioner", "name": "Bruno"})
    );
    assert_eq!(
        answer["docketEntries"][0]["documentTitle"],
        "Motion of Astra"
    );
    assert_eq!(
        answer["docketEntries"][0]["document"]["key"],
        "documents/motion"
    );
    let text = answer.to_string();
    for kept in [
        "Street",
        "+1 ",
        "@example.org",
        "care of",
        "counsel",
        "servedParties\"",
        "filers",
    ] {
        assert!(!text.contains(kept), "{kept} in {text}");
    }
}

#[test]
fn a_withheld_entry_shows_that_it_is_there_and_no_more() {
    let sealed = entry_sealed(SealedTo::External);
    let case = case_with([served(), on_record(), entry_served(), sealed]);
    for actor in [astra(), irs(), stranger()] {
        assert_eq!(
            answer(&actor, &case)["docketEntries"],
            json!([{
                "index": 1,
                "eventCode": "M000",
                "filingDate": "2026-03-01T09:00:00.000Z",
                "isSealed": true,
                "sealedTo": "External"
            }]),
            "{actor:?}"
        );
    }
}

#[test]
fn who_was_served_is_told_to_parties_without_addresses_of_mail() {
    let case = case_with([served(), on_record(), entry_served()]);
    let served_parties =
        |actor: &Actor| answer(actor, &case)["docketEntries"][0]["servedParties"].clone();
    let whole = json!([{"name": "Bruno", "email": "Bruno@example.org"}]);
    assert_eq!(served_parties(&clerk()), whole);
    assert_eq!(served_parties(&astra()), json!([{"name": "Bruno"}]));
    assert_eq!(served_parties(&stranger()), Value::Null);
}

#[test]
fn an_entry_is_flat_and_has_the_courts_field_names() {
    let case = case_with([served(), on_record(), entry_served(), entry_stricken()]);
    assert_eq!(
        answer(&clerk(), &case)["docketEntries"][0],
        json!({
            "docketEntryId": ENTRY,
            "index": 1,
            "eventCode": "M000",
            "documentType": "Motion",
            "documentTitle": "Motion of Astra",
            "filedBy": "Petr. Astra",
            "filers": [ASTRA],
            "filingDate": "2026-03-01T09:00:00.000Z",
            "receivedAt": "2026-03-01T09:00:00.000Z",
            "numberOfPages": 3,
            "isPaper": false,
            "lodged": false,
            "pending": true,
            "isDraft": false,
            "isMinuteEntry": false,
            "isOnDocketRecord": true,
            "servedAt": "2026-03-01T09:00:00.000Z",
            "servedParties": [{"name": "Bruno", "email": "Bruno@example.org"}],
            "servedPartiesCode": "B",
            "isStricken": true,
            "strickenAt": "2026-03-01T09:00:00.000Z",
            "strickenBy": "Ines Brandt",
            "isSealed": false,
            "document": {"key": "documents/motion"}
        })
    );
}
