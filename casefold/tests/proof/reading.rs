//! What the service answers where a case is not what it was.

use crate::program::{case_of_three, court, tamper};
use crate::served::Served;

fn detail(body: &serde_json::Value) -> &str {
    body["detail"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_court_is_told_where_a_case_breaks_and_what_can_be_trusted_and_others_are_not() {
    let (dir, case) = tokio::task::spawn_blocking(|| {
        let dir = court();
        let mut case = String::new();
        tamper(dir.path(), async |client| {
            case = case_of_three(&client).await;
            crate::program::change_actor(&client, &case, "2").await;
        });
        (dir, case)
    })
    .await
    .unwrap();
    // Without a projector each read folds the commits.
    let service = Served::start(dir.path(), &["--no-projector"]);
    let address = format!("/v1/cases/{case}");

    let clerk = service.client(dir.path(), "clerkofcourt");
    let told = clerk
        .get(&address)
        .await
        .expect_problem(500, "HISTORY_BROKEN");
    let expected = format!(
        "commit 2 of case {case} was altered: its hash does not fit its content. The case can be \
         trusted up to version 1, and read as of it: ?atVersion=1. An operator can learn more with \
         `casefold verify --case {case}`"
    );
    assert_eq!(detail(&told.body), expected);
    for past in ["?atVersion=3", "/blame", "/difference?from=1&to=3"] {
        let told = clerk.get(&format!("{address}{past}")).await;
        let told = told.expect_problem(500, "HISTORY_BROKEN");
        assert_eq!(detail(&told.body), expected, "{past}");
    }

    // What can be trusted is given, and of the rest it is told that it can't be.
    for past in ["?atVersion=1", "/blame?atVersion=1"] {
        let told = clerk.get(&format!("{address}{past}")).await.expect(200);
        assert_eq!(told.version(), 1, "{past}");
    }
    let history = clerk.get(&format!("{address}/history")).await.expect(200);
    let commits = history.body["commits"].as_array().unwrap();
    let wrong = commits.iter().filter_map(|commit| {
        let wrong = commit["wrong"].as_str()?;
        Some((commit["version"].as_u64().unwrap(), wrong))
    });
    let altered = format!("commit 2 of case {case} was altered: its hash does not fit its content");
    assert_eq!(wrong.collect::<Vec<_>>(), [(2, &*altered)]);

    let other = service.client(dir.path(), "petitioner");
    let told = other
        .get(&address)
        .await
        .expect_problem(500, "HISTORY_BROKEN");
    assert!(!detail(&told.body).contains(&case), "{}", told.body);
    assert!(!detail(&told.body).contains("version"), "{}", told.body);
}
