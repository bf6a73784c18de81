//! Forgetting: keys retired and destroyed, with a trace of the order; what is told of afterwards.

use casefold_events::personal::FORGOTTEN;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{Forgetting, GenerationStore, KeyStore, Operation, StoredKey};
use casefold_shared::keys::forget::{self, Whom};

use crate::keys::{PETITIONER, draft, file, keys, name_in, process, put_keys, read};
use crate::support::Court;
use crate::support::history::{at, docket, fold};

pub(crate) fn act(whom: &str, keep_texts: bool) -> Forgetting {
    Forgetting {
        id: SystemClock.new_id(),
        at: at(1),
        by: "operator".to_owned(),
        order: "2026/17".to_owned(),
        whom: whom.parse().unwrap(),
        keep_texts,
        cases: vec![docket(101)],
        done_at: None,
    }
}

/// Retires and destroys keys.
async fn forget(store: &DynamoStore, act: &Forgetting) -> Vec<String> {
    let case = docket(101);
    forget::retire(store, case, act).await.unwrap();
    let gone = forget::destroy(store, case, act, at(9)).await.unwrap();
    gone.iter().map(ToString::to_string).collect()
}

pub(crate) async fn file_an_act(court: &Court, act: &Forgetting) {
    let operation = Operation {
        id: SystemClock.new_id(),
        at: at(2),
        by: act.by.clone(),
        operation: "forget".to_owned(),
        projection: "keys".to_owned(),
        detail: format!("{} by order {}", act.whom, act.order),
    };
    court.store.forgetting_put(act, &operation).await.unwrap();
}

#[tokio::test]
async fn an_act_of_forgetting_is_written_down_as_far_as_it_is_and_logged() {
    let court = Court::open().await;
    let mut act = act("101-26/texts", false);
    file_an_act(&court, &act).await;
    act.done_at = Some(at(30));
    file_an_act(&court, &act).await;
    assert_eq!(court.store.forgettings().await.unwrap(), [act]);
    let log = court.store.operations(10).await.unwrap();
    assert_eq!(log.len(), 2);
    assert!(log[0].detail.contains("101-26/texts by order 2026/17"));
}

#[tokio::test]
async fn somebody_who_is_forgotten_is_told_of_by_nobody_and_the_chain_holds() {
    let court = Court::open().await;
    let commit = file(&process(&court)).await;
    let gone = forget(&court.store, &act(PETITIONER, true)).await;
    assert_eq!(gone, [format!("{PETITIONER}/1"), "commands/1".to_owned()]);
    let opened = read(&process(&court)).await.unwrap();
    assert_eq!(name_in(&opened), FORGOTTEN);
    assert_eq!(opened[0].hash, commit.hash);
    let case = fold(None, &opened);
    assert_eq!(
        case.caption.expose(),
        "Vera Lindholm, Petitioner",
        "texts are kept"
    );

    forget(&court.store, &act(PETITIONER, false)).await;
    let case = fold(None, &read(&process(&court)).await.unwrap());
    assert_eq!(case.caption.expose(), FORGOTTEN);
}

#[tokio::test]
async fn doing_a_step_of_forgetting_again_does_nothing_more() {
    let court = Court::open().await;
    file(&process(&court)).await;
    let act = act(PETITIONER, false);
    assert_eq!(forget(&court.store, &act).await.len(), 3);
    let there = court.store.case_keys_get(&[docket(101)]).await.unwrap();
    assert_eq!(forget(&court.store, &act).await, Vec::<String>::new());
    assert_eq!(
        court.store.case_keys_get(&[docket(101)]).await.unwrap(),
        there
    );
    let trace = there[&docket(101)].keys.values().next().unwrap();
    match trace {
        StoredKey::Gone { at: gone, by } => {
            assert_eq!((*gone, by.order.as_str()), (at(9), "2026/17"));
            assert_eq!(by.forgetting, act.id);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_told_of_somebody_anew_is_under_another_key_and_goes_with_the_next_order() {
    let court = Court::open().await;
    file(&process(&court)).await;
    forget(&court.store, &act(PETITIONER, true)).await;
    let stores = process(&court);
    let again = stores.vault.seal(vec![draft()]).await.unwrap().remove(0);
    let payload = again.events[0].payload();
    assert!(payload.contains(&format!("{PETITIONER}/2")), "{payload}");
    let whom: Whom = PETITIONER.parse().unwrap();
    let cases = forget::cases_of(&court.store, &whom, None).await.unwrap();
    assert_eq!(cases, [docket(101)]);
    let gone = forget(&court.store, &act(PETITIONER, true)).await;
    assert_eq!(gone, [format!("{PETITIONER}/2"), "commands/2".to_owned()]);
}

#[tokio::test]
async fn nothing_new_goes_with_a_key_that_is_about_to_be_destroyed() {
    let court = Court::open().await;
    let stores = process(&court);
    file(&stores).await;
    let act = act("101-26/texts", false);
    forget::retire(&court.store, docket(101), &act)
        .await
        .unwrap();
    let later = process(&court);
    assert_eq!(name_in(&read(&later).await.unwrap()), "Vera Lindholm");
    let draft = later.vault.seal(vec![draft()]).await.unwrap().remove(0);
    assert!(draft.events[0].payload().contains("texts/2"));
    let gone = forget::destroy(&court.store, docket(101), &act, at(9))
        .await
        .unwrap();
    let gone: Vec<_> = gone.iter().map(ToString::to_string).collect();
    assert_eq!(gone, ["texts/1", "commands/1"]);
}

#[tokio::test]
async fn only_the_cases_that_tell_of_somebody_are_found() {
    let court = Court::open().await;
    for (serial, names) in [
        (101, vec!["texts/1", "user/irs-7/1"]),
        (102, vec!["texts/1", "user/irs-70/1"]),
        (103, vec!["user/irs-7/1", "user/irs-7/2"]),
    ] {
        put_keys(&court, serial, &keys(1, &names)).await;
    }
    let whom: Whom = "user/irs-7".parse().unwrap();
    let found = async |case| forget::cases_of(&court.store, &whom, case).await.unwrap();
    assert_eq!(found(None).await, [docket(101), docket(103)]);
    assert_eq!(found(Some(docket(103))).await, [docket(103)]);
    assert_eq!(found(Some(docket(102))).await, []);
}
