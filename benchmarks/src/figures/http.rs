//! Commands and reads over HTTP, with 32 clients, beside the library and beside a bare handler.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client as Engine;
use aws_sdk_dynamodb::types::AttributeValue;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::Service;
use casefold_events::UserId;
use casefold_events::vocabulary::Role;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::tables::SNAPSHOTS;
use casefold_shared::dynamodb::{DynamoStore, UNPACKED_BYTES};
use casefold_shared::gateway::{Generation, Stores};
use tokio::net::TcpListener;

use super::Context;
use crate::Outcome;
use crate::client::{Client, request};
use crate::contestants::casefold::{body, number_of};
use crate::contestants::{Kind, Size};
use crate::court::{Court, PREFIX};
use crate::drive::{drive, warm_up};
use crate::progress::step;
use crate::report::{Cell, Figure, Goal, Plot, Series, Table, Verdict};
use crate::stats::{Spread, a_second, median, percentile, printed};

const CLIENTS: usize = 32;
const SECRET: &[u8] = b"a secret of thirty-two bytes at least";

/// The runs of one kind of request.
#[derive(Default)]
struct Measured {
    rates: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Measured {
    fn note(&mut self, load: Load) {
        let mut samples = load.samples;
        samples.sort_unstable();
        self.rates.push(a_second(samples.len() as u64, load.took));
        self.p50.push(percentile(&samples, 0.5));
        self.p99.push(percentile(&samples, 0.99));
    }
}

struct Load {
    samples: Vec<Duration>,
    took: Duration,
}

pub(crate) async fn measure(context: &mut Context) -> Outcome<Figure> {
    let size = context.sizes()[0];
    let limit = context.limit() * 2;
    let (mut library, mut commands) = (Vec::new(), Measured::default());
    let (mut whole, mut unchanged, mut bare) = (
        Measured::default(),
        Measured::default(),
        Measured::default(),
    );
    let mut bytes = (0, 0);
    for run in 0..context.run.runs {
        let court = context.grounds.court(Kind::CasefoldWarm, size).await?;
        let contestant = Kind::CasefoldWarm.enter(&court, size).await?;
        warm_up(&contestant, size.cases).await;
        let driven = drive(&contestant, size.cases, CLIENTS, limit).await?;
        if let Some(failure) = driven.failure {
            return Err(failure.into());
        }
        library.push(driven.rate());
        drop(contestant);
        court.close().await?;

        let court = context.grounds.court(Kind::CasefoldWarm, size).await?;
        let served = Served::start(&court).await?;
        bytes = reads(&served, size, limit, &mut bare, &mut whole, &mut unchanged).await?;
        // As in the library: every case is known before the time begins.
        served.commands(size, Duration::ZERO).await?;
        commands.note(served.commands(size, limit).await?);
        step(format!(
            "  run {}: {} commands a second, {} by the library; {} reads, {} unchanged, {} bare",
            run + 1,
            printed(commands.rates[run]),
            printed(library[run]),
            printed(whole.rates[run]),
            printed(unchanged.rates[run]),
            printed(bare.rates[run])
        ));
        court.close().await?;
    }
    let mut table = Table::new(
        format!(
            "{CLIENTS} clients, on {} cases of {} events:",
            size.cases, size.events
        ),
        &["", "a second", "half within, ms", "99 of 100 within, ms"],
    );
    table.row(
        "commands by the library",
        vec![Cell::runs(&library), Cell::Empty, Cell::Empty],
    );
    for (name, measured) in [
        ("commands over HTTP", &commands),
        ("reads of a case", &whole),
        ("reads of an unchanged case (304)", &unchanged),
        ("a bare handler that reads the same item", &bare),
    ] {
        let cells = [&measured.rates, &measured.p50, &measured.p99].map(|it| Cell::runs(it));
        table.row(name, cells.to_vec());
    }
    let of_library = ratios(&commands.rates, &library);
    let goals = vec![
        at_least(
            "commands: at least 0.8 of the library's own rate",
            &of_library,
            0.8,
        ),
        within(
            "a read of an unchanged case",
            &ratios(&bare.rates, &unchanged.rates),
        ),
        within("a read of a case", &ratios(&bare.rates, &whole.rates)),
    ];
    Ok(Figure {
        title: "Commands and reads over HTTP".to_owned(),
        run: context.run.clone(),
        goals,
        tables: vec![table],
        plots: vec![plot(&library, &commands, &whole, &unchanged, &bare)],
        notes: vec![
            "The service, the engine and the clients share the machine's cores: a client here is little more than \
             the bytes of its request, but the library's rate has none beside it."
                .to_owned(),
            format!(
                "A read of a case answers {} bytes of JSON with its docket record, as a clerk sees it; the bare \
                 handler answers the {} bytes of the snapshot's item as they are.",
                printed(bytes.0 as f64),
                printed(bytes.1 as f64)
            ),
        ],
    })
}

fn plot(
    library: &[f64],
    commands: &Measured,
    whole: &Measured,
    unchanged: &Measured,
    bare: &Measured,
) -> Plot {
    let (of, none) = (|rates: &[f64]| Spread::of(rates.iter().copied()), None);
    let series = |name: &str, values| Series {
        name: name.to_owned(),
        values,
    };
    Plot {
        file: "http".to_owned(),
        title: format!("Requests a second over HTTP, {CLIENTS} clients"),
        y: "requests a second".to_owned(),
        groups: vec!["commands".to_owned(), "reads".to_owned()],
        series: vec![
            series("over HTTP", vec![of(&commands.rates), of(&whole.rates)]),
            series("unchanged (304)", vec![none, of(&unchanged.rates)]),
            series(
                "the library; a bare handler",
                vec![of(library), of(&bare.rates)],
            ),
        ],
    }
}

fn ratios(of: &[f64], to: &[f64]) -> Vec<f64> {
    of.iter().zip(to).map(|(of, to)| of / to).collect()
}

fn at_least(name: &str, ratios: &[f64], least: f64) -> Goal {
    let ratio = median(ratios);
    Goal::new(name, printed(ratio), Verdict::of(ratio >= least))
}

fn within(name: &str, ratios: &[f64]) -> Goal {
    let ratio = median(ratios);
    Goal::new(
        format!("{name}: within 1.5 × of a bare handler with one engine read"),
        format!("{} ×", printed(ratio)),
        Verdict::of(ratio <= 1.5),
    )
}

/// The three kinds of reads; gives the bytes of a case's answer, and of the bare one.
async fn reads(
    served: &Served,
    size: Size,
    limit: Duration,
    bare: &mut Measured,
    whole: &mut Measured,
    unchanged: &mut Measured,
) -> Outcome<(usize, usize)> {
    let mut client = Client::connect(served.address).await?;
    let (mut plain, mut conditional, mut of_item) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes = (0, 0);
    for case in 0..size.cases {
        let number = number_of(case);
        let path = format!("/v1/cases/{number}");
        let whole = served.request("GET", &path, &[], "");
        let answer = client.send(&whole).await?;
        let etag = answer.etag.as_deref().filter(|_| answer.status == 200);
        let etag = etag.ok_or_else(|| format!("a read of case {number} answers {answer:?}"))?;
        conditional.push(served.request("GET", &path, &[("if-none-match", etag)], ""));
        plain.push(whole);
        let item = served.request("GET", &format!("/bare/{number}"), &[], "");
        bytes = (answer.bytes, client.send(&item).await?.bytes);
        of_item.push(item);
    }
    bare.note(served.load(of_item, 200, limit).await?);
    whole.note(served.load(plain, 200, limit).await?);
    unchanged.note(served.load(conditional, 304, limit).await?);
    Ok(bytes)
}

/// The API on a port, and a bare handler beside it.
struct Served {
    address: SocketAddr,
    authorization: String,
    stop: tokio::task::AbortHandle,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.abort();
    }
}

impl Served {
    async fn start(court: &Court) -> Outcome<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store =
            DynamoStore::clone(&court.store(clock.clone())).keeping_unpacked(UNPACKED_BYTES);
        let service = Service::new(Stores::of(Arc::new(store)), clock);
        let state = ApiState::new(service, TokenVerifier::hs256(SECRET)?);
        let bare = axum::Router::new()
            .route("/bare/{number}", axum::routing::get(read_bare))
            .with_state(court.client());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let app = router(state)
            .merge(bare)
            .into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, app).await });
        let (user, now) = (UserId::new("clerk")?, SystemClock.now());
        let minter = TokenMinter::hs256(SECRET)?;
        let hour = Duration::from_secs(3_600);
        let token = minter.mint(&user, Role::ClerkOfCourt, None, now, hour)?;
        Ok(Self {
            address,
            authorization: format!("Bearer {token}"),
            stop: serving.abort_handle(),
        })
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut all = vec![("authorization", self.authorization.as_str())];
        all.extend(headers);
        request(method, path, &all, body)
    }

    /// Commands by all clients, each on cases of its own; in no time, one on each case.
    async fn commands(&self, size: Size, limit: Duration) -> Outcome<Load> {
        let body = body().to_string();
        let requests = (0..size.cases).map(|case| {
            let path = format!("/v1/cases/{}/commands", number_of(case));
            self.request("POST", &path, &[], &body)
        });
        self.load(requests.collect(), 200, limit).await
    }

    /// Each client sends requests of its own, one after another, until the time is over, and
    /// each at least once.
    async fn load(&self, requests: Vec<String>, status: u16, limit: Duration) -> Outcome<Load> {
        let requests = Arc::new(requests);
        let begun = Instant::now();
        let clients = (0..CLIENTS).map(|client| {
            let (requests, address) = (requests.clone(), self.address);
            tokio::spawn(async move {
                let mut connection = Client::connect(address).await?;
                let own: Vec<_> = (client..requests.len()).step_by(CLIENTS).collect();
                let mut samples = Vec::new();
                for (nth, at) in own.iter().cycle().enumerate() {
                    if begun.elapsed() >= limit && nth >= own.len() {
                        break;
                    }
                    let since = Instant::now();
                    let answer = connection.send(&requests[*at]).await?;
                    samples.push(since.elapsed());
                    if answer.status != status {
                        let body = String::from_utf8_lossy(connection.body()).into_owned();
                        return Err(format!("{}: {body}", answer.status).into());
                    }
                }
                Outcome::Ok(samples)
            })
        });
        let clients: Vec<_> = clients.collect();
        let mut samples = Vec::new();
        for client in clients {
            samples.extend(client.await??);
        }
        Ok(Load {
            samples,
            took: begun.elapsed(),
        })
    }
}

/// One engine read of the item that a read of a case begins with, and nothing else.
async fn read_bare(
    State(engine): State<Engine>,
    Path(number): Path<String>,
) -> Result<Vec<u8>, StatusCode> {
    let partition = format!("case@{}#{number}", Generation::OF_CASES);
    let found = engine
        .get_item()
        .table_name(SNAPSHOTS.name(PREFIX))
        .key("pk", AttributeValue::S(partition))
        .key("sk", AttributeValue::S("header".to_owned()))
        .send()
        .await;
    let item = found.map_err(|_| StatusCode::BAD_GATEWAY)?.item;
    let attributes = item.ok_or(StatusCode::NOT_FOUND)?.into_values();
    let contents = attributes.map(|value| match value {
        AttributeValue::S(text) => text.into_bytes(),
        AttributeValue::B(blob) => blob.into_inner(),
        _ => Vec::new(),
    });
    Ok(contents.max_by_key(Vec::len).unwrap_or_default())
}
