//! The infrastructure is Terraform: see `infra/README.md`. This crate runs nothing; its
//! tests hold the Terraform to the names and keys that the code knows.
