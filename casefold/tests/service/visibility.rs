//! What each reader sees: reader × state × endpoint, in one table.
//!
//! Every text of a case is a secret with a name ([`record`]). An answer, its body and its
//! headers, has the secrets that [`SECRETS`] gives its reader, each of them, and no other.

mod lists;
#[allow(dead_code, reason = "each test target uses a part of it")]
mod record;

use std::collections::BTreeSet;

use casefold::backend::Backend;
use casefold::cli::Options;
use casefold_command_api::access::may_audit;
use casefold_events::CaseEvent;
use casefold_events::vocabulary::Role;
use casefold_shared::gateway::{AppendOutcome, EventStore};

use self::record::{BRUNO, NORA, NORAS_COUNSEL, RESPONDENTS_COUNSEL, Record};
use crate::history::{Chain, docket};
use crate::support::{Answered, Client, Served};

/// Which secret stands where, and who sees it in a served case that is not sealed.
///
/// N: Nora, whose address is sealed. NC: her counsel. B: Bruno, her husband. RC: the
/// respondent's counsel. RS: the respondent's superuser. S: a party of a sister case in the
/// same consolidated group. P: everybody else, the public. The court sees all.
#[rustfmt::skip]
const SECRETS: &[(&str, Part, [bool; 7])] = &[
    //                                        N    NC   B    RC   RS   S    P
    ("caption",                     CASE,    [YES, YES, YES, YES, YES, YES, YES]),
    ("sealed-name",                 CASE,    [YES, YES, YES, YES, YES, YES, YES]),
    ("sealed-address",              CASE,    [YES, YES, NO,  NO,  NO,  NO,  NO ]),
    ("sealed-care-of",              CASE,    [YES, YES, NO,  NO,  NO,  NO,  NO ]),
    ("sealed-phone",                CASE,    [YES, YES, NO,  NO,  NO,  NO,  NO ]),
    ("sealed-mail",                 CASE,    [YES, YES, NO,  NO,  NO,  NO,  NO ]),
    ("open-name",                   CASE,    [YES, YES, YES, YES, YES, YES, YES]),
    ("open-address",                CASE,    [YES, YES, YES, YES, YES, YES, NO ]),
    ("open-care-of",                CASE,    [YES, YES, YES, YES, YES, YES, NO ]),
    ("open-phone",                  CASE,    [YES, YES, YES, YES, YES, YES, NO ]),
    ("open-mail",                   CASE,    [YES, YES, YES, YES, YES, YES, NO ]),
    ("counsel-phone",               CASE,    [YES, YES, YES, YES, YES, YES, NO ]),
    ("hearing",                     CASE,    [YES, YES, YES, YES, YES, YES, NO ]),
    ("calendar-notes",              CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("planned-trial",               CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("mailing-date",                CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("block",                       CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("deadline",                    CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("letter-title",                CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("letter-document",             CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("penalty",                     CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("note",                        CASE,    [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("served-title",                ENTRIES, [YES, YES, YES, YES, YES, YES, YES]),
    ("served-document",             ENTRIES, [YES, YES, YES, YES, YES, YES, YES]),
    ("served-name",                 ENTRIES, [YES, YES, YES, YES, YES, YES, NO ]),
    ("served-mail",                 ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("stamp",                       ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("check",                       ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("filed-title",                 ENTRIES, [YES, YES, YES, YES, YES, YES, YES]),
    ("filed-document",              ENTRIES, [YES, YES, YES, YES, YES, YES, NO ]),
    ("order-title",                 ENTRIES, [YES, YES, YES, YES, YES, YES, YES]),
    ("order-document",              ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("sealed-to-public-title",      ENTRIES, [YES, YES, YES, YES, YES, YES, NO ]),
    ("sealed-to-public-document",   ENTRIES, [YES, YES, YES, YES, YES, YES, NO ]),
    ("sealed-to-external-title",    ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("sealed-to-external-document", ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("stricken-title",              ENTRIES, [YES, YES, YES, YES, YES, YES, YES]),
    ("stricken-document",           ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("stin-title",                  ENTRIES, [YES, YES, NO,  NO,  NO,  NO,  NO ]),
    ("stin-document",               ENTRIES, [YES, YES, NO,  NO,  NO,  NO,  NO ]),
    ("draft-title",                 ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
    ("draft-document",              ENTRIES, [NO,  NO,  NO,  NO,  NO,  NO,  NO ]),
];

/// The endpoints: which parts of a case each tells, and what it answers to readers who may
/// see the case, to the public of a sealed case, and to readers outside the court.
const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/cases/{n}",
        parts: &[CASE, ENTRIES],
        sealed: 200,
        outside: Outside::AsTheTableSays,
    },
    Endpoint {
        path: "/v1/cases/{n}/docket-entries",
        parts: &[ENTRIES],
        sealed: 403,
        outside: Outside::AsTheTableSays,
    },
    Endpoint {
        path: "/v1/cases/{n}/docket-entries?limit=1000",
        parts: &[ENTRIES],
        sealed: 403,
        outside: Outside::AsTheTableSays,
    },
    Endpoint {
        path: "/v1/cases/{n}/history",
        parts: &[CASE, ENTRIES],
        sealed: 403,
        outside: Outside::Refused,
    },
    Endpoint {
        path: "/v1/cases/{n}/history?recordedFrom=2020-01-01T00:00:00Z",
        parts: &[CASE, ENTRIES],
        sealed: 403,
        outside: Outside::Refused,
    },
    // The past is for the court, whosever the case is: what is sealed now was not then.
    Endpoint {
        path: "/v1/cases/{n}?atVersion=1",
        parts: &[CASE, ENTRIES],
        sealed: 403,
        outside: Outside::Refused,
    },
    Endpoint {
        path: "/v1/cases/{n}?recordedAt=2100-01-01T00:00:00Z",
        parts: &[CASE, ENTRIES],
        sealed: 403,
        outside: Outside::Refused,
    },
    Endpoint {
        path: "/v1/cases/{n}/docket-entries?effectiveOn=2100-01-01",
        parts: &[ENTRIES],
        sealed: 403,
        outside: Outside::Refused,
    },
    Endpoint {
        path: "/v1/cases/{n}/blame?limit=5000",
        parts: &[CASE, ENTRIES],
        sealed: 403,
        outside: Outside::Refused,
    },
];

/// Questions across cases tell no secret to anybody, and answer those who may audit alone. The
/// log of accesses has what readers asked, and not what they were shown.
const ACROSS_CASES: &[&str] = &[
    "/v1/audit/commits",
    "/v1/audit/commits?eventType=CaseSealed",
    "/v1/audit/accesses",
];

/// The cases: each has every secret, and stands otherwise.
const CASES: &[(u32, State)] = &[
    (101, State::Open),
    (102, State::Sealed),
    (103, State::NotServed),
];
/// A case of another petitioner, consolidated with the first two.
const SISTER: u32 = 104;
const SISTERS_PARTY: &str = "cora";

const YES: bool = true;
const NO: bool = false;
const CASE: Part = Part::Case;
const ENTRIES: Part = Part::Entries;

/// Where a secret stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Case,
    Entries,
}

struct Endpoint {
    path: &'static str,
    parts: &'static [Part],
    /// The status for the public of a sealed case.
    sealed: u16,
    outside: Outside,
}

/// What readers outside the court are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outside {
    AsTheTableSays,
    Refused,
}

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Sealed,
    NotServed,
}

/// Who reads: by the column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Court,
    Nora,
    NorasCounsel,
    Bruno,
    RespondentsCounsel,
    Superuser,
    Sister,
    Public,
    /// An administrator, who sees no cases.
    Nobody,
}

/// Every reader: the user, the role, and the column of the table.
fn readers() -> Vec<(&'static str, Role, Column)> {
    let mut readers = vec![
        (NORA, Role::Petitioner, Column::Nora),
        (
            NORAS_COUNSEL,
            Role::PrivatePractitioner,
            Column::NorasCounsel,
        ),
        (BRUNO, Role::Petitioner, Column::Bruno),
        (
            RESPONDENTS_COUNSEL,
            Role::IrsPractitioner,
            Column::RespondentsCounsel,
        ),
        ("superuser", Role::IrsSuperuser, Column::Superuser),
        (SISTERS_PARTY, Role::Petitioner, Column::Sister),
        ("somebody", Role::Petitioner, Column::Public),
        ("somebody", Role::PrivatePractitioner, Column::Public),
        ("somebody", Role::IrsPractitioner, Column::Public),
        ("admin", Role::Admin, Column::Nobody),
        // An administrator is nobody in their own case either.
        (NORA, Role::Admin, Column::Nobody),
    ];
    let internal = Role::ALL.iter().filter(|role| role.is_internal());
    readers.extend(internal.map(|role| ("of-the-court", *role, Column::Court)));
    readers
}

impl Column {
    /// Who they are to a case that stands so.
    fn in_state(self, state: State) -> Self {
        match (self, state) {
            // The respondent has a case from its service on, and it is in no group before.
            (Self::Superuser | Self::Sister, State::NotServed) => Self::Public,
            (column, State::Open | State::Sealed | State::NotServed) => column,
        }
    }

    fn sees(self, seen: &[bool; 7]) -> bool {
        match self {
            Self::Court => true,
            Self::Nora => seen[0],
            Self::NorasCounsel => seen[1],
            Self::Bruno => seen[2],
            Self::RespondentsCounsel => seen[3],
            Self::Superuser => seen[4],
            Self::Sister => seen[5],
            Self::Public => seen[6],
            Self::Nobody => false,
        }
    }
}

/// The status and the secrets with which an endpoint answers.
fn expected(endpoint: &Endpoint, column: Column, serial: u32, state: State) -> Expected {
    let status = match column {
        Column::Court => 200,
        Column::Nobody => 403,
        _ if endpoint.outside == Outside::Refused => 403,
        Column::Public if state == State::Sealed => endpoint.sealed,
        _ => 200,
    };
    let is_told = status == 200 && !(column == Column::Public && state == State::Sealed);
    let secrets = SECRETS
        .iter()
        .filter(|(_, part, seen)| is_told && endpoint.parts.contains(part) && column.sees(seen))
        .map(|(name, ..)| format!("secret-{name}-{serial}"))
        .collect();
    Expected { status, secrets }
}

#[derive(Debug, PartialEq, Eq)]
struct Expected {
    status: u16,
    secrets: BTreeSet<String>,
}

/// The status of an answer, and every secret in its body and headers.
fn found(answer: &Answered) -> Expected {
    let text = format!("{} {:?}", answer.body, answer.headers);
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    Expected {
        status: answer.status.as_u16(),
        secrets: words
            .filter(|word| word.starts_with("secret-"))
            .map(str::to_owned)
            .collect(),
    }
}

/// Appends the histories of the cases beside the running service.
async fn tell_histories(data_dir: &std::path::Path) {
    let options = Options {
        data_dir: data_dir.to_owned(),
        endpoint_url: None,
        table_prefix: "casefold".to_owned(),
        json: false,
    };
    let backend = Backend::open(&options).await.unwrap();
    let together = [CASES[0].0, CASES[1].0, SISTER];
    let mut histories: Vec<(u32, Vec<CaseEvent>)> = CASES
        .iter()
        .map(|(serial, state)| {
            let mut events = Record::of(docket(*serial)).whole();
            match state {
                State::Open => {
                    events.extend(record::petition_served());
                    events.extend(record::consolidated(&together));
                }
                State::Sealed => {
                    events.extend(record::petition_served());
                    events.extend(record::consolidated(&together));
                    events.extend(record::case_sealed());
                }
                State::NotServed => {}
            }
            (*serial, events)
        })
        .collect();
    let mut sister = Record::of(docket(SISTER)).of_petitioner(SISTERS_PARTY);
    sister.extend(record::petition_served());
    sister.extend(record::consolidated(&together));
    histories.push((SISTER, sister));
    for (serial, events) in histories {
        let commit = Chain::of(docket(serial)).commit(events);
        let outcome = backend.store().commit_append(&commit).await.unwrap();
        assert_eq!(outcome, AppendOutcome::Written);
    }
    backend.close().await;
}

#[tokio::test]
async fn each_reader_sees_of_each_case_at_each_endpoint_what_the_table_says_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    tell_histories(dir.path()).await;
    let clerk = service.client(dir.path(), "docketclerk");
    for (serial, _) in CASES {
        clerk.snapshot_at(&docket(*serial).to_string(), 1).await;
    }
    let mut answers = 0;
    for (user, role, column) in readers() {
        let client = service.client_as(dir.path(), role.as_str(), user);
        for (serial, state) in CASES {
            let column = column.in_state(*state);
            for endpoint in ENDPOINTS {
                let path = endpoint.path.replace("{n}", &docket(*serial).to_string());
                let answer = client.get(&path).await;
                let expected = expected(endpoint, column, *serial, *state);
                assert_eq!(found(&answer), expected, "{user} as {role} gets {path}");
                if column == Column::Public && *state == State::Sealed {
                    assert_nothing_but_the_number(&answer);
                }
                answers += 1;
            }
        }
    }
    assert_eq!(answers, readers().len() * CASES.len() * ENDPOINTS.len());
    for (user, role, _) in readers() {
        let client = service.client_as(dir.path(), role.as_str(), user);
        for path in ACROSS_CASES {
            let answer = client.get_with(path, &[("x-audit-reason", "a test")]).await;
            let status = if may_audit(role) { 200 } else { 403 };
            let secrets = BTreeSet::new();
            let expected = Expected { status, secrets };
            assert_eq!(found(&answer), expected, "{user} as {role} gets {path}");
        }
    }
    no_reader_without_a_token(&service.stranger()).await;
    let nora = service.client_as(dir.path(), "petitioner", NORA);
    let sister = service.client_as(dir.path(), "petitioner", SISTERS_PARTY);
    let somebody = service.client_as(dir.path(), "petitioner", "somebody");
    // Who reads through a group may stand otherwise tomorrow while the case stays as it is.
    let known = [("if-none-match", "\"1.3\"")];
    // Nor is whoever stands outside told by it that a case is in no group.
    somebody
        .get_with("/v1/cases/103-26", &known)
        .await
        .expect(200);
    for (client, status) in [(nora, 304), (sister, 200), (somebody, 200)] {
        client
            .get_with("/v1/cases/101-26", &known)
            .await
            .expect(status);
    }
}

/// What the public of a sealed case is told, whatever it asks.
fn assert_nothing_but_the_number(answer: &Answered) {
    assert_eq!(answer.header("etag"), None, "a version tells of events");
    if answer.status.is_success() {
        let only = serde_json::json!({
            "docketNumber": "102-26",
            "docketNumberSuffix": "S",
            "isPaper": true,
            "isSealed": true,
        });
        assert_eq!(answer.body, only);
    } else {
        answer_is_a_problem_alone(answer);
    }
}

fn answer_is_a_problem_alone(answer: &Answered) {
    let fields: BTreeSet<_> = answer.body.as_object().unwrap().keys().cloned().collect();
    let of_problems = [
        "code",
        "correlationId",
        "detail",
        "instance",
        "status",
        "title",
        "type",
    ];
    assert!(
        fields
            .iter()
            .all(|field| of_problems.contains(&field.as_str())),
        "{fields:?}"
    );
}

async fn no_reader_without_a_token(stranger: &Client) {
    let of_cases = ENDPOINTS.iter().map(|endpoint| endpoint.path);
    for path in of_cases.chain(ACROSS_CASES.iter().copied()) {
        let answer = stranger.get(&path.replace("{n}", "101-26")).await;
        let expected = Expected {
            status: 401,
            secrets: BTreeSet::new(),
        };
        assert_eq!(found(&answer), expected, "{path}");
    }
}

/// A table that names secrets which no case has would assert nothing.
#[test]
fn the_table_names_every_secret_of_the_record_and_no_other() {
    let events = Record::of(docket(101)).whole();
    let text = format!("{:?}", Chain::of(docket(101)).commit(events).events);
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let told: BTreeSet<_> = words.filter(|word| word.starts_with("secret-")).collect();
    let named: BTreeSet<_> = SECRETS
        .iter()
        .map(|(name, ..)| format!("secret-{name}-101"))
        .collect();
    assert_eq!(told, named.iter().map(String::as_str).collect());
}
