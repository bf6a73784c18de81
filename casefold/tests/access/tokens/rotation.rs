//! Keys that an issuer publishes, changes and loses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use super::issuer::{Answers, Issuer, SigningKey};
use super::{ACCEPTED, ASKED, assert_refused, claims, with_token};
use crate::court::{Ask, Court};

/// How long a change may take to be seen by a service that reads keys each second, on a busy
/// machine.
const PATIENCE: Duration = Duration::from_secs(20);

const UNKNOWN: &str = "TOKEN_KEY_UNKNOWN";

async fn court_of(issuer: &Issuer) -> Court {
    Court::open_with(&["--jwks-url", &issuer.url(), "--jwks-every", "1"]).await
}

/// Waits until a token is answered with a status.
async fn until(court: &Court, token: &str, status: u16) {
    let since = Instant::now();
    while with_token(court, token).await.status != status {
        assert!(since.elapsed() < PATIENCE, "no {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the issuer has been asked so often again.
async fn until_asked(issuer: &Issuer, times: usize) {
    let (before, since) = (issuer.asked(), Instant::now());
    while issuer.asked() < before + times {
        assert!(since.elapsed() < PATIENCE, "it isn't asked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_counts_from_when_it_is_published_until_it_is_gone() {
    let (old, new) = (SigningKey::ed25519("2025", 1), SigningKey::p256("2026", 2));
    let issuer = Issuer::publishing(Answers::keys(&[&old])).await;
    let court = court_of(&issuer).await;
    let [of_old, of_new] = [&old, &new].map(|key| key.token(&claims()));
    assert_eq!(with_token(&court, &of_old).await.status, ACCEPTED);
    assert_refused(&with_token(&court, &of_new).await, UNKNOWN, "not published");

    issuer.publish(Answers::keys(&[&old, &new]));
    until(&court, &of_new, ACCEPTED).await;
    assert_eq!(with_token(&court, &of_old).await.status, ACCEPTED);

    issuer.publish(Answers::keys(&[&new]));
    // It was accepted a moment ago, and that doesn't make it good.
    until(&court, &of_old, 401).await;
    assert_eq!(with_token(&court, &of_new).await.status, ACCEPTED);
    // Another key under the name of the old one doesn't bring the old one's tokens back.
    let renamed = SigningKey::ed25519("2025", 3);
    issuer.publish(Answers::keys(&[&new, &renamed]));
    until(&court, &renamed.token(&claims()), ACCEPTED).await;
    let answer = with_token(&court, &of_old).await;
    assert_refused(&answer, "TOKEN_SIGNATURE_INVALID", "a key of the same name");
    court.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_is_out_of_order_lets_nobody_in_and_locks_nobody_out() {
    let (known, stranger) = (
        SigningKey::ed25519("known", 1),
        SigningKey::ed25519("other", 2),
    );
    let elsewhere = Issuer::publishing(Answers::keys(&[&known, &stranger])).await;
    let issuer = Issuer::publishing(Answers::keys(&[&known])).await;
    let court = court_of(&issuer).await;
    let [good, bad] = [&known, &stranger].map(|key| key.token(&claims()));
    let set = Answers::set;
    let shared = json!({"kty": "oct", "kid": "other", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"});
    let mut for_encryption = stranger.public();
    for_encryption["use"] = json!("enc");
    let large = stranger.public().to_string();
    for (what, answers) in [
        ("an error", Answers::Status(500)),
        ("not there", Answers::Status(404)),
        ("no content", Answers::Status(204)),
        ("another address", Answers::Elsewhere(elsewhere.url())),
        ("nothing", Answers::Text(String::new())),
        (
            "a page",
            Answers::Text("<html>maintenance</html>".to_owned()),
        ),
        (
            "another JSON",
            Answers::Text("{\"error\": \"maintenance\"}".to_owned()),
        ),
        (
            "keys that are no list",
            Answers::Text("{\"keys\": 7}".to_owned()),
        ),
        ("no keys", set(Vec::new())),
        (
            "no keys that can be used",
            set(vec![json!({}), json!(null), shared, for_encryption]),
        ),
        (
            "two keys of one name",
            set(vec![stranger.public(), stranger.public()]),
        ),
        (
            "too much",
            Answers::Text(format!(
                "{{\"keys\":[{large}],\"x\":\"{}\"}}",
                "x".repeat(300_000)
            )),
        ),
        ("no answer", Answers::Never),
    ] {
        issuer.publish(answers);
        until_asked(&issuer, 2).await;
        assert_eq!(with_token(&court, &good).await.status, ACCEPTED, "{what}");
        if what != "no answer" {
            assert_refused(&with_token(&court, &bad).await, UNKNOWN, what);
        }
    }
    assert_eq!(elsewhere.asked(), 0, "nobody is sent elsewhere");
    issuer.stop();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        with_token(&court, &good).await.status,
        ACCEPTED,
        "it is gone"
    );
    assert!(court.log().contains("the keys of tokens are as they were"));
    court.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_has_no_keys_yet_says_so_and_takes_them_when_they_are_there() {
    let key = SigningKey::ed25519("only", 1);
    let issuer = Issuer::publishing(Answers::Status(503)).await;
    let court = court_of(&issuer).await;
    assert_eq!(court.ask(&Ask::get("/healthz")).await.status, 200);
    let token = key.token(&claims());
    let answer = with_token(&court, &token).await;
    // The token may be good, so it is not refused.
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "TOKEN_KEYS_UNAVAILABLE")
    );
    assert!(answer.headers.contains_key("retry-after"));
    assert!(!answer.headers.contains_key("www-authenticate"));
    assert_eq!(court.ask(&Ask::get(ASKED)).await.status, 401);
    issuer.publish(Answers::keys(&[&key]));
    until(&court, &token, ACCEPTED).await;
    court.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_tokens_name_unknown_keys_the_issuer_is_asked_once() {
    const FLOOD: usize = 400;
    let key = SigningKey::ed25519("known", 1);
    let issuer = Issuer::publishing(Answers::keys(&[&key])).await;
    let court = Court::open_with(&["--jwks-url", &issuer.url()]).await;
    let good = key.token(&claims());
    assert_eq!(with_token(&court, &good).await.status, ACCEPTED);
    assert_eq!(issuer.asked(), 1);
    let since = Instant::now();
    let flood = (0..FLOOD).map(async |n| {
        let mut header = key.header();
        header["kid"] = json!(format!("made-up-{n}"));
        let token = key.signed(&header.to_string(), &claims().to_string());
        let [mut refused, known] = [
            with_token(&court, &token).await,
            with_token(&court, &good).await,
        ];
        // While the issuer is asked, a few wait for its answer.
        while refused.code() == "TOKEN_KEYS_UNAVAILABLE" {
            refused = with_token(&court, &token).await;
        }
        assert_refused(&refused, UNKNOWN, "made up");
        assert_eq!(known.status, ACCEPTED);
    });
    join_all(flood).await;
    // Once for each ten seconds, and not at all within ten of the first.
    let most = 1 + usize::try_from(since.elapsed().as_secs()).unwrap() / 10;
    assert!(issuer.asked() <= 1 + most, "{} times", issuer.asked());
    court.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_wait_for_an_issuer_that_says_nothing_and_there_is_room_for_who_is_known() {
    const FLOOD: usize = 60;
    const MOST_WAIT: usize = 16;
    let key = SigningKey::ed25519("known", 1);
    let issuer = Issuer::publishing(Answers::keys(&[&key])).await;
    let court = court_of(&issuer).await;
    let good = key.token(&claims());
    assert_eq!(with_token(&court, &good).await.status, ACCEPTED);
    issuer.publish(Answers::Never);
    until_asked(&issuer, 1).await;
    let told = AtomicUsize::new(0);
    let flood = (0..FLOOD).map(async |n| {
        let mut header = key.header();
        header["kid"] = json!(format!("made-up-{n}"));
        let token = key.signed(&header.to_string(), &claims().to_string());
        let answer = with_token(&court, &token).await;
        if answer.code() == "TOKEN_KEYS_UNAVAILABLE" {
            assert!(answer.headers.contains_key("retry-after"));
            told.fetch_add(1, Ordering::Relaxed);
        } else {
            assert_refused(&answer, UNKNOWN, "made up");
        }
    });
    let known = async {
        let since = Instant::now();
        while told.load(Ordering::Relaxed) < FLOOD - MOST_WAIT {
            assert!(since.elapsed() < PATIENCE, "too many wait");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(with_token(&court, &good).await.status, ACCEPTED);
    };
    let since = Instant::now();
    tokio::join!(join_all(flood), known);
    // They wait for one answer, and not one after the other.
    assert!(since.elapsed() < PATIENCE, "{:?}", since.elapsed());
    court.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_other_kinds_beside_those_that_sign_change_nothing() {
    let key = SigningKey::ed25519("signs", 1);
    let secret = b"a secret that is published by mistake";
    let shared = SigningKey::secret("shared", secret);
    let mut for_encryption = SigningKey::p256("encrypts", 2).public();
    for_encryption["use"] = json!("enc");
    use base64::Engine;
    let k = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret);
    let issuer = Issuer::publishing(Answers::set(vec![
        json!({"kty": "oct", "kid": "shared", "alg": "HS256", "k": k}),
        json!({"kty": "OKP", "crv": "X25519", "kid": "agrees", "x": "AAAA"}),
        json!({"kty": "of-times-to-come", "kid": "later"}),
        for_encryption,
        key.public(),
    ]))
    .await;
    let court = court_of(&issuer).await;
    assert_eq!(
        with_token(&court, &key.token(&claims())).await.status,
        ACCEPTED
    );
    let answer = with_token(&court, &shared.token(&claims())).await;
    assert_refused(&answer, UNKNOWN, "a published secret");
    let encrypts = SigningKey::p256("encrypts", 2).token(&claims());
    assert_refused(
        &with_token(&court, &encrypts).await,
        UNKNOWN,
        "a key for encryption",
    );
    court.close().await;
}
