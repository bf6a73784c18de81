//! Policy documents of IAM, and what they allow: a statement that denies is stronger than any that
//! allows, and what none allows is denied.

mod condition;
mod matching;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::condition::{Condition, Context};
pub use self::matching::matches;

/// A policy document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Its statements, in their order.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it is called.
    pub sid: String,
    /// Whether it allows; else it denies.
    pub allows: bool,
    /// Whom it is about: empty in the policy of a role, which is about that role.
    pub principals: Vec<Principal>,
    /// The actions, with wildcards.
    pub actions: Vec<String>,
    /// The resources, with wildcards. Empty where the policy belongs to one, as trust policies do.
    pub resources: Vec<String>,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
}

/// Whom a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Everybody.
    Anybody,
    /// A principal of AWS: an account's root stands for all of the account.
    Aws(String),
    /// A service of AWS.
    Service(String),
}

/// A policy that can't be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy can't be judged: {0}")]
pub struct Unjudgeable(pub String);

/// What is asked of policies.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `dynamodb:PutItem`
    pub action: &'a str,
    /// The resource's ARN.
    pub resource: &'a str,
    /// Who asks: the ARN of a role.
    pub principal: &'a str,
    /// What else is known of the request, by condition key.
    pub context: &'a Context,
}

/// What a policy says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// A statement of this name denies it.
    Denied(String),
    /// A statement of this name allows it.
    Allowed(String),
    /// Nothing.
    Nothing,
}

impl Policy {
    /// Reads a document.
    ///
    /// # Errors
    /// [`Unjudgeable`] where it has what this reader doesn't know: better no judgement than a
    /// wrong one.
    pub fn parse(text: &str) -> Result<Self, Unjudgeable> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| Unjudgeable(error.to_string()))?;
        let statements = match &document["Statement"] {
            Value::Array(statements) => statements.iter().map(statement).collect(),
            one @ Value::Object(_) => statement(one).map(|one| vec![one]),
            _ => Err(Unjudgeable("it has no statements".to_owned())),
        };
        Ok(Self {
            statements: statements?,
        })
    }

    /// What it says to a request.
    pub fn says(&self, request: &Request<'_>) -> Says {
        let about = |allows: bool| {
            let mut statements = self.statements.iter();
            statements.find(|it| it.allows == allows && it.is_about(request))
        };
        match (about(false), about(true)) {
            (Some(denies), _) => Says::Denied(denies.sid.clone()),
            (None, Some(allows)) => Says::Allowed(allows.sid.clone()),
            (None, None) => Says::Nothing,
        }
    }
}

impl Statement {
    /// Whether it is about a request.
    pub fn is_about(&self, request: &Request<'_>) -> bool {
        let any = |patterns: &[String], value| patterns.iter().any(|it| matches(it, value));
        let of_action = self.actions.iter().any(|it| {
            // Actions are compared without regard to case.
            matches(&it.to_lowercase(), &request.action.to_lowercase())
        });
        of_action
            && (self.resources.is_empty() || any(&self.resources, request.resource))
            && (self.principals.is_empty()
                || self.principals.iter().any(|it| it.is(request.principal)))
            && self
                .conditions
                .iter()
                .all(|it| it.holds(request.principal, request.context))
    }
}

impl Principal {
    fn is(&self, arn: &str) -> bool {
        match self {
            Self::Anybody => true,
            Self::Service(_) => false,
            Self::Aws(of) => of == arn || (of.ends_with(":root") && account(of) == account(arn)),
        }
    }
}

fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

fn statement(value: &Value) -> Result<Statement, Unjudgeable> {
    const KNOWN: [&str; 6] = [
        "Sid",
        "Effect",
        "Principal",
        "Action",
        "Resource",
        "Condition",
    ];
    let fields = value.as_object().into_iter().flat_map(|it| it.keys());
    if let Some(unknown) = fields.into_iter().find(|it| !KNOWN.contains(&it.as_str())) {
        return Err(Unjudgeable(format!("a statement has {unknown}")));
    }
    let allows = match value["Effect"].as_str() {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err(Unjudgeable("a statement has no effect".to_owned())),
    };
    Ok(Statement {
        sid: value["Sid"].as_str().unwrap_or_default().to_owned(),
        allows,
        principals: principals(&value["Principal"])?,
        actions: texts(&value["Action"]),
        resources: texts(&value["Resource"]),
        conditions: condition::all(&value["Condition"])?,
    })
}

fn principals(value: &Value) -> Result<Vec<Principal>, Unjudgeable> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(all) if all == "*" => Ok(vec![Principal::Anybody]),
        Value::Object(kinds) => {
            let mut found = Vec::new();
            for (kind, names) in kinds {
                for name in texts(names) {
                    found.push(match (kind.as_str(), name.as_str()) {
                        ("AWS", "*") => Principal::Anybody,
                        ("AWS", _) => Principal::Aws(name),
                        ("Service", _) => Principal::Service(name),
                        _ => return Err(Unjudgeable(format!("a principal is of kind {kind}"))),
                    });
                }
            }
            Ok(found)
        }
        _ => Err(Unjudgeable("a principal is of no known form".to_owned())),
    }
}

/// A text or a list of texts.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// A context of these keys and values.
pub fn context<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Context {
    let pairs = pairs.into_iter();
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect::<BTreeMap<_, _>>()
}

#[cfg(test)]
mod tests;
