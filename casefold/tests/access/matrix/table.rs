//! What the rules say of a cell: the service's own table of roles, and who acts on which case.

use casefold_command_api::rules::permissions;
use casefold_events::vocabulary::Role;
use serde_json::{Value, json};

use super::people::Relation;
use crate::record::NORAS_COUNSEL;

/// What a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A case that begins.
    Nothing,
    Case,
    Group,
    /// A trial calendar, of any cases.
    Calendar,
}

/// One row: a command with a body.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) command: String,
    pub(super) about: About,
    body: Value,
    /// The body is one that the table has a rule of its own for.
    variant: Variant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variant {
    Example,
    /// A contact's e-mail address alone, which an admissions clerk may change.
    MailAlone,
    /// An appearance that would open a sealed address to counsel.
    ForSealedAddress,
}

/// What is to come of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It passes permission: it is carried out, or another rule is against it.
    Passes,
    /// It is refused, by this rule.
    Refused(&'static str),
}

impl Row {
    /// Every command of the API's description, each with its example.
    pub(super) fn all(openapi: &Value) -> Vec<Self> {
        let mut rows = Vec::new();
        for (path, about) in [
            ("/v1/cases", About::Nothing),
            ("/v1/cases/{docketNumber}/commands", About::Case),
            ("/v1/commands", About::Group),
        ] {
            let json =
                &openapi["paths"][path]["post"]["requestBody"]["content"]["application/json"];
            for (command, example) in json["examples"].as_object().unwrap() {
                rows.push(Self::of(command, about, example["value"].clone()));
            }
        }
        let calendar = &openapi["paths"]["/v1/trial-calendars"]["post"]["requestBody"]["content"]["application/json"];
        let example = calendar["example"].clone();
        assert!(example.is_object(), "{calendar}");
        rows.push(Self::of("SetTrialCalendar", About::Calendar, example));
        let mail = json!({"type": "UpdateContact", "contact": 1, "email": "nora@example.org"});
        rows.push(Self {
            variant: Variant::MailAlone,
            ..Self::of("UpdateContact", About::Case, mail)
        });
        let appears = json!({
            "type": "AssociateCounsel", "counsel": {"name": "Vera Lindholm"}, "representing": [1],
        });
        rows.push(Self {
            variant: Variant::ForSealedAddress,
            ..Self::of("AssociateCounsel", About::Case, appears)
        });
        rows
    }

    fn of(command: &str, about: About, body: Value) -> Self {
        Self {
            command: command.to_owned(),
            about,
            body,
            variant: Variant::Example,
        }
    }

    /// The body for two cases: the example, with the cases and the people of this court in it.
    pub(super) fn body(&self, role: Role, [case, sister]: [&str; 2]) -> Value {
        let mut body = self.body.clone();
        if let Some(numbers) = body.get_mut("docketNumbers") {
            for number in numbers.as_array_mut().unwrap() {
                let nth = number.as_str().unwrap();
                let of_this_court = if ["101-25", "103-25"].contains(&nth) {
                    case
                } else {
                    sister
                };
                *number = json!(of_this_court);
            }
        }
        match self.command.as_str() {
            "AssociateCounsel" if !role.is_internal() => {
                // What counsel don't say of themselves; and Bruno's address is open.
                for field in ["userId", "counselType"] {
                    body.as_object_mut().unwrap().remove(field);
                }
                if self.variant == Variant::Example {
                    body["representing"] = json!([2]);
                }
                if role == Role::IrsPractitioner {
                    body["representing"] = json!([]);
                }
            }
            "UpdateCounsel" => {
                body["userId"] = json!(NORAS_COUNSEL);
                if !role.is_internal() {
                    body.as_object_mut().unwrap().remove("representing");
                }
            }
            "RemoveCounsel" => body["userId"] = json!(NORAS_COUNSEL),
            _ => {}
        }
        body
    }

    /// Whether somebody who is not of the court may send it.
    pub(super) fn is_for_others(&self) -> bool {
        let roles = permissions::roles(&self.command);
        roles.iter().any(|role| !role.is_internal())
    }

    /// What the rules say of a cell.
    pub(super) fn verdict(&self, role: Role, relation: Relation, is_sealed: bool) -> Verdict {
        let command = self.command.as_str();
        if !permissions::roles(command).contains(&role) {
            return Verdict::Refused("ROLE_NOT_ALLOWED");
        }
        if role.is_internal() {
            return match (command, role) {
                ("UpdateContact", Role::AdmissionsClerk) if self.variant != Variant::MailAlone => {
                    Verdict::Refused("FIELDS_NOT_ALLOWED")
                }
                _ => Verdict::Passes,
            };
        }
        let passes_if = |passes, code| {
            if passes {
                Verdict::Passes
            } else {
                Verdict::Refused(code)
            }
        };
        let not_a_party = "NOT_A_PARTY";
        match (command, self.about) {
            ("FilePetition", About::Nothing) => Verdict::Passes,
            ("FileDocument", About::Case) => passes_if(relation.is_own(), not_a_party),
            ("FileDocument", About::Group) => passes_if(relation.is_in_group(), not_a_party),
            // The body is about Nora.
            ("UpdateContact", About::Case) if relation.is_contact() => {
                passes_if(relation == Relation::Petitioner, "FIELDS_NOT_ALLOWED")
            }
            ("UpdateContact", About::Case) => Verdict::Refused(not_a_party),
            // The body is about her counsel.
            ("UpdateCounsel", About::Case) if relation.is_counsel() => passes_if(
                relation == Relation::PetitionersCounsel,
                "FIELDS_NOT_ALLOWED",
            ),
            ("UpdateCounsel", About::Case) => Verdict::Refused(not_a_party),
            // Who is counsel already learns nothing by appearing again.
            ("AssociateCounsel", About::Case) if relation.is_counsel() => Verdict::Passes,
            ("AssociateCounsel", About::Case) => {
                let is_opened =
                    self.variant == Variant::ForSealedAddress && role == Role::PrivatePractitioner;
                passes_if(!is_sealed && !is_opened, "APPEARANCE_BY_CLERK_ONLY")
            }
            (command, about) => panic!("say who of {role} may send {command} about {about:?}"),
        }
    }
}
