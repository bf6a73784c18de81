use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::super::{to_canonical, written};
use super::*;
use crate::Personal;
use crate::canonical::tests::any_json;
use crate::ids::{ContactId, UserId};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: u32,
    full_name: Personal<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<Personal<String>>,
}

#[derive(Serialize)]
enum Kind {
    Known { by: Personal<String>, at: i64 },
    Pair(Personal<String>, u8),
    Alone(Person),
    Nobody,
}

#[derive(Serialize)]
struct Payload {
    people: Vec<Person>,
    kinds: Vec<Kind>,
    #[serde(flatten)]
    rest: BTreeMap<String, Personal<String>>,
    counted: BTreeMap<u8, bool>,
}

fn person(alias: Option<Personal<String>>) -> Person {
    Person {
        id: 1,
        full_name: "Vera \"Lindholm\"".into(),
        alias,
    }
}

#[test]
fn a_personal_value_is_noted_with_its_pointer_and_its_place_in_the_text() {
    let payload = Payload {
        people: vec![person(None), person(Some("Nora".into()))],
        kinds: vec![
            Kind::Known {
                by: "a".into(),
                at: -1,
            },
            Kind::Pair("b".into(), 1),
            Kind::Nobody,
            Kind::Alone(person(None)),
        ],
        rest: BTreeMap::from([("a/b~c".to_owned(), "d".into())]),
        counted: BTreeMap::from([(10, true), (9, false)]),
    };
    let value = serde_json::to_value(&payload).unwrap();
    let written = written(&payload).unwrap();
    assert_eq!(written.text, value.to_string());
    let pointers: Vec<_> = written.personal.iter().map(|it| &*it.pointer).collect();
    assert_eq!(
        pointers,
        [
            "/a~1b~0c",
            "/kinds/0/Known/by",
            "/kinds/1/Pair/0",
            "/kinds/3/Alone/fullName",
            "/people/0/fullName",
            "/people/1/alias",
            "/people/1/fullName",
        ]
    );
    for place in &written.personal {
        let there = value.pointer(&place.pointer).unwrap();
        assert_eq!(written.text[place.bytes.clone()], there.to_string());
        assert_eq!(place.subject, Subject::Texts);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    name: Personal<String>,
    contact_id: Option<String>,
    user_id: Option<String>,
    within: Vec<Named>,
}

fn named(contact: Option<u128>, user: Option<&str>, within: Vec<Named>) -> Named {
    Named {
        name: "Vera".into(),
        contact_id: contact.map(|id| uuid::Uuid::from_u128(id).to_string()),
        user_id: user.map(str::to_owned),
        within,
    }
}

#[test]
fn a_value_is_of_whom_the_nearest_object_around_it_names_and_of_a_contact_first() {
    let within = vec![
        named(Some(2), Some("user-2"), Vec::new()),
        named(
            None,
            Some("user-\"3\""),
            vec![named(None, None, Vec::new())],
        ),
        named(None, None, Vec::new()),
    ];
    let written = written(&named(Some(1), None, within)).unwrap();
    let contact = |id| Subject::Contact(ContactId(uuid::Uuid::from_u128(id)));
    let user = Subject::User(UserId::new("user-\"3\"").unwrap());
    let subjects: Vec<_> = written.personal.into_iter().map(|it| it.subject).collect();
    assert_eq!(
        subjects,
        [contact(1), contact(2), user.clone(), user, contact(1)]
    );
}

#[test]
fn a_mark_within_a_personal_value_is_none_of_its_own() {
    let address = Personal::new(json!({"b": 1, "a": "x"}));
    let nested = Personal::new(person(None));
    let written = written(&(address, nested)).unwrap();
    let pointers: Vec<_> = written.personal.iter().map(|it| &*it.pointer).collect();
    assert_eq!(pointers, ["/0", "/1"]);
    assert_eq!(
        &written.text[written.personal[0].bytes.clone()],
        r#"{"a":"x","b":1}"#
    );
}

#[derive(Serialize)]
struct Twice {
    b: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let rest = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let error = written(&Twice { b: 1, rest }).unwrap_err();
    assert!(matches!(error, CanonicalError::Json(_)), "{error}");
}

proptest! {
    #[test]
    fn any_json_has_the_text_of_its_sorted_form(value in any_json()) {
        prop_assert_eq!(to_canonical(&value).unwrap(), value.to_string());
    }
}
