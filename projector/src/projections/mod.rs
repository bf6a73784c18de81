//! The projections: what is derived from commits, each a name, its generations, and a pure
//! function. One file a projection.
//!
//! A projection can be thrown away and folded again from the event table. One whose function
//! changes gets a new generation, which is folded beside the old one until readers are
//! switched. Which generations are folded is not this build's to say: it folds those of its
//! own that are begun and not retired, as the control table has them.

pub mod case;
pub mod command;
pub mod known;
pub mod rows;
pub mod sealings;

use std::sync::{Arc, Mutex, PoisonError};

use casefold_shared::audit;
use casefold_shared::case::generation;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Generation, ProjectionId, StoreError, Stores};
use casefold_shared::generations::follow::Follower;
use casefold_shared::lists;
use casefold_shared::milestone;
use futures::future::try_join_all;
use uuid::Uuid;

use crate::fold::{CaseFolder, IndexFolder, ListsFolder, MilestoneFolder};
use crate::folder::Folder;
use crate::rebuild::OpenFolder;
pub use known::{Known, KnownError};
use rows::MakeFolder;
use sealings::Sealings;

/// The projections of rows, a line each generation. The next one goes here.
const ROWS: &[MakeFolder] = &[rows::folder::<Sealings>];

/// All projections of a build, in all its generations.
#[derive(Clone)]
pub struct Projections {
    cases: Group<CaseFolder>,
    lists: Group<ListsFolder>,
    /// The contents of lists, as they were known last.
    contents_of_lists: Arc<Mutex<Vec<Uuid>>>,
    milestones: Group<MilestoneFolder>,
    /// The projections of rows.
    others: Vec<Group<dyn Folder>>,
    index: Group<IndexFolder>,
}

/// The generations of one projection.
struct Group<F: ?Sized> {
    name: &'static str,
    /// Who says which of them are folded; `None`: all.
    follower: Option<Arc<Follower>>,
    folders: Vec<(Generation, Arc<F>)>,
}

/// The folders that are to fold now.
#[derive(Clone)]
pub struct Live {
    /// Of cases.
    pub cases: Vec<Arc<CaseFolder>>,
    /// Of lists, which are made from cases.
    pub lists: Vec<Arc<ListsFolder>>,
    /// Of all others, which fold commits.
    pub others: Vec<Arc<dyn Folder>>,
}

impl Projections {
    /// The projections of this build.
    pub fn of_this_build(stores: &Stores, clock: &Arc<dyn Clock>) -> Self {
        let follower = |name, known: &[Generation]| {
            Some(Arc::new(Follower::new(
                stores.generations.clone(),
                stores.events.clone(),
                clock.clone(),
                name,
                known.to_vec(),
            )))
        };
        let known = generation::known();
        Self {
            cases: Group {
                name: generation::NAME,
                follower: follower(generation::NAME, &known),
                folders: known
                    .iter()
                    .map(|it| (*it, Arc::new(case_folder(stores, clock, *it))))
                    .collect(),
            },
            lists: Group {
                name: lists::NAME,
                follower: follower(lists::NAME, lists::GENERATIONS),
                folders: lists::GENERATIONS
                    .iter()
                    .map(|it| (*it, Arc::new(lists_folder(stores, clock, *it))))
                    .collect(),
            },
            contents_of_lists: Arc::default(),
            milestones: Group {
                name: milestone::NAME,
                follower: follower(milestone::NAME, &known),
                folders: known
                    .iter()
                    .map(|it| (*it, Arc::new(MilestoneFolder::new(stores, clock, *it))))
                    .collect(),
            },
            others: rows_of_this_build(stores, clock, follower),
            index: Group {
                name: audit::NAME,
                follower: follower(audit::NAME, audit::GENERATIONS),
                folders: audit::GENERATIONS
                    .iter()
                    .map(|it| (*it, Arc::new(index_folder(stores, clock, *it))))
                    .collect(),
            },
        }
    }

    /// Just these, which are folded always.
    pub fn always(cases: Vec<CaseFolder>, lists: Vec<ListsFolder>) -> Self {
        fn folded_always<F: Folder>(name: &'static str, folders: Vec<F>) -> Group<F> {
            let folders = folders
                .into_iter()
                .map(|folder| (folder.id().generation, Arc::new(folder)));
            Group {
                name,
                follower: None,
                folders: folders.collect(),
            }
        }
        Self {
            cases: folded_always(generation::NAME, cases),
            lists: folded_always(lists::NAME, lists),
            contents_of_lists: Arc::default(),
            milestones: folded_always(milestone::NAME, Vec::new()),
            others: Vec::new(),
            index: folded_always(audit::NAME, Vec::new()),
        }
    }

    /// These and one more, which is folded always.
    #[must_use]
    pub fn and(mut self, folder: impl Folder + 'static) -> Self {
        let ProjectionId { name, generation } = folder.id();
        self.others.push(Group {
            name,
            follower: None,
            folders: vec![(generation, Arc::new(folder))],
        });
        self
    }

    /// The names of the projections of rows.
    pub fn names_of_rows(&self) -> Vec<&'static str> {
        self.others.iter().map(|group| group.name).collect()
    }

    /// Who follows the generations of a projection of rows, with its name.
    pub fn follower_of_rows(&self, name: &str) -> Option<(&'static str, Arc<Follower>)> {
        let group = self.others.iter().find(|group| group.name == name)?;
        Some((group.name, group.follower.clone()?))
    }

    /// Makes sure that every projection has generations.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be read or written.
    pub async fn establish(&self) -> Result<(), StoreError> {
        let others = self.others.iter().map(|group| &group.follower);
        let own = [
            &self.cases.follower,
            &self.lists.follower,
            &self.milestones.follower,
            &self.index.follower,
        ];
        let all: Vec<&Arc<Follower>> = own.into_iter().chain(others).flatten().collect();
        for follower in all {
            follower.live().await?;
        }
        Ok(())
    }

    /// Has what is remembered of lists forgotten where they are others than they were.
    async fn watch_lists(&self) -> Result<(), StoreError> {
        let Some(follower) = &self.lists.follower else {
            return Ok(());
        };
        let contents = follower.contents().await?;
        let mut known = self
            .contents_of_lists
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if *known != contents {
            for (_, folder) in &self.lists.folders {
                folder.forget();
            }
            *known = contents;
        }
        Ok(())
    }

    /// The folders that are to fold now, for a projector: where it can't fold a generation that
    /// is live, that is noted.
    ///
    /// # Errors
    /// [`StoreError`] where the generations can't be read.
    pub async fn live(&self) -> Result<Live, StoreError> {
        // All at once: it is what a process begins with, and its first batch waits for it.
        let (_, cases, lists, milestones, groups, index) = futures::try_join!(
            self.watch_lists(),
            self.cases.live(),
            self.lists.live(),
            self.milestones.live(),
            try_join_all(self.others.iter().map(Group::live)),
            self.index.live(),
        )?;
        let mut others: Vec<Arc<dyn Folder>> = Vec::new();
        for folder in milestones {
            others.push(folder);
        }
        others.extend(groups.into_iter().flatten());
        for folder in index {
            others.push(folder);
        }
        Ok(Live {
            cases,
            lists,
            others,
        })
    }

    /// The names of the projections.
    pub fn names(&self) -> Vec<&'static str> {
        let others = self.others.iter().map(|group| group.name);
        [self.cases.name, self.lists.name, self.milestones.name]
            .into_iter()
            .chain(others)
            .chain([self.index.name])
            .collect()
    }

    /// The generations of a projection that this build can fold, the oldest first; none where
    /// it has no projection of this name.
    pub fn generations(&self, name: &str) -> Vec<ProjectionId> {
        let all = self.all().into_iter().map(|folder| folder.id());
        all.filter(|id| id.name == name).collect()
    }

    /// The folder into a generation, where this build has it.
    pub fn folder(&self, id: ProjectionId) -> Option<Arc<dyn Folder>> {
        self.all().into_iter().find(|folder| folder.id() == id)
    }

    fn all(&self) -> Vec<Arc<dyn Folder>> {
        let mut all: Vec<Arc<dyn Folder>> = Vec::new();
        for (_, folder) in &self.cases.folders {
            all.push(folder.clone());
        }
        for (_, folder) in &self.lists.folders {
            all.push(folder.clone());
        }
        for (_, folder) in &self.milestones.folders {
            all.push(folder.clone());
        }
        for (_, folder) in self.others.iter().flat_map(|group| &group.folders) {
            all.push(folder.clone());
        }
        for (_, folder) in &self.index.folders {
            all.push(folder.clone());
        }
        all
    }
}

/// Makes folders into a generation, for whoever rebuilds or compares it. `followed` is the
/// generation that readers follow: where its snapshots of cases imply the rows of their
/// commands, a rebuild of another generation of cases need not write those again.
pub fn opener(
    id: ProjectionId,
    followed: Option<Generation>,
    clock: &Arc<dyn Clock>,
) -> OpenFolder {
    let clock = clock.clone();
    Arc::new(move |stores| {
        if id.name == generation::NAME && generation::known().contains(&id.generation) {
            let folder = case_folder(stores, &clock, id.generation);
            return Some(Arc::new(folder.trusting_commands_of(followed)));
        }
        Projections::of_this_build(stores, &clock).folder(id)
    })
}

impl Live {
    /// All of them.
    pub fn all(&self) -> Vec<Arc<dyn Folder>> {
        let mut all: Vec<Arc<dyn Folder>> = Vec::new();
        for folder in &self.cases {
            all.push(folder.clone());
        }
        for folder in &self.lists {
            all.push(folder.clone());
        }
        all.extend(self.others.iter().cloned());
        all
    }
}

impl<F: ?Sized> Group<F> {
    async fn live(&self) -> Result<Vec<Arc<F>>, StoreError> {
        let live = match &self.follower {
            Some(follower) => Some(follower.live_for_projecting().await?),
            None => None,
        };
        let is_live =
            |generation: &Generation| live.as_ref().is_none_or(|live| live.contains(generation));
        Ok(self
            .folders
            .iter()
            .filter(|(generation, _)| is_live(generation))
            .map(|(_, folder)| folder.clone())
            .collect())
    }
}

impl<F: ?Sized> Clone for Group<F> {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            follower: self.follower.clone(),
            folders: self.folders.clone(),
        }
    }
}

/// The generations of each projection of rows, under its name.
fn rows_of_this_build(
    stores: &Stores,
    clock: &Arc<dyn Clock>,
    follower: impl Fn(&'static str, &[Generation]) -> Option<Arc<Follower>>,
) -> Vec<Group<dyn Folder>> {
    let mut groups: Vec<Group<dyn Folder>> = Vec::new();
    for make in ROWS {
        let folder = make(stores, clock);
        let ProjectionId { name, generation } = folder.id();
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.folders.push((generation, folder)),
            None => groups.push(Group {
                name,
                follower: None,
                folders: vec![(generation, folder)],
            }),
        }
    }
    for group in &mut groups {
        let known: Vec<_> = group.folders.iter().map(|(it, _)| *it).collect();
        group.follower = follower(group.name, &known);
    }
    groups
}

fn case_folder(stores: &Stores, clock: &Arc<dyn Clock>, generation: Generation) -> CaseFolder {
    let (events, snapshots) = (stores.events.clone(), stores.snapshots.clone());
    CaseFolder::new(events, snapshots, clock.clone(), generation)
}

fn lists_folder(stores: &Stores, clock: &Arc<dyn Clock>, generation: Generation) -> ListsFolder {
    let (events, lists) = (stores.events.clone(), stores.lists.clone());
    ListsFolder::new(events, lists, clock.clone(), generation)
}

fn index_folder(stores: &Stores, clock: &Arc<dyn Clock>, generation: Generation) -> IndexFolder {
    let (events, index) = (stores.events.clone(), stores.index.clone());
    IndexFolder::new(events, index, clock.clone(), generation)
}
