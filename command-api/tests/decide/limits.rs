//! Lengths and forms.

use casefold_command_api::command::{CaseCommand, FilePetition, PetitionCommand, limits};
use serde_json::{Value, json};

use crate::support::{document, given, petitioner, served, when_filed};

fn refused(change: impl FnOnce(&mut Value)) -> (String, String) {
    let mut body = FilePetition::example();
    change(&mut body);
    let invalid = PetitionCommand::parse(body)
        .unwrap()
        .validate()
        .unwrap_err();
    (invalid.path, invalid.problem)
}

#[test]
fn blank_long_and_invisible_text_is_refused_by_its_field() {
    let texts = [
        ("".to_owned(), "is empty"),
        (" \t ".to_owned(), "is empty"),
        (
            "x".repeat(limits::NAME + 1),
            "is longer than 500 characters",
        ),
        ("a\nb".to_owned(), "has a control character"),
        ("a\u{202E}b".to_owned(), "has a control character"),
    ];
    for (text, problem) in texts {
        let (path, found) = refused(|body| body["petitioners"][0]["name"] = json!(text));
        assert_eq!(path, "petitioners[0].name");
        assert!(found.starts_with(problem), "{found}");
    }
}

#[test]
fn a_name_of_the_greatest_length_passes_counted_in_characters() {
    let mut body = FilePetition::example();
    body["petitioners"][0]["name"] = json!("é".repeat(limits::NAME));
    assert_eq!(PetitionCommand::parse(body).unwrap().validate(), Ok(()));
}

#[test]
fn each_part_of_a_petition_is_checked() {
    let cases: [(&str, Value, &str); 9] = [
        ("/petitioners", json!([]), "petitioners"),
        (
            "/petitioners/0/email",
            json!("nobody"),
            "petitioners[0].email",
        ),
        (
            "/petitioners/0/email",
            json!("a@b@c"),
            "petitioners[0].email",
        ),
        (
            "/petitioners/0/phone",
            json!("5".repeat(201)),
            "petitioners[0].phone",
        ),
        (
            "/petitioners/0/address/city",
            json!(""),
            "petitioners[0].address.city",
        ),
        ("/preferredTrialCity", json!(" "), "preferredTrialCity"),
        (
            "/petition/sha256",
            json!("E3".repeat(32)),
            "petition.sha256",
        ),
        (
            "/petition/numberOfPages",
            json!(0),
            "petition.numberOfPages",
        ),
        (
            "/statementOfTaxpayerIdentification/key",
            json!("k".repeat(257)),
            "statementOfTaxpayerIdentification.key",
        ),
    ];
    for (pointer, value, path) in cases {
        let (found, _) = refused(|body| *body.pointer_mut(pointer).unwrap() = value);
        assert_eq!(found, path);
    }
}

#[test]
fn a_petition_has_a_hundred_petitioners_at_most() {
    let with = |count: usize| {
        let mut body = FilePetition::example();
        let one = body["petitioners"][0].clone();
        body["petitioners"] = json!(vec![one; count]);
        PetitionCommand::parse(body).unwrap().validate()
    };
    assert_eq!(with(limits::PETITIONERS), Ok(()));
    assert_eq!(
        with(limits::PETITIONERS + 1).unwrap_err().path,
        "petitioners"
    );
}

#[test]
fn deciding_checks_what_parsing_let_pass() {
    let mut body = FilePetition::example();
    body["caption"] = json!("x".repeat(limits::TITLE + 1));
    let refusal = when_filed(body)
        .by(petitioner())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("caption"));
    given(served())
        .when(json!({
            "type": "FileDocument", "eventCode": "M006", "title": "", "document": document(),
        }))
        .by(petitioner())
        .then_refused("INVALID_FIELD");
}

#[test]
fn filers_stand_in_the_list_once() {
    let command = CaseCommand::parse(json!({
        "type": "FileDocument", "eventCode": "M006", "document": document(), "filers": [1, 2, 1],
    }));
    assert_eq!(command.unwrap().validate().unwrap_err().path, "filers[2]");
}
