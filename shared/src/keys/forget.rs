//! Destroying the keys of somebody who is to be forgotten.
//!
//! In steps, each by one conditional write on a case's keys, so that nobody's new values go with
//! the old ones:
//!
//! 1. [`retire`]: nothing new is encrypted under the keys; they still open what is there. Every
//!    process knows after [`KNOWN_FOR`](super::KNOWN_FOR).
//! 2. [`destroy`]: the keys are replaced by a trace that says by which order. After the same time
//!    no process has them.
//! 3. What was derived is folded anew: not here, for it takes projections.
//!
//! Doing a step again does nothing more, so what was interrupted is done again from the first.

use std::fmt;
use std::str::FromStr;

use casefold_events::personal::keys::{KeyName, Subject, SubjectError};
use casefold_events::{DocketNumber, Timestamp};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Reason, stored};
use crate::gateway::{
    Forgetting, ForgottenBy, KeyStore, KeysPut, Segment, StoreError, StoredKey, StoredKeys,
};

/// In how many segments the table of keys is looked through.
const SEGMENTS: u32 = 8;

/// How often a change is tried anew where somebody else changes the keys at the same time.
const TRIES: usize = 16;

/// Who is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// A contact or a user, in every case that tells of them.
    Person(Subject),
    /// Whoever is named in the free texts of one case.
    TextsOf(DocketNumber),
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(subject) => subject.fmt(f),
            Self::TextsOf(case) => write!(f, "{case}/{}", Subject::Texts),
        }
    }
}

/// Text that says not who is to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name who is to be forgotten: contact/<id>, user/<id>, or 101-26/texts for a case's texts")]
pub struct WhomError;

impl From<SubjectError> for WhomError {
    fn from(_: SubjectError) -> Self {
        Self
    }
}

impl FromStr for Whom {
    type Err = WhomError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(case) = text.strip_suffix("/texts")
            && let Ok(case) = case.parse()
        {
            return Ok(Self::TextsOf(case));
        }
        match text.parse()? {
            person @ (Subject::Contact(_) | Subject::User(_)) => Ok(Self::Person(person)),
            Subject::Texts | Subject::Commands => Err(WhomError),
        }
    }
}

impl Serialize for Whom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Whom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl Whom {
    /// Whose keys go in a case: theirs, and those of whatever may name them. The digests of
    /// commands always go, for a body that names somebody could be guessed from its digest.
    pub fn subjects(&self, keep_texts: bool) -> Vec<Subject> {
        let mut subjects = vec![Subject::Commands];
        match self {
            Self::Person(person) => {
                subjects.push(person.clone());
                if !keep_texts {
                    subjects.push(Subject::Texts);
                }
            }
            Self::TextsOf(_) => subjects.push(Subject::Texts),
        }
        subjects
    }

    /// The subject that is meant.
    const fn own(&self) -> &Subject {
        match self {
            Self::Person(person) => person,
            Self::TextsOf(_) => &Subject::Texts,
        }
    }
}

/// The cases that have a key of somebody, there or destroyed: of the one case that is named, or
/// else by a look through the whole table of keys, one read unit for each 4 KB of it.
///
/// # Errors
/// [`StoreError`] where it can't be read.
pub async fn cases_of(
    store: &dyn KeyStore,
    whom: &Whom,
    case: Option<DocketNumber>,
) -> Result<Vec<DocketNumber>, StoreError> {
    let one = match whom {
        Whom::TextsOf(of) => Some(*of),
        Whom::Person(_) => case,
    };
    let has = |keys: &StoredKeys| stored::of(keys, whom.own()).next().is_some();
    if let Some(case) = one {
        let found = store.case_keys_get(&[case]).await?;
        return Ok(found
            .get(&case)
            .filter(|keys| has(keys))
            .map(|_| case)
            .into_iter()
            .collect());
    }
    let segments = (0..SEGMENTS).map(|index| async move {
        let segment = Segment {
            index,
            of: SEGMENTS,
        };
        let (mut cases, mut from) = (Vec::new(), None);
        loop {
            let page = store.case_keys_scan(segment, from).await?;
            let with_key = page.cases.iter().filter(|(_, keys)| has(keys));
            cases.extend(with_key.map(|(case, _)| *case));
            from = page.next;
            if from.is_none() {
                return Ok::<_, StoreError>(cases);
            }
        }
    });
    let segments: Vec<_> = segments.collect();
    let found = stream::iter(segments).buffered(SEGMENTS as usize);
    let mut cases: Vec<_> = found.try_concat().await?;
    cases.sort_unstable();
    Ok(cases)
}

/// Has nothing new encrypted in a case under the keys that go; gives their names, those among
/// them that are retired already too.
///
/// # Errors
/// [`StoreError`] where the keys can't be read or written.
pub async fn retire(
    store: &dyn KeyStore,
    case: DocketNumber,
    forgetting: &Forgetting,
) -> Result<Vec<KeyName>, StoreError> {
    let by = ForgottenBy {
        forgetting: forgetting.id,
        order: forgetting.order.clone(),
    };
    change(store, case, forgetting, |key| match key {
        StoredKey::Live(key) => Some(StoredKey::Retired {
            key: key.clone(),
            by: by.clone(),
        }),
        StoredKey::Retired { .. } => Some(key.clone()),
        StoredKey::Gone { .. } => None,
    })
    .await
}

/// Destroys the keys of a case that were retired; gives their names.
///
/// # Errors
/// [`StoreError`] where the keys can't be read or written.
pub async fn destroy(
    store: &dyn KeyStore,
    case: DocketNumber,
    forgetting: &Forgetting,
    at: Timestamp,
) -> Result<Vec<KeyName>, StoreError> {
    change(store, case, forgetting, |key| match key {
        StoredKey::Retired { by, .. } => Some(StoredKey::Gone { at, by: by.clone() }),
        StoredKey::Live(_) | StoredKey::Gone { .. } => None,
    })
    .await
}

/// Changes the keys that an act of forgetting is about, and gives their names.
async fn change(
    store: &dyn KeyStore,
    case: DocketNumber,
    forgetting: &Forgetting,
    to: impl Fn(&StoredKey) -> Option<StoredKey>,
) -> Result<Vec<KeyName>, StoreError> {
    let subjects = forgetting.whom.subjects(forgetting.keep_texts);
    let mut found = store.case_keys_get(&[case]).await?;
    let mut there = found.remove(&case).unwrap_or_default();
    for _ in 0..TRIES {
        let mut next = there.clone();
        let mut changed = Vec::new();
        for (name, key) in &there.keys {
            if subjects.contains(&name.subject)
                && let Some(key) = to(key)
            {
                changed.push(name.clone());
                next.keys.insert(name.clone(), key);
            }
        }
        if next == there {
            return Ok(changed);
        }
        next.revision += 1;
        match store.case_keys_put(case, &next).await? {
            KeysPut::Written => return Ok(changed),
            KeysPut::Superseded(now) => there = now,
        }
    }
    let reason = Reason("others changed the keys of the case each time");
    Err(StoreError::Throttled(reason.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_forgotten_is_named_in_one_way_and_nothing_else_is_taken() {
        for text in [
            "contact/0193586e-5a6b-7c80-8000-000000000000",
            "user/irs-7",
            "101-26/texts",
        ] {
            assert_eq!(text.parse::<Whom>().unwrap().to_string(), text);
        }
        for text in [
            "texts",
            "commands",
            "101-26",
            "101-26/commands",
            "contact/1",
            "",
        ] {
            assert!(text.parse::<Whom>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_texts_go_with_a_person_unless_they_are_kept_and_digests_always_go() {
        let person: Whom = "user/irs-7".parse().unwrap();
        assert_eq!(person.subjects(false).len(), 3);
        assert!(!person.subjects(true).contains(&Subject::Texts));
        let texts: Whom = "101-26/texts".parse().unwrap();
        assert_eq!(
            texts.subjects(true),
            [Subject::Commands, Subject::Texts],
            "the texts are what is meant"
        );
    }
}
