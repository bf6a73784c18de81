use serde_json::json;

use super::super::{CaseCommand, GroupCommand, PetitionCommand};
use super::*;

const SECRET: &str = "Astra \"Secret\", expected `Lindholm`";

fn refused(value: Value) -> CommandParseError {
    let error = PetitionCommand::parse(value).unwrap_err();
    assert!(!error.to_string().contains("Lindholm"), "{error}");
    error
}

fn petition_with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = super::super::FilePetition::example();
    change(&mut body);
    body
}

#[test]
fn every_example_is_read_and_within_its_limits() {
    for (name, example) in PetitionCommand::examples() {
        let command = PetitionCommand::parse(example).unwrap();
        assert_eq!(command.name(), name);
        assert_eq!(command.validate(), Ok(()));
    }
    for (name, example) in CaseCommand::examples() {
        let command = CaseCommand::parse(example).unwrap();
        assert_eq!(command.name(), name);
        assert_eq!(command.validate(), Ok(()));
    }
    for (name, example) in GroupCommand::examples() {
        let command = GroupCommand::parse(example).unwrap();
        assert_eq!(command.name(), name);
        assert_eq!(command.validate(), Ok(()));
    }
}

#[test]
fn a_command_is_written_as_it_is_read() {
    for (_, example) in PetitionCommand::examples() {
        let command = PetitionCommand::parse(example.clone()).unwrap();
        assert_eq!(serde_json::to_value(&command).unwrap(), example);
    }
    for (_, example) in CaseCommand::examples() {
        let command = CaseCommand::parse(example.clone()).unwrap();
        assert_eq!(serde_json::to_value(&command).unwrap(), example);
    }
    for (_, example) in GroupCommand::examples() {
        let command = GroupCommand::parse(example.clone()).unwrap();
        assert_eq!(serde_json::to_value(&command).unwrap(), example);
    }
}

#[test]
fn a_body_without_a_type_is_told_which_types_there_are() {
    for value in [
        json!({}),
        json!([]),
        json!("FilePetition"),
        json!({"type": 7}),
    ] {
        let error = refused(value);
        assert_eq!(error.code(), "MISSING_TYPE");
        assert!(error.to_string().contains("FilePaperPetition"), "{error}");
    }
}

#[test]
fn an_unknown_type_is_told_which_types_there_are() {
    let error = refused(json!({"type": "ServePetition"}));
    assert_eq!(error.code(), "UNKNOWN_TYPE");
    assert!(error.to_string().contains("FilePetition"), "{error}");
}

#[test]
fn an_unknown_field_is_named_with_its_path() {
    let error = refused(petition_with(|body| body["captoin"] = json!(SECRET)));
    assert_eq!((error.code(), error.field()), ("UNKNOWN_FIELD", "captoin"));
    assert!(error.to_string().contains("`caption`"), "{error}");
    let error = refused(petition_with(|body| {
        body["petitioners"][0]["nmae"] = json!(SECRET);
    }));
    assert_eq!(
        (error.code(), error.field()),
        ("UNKNOWN_FIELD", "petitioners[0].nmae")
    );
    let error = refused(petition_with(|body| {
        body["petitioners"][0]["address"]["zip"] = json!(SECRET);
    }));
    assert_eq!(error.field(), "petitioners[0].address.zip");
}

#[test]
fn a_missing_field_is_named_with_its_path() {
    let error = refused(petition_with(|body| {
        body["petitioners"][0]
            .as_object_mut()
            .unwrap()
            .remove("name");
    }));
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_FIELD", "petitioners[0].name")
    );
    assert_eq!(error.to_string(), "petitioners[0].name is missing");
}

#[test]
fn a_field_of_another_form_is_named_without_what_is_in_it() {
    let fields = [
        ("/caseType", "caseType"),
        ("/irsNoticeDate", "irsNoticeDate"),
        ("/petition/numberOfPages", "petition.numberOfPages"),
        ("/petitioners", "petitioners"),
        ("/petitioners/0", "petitioners[0]"),
        ("/petition", "petition"),
    ];
    for (pointer, path) in fields {
        let error = refused(petition_with(|body| {
            *body.pointer_mut(pointer).unwrap() = json!(SECRET);
        }));
        assert_eq!((error.code(), error.field()), ("INVALID_FIELD", path));
    }
    for (pointer, path) in [
        ("/petitioners/0/name", "petitioners[0].name"),
        ("/caption", "caption"),
    ] {
        let error = refused(petition_with(|body| {
            body["caption"] = json!("A caption");
            *body.pointer_mut(pointer).unwrap() = json!({ SECRET: SECRET });
        }));
        assert_eq!((error.code(), error.field()), ("INVALID_FIELD", path));
    }
}

#[test]
fn a_list_of_values_is_no_object() {
    let filing = |filed_by: Value| {
        let mut body = super::super::AddPaperFiling::example();
        body["filedBy"] = filed_by;
        CaseCommand::parse(body)
    };
    assert!(filing(json!({"contacts": [1]})).is_ok());
    // In the order of its fields.
    let error = filing(json!([[1], true, SECRET])).unwrap_err();
    assert_eq!(
        (error.code(), error.field()),
        ("INVALID_FIELD", "filedBy"),
        "{error}"
    );
    let told = "filedBy is not valid: an object is expected";
    assert_eq!(error.to_string(), told);
}

#[test]
fn one_of_several_forms_is_named_by_its_name_and_not_by_its_place() {
    for status in [json!(0), json!(true), json!(["Paid"])] {
        let mut body = super::super::FilePaperPetition::example();
        body["fee"] = json!({
            "status": status, "paidAt": "2026-11-23T11:36:54.123Z", "method": "Check",
        });
        let error = refused(body);
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_FIELD", "fee.status")
        );
    }
}

#[test]
fn a_wrong_value_is_told_what_is_expected() {
    let error = refused(petition_with(|body| {
        body["procedureType"] = json!("Lindholm");
    }));
    assert!(error.to_string().contains("`Regular`"), "{error}");
    let error = refused(petition_with(|body| {
        body["irsNoticeDate"] = json!("Lindholm");
    }));
    assert!(error.to_string().contains("RFC 3339"), "{error}");
    for entry in [
        json!("Lindholm"),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!({}),
    ] {
        let error = CaseCommand::parse(json!({"type": "ServeDocument", "docketEntry": entry}));
        let error = error.unwrap_err();
        assert_eq!(error.field(), "docketEntry");
        assert!(error.to_string().contains("index"), "{error}");
    }
    let update = json!({"type": "UpdateContact", "contact": 0});
    assert_eq!(CaseCommand::parse(update).unwrap_err().field(), "contact");
}

#[test]
fn a_docket_entry_is_named_by_index_or_by_id() {
    let id = "0193586e-5a6b-7c80-8000-000000000000";
    for entry in [json!(3), json!(id)] {
        let body = json!({"type": "ServeDocument", "docketEntry": entry});
        let command = CaseCommand::parse(body.clone()).unwrap();
        assert_eq!(serde_json::to_value(&command).unwrap(), body);
    }
}
