//! The page of the documentation that the walk writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use casefold_shared::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use super::{DECISION, SESSION, STAMP};
use crate::support::Answered;

const PAGE: &str = "../docs/case-life.md";

/// The page of the documentation. What differs from run to run (ids, the time now) is written
/// in the same way each time.
pub(super) struct Page {
    text: String,
    steps: usize,
    ids: BTreeMap<String, String>,
}

impl Page {
    pub(super) fn new() -> Self {
        let text = "# One case's life\n\n\
            From petition to appeal, as the service answers. This page is written by a test \
            (`casefold/tests/service/case_life.rs`), so it is what really happens; ids and the \
            time now are shortened. `TOKEN` is a token of the role that is named \
            (`casefold token --role …`).\n";
        Self {
            text: text.to_owned(),
            steps: 0,
            ids: BTreeMap::new(),
        }
    }

    pub(super) fn step(
        &mut self,
        title: &str,
        story: &str,
        role: &str,
        path: &str,
        command: &Value,
        answer: &Answered,
    ) {
        self.steps += 1;
        let title = format!("\n## {}. {title}\n\n", self.steps);
        self.text.push_str(&title);
        if !story.is_empty() {
            let _ = write!(self.text, "{story}\n\n");
        }
        let _ = write!(
            self.text,
            "As `{role}`:\n\n```sh\ncurl -s -H \"Authorization: Bearer $TOKEN\" --json '{}' \
             localhost:8080{path}\n```\n",
            shortened(command)
        );
        self.answer(&answer.body);
    }

    fn answer(&mut self, body: &Value) {
        let body = laid_out(&self.steady(body));
        let _ = write!(self.text, "```json\n{body}\n```\n");
    }

    pub(super) fn look(
        &mut self,
        story: &str,
        role: &str,
        path: &str,
        fields: &[&str],
        case: &Value,
    ) {
        let shown: BTreeMap<_, _> = fields.iter().map(|field| (*field, &case[*field])).collect();
        let story = if story.is_empty() {
            "The case then"
        } else {
            story
        };
        let path = path.split('?').next().unwrap_or_default();
        let _ = write!(self.text, "\n{story} (`GET {path}` as `{role}`):\n\n");
        self.answer(&json!(shown));
    }

    pub(super) fn refusal(&mut self, story: &str, answer: &Answered) {
        let _ = write!(self.text, "\n{story}\n\n");
        self.answer(&answer.body);
    }

    pub(super) fn docket(&mut self, title: &str, entries: &[Value]) {
        let _ = write!(
            self.text,
            "\n## {title}\n\n| | code | title | served |\n| --- | --- | --- | --- |\n"
        );
        for entry in entries {
            let text = |field: &str| entry[field].as_str().unwrap_or_default();
            let served = if entry["servedAt"].is_string() {
                "yes"
            } else {
                ""
            };
            let index = &entry["index"];
            let row = format!(
                "| {index} | {} | {} | {served} |\n",
                text("eventCode"),
                text("documentTitle")
            );
            self.text.push_str(&row);
        }
    }

    pub(super) fn history(&mut self, title: &str, commits: &[Value]) {
        let _ = write!(
            self.text,
            "\n## {title}\n\n| version | command | role | because of | events |\n\
             | --- | --- | --- | --- | --- |\n"
        );
        for commit in commits {
            let events: Vec<_> = commit["events"].as_array().into_iter().flatten().collect();
            let events: Vec<_> = events.iter().filter_map(|it| it["type"].as_str()).collect();
            let cause = commit["causation"]["version"].as_u64();
            let cause = cause.map(|version| version.to_string()).unwrap_or_default();
            let text = |field: &str| commit[field].as_str().unwrap_or_default();
            let row = format!(
                "| {} | {} | {} | {cause} | {} |\n",
                commit["version"],
                text("command"),
                text("role"),
                events.join(", ")
            );
            self.text.push_str(&row);
        }
    }

    /// The same value in each run: ids by their order, and the time now as such.
    fn steady(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.steady(value)))
                .collect(),
            Value::Array(items) => items.iter().map(|item| self.steady(item)).collect(),
            Value::String(text) => Value::String(self.steady_text(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn steady_text(&mut self, text: &str) -> String {
        if let Some(id) = text.strip_prefix("urn:casefold:request:") {
            return format!("urn:casefold:request:{}", self.steady_text(id));
        }
        let is_id = uuid::Uuid::parse_str(text).is_ok();
        if is_id && ![SESSION, DECISION, STAMP].contains(&text) {
            let next = format!("…{:03}", self.ids.len() + 1);
            return self.ids.entry(text.to_owned()).or_insert(next).clone();
        }
        let recent = chrono::DateTime::parse_from_rfc3339(text).is_ok_and(|at| {
            (SystemClock.now().as_datetime() - at.to_utc())
                .num_hours()
                .abs()
                < 24
        });
        if recent {
            "now".to_owned()
        } else {
            text.to_owned()
        }
    }

    pub(super) fn hold_to_the_committed_one(&self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
        if std::env::var_os("CASEFOLD_UPDATE_DOCS").is_some() {
            std::fs::write(&path, &self.text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == self.text,
            "docs/case-life.md is not what the service answers; look at the difference after \
             CASEFOLD_UPDATE_DOCS=1 cargo test -p casefold --test service case_life"
        );
    }
}

/// JSON with a line for each member and for each element of a list, so that it is quickly
/// read.
fn laid_out(body: &Value) -> String {
    let Value::Object(members) = body else {
        return body.to_string();
    };
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| match value.as_array() {
            Some(items) if !items.is_empty() => {
                let items: Vec<_> = items.iter().map(|item| format!("    {item}")).collect();
                format!("  \"{name}\": [\n{}\n  ]", items.join(",\n"))
            }
            Some(_) | None => format!("  \"{name}\": {value}"),
        })
        .collect();
    format!("{{\n{}\n}}", members.join(",\n"))
}

/// A command without what makes it long: papers that are the same each time.
fn shortened(command: &Value) -> String {
    command.to_string().replace('\'', "’")
}
