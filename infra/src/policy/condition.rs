//! Conditions of statements, as far as this project uses them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::matching::matches;
use super::{Unjudgeable, texts};

/// What is known of a request, by condition key.
pub type Context = BTreeMap<String, String>;

/// The key of who asks.
const PRINCIPAL: &str = "aws:PrincipalArn";

/// One condition: an operator over a key and values, of which one is enough (or, where the operator
/// says not, none may be).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// How the key's value is compared.
    pub operator: Operator,
    /// `kms:ViaService`
    pub key: String,
    /// The values, with wildcards where the operator takes them.
    pub values: Vec<String>,
}

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The same text.
    StringEquals,
    /// A text of the pattern.
    StringLike,
    /// An ARN of the pattern. AWS takes wildcards with both of its names.
    Arn,
    /// An ARN of none of the patterns.
    ArnNot,
    /// The same truth value.
    Bool,
}

impl Operator {
    fn parse(name: &str) -> Result<Self, Unjudgeable> {
        Ok(match name {
            "StringEquals" => Self::StringEquals,
            "StringLike" => Self::StringLike,
            "ArnEquals" | "ArnLike" => Self::Arn,
            "ArnNotEquals" | "ArnNotLike" => Self::ArnNot,
            "Bool" => Self::Bool,
            _ => return Err(Unjudgeable(format!("a condition has the operator {name}"))),
        })
    }
}

impl Condition {
    /// Whether it holds. What isn't known of a request holds for operators that say not, and for
    /// no others, as with IAM.
    pub fn holds(&self, principal: &str, context: &Context) -> bool {
        let value = match self.key.as_str() {
            PRINCIPAL => Some(principal),
            key => context.get(key).map(String::as_str),
        };
        let any = |like: fn(&str, &str) -> bool| {
            value.is_some_and(|value| self.values.iter().any(|it| like(it, value)))
        };
        match self.operator {
            Operator::StringEquals | Operator::Bool => any(|wanted, value| wanted == value),
            Operator::StringLike | Operator::Arn => any(matches),
            Operator::ArnNot => !any(matches),
        }
    }
}

pub(super) fn all(value: &Value) -> Result<Vec<Condition>, Unjudgeable> {
    let operators = value.as_object().into_iter().flatten();
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        for (key, values) in keys.as_object().into_iter().flatten() {
            conditions.push(Condition {
                operator: Operator::parse(operator)?,
                key: key.clone(),
                values: texts(values),
            });
        }
    }
    Ok(conditions)
}
