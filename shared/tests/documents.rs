//! What every store of documents keeps to: on a directory, and, with the feature `s3` and an
//! endpoint in `CASEFOLD_TEST_ENDPOINT`, on a bucket.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use casefold_events::Digest;
use casefold_shared::clock::SystemClock;
use casefold_shared::documents::{ObjectDocuments, drop_unfinished, verified};
use casefold_shared::gateway::{
    ContentStream, DocumentStore, PutDocumentError, PutTerms, StoreError, document_key,
};
use futures::{StreamExt, TryStreamExt, stream};
use tempfile::TempDir;

const LIMIT: u64 = 64 << 20;

fn terms() -> PutTerms {
    PutTerms {
        expected: None,
        max_bytes: LIMIT,
    }
}

/// Content that comes in pieces of some size.
fn pieces(content: &[u8], size: usize) -> ContentStream {
    let pieces: Vec<_> = content
        .chunks(size)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces).boxed()
}

fn directory() -> (TempDir, ObjectDocuments) {
    let dir = tempfile::tempdir().unwrap();
    let store = in_directory(dir.path());
    (dir, store)
}

fn in_directory(path: &Path) -> ObjectDocuments {
    ObjectDocuments::in_directory(path, Arc::new(SystemClock)).unwrap()
}

/// Every store that there is to test, by name, each empty.
async fn stores() -> Vec<(&'static str, ObjectDocuments, Option<TempDir>)> {
    let (dir, store) = directory();
    #[cfg_attr(not(feature = "s3"), expect(unused_mut, reason = "there is one"))]
    let mut stores = vec![("directory", store, Some(dir))];
    #[cfg(feature = "s3")]
    if let Ok(endpoint) = std::env::var("CASEFOLD_TEST_ENDPOINT") {
        stores.push(("bucket", bucket::empty(&endpoint).await, None));
    }
    stores
}

#[cfg(feature = "s3")]
mod bucket {
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
    use casefold_shared::clock::Clock;
    use casefold_shared::config::Config;
    use casefold_shared::dynamodb::sdk_config;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::{Arc, ObjectDocuments, SystemClock};

    /// Sends a request with nothing of ours beside what is given.
    pub(super) async fn send(
        endpoint: &str,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: &str,
    ) -> String {
        let host = endpoint.strip_prefix("http://").unwrap();
        let mut connection = TcpStream::connect(host).await.unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = body.len();
        request.push_str(&format!(
            "content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ));
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }

    pub(super) async fn empty(endpoint: &str) -> ObjectDocuments {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("documents-{}-{count}", SystemClock.now().as_millis());
        let made = send(endpoint, "PUT", &format!("/{name}"), &[], "").await;
        assert!(made.starts_with("HTTP/1.1 200"), "{made}");
        let sdk = sdk_config(&Config::for_endpoint(endpoint, "documents")).await;
        // The emulator's own, by which it checks signed addresses.
        let credentials = Credentials::new("test", "test", None, None, "test");
        let sdk = sdk
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        ObjectDocuments::in_bucket(&name, &sdk, Arc::new(SystemClock)).unwrap()
    }
}

async fn read(store: &ObjectDocuments, key: &str) -> Option<Vec<u8>> {
    let content = store.document_get(key).await.unwrap()?;
    let pieces: Vec<Bytes> = content.stream.try_collect().await.unwrap();
    let whole = pieces.concat();
    assert_eq!(content.bytes, whole.len() as u64);
    Some(whole)
}

/// The files below a folder.
fn files(path: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap().path();
            if entry.is_dir() {
                open.push(entry);
            } else {
                let name = entry.strip_prefix(path).unwrap();
                found.push(name.display().to_string());
            }
        }
    }
    found
}

/// Content of a length, the same each time.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

#[tokio::test]
async fn what_is_put_comes_back_under_the_key_of_its_digest() {
    for (name, store, dir) in stores().await {
        // One byte, a part to the byte, and several parts with a rest.
        for length in [1, 1 << 20, 8 << 20, (17 << 20) + 3] {
            let content = content(length);
            let stored = store
                .document_put(pieces(&content, 60_000), terms())
                .await
                .unwrap();
            assert_eq!(stored.bytes, length as u64, "{name}");
            assert_eq!(stored.sha256, Digest::of(&content), "{name} {length}");
            let key = document_key(stored.sha256);
            assert_eq!(store.document_head(&key).await.unwrap(), Some(stored.bytes));
            assert!(read(&store, &key).await.unwrap() == content, "{name}");
        }
        if let Some(dir) = dir {
            assert_eq!(files(dir.path()).len(), 4, "nothing but the four is left");
        }
    }
}

#[tokio::test]
async fn the_same_content_twice_is_kept_once() {
    for (name, store, dir) in stores().await {
        let content = content(3 << 20);
        let put = || store.document_put(pieces(&content, 100_000), terms());
        let first = put().await.unwrap();
        assert_eq!(put().await.unwrap(), first, "{name}");
        let (a, b) = tokio::join!(put(), put());
        assert_eq!((a.unwrap(), b.unwrap()), (first, first), "{name}");
        if let Some(dir) = dir {
            assert_eq!(files(dir.path()), [document_key(first.sha256)]);
        }
    }
}

#[tokio::test]
async fn the_same_content_put_by_several_at_once_is_kept_once() {
    for (name, store, dir) in stores().await {
        for length in [1_000, 9 << 20] {
            let content = content(length);
            let put = || store.document_put(pieces(&content, 50_000), terms());
            let (a, b, c) = tokio::join!(put(), put(), put());
            for stored in [a, b, c] {
                assert_eq!(stored.unwrap().sha256, Digest::of(&content), "{name}");
            }
        }
        if let Some(dir) = dir {
            assert_eq!(files(dir.path()).len(), 2);
        }
    }
}

#[tokio::test]
async fn content_with_the_digest_that_its_sender_says_is_taken_and_other_content_is_not() {
    for (name, store, dir) in stores().await {
        let content = content(2 << 20);
        let with = |expected| PutTerms {
            expected: Some(expected),
            ..terms()
        };
        let meant = Digest::of(b"something else");
        let refused = store
            .document_put(pieces(&content, 70_000), with(meant))
            .await;
        let Err(PutDocumentError::DigestMismatch { expected, found }) = refused else {
            panic!("{name}: {refused:?}");
        };
        assert_eq!((expected, found), (meant, Digest::of(&content)));
        for key in [document_key(meant), document_key(found)] {
            assert_eq!(store.document_head(&key).await.unwrap(), None, "{name}");
        }
        if let Some(dir) = &dir {
            assert_eq!(files(dir.path()), Vec::<String>::new());
        }
        let taken = store
            .document_put(pieces(&content, 70_000), with(found))
            .await;
        assert_eq!(taken.unwrap().sha256, found, "{name}");
    }
}

#[tokio::test]
async fn content_that_is_empty_too_large_or_cut_off_leaves_nothing_behind() {
    for (name, store, dir) in stores().await {
        let empty = store.document_put(pieces(&[], 1), terms()).await;
        assert!(matches!(empty, Err(PutDocumentError::Empty)), "{name}");

        let small = PutTerms {
            max_bytes: 2 << 20,
            ..terms()
        };
        let fits = store
            .document_put(pieces(&content(2 << 20), 30_000), small)
            .await;
        assert!(fits.is_ok(), "{name}: {fits:?}");
        // The rest of what is too large is not asked for.
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[7; 4096]))).boxed();
        let large = store.document_put(endless, small).await;
        let Err(PutDocumentError::TooLarge { limit }) = large else {
            panic!("{name}: {large:?}");
        };
        assert_eq!(limit, 2 << 20);

        let begun = pieces(&content(3 << 20), 30_000);
        let cut = begun.chain(stream::iter([Err("the line is dead".into())]));
        let cut = store.document_put(cut.boxed(), terms()).await;
        assert!(
            matches!(cut, Err(PutDocumentError::Interrupted(_))),
            "{name}"
        );
        if let Some(dir) = dir {
            assert_eq!(files(dir.path()).len(), 1, "what fitted");
        }
    }
}

#[tokio::test]
async fn a_key_under_which_nothing_is_has_no_content() {
    for (name, store, _dir) in stores().await {
        store
            .document_put(pieces(b"something", 4), terms())
            .await
            .unwrap();
        let nothing = document_key(Digest::of(b"nothing"));
        for key in [nothing.as_str(), "documents", "petition.pdf", "..", ""] {
            assert_eq!(
                store.document_head(key).await.unwrap(),
                None,
                "{name} {key}"
            );
            assert_eq!(read(&store, key).await, None, "{name} {key}");
        }
    }
}

#[tokio::test]
async fn what_a_process_that_died_had_begun_is_under_no_key_and_is_dropped() {
    let (dir, store) = directory();
    let content = content(5 << 20);
    let key = document_key(Digest::of(&content));
    let begun = pieces(&content, 50_000).chain(stream::pending());
    let put = store.document_put(begun.boxed(), terms());
    let dead = tokio::time::timeout(std::time::Duration::from_millis(500), put).await;
    assert!(dead.is_err(), "it waits for the rest");
    assert_eq!(store.document_head(&key).await.unwrap(), None);

    // What a killed process leaves: the library's file beside the place.
    let incoming = dir.path().join("incoming");
    std::fs::create_dir_all(&incoming).unwrap();
    std::fs::write(incoming.join("0199f0a2#1"), b"half a").unwrap();
    drop_unfinished(dir.path()).unwrap();
    drop_unfinished(dir.path()).unwrap();
    assert_eq!(files(dir.path()), Vec::<String>::new());
    let stored = store.document_put(pieces(&content, 50_000), terms()).await;
    assert_eq!(document_key(stored.unwrap().sha256), key);
}

#[tokio::test]
async fn content_that_was_damaged_is_neither_given_out_nor_taken_for_what_it_was() {
    let (dir, store) = directory();
    let content = content(100_000);
    let stored = store
        .document_put(pieces(&content, 5_000), terms())
        .await
        .unwrap();
    let key = document_key(stored.sha256);
    let file = dir.path().join(&key);

    let mut flipped = content.clone();
    flipped[77_777] ^= 1;
    std::fs::write(&file, flipped).unwrap();
    let damaged = store.document_get(&key).await.unwrap().unwrap();
    let given: Vec<_> = verified(damaged, stored.sha256).collect().await;
    assert!(matches!(given.last(), Some(Err(_))));
    let bytes: usize = given.iter().flatten().map(Bytes::len).sum();
    assert!(bytes < content.len(), "not as much as was announced");

    std::fs::write(&file, &content[..50_000]).unwrap();
    let again = store.document_put(pieces(&content, 5_000), terms()).await;
    let Err(PutDocumentError::Store(StoreError::Corrupt { at, .. })) = again else {
        panic!("{again:?}");
    };
    assert_eq!(at, key);
}

#[tokio::test]
async fn what_was_put_is_there_for_another_process() {
    let (dir, store) = directory();
    let stored = store
        .document_put(pieces(b"for ever", 3), terms())
        .await
        .unwrap();
    drop(store);
    let key = document_key(stored.sha256);
    assert_eq!(
        read(&in_directory(dir.path()), &key).await.unwrap(),
        b"for ever"
    );
}

#[tokio::test]
async fn a_directory_gives_nobody_else_access() {
    let (_dir, store) = directory();
    let (sha256, hour) = (Digest::of(b"x"), std::time::Duration::from_secs(3600));
    let upload = store.upload_grant(sha256, "application/pdf", hour).await;
    assert_eq!(upload.unwrap(), None);
    let key = document_key(sha256);
    let download = store.download_grant(&key, "x.pdf", hour);
    assert_eq!(download.await.unwrap(), None);
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn a_bucket_gives_access_by_signed_addresses() {
    let Ok(endpoint) = std::env::var("CASEFOLD_TEST_ENDPOINT") else {
        return;
    };
    let store = bucket::empty(&endpoint).await;
    let (content, hour) = ("%PDF-1.7 for Nora", std::time::Duration::from_secs(3600));
    let sha256 = Digest::of(content.as_bytes());
    let key = document_key(sha256);
    let path = |url: &str| url.strip_prefix(&endpoint).unwrap().to_owned();

    let grant = store.upload_grant(sha256, "application/pdf", hour).await;
    let grant = grant.unwrap().unwrap();
    let put = |headers: Vec<(&'static str, String)>, body: &'static str| {
        let (endpoint, path) = (endpoint.clone(), path(&grant.url));
        async move { bucket::send(&endpoint, "PUT", &path, &headers, body).await }
    };
    let unbound = put(Vec::new(), content).await;
    assert!(unbound.starts_with("HTTP/1.1 403"), "{unbound}");
    let other = put(grant.headers.clone(), "%PDF-1.7 for Vera").await;
    assert!(other.starts_with("HTTP/1.1 400"), "{other}");
    assert_eq!(store.document_head(&key).await.unwrap(), None);
    let meant = put(grant.headers.clone(), content).await;
    assert!(meant.starts_with("HTTP/1.1 200"), "{meant}");
    let again = put(grant.headers.clone(), content).await;
    assert!(again.starts_with("HTTP/1.1 412"), "{again}");
    assert_eq!(read(&store, &key).await.unwrap(), content.as_bytes());

    let grant = store.download_grant(&key, "101-26-3.pdf", hour).await;
    let grant = grant.unwrap().unwrap();
    let answer = bucket::send(&endpoint, grant.method, &path(&grant.url), &[], "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with(content), "{answer}");
    let bent = path(&grant.url).replace("101-26-3.pdf", "101-26-4.pdf");
    let refused = bucket::send(&endpoint, grant.method, &bent, &[], "").await;
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
}
