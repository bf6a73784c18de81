//! What a stream record tells of.

use std::collections::HashMap;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use casefold_events::{Commit, CommitRef};
use casefold_shared::dynamodb::{commit_from_stream_image, commit_ref_from_stream_keys};
use serde::Deserialize;
use serde_json::Value;

/// What a stream record tells of.
#[derive(Debug)]
pub enum Meaning {
    /// A new commit.
    Commit(Box<Commit>),
    /// A new commit whose content can't be read from the record: the event table has it.
    Named {
        /// Which.
        commit: CommitRef,
        /// Why not, without personal data.
        problem: String,
    },
    /// A change or a removal of an item, which nobody may make.
    Altered,
    /// Nothing: not even its keys can be read, or they are not those of a commit.
    Unreadable {
        /// Why not, without personal data.
        problem: String,
    },
}

/// Reads a record.
///
/// Only the shape of Lambda's event is known here; how a commit is stored is known to
/// [`casefold_shared::dynamodb`].
pub fn read(record: EventRecord) -> Meaning {
    match record.event_name.as_str() {
        "INSERT" => {}
        "MODIFY" | "REMOVE" => return Meaning::Altered,
        _ => {
            return Meaning::Unreadable {
                problem: "it is of an unknown kind".to_owned(),
            };
        }
    }
    let problem = match commit_from_stream_image(&record.change.new_image.into()) {
        Ok(commit) => return Meaning::Commit(Box::new(commit)),
        Err(problem) => problem.to_string(),
    };
    match commit_ref_from_stream_keys(&record.change.keys.into()) {
        Ok(commit) => Meaning::Named { commit, problem },
        Err(problem) => Meaning::Unreadable {
            problem: problem.to_string(),
        },
    }
}

/// Takes an invocation's payload apart record by record, so that one that is not of the
/// expected form does not fail the others. Of such a record the keys and the sequence number
/// are kept, where it has them.
pub fn batch(payload: Value) -> Event {
    let mut batch = Event::default();
    let records = match payload {
        Value::Object(mut payload) => payload.remove("Records"),
        _ => None,
    };
    let Some(Value::Array(records)) = records else {
        tracing::warn!("an invocation has no records");
        return batch;
    };
    batch.records = records.into_iter().map(lenient).collect();
    batch
}

fn lenient(record: Value) -> EventRecord {
    if let Ok(record) = EventRecord::deserialize(&record) {
        return record;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut bare = EventRecord::default();
    bare.event_id = text(&record["eventID"]).unwrap_or_default();
    bare.event_name = text(&record["eventName"]).unwrap_or_default();
    bare.change.sequence_number = text(&record["dynamodb"]["SequenceNumber"]);
    bare.change.keys = serde_dynamo::Item::deserialize(&record["dynamodb"]["Keys"])
        .unwrap_or_else(|_| HashMap::<_, serde_dynamo::AttributeValue>::new().into());
    bare
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A record as Lambda hands it over.
    fn record() -> Value {
        json!({
            "eventID": "7b8a5f2c9d3e4f1a8b6c5d4e3f2a1b0c",
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_700_000_000.0,
                "Keys": { "pk": { "S": "CASE#101-26" }, "sk": { "N": "3" } },
                "NewImage": {
                    "pk": { "S": "CASE#101-26" },
                    "sk": { "N": "3" },
                    "events": { "L": [ { "M": {
                        "id": { "S": "0193586e-5a6b-7c80-8000-000000000000" },
                        "type": { "S": "JudgeAssigned" },
                        "v": { "N": "1" },
                        "payload": { "S": "{\"judge\":\"Judge Colvin\"}" }
                    } } ] },
                    "command_id": { "S": "key-1" },
                    "command": { "S": "UpdateCaseContext" },
                    "command_digest": { "S": "00".repeat(32) },
                    "actor": { "S": "clerk-1" },
                    "role": { "S": "docketclerk" },
                    "recorded_at": { "S": "2026-01-02T03:04:05.678Z" },
                    "effective_at": { "S": "2026-01-02T03:04:05.678Z" },
                    "correlation_id": { "S": "c-1" },
                    "prev_hash": { "S": "11".repeat(32) },
                    "hash": { "S": "22".repeat(32) }
                },
                "SequenceNumber": "4421584500000000017450439091",
                "SizeBytes": 512,
                "StreamViewType": "NEW_IMAGE"
            },
            "eventSourceARN":
                "arn:aws:dynamodb:us-east-1:123456789012:table/casefold-events/stream/2026"
        })
    }

    fn meaning(record: Value) -> Meaning {
        let [record] = <[_; 1]>::try_from(batch(json!({ "Records": [record] })).records).unwrap();
        read(record)
    }

    #[test]
    fn an_insert_tells_of_its_commit() {
        let Meaning::Commit(commit) = meaning(record()) else {
            panic!("a commit")
        };

        assert_eq!(commit.reference().docket_number.to_string(), "101-26");
        assert_eq!(commit.version.0, 3);
        assert_eq!(commit.events[0].event_type, "JudgeAssigned");
        assert_eq!(commit.events[0].payload(), r#"{"judge":"Judge Colvin"}"#);
        assert_eq!(commit.hash.to_string(), "22".repeat(32));
    }

    #[test]
    fn bytes_come_in_the_base64_of_streams() {
        let mut record = record();
        let image = &mut record["dynamodb"]["NewImage"];
        image["hash"] = json!({ "B": "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=" });
        image["events"]["L"][0]["M"]["id"] = json!({ "B": "AZNYblprfICAAAAAAAAAAA==" });
        let Meaning::Commit(commit) = meaning(record) else {
            panic!("a commit")
        };
        assert_eq!(commit.hash.to_string(), "22".repeat(32));
        let id = commit.events[0].event_id.to_string();
        assert_eq!(id, "0193586e-5a6b-7c80-8000-000000000000");
    }

    #[test]
    fn a_record_whose_image_is_missing_or_unfit_still_names_its_commit() {
        let mut without_image = record();
        without_image["dynamodb"]["NewImage"] = Value::Null;
        let mut unfit = record();
        unfit["dynamodb"]["NewImage"]["role"] = json!({ "S": "Vera Lindholm" });
        let mut no_record = record();
        no_record["awsRegion"] = json!(7);
        no_record["dynamodb"]["NewImage"] = json!("torn");

        for record in [without_image, unfit, no_record] {
            let Meaning::Named { commit, problem } = meaning(record) else {
                panic!("its name")
            };
            assert_eq!(
                (commit.docket_number.to_string(), commit.version.0),
                ("101-26".into(), 3)
            );
            assert!(!problem.contains("Astra"), "{problem}");
        }
    }

    #[test]
    fn a_change_or_removal_tells_of_nothing_new() {
        for name in ["MODIFY", "REMOVE"] {
            let mut altered = record();
            altered["eventName"] = json!(name);
            assert!(matches!(meaning(altered), Meaning::Altered), "{name}");
        }
    }

    #[test]
    fn keys_that_are_no_commits_are_passed_over() {
        let mut other = record();
        other["dynamodb"]["Keys"] = json!({ "pk": { "S": "CLAIM#key-1" }, "sk": { "N": "0" } });
        other["dynamodb"]["NewImage"] = other["dynamodb"]["Keys"].clone();
        let mut unknown = record();
        unknown["eventName"] = json!("TRUNCATE");

        for record in [other, unknown, json!("torn"), json!(null), json!({})] {
            assert!(matches!(meaning(record), Meaning::Unreadable { .. }));
        }
    }

    #[test]
    fn a_torn_record_spoils_no_other_and_keeps_its_sequence_number() {
        let mut torn = record();
        torn["dynamodb"]["SizeBytes"] = json!("many");

        let records = batch(json!({ "Records": [torn, record()] })).records;

        assert_eq!(records.len(), 2);
        let number = Some("4421584500000000017450439091");
        assert!(
            records
                .iter()
                .all(|r| r.change.sequence_number.as_deref() == number)
        );
        assert!(matches!(read(records[1].clone()), Meaning::Commit(_)));
    }

    #[test]
    fn a_payload_without_records_is_an_empty_batch() {
        for payload in [json!({}), json!([]), json!({ "Records": 3 }), json!(null)] {
            assert!(batch(payload).records.is_empty());
        }
    }
}
