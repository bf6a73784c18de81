//! One case's life, from petition to appeal, over HTTP; and the page of the documentation
//! that shows it, with what the service really answered.
//!
//! `CASEFOLD_UPDATE_DOCS=1 cargo test -p casefold --test service case_life` writes the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answered, Client, Served};

const PAGE: &str = "../docs/case-life.md";

/// The trial session of this walk.
const SESSION: &str = "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b01";
/// The draft of the decision.
const DECISION: &str = "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b11";
/// The draft order that the stamp on the motion makes.
const STAMP: &str = "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b12";

/// The walk: who does what, and the page that tells of it.
struct Walk<'a> {
    service: &'a Served,
    dir: &'a Path,
    number: String,
    page: Page,
}

impl Walk<'_> {
    fn client(&self, role: &str) -> Client {
        self.service.client(self.dir, role)
    }

    /// Somebody sends a command to the case, and it succeeds.
    async fn step(&mut self, title: &str, story: &str, role: &str, command: Value) -> Answered {
        let client = match role {
            "petitioner" => self.service.client_as(self.dir, role, "dev-petitioner"),
            role => self.client(role),
        };
        let answer = client
            .command(&self.number, command.clone())
            .await
            .expect(200);
        let path = format!("/v1/cases/{}/commands", self.number);
        self.page.step(title, story, role, &path, &command, &answer);
        answer
    }

    /// The case as a role sees it, of which the page shows some fields.
    async fn look(&mut self, story: &str, role: &str, fields: &[&str], version: u64) -> Value {
        let path = format!("/v1/cases/{}?minVersion={version}", self.number);
        let case = self.client(role).get(&path).await.expect(200).body;
        self.page.look(story, role, &path, fields, &case);
        case
    }
}

fn document(name: &str) -> Value {
    json!({
        "key": format!("documents/{name}.pdf"),
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "numberOfPages": 2,
    })
}

#[tokio::test]
async fn a_case_lives_from_its_petition_to_its_appeal() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let mut walk = Walk {
        service: &service,
        dir: dir.path(),
        number: String::new(),
        page: Page::new(),
    };
    intake(&mut walk).await;
    at_issue(&mut walk).await;
    trial(&mut walk).await;
    decision_and_appeal(&mut walk).await;
    what_remains(&mut walk).await;
    walk.page.hold_to_the_committed_one();
}

async fn intake(walk: &mut Walk<'_>) {
    let petition = crate::support::paper_petition();
    let answer = walk.client("petitionsclerk").file(&petition).await;
    walk.number = answer.docket_number();
    walk.page.step(
        "A petition comes on paper",
        "The petitions clerk enters it. It makes the petition (entry 1), the request for place of \
         trial (2) and the statement of taxpayer identification, which never stands on the record.",
        "petitionsclerk",
        "/v1/cases",
        &petition,
        &answer,
    );
    walk.step(
        "It is checked",
        "What differs from the papers is corrected, and the fee is recorded. That it is paid is \
         noted on the record by a policy, in a commit of its own.",
        "petitionsclerk",
        json!({"type": "QcPetition", "caseType": "CDP (Lien/Levy)", "fee": {
            "status": "Paid", "paidAt": "2025-03-04T16:00:00.000Z", "method": "Check",
        }}),
    )
    .await;
    let served = walk
        .step(
            "It is served on the respondent",
            "The case leaves New. The petitioners get a notice of receipt, and the record says \
             that the docket number has another suffix now.",
            "petitionsclerk",
            json!({"type": "ServePetition"}),
        )
        .await;
    let fields = ["docketNumberWithSuffix", "status", "associatedJudge"];
    let case = walk
        .look("", "docketclerk", &fields, served.version())
        .await;
    assert_eq!(case["status"], "General Docket - Not at Issue");
    assert_eq!(case["docketNumberWithSuffix"], format!("{}SL", walk.number));
    let again = walk
        .client("petitionsclerk")
        .command(&walk.number, json!({"type": "ServePetition"}))
        .await
        .expect_problem(409, "PETITION_ALREADY_SERVED");
    walk.page.refusal(
        "Who sends it twice by mistake is told so, and nothing is written:",
        &again,
    );
}

async fn at_issue(walk: &mut Walk<'_>) {
    walk.step(
        "Counsel appears for the respondent",
        "",
        "admissionsclerk",
        json!({
            "type": "AssociateCounsel",
            "userId": "irspractitioner",
            "counselType": "irsPractitioner",
            "counsel": {"name": "Ada Brandt", "email": "counsel@example.com"},
        }),
    )
    .await;
    walk.step(
        "The answer",
        "It came on paper in January and is entered now: it holds from the day on which the court \
         received it.",
        "docketclerk",
        json!({
            "type": "AddPaperFiling",
            "eventCode": "A",
            "filedBy": {"respondent": true},
            "receivedAt": "2026-01-15T15:00:00.000Z",
            "document": document("answer"),
        }),
    )
    .await;
    let ready = walk
        .step(
            "The case is ready for trial",
            "45 days after the answer, by itself: the service sends this on a schedule.",
            "system",
            json!({"type": "MarkReadyForTrial"}),
        )
        .await;
    assert_eq!(ready.event_types(), ["CaseStatusChanged"]);
    let moved = walk
        .step(
            "A motion",
            "The petitioner asks for a continuance. Something is pending now, so the case is kept \
             from trial by itself.",
            "petitioner",
            json!({
                "type": "FileDocument",
                "eventCode": "M006",
                "title": "Motion for Continuance",
                "document": document("motion"),
                "objections": "No",
            }),
        )
        .await;
    assert_eq!(
        moved.event_types(),
        ["DocketEntryFiled", "AutomaticallyBlocked"]
    );
    let motion = walk.last_index().await;
    walk.step(
        "The judge's chambers stamp it",
        "The stamp makes a draft order, signed by the judge.",
        "chambers",
        json!({
            "type": "StampMotion",
            "docketEntry": motion,
            "disposition": "Denied",
            "stampedBy": "Buch",
            "draft": STAMP,
            "document": document("stamped-motion"),
        }),
    )
    .await;
    walk.step(
        "The order goes on the record",
        "",
        "docketclerk",
        json!({"type": "FileCourtIssuedDocument", "draft": STAMP, "title": "Order denying continuance"}),
    )
    .await;
    let order = walk.last_index().await;
    walk.step(
        "… is served",
        "",
        "docketclerk",
        json!({"type": "ServeCourtIssuedDocument", "docketEntry": order}),
    )
    .await;
    let settled = walk
        .step(
            "Nothing is pending any more",
            "So nothing keeps the case from trial.",
            "docketclerk",
            json!({"type": "RemovePendingItem", "docketEntry": motion}),
        )
        .await;
    assert_eq!(
        settled.event_types(),
        ["PendingItemRemoved", "AutomaticBlockLifted"]
    );
}

async fn trial(walk: &mut Walk<'_>) {
    let calendar = json!({
        "type": "SetTrialCalendar",
        "session": {
            "trialSessionId": SESSION,
            "trialDate": "2027-03-01T15:00:00.000Z",
            "trialLocation": "Birmingham, Alabama",
            "judge": "Buch",
        },
        "docketNumbers": [walk.number],
    });
    let clerk = walk.client("petitionsclerk");
    let answer = clerk.post("/v1/commands", &[], &calendar).await.expect(200);
    walk.page.step(
        "The trial calendar is set",
        "For up to 100 cases in one step: all of them, or none.",
        "petitionsclerk",
        "/v1/commands",
        &calendar,
        &answer,
    );
    let version = answer.body["cases"][0]["version"].as_u64().unwrap();
    let fields = ["status", "associatedJudge", "trialDate", "trialLocation"];
    let case = walk.look("", "docketclerk", &fields, version).await;
    assert_eq!(case["status"], "Calendared");
    assert_eq!(case["associatedJudge"], "Buch");
    let tried = walk
        .step(
            "The case is tried and submitted",
            "It leaves the calendar, and with it its trial session; the judge keeps it.",
            "docketclerk",
            json!({"type": "UpdateCaseContext", "status": "Submitted"}),
        )
        .await;
    assert_eq!(
        tried.event_types(),
        ["CaseStatusChanged", "RemovedFromTrialSession"]
    );
}

async fn decision_and_appeal(walk: &mut Walk<'_>) {
    walk.step(
        "A decision is drafted",
        "A draft is the court's alone.",
        "chambers",
        json!({
            "type": "CreateDraftOrder",
            "eventCode": "DEC",
            "title": "Decision",
            "judge": "Buch",
            "draft": DECISION,
            "document": document("decision"),
        }),
    )
    .await;
    walk.step(
        "… signed",
        "",
        "judge",
        json!({"type": "SignOrder", "draft": DECISION, "signedBy": "Buch"}),
    )
    .await;
    walk.step(
        "… recorded",
        "",
        "docketclerk",
        json!({"type": "FileCourtIssuedDocument", "draft": DECISION}),
    )
    .await;
    let decision = walk.last_index().await;
    walk.step(
        "… and served, which closes the case",
        "",
        "docketclerk",
        json!({"type": "ServeCourtIssuedDocument", "docketEntry": decision}),
    )
    .await;
    let appealed = walk
        .step(
            "The case is appealed",
            "It is not closed any more.",
            "docketclerk",
            json!({"type": "UpdateCaseContext", "status": "On Appeal"}),
        )
        .await;
    let fields = ["status", "closedDate", "lastDocketEntryIndex"];
    let case = walk
        .look("", "docketclerk", &fields, appealed.version())
        .await;
    assert_eq!(case["status"], "On Appeal");
    assert_eq!(case["closedDate"], Value::Null);
}

/// What the public sees, and what the history tells.
async fn what_remains(walk: &mut Walk<'_>) {
    let path = format!("/v1/cases/{}", walk.number);
    let public = walk
        .service
        .client_as(walk.dir, "petitioner", "somebody-else");
    let case = public.get(&path).await.expect(200).body;
    assert_eq!(
        case["status"],
        Value::Null,
        "an outsider sees what is public"
    );
    let codes = case["docketEntries"].as_array().unwrap();
    assert!(codes.iter().all(|entry| entry["eventCode"] != "STIN"));
    walk.page
        .docket("What the public sees of the record", codes);

    let path = format!("{path}/history?limit=500");
    let history = walk.client("docketclerk").get(&path).await.expect(200).body;
    walk.page
        .history("Who did what", history["commits"].as_array().unwrap());
}

impl Walk<'_> {
    async fn last_index(&self) -> u64 {
        let path = format!("/v1/cases/{}?minVersion=1", self.number);
        let head = self.client("docketclerk");
        let history = head
            .get(&format!(
                "/v1/cases/{}/history?order=desc&limit=1",
                self.number
            ))
            .await
            .expect(200);
        let version = history.body["commits"][0]["version"].as_u64().unwrap();
        let path = path.replace("=1", &format!("={version}"));
        let case = head.get(&path).await.expect(200).body;
        case["lastDocketEntryIndex"].as_u64().unwrap()
    }
}

/// The page of the documentation. What differs from run to run (ids, the time now) is written
/// in the same way each time.
struct Page {
    text: String,
    steps: usize,
    ids: BTreeMap<String, String>,
}

impl Page {
    fn new() -> Self {
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

    fn step(
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

    fn look(&mut self, story: &str, role: &str, path: &str, fields: &[&str], case: &Value) {
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

    fn refusal(&mut self, story: &str, answer: &Answered) {
        let _ = write!(self.text, "\n{story}\n\n");
        self.answer(&answer.body);
    }

    fn docket(&mut self, title: &str, entries: &[Value]) {
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

    fn history(&mut self, title: &str, commits: &[Value]) {
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
        let recent = chrono::DateTime::parse_from_rfc3339(text)
            .is_ok_and(|at| (chrono::Utc::now() - at.to_utc()).num_hours().abs() < 24);
        if recent {
            "now".to_owned()
        } else {
            text.to_owned()
        }
    }

    fn hold_to_the_committed_one(&self) {
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
