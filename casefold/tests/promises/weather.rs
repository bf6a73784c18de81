//! A transport below the SDK on which requests fare as they do on their way to AWS: they break off
//! before or after they were carried out, come late or twice, are throttled, or half of a batch
//! is put off. Which and when follows from a seed.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::chance::Chance;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The connection breaks off before it arrives.
    Dropped,
    /// It is carried out, and the connection breaks off before the answer comes.
    AnswerDropped,
    /// It is carried out, and the answer takes too long.
    TimedOut,
    /// The connection breaks off, and it is carried out all the same, some time afterwards.
    Late,
    /// It takes its time.
    Delayed,
    /// It is carried out twice, and the second answer comes.
    Duplicated,
    /// It is answered with an error of the server, and not carried out.
    ServerError,
    /// It is carried out, and answered with an error of the server.
    ServerErrorAfter,
    /// It is throttled.
    Throttled,
    /// Half of a batch is not processed.
    Unprocessed,
    /// Another transaction is at one of its items.
    Conflict,
}

impl Fault {
    const ALL: [Self; 11] = [
        Self::Dropped,
        Self::AnswerDropped,
        Self::TimedOut,
        Self::Late,
        Self::Delayed,
        Self::Duplicated,
        Self::ServerError,
        Self::ServerErrorAfter,
        Self::Throttled,
        Self::Unprocessed,
        Self::Conflict,
    ];

    /// Whether it can happen to a request of this operation.
    fn befalls(self, operation: &str) -> bool {
        match self {
            Self::Unprocessed => matches!(operation, "BatchGetItem" | "BatchWriteItem"),
            Self::Conflict => matches!(operation, "TransactWriteItems" | "PutItem"),
            _ => true,
        }
    }
}

/// The way to an engine, of several processes.
#[derive(Clone, Debug)]
pub(crate) struct Weather(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: reqwest::Client,
    chance: Mutex<Chance>,
    /// How often each fault happens, of a thousand requests that it befalls.
    rates: BTreeMap<Fault, u32>,
    tries: u32,
    is_calm: AtomicBool,
    late: Mutex<JoinSet<()>>,
    met: Mutex<BTreeMap<Fault, u64>>,
}

/// A request, as often as it is sent.
#[derive(Clone, Debug)]
struct Sent {
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    operation: String,
}

/// An answer.
struct Answered {
    status: u16,
    body: Vec<u8>,
}

impl Weather {
    /// The weather that follows from a seed: each fault at a rate of its own, and some not at all.
    pub(crate) fn of(mut chance: Chance) -> Self {
        let rates = Fault::ALL.map(|fault| {
            let rate = if chance.one_in(3) {
                0
            } else {
                chance.below(90)
            };
            (fault, rate)
        });
        Self(Arc::new(Inner {
            client: reqwest::Client::new(),
            tries: 1 + chance.below(4),
            chance: Mutex::new(chance),
            rates: rates.into(),
            is_calm: AtomicBool::new(false),
            late: Mutex::default(),
            met: Mutex::default(),
        }))
    }

    /// How often the SDK sends a request.
    pub(crate) fn tries(&self) -> u32 {
        self.0.tries
    }

    /// A client for the SDK that goes this way.
    pub(crate) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// From now on nothing goes wrong, and what was late has arrived.
    pub(crate) async fn calms(&self) {
        self.0.is_calm.store(true, Ordering::SeqCst);
        let late = std::mem::take(&mut *self.0.late.lock().unwrap());
        late.join_all().await;
    }

    /// The faults that happened, and how often.
    pub(crate) fn met(&self) -> BTreeMap<Fault, u64> {
        self.0.met.lock().unwrap().clone()
    }

    /// What happens to a request, and for how long where it takes long.
    fn fate(&self, operation: &str) -> Option<(Fault, Duration)> {
        if self.0.is_calm.load(Ordering::SeqCst) {
            return None;
        }
        let mut chance = self.0.chance.lock().unwrap();
        let rates = self.0.rates.iter();
        let mut befalling = rates.filter(|(fault, _)| fault.befalls(operation));
        let (fault, _) = befalling.find(|(_, rate)| chance.below(1_000) < **rate)?;
        *self.0.met.lock().unwrap().entry(*fault).or_default() += 1;
        Some((*fault, Duration::from_millis(chance.below(60).into())))
    }

    async fn carry(&self, sent: Sent) -> Result<HttpResponse, ConnectorError> {
        let Some((fault, time)) = self.fate(&sent.operation) else {
            return self.send(&sent).await.and_then(answer);
        };
        match fault {
            Fault::Dropped => Err(broken_off()),
            Fault::AnswerDropped => {
                self.send(&sent).await?;
                Err(broken_off())
            }
            Fault::TimedOut => {
                self.send(&sent).await?;
                Err(ConnectorError::timeout("the answer took too long".into()))
            }
            Fault::Late => {
                let (weather, sent) = (self.clone(), sent);
                self.0.late.lock().unwrap().spawn(async move {
                    tokio::time::sleep(time).await;
                    // Nobody waits for its answer.
                    drop(weather.send(&sent).await);
                });
                Err(broken_off())
            }
            Fault::Delayed => {
                tokio::time::sleep(time).await;
                self.send(&sent).await.and_then(answer)
            }
            Fault::Duplicated => {
                self.send(&sent).await?;
                self.send(&sent).await.and_then(answer)
            }
            Fault::ServerError => failed(500, "InternalServerError"),
            Fault::ServerErrorAfter => {
                self.send(&sent).await?;
                failed(503, "ServiceUnavailable")
            }
            Fault::Throttled => failed(400, "ProvisionedThroughputExceededException"),
            Fault::Unprocessed => self.half(sent).await,
            Fault::Conflict => conflict(&sent),
        }
    }

    async fn send(&self, sent: &Sent) -> Result<Answered, ConnectorError> {
        let request = sent.headers.iter().fold(
            self.0.client.post(&sent.url).body(sent.body.clone()),
            |request, (name, value)| request.header(name, value),
        );
        let sending = async {
            let answered = request.send().await?;
            let status = answered.status().as_u16();
            let body = answered.bytes().await?.into();
            Ok::<_, reqwest::Error>(Answered { status, body })
        };
        sending
            .await
            .map_err(|error| ConnectorError::io(error.into()))
    }

    /// Half of the batch is carried out, and the rest is answered as not processed.
    async fn half(&self, mut sent: Sent) -> Result<HttpResponse, ConnectorError> {
        let mut body: Value = serde_json::from_slice(&sent.body).unwrap();
        let mut left = body["RequestItems"].clone();
        for (table, of_table) in body["RequestItems"].as_object_mut().unwrap() {
            let keys_left = &mut left[table.as_str()];
            let (kept, left) = match of_table.get_mut("Keys") {
                Some(keys) => (keys, &mut keys_left["Keys"]),
                None => (of_table, keys_left),
            };
            let all = kept.as_array_mut().unwrap();
            *left = all.split_off(all.len().div_ceil(2)).into();
        }
        let is_left = |of_table: &Value| {
            let left = of_table.get("Keys").unwrap_or(of_table);
            left.as_array().is_some_and(|left| !left.is_empty())
        };
        let left = left.as_object().unwrap().iter();
        let left: serde_json::Map<_, _> = left
            .filter(|(_, of_table)| is_left(of_table))
            .map(|(table, of_table)| (table.clone(), of_table.clone()))
            .collect();
        sent.body = body.to_string().into();
        let mut answered = self.send(&sent).await?;
        if answered.status == 200 && !left.is_empty() {
            let mut told: Value = serde_json::from_slice(&answered.body).unwrap();
            let field = match sent.operation.as_str() {
                "BatchGetItem" => "UnprocessedKeys",
                _ => "UnprocessedItems",
            };
            told[field] = left.into();
            answered.body = told.to_string().into();
        }
        answer(answered)
    }
}

impl HttpConnector for Weather {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (weather, sent) = (self.clone(), Sent::of(&request));
        HttpConnectorFuture::new(async move { weather.carry(sent).await })
    }
}

impl Sent {
    fn of(request: &HttpRequest) -> Self {
        let headers = request.headers().iter();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        Self {
            url: request.uri().to_owned(),
            // The length may change.
            headers: headers
                .filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: request.body().bytes().unwrap_or_default().to_vec(),
            operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
        }
    }
}

fn answer(answered: Answered) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answered.status).unwrap();
    let mut response = HttpResponse::new(status, SdkBody::from(answered.body));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

fn failed(status: u16, kind: &str) -> Result<HttpResponse, ConnectorError> {
    let body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{kind}")});
    let body = body.to_string().into();
    answer(Answered { status, body })
}

/// Of a transaction the first item is the one that another is at.
fn conflict(sent: &Sent) -> Result<HttpResponse, ConnectorError> {
    if sent.operation == "PutItem" {
        return failed(400, "TransactionConflictException");
    }
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    let of = body["TransactItems"].as_array().unwrap().len();
    let mut reasons = vec![json!({"Code": "None"}); of];
    reasons[0] = json!({"Code": "TransactionConflict"});
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "CancellationReasons": reasons,
    });
    let body = body.to_string().into();
    answer(Answered { status: 400, body })
}

fn broken_off() -> ConnectorError {
    ConnectorError::io(Error::from(ErrorKind::ConnectionReset).into())
}
