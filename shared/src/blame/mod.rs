//! Which event gave each field of a case its value, as `git blame` tells it of lines; and what
//! two versions hold differently, field by field. Pure.
//!
//! A case is looked at as somebody sees it ([`Portrait`]), because that is what they ask about.
//! Events are folded one by one; after each the case's own fields are compared, and of its
//! docket record only the entry that the event is about, so a long history is folded in one
//! passage, whatever its record holds.
//!
//! What an event changes and another of the same commit changes back was not changed by the
//! commit: a version is what a reader could ever see.
//!
//! | file | job |
//! | --- | --- |
//! | this one | following a case from event to event |
//! | `section` | the fields of the case or of one entry, and who touched them |

mod section;

use std::collections::BTreeMap;
use std::sync::Arc;

use casefold_events::vocabulary::Role;
use casefold_events::{
    Commit, Digest, DocketEntryId, EventId, StoredEvent, Timestamp, UserId, Version,
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use self::section::{Section, Touch};
use crate::case::generation::CaseGeneration;
use crate::case::{Case, DocketEntry, FoldError};

pub use self::section::{Change, ChangeKind, Field};

/// A case as somebody sees it: objects, whose fields are told.
pub trait Portrait {
    /// The case without its docket record.
    fn header(&self, case: &Case) -> Map<String, Value>;

    /// An entry of the record, or off it.
    fn entry(&self, case: &Case, entry: &DocketEntry) -> Map<String, Value>;
}

/// The event that gave a field its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The commit in which it happened.
    pub version: Version,
    /// The event.
    pub event_id: EventId,
    /// Its type.
    #[schema(example = "PetitionServed")]
    pub event_type: String,
    /// Who.
    pub actor: UserId,
    /// In which role.
    pub role: Role,
    /// By which command.
    #[schema(example = "ServePetition")]
    pub command: String,
    /// When the court recorded it.
    pub recorded_at: Timestamp,
    /// From when it holds.
    pub effective_at: Timestamp,
}

impl Origin {
    fn of(commit: &Commit, event: &StoredEvent) -> Self {
        Self {
            version: commit.version,
            event_id: event.event_id,
            event_type: event.event_type.clone(),
            actor: commit.actor.clone(),
            role: commit.role,
            command: commit.command.clone(),
            recorded_at: commit.recorded_at,
            effective_at: commit.effective_at,
        }
    }
}

/// Where fields stand, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Header,
    OffRecord(DocketEntryId),
    OnRecord(u32),
}

impl Place {
    fn of(entry: &DocketEntry) -> Self {
        let on_record = entry.filed.is_on_docket_record;
        let index = entry.filed.index.filter(|_| on_record);
        index.map_or(Self::OffRecord(entry.id()), Self::OnRecord)
    }

    fn path(self) -> String {
        match self {
            Self::Header => String::new(),
            Self::OffRecord(id) => format!("docketEntries[{id}]"),
            Self::OnRecord(index) => format!("docketEntries[{index}]"),
        }
    }
}

/// Follows a case from event to event, and notes which of them touches which field.
pub struct Ledger<'a, P> {
    portrait: &'a P,
    fold: CaseGeneration,
    case: Option<Case>,
    version: Version,
    hash: Digest,
    sections: BTreeMap<Place, Section>,
}

impl<'a, P: Portrait> Ledger<'a, P> {
    /// Before the first commit.
    pub const fn begin(portrait: &'a P, fold: CaseGeneration) -> Self {
        Self {
            portrait,
            fold,
            case: None,
            version: Version::ZERO,
            hash: Digest::ZERO,
            sections: BTreeMap::new(),
        }
    }

    /// At a case, whose docket record must be whole: what is noted is what happens from here
    /// on.
    pub fn at(portrait: &'a P, fold: CaseGeneration, case: Case) -> Self {
        let mut ledger = Self::begin(portrait, fold);
        (ledger.version, ledger.hash) = (case.version, case.folded_from.head_hash);
        let header = Section::at("", portrait.header(&case));
        ledger.sections.insert(Place::Header, header);
        for entry in case
            .docket
            .off_record()
            .iter()
            .chain(case.docket.on_record())
        {
            let place = Place::of(entry);
            let section = Section::at(&place.path(), portrait.entry(&case, entry));
            ledger.sections.insert(place, section);
        }
        ledger.case = Some(case);
        ledger
    }

    /// Folds the next commit, event by event.
    ///
    /// # Errors
    /// [`FoldError`], as [`Case::fold`] has it.
    pub fn fold(&mut self, commit: &Commit) -> Result<(), FoldError> {
        commit.verify_after(self.version, self.hash)?;
        let mut touched = Vec::new();
        for stored in &commit.events {
            let origin = Arc::new(Origin::of(commit, stored));
            let events = stored.decode().map_err(|source| FoldError::Decode {
                docket_number: commit.docket_number,
                version: commit.version,
                source,
            })?;
            for event in events {
                let about = event.docket_entry_id();
                self.case = self.fold.apply(self.case.take(), commit, vec![event]);
                if let Some(case) = self.case.take() {
                    self.look(&case, about, &origin, &mut touched);
                    self.case = Some(case);
                }
            }
        }
        if self.case.is_none() {
            return Err(FoldError::NoPetition(commit.docket_number));
        }
        touched.sort_unstable();
        touched.dedup();
        for place in touched {
            if let Some(section) = self.sections.get_mut(&place) {
                section.settle();
            }
        }
        (self.version, self.hash) = (commit.version, commit.hash);
        Ok(())
    }

    /// Compares what an event may have changed.
    fn look(
        &mut self,
        case: &Case,
        about: Option<DocketEntryId>,
        origin: &Arc<Origin>,
        touched: &mut Vec<Place>,
    ) {
        let header = self.portrait.header(case);
        self.compare(Place::Header, header, origin, touched);
        let Some(id) = about else {
            return;
        };
        let off_record = case.docket.off_record();
        let off_record = off_record.iter().find(|entry| entry.id() == id);
        if off_record.is_none() {
            // A draft that went on the record is not off it any more.
            let place = Place::OffRecord(id);
            if self.sections.contains_key(&place) {
                self.compare(place, Map::new(), origin, touched);
            }
        }
        let on_record = case
            .docket
            .entry(id)
            .filter(|it| it.filed.is_on_docket_record);
        for entry in off_record.into_iter().chain(on_record) {
            let shown = self.portrait.entry(case, entry);
            self.compare(Place::of(entry), shown, origin, touched);
        }
    }

    fn compare(
        &mut self,
        place: Place,
        shown: Map<String, Value>,
        origin: &Arc<Origin>,
        touched: &mut Vec<Place>,
    ) {
        let section = self.sections.entry(place);
        let section = section.or_insert_with(|| Section::empty(&place.path()));
        if let Touch::Some = section.become_now(shown, origin) {
            touched.push(place);
        }
    }

    /// The version that it stands at.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Every field that there is, with the event that gave it its value: those of the case
    /// first, then those of the entries off the record, then those on it, by their index. A
    /// field that nothing has touched since the beginning has no origin.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.sections.values().flat_map(Section::fields)
    }

    /// Every field that is another than at the beginning, in the same order, with all events
    /// that touched it.
    pub fn changes(&self) -> impl Iterator<Item = Change<'_>> {
        self.sections.values().flat_map(Section::changes)
    }

    /// The paths of all fields that there are or have been.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.sections.values().flat_map(Section::paths)
    }
}
