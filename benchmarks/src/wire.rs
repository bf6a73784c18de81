//! Between every contestant's SDK and the engine: one HTTP client, which all share in kind.
//!
//! It takes the `ClientRequestToken` out of transactions, for the embedded engine walks all of
//! the last ten minutes on each one, which would slow down only those who use transactions. And
//! while it [meters](Wire::meter), it asks each request for its cost and adds it up, whoever
//! sent it: below the SDK nothing can be forgotten. While it [records](Wire::record), it keeps a
//! copy of what is written. It never meters while anything is timed. Where a command's time is
//! taken apart, it takes the time of each request, from its sending to its answer, and does
//! nothing else to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use serde_json::{Value, json};

/// What some requests have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
    pub(crate) requests: u64,
    /// How often a request was sent while no other was under way: round trips one after another.
    pub(crate) trips: u64,
    /// Items that were written.
    pub(crate) items: u64,
}

/// A request that writes, as it was sent: the bytes of its body.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) operation: String,
    pub(crate) body: Vec<u8>,
}

/// How long the requests of each operation took, all in all, by its name at the SDK: `PutItem`.
pub(crate) type Times = BTreeMap<String, Duration>;

/// The HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    inner: SharedHttpClient,
    tape: Arc<Tape>,
}

#[derive(Debug, Default)]
struct Tape {
    meters: AtomicBool,
    records: AtomicBool,
    times: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    cost: Cost,
    under_way: u64,
    written: Vec<Written>,
    times: Times,
}

impl Wire {
    pub(crate) fn over(inner: SharedHttpClient) -> Self {
        Self {
            inner,
            tape: Arc::default(),
        }
    }

    /// Meters from now on, beginning at nothing.
    pub(crate) fn meter(&self) {
        self.tape.state().cost = Cost::default();
        self.tape.meters.store(true, Ordering::Relaxed);
    }

    /// What all requests since then have cost; it meters no more.
    pub(crate) fn metered(&self) -> Cost {
        self.tape.meters.store(false, Ordering::Relaxed);
        self.tape.state().cost
    }

    /// Takes the time of each request from now on.
    pub(crate) fn time(&self) {
        self.tape.times.store(true, Ordering::Relaxed);
    }

    /// How long the requests since then took; it takes no more times. Called again, it goes on
    /// from there.
    pub(crate) fn timed(&self) -> Times {
        self.tape.times.store(false, Ordering::Relaxed);
        self.tape.state().times.clone()
    }

    /// Records what is written from now on.
    pub(crate) fn record(&self) {
        self.tape.records.store(true, Ordering::Relaxed);
    }

    /// What was written since it was last asked, in the order of sending.
    pub(crate) fn recorded(&self) -> Vec<Written> {
        std::mem::take(&mut self.tape.state().written)
    }
}

impl Tape {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            inner: self.inner.http_connector(settings, components),
            tape: self.tape.clone(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    tape: Arc<Tape>,
}

impl HttpConnector for Connector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let operation = operation_of(&request).to_owned();
        if operation == "TransactWriteItems" {
            strip_token(&mut request);
        }
        if self.tape.records.load(Ordering::Relaxed)
            && is_write(&operation)
            && let Some(body) = request.body().bytes()
        {
            let (operation, body) = (operation.clone(), body.to_vec());
            self.tape.state().written.push(Written { operation, body });
        }
        if self.tape.times.load(Ordering::Relaxed) {
            let (called, tape) = (self.inner.call(request), self.tape.clone());
            return HttpConnectorFuture::new(timed(called, tape, operation));
        }
        if !self.tape.meters.load(Ordering::Relaxed) {
            return self.inner.call(request);
        }
        let (inner, tape) = (self.inner.clone(), self.tape.clone());
        HttpConnectorFuture::new(async move { metered(inner, tape, operation, request).await })
    }
}

async fn timed(
    called: HttpConnectorFuture,
    tape: Arc<Tape>,
    operation: String,
) -> Result<HttpResponse, ConnectorError> {
    let since = Instant::now();
    let mut response = called.await?;
    let body = BodyExt::collect(response.take_body()).await;
    let body = body.map_err(|error| ConnectorError::other(error, None))?;
    let time = since.elapsed();
    *response.body_mut() = SdkBody::from(body.to_bytes());
    let mut state = tape.state();
    *state.times.entry(operation).or_default() += time;
    Ok(response)
}

async fn metered(
    inner: SharedHttpConnector,
    tape: Arc<Tape>,
    operation: String,
    mut request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let mut items = 0;
    if let Some(mut body) = body_of(&request) {
        items = items_of(&operation, &body);
        body["ReturnConsumedCapacity"] = json!("TOTAL");
        set_body(&mut request, body.to_string());
    }
    {
        let mut state = tape.state();
        state.cost.requests += 1;
        state.cost.trips += u64::from(state.under_way == 0);
        state.under_way += 1;
    }
    let answered = inner.call(request).await;
    tape.state().under_way -= 1;
    let mut response = answered?;
    let body = BodyExt::collect(response.take_body()).await;
    let body = body.map_err(|error| ConnectorError::other(error, None))?;
    let body = body.to_bytes();
    if response.status().is_success() {
        let units = serde_json::from_slice(&body).map_or(0.0, |answer| units_of(&answer));
        let mut state = tape.state();
        if is_write(&operation) {
            state.cost.write_units += units;
            state.cost.items += items;
        } else {
            state.cost.read_units += units;
        }
    }
    *response.body_mut() = SdkBody::from(body.to_vec());
    Ok(response)
}

/// What comes after the dot in `DynamoDB_20120810.PutItem`.
fn operation_of(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

pub(crate) fn is_write(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems"
    )
}

fn body_of(request: &HttpRequest) -> Option<Value> {
    serde_json::from_slice(request.body().bytes()?).ok()
}

fn set_body(request: &mut HttpRequest, body: String) {
    request
        .headers_mut()
        .insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}

fn items_of(operation: &str, body: &Value) -> u64 {
    let count = |value: &Value| value.as_array().map_or(0, |it| it.len() as u64);
    match operation {
        "TransactWriteItems" => count(&body["TransactItems"]),
        "BatchWriteItem" => body["RequestItems"]
            .as_object()
            .map_or(0, |tables| tables.values().map(count).sum()),
        _ => u64::from(is_write(operation)),
    }
}

/// Of one table, or of each of several.
fn units_of(answer: &Value) -> f64 {
    let units = |one: &Value| one["CapacityUnits"].as_f64().unwrap_or_default();
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(units).sum(),
        one => units(one),
    }
}

fn strip_token(request: &mut HttpRequest) {
    let text = request.body().bytes().map(std::str::from_utf8);
    if let Some(stripped) = text.and_then(Result::ok).and_then(without_token) {
        set_body(request, stripped);
    }
}

/// The body of a transaction without its token; `None` where it has none. The token stands
/// outside of all items, first or last, and is found from behind: an item may contain anything.
fn without_token(body: &str) -> Option<String> {
    const NAME: &str = "\"ClientRequestToken\":\"";
    let is_outside = |at: &usize| {
        let end = at + NAME.len() + body[at + NAME.len()..].find('"').unwrap_or_default() + 1;
        body[..*at].ends_with('{') && *at == 1 || body[end..] == *"}"
    };
    let at = [body.rfind(NAME), body.find(NAME)];
    let at = at.into_iter().flatten().find(is_outside)?;
    let end = at + NAME.len() + body[at + NAME.len()..].find('"')? + 1;
    let (before, after) = (&body[..at], &body[end..]);
    let stripped = match (before.strip_suffix(','), after.strip_prefix(',')) {
        (Some(before), _) => format!("{before}{after}"),
        (None, Some(after)) => format!("{before}{after}"),
        (None, None) => format!("{before}{after}"),
    };
    Some(stripped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_out_wherever_it_stands_and_nothing_else() {
        let last = r#"{"TransactItems":[{"Put":{}}],"ClientRequestToken":"a-b"}"#;
        let first = r#"{"ClientRequestToken":"a-b","TransactItems":[{"Put":{}}]}"#;
        let without = r#"{"TransactItems":[{"Put":{}}]}"#;
        assert_eq!(without_token(last).as_deref(), Some(without));
        assert_eq!(without_token(first).as_deref(), Some(without));
        assert_eq!(without_token(without), None);
        let in_item = r#"{"TransactItems":[{"ClientRequestToken":"a"}]}"#;
        assert_eq!(without_token(in_item), None);
    }

    #[test]
    fn items_and_units_are_counted_in_every_kind_of_request() {
        let transaction = json!({"TransactItems": [{}, {}]});
        assert_eq!(items_of("TransactWriteItems", &transaction), 2);
        let batch = json!({"RequestItems": {"a": [{}], "b": [{}, {}]}});
        assert_eq!(items_of("BatchWriteItem", &batch), 3);
        assert_eq!(items_of("PutItem", &json!({})), 1);
        assert_eq!(items_of("Query", &json!({})), 0);
        let one = json!({"ConsumedCapacity": {"CapacityUnits": 1.5}});
        let two = json!({"ConsumedCapacity": [{"CapacityUnits": 1.0}, {"CapacityUnits": 0.5}]});
        assert_eq!((units_of(&one), units_of(&two)), (1.5, 1.5));
    }
}
