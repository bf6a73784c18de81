//! Which documents a command attaches: what a service that requires their content asks for.

use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use serde_json::Value;

/// Where attachments are in a body: their paths.
fn attached(path: &str, value: &Value, found: &mut Vec<String>) {
    let Value::Object(members) = value else {
        return;
    };
    if members.contains_key("key") && members.contains_key("sha256") {
        found.push(path.to_owned());
    }
    for (name, member) in members {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        attached(&path, member, found);
    }
}

#[test]
fn every_attachment_in_a_commands_example_is_found_where_it_is() {
    let mut seen = 0;
    let mut check = |name: &str, example: &Value, paths: Vec<String>| {
        let mut expected = Vec::new();
        attached("", example, &mut expected);
        let mut paths = paths;
        paths.sort();
        expected.sort();
        assert_eq!(paths, expected, "{name}");
        seen += paths.len();
    };
    let paths = |attached: Vec<casefold_command_api::command::Attached>| -> Vec<String> {
        attached.into_iter().map(|it| it.path).collect()
    };
    for (name, example) in PetitionCommand::examples() {
        let command = PetitionCommand::parse(example.clone()).unwrap();
        check(name, &example, paths(command.attachments()));
    }
    for (name, example) in CaseCommand::examples() {
        let command = CaseCommand::parse(example.clone()).unwrap();
        check(name, &example, paths(command.attachments()));
    }
    for (name, example) in GroupCommand::examples() {
        let command = GroupCommand::parse(example.clone()).unwrap();
        check(name, &example, paths(command.attachments()));
    }
    assert!(seen > 5, "the examples attach something: {seen}");
}
