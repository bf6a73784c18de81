//! Captions: how the court names a case after its petitioners.

use casefold_events::Personal;
use casefold_events::case::standing::CaptionChanged;
use casefold_events::entry::AutomaticCode;
use casefold_events::vocabulary::{DocketNumberSuffix, PartyType};
use casefold_shared::case::Case;

use super::draft::Draft;
use crate::command::NewPetitioner;
use crate::refusal::Refusal;

/// The names from which a caption is made.
struct Names<'a> {
    first: &'a str,
    second: Option<&'a str>,
    title: Option<&'a str>,
    petitioners: usize,
}

/// The caption of a petition, as the court writes it for each party type.
///
/// # Errors
/// [`Refusal::SpouseMissing`] where the party type is that of spouses and one is named.
pub(super) fn derive(
    party_type: PartyType,
    petitioners: &[NewPetitioner],
) -> Result<Personal<String>, Refusal> {
    let first = petitioners.first();
    let own_second = first.and_then(|petitioner| petitioner.secondary_name.as_ref());
    let names = Names {
        first: first.map_or("", |petitioner| petitioner.name.expose()),
        second: own_second
            .or(petitioners.get(1).map(|petitioner| &petitioner.name))
            .map(|name| name.expose().as_str()),
        title: first.and_then(|petitioner| petitioner.title.as_deref()),
        petitioners: petitioners.len(),
    };
    if is_of_spouses(party_type) && names.second.is_none() {
        return Err(Refusal::SpouseMissing);
    }
    Ok(Personal::new(write(party_type, &names)))
}

const fn is_of_spouses(party_type: PartyType) -> bool {
    match party_type {
        PartyType::PetitionerSpouse | PartyType::PetitionerDeceasedSpouse => true,
        PartyType::Petitioner
        | PartyType::SurvivingSpouse
        | PartyType::Corporation
        | PartyType::PartnershipTaxMatters
        | PartyType::PartnershipOther
        | PartyType::PartnershipBba
        | PartyType::EstateWithExecutor
        | PartyType::EstateWithoutExecutor
        | PartyType::Trust
        | PartyType::Conservator
        | PartyType::Custodian
        | PartyType::Guardian
        | PartyType::NextFriendForMinor
        | PartyType::NextFriendForIncompetent
        | PartyType::Donor
        | PartyType::Transferee => false,
    }
}

fn write(party_type: PartyType, names: &Names<'_>) -> String {
    let Names {
        first,
        second,
        title,
        petitioners,
    } = *names;
    // A representative who is not named is left out, with what they are.
    let by = |what: &str| second.map_or(String::new(), |name| format!(", {name}, {what}"));
    match party_type {
        PartyType::Petitioner | PartyType::Corporation => match (petitioners, second) {
            (0 | 1, _) | (_, None) => format!("{first}, Petitioner"),
            (2, Some(second)) => format!("{first} & {second}, Petitioners"),
            (_, Some(_)) => format!("{first}, et al., Petitioners"),
        },
        PartyType::PetitionerSpouse => {
            format!("{first} & {}, Petitioners", second.unwrap_or_default())
        }
        PartyType::PetitionerDeceasedSpouse => {
            let spouse = second.unwrap_or_default();
            format!("{first} & {spouse}, Deceased, {first}, Surviving Spouse, Petitioners")
        }
        PartyType::SurvivingSpouse => match second {
            Some(spouse) => format!("{spouse}, Deceased, {first}, Surviving Spouse, Petitioner"),
            None => format!("{first}, Surviving Spouse, Petitioner"),
        },
        PartyType::PartnershipTaxMatters => {
            format!("{first}{}, Petitioner", by("Tax Matters Partner"))
        }
        PartyType::PartnershipOther => {
            format!(
                "{first}{}, Petitioner",
                by("A Partner Other Than the Tax Matters Partner")
            )
        }
        PartyType::PartnershipBba => {
            format!("{first}{}, Petitioner(s)", by("Partnership Representative"))
        }
        PartyType::EstateWithExecutor => {
            let executor = by(title.unwrap_or("Executor"));
            format!("Estate of {first}, Deceased{executor}, Petitioner(s)")
        }
        PartyType::EstateWithoutExecutor => format!("Estate of {first}, Deceased, Petitioner"),
        PartyType::Trust => format!("{first}{}, Petitioner(s)", by("Trustee")),
        PartyType::Conservator => format!("{first}{}, Petitioner", by("Conservator")),
        PartyType::Custodian => format!("{first}{}, Petitioner", by("Custodian")),
        PartyType::Guardian => format!("{first}{}, Petitioner", by("Guardian")),
        PartyType::NextFriendForMinor => {
            format!("{first}, Minor{}, Petitioner", by("Next Friend"))
        }
        PartyType::NextFriendForIncompetent => {
            format!("{first}, Incompetent{}, Petitioner", by("Next Friend"))
        }
        PartyType::Donor => format!("{first}, Donor, Petitioner"),
        PartyType::Transferee => format!("{first}, Transferee, Petitioner"),
    }
}

/// Changes a case's caption, if it differs.
pub(super) fn amend(case: &Case, caption: Option<&Personal<String>>, draft: &mut Draft<'_>) {
    let Some(caption) = caption.filter(|caption| **caption != case.caption) else {
        return;
    };
    draft.event(CaptionChanged {
        caption: caption.clone(),
    });
}

/// Puts a note of a changed caption on the record.
pub(crate) fn note_amended(from: &Personal<String>, to: &Personal<String>, draft: &mut Draft<'_>) {
    let title = format!(
        "Caption of case is amended from '{}' to '{}'",
        from.expose(),
        to.expose()
    );
    draft.minute(AutomaticCode::CaptionChanged, title);
}

/// Puts a note on the record that the docket number's suffix is another than before, where
/// it is.
pub(crate) fn note_renumbered(
    case: &Case,
    before: Option<DocketNumberSuffix>,
    draft: &mut Draft<'_>,
) {
    let suffix = case.docket_number_suffix();
    if before == suffix {
        return;
    }
    let number = |suffix: Option<DocketNumberSuffix>| {
        let suffix = suffix.map_or("", DocketNumberSuffix::as_str);
        format!("{}{suffix}", case.docket_number)
    };
    let (from, to) = (number(before), number(suffix));
    let title = format!("Docket Number is amended from '{from}' to '{to}'");
    draft.minute(AutomaticCode::DocketNumberChanged, title);
}
