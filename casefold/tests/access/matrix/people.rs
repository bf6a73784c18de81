//! Two cases of one group, and everybody who stands in some way to the first of them.

use casefold_events::case::parties::{CounselAssociated, CounselRemoved, PartyAdded};
use casefold_events::case::standing::JudgeAssigned;
use casefold_events::party::Contact;
use casefold_events::vocabulary::{ContactType, CounselType};
use casefold_events::{CaseEvent, UserId};

use crate::history::docket;
use crate::record::{
    self, BRUNO, NORA, NORAS_COUNSEL, RESPONDENTS_COUNSEL, Record, contact_id, counsel,
};

/// The judge who has the case.
const JUDGE: &str = "Judge Marlow";

/// How somebody stands to a case, whatever their role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// The petitioner whom the commands are about; her address is sealed.
    Petitioner,
    /// Her husband, the other petitioner.
    OtherPetitioner,
    Intervenor,
    PetitionersCounsel,
    RespondentsCounsel,
    /// Counsel of record who was taken out of the case.
    FormerCounsel,
    /// The petitioner of another case in its group.
    SisterPetitioner,
    /// Counsel in another case of its group.
    SisterCounsel,
    /// The judge who has it, by the name in their token.
    AssignedJudge,
    Stranger,
}

impl Relation {
    pub(super) const ALL: [Self; 10] = [
        Self::Petitioner,
        Self::OtherPetitioner,
        Self::Intervenor,
        Self::PetitionersCounsel,
        Self::RespondentsCounsel,
        Self::FormerCounsel,
        Self::SisterPetitioner,
        Self::SisterCounsel,
        Self::AssignedJudge,
        Self::Stranger,
    ];

    pub(super) const fn user(self) -> &'static str {
        match self {
            Self::Petitioner => NORA,
            Self::OtherPetitioner => BRUNO,
            Self::Intervenor => "ida",
            Self::PetitionersCounsel => NORAS_COUNSEL,
            Self::RespondentsCounsel => RESPONDENTS_COUNSEL,
            Self::FormerCounsel => "former-counsel",
            Self::SisterPetitioner => "cora",
            Self::SisterCounsel => "coras-counsel",
            Self::AssignedJudge => "marlow",
            Self::Stranger => "somebody",
        }
    }

    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::AssignedJudge => Some(JUDGE),
            _ => None,
        }
    }

    pub(super) const fn is_contact(self) -> bool {
        matches!(
            self,
            Self::Petitioner | Self::OtherPetitioner | Self::Intervenor
        )
    }

    pub(super) const fn is_counsel(self) -> bool {
        matches!(self, Self::PetitionersCounsel | Self::RespondentsCounsel)
    }

    /// A party to the case or its counsel.
    pub(super) const fn is_own(self) -> bool {
        self.is_contact() || self.is_counsel()
    }

    /// The same of any case of its group.
    pub(super) const fn is_in_group(self) -> bool {
        self.is_own() || matches!(self, Self::SisterPetitioner | Self::SisterCounsel)
    }
}

/// The history of the case that commands are about, and that of its sister.
pub(super) fn histories(serials: [u32; 2], is_sealed: bool) -> [Vec<CaseEvent>; 2] {
    let [own, sister] = serials.map(|serial| Record::of(docket(serial)));
    let mut case = own.whole();
    case.extend(record::petition_served());
    let intervenor = Contact {
        contact_type: ContactType::Intervenor,
        ..own.contact(3, Relation::Intervenor.user(), "intervenor")
    };
    case.push(
        PartyAdded {
            contact: intervenor,
        }
        .into(),
    );
    let former = Relation::FormerCounsel.user();
    case.push(appears(former, 2));
    let user_id = UserId::new(former).unwrap();
    case.push(CounselRemoved { user_id }.into());
    let judge = JUDGE.to_owned();
    case.push(JudgeAssigned { judge }.into());

    let mut other = sister.of_petitioner(Relation::SisterPetitioner.user());
    other.extend(record::petition_served());
    other.push(appears(Relation::SisterCounsel.user(), 1));
    let mut both = [case, other];
    for events in &mut both {
        events.extend(record::consolidated(&serials));
        if is_sealed {
            events.extend(record::case_sealed());
        }
    }
    both
}

fn appears(user: &str, contact: u32) -> CaseEvent {
    let mut counsel = counsel(user, CounselType::PrivatePractitioner);
    counsel.representing = vec![contact_id(contact)];
    CounselAssociated { counsel }.into()
}
