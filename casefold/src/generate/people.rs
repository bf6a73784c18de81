//! Who takes part, where they live, and where cases are tried. All of it is invented but for
//! the cities.

use casefold_command_api::command::{CounselDetails, NewPetitioner};
use casefold_command_api::decide::Actor;
use casefold_events::party::Address;
use casefold_events::vocabulary::Role;
use casefold_events::{Personal, UserId};
use uuid::Uuid;

use super::chance::Chance;

/// A city in which the court sits.
#[derive(Clone, Copy, Debug)]
pub(super) struct City {
    name: &'static str,
    state: &'static str,
    abbreviation: &'static str,
    postal_code: u64,
}

const fn city(
    name: &'static str,
    state: &'static str,
    abbreviation: &'static str,
    postal_code: u64,
) -> City {
    City {
        name,
        state,
        abbreviation,
        postal_code,
    }
}

pub(super) const CITIES: [City; 24] = [
    city("Birmingham", "Alabama", "AL", 35203),
    city("Mobile", "Alabama", "AL", 36602),
    city("Phoenix", "Arizona", "AZ", 85003),
    city("Little Rock", "Arkansas", "AR", 72201),
    city("Los Angeles", "California", "CA", 90012),
    city("San Diego", "California", "CA", 92101),
    city("San Francisco", "California", "CA", 94102),
    city("Denver", "Colorado", "CO", 80202),
    city("Washington", "District of Columbia", "DC", 20217),
    city("Miami", "Florida", "FL", 33128),
    city("Tampa", "Florida", "FL", 33602),
    city("Atlanta", "Georgia", "GA", 30303),
    city("Chicago", "Illinois", "IL", 60604),
    city("Boston", "Massachusetts", "MA", 2109),
    city("Detroit", "Michigan", "MI", 48226),
    city("Jackson", "Mississippi", "MS", 39201),
    city("Las Vegas", "Nevada", "NV", 89101),
    city("New York City", "New York", "NY", 10278),
    city("Columbus", "Ohio", "OH", 43215),
    city("Portland", "Oregon", "OR", 97204),
    city("Philadelphia", "Pennsylvania", "PA", 19106),
    city("Dallas", "Texas", "TX", 75242),
    city("Houston", "Texas", "TX", 77002),
    city("Seattle", "Washington", "WA", 98174),
];

impl City {
    /// City and state, as a place of trial is written.
    pub(super) fn place_of_trial(self) -> String {
        format!("{}, {}", self.name, self.state)
    }
}

const FIRST_NAMES: [&str; 32] = [
    "Nora", "Vera", "Astra", "Colm", "Dagny", "Edwin", "Farah", "Goran", "Hedda", "Ivo", "Jonna",
    "Kasim", "Liv", "Marek", "Nils", "Odette", "Petra", "Quentin", "Rosa", "Sten", "Tamar",
    "Ulrik", "Vilma", "Wanda", "Xenia", "Yusuf", "Zora", "Anselm", "Birte", "Cyril", "Dora",
    "Emil",
];
const LAST_NAMES: [&str; 40] = [
    "Quist",
    "Lindholm",
    "Abernath",
    "Brandvold",
    "Castellane",
    "Drummer",
    "Eskelin",
    "Fabien",
    "Garrow",
    "Holloway",
    "Ingersen",
    "Jarvela",
    "Kestrel",
    "Lovatt",
    "Merriwell",
    "Norgaard",
    "Okonjo",
    "Pellerin",
    "Quarles",
    "Rosvall",
    "Sandquist",
    "Thackery",
    "Underhay",
    "Valdane",
    "Westerby",
    "Yarborne",
    "Zelnick",
    "Ashgrove",
    "Bellweather",
    "Corrigane",
    "Delacorte",
    "Elmstead",
    "Fenwright",
    "Grantham",
    "Hartsell",
    "Iverness",
    "Jesperson",
    "Kolvane",
    "Larkmoor",
    "Mandrell",
];
const STREETS: [&str; 12] = [
    "Commerce Street",
    "Fabien Freeway",
    "Old Mill Road",
    "Harbor Lane",
    "Juniper Court",
    "Second Avenue",
    "Market Square",
    "Lakeview Drive",
    "Orchard Way",
    "Station Road",
    "Quarry Hill",
    "Willow Bend",
];
const JUDGES: [&str; 16] = [
    "Ashwood", "Brenner", "Carrow", "Dunmore", "Eastlake", "Farnham", "Gale", "Hawthorn", "Inglis",
    "Jessup", "Kirkwall", "Lorne", "Marlowe", "Northam", "Orwin", "Prescott",
];

/// How many private practitioners there are.
const PRACTITIONERS: u64 = 2_000;
/// How many practitioners the respondent has.
const RESPONDENTS: u64 = 400;
/// How many clerks of one kind the court has.
const CLERKS: u64 = 12;

/// A judge.
pub(super) fn judge(chance: &mut Chance) -> String {
    chance.pick(&JUDGES).to_owned()
}

/// A person's name.
pub(super) fn name(chance: &mut Chance) -> String {
    format!("{} {}", chance.pick(&FIRST_NAMES), chance.pick(&LAST_NAMES))
}

/// An address in a city.
pub(super) fn address(city: City, chance: &mut Chance) -> Address {
    let house = 1 + chance.below(900);
    Address {
        address1: format!("{house} {}", chance.pick(&STREETS)),
        address2: chance
            .per_mille(200)
            .then(|| format!("Apt. {}", 1 + chance.below(60))),
        address3: None,
        city: city.name.to_owned(),
        state: Some(city.abbreviation.to_owned()),
        postal_code: Some(format!("{:05}", city.postal_code)),
        country: None,
    }
}

/// A telephone number that is nobody's.
pub(super) fn phone(chance: &mut Chance) -> String {
    format!("+1 (555) 555-{:04}", 100 + chance.below(100))
}

/// An e-mail address that is nobody's.
pub(super) fn email(name: &str) -> String {
    let user = name.replace(' ', ".").to_lowercase();
    format!("{user}@example.com")
}

/// A petitioner who lives in or near a city.
pub(super) fn petitioner(city: City, chance: &mut Chance) -> NewPetitioner {
    let name = name(chance);
    NewPetitioner {
        email: chance.per_mille(700).then(|| email(&name).into()),
        phone: Some(phone(chance).into()),
        address: Personal::new(address(city, chance)),
        name: name.into(),
        secondary_name: None,
        in_care_of: None,
        title: None,
        service_indicator: None,
        user_id: None,
    }
}

/// A user of the court's systems.
pub(super) fn user(kind: &str, nth: impl std::fmt::Display) -> UserId {
    // Ids of this form are ids; the nil UUID, which is one as well, never stands in.
    UserId::new(format!("{kind}-{nth}")).unwrap_or_else(|_| UserId::from(Uuid::nil()))
}

/// One of the court's people, in a role.
pub(super) fn staff(role: Role, chance: &mut Chance) -> Actor {
    let nth = chance.below(CLERKS);
    Actor {
        user_id: user(role.as_str(), nth),
        role,
        name: Some(name_of(role.as_str(), nth).into()),
    }
}

/// The service itself, where it acts on a schedule.
pub(super) fn system() -> Actor {
    Actor {
        user_id: user("casefold", "schedule"),
        role: Role::System,
        name: None,
    }
}

/// A private practitioner.
pub(super) fn practitioner(chance: &mut Chance) -> Actor {
    outsider(Role::PrivatePractitioner, chance.below(PRACTITIONERS))
}

/// A practitioner of the respondent.
pub(super) fn respondent(chance: &mut Chance) -> Actor {
    outsider(Role::IrsPractitioner, chance.below(RESPONDENTS))
}

fn outsider(role: Role, nth: u64) -> Actor {
    Actor {
        user_id: user(role.as_str(), nth),
        role,
        name: Some(name_of(role.as_str(), nth).into()),
    }
}

/// The name that somebody always has.
fn name_of(kind: &str, nth: u64) -> String {
    name(&mut Chance::of(nth, kind, 0))
}

/// What counsel says of themselves.
pub(super) fn counsel_details(counsel: &Actor, city: City, chance: &mut Chance) -> CounselDetails {
    let name = counsel.name.as_ref().map(Personal::expose);
    CounselDetails {
        name: counsel.name.clone(),
        bar_number: Some(format!("LV{:05}", 10_000 + chance.below(80_000))),
        firm_name: (counsel.role == Role::PrivatePractitioner)
            .then(|| format!("{} & Partners", chance.pick(&LAST_NAMES))),
        email: name.map(|name| email(name).into()),
        phone: Some(phone(chance).into()),
        address: Some(Personal::new(address(city, chance))),
    }
}
