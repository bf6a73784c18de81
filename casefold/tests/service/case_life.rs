//! One case's life, from petition to appeal, over HTTP; and the page of the documentation
//! that shows it, with what the service really answered.
//!
//! `CASEFOLD_UPDATE_DOCS=1 cargo test -p casefold --test service case_life` writes the page.

mod page;

use std::path::Path;

use serde_json::{Value, json};

use self::page::Page;
use crate::support::{Answered, Client, Served};

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
