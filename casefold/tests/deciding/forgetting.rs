//! Somebody is forgotten in a case that processes remember.

use casefold_projector::Projections;
use casefold_projector::anew::Derived;
use casefold_shared::gateway::{Forgetting, KeyStore};
use casefold_shared::keys::KNOWN_FOR;
use casefold_shared::keys::forget;

use super::*;

fn order(clock: &Hand, number: DocketNumber) -> Forgetting {
    Forgetting {
        id: SystemClock.new_id(),
        at: clock.now(),
        by: "operator".to_owned(),
        order: "2026/17".to_owned(),
        whom: format!("{number}/texts").parse().unwrap(),
        keep_texts: false,
        cases: vec![number],
        done_at: None,
    }
}

/// What a JSON of a case says, with its record.
fn told(case: &Case) -> String {
    let entries: Vec<_> = case.docket.on_record().collect();
    serde_json::to_string(&(case, entries)).unwrap()
}

#[tokio::test]
async fn nobody_decides_over_what_was_forgotten_once_its_keys_are_known_to_go() {
    let court = Court::open().await;
    let clock = Hand::default();
    let process = Process::of(&court, &clock);
    let number = process.file_and_serve().await;
    process
        .send(
            number,
            json!({"type": "AddCaseNote", "note": "Quillfeather called"}),
        )
        .await
        .unwrap();
    fold_all(&court, number).await;
    let before = process.remembered(number).await.unwrap();
    assert!(told(&before).contains("Quillfeather"));

    let act = order(&clock, number);
    let keys: &dyn KeyStore = &court.store;
    let known_for = i64::try_from(KNOWN_FOR.as_secs()).unwrap();
    forget::retire(keys, number, &act).await.unwrap();
    clock.go(known_for + 1);
    // The next command finds that a key is to go, and nothing is remembered from then on.
    process
        .send(number, json!({"type": "SealCase"}))
        .await
        .unwrap();
    assert!(process.remembered(number).await.is_none());
    forget::destroy(keys, number, &act, clock.now())
        .await
        .unwrap();
    clock.go(known_for + 1);
    let stores = Stores::of(Arc::new(
        court.store.clone().with_keyring(keyring(clock.clone())),
    ));
    let clock_of_all: Arc<dyn Clock> = Arc::new(clock.clone());
    let projections = Projections::of_this_build(&stores, &clock_of_all);
    let derived = Derived::of(&stores, &projections).await.unwrap();
    derived.fold_anew(&stores, number).await.unwrap();

    for body in [json!({"type": "UnsealCase"}), paper_filing()] {
        process.send(number, body).await.unwrap();
        assert!(process.remembered(number).await.is_none());
    }
    let forgotten = pure_fold(&court, number).await;
    assert!(
        !told(&forgotten).contains("Quillfeather"),
        "{}",
        told(&forgotten)
    );
}
