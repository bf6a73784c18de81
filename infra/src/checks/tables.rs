//! The tables are those that the code knows, kept as it says.

use casefold_shared::dynamodb::tables::{ALL, TableDefinition};

use super::{Check, unless};
use crate::calls::PREFIX;
use crate::plan::{Plan, Resource};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "tables-are-those-of-the-code",
        look: those_of_the_code,
    },
    Check {
        name: "tables-stream-new-images",
        look: stream,
    },
    Check {
        name: "tables-recovered-as-declared",
        look: recovery,
    },
    Check {
        name: "tables-protected",
        look: protected,
    },
];

fn each(plan: &Plan, look: impl Fn(&TableDefinition, &Resource) -> Option<String>) -> Vec<String> {
    let found = ALL.iter().filter_map(|definition| {
        let name = format!("{PREFIX}-{}", definition.name_suffix);
        match plan.find("aws_dynamodb_table", "name", &name) {
            Some(table) => look(definition, table),
            None => Some(format!("there is no table {name}")),
        }
    });
    found.collect()
}

fn those_of_the_code(plan: &Plan) -> Vec<String> {
    let mut found = each(plan, |definition, table| {
        let kind_of = |key: &str| {
            let attributes = table.value("attribute").as_array();
            let mut attributes = attributes.into_iter().flatten();
            attributes
                .find(|it| it["name"] == key)
                .and_then(|it| it["type"].as_str())
        };
        let keys = (table.text("hash_key"), table.text("range_key"));
        let holds = keys == (definition.hash_key, definition.range_key)
            && kind_of(definition.hash_key) == Some("S")
            && kind_of(definition.range_key) == Some(definition.range_type.as_str());
        unless(
            holds,
            format!("{} has other keys than the code", table.address),
        )
    });
    let count = plan.of_kind("aws_dynamodb_table").count();
    found.extend(unless(
        count == ALL.len(),
        format!("there are {count} tables, and {} in the code", ALL.len()),
    ));
    found.extend(each(plan, |_, table| {
        unless(
            table.text("billing_mode") == "PAY_PER_REQUEST",
            format!("{} isn't billed by request", table.address),
        )
    }));
    // What ends by itself is removed by itself.
    found.extend(each(plan, |_, table| {
        unless(
            !table.is("ttl.0.enabled"),
            format!("{} lets items end by themselves", table.address),
        )
    }));
    found
}

fn stream(plan: &Plan) -> Vec<String> {
    each(plan, |definition, table| {
        let streams = (table.is("stream_enabled"), table.text("stream_view_type"));
        let holds = match definition.stream {
            true => streams == (true, "NEW_IMAGE"),
            false => !streams.0,
        };
        unless(
            holds,
            format!(
                "{} has another stream than the code asks for",
                table.address
            ),
        )
    })
}

fn recovery(plan: &Plan) -> Vec<String> {
    each(plan, |definition, table| {
        let is = table.is("point_in_time_recovery.0.enabled");
        unless(
            is == definition.recoverable,
            format!("{} is recoverable: {is}", table.address),
        )
    })
}

fn protected(plan: &Plan) -> Vec<String> {
    each(plan, |_, table| {
        unless(
            table.is("deletion_protection_enabled"),
            format!("{} can be deleted", table.address),
        )
    })
}
