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

    let other = service.client(dir.path(), "petitioner");
    let told = other
        .get(&address)
        .await
        .expect_problem(500, "HISTORY_BROKEN");
    assert!(!detail(&told.body).contains(&case), "{}", told.body);
    assert!(!detail(&told.body).contains("version"), "{}", told.body);
}
