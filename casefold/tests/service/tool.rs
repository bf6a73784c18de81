//! The tool beside a running service, and without one.

use serde_json::Value;

use crate::support::{Served, paper_petition, petition, run, served_case};

#[tokio::test]
async fn a_second_service_on_a_data_directory_is_refused_with_the_first_ones_address() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let second = run(dir.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(!second.status.success());
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(told.contains("http://127.0.0.1:"), "{told}");
    drop(service);
}

#[tokio::test]
async fn an_import_works_beside_a_running_service_and_without_one() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/court-items-small.json"
    );
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let imported = run(dir.path(), &["--json", "import", file]);
    assert!(
        imported.status.success(),
        "{}",
        String::from_utf8_lossy(&imported.stderr)
    );
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = clerk.file(&paper_petition()).await.docket_number();
    clerk.snapshot_at(&number, 1).await;
    assert!(service.stop().success());

    let again = run(dir.path(), &["--json", "import", file]);
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_ends_well_and_starts_again_with_everything() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let number = service
        .client_as(dir.path(), "petitioner", "nora")
        .file(&petition())
        .await;
    let number = number.docket_number();
    assert!(service.stop().success());
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    clerk.snapshot_at(&number, 1).await;
    assert_ne!(served_case(&clerk).await, number);
}

#[test]
fn a_token_for_an_unknown_role_is_refused_with_a_status() {
    let dir = tempfile::tempdir().unwrap();
    assert!(
        !run(dir.path(), &["token", "--role", "king"])
            .status
            .success()
    );
    let minted = run(dir.path(), &["--json", "token", "--role", "judge"]);
    let minted: Value = serde_json::from_slice(&minted.stdout).unwrap();
    assert!(minted["token"].is_string() && minted["expiresAt"].is_string());
}
