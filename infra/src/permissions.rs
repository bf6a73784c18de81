//! Who may do what with which table, key and bucket, as a document.

use std::fmt::Write as _;

use casefold_shared::dynamodb::tables::ALL;

use crate::calls::{self, court_key, document, key, table};
use crate::checks::STARS;
use crate::policy::{Context, context};
use crate::roles::{Estate, Role, Verdict};

/// The operations on items, and of tables, that are told.
const OF_TABLES: [(&str, &str); 11] = [
    ("GetItem", "G"),
    ("BatchGetItem", "BG"),
    ("Query", "Q"),
    ("Scan", "S"),
    ("PutItem", "P"),
    ("UpdateItem", "U"),
    ("DeleteItem", "D"),
    ("BatchWriteItem", "BW"),
    ("PartiQLUpdate", "PU"),
    ("DeleteTable", "DT"),
    ("UpdateTable", "UT"),
];

/// The document.
pub fn document_of(estate: &Estate) -> String {
    let mut text = String::from(
        "# Permissions\n\n\
         Made from the Terraform in [infra/](../infra/README.md) by a test, which also holds it to that:\n\
         `CASEFOLD_WRITE_DOCS=1 cargo test -p casefold-infra --test plan`. Each cell is what IAM decides, with\n\
         the policies of roles, tables, keys and the bucket together.\n\n## Tables\n\n",
    );
    let legend: Vec<_> = OF_TABLES
        .iter()
        .map(|(action, short)| format!("{short} {action}"))
        .collect();
    let _ = writeln!(
        text,
        "{}. A transaction is allowed as the operations in it.\n",
        legend.join(", ")
    );
    let header: Vec<_> = ALL
        .iter()
        .map(|it| format!(" {} |", it.name_suffix))
        .collect();
    let _ = writeln!(text, "| role |{}", header.concat());
    let _ = writeln!(text, "| --- |{}", " --- |".repeat(ALL.len()));
    for role in &estate.roles {
        let cells = ALL.map(|definition| {
            let may = |action: &str| {
                allowed(
                    estate,
                    role,
                    &format!("dynamodb:{action}"),
                    &table(definition.name_suffix),
                    &Context::new(),
                )
            };
            let shorts: Vec<_> = OF_TABLES
                .iter()
                .filter(|(action, _)| may(action))
                .map(|(_, short)| *short)
                .collect();
            if shorts.is_empty() {
                " – |".to_owned()
            } else {
                format!(" {} |", shorts.join(" "))
            }
        });
        let _ = writeln!(text, "| {} |{}", role.short_name(), cells.concat());
    }
    text.push_str(
        "\nNobody, not even an administrator of the account, may update or delete an item of `events`,\n\
         `accesses` or `checkpoints`, and only the roles with P there may put one: the tables' own policies say\n\
         so. Whoever wants to must change such a policy first, and CloudTrail keeps that they did.\n\n\
         What IAM can't say is that a put must not replace an item. DynamoDB's condition keys\n\
         (`dynamodb:LeadingKeys`, `Attributes`, `ReturnValues` and their like) are about the request; none is\n\
         about what is there. So a role that may append could overwrite, were its code another. The code puts\n\
         on the condition that nothing is there, and has no other way to write these tables. If it is done all\n\
         the same, an overwritten commit breaks its case's hash chain, so the next checkpoint is refused; and\n\
         the stream tells of a change where there are only additions, which rings the alarm on altered\n\
         records within a minute. An overwritten access breaks the chain of its log, and an overwritten\n\
         checkpoint no longer fits its signature: `casefold verify` finds both.\n\n## Keys and documents\n\n",
    );
    text.push_str(
        "| role | personal key | checkpoint key | documents |\n| --- | --- | --- | --- |\n",
    );
    let signing = context([("kms:SigningAlgorithm", "ECDSA_SHA_256")]);
    for role in &estate.roles {
        let told = |cells: &[(&str, bool)]| {
            let words: Vec<_> = cells
                .iter()
                .filter(|(_, may)| *may)
                .map(|(word, _)| *word)
                .collect();
            if words.is_empty() {
                "–".to_owned()
            } else {
                words.join(", ")
            }
        };
        let personal = |action| allowed(estate, role, action, &key("personal"), &court_key());
        let on = |action, at| allowed(estate, role, action, &document(at), &Context::new());
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            role.short_name(),
            told(&[
                ("wrap", personal("kms:Encrypt")),
                ("open", personal("kms:Decrypt"))
            ]),
            told(&[
                (
                    "sign",
                    allowed(estate, role, "kms:Sign", &key("checkpoints"), &signing)
                ),
                (
                    "public half",
                    allowed(
                        estate,
                        role,
                        "kms:GetPublicKey",
                        &key("checkpoints"),
                        &signing
                    )
                ),
            ]),
            told(&[
                ("read", on("s3:GetObject", "documents/0a")),
                ("write", on("s3:PutObject", "documents/0a")),
                ("remove", on("s3:DeleteObject", "documents/0a")),
                (
                    "remove what is incoming",
                    on("s3:DeleteObject", "incoming/0b")
                ),
            ]),
        );
    }
    text.push_str("\nThe storage key is used through DynamoDB, S3, SQS, SNS and Lambda alone, by whoever may use what it encrypts.\n\n## Stars\n\n");
    text.push_str("Every action is named. Where a resource has a star, it is as narrow as it gets:\n\n| statement | resource | why |\n| --- | --- | --- |\n");
    for (sid, on, why) in STARS {
        let _ = writeln!(text, "| {sid} | `{on}` | {why} |");
    }
    text.push_str("\n## Calls\n\nWhat each function calls of DynamoDB, recorded from the code at work (`casefold/tests/calls`); its role allows this and no more.\n\n| function | table | operations |\n| --- | --- | --- |\n");
    for function in calls::FUNCTIONS {
        for definition in ALL {
            let of_it = calls::all();
            let names: Vec<_> = of_it
                .iter()
                .filter(|it| it.by == function && it.on == table(definition.name_suffix))
                .filter_map(|it| it.action.strip_prefix("dynamodb:"))
                .collect();
            if !names.is_empty() {
                let _ = writeln!(
                    text,
                    "| {function} | {} | {} |",
                    definition.name_suffix,
                    names.join(", ")
                );
            }
        }
    }
    text
}

fn allowed(estate: &Estate, role: &Role, action: &str, on: &str, context: &Context) -> bool {
    estate.may(role, action, on, context) == Verdict::Allowed
}
