//! Lambda as a function meets it: its Runtime API on a local port, and a process that is started
//! as Lambda starts one.
//!
//! [`Function::start`] runs a package's `bootstrap` with the environment that Lambda gives and
//! nothing else of this process's. [`Function::invoke`] sends an event and waits for the answer;
//! what Lambda does about it is done here too: an answer over the limit is refused, and a process
//! that doesn't answer in time is killed.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test target uses a part of this"
)]

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as InPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

/// How long an invocation may take where it isn't said.
const USUAL_TIME: Duration = Duration::from_secs(120);

/// How long beyond its timeout a function may take to answer before it is killed.
const GRACE: Duration = Duration::from_secs(20);

/// The most that an answer may have: 6 MiB and 100 bytes.
pub const MOST_ANSWERED: usize = 6 * 1024 * 1024 + 100;

/// How a function is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The package's `bootstrap`.
    pub bootstrap: &'a Path,
    /// The handler setting.
    pub handler: &'a str,
    /// The function's environment variables.
    pub variables: &'a [(&'a str, &'a str)],
    /// Its memory, in MB: what it is told, and not what it gets.
    pub memory_mb: u32,
}

/// What became of an invocation.
pub type Answered = Result<Value, Failed>;

/// An invocation that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The type of the error, as the function reports it; or `Sandbox.Timedout`,
    /// `Runtime.ExitError` or `Function.ResponseSizeTooLarge`.
    pub error_type: String,
    /// Its message.
    pub message: String,
}

impl Failed {
    fn of(error_type: &str, message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.to_owned(),
            message: message.into(),
        }
    }
}

struct Invocation {
    id: String,
    event: Value,
    deadline_ms: u128,
}

struct Api {
    next: AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Answered>>>,
    init_error: Mutex<Option<Value>>,
}

/// A function: one process, and Lambda's side of it. It is killed when dropped.
pub struct Function {
    child: Mutex<Child>,
    pid: u32,
    api: Arc<Api>,
    send: mpsc::UnboundedSender<Invocation>,
    count: AtomicU64,
    started: Instant,
    cold_start: Mutex<Option<Duration>>,
    log: Arc<Mutex<Vec<u8>>>,
    output: Arc<Mutex<Vec<u8>>>,
}

impl Function {
    /// Starts a function's process.
    pub async fn start(setting: Setting<'_>) -> Self {
        let (send, next) = mpsc::unbounded_channel();
        let api = Arc::new(Api {
            next: AsyncMutex::new(next),
            waiting: Mutex::default(),
            init_error: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let app = routes(api.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });

        let task_root = setting.bootstrap.parent().unwrap().to_owned();
        let name = format!("casefold-test-{}", setting.handler);
        let started = Instant::now();
        let mut child = Command::new(setting.bootstrap)
            .env_clear()
            .current_dir(&task_root)
            .env("LAMBDA_TASK_ROOT", &task_root)
            .env("LAMBDA_RUNTIME_DIR", "/var/runtime")
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "en_US.UTF-8")
            .env("TZ", ":UTC")
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", &name)
            .env(
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                setting.memory_mb.to_string(),
            )
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/28/[$LATEST]0")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "ASIAOFATEST")
            .env("AWS_SECRET_ACCESS_KEY", "of-a-test")
            .env("AWS_SESSION_TOKEN", "of-a-test")
            .env("_HANDLER", setting.handler)
            .envs(setting.variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = kept(child.stderr.take().unwrap());
        let output = kept(child.stdout.take().unwrap());
        Self {
            pid: child.id(),
            child: Mutex::new(child),
            api,
            send,
            count: AtomicU64::new(0),
            started,
            cold_start: Mutex::default(),
            log,
            output,
        }
    }

    /// Sends an event, and waits for what becomes of it.
    pub async fn invoke(&self, event: Value) -> Answered {
        self.invoke_within(event, USUAL_TIME).await
    }

    /// Sends an event to a function with this timeout, which is what it is told. Lambda would end
    /// it then; a busy machine is given [some seconds](GRACE) more.
    pub async fn invoke_within(&self, event: Value, timeout: Duration) -> Answered {
        let nth = self.count.fetch_add(1, Ordering::Relaxed);
        let id = format!("8476a536-e9f4-11e8-9739-{nth:012}");
        let (answer, mut answered) = oneshot::channel();
        self.api.waiting.lock().unwrap().insert(id.clone(), answer);
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let sent = self.send.send(Invocation {
            id,
            event,
            deadline_ms: (now + timeout).as_millis(),
        });
        assert!(sent.is_ok(), "the Runtime API serves");
        let since = Instant::now();
        loop {
            let look = Duration::from_millis(20);
            match tokio::time::timeout(look, &mut answered).await {
                Ok(answered) => {
                    let mut cold_start = self.cold_start.lock().unwrap();
                    cold_start.get_or_insert_with(|| self.started.elapsed());
                    return answered.unwrap();
                }
                Err(_) if self.ended().is_some() => {
                    return Err(Failed::of("Runtime.ExitError", self.log()));
                }
                Err(_) if since.elapsed() > timeout + GRACE => {
                    self.kill();
                    return Err(Failed::of("Sandbox.Timedout", self.log()));
                }
                Err(_) => {}
            }
        }
    }

    /// From the start of the process to its first answer.
    pub fn cold_start(&self) -> Option<Duration> {
        *self.cold_start.lock().unwrap()
    }

    /// The most memory that the process had, in KiB, where the system tells.
    pub fn peak_memory_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// How the process ended, where it has.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.child.lock().unwrap().try_wait().unwrap()
    }

    /// Waits until the process ends by itself.
    pub async fn end(&self) -> ExitStatus {
        let since = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(since.elapsed() < USUAL_TIME, "the process goes on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Kills the process, as Lambda ends one whose time is over.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        // It may have ended already.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// What the process has written to standard error.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// What the process has written to standard output.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    /// What the process has told of a failed start.
    pub fn init_error(&self) -> Option<Value> {
        self.api.init_error.lock().unwrap().clone()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.kill();
    }
}

fn routes(api: Arc<Api>) -> Router {
    let runtime = "/2018-06-01/runtime";
    Router::new()
        .route(&format!("{runtime}/invocation/next"), get(next))
        .route(
            &format!("{runtime}/invocation/{{id}}/response"),
            post(response),
        )
        .route(&format!("{runtime}/invocation/{{id}}/error"), post(error))
        .route(&format!("{runtime}/init/error"), post(init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let Some(invocation) = api.next.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let Invocation {
        id,
        event,
        deadline_ms,
    } = invocation;
    let trace = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:casefold-test";
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", arn.to_owned()),
        ("lambda-runtime-trace-id", trace.to_owned()),
    ];
    (headers, event.to_string()).into_response()
}

async fn response(
    State(api): State<Arc<Api>>,
    InPath(id): InPath<String>,
    body: Bytes,
) -> (StatusCode, String) {
    if body.len() > MOST_ANSWERED {
        let told = format!("{} bytes, and {MOST_ANSWERED} are taken", body.len());
        settle(
            &api,
            &id,
            Err(Failed::of("Function.ResponseSizeTooLarge", told)),
        );
        let error = json!({"errorType": "RequestEntityTooLarge"});
        return (StatusCode::PAYLOAD_TOO_LARGE, error.to_string());
    }
    let answer = serde_json::from_slice(&body)
        .map_err(|error| Failed::of("Runtime.MalformedResponse", error.to_string()));
    settle(&api, &id, answer);
    (StatusCode::ACCEPTED, json!({"status": "OK"}).to_string())
}

async fn error(
    State(api): State<Arc<Api>>,
    InPath(id): InPath<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    let header = headers.get("lambda-runtime-function-error-type");
    let header = header.and_then(|value| value.to_str().ok());
    let error_type = text("errorType").or_else(|| header.map(str::to_owned));
    let failed = Failed {
        error_type: error_type.unwrap_or_default(),
        message: text("errorMessage").unwrap_or_default(),
    };
    settle(&api, &id, Err(failed));
    (StatusCode::ACCEPTED, json!({"status": "OK"}).to_string())
}

async fn init_error(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    let told = serde_json::from_slice(&body).unwrap_or_default();
    *api.init_error.lock().unwrap() = Some(told);
    StatusCode::ACCEPTED
}

fn settle(api: &Api, id: &str, answer: Answered) {
    let waiting = api.waiting.lock().unwrap().remove(id);
    // Whoever waited may have given up.
    if let Some(waiting) = waiting {
        let _ = waiting.send(answer);
    }
}

/// Keeps all that comes, until it ends.
fn kept(mut from: impl Read + Send + 'static) -> Arc<Mutex<Vec<u8>>> {
    let kept: Arc<Mutex<Vec<u8>>> = Arc::default();
    let into = kept.clone();
    std::thread::spawn(move || {
        let mut some = [0; 8 * 1024];
        while let Ok(read @ 1..) = from.read(&mut some) {
            into.lock().unwrap().extend_from_slice(&some[..read]);
        }
    });
    kept
}
