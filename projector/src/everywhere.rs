//! Cases forward in every generation that is live, side by side.

use casefold_events::DocketNumber;
use casefold_shared::case::Case;
use casefold_shared::gateway::{Quarantined, StoreError};
use futures::future::{join_all, join3};

use crate::fold::{Advance, AdvanceError};
use crate::folder::Folder;
use crate::hints::Hints;
use crate::projections::Live;
use crate::told::CaseTold;

/// What became of a case in each generation.
pub(crate) type Advances = Vec<Result<Advance, AdvanceError>>;

/// A case that is folded, and whose lists are to be brought forward.
struct Advancing {
    advances: Advances,
    told: CaseTold,
    /// The case that came furthest.
    furthest: Option<Case>,
    /// Why its lists are parked, where they are.
    parked: Vec<Result<Option<Quarantined>, StoreError>>,
}

/// Brings cases forward in step: first all of them, then the lists of all.
pub(crate) async fn advance_all(
    live: &Live,
    cases: &[(DocketNumber, &Hints)],
) -> Vec<(Advances, CaseTold)> {
    let folding = cases
        .iter()
        .map(|(number, hints)| fold(live, *number, hints));
    let folded = join_all(folding).await.into_iter();
    join_all(folded.map(|advancing| bring_lists(live, advancing))).await
}

/// Folds one case into all generations but those of lists.
async fn fold(live: &Live, docket_number: DocketNumber, hints: &Hints) -> Advancing {
    let cases = live.cases.iter();
    let others = live.others.iter();
    let lists = live.lists.iter();
    let (cases, others, parked) = join3(
        join_all(cases.map(|folder| folder.advance(docket_number, hints))),
        join_all(others.map(|folder| folder.advance(docket_number, hints))),
        join_all(lists.map(|folder| folder.parked_get(docket_number))),
    )
    .await;
    let mut told = CaseTold::new(docket_number);
    let mut advances = Vec::with_capacity(cases.len() + others.len());
    let mut furthest: Option<Case> = None;
    let ids = live.cases.iter().map(|folder| folder.id());
    let ids = ids.chain(live.others.iter().map(|folder| folder.id()));
    for (id, advanced) in ids.zip(cases.into_iter().chain(others)) {
        if let Ok(advanced) = &advanced {
            told.add(id, advanced);
        }
        advances.push(advanced.map(|advanced| {
            let version = |case: &Option<Case>| case.as_ref().map(|case| case.version);
            if version(&advanced.case) >= version(&furthest) {
                furthest = advanced.case;
            }
            advanced.advance
        }));
    }
    Advancing {
        advances,
        told,
        furthest,
        parked,
    }
}

/// Brings the lists of a case forward that is folded. They are made from the case that came
/// furthest, so no generation of cases that is stuck holds them up.
async fn bring_lists(live: &Live, advancing: Advancing) -> (Advances, CaseTold) {
    let Advancing {
        mut advances,
        mut told,
        furthest,
        parked,
    } = advancing;
    if let Some(case) = &furthest {
        let lists = live.lists.iter().zip(parked);
        let brought = join_all(lists.map(|(folder, parked)| folder.bring(case, parked))).await;
        for brought in brought {
            match brought {
                Ok(counts) => told.add_counts(&counts),
                Err(error) => advances.push(Err(error)),
            }
        }
    }
    (advances, told)
}
