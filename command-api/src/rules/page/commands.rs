//! Who may send which command.

use casefold_events::vocabulary::Role;

use super::code;
use crate::command::{CaseCommand, GroupCommand, PetitionCommand};
use crate::rules::permissions::{PERMISSIONS, roles};

const BEGINNING: &str = "\
## Who may do what

Each act is a command, and each command is for some roles. Beside its role, somebody who is not
of the court acts on cases of their own alone: those to which they are a party or counsel of
record.
";

const BELOW: &str = "\
An empty cell: the role may not, and is refused with `ROLE_NOT_ALLOWED` before anything else is
looked at.
";

/// The section of the page.
pub(super) fn section() -> String {
    [
        BEGINNING.to_owned(),
        legend(),
        acts(
            "### To begin a case",
            PetitionCommand::NAMES,
            PetitionCommand::MEANINGS,
        ),
        acts("### On one case", CaseCommand::NAMES, CaseCommand::MEANINGS),
        acts(
            "### On several cases at once\n\nOn all of them, or on none.",
            GroupCommand::NAMES,
            GroupCommand::MEANINGS,
        ),
        BELOW.to_owned(),
    ]
    .join("\n")
}

/// The short names of roles in the tables.
fn legend() -> String {
    let senders = senders();
    let row = |role: &Role| {
        let (short, long) = names(*role);
        [short.to_owned(), long.to_owned(), code(role.as_str())]
    };
    let table = super::table(["in the tables", "who", "role"], senders.iter().map(row));
    let idle: Vec<_> = Role::ALL
        .iter()
        .filter(|role| !senders.contains(role))
        .map(|role| names(*role).1)
        .collect();
    if idle.is_empty() {
        return table;
    }
    format!("{table}\nNo command is sent by: {}.\n", idle.join("; "))
}

/// The roles that may send any command, in the court's order.
fn senders() -> Vec<Role> {
    let sends = |role: &&Role| PERMISSIONS.iter().any(|(_, roles)| roles.contains(role));
    Role::ALL.iter().filter(sends).copied().collect()
}

/// A matrix of commands and roles. A table's width is not known before, so it is made here.
fn acts(heading: &str, names: &[&str], meanings: &[&str]) -> String {
    let senders = senders();
    let head: Vec<_> = senders.iter().map(|role| self::names(*role).0).collect();
    let mut text = format!(
        "{heading}\n\n| command | what it does | {} |\n",
        head.join(" | ")
    );
    text.push_str(&format!(
        "| --- | --- |{}\n",
        " :-: |".repeat(senders.len())
    ));
    for (name, meaning) in names.iter().zip(meanings) {
        let allowed = roles(name);
        let cells: Vec<_> = senders
            .iter()
            .map(|role| if allowed.contains(role) { "●" } else { " " })
            .collect();
        let (name, cells) = (code(name), cells.join(" | "));
        text.push_str(&format!("| {name} | {meaning} | {cells} |\n"));
    }
    text
}

/// A role's short name, and its name in words.
const fn names(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::DocketClerk => ("DC", "docket clerk"),
        Role::PetitionsClerk => ("PC", "petitions clerk"),
        Role::Judge => ("J", "judge"),
        Role::Chambers => ("Ch", "a judge's chambers"),
        Role::Adc => ("ADC", "assistant to the Chief Judge"),
        Role::AdmissionsClerk => ("AC", "admissions clerk"),
        Role::TrialClerk => ("TC", "trial clerk"),
        Role::ReportersOffice => ("RO", "reporter's office"),
        Role::ClerkOfCourt => (
            "CC",
            "clerk of court, who is docket and petitions clerk together",
        ),
        Role::CaseServicesSupervisor => ("CS", "case services supervisor, who is likewise"),
        Role::General => ("G", "other court staff"),
        Role::Floater => ("F", "court staff who stand in"),
        Role::Admin => ("Ad", "administrator, who manages users and no cases"),
        Role::Petitioner => ("P", "petitioner"),
        Role::PrivatePractitioner => ("PP", "private practitioner, counsel for petitioners"),
        Role::IrsPractitioner => ("IP", "IRS practitioner, counsel for the respondent"),
        Role::IrsSuperuser => ("IS", "the respondent's reader of all served cases"),
        Role::System => ("S", "the service itself"),
    }
}
