//! Who has which role, and may do what, with the policies that tables, keys and the bucket have of
//! their own.

use crate::calls::PREFIX;
use crate::plan::Plan;
use crate::policy::{Context, Policy, Request, Says, Unjudgeable};
use crate::workshop::mocks::ACCOUNT;

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name, which is that of whoever has it.
    pub name: String,
    /// What it may do.
    pub policy: Policy,
    /// Who may take it.
    pub trust: Policy,
}

impl Role {
    /// Its name without the deployment's prefix.
    pub fn short_name(&self) -> &str {
        let rest = self.name.strip_prefix(PREFIX);
        rest.and_then(|rest| rest.strip_prefix('-'))
            .unwrap_or(&self.name)
    }
}

/// All roles, and the policies that resources have of their own.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The roles.
    pub roles: Vec<Role>,
    of_resources: Vec<OfResource>,
}

#[derive(Clone, Debug)]
struct OfResource {
    /// The resource's ARN; what is in it begins with that.
    arn: String,
    policy: Policy,
    /// Whether a role needs to be allowed by this policy too: so it is with keys.
    must_allow: bool,
}

/// Whether a request is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Allowed,
    /// It isn't, for this reason.
    Refused(String),
}

impl Role {
    /// Its ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{ACCOUNT}:role/{}", self.name)
    }
}

impl Estate {
    /// Reads all policies of a plan.
    ///
    /// # Errors
    /// [`Unjudgeable`] names what isn't known.
    pub fn of(plan: &Plan) -> Result<Self, Unjudgeable> {
        let mut roles = Vec::new();
        for role in plan.of_kind("aws_iam_role") {
            let name = role.text("name");
            let of_it = plan
                .of_kind("aws_iam_role_policy")
                .filter(|it| it.text("role") == name);
            let mut policy = Policy::default();
            for inline in of_it {
                policy
                    .statements
                    .extend(Policy::parse(inline.text("policy"))?.statements);
            }
            roles.push(Role {
                name: name.to_owned(),
                policy,
                trust: Policy::parse(role.text("assume_role_policy"))?,
            });
        }
        let mut of_resources = Vec::new();
        for policy in plan.of_kind("aws_dynamodb_resource_policy") {
            let arn = policy.text("resource_arn").to_owned();
            of_resources.push((arn, policy, false));
        }
        for policy in plan.of_kind("aws_kms_key_policy") {
            let key = plan.find("aws_kms_key", "key_id", policy.text("key_id"));
            let arn = key.map(|it| it.text("arn").to_owned()).unwrap_or_default();
            of_resources.push((arn, policy, true));
        }
        for policy in plan.of_kind("aws_s3_bucket_policy") {
            of_resources.push((
                format!("arn:aws:s3:::{}", policy.text("bucket")),
                policy,
                false,
            ));
        }
        let of_resources: Result<Vec<_>, _> = of_resources
            .into_iter()
            .map(|(arn, resource, must_allow)| {
                let policy = Policy::parse(resource.text("policy"))?;
                Ok(OfResource {
                    arn,
                    policy,
                    must_allow,
                })
            })
            .collect();
        Ok(Self {
            roles,
            of_resources: of_resources?,
        })
    }

    /// The role of a name.
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|it| it.name == name)
    }

    /// Whether a role may do something.
    pub fn may(&self, role: &Role, action: &str, resource: &str, context: &Context) -> Verdict {
        let principal = role.arn();
        let request = Request {
            action,
            resource,
            principal: &principal,
            context,
        };
        let own = role.policy.says(&request);
        let of_it = self.of_resources.iter().find(|it| {
            resource == it.arn
                || resource
                    .strip_prefix(&it.arn)
                    .is_some_and(|rest| rest.starts_with('/'))
        });
        let (theirs, must_allow) = match of_it {
            Some(it) => (it.policy.says(&request), it.must_allow),
            None => (Says::Nothing, false),
        };
        match (own, theirs) {
            (Says::Denied(sid), _) => Verdict::Refused(format!("its statement {sid} denies it")),
            (_, Says::Denied(sid)) => {
                Verdict::Refused(format!("the resource's statement {sid} denies it"))
            }
            (Says::Nothing, _) => Verdict::Refused("nothing allows it".to_owned()),
            (Says::Allowed(_), Says::Nothing) if must_allow => {
                Verdict::Refused("the key's policy doesn't allow it".to_owned())
            }
            (Says::Allowed(_), _) => Verdict::Allowed,
        }
    }
}
