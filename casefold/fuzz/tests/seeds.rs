//! Where the fuzzer begins: values that the services themselves write.
//!
//! `CASEFOLD_FUZZ_SEEDS=1 cargo test -p casefold-fuzz --test seeds` adds them to the corpus.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold::generate::{Generator, History, Recipe};
use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_command_api::http::cursor::{self, List, lists};
use casefold_events::Commit;
use casefold_events::proof::file::{Content, Proof};
use casefold_fuzz::{Outcome, TARGETS};
use casefold_shared::dynamodb::{case_to_rows, commit_to_stream_image};
use casefold_shared::gateway::Generation;
use casefold_shared::{milestone, packing};
use serde_json::{Value, json};

/// The most bytes of a seed, as of anything in the corpus.
const MOST_BYTES: usize = 16 * 1024;

const PROOFS: [&str; 3] = [
    include_str!("../genuine/begun.json"),
    include_str!("../genuine/first.json"),
    include_str!("../genuine/hash-only.json"),
];

fn histories() -> Vec<History> {
    let recipe = Recipe::new(11, Some(600), Some(32)).unwrap();
    let generator = Generator::new(recipe);
    let blocks = (0..generator.blocks()).map(|nth| generator.block(nth).unwrap());
    blocks.flat_map(|block| block.histories).collect()
}

fn item_json(item: HashMap<String, AttributeValue>) -> Value {
    let item: HashMap<String, serde_dynamo::AttributeValue> = item
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    serde_json::to_value(serde_dynamo::Item::from(item)).unwrap()
}

fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// A commit of each mix of events, the first commit that has it.
fn commits(histories: &[History]) -> Vec<Vec<u8>> {
    let mut seen = BTreeSet::new();
    let all = histories.iter().flat_map(|history| &history.commits);
    let mut seeds: Vec<_> = all
        .filter(|commit| {
            let types = commit.events.iter().map(|event| event.event_type.clone());
            seen.insert((types.collect::<Vec<_>>(), commit.causation.is_some()))
        })
        .map(|commit| text(&item_json(commit_to_stream_image(commit))))
        .collect();
    let proof = Proof::parse(PROOFS[0]).unwrap();
    let Content::Stored { prev_hash, draft } = proof.commit.content else {
        panic!("the proof has its content");
    };
    let encrypted = item_json(commit_to_stream_image(&draft.seal(prev_hash)));
    seeds.push(text(&encrypted));
    seeds.push(invocation(&histories[0].commits[..2]));
    seeds
}

fn invocation(commits: &[Commit]) -> Vec<u8> {
    let records = commits.iter().map(|commit| {
        let image = item_json(commit_to_stream_image(commit));
        json!({
            "eventID": "1",
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_700_000_000.0,
                "Keys": { "pk": image["pk"], "sk": image["sk"] },
                "NewImage": image,
                "SequenceNumber": "4421584500000000017450439091",
                "SizeBytes": 512,
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:1:table/casefold-events/stream/1",
        })
    });
    text(&json!({ "Records": records.collect::<Vec<_>>() }))
}

/// Cases in rows that are packed, in rows of text as earlier builds wrote them, and as milestones.
fn snapshots(histories: &[History]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for History { case, .. } in histories {
        let rows = case_to_rows(Generation::OF_CASES, case).unwrap();
        let as_text = rows.iter().cloned().map(|mut row| {
            if let Some(AttributeValue::B(packed)) = row.get("body") {
                let body = packing::unpack(packed.as_ref()).unwrap();
                let body = AttributeValue::S(String::from_utf8(body).unwrap());
                row.insert("body".to_owned(), body);
            }
            item_json(row)
        });
        seeds.push(text(&as_text.collect()));
        seeds.push(text(&rows.into_iter().map(item_json).collect()));
        let packed = milestone::pack(case).unwrap();
        seeds.push(packing::unpack(&packed).unwrap());
        seeds.push(packed);
    }
    seeds
}

fn upcasts() -> Vec<Vec<u8>> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/examples");
    let seed = |path: &Path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (event_type, version) = name.split_once(".v").unwrap();
        let payload: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        format!("{event_type} {version}\n{payload}").into_bytes()
    };
    let entries = std::fs::read_dir(examples).unwrap();
    entries.map(|entry| seed(&entry.unwrap().path())).collect()
}

/// Each partition of the sample files by itself, and a line of it.
fn imports() -> Vec<Vec<u8>> {
    let files = [
        include_str!("../../tests/data/court-items-small.json"),
        include_str!("../../tests/data/court-items-trial.json"),
    ];
    let mut seeds = Vec::new();
    for file in files {
        let items: Vec<Value> = serde_json::from_str(file).unwrap();
        let of = |item: &Value| item["pk"].as_str().unwrap_or_default().to_owned();
        let cases: BTreeSet<_> = items
            .iter()
            .map(of)
            .filter(|it| it.starts_with("case|"))
            .collect();
        for case in cases {
            let belong = items
                .iter()
                .filter(|item| of(item) == case || !of(item).starts_with("case|"));
            let lines = belong
                .clone()
                .map(|item| format!("{item}\n"))
                .collect::<String>();
            seeds.push(text(&belong.cloned().collect()));
            seeds.push(lines.into_bytes());
        }
    }
    seeds
}

fn cursors() -> Vec<Vec<u8>> {
    let case = "101-26".parse().unwrap();
    let judge = lists::cursor_digest("fuzz", &["Judge Colvin"]);
    let cursors = [
        cursor::encode(List::DocketEntries, case, 100),
        cursor::encode(List::OldestCommits, case, 1),
        cursor::encode_bound(List::NewestCommits, case, u64::MAX, "0123456789abcdef"),
        cursor::encode_bound(List::Blame, case, 0, "0123456789abcdef.v7"),
        cursor::encode_bound(List::Difference, case, 12, "3.7"),
        lists::encode(&judge, "2026-000101"),
        lists::encode(&judge, "2026-11-23T13:26:18.727Z#2026-000101#0000000017"),
        lists::encode(&judge, "2026-11,0:17,3:4"),
    ];
    let open = [
        "=1 entries 101-26 100".to_owned(),
        "=1 blame 102-26 7 0123456789abcdef.v7".to_owned(),
        format!("={}", "2 0 2026-11,0:17").replacen(" 0 ", &format!(" {judge} "), 1),
        format!("=2 {judge} 2026-11-23T13:26:18.727Z#2026-000101#0000000017"),
    ];
    cursors
        .into_iter()
        .chain(open)
        .map(String::into_bytes)
        .collect()
}

fn tokens() -> Vec<Vec<u8>> {
    let genuine = include_str!("../genuine/tokens.txt");
    let mut seeds: Vec<_> = genuine
        .lines()
        .map(|line| line.as_bytes().to_vec())
        .collect();
    let keys: Value = serde_json::from_str(include_str!("../genuine/keys.json")).unwrap();
    seeds.push(text(&keys));
    for key in keys["keys"].as_array().unwrap() {
        seeds.push(text(&json!({ "keys": [key] })));
    }
    let claims = json!({"sub": "u-1", "role": "judge", "name": "Ines Brandt", "aud": "casefold",
        "iss": "court", "exp": 4_102_444_800_u64, "nbf": 1_700_000_000.5});
    for header in [
        json!({"alg": "HS256"}),
        json!({"alg": "HS256", "typ": "JWT", "kid": "1"}),
    ] {
        seeds.push(format!("{header}\n{claims}").into_bytes());
    }
    seeds
}

fn commands() -> Vec<Vec<u8>> {
    let all = [
        PetitionCommand::examples(),
        CaseCommand::examples(),
        GroupCommand::examples(),
    ];
    all.into_iter()
        .flatten()
        .map(|(_, body)| text(&body))
        .collect()
}

#[test]
fn each_seed_is_taken_by_its_target() {
    let histories = histories();
    let to_write = std::env::var_os("CASEFOLD_FUZZ_SEEDS").is_some();
    for (name, target) in TARGETS {
        let mut seeds = match name {
            "command" => commands(),
            "commit" => commits(&histories),
            "cursor" => cursors(),
            "import" => imports(),
            "proof" => PROOFS.map(|proof| proof.as_bytes().to_vec()).into(),
            "snapshot" => snapshots(&histories),
            "token" => tokens(),
            "upcast" => upcasts(),
            other => panic!("{other} has no seeds"),
        };
        seeds.retain(|seed| seed.len() <= MOST_BYTES);
        assert!(seeds.len() >= 3, "{name} has seeds");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name);
        for (nth, seed) in seeds.iter().enumerate() {
            let said = String::from_utf8_lossy(seed);
            assert_eq!(target(seed), Outcome::Taken, "{name}: {said}");
            if to_write {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join(format!("seed-{nth:03}")), seed).unwrap();
            }
        }
    }
}
