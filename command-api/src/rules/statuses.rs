//! What follows from a case's status.

use casefold_events::vocabulary::CaseStatus;

/// Whether a clerk may set a status. `New` and `Calendared` follow from the petition and
/// from the trial calendar (domain of the court, "What people do to a case").
pub const fn is_set_by_hand(status: CaseStatus) -> bool {
    match status {
        CaseStatus::New | CaseStatus::Calendared => false,
        CaseStatus::NotAtIssue
        | CaseStatus::AtIssue
        | CaseStatus::AssignedCase
        | CaseStatus::AssignedMotion
        | CaseStatus::Cav
        | CaseStatus::Submitted
        | CaseStatus::SubmittedRule122
        | CaseStatus::Rule155
        | CaseStatus::JurisdictionRetained
        | CaseStatus::OnAppeal
        | CaseStatus::Closed
        | CaseStatus::ClosedDismissed => true,
    }
}

/// Whether a case of this status can be in a consolidated group (as above).
pub const fn is_consolidatable(status: CaseStatus) -> bool {
    match status {
        CaseStatus::New
        | CaseStatus::NotAtIssue
        | CaseStatus::OnAppeal
        | CaseStatus::Closed
        | CaseStatus::ClosedDismissed => false,
        CaseStatus::AtIssue
        | CaseStatus::Calendared
        | CaseStatus::AssignedCase
        | CaseStatus::AssignedMotion
        | CaseStatus::Cav
        | CaseStatus::Submitted
        | CaseStatus::SubmittedRule122
        | CaseStatus::Rule155
        | CaseStatus::JurisdictionRetained => true,
    }
}

/// Whether the Chief Judge has every case of this status: nobody else was given it yet.
pub const fn has_chief_judge(status: CaseStatus) -> bool {
    match status {
        CaseStatus::New | CaseStatus::NotAtIssue | CaseStatus::AtIssue => true,
        CaseStatus::Calendared
        | CaseStatus::AssignedCase
        | CaseStatus::AssignedMotion
        | CaseStatus::Cav
        | CaseStatus::Submitted
        | CaseStatus::SubmittedRule122
        | CaseStatus::Rule155
        | CaseStatus::JurisdictionRetained
        | CaseStatus::OnAppeal
        | CaseStatus::Closed
        | CaseStatus::ClosedDismissed => false,
    }
}
