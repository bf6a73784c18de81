//! Serving HTTP on a port: how many connections there may be, how long one may dawdle, and how
//! it ends.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// How long nobody is let in after the system had nothing left to let them in with.
const NOTHING_LEFT: Duration = Duration::from_secs(1);

/// What connections may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connections {
    /// The most at the same time; one at least. Whoever comes then waits in the system's queue
    /// until one of them ends.
    pub(crate) most: usize,
    /// How long one may take to say what it asks for: from its beginning, or from the last
    /// answer on, to the end of a request's head. After that it is closed.
    pub(crate) idle: Duration,
    /// How long those that are there when the service is told to stop have for what they asked.
    pub(crate) grace: Duration,
}

/// Serves on a port until it is told to stop, and then finishes what it took: nobody is let in
/// any more, each request that has come is answered, and its connection closed. What isn't
/// answered within the time of grace is broken off, and so is whoever sends or reads too slowly.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    connections: Connections,
    told_to_stop: impl Future<Output = ()>,
) {
    let mut told_to_stop = pin!(told_to_stop);
    let room = Arc::new(Semaphore::new(
        connections.most.clamp(1, Semaphore::MAX_PERMITS),
    ));
    let ending = GracefulShutdown::new();
    let mut open = JoinSet::new();
    loop {
        let (stream, peer, permit) = tokio::select! {
            biased;
            () = &mut told_to_stop => break,
            Some(_) = open.join_next() => continue,
            accepted = accept(&listener, &room) => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted now");
                    tokio::time::sleep(NOTHING_LEFT).await;
                    continue;
                }
            },
        };
        let app = app.clone();
        let app = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(connections.idle)
            .serve_connection(TokioIo::new(stream), app);
        let connection = ending.watch(connection);
        open.spawn(async move {
            // What a client does to its connection is its own business: no line in the log.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    tokio::select! {
        () = ending.shutdown() => {}
        () = tokio::time::sleep(connections.grace) => {
            tracing::warn!(connections = open.len(), "what isn't finished by now is broken off");
        }
    }
    open.shutdown().await;
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await;
    let permit = permit.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer goes out when it is there. It only goes slower where that fails.
                let _ = stream.set_nodelay(true);
                return Ok((stream, peer, permit));
            }
            // It was gone before it was let in.
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Files that are open beside connections: the database, documents, and both ends of the way to
/// the embedded engine.
#[cfg(unix)]
const FILES_BESIDE: u64 = 768;

/// How many connections the system allows a process that wants so many: it is asked for as many
/// open files as they need, and a connection is one.
#[cfg(unix)]
pub(crate) fn allowed(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let needed = u64::try_from(wanted)
        .unwrap_or(u64::MAX)
        .saturating_add(FILES_BESIDE);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let mut files = current.unwrap_or(u64::MAX);
    if files < needed {
        let more = needed.min(maximum.unwrap_or(u64::MAX));
        let asked = Rlimit {
            current: Some(more),
            maximum,
        };
        if setrlimit(Resource::Nofile, asked).is_ok() {
            files = more;
        }
    }
    let left = files.saturating_sub(FILES_BESIDE).max(files / 4);
    let allowed = wanted.min(usize::try_from(left).unwrap_or(usize::MAX));
    if allowed < wanted {
        tracing::warn!(
            wanted,
            allowed,
            files,
            "the system allows too few open files for so many connections: raise `ulimit -n`"
        );
    }
    allowed
}

/// How many connections the system allows a process that wants so many: here nothing tells.
#[cfg(not(unix))]
pub(crate) fn allowed(wanted: usize) -> usize {
    wanted
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: court\r\n\r\n";

    const LONG: Duration = Duration::from_secs(60);

    /// A service that answers after some time.
    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        ended: JoinHandle<()>,
    }

    async fn running(connections: Connections, answers_after: Duration) -> Running {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, told_to_stop) = oneshot::channel();
        let app = Router::new().route(
            "/",
            get(
                move |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
                    tokio::time::sleep(answers_after).await;
                    peer.to_string()
                },
            ),
        );
        let ended = tokio::spawn(async move {
            serve(listener, app, connections, async {
                told_to_stop.await.unwrap();
            })
            .await;
        });
        Running {
            address,
            stop,
            ended,
        }
    }

    const AT_EASE: Connections = Connections {
        most: 8,
        idle: LONG,
        grace: LONG,
    };

    /// Reads until the other end closes the connection.
    async fn all_of(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        stream.read_to_end(&mut text).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    #[tokio::test]
    async fn requests_are_answered_to_whoever_sent_them_one_after_the_other() {
        let Running {
            address,
            stop: _on,
            ended: _,
        } = running(AT_EASE, Duration::ZERO).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        for _ in 0..2 {
            stream.write_all(REQUEST).await.unwrap();
            let mut answer = vec![0; 1_024];
            let length = stream.read(&mut answer).await.unwrap();
            let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            let own = stream.local_addr().unwrap().to_string();
            assert!(answer.ends_with(&own), "{answer}");
        }
    }

    #[tokio::test]
    async fn whoever_does_not_say_what_they_want_is_hung_up_on() {
        let idle = Duration::from_millis(100);
        let Running {
            address,
            stop: _on,
            ended: _,
        } = running(Connections { idle, ..AT_EASE }, Duration::ZERO).await;
        for begun in [&b""[..], b"GET / HTTP/1.1\r\nHost: co"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(begun).await.unwrap();
            assert_eq!(all_of(&mut stream).await, "");
        }
        // After an answer, too.
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        assert!(all_of(&mut stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_until_another_ends() {
        let Running {
            address,
            stop: _on,
            ended: _,
        } = running(Connections { most: 1, ..AT_EASE }, Duration::ZERO).await;
        let first = TcpStream::connect(address).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(REQUEST).await.unwrap();
        let mut answer = [0; 12];
        let waiting = second.read_exact(&mut answer);
        let early = tokio::time::timeout(Duration::from_millis(100), waiting).await;
        assert!(early.is_err(), "it is served beside the first");
        drop(first);
        second.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }

    #[tokio::test]
    async fn what_was_asked_is_answered_before_the_end_and_nobody_else_keeps_it_from_coming() {
        let Running {
            address,
            stop,
            ended,
        } = running(AT_EASE, Duration::from_millis(200)).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut asking = TcpStream::connect(address).await.unwrap();
        asking.write_all(REQUEST).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.send(()).unwrap();
        assert!(all_of(&mut asking).await.starts_with("HTTP/1.1 200 OK\r\n"));
        assert_eq!(all_of(&mut silent).await, "");
        ended.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn what_takes_longer_than_the_grace_is_broken_off() {
        let grace = Duration::from_millis(100);
        let Running {
            address,
            stop,
            ended,
        } = running(Connections { grace, ..AT_EASE }, LONG).await;
        let mut asking = TcpStream::connect(address).await.unwrap();
        asking.write_all(REQUEST).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.send(()).unwrap();
        ended.await.unwrap();
        assert_eq!(all_of(&mut asking).await, "");
    }

    #[test]
    fn as_many_connections_are_allowed_as_there_can_be_files() {
        assert_eq!(allowed(1), 1);
        assert!(allowed(usize::MAX) < usize::MAX);
    }
}
