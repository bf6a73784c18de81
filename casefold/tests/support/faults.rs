//! Faults that the engines don't have of themselves: a proxy that refuses requests, loses answers
//! or puts parts of a batch off, and remembers what went through it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It is carried out, and the answer is lost on the way back.
    LoseAnswer,
    /// It is answered with an error of this type and is not carried out.
    Refuse(&'static str),
    /// The transaction is answered as if another had its first item.
    Collide,
    /// The whole batch is put off until later.
    PutOff,
    /// Nothing happens to it: it stands for a request before the one that is meant.
    Pass,
    /// It waits on its way until it is told to go on.
    Wait(Arc<tokio::sync::Notify>),
}

/// A request as it went through.
#[derive(Clone, Debug)]
pub struct Sent {
    pub operation: String,
    pub body: Value,
}

#[derive(Default)]
struct Plan {
    faults: Mutex<VecDeque<(String, Fault)>>,
    sent: Mutex<Vec<Sent>>,
}

/// The proxy. It stops with the test's runtime.
pub struct Proxy {
    pub endpoint_url: String,
    plan: Arc<Plan>,
}

impl Proxy {
    /// Begins to stand before an endpoint.
    pub async fn before(endpoint_url: &str) -> Self {
        let plan = Arc::new(Plan::default());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let client = reqwest::Client::new();
        let (shared, target) = (plan.clone(), endpoint_url.to_owned());
        let app = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (plan, client, target) = (shared.clone(), client.clone(), target.clone());
            async move { plan.pass(&client, &target, headers, body).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            endpoint_url: format!("http://{address}"),
            plan,
        }
    }

    /// Puts a fault on the next request of an operation that has none yet.
    pub fn inject(&self, operation: &str, fault: Fault) {
        self.plan
            .faults
            .lock()
            .unwrap()
            .push_back((operation.to_owned(), fault));
    }

    /// The requests of an operation that went through, faults included.
    pub fn sent(&self, operation: &str) -> Vec<Sent> {
        let sent = self.plan.sent.lock().unwrap();
        sent.iter()
            .filter(|sent| sent.operation == operation)
            .cloned()
            .collect()
    }
}

type Answer = (StatusCode, [(&'static str, &'static str); 1], Bytes);

fn answer(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    (
        status,
        [("content-type", "application/x-amz-json-1.0")],
        body.into(),
    )
}

impl Plan {
    fn take(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let at = faults.iter().position(|(on, _)| on == operation)?;
        faults.remove(at).map(|(_, fault)| fault)
    }

    async fn pass(
        &self,
        client: &reqwest::Client,
        target: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Answer {
        let operation = headers["x-amz-target"]
            .to_str()
            .unwrap()
            .split('.')
            .next_back()
            .unwrap();
        let sent = Sent {
            operation: operation.to_owned(),
            body: serde_json::from_slice(&body).unwrap(),
        };
        self.sent.lock().unwrap().push(sent.clone());
        let error =
            |kind: &str| json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{kind}")});
        match self.take(operation) {
            Some(Fault::Refuse(kind)) => {
                return answer(StatusCode::BAD_REQUEST, error(kind).to_string());
            }
            Some(Fault::Collide) => {
                let mut error = error("TransactionCanceledException");
                let of = sent.body["TransactItems"].as_array().unwrap().len();
                let mut reasons = vec![json!({"Code": "None"}); of];
                reasons[0] = json!({"Code": "TransactionConflict"});
                error["CancellationReasons"] = reasons.into();
                return answer(StatusCode::BAD_REQUEST, error.to_string());
            }
            Some(Fault::PutOff) => {
                let left = &sent.body["RequestItems"];
                let body =
                    json!({"Responses": {}, "UnprocessedItems": left, "UnprocessedKeys": left});
                return answer(StatusCode::OK, body.to_string());
            }
            Some(Fault::LoseAnswer) => {
                self.forward(client, target, headers, body).await;
                return answer(StatusCode::INTERNAL_SERVER_ERROR, "{}");
            }
            Some(Fault::Wait(go_on)) => go_on.notified().await,
            Some(Fault::Pass) | None => {}
        }
        self.forward(client, target, headers, body).await
    }

    async fn forward(
        &self,
        client: &reqwest::Client,
        target: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Answer {
        headers.remove("host");
        let answered = client
            .post(target)
            .headers(headers)
            .body(body)
            .send()
            .await
            .unwrap();
        answer(answered.status(), answered.bytes().await.unwrap())
    }
}
