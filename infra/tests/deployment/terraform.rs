//! Terraform on a copy of this folder, so that no state stays behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use casefold_infra::workshop::{copy_terraform, plugins};
use serde_json::Value;
use tempfile::TempDir;

use crate::emulator::Emulator;

/// Names the variable that says in which folder the packages are.
const PACKAGES_VARIABLE: &str = "CASEFOLD_PACKAGES";

/// The variables of a deployment on an emulator.
const EMULATOR: &str = "environments/emulator.tfvars";

pub(crate) struct Terraform {
    directory: TempDir,
    endpoint_url: String,
    variables: Vec<String>,
}

impl Terraform {
    /// A copy of the configuration for the emulator, with the providers it needs.
    pub(crate) fn copied(emulator: &Emulator, issuer: &str) -> Self {
        let packages = std::env::var(PACKAGES_VARIABLE)
            .unwrap_or_else(|_| panic!("{PACKAGES_VARIABLE} must name the packages' folder"));
        let directory = tempfile::tempdir().unwrap();
        let infra = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy_terraform(infra, directory.path()).unwrap();
        // What a plan without an account does without.
        fs::create_dir(directory.path().join("environments")).unwrap();
        for file in ["providers.tf", EMULATOR] {
            fs::copy(infra.join(file), directory.path().join(file)).unwrap();
        }
        let terraform = Self {
            directory,
            endpoint_url: emulator.url.clone(),
            variables: vec![
                format!("-var-file={EMULATOR}"),
                format!("-var=packages_dir={packages}"),
                format!("-var=architecture={}", architecture()),
                format!("-var=jwt_issuer={issuer}"),
                "-var=prefix=trial".to_owned(),
            ],
        };
        let mut init = vec!["init".to_owned(), "-input=false".to_owned()];
        // Elsewhere it is downloaded.
        if let Ok(plugins) = plugins() {
            init.push(format!("-plugin-dir={}", plugins.display()));
        }
        terraform.run(&init);
        terraform
    }

    /// Makes everything, and says how many resources that are.
    pub(crate) fn apply(&self) -> usize {
        self.run(&self.with_variables("apply"));
        let listed = self.run(&["state".to_owned(), "list".to_owned()]);
        let is_resource = |line: &&str| !line.contains("data.");
        listed.lines().filter(is_resource).count()
    }

    /// What the configuration says of what it made, by name.
    pub(crate) fn outputs(&self) -> Value {
        let text = self.run(&["output".to_owned(), "-json".to_owned()]);
        let outputs: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
        let value = |(name, output): (String, Value)| (name, output["value"].clone());
        outputs.into_iter().map(value).collect()
    }

    pub(crate) fn destroy(&self) {
        self.run(&self.with_variables("destroy"));
    }

    fn with_variables(&self, command: &str) -> Vec<String> {
        let mut arguments = vec![
            command.to_owned(),
            "-auto-approve".to_owned(),
            "-input=false".to_owned(),
            "-no-color".to_owned(),
        ];
        arguments.extend(self.variables.iter().cloned());
        arguments
    }

    fn run(&self, arguments: &[String]) -> String {
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(self.directory.path())
            .env("AWS_ENDPOINT_URL", &self.endpoint_url)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "terraform {arguments:?}: {said}\n{wrong}"
        );
        said
    }
}

/// Of this machine, as Lambda names it: the emulator runs functions as processes of it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}
