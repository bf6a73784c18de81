//! How a case begins.

use casefold_command_api::command::{
    Attachment, FilePaperPetition, FilePetition, NewPetitioner, PetitionCommand,
};
use casefold_command_api::decide::{self, Actor, Ask};
use casefold_events::Timestamp;
use casefold_events::vocabulary::{CaseType, PartyType, Role};

use super::GenerateError;
use super::acts::attachment;
use super::life::Life;
use super::people::{counsel_details, name, petitioner, practitioner, staff, user};
use super::record::Envelope;
use super::shape::Kind;

const MILLIS_AN_HOUR: i64 = 3_600_000;
const MILLIS_A_DAY: i64 = 24 * MILLIS_AN_HOUR;
/// How many petitioners the case with many people has.
const CROWD: usize = 80;

const CASE_TYPES: [(u64, CaseType); 14] = [
    (620, CaseType::Deficiency),
    (210, CaseType::Cdp),
    (40, CaseType::InnocentSpouse),
    (30, CaseType::Whistleblower),
    (25, CaseType::Passport),
    (30, CaseType::Other),
    (10, CaseType::PartnershipBba),
    (8, CaseType::Partnership6226),
    (4, CaseType::Partnership6228),
    (8, CaseType::WorkerClassification),
    (5, CaseType::InterestAbatement),
    (4, CaseType::Disclosure),
    (3, CaseType::DeclaratoryExemptOrganization),
    (3, CaseType::DeclaratoryRetirementPlan),
];

const PARTY_TYPES: [(u64, PartyType); 18] = [
    (560, PartyType::Petitioner),
    (250, PartyType::PetitionerSpouse),
    (15, PartyType::PetitionerDeceasedSpouse),
    (15, PartyType::SurvivingSpouse),
    (70, PartyType::Corporation),
    (12, PartyType::PartnershipTaxMatters),
    (6, PartyType::PartnershipOther),
    (8, PartyType::PartnershipBba),
    (20, PartyType::EstateWithExecutor),
    (6, PartyType::EstateWithoutExecutor),
    (14, PartyType::Trust),
    (4, PartyType::Conservator),
    (3, PartyType::Custodian),
    (4, PartyType::Guardian),
    (3, PartyType::NextFriendForMinor),
    (3, PartyType::NextFriendForIncompetent),
    (3, PartyType::Donor),
    (4, PartyType::Transferee),
];

/// How a petition reaches the court.
#[derive(Clone, Copy)]
enum Way {
    ByPetitioner,
    ByCounsel,
    OnPaper,
}

impl Life {
    /// The petition is filed.
    pub(super) fn petition(&mut self) -> Result<(), GenerateError> {
        let way = self.chance.weighted(&[
            (45, Way::ByPetitioner),
            (25, Way::ByCounsel),
            (30, Way::OnPaper),
        ]);
        let (actor, command) = match (way, self.outline.kind) {
            (Way::OnPaper, _) | (_, Kind::Crowded) => self.on_paper(),
            (Way::ByPetitioner, _) => {
                let number = self.outline.docket_number;
                let filer = Actor {
                    user_id: user("petitioner", number),
                    role: Role::Petitioner,
                    name: None,
                };
                self.electronic(filer)
            }
            (Way::ByCounsel, _) => {
                let counsel = practitioner(&mut self.chance);
                self.electronic(counsel)
            }
        };
        let (now, chance) = (self.now, &mut self.chance);
        let mut ids = std::iter::repeat_with(|| chance.id(now));
        let ask = Ask {
            actor: &actor,
            now,
            ids: &mut ids,
        };
        let decision = decide::petition(&command, ask).map_err(GenerateError::Petition)?;
        let name = command.name();
        let envelope = Envelope::new(&command, name, None, &actor, now, chance)?;
        self.record.record(&envelope, decision, chance)?;
        self.tally.done(name);
        Ok(())
    }

    fn electronic(&mut self, filer: Actor) -> (Actor, PetitionCommand) {
        let party_type = self.chance.weighted(&PARTY_TYPES);
        let counsel = (filer.role == Role::PrivatePractitioner)
            .then(|| counsel_details(&filer, self.city, &mut self.chance));
        let command = FilePetition {
            caption: None,
            case_type: self.chance.weighted(&CASE_TYPES),
            procedure_type: self.procedure,
            party_type,
            preferred_trial_city: self.city.place_of_trial(),
            petitioners: self.petitioners(party_type),
            counsel,
            irs_notice_date: Some(self.notice_date()),
            petition: self.paper(12),
            statement_of_taxpayer_identification: self.paper(2),
            request_for_place_of_trial: None,
        };
        (filer, PetitionCommand::FilePetition(command))
    }

    fn on_paper(&mut self) -> (Actor, PetitionCommand) {
        let party_type = match self.outline.kind {
            Kind::Usual | Kind::Long => self.chance.weighted(&PARTY_TYPES),
            Kind::Crowded => PartyType::Petitioner,
        };
        let received_at = self.now;
        let command = FilePaperPetition {
            received_at,
            caption: None,
            case_type: self.chance.weighted(&CASE_TYPES),
            procedure_type: self.procedure,
            party_type,
            preferred_trial_city: Some(self.city.place_of_trial()),
            mailing_date: None,
            petitioners: self.petitioners(party_type),
            fee: None,
            irs_notice_date: Some(self.notice_date()),
            petition: Some(self.paper(12)),
            statement_of_taxpayer_identification: Some(self.paper(2)),
            request_for_place_of_trial: Some(self.paper(2)),
        };
        // A clerk enters it within some hours of its receipt.
        let hours = i64::try_from(self.chance.below(30)).unwrap_or_default();
        self.pass(hours * MILLIS_AN_HOUR);
        let clerk = staff(Role::PetitionsClerk, &mut self.chance);
        (clerk, PetitionCommand::FilePaperPetition(command))
    }

    fn petitioners(&mut self, party_type: PartyType) -> Vec<NewPetitioner> {
        if self.outline.kind == Kind::Crowded {
            let people = std::iter::repeat_with(|| petitioner(self.city, &mut self.chance));
            return people.take(CROWD).collect();
        }
        let mut first = petitioner(self.city, &mut self.chance);
        match party_type {
            PartyType::Petitioner | PartyType::Donor | PartyType::Transferee => {}
            PartyType::PetitionerSpouse => {
                let spouse = petitioner(self.city, &mut self.chance);
                return vec![first, spouse];
            }
            PartyType::Corporation => {
                first.name = format!("{} Holdings, Inc.", first.name.expose()).into();
                first.in_care_of = Some(name(&mut self.chance).into());
            }
            PartyType::EstateWithExecutor => {
                first.secondary_name = Some(name(&mut self.chance).into());
                first.title = Some("Executor".to_owned());
            }
            PartyType::PetitionerDeceasedSpouse
            | PartyType::SurvivingSpouse
            | PartyType::PartnershipTaxMatters
            | PartyType::PartnershipOther
            | PartyType::PartnershipBba
            | PartyType::EstateWithoutExecutor
            | PartyType::Trust
            | PartyType::Conservator
            | PartyType::Custodian
            | PartyType::Guardian
            | PartyType::NextFriendForMinor
            | PartyType::NextFriendForIncompetent => {
                first.secondary_name = Some(name(&mut self.chance).into());
            }
        }
        vec![first]
    }

    /// A petition is filed within 90 days of the notice.
    fn notice_date(&mut self) -> Timestamp {
        let days = 20 + i64::try_from(self.chance.below(70)).unwrap_or_default();
        Timestamp::from_millis(self.now.as_millis() - days * MILLIS_A_DAY)
    }

    fn paper(&mut self, pages: u64) -> Attachment {
        attachment(&mut self.chance, self.now, pages)
    }
}
