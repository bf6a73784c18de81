//! What deadlines, correspondence and statistics have in common: a case keeps several of
//! each, and each is added, changed and removed by its id.

use casefold_events::CaseEvent;
use casefold_shared::case::Case;

use super::draft::Draft;
use crate::command::RecordRef;
use crate::refusal::Refusal;

/// One of several things of a kind that a case keeps.
pub(super) trait Record: Clone + PartialEq {
    /// Its id in the case.
    type Id: Copy + PartialEq + NamesRecord<Record = Self>;

    /// The refusal of one that says the same as another.
    const ALREADY_THERE: Refusal;

    /// Those that the case keeps, in their order.
    fn all(case: &Case) -> &[Self];

    /// Its id.
    fn id(&self) -> Self::Id;

    /// Whether it says the same as another, so that the case has no use for both.
    fn repeats(&self, other: &Self) -> bool;

    /// The refusal of a name that none has.
    fn not_found(named: RecordRef<Self::Id>) -> Refusal;

    /// The event that adds it.
    fn added(self) -> CaseEvent;

    /// The event that puts it in place of the one of its id.
    fn updated(self) -> CaseEvent;

    /// The event that removes it.
    fn removed(id: Self::Id) -> CaseEvent;
}

/// An id, which says what it is the id of.
pub(super) trait NamesRecord {
    /// What it is the id of.
    type Record: Record<Id = Self>;
}

/// What a command names.
///
/// # Errors
/// [`Record::not_found`] where the case has none such.
pub(super) fn find<R: Record>(case: &Case, named: RecordRef<R::Id>) -> Result<&R, Refusal> {
    let found = match named {
        RecordRef::Id(id) => R::all(case).iter().find(|record| record.id() == id),
        RecordRef::Number(number) => {
            let at = usize::try_from(number)
                .ok()
                .and_then(|number| number.checked_sub(1));
            at.and_then(|at| R::all(case).get(at))
        }
    };
    found.ok_or_else(|| R::not_found(named))
}

/// Adds a record that repeats no other.
pub(super) fn add<R: Record>(case: &Case, record: R, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    require_no_other(case, &record)?;
    draft.event(record.added());
    Ok(())
}

/// Puts a record in place of the one of its id, if it differs.
pub(super) fn update<R: Record>(
    case: &Case,
    before: &R,
    after: R,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    if after != *before {
        require_no_other(case, &after)?;
        draft.event(after.updated());
    }
    Ok(())
}

/// Removes what a command names.
pub(super) fn remove<I: NamesRecord>(
    case: &Case,
    named: RecordRef<I>,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let record = find::<I::Record>(case, named)?;
    draft.event(I::Record::removed(record.id()));
    Ok(())
}

fn require_no_other<R: Record>(case: &Case, record: &R) -> Result<(), Refusal> {
    let is_repeated = R::all(case)
        .iter()
        .any(|other| other.id() != record.id() && record.repeats(other));
    if is_repeated {
        Err(R::ALREADY_THERE)
    } else {
        Ok(())
    }
}
