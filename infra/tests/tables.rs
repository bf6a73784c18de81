//! The tables in Terraform are those that the code knows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use casefold_shared::dynamodb::tables::{ALL, TableDefinition};
use hcl::{Block, Body};

fn tables() -> Vec<Block> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/modules/tables/main.tf");
    let body: Body = hcl::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let is_table = |block: &Block| {
        block.identifier() == "resource" && block.labels()[0].as_str() == "aws_dynamodb_table"
    };
    body.into_blocks().filter(is_table).collect()
}

/// The value of an attribute as it is written, without quotes.
fn attribute(body: &Body, name: &str) -> Option<String> {
    let attribute = body
        .attributes()
        .find(|attribute| attribute.key() == name)?;
    Some(
        hcl::format::to_string(attribute.expr())
            .unwrap()
            .trim_matches('"')
            .to_owned(),
    )
}

fn nested<'a>(body: &'a Body, name: &str) -> Vec<&'a Body> {
    body.blocks()
        .filter(|block| block.identifier() == name)
        .map(|block| &block.body)
        .collect()
}

fn table_of(definition: &TableDefinition) -> Body {
    let name = format!("${{var.prefix}}-{}", definition.name_suffix);
    let of_this_name = |table: &Block| attribute(&table.body, "name") == Some(name.clone());
    tables()
        .into_iter()
        .find(of_this_name)
        .unwrap_or_else(|| panic!("no table {name}"))
        .body
}

#[test]
fn terraform_makes_each_table_that_the_code_knows_and_no_other() {
    assert_eq!(tables().len(), ALL.len());
    for definition in ALL {
        let table = table_of(&definition);
        assert_eq!(
            attribute(&table, "hash_key").as_deref(),
            Some(definition.hash_key)
        );
        assert_eq!(
            attribute(&table, "range_key").as_deref(),
            Some(definition.range_key)
        );
        let types: Vec<_> = nested(&table, "attribute")
            .into_iter()
            .map(|key| {
                (
                    attribute(key, "name").unwrap(),
                    attribute(key, "type").unwrap(),
                )
            })
            .collect();
        let expected = [
            (definition.hash_key.to_owned(), "S".to_owned()),
            (
                definition.range_key.to_owned(),
                definition.range_type.as_str().to_owned(),
            ),
        ];
        assert_eq!(types, expected, "{}", definition.name_suffix);
    }
}

#[test]
fn the_stream_is_where_the_projector_reads_it() {
    for definition in ALL {
        let table = table_of(&definition);
        let enabled = attribute(&table, "stream_enabled").as_deref() == Some("true");
        assert_eq!(enabled, definition.stream, "{}", definition.name_suffix);
        let view = attribute(&table, "stream_view_type");
        assert_eq!(view.as_deref(), definition.stream.then_some("NEW_IMAGE"));
    }
}

#[test]
fn every_table_is_encrypted_and_protected_and_those_are_recoverable_that_may_be() {
    for definition in ALL {
        let table = table_of(&definition);
        let is_enabled = |block: &str| {
            let first = nested(&table, block).first().copied();
            first.and_then(|body| attribute(body, "enabled"))
        };
        let name = definition.name_suffix;
        let encrypted = is_enabled("server_side_encryption");
        assert_eq!(encrypted.as_deref(), Some("true"), "{name}");
        let recoverable = is_enabled("point_in_time_recovery");
        let expected = definition.recoverable.to_string();
        assert_eq!(recoverable, Some(expected), "{name}");
        let protected = attribute(&table, "deletion_protection_enabled");
        assert_eq!(protected.as_deref(), Some("var.deletion_protection"));
    }
}
