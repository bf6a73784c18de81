//! Trial sessions and what keeps from them; and where a case stands.

use casefold_command_api::command::{
    AddToTrialSession, BlockFromTrial, CaseCommand, Prioritize, RemoveFromTrialSession,
    RemoveHearing, SealCase, SetHearing, UnblockFromTrial, Unprioritize, UnsealCase,
    UpdateCaseContext, UpdateCaseDetails,
};
use casefold_events::case::trial::TrialSession;
use casefold_events::ids::TrialSessionId;
use casefold_events::vocabulary::{CaseStatus, CaseType, Role};
use casefold_events::{Digest, Timestamp};
use uuid::Builder;

use super::super::chance::Chance;
use super::super::people::{CITIES, City, judge};
use super::{Scene, Sent};

const MILLIS_A_DAY: i64 = 86_400_000;
/// So often a city has a session.
const BETWEEN_SESSIONS: i64 = 91 * MILLIS_A_DAY;
/// So long before it the calendar is set.
const NOTICE: i64 = 60 * MILLIS_A_DAY;

const BLOCKS: [&str; 4] = [
    "Settlement is being negotiated",
    "A criminal proceeding is pending",
    "The petitioner is in bankruptcy",
    "A related case is on appeal",
];

/// The next session of a city for which there is notice enough. Cases that are tried in it at
/// the same time name the same one, with the same judge.
pub(in super::super) fn session(city: City, now: Timestamp) -> TrialSession {
    let nth = (now.as_millis() + NOTICE) / BETWEEN_SESSIONS + 1;
    let trial_location = city.place_of_trial();
    let fields = [trial_location.as_bytes(), &nth.to_be_bytes()[..]];
    let digest = Digest::of_fields("casefold.generate.session", fields);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    let mut chance = Chance::of(0, &trial_location, nth.unsigned_abs());
    TrialSession {
        trial_session_id: TrialSessionId(Builder::from_custom_bytes(bytes).into_uuid()),
        trial_date: Timestamp::from_millis(nth * BETWEEN_SESSIONS + 15 * 3_600_000),
        judge: Some(judge(&mut chance)),
        trial_location,
    }
}

pub(super) fn block(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let command = if scene.case.blocked.is_some() {
        CaseCommand::UnblockFromTrial(UnblockFromTrial { effective_at })
    } else {
        CaseCommand::BlockFromTrial(BlockFromTrial {
            reason: scene.chance.pick(&BLOCKS).to_owned(),
            effective_at,
        })
    };
    Some((scene.staff(Role::General), command))
}

pub(super) fn prioritize(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let command = if scene.case.priority.is_some() {
        CaseCommand::Unprioritize(Unprioritize { effective_at })
    } else {
        CaseCommand::Prioritize(Prioritize {
            reason: "The petitioner is gravely ill".to_owned(),
            effective_at,
        })
    };
    Some((scene.staff(Role::Floater), command))
}

/// A hearing is set, or the last one taken off.
pub(super) fn hearing(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let last = scene.case.hearings.last();
    let command = match last {
        Some(hearing) if scene.chance.per_mille(400) => CaseCommand::RemoveHearing(RemoveHearing {
            trial_session_id: hearing.session.trial_session_id,
            effective_at,
        }),
        Some(_) | None => CaseCommand::SetHearing(SetHearing {
            session: session(scene.chance.pick(&CITIES), scene.now),
            calendar_notes: Some("By telephone".to_owned()),
            effective_at,
        }),
    };
    Some((scene.staff(Role::DocketClerk), command))
}

/// A case comes into a session whose calendar is not set yet, or leaves it.
pub(super) fn add_to_session(scene: &mut Scene<'_>) -> Option<Sent> {
    if scene.case.status == CaseStatus::Calendared {
        return None;
    }
    let effective_at = None;
    let command = match &scene.case.trial_session {
        Some(session) => CaseCommand::RemoveFromTrialSession(RemoveFromTrialSession {
            trial_session_id: session.trial_session_id,
            effective_at,
        }),
        None => CaseCommand::AddToTrialSession(AddToTrialSession {
            session: session(scene.city, scene.now),
            is_calendared: false,
            effective_at,
        }),
    };
    Some((scene.staff(Role::DocketClerk), command))
}

/// The case is sealed; one that is sealed is seldom unsealed.
pub(super) fn seal_case(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let command = if !scene.case.is_sealed() {
        CaseCommand::SealCase(SealCase { effective_at })
    } else if scene.chance.per_mille(200) {
        CaseCommand::UnsealCase(UnsealCase { effective_at })
    } else {
        return None;
    };
    Some((scene.staff(Role::DocketClerk), command))
}

/// What the case is about turns out to be something else, or the trial moves.
pub(super) fn details(scene: &mut Scene<'_>) -> Option<Sent> {
    if scene.case.consolidation.is_some() {
        return None;
    }
    let mut body = UpdateCaseDetails::default();
    if scene.chance.per_mille(300) {
        let types = [
            CaseType::Deficiency,
            CaseType::Cdp,
            CaseType::InnocentSpouse,
        ];
        body.case_type = Some(scene.chance.pick(&types));
    } else {
        body.preferred_trial_city = Some(scene.chance.pick(&CITIES).place_of_trial());
    }
    Some((
        scene.staff(Role::DocketClerk),
        CaseCommand::UpdateCaseDetails(body),
    ))
}

pub(super) fn caption(scene: &mut Scene<'_>) -> Option<Sent> {
    let first = scene.case.petitioners().next()?.name.expose();
    let caption = format!(
        "{first}, a.k.a. {} {first}, Petitioner",
        scene.chance.below(9) + 1
    );
    let body = UpdateCaseContext {
        caption: Some(caption.into()),
        ..UpdateCaseContext::default()
    };
    Some((
        scene.staff(Role::DocketClerk),
        CaseCommand::UpdateCaseContext(body),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_of_one_city_and_season_name_the_same_session_and_others_do_not() {
        let at = |days: i64| Timestamp::from_millis(1_600_000_000_000 + days * MILLIS_A_DAY);
        assert_eq!(session(CITIES[0], at(0)), session(CITIES[0], at(1)));
        assert_ne!(session(CITIES[0], at(0)), session(CITIES[1], at(0)));
        let later = session(CITIES[0], at(200));
        assert_ne!(session(CITIES[0], at(0)), later);
        assert!(later.trial_date.as_millis() - at(200).as_millis() > NOTICE);
    }
}
