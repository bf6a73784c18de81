//! Commands and reads of one case by many at once, through several processes in bad weather, are
//! as if they had been carried out one after the other, each between its beginning and its end.
//! The checker is Stateright's.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use casefold_command_api::command::CaseCommand;
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{CommandError, ReadError, Request};
use casefold_events::vocabulary::Role;
use casefold_events::{DocketNumber, UserId, Version};
use casefold_shared::gateway::EntrySelection;
use serde_json::json;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

use crate::chance::Chance;
use crate::day::{Deliveries, Process, clerk, given_case, request};
use crate::support::Court;
use crate::weather::Weather;

const CLIENTS: usize = 4;
const OPERATIONS: usize = 6;

/// How long the checker may take.
const CHECKED_WITHIN: Duration = Duration::from_secs(5);

/// How many commands of a run may be left in doubt; after that everybody only reads. Each may have
/// been carried out at any time since, or not at all, and the checker tries all of that.
const MOST_IN_DOUBT: usize = 1;

/// A case, as far as it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sheet {
    version: Version,
    is_sealed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    /// Seals the case; where a version is named, only at that.
    Seal(Option<Version>),
    Unseal,
    /// Reads it as somebody outside of the court, who is shown it as its commits stand.
    Read,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Return {
    Done(Version),
    /// By the rules.
    Refused,
    /// It is at another version.
    Mismatch(Version),
    /// Others were faster each time. It says nothing of the case, and does nothing to it.
    Contended,
    /// A read came to nothing, which says as little.
    NotRead,
    Seen(Sheet),
}

impl SequentialSpec for Sheet {
    type Op = Operation;
    type Ret = Return;

    fn invoke(&mut self, operation: &Operation) -> Return {
        let (is_sealed, at) = match operation {
            Operation::Read => return Return::Seen(*self),
            Operation::Seal(at) => (true, *at),
            Operation::Unseal => (false, None),
        };
        if at.is_some_and(|at| at != self.version) {
            return Return::Mismatch(self.version);
        }
        if self.is_sealed == is_sealed {
            return Return::Refused;
        }
        *self = Self {
            version: self.version.next(),
            is_sealed,
        };
        Return::Done(self.version)
    }

    fn is_valid_step(&mut self, operation: &Operation, returned: &Return) -> bool {
        matches!(returned, Return::Contended | Return::NotRead)
            || self.invoke(operation) == *returned
    }
}

/// Somebody who does one thing after the other: a client, and how often it was left in doubt. From
/// then on it is somebody else, for what it was left in doubt of may still be going on.
type Somebody = (usize, usize);

type Tester = LinearizabilityTester<Somebody, Sheet>;

/// What a run came to.
pub(crate) struct Run {
    pub(crate) operations: usize,
    pub(crate) in_doubt: usize,
    /// Whether it could have come about one after the other; `None` where the checker, which
    /// tries every order, has not come to an end in time.
    pub(crate) is_linearizable: Option<bool>,
}

fn checked(history: Tester) -> Option<bool> {
    let (tell, told) = mpsc::channel();
    // Whoever is not heard in time ends with the process.
    std::thread::spawn(move || tell.send(history.is_consistent()));
    told.recv_timeout(CHECKED_WITHIN).ok()
}

pub(crate) async fn run(seed: u64) -> Run {
    let mut chance = Chance::of(seed);
    let court = Court::open().await;
    let weather = Weather::of(chance.another());
    let calm = Process::in_calm(&court);
    let number = given_case(&calm, true).await;
    let sheet = read(&calm, number).await.unwrap();
    let history = Arc::new(Mutex::new(Tester::new(sheet)));
    let in_doubt = Arc::new(AtomicUsize::new(0));
    let processes = Process::several_in_weather(&court, &weather).await;
    let (mut of_clients, mut of_stream) = (chance.another(), chance.another());
    let clients = (0..CLIENTS).map(|name| {
        let client = Client {
            name,
            chance: of_clients.another(),
            processes: processes.clone(),
            number,
            history: history.clone(),
            in_doubt: in_doubt.clone(),
        };
        client.works()
    });
    let is_over = AtomicBool::new(false);
    let clients = async {
        futures::future::join_all(clients).await;
        is_over.store(true, Ordering::SeqCst);
    };
    let folding = async {
        let mut deliveries = Deliveries::default();
        while !is_over.load(Ordering::SeqCst) {
            deliveries
                .deliver(&court, &processes[0], &mut of_stream)
                .await;
        }
    };
    futures::future::join(clients, folding).await;
    weather.calms().await;
    court.close().await;
    let history = history.lock().unwrap().clone();
    let is_linearizable = tokio::task::block_in_place(|| checked(history));
    Run {
        operations: CLIENTS * OPERATIONS,
        in_doubt: in_doubt.load(Ordering::SeqCst),
        is_linearizable,
    }
}

struct Client {
    name: usize,
    chance: Chance,
    processes: Vec<Process>,
    number: DocketNumber,
    history: Arc<Mutex<Tester>>,
    /// How many commands of all clients were left in doubt.
    in_doubt: Arc<AtomicUsize>,
}

impl Client {
    /// Does one thing after the other.
    async fn works(mut self) {
        let (mut in_doubt, mut last_seen) = (0, None);
        for _ in 0..OPERATIONS {
            let only_reads = self.in_doubt.load(Ordering::SeqCst) >= MOST_IN_DOUBT;
            let operation = match self.chance.below(6) {
                _ if only_reads => Operation::Read,
                0 | 1 => Operation::Read,
                2 | 3 => Operation::Unseal,
                4 => Operation::Seal(None),
                _ => Operation::Seal(last_seen),
            };
            let process = self.chance.one_of(&self.processes).clone();
            let somebody = (self.name, in_doubt);
            self.note(|history| history.on_invoke(somebody, operation).map(drop));
            let Some(returned) = carry_out(&process, self.number, operation).await else {
                in_doubt += 1;
                self.in_doubt.fetch_add(1, Ordering::SeqCst);
                continue;
            };
            if let Return::Done(version) | Return::Seen(Sheet { version, .. }) = returned {
                last_seen = Some(version);
            }
            self.note(|history| history.on_return(somebody, returned).map(drop));
            if let Return::Done(version) = returned {
                self.reads_its_own(version).await;
            }
        }
    }

    fn note(&self, what: impl FnOnce(&mut Tester) -> Result<(), String>) {
        what(&mut self.history.lock().unwrap()).unwrap();
    }

    /// Whoever asks for a version that was acknowledged is shown none that is older.
    async fn reads_its_own(&mut self, version: Version) {
        let (clerk, none) = (clerk(), EntrySelection::None);
        let service = &self.chance.one_of(&self.processes).service;
        let read = service.read_case_for(&clerk, self.number, Some(version), none);
        match read.await {
            Ok(read) => assert!(read.unwrap().case.version >= version),
            Err(ReadError::NotReached { current, .. }) => assert!(current < version),
            // Nothing is shown.
            Err(_) => {}
        }
    }
}

/// What an operation comes to; `None` where nobody knows.
async fn carry_out(
    process: &Process,
    number: DocketNumber,
    operation: Operation,
) -> Option<Return> {
    let (name, if_match) = match operation {
        Operation::Read => {
            let read = read(process, number).await;
            return Some(read.map_or(Return::NotRead, Return::Seen));
        }
        Operation::Seal(at) => ("SealCase", at),
        Operation::Unseal => ("UnsealCase", None),
    };
    let command = CaseCommand::parse(json!({"type": name})).unwrap();
    let request = Request {
        if_match,
        ..request(&command, None)
    };
    match process.service.command_case(number, request).await {
        Ok(answer) => Some(Return::Done(answer.version)),
        Err(CommandError::VersionMismatch { current }) => Some(Return::Mismatch(current)),
        Err(CommandError::Contended) => Some(Return::Contended),
        Err(error) if error.is_refusal() => Some(Return::Refused),
        Err(_) => None,
    }
}

async fn read(process: &Process, number: DocketNumber) -> Option<Sheet> {
    let outsider = Actor {
        user_id: UserId::new("outsider").unwrap(),
        role: Role::PrivatePractitioner,
        name: None,
    };
    let service = &process.service;
    let read = service.read_case_for(&outsider, number, None, EntrySelection::None);
    let case = read.await.ok()??.case;
    Some(Sheet {
        version: case.version,
        is_sealed: case.is_sealed(),
    })
}

#[test]
fn the_checker_tells_a_read_of_the_past_from_one_of_the_present() {
    let at = |version, is_sealed| Sheet {
        version: Version(version),
        is_sealed,
    };
    let sealed = |read_by| {
        let mut tester = Tester::new(at(3, false));
        let (clerk, reader) = ((0, 0), (1, 0));
        tester.on_invoke(clerk, Operation::Seal(None)).unwrap();
        tester
            .on_return(clerk, Return::Done(Version(4)))
            .unwrap()
            .on_invoke(reader, Operation::Read)
            .unwrap()
            .on_return(reader, Return::Seen(read_by))
            .unwrap();
        tester.is_consistent()
    };
    assert!(sealed(at(4, true)));
    assert!(!sealed(at(3, false)));
}
