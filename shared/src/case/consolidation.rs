//! Folding consolidated groups.

use casefold_events::case::consolidation::{CaseConsolidated, CaseUnconsolidated};

use super::{Case, Consolidation};

impl Case {
    pub(super) fn consolidated(&mut self, event: CaseConsolidated) {
        self.consolidation = Some(Consolidation {
            lead_docket_number: event.lead_docket_number,
            members: event.members,
        });
    }

    pub(super) fn unconsolidated(&mut self, _: CaseUnconsolidated) {
        self.consolidation = None;
    }
}
