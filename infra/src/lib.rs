//! Holds the Terraform of this folder to what the code needs and to what was decided.
//!
//! Nothing of it runs in a deployment. Terraform makes a plan with every computed value mocked, in
//! no account and with no network ([`workshop`]); the plan is read ([`plan`]), policies are
//! evaluated as AWS does ([`policy`]), and [`checks`] look at the whole.
//!
//! | module | holds | never knows |
//! | --- | --- | --- |
//! | [`plan`] | the resources of a plan, by kind and address | how the plan was made |
//! | [`policy`] | policy documents and what they allow | Terraform |
//! | [`roles`] | who has which role, and may do what, with tables' and keys' own policies | what they need |
//! | [`calls`] | what each function calls: operations by table, keys, the bucket | policies |
//! | [`metrics`] | which metrics there are, and by which dimensions | alarms |
//! | [`checks`] | one look at a plan each: findings, or none | Terraform's language |
//! | [`permissions`] | who may do what, as a document | – |
//! | [`modules`] | the modules' own files, as they are written | plans |
//! | [`workshop`] | a copy of this folder in which Terraform plans with mocks | what is looked at |

pub mod calls;
pub mod checks;
pub mod metrics;
pub mod modules;
pub mod permissions;
pub mod plan;
pub mod policy;
pub mod roles;
pub mod workshop;
