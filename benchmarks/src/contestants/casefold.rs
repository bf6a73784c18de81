//! Casefold itself, by its service: `AddPaperFiling`, of which one commit with one
//! `DocketEntryFiled` comes.
//!
//! *Warm* is a process that has dealt with the case before. *Cold* is one that knows the court
//! (its key, its generations) and has never heard of the case nor of its keys; the projector has
//! folded all commits by then, as it does within moments. A cold process deals with each case
//! once, and then there is another.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use async_trait::async_trait;
use casefold_command_api::command::{CaseCommand, FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{Request, Service};
use casefold_events::case::docket::{DocketEntryFiled, DocketEntryServed};
use casefold_events::entry::{FiledEntry, ServedParty, Service as Serving};
use casefold_events::vocabulary::Role;
use casefold_events::{
    CaseEvent, CommandId, Commit, CommitRef, CorrelationId, Digest, DocketEntryId, DocketNumber,
    DraftCommit, EventId, StoredEvent, Timestamp, UserId, Version,
};
use casefold_projector::{Hints, Projections, Projector};
use casefold_shared::case::Case;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{AppendOutcome, EntrySelection, Generation, Stores};
use futures::TryStreamExt;
use serde_json::{Value, json};

use super::docket::{CODE, TITLE};
use super::{Answered, Checked, Contestant, Size};
use crate::Outcome;
use crate::court::{Court, keyring};

/// The first case of the year of the petitions; it is no contestant's, and new processes warm up
/// on it.
const SPARE: DocketNumber = match DocketNumber::new(101, 25) {
    Some(number) => number,
    None => panic!("there is a case 101-25"),
};

/// The commit that the measured command itself has made in each case.
pub(crate) const FILED_AT: u64 = 4;

/// What one step appends.
const A_STEP: usize = 100;
const CASES_AT_ONCE: usize = 8;

/// The docket number of a case. That they are these is checked when they are made.
pub(crate) fn number_of(case: usize) -> DocketNumber {
    let nth = u32::try_from(case).map_or(u32::MAX, |case| case.saturating_add(1));
    let serial = SPARE.serial().saturating_add(nth);
    DocketNumber::new(serial, SPARE.year()).unwrap_or(SPARE)
}

/// A request by a clerk.
pub(crate) fn request<C>(command: C) -> Outcome<Request<C>> {
    Ok(Request {
        actor: Actor {
            user_id: UserId::new("clerk")?,
            role: Role::ClerkOfCourt,
            name: None,
        },
        command,
        idempotency_key: None,
        correlation_id: CorrelationId::new("benchmark")?,
        source: None,
        if_match: None,
    })
}

/// The body of the measured command.
pub(crate) fn body() -> Value {
    json!({
        "type": "AddPaperFiling", "eventCode": CODE, "title": TITLE, "filedBy": {"contacts": [1]},
    })
}

/// The measured command.
pub(crate) fn command() -> Outcome<CaseCommand> {
    Ok(CaseCommand::parse(body())?)
}

/// Cases as the service begins them, and then entries that are filed and served in turn, so that
/// as little is to be done about them as about a court's. All of it is folded.
pub(crate) async fn seed(court: &Court, size: Size) -> Outcome<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = court.store(clock.clone());
    store.create_tables().await?;
    court.index_scans(&store.tables().events).await?;
    let stores = Stores::of(store);
    Projections::of_this_build(&stores, &clock)
        .establish()
        .await?;
    let service = Service::new(stores.clone(), clock.clone());
    let cases = || std::iter::once(SPARE).chain((0..size.cases).map(number_of));
    for expected in cases() {
        let number = begin(&service).await?;
        if number != expected {
            return Err(format!("case {number} should have been {expected}").into());
        }
    }
    let projector = Projector::of_this_build(&stores, clock);
    futures::stream::iter(cases().map(Ok))
        .try_for_each_concurrent(CASES_AT_ONCE, async |number| {
            if number != SPARE {
                go_on(&stores, number, size.events).await?;
            }
            fold(&projector, number).await
        })
        .await
}

/// Files, checks and serves a petition, and adds a paper filing.
async fn begin(service: &Service) -> Outcome<DocketNumber> {
    let petition = PetitionCommand::parse(FilePaperPetition::example())?;
    let number = service
        .file_petition(request(petition)?)
        .await?
        .docket_number;
    for name in ["QcPetition", "ServePetition"] {
        let command = CaseCommand::parse(json!({"type": name}))?;
        service.command_case(number, request(command)?).await?;
    }
    let answer = service.command_case(number, request(command()?)?).await?;
    if (answer.version, answer.commits, answer.events.len()) != (Version(FILED_AT), 1, 1) {
        return Err(format!("a paper filing made {answer:?}").into());
    }
    Ok(number)
}

/// Appends commits like that of the paper filing, each with one event.
async fn go_on(stores: &Stores, number: DocketNumber, events: u64) -> Outcome<()> {
    let at = CommitRef {
        docket_number: number,
        version: Version(FILED_AT),
    };
    let filed = stores.events.commit_get(at).await?;
    let filed = filed.ok_or("the paper filing is not there")?;
    let Some(CaseEvent::DocketEntryFiled(DocketEntryFiled { entry })) =
        filed.decode()?.into_iter().next()
    else {
        return Err("a paper filing files no entry".into());
    };
    let mut head = filed.hash;
    let mut last = entry.docket_entry_id;
    let versions: Vec<u64> = (FILED_AT + 1..=events).collect();
    for step in versions.chunks(A_STEP) {
        let mut drafts = Vec::with_capacity(step.len());
        for version in step {
            let event: CaseEvent = if version % 2 == 1 {
                served(last, filed.recorded_at)
            } else {
                last = DocketEntryId(SystemClock.new_id());
                DocketEntryFiled {
                    entry: FiledEntry {
                        docket_entry_id: last,
                        ..entry.clone()
                    },
                }
                .into()
            };
            drafts.push(draft(&filed, Version(*version), &event)?);
        }
        let mut commits = Vec::with_capacity(drafts.len());
        for draft in stores.vault.seal(drafts).await? {
            let commit = draft.seal(head);
            head = commit.hash;
            commits.push(commit);
        }
        match stores.events.commits_append(&commits).await? {
            // A try that was given up may have been carried out: the next finds what it wrote.
            AppendOutcome::Written | AppendOutcome::Repeated(_) => {}
            AppendOutcome::Conflict => return Err(format!("somebody else writes {number}").into()),
        }
    }
    Ok(())
}

fn served(entry: DocketEntryId, at: Timestamp) -> CaseEvent {
    DocketEntryServed {
        docket_entry_id: entry,
        service: Serving {
            served_at: at,
            served_parties: vec![ServedParty {
                name: "Nora Quist".into(),
                email: None,
            }],
            served_parties_code: None,
        },
    }
    .into()
}

fn draft(like: &Commit, version: Version, event: &CaseEvent) -> Outcome<DraftCommit> {
    let id = EventId(SystemClock.new_id());
    Ok(DraftCommit {
        version,
        command_id: CommandId::new(SystemClock.new_id().to_string())?,
        events: vec![StoredEvent::encode(id, event)?],
        ..like.draft.clone()
    })
}

/// Brings a case forward in all that is derived.
pub(crate) async fn fold(projector: &Projector, number: DocketNumber) -> Outcome<()> {
    for advance in projector.advance(number, &Hints::default()).await {
        advance?;
    }
    Ok(())
}

/// What both kinds share.
struct Entered {
    store: Arc<DynamoStore>,
    clock: Arc<dyn Clock>,
    command: CaseCommand,
    projector: Projector,
    size: Size,
    answered: Answered,
    /// The cases whose snapshots are behind.
    touched: Mutex<BTreeSet<DocketNumber>>,
}

impl Entered {
    async fn on(court: &Court, size: Size) -> Outcome<Self> {
        let clock = court.clock();
        let store = court.store(clock.clone());
        let projector = Projector::of_this_build(&Stores::of(store.clone()), clock.clone());
        Ok(Self {
            projector,
            store,
            clock,
            command: command()?,
            size,
            answered: Answered::none(size),
            touched: Mutex::default(),
        })
    }

    /// A process that knows the court, and no case but the spare one.
    async fn process(&self) -> Outcome<Service> {
        let keyring = keyring(self.clock.clone());
        let store = DynamoStore::clone(&self.store).with_keyring(keyring);
        let service = Service::new(Stores::of(Arc::new(store)), self.clock.clone());
        self.send(&service, SPARE).await?;
        Ok(service)
    }

    async fn send(&self, service: &Service, number: DocketNumber) -> Outcome<()> {
        let request = request(self.command.clone())?;
        service.command_case(number, request).await?;
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.insert(number);
        Ok(())
    }

    async fn settle(&self) -> Outcome<()> {
        let touched = {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *touched)
        };
        futures::stream::iter(touched.into_iter().map(Ok))
            .try_for_each_concurrent(CASES_AT_ONCE, |number| fold(&self.projector, number))
            .await
    }

    async fn check(&self) -> Outcome<Checked> {
        self.settle().await?;
        let stores = Stores::of(self.store.clone());
        let mut checked = Checked {
            cases: self.size.cases,
            ..Checked::default()
        };
        for case in 0..self.size.cases {
            let number = number_of(case);
            let commits = stores.events.commits_after(number, Version::ZERO).await?;
            let expected = self.size.events + self.answered.of(case);
            let mut whole = commits.len() as u64 == expected;
            let mut head = Digest::ZERO;
            for (commit, version) in commits.iter().zip(1..) {
                whole &= commit.version == Version(version) && commit.prev_hash == head;
                head = commit.hash;
            }
            let folded = commits
                .iter()
                .try_fold(None, |case, commit| Case::fold(case, commit).map(Some));
            let all = EntrySelection::All;
            let stored = stores.snapshots.case_get(Generation::OF_CASES, number, all);
            let stored = stored.await?;
            checked.wrong_events += usize::from(!whole);
            checked.wrong_states += usize::from(!folded.is_ok_and(|folded| folded == stored));
        }
        Ok(checked)
    }
}

/// One process for all commands.
pub(crate) struct Warm {
    entered: Entered,
    service: Service,
}

impl Warm {
    pub(crate) async fn enter(court: &Court, size: Size) -> Outcome<Self> {
        let entered = Entered::on(court, size).await?;
        let service = entered.process().await?;
        Ok(Self { entered, service })
    }
}

#[async_trait]
impl Contestant for Warm {
    async fn command(&self, case: usize) -> Outcome<()> {
        self.entered.send(&self.service, number_of(case)).await?;
        self.entered.answered.one(case);
        Ok(())
    }

    async fn settle(&self) -> Outcome<()> {
        self.entered.settle().await
    }

    async fn check(&self) -> Outcome<Checked> {
        self.entered.check().await
    }
}

/// A new process for each round.
pub(crate) struct Cold {
    entered: Entered,
    service: RwLock<Service>,
}

impl Cold {
    pub(crate) async fn enter(court: &Court, size: Size) -> Outcome<Self> {
        let entered = Entered::on(court, size).await?;
        let service = RwLock::new(entered.process().await?);
        Ok(Self { entered, service })
    }
}

#[async_trait]
impl Contestant for Cold {
    async fn command(&self, case: usize) -> Outcome<()> {
        let service = self
            .service
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        self.entered.send(&service, number_of(case)).await?;
        self.entered.answered.one(case);
        Ok(())
    }

    fn in_rounds(&self) -> bool {
        true
    }

    async fn begin_round(&self) -> Outcome<()> {
        let service = self.entered.process().await?;
        *self.service.write().unwrap_or_else(PoisonError::into_inner) = service;
        Ok(())
    }

    async fn settle(&self) -> Outcome<()> {
        self.entered.settle().await
    }

    async fn check(&self) -> Outcome<Checked> {
        self.entered.check().await
    }
}
