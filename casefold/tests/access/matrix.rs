//! Who may send what: role × command × how the sender stands to the case, over HTTP on the real
//! program. Which roles may is the service's own table ([`permissions::PERMISSIONS`]), by which
//! `docs/rules.md` is made, too; the decisions alone are held to it by
//! `command-api/tests/decide/permissions.rs`.
//!
//! Each request has a correlation id of its own, which its commits would carry. So one look at
//! the whole event table tells that nothing was written but by what was carried out.
//!
//! How somebody stands to a case is nothing to the court's own roles, so three of these are asked
//! about in each of those, and about sealed cases what somebody outside may send. With
//! `CASEFOLD_MATRIX=whole` every cell is tried, which takes minutes.
//!
//! [`permissions::PERMISSIONS`]: casefold_command_api::rules::permissions::PERMISSIONS

mod people;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use casefold_command_api::refusal::{Refusal, RefusalCode};
use casefold_command_api::rules::permissions::{PERMISSIONS, may_upload};
use casefold_events::vocabulary::Role;
use futures::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::json;

use self::people::{Relation, histories};
use self::table::{About, Row, Verdict};
use crate::court::{Answer, Ask, Court, openapi};
use crate::history::docket;

/// Cases are told under numbers that the service doesn't give by itself for long.
const FIRST_SERIAL: u32 = 200_001;

/// How many rows are tried at once.
const AT_ONCE: usize = 4;

/// Two cases of a group, which stand as they were told.
struct Pair {
    case: String,
    sister: String,
}

struct Trial<'a> {
    court: &'a Court,
    is_sealed: bool,
    is_whole: bool,
    next_serial: &'a AtomicU32,
    tokens: &'a BTreeMap<(Role, &'static str), String>,
}

/// What came of the cells of a row.
#[derive(Default)]
struct Counted {
    cells: usize,
    refused: usize,
    /// The correlation ids of what was carried out.
    carried_out: BTreeSet<String>,
}

impl Trial<'_> {
    async fn pair(&self) -> Pair {
        let first = self.next_serial.fetch_add(2, Ordering::Relaxed);
        let serials = [first, first + 1];
        for (serial, events) in serials.into_iter().zip(histories(serials, self.is_sealed)) {
            self.court.tell(docket(serial), vec![events]).await;
        }
        let [case, sister] = serials.map(|serial| docket(serial).to_string());
        Pair { case, sister }
    }

    async fn send(&self, row: &Row, role: Role, token: &str, pair: &Pair, id: &str) -> Answer {
        let path = match row.about {
            About::Nothing => "/v1/cases".to_owned(),
            About::Case => format!("/v1/cases/{}/commands", pair.case),
            About::Group => "/v1/commands".to_owned(),
            About::Calendar => "/v1/trial-calendars".to_owned(),
        };
        let body = row.body(role, [&pair.case, &pair.sister]);
        let ask = Ask::post(path, &body).header("x-correlation-id", id);
        self.court.ask(&ask.by(token)).await
    }

    /// Every role, by everybody. What is carried out changes the cases, so others take their place.
    async fn row(&self, number: usize, row: &Row) -> Counted {
        let mut counted = Counted::default();
        let mut pair = self.pair().await;
        for role in Role::ALL.iter().copied() {
            for relation in relations(role, self.is_whole).iter().copied() {
                let verdict = row.verdict(role, relation, self.is_sealed);
                let id = format!("{}-{number}-{role}-{}", self.is_sealed, relation.user());
                let token = &self.tokens[&(role, relation.user())];
                let answer = self.send(row, role, token, &pair, &id).await;
                let cell = format!(
                    "{} by {role}, {relation:?}, sealed: {}; {}: {}",
                    row.command,
                    self.is_sealed,
                    answer.status,
                    answer.text()
                );
                match verdict {
                    Verdict::Refused(code) => {
                        assert_eq!(
                            (answer.status, answer.code().as_str()),
                            (403, code),
                            "{cell}"
                        );
                        counted.refused += 1;
                    }
                    Verdict::Passes => assert!(passes(&answer), "{cell}"),
                }
                if was_carried_out(row.about, &answer) {
                    counted.carried_out.insert(id);
                    pair = self.pair().await;
                }
                counted.cells += 1;
            }
        }
        counted
    }
}

/// Who sends it in a role.
const fn relations(role: Role, is_whole: bool) -> &'static [Relation] {
    if is_whole || !role.is_internal() {
        &Relation::ALL
    } else {
        &[
            Relation::Petitioner,
            Relation::AssignedJudge,
            Relation::Stranger,
        ]
    }
}

/// Whether something was written. A trial calendar's answer tells of each case.
fn was_carried_out(about: About, answer: &Answer) -> bool {
    let is_success = (200..300).contains(&answer.status);
    is_success && (about != About::Calendar || answer.json()["steps"] != 0)
}

/// Whether an answer is of somebody who may ask: it was done, or a rule is against it that has
/// nothing to do with who asks. That a case or a route isn't there would say nothing.
fn passes(answer: &Answer) -> bool {
    let code = answer.code();
    let is_rule = |code: &str| {
        let of_rules = |it: &RefusalCode| it.code == code && it.status != 403;
        Refusal::ALL.iter().any(of_rules)
    };
    (200..300).contains(&answer.status) || is_rule(&code)
}

fn tokens(court: &Court) -> BTreeMap<(Role, &'static str), String> {
    let everybody = Role::ALL
        .iter()
        .flat_map(|role| Relation::ALL.map(|relation| (*role, relation.user(), relation.name())));
    everybody
        .map(|(role, user, name)| ((role, user), court.token(user, role, name)))
        .collect()
}

#[tokio::test]
async fn each_role_may_send_what_the_table_says_about_the_cases_that_are_its_own() {
    // Nothing of it is read from snapshots.
    let court = Court::open_with(&["--no-projector"]).await;
    let rows = Row::all(&openapi());
    let tried: BTreeSet<_> = rows.iter().map(|row| row.command.as_str()).collect();
    let in_table: BTreeSet<_> = PERMISSIONS.iter().map(|(command, _)| *command).collect();
    assert_eq!(tried, in_table, "each command of the table has an example");

    let tokens = tokens(&court);
    let next_serial = AtomicU32::new(FIRST_SERIAL);
    let (mut cells, mut expected_cells, mut refused) = (0, 0, 0);
    let is_whole = std::env::var("CASEFOLD_MATRIX").is_ok_and(|what| what == "whole");
    let mut carried_out = BTreeSet::new();
    for is_sealed in [false, true] {
        let trial = Trial {
            court: &court,
            is_sealed,
            is_whole,
            next_serial: &next_serial,
            tokens: &tokens,
        };
        let tried: Vec<_> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| is_whole || !is_sealed || row.is_for_others())
            .collect();
        let in_role = |role: &Role| relations(*role, is_whole).len();
        expected_cells += tried.len() * Role::ALL.iter().map(in_role).sum::<usize>();
        let work = tried
            .into_iter()
            .map(|(number, row)| trial.row(number, row));
        let mut work = stream::iter(work).buffer_unordered(AT_ONCE);
        while let Some(counted) = work.next().await {
            cells += counted.cells;
            refused += counted.refused;
            carried_out.extend(counted.carried_out);
        }
    }
    assert_eq!(cells, expected_cells);

    // That of the histories.
    let told = "correlation-1";
    let mut traces: BTreeSet<String> = BTreeSet::new();
    for commit in court.commits().await {
        traces.insert(commit.correlation_id.to_string());
    }
    assert!(traces.remove(told));
    assert_eq!(
        traces, carried_out,
        "what was carried out left commits, and nothing else did"
    );
    println!(
        "{cells} cells: {refused} refused by who asks, {} carried out, {} refused by another rule",
        carried_out.len(),
        cells - refused - carried_out.len()
    );
    court.close().await;
}

#[tokio::test]
async fn nobody_sends_anything_without_a_token() {
    let court = Court::open().await;
    let serials = [FIRST_SERIAL, FIRST_SERIAL + 1];
    for (serial, events) in serials.into_iter().zip(histories(serials, false)) {
        court.tell(docket(serial), vec![events]).await;
    }
    let openapi = openapi();
    let mut asked = 0;
    for (path, operations) in openapi["paths"].as_object().unwrap() {
        if operations.get("post").is_none() {
            continue;
        }
        let path = path.replace("{docketNumber}", &docket(FIRST_SERIAL).to_string());
        let answer = court
            .ask(&Ask::post(path.as_str(), &json!({"type": "SealCase"})))
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "TOKEN_MISSING"),
            "{path}"
        );
        assert!(answer.headers.contains_key("www-authenticate"), "{path}");
        asked += 1;
    }
    assert_eq!(asked, 6, "as many operations as change something");
    assert_eq!(court.commits().await.len(), 2);
    court.close().await;
}

#[tokio::test]
async fn documents_are_brought_in_by_whoever_may_file_one() {
    let court = Court::open().await;
    for role in Role::ALL.iter().copied() {
        let token = court.token("somebody", role, None);
        let ask = Ask::new(Method::POST, "/v1/documents")
            .header("content-type", "application/pdf")
            .bytes(b"%PDF-1.7 a document");
        let answer = court.ask(&ask.by(&token)).await;
        let expected = if may_upload(role) {
            (201, String::new())
        } else {
            (403, "ROLE_NOT_ALLOWED".to_owned())
        };
        assert_eq!((answer.status, answer.code()), expected, "{role}");
    }
    court.close().await;
}
