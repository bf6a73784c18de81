//! A plan of this folder, or the reason why there is none on this machine.

use std::io::Write as _;
use std::path::Path;

use casefold_infra::workshop::{self, Outcome, Workshop};

/// Names the variable that makes a machine without Terraform or the provider a failure.
const REQUIRED: &str = "CASEFOLD_REQUIRE_TERRAFORM";

/// This folder.
pub(crate) fn infra() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What Terraform makes of configurations; `None`, said where it is seen, where it can't be asked.
pub(crate) fn planned(configurations: &[&Path]) -> Option<Vec<Outcome>> {
    let plugins = match workshop::plugins() {
        Ok(plugins) => plugins,
        Err(missing) => {
            assert!(std::env::var_os(REQUIRED).is_none(), "{missing}");
            // Past what the test harness keeps to itself.
            let _ = writeln!(std::io::stderr(), "skipped: {missing}");
            return None;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let workshop = Workshop::new(folder.path(), &plugins);
    Some(workshop.plan(configurations).unwrap())
}
