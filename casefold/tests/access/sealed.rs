//! What is sealed tells an outsider nothing. Two courts are made that differ in what is sealed,
//! and in what is kept from the public, alone ([`twins`]). Whoever stands outside asks everything
//! that the API's description has ([`operations`]), and gets the same from both, to the byte.
//!
//! What each reader sees of each part of a case is in `casefold/tests/service/visibility`. Here it
//! is what nobody thought of: counts, tags, cursors, lengths, refusals, whether something is there.
//!
//! What is alike but for one header: `Date`. Histories are told with the same ids and times in
//! both, so nothing else needs to be left out. What an outsider sees of how much happened:
//!
//! - The version of an **open** case, in its ETag and body, counts every commit, also of what only the
//!   court sees (a note, a deadline, a sealed entry). It is the case's version, and a reader needs
//!   it to tell whether something changed. So open cases have as many commits in both courts.
//! - Docket numbers count every petition, and whether a number is of a sealed case is told: the
//!   domain has it so.
//! - A sealed entry of an open case has its place on the record: index, event code, filing date.
//!
//! `CASEFOLD_TWINS` says how many pairs of courts are made.

mod operations;
mod twins;

use std::collections::BTreeMap;

use casefold_command_api::command::FilePetition;
use casefold_events::vocabulary::Role;
use reqwest::Method;
use serde_json::Value;

use self::operations::{Breadth, commands, count, reads};
use self::twins::{
    CASES, FORMER_COUNSEL, OTHER, OTHERS_COUNSEL, OTHERS_PETITIONER, OTHERS_RESPONDENT, SEALED,
    SISTER, Twin, WITH_SEALED_ENTRIES, histories,
};
use crate::chance::Chance;
use crate::court::{Answer, Ask, Court, openapi};
use crate::history::docket;

/// How many pairs of courts are made where nothing else is said: one whose sealed case was
/// served, and one whose was not.
const TWINS: u64 = 2;

/// How many differences a failure tells.
const MOST_TOLD: usize = 50;

/// The name in every outsider's token.
const NAME: &str = "Onna Thisname";

/// Somebody to whom neither sealed case is their own.
struct Outsider {
    user: &'static str,
    role: Option<Role>,
    breadth: Breadth,
    /// Cases in which they are no outsider.
    own: &'static [u32],
}

impl Outsider {
    /// Whether they ask about a case in which they are none.
    fn is_at_home(&self, path: &str) -> bool {
        let mut own = self.own.iter().map(|serial| docket(*serial).to_string());
        own.any(|number| path.starts_with(&format!("/v1/cases/{number}")))
    }
}

fn outsiders(is_served: bool) -> Vec<Outsider> {
    let of = |user, role, breadth| Outsider {
        user,
        role: Some(role),
        breadth,
        own: &[],
    };
    let mut outsiders = vec![
        of("somebody", Role::Petitioner, Breadth::Everything),
        of(
            FORMER_COUNSEL,
            Role::PrivatePractitioner,
            Breadth::Everything,
        ),
        of(
            OTHERS_COUNSEL,
            Role::PrivatePractitioner,
            Breadth::Everything,
        ),
        of(OTHERS_PETITIONER, Role::Petitioner, Breadth::Required),
        of(OTHERS_RESPONDENT, Role::IrsPractitioner, Breadth::Required),
        of("somebody", Role::PrivatePractitioner, Breadth::Required),
        of("somebody", Role::IrsPractitioner, Breadth::Required),
        of(crate::record::NORA, Role::Admin, Breadth::Required),
        Outsider {
            user: "nobody",
            role: None,
            breadth: Breadth::Required,
            own: &[],
        },
    ];
    if !is_served {
        // The respondent has a case from its service on, and so has those that are served.
        outsiders.push(Outsider {
            own: &[WITH_SEALED_ENTRIES, SISTER, OTHER],
            ..of("superuser", Role::IrsSuperuser, Breadth::Everything)
        });
    }
    outsiders
}

/// The two courts, with their histories told and their lists made.
async fn twin_courts(seed: u64) -> [Court; 2] {
    let mut chance = Chance::of(seed);
    let mut courts = Vec::new();
    for twin in [Twin::One, Twin::Other] {
        let court = Court::open().await;
        let histories = histories(twin, is_served(seed), &mut chance);
        for (serial, commits) in histories {
            court.tell(docket(serial), commits).await;
        }
        for serial in CASES {
            court
                .until_found(&docket(serial).to_string(), docket(serial))
                .await;
        }
        courts.push(court);
    }
    courts.try_into().ok().unwrap()
}

const fn is_served(seed: u64) -> bool {
    seed.is_multiple_of(2)
}

/// Asks both courts the same, as the same person.
struct Asking<'a> {
    courts: &'a [Court; 2],
    tokens: Option<[String; 2]>,
    who: String,
    answers: usize,
    /// How often each status came.
    statuses: BTreeMap<u16, usize>,
    differences: Vec<String>,
}

impl Asking<'_> {
    async fn ask(&mut self, ask: &Ask) -> [Answer; 2] {
        let ask = ask.clone().header("x-correlation-id", "one-of-two");
        let mut answers = Vec::new();
        for (at, court) in self.courts.iter().enumerate() {
            let ask = match &self.tokens {
                Some(tokens) => ask.clone().by(&tokens[at]),
                None => ask.clone(),
            };
            let mut answer = court.ask(&ask).await;
            answer
                .headers
                .remove("date")
                .expect("each answer has a date");
            answers.push(answer);
        }
        let [one, other]: [Answer; 2] = answers.try_into().unwrap();
        self.answers += 1;
        *self.statuses.entry(one.status).or_default() += 1;
        if one != other {
            self.differences.push(format!(
                "{} as {}:\n  {} {:?} {}\n  {} {:?} {}",
                ask.told(),
                self.who,
                one.status,
                one.headers,
                one.text(),
                other.status,
                other.headers,
                other.text()
            ));
        }
        for twin in [Twin::One, Twin::Other] {
            // What was asked for is told back in places.
            let asked = ask.told().contains(twin.word());
            let told = format!("{:?} {}", one.headers, one.text()).contains(twin.word());
            if told && !asked {
                self.differences
                    .push(format!("{} as {} tells", ask.told(), self.who));
            }
        }
        [one, other]
    }

    /// Asks, and follows the pages of the answer to their end.
    async fn ask_all_pages(&mut self, ask: &Ask) {
        let mut ask = ask.clone();
        for _ in 0..20 {
            let [answer, _] = self.ask(&ask).await;
            let body = answer.json();
            let Some(next) = next_page(&ask.path, &body) else {
                return;
            };
            ask.path = next;
        }
        panic!("{} has no end", ask.path);
    }
}

/// Where an answer goes on.
fn next_page(path: &str, body: &Value) -> Option<String> {
    let next = body["next"].as_str().or(body["nextDocketEntries"].as_str());
    if let Some(next) = next {
        return Some(next.to_owned());
    }
    let cursor = body["nextCursor"].as_str()?;
    let mut url = reqwest::Url::parse("http://court")
        .unwrap()
        .join(path)
        .unwrap();
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "cursor")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(pairs)
        .append_pair("cursor", cursor);
    Some(format!(
        "{}?{}",
        url.path(),
        url.query().unwrap_or_default()
    ))
}

#[tokio::test]
async fn two_courts_that_differ_in_what_is_sealed_are_the_same_to_outsiders() {
    let pairs = std::env::var("CASEFOLD_TWINS").ok();
    let pairs = pairs.and_then(|pairs| pairs.parse().ok()).unwrap_or(TWINS);
    let openapi = openapi();
    let (mut answers, mut statuses) = (0, BTreeMap::<u16, usize>::new());
    let mut differences = Vec::new();
    for seed in 0..pairs {
        let courts = twin_courts(seed).await;
        for outsider in outsiders(is_served(seed)) {
            let tokens = outsider.role.map(|role| {
                courts
                    .each_ref()
                    .map(|court| court.token(outsider.user, role, Some(NAME)))
            });
            let role = outsider.role.map_or("nobody", Role::as_str);
            let mut asking = Asking {
                courts: &courts,
                tokens,
                who: format!("{} as {role}, pair {seed}", outsider.user),
                answers: 0,
                statuses: BTreeMap::new(),
                differences: Vec::new(),
            };
            for ask in reads(&openapi, outsider.breadth) {
                if outsider.is_at_home(&ask.path) {
                    continue;
                }
                if ask.method == Method::GET {
                    asking.ask_all_pages(&ask).await;
                } else {
                    asking.ask(&ask).await;
                }
            }
            for ask in commands(&openapi) {
                let [answer, _] = asking.ask(&ask).await;
                assert!(answer.status >= 400, "{}: {}", ask.told(), answer.text());
            }
            differences.extend(asking.differences);
            answers += asking.answers;
            for (status, times) in asking.statuses {
                *statuses.entry(status).or_default() += times;
            }
        }
        for court in courts {
            nothing_personal_is_logged(&court.log());
            court.close().await;
        }
    }
    let first = &differences[..differences.len().min(MOST_TOLD)];
    let told = first.join("\n");
    assert!(
        first.is_empty(),
        "{} of {answers}:\n{told}",
        differences.len()
    );
    // Else that they are the same would say little.
    for status in [200, 304, 400, 401, 403, 404] {
        assert!(statuses.contains_key(&status), "{statuses:?}");
    }
    let (gets, posts) = count(&openapi);
    println!(
        "{answers} requests by {pairs} pairs of courts, of {gets} operations that read and {posts} \
         that change something: {statuses:?}"
    );
}

/// Whether the log tells of requests, and of nobody.
fn nothing_personal_is_logged(log: &str) {
    let lines = log.lines().filter(|line| line.contains("served")).count();
    assert!(
        lines > 1_000,
        "the log has a line for each request: {lines}"
    );
    for word in [
        Twin::One.word(),
        Twin::Other.word(),
        NAME,
        "secret-",
        "Lindholm",
    ] {
        assert!(!log.contains(word), "the log has {word}");
    }
}

#[tokio::test]
async fn what_is_stored_and_numbered_tells_nothing_of_what_is_sealed() {
    let courts = twin_courts(1).await;
    let content = b"%PDF-1.7 a report of a sealed case";
    let upload = Ask::new(Method::POST, "/v1/documents")
        .header("content-type", "application/pdf")
        .header("x-correlation-id", "one-of-two")
        .bytes(content);
    // One of the courts has it already.
    let clerk = courts[0].token("clerk", Role::DocketClerk, None);
    let stored = courts[0].ask(&upload.clone().by(&clerk)).await;
    assert_eq!(stored.status, 201, "{}", stored.text());
    let mut told = Vec::new();
    for court in &courts {
        let token = court.token("somebody", Role::Petitioner, Some(NAME));
        let mut stored = court.ask(&upload.clone().by(&token)).await;
        stored.headers.remove("date").unwrap();
        let petition = Ask::post("/v1/cases", &FilePetition::example()).by(&token);
        let filed = court.ask(&petition).await;
        assert_eq!(filed.status, 201, "{}", filed.text());
        told.push((stored, filed.headers["location"].clone()));
    }
    assert_eq!(told[0], told[1]);
    for court in courts {
        court.close().await;
    }
}

#[tokio::test]
async fn the_two_courts_differ_to_those_who_may_see() {
    let courts = twin_courts(0).await;
    for serial in [SEALED, WITH_SEALED_ENTRIES] {
        let mut seen = Vec::new();
        for (court, twin) in courts.iter().zip([Twin::One, Twin::Other]) {
            let clerk = court.token("clerk", Role::DocketClerk, None);
            let path = format!("/v1/cases/{}", docket(serial));
            let answer = court.ask(&Ask::get(path).by(&clerk)).await;
            assert_eq!(answer.status, 200);
            assert!(answer.text().contains(twin.word()), "{}", answer.text());
            seen.push(answer.body);
        }
        assert_ne!(seen[0], seen[1], "{serial}");
    }
    for court in courts {
        court.close().await;
    }
}
