//! Who may ask for lists, and how.

use casefold_events::vocabulary::Role;

use super::support::get;

const LISTS: [&str; 10] = [
    "/v1/lists/by-status?status=New",
    "/v1/lists/by-judge?judge=Chief%20Judge",
    "/v1/lists/by-trial-city?trialCity=Houston",
    "/v1/lists/eligible-for-trial?trialCity=Houston",
    "/v1/lists/by-person?userId=nora",
    "/v1/lists/by-group?leadDocketNumber=101-26",
    "/v1/lists/by-trial-session?trialSessionId=0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b11",
    "/v1/lists/deadlines?from=2026-11-01&to=2026-12-01T05:00:00Z",
    "/v1/lists/pending-entries",
    "/v1/lists/work?queue=filings-to-serve",
];

#[tokio::test]
async fn the_courts_lists_are_for_its_own_roles() {
    for role in Role::ALL.iter().copied() {
        for path in LISTS {
            let asked = get(path).role(role);
            if role.is_internal() {
                // Whoever may read asks the store, which is out of order here.
                asked.problem(503, "STORE_UNAVAILABLE").await;
            } else {
                asked.problem(403, "ROLE_NOT_ALLOWED").await;
            }
        }
    }
}

#[tokio::test]
async fn own_cases_and_the_search_are_for_everybody_but_an_administrator() {
    for role in Role::ALL.iter().copied() {
        for path in ["/v1/my-cases", "/v1/search?q=quist"] {
            let asked = get(path).role(role);
            if role == Role::Admin {
                asked.problem(403, "ROLE_NOT_ALLOWED").await;
            } else {
                asked.problem(503, "STORE_UNAVAILABLE").await;
            }
        }
    }
}

#[tokio::test]
async fn a_list_says_which_parameter_it_can_not_take() {
    let refused = [
        ("/v1/lists/by-status", "BAD_PARAMETER"),
        ("/v1/lists/by-status?status=Newish", "BAD_PARAMETER"),
        (
            "/v1/lists/by-status?status=New&status=CAV",
            "REPEATED_PARAMETER",
        ),
        ("/v1/lists/by-status?status=New&limit=0", "BAD_PARAMETER"),
        ("/v1/lists/by-status?status=New&limit=101", "BAD_PARAMETER"),
        ("/v1/lists/by-status?status=New&order=up", "BAD_PARAMETER"),
        ("/v1/lists/by-status?status=New&cursor=x", "BAD_CURSOR"),
        ("/v1/lists/by-status?status=New&page=2", "UNKNOWN_PARAMETER"),
        ("/v1/lists/by-judge", "BAD_PARAMETER"),
        ("/v1/lists/by-judge?judge=", "BAD_PARAMETER"),
        ("/v1/lists/by-judge?judge=X&closed=maybe", "BAD_PARAMETER"),
        ("/v1/lists/by-trial-city", "BAD_PARAMETER"),
        ("/v1/lists/eligible-for-trial", "BAD_PARAMETER"),
        ("/v1/lists/by-person", "BAD_PARAMETER"),
        ("/v1/lists/by-group?leadDocketNumber=1", "BAD_PARAMETER"),
        (
            "/v1/lists/by-trial-session?trialSessionId=1",
            "BAD_PARAMETER",
        ),
        ("/v1/lists/deadlines?from=soon", "BAD_PARAMETER"),
        ("/v1/lists/work", "BAD_PARAMETER"),
        ("/v1/lists/work?queue=lunch", "BAD_PARAMETER"),
        ("/v1/search", "BAD_PARAMETER"),
        ("/v1/search?q=q", "BAD_PARAMETER"),
        ("/v1/search?q=the%20Petitioner", "BAD_PARAMETER"),
        ("/v1/search?q=quist&order=desc", "UNKNOWN_PARAMETER"),
    ];
    for (path, code) in refused {
        get(path).role(Role::DocketClerk).problem(400, code).await;
    }
}

#[tokio::test]
async fn a_text_that_is_asked_for_has_as_many_characters_as_are_described() {
    let texts = [
        ("/v1/search?q=", 200),
        ("/v1/lists/by-judge?judge=", 500),
        ("/v1/lists/pending-entries?judge=", 500),
        ("/v1/lists/by-trial-city?trialCity=", 200),
        ("/v1/lists/eligible-for-trial?trialCity=", 200),
        ("/v1/cases/101-26/blame?field=", 500),
        ("/v1/cases/101-26/difference?from=1&to=2&field=", 500),
    ];
    // Two bytes each, six in the address.
    for letter in ["x", "%C3%A9"] {
        for (path, most) in texts {
            let fits = format!("{path}{}", letter.repeat(most));
            get(fits).problem(503, "STORE_UNAVAILABLE").await;
            let long = format!("{path}{}", letter.repeat(most + 1));
            get(long).problem(400, "BAD_PARAMETER").await;
            get(path).problem(400, "BAD_PARAMETER").await;
        }
    }
    let person = |length: usize| format!("/v1/lists/by-person?userId={}", "x".repeat(length));
    get(person(128)).problem(503, "STORE_UNAVAILABLE").await;
    get(person(129)).problem(400, "BAD_PARAMETER").await;
    get("/v1/lists/by-person?userId=two%20words")
        .problem(400, "BAD_PARAMETER")
        .await;
}

#[tokio::test]
async fn a_history_is_asked_for_by_commands_that_there_are() {
    for command in ["ServePetition", "AutomaticBlocking", "ImportCase"] {
        let path = format!("/v1/cases/101-26/history?command={command}");
        get(path).problem(503, "STORE_UNAVAILABLE").await;
    }
    for command in ["", "ServePetitions", "servepetition"] {
        let path = format!("/v1/cases/101-26/history?command={command}");
        let problem = get(path).problem(400, "BAD_PARAMETER").await;
        assert_eq!(problem["field"], "command");
    }
}
