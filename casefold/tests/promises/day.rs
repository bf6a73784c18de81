//! A day of a court in bad weather: clerks send commands to several processes whose clocks go
//! wrong, projectors fold what the stream tells them, and in the end the sky clears.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use casefold_command_api::command::{
    CaseCommand, ConsolidateCases, FileDocumentInGroup, FilePaperPetition, GroupCommand,
    PetitionCommand, UnconsolidateCases,
};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{Answer, CommandError, Request, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CommandId, CorrelationId, DocketNumber, EventId, Timestamp, UserId};
use casefold_projector::Projector;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::gateway::Stores;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::chance::Chance;
use crate::support::{Court, keyring};
use crate::weather::Weather;

/// Processes that take commands.
const PROCESSES: usize = 3;
/// Clerks who send them, at the same time.
const CLERKS: usize = 4;
/// How many each sends.
const COMMANDS: usize = 10;
/// How often a clerk sends a command again that nobody knows the end of.
const TRIES: usize = 3;

/// A process: its services on stores of its own, over the weather, by a clock of its own.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) service: Service,
    stores: Stores,
    clock: Skewed,
}

/// A clock that is wrong, and jumps.
#[derive(Clone, Default)]
struct Skewed(Arc<AtomicI64>);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        let wrong_by = self.0.load(Ordering::Relaxed);
        Timestamp::from_millis(SystemClock.now().as_millis() + wrong_by)
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

impl Process {
    /// A process whose requests go through the weather.
    pub(crate) async fn in_weather(court: &Court, weather: &Weather) -> Self {
        let config = Config::for_endpoint(&court.endpoint_url, &court.prefix);
        let sdk = sdk_config(&config).await;
        // The SDK tries four times at most, here less often on some days, and waits less.
        let tries = sdk.retry_config().unwrap().clone();
        let tries = tries
            .with_max_attempts(weather.tries())
            .with_initial_backoff(Duration::from_millis(1))
            .with_max_backoff(Duration::from_millis(4));
        let sdk = sdk
            .into_builder()
            .http_client(weather.client())
            .retry_config(tries)
            .build();
        Self::on(DynamoStore::new(&sdk, &config))
    }

    /// As many as take commands.
    pub(crate) async fn several_in_weather(court: &Court, weather: &Weather) -> Vec<Self> {
        let each = (0..PROCESSES).map(|_| Self::in_weather(court, weather));
        futures::future::join_all(each).await
    }

    /// One to which nothing happens.
    pub(crate) fn in_calm(court: &Court) -> Self {
        Self::on(court.store.clone())
    }

    fn on(store: DynamoStore) -> Self {
        let clock = Skewed::default();
        let store = store.with_keyring(keyring(clock.clone()));
        let stores = Stores::of(Arc::new(store));
        Self {
            service: Service::new(stores.clone(), Arc::new(clock.clone())),
            stores,
            clock,
        }
    }

    pub(crate) fn projector(&self) -> Projector {
        Projector::of_this_build(&self.stores, Arc::new(self.clock.clone()))
    }

    pub(crate) fn stores(&self) -> &Stores {
        &self.stores
    }

    async fn send(
        &self,
        order: &Order,
        key: Option<&CommandId>,
    ) -> Result<Vec<Answer>, CommandError> {
        match order {
            Order::Petition(command) => {
                let filed = self.service.file_petition(request(command, key)).await?;
                Ok(vec![filed])
            }
            Order::Case(number, command) => {
                let request = request(command, key);
                Ok(vec![self.service.command_case(*number, request).await?])
            }
            Order::Group(command) => self.service.command_group(request(command, key)).await,
        }
    }
}

pub(crate) fn clerk() -> Actor {
    Actor {
        user_id: UserId::new("clerk").unwrap(),
        role: Role::ClerkOfCourt,
        name: None,
    }
}

pub(crate) fn request<C: Clone>(command: &C, key: Option<&CommandId>) -> Request<C> {
    Request {
        actor: clerk(),
        command: command.clone(),
        idempotency_key: key.cloned(),
        correlation_id: CorrelationId::new("promises").unwrap(),
        source: None,
        if_match: None,
    }
}

/// What a clerk asks for.
enum Order {
    Petition(PetitionCommand),
    Case(DocketNumber, CaseCommand),
    Group(GroupCommand),
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The key under which it was sent, where there was one.
    pub(crate) key: Option<CommandId>,
    pub(crate) end: End,
    /// Whether a try of it failed before, so that it may have been carried out nevertheless.
    pub(crate) was_in_doubt: bool,
}

#[derive(Debug)]
pub(crate) enum End {
    /// It was acknowledged: in these cases, with these events.
    Acknowledged(BTreeSet<DocketNumber>, Vec<EventId>),
    /// It was refused.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// What a day came to.
pub(crate) struct Day {
    pub(crate) court: Court,
    pub(crate) weather: Weather,
    pub(crate) asked: Vec<Asked>,
    /// What the projector was told.
    pub(crate) told: Deliveries,
}

/// A day, as it follows from a seed.
pub(crate) async fn day(seed: u64) -> Day {
    let mut chance = Chance::of(seed);
    let court = Court::open().await;
    let weather = Weather::of(chance.another());
    // Given three cases, of which two take filings
    let calm = Process::in_calm(&court);
    let mut numbers = Vec::new();
    for nth in 0..3 {
        numbers.push(given_case(&calm, nth < 2).await);
    }
    let processes = Process::several_in_weather(&court, &weather).await;
    // When clerks work, and projectors fold
    let (mut of_clerks, mut of_stream) = (chance.another(), chance.another());
    let clerks = (0..CLERKS).map(|name| {
        let clerk = Clerk {
            name,
            chance: of_clerks.another(),
            processes: processes.clone(),
            numbers: numbers.clone(),
        };
        clerk.works()
    });
    let is_evening = AtomicBool::new(false);
    let mut told = Deliveries::default();
    let projecting = Process::in_weather(&court, &weather).await;
    let clerks = async {
        let asked = futures::future::join_all(clerks).await;
        is_evening.store(true, Ordering::SeqCst);
        asked
    };
    let folding = async {
        while !is_evening.load(Ordering::SeqCst) {
            told.deliver(&court, &projecting, &mut of_stream).await;
        }
    };
    let (asked, ()) = futures::future::join(clerks, folding).await;
    let mut asked: Vec<(Order, Asked)> = asked.into_iter().flatten().collect();
    // Then the sky clears, and whoever was left in doubt asks again.
    weather.calms().await;
    for (order, asked) in &mut asked {
        if matches!(asked.end, End::Unknown) && asked.key.is_some() {
            let process = chance.one_of(&processes).clone();
            asked.end = end_of(process.send(order, asked.key.as_ref()).await);
            assert!(
                !matches!(asked.end, End::Unknown),
                "seed {seed}: nothing goes wrong any more"
            );
        }
    }
    let calm = Process::in_calm(&court);
    told.deliver_the_rest(&court, &calm).await;
    Day {
        court,
        weather,
        asked: asked.into_iter().map(|(_, asked)| asked).collect(),
        told,
    }
}

/// A case, and whether it was served, so that it takes filings.
pub(crate) async fn given_case(process: &Process, is_served: bool) -> DocketNumber {
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let filed = process.service.file_petition(request(&petition, None));
    let number = filed.await.unwrap().docket_number;
    if is_served {
        for name in ["QcPetition", "ServePetition"] {
            let command = CaseCommand::parse(json!({"type": name})).unwrap();
            let request = request(&command, None);
            process.service.command_case(number, request).await.unwrap();
        }
    }
    number
}

/// Somebody who sends commands.
struct Clerk {
    name: usize,
    chance: Chance,
    processes: Vec<Process>,
    numbers: Vec<DocketNumber>,
}

impl Clerk {
    async fn works(mut self) -> Vec<(Order, Asked)> {
        let bodies = bodies();
        let mut asked = Vec::new();
        for nth in 0..COMMANDS {
            if self.chance.one_in(10) {
                let by = i64::from(self.chance.below(1_200_000)) - 600_000;
                let process = self.chance.one_of(&self.processes);
                process.clock.0.store(by, Ordering::Relaxed);
            }
            let order = self.order(&bodies);
            let has_key = !self.chance.one_in(5);
            let key = has_key.then(|| CommandId::new(format!("key-{}-{nth}", self.name)).unwrap());
            let became = self.ask(&order, key).await;
            asked.push((order, became));
        }
        asked
    }

    fn order(&mut self, bodies: &[Value]) -> Order {
        let of_group = |body: Value| Order::Group(GroupCommand::parse(body).unwrap());
        match self.chance.below(12) {
            0 => Order::Petition(PetitionCommand::parse(FilePaperPetition::example()).unwrap()),
            1 | 2 => {
                let mut body = match self.chance.below(4) {
                    0 => UnconsolidateCases::example(),
                    1 => FileDocumentInGroup::example(),
                    _ => ConsolidateCases::example(),
                };
                body["docketNumbers"] = json!(&self.numbers[..2]);
                of_group(body)
            }
            _ => {
                let body = self.chance.one_of(bodies).clone();
                let number = *self.chance.one_of(&self.numbers);
                Order::Case(number, CaseCommand::parse(body).unwrap())
            }
        }
    }

    /// Sends it until its end is known, or patience is at its end; each time to any process.
    async fn ask(&mut self, order: &Order, key: Option<CommandId>) -> Asked {
        let tries = if key.is_some() { TRIES } else { 1 };
        let mut was_in_doubt = false;
        for _ in 0..tries {
            let process = self.chance.one_of(&self.processes).clone();
            let end = end_of(process.send(order, key.as_ref()).await);
            if !matches!(end, End::Unknown) {
                return Asked {
                    key,
                    end,
                    was_in_doubt,
                };
            }
            was_in_doubt = true;
        }
        Asked {
            key,
            end: End::Unknown,
            was_in_doubt,
        }
    }
}

fn end_of(answered: Result<Vec<Answer>, CommandError>) -> End {
    match answered {
        Ok(answers) => {
            let cases = answers.iter().map(|answer| answer.docket_number).collect();
            let events = answers.iter().flat_map(|answer| &answer.events);
            End::Acknowledged(cases, events.map(|event| event.event_id).collect())
        }
        Err(error) if error.is_refusal() => End::Refused,
        Err(_) => End::Unknown,
    }
}

/// Commands that succeed now and then, whatever the case has been through.
fn bodies() -> Vec<Value> {
    let examples = CaseCommand::examples().into_iter();
    let mut bodies: Vec<_> = examples.map(|(_, body)| body).collect();
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    for _ in 0..bodies.len() {
        bodies.push(
            json!({"type": "AddPaperFiling", "eventCode": "MISC", "filedBy": {"contacts": [1]},
                "document": document}),
        );
        bodies.push(json!({"type": "SealCase"}));
        bodies.push(json!({"type": "UnsealCase"}));
    }
    bodies
}

/// What the stream has told the projector of. A record that it didn't take comes again, and one
/// that it took may.
#[derive(Default)]
pub(crate) struct Deliveries {
    taken: BTreeSet<String>,
}

impl Deliveries {
    /// Delivers some of the records that are there.
    pub(crate) async fn deliver(&mut self, court: &Court, process: &Process, chance: &mut Chance) {
        let all = court.stream_records().await;
        let is_new = |record: &&_| !self.taken.contains(number_of(record));
        let mut batch: Vec<_> = all.iter().filter(is_new).cloned().collect();
        batch.truncate(1 + chance.below(24) as usize);
        if !all.is_empty() {
            batch.push(chance.one_of(&all).clone());
        }
        self.take(process, batch).await;
        tokio::time::sleep(Duration::from_millis(chance.below(30).into())).await;
    }

    /// Delivers what was not taken yet, until all is.
    async fn deliver_the_rest(&mut self, court: &Court, process: &Process) {
        for _ in 0..5 {
            let all = court.stream_records().await.into_iter();
            let left: Vec<_> = all
                .filter(|record| !self.taken.contains(number_of(record)))
                .collect();
            if left.is_empty() {
                return;
            }
            self.take(process, left).await;
        }
        panic!("the projector takes what it is told, where nothing goes wrong");
    }

    async fn take(
        &mut self,
        process: &Process,
        batch: Vec<aws_lambda_events::dynamodb::EventRecord>,
    ) {
        let numbers: Vec<_> = batch.iter().map(|it| number_of(it).to_owned()).collect();
        let outcome = process.projector().project(batch).await;
        let failed: BTreeSet<_> = outcome.failed.into_iter().collect();
        let taken = numbers.into_iter().filter(|it| !failed.contains(it));
        self.taken.extend(taken);
    }

    /// How many records were taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken.len()
    }
}

fn number_of(record: &aws_lambda_events::dynamodb::EventRecord) -> &str {
    record.change.sequence_number.as_deref().unwrap()
}
