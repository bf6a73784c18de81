//! One document in several cases of one consolidated group.

use std::collections::BTreeSet;

use casefold_events::party::Contact;
use casefold_events::{ContactId, DocketNumber};
use casefold_shared::case::Case;

use super::actor::as_filer;
use super::consolidation::Loaded;
use super::docket::FiledBy;
use super::draft::Draft;
use super::{Ask, Decision, court_issued, paper_filing};
use crate::command::{
    AddPaperFilingInGroup, ContactRef, CourtSource, FileCourtIssuedDocumentInGroup,
};
use crate::refusal::Refusal;

impl Loaded<'_> {
    /// A clerk enters one document that came on paper in several cases of one group.
    pub(super) fn add_paper_filing(
        &self,
        body: &AddPaperFilingInGroup,
        ask: Ask<'_>,
    ) -> Result<Vec<(DocketNumber, Decision)>, Refusal> {
        let Ask { now, ids, .. } = ask;
        let cases = self.of_one_group(&body.docket_numbers)?;
        let filing = body.filing();
        let mut contacts = Vec::with_capacity(filing.filed_by.contacts.len());
        for contact in &filing.filed_by.contacts {
            contacts.push(contact_of_any(&cases, *contact)?);
        }
        let text = paper_filing::names(
            filing.filed_by,
            contacts.iter().map(|contact| as_filer(contact)),
        );
        let mut decisions = Vec::with_capacity(cases.len());
        for case in cases {
            let filed_by = FiledBy {
                text: text.clone(),
                contacts: own_contacts(case, &contacts),
            };
            let mut draft = Draft::on(case, now, &mut *ids);
            paper_filing::add_as(case, &filing, filed_by, now, &mut draft)?;
            decisions.push((case.docket_number, draft.decide(None)?));
        }
        Ok(decisions)
    }

    /// A clerk puts one document of the court on the record of several cases of one group. A
    /// draft of one of them becomes an entry of it, and is copied to the others.
    pub(super) fn file_court_issued(
        &self,
        body: &FileCourtIssuedDocumentInGroup,
        ask: Ask<'_>,
    ) -> Result<Vec<(DocketNumber, Decision)>, Refusal> {
        let Ask { now, ids, .. } = ask;
        let cases = self.of_one_group(&body.docket_numbers)?;
        let document = body.document();
        let own = match document.source()? {
            CourtSource::Document { .. } => None,
            CourtSource::Draft(id) => {
                let has_it = |case: &&&Case| case.docket.entry(id).is_some();
                let found = cases.iter().find(has_it);
                Some(*found.ok_or(Refusal::DraftNotFound { draft: id })?)
            }
        };
        let mut decisions = Vec::with_capacity(cases.len());
        for case in cases {
            let at = body.effective_at.unwrap_or(now);
            let mut draft = Draft::on(case, at, &mut *ids);
            match own {
                Some(own) if own.docket_number != case.docket_number => {
                    court_issued::copy(case, own, &document, body.effective_at, &mut draft)?;
                }
                Some(_) | None => {
                    court_issued::file(case, &document, body.effective_at, now, &mut draft)?;
                }
            }
            decisions.push((case.docket_number, draft.decide(body.effective_at)?));
        }
        Ok(decisions)
    }

    /// The listed cases in their order, all of one group.
    fn of_one_group(&self, listed: &[DocketNumber]) -> Result<Vec<&Case>, Refusal> {
        self.one_group(listed)?;
        let listed: BTreeSet<_> = listed.iter().copied().collect();
        listed.into_iter().map(|number| self.case(number)).collect()
    }
}

/// A contact of any of these cases, by its id: numbers are refused with the body.
fn contact_of_any<'a>(cases: &[&'a Case], contact: ContactRef) -> Result<&'a Contact, Refusal> {
    let found = match contact {
        ContactRef::Id(id) => cases.iter().find_map(|case| case.party(id)),
        ContactRef::Petitioner(_) => None,
    };
    found.ok_or(Refusal::ContactNotFound { contact })
}

/// Those among some who are contacts of a case.
fn own_contacts(case: &Case, contacts: &[&Contact]) -> Vec<ContactId> {
    let ids = contacts.iter().map(|contact| contact.contact_id);
    ids.filter(|id| case.party(*id).is_some()).collect()
}
