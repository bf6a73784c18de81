//! The mutations: each a mistake that somebody could make, and that no validator of Terraform sees.

mod functions;
mod kept;
mod operations;

/// One change to one file.
pub(crate) struct Mutation {
    /// What the mistake is.
    pub(crate) name: &'static str,
    /// The file, in this folder.
    pub(crate) file: &'static str,
    /// What stands there, once. With an ellipsis: what stands after it, for the first time after
    /// what stands before it.
    pub(crate) from: &'static str,
    /// What stands there instead.
    pub(crate) to: &'static str,
    /// The check that must find it; `terraform` where its own validation does.
    pub(crate) by: &'static str,
}

const fn mutation(
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    by: &'static str,
) -> Mutation {
    Mutation {
        name,
        file,
        from,
        to,
        by,
    }
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Mutation> {
    [kept::ALL, functions::ALL, operations::ALL]
        .into_iter()
        .flatten()
}
