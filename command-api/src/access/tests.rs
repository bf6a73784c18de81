mod fixture;
mod group;
mod kept;

use casefold_events::CaseEvent;
use casefold_events::entry::FiledEntry;
use casefold_events::vocabulary::CounselType;
use serde_json::{Value, json};

use self::fixture::*;
use super::view::{CaseAnswer, DocketEntryView, DocketView};
use super::*;

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
        assert_eq!(sees_cases(*role), *role != Role::Admin, "{role}");
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
            entry.event_code = AutomaticCode::StatementOfTaxpayerIdentification.into();
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
        // the state, how it came about, and the sight of each reader in their order
        (
            "filed",
            vec![on_record()],
            [Whole, Whole, Whole, Whole, Whole, Whole, NoDoc],
        ),
        (
            "order, filed",
            vec![order()],
            [Whole, NoDoc, NoDoc, NoDoc, NoDoc, NoDoc, NoDoc],
        ),
        (
            "order, served",
            vec![order(), entry_served()],
            [Whole, Whole, Whole, Whole, Whole, Whole, Whole],
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

/// An order that wants something done by a date.
fn order() -> CaseEvent {
    filed(|entry| {
        entry.event_code = "OAP".parse().unwrap();
        entry.due = Some(at());
    })
}

#[test]
fn when_an_order_wants_something_done_is_said_once_it_is_served() {
    let due = |actor: &Actor, case: &Case| answer(actor, case)["docketEntries"][0]["due"].clone();
    let filed = case_with([served(), order()]);
    let spoken = case_with([served(), order(), entry_served()]);
    for actor in [astra(), irs(), stranger()] {
        assert_eq!(due(&actor, &filed), Value::Null, "{actor:?}");
        assert_eq!(due(&actor, &spoken), json!(at()), "{actor:?}");
    }
    assert_eq!(due(&clerk(), &filed), json!(at()));
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
