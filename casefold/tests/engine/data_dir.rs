//! Who owns a data directory, and what is in it beside the database.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use casefold::data_dir::{Acquired, DataDir, DataDirError, OwnerGuard};

use crate::support::World;

const SOON: Duration = Duration::from_millis(200);

fn own(dir: &DataDir) -> OwnerGuard {
    match dir.acquire_within(SOON).unwrap() {
        Acquired::Owner(owner) => owner,
        Acquired::Running(other) => panic!("owned by {other:?}"),
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn two_owners_are_impossible_and_the_second_learns_where_the_first_serves() {
    let world = World::new();
    let dir = DataDir::open(world.dir.path().join("court/data")).unwrap();
    assert_eq!(mode(dir.path()), 0o700);
    let mut owner = own(&dir);
    let engine = casefold::engine::Engine::start(dir.path()).unwrap();
    owner.publish(engine.endpoint_url(), None).unwrap();
    assert_eq!(mode(&dir.path().join("service.json")), 0o600);

    let Acquired::Running(running) = dir.acquire().unwrap() else {
        panic!("two owners")
    };
    assert_eq!(running.endpoint_url, engine.endpoint_url());
    assert_eq!(running.api_url, None);
    assert_eq!(running.pid, std::process::id());

    owner
        .publish(engine.endpoint_url(), Some("http://127.0.0.1:8080"))
        .unwrap();
    let Acquired::Running(running) = dir.acquire().unwrap() else {
        panic!("two owners")
    };
    assert_eq!(running.api_url.as_deref(), Some("http://127.0.0.1:8080"));

    engine.stop();
    drop(owner);
    assert!(!dir.path().join("service.json").exists());
    drop(own(&dir));
}

#[test]
fn the_second_waits_for_an_owner_that_is_still_starting() {
    let world = World::new();
    let dir = DataDir::open(world.dir.path()).unwrap();
    let mut owner = own(&dir);
    let starting = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        owner.publish(&endpoint, None).unwrap();
        (owner, listener, endpoint)
    });

    let Acquired::Running(running) = dir.acquire().unwrap() else {
        panic!("two owners")
    };

    let (_owner, _listener, endpoint) = starting.join().unwrap();
    assert_eq!(running.endpoint_url, endpoint);
}

#[test]
fn the_second_becomes_the_owner_when_the_first_ends_while_it_waits() {
    let world = World::new();
    let dir = DataDir::open(world.dir.path()).unwrap();
    let owner = own(&dir);
    let ending = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        drop(owner);
    });

    let acquired = dir.acquire().unwrap();

    ending.join().unwrap();
    assert!(matches!(acquired, Acquired::Owner(_)));
}

#[test]
fn an_owner_that_says_nothing_or_does_not_answer_is_named_in_the_error() {
    let world = World::new();
    let dir = DataDir::open(world.dir.path()).unwrap();
    let mut owner = own(&dir);
    let pid = std::process::id();

    let silent = dir.acquire_within(SOON).unwrap_err();
    assert!(matches!(&silent, DataDirError::OwnerIsSilent { pid: Some(p), .. } if *p == pid));
    assert!(
        silent.to_string().contains(&format!("(pid {pid})")),
        "{silent}"
    );

    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    owner.publish(&format!("http://{nobody}"), None).unwrap();
    let deaf = dir.acquire_within(SOON).unwrap_err();
    assert!(
        matches!(&deaf, DataDirError::OwnerDoesNotAnswer { .. }),
        "{deaf:?}"
    );
    assert!(
        deaf.to_string()
            .contains("doesn't answer at http://127.0.0.1:"),
        "{deaf}"
    );
}

#[test]
fn the_signing_secret_is_made_once_for_all_and_shows_itself_to_nobody() {
    let world = World::new();
    let dir = DataDir::open(world.dir.path()).unwrap();
    let together = (0..8).map(|_| {
        let dir = dir.clone();
        std::thread::spawn(move || dir.signing_secret().unwrap())
    });
    let secrets: Vec<_> = together
        .collect::<Vec<_>>()
        .into_iter()
        .map(|t| t.join().unwrap())
        .collect();

    let first = secrets[0].as_bytes();
    assert!(secrets.iter().all(|secret| secret.as_bytes() == first));
    assert_eq!(dir.signing_secret().unwrap().as_bytes(), first);
    assert_ne!(first, &[0; 32]);
    assert_eq!(format!("{:?}", secrets[0]), "SigningSecret(redacted)");
    assert_eq!(mode(&dir.path().join("signing-secret")), 0o600);

    let elsewhere = DataDir::open(world.dir.path().join("other")).unwrap();
    assert_ne!(elsewhere.signing_secret().unwrap().as_bytes(), first);
}

#[test]
fn a_signing_secret_that_others_may_read_or_that_is_none_is_refused() {
    let world = World::new();
    let dir = DataDir::open(world.dir.path()).unwrap();
    let _secret = dir.signing_secret().unwrap();
    let file = dir.path().join("signing-secret");

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = dir.signing_secret().unwrap_err();
    assert!(
        open.to_string()
            .contains(&format!("chmod 600 {}", file.display())),
        "{open}"
    );

    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&file, "hunter2").unwrap();
    let none = dir.signing_secret().unwrap_err();
    assert!(matches!(none, DataDirError::NotASecret { .. }));
    assert!(!format!("{none:?} {none}").contains("hunter2"));
}

#[test]
fn a_data_directory_that_is_a_file_is_refused_with_a_sentence() {
    let world = World::new();
    let file = world.dir.path().join("notes.txt");
    std::fs::write(&file, "").unwrap();
    let refused = DataDir::open(&file).unwrap_err();
    assert!(refused.to_string().contains("notes.txt"), "{refused}");
}
